//! Connecting one bank in one pass: log in there (or sign up first), authorise the bank of the session there, and the
//! other way round where it is wanted. Each step is taken once the one before is done; a failed one can be tried again.

mod view;

#[cfg(test)]
pub(super) mod tests;

use crossterm::event::KeyEvent;
use jiff::{SignedDuration, Timestamp};
use ratatui::Frame;
use ratatui::layout::Rect;
use shared::api::problem::{Problem, ProblemCode};
use shared::api::replies::{ConsentReply, Permission};
use shared::api::requests::{GiveConsent, LogIn, SignUp};
use shared::cpf::Cpf;
use shared::ids::{BankId, CustomerId};
use shared::limits::{CONSENT_PER_DAY_DEFAULT, CONSENT_PER_PACKAGE_DEFAULT};
use shared::money::Reais;
use shared::text::{Name, Password};

use super::{Cx, Room, Screen, Seen};
use crate::actions::{Action, Scope};
use crate::app::banks::{Health, Link};
use crate::app::notice::Notice;
use crate::app::requests::Slot;
use crate::app::why_not::WhyNot;
use crate::app::wire::{Answer, BankAddress, Call, Reply, Seat, Trouble};
use crate::app::world::World;
use crate::popups::Answered;
use crate::popups::question::Ask;
use crate::texts::Texts;
use crate::widgets::complaint::Complaint;
use crate::widgets::field::{Field, Kind};
use crate::widgets::form::{Form, Step};

/// Where this room is in the table of actions, while the form is filled in.
pub const SCOPES: &[Scope] = &[Scope::Connect, Scope::Form];

/// The same once the bank is connected.
pub const DONE_SCOPES: &[Scope] = &[Scope::Connected];

const SIGN_UP: Slot = Slot("sign-up", 0);
const LOG_IN: Slot = Slot("log-in", 0);
const CONSENT: Slot = Slot("consent", 0);
const CONSENT_BACK: Slot = Slot("consent-back", 0);

/// The fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Id {
    Customer,
    Name,
    Password,
    Again,
    PerPackage,
    PerDay,
    BothWays,
    Permissions,
    Expiry,
}

/// How long a changed consent may hold, in days; the first choice leaves it as it is, the last is the bank's own default.
const DAYS: [Option<i64>; 4] = [None, Some(30), Some(182), Some(365)];

/// The bank is connected.
#[derive(Debug)]
struct Done {
    consent: ConsentReply,
    /// How the other way went, where it was wanted.
    back: Option<Result<(), Trouble>>,
}

/// Connecting one bank.
#[derive(Debug)]
pub struct Connect {
    there: BankId,
    there_name: String,
    address: BankAddress,
    here: BankId,
    customer_here: CustomerId,
    cpf: Cpf,
    name: String,
    /// Connected already, or left out of this pass.
    before: Vec<BankId>,
    form: Form<Id>,
    /// When the consent that is changed here ends so far; none while a bank is being connected.
    changes: Option<Timestamp>,
    /// The amount that a question is about.
    asked: Id,
    signed_up: bool,
    failed: Option<Trouble>,
    consent: Option<ConsentReply>,
    done: Option<Done>,
}

impl Connect {
    /// A form for `there`; none without a session, or while its address is not known.
    #[must_use]
    pub fn new(there: BankId, before: Vec<BankId>, world: &World) -> Option<Self> {
        let (here, session) = world.banks.main()?;
        let address = world.banks.bank(&there)?.address.clone()?;
        let amount = |centavos| Reais(centavos).to_string();
        let logged_in = world.banks.session(&there).is_some_and(|s| s.alive);
        let mut fields = Vec::new();
        if !logged_in {
            fields.push(Field::new(Id::Customer, Kind::Choice(2)).choosing(0));
        }
        let keep = fields.len();
        let mut form = Form::new(fields);
        let mut rest = if logged_in { Vec::new() } else { identity_fields(false, "") };
        rest.push(Field::new(Id::PerPackage, Kind::Money).with(&amount(CONSENT_PER_PACKAGE_DEFAULT)));
        rest.push(Field::new(Id::PerDay, Kind::Money).with(&amount(CONSENT_PER_DAY_DEFAULT)));
        // The other way is offered: nobody gives more than they asked for by pressing Enter.
        rest.push(Field::new(Id::BothWays, Kind::Choice(2)).choosing(1));
        form.reshape(keep, rest);
        form.focus(if logged_in { Id::PerPackage } else { Id::Password });
        Some(Self {
            there_name: world.banks.name(&there),
            there,
            address,
            here: here.clone(),
            customer_here: session.customer.id,
            cpf: session.customer.cpf,
            name: session.customer.name.clone(),
            before,
            form,
            changes: None,
            asked: Id::PerPackage,
            signed_up: false,
            failed: None,
            consent: None,
            done: None,
        })
    }

