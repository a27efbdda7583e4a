//! A form: fields under one another, a button below, complaints under the fields.
//!
//! A field is checked when it is left; what was typed stays, right or wrong; pasting never submits.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::Modifier;

use super::complaint::Complaint;
use super::field::{Field, Kind};
use super::text;
use crate::actions::Action;
use crate::rooms::Seen;
use crate::theme::Meaning;

/// What a key did to a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<Id> {
    /// Nothing that the room has to know.
    Stayed,
    /// This field was left and is right: what depends on it may be looked up.
    Left(Id),
    /// This field's money can mean two things: ask which.
    AskMoney(Id),
    /// All fields are right and the customer wants to go on.
    Submit,
}

/// How a field looks, told by the room at drawing.
#[derive(Clone, Debug, Default)]
pub struct Look {
    /// In front of it.
    pub label: String,
    /// Under it, while nothing is wrong: a hint, or what was found out.
    pub hint: String,
    /// The names of a choice's options.
    pub options: Vec<String>,
}

impl Look {
    /// A label and nothing else.
    #[must_use]
    pub fn label(label: &str) -> Self {
        Self { label: label.to_owned(), ..Self::default() }
    }

    /// The same with a hint under the field.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// The same with options.
    #[must_use]
    pub fn options(mut self, options: &[&str]) -> Self {
        self.options = options.iter().map(|o| (*o).to_owned()).collect();
        self
    }
}

/// Fields and which of them has focus; one place after the last stands for the button.
#[derive(Debug)]
pub struct Form<Id> {
    fields: Vec<Field<Id>>,
    focus: usize,
    show_secrets: bool,
    touched: bool,
}

impl<Id: Copy + Eq> Form<Id> {
    /// A form of these fields, the first that is empty in focus.
    #[must_use]
    pub fn new(fields: Vec<Field<Id>>) -> Self {
        let empty = |f: &Field<Id>| f.text().is_empty() && f.chosen().is_none();
        let focus = fields.iter().position(empty).unwrap_or(fields.len());
        Self { fields, focus, show_secrets: false, touched: false }
    }

    /// The field in focus; none while it is the button.
    #[must_use]
    pub fn focused(&self) -> Option<Id> {
        self.fields.get(self.focus).map(|f| f.id)
    }

    /// Puts the focus on a field.
    pub fn focus(&mut self, id: Id) {
        if let Some(at) = self.fields.iter().position(|f| f.id == id) {
            self.focus = at;
        }
    }

    /// A field.
    #[must_use]
    pub fn field(&self, id: Id) -> Option<&Field<Id>> {
        self.fields.iter().find(|f| f.id == id)
    }

    /// A field, to change it.
    pub fn field_mut(&mut self, id: Id) -> Option<&mut Field<Id>> {
        self.fields.iter_mut().find(|f| f.id == id)
    }

    /// What was typed into a field.
    #[must_use]
    pub fn text(&self, id: Id) -> &str {
        self.field(id).map_or("", Field::text)
    }

    /// What was typed into a field, as the value that it is.
    #[must_use]
    pub fn parsed<T: std::str::FromStr>(&self, id: Id) -> Option<T> {
        self.field(id).and_then(Field::parsed)
    }

    /// Replaces the fields from `keep` on, so that a choice may bring fields and take them away. What was typed into
    /// fields that stay is kept.
    pub fn reshape(&mut self, keep: usize, wanted: Vec<Field<Id>>) {
        let mut old: Vec<Field<Id>> = self.fields.drain(keep.min(self.fields.len())..).collect();
        for field in wanted {
            let same = old.iter().position(|o| o.id == field.id);
            self.fields.push(match same {
                Some(at) => old.swap_remove(at).as_in(&field),
                None => field,
            });
        }
        self.focus = self.focus.min(self.fields.len());
    }

    /// Whether the customer typed anything that leaving would lose.
    #[must_use]
    pub const fn is_dirty(&self) -> bool {
        self.touched
    }

    /// Something was filled in that leaving would lose.
    pub const fn touch(&mut self) {
        self.touched = true;
    }

    /// Leaving loses nothing any more.
    pub const fn settle(&mut self) {
        self.touched = false;
    }

    /// Whether letters are text now.
    #[must_use]
    pub fn takes_text(&self) -> bool {
        self.fields.get(self.focus).is_some_and(|f| f.takes_text() || matches!(f.kind(), Kind::Choice(_)))
    }

