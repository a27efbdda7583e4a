//! What all rooms share: the time, the customer's choices, the banks, the orders. Rooms read it; it changes by answers.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use shared::account::AccountRef;
use shared::api::problem::ProblemCode;
use shared::api::replies::InvitationReply;
use shared::ids::{BankId, PackageId};
use shared::package::Legs;

use super::bank_keys::BankKey;
use super::banks::{Banks, Link};
use super::book::{Book, Keep, Template};
use super::effect::Effect;
use super::orders::{OrderFile, Orders, Step};
use super::recent::Recent;
use super::requests::{Owner, Requests};
use super::settings::Settings;
use super::streams::Streams;
use super::switch::BankSwitch;
use super::wire::{
    Answer, BankAddress, Call, Kept, LoggedIn, Reply, Seat, Trouble, milliseconds_between, set_back,
};
use crate::ids::Ids;

/// Milliseconds between two looks at the accounts while money is on its way.
const LOOK_BUSY_MS: i64 = 2_000;
/// Milliseconds between two looks while nothing is: money of others may come in at any time.
const LOOK_IDLE_MS: i64 = 10_000;
/// The longest pause before a bank that does not answer is asked again.
const LOOK_AGAIN_MAX_MS: i64 = 30_000;

/// Milliseconds between two looks for invitations: nobody waits for them.
const LOOK_FOR_INVITATIONS_MS: i64 = 30_000;

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
    /// The last movements over one's accounts.
    pub recent: Recent,
    /// Invitations without an answer, by bank.
    pub invitations: BTreeMap<BankId, Vec<InvitationReply>>,
    /// The keys by which banks are known here.
    pub bank_keys: Vec<BankKey>,
    /// What is kept on this machine for the customer.
    pub book: Book,
    /// The requests under way.
    pub requests: Requests,
    /// The event streams.
    pub streams: Streams,
    /// Where ids and jitter come from.
    pub ids: Ids,
    /// Banks that the customer has stopped in the demo.
    pub stopped: BTreeSet<BankId>,
    /// The bank that goes down in the middle of the next package, in the demo.
    pub armed: Option<BankId>,
    /// What the demo is doing to a bank now.
    pub switching: Option<BankSwitch>,
    /// Banks that have ended a session, and whose customer was not told yet.
    pub(super) ended: Vec<BankId>,
    /// Wishes gathered during one step.
    pub(super) effects: Vec<Effect>,
    /// When the customer last did something.
    pub active_at: Timestamp,
    looked_at: Option<Timestamp>,
    invitations_at: Option<Timestamp>,
}

impl World {
    /// A bank's key was seen for the first time.
    pub fn met_bank_key(&mut self, key: BankKey) {
        self.bank_keys.retain(|known| known.address != key.address);
        self.bank_keys.push(key);
    }

    /// A world in which nothing has happened.
    #[must_use]
    pub fn new(now: Timestamp, settings: Settings, ids: Ids) -> Self {
        Self {
            now,
            settings,
            banks: Banks::default(),
            orders: Orders::default(),
            recent: Recent::default(),
            invitations: BTreeMap::new(),
            bank_keys: Vec::new(),
            book: Book::default(),
            requests: Requests::default(),
            streams: Streams::default(),
            ids,
            stopped: BTreeSet::new(),
            armed: None,
            switching: None,
            ended: Vec::new(),
            effects: Vec::new(),
            active_at: now,
            looked_at: None,
            invitations_at: None,
        }
    }

    /// Time has passed; this is the time now. Gives by how many milliseconds the clock was set back, where it was: what is
    /// to come after a pause would otherwise wait for the old time to come round again.
    pub fn clock_shows(&mut self, now: Timestamp) -> Option<i64> {
        let back = milliseconds_between(now, self.now);
        self.now = now;
        if back <= 0 {
            return None;
        }
        self.orders.clock_set_back(back);
        self.banks.clock_set_back(back);
        self.streams.clock_set_back(back);
        for at in [&mut self.looked_at, &mut self.invitations_at].into_iter().flatten() {
            *at = set_back(*at, back);
        }
        self.active_at = set_back(self.active_at, back);
        Some(back)
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
        let cpf = opened.customer.cpf;
        if self.book.logged_in(cpf) {
            self.wish(Effect::Keep(cpf, Keep::Open));
        }
        let earlier = self.banks.session(&opened.bank.id).filter(|s| s.alive).map(|s| s.seat.clone());
        if let Some(seat) = earlier {
            self.ask(Owner::Nobody, seat, Call::LogOut);
        }
        let bank = self.banks.logged_in(address, opened);
        let _resumed = self.orders.logged_in(&bank, customer, self.now);
        self.follow_streams();
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
        self.book.log_out();
        self.banks.forget_customer();
        self.follow_streams();
        self.recent.forget();
        self.invitations.clear();
        self.looked_at = None;
        self.invitations_at = None;
    }

