//! How the list of packages looks.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use shared::money::Reais;

use super::{NEWEST, OLDER, Packages, Row, rows as all_rows};
use crate::app::requests::Slot;
use crate::app::wire::Trouble;
use crate::rooms::Seen;
use crate::rooms::package::{said, said_of};
use crate::texts::Texts;
use crate::theme::Meaning;
use crate::widgets::list::{self, Column, Line, Piece};
use crate::widgets::{panel, text};

/// The word for where a package stands, to be found by.
pub(super) fn word(row: &Row<'_>, texts: &Texts) -> &'static str {
    match row {
        Row::Order(order) => texts.home.order(&order.state).1,
        Row::Waiting(_) => texts.home.order_unknown(),
        Row::Told(_, package) => texts.home.package(package).1,
    }
}

impl Packages {
    pub(super) fn draw(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        let t = seen.texts.packages;
        let inside = panel::panel(frame, area, seen, t.title(), true);
        let said = self.said(seen, inside.width);
        let rows = u16::try_from(said.len()).unwrap_or(u16::MAX).min(inside.height / 3);
        let [head, table, below] =
            Layout::vertical([Constraint::Length(1), Constraint::Min(0), Constraint::Length(rows)])
                .areas(inside);
        for (n, (words, meaning)) in said.iter().enumerate() {
            let at = text::row(below, u16::try_from(n).unwrap_or(u16::MAX));
            text::line(frame.buffer_mut(), at, words, seen.style(*meaning));
        }
        let (all, shown) = (all_rows(&self.told, seen.world), self.shown(seen.world));
        self.draw_head(frame, head, seen, shown.len(), all.len());
        if shown.is_empty() {
            return self.draw_none(frame, text::below(table, 1), seen, all.is_empty());
        }
        let columns = [
            Column::left(t.made_at(), 0),
            Column::right(t.total(), 0),
            Column::right(t.legs(), 1),
            Column::left(t.standing(), 0),
            Column::left(t.bank(), 2),
        ];
        let lines: Vec<Line> = shown.iter().map(|row| line(row, seen)).collect();
        list::table(frame, table, seen, &columns, &lines, Some(self.chosen));
    }

    fn draw_head(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>, shown: usize, count: usize) {
        let t = seen.texts.packages;
        if self.id_line.is_typing() {
            return self.id_line.view(frame, area, seen, t.id_label(), t.id_hint());
        }
        let mut words = match (self.filter.is_on(), count) {
            // Nobody knows yet how many there are.
            (_, 0) if self.waits(seen, NEWEST) => return,
            (true, _) => t.shown(shown, count),
            (false, 1) => t.one_shown().to_owned(),
            (false, _) => t.all_shown(count),
        };
        if self.waits(seen, OLDER) {
            words = format!("{words} · {} {}", seen.spinner(), t.older_coming());
        } else if self.told.values().any(|told| told.next.is_some()) {
            words = format!("{words} · {}", t.older_still());
        }
        text::line_right(frame.buffer_mut(), area, &words, seen.style(Meaning::Quiet));
        if self.filter.is_on() {
            let width = area.width.saturating_sub(text::width(&words) + 2);
            self.filter.view(frame, Rect { width, ..area }, seen, "/", t.filter_hint());
        }
    }

    fn draw_none(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>, all: bool) {
        let t = seen.texts.packages;
        if all && self.waits(seen, NEWEST) {
            let words = format!("{} {}", seen.spinner(), t.loading());
            text::line(frame.buffer_mut(), area, &words, seen.style(Meaning::Warning));
        } else if all {
            text::line(frame.buffer_mut(), area, t.none(), seen.style(Meaning::Text));
            text::line(frame.buffer_mut(), text::below(area, 1), t.none_how(), seen.style(Meaning::Quiet));
        } else {
            text::line(frame.buffer_mut(), area, t.none_fits(), seen.style(Meaning::Text));
        }
    }

    fn waits(&self, seen: &Seen<'_>, slot: &'static str) -> bool {
        (0..self.asked.len()).any(|row| seen.waits(Slot(slot, row)))
    }

    fn said(&self, seen: &Seen<'_>, width: u16) -> Vec<(String, Meaning)> {
        let t = seen.texts.packages;
        let mut said = Vec::new();
        if self.not_an_id {
            said.push((format!("× {}", t.not_an_id()), Meaning::Bad));
        }
        for (bank, told) in &self.told {
            let Some(trouble) = &told.trouble else { continue };
            let name = seen.world.banks.name(bank);
            let mut words = match trouble {
                Trouble::Unreachable | Trouble::OutcomeUnknown => t.unread(&name),
                Trouble::Problem(_) | Trouble::Garbage | Trouble::Distrusted(_) => {
                    format!("{name}: {}", seen.texts.codes.trouble(trouble))
                }
            };
            if let Some(at) = told.known_at {
                words = format!("{words} · {}", seen.texts.home.as_of(&seen.texts.time(at)));
            }
            said.push((format!("× {words}"), Meaning::Bad));
        }
        said.into_iter()
            .flat_map(|(words, meaning)| {
                text::wrap(&words, width).into_iter().map(move |line| (line, meaning))
            })
            .collect()
    }
}

fn line(row: &Row<'_>, seen: &Seen<'_>) -> Line {
    let t = seen.texts.packages;
    let (legs, sum) = row.sum();
    let bank = seen.world.banks.name(row.bank());
    let standing: Piece = match row {
        Row::Order(order) => {
            let said = said(order, seen);
            (format!("{} {}", said.sign, said.word), said.meaning)
        }
        Row::Waiting(_) => (format!("? {}", t.waits_for_log_in(&bank)), Meaning::Warning),
        Row::Told(_, package) => {
            let said = said_of(package, seen);
            (format!("{} {}", said.sign, said.word), said.meaning)
        }
    };
    Line::Cells(vec![
        (seen.texts.day_and_hour(row.made_at()), Meaning::Quiet),
        (Reais(sum).to_string(), Meaning::Money),
        (legs.to_string(), Meaning::Text),
        standing,
        (bank, Meaning::Quiet),
    ])
}
