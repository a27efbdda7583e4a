//! Lines in and lines out: the standard input on a thread of its own, read only when something was asked, so that a
//! password may be typed with no echo in between; and the end of it all, by the input, a reader gone, or a signal.

use std::io::{self, IsTerminal as _, Write as _};
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

enum Wanted {
    Line,
    Secret(String),
}

/// Where lines come from and go to.
pub(super) struct Lines {
    wanted: Sender<Wanted>,
    read: UnboundedReceiver<io::Result<Option<Zeroizing<String>>>>,
    interrupt: Signal,
    terminate: Signal,
    hang_up: Signal,
    /// Whether somebody types: then questions stand on the line of their answer.
    typed: bool,
    reader_gone: bool,
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
        Ok(Self {
            wanted,
            read,
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            typed: io::stdin().is_terminal(),
            reader_gone: false,
        })
    }

    /// Says one line.
    pub(super) fn say(&mut self, line: &str) {
        // Names and descriptions are other people's: none of them moves what stands beside it.
        self.write(&format!("{}\n", harmless(line)));
    }

    /// Begins a question; its answer is what [`Self::next`] gives.
    pub(super) fn ask(&mut self, question: &str) {
        let end = if self.typed { " " } else { "\n" };
        self.write(&format!("{question}:{end}"));
        let _reader_thread_ended = self.wanted.send(Wanted::Line);
    }

    /// The same for a password: with no echo where somebody types it.
    pub(super) fn ask_secret(&mut self, question: &str) {
        if self.typed {
            let _reader_thread_ended = self.wanted.send(Wanted::Secret(format!("{question}: ")));
        } else {
            self.ask(question);
        }
    }

    fn write(&mut self, text: &str) {
        let mut out = io::stdout().lock();
        self.reader_gone |= out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_err();
    }

    /// The line that was asked for. Dropping this future loses nothing.
    pub(super) async fn next(&mut self) -> Result<Zeroizing<String>, Over> {
        if self.reader_gone {
            return Err(Over::Signal);
        }
        tokio::select! {
            biased;
            over = signalled(&mut self.interrupt, &mut self.terminate, &mut self.hang_up) => Err(over),
            read = self.read.recv() => match read {
                Some(Ok(Some(line))) => Ok(line),
                Some(Ok(None) | Err(_)) | None => Err(Over::Input),
            },
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
