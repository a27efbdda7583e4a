//! How the invitations look: those that wait, and under them how each answer went.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use shared::account::AccountKind;
use shared::api::replies::InvitationReply;

use super::{End, Given, INVITATIONS, Invitations};
use crate::app::requests::Slot;
use crate::rooms::{Seen, draw_words};
use crate::theme::Meaning;
use crate::widgets::list::{self, Piece};
use crate::widgets::{panel, text};

impl Invitations {
    pub(super) fn draw(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        let t = seen.texts.invitations;
        let lines: u16 = self.given.iter().map(|given| given_rows(given, area.width, seen)).sum();
        let below = if self.given.is_empty() { 0 } else { (lines + 2).min(area.height / 2) };
        let [above, below] = Layout::vertical([Constraint::Min(0), Constraint::Length(below)]).areas(area);
        let inside = panel::panel(frame, above, seen, t.title(), true);
        let intro = u16::try_from(text::wrap(t.intro(), inside.width).len()).unwrap_or(1);
        draw_words(frame, inside, seen, t.intro(), Meaning::Quiet);
        let mut rest = text::below(inside, intro + 1);
        for (bank, trouble) in &self.silent {
            let words = format!("× {}: {}", seen.world.banks.name(bank), seen.texts.codes.trouble(trouble));
            let taken = u16::try_from(text::wrap(&words, rest.width).len()).unwrap_or(1);
            draw_words(frame, rest, seen, &words, Meaning::Bad);
            rest = text::below(rest, taken);
        }
        let rows: Vec<Vec<Piece>> =
            self.rows(seen.world).into_iter().map(|invitation| row(invitation, seen)).collect();
        if rows.is_empty() {
            let waits = (0..self.asked.len()).any(|row| seen.waits(Slot(INVITATIONS, row)));
            let (words, meaning) = if waits && seen.world.invitations.is_empty() {
                (format!("{} {}", seen.spinner(), t.loading()), Meaning::Warning)
            } else {
                (t.none().to_owned(), Meaning::Title)
            };
            draw_words(frame, rest, seen, &words, meaning);
        } else {
            list::rows(frame, rest, seen, &rows, Some(self.chosen), true);
        }
        if !self.given.is_empty() {
            self.draw_given(frame, below, seen);
        }
    }

    fn draw_given(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        let inside = panel::panel(frame, area, seen, seen.texts.invitations.answers(), false);
        let mut top = 0;
        // The last answer first: it is the one that the customer waits for.
        for given in self.given.iter().rev() {
            let (words, meaning) = given_words(given, seen);
            draw_words(frame, text::below(inside, top), seen, &words, meaning);
            top += given_rows(given, area.width, seen);
        }
    }
}

fn row(invitation: &InvitationReply, seen: &Seen<'_>) -> Vec<Piece> {
    let t = seen.texts.invitations;
    let kind = seen.texts.home.account_kind(invitation.kind);
    let what = match (invitation.kind, &invitation.company) {
        (AccountKind::Business, Some(company)) => format!("{kind} {company}"),
        (AccountKind::Personal | AccountKind::Joint | AccountKind::Business, _) => kind.to_owned(),
    };
    vec![
        (format!("{}  ", invitation.account), Meaning::Title),
        (format!("{what}  "), Meaning::Text),
        (t.invited_by(&invitation.invited_by.name), Meaning::Text),
        (format!(" · {}", seen.texts.day(invitation.at)), Meaning::Quiet),
    ]
}

fn given_words(given: &Given, seen: &Seen<'_>) -> (String, Meaning) {
    let t = seen.texts.invitations;
    let account = given.account.to_string();
    match &given.end {
        End::Waiting => (format!("{} {account}: {}", seen.spinner(), t.answering()), Meaning::Warning),
        End::Accepted => (format!("✓ {account}: {}", t.accepted()), Meaning::Good),
        End::Declined => (format!("✓ {account}: {}", t.declined()), Meaning::Text),
        End::AnsweredBefore => (format!("! {account}: {}", t.answered_before()), Meaning::Warning),
        End::Gone => (format!("! {account}: {}", t.gone()), Meaning::Warning),
        End::Failed(trouble) => (format!("× {account}: {}", seen.texts.codes.trouble(trouble)), Meaning::Bad),
    }
}

fn given_rows(given: &Given, width: u16, seen: &Seen<'_>) -> u16 {
    let (words, _) = given_words(given, seen);
    u16::try_from(text::wrap(&words, width.saturating_sub(4)).len()).unwrap_or(1)
}
