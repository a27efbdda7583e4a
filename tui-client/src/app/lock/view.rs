//! How the locked screen looks: who it waits for, masked, and a field for the password. Nothing of the room beneath.

use ratatui::Frame;
use ratatui::layout::Rect;
use shared::api::problem::ProblemCode;
use shared::text::Name;

use super::{Id, Lock, SCOPES};
use crate::actions::{Action, Key, rows_of};
use crate::app::wire::Trouble;
use crate::rooms::{Seen, draw_words, trouble_words};
use crate::theme::Meaning;
use crate::widgets::bars::{self, Connection, Top};
use crate::widgets::form::Look;
use crate::widgets::{panel, text};

/// What can be done here, in the footer's order.
const FOOTER: [Action; 3] = [Action::GoOn, Action::LogOut, Action::QuitNow];

impl Lock {
    pub(in crate::app) fn draw(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        let t = seen.texts.lock;
        let top = Top {
            brand: seen.texts.frame.product().to_owned(),
            path: vec![t.title().to_owned()],
            who: String::new(),
            connection: Connection { sign: "○", word: t.locked(), meaning: Meaning::Warning },
            time: seen.texts.hour(seen.world.now),
        };
        bars::top(frame, text::row(area, 0), seen, &top);
        let body = Rect { y: area.y + 1, height: area.height - 3, ..area };
        let size = (76.min(body.width), 16.min(body.height));
        let inside = panel::popup(frame, body, seen, t.title(), size);
        let mut taken = 0;
        for (words, meaning) in self.lines(seen) {
            draw_words(frame, text::below(inside, taken), seen, &words, meaning);
            taken += u16::try_from(text::wrap(&words, inside.width).len()).unwrap_or(1);
        }
        let look = |id| match id {
            Id::Password => {
                Look::label(t.password()).hint(seen.texts.forms.secret_hint(self.form.shows_secrets()))
            }
            Id::Bank => {
                let names: Vec<String> = self.banks.iter().map(|b| seen.world.banks.name(b)).collect();
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                Look::label(t.bank()).options(&names)
            }
        };
        let waiting = self.proving.then_some(t.proving());
        let said = self.failed.as_ref().map(|trouble| match trouble {
            Trouble::Problem(problem) if problem.code == ProblemCode::InvalidCredentials => {
                (format!("× {}", t.wrong()), Meaning::Bad)
            }
            Trouble::Unreachable | Trouble::OutcomeUnknown => (format!("× {}", t.away()), Meaning::Bad),
            Trouble::Problem(_) | Trouble::Garbage | Trouble::Distrusted(_) => trouble_words(seen, trouble),
        });
        let rest = text::below(inside, taken + 1);
        self.form.view_saying(frame, rest, seen, look, t.unlock(), waiting, said);
        let keys: Vec<bars::FooterKey> = FOOTER
            .iter()
            .filter_map(|action| rows_of(SCOPES).find(|row| row.action == *action))
            .filter_map(|row| {
                let label = match row.action {
                    Action::GoOn => t.unlock(),
                    _ => row.label(seen.texts.language),
                };
                let footer_key =
                    |key: &Key| bars::FooterKey { key: *key, label: label.to_owned(), always: false };
                row.keys.first().map(footer_key)
            })
            .collect();
        bars::footer(frame, text::row(area, area.height - 1), seen, &keys);
        if let Some(question) = &self.leaving {
            question.view(frame, body, seen);
        }
    }

    fn lines(&self, seen: &Seen<'_>) -> Vec<(String, Meaning)> {
        let t = seen.texts.lock;
        let mut lines = Vec::new();
        if let Some((_, session)) = seen.world.banks.main() {
            let name = Name::new(&session.customer.name).map(|name| name.masked()).unwrap_or_default();
            lines.push((t.who(&name, &session.customer.cpf.masked()), Meaning::Title));
        }
        let bank = self.bank().map(|b| seen.world.banks.name(b)).unwrap_or_default();
        lines.push((t.how(&bank), Meaning::Text));
        let under_way = seen.world.orders.iter().filter(|o| !o.state.is_over()).count();
        if under_way > 0 {
            lines.push((t.goes_on().to_owned(), Meaning::Quiet));
        }
        lines
    }
}
