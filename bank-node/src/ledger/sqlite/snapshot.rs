//! Everything at once, for the audit and for tests: one consistent reading of the whole ledger.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, Transaction};
use shared::ids::BankId;

use super::cells::{all, fault};
use super::files::{Files as _, System};
use super::open::{OpenFault, ledger_file, open_stranger};
use super::tables::{
    account, attempt, balance, consent, customer, epoch, evidence, operator_entry, order, package, peer,
    portion, posting, restoration,
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

/// A ledger looked at from outside its node, running or not. Nothing there is changed, not even its lock is taken.
pub struct LedgerOutside {
    connection: Connection,
    bank: BankId,
}

/// One moment of a ledger: whatever is read from it, and however long that takes, is of this moment.
pub struct Moment<'ledger> {
    _transaction: Transaction<'ledger>,
    ledger: &'ledger LedgerOutside,
}

impl LedgerOutside {
    /// Opens the ledger in `directory`.
    ///
    /// # Errors
    /// As [`OpenFault`] says.
    pub fn open(directory: &Path) -> Result<Self, OpenFault> {
        Self::open_file(ledger_file(directory))
    }

    /// Opens a ledger that lies somewhere else: a copy.
    ///
    /// # Errors
    /// As [`OpenFault`] says.
    pub fn open_file(path: PathBuf) -> Result<Self, OpenFault> {
        let (connection, bank) = open_stranger(path)?;
        Ok(Self { connection, bank })
    }

    /// Writes all of it, as it is at one moment, into `file`: a new file for its owner's eyes only, not forced to disk
    /// yet. A node that runs goes on meanwhile.
    ///
    /// # Errors
    /// As [`ReadFault`] says.
    pub fn copy_into(&self, file: &Path) -> Result<(), ReadFault> {
        System.make_file(file)?;
        let name = file.to_str().ok_or_else(|| LedgerFault::Storage {
            action: "copy the ledger",
            cause: format!("{} is not a name in UTF-8", file.display()),
        })?;
        let writable = |copies: bool| self.connection.pragma_update(None, "query_only", !copies);
        // The copy is written through this connection; the ledger itself was opened for reading alone.
        let copied = writable(true).and_then(|()| self.connection.execute("VACUUM INTO ?1", [name]));
        writable(false).and(copied).map_err(fault("copy the ledger"))?;
        Ok(())
    }

    /// Whose it is.
    #[must_use]
    pub const fn bank(&self) -> &BankId {
        &self.bank
    }

    /// Takes hold of this moment.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn moment(&self) -> Result<Moment<'_>, LedgerFault> {
        let failed = fault("begin a read");
        let transaction = self.connection.unchecked_transaction().map_err(&failed)?;
        // A transaction is of the moment of its first read, not of its beginning.
        epoch::newest(&self.connection)?;
        Ok(Moment { _transaction: transaction, ledger: self })
    }
}

impl Moment<'_> {
    /// What the database finds wrong with its own pages, indexes, checks and references; nothing when it is sound.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn unsound(&self) -> Result<Vec<String>, LedgerFault> {
        let connection = &self.ledger.connection;
        let mut found = all(connection, "ledger", "PRAGMA integrity_check(20)", [], |cells| cells.text(0))?;
        found.retain(|line| line != "ok");
        let dangling = all(connection, "ledger", "PRAGMA foreign_key_check", [], |cells| {
            Ok(format!("a row of {} refers to a row of {} that is not there", cells.text(0)?, cells.text(2)?))
        })?;
        found.extend(dangling);
        Ok(found)
    }

    /// Everything.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn read(&self) -> Result<Snapshot, LedgerFault> {
        read(&self.ledger.connection, self.ledger.bank.clone())
    }
}

/// Reads all of the ledger in `directory`, whether its node runs or not, and changes nothing there.
///
/// # Errors
/// As [`ReadFault`] says.
pub fn read_directory(directory: &Path) -> Result<Snapshot, ReadFault> {
    let ledger = LedgerOutside::open(directory)?;
    let snapshot = ledger.moment()?.read()?;
    Ok(snapshot)
}

/// The number of the last posting in the file of a ledger of whatever version; none where that cannot be read.
#[must_use]
pub fn last_posting(file: &Path) -> Option<u64> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags).ok()?;
    Some(posting::head(&connection).ok()?.number)
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
    snapshot.restorations = restoration::every(connection)?;
    snapshot.operators_log = operator_entry::every(connection)?;
    Ok(snapshot)
}
