//! What all rooms share: the time, the customer's choices, the banks, the orders. Rooms read it; it changes by answers.

mod answers;

mod kept;

mod looks;

mod orders;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use shared::api::replies::InvitationReply;
use shared::ids::BankId;

use super::bank_keys::BankKey;
use super::banks::Banks;
use super::book::{Book, Keep};
use super::effect::Effect;
use super::orders::Orders;
use super::recent::Recent;
use super::requests::{Owner, Requests};
use super::settings::Settings;
use super::streams::Streams;
use super::switch::BankSwitch;
use super::why_not::WhyNot;
use super::wire::{BankAddress, Call, LoggedIn, Seat, milliseconds_between, set_back};
use crate::ids::Ids;

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

    /// The wishes gathered since the last time, for the edge.
    #[must_use]
    pub fn take_wishes(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
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
}
