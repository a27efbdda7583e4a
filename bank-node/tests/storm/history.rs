//! What customers ordered and were told, in the order in which it happened: all that the checker believes of them.
//!
//! Never here: whether any of it is true.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use shared::account::AccountRef;
use shared::ids::{BankId, PackageId};
use shared::package::Legs;

/// A package that was ordered, at one bank, however often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Where: cash changes hands there.
    pub bank: BankId,
    /// What.
    pub legs: Legs,
}

/// What came back to a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// All of it happened; `settled`: every bank has booked its part.
    Committed { settled: bool },
    /// None of it happened, and none ever will.
    Refused,
    /// This attempt moved nothing.
    Aborted,
    /// Not decided yet.
    InProgress,
    /// The bank knows no such package.
    NotFound,
    /// No answer, or one that tells nothing of the package.
    Nothing,
}

/// The money of an account as somebody saw it, in centavos.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Money {
    pub balance: i64,
    pub held: i64,
    pub incoming: i64,
}

/// What happened, from the customers' side. A call is one request with its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A package is ordered, ordered again, or asked for.
    Asks { call: u64, package: PackageId },
    /// What was answered.
    Told { call: u64, word: Word },
    /// The money of an account is asked for.
    Looks { call: u64, account: AccountRef },
    /// What was answered; a look that nobody answered has no such event.
    Saw { call: u64, money: Money },
}

/// Everything that customers did and were told.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// What was ordered.
    pub orders: BTreeMap<PackageId, Order>,
    /// What happened, in order.
    pub events: Vec<Event>,
    calls: u64,
}

impl History {
    /// Somebody is about to order this for the first time.
    pub fn order(&mut self, package: PackageId, bank: BankId, legs: Legs) {
        let before = self.orders.insert(package, Order { bank, legs });
        assert!(before.is_none(), "{package} is ordered twice as a new one");
    }

    /// A question or an order is about to be sent; the call's number is handed back.
    pub fn asks(&mut self, package: PackageId) -> u64 {
        self.calls += 1;
        self.events.push(Event::Asks { call: self.calls, package });
        self.calls
    }

    /// It was answered.
    pub fn told(&mut self, call: u64, word: Word) {
        self.events.push(Event::Told { call, word });
    }

    /// An account is about to be looked at.
    pub fn looks(&mut self, account: AccountRef) -> u64 {
        self.calls += 1;
        self.events.push(Event::Looks { call: self.calls, account });
        self.calls
    }

    /// It was seen.
    pub fn saw(&mut self, call: u64, money: Money) {
        self.events.push(Event::Saw { call, money });
    }
}

/// The one history that all clients write into. One lock: what is noted later happened later.
#[derive(Clone, Default)]
pub struct Notebook(Arc<Mutex<History>>);

impl Notebook {
    /// Notes something.
    pub fn note<T>(&self, what: impl FnOnce(&mut History) -> T) -> T {
        what(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What was noted up to now.
    pub fn read(&self) -> History {
        self.note(|history| history.clone())
    }
}
