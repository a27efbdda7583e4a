//! Keys as the table names them, to and from what a terminal sends.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// A key to press.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// A character.
    Char(char),
    /// With Ctrl.
    Ctrl(char),
    /// With Alt.
    Alt(char),
    /// A function key.
    F(u8),
    /// Enter.
    Enter,
    /// Esc.
    Esc,
    /// Tab.
    Tab,
    /// Shift and Tab.
    BackTab,
    /// The arrow up.
    Up,
    /// The arrow down.
    Down,
    /// The arrow to the left.
    Left,
    /// The arrow to the right.
    Right,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// Home.
    Home,
    /// End.
    End,
}

impl Key {
    /// The key of an event, if the table can speak of it.
    #[must_use]
    pub fn of(event: &KeyEvent) -> Option<Self> {
        let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
        let alt = event.modifiers.contains(KeyModifiers::ALT);
        match event.code {
            KeyCode::Char(c) if ctrl && alt => Some(Self::Char(c)),
            KeyCode::Char(c) if ctrl => Some(Self::Ctrl(c.to_ascii_lowercase())),
            KeyCode::Char(c) if alt => Some(Self::Alt(c)),
            KeyCode::Char(c) => Some(Self::Char(c)),
            KeyCode::F(n) => Some(Self::F(n)),
            KeyCode::Enter => Some(Self::Enter),
            KeyCode::Esc => Some(Self::Esc),
            KeyCode::BackTab => Some(Self::BackTab),
            KeyCode::Tab if event.modifiers.contains(KeyModifiers::SHIFT) => Some(Self::BackTab),
            KeyCode::Tab => Some(Self::Tab),
            KeyCode::Up => Some(Self::Up),
            KeyCode::Down => Some(Self::Down),
            KeyCode::Left => Some(Self::Left),
            KeyCode::Right => Some(Self::Right),
            KeyCode::PageUp => Some(Self::PageUp),
            KeyCode::PageDown => Some(Self::PageDown),
            KeyCode::Home => Some(Self::Home),
            KeyCode::End => Some(Self::End),
            _ => None,
        }
    }

    /// The event of it, as if it was pressed.
    #[must_use]
    pub fn event(self) -> KeyEvent {
        let (code, modifiers) = match self {
            Self::Char(c) => (KeyCode::Char(c), KeyModifiers::NONE),
            Self::Ctrl(c) => (KeyCode::Char(c), KeyModifiers::CONTROL),
            Self::Alt(c) => (KeyCode::Char(c), KeyModifiers::ALT),
            Self::F(n) => (KeyCode::F(n), KeyModifiers::NONE),
            Self::Enter => (KeyCode::Enter, KeyModifiers::NONE),
            Self::Esc => (KeyCode::Esc, KeyModifiers::NONE),
            Self::Tab => (KeyCode::Tab, KeyModifiers::NONE),
            Self::BackTab => (KeyCode::BackTab, KeyModifiers::SHIFT),
            Self::Up => (KeyCode::Up, KeyModifiers::NONE),
            Self::Down => (KeyCode::Down, KeyModifiers::NONE),
            Self::Left => (KeyCode::Left, KeyModifiers::NONE),
            Self::Right => (KeyCode::Right, KeyModifiers::NONE),
            Self::PageUp => (KeyCode::PageUp, KeyModifiers::NONE),
            Self::PageDown => (KeyCode::PageDown, KeyModifiers::NONE),
            Self::Home => (KeyCode::Home, KeyModifiers::NONE),
            Self::End => (KeyCode::End, KeyModifiers::NONE),
        };
        KeyEvent::new(code, modifiers)
    }

    /// How it is written on screen.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Char(' ') => "␣".to_owned(),
            Self::Char(c) => c.to_string(),
            Self::Ctrl(c) => format!("Ctrl-{}", c.to_ascii_uppercase()),
            Self::Alt(c) => format!("Alt-{c}"),
            Self::F(n) => format!("F{n}"),
            Self::Enter => "Enter".to_owned(),
            Self::Esc => "Esc".to_owned(),
            Self::Tab => "Tab".to_owned(),
            Self::BackTab => "Shift-Tab".to_owned(),
            Self::Up => "↑".to_owned(),
            Self::Down => "↓".to_owned(),
            Self::Left => "←".to_owned(),
            Self::Right => "→".to_owned(),
            Self::PageUp => "PgUp".to_owned(),
            Self::PageDown => "PgDn".to_owned(),
            Self::Home => "Home".to_owned(),
            Self::End => "End".to_owned(),
        }
    }
}
