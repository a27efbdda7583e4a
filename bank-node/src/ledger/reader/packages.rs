//! Packages, orders, attempts and portions, as they stand on disk.

use std::collections::BTreeSet;

use shared::ids::{BankId, CustomerId, PackageId};

use super::{Page, Reader, page};
use crate::ledger::LedgerFault;
use crate::ledger::sqlite::tables::{attempt, order, package, portion, posting};
use crate::protocol::attempt::AttemptId;
use crate::protocol::records::{Attempt, Order, PackageRecord, PortionRecord, PortionState, Posting};

/// What a bank knows of a package that touches its accounts, whoever ordered it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageHere {
    /// How it stands here; none where no account here is named.
    pub record: Option<PackageRecord>,
    /// What each attempt of it does here, in order of attempts.
    pub portions: Vec<PortionRecord>,
}

/// What is booked of a package here, and what each attempt of it does here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookedAndPromised {
    /// In order.
    pub postings: Vec<Posting>,
    /// In order of attempts.
    pub portions: Vec<PortionRecord>,
}

/// What a bank has promised to other banks' packages, their outcome unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Promised {
    /// How many portions.
    pub count: usize,
    /// Since when the oldest waits, in milliseconds since 1970.
    pub since_ms: Option<i64>,
}

impl Reader {
    /// What a customer ordered here, newest first: `limit` of those before the place `before`, or the newest.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn orders_of(
        &self,
        customer: CustomerId,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Page<Order>, LedgerFault> {
        let before = before.unwrap_or(u64::MAX);
        let rows = self.read(|connection| order::page(connection, customer, before, limit + 1))?;
        let Page { rows, next } = page(rows, limit, |(place, _)| *place);
        Ok(Page { rows: rows.into_iter().map(|(_, order)| order).collect(), next })
    }

    /// What a customer ordered here that is in progress, in order of packages.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn orders_in_progress_of(&self, customer: CustomerId) -> Result<Vec<Order>, LedgerFault> {
        self.read(|connection| order::in_progress_of(connection, customer))
    }

    /// The packages that were ordered here or touch an account here: `limit` of those with ids below `before`, or the
    /// highest; highest first, which is newest first for ids that hold a time.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn packages(&self, before: Option<PackageId>, limit: usize) -> Result<Vec<PackageId>, LedgerFault> {
        self.read(|connection| package::page(connection, before, limit))
    }

    /// What is known here of a package, whoever ordered it and wherever.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn package_here(&self, id: PackageId) -> Result<PackageHere, LedgerFault> {
        self.read(|connection| {
            let record = package::find(connection, id)?;
            Ok(PackageHere { record, portions: portion::of_package(connection, id)? })
        })
    }

    /// A package's postings here, in order.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn postings_of(&self, package: PackageId) -> Result<Vec<Posting>, LedgerFault> {
        self.read(|connection| posting::of_package(connection, package))
    }

    /// What is booked of each of `packages`, and what each attempt of it does here, all at one moment.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn booked_and_promised(
        &self,
        packages: &BTreeSet<PackageId>,
    ) -> Result<Vec<BookedAndPromised>, LedgerFault> {
        self.read(|connection| {
            let both = |package: &PackageId| {
                let postings = posting::of_package(connection, *package)?;
                Ok(BookedAndPromised { postings, portions: portion::of_package(connection, *package)? })
            };
            packages.iter().map(both).collect()
        })
    }

    /// How an attempt stands here: as this bank's own, and as what it does at this bank.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn attempt_here(
        &self,
        id: &AttemptId,
    ) -> Result<(Option<Attempt>, Option<PortionRecord>), LedgerFault> {
        self.read(|connection| Ok((attempt::find(connection, id)?, portion::find(connection, id)?)))
    }

    /// What `own`, whose books these are, has promised to other banks' attempts and not heard the end of.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn in_doubt(&self, own: &BankId) -> Result<Vec<PortionRecord>, LedgerFault> {
        let mut prepared = self.read(portion::prepared)?;
        prepared.retain(|portion| portion.attempt.coordinator != *own);
        Ok(prepared)
    }

    /// What `own`, whose books these are, has promised to other banks.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn promised(&self, own: &BankId) -> Result<Promised, LedgerFault> {
        let prepared = self.read(portion::prepared)?;
        let mut promised = Promised::default();
        for portion in prepared.into_iter().filter(|portion| portion.attempt.coordinator != *own) {
            let PortionState::Prepared(promise) = portion.state else { continue };
            promised.count += 1;
            let since = promised.since_ms.map_or(promise.prepared_ms, |since| since.min(promise.prepared_ms));
            promised.since_ms = Some(since);
        }
        Ok(promised)
    }
}