    /// Ends the session at one bank, here and there. What is under way through it is asked about at the next log-in.
    pub fn log_out_at(&mut self, bank: &BankId) {
        let Some(session) = self.banks.session(bank) else { return };
        if session.alive {
            let seat = session.seat.clone();
            self.ask(Owner::Nobody, seat, Call::LogOut);
        }
        self.banks.log_out_at(bank);
        self.follow_streams();
        self.invitations.remove(bank);
        if self.banks.main().is_some() {
            self.look();
        } else {
            self.log_out();
        }
    }

    /// How many invitations wait for an answer.
    #[must_use]
    pub fn invitations_waiting(&self) -> usize {
        self.invitations.values().map(Vec::len).sum()
    }

    /// Asks for what stands beside the accounts at home, where it is time to: invitations now and then, movements when a
    /// balance has changed.
    pub fn look_around_when_due(&mut self) {
        let since = self.invitations_at.map(|at| milliseconds_between(at, self.now));
        // Streams tell of invitations too.
        let untold = self.banks.sessions().any(|(id, s)| s.alive && !self.streams.is_live(id));
        if untold && since.is_none_or(|since| since >= LOOK_FOR_INVITATIONS_MS) {
            self.look_for_invitations();
        }
        for account in self.recent.wanted(self.banks.iter().flat_map(|b| b.accounts.iter())) {
            let own = self.banks.session(&account.bank).filter(|s| s.alive).map(|s| s.seat.clone());
            if let Some(seat) = own.or_else(|| self.banks.seer().map(|(_, s)| s.seat.clone())) {
                self.ask(Owner::Recent(account.clone()), seat, Call::RecentPostings(account));
            }
        }
    }

    /// Asks every bank with a session for invitations, now.
    pub fn look_for_invitations(&mut self) {
        let away = |bank: &BankId| self.banks.bank(bank).is_some_and(|b| b.trouble.is_some());
        let seats: Vec<(BankId, Seat)> = self
            .banks
            .sessions()
            .filter(|(id, s)| s.alive && !away(id))
            .map(|(id, s)| (id.clone(), s.seat.clone()))
            .collect();
        if seats.is_empty() {
            return;
        }
        self.invitations_at = Some(self.now);
        for (bank, seat) in seats {
            self.ask(Owner::InvitationsAt(bank), seat, Call::Invitations);
        }
    }

    /// Looks at the accounts and the banks now; what was being asked is asked anew.
    pub fn look(&mut self) {
        self.look_at(true, |_| true);
    }

    /// Looks at what no stream tells of, unless it is being asked already.
    pub(super) fn look_where_blind(&mut self) {
        // A question still open is left to its end: asked anew each time, a bank that hangs would never be found out.
        self.look_at(false, |waits| !waits);
    }

    /// Asks a bank with a session for its accounts now.
    pub(super) fn ask_accounts_at(&mut self, bank: &BankId) {
        let Some(session) = self.banks.session(bank).filter(|s| s.alive) else { return };
        let seat = session.seat.clone();
        self.streams.asking(bank);
        self.ask(Owner::AccountsAt(bank.clone()), seat, Call::Accounts);
    }

    /// Whether a bank with a session tells nothing by a stream.
    fn is_blind(&self) -> bool {
        self.banks.sessions().any(|(id, s)| s.alive && !self.streams.is_live(id))
    }

    /// Whether some account in sight is seen by a consent: no stream tells of it.
    fn sees_by_consent(&self) -> bool {
        self.banks.iter().any(|view| view.link == Link::Consent)
    }

