//! Opening an account: personal, joint or business, with an optional first pay-in as a package of its own afterwards.
//! Both results are shown, then the new number.

mod view;

#[cfg(test)]
pub(super) mod tests;

use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;
use shared::api::problem::{FieldCode, FieldError, Problem, ProblemCode};
use shared::api::replies::AccountReply;
use shared::api::requests::OpenAccount as Body;
use shared::cnpj::Cnpj;
use shared::cpf::Cpf;
use shared::ids::{BankId, PackageId};
use shared::package::{End, Leg, Legs};
use shared::text::Name;

use super::package::send_again;
use super::{Cx, Screen, Seen};
use crate::actions::{Action, Scope};
use crate::app::effect::Effect;
use crate::app::notice::Notice;
use crate::app::requests::Slot;
use crate::app::wire::{Answer, Call, Reply, Seat, Trouble};
use crate::app::world::World;
use crate::popups::Answered;
use crate::popups::question::Ask;
use crate::texts::Texts;
use crate::widgets::complaint::Complaint;
use crate::widgets::field::{Field, Kind};
use crate::widgets::form::{Form, Step};

/// Where this room is in the table of actions, while the form is filled in.
pub const SCOPES: &[Scope] = &[Scope::Form];

/// The same once the account is open.
pub const OPENED_SCOPES: &[Scope] = &[Scope::Opened];

const SUBMIT: Slot = Slot("open", 0);

/// Holders beside the customer, at most.
const OTHERS_MAX: usize = shared::limits::HOLDERS_MAX - 1;

/// The fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Id {
    Bank,
    Kind,
    Cnpj,
    Company,
    Holder(usize),
    PayIn,
}

/// The options of [`Id::Kind`], in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Personal,
    Joint,
    Business,
}

const KINDS: [Wanted; 3] = [Wanted::Personal, Wanted::Joint, Wanted::Business];

/// How opening went.
#[derive(Debug)]
enum Failed {
    /// It did not.
    No(Trouble),
    /// The bank did not answer: it may have.
    Unknown,
}

/// An account that is open now, and its first pay-in.
#[derive(Debug)]
struct Opened {
    account: AccountReply,
    pay_in: Option<PackageId>,
}

/// Opening an account.
#[derive(Debug)]
pub struct OpenAccount {
    form: Form<Id>,
    /// The banks with a session, as the choice offers them.
    banks: Vec<BankId>,
    failed: Option<Failed>,
    opened: Option<Opened>,
}

impl OpenAccount {
    /// An empty form; a bank is asked for only where there are several sessions.
    #[must_use]
    pub fn new(world: &World) -> Self {
        let banks: Vec<BankId> =
            world.banks.sessions().filter(|(_, s)| s.alive).map(|(id, _)| id.clone()).collect();
        let mut fields = Vec::new();
        if banks.len() > 1 {
            let main = world.banks.main().and_then(|(id, _)| banks.iter().position(|b| b == id));
            fields.push(Field::new(Id::Bank, Kind::Choice(banks.len())).choosing(main.unwrap_or(0)));
        }
        fields.push(Field::new(Id::Kind, Kind::Choice(KINDS.len())).choosing(0));
        let keep = fields.len();
        let mut form = Form::new(fields);
        form.reshape(keep, fields_of(Wanted::Personal));
        form.focus(Id::Kind);
        Self { form, banks, failed: None, opened: None }
    }

    fn wanted(&self) -> Wanted {
        let chosen = self.form.field(Id::Kind).and_then(Field::chosen);
        chosen.and_then(|n| KINDS.get(n)).copied().unwrap_or(Wanted::Personal)
    }

    fn bank(&self) -> Option<&BankId> {
        let chosen = self.form.field(Id::Bank).and_then(Field::chosen).unwrap_or(0);
        self.banks.get(chosen)
    }

    fn seat(&self, world: &World) -> Option<Seat> {
        world.banks.session(self.bank()?).map(|s| s.seat.clone())
    }

    /// Another kind of account brings other fields.
    fn reshape(&mut self) {
        let keep = usize::from(self.form.field(Id::Bank).is_some()) + 1;
        let wanted = fields_of(self.wanted());
        self.form.reshape(keep, wanted);
    }

