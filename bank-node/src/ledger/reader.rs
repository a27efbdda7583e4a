//! Reading the books beside the deciding thread: for customers who look, and for what banks ask each other unbound.
//!
//! Invariant: each method answers from one moment of what is on disk. Never here: a write, and any right to see; who may
//! see what is asked where the question comes in. Methods block: call them from a thread that may.

mod bank;

mod fresh;

mod packages;

mod people;

mod recovering;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::Connection;
use shared::ids::BankId;

use super::LedgerFault;
use super::sqlite::OpenFault;
use super::sqlite::cells::fault;
use super::sqlite::{load, open, snapshot};
use crate::protocol::books::{Books, Key};
use crate::protocol::snapshot::Snapshot;

pub use self::bank::{Stretch, Totals};
pub use self::packages::{BookedAndPromised, PackageHere, Promised};
pub use self::people::{AccountView, Invitation};

/// How long a read waits for a connection before it fails.
const CONNECTION_WAIT: Duration = Duration::from_secs(5);

/// One page of a listing, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// Its rows.
    pub rows: Vec<T>,
    /// By which the next page is asked for, when there is one.
    pub next: Option<u64>,
}

/// A bounded number of connections that read. Cheap to clone.
#[derive(Clone)]
pub struct Reader {
    pool: Arc<Pool>,
}

struct Pool {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
    returned: Condvar,
}

/// The books as they are at one moment, however long one looks.
pub struct Moment<'books>(&'books Connection);

/// A connection on loan; it goes back when dropped, come what may.
struct Loan<'pool> {
    pool: &'pool Pool,
    connection: Option<Connection>,
}

impl Drop for Loan<'_> {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            self.pool.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
            self.pool.returned.notify_one();
        }
    }
}

impl Reader {
    /// Opens `connections` connections (at least one) to the ledger at `path`, which a writer has opened before.
    ///
    /// # Errors
    /// As [`OpenFault`] says.
    pub fn open(path: &Path, connections: usize) -> Result<Self, OpenFault> {
        let idle: Result<Vec<_>, _> = (0..connections.max(1)).map(|_| open::open_reader(path)).collect();
        let idle = idle.map_err(|cause| open::database_fault(path, &cause))?;
        let pool = Pool { path: path.to_owned(), idle: Mutex::new(idle), returned: Condvar::new() };
        Ok(Self { pool: Arc::new(pool) })
    }

    /// The ledger's file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.pool.path
    }

    /// Runs `look` on a connection of its own, inside one read transaction.
    fn read<T>(&self, look: impl FnOnce(&Connection) -> Result<T, LedgerFault>) -> Result<T, LedgerFault> {
        let idle = self.pool.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut idle, _timed_out) = self
            .pool
            .returned
            .wait_timeout_while(idle, CONNECTION_WAIT, |idle| idle.is_empty())
            .unwrap_or_else(PoisonError::into_inner);
        let loan = Loan { pool: &self.pool, connection: idle.pop() };
        drop(idle);
        let Some(connection) = &loan.connection else {
            let cause = "every reading connection is busy".to_owned();
            return Err(LedgerFault::Storage { action: "read", cause });
        };
        // Dropped, it rolls back: a read has nothing to commit.
        let _one_moment = connection.unchecked_transaction().map_err(fault("begin a read"))?;
        look(connection)
    }

    /// Looks at several things that belong together.
    ///
    /// # Errors
    /// As [`LedgerFault`] says, of reading or of `look`.
    pub fn at_one_moment<T, E: From<LedgerFault>>(
        &self,
        look: impl FnOnce(&Moment<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        // The outer fault is the connection's, the inner one whatever `look` came to.
        self.read(|connection| Ok(look(&Moment(connection))))?
    }

    /// Makes `books` know the records under `keys`, exactly as for a step.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn load(&self, keys: &[Key], books: &mut Books) -> Result<(), LedgerFault> {
        self.read(|connection| load::load(connection, keys, books))
    }

    /// Everything, for the audit of `bank`'s books and for tests.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn snapshot(&self, bank: BankId) -> Result<Snapshot, LedgerFault> {
        self.read(|connection| snapshot::read(connection, bank))
    }
}

/// Cuts a listing that was read one row too far.
fn page<T>(mut rows: Vec<T>, limit: usize, place: impl Fn(&T) -> u64) -> Page<T> {
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = if more { rows.last().map(place) } else { None };
    Page { rows, next }
}