    fn look_at(&mut self, all: bool, anew: impl Fn(bool) -> bool) {
        self.looked_at = Some(self.now);
        // A bank that did not answer is left alone for a while, longer each time.
        let due = |bank: &BankId| {
            let ask_at = self.banks.bank(bank).and_then(|b| b.ask_at);
            ask_at.is_none_or(|at| milliseconds_between(at, self.now) >= 0)
        };
        let blind = |bank: &BankId| all || !self.streams.is_live(bank);
        let asked: Vec<BankId> = self
            .banks
            .sessions()
            .filter(|(id, s)| s.alive && due(id) && blind(id))
            .map(|(id, _)| id.clone())
            .collect();
        let seer = self.banks.seer().filter(|(id, _)| due(id));
        let tells_banks = seer.is_some_and(|(id, _)| !blind(id));
        let by_consent = self.sees_by_consent();
        let seer = seer.map(|(_, s)| s.seat.clone());
        for bank in asked {
            if anew(self.requests.waits(&Owner::AccountsAt(bank.clone()))) {
                self.ask_accounts_at(&bank);
            }
        }
        if let Some(seat) = seer {
            for (owner, call, wanted) in [
                (Owner::Consortium, Call::Consortium, !tells_banks),
                (Owner::AccountsSeen, Call::AccountsInConsortium, !tells_banks || by_consent),
            ] {
                if wanted && anew(self.requests.waits(&owner)) {
                    self.ask(owner, seat.clone(), call);
                }
            }
        }
    }

    /// Looks again when it is time to; called on each tick while the accounts are on the screen. Where streams tell of
    /// everything in sight, nothing is asked.
    pub fn look_when_due(&mut self) {
        // Others' money may come in where a consent lets this client look: that is looked after while somebody is at the
        // keys, and while money of one's own moves. Left alone, the client asks nothing where nothing is told.
        let attended = self.looked_at.is_none_or(|at| milliseconds_between(at, self.active_at) > 0);
        let by_consent = self.sees_by_consent() && (attended || self.money_moves());
        if !self.is_blind() && !by_consent {
            return;
        }
        // A bank with a session that is away has its own, growing pause; here it only may not wait longer than that.
        let away = self.banks.sessions().any(|(id, _)| self.banks.bank(id).is_some_and(|b| b.failures > 0));
        let pause = if self.money_moves() || away { LOOK_BUSY_MS } else { LOOK_IDLE_MS };
        let due = self.looked_at.is_none_or(|at| milliseconds_between(at, self.now) >= pause);
        if due && self.banks.main().is_some() {
            self.look_where_blind();
        }
    }

    /// Looks for a bank with a session that did not answer, in whatever room: each is asked after its own growing pause,
    /// also where a stream of it lives.
    pub fn look_for_lost(&mut self) {
        let lost = self
            .banks
            .sessions()
            .any(|(id, s)| s.alive && self.banks.bank(id).is_some_and(|view| view.trouble.is_some()));
        let due = self.looked_at.is_none_or(|at| milliseconds_between(at, self.now) >= LOOK_BUSY_MS);
        if lost && due {
            self.look_at(true, |waits| !waits);
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
            sent_again_at: None,
        };
        let id = file.id;
        let steps = self.orders.begin(file);
        self.perform(steps);
        Some(id)
    }

    /// Orders a package under an id that is made already; with `again`, one that an earlier run may have sent.
    pub fn order_as(&mut self, file: OrderFile, again: bool) {
        let steps = if again { self.orders.begin_again(file) } else { self.orders.begin(file) };
        self.perform(steps);
    }

    /// The wishes gathered since the last time, for the edge.
    #[must_use]
    pub fn take_wishes(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// Sends an order again, under its own id, where that is allowed.
    pub fn send_again(&mut self, id: PackageId) {
        let steps = self.orders.send_again(id, self.now);
        self.perform(steps);
    }

    /// Keeps the payees of packages that have committed since it was last called.
    pub fn note_payees(&mut self) {
        let banks = &self.banks;
        let noted = self.book.note(self.orders.iter(), |account| banks.account(account).is_some(), self.now);
        if let Some(payees) = noted {
            self.keep(Keep::Payees(payees));
        }
    }

    /// Forgets a payee paid before.
    pub fn forget_payee(&mut self, account: &AccountRef) {
        let left = self.book.forget(account);
        self.keep(Keep::Payees(left));
    }

    /// Keeps a template; one of the same name is replaced.
    pub fn keep_template(&mut self, template: Template) {
        let before = self.book.template(&template.name).map(|t| t.name.clone());
        if let Some(before) = before.filter(|before| *before != template.name) {
            self.keep(Keep::DropTemplate(before));
        }
        self.book.keep_template(template.clone());
        self.keep(Keep::Template(template));
    }

    /// Drops a template.
    pub fn drop_template(&mut self, name: &str) {
        self.book.drop_template(name);
        self.keep(Keep::DropTemplate(name.to_owned()));
    }

    fn keep(&mut self, wish: Keep) {
        if let Some(cpf) = self.book.owner() {
            self.wish(Effect::Keep(cpf, wish));
        }
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
            BankSwitch::Stop(bank) | BankSwitch::StopMidPackage(bank) => {
                self.stopped.insert(bank.clone());
            }
            BankSwitch::Start(bank) => {
                self.stopped.remove(bank);
                if let Some(view) = self.banks.bank_mut(bank) {
                    view.ask_at = None;
                }
                self.streams.try_now(bank, self.now);
            }
        }
        self.look();
    }

