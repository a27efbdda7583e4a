//! The real binary in a pseudo-terminal: keys in, a screen out. It waits for states with a deadline and never sleeps; a
//! state that does not come fails with the last screen.
//!
//! Every screen that was drawn is looked at, in the order of drawing: one that the next replaces at once is not missed.

use std::collections::VecDeque;
use std::io::{Read as _, Write};
use std::num::NonZero;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// How long a state may take to come: an order whose answer was lost is certain to have stopped only after half a minute,
/// and the machine may have much else to do.
const DEADLINE: Duration = Duration::from_secs(120);

/// The size of the terminal at first.
const COLUMNS: u16 = 100;
const ROWS: u16 = 30;

/// Each drawing ends by hiding the cursor or by putting it in its place.
const DRAWN: [&[u8]; 2] = [b"\x1b[?25l", b"\x1b[?25h"];

/// A program in a terminal of its own.
pub struct Session {
    master: Box<dyn MasterPty + Send>,
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    /// Read, and not on the screen yet.
    ahead: VecDeque<u8>,
    screen: vt100::Parser,
    /// How many screens were looked at.
    pub drawn: u64,
    /// Everything that was ever written, for what a screen does not keep.
    pub written: Vec<u8>,
}

impl Session {
    /// Starts the client with its state in `state`, 100 columns by 30 rows.
    pub fn start(state: &Path, args: &[&str], variables: &[(&str, &str)]) -> Self {
        Self::spawn(Self::client(state, args, variables))
    }

    /// The client as a command, with nothing of this machine's own configuration.
    pub fn client(state: &Path, args: &[&str], variables: &[(&str, &str)]) -> CommandBuilder {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_tui-client"));
        command.args(args);
        Self::surroundings(&mut command, state);
        for (name, value) in variables {
            command.env(name, value);
        }
        command
    }

    /// What any program here finds around itself.
    pub fn surroundings(command: &mut CommandBuilder, state: &Path) {
        command.env("TUI_STATE_DIR", state);
        command.env_remove("TUI_CONFIG");
        command.env("XDG_CONFIG_HOME", state);
        command.env("TERM", "xterm-256color");
        command.env("LC_ALL", "pt_BR.UTF-8");
        command.env_remove("NO_COLOR");
        // A trace would push a panic's own words off the screen.
        command.env_remove("RUST_BACKTRACE");
    }

    /// Starts any program.
    pub fn spawn(command: CommandBuilder) -> Self {
        let size = PtySize { rows: ROWS, cols: COLUMNS, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("a pseudo-terminal");
        let child = pair.slave.spawn_command(command).expect("the program starts");
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let keys = pair.master.take_writer().expect("a writer");
        let (sender, output) = channel();
        thread::spawn(move || {
            let mut buffer = [0u8; 4096];
            while let Ok(count) = reader.read(&mut buffer) {
                if count == 0 || sender.send(buffer[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        let screen = vt100::Parser::new(size_of_screen(ROWS), size_of_screen(COLUMNS), 0);
        Self {
            master: pair.master,
            child,
            keys,
            output,
            ahead: VecDeque::new(),
            screen,
            drawn: 0,
            written: Vec::new(),
        }
    }

    /// The screen as text.
    pub fn text(&self) -> String {
        self.screen.screen().contents()
    }

    /// Whether the screen shows this.
    pub fn shows(&self, words: &str) -> bool {
        self.text().contains(words)
    }

    /// The process.
    pub fn process_id(&self) -> u32 {
        self.child.process_id().expect("it runs")
    }

    /// Presses keys, as the bytes that a terminal sends.
    pub fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).expect("keys are taken");
        self.keys.flush().expect("keys are taken");
    }

    /// Pastes text, as a terminal that tells pastes from keys.
    pub fn paste(&mut self, text: &str) {
        self.press(&format!("\x1b[200~{text}\x1b[201~"));
    }

    /// Another size.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        self.master.resize(size).expect("resized");
        self.screen.screen_mut().set_size(size_of_screen(rows), size_of_screen(columns));
    }

    /// Sends the program a signal, by its name.
    pub fn signal(&self, name: &str) {
        let process = self.process_id().to_string();
        let status = Command::new("kill").args([name, &process]).status().expect("kill runs");
        assert!(status.success());
    }

    /// Ends it as a power cut would: nothing more runs in it.
    pub fn kill(mut self) {
        self.signal("-KILL");
        self.child.wait().expect("it has ended");
    }

    /// Waits until the screen shows all of these words.
    pub fn wait_for(&mut self, words: &[&str]) {
        self.wait_until(&format!("{words:?}"), |session| {
            let text = session.text();
            words.iter().all(|w| text.contains(w))
        });
    }

    /// Waits until the screen shows any of these words, and gives the first that it shows.
    pub fn wait_for_any<'a>(&mut self, words: &[&'a str]) -> &'a str {
        self.wait_until(&format!("any of {words:?}"), |s| words.iter().any(|w| s.shows(w)));
        words.iter().find(|w| self.shows(w)).expect("it was seen a moment ago")
    }

    /// Waits until the screen no longer shows these words.
    pub fn wait_without(&mut self, words: &str) {
        self.wait_until(&format!("a screen without {words:?}"), |s| !s.shows(words));
    }

    /// Waits until something holds.
    pub fn wait_until(&mut self, what: &str, holds: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + DEADLINE;
        while !holds(self) {
            if !self.draw_next(deadline) {
                panic!("{what} did not come. The last screen:\n{}", self.text());
            }
        }
    }

    /// Waits for the end and gives the exit code.
    pub fn wait_for_end(&mut self) -> u32 {
        let deadline = Instant::now() + DEADLINE;
        while self.draw_next(deadline) {}
        // The output ends when the program does.
        let ended = matches!(self.output.try_recv(), Err(std::sync::mpsc::TryRecvError::Disconnected));
        assert!(ended, "it does not end. The last screen:\n{}", self.text());
        self.child.wait().expect("it has ended").exit_code()
    }

    /// Whether the shell's own screen is in sight. (A shell may want pastes told from keys itself.)
    pub fn is_on_main_screen(&self) -> bool {
        let screen = self.screen.screen();
        !screen.alternate_screen() && !screen.hide_cursor()
    }

    /// Whether the terminal was given back: the main screen, a cursor, pastes as keys.
    pub fn gave_terminal_back(&self) -> bool {
        let screen = self.screen.screen();
        !screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste()
    }

    /// Takes what was written up to the end of the next drawing, or as much as there is. False when nothing comes.
    fn draw_next(&mut self, deadline: Instant) -> bool {
        if self.ahead.is_empty() {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.output.recv_timeout(left) {
                Ok(bytes) => self.ahead.extend(bytes),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return false,
            }
        }
        let bytes = self.ahead.make_contiguous();
        let ends = |end: &&[u8]| bytes.windows(end.len()).position(|w| w == *end).map(|at| at + end.len());
        let until = DRAWN.iter().filter_map(ends).min().unwrap_or(bytes.len());
        let drawn: Vec<u8> = self.ahead.drain(..until).collect();
        self.written.extend_from_slice(&drawn);
        self.screen.process(&drawn);
        self.drawn += 1;
        true
    }
}

fn size_of_screen(n: u16) -> NonZero<u16> {
    NonZero::new(n).expect("a screen has rows and columns")
}

impl Drop for Session {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ended = self.child.kill();
        let _seen_off = self.child.wait();
    }
}
