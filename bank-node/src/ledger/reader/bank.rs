//! The bank itself: what its books come to, its postings, its lives, what its operators did.

use shared::ids::BankId;

use super::{Page, Reader, page};
use crate::ledger::LedgerFault;
use crate::ledger::sqlite::tables::{balance, epoch, evidence, operator_entry, peer, posting};
use crate::protocol::attempt::EpochRecord;
use crate::protocol::operators_log::OperatorEntry;
use crate::protocol::records::{Balance, Evidence, LedgerAccount, PeerRecord, Posting, PostingHead};

/// What the bank's books come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Totals {
    /// All customers' accounts together.
    pub customers: Balance,
    /// The till, and what is due to and from each bank.
    pub others: Vec<(LedgerAccount, Balance)>,
}

impl Totals {
    /// The sum over all accounts: 0, or money was lost or created.
    #[must_use]
    pub fn sum(&self) -> i64 {
        self.others
            .iter()
            .map(|(_, balance)| balance.balance)
            .fold(self.customers.balance, i64::saturating_add)
    }
}

/// A stretch of the postings, looked at for those of the bank's own accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Those, in order.
    pub postings: Vec<Posting>,
    /// The number up to which was looked.
    pub up_to: u64,
    /// Whether there are postings after it.
    pub more: bool,
}

impl Reader {
    /// What the books come to.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn totals(&self) -> Result<Totals, LedgerFault> {
        self.read(|connection| {
            let customers = balance::of_customers(connection)?;
            Ok(Totals { customers, others: balance::of_the_bank(connection)? })
        })
    }

    /// The next postings that are no customer's leg, of numbers above `after`: `rows` numbers are looked at, at most.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn of_the_bank(&self, after: u64, rows: u64) -> Result<Stretch, LedgerFault> {
        self.read(|connection| {
            let head = posting::head(connection)?.number;
            let up_to = after.saturating_add(rows).min(head);
            Ok(Stretch {
                postings: posting::of_the_bank(connection, after, up_to)?,
                up_to,
                more: up_to < head,
            })
        })
    }

    /// The last posting.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn head(&self) -> Result<PostingHead, LedgerFault> {
        self.read(posting::head)
    }

    /// The newest life, if one has begun.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn life(&self) -> Result<Option<EpochRecord>, LedgerFault> {
        self.read(epoch::newest)
    }

    /// Every life, oldest first.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn lives(&self) -> Result<Vec<EpochRecord>, LedgerFault> {
        self.read(epoch::every)
    }

    /// What this bank knows of `bank`; none before they have met.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn peer(&self, bank: &BankId) -> Result<Option<PeerRecord>, LedgerFault> {
        self.read(|connection| Ok(peer::every(connection)?.into_iter().find(|peer| peer.bank == *bank)))
    }

    /// Evidence of what must not have happened, oldest first.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn evidence(&self) -> Result<Vec<Evidence>, LedgerFault> {
        self.read(evidence::every)
    }

    /// How much evidence there is.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn evidence_count(&self) -> Result<u64, LedgerFault> {
        self.read(evidence::count)
    }

    /// What operators did, newest first: `limit` lines with numbers below `before`, or the newest.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn operators_log(
        &self,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Page<OperatorEntry>, LedgerFault> {
        let before = before.unwrap_or(u64::MAX);
        let rows = self.read(|connection| operator_entry::page(connection, before, limit + 1))?;
        Ok(page(rows, limit, |entry| entry.number))
    }
}
