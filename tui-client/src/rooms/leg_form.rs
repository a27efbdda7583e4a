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
use crate::app::book::KnownPayee;
use crate::app::notice::Notice;
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
use crate::widgets::{leg_line, search};

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
    /// Where one's only account goes, once the bank has said which there are.
    owns: Option<Id>,
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
        let known = world.banks.accounts().next().is_some();
        let owns = if way == Way::PayIn { Id::To } else { Id::From };
        Self { owns: (!known).then_some(owns), ..Self::with(way, payees, from, to, "", "") }
    }

    /// The accounts may come after the form was opened: the only one is filled in while nothing was typed.
    pub fn time_passes(&mut self, world: &World) {
        let Some(id) = self.owns.filter(|_| world.banks.accounts().next().is_some()) else { return };
        self.owns = None;
        let mut own = open_accounts(world);
        let only = own.next().filter(|_| own.next().is_none()).map(ToString::to_string);
        let untouched = !self.form.is_dirty() && self.form.text(id).is_empty();
        if let (Some(only), Some(field)) = (only.filter(|_| untouched), self.form.field_mut(id)) {
            field.set_text(&only);
            if self.form.focused() == Some(id) {
                let _nothing_to_look_up = self.form.act(Action::NextField);
            }
        }
    }

    /// A transfer from this account.
    #[must_use]
    pub fn paying_from(account: &AccountRef) -> Self {
        Self::with(Way::Transfer, Payees::default(), &account.to_string(), "", "", "")
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
        Self { way, form: Form::new(fields), payees, offered: Vec::new(), owns: None }
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
            self.offer(account, "", cx);
            return None;
        }
        if action == Action::GoOn && account == Some(Id::To) && self.suggests(cx) {
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

    /// Pasted text: a whole line fills the form, anything else goes into the field in focus. Of several lines the first
    /// counts, and that is said.
    pub fn paste(&mut self, pasted: &str, cx: &mut Cx<'_>) {
        let line = pasted_lines(pasted).next().unwrap_or_default();
        let lines = pasted_lines(pasted).count();
        if lines > 1 {
            cx.notice(Notice::FirstLineOnly(lines));
        }
        let Ok(leg) = leg_line::leg(line) else { return self.form.paste(line) };
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
            Answered::Delete(PICK_TO, row) => {
                let account = self.offered.get(*row).and_then(|text| text.parse::<AccountRef>().ok());
                if let Some(account) = account {
                    cx.question(Ask::ForgetPayee { account });
                }
            }
            Answered::Question(Ask::ForgetPayee { account }, answer) => {
                if *answer == 1 {
                    cx.world.forget_payee(account);
                }
                self.offer(Some(Id::To), "", cx);
            }
            Answered::Question(..)
            | Answered::Delete(..)
            | Answered::Name(..)
            | Answered::FileRead { .. }
            | Answered::FileWritten { .. } => {}
        }
    }

    /// `1042-8` becomes one's own account of that number, `AURORA/1042-8` or an address before the slash the bank's id.
    fn complete(&mut self, world: &World) {
        let Some(id @ (Id::From | Id::To)) = self.form.focused() else { return };
        let typed = self.form.text(id).trim().to_owned();
        let whole = written_out(world, &typed);
        if let (Some(whole), Some(field)) = (whole.filter(|w| *w != typed), self.form.field_mut(id)) {
            field.set_text(&whole);
        }
    }

    fn offer(&mut self, wanted: Option<Id>, filter: &str, cx: &mut Cx<'_>) {
        let first = if self.way == Way::PayIn { Id::To } else { Id::From };
        let id = wanted.unwrap_or(first);
        let texts = Texts::new(cx.world.settings.language);
        let mut rows = Vec::new();
        self.offered.clear();
        for account in open_accounts(cx.world) {
            let Some(own) = cx.world.banks.account(account) else { continue };
            let kind = own.company.clone().unwrap_or_else(|| texts.home.account_kind(own.kind).to_owned());
            let available = cx.world.settings.balance(own.available);
            rows.push(format!("{account} · {kind} · {}", texts.pay.available(&available)));
            self.offered.push(account.to_string());
        }
        if self.way == Way::Any {
            rows.push(texts.pay.cash_row().to_owned());
            self.offered.push(leg_line::CASH_WORD.to_owned());
        }
        let payees_from = rows.len();
        if id == Id::To {
            // One's own stand above.
            let others =
                cx.world.book.payees().iter().filter(|k| cx.world.banks.account(&k.account).is_none());
            for known in others {
                rows.push(known_row(known, cx.world, &texts));
                self.offered.push(known.account.to_string());
            }
        }
        if rows.is_empty() {
            self.form.complain(id, Complaint::NoOwnAccount);
            return;
        }
        let (tag, title) = match id {
            Id::To => (PICK_TO, texts.pay.pick_to()),
            Id::From | Id::Amount | Id::Description => (PICK_FROM, texts.pay.pick_from()),
        };
        let has_payees = rows.len() > payees_from;
        let pick = Pick::new(tag, title.to_owned(), rows);
        let pick = if has_payees { pick.deleting(payees_from) } else { pick };
        cx.popup(Popup::Pick(pick.filtered(filter)));
    }

    /// What was typed for a payee that is no account yet: a part of one paid before, perhaps.
    fn half_typed(&self) -> Option<&str> {
        let typed = self.form.text(Id::To).trim();
        let is_half = self.form.field(Id::To).is_some() && !typed.is_empty() && leg_line::end(typed).is_err();
        is_half.then_some(typed)
    }

    /// Enter on a payee that is half typed takes the only one paid before that fits, or opens the list of those that do.
    fn suggests(&mut self, cx: &mut Cx<'_>) -> bool {
        let Some(typed) = self.half_typed().map(str::to_owned) else { return false };
        match known_fitting(cx.world, &typed).as_slice() {
            [] => return false,
            [one] => {
                let account = one.account.to_string();
                if let Some(field) = self.form.field_mut(Id::To) {
                    field.set_text(&account);
                }
                self.form.touch();
            }
            [_, ..] => {
                self.offer(Some(Id::To), &typed, cx);
                return true;
            }
        }
        false
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
                Some(Some(own)) => t.available(&seen.balance(own.available)),
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
            text => match known_fitting(seen.world, text).as_slice() {
                [] => String::new(),
                [one] => t.known_one(&one.account.to_string(), &one.name),
                several => t.known_several(several.len()),
            },
        }
    }

    fn amount_hint(&self, seen: &Seen<'_>) -> String {
        let t = seen.texts.pay;
        let amount = self.form.field(Id::Amount).and_then(Field::amount);
        let payer = self.form.field(Id::From).map(|_| self.end(Id::From));
        let own = payer.as_ref().and_then(End::account).and_then(|a| seen.world.banks.account(a));
        match (amount, own) {
            (Some(amount), Some(own)) if amount.centavos() > own.available => {
                format!("! {}", t.more_than(&seen.balance(own.available)))
            }
            (None, _) => t.amount_hint().to_owned(),
            (Some(_), _) => String::new(),
        }
    }
}

