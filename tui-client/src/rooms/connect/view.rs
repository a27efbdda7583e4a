//! How connecting one bank looks.

use ratatui::Frame;
use ratatui::layout::Rect;
use shared::api::replies::Permission;
use shared::money::Reais;

use super::{CONSENT, CONSENT_BACK, Connect, Done, Id, LOG_IN, SIGN_UP};
use crate::app::wire::Trouble;
use crate::rooms::{Seen, draw_words, trouble_words};
use crate::theme::Meaning;
use crate::widgets::form::Look;
use crate::widgets::{panel, text};

impl Connect {
    pub(super) fn draw(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        let t = seen.texts.connect;
        let there = seen.world.banks.name(&self.there);
        let title = match self.changes {
            None => t.title(&there),
            Some(_) => t.change_title().to_owned(),
        };
        let inside = panel::panel(frame, area, seen, &title, true);
        match &self.done {
            Some(done) => self.draw_done(frame, inside, seen, done, &there),
            None => self.draw_form(frame, inside, seen, &there),
        }
    }

    fn draw_form(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>, there: &str) {
        let t = seen.texts.connect;
        let here = seen.world.banks.name(&self.here);
        let mut intro = t.intro(there, &here);
        if self.changes.is_some() {
            intro = t.change_intro(there, &here);
        } else if self.form.field(Id::Password).is_none() {
            intro = format!("{} {intro}", t.logged_in_already());
        }
        let lines = u16::try_from(text::wrap(&intro, area.width).len()).unwrap_or(1);
        let lines = if area.height > 14 { lines } else { 0 };
        if lines > 0 {
            draw_words(frame, Rect { height: lines, ..area }, seen, &intro, Meaning::Quiet);
        }
        let look = |id| match id {
            Id::Customer => Look::label(t.customer())
                .options(&[t.customer_yes(), t.customer_no()])
                .hint(t.cpf(&self.cpf.formatted())),
            Id::Name => Look::label(t.name()),
            Id::Password if self.becomes_customer() => {
                Look::label(t.password_label()).hint(seen.texts.sign_up.password_hint())
            }
            Id::Password => {
                Look::label(t.password_label()).hint(seen.texts.forms.secret_hint(self.form.shows_secrets()))
            }
            Id::Again => Look::label(t.again()),
            Id::PerPackage => Look::label(t.per_package()),
            Id::PerDay => Look::label(t.per_day()),
            Id::Permissions => Look::label(t.permissions()).options(&[t.see_and_pay(), t.only_see()]),
            Id::Expiry => {
                let now = self.changes.map(|at| t.until(&seen.texts.day(at))).unwrap_or_default();
                Look::label(t.expiry()).options(&[t.as_it_is(), t.month(), t.half_year(), t.year()]).hint(now)
            }
            Id::BothWays => {
                Look::label(t.both_ways()).options(&[t.yes(), t.no()]).hint(t.both_ways_hint(there, &here))
            }
        };
        let steps = [
            (SIGN_UP, t.signing_up()),
            (LOG_IN, t.logging_in()),
            (CONSENT, t.consenting()),
            (CONSENT_BACK, t.consenting_back()),
        ];
        let waiting = steps.into_iter().find(|(slot, _)| seen.waits(*slot)).map(|(_, words)| words);
        let said = self.failed.as_ref().map(|trouble| match trouble {
            Trouble::OutcomeUnknown => (format!("? {}", t.unknown()), Meaning::Warning),
            Trouble::Unreachable | Trouble::Garbage | Trouble::Distrusted(_) | Trouble::Problem(_) => {
                trouble_words(seen, trouble)
            }
        });
        let rest = text::below(area, if lines > 0 { lines + 1 } else { 0 });
        let submit = if self.changes.is_some() { t.change() } else { t.submit() };
        self.form.view_saying(frame, rest, seen, look, submit, waiting, said);
    }

    fn draw_done(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>, done: &Done, there: &str) {
        let t = seen.texts.connect;
        let said = if self.changes.is_some() { t.changed(there) } else { t.done(there) };
        let mut lines = vec![(format!("✓ {said}"), Meaning::Good)];
        let limits = t.done_limits(
            &Reais(done.consent.limit_per_package).to_string(),
            &Reais(done.consent.limit_per_day).to_string(),
        );
        let pays = done.consent.permissions.contains(&Permission::Pay);
        lines.push((if pays { limits } else { t.only_sees_now().to_owned() }, Meaning::Text));
        if self.changes.is_some() {
            lines.push((t.holds(&seen.texts.day(done.consent.expires_at)), Meaning::Text));
        }
        match &done.back {
            Some(Ok(())) => lines.push((format!("✓ {}", t.done_back(there)), Meaning::Good)),
            Some(Err(trouble)) => {
                let words = format!("× {} {}", t.back_failed(), seen.texts.codes.trouble(trouble));
                lines.push((words, Meaning::Bad));
            }
            None => {}
        }
        let next = self.next(seen.world).map(|id| t.next(&seen.world.banks.name(&id)));
        lines.push((next.unwrap_or_else(|| t.finished().to_owned()), Meaning::Quiet));
        let mut top = 0;
        for (words, meaning) in lines {
            let rest = text::below(area, top);
            draw_words(frame, rest, seen, &words, meaning);
            top += u16::try_from(text::wrap(&words, area.width).len()).unwrap_or(1) + 1;
        }
    }
}
