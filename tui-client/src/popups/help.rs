//! The keys of the room below and of everywhere, from the table of actions: grouped, scrolled, filtered by `/`.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Outcome, pick};
use crate::actions::{Row, Scope, rows_of};
use crate::rooms::Seen;
use crate::texts::Texts;
use crate::theme::Meaning;
use crate::widgets::list::{self, Piece};
use crate::widgets::{panel, search, text};

/// Columns that the help takes, its frame included.
const WIDTH: u16 = 76;

/// The help on screen.
#[derive(Debug)]
pub struct Help {
    scopes: &'static [Scope],
    scroll: usize,
    /// None until `/` was pressed.
    filter: Option<String>,
}

impl Help {
    /// Help for a room of these scopes.
    #[must_use]
    pub const fn new(scopes: &'static [Scope]) -> Self {
        Self { scopes, scroll: 0, filter: None }
    }

    pub(super) fn key(&mut self, event: &KeyEvent) -> Outcome {
        // Headings, blank lines between groups and reasons come on top of the rows.
        let most = 2 * rows_of(self.scopes).count() + 2 * (self.scopes.len() + 1);
        let ctrl = event.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        if let Some(scroll) = list::stepped(event.code, self.scroll, most) {
            self.scroll = scroll;
            return Outcome::Open;
        }
        match (event.code, &mut self.filter) {
            (KeyCode::Esc, Some(_)) => self.filter = None,
            (KeyCode::Esc | KeyCode::Enter, _) => return Outcome::Closed,
            (KeyCode::Backspace, Some(filter)) => {
                filter.pop();
            }
            (KeyCode::Char(c), Some(filter)) if !ctrl => filter.push(c),
            (KeyCode::Char('/'), None) => self.filter = Some(String::new()),
            (KeyCode::Char('j'), None) => self.scroll += 1,
            (KeyCode::Char('k'), None) => self.scroll = self.scroll.saturating_sub(1),
            (KeyCode::Char('q' | '?') | KeyCode::F(1), None) => return Outcome::Closed,
            _ => {}
        }
        self.scroll = self.scroll.min(most);
        Outcome::Open
    }

    pub(super) fn paste(&mut self, pasted: &str) {
        if let Some(filter) = &mut self.filter {
            filter.push_str(&shared::text::clean(pasted));
        }
    }

    /// The rows that fit, group by group: those of this screen's scopes in their order, then those of everywhere.
    fn groups(&self, texts: &Texts) -> Vec<(Scope, Vec<&'static Row>)> {
        let wanted = self.filter.as_deref().unwrap_or_default();
        let fits = |row: &Row| {
            let keys: Vec<String> = row.keys.iter().map(|k| k.name()).collect();
            search::fit(wanted, &format!("{} {}", row.label(texts.language), keys.join(" "))).is_some()
        };
        let scopes = self.scopes.iter().copied().chain([Scope::Everywhere]);
        scopes
            .map(|scope| (scope, rows_of(self.scopes).filter(|r| r.scope == scope && fits(r)).collect()))
            .filter(|(_, rows): &(Scope, Vec<_>)| !rows.is_empty())
            .collect()
    }

    pub(super) fn view(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        let t = seen.texts.frame;
        let groups = self.groups(seen.texts);
        let shown = groups.iter().map(|(_, rows)| rows.len()).sum();
        let mut lines: Vec<Vec<Piece>> = Vec::new();
        let keys = groups.iter().flat_map(|(_, rows)| rows).map(|row| text::width(&keys_of(row))).max();
        let keys = keys.unwrap_or_default().min(26);
        let width = WIDTH.min(area.width).saturating_sub(6);
        for (scope, rows) in groups {
            if !lines.is_empty() {
                lines.push(Vec::new());
            }
            lines.push(vec![(scope.heading(seen.texts.language).to_owned(), Meaning::Title)]);
            lines.extend(rows.into_iter().flat_map(|row| row_lines(row, keys, width, seen)));
        }
        let all = rows_of(self.scopes).count();
        let height = u16::try_from(all + 12).unwrap_or(u16::MAX);
        let inside = panel::popup(frame, area, seen, t.help_title(), (WIDTH, height));
        let top = u16::from(self.filter.is_some());
        if let Some(filter) = &self.filter {
            pick::filter_line(frame, text::row(inside, 0), seen, filter, shown, all);
        }
        let listed = Rect { height: inside.height.saturating_sub(top + 1), ..text::below(inside, top) };
        let first = self.scroll.min(lines.len().saturating_sub(usize::from(listed.height)));
        list::scrolled(frame, listed, seen, &lines, first);
        let last = text::row(inside, inside.height.saturating_sub(1));
        text::line(frame.buffer_mut(), last, t.help_close(), seen.style(Meaning::Quiet));
    }
}

fn keys_of(row: &Row) -> String {
    row.keys.iter().map(|k| k.name()).collect::<Vec<_>>().join(" · ")
}

/// A key and what it does, and below it why it does not now: a reason that is cut is none.
fn row_lines(row: &Row, keys: u16, width: u16, seen: &Seen<'_>) -> Vec<Vec<Piece>> {
    let written = keys_of(row);
    let pad = " ".repeat(usize::from(keys.saturating_sub(text::width(&written))) + 2);
    let mut lines = vec![vec![
        (format!("{written}{pad}"), Meaning::Key),
        (row.label(seen.texts.language).to_owned(), Meaning::Text),
    ]];
    if let Some(why) = row.when.why_not(seen.world) {
        let indent = " ".repeat(usize::from(keys) + 2);
        let why = text::wrap(seen.texts.frame.why_not(why), width.saturating_sub(keys + 2));
        lines.extend(why.into_iter().map(|words| vec![(format!("{indent}{words}"), Meaning::Off)]));
    }
    lines
}
