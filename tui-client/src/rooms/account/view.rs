//! How an account looks. What came in and what went out differ by sign, word and colour.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::widgets::{Sparkline, Widget as _};
use shared::api::problem::ProblemCode;
use shared::api::replies::{AccountReply, PostingReply};
use shared::cpf::Cpf;
use shared::money::Reais;

use super::statement::{balance_steps, totals};
use super::{Account, Closing, OLDER};
use crate::app::wire::Trouble;
use crate::rooms::Seen;
use crate::theme::Meaning;
use crate::widgets::list::{self, Column, Line, Piece};
use crate::widgets::{panel, text};

/// Columns that the sparkline takes at most.
const SPARK_COLUMNS: u16 = 24;

impl Account {
    pub(super) fn draw(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        let t = seen.texts.account;
        let account = self.account.to_string();
        let title = if self.shows_details { t.details_of(&account) } else { t.statement_of(&account) };
        let inside = panel::panel(frame, area, seen, &title, true);
        let said = self.said(seen, inside.width);
        let rows = u16::try_from(said.len()).unwrap_or(u16::MAX).min(inside.height / 3);
        let [body, below] = Layout::vertical([Constraint::Min(0), Constraint::Length(rows)]).areas(inside);
        if self.shows_details {
            self.draw_details(frame, body, seen);
        } else {
            self.draw_statement(frame, body, seen);
        }
        for (n, (words, meaning)) in said.iter().enumerate() {
            let at = text::row(below, u16::try_from(n).unwrap_or(u16::MAX));
            text::line(frame.buffer_mut(), at, words, seen.style(*meaning));
        }
    }

    fn draw_statement(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        let t = seen.texts.account;
        if let Some(account) = self.seen(seen.world) {
            draw_pieces(frame, text::row(area, 0), seen, &summary(account, seen));
        }
        if self.statement.known_at.is_none() {
            if self.trouble.is_none() {
                let bank = seen.world.banks.name(&self.account.bank);
                let words = if seen.world.banks.reader(&self.account.bank).is_some() {
                    format!("{} {}", seen.spinner(), t.loading())
                } else {
                    format!("× {}", t.no_reader(&bank))
                };
                text::line(frame.buffer_mut(), text::row(area, 2), &words, seen.style(Meaning::Warning));
            }
            return;
        }
        let shown = self.statement.wanted(self.filter.text());
        let balance_rows = draw_balance(frame, text::below(area, 1), seen, &shown);
        self.draw_filter(frame, text::row(area, 1 + balance_rows), seen, shown.len());
        let about = shown.get(self.chosen).map(|posting| about(posting, seen)).unwrap_or_default();
        let about = text::wrap(&about, area.width);
        let about_rows = u16::try_from(about.len()).unwrap_or(u16::MAX).min(2);
        let [table, totals_row, detail] =
            Layout::vertical([Constraint::Min(0), Constraint::Length(1), Constraint::Length(about_rows)])
                .areas(text::below(area, 2 + balance_rows));
        if shown.is_empty() {
            let words = if self.statement.postings.is_empty() { t.none() } else { t.none_fits() };
            text::line(frame.buffer_mut(), text::row(table, 1), words, seen.style(Meaning::Text));
            return;
        }
        draw_postings(frame, table, seen, &shown, self.chosen);
        draw_totals(frame, totals_row, seen, &shown);
        for (n, line) in (0..about_rows).zip(&about) {
            text::line(frame.buffer_mut(), text::row(detail, n), line, seen.style(Meaning::Quiet));
        }
    }

    fn draw_filter(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>, shown: usize) {
        let t = seen.texts.account;
        let count = self.statement.postings.len();
        let mut words = match (self.filter.is_on(), count) {
            (true, _) => t.shown(shown, count),
            (false, 1) => t.one_shown().to_owned(),
            (false, _) => t.all_shown(count),
        };
        if seen.waits(OLDER) {
            words = format!("{words} · {} {}", seen.spinner(), t.older_coming());
        } else if !self.statement.is_whole() {
            words = format!("{words} · {}", t.older_still());
        }
        let taken = text::width(&words);
        text::line_right(frame.buffer_mut(), area, &words, seen.style(Meaning::Quiet));
        if self.filter.is_on() {
            let field = Rect { width: area.width.saturating_sub(taken + 2), ..area };
            self.filter.view(frame, field, seen, "/", t.filter_hint());
        }
    }