    fn step(&mut self, step: Step<Id>, cx: &mut Cx<'_>) {
        match step {
            Step::AskMoney(id) => cx.question(Ask::Money { typed: self.form.text(id).to_owned() }),
            Step::Left(Id::Holder(n)) => {
                if let (Some(complaint), Some(field)) =
                    (self.holder_fault(n, cx.world), self.form.field_mut(Id::Holder(n)))
                {
                    field.complain(complaint);
                }
            }
            Step::Submit if !cx.waits(SUBMIT) => self.submit(cx),
            Step::Submit | Step::Left(_) | Step::Stayed => {}
        }
    }

    /// What only the other holders can tell about a CPF that was typed.
    fn holder_fault(&self, n: usize, world: &World) -> Option<Complaint> {
        let cpf: Cpf = self.form.parsed(Id::Holder(n))?;
        let own = self.bank().and_then(|id| world.banks.session(id)).map(|s| s.customer.cpf);
        if own == Some(cpf) {
            return Some(Complaint::OwnCpf);
        }
        let before = (0..n).filter_map(|m| self.form.parsed::<Cpf>(Id::Holder(m)));
        before.into_iter().any(|other| other == cpf).then_some(Complaint::Bank(FieldCode::HolderDuplicate))
    }

    fn holders(&self) -> Vec<Cpf> {
        (0..OTHERS_MAX).filter_map(|n| self.form.parsed(Id::Holder(n))).collect()
    }

    fn submit(&mut self, cx: &mut Cx<'_>) {
        self.failed = None;
        for n in 0..OTHERS_MAX {
            if let Some(complaint) = self.holder_fault(n, cx.world) {
                return self.form.complain(Id::Holder(n), complaint);
            }
        }
        let body = match self.wanted() {
            Wanted::Personal => Some(Body::Personal),
            Wanted::Joint => {
                let holders = self.holders();
                if holders.is_empty() {
                    return self.form.complain(Id::Holder(0), Complaint::Required);
                }
                Some(Body::Joint { holders })
            }
            Wanted::Business => {
                let cnpj = self.form.parsed::<Cnpj>(Id::Cnpj);
                let company = Name::new(self.form.text(Id::Company)).ok();
                let both = cnpj.zip(company);
                both.map(|(cnpj, company)| Body::Business { cnpj, company, holders: self.holders() })
            }
        };
        if let Some((seat, body)) = self.seat(cx.world).zip(body) {
            cx.ask(SUBMIT, seat, Call::OpenAccount(body));
        }
    }

    fn told(&mut self, account: AccountReply, cx: &mut Cx<'_>) {
        self.form.settle();
        cx.world.look();
        let amount = self.form.field(Id::PayIn).and_then(Field::amount);
        let end = End::Account(account.account.clone());
        let leg = amount.and_then(|amount| Leg::new(End::Cash, end, amount, None).ok());
        let legs = leg.and_then(|leg| Legs::new(vec![leg]).ok());
        let pay_in = legs.and_then(|legs| cx.order(legs));
        self.opened = Some(Opened { account, pay_in });
    }

    fn refused(&mut self, problem: Box<Problem>) {
        let mut unplaced = problem.errors.is_empty();
        for error in &problem.errors {
            match self.place(error) {
                Some(id) => self.form.complain(id, Complaint::Bank(error.code)),
                None => unplaced = true,
            }
        }
        if problem.code == ProblemCode::PersonalAccountExists {
            self.form.focus(Id::Kind);
        }
        if unplaced {
            self.failed = Some(Failed::No(Trouble::Problem(problem)));
        }
    }

    /// The field on screen that the bank speaks of.
    fn place(&self, error: &FieldError) -> Option<Id> {
        let id = match error.field.as_str() {
            "cnpj" => Id::Cnpj,
            "company" => Id::Company,
            "holders" => Id::Holder(0),
            "kind" => Id::Kind,
            field => {
                let n: usize = field.strip_prefix("holders[")?.strip_suffix(']')?.parse().ok()?;
                // Fields left empty were not sent: the bank counts those that were.
                let filled = (0..OTHERS_MAX).filter(|n| self.form.parsed::<Cpf>(Id::Holder(*n)).is_some());
                Id::Holder(filled.into_iter().nth(n)?)
            }
        };
        self.form.field(id).map(|_| id)
    }