    /// Notes what is wrong with a field and puts the focus on the first that is wrong.
    pub fn complain(&mut self, id: Id, complaint: Complaint) {
        if let Some(field) = self.field_mut(id) {
            field.complain(complaint);
        }
        if let Some(at) = self.fields.iter().position(|f| f.complaint().is_some()) {
            self.focus = at;
        }
    }

    /// An action of the scope [`crate::actions::Scope::Form`].
    pub fn act(&mut self, action: Action) -> Step<Id> {
        match action {
            Action::NextField => self.leave_to((self.focus + 1) % (self.fields.len() + 1)),
            Action::PreviousField => {
                self.leave_to((self.focus + self.fields.len()) % (self.fields.len() + 1))
            }
            Action::GoOn if self.focus < self.fields.len() => {
                if !self.checked(self.focus) {
                    return self.ambiguous(self.focus).unwrap_or(Step::Stayed);
                }
                let last = self.focus + 1 == self.fields.len();
                if last { self.submit() } else { self.leave_to(self.focus + 1) }
            }
            Action::GoOn | Action::Submit => self.submit(),
            Action::ShowPassword => {
                self.show_secrets = !self.show_secrets;
                Step::Stayed
            }
            _ => Step::Stayed,
        }
    }

    /// A key that is no action.
    pub fn key(&mut self, event: &KeyEvent) {
        if let Some(field) = self.fields.get_mut(self.focus) {
            let before = field.text().len();
            if field.key(event) && (field.text().len() != before || !field.takes_text()) {
                self.touched = true;
            }
        }
    }

    /// Pasted text goes into the field in focus. Of several lines the first that holds anything counts.
    pub fn paste(&mut self, pasted: &str) {
        let line = pasted.lines().map(str::trim).find(|l| !l.is_empty()).unwrap_or_default();
        if let Some(field) = self.fields.get_mut(self.focus)
            && field.paste(line)
        {
            self.touched = true;
        }
    }

    /// The answer to [`Step::AskMoney`].
    pub fn money_meant(&mut self, id: Id, typed: &str) {
        if let Some(field) = self.field_mut(id) {
            field.set_text(typed);
            field.check();
        }
        self.focus(id);
    }

    fn checked(&mut self, at: usize) -> bool {
        self.fields.get_mut(at).is_none_or(Field::check)
    }

    fn ambiguous(&self, at: usize) -> Option<Step<Id>> {
        let field = self.fields.get(at)?;
        (field.complaint() == Some(&Complaint::MoneyAmbiguous)).then_some(Step::AskMoney(field.id))
    }

    fn leave_to(&mut self, next: usize) -> Step<Id> {
        let left = self.focus;
        // An empty field that is only passed through is not complained about until the form is submitted.
        let empty = self.fields.get(left).is_some_and(|f| f.text().is_empty() && f.chosen().is_none());
        let right = empty || self.checked(left);
        if let Some(ask) = self.ambiguous(left) {
            return ask;
        }
        self.focus = next;
        match self.fields.get(left) {
            Some(field) if right && !empty => Step::Left(field.id),
            Some(_) | None => Step::Stayed,
        }
    }

    fn submit(&mut self) -> Step<Id> {
        let wrong: Vec<usize> = (0..self.fields.len()).filter(|at| !self.checked(*at)).collect();
        match wrong.first() {
            None => Step::Submit,
            Some(first) => {
                self.focus = *first;
                self.ambiguous(*first).unwrap_or(Step::Stayed)
            }
        }
    }

    /// Whether passwords are shown.
    #[must_use]
    pub const fn shows_secrets(&self) -> bool {
        self.show_secrets
    }

    /// Draws the form, and under its button what is said about it as a whole.
    #[expect(clippy::too_many_arguments, reason = "the same as `view`, and what is said")]
    pub fn view_saying(
        &self,
        frame: &mut Frame<'_>,
        area: Rect,
        seen: &Seen<'_>,
        look: impl Fn(Id) -> Look,
        submit: &str,
        waiting: Option<&str>,
        said: Option<(String, Meaning)>,
    ) {
        let Some((words, meaning)) = said else {
            self.view(frame, area, seen, look, submit, waiting);
            return;
        };
        let lines = text::wrap(&words, area.width);
        let taken = u16::try_from(lines.len()).unwrap_or(u16::MAX);
        let form = Rect { height: area.height.saturating_sub(taken), ..area };
        let used = self.view(frame, form, seen, look, submit, waiting);
        let below = text::below(area, if used < form.height { used + 1 } else { form.height });
        for (n, line) in lines.iter().enumerate() {
            let at = text::row(below, u16::try_from(n).unwrap_or(u16::MAX));
            text::line(frame.buffer_mut(), at, line, seen.style(meaning));
        }
    }

