//! What all rooms share: the time, the customer's choices, the banks, the orders. Rooms read it; it changes by answers.

use std::collections::BTreeSet;

use jiff::Timestamp;
use shared::api::problem::ProblemCode;
use shared::ids::{BankId, PackageId};
use shared::package::Legs;

use super::banks::Banks;
use super::effect::Effect;
use super::orders::{OrderFile, Orders, Step};
use super::requests::{Owner, Requests};
use super::settings::Settings;
use super::switch::BankSwitch;
use super::wire::{Answer, BankAddress, Call, Kept, LoggedIn, Reply, Seat, Trouble, milliseconds_between};
use crate::ids::Ids;

/// Milliseconds between two looks at the accounts while money is on its way.
const LOOK_BUSY_MS: i64 = 2_000;
/// Milliseconds between two looks while nothing is: money of others may come in at any time.
const LOOK_IDLE_MS: i64 = 10_000;
/// The longest pause before a bank that does not answer is asked again.
const LOOK_AGAIN_MAX_MS: i64 = 30_000;

/// What all rooms share.
#[derive(Debug)]
pub struct World {
    /// The time of the last tick.
    pub now: Timestamp,
    /// What the customer has chosen.
    pub settings: Settings,
    /// The banks, the accounts, the sessions.
    pub banks: Banks,
    /// The orders.
    pub orders: Orders,
    /// The requests under way.
    pub requests: Requests,
    /// Where ids and jitter come from.
    pub ids: Ids,
    /// Banks that the customer has stopped in the demo.
    pub stopped: BTreeSet<BankId>,
    /// What the demo is doing to a bank now.
    pub switching: Option<BankSwitch>,
    /// Wishes gathered during one step.
    pub(super) effects: Vec<Effect>,
    looked_at: Option<Timestamp>,
}

impl World {
    /// A world in which nothing has happened.
    #[must_use]
    pub fn new(now: Timestamp, settings: Settings, ids: Ids) -> Self {
        Self {
            now,
            settings,
            banks: Banks::default(),
            orders: Orders::default(),
            requests: Requests::default(),
            ids,
            stopped: BTreeSet::new(),
            switching: None,
            effects: Vec::new(),
            looked_at: None,
        }
    }

