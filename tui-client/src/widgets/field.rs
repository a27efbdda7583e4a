//! One field of a form: what may be typed into it, how it is drawn, when it is right.
//!
//! Invariant: masks are drawn, not typed; what was typed is kept, right or wrong.

use crossterm::event::{Event as TerminalEvent, KeyEvent};
use shared::account::AccountRef;
use shared::cnpj::Cnpj;
use shared::cpf::Cpf;
use shared::limits::{DESCRIPTION_CHARS_MAX, NAME_CHARS_MAX, PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN};
use shared::money::{Amount, parse_reais};
use shared::text::{Description, Name, TextError};
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler as _;
use unicode_segmentation::UnicodeSegmentation as _;
use zeroize::Zeroizing;

use super::complaint::Complaint;
use crate::app::wire::BankAddress;

/// What a field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A person's or a company's name.
    Name,
    /// A CPF; a CNPJ is recognised and complained about by name.
    Cpf,
    /// A CNPJ.
    Cnpj,
    /// A password that exists.
    Password,
    /// A password being chosen.
    NewPassword,
    /// A bank's address.
    Address,
    /// An account reference.
    Account,
    /// An account reference, or a word for cash.
    End,
    /// An amount of money.
    Money,
    /// A leg's description; may be empty.
    Description,
    /// Free text, up to so many characters; may be empty.
    Text(usize),
    /// One of so many options, none at first.
    Choice(usize),
}

/// Pasted or typed beyond this, the rest is left out.
const TYPED_CHARS_MAX: usize = 400;

/// One field.
#[derive(Debug)]
pub struct Field<Id> {
    /// Which.
    pub id: Id,
    kind: Kind,
    input: Input,
    /// A password, apart from the rest: its memory is wiped, and it is edited at its end only.
    secret: Zeroizing<String>,
    chosen: Option<usize>,
    optional: bool,
    complaint: Option<Complaint>,
}

impl<Id: Copy + Eq> Field<Id> {
    /// An empty field.
    #[must_use]
    pub fn new(id: Id, kind: Kind) -> Self {
        let is_secret = matches!(kind, Kind::Password | Kind::NewPassword);
        // All of its room at once: a text that grows leaves copies of its beginning behind.
        let room = if is_secret { TYPED_CHARS_MAX * 4 } else { 0 };
        let secret = Zeroizing::new(String::with_capacity(room));
        Self { id, kind, input: Input::default(), secret, chosen: None, optional: false, complaint: None }
    }

    /// The same, already filled in.
    #[must_use]
    pub fn with(mut self, text: &str) -> Self {
        self.set_text(text);
        self
    }

    /// The same, and it may stay empty.
    #[must_use]
    pub const fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// This field in another form, as `wanted` there: what was typed stays, whether it may stay empty is the form's, and
    /// what was complained of may hold no more.
    #[must_use]
    pub fn as_in(mut self, wanted: &Self) -> Self {
        self.optional = wanted.optional;
        self.complaint = None;
        self
    }

    /// The same with option `n` chosen.
    #[must_use]
    pub const fn choosing(mut self, n: usize) -> Self {
        self.chosen = Some(n);
        self
    }

    /// What it takes.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// What was typed, without the mask.
    #[must_use]
    pub fn text(&self) -> &str {
        if self.is_secret() { &self.secret } else { self.input.value() }
    }

    /// The chosen option.
    #[must_use]
    pub const fn chosen(&self) -> Option<usize> {
        self.chosen
    }

    /// Chooses option `n`.
    pub const fn choose(&mut self, n: usize) {
        self.chosen = Some(n);
        self.complaint = None;
    }

    /// What is wrong with it, as far as is known.
    #[must_use]
    pub const fn complaint(&self) -> Option<&Complaint> {
        self.complaint.as_ref()
    }

    /// Notes what is wrong with it.
    pub fn complain(&mut self, complaint: Complaint) {
        self.complaint = Some(complaint);
    }

    /// Replaces what was typed.
    pub fn set_text(&mut self, text: &str) {
        self.wipe();
        self.type_text(text);
    }

    /// Whether typed characters go into it.
    #[must_use]
    pub const fn takes_text(&self) -> bool {
        !matches!(self.kind, Kind::Choice(_))
    }

    /// Whether it shows what it holds only when asked to.
    #[must_use]
    pub const fn is_secret(&self) -> bool {
        matches!(self.kind, Kind::Password | Kind::NewPassword)
    }

