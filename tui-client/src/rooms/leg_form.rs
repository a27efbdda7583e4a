//! The form of one leg: who pays, who is paid, how much. Used to pay, to pay in and out, and by the package builder.
//! It makes a [`Leg`]; it orders nothing.

use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;
use shared::account::{AccountNumber, AccountRef, AccountStatus};
use shared::api::problem::FieldCode;
use shared::money::Reais;
use shared::package::{End, Leg, LegError};
use shared::text::Description;

use super::payees::{Payee, Payees};
use super::{Cx, Seen};
use crate::actions::Action;
use crate::app::requests::Slot;
use crate::app::wire::Answer;
use crate::app::world::World;
use crate::popups::pick::Pick;
use crate::popups::question::Ask;
use crate::popups::{Answered, Popup};
use crate::texts::Texts;
use crate::widgets::complaint::Complaint;
use crate::widgets::field::{Field, Kind};
use crate::widgets::form::{Form, Look, Step};
use crate::widgets::leg_line;

/// Which legs the form makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// From an account to an account.
    Transfer,
    /// Cash at the counter into an account.
    PayIn,
    /// From an account to cash at the counter.
    PayOut,
    /// Any of them.
    Any,
}

/// The fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Id {
    From,
    To,
    Amount,
    Description,
}

const PICK_FROM: &str = "payer";
const PICK_TO: &str = "payee";

/// The form.
#[derive(Debug)]
pub struct LegForm {
    way: Way,
    form: Form<Id>,
    payees: Payees,
    /// The rows of the list last opened, as they go into the field.
    offered: Vec<String>,
}

impl LegForm {
    /// An empty form. The only account that one can pay from, or into, is filled in.
    #[must_use]
    pub fn new(way: Way, world: &World, payees: Payees) -> Self {
        let own: Vec<String> = open_accounts(world).map(|a| a.to_string()).collect();
        let only = if let [one] = own.as_slice() { one.as_str() } else { "" };
        let (from, to) = match way {
            Way::Transfer | Way::PayOut | Way::Any => (only, ""),
            Way::PayIn => ("", only),
        };
        Self::with(way, payees, from, to, "", "")
    }

    /// A leg to be changed.
    #[must_use]
    pub fn of(leg: &Leg, payees: Payees) -> Self {
        let amount = Reais(leg.amount().centavos()).to_string();
        let description = leg.description().map_or("", Description::as_str);
        let (from, to) = (leg_line::end_text(leg.from()), leg_line::end_text(leg.to()));
        let mut form = Self::with(Way::Any, payees, &from, &to, &amount, description);
        form.form.focus(Id::From);
        form
    }

    fn with(way: Way, payees: Payees, from: &str, to: &str, amount: &str, description: &str) -> Self {
        let kind = if way == Way::Any { Kind::End } else { Kind::Account };
        let mut fields = Vec::new();
        if way != Way::PayIn {
            fields.push(Field::new(Id::From, kind).with(from));
        }
        if way != Way::PayOut {
            fields.push(Field::new(Id::To, kind).with(to));
        }
        fields.push(Field::new(Id::Amount, Kind::Money).with(amount));
        fields.push(Field::new(Id::Description, Kind::Description).with(description));
        let payees = payees.under("payee-of-form");
        Self { way, form: Form::new(fields), payees, offered: Vec::new() }
    }

    /// Who is behind the accounts, as far as it was told.
    #[must_use]
    pub const fn payees(&self) -> &Payees {
        &self.payees
    }

    /// Whether leaving would lose something.
    #[must_use]
    pub const fn is_dirty(&self) -> bool {
        self.form.is_dirty()
    }

    /// Whether letters are text now.
    #[must_use]
    pub fn takes_text(&self) -> bool {
        self.form.takes_text()
    }

    /// An action of the form. Gives the leg once it is whole and the customer goes on.
    pub fn act(&mut self, action: Action, cx: &mut Cx<'_>) -> Option<Leg> {
        self.complete(cx.world);
        let account = self.form.focused().filter(|id| matches!(id, Id::From | Id::To));
        let empty = account.is_some_and(|id| self.form.text(id).trim().is_empty());
        if action == Action::PickAccount || (action == Action::GoOn && empty) {
            self.offer(account, cx);
            return None;
        }
        match self.form.act(action) {
            Step::Left(id @ (Id::From | Id::To)) => self.account_left(id, cx),
            Step::AskMoney(id) => cx.question(Ask::Money { typed: self.form.text(id).to_owned() }),
            Step::Submit => return self.leg(cx),
            Step::Left(Id::Amount | Id::Description) | Step::Stayed => {}
        }
        None
    }