    /// Asks how orders stand, where it is time to.
    pub fn follow_orders(&mut self) {
        let streams = &self.streams;
        let steps = self.orders.due(self.now, |bank| streams.is_live(bank));
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
                Ok(Reply::Accounts(mut reply)) => {
                    let lacks = self.streams.bring_up_to_date(&bank, &mut reply.accounts);
                    self.streams.try_now(&bank, self.now);
                    self.banks.accounts_told(&bank, reply.accounts, self.now);
                    if lacks {
                        self.ask_accounts_at(&bank);
                    }
                }
                Ok(_) => self.asking_failed(&bank, Trouble::Garbage),
                Err(trouble) => self.asking_failed(&bank, trouble),
            },
            Owner::InvitationsAt(bank) => {
                if let Ok(Reply::Invitations(reply)) = answer {
                    self.invitations.insert(bank, reply.invitations);
                }
            }
            Owner::Recent(account) => {
                if let Ok(Reply::Statement(reply)) = answer {
                    self.recent.told(account, reply.postings);
                }
            }
            Owner::Order { id, sends } => {
                let was_over = self.orders.order(id).is_some_and(|o| o.state.is_over());
                let steps = self.orders.answered(id, sends, answer, self.now);
                self.perform(steps);
                let over = self.orders.order(id).is_some_and(|o| o.state.is_over());
                if over && !was_over {
                    self.look_at(false, |_| true);
                }
            }
            // Rooms hear their own answers; those of nobody go to `answered_nobody`.
            Owner::Room(..) | Owner::Nobody | Owner::Lock => {}
        }
    }

    /// Whatever was asked, by whomever: a bank that says "log in first" has ended that session.
    pub fn heard(&mut self, from: &Seat, answer: &Answer) {
        if let Ok(Reply::Payee(payee)) = answer {
            self.book.name_told(&payee.account, &payee.name);
        }
        if let Err(Trouble::Problem(problem)) = answer
            && problem.code == ProblemCode::Unauthenticated
        {
            self.ended.extend(self.banks.session_ended(from));
        }
    }

    /// Something that a left room had begun has ended. What it changed is looked at; a session that nobody wants any
    /// more is closed.
    pub fn answered_nobody(&mut self, from: Seat, answer: Answer) {
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

    pub(super) fn perform(&mut self, steps: Vec<Step>) {
        for step in steps {
            match step {
                Step::Keep(file) => self.wish(Effect::KeepOrder(Box::new(file))),
                Step::Drop(id) => self.wish(Effect::DropOrder(id)),
                Step::Send(file) => {
                    // Before it leaves: it is among the banks within a millisecond or two.
                    if let Some(bank) = self.armed.take() {
                        self.wish(Effect::Switch(BankSwitch::StopMidPackage(bank)));
                    }
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
    /// As many templates as may be are kept.
    TemplatesFull,
    /// No template is kept yet.
    NoTemplate,
    /// A form with something typed in it is open.
    FormOpen,
    /// A package touches more banks than one may.
    TooManyBanks,
    /// Only in the demo.
    NotInDemo,
    /// Nothing there to revoke.
    NoConsent,
    /// Only an order that never arrived can be set aside.
    NotAside,
    /// Only an order that was refused is corrected in another.
    NotCorrected,
    /// Every bank that answers is connected.
    AllConnected,
    /// No session of the list is chosen.
    NoSession,
    /// No invitation is chosen.
    NoInvitation,
    /// A flag, the environment or the configuration file says so.
    SetOutside,
    /// No bank of the list is chosen.
    NoBankChosen,
    /// No key of the chosen bank is kept.
    NoKey,
    /// As many banks are remembered as can be.
    BanksFull,
    /// Only at the bank itself, with a session there.
    NeedsSessionThere,
    /// The account is closed already.
    ClosedAlready,
    /// The account holds money, or money is on its way.
    NotEmpty,
    /// The statement has nothing to save.
    NothingToSave,
    /// What is not committed has no QR code.
    NoQr,
}
