//! The keys of the room below, from the table of actions.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::Frame;
use ratatui::layout::Rect;

use super::Outcome;
use crate::actions::{Row, Scope, rows_of};
use crate::rooms::Seen;
use crate::theme::Meaning;
use crate::widgets::list::Piece;
use crate::widgets::{panel, text};

/// The help on screen.
#[derive(Debug)]
pub struct Help {
    scopes: &'static [Scope],
    scroll: usize,
}

impl Help {
    /// Help for a room of these scopes.
    #[must_use]
    pub const fn new(scopes: &'static [Scope]) -> Self {
        Self { scopes, scroll: 0 }
    }

    pub(super) fn key(&mut self, event: &KeyEvent) -> Outcome {
        match event.code {
            KeyCode::Down | KeyCode::Char('j') => {
                let rows = rows_of(self.scopes).count() + 4;
                self.scroll = (self.scroll + 1).min(rows);
            }
            KeyCode::Up | KeyCode::Char('k') => self.scroll = self.scroll.saturating_sub(1),
            _ => return Outcome::Closed,
        }
        Outcome::Open
    }

    pub(super) fn view(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        let t = seen.texts.frame;
        let row = |row: &Row| -> Vec<Piece> {
            let keys: Vec<String> = row.keys.iter().map(|k| k.name()).collect();
            let mut pieces = vec![
                (format!("{:<16}", keys.join(" · ")), Meaning::Key),
                (row.label(seen.texts.language).to_owned(), Meaning::Text),
            ];
            if let Some(why) = row.when.why_not(seen.world) {
                pieces.push((format!("  {}", t.why_not(why)), Meaning::Off));
            }
            pieces
        };
        let mut lines: Vec<Vec<Piece>> = vec![vec![(t.help_here().to_owned(), Meaning::Title)]];
        let here = |r: &&Row| r.scope != Scope::Everywhere;
        lines.extend(rows_of(self.scopes).filter(here).map(row));
        lines.push(Vec::new());
        lines.push(vec![(t.help_everywhere().to_owned(), Meaning::Title)]);
        lines.extend(rows_of(self.scopes).filter(|r| r.scope == Scope::Everywhere).map(row));
        let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(4);
        let inside = panel::popup(frame, area, seen, t.help_title(), (76, height));
        let room = usize::from(inside.height.saturating_sub(2));
        let first = self.scroll.min(lines.len().saturating_sub(room));
        for (n, line) in lines.iter().skip(first).take(room).enumerate() {
            let at = text::row(inside, u16::try_from(n).unwrap_or(u16::MAX));
            let mut column = 0;
            for (words, meaning) in line {
                column +=
                    text::line(frame.buffer_mut(), text::indent(at, column), words, seen.style(*meaning));
            }
        }
        let last = text::row(inside, inside.height.saturating_sub(1));
        text::line(frame.buffer_mut(), last, t.help_close(), seen.style(Meaning::Quiet));
    }
}
