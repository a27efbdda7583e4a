//! The books on disk, behind one trait in domain words.
//!
//! Never here: a decision. The core decides before it writes; a ledger loads records and stores verdicts, all of a batch
//! or none. Any fault ends the process: what is on disk is then the truth (rule R2).

use crate::protocol::attempt::Epoch;
use crate::protocol::books::{Books, Key};
use crate::protocol::records::{Attempt, AttemptState, Recovered, Write};

mod life;

pub mod memory;

pub mod sqlite;

pub mod reader;

/// The world failed: the disk, the database, or a record that is not what was written.
#[derive(Debug, thiserror::Error)]
pub enum LedgerFault {
    /// The database said so.
    #[error("the ledger cannot {action}: {cause}")]
    Storage {
        /// What was tried.
        action: &'static str,
        /// The database's own words.
        cause: String,
    },
    /// A record on disk cannot be what was written.
    #[error("the ledger is damaged: {what}")]
    Damaged {
        /// Which record, and how.
        what: String,
    },
    /// Another process has begun a life on the same ledger.
    #[error(
        "another process has taken over this ledger: it is in life {theirs}, this process is in life {ours}"
    )]
    TakenOver {
        /// The life in the database.
        theirs: Epoch,
        /// This process's.
        ours: Epoch,
    },
}

/// The books of one bank, as the deciding thread uses them.
pub trait Ledger: Send {
    /// What must be in memory before the first input.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    fn recover(&mut self) -> Result<Recovered, LedgerFault>;

    /// Makes `books` know the records under `keys` (and what a key says comes with it), or that there are none.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    fn load(&mut self, keys: &[Key], books: &mut Books) -> Result<(), LedgerFault>;

    /// Stores `writes` in one transaction, in order, and forces it to disk. When it returns `Ok`, all of it survives a
    /// power cut; when it does not, nothing may be told and the process must end.
    ///
    /// `life` must be the newest epoch in the ledger, before or with these writes.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    fn store(&mut self, life: Epoch, writes: &[Write]) -> Result<(), LedgerFault>;
}

/// Whether an attempt belongs in memory from the start: undecided, or decided and not confirmed by all.
pub(crate) fn is_unended(attempt: &Attempt) -> bool {
    match attempt.state {
        AttemptState::Begun => true,
        AttemptState::Committed { .. } | AttemptState::Aborted { .. } => !attempt.unacked.is_empty(),
    }
}
