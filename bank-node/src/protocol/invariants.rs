//! The invariants I1 to I13 of `docs/protocol.md`, section 8. One set serves the simulator, the audit and tests.
//!
//! | where | which | over |
//! |---|---|---|
//! | `books` | I4, I7, I8, I10, I12 | what one bank has on disk |
//! | `across` | I1, I2, I3, I6, I8 | what several banks have on disk |
//! | `conservation` | I5 | the same, counted in centavos |
//! | `words` | I10, I11, I13 | what a bank says, beside its disk and what it said before |
//! | `answers` | I9 | what customers were told, beside all disks |
//!
//! The audit has no history, so it holds the first three; the simulator holds all, and I14, which needs the books that a
//! restored bank has lost.

mod across;
mod answers;
mod books;
mod conservation;
mod words;

use std::fmt;

use shared::ids::{BankId, PackageId};

pub use self::across::{Pair, across, pairs};
pub use self::answers::{Fact, Told, answered_truly};
pub use self::books::{of_bank, of_chain, of_postings, of_records};
pub use self::conservation::{Conservation, adrift, conservation, customers_money};
pub use self::words::Words;
use super::attempt::AttemptId;
use super::message::Portion;
use super::records::{PortionState, Promise};
use super::snapshot::Snapshot;

/// An invariant that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Its name in `docs/protocol.md`: `I1` to `I13`; or `operators_log`.
    pub invariant: &'static str,
    /// Where, or whose.
    pub bank: Option<BankId>,
    /// What was found, in a sentence; nothing personal.
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.bank {
            Some(bank) => write!(f, "{} at {bank}: {}", self.invariant, self.what),
            None => write!(f, "{}: {}", self.invariant, self.what),
        }
    }
}

/// What a bank knows of an attempt's portion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Prepared,
    Committed,
    Aborted,
}

fn stage(disk: &Snapshot, attempt: &AttemptId) -> Option<Stage> {
    disk.portions.get(attempt).map(|record| match record.state {
        PortionState::Prepared(_) => Stage::Prepared,
        PortionState::Committed(_) => Stage::Committed,
        PortionState::Aborted { .. } => Stage::Aborted,
    })
}

/// What `disk` promised or booked for `attempt`.
fn promise_of<'a>(disk: &'a Snapshot, attempt: &AttemptId) -> Option<&'a Promise> {
    match &disk.portions.get(attempt)?.state {
        PortionState::Prepared(promise) | PortionState::Committed(promise) => Some(promise),
        PortionState::Aborted { .. } => None,
    }
}

/// Every portion that `disk` has booked.
fn committed(disk: &Snapshot) -> impl Iterator<Item = (&AttemptId, PackageId, &Promise)> {
    disk.portions.iter().filter_map(|(id, record)| match &record.state {
        PortionState::Committed(promise) => Some((id, record.package?, promise)),
        PortionState::Prepared(_) | PortionState::Aborted { .. } => None,
    })
}

fn net_to(portion: &Portion, bank: &BankId) -> i64 {
    portion.nets.iter().find(|net| net.bank == *bank).map_or(0, |net| net.amount)
}
