//! The line in which a list is narrowed down, or an id is typed. What it says is its room's to understand.

use crossterm::event::{Event as TerminalEvent, KeyEvent};
use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use shared::text::clean;
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler as _;

use super::text;
use crate::rooms::Seen;
use crate::theme::Meaning;

/// Typed or pasted beyond this, the rest is left out.
const TYPED_CHARS_MAX: usize = 120;

/// What was typed, and whether it is being typed.
#[derive(Debug, Default)]
pub struct Filter {
    input: Input,
    typing: bool,
}

impl Filter {
    /// What was typed.
    #[must_use]
    pub fn text(&self) -> &str {
        self.input.value()
    }

    /// Whether letters go into it now.
    #[must_use]
    pub const fn is_typing(&self) -> bool {
        self.typing
    }

    /// Whether it is on the screen: being typed, or kept.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.typing || !self.text().trim().is_empty()
    }

    /// Letters go into it from now on.
    pub const fn begin(&mut self) {
        self.typing = true;
    }

    /// What was typed stays; letters are keys again.
    pub const fn keep(&mut self) {
        self.typing = false;
    }

    /// What was typed goes.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// A key that is no action.
    pub fn key(&mut self, event: &KeyEvent) {
        let room = self.text().chars().count() < TYPED_CHARS_MAX;
        let before = self.input.clone();
        self.input.handle_event(&TerminalEvent::Key(*event));
        if !room && self.text().chars().count() > TYPED_CHARS_MAX {
            self.input = before;
        }
    }

    /// Pasted text goes to the end of what was typed.
    pub fn paste(&mut self, pasted: &str) {
        let whole = format!("{}{}", self.text(), clean(pasted));
        self.input = Input::new(whole.chars().take(TYPED_CHARS_MAX).collect());
    }

    /// Draws it behind a sign, with the cursor while it is typed, and a hint while it is empty.
    pub fn view(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>, sign: &str, hint: &str) {
        let taken = text::line(frame.buffer_mut(), area, &format!("{sign} "), seen.style(Meaning::Key));
        let field = text::indent(area, taken);
        if self.text().is_empty() {
            text::line(frame.buffer_mut(), text::indent(field, 1), hint, seen.style(Meaning::Quiet));
        }
        let meaning = if self.typing { Meaning::FieldFocused } else { Meaning::Field };
        // The end of what is typed stays in sight.
        let before: String = self.text().chars().take(self.input.cursor()).collect();
        let over = text::width(&before).saturating_add(1).saturating_sub(field.width);
        let mut dropped = 0;
        let shown: String = self
            .text()
            .chars()
            .skip_while(|c| {
                let drop = dropped < over;
                dropped += text::width(&c.to_string());
                drop
            })
            .collect();
        text::line(frame.buffer_mut(), field, &shown, seen.style(meaning));
        if self.typing && seen.top && !field.is_empty() {
            let column = text::width(&before).saturating_sub(over).min(field.width - 1);
            frame.set_cursor_position(Position::new(field.x + column, field.y));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossterm::event::KeyCode;

    #[test]
    fn it_takes_letters_and_cleaned_pastes_up_to_its_limit() {
        let mut filter = Filter::default();
        assert!(!filter.is_on());
        filter.begin();
        filter.key(&KeyEvent::from(KeyCode::Char('a')));
        filter.paste("\u{202E}b\nc");
        assert_eq!((filter.text(), filter.is_on(), filter.is_typing()), ("ab c", true, true));
        filter.paste(&"x".repeat(500));
        filter.key(&KeyEvent::from(KeyCode::Char('y')));
        assert_eq!(filter.text().chars().count(), TYPED_CHARS_MAX);
        filter.key(&KeyEvent::from(KeyCode::Backspace));
        assert_eq!(filter.text().chars().count(), TYPED_CHARS_MAX - 1);
        filter.keep();
        assert!(filter.is_on() && !filter.is_typing());
        filter.clear();
        assert!(!filter.is_on());
    }
}