    fn act_opened(&mut self, action: Action, cx: &mut Cx<'_>) {
        let Some(opened) = &self.opened else { return };
        match action {
            Action::Choose => cx.back(),
            Action::CopyNumber => {
                let number = opened.account.account.to_string();
                cx.world.wish(Effect::Copy(number.clone()));
                cx.notice(Notice::Copied(number));
            }
            Action::SendAgain => {
                if let Some(id) = opened.pay_in {
                    send_again(id, cx);
                }
            }
            _ => {}
        }
    }
}

/// The fields that a kind of account takes, after the kind itself.
fn fields_of(wanted: Wanted) -> Vec<Field<Id>> {
    let mut fields = Vec::new();
    match wanted {
        Wanted::Personal => {}
        Wanted::Joint => {
            fields.push(Field::new(Id::Holder(0), Kind::Cpf));
            fields.extend((1..OTHERS_MAX).map(|n| Field::new(Id::Holder(n), Kind::Cpf).optional()));
        }
        Wanted::Business => {
            fields.push(Field::new(Id::Cnpj, Kind::Cnpj));
            fields.push(Field::new(Id::Company, Kind::Name));
            fields.extend((0..OTHERS_MAX).map(|n| Field::new(Id::Holder(n), Kind::Cpf).optional()));
        }
    }
    fields.push(Field::new(Id::PayIn, Kind::Money).optional());
    fields
}

impl Screen for OpenAccount {
    fn title(&self, texts: &Texts) -> String {
        texts.open_account.title().to_owned()
    }

    fn scopes(&self) -> &'static [Scope] {
        if self.opened.is_some() { OPENED_SCOPES } else { SCOPES }
    }

    fn takes_text(&self) -> bool {
        self.opened.is_none() && self.form.takes_text()
    }

    fn is_dirty(&self) -> bool {
        self.form.is_dirty()
    }

    fn act(&mut self, action: Action, cx: &mut Cx<'_>) {
        if self.opened.is_some() {
            return self.act_opened(action, cx);
        }
        let step = self.form.act(action);
        self.step(step, cx);
    }

    fn key(&mut self, event: &KeyEvent, cx: &mut Cx<'_>) {
        // What was asked for stays as it was asked, until the bank has answered.
        if self.opened.is_some() || cx.waits(SUBMIT) {
            return;
        }
        let before = self.wanted();
        self.form.key(event);
        if self.wanted() != before {
            self.failed = None;
            self.reshape();
        }
    }

    fn paste(&mut self, pasted: &str, cx: &mut Cx<'_>) {
        if self.opened.is_none() && !cx.waits(SUBMIT) {
            self.form.paste(pasted);
        }
    }

    fn answered(&mut self, _slot: Slot, answer: Answer, cx: &mut Cx<'_>) {
        match answer {
            Ok(Reply::Opened(account)) => self.told(account, cx),
            Ok(_) | Err(Trouble::Garbage | Trouble::OutcomeUnknown) => {
                self.failed = Some(Failed::Unknown);
                cx.world.look();
            }
            Err(Trouble::Problem(problem)) => self.refused(problem),
            Err(trouble @ (Trouble::Unreachable | Trouble::Distrusted(_))) => {
                self.failed = Some(Failed::No(trouble))
            }
        }
    }

    fn popup_answered(&mut self, answered: &Answered, _cx: &mut Cx<'_>) {
        if let Answered::Question(Ask::Money { typed }, n) = answered {
            match Ask::money_meanings(typed).get(*n) {
                Some(meant) => self.form.money_meant(Id::PayIn, meant),
                None => self.form.focus(Id::PayIn),
            }
        }
    }

    fn ticked(&mut self, cx: &mut Cx<'_>) {
        cx.world.look_when_due();
    }

    fn view(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        self.draw(frame, area, seen);
    }
}
