//! Lines in and lines out: the standard input on a thread of its own, read only when something was asked, so that a
//! password may be typed with no echo in between; and the end of it all, by the input, a reader gone, or a signal.
//!
//! While an outcome is waited for, one line is read ahead: it ends the wait, or it is the answer to the next question.

use std::io::{self, IsTerminal as _, Write};
use std::sync::mpsc::{Sender, channel};

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use zeroize::Zeroizing;

use crate::secret;
use crate::widgets::text::harmless;

/// Nothing more will be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Over {
    /// The customer is done.
    Quit,
    /// The input has ended.
    Input,
    /// A signal came, or nobody reads what is said.
    Signal,
}

/// What is wanted of whoever reads the standard input.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// A line.
    Line,
    /// A line that is typed with no echo, after these words.
    Secret(String),
}

/// A line as it was read; none at the end of the input.
pub(super) type Read = io::Result<Option<Zeroizing<String>>>;

/// Where lines come from and go to.
pub(super) struct Lines {
    wanted: Sender<Wanted>,
    read: UnboundedReceiver<Read>,
    out: Box<dyn Write>,
    interrupt: Signal,
    terminate: Signal,
    hang_up: Signal,
    /// Whether somebody types: then questions stand on the line of their answer.
    typed: bool,
    reader_gone: bool,
    /// A line is wanted and has not come yet.
    awaited: bool,
    /// A line that came while nothing was asked.
    ahead: Option<Read>,
    /// What was asked last.
    question: String,
}

impl Lines {
    pub(super) fn open() -> io::Result<Self> {
        let (wanted, wishes) = channel();
        let (answers, read) = unbounded_channel();
        std::thread::spawn(move || {
            for wish in wishes {
                let line = match wish {
                    Wanted::Line => secret::first_line(),
                    Wanted::Secret(prompt) => secret::asked(&prompt),
                };
                if answers.send(line).is_err() {
                    return;
                }
            }
        });
        Self::between(wanted, read, io::stdin().is_terminal(), Box::new(io::stdout()))
    }

    /// The same with another reader and another place to write to. `typed`: somebody types.
    pub(super) fn between(
        wanted: Sender<Wanted>,
        read: UnboundedReceiver<Read>,
        typed: bool,
        out: Box<dyn Write>,
    ) -> io::Result<Self> {
        Ok(Self {
            wanted,
            read,
            out,
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            typed,
            reader_gone: false,
            awaited: false,
            ahead: None,
            question: String::new(),
        })
    }

    /// Whether somebody types the lines.
    pub(super) const fn are_typed(&self) -> bool {
        self.typed
    }

    /// Whether a line is wanted already, so that no password can be asked for before it has come.
    pub(super) const fn are_awaited(&self) -> bool {
        self.awaited
    }

    /// Says one line.
    pub(super) fn say(&mut self, line: &str) {
        // Names and descriptions are other people's: none of them moves what stands beside it.
        self.write(&format!("{}\n", harmless(line)));
    }

    /// Begins a question; its answer is what [`Self::next`] gives.
    pub(super) fn ask(&mut self, question: &str) {
        question.clone_into(&mut self.question);
        let end = if self.typed { " " } else { "\n" };
        self.write(&format!("{question}:{end}"));
        self.want();
    }

    /// Asks once more what was asked last.
    pub(super) fn ask_again(&mut self) {
        let question = std::mem::take(&mut self.question);
        self.ask(&question);
    }

    /// The same for a password: with no echo where somebody types it.
    pub(super) fn ask_secret(&mut self, question: &str) {
        if self.typed {
            self.awaited = true;
            let _reader_thread_ended = self.wanted.send(Wanted::Secret(format!("{question}: ")));
        } else {
            self.ask(question);
        }
    }

    fn want(&mut self) {
        if !self.awaited && self.ahead.is_none() {
            self.awaited = true;
            let _reader_thread_ended = self.wanted.send(Wanted::Line);
        }
    }