    /// A form for other terms of `consent`, given at the bank `at`; none without a session there. What it sends stands in
    /// the place of the old one.
    #[must_use]
    pub fn changing(at: &BankId, consent: &ConsentReply, world: &World) -> Option<Self> {
        let session = world.banks.session(at).filter(|s| s.alive)?;
        let amount = |centavos| Reais(centavos).to_string();
        let pays = consent.permissions.contains(&Permission::Pay);
        let mut form = Form::new(vec![
            Field::new(Id::PerPackage, Kind::Money).with(&amount(consent.limit_per_package)),
            Field::new(Id::PerDay, Kind::Money).with(&amount(consent.limit_per_day)),
            Field::new(Id::Permissions, Kind::Choice(2)).choosing(usize::from(!pays)),
            Field::new(Id::Expiry, Kind::Choice(DAYS.len())).choosing(0),
        ]);
        form.focus(Id::PerPackage);
        Some(Self {
            there_name: world.banks.name(at),
            there: at.clone(),
            address: session.seat.address.clone(),
            here: consent.bank.clone(),
            customer_here: consent.customer,
            cpf: session.customer.cpf,
            name: session.customer.name.clone(),
            before: Vec::new(),
            form,
            changes: Some(consent.expires_at),
            asked: Id::PerPackage,
            signed_up: false,
            failed: None,
            consent: None,
            done: None,
        })
    }

    fn becomes_customer(&self) -> bool {
        self.form.field(Id::Customer).and_then(Field::chosen) == Some(1)
    }

    fn both_ways(&self) -> bool {
        self.form.field(Id::BothWays).and_then(Field::chosen) == Some(0)
    }

    /// Whether a step is under way: then the form stays as it was sent.
    fn works(&self, cx: &Cx<'_>) -> bool {
        [SIGN_UP, LOG_IN, CONSENT, CONSENT_BACK].into_iter().any(|slot| cx.waits(slot))
    }

    /// Becoming a customer brings a name and a second password.
    fn reshape(&mut self) {
        let mut fields = identity_fields(self.becomes_customer(), &self.name);
        fields.push(Field::new(Id::PerPackage, Kind::Money));
        fields.push(Field::new(Id::PerDay, Kind::Money));
        fields.push(Field::new(Id::BothWays, Kind::Choice(2)));
        self.form.reshape(1, fields);
    }

    fn password(&self) -> Password {
        Password::new(self.form.text(Id::Password).to_owned())
    }

    fn step(&mut self, step: Step<Id>, cx: &mut Cx<'_>) {
        let differ = self.becomes_customer() && self.form.text(Id::Again) != self.form.text(Id::Password);
        match step {
            Step::AskMoney(id) => {
                self.asked = id;
                cx.question(Ask::Money { typed: self.form.text(id).to_owned() });
            }
            Step::Submit if self.over_day_limit() => {
                self.form.complain(Id::PerPackage, Complaint::OverDayLimit)
            }
            Step::Left(Id::PerPackage | Id::PerDay) => self.check_limits(),
            Step::Submit if differ => self.form.complain(Id::Again, Complaint::PasswordsDiffer),
            Step::Submit if !self.works(cx) => self.go_on(cx),
            Step::Submit | Step::Left(_) | Step::Stayed => {}
        }
    }

    /// Whether one package might move more than all of a day's together.
    fn over_day_limit(&self) -> bool {
        let amount = |id| self.form.field(id).and_then(Field::amount);
        amount(Id::PerPackage).zip(amount(Id::PerDay)).is_some_and(|(package, day)| package > day)
    }