    /// A key that is no action of the form. Tells whether anything changed.
    pub fn key(&mut self, event: &KeyEvent) -> bool {
        use crossterm::event::{KeyCode, KeyModifiers};
        if let Kind::Choice(count) = self.kind {
            return self.turn(event.code, count);
        }
        let ctrl = event.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        if let KeyCode::Char(c) = event.code
            && !ctrl
        {
            let mut bytes = [0; 4];
            return self.type_text(c.encode_utf8(&mut bytes));
        }
        if self.is_secret() {
            return self.shorten_secret(event);
        }
        let change = self.input.handle_event(&TerminalEvent::Key(*event));
        if change.is_some_and(|c| c.value) {
            self.complaint = None;
        }
        change.is_some()
    }

    fn shorten_secret(&mut self, event: &KeyEvent) -> bool {
        use crossterm::event::{KeyCode, KeyModifiers};
        let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
        match event.code {
            KeyCode::Backspace if !ctrl => {
                let last = self.secret.grapheme_indices(true).next_back().map(|(at, _)| at);
                self.secret.truncate(last.unwrap_or(0));
            }
            KeyCode::Char('h') if ctrl => return self.shorten_secret(&KeyEvent::from(KeyCode::Backspace)),
            KeyCode::Backspace | KeyCode::Char('u' | 'w') if ctrl => self.wipe(),
            _ => return false,
        }
        self.complaint = None;
        true
    }

    /// Text that was typed or pasted, at the cursor. Masks and what cannot belong are left out.
    pub fn type_text(&mut self, text: &str) -> bool {
        let mut room = TYPED_CHARS_MAX.saturating_sub(self.text().chars().count());
        let mut typed = false;
        for c in text.chars() {
            let Some(c) = self.taken(c).filter(|_| room > 0) else { continue };
            if self.is_secret() {
                self.secret.push(c);
            } else {
                self.input.handle(tui_input::InputRequest::InsertChar(c));
            }
            room -= 1;
            typed = true;
        }
        if typed {
            self.complaint = None;
        }
        typed
    }

    /// Text that was pasted. Of a whole line, a field for accounts takes the account in it.
    pub fn paste(&mut self, line: &str) -> bool {
        let account = || line.split_whitespace().find(|word| word.parse::<AccountRef>().is_ok());
        match account().filter(|_| self.kind == Kind::Account) {
            Some(account) => {
                self.set_text(account);
                true
            }
            None => self.type_text(line),
        }
    }

    fn taken(&self, c: char) -> Option<char> {
        let typed = self.input.value().chars().count();
        match self.kind {
            // A CNPJ's letters are let in, so that it can be told from a CPF by name.
            Kind::Cpf | Kind::Cnpj => {
                (c.is_ascii_alphanumeric() && typed < 14).then(|| c.to_ascii_uppercase())
            }
            // A sign or a letter is let in and complained about: dropped, it would leave another amount.
            Kind::Money => (c.is_ascii_graphic() || c == ' ').then_some(c),
            Kind::Account | Kind::End => (c.is_ascii_graphic()).then_some(c),
            Kind::Password | Kind::NewPassword => (!c.is_control()).then_some(c),
            // A bank may be named where its address is asked for.
            Kind::Address | Kind::Name | Kind::Description | Kind::Text(_) => {
                if c.is_whitespace() {
                    Some(' ')
                } else {
                    // What could deceive a reader never gets in.
                    (!c.is_control() && (shared::text::clean(&c.to_string()).contains(c))).then_some(c)
                }
            }
            Kind::Choice(_) => None,
        }
    }

    fn turn(&mut self, code: crossterm::event::KeyCode, count: usize) -> bool {
        use crossterm::event::KeyCode;
        if count == 0 {
            return false;
        }
        let next = match code {
            KeyCode::Right | KeyCode::Char(' ') => self.chosen.map_or(0, |n| (n + 1) % count),
            KeyCode::Left => self.chosen.map_or(count - 1, |n| (n + count - 1) % count),
            KeyCode::Char(c) => match c.to_digit(10).and_then(|d| usize::try_from(d).ok()) {
                Some(n) if (1..=count).contains(&n) => n - 1,
                Some(_) | None => return false,
            },
            _ => return false,
        };
        self.choose(next);
        true
    }

