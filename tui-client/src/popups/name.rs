//! Asks for a name: one line, checked when Enter is pressed. What is wrong is said under it, and what was typed stays.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Answered, Outcome};
use crate::rooms::Seen;
use crate::theme::Meaning;
use crate::widgets::complaint::Complaint;
use crate::widgets::field::{Field, Kind};
use crate::widgets::{form, panel, text};

/// A name being asked for.
#[derive(Debug)]
pub struct NamePrompt {
    tag: &'static str,
    title: String,
    hint: String,
    check: fn(&str) -> Result<(), Complaint>,
    field: Field<()>,
}

impl NamePrompt {
    /// Asks for a name that `check` takes. The room that opens it gets [`Answered::Name`] with `tag`.
    #[must_use]
    pub fn new(
        tag: &'static str,
        title: String,
        hint: String,
        begun: &str,
        check: fn(&str) -> Result<(), Complaint>,
    ) -> Self {
        let field = Field::new((), Kind::Text(form::PATH_CHARS_MAX)).with(begun);
        Self { tag, title, hint, check, field }
    }

    pub(super) fn key(&mut self, event: &KeyEvent) -> Outcome {
        match event.code {
            KeyCode::Esc => return Outcome::Closed,
            KeyCode::Enter => {
                let name = shared::text::clean(self.field.text());
                match (self.check)(&name) {
                    Ok(()) => return Outcome::Answered(Answered::Name(self.tag, name)),
                    Err(complaint) => self.field.complain(complaint),
                }
            }
            _ => {
                self.field.key(event);
            }
        }
        Outcome::Open
    }

    pub(super) fn paste(&mut self, pasted: &str) {
        self.field.paste(&shared::text::clean(pasted));
    }

    pub(super) fn view(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        let inside = panel::popup(frame, area, seen, &self.title, (60, 7));
        form::view_line(frame, text::row(inside, 0), seen, &self.field, true);
        let said = text::below(inside, 2);
        let (words, meaning) = match self.field.complaint() {
            Some(complaint) => (format!("! {}", seen.texts.forms.complaint(complaint)), Meaning::Bad),
            None => (self.hint.clone(), Meaning::Quiet),
        };
        crate::rooms::draw_words(frame, said, seen, &words, meaning);
    }
}
