//! Everything at once, for the audit and for tests: one consistent reading of the whole ledger.

use std::path::Path;

use rusqlite::Connection;
use shared::ids::BankId;

use super::cells::fault;
use super::open::{OpenFault, open_stranger};
use super::tables::{
    account, attempt, balance, consent, customer, epoch, evidence, order, package, peer, portion, posting,
};
use crate::ledger::LedgerFault;
use crate::protocol::snapshot::Snapshot;

/// Why a ledger cannot be read from outside.
#[derive(Debug, thiserror::Error)]
pub enum ReadFault {
    /// It cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenFault),
    /// It was opened, and a record in it cannot be read.
    #[error(transparent)]
    Ledger(#[from] LedgerFault),
}

/// Reads all of the ledger in `directory`, whether its node runs or not, and changes nothing there.
///
/// # Errors
/// As [`ReadFault`] says.
pub fn read_directory(directory: &Path) -> Result<Snapshot, ReadFault> {
    let (connection, bank) = open_stranger(directory)?;
    let _one_moment = connection.unchecked_transaction().map_err(fault("begin a read"))?;
    Ok(read(&connection, bank)?)
}

/// Reads all of the ledger of `bank`. The caller has begun a transaction: all of it is of one moment.
pub(crate) fn read(connection: &Connection, bank: BankId) -> Result<Snapshot, LedgerFault> {
    let mut snapshot = Snapshot::empty(bank);
    snapshot.epochs.extend(epoch::every(connection)?.into_iter().map(|record| (record.epoch, record)));
    snapshot.customers.extend(customer::every(connection)?.into_iter().map(|record| (record.id, record)));
    snapshot.accounts.extend(account::every(connection)?.into_iter().map(|record| (record.number, record)));
    snapshot.balances.extend(balance::every(connection)?);
    posting::each_posting(connection, |posting| snapshot.postings.push(posting))?;
    snapshot.packages.extend(package::every(connection)?.into_iter().map(|record| (record.id, record)));
    snapshot.orders.extend(order::every(connection)?.into_iter().map(|record| (record.package, record)));
    snapshot
        .attempts
        .extend(attempt::every(connection)?.into_iter().map(|record| (record.id.clone(), record)));
    snapshot
        .portions
        .extend(portion::every(connection)?.into_iter().map(|record| (record.attempt.clone(), record)));
    snapshot.consents.extend(consent::every(connection)?.into_iter().map(|record| (record.id, record)));
    snapshot.peers.extend(peer::every(connection)?.into_iter().map(|record| (record.bank.clone(), record)));
    snapshot.evidence = evidence::every(connection)?;
    Ok(snapshot)
}