    /// Says what is wrong with it, if anything is; called when it is left and before the form is submitted.
    pub fn check(&mut self) -> bool {
        self.complaint = self.fault();
        self.complaint.is_none()
    }

    fn fault(&self) -> Option<Complaint> {
        let text = self.text();
        if let Kind::Choice(_) = self.kind {
            return (self.chosen.is_none() && !self.optional).then_some(Complaint::Choose);
        }
        if text.trim().is_empty() {
            let may_be_empty = self.optional || matches!(self.kind, Kind::Description | Kind::Text(_));
            return (!may_be_empty).then_some(Complaint::Required);
        }
        let characters = text.chars().count();
        match self.kind {
            Kind::Name => Name::new(text).err().map(|error| match error {
                TextError::Empty => Complaint::Required,
                TextError::TooLong => Complaint::TooLong(NAME_CHARS_MAX),
                TextError::BadCharacters => Complaint::NoLetter,
            }),
            Kind::Cpf => match text.parse::<Cpf>() {
                Ok(_) => None,
                Err(_) if text.parse::<Cnpj>().is_ok() => Some(Complaint::CnpjGiven),
                Err(_) if characters != 11 => Some(Complaint::CpfLength),
                Err(_) => Some(Complaint::InvalidCpf),
            },
            Kind::Cnpj => text.parse::<Cnpj>().err().map(|_| Complaint::InvalidCnpj),
            Kind::Password => {
                (characters > PASSWORD_CHARS_MAX).then_some(Complaint::TooLong(PASSWORD_CHARS_MAX))
            }
            Kind::NewPassword if characters < PASSWORD_CHARS_MIN => {
                Some(Complaint::TooShort(PASSWORD_CHARS_MIN))
            }
            Kind::NewPassword => {
                (characters > PASSWORD_CHARS_MAX).then_some(Complaint::TooLong(PASSWORD_CHARS_MAX))
            }
            Kind::Address => text.parse::<BankAddress>().err().map(|_| Complaint::AddressMalformed),
            Kind::Account => text.parse::<AccountRef>().err().map(Complaint::from),
            Kind::End => super::leg_line::end(text).err(),
            Kind::Money => parse_reais(text).err().map(Complaint::from),
            Kind::Description => {
                Description::new(text).err().map(|_| Complaint::TooLong(DESCRIPTION_CHARS_MAX))
            }
            Kind::Text(max) => (characters > max).then_some(Complaint::TooLong(max)),
            Kind::Choice(_) => None,
        }
    }

    /// What was typed, as the value that it is, if it is one.
    #[must_use]
    pub fn parsed<T: std::str::FromStr>(&self) -> Option<T> {
        self.text().trim().parse().ok()
    }

    /// What was typed, as money.
    #[must_use]
    pub fn amount(&self) -> Option<Amount> {
        parse_reais(self.text()).ok()
    }

    /// What to draw and the cursor's column in it.
    #[must_use]
    pub fn drawn(&self, show_secret: bool) -> (String, u16) {
        let cursor = if self.is_secret() { usize::MAX } else { self.input.cursor() };
        let before: String = self.text().chars().take(cursor).collect();
        let draw = |text: &str| match self.kind {
            Kind::Cpf if text.chars().count() <= 11 && text.bytes().all(|b| b.is_ascii_digit()) => {
                masked(text, &[(3, '.'), (6, '.'), (9, '-')])
            }
            Kind::Cpf | Kind::Cnpj => masked(text, &[(2, '.'), (5, '.'), (8, '/'), (12, '-')]),
            Kind::Password | Kind::NewPassword if !show_secret => "•".repeat(text.graphemes(true).count()),
            _ => text.to_owned(),
        };
        let whole = draw(self.text());
        // The cursor stands after the mask's own characters that what lies before it has brought along.
        let before = super::text::width(&whole).min(super::text::width(&self.before(&before, &whole, draw)));
        (whole, before)
    }

    fn before(&self, before: &str, whole: &str, draw: impl Fn(&str) -> String) -> String {
        match self.kind {
            // A CPF of eleven digits and a CNPJ's first eleven are masked differently: the whole decides.
            Kind::Cpf | Kind::Cnpj => {
                let wanted = before.chars().count();
                let mut kept = String::new();
                let mut seen = 0;
                for c in whole.chars() {
                    if seen == wanted {
                        break;
                    }
                    if c.is_ascii_alphanumeric() {
                        seen += 1;
                    }
                    kept.push(c);
                }
                kept
            }
            _ => draw(before),
        }
    }