    fn draw_details(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        let t = seen.texts.account;
        let Some(account) = self.seen(seen.world) else {
            let words = format!("{} {}", seen.spinner(), t.details_loading());
            text::line(frame.buffer_mut(), area, &words, seen.style(Meaning::Warning));
            return;
        };
        let home = seen.texts.home;
        let status = home.account_status(account.status).unwrap_or_else(|| t.open());
        let mut rows: Vec<(&str, String)> = vec![
            (home.account(), account.account.to_string()),
            (t.kind(), home.account_kind(account.kind).to_owned()),
            (t.status(), status.to_owned()),
        ];
        if let Some(company) = &account.company {
            rows.push((t.company(), company.clone()));
        }
        if let Some(cnpj) = &account.cnpj {
            rows.push((t.cnpj(), cnpj.formatted()));
        }
        rows.push((t.opened_at(), seen.texts.day_and_hour(account.opened_at)));
        rows.push((home.balance(), seen.balance(account.balance)));
        rows.push((home.held(), format!("{} · {}", seen.balance(account.held), t.held_how())));
        rows.push((home.incoming(), format!("{} · {}", seen.balance(account.incoming), t.incoming_how())));
        rows.push((home.available(), seen.balance(account.available)));
        for (n, holder) in account.holders.iter().enumerate() {
            let name = if n == 0 { t.holders() } else { "" };
            // Masked for who is no co-holder, and then no CPF to be written out.
            let cpf = holder.cpf.parse::<Cpf>().map_or_else(|_| holder.cpf.clone(), |cpf| cpf.formatted());
            rows.push((name, format!("{} · {cpf} · {}", holder.name, t.holder_status(holder.status))));
        }
        let widest = rows.iter().map(|(name, _)| text::width(name)).max().unwrap_or(0);
        for (n, (name, value)) in rows.iter().enumerate() {
            let at = text::row(area, u16::try_from(n).unwrap_or(u16::MAX));
            text::line(frame.buffer_mut(), at, name, seen.style(Meaning::Quiet));
            let place = text::indent(at, widest + 2);
            text::line(frame.buffer_mut(), place, value, seen.style(Meaning::Text));
        }
    }

