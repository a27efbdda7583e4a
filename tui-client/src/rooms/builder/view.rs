//! How the package builder looks: the legs, what they sum up to, and what could not be read.

use std::collections::BTreeMap;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use shared::ids::BankId;
use shared::money::Reais;

use super::{Builder, Writing};
use crate::rooms::Seen;
use crate::rooms::review::totals;
use crate::theme::Meaning;
use crate::widgets::list::{self, Column, Line, Piece};
use crate::widgets::{leg_line, panel, text};

impl Builder {
    pub(super) fn draw(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        if let Some(writing) = &self.writing {
            return draw_writing(frame, area, seen, writing);
        }
        let unread = if self.unread.is_empty() { 0 } else { self.unread.len().min(4) + 3 };
        let unread = u16::try_from(unread).unwrap_or(u16::MAX);
        let [area, lost] = Layout::vertical([Constraint::Min(0), Constraint::Length(unread)]).areas(area);
        let [legs, sums] = if area.width >= 110 {
            Layout::horizontal([Constraint::Min(0), Constraint::Length(44)]).areas(area)
        } else {
            let wanted = u16::try_from(self.sums(seen).len()).unwrap_or(u16::MAX).saturating_add(2);
            let rows = if self.legs.is_empty() { 0 } else { wanted.min(area.height / 2) };
            Layout::vertical([Constraint::Min(0), Constraint::Length(rows)]).areas(area)
        };
        self.draw_list(frame, legs, seen);
        let inside = panel::panel(frame, sums, seen, seen.texts.builder.totals(), false);
        list::rows(frame, inside, seen, &self.sums(seen), None, false);
        self.draw_unread(frame, lost, seen);
    }

    fn draw_list(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        let t = seen.texts.builder;
        let inside = panel::panel(frame, area, seen, &t.legs(self.legs.len()), true);
        if self.legs.is_empty() {
            let words = [t.empty(), t.empty_how(), t.empty_promise()];
            for (n, words) in (0u16..).zip(words) {
                let meaning = if n == 0 { Meaning::Text } else { Meaning::Quiet };
                text::line(frame.buffer_mut(), text::row(inside, n), words, seen.style(meaning));
            }
            return;
        }
        let columns = [
            Column::left("", 0),
            Column::left(t.from(), 0),
            Column::left(t.to(), 0),
            Column::left(t.name(), 1),
            Column::right(t.amount(), 0),
        ];
        let lines: Vec<Line> = self
            .legs
            .iter()
            .enumerate()
            .map(|(n, leg)| {
                let (name, meaning) = self.payees.words(leg.to(), seen);
                Line::Cells(vec![
                    ((n + 1).to_string(), Meaning::Quiet),
                    (leg_line::end_text(leg.from()), Meaning::Text),
                    (leg_line::end_text(leg.to()), Meaning::Title),
                    (text::cut(&name, 20), meaning),
                    (leg.amount().to_string(), Meaning::Money),
                ])
            })
            .collect();
        list::table(frame, inside, seen, &columns, &lines, Some(self.chosen));
    }

    /// Running totals: of all, by bank, by account; what is left where the account is in sight.
    fn sums(&self, seen: &Seen<'_>) -> Vec<Vec<Piece>> {
        let t = seen.texts.builder;
        let total = self.legs.iter().fold(0i64, |sum, leg| sum.saturating_add(leg.amount().centavos()));
        let mut rows = vec![vec![
            (format!("{} ", t.total()), Meaning::Title),
            (Reais(total).to_string(), Meaning::Money),
        ]];
        let accounts = totals(&self.legs);
        let mut banks: BTreeMap<&BankId, (i64, i64)> = BTreeMap::new();
        for (account, (out, into)) in &accounts {
            let bank = banks.entry(&account.bank).or_default();
            *bank = (bank.0.saturating_add(*out), bank.1.saturating_add(*into));
        }
        rows.push(vec![(t.by_bank().to_owned(), Meaning::Title)]);
        for (bank, moved) in banks {
            rows.push(sum_row(&seen.world.banks.name(bank), moved, seen));
        }
        rows.push(vec![(t.by_account().to_owned(), Meaning::Title)]);
        for (account, moved) in &accounts {
            rows.push(sum_row(&account.to_string(), *moved, seen));
            if let Some(own) = seen.world.banks.account(account) {
                let left = own.available.saturating_sub(moved.0).saturating_add(moved.1);
                let (sign, meaning) = if left < 0 { ("! ", Meaning::Bad) } else { ("", Meaning::Quiet) };
                rows.push(vec![(format!("    {sign}{}", t.left(&Reais(left).to_string())), meaning)]);
            }
        }
        rows
    }

    fn draw_unread(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        if self.unread.is_empty() {
            return;
        }
        let t = seen.texts.builder;
        let inside = panel::panel(frame, area, seen, &t.unread(self.unread.len()), false);
        let rows: Vec<Vec<Piece>> = self
            .unread
            .iter()
            .map(|unread| {
                let why = seen.texts.forms.complaint(&unread.why);
                vec![
                    (format!("{}  ", text::cut(&unread.line, 40)), Meaning::Text),
                    (format!("! {why}"), Meaning::Bad),
                ]
            })
            .collect();
        list::rows(frame, inside, seen, &rows, None, false);
    }
}

fn sum_row(name: &str, (out, into): (i64, i64), seen: &Seen<'_>) -> Vec<Piece> {
    let t = seen.texts.builder;
    let mut row = vec![(format!("  {name}"), Meaning::Text)];
    if out > 0 {
        row.push((format!("  {} {}", t.out(), Reais(out)), Meaning::Money));
    }
    if into > 0 {
        row.push((format!("  {} {}", t.into(), Reais(into)), Meaning::Incoming));
    }
    row
}

fn draw_writing(frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>, writing: &Writing) {
    let t = seen.texts.builder;
    let title = writing.at.map_or_else(|| t.new_leg().to_owned(), |at| t.change_leg(at + 1));
    let inside = panel::panel(frame, area, seen, &title, true);
    text::line(frame.buffer_mut(), inside, t.leg_intro(), seen.style(Meaning::Quiet));
    writing.form.draw(frame, text::below(inside, 2), seen, t.keep_leg());
}
