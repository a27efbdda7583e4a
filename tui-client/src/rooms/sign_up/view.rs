//! How the sign-up room looks.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Id, LOG_IN, SUBMIT, SignUp};
use crate::rooms::{Seen, trouble_words};
use crate::theme::Meaning;
use crate::widgets::form::Look;
use crate::widgets::{panel, text};

impl SignUp {
    pub(super) fn draw(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        let t = seen.texts.sign_up;
        let inside = panel::panel(frame, area, seen, t.title(), true);
        let intro = text::wrap(t.intro(), inside.width);
        let intro = if area.height > 17 { intro } else { Vec::new() };
        for (n, line) in intro.iter().enumerate() {
            let at = text::row(inside, u16::try_from(n).unwrap_or(u16::MAX));
            text::line(frame.buffer_mut(), at, line, seen.style(Meaning::Quiet));
        }
        let taken = u16::try_from(intro.len()).unwrap_or(0);
        let rest = text::below(inside, if taken > 0 { taken + 1 } else { 0 });
        let look = |id| match id {
            Id::Bank => Look::label(t.bank()).hint(seen.texts.log_in.bank_hint()),
            Id::Name => Look::label(t.name()),
            Id::Cpf => Look::label(t.cpf()),
            Id::Password => Look::label(t.password()).hint(t.password_hint()),
            Id::Again => Look::label(t.again()).hint(seen.texts.forms.secret_hint(self.form.shows_secrets())),
        };
        let waiting = if seen.waits(SUBMIT) {
            Some(t.signing_up())
        } else if seen.waits(LOG_IN) {
            Some(seen.texts.log_in.logging_in())
        } else {
            None
        };
        let said = if self.unknown {
            Some((format!("? {}", t.unknown()), Meaning::Warning))
        } else {
            self.trouble.as_ref().map(|trouble| trouble_words(seen, trouble))
        };
        self.form.view_saying(frame, rest, seen, look, t.submit(), waiting, said);
    }
}