    /// Empties it. A password is wiped from memory; its room stays as it is.
    pub fn wipe(&mut self) {
        let length = self.secret.len();
        self.secret.clear();
        self.secret.extend(std::iter::repeat_n('\0', length));
        self.secret.clear();
        self.input.reset();
    }
}

fn masked(text: &str, marks: &[(usize, char)]) -> String {
    let mut drawn = String::new();
    for (n, c) in text.chars().enumerate() {
        if let Some((_, mark)) = marks.iter().find(|(at, _)| *at == n) {
            drawn.push(*mark);
        }
        drawn.push(c);
    }
    drawn
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(Kind::Cpf, "529.982.247-25", "52998224725", "529.982.247-25", None)]
    #[case(Kind::Cpf, "52998224725", "52998224725", "529.982.247-25", None)]
    #[case(Kind::Cpf, "52998224724", "52998224724", "529.982.247-24", Some(Complaint::InvalidCpf))]
    #[case(Kind::Cpf, "5299", "5299", "529.9", Some(Complaint::CpfLength))]
    #[case(
        Kind::Cpf,
        "12.abc.345/01de-35",
        "12ABC34501DE35",
        "12.ABC.345/01DE-35",
        Some(Complaint::CnpjGiven)
    )]
    #[case(Kind::Cnpj, "12.ABC.345/01DE-35", "12ABC34501DE35", "12.ABC.345/01DE-35", None)]
    #[case(
        Kind::Cnpj,
        "12.ABC.345/01DE-36",
        "12ABC34501DE36",
        "12.ABC.345/01DE-36",
        Some(Complaint::InvalidCnpj)
    )]
    #[case(Kind::Money, "R$ 1.234,56", "R$ 1.234,56", "R$ 1.234,56", None)]
    #[case(Kind::Money, "-5", "-5", "-5", Some(Complaint::MoneyMalformed))]
    #[case(Kind::Money, "1.23", "1.23", "1.23", Some(Complaint::MoneyAmbiguous))]
    #[case(Kind::Money, "0", "0", "0", Some(Complaint::MoneyRange))]
    #[case(Kind::NewPassword, "curta", "curta", "•••••", Some(Complaint::TooShort(8)))]
    #[case(Kind::Password, "x", "x", "•", None)]
    #[case(Kind::Account, "aurora/1042-9", "aurora/1042-9", "aurora/1042-9", Some(Complaint::CheckDigit))]
    #[case(Kind::Account, "aurora", "aurora", "aurora", Some(Complaint::AccountMalformed))]
    #[case(Kind::Name, "Ana\u{202E}\tSouza\n", "Ana Souza ", "Ana Souza ", None)]
    #[case(Kind::Name, "123", "123", "123", Some(Complaint::NoLetter))]
    #[case(Kind::Description, "", "", "", None)]
    fn what_is_typed_is_kept_masked_and_checked(
        #[case] kind: Kind,
        #[case] typed: &str,
        #[case] kept: &str,
        #[case] drawn: &str,
        #[case] complaint: Option<Complaint>,
    ) {
        let mut field = Field::new((), kind);
        field.type_text(typed);
        assert_eq!(field.text(), kept);
        assert_eq!(field.drawn(false).0, drawn);
        assert_eq!(field.check(), complaint.is_none());
        assert_eq!(field.complaint(), complaint.as_ref());
    }

    #[test]
    fn the_cursor_stands_after_the_drawn_mask() {
        let mut field = Field::new((), Kind::Cpf).with("52998224725");
        assert_eq!(field.drawn(false), ("529.982.247-25".to_owned(), 14));
        for _ in 0..8 {
            field.key(&KeyEvent::from(crossterm::event::KeyCode::Left));
        }
        assert_eq!(field.drawn(false).1, 3);
    }

    #[test]
    fn of_a_whole_pasted_line_the_account_is_taken() {
        let mut field = Field::new((), Kind::Account);
        field.paste("Ana Souza — conta aurora/1042-8 (pessoal)");
        assert_eq!(field.text(), "aurora/1042-8");
    }

    #[test]
    fn ten_thousand_pasted_characters_are_bounded() {
        let mut field = Field::new((), Kind::Name);
        field.type_text(&"a".repeat(10_000));
        assert_eq!(field.text().len(), TYPED_CHARS_MAX);
        assert!(!field.check());
    }
}