    /// Draws the form and gives the rows that it took. `waiting` takes the button's place while an answer is waited for.
    pub fn view(
        &self,
        frame: &mut Frame<'_>,
        area: Rect,
        seen: &Seen<'_>,
        look: impl Fn(Id) -> Look,
        submit: &str,
        waiting: Option<&str>,
    ) -> u16 {
        let looks: Vec<Look> = self.fields.iter().map(|f| look(f.id)).collect();
        let labels = looks.iter().map(|l| text::width(&l.label)).max().unwrap_or(0);
        let labels = labels.min(area.width / 3);
        let words_width = text::indent(area, labels + 4).width;
        let under: Vec<(Vec<String>, Meaning)> =
            self.fields.iter().zip(&looks).map(|(f, l)| under(f, l, seen, words_width)).collect();
        let mut tops = Vec::with_capacity(under.len() + 1);
        let mut next = 0u16;
        for (lines, _) in &under {
            tops.push(next);
            next = next.saturating_add(1 + u16::try_from(lines.len().max(1)).unwrap_or(1));
        }
        tops.push(next);
        // A row of air before the button, where there is one to spare.
        let air = u16::from(next.saturating_add(2) <= area.height);
        let next = next.saturating_add(air);
        let rows = next.saturating_add(1);
        // Where not all fits, what has focus stays in sight, with what is said under it.
        let end = tops.get(self.focus + 1).copied().unwrap_or(rows);
        let hidden = end.saturating_sub(area.height).min(rows.saturating_sub(area.height));
        for (at, ((field, look), under)) in self.fields.iter().zip(&looks).zip(&under).enumerate() {
            let Some(top) = tops[at].checked_sub(hidden) else { continue };
            let focused = at == self.focus && waiting.is_none();
            let line = text::row(text::below(area, top), 0);
            if at < self.focus {
                seen.hits.note(line, KeyCode::BackTab, self.focus - at);
            } else {
                seen.hits.note(line, KeyCode::Tab, at - self.focus);
            }
            self.view_field(frame, text::below(area, top), seen, field, look, under, labels, focused);
        }
        let button = next.saturating_sub(hidden);
        let at = text::indent(text::row(area, button), labels + 4);
        let focused = self.focus == self.fields.len();
        match waiting {
            Some(words) => {
                let words = format!("{} {words}", seen.spinner());
                text::line(frame.buffer_mut(), at, &words, seen.style(Meaning::Warning));
            }
            None => {
                let taken = super::panel::button(frame, at, seen, submit, focused);
                let submits = KeyEvent::new(KeyCode::Char('s'), KeyModifiers::CONTROL);
                seen.hits.note(Rect { width: taken, ..at }, submits, 1);
            }
        }
        (button + 1).min(area.height)
    }

    #[expect(clippy::too_many_arguments, reason = "one field's drawing, called from one place")]
    fn view_field(
        &self,
        frame: &mut Frame<'_>,
        area: Rect,
        seen: &Seen<'_>,
        field: &Field<Id>,
        look: &Look,
        under: &(Vec<String>, Meaning),
        labels: u16,
        focused: bool,
    ) {
        let line = text::row(area, 0);
        let label_style = seen.style(if focused { Meaning::Key } else { Meaning::Quiet });
        if focused {
            text::line(frame.buffer_mut(), line, "▸", label_style);
        }
        let label = Rect { width: labels.min(text::indent(line, 2).width), ..text::indent(line, 2) };
        text::line_right(frame.buffer_mut(), label, &text::cut(&look.label, label.width), label_style);
        let at = text::indent(line, labels + 4);
        if let Kind::Choice(_) = field.kind() {
            Self::view_choice(frame, at, seen, field, look, focused);
        } else {
            view_text(frame, at, seen, field, focused, self.show_secrets);
        }
        for (n, words) in under.0.iter().enumerate() {
            let at = text::row(area, u16::try_from(n + 1).unwrap_or(u16::MAX));
            text::line(frame.buffer_mut(), text::indent(at, labels + 4), words, seen.style(under.1));
        }
    }

