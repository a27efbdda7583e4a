//! What a restored ledger lacks, and what another bank that recovers may be told.

use shared::ids::BankId;

use super::Reader;
use crate::ledger::LedgerFault;
use crate::ledger::sqlite::tables::{attempt, order, peer, portion, restoration};
use crate::protocol::attempt::Mark;
use crate::protocol::missed::asking::Lacking;
use crate::protocol::records::{Attempt, Order, PortionRecord};
use crate::protocol::restoration::{RecoveryReport, Restoration};

impl Reader {
    /// What has to be asked of the other banks, while a backup has taken this ledger's place and they have not said what it
    /// lacks.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn lacking(&self, own: &BankId) -> Result<Option<Lacking>, LedgerFault> {
        self.read(|connection| {
            let Some(restoration) = restoration::pending(connection)? else { return Ok(None) };
            let unended = attempt::unended(connection)?;
            let mut peers = peer::every(connection)?;
            peers.retain(|peer| peer.bank != *own);
            Ok(Some(Lacking::of(&restoration, &unended, &peers)))
        })
    }

    /// Each time that a backup took the ledger's place, oldest first, with what was recovered from other banks after it.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn restorations(&self) -> Result<Vec<(Restoration, Option<RecoveryReport>)>, LedgerFault> {
        self.read(restoration::every)
    }

    /// Portions here of attempts that `coordinator` runs, from the place `from` on, at most `rows`, in order.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn portions_of(
        &self,
        coordinator: &BankId,
        from: Mark,
        rows: usize,
    ) -> Result<Vec<PortionRecord>, LedgerFault> {
        self.read(|connection| portion::of_coordinator(connection, coordinator, from, rows))
    }

    /// Attempts of this bank, from the place `from` on, at most `rows`, in order, each with its order.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn attempts_from(
        &self,
        from: Mark,
        rows: usize,
    ) -> Result<Vec<(Attempt, Option<Order>)>, LedgerFault> {
        self.read(|connection| {
            let found = attempt::from(connection, from, rows)?;
            found
                .into_iter()
                .map(|one| order::find(connection, one.package).map(|order| (one, order)))
                .collect()
        })
    }

    /// Orders refused for good, of places above `after`, at most `rows`, oldest first, each with its place.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn refused_orders(&self, after: u64, rows: usize) -> Result<Vec<(u64, Order)>, LedgerFault> {
        self.read(|connection| order::refused(connection, after, rows))
    }
}