    /// A key that is no action.
    pub fn key(&mut self, event: &KeyEvent) {
        self.form.key(event);
    }

    /// Pasted text: a whole line fills the form, anything else goes into the field in focus.
    pub fn paste(&mut self, pasted: &str, cx: &mut Cx<'_>) {
        let line = pasted.lines().map(str::trim).find(|l| !l.is_empty()).unwrap_or_default();
        let Ok(leg) = leg_line::leg(line) else { return self.form.paste(pasted) };
        let amount = Reais(leg.amount().centavos()).to_string();
        let ends = [(Id::From, leg_line::end_text(leg.from())), (Id::To, leg_line::end_text(leg.to()))];
        for (id, text) in ends.into_iter().chain([(Id::Amount, amount)]) {
            if let Some(field) = self.form.field_mut(id) {
                field.set_text(&text);
            }
        }
        self.form.touch();
        self.form.focus(Id::Amount);
        for id in [Id::From, Id::To] {
            self.account_left(id, cx);
        }
    }

    /// An answer came; tells whether it was this form's.
    pub fn answered(&mut self, slot: Slot, answer: &Answer) -> bool {
        self.payees.answered(slot, answer)
    }

    /// A list or a question of this form was answered.
    pub fn popup_answered(&mut self, answered: &Answered, cx: &mut Cx<'_>) {
        match answered {
            Answered::Question(Ask::Money { typed }, n) => match Ask::money_meanings(typed).get(*n) {
                Some(meant) => self.form.money_meant(Id::Amount, meant),
                None => self.form.focus(Id::Amount),
            },
            Answered::Pick(tag, row) => {
                let id = if *tag == PICK_TO { Id::To } else { Id::From };
                let Some(text) = self.offered.get(*row).cloned() else { return };
                if let Some(field) = self.form.field_mut(id) {
                    field.set_text(&text);
                }
                self.form.touch();
                self.form.focus(id);
                // The account is right: the focus goes on.
                let _left = self.act(Action::NextField, cx);
            }
            Answered::Question(..) => {}
        }
    }

    /// `1042-8` becomes one's own account of that number, `AURORA/1042-8` or an address before the slash the bank's id.
    fn complete(&mut self, world: &World) {
        let Some(id @ (Id::From | Id::To)) = self.form.focused() else { return };
        let typed = self.form.text(id).trim().to_owned();
        let whole = match typed.rsplit_once('/') {
            Some((bank, number)) => world.banks.by_text(bank).map(|b| format!("{}/{number}", b.id)),
            None => typed.parse::<AccountNumber>().ok().and_then(|number| {
                let mut own = open_accounts(world).filter(|a| a.number == number);
                own.next().filter(|_| own.next().is_none()).map(ToString::to_string)
            }),
        };
        if let (Some(whole), Some(field)) = (whole.filter(|w| *w != typed), self.form.field_mut(id)) {
            field.set_text(&whole);
        }
    }

    fn offer(&mut self, wanted: Option<Id>, cx: &mut Cx<'_>) {
        let first = if self.way == Way::PayIn { Id::To } else { Id::From };
        let id = wanted.unwrap_or(first);
        let texts = Texts::new(cx.world.settings.language);
        let mut rows = Vec::new();
        self.offered.clear();
        for account in open_accounts(cx.world) {
            let Some(own) = cx.world.banks.account(account) else { continue };
            let kind = own.company.clone().unwrap_or_else(|| texts.home.account_kind(own.kind).to_owned());
            let available = Reais(own.available).to_string();
            rows.push(format!("{account} · {kind} · {}", texts.pay.available(&available)));
            self.offered.push(account.to_string());
        }
        if self.way == Way::Any {
            rows.push(texts.pay.cash_row().to_owned());
            self.offered.push(leg_line::CASH_WORD.to_owned());
        }
        if rows.is_empty() {
            self.form.complain(id, Complaint::NoOwnAccount);
            return;
        }
        let (tag, title) = match id {
            Id::To => (PICK_TO, texts.pay.pick_to()),
            Id::From | Id::Amount | Id::Description => (PICK_FROM, texts.pay.pick_from()),
        };
        cx.popup(Popup::Pick(Pick::new(tag, title.to_owned(), rows)));
    }