    /// Adds a wish.
    pub fn wish(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// Sends a request for `owner`; an older read of the same owner is forgotten.
    pub fn ask(&mut self, owner: Owner, to: Seat, call: Call) {
        self.requests.ask(owner, to, call, &mut self.effects);
    }

    /// Whether money may be on its way: an order not over, or an account with held or incoming money.
    #[must_use]
    pub fn money_moves(&self) -> bool {
        self.orders.any_under_way() || self.banks.accounts().any(|a| a.held != 0 || a.incoming != 0)
    }

    /// Why no money can be moved now, if it cannot.
    #[must_use]
    pub fn why_no_money_moves(&self) -> Option<WhyNot> {
        let Some((bank, session)) = self.banks.main() else { return Some(WhyNot::NotLoggedIn) };
        if !session.alive {
            return Some(WhyNot::SessionEnded);
        }
        let away = self.banks.bank(bank).is_some_and(|b| b.trouble.is_some());
        away.then_some(WhyNot::BankAway)
    }

    /// Somebody logged in.
    pub fn logged_in(&mut self, address: BankAddress, opened: LoggedIn) -> BankId {
        let other = self.banks.sessions().any(|(_, s)| s.customer.cpf != opened.customer.cpf);
        if other {
            self.log_out();
        }
        let customer = opened.customer.id;
        let earlier = self.banks.session(&opened.bank.id).filter(|s| s.alive).map(|s| s.seat.clone());
        if let Some(seat) = earlier {
            self.ask(Owner::Nobody, seat, Call::LogOut);
        }
        let bank = self.banks.logged_in(address, opened);
        let _resumed = self.orders.logged_in(&bank, customer, self.now);
        self.look();
        self.follow_orders();
        bank
    }

    /// Ends every session of the customer, here and at the banks.
    pub fn log_out(&mut self) {
        self.requests.log_out(&mut self.effects);
        let seats: Vec<Seat> =
            self.banks.sessions().filter(|(_, s)| s.alive).map(|(_, s)| s.seat.clone()).collect();
        for seat in seats {
            self.ask(Owner::Nobody, seat, Call::LogOut);
        }
        self.orders.log_out();
        self.banks.forget_customer();
        self.looked_at = None;
    }

    /// Looks at the accounts and the banks now; what was being asked is asked anew.
    pub fn look(&mut self) {
        self.look_at(|_| true);
    }

    fn look_at(&mut self, anew: impl Fn(bool) -> bool) {
        self.looked_at = Some(self.now);
        // A bank that did not answer is left alone for a while, longer each time.
        let due = |bank: &BankId| {
            let ask_at = self.banks.bank(bank).and_then(|b| b.ask_at);
            ask_at.is_none_or(|at| milliseconds_between(at, self.now) >= 0)
        };
        let seats: Vec<(BankId, Seat)> = self
            .banks
            .sessions()
            .filter(|(id, s)| s.alive && due(id))
            .map(|(id, s)| (id.clone(), s.seat.clone()))
            .collect();
        let seer = self.banks.seer().filter(|(id, _)| due(id)).map(|(_, s)| s.seat.clone());
        for (bank, seat) in seats {
            let owner = Owner::AccountsAt(bank);
            if anew(self.requests.waits(&owner)) {
                self.ask(owner, seat, Call::Accounts);
            }
        }
        if let Some(seat) = seer {
            for (owner, call) in
                [(Owner::Consortium, Call::Consortium), (Owner::AccountsSeen, Call::AccountsInConsortium)]
            {
                if anew(self.requests.waits(&owner)) {
                    self.ask(owner, seat.clone(), call);
                }
            }
        }
    }

    /// Looks again when it is time to; called on each tick while the accounts are on the screen.
    pub fn look_when_due(&mut self) {
        // A bank with a session that is away has its own, growing pause; here it only may not wait longer than that.
        let away = self.banks.sessions().any(|(id, _)| self.banks.bank(id).is_some_and(|b| b.failures > 0));
        let pause = if self.money_moves() || away { LOOK_BUSY_MS } else { LOOK_IDLE_MS };
        let due = self.looked_at.is_none_or(|at| milliseconds_between(at, self.now) >= pause);
        if due && self.banks.main().is_some() {
            // A question still open is left to its end: asked anew each time, a bank that hangs would never be found out.
            self.look_at(|waits| !waits);
        }
    }

    /// Orders a package, at the bank of the session. `None` without a session.
    pub fn order(&mut self, legs: Legs) -> Option<PackageId> {
        let (bank, session) = self.banks.main()?;
        let file = OrderFile {
            id: self.ids.package(),
            bank: bank.clone(),
            customer: session.customer.id,
            legs,
            made_at: self.now,
        };
        let id = file.id;
        let steps = self.orders.begin(file);
        self.perform(steps);
        Some(id)
    }

    /// Sends an order again, under its own id, where that is allowed.
    pub fn send_again(&mut self, id: PackageId) {
        let steps = self.orders.send_again(id);
        self.perform(steps);
    }

    /// Lets go of an order of an earlier run that never arrived.
    pub fn give_up(&mut self, id: PackageId) {
        let steps = self.orders.give_up(id);
        self.perform(steps);
    }

    /// The file of an order was written, or could not be.
    pub fn order_kept(&mut self, id: PackageId, kept: Kept) {
        let steps = self.orders.kept(id, kept);
        self.perform(steps);
    }

    /// The demo has stopped or started a bank. What waits for a bank that is back is asked about at once.
    pub fn switched(&mut self, switch: &BankSwitch) {
        match switch {
            BankSwitch::Stop(bank) => {
                self.stopped.insert(bank.clone());
            }
            BankSwitch::Start(bank) => {
                self.stopped.remove(bank);
                if let Some(view) = self.banks.bank_mut(bank) {
                    view.ask_at = None;
                }
            }
        }
        self.look();
    }

    /// Asks how orders stand, where it is time to.
    pub fn follow_orders(&mut self) {
        let steps = self.orders.due(self.now);
        self.perform(steps);
    }

    /// An answer for the world came. The other answers never get here.
    pub fn answered(&mut self, owner: Owner, answer: Answer) {
        match owner {
            Owner::Consortium => {
                if let Ok(Reply::Consortium(reply)) = answer {
                    self.banks.consortium_told(reply, self.now);
                }
            }
            Owner::AccountsSeen => {
                if let Ok(Reply::Accounts(reply)) = answer {
                    self.banks.accounts_seen(reply, self.now);
                }
            }
            Owner::AccountsAt(bank) => match answer {
                Ok(Reply::Accounts(reply)) => self.banks.accounts_told(&bank, reply.accounts, self.now),
                Ok(_) => self.asking_failed(&bank, Trouble::Garbage),
                Err(trouble) => self.asking_failed(&bank, trouble),
            },
            Owner::Order { id, sends } => {
                let was_over = self.orders.order(id).is_some_and(|o| o.state.is_over());
                let steps = self.orders.answered(id, sends, answer, self.now);
                self.perform(steps);
                let over = self.orders.order(id).is_some_and(|o| o.state.is_over());
                if over && !was_over {
                    self.look();
                }
            }
            // Rooms hear their own answers; those of nobody go to `answered_nobody`.
            Owner::Room(..) | Owner::Nobody => {}
        }
    }

    /// Whatever was asked, by whomever: a bank that says "log in first" has ended that session.
    pub(super) fn heard(&mut self, from: &Seat, answer: &Answer) {
        if let Err(Trouble::Problem(problem)) = answer
            && problem.code == ProblemCode::Unauthenticated
        {
            self.banks.session_ended(from);
        }
    }

    /// Something that a left room had begun has ended. What it changed is looked at; a session that nobody wants any
    /// more is closed.
    pub(super) fn answered_nobody(&mut self, from: Seat, answer: Answer) {
        match answer {
            Ok(Reply::LoggedIn(opened)) => {
                let seat = Seat { token: Some(opened.token), ..from };
                self.ask(Owner::Nobody, seat, Call::LogOut);
            }
            Ok(_) if self.banks.main().is_some() => self.look(),
            Ok(_) | Err(_) => {}
        }
    }

    fn asking_failed(&mut self, bank: &BankId, trouble: Trouble) {
        let failures = self.banks.bank(bank).map_or(0, |b| b.failures).min(5);
        let pause = (1_000 << failures).min(LOOK_AGAIN_MAX_MS);
        let pause = self.ids.jittered(pause);
        let at = Timestamp::from_millisecond(self.now.as_millisecond() + pause).unwrap_or(self.now);
        self.banks.asking_failed(bank, trouble, at);
    }

    fn perform(&mut self, steps: Vec<Step>) {
        for step in steps {
            match step {
                Step::Keep(file) => self.wish(Effect::KeepOrder(Box::new(file))),
                Step::Drop(id) => self.wish(Effect::DropOrder(id)),
                Step::Send(file) => {
                    let call = Call::OrderPackage { id: file.id, legs: file.legs.clone() };
                    self.tell_bank(&file, true, call);
                }
                Step::Ask(file) => self.tell_bank(&file, false, Call::Package(file.id)),
            }
        }
    }

    fn tell_bank(&mut self, file: &OrderFile, sends: bool, call: Call) {
        // Without a session there the order waits for the next log-in, which asks about it.
        if let Some(session) = self.banks.session(&file.bank).filter(|s| s.customer.id == file.customer) {
            let seat = session.seat.clone();
            self.ask(Owner::Order { id: file.id, sends }, seat, call);
        }
    }
}

/// Why something cannot be done now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhyNot {
    /// Nobody is logged in.
    NotLoggedIn,
    /// The session has ended.
    SessionEnded,
    /// The bank of the session does not answer.
    BankAway,
    /// The customer has no account in sight yet.
    NoAccount,
    /// Something is being waited for already.
    Waiting,
    /// There is no session at another bank.
    OneSession,
    /// Payees are still being looked up.
    NamesComing,
    /// This order may not be sent again.
    NotAgain,
    /// A package has its most legs already.
    LegsFull,
    /// A package has no leg yet.
    NoLegs,
    /// A package touches more banks than one may.
    TooManyBanks,
    /// Only in the demo.
    NotInDemo,
    /// Nothing there to revoke.
    NoConsent,
    /// Only an order that never arrived can be set aside.
    NotAside,
}
