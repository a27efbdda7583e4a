//! What a click means, place by place, noted while drawing: the keys that would do the same. So the mouse can do nothing
//! that keys cannot, and goes the same way.

use std::cell::RefCell;

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::{Position, Rect};

/// A key, pressed so many times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Press {
    /// The key.
    pub key: KeyEvent,
    /// How often.
    pub times: usize,
}

/// A place on the screen and what a click on it presses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// Where.
    pub area: Rect,
    /// What.
    pub press: Press,
}

/// What a click on a row of a list does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rows {
    /// Nothing: arrows do not move among them.
    #[default]
    Still,
    /// Moves there.
    Move,
    /// Moves there; a click on the chosen one takes it.
    Choose,
}

/// The places of one drawing.
#[derive(Clone, Debug, Default)]
pub struct Hits(RefCell<Vec<Target>>);

impl Hits {
    /// A click in `area` presses `key` so many times.
    pub fn note(&self, area: Rect, key: impl Into<KeyEvent>, times: usize) {
        if !area.is_empty() && times > 0 {
            self.0.borrow_mut().push(Target { area, press: Press { key: key.into(), times } });
        }
    }

    /// A click on row `n` of a list, where `chosen` is the chosen one.
    pub fn note_row(&self, area: Rect, rows: Rows, n: usize, chosen: Option<usize>) {
        let Some(at) = chosen else {
            // The first step down from nowhere is to the first row.
            return if rows == Rows::Choose {
                self.note(area, KeyCode::Down, n + 1)
            };
        };
        match rows {
            Rows::Still => {}
            Rows::Move | Rows::Choose if n > at => self.note(area, KeyCode::Down, n - at),
            Rows::Move | Rows::Choose if n < at => self.note(area, KeyCode::Up, at - n),
            Rows::Choose => self.note(area, KeyCode::Enter, 1),
            Rows::Move => {}
        }
    }

    /// What lies below something drawn above it cannot be clicked.
    pub fn clear(&self) {
        self.0.borrow_mut().clear();
    }

    /// The places, those drawn last on top.
    #[must_use]
    pub fn into_targets(self) -> Vec<Target> {
        self.0.into_inner()
    }
}

/// What a click there presses.
#[must_use]
pub fn pressed_at(targets: &[Target], column: u16, row: u16) -> Option<Press> {
    let at = Position { x: column, y: row };
    targets.iter().rev().find(|target| target.area.contains(at)).map(|target| target.press)
}
