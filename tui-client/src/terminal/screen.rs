//! The terminal itself: taken, drawn on, given back. Whatever ends the program, the shell finds it as it was.

use std::io::{self, Stdout, stdout};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::clipboard::CopyToClipboard;
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::execute;
use crossterm::style::Print;
use crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use ratatui::backend::CrosstermBackend;
use ratatui::{Frame, Terminal};

/// The terminal while it is ours.
pub(super) struct Screen {
    terminal: Terminal<CrosstermBackend<Stdout>>,
    /// Whether the terminal tells of clicks.
    mouse: bool,
}

/// Clicks and the wheel, told in a form that has no largest column; not every move, which nobody here wants to know.
const MOUSE_ON: &str = "\x1b[?1000h\x1b[?1006h";
const MOUSE_OFF: &str = "\x1b[?1006l\x1b[?1000l";

impl Screen {
    /// Takes the terminal: raw, its alternate screen, pastes told from keys. A panic gives it back, and ends the program
    /// with these words.
    pub(super) fn open(last_words: &'static str) -> io::Result<Self> {
        end_on_panic(last_words);
        take()?;
        let terminal = Terminal::new(CrosstermBackend::new(stdout()));
        match terminal {
            Ok(terminal) => Ok(Self { terminal, mouse: false }),
            Err(error) => {
                give_back();
                Err(error)
            }
        }
    }

    /// Draws a whole frame; only what changed is written.
    pub(super) fn draw(&mut self, view: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        self.terminal.draw(view).map(|_| ())
    }

    /// Forgets what is on the screen, so that the next drawing writes all of it.
    pub(super) fn repaint(&mut self) -> io::Result<()> {
        execute!(stdout(), Clear(ClearType::All))?;
        self.terminal = Terminal::new(CrosstermBackend::new(stdout()))?;
        Ok(())
    }

    /// Puts text on the clipboard, by the terminal's own means (OSC 52), so that it works over SSH.
    #[expect(clippy::unused_self, reason = "only who holds the screen may write to it")]
    pub(super) fn copy(&mut self, words: &str) -> io::Result<()> {
        execute!(stdout(), CopyToClipboard::to_clipboard_from(words))
    }

    /// Has the terminal tell of clicks, or leaves them to its own selection of text.
    pub(super) fn listen_to_mouse(&mut self, listens: bool) -> io::Result<()> {
        if self.mouse != listens {
            execute!(stdout(), Print(if listens { MOUSE_ON } else { MOUSE_OFF }))?;
            self.mouse = listens;
        }
        Ok(())
    }

    /// Gives the terminal to the shell, stops until the shell says go on, and takes it again as if new: its size and
    /// contents may be others.
    pub(super) fn suspend(&mut self) -> io::Result<()> {
        give_back();
        // Asked for again before the next key is read.
        self.mouse = false;
        // Stops here, as any program does on Ctrl-Z; the line after runs when the shell brings it back.
        signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGTSTP)?;
        take()?;
        // Its buffers are empty, as the screen just taken is: the next drawing writes all of it.
        self.terminal = Terminal::new(CrosstermBackend::new(stdout()))?;
        Ok(())
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back();
    }
}

/// Whether the terminal is ours. Given back twice, it would put the cursor over what was written in between.
static TAKEN: AtomicBool = AtomicBool::new(false);

fn take() -> io::Result<()> {
    enable_raw_mode()?;
    TAKEN.store(true, Ordering::SeqCst);
    execute!(stdout(), EnterAlternateScreen, Clear(ClearType::All), EnableBracketedPaste)
        .inspect_err(|_| give_back())
}

/// Undoes [`take`]. Where even that fails the terminal is gone, and nobody is left to be told.
fn give_back() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    let _written = execute!(
        stdout(),
        Print(MOUSE_OFF),
        DisableBracketedPaste,
        LeaveAlternateScreen,
        crossterm::cursor::Show
    );
    let _restored = disable_raw_mode();
}

/// The exit code of a Rust program that panics.
const PANICKED: i32 = 101;

/// A panic is a mistake of ours: its message must not end on a screen that is about to vanish, and nothing may go on
/// drawing afterwards, whichever thread it was. What matters is on disk by then.
fn end_on_panic(last_words: &'static str) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            give_back();
            before(panic);
            eprintln!("{last_words}");
            std::process::exit(PANICKED);
        }));
    });
}
