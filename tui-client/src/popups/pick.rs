//! A list to pick from; typing filters it, accents and capitals aside.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Answered, Outcome};
use crate::rooms::Seen;
use crate::theme::Meaning;
use crate::widgets::{list, panel, search, text};

/// A list on screen.
#[derive(Debug)]
pub struct Pick {
    tag: &'static str,
    title: String,
    rows: Vec<String>,
    /// The first row that may be deleted; those after it may too.
    deletable_from: Option<usize>,
    filter: String,
    chosen: usize,
}

impl Pick {
    /// A list with a title. The room that opens it gets `tag` back with the answer.
    #[must_use]
    pub const fn new(tag: &'static str, title: String, rows: Vec<String>) -> Self {
        Self { tag, title, rows, deletable_from: None, filter: String::new(), chosen: 0 }
    }

    /// The same, where the rows from this one on may be deleted: the room then gets [`Answered::Delete`].
    #[must_use]
    pub const fn deleting(mut self, from: usize) -> Self {
        self.deletable_from = Some(from);
        self
    }

    /// The same, with something typed already.
    #[must_use]
    pub fn filtered(mut self, filter: &str) -> Self {
        self.type_text(filter);
        self
    }

    fn shown(&self) -> Vec<usize> {
        search::fitting(&self.filter, self.rows.iter().map(String::as_str))
    }

    pub(super) fn key(&mut self, event: &KeyEvent) -> Outcome {
        let shown = self.shown();
        if let Some(chosen) = list::stepped(event.code, self.chosen, shown.len()) {
            self.chosen = chosen;
            return Outcome::Open;
        }
        let row = shown.get(self.chosen).copied();
        match event.code {
            KeyCode::Esc => return Outcome::Closed,
            KeyCode::Enter => {
                if let Some(row) = row {
                    return Outcome::Answered(Answered::Pick(self.tag, row));
                }
            }
            KeyCode::Delete => {
                if let Some(row) = row.filter(|row| self.deletable_from.is_some_and(|from| *row >= from)) {
                    return Outcome::Answered(Answered::Delete(self.tag, row));
                }
            }
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
        let hint = u16::from(self.deletable_from.is_some());
        let height = u16::try_from(self.rows.len().max(1)).unwrap_or(u16::MAX).saturating_add(4 + hint);
        let width = (widest + 8).max(if hint == 1 { 50 } else { 40 });
        let size = (width.min(area.width), height.min(area.height));
        let inside = panel::popup(frame, area, seen, &self.title, size);
        let shown = self.shown();
        filter_line(frame, text::row(inside, 0), seen, &self.filter, shown.len(), self.rows.len());
        let below = text::below(inside, 1);
        let rows: Vec<Vec<list::Piece>> =
            shown.iter().map(|n| vec![(self.rows[*n].clone(), Meaning::Text)]).collect();
        let chosen = (!rows.is_empty()).then_some(self.chosen);
        if rows.is_empty() {
            text::line(
                frame.buffer_mut(),
                below,
                seen.texts.frame.nothing_fits(),
                seen.style(Meaning::Quiet),
            );
        }
        let listed = Rect { height: below.height.saturating_sub(hint), ..below };
        list::rows(frame, listed, seen, &rows, chosen, true);
        if hint == 1 {
            let last = text::row(inside, inside.height.saturating_sub(1));
            text::line(frame.buffer_mut(), last, seen.texts.frame.delete_hint(), seen.style(Meaning::Quiet));
        }
    }
}

/// The line of a list that is being filtered: what was typed, and how many of how many are left.
pub(super) fn filter_line(
    frame: &mut Frame<'_>,
    line: Rect,
    seen: &Seen<'_>,
    filter: &str,
    shown: usize,
    all: usize,
) {
    let taken = text::line(frame.buffer_mut(), line, "/ ", seen.style(Meaning::Key));
    let count = seen.texts.frame.count_of(shown, all);
    let room = text::indent(line, taken).width.saturating_sub(text::width(&count) + 1);
    let field = Rect { width: room, ..text::indent(line, taken) };
    let written = text::line(frame.buffer_mut(), field, filter, seen.style(Meaning::FieldFocused));
    text::line_right(frame.buffer_mut(), line, &count, seen.style(Meaning::Quiet));
    if seen.top {
        frame
            .set_cursor_position(ratatui::layout::Position::new(field.x + written.min(field.width), field.y));
    }
}
