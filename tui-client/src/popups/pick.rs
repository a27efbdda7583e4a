//! A list to pick from; typing filters it.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Answered, Outcome};
use crate::rooms::Seen;
use crate::theme::Meaning;
use crate::widgets::{list, panel, text};

/// A list on screen.
#[derive(Debug)]
pub struct Pick {
    tag: &'static str,
    title: String,
    rows: Vec<String>,
    filter: String,
    chosen: usize,
}

impl Pick {
    /// A list with a title. The room that opens it gets `tag` back with the answer.
    #[must_use]
    pub const fn new(tag: &'static str, title: String, rows: Vec<String>) -> Self {
        Self { tag, title, rows, filter: String::new(), chosen: 0 }
    }

    fn shown(&self) -> Vec<usize> {
        let wanted = self.filter.to_lowercase();
        let fits = |row: &str| wanted.split_whitespace().all(|w| row.to_lowercase().contains(w));
        self.rows.iter().enumerate().filter(|(_, row)| fits(row)).map(|(n, _)| n).collect()
    }

    pub(super) fn key(&mut self, event: &KeyEvent) -> Outcome {
        let shown = self.shown();
        match event.code {
            KeyCode::Esc => return Outcome::Closed,
            KeyCode::Enter => {
                if let Some(row) = shown.get(self.chosen) {
                    return Outcome::Answered(Answered::Pick(self.tag, *row));
                }
            }
            KeyCode::Up | KeyCode::BackTab => self.chosen = list::moved(self.chosen, shown.len(), false),
            KeyCode::Down | KeyCode::Tab => self.chosen = list::moved(self.chosen, shown.len(), true),
            KeyCode::Backspace => {
                self.filter.pop();
                self.chosen = 0;
            }
            KeyCode::Char(c) if !event.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) => {
                self.type_text(&c.to_string());
            }
            _ => {}
        }
        Outcome::Open
    }

    pub(super) fn paste(&mut self, pasted: &str) {
        self.type_text(&shared::text::clean(pasted));
    }

    fn type_text(&mut self, typed: &str) {
        let room = 80usize.saturating_sub(self.filter.chars().count());
        self.filter.extend(typed.chars().take(room));
        self.chosen = 0;
    }

    pub(super) fn view(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        let widest = self.rows.iter().map(|r| text::width(r)).max().unwrap_or(0);
        let height = u16::try_from(self.rows.len()).unwrap_or(u16::MAX).saturating_add(4);
        let width = (widest + 8).max(40);
        let size = (width.min(area.width), height.min(area.height));
        let inside = panel::popup(frame, area, seen, &self.title, size);
        let line = text::row(inside, 0);
        let taken = text::line(frame.buffer_mut(), line, "/ ", seen.style(Meaning::Key));
        text::line(
            frame.buffer_mut(),
            text::indent(line, taken),
            &self.filter,
            seen.style(Meaning::FieldFocused),
        );
        let shown = self.shown();
        let rows: Vec<Vec<list::Piece>> =
            shown.iter().map(|n| vec![(self.rows[*n].clone(), Meaning::Text)]).collect();
        let chosen = (!rows.is_empty()).then_some(self.chosen);
        list::rows(frame, text::below(inside, 1), seen, &rows, chosen, true);
    }
}
