//! What banks have on disk in the end, as far as the checker looks at it: booked lines, balances, package records, and
//! whatever has not come to rest.

use std::collections::BTreeMap;
use std::fmt;

use bank_node::protocol::records::{AttemptState, LedgerAccount, OrderState, PackageState, PortionState};
use bank_node::protocol::snapshot::Snapshot;
use shared::account::AccountRef;
use shared::ids::{BankId, PackageId};

use super::history::Money;

/// Where a line is booked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// At a customer's account.
    Account(AccountRef),
    /// At a bank's till.
    Till(BankId),
    /// At any other account of a bank's own.
    Own(BankId, String),
}

impl Place {
    /// Whose books it is in.
    pub const fn bank(&self) -> &BankId {
        match self {
            Self::Account(account) => &account.bank,
            Self::Till(bank) | Self::Own(bank, _) => bank,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(account) => write!(f, "{account}"),
            Self::Till(bank) => write!(f, "the till of {bank}"),
            Self::Own(bank, name) => write!(f, "{name} of {bank}"),
        }
    }
}

/// One booked line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub place: Place,
    pub package: PackageId,
    /// The leg that it books; none for what banks owe each other.
    pub leg: Option<u16>,
    /// Centavos, signed.
    pub amount: i64,
}

/// How a bank's record of a package stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Record {
    Open,
    Live,
    Spent,
    Closed,
}

/// One bank's books.
#[derive(Clone, Debug)]
pub struct Books {
    pub bank: BankId,
    pub lines: Vec<Line>,
    pub balances: BTreeMap<AccountRef, Money>,
    pub records: BTreeMap<PackageId, Record>,
    /// What is still under way, or must not have happened, in words.
    pub unrest: Vec<String>,
}

impl Books {
    /// What matters here of a whole disk.
    pub fn of(disk: &Snapshot) -> Self {
        let bank = &disk.bank;
        let account = |number| AccountRef { bank: bank.clone(), number };
        let place = |at: &LedgerAccount| match at {
            LedgerAccount::Customer(number) => Place::Account(account(*number)),
            LedgerAccount::Till => Place::Till(bank.clone()),
            LedgerAccount::DueTo(_) | LedgerAccount::DueFrom(_) | LedgerAccount::Suspense => {
                Place::Own(bank.clone(), at.to_string())
            }
        };
        let lines = disk.postings.iter().map(|posting| Line {
            place: place(&posting.account),
            package: posting.package,
            leg: posting.leg,
            amount: posting.amount,
        });
        let records = disk.packages.values().map(|record| {
            let state = match &record.state {
                PackageState::Open => Record::Open,
                PackageState::Live(_) => Record::Live,
                PackageState::Spent(_) => Record::Spent,
                PackageState::Closed(_) => Record::Closed,
            };
            (record.id, state)
        });
        let balances = disk.accounts.keys().map(|number| {
            let money = disk.balance(&LedgerAccount::Customer(*number));
            (account(*number), Money { balance: money.balance, held: money.held, incoming: money.incoming })
        });
        Self {
            bank: bank.clone(),
            lines: lines.collect(),
            balances: balances.collect(),
            records: records.collect(),
            unrest: unrest(disk),
        }
    }
}

/// What of a disk has not come to rest, and what it holds against other banks.
pub fn unrest(disk: &Snapshot) -> Vec<String> {
    let mut found = Vec::new();
    for attempt in disk.attempts.values() {
        if attempt.state == AttemptState::Begun {
            found.push(format!("attempt {} is undecided", attempt.id));
        } else if !attempt.unacked.is_empty() {
            found.push(format!("attempt {} is not confirmed by all", attempt.id));
        }
    }
    for portion in disk.portions.values() {
        if matches!(portion.state, PortionState::Prepared(_)) {
            found.push(format!("attempt {} is in doubt", portion.attempt));
        }
    }
    for order in disk.orders.values() {
        if matches!(order.state, OrderState::InProgress { .. } | OrderState::Elsewhere { .. }) {
            found.push(format!("order {} is in progress", order.package));
        }
    }
    for (account, money) in &disk.balances {
        if money.held != 0 || money.incoming != 0 {
            found.push(format!("{account} has {} held and {} incoming", money.held, money.incoming));
        }
    }
    // Processes that die and lines that lose tempt no bank to contradict another.
    // A greeting of an ended life that a line brings late raises an alarm for nothing (docs/testing.md says more).
    let late = |what: &str| what.starts_with("says hello in a life that is not its newest");
    let against = disk.evidence.iter().filter(|evidence| !late(&evidence.what));
    found.extend(against.map(|evidence| format!("evidence is kept: {evidence:?}")));
    found
}
