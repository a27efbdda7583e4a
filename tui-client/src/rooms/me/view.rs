//! How the room of oneself looks.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use shared::api::replies::SessionReply;
use shared::ids::BankId;

use super::{Me, SCOPES, SESSIONS, WAYS};
use crate::actions::{Action, Row, rows_of};
use crate::app::requests::Slot;
use crate::rooms::{Seen, draw_words, trouble_words};
use crate::theme::Meaning;
use crate::widgets::list::{self, Piece};
use crate::widgets::menu::{Way, menu};
use crate::widgets::{panel, text};

impl Me {
    pub(super) fn draw(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        let ways = u16::try_from(WAYS.len()).unwrap_or(u16::MAX) + 2;
        let banks = u16::try_from(seen.world.banks.sessions().count()).unwrap_or(u16::MAX);
        if area.width >= 100 {
            let [left, right] = Layout::horizontal([Constraint::Length(46), Constraint::Min(0)]).areas(area);
            let [who, menu] = Layout::vertical([
                Constraint::Length((banks + 4).min(area.height.saturating_sub(ways))),
                Constraint::Min(0),
            ])
            .areas(left);
            self.draw_who(frame, who, seen);
            self.draw_ways(frame, menu, seen, 1);
            self.draw_sessions(frame, right, seen);
        } else {
            let [who, menu, sessions] = Layout::vertical([
                Constraint::Length((banks + 4).min(6)),
                Constraint::Length(u16::try_from(WAYS.len()).unwrap_or(u16::MAX).div_ceil(2) + 2),
                Constraint::Min(0),
            ])
            .areas(area);
            self.draw_who(frame, who, seen);
            self.draw_ways(frame, menu, seen, 2);
            self.draw_sessions(frame, sessions, seen);
        }
    }

    fn draw_who(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        let t = seen.texts.me;
        let inside = panel::panel(frame, area, seen, t.who(), false);
        let Some((_, main)) = seen.world.banks.main() else { return };
        let name = main.customer.name.as_str();
        text::line(frame.buffer_mut(), text::row(inside, 0), name, seen.style(Meaning::Title));
        let cpf = t.cpf(&main.customer.cpf.masked());
        text::line(frame.buffer_mut(), text::row(inside, 1), &cpf, seen.style(Meaning::Text));
        for (n, (bank, session)) in seen.world.banks.sessions().enumerate() {
            let name = seen.world.banks.name(bank);
            let mut words = match self.since.get(bank) {
                Some(at) => t.customer_since(&name, &seen.texts.day(*at)),
                None => name,
            };
            // Each bank has a name of its own for the customer.
            if session.customer.name != main.customer.name {
                words = format!("{words} · {}", t.named(&session.customer.name));
            }
            let at = text::row(inside, u16::try_from(n + 2).unwrap_or(u16::MAX));
            text::line(frame.buffer_mut(), at, &words, seen.style(Meaning::Quiet));
        }
    }

    fn draw_ways(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>, columns: u16) {
        let inside = panel::panel(frame, area, seen, seen.texts.home.menu(), true);
        let waiting = seen.world.invitations_waiting();
        let label = |row: &Row| {
            let label = row.label(seen.texts.language);
            if row.action == Action::SeeInvitations && waiting > 0 {
                format!("{label} ({waiting})")
            } else {
                label.to_owned()
            }
        };
        let ways: Vec<Way> = WAYS
            .iter()
            .filter_map(|action| rows_of(SCOPES).find(|row| row.action == *action))
            .map(|row| Way { row, label: label(row) })
            .collect();
        menu(frame, inside, seen, &ways, columns, Some(self.chosen));
    }

    fn draw_sessions(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        let t = seen.texts.me;
        let inside = panel::panel(frame, area, seen, t.sessions(), false);
        let foot = self.failed.as_ref().map(|trouble| trouble_words(seen, trouble));
        let mut above = 0;
        for (bank, told) in &self.sessions {
            if let Err(trouble) = told {
                let (words, meaning) = trouble_words(seen, trouble);
                let words = format!("{}: {words}", seen.world.banks.name(bank));
                draw_words(frame, text::below(inside, above), seen, &words, meaning);
                above += u16::try_from(text::wrap(&words, inside.width).len()).unwrap_or(1);
            }
        }
        if let Some((words, meaning)) = foot {
            draw_words(frame, text::below(inside, above), seen, &words, meaning);
            above += u16::try_from(text::wrap(&words, inside.width).len()).unwrap_or(1);
        }
        let told = self.rows();
        let waits = (0..self.asked.len()).any(|row| seen.waits(Slot(SESSIONS, row)));
        if told.is_empty() && waits {
            let words = format!("{} {}", seen.spinner(), t.loading());
            text::line(frame.buffer_mut(), text::row(inside, above), &words, seen.style(Meaning::Warning));
            return;
        }
        let names = told.iter().map(|(bank, _)| text::width(&seen.world.banks.name(bank))).max().unwrap_or(0);
        let rows: Vec<Vec<Piece>> =
            told.iter().map(|(bank, session)| session_row(bank, session, names, seen)).collect();
        let chosen = self.chosen.checked_sub(WAYS.len());
        list::rows(frame, text::below(inside, above), seen, &rows, chosen, true);
    }
}

fn session_row(bank: &BankId, session: &SessionReply, names: u16, seen: &Seen<'_>) -> Vec<Piece> {
    let t = seen.texts.me;
    let name = seen.world.banks.name(bank);
    let pad = " ".repeat(usize::from(names.saturating_sub(text::width(&name))) + 2);
    let mut row = vec![(format!("{name}{pad}"), Meaning::Title)];
    if session.current {
        row.push((format!("● {} · ", t.this_one()), Meaning::Good));
    }
    row.push((t.began(&seen.texts.day_and_hour(session.created_at)), Meaning::Text));
    row.push((format!(" · {}", t.used(&seen.texts.day_and_hour(session.last_used_at))), Meaning::Quiet));
    row
}
