//! Popups: small machines on a stack above the rooms. The topmost has all keys; its answer goes to whoever asked.

pub mod question;

pub mod pick;

pub mod help;

pub mod palette;

pub mod path;

pub mod name;

#[cfg(test)]
mod tests;

use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;

use crate::app::files::{FileAnswer, FileCall};
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
    /// Everything that can be done, by name.
    Palette(palette::Palette),
    /// A file to read or to write.
    Path(Box<path::PathPrompt>),
    /// A name to give.
    Name(Box<name::NamePrompt>),
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
    /// It closes, and this is to be done.
    Command(palette::Command),
    /// It stays, and wants this of the disk.
    File(FileCall),
}

/// A popup's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answered {
    /// A question and the number of the answer chosen, from 0.
    Question(question::Ask, usize),
    /// A list, by the tag that its room gave it, and the number of the row chosen, from 0.
    Pick(&'static str, usize),
    /// The same, where the row chosen is to be deleted.
    Delete(&'static str, usize),
    /// A name, by the tag that its room gave the prompt.
    Name(&'static str, String),
    /// A file was read.
    FileRead {
        /// The tag that the room gave the prompt.
        tag: &'static str,
        /// As typed.
        path: String,
        /// What stands in it.
        text: String,
    },
    /// A file was written.
    FileWritten {
        /// The tag that the room gave the prompt.
        tag: &'static str,
        /// Where to, in full.
        path: String,
    },
}

impl Popup {
    /// A key was pressed.
    pub fn key(&mut self, event: &KeyEvent) -> Outcome {
        match self {
            Self::Question(popup) => popup.key(event),
            Self::Pick(popup) => popup.key(event),
            Self::Help(popup) => popup.key(event),
            Self::Palette(popup) => popup.key(event),
            Self::Path(popup) => popup.key(event),
            Self::Name(popup) => popup.key(event),
        }
    }

    /// Text was pasted.
    pub fn paste(&mut self, pasted: &str) -> Outcome {
        match self {
            Self::Pick(popup) => popup.paste(pasted),
            Self::Path(popup) => return popup.paste(pasted),
            Self::Name(popup) => popup.paste(pasted),
            Self::Help(popup) => popup.paste(pasted),
            Self::Palette(popup) => popup.paste(pasted),
            Self::Question(_) => {}
        }
        Outcome::Open
    }

    /// The disk answered.
    pub fn file_answered(&mut self, answer: FileAnswer) -> Outcome {
        match self {
            Self::Path(popup) => popup.answered(answer),
            Self::Question(_) | Self::Pick(_) | Self::Help(_) | Self::Palette(_) | Self::Name(_) => {
                Outcome::Open
            }
        }
    }

    /// Draws it.
    pub fn view(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        match self {
            Self::Question(popup) => popup.view(frame, area, seen),
            Self::Pick(popup) => popup.view(frame, area, seen),
            Self::Help(popup) => popup.view(frame, area, seen),
            Self::Palette(popup) => popup.view(frame, area, seen),
            Self::Path(popup) => popup.view(frame, area, seen),
            Self::Name(popup) => popup.view(frame, area, seen),
        }
    }
}