    fn write(&mut self, text: &str) {
        self.reader_gone |= self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush()).is_err();
    }

    /// The line that was asked for. Dropping this future loses nothing.
    pub(super) async fn next(&mut self) -> Result<Zeroizing<String>, Over> {
        if self.reader_gone {
            return Err(Over::Signal);
        }
        let read = match self.ahead.take() {
            Some(read) => Some(read),
            None => tokio::select! {
                biased;
                over = signalled(&mut self.interrupt, &mut self.terminate, &mut self.hang_up) => {
                    return Err(over);
                }
                read = self.read.recv() => {
                    self.awaited = false;
                    read
                }
            },
        };
        match read {
            Some(Ok(Some(line))) => Ok(line),
            Some(Ok(None) | Err(_)) | None => Err(Over::Input),
        }
    }

    /// Ends when the customer types `stop`, by itself on a line. Any other line is kept for the next question, and the
    /// end of the input too: neither ends a wait. Dropping this future loses nothing.
    pub(super) async fn stopped(&mut self, stop: &str) -> Result<(), Over> {
        self.want();
        loop {
            tokio::select! {
                biased;
                over = signalled(&mut self.interrupt, &mut self.terminate, &mut self.hang_up) => {
                    return Err(over);
                }
                read = self.read.recv(), if self.awaited => {
                    self.awaited = false;
                    match read {
                        Some(Ok(Some(line))) if line.trim() == stop => return Ok(()),
                        read => self.ahead = Some(read.unwrap_or(Ok(None))),
                    }
                }
            }
        }
    }

    /// Ends when a signal comes.
    pub(super) async fn signalled(&mut self) -> Over {
        signalled(&mut self.interrupt, &mut self.terminate, &mut self.hang_up).await
    }
}

async fn signalled(interrupt: &mut Signal, terminate: &mut Signal, hang_up: &mut Signal) -> Over {
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        _ = hang_up.recv() => {}
    }
    Over::Signal
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use std::io;
    use std::sync::mpsc::Receiver;
    use std::sync::{Arc, Mutex};

    /// What was said.
    #[derive(Clone, Default)]
    pub(crate) struct Said(Arc<Mutex<Vec<u8>>>);

    impl Said {
        pub(crate) fn text(&self) -> String {
            String::from_utf8(self.0.lock().expect("whole").clone()).expect("UTF-8")
        }
    }

    impl Write for Said {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("whole").extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// These lines, all there at once, and then the end of the input; what is wanted, and what is said.
    pub(crate) fn scripted(lines: &[&str], typed: bool) -> (Lines, Receiver<Wanted>, Said) {
        let (wanted, wishes) = channel();
        let (answers, read) = unbounded_channel();
        for line in lines {
            answers.send(Ok(Some(Zeroizing::new((*line).to_owned())))).expect("room");
        }
        answers.send(Ok(None)).expect("room");
        let said = Said::default();
        let lines = Lines::between(wanted, read, typed, Box::new(said.clone())).expect("signals");
        (lines, wishes, said)
    }

    #[tokio::test]
    async fn a_password_is_wanted_without_echo_where_somebody_types_and_only_there() {
        let (mut lines, wishes, said) = scripted(&["uma senha boa"], true);
        lines.ask_secret("Senha");
        assert_eq!(wishes.try_recv(), Ok(Wanted::Secret("Senha: ".to_owned())));
        assert_eq!(lines.next().await.expect("a line").as_str(), "uma senha boa");
        assert_eq!(said.text(), "", "whoever reads without echo writes the question too");
        let (mut lines, wishes, said) = scripted(&["uma senha boa"], false);
        lines.ask_secret("Senha");
        assert_eq!(wishes.try_recv(), Ok(Wanted::Line));
        assert_eq!(said.text(), "Senha:\n");
    }

    #[tokio::test]
    async fn a_full_stop_ends_a_wait_and_another_line_answers_the_next_question() {
        let (mut lines, wishes, _) = scripted(&[" . ", "4"], false);
        assert_eq!(lines.stopped(".").await, Ok(()));
        let waiting = tokio::time::timeout(tokio::time::Duration::from_millis(1), lines.stopped(".")).await;
        assert!(waiting.is_err(), "another line does not end it");
        lines.ask("Escolha");
        assert_eq!(lines.next().await.expect("read ahead").as_str(), "4");
        // Each line was wanted once, before it was taken.
        assert_eq!(wishes.try_iter().count(), 2);
        lines.ask("Escolha");
        assert_eq!(lines.next().await.map(|_| ()), Err(Over::Input));
    }
}
