//! One write transaction: begun, filled statement by statement, committed or given up whole.

use rusqlite::{Connection, Params};

use super::cells::fault;
use crate::ledger::LedgerFault;

/// An open write transaction. Dropped without [`Batch::commit`], all of it is given up.
pub(crate) struct Batch<'connection> {
    connection: &'connection Connection,
    ended: bool,
}

impl<'connection> Batch<'connection> {
    /// Takes the write lock.
    pub(crate) fn begin(connection: &'connection Connection) -> Result<Self, LedgerFault> {
        let failed = fault("begin a transaction");
        connection.prepare_cached("BEGIN IMMEDIATE").and_then(|mut s| s.execute([])).map_err(failed)?;
        Ok(Self { connection, ended: false })
    }

    /// The connection, for reading inside the transaction.
    pub(crate) fn connection(&self) -> &'connection Connection {
        self.connection
    }

    /// Runs one statement of the transaction.
    pub(crate) fn run(
        &self,
        action: &'static str,
        sql: &str,
        params: impl Params,
    ) -> Result<usize, LedgerFault> {
        // After a full disk or an I/O error SQLite may have rolled the transaction back by itself; what came next would
        // then be committed alone, statement by statement.
        if self.connection.is_autocommit() {
            return Err(LedgerFault::Storage {
                action,
                cause: "the database has given up the transaction".to_owned(),
            });
        }
        self.connection.prepare_cached(sql).and_then(|mut s| s.execute(params)).map_err(fault(action))
    }

    /// Makes all of it durable.
    pub(crate) fn commit(mut self) -> Result<(), LedgerFault> {
        self.run("commit", "COMMIT", [])?;
        self.ended = true;
        Ok(())
    }
}

impl Drop for Batch<'_> {
    fn drop(&mut self) {
        if !self.ended && !self.connection.is_autocommit() {
            // The fault that led here is what is told; this connection is not used again.
            let _given_up_when_closed = self.connection.execute_batch("ROLLBACK");
        }
    }
}