    /// One of the limits was left: says what is wrong with the two, and where the focus is stays.
    fn check_limits(&mut self) {
        let over = self.over_day_limit();
        let Some(field) = self.form.field_mut(Id::PerPackage) else { return };
        if over {
            field.complain(Complaint::OverDayLimit);
        } else if field.complaint() == Some(&Complaint::OverDayLimit) {
            field.check();
        }
    }

    /// The first step that is not done yet.
    fn go_on(&mut self, cx: &mut Cx<'_>) {
        self.failed = None;
        let there = cx.world.banks.session(&self.there).filter(|s| s.alive).map(|s| s.seat.clone());
        if let Some(seat) = there {
            let body = self.body(self.here.clone(), self.customer_here, cx.world.now);
            cx.ask(CONSENT, seat, Call::GiveConsent(body));
            return;
        }
        if self.changes.is_some() {
            return cx.notice(Notice::Off(WhyNot::SessionEnded));
        }
        let seat = Seat::stranger(self.address.clone());
        if self.becomes_customer() && !self.signed_up {
            if let Ok(name) = Name::new(self.form.text(Id::Name)) {
                let body = SignUp { cpf: self.cpf, name, password: self.password() };
                cx.ask(SIGN_UP, seat, Call::SignUp(body));
            }
        } else {
            cx.ask(LOG_IN, seat, Call::LogIn(LogIn { cpf: self.cpf, password: self.password() }));
        }
    }

    fn body(&self, bank: BankId, customer: CustomerId, now: Timestamp) -> GiveConsent {
        let only_sees = self.form.field(Id::Permissions).and_then(Field::chosen) == Some(1);
        let permissions =
            if only_sees { vec![Permission::View] } else { vec![Permission::View, Permission::Pay] };
        let days = self.form.field(Id::Expiry).and_then(Field::chosen).and_then(|n| DAYS[n]);
        let later = |days: i64| now.checked_add(SignedDuration::from_hours(24 * days)).ok();
        let expires_at = days.map_or(self.changes, later);
        let amount = |id| self.form.field(id).and_then(Field::amount).map(|a| a.centavos());
        GiveConsent {
            bank,
            customer,
            permissions,
            limit_per_package: amount(Id::PerPackage),
            limit_per_day: amount(Id::PerDay),
            expires_at,
        }
    }

    fn consented(&mut self, consent: ConsentReply, cx: &mut Cx<'_>) {
        self.consent = Some(consent);
        cx.world.look();
        let there = cx.world.banks.session(&self.there).map(|s| s.customer.id);
        let here = cx.world.banks.session(&self.here).filter(|s| s.alive).map(|s| s.seat.clone());
        match there.zip(here).filter(|_| self.both_ways()) {
            Some((customer, seat)) => {
                let body = self.body(self.there.clone(), customer, cx.world.now);
                cx.ask(CONSENT_BACK, seat, Call::GiveConsent(body));
            }
            None => self.finish(None),
        }
    }

    fn finish(&mut self, back: Option<Result<(), Trouble>>) {
        self.form.settle();
        self.done = self.consent.take().map(|consent| Done { consent, back });
    }

    fn failed(&mut self, slot: Slot, trouble: Trouble) {
        if let Trouble::Problem(problem) = &trouble {
            self.place(slot, problem);
        }
        self.failed = Some(trouble);
    }

    fn place(&mut self, slot: Slot, problem: &Problem) {
        for error in &problem.errors {
            let id = match error.field.as_str() {
                "name" => Id::Name,
                "limit_per_package" => Id::PerPackage,
                "limit_per_day" => Id::PerDay,
                "permissions" => Id::Permissions,
                "expires_at" => Id::Expiry,
                _ => Id::Password,
            };
            self.form.complain(id, Complaint::Bank(error.code));
        }
        if problem.errors.is_empty() && (slot == SIGN_UP || slot == LOG_IN) {
            let exists = problem.code == ProblemCode::CustomerExists;
            self.form.focus(if exists { Id::Customer } else { Id::Password });
        }
    }

