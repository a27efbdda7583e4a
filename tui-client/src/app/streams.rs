//! The event streams of the living sessions, one each: which is open, when a broken one is tried again, and after which
//! event it goes on.
//!
//! Never here: what an event means. A stream is a convenience: without it the banks are asked again and again, as before.

use std::collections::BTreeMap;

use jiff::Timestamp;
use shared::account::AccountRef;
use shared::api::events::{AccountEvent, BankEvent};
use shared::api::replies::AccountReply;
use shared::ids::BankId;

use super::banks::Banks;
use super::effect::Effect;
use super::wire::{Seat, Trouble, milliseconds_between, set_back};

/// Names one opening of one stream; never reused, so that no news reaches the wrong one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId(pub u64);

/// What happens to a stream.
#[derive(Clone, Debug, PartialEq)]
pub enum StreamNews {
    /// The bank has begun to tell.
    Opened,
    /// Something changed.
    Told {
        /// What.
        event: BankEvent,
        /// After which the next opening goes on.
        last_id: Option<String>,
    },
    /// It could not be opened, or is of no more use.
    Broken(Trouble),
    /// The bank has ended it.
    Ended,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Opening,
    Live,
    Broken {
        again_at: Timestamp,
    },
    /// The bank is older than its streams.
    NotServed,
}

#[derive(Debug)]
struct Stream {
    id: StreamId,
    seat: Seat,
    state: State,
    last_id: Option<String>,
    failures: u32,
    /// Told since the bank was last asked for its accounts: the answer may be older.
    newer: BTreeMap<AccountRef, AccountEvent>,
}

/// The streams.
#[derive(Debug, Default)]
pub struct Streams {
    last: u64,
    by_bank: BTreeMap<BankId, Stream>,
}

/// How the client hears of changes at a bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hearing {
    /// By its stream.
    Live,
    /// Not yet known.
    Opening,
    /// By asking.
    Asking,
}

impl Streams {
    /// Opens what should be open, and lets go of streams whose session has ended.
    pub fn follow(&mut self, banks: &Banks, now: Timestamp, effects: &mut Vec<Effect>) {
        self.by_bank.retain(|bank, stream| {
            let lives = banks.session(bank).is_some_and(|s| s.alive && s.seat == stream.seat);
            if !lives {
                effects.push(Effect::StopListening(stream.id));
            }
            lives
        });
        for (bank, session) in banks.sessions().filter(|(_, s)| s.alive) {
            let stream = self.by_bank.get(bank);
            let due = stream.is_none_or(|stream| match stream.state {
                State::Broken { again_at } => milliseconds_between(again_at, now) >= 0,
                State::Opening | State::Live | State::NotServed => false,
            });
            if !due {
                continue;
            }
            self.last += 1;
            let id = StreamId(self.last);
            let stream = self.by_bank.entry(bank.clone()).or_insert_with(|| Stream {
                id,
                seat: session.seat.clone(),
                state: State::Opening,
                last_id: None,
                failures: 0,
                newer: BTreeMap::new(),
            });
            stream.id = id;
            stream.state = State::Opening;
            let (to, after) = (session.seat.clone(), stream.last_id.clone());
            effects.push(Effect::Listen { id, to, after });
        }
    }

    /// The bank whose stream this is; none for one that is no longer followed.
    #[must_use]
    pub fn bank_of(&self, id: StreamId) -> Option<BankId> {
        self.by_bank.iter().find(|(_, stream)| stream.id == id).map(|(bank, _)| bank.clone())
    }

    /// As whom a bank is listened to.
    #[must_use]
    pub fn seat(&self, bank: &BankId) -> Option<&Seat> {
        self.by_bank.get(bank).map(|stream| &stream.seat)
    }

    /// How changes at a bank are heard of.
    #[must_use]
    pub fn hearing(&self, bank: &BankId) -> Hearing {
        match self.by_bank.get(bank).map(|stream| stream.state) {
            Some(State::Live) => Hearing::Live,
            Some(State::Opening) => Hearing::Opening,
            Some(State::Broken { .. } | State::NotServed) | None => Hearing::Asking,
        }
    }

    /// Whether a bank tells by itself.
    #[must_use]
    pub fn is_live(&self, bank: &BankId) -> bool {
        self.hearing(bank) == Hearing::Live
    }

    /// The bank has begun to tell.
    pub fn opened(&mut self, bank: &BankId) {
        if let Some(stream) = self.by_bank.get_mut(bank) {
            stream.state = State::Live;
        }
    }

    /// The bank told something: the stream works. `asked`: its accounts are being asked for.
    pub fn told(&mut self, bank: &BankId, event: &BankEvent, last_id: Option<String>, asked: bool) {
        let Some(stream) = self.by_bank.get_mut(bank) else { return };
        stream.failures = 0;
        if last_id.is_some() {
            stream.last_id = last_id;
        }
        match event {
            BankEvent::Account(money) if asked => {
                stream.newer.insert(money.account.clone(), money.clone());
            }
            BankEvent::Account(_)
            | BankEvent::Package(_)
            | BankEvent::Invitations(_)
            | BankEvent::Bank(_) => {}
        }
    }

    /// Failures in a row so far.
    #[must_use]
    pub fn failures(&self, bank: &BankId) -> u32 {
        self.by_bank.get(bank).map_or(0, |stream| stream.failures)
    }

    /// It broke, and is tried again at `again_at`; never where the bank does not know what it was asked for.
    pub fn broke(&mut self, bank: &BankId, again_at: Option<Timestamp>) {
        if let Some(stream) = self.by_bank.get_mut(bank) {
            stream.failures = stream.failures.saturating_add(1);
            stream.state = again_at.map_or(State::NotServed, |again_at| State::Broken { again_at });
        }
    }

    /// The clock was set back: what was to come after so long still comes after so long.
    pub fn clock_set_back(&mut self, by_ms: i64) {
        for stream in self.by_bank.values_mut() {
            if let State::Broken { again_at } = &mut stream.state {
                *again_at = set_back(*again_at, by_ms);
            }
        }
    }

    /// The bank answers: a broken stream need not wait any longer.
    pub fn try_now(&mut self, bank: &BankId, now: Timestamp) {
        if let Some(stream) = self.by_bank.get_mut(bank)
            && let State::Broken { again_at } = &mut stream.state
        {
            *again_at = now;
        }
    }

    /// The bank is being asked for its accounts: what it told before is in the answer.
    pub fn asking(&mut self, bank: &BankId) {
        if let Some(stream) = self.by_bank.get_mut(bank) {
            stream.newer.clear();
        }
    }

    /// What the bank answered, with what it told meanwhile. Gives whether it told of an account that the answer lacks.
    #[must_use]
    pub fn bring_up_to_date(&mut self, bank: &BankId, accounts: &mut [AccountReply]) -> bool {
        let Some(stream) = self.by_bank.get_mut(bank) else { return false };
        let newer = std::mem::take(&mut stream.newer);
        let lacks = newer.keys().any(|told| accounts.iter().all(|account| account.account != *told));
        for account in accounts {
            if let Some(money) = newer.get(&account.account) {
                put_told(account, money);
            }
        }
        lacks
    }
}

/// What was told of `account`: its money, and whatever else of it the bank said.
pub fn put_told(account: &mut AccountReply, told: &AccountEvent) {
    account.balance = told.balance;
    account.held = told.held;
    account.available = told.available;
    account.incoming = told.incoming;
    account.status = told.status.unwrap_or(account.status);
    if !told.holders.is_empty() {
        account.holders.clone_from(&told.holders);
    }
}
