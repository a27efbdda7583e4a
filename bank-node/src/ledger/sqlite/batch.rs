//! One write transaction: begun, filled statement by statement, committed or given up whole.

use rusqlite::{Connection, ErrorCode, Params};

use super::cells::fault;
use super::open::{BUSY_WAIT, LOCK_WAIT};
use crate::ledger::LedgerFault;

/// An open write transaction. Dropped without [`Batch::commit`], all of it is given up.
pub(crate) struct Batch<'connection> {
    connection: &'connection Connection,
    ended: bool,
}

impl<'connection> Batch<'connection> {
    /// Takes the write lock.
    pub(crate) fn begin(connection: &'connection Connection) -> Result<Self, LedgerFault> {
        let begun = match begin(connection) {
            // Nothing has begun, so nothing is lost by waiting, and an end would only be followed by a start that waits.
            Err(cause) if cause.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {
                tracing::warn!(
                    "another process holds the ledger's write lock: nothing is decided until it lets go, \
                     and after {} s this process ends",
                    LOCK_WAIT.as_secs()
                );
                let patient = connection.busy_timeout(LOCK_WAIT).and_then(|()| begin(connection));
                connection.busy_timeout(BUSY_WAIT).and(patient)
            }
            begun => begun,
        };
        begun.map_err(fault("begin a transaction"))?;
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

fn begin(connection: &Connection) -> Result<(), rusqlite::Error> {
    connection.prepare_cached("BEGIN IMMEDIATE").and_then(|mut s| s.execute([])).map(|_| ())
}

impl Drop for Batch<'_> {
    fn drop(&mut self) {
        if !self.ended && !self.connection.is_autocommit() {
            // The fault that led here is what is told; this connection is not used again.
            let _given_up_when_closed = self.connection.execute_batch("ROLLBACK");
        }
    }
}
