//! The real binary in a pseudo-terminal: keys in, a screen out. It waits for states with a deadline and never sleeps; a
//! state that does not come fails with the last screen.

use std::io::{Read as _, Write};
use std::num::NonZero;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// How long a state may take to come: an order whose answer was lost is certain to have stopped only after half a minute.
const DEADLINE: Duration = Duration::from_secs(60);

/// A program in a terminal of its own.
pub struct Session {
    master: Box<dyn MasterPty + Send>,
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    /// Everything that was ever written, for what a screen does not keep.
    pub written: Vec<u8>,
}

impl Session {
    /// Starts the client with its state in `state`, 100 columns by 30 rows.
    pub fn start(state: &Path, args: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_tui-client"));
        command.args(args);
        command.env("TUI_STATE_DIR", state);
        command.env_remove("TUI_CONFIG");
        command.env("XDG_CONFIG_HOME", state);
        command.env("TERM", "xterm-256color");
        command.env("LC_ALL", "pt_BR.UTF-8");
        command.env_remove("NO_COLOR");
        for (name, value) in variables {
            command.env(name, value);
        }
        Self::spawn(command)
    }

    /// Starts any program.
    pub fn spawn(command: CommandBuilder) -> Self {
        let size = PtySize { rows: 30, cols: 100, pixel_width: 0, pixel_height: 0 };
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
        let screen = vt100::Parser::new(size_of_screen(30), size_of_screen(100), 0);
        Self { master: pair.master, child, keys, output, screen, written: Vec::new() }
    }

    /// The screen as text.
    pub fn text(&self) -> String {
        self.screen.screen().contents()
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

    /// Another size.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        self.master.resize(size).expect("resized");
        self.screen.screen_mut().set_size(size_of_screen(rows), size_of_screen(columns));
    }

    /// Waits until the screen shows all of these words.
    pub fn wait_for(&mut self, words: &[&str]) {
        self.wait_until(&format!("{words:?}"), |session| {
            let text = session.text();
            words.iter().all(|w| text.contains(w))
        });
    }

    /// Waits until something holds.
    pub fn wait_until(&mut self, what: &str, holds: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + DEADLINE;
        while !holds(self) {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.output.recv_timeout(left) {
                Ok(bytes) => self.take(&bytes),
                Err(_) => panic!("{what} did not come. The last screen:\n{}", self.text()),
            }
        }
    }

    /// Waits for the end and gives the exit code.
    pub fn wait_for_end(&mut self) -> u32 {
        let deadline = Instant::now() + DEADLINE;
        // The output ends when the program does.
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.output.recv_timeout(left) {
                Ok(bytes) => self.take(&bytes),
                Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => break,
                Err(std::sync::mpsc::RecvTimeoutError::Timeout) => {
                    panic!("it does not end. The last screen:\n{}", self.text())
                }
            }
        }
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

    fn take(&mut self, bytes: &[u8]) {
        self.written.extend_from_slice(bytes);
        self.screen.process(bytes);
    }
}

fn size_of_screen(n: u16) -> NonZero<u16> {
    NonZero::new(n).expect("a screen has rows and columns")
}

impl Drop for Session {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ended = self.child.kill();
    }
}