    fn end(&self, id: Id) -> End {
        match self.form.field(id) {
            None => End::Cash,
            Some(field) => leg_line::end(field.text()).unwrap_or(End::Cash),
        }
    }

    /// What only the world knows about an account that was typed.
    fn account_left(&mut self, id: Id, cx: &mut Cx<'_>) {
        let Some(account) = self.end(id).account().cloned() else { return };
        if cx.world.banks.known_at.is_some() && cx.world.banks.bank(&account.bank).is_none() {
            // The focus stays where it went: nobody is kept in a field.
            if let Some(field) = self.form.field_mut(id) {
                field.complain(Complaint::UnknownBank);
            }
        } else if id == Id::To {
            self.payees.look_up(&account, cx);
        }
    }

    fn leg(&mut self, cx: &mut Cx<'_>) -> Option<Leg> {
        let (from, to) = (self.end(Id::From), self.end(Id::To));
        for id in [Id::From, Id::To] {
            self.account_left(id, cx);
            if self.form.field(id).is_some_and(|f| f.complaint().is_some()) {
                self.form.focus(id);
                return None;
            }
        }
        if to.account().is_some_and(|a| self.payees.of(a) == Some(&Payee::Unknown)) {
            self.form.complain(Id::To, Complaint::PayeeUnknown);
            return None;
        }
        let amount = self.form.field(Id::Amount).and_then(Field::amount)?;
        let text = self.form.text(Id::Description).trim();
        let description = if text.is_empty() { None } else { Description::new(text).ok().flatten() };
        match Leg::new(from, to, amount, description) {
            Ok(leg) => Some(leg),
            Err(LegError::SameAccount) => {
                self.form.complain(Id::To, Complaint::SameAccount);
                None
            }
            Err(LegError::Empty) => {
                self.form.complain(Id::To, Complaint::Bank(FieldCode::LegEmpty));
                None
            }
        }
    }

    /// Draws the form.
    pub fn draw(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>, submit: &str) {
        let t = seen.texts.pay;
        let look = |id| match id {
            Id::From => Look::label(t.from()).hint(self.payer_hint(seen)),
            Id::To => Look::label(t.to()).hint(self.payee_hint(seen)),
            Id::Amount => Look::label(t.amount()).hint(self.amount_hint(seen)),
            Id::Description => Look::label(t.description()).hint(t.description_hint()),
        };
        self.form.view(frame, area, seen, look, submit, None);
    }

    fn payer_hint(&self, seen: &Seen<'_>) -> String {
        let t = seen.texts.pay;
        match self.form.text(Id::From) {
            "" => t.from_hint().to_owned(),
            _ => match self.end(Id::From).account().map(|a| seen.world.banks.account(a)) {
                Some(Some(own)) => t.available(&Reais(own.available).to_string()),
                Some(None) => t.not_in_sight().to_owned(),
                None => String::new(),
            },
        }
    }

    fn payee_hint(&self, seen: &Seen<'_>) -> String {
        let t = seen.texts.pay;
        match self.form.text(Id::To) {
            "" if self.way == Way::PayIn => t.from_hint().to_owned(),
            "" => t.to_hint().to_owned(),
            text if leg_line::end(text).is_ok() => self.payees.words(&self.end(Id::To), seen).0,
            _ => String::new(),
        }
    }

    fn amount_hint(&self, seen: &Seen<'_>) -> String {
        let t = seen.texts.pay;
        let amount = self.form.field(Id::Amount).and_then(Field::amount);
        let payer = self.form.field(Id::From).map(|_| self.end(Id::From));
        let own = payer.as_ref().and_then(End::account).and_then(|a| seen.world.banks.account(a));
        match (amount, own) {
            (Some(amount), Some(own)) if amount.centavos() > own.available => {
                format!("! {}", t.more_than(&Reais(own.available).to_string()))
            }
            (None, _) => t.amount_hint().to_owned(),
            (Some(_), _) => String::new(),
        }
    }
}

/// The customer's accounts in sight that money may move on.
fn open_accounts(world: &World) -> impl Iterator<Item = &AccountRef> {
    world.banks.accounts().filter(|a| a.status == AccountStatus::Open).map(|a| &a.account)
}