/// The lines of a pasted text that hold anything, whatever they end in: terminals send a carriage return.
pub fn pasted_lines(pasted: &str) -> impl Iterator<Item = &str> {
    pasted.split(['\n', '\r']).map(str::trim).filter(|line| !line.is_empty())
}

/// A payee paid before, as a row to pick.
fn known_row(known: &KnownPayee, world: &World, texts: &Texts) -> String {
    let bank = world.banks.name(&known.account.bank);
    let paid = texts.pay.paid_before(&texts.day(known.last_paid), known.times);
    let words = [known.account.to_string(), known.name.clone(), bank, paid];
    words.iter().filter(|w| !w.is_empty()).map(String::as_str).collect::<Vec<_>>().join(" · ")
}

/// The payees paid before that fit what was typed.
#[must_use]
pub fn known_fitting<'a>(world: &'a World, typed: &str) -> Vec<&'a KnownPayee> {
    let payees = world.book.payees();
    let words = |known: &KnownPayee| {
        format!("{} {} {}", known.account, known.name, world.banks.name(&known.account.bank))
    };
    payees.iter().filter(|known| search::fit(typed, &words(known)).is_some_and(|rank| rank < 3)).collect()
}

/// `1042-8` as one's own account of that number, `AURORA/1042-8` or an address before the slash as the bank's id.
fn written_out(world: &World, typed: &str) -> Option<String> {
    match typed.rsplit_once('/') {
        Some((bank, number)) => world.banks.by_text(bank).map(|b| format!("{}/{number}", b.id)),
        None => typed.parse::<AccountNumber>().ok().and_then(|number| {
            let mut own = open_accounts(world).filter(|a| a.number == number);
            own.next().filter(|_| own.next().is_none()).map(ToString::to_string)
        }),
    }
}

/// An end of a leg as people write it: as [`leg_line::end`] reads it, or by a bank's name or address, or one's own number
/// alone. The bank has to be one of the consortium, where that is known.
///
/// # Errors
/// What is wrong with it.
pub fn end_in(world: &World, text: &str) -> Result<End, Complaint> {
    let text = text.trim();
    let end = leg_line::end(written_out(world, text).as_deref().unwrap_or(text))?;
    let known = |id| world.banks.known_at.is_none() || world.banks.bank(id).is_some();
    if end.account().is_none_or(|account| known(&account.bank)) {
        Ok(end)
    } else {
        Err(Complaint::UnknownBank)
    }
}

/// The customer's accounts in sight that money may move on.
fn open_accounts(world: &World) -> impl Iterator<Item = &AccountRef> {
    world.banks.accounts().filter(|a| a.status == AccountStatus::Open).map(|a| &a.account)
}
