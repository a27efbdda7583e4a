//! Books in one SQLite file, embedded: what a bank runs on unless it outgrows one machine.
//!
//! Invariants: what `store` has said `Ok` to survives a power cut; after any fault this ledger takes nothing more, since
//! what the disk holds is then unknown until it is opened again.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use rusqlite::hooks::Wal;
use rusqlite::wal::CheckpointMode;
use rusqlite::{Connection, ErrorCode};
use shared::ids::BankId;

use super::reader::Reader;
use super::{Ledger, LedgerFault};
use crate::protocol::attempt::Epoch;
use crate::protocol::books::{Books, Key};
use crate::protocol::records::{Recovered, Write};

pub mod open;

pub mod files;

mod migrate;

pub(crate) mod cells;

mod batch;

pub(crate) mod tables;

pub(crate) mod load;

mod store;

mod recover;

pub mod snapshot;

pub(crate) mod put_back;

pub use files::{DirectoryLock, Files};
pub use open::OpenFault;

/// Pages in the log from which the ledger carries them over to the database (8 MiB).
const CHECKPOINT_PAGES: i32 = 2048;
/// Pages in the log from which it waits for readers to let go of it (128 MiB).
const CHECKPOINT_WAIT_PAGES: i32 = 32 * 1024;
/// Pages of 4 KiB.
const PAGES_PER_MIB: i32 = 256;

/// The writing side of a bank's ledger. There is one per data directory.
pub struct SqliteLedger {
    connection: Connection,
    path: PathBuf,
    /// Pages in the log, as the last commit left it.
    log_pages: Arc<AtomicI32>,
    /// How many pages there have to be before the next checkpoint.
    checkpoint_at: i32,
    failed: bool,
    // Last: the directory is let go only once the connection is closed.
    _lock: DirectoryLock,
}

impl SqliteLedger {
    /// Opens the ledger of `bank` in `directory`; makes both where there is none.
    ///
    /// # Errors
    /// As [`OpenFault`] says.
    pub fn open(directory: &Path, bank: &BankId) -> Result<Self, OpenFault> {
        Self::open_on(&files::System, directory, bank)
    }

    /// The same on other files than the operating system's: for tests, whose disks fail.
    ///
    /// # Errors
    /// As [`OpenFault`] says.
    pub fn open_on(files: &dyn Files, directory: &Path, bank: &BankId) -> Result<Self, OpenFault> {
        let (mut connection, lock) = open::open_writer(files, directory, bank)?;
        let path = open::ledger_file(directory);
        let log_pages = Arc::new(AtomicI32::new(0));
        let noted = Arc::clone(&log_pages);
        let hooked = connection.wal_hook(Some(move |_: &mut Wal, pages| {
            noted.store(pages, Ordering::Relaxed);
            Ok(())
        }));
        hooked.map_err(|cause| open::database_fault(&path, &cause))?;
        Ok(Self { connection, path, log_pages, checkpoint_at: CHECKPOINT_PAGES, failed: false, _lock: lock })
    }

    /// The ledger's file, for readers.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Opens `connections` connections that read beside it.
    ///
    /// # Errors
    /// As [`OpenFault`] says.
    pub fn reader(&self, connections: usize) -> Result<Reader, OpenFault> {
        Reader::open(&self.path, connections)
    }

    /// Notes whether an action failed: from then on nothing more is taken.
    fn guarded<T>(
        &mut self,
        act: impl FnOnce(&mut Self) -> Result<T, LedgerFault>,
    ) -> Result<T, LedgerFault> {
        if self.failed {
            return Err(LedgerFault::Storage {
                action: "go on",
                cause: "it has failed before; the process has to end".to_owned(),
            });
        }
        let result = act(self);
        self.failed = result.is_err();
        result
    }

    /// Carries the log over to the database once it is long. A reader in its way is waited for only when it is very long.
    fn checkpoint(&mut self) -> Result<(), LedgerFault> {
        let pages = self.log_pages.load(Ordering::Relaxed);
        if pages < self.checkpoint_at {
            if pages < CHECKPOINT_PAGES {
                self.checkpoint_at = CHECKPOINT_PAGES;
            }
            return Ok(());
        }
        let mode =
            if pages < CHECKPOINT_WAIT_PAGES { CheckpointMode::PASSIVE } else { CheckpointMode::RESTART };
        match self.connection.wal_checkpoint_v2(None::<&str>, mode) {
            Ok(_carried) => {}
            Err(cause) if cause.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {
                // It cannot be cut off under its reader; whoever reads so long has to be found by a person.
                tracing::warn!(
                    "a long reading keeps the ledger's log from being carried over: it has {} MiB and grows. What \
                     reads {} besides this bank?",
                    pages / PAGES_PER_MIB,
                    self.path.display()
                );
            }
            Err(cause) => return Err(cells::fault("carry its log over to the database")(cause)),
        }
        // Begun anew by the next commit, unless a reader was in the way: then there is time until it has grown again.
        // Each try that has to wait costs all who wait with it, so a very long log is tried again only when it is longer
        // by a quarter.
        let grown = if pages < CHECKPOINT_WAIT_PAGES { CHECKPOINT_PAGES } else { pages / 4 };
        self.checkpoint_at = pages.saturating_add(grown);
        Ok(())
    }
}

impl Ledger for SqliteLedger {
    fn recover(&mut self) -> Result<Recovered, LedgerFault> {
        self.guarded(|ledger| recover::recover(&ledger.connection))
    }

    fn load(&mut self, keys: &[Key], books: &mut Books) -> Result<(), LedgerFault> {
        self.guarded(|ledger| load::load(&ledger.connection, keys, books))
    }

    fn store(&mut self, life: Epoch, writes: &[Write]) -> Result<(), LedgerFault> {
        self.guarded(|ledger| {
            store::store(&ledger.connection, life, writes)?;
            ledger.checkpoint()
        })
    }
}

#[cfg(test)]
mod tests;
