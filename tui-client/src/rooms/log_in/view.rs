//! How the log-in room looks.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Id, LogIn, SUBMIT};
use crate::rooms::{Seen, form_and_side, trouble_words};
use crate::theme::Meaning;
use crate::widgets::form::Look;
use crate::widgets::list::Piece;
use crate::widgets::{list, panel, text};

impl LogIn {
    pub(super) fn draw(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        let t = seen.texts.log_in;
        let (form_area, known_area) = form_and_side(area, 13);
        let inside = panel::panel(frame, form_area, seen, t.title(), true);
        let look = |id| match id {
            Id::Bank => Look::label(t.bank()).hint(t.bank_hint()),
            Id::Cpf => Look::label(t.cpf()),
            Id::New => {
                let hint = seen.texts.forms.secret_hint(self.form.shows_secrets());
                Look::label(seen.texts.change.wanted()).hint(hint)
            }
            Id::Again => Look::label(seen.texts.change.again()),
            Id::Password => {
                Look::label(t.password()).hint(seen.texts.forms.secret_hint(self.form.shows_secrets()))
            }
        };
        let waiting = seen.waits(SUBMIT).then_some(t.logging_in());
        let must_change = self.change.as_ref().map(|_| (t.must_change().to_owned(), Meaning::Warning));
        let said = self.trouble.as_ref().map(|trouble| trouble_words(seen, trouble)).or(must_change);
        self.form.view_saying(frame, inside, seen, look, t.submit(), waiting, said);
        let inside = panel::panel(frame, known_area, seen, t.known(), false);
        text::line(frame.buffer_mut(), inside, t.known_how(), seen.style(Meaning::Quiet));
        let rows: Vec<Vec<Piece>> = self
            .known
            .iter()
            .enumerate()
            .map(|(n, known)| {
                let mut row = vec![(format!("{} ", n + 1), Meaning::Key)];
                row.extend(crate::rooms::welcome::known_row(known, seen));
                row
            })
            .collect();
        list::rows(frame, text::below(inside, 1), seen, &rows, None, false);
    }
}