    /// Another bank that is not connected yet, for the same pass.
    fn next(&self, world: &World) -> Option<BankId> {
        if self.changes.is_some() {
            return None;
        }
        let mut others = world.banks.iter().filter(|bank| {
            bank.id != self.here
                && bank.id != self.there
                && !self.before.contains(&bank.id)
                && bank.link != Link::Consent
                && bank.health != Health::Down
                && bank.address.is_some()
        });
        others.next().map(|b| b.id.clone())
    }

    fn act_done(&self, action: Action, cx: &mut Cx<'_>) {
        if action != Action::Choose {
            return;
        }
        self.go_to_next(cx);
    }

    /// The next bank of the pass, or back where there is none.
    fn go_to_next(&self, cx: &mut Cx<'_>) {
        let mut before = self.before.clone();
        before.push(self.there.clone());
        match self.next(cx.world).and_then(|next| Self::new(next, before, cx.world)) {
            Some(room) => cx.instead(Room::Connect(Box::new(room))),
            None => cx.back(),
        }
    }
}

/// Who one is there: a password, or all that signing up takes.
fn identity_fields(signs_up: bool, name: &str) -> Vec<Field<Id>> {
    if signs_up {
        vec![
            Field::new(Id::Name, Kind::Name).with(name),
            Field::new(Id::Password, Kind::NewPassword),
            Field::new(Id::Again, Kind::Password),
        ]
    } else {
        vec![Field::new(Id::Password, Kind::Password)]
    }
}

impl Screen for Connect {
    fn title(&self, texts: &Texts) -> String {
        match self.changes {
            None => texts.connect.title(&self.there_name),
            Some(_) => texts.connect.change_title().to_owned(),
        }
    }

    fn scopes(&self) -> &'static [Scope] {
        if self.done.is_some() { DONE_SCOPES } else { SCOPES }
    }

    fn takes_text(&self) -> bool {
        self.done.is_none() && self.form.takes_text()
    }

    fn is_dirty(&self) -> bool {
        self.form.is_dirty()
    }

    fn act(&mut self, action: Action, cx: &mut Cx<'_>) {
        if self.done.is_some() {
            return self.act_done(action, cx);
        }
        if action == Action::SkipBank {
            if !self.works(cx) {
                self.go_to_next(cx);
            }
            return;
        }
        let step = self.form.act(action);
        self.step(step, cx);
    }

    fn key(&mut self, event: &KeyEvent, cx: &mut Cx<'_>) {
        if self.done.is_some() || self.works(cx) {
            return;
        }
        let before = self.becomes_customer();
        self.form.key(event);
        if self.becomes_customer() != before {
            self.failed = None;
            self.reshape();
        }
    }

    fn paste(&mut self, pasted: &str, cx: &mut Cx<'_>) {
        if self.done.is_none() && !self.works(cx) {
            self.form.paste(pasted);
        }
    }

    fn answered(&mut self, slot: Slot, answer: Answer, cx: &mut Cx<'_>) {
        match (slot, answer) {
            (SIGN_UP, Ok(Reply::SignedUp(_))) => {
                self.signed_up = true;
                self.go_on(cx);
            }
            (LOG_IN, Ok(Reply::LoggedIn(opened))) => {
                cx.world.logged_in(self.address.clone(), opened);
                self.go_on(cx);
            }
            (CONSENT, Ok(Reply::Consented(consent))) => self.consented(consent, cx),
            (CONSENT_BACK, Ok(Reply::Consented(_))) => self.finish(Some(Ok(()))),
            (CONSENT_BACK, Err(trouble)) => self.finish(Some(Err(trouble))),
            (CONSENT_BACK, Ok(_)) => self.finish(Some(Err(Trouble::Garbage))),
            (slot, Ok(_)) => self.failed(slot, Trouble::Garbage),
            (slot, Err(trouble)) => self.failed(slot, trouble),
        }
    }

    fn popup_answered(&mut self, answered: &Answered, _cx: &mut Cx<'_>) {
        if let Answered::Question(Ask::Money { typed }, n) = answered {
            match Ask::money_meanings(typed).get(*n) {
                Some(meant) => self.form.money_meant(self.asked, meant),
                None => self.form.focus(self.asked),
            }
        }
    }

    fn view(&self, frame: &mut Frame<'_>, area: Rect, seen: &Seen<'_>) {
        self.draw(frame, area, seen);
    }
}
