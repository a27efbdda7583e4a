//! How changing name or password looks.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Change, Id, Went, What};
use crate::app::wire::Trouble;
use crate::rooms::{Seen, draw_words};
use crate::theme::Meaning;
use crate::widgets::form::Look;
use crate::widgets::{panel, text};

impl Change {
    pub(super) fn draw(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        let t = seen.texts.change;
        let (title, intro) = match self.what {
            What::Name => (t.name_title(), t.name_intro()),
            What::Password => (t.password_title(), t.password_intro()),
        };
        let inside = panel::panel(frame, area, seen, title, true);
        if self.is_done() {
            let taken = self.draw_went(frame, inside, seen);
            let last = text::below(inside, taken + 1);
            draw_words(frame, last, seen, t.finished(), Meaning::Quiet);
            return;
        }
        let lines = u16::try_from(text::wrap(intro, inside.width).len()).unwrap_or(1);
        draw_words(frame, inside, seen, intro, Meaning::Quiet);
        let rest = text::below(inside, lines + 1);
        let waiting = self.works().then_some(t.changing());
        let used = self.form.view(frame, rest, seen, |id| self.look(id, seen), t.submit(), waiting);
        self.draw_went(frame, text::below(rest, used + 1), seen);
    }

    fn look(&self, id: Id, seen: &Seen<'_>) -> Look {
        let t = seen.texts.change;
        match id {
            Id::Name => Look::label(t.name()),
            Id::Current => {
                Look::label(t.current()).hint(seen.texts.forms.secret_hint(self.form.shows_secrets()))
            }
            Id::New => Look::label(t.wanted()).hint(seen.texts.sign_up.password_hint()),
            Id::Again => Look::label(t.again()),
            Id::Place => {
                let here = self.banks.first().map(|b| seen.world.banks.name(b)).unwrap_or_default();
                let look = Look::label(t.place()).options(&[&t.here(&here), &t.everywhere(self.banks.len())]);
                match self.what {
                    What::Name => look,
                    What::Password => look.hint(t.everywhere_hint()),
                }
            }
        }
    }

    /// How it went, bank by bank; gives the rows that it took.
    fn draw_went(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) -> u16 {
        let t = seen.texts.change;
        let mut top = 0;
        for (n, went) in &self.went {
            let bank = self.banks.get(*n).map(|b| seen.world.banks.name(b)).unwrap_or_default();
            let (words, meaning) = match went {
                Went::Waiting => (format!("{} {bank}", seen.spinner()), Meaning::Warning),
                Went::Done => match self.what {
                    What::Name => (format!("✓ {}", t.name_done(&bank)), Meaning::Good),
                    What::Password => (format!("✓ {}", t.password_done(&bank)), Meaning::Good),
                },
                Went::Failed(Trouble::OutcomeUnknown) => {
                    (format!("? {}", t.unknown(&bank)), Meaning::Warning)
                }
                Went::Failed(trouble) => {
                    (format!("× {}", t.failed(&bank, &self.why(trouble, seen))), Meaning::Bad)
                }
            };
            draw_words(frame, text::below(area, top), seen, &words, meaning);
            top += u16::try_from(text::wrap(&words, area.width).len()).unwrap_or(1);
        }
        top
    }

    fn why(&self, trouble: &Trouble, seen: &Seen<'_>) -> String {
        use shared::api::problem::ProblemCode;
        match trouble {
            // Here it is the current password alone that was proved.
            Trouble::Problem(problem) if problem.code == ProblemCode::InvalidCredentials => {
                seen.texts.forms.wrong_password().to_owned()
            }
            Trouble::Problem(_)
            | Trouble::Unreachable
            | Trouble::OutcomeUnknown
            | Trouble::Garbage
            | Trouble::Distrusted(_) => seen.texts.codes.trouble(trouble),
        }
    }
}
