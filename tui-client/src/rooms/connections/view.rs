//! How the connections look: each bank in sign and word, its consents under it.

use ratatui::Frame;
use ratatui::layout::Rect;
use shared::api::replies::{ConsentReply, Permission};
use shared::money::Reais;

use super::{CONSENTS, Connected, Connections, Row};
use crate::app::bank_keys::key_at;
use crate::app::banks::BankView;
use crate::app::requests::Slot;
use crate::rooms::{Seen, draw_words};
use crate::theme::Meaning;
use crate::widgets::list::{self, Piece};
use crate::widgets::{panel, text};

impl Connections {
    pub(super) fn draw(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        let t = seen.texts.connections;
        let inside = panel::panel(frame, area, seen, t.title(), true);
        let here = seen.world.banks.main().map(|(id, _)| seen.world.banks.name(id)).unwrap_or_default();
        let intro = t.intro(&here);
        let taken = u16::try_from(text::wrap(&intro, inside.width).len()).unwrap_or(1);
        draw_words(frame, inside, seen, &intro, Meaning::Quiet);
        let rest = text::below(inside, taken + 1);
        let names = seen.world.banks.iter().map(|b| text::width(&b.name)).max().unwrap_or(0);
        let rows: Vec<Vec<Piece>> = self
            .rows(seen.world)
            .iter()
            .filter_map(|row| match row {
                Row::Bank(id) => seen.world.banks.bank(id).map(|bank| self.bank_row(bank, names, seen)),
                Row::Consent { at, id } => self.consent(at, *id).map(|c| consent_row(c, seen)),
            })
            .collect();
        let waiting = (0..self.asked.len()).any(|row| seen.waits(Slot(CONSENTS, row)));
        let mut foot = self.foot(seen);
        if waiting && self.consents.is_empty() {
            foot.insert(0, (format!("{} {}", seen.spinner(), t.loading()), Meaning::Warning));
        }
        let foot_rows = u16::try_from(foot.len()).unwrap_or(0).min(rest.height / 2);
        let place = Rect { height: rest.height.saturating_sub(foot_rows + 1), ..rest };
        list::rows(frame, place, seen, &rows, Some(self.chosen), true);
        let below = text::below(rest, rest.height.saturating_sub(foot_rows));
        for (n, (words, meaning)) in foot.iter().take(usize::from(foot_rows)).enumerate() {
            let at = text::row(below, u16::try_from(n).unwrap_or(u16::MAX));
            text::line(frame.buffer_mut(), at, words, seen.style(*meaning));
        }
    }

    /// What there is to say of the chosen row: all the terms of a consent, or how to go on.
    fn foot(&self, seen: &Seen<'_>) -> Vec<Piece> {
        let t = seen.texts.connections;
        let rows = self.rows(seen.world);
        let Some(Row::Consent { at, id }) = rows.get(self.chosen) else {
            let missing = self.missing(seen.world).len();
            let pass = (missing > 0).then(|| (t.pass(missing), Meaning::Quiet));
            let key = rows.get(self.chosen).and_then(|row| bank_key(row, seen));
            return key.into_iter().chain(pass).collect();
        };
        let Some(consent) = self.consent(at, *id) else { return Vec::new() };
        let day = Reais(consent.limit_per_day).to_string();
        let head = t.detail(&seen.world.banks.name(at), &seen.world.banks.name(&consent.bank));
        vec![
            (format!("{head} {}", permissions(consent, seen)), Meaning::Title),
            (t.detail_limits(&Reais(consent.limit_per_package).to_string(), &day), Meaning::Text),
            (t.detail_used(&Reais(consent.used_today).to_string(), &day), Meaning::Text),
            (
                t.detail_dates(&seen.texts.day(consent.created_at), &seen.texts.day(consent.expires_at)),
                Meaning::Quiet,
            ),
            (t.detail_keys().to_owned(), Meaning::Quiet),
        ]
    }

    fn bank_row(&self, bank: &BankView, names: u16, seen: &Seen<'_>) -> Vec<Piece> {
        let t = seen.texts.connections;
        let session = seen.world.banks.session(&bank.id).is_some_and(|s| s.alive);
        let connected = self.connected(bank, seen.world);
        let (sign, word, meaning) = match connected {
            Connected::Here => ("●", seen.texts.home.here(), Meaning::Good),
            Connected::Yes => ("●", t.connected(), Meaning::Good),
            Connected::No => ("○", t.not_connected(), Meaning::Warning),
            Connected::Unreachable => ("×", t.unreachable(), Meaning::Bad),
            Connected::Unknown => ("?", t.not_known(), Meaning::Quiet),
        };
        let pad = " ".repeat(usize::from(names - text::width(&bank.name)) + 2);
        let mut row = vec![
            (format!("{sign} "), meaning),
            (format!("{}{pad}", bank.name), Meaning::Title),
            (word.to_owned(), meaning),
        ];
        let linked = if session { t.session() } else { t.no_session() };
        row.push((format!(" · {linked}"), Meaning::Quiet));
        let more = match connected {
            Connected::No if session => Some(t.consent_missing()),
            Connected::No => Some(t.not_connected_how()),
            Connected::Here | Connected::Yes | Connected::Unreachable | Connected::Unknown => None,
        };
        row.extend(more.map(|words| (format!(" · {words}"), Meaning::Text)));
        row
    }
}

/// The key by which the bank of a row is known.
fn bank_key(row: &Row, seen: &Seen<'_>) -> Option<Piece> {
    let Row::Bank(id) = row else { return None };
    let at = |address: String| key_at(&seen.world.bank_keys, &address);
    let session = seen.world.banks.session(id).map(|session| session.seat.address.to_string());
    let told = seen.world.banks.bank(id)?.address.as_ref().map(ToString::to_string);
    let key = session.and_then(at).or_else(|| told.and_then(at))?;
    Some((seen.texts.settings.key_of(&key.key.to_string()), Meaning::Quiet))
}

fn permissions(consent: &ConsentReply, seen: &Seen<'_>) -> String {
    let t = seen.texts.connections;
    let what = |permission: &Permission| match permission {
        Permission::View => t.view(),
        Permission::Pay => t.pay(),
    };
    consent.permissions.iter().map(what).collect::<Vec<&str>>().join(", ")
}

fn consent_row(consent: &ConsentReply, seen: &Seen<'_>) -> Vec<Piece> {
    let t = seen.texts.connections;
    let bank = seen.world.banks.name(&consent.bank);
    let limits =
        t.limits(&Reais(consent.limit_per_package).to_string(), &Reais(consent.limit_per_day).to_string());
    vec![
        (format!("   └ {} ", t.allows(&bank)), Meaning::Text),
        (format!("({}) ", permissions(consent, seen)), Meaning::Text),
        (limits, Meaning::Money),
        (format!(" · {}", t.used(&Reais(consent.used_today).to_string())), Meaning::Quiet),
        (format!(" · {}", t.until(&seen.texts.day(consent.expires_at))), Meaning::Quiet),
    ]
}
