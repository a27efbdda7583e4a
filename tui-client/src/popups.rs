//! Popups: small machines on a stack above the rooms. The topmost has all keys; its answer goes to whoever asked.

pub mod question;

pub mod pick;

pub mod help;

use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;

use crate::rooms::Seen;

/// A popup.
#[derive(Debug)]
pub enum Popup {
    /// A question with a few answers.
    Question(question::Question),
    /// A list to pick from, with a filter.
    Pick(pick::Pick),
    /// The keys of the room below.
    Help(help::Help),
}

/// What a key did to a popup.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It stays.
    Open,
    /// It closes, with nothing chosen.
    Closed,
    /// It closes, with this answer.
    Answered(Answered),
}

/// A popup's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answered {
    /// A question and the number of the answer chosen, from 0.
    Question(question::Ask, usize),
    /// A list, by the tag that its room gave it, and the number of the row chosen, from 0.
    Pick(&'static str, usize),
}

impl Popup {
    /// A key was pressed.
    pub fn key(&mut self, event: &KeyEvent) -> Outcome {
        match self {
            Self::Question(popup) => popup.key(event),
            Self::Pick(popup) => popup.key(event),
            Self::Help(popup) => popup.key(event),
        }
    }

    /// Text was pasted.
    pub fn paste(&mut self, pasted: &str) {
        match self {
            Self::Pick(popup) => popup.paste(pasted),
            Self::Question(_) | Self::Help(_) => {}
        }
    }

    /// Draws it.
    pub fn view(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        match self {
            Self::Question(popup) => popup.view(frame, area, seen),
            Self::Pick(popup) => popup.view(frame, area, seen),
            Self::Help(popup) => popup.view(frame, area, seen),
        }
    }
}