    /// What has happened here: a file, a closing, a bank that does not answer. It stays on the screen.
    fn said(&self, seen: &Seen<'_>, width: u16) -> Vec<(String, Meaning)> {
        let t = seen.texts.account;
        let mut said = Vec::new();
        if self.saving {
            let words = t.saving_so_far(self.statement.postings.len());
            said.push((format!("{} {words}", seen.spinner()), Meaning::Warning));
        }
        if self.not_fetched {
            said.push((format!("× {}", t.not_saved()), Meaning::Bad));
        }
        match &self.saved {
            Some(saved @ Ok(_)) => said.push((format!("✓ {}", seen.texts.frame.saved(saved)), Meaning::Good)),
            Some(saved @ Err(_)) => said.push((format!("× {}", seen.texts.frame.saved(saved)), Meaning::Bad)),
            None => {}
        }
        match &self.closing {
            Some(Closing::Waiting) => {
                said.push((format!("{} {}", seen.spinner(), t.closing()), Meaning::Warning))
            }
            Some(Closing::Closed) => said.push((format!("✓ {}", t.closed()), Meaning::Good)),
            Some(Closing::Failed(Trouble::OutcomeUnknown)) => {
                said.push((format!("? {}", t.not_known_closed()), Meaning::Warning));
            }
            Some(Closing::Failed(trouble)) => {
                let why = match trouble {
                    Trouble::Problem(problem) if problem.code == ProblemCode::AccountNotEmpty => {
                        seen.texts.codes.problem(problem.code).to_owned()
                    }
                    trouble => seen.texts.codes.trouble(trouble),
                };
                said.push((format!("× {}", t.not_closed(&why)), Meaning::Bad));
            }
            None => {}
        }
        if let Some(trouble) = &self.trouble {
            let mut words = match trouble {
                Trouble::Unreachable | Trouble::OutcomeUnknown => {
                    seen.texts.home.unreachable(&seen.world.banks.name(&self.account.bank))
                }
                Trouble::Problem(_) | Trouble::Garbage | Trouble::Distrusted(_) => {
                    seen.texts.codes.trouble(trouble)
                }
            };
            if let Some(at) = self.statement.known_at {
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

fn summary(account: &AccountReply, seen: &Seen<'_>) -> Vec<Piece> {
    let home = seen.texts.home;
    let mut kind = home.account_kind(account.kind).to_owned();
    if let Some(company) = &account.company {
        kind = format!("{kind} {}", text::cut(company, 24));
    }
    let mut pieces = vec![
        (format!("{kind} · "), Meaning::Quiet),
        (format!("{} {}", home.balance(), seen.balance(account.balance)), Meaning::Money),
    ];
    if let Some(status) = home.account_status(account.status) {
        pieces.insert(1, (format!("! {status} · "), Meaning::Warning));
    }
    if account.held != 0 {
        pieces.push((format!(" · {} {}", home.held(), seen.balance(account.held)), Meaning::Held));
    }
    if account.incoming != 0 {
        pieces
            .push((format!(" · {} {}", home.incoming(), seen.balance(account.incoming)), Meaning::Incoming));
    }
    if account.available != account.balance {
        pieces.push((format!(" · {} {}", home.available(), seen.balance(account.available)), Meaning::Money));
    }
    pieces
}

fn draw_pieces(frame: &mut Frame<'_>, at: Rect, seen: &Seen<'_>, pieces: &[Piece]) {
    let mut column = 0;
    for (words, meaning) in pieces {
        column += text::line(frame.buffer_mut(), text::indent(at, column), words, seen.style(*meaning));
    }
}

/// All of a posting that its row may have no room for.
fn about(posting: &PostingReply, seen: &Seen<'_>) -> String {
    let package = posting.package.to_string();
    let place = seen.texts.account.leg_of_package(usize::from(posting.leg) + 1, &package);
    match posting.description.as_deref().unwrap_or_default() {
        "" => format!("▸ {place}"),
        words => format!("▸ {words} · {place}"),
    }
}

/// How the balance went, drawn and in words: the drawing alone tells nothing to who cannot see it. Gives the rows taken.
fn draw_balance(frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>, shown: &[&PostingReply]) -> u16 {
    let t = seen.texts.account;
    let (Some(newest), Some(oldest)) = (shown.first(), shown.last()) else { return 1 };
    if seen.world.settings.hide_balances || area.is_empty() {
        return 1;
    }
    let columns = if area.width < 100 { SPARK_COLUMNS / 2 } else { SPARK_COLUMNS };
    let steps = balance_steps(shown, usize::from(columns));
    let width = u16::try_from(steps.len()).unwrap_or(0);
    let spark = Rect { width, height: 1, ..area }.intersection(frame.area());
    Sparkline::default()
        .data(&steps)
        .max(8)
        .style(seen.style(Meaning::Key))
        .render(spark, frame.buffer_mut());
    let balances = || shown.iter().map(|p| p.balance_after);
    let low = Reais(balances().min().unwrap_or_default()).to_string();
    let high = Reais(balances().max().unwrap_or_default()).to_string();
    // From before the oldest posting shown to after the newest.
    let began = oldest.balance_after.saturating_sub(oldest.amount);
    let (first, last) = (seen.texts.day(oldest.at), seen.texts.day(newest.at));
    let days = if first == last { last } else { t.days(&first, &last) };
    let (began, ended) = (Reais(began).to_string(), Reais(newest.balance_after).to_string());
    let beside = text::indent(area, width + 1);
    let went = t.balance_went(&days, &began, &ended);
    let mut lines = text::wrap(&format!("{went}; {}", t.balance_between(&low, &high)), beside.width);
    if lines.len() > 2 {
        lines = text::wrap(&went, beside.width);
    }
    let rows = u16::try_from(lines.len()).unwrap_or(u16::MAX).clamp(1, 2);
    for (n, line) in (0..rows).zip(&lines) {
        text::line(frame.buffer_mut(), text::row(beside, n), line, seen.style(Meaning::Quiet));
    }
    rows
}

fn draw_postings(frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>, shown: &[&PostingReply], chosen: usize) {
    let t = seen.texts.account;
    let columns = [
        Column::left(t.at(), 0),
        Column::left(t.counterparty(), 2),
        Column::left(t.description(), 4),
        Column::right(t.amount(), 0),
        Column::left(t.way(), 0),
        Column::right(t.balance_after(), 3),
    ];
    let description = if area.width >= 110 { 40 } else { 14 };
    let lines: Vec<Line> = shown
        .iter()
        .map(|posting| {
            let came_in = posting.amount >= 0;
            let meaning = if came_in { Meaning::Incoming } else { Meaning::Held };
            let at = if area.width >= 72 {
                seen.texts.day_and_hour(posting.at)
            } else {
                seen.texts.day(posting.at)
            };
            let other = if posting.counterparty == "cash" { t.cash() } else { &posting.counterparty };
            let sign = if came_in { "+" } else { "" };
            let (arrow, word) = if came_in { ("↓", t.came_in()) } else { ("↑", t.went_out()) };
            Line::Cells(vec![
                (at, Meaning::Quiet),
                (text::cut(other, 24), Meaning::Text),
                (text::cut(posting.description.as_deref().unwrap_or_default(), description), Meaning::Quiet),
                (format!("{sign}{}", Reais(posting.amount)), meaning),
                (format!("{arrow} {word}"), meaning),
                (seen.balance(posting.balance_after), Meaning::Text),
            ])
        })
        .collect();
    list::table(frame, area, seen, &columns, &lines, Some(chosen));
}

fn draw_totals(frame: &mut Frame<'_>, at: Rect, seen: &Seen<'_>, shown: &[&PostingReply]) {
    let t = seen.texts.account;
    let (came, went) = totals(shown);
    // In a short statement what came in and went out adds up to the balance.
    let words = if seen.world.settings.hide_balances {
        t.totals(&seen.balance(came), &seen.balance(went))
    } else {
        t.totals(&format!("+{}", Reais(came)), &Reais(went.saturating_neg()).to_string())
    };
    let words = format!("{words} · {}", t.totals_of_shown());
    text::line(frame.buffer_mut(), at, &words, seen.style(Meaning::Money));
}