    fn view_choice(
        frame: &mut Frame<'_>,
        at: Rect,
        seen: &Seen<'_>,
        field: &Field<Id>,
        look: &Look,
        focused: bool,
    ) {
        let mut column = 0;
        for (n, option) in look.options.iter().enumerate() {
            let chosen = field.chosen() == Some(n);
            let words = format!("{} {option}", if chosen { "(•)" } else { "( )" });
            let meaning = match (chosen, focused) {
                (true, true) => Meaning::Chosen,
                (true, false) => Meaning::Title,
                (false, _) => Meaning::Text,
            };
            let place = text::indent(at, column);
            let digit = u32::try_from(n + 1).ok().and_then(|n| char::from_digit(n, 10));
            if let Some(digit) = digit.filter(|_| focused) {
                let width = text::width(&words).min(place.width);
                seen.hits.note(Rect { width, ..place }, KeyCode::Char(digit), 1);
            }
            column += text::line(frame.buffer_mut(), place, &words, seen.style(meaning)) + 3;
        }
    }
}

/// The longest path or name that can be typed into a line of its own, in characters.
pub const PATH_CHARS_MAX: usize = 400;

/// Draws a line of text that stands alone, without a form around it.
pub fn view_line<Id: Copy + Eq>(
    frame: &mut Frame<'_>,
    at: Rect,
    seen: &Seen<'_>,
    field: &Field<Id>,
    focused: bool,
) {
    view_text(frame, text::row(at, 0), seen, field, focused, false);
}

/// What is typed into one field, with the cursor.
fn view_text<Id: Copy + Eq>(
    frame: &mut Frame<'_>,
    at: Rect,
    seen: &Seen<'_>,
    field: &Field<Id>,
    focused: bool,
    shows_secrets: bool,
) {
    let width = at.width.min(field_width(field.kind()));
    let at = Rect { width, ..at };
    if at.is_empty() {
        return;
    }
    let meaning = if focused { Meaning::FieldFocused } else { Meaning::Field };
    let style = seen.style(meaning).add_modifier(Modifier::UNDERLINED);
    frame.buffer_mut().set_style(at, style);
    let (drawn, cursor) = field.drawn(shows_secrets);
    // Long text moves to the left under the cursor, whole characters at a time.
    let mut shown = drawn.as_str();
    let mut moved = 0;
    while cursor.saturating_sub(moved) >= width {
        let Some(first) = unicode_segmentation::UnicodeSegmentation::graphemes(shown, true).next() else {
            break;
        };
        moved += text::width(first);
        shown = &shown[first.len()..];
    }
    let visible: String = {
        let mut kept = String::new();
        for cluster in unicode_segmentation::UnicodeSegmentation::graphemes(shown, true) {
            if text::width(&kept) + text::width(cluster) > width {
                break;
            }
            kept.push_str(cluster);
        }
        kept
    };
    text::line(frame.buffer_mut(), at, &visible, style);
    if focused && seen.top {
        frame.set_cursor_position(Position::new(at.x + cursor.saturating_sub(moved), at.y));
    }
}

/// What stands under a field: a complaint, money as it was understood, or a hint.
fn under<Id: Copy + Eq>(
    field: &Field<Id>,
    look: &Look,
    seen: &Seen<'_>,
    width: u16,
) -> (Vec<String>, Meaning) {
    let (words, meaning) = match field.complaint() {
        Some(complaint) => (format!("! {}", seen.texts.forms.complaint(complaint)), Meaning::Bad),
        None => match field.amount().filter(|_| field.kind() == Kind::Money) {
            Some(amount) => (format!("= {amount}  {}", look.hint), Meaning::Quiet),
            None => (look.hint.clone(), Meaning::Quiet),
        },
    };
    (text::wrap(&words, width), meaning)
}

const fn field_width(kind: Kind) -> u16 {
    match kind {
        Kind::Cpf | Kind::Cnpj => 20,
        Kind::Money => 22,
        Kind::Password | Kind::NewPassword | Kind::Account | Kind::End => 34,
        Kind::Name | Kind::Address | Kind::Description | Kind::Text(_) => 48,
        Kind::Choice(_) => u16::MAX,
    }
}
