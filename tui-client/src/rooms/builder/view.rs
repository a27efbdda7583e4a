//! How the package builder looks: the legs, what they sum up to, and what could not be read.

use std::collections::{BTreeMap, BTreeSet};

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use shared::ids::BankId;
use shared::money::Reais;
use shared::package::Leg;

use super::{Builder, Import, Mode, Source, Writing};
use crate::rooms::review::{cash, totals};
use crate::rooms::{Seen, draw_words, leg_table};
use crate::theme::Meaning;
use crate::widgets::list::{self, Column, Line, Piece};
use crate::widgets::{panel, text};

/// Rows that the sums can have at most: each leg has two accounts at most, with what is left in them.
pub(super) fn sum_rows_max(legs: &[Leg]) -> usize {
    let accounts = totals(legs);
    let banks: BTreeSet<&BankId> = accounts.keys().map(|account| &account.bank).collect();
    // The heads of both lists, and two rows of cash.
    accounts.len() * 2 + banks.len() + 4
}

impl Builder {
    pub(super) fn draw(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        match &self.mode {
            Mode::Writing(writing) => draw_writing(frame, area, seen, writing),
            Mode::Import(import) => draw_import(frame, area, seen, import),
            Mode::List => self.draw_both(frame, area, seen, None),
            Mode::Sums(at) => self.draw_both(frame, area, seen, Some(*at)),
        }
    }

    fn draw_both(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>, sums_at: Option<usize>) {
        let rows = self.sums(seen);
        let [legs, sums] = if area.width >= 110 {
            // An amount cut short is a wrong amount: the sums take what they need, up to half.
            let row_width = |row: &Vec<Piece>| row.iter().map(|(words, _)| text::width(words)).sum::<u16>();
            let needed = rows.iter().map(row_width).max().unwrap_or(0).saturating_add(4);
            let sums = needed.clamp(44, (area.width / 2).max(44));
            Layout::horizontal([Constraint::Min(0), Constraint::Length(sums)]).areas(area)
        } else {
            let wanted = u16::try_from(rows.len()).unwrap_or(u16::MAX).saturating_add(2);
            let rows = if self.legs.is_empty() { 0 } else { wanted.min(area.height / 2) };
            Layout::vertical([Constraint::Min(0), Constraint::Length(rows)]).areas(area)
        };
        self.draw_list(frame, legs, seen, sums_at.is_none());
        let inside = panel::panel(frame, sums, seen, seen.texts.builder.totals(), sums_at.is_some());
        let most = rows.len().saturating_sub(usize::from(inside.height));
        list::scrolled(frame, inside, seen, &rows, sums_at.unwrap_or(0).min(most));
    }

    fn draw_list(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>, focused: bool) {
        let t = seen.texts.builder;
        let mut inside = panel::panel(frame, area, seen, &t.legs(self.legs.len()), focused);
        if self.corrects {
            let rows = u16::try_from(text::wrap(t.corrects(), inside.width).len()).unwrap_or(1).min(2);
            draw_words(
                frame,
                Rect { height: rows.min(inside.height), ..inside },
                seen,
                t.corrects(),
                Meaning::Warning,
            );
            inside = text::below(inside, rows);
        }
        if self.legs.is_empty() {
            let words = [t.empty(), t.empty_how(), t.empty_files(), t.empty_promise()];
            for (n, words) in (0u16..).zip(words) {
                let meaning = if n == 0 { Meaning::Text } else { Meaning::Quiet };
                text::line(frame.buffer_mut(), text::row(inside, n), words, seen.style(meaning));
            }
            return;
        }
        let mut columns = vec![
            Column::left("", 0),
            Column::left(t.from(), 0),
            Column::left(t.to(), 0),
            Column::left(t.name(), 1),
            Column::right(t.amount(), 0),
        ];
        let mut lines: Vec<Line> = self
            .legs
            .iter()
            .enumerate()
            .map(|(n, leg)| {
                let (name, meaning) = self.payees.words(leg.to(), seen);
                Line::Cells(vec![
                    ((n + 1).to_string(), Meaning::Quiet),
                    (leg_table::end_words(leg.from(), seen), Meaning::Text),
                    (leg_table::end_words(leg.to(), seen), Meaning::Title),
                    (text::cut(&name, 20), meaning),
                    (leg.amount().to_string(), Meaning::Money),
                ])
            })
            .collect();
        let title = seen.texts.pay.description();
        let described = leg_table::describe(&mut columns, &mut lines, &self.legs, inside.width, title);
        let chosen = self.legs.get(self.chosen);
        let inside = leg_table::draw_whole(frame, inside, seen, chosen, described);
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
        if let Some((counter, words)) = cash(&self.legs, seen) {
            rows.push(vec![(format!("  {counter}"), Meaning::Text)]);
            rows.push(vec![(format!("    {words}"), Meaning::Money)]);
        }
        rows.push(vec![(t.by_account().to_owned(), Meaning::Title)]);
        for (account, moved) in &accounts {
            rows.push(sum_row(&account.to_string(), *moved, seen));
            if let Some(own) = seen.world.banks.account(account) {
                let left = own.available.saturating_sub(moved.0).saturating_add(moved.1);
                let (sign, meaning) = if left < 0 { ("! ", Meaning::Bad) } else { ("", Meaning::Quiet) };
                rows.push(vec![(format!("    {sign}{}", t.left(&seen.balance(left))), meaning)]);
            }
        }
        rows
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

/// Lines that are no legs: each with its number; of the chosen one all of it, with the reason; and two buttons.
fn draw_import(frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>, import: &Import) {
    let t = seen.texts.builder;
    let (good, bad) = (import.found.legs.len(), import.found.bad.len());
    let title = match &import.incoming.source {
        Source::Paste => t.import_paste().to_owned(),
        Source::File(path) => path.clone(),
        Source::Template(name) => name.clone(),
    };
    let inside = panel::panel(frame, area, seen, &title, true);
    text::line(frame.buffer_mut(), inside, &t.import_good(good), seen.style(Meaning::Good));
    let line = text::row(inside, 1);
    text::line(frame.buffer_mut(), line, &t.import_bad(bad), seen.style(Meaning::Bad));
    let [lines, about, buttons] =
        Layout::vertical([Constraint::Min(1), Constraint::Length(5), Constraint::Length(1)])
            .areas(text::below(inside, 3));
    let rows: Vec<Vec<Piece>> = import
        .found
        .bad
        .iter()
        .map(|line| {
            let why = seen.texts.forms.complaint(&line.why);
            vec![
                (format!("{}  ", t.line(line.number)), Meaning::Quiet),
                (format!("{}  ", text::cut(&line.text, lines.width / 2)), Meaning::Text),
                (format!("! {why}"), Meaning::Bad),
            ]
        })
        .collect();
    list::rows(frame, lines, seen, &rows, Some(import.at), true);
    if let Some(line) = import.found.bad.get(import.at) {
        let words = format!("{}: {}", t.line(line.number), line.text);
        let shown = Rect { height: about.height.min(2), ..text::below(about, 1) };
        draw_words(frame, shown, seen, &words, Meaning::Text);
        let why = format!("! {}", seen.texts.forms.complaint(&line.why));
        draw_words(frame, text::below(about, 3), seen, &why, Meaning::Bad);
    }
    let taken = panel::button(frame, buttons, seen, t.import_nothing(), !import.takes);
    if good > 0 {
        let label = t.import_take(good);
        panel::button(frame, text::indent(buttons, taken + 3), seen, &label, import.takes);
    }
}
