//! From a data directory to a connection that may be trusted: directory, lock, settings, soundness, schema, owner.
//!
//! Never here: a repair. A ledger that is not sound is left as it is, and the operator is told what to do.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use shared::ids::BankId;

use super::files::{DirectoryLock, Files, MARK};
use super::migrate;

/// Why a ledger cannot be opened; each says what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum OpenFault {
    /// The directory or a file in it cannot be made, read or written.
    #[error(
        "{path} cannot be used: {cause}. The data directory has to be one that this user may read and write"
    )]
    Unusable {
        /// Which directory or file.
        path: PathBuf,
        /// The system's words.
        cause: String,
    },
    /// Another process has it.
    #[error(
        "the ledger in {path} is in use by another process. Stop that one first; two banks never share a data_dir"
    )]
    Locked {
        /// The data directory.
        path: PathBuf,
    },
    /// There was a ledger here, and it is gone.
    #[error(
        "{path} is missing or empty, and {} beside it says that there was a ledger. Put it back from a backup; a bank \
         begun anew would give out its account numbers a second time",
        MARK
    )]
    Lost {
        /// Where the ledger should be.
        path: PathBuf,
    },
    /// It is no ledger, or not what was written.
    #[error(
        "{path} is damaged, or no ledger: {what}. It was left as it is; move the data directory aside and restore it \
         from a backup"
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was found.
        what: String,
    },
    /// It is another bank's.
    #[error(
        "{path} is the ledger of the bank {theirs}, and this is {ours}. Correct the directory, or the bank's id"
    )]
    Foreign {
        /// The file.
        path: PathBuf,
        /// Whose it is.
        theirs: String,
        /// Who opens it.
        ours: BankId,
    },
    /// A later version of this program has written it.
    #[error(
        "{path} was written by a newer version of this program (its schema is {found}, this one knows {known}). \
         Run that version, or restore a backup that is older"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// The schema found.
        found: u32,
        /// The schema that this program writes.
        known: u32,
    },
    /// The program was built with an SQLite that is too old.
    #[error(
        "this program was built with SQLite {found}; it needs 3.51.3 or later, which mends a loss of commits"
    )]
    OldSqlite {
        /// Its version.
        found: &'static str,
    },
}

/// The first SQLite without the WAL-reset flaw that could lose commits.
const SQLITE_VERSION_MIN: i32 = 3_051_003;

/// How long is waited for readers, and for a lock that another process holds while something is under way.
pub(super) const BUSY_WAIT: Duration = Duration::from_millis(250);
/// How long the writer waits for the write lock where nothing has begun yet: at a start and before each transaction. What
/// is asked meanwhile waits with it, so this is less than any request may take.
pub(super) const LOCK_WAIT: Duration = Duration::from_secs(15);

/// What SQLite has committed and not carried over to the ledger's file.
const LOG: &str = "ledger.db-wal";

/// The ledger's file in a data directory.
#[must_use]
pub fn ledger_file(directory: &Path) -> PathBuf {
    directory.join("ledger.db")
}

/// Opens the ledger of `bank` in `directory` for writing, and makes both if there is none.
pub(crate) fn open_writer(
    files: &dyn Files,
    directory: &Path,
    bank: &BankId,
) -> Result<(Connection, DirectoryLock), OpenFault> {
    check_version()?;
    files.make_directory(directory)?;
    let lock = files.lock_directory(directory)?;
    let path = ledger_file(directory);
    let mark = directory.join(MARK);
    let marked = files.length(&mark)?.is_some();
    if marked && files.length(&path)?.unwrap_or(0) == 0 {
        return Err(OpenFault::Lost { path });
    }
    files.make_file(&path)?;
    // A process before this one may have ended on a sync that failed. What it wrote is still read here, and is not on disk,
    // which no later sync says: only what is written again is.
    files.force_again(&directory.join(LOG))?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection =
        Connection::open_with_flags(&path, flags).map_err(|cause| database_fault(&path, &cause))?;
    let mode = set_up_writer(&connection).map_err(|cause| database_fault(&path, &cause))?;
    if mode != "wal" {
        let cause = format!("its journal is in mode {mode}, not wal: is this a file system of one machine?");
        return Err(OpenFault::Unusable { path, cause });
    }
    let soundness = check_soundness(&connection, &path)?;
    if marked && soundness == Soundness::New {
        return Err(OpenFault::Lost { path });
    }
    migrate::run(&mut connection, &path)?;
    check_owner(&connection, &path, bank)?;
    connection.busy_timeout(BUSY_WAIT).map_err(|cause| database_fault(&path, &cause))?;
    files.sync_names(directory)?;
    if !marked {
        // After the ledger: a crash in between leaves a ledger without its mark, which gets it at the next start.
        files.make_mark(&mark)?;
        files.sync_names(directory)?;
    }
    Ok((connection, lock))
}

/// Opens a ledger that a writer of this process has opened before, to read it.
pub(crate) fn open_reader(path: &Path) -> Result<Connection, rusqlite::Error> {
    // Not opened read-only: a reader of a live ledger shares the index of its log, which has to be writable.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    set_up_reader(&connection)?;
    Ok(connection)
}

/// Opens the ledger in the file `path`, running node or not, without changing it. Gives the bank whose it is.
pub(crate) fn open_stranger(path: PathBuf) -> Result<(Connection, BankId), OpenFault> {
    check_version()?;
    if !path.is_file() {
        return Err(OpenFault::Unusable { path, cause: "there is no ledger here".to_owned() });
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection =
        Connection::open_with_flags(&path, flags).map_err(|cause| database_fault(&path, &cause))?;
    set_up_reader(&connection).map_err(|cause| database_fault(&path, &cause))?;
    check_soundness(&connection, &path)?;
    migrate::check_current(&connection, &path)?;
    let bank = read_owner(&connection).map_err(|cause| database_fault(&path, &cause))?;
    let bank =
        bank.parse().map_err(|_| OpenFault::Damaged { path, what: "its bank has no name".to_owned() })?;
    Ok((connection, bank))
}

pub(super) fn check_version() -> Result<(), OpenFault> {
    if rusqlite::version_number() >= SQLITE_VERSION_MIN {
        Ok(())
    } else {
        Err(OpenFault::OldSqlite { found: rusqlite::version() })
    }
}

/// Whether no other process holds the data directory at this moment. One that is not there yet is free, and what else may be
/// wrong with it is found by opening it.
///
/// # Errors
/// [`OpenFault::Locked`].
pub fn is_free(directory: &Path) -> Result<(), OpenFault> {
    match File::open(directory.join("lock")).map(|file| file.try_lock()) {
        Ok(Err(TryLockError::WouldBlock)) => Err(OpenFault::Locked { path: directory.to_owned() }),
        Ok(Ok(()) | Err(TryLockError::Error(_))) | Err(_) => Ok(()),
    }
}

/// Gives the mode of the journal, which not every file system allows to be what is asked for.
fn set_up_writer(connection: &Connection) -> Result<String, rusqlite::Error> {
    set_up(connection)?;
    connection.busy_timeout(LOCK_WAIT)?;
    let mode = switch_to_wal(connection)?;
    // Every commit is forced: NORMAL would lose acknowledged ones at a power cut. On macOS, past the drive's cache too.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    // An automatic checkpoint swallows a failed fsync; ours do not.
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    connection.pragma_update(None, "journal_size_limit", 64 * 1024 * 1024)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "cache_size", -32 * 1024)?;
    Ok(mode)
}

/// Gives the mode that the journal has then. The row that tells it comes before what commits the switch, so the statement is
/// run to its end: else a disk that fails in that commit would leave the ledger in another mode unnoticed.
fn switch_to_wal(connection: &Connection) -> Result<String, rusqlite::Error> {
    let mut switch = connection.prepare("PRAGMA journal_mode = WAL")?;
    let mut rows = switch.query([])?;
    let mut mode = String::new();
    while let Some(row) = rows.next()? {
        mode = row.get(0)?;
    }
    Ok(mode)
}

fn set_up_reader(connection: &Connection) -> Result<(), rusqlite::Error> {
    set_up(connection)?;
    connection.pragma_update(None, "query_only", true)
}

pub(super) fn set_up(connection: &Connection) -> Result<(), rusqlite::Error> {
    connection.busy_timeout(BUSY_WAIT)?;
    connection.set_prepared_statement_cache_capacity(128);
    // One plan for a statement, whatever is bound to it; else some are planned anew at every use.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)
}

/// What a sound file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Soundness {
    /// Nothing has been written to it.
    New,
    /// A ledger.
    Ledger,
}

pub(super) fn check_soundness(connection: &Connection, path: &Path) -> Result<Soundness, OpenFault> {
    let asked = |name: &str| connection.query_row(name, [], |row| row.get::<_, i64>(0));
    let (id, objects) = asked("PRAGMA application_id")
        .and_then(|id| Ok((id, asked("SELECT count(*) FROM sqlite_schema")?)))
        .map_err(|cause| database_fault(path, &cause))?;
    let new = id == 0 && objects == 0;
    if !new && id != i64::from(migrate::APPLICATION_ID) {
        let what = "it is the database of another program".to_owned();
        return Err(OpenFault::Damaged { path: path.to_owned(), what });
    }
    let found: String = connection
        .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
        .map_err(|cause| database_fault(path, &cause))?;
    if found != "ok" {
        return Err(OpenFault::Damaged { path: path.to_owned(), what: found });
    }
    Ok(if new { Soundness::New } else { Soundness::Ledger })
}

fn check_owner(connection: &Connection, path: &Path, bank: &BankId) -> Result<(), OpenFault> {
    let owner = connection
        .execute("INSERT OR IGNORE INTO meta (one, bank) VALUES (1, ?1)", [bank.as_str()])
        .and_then(|_| read_owner(connection))
        .map_err(|cause| database_fault(path, &cause))?;
    if owner == bank.as_str() {
        Ok(())
    } else {
        Err(OpenFault::Foreign { path: path.to_owned(), theirs: owner, ours: bank.clone() })
    }
}

pub(super) fn read_owner(connection: &Connection) -> Result<String, rusqlite::Error> {
    connection.query_row("SELECT bank FROM meta", [], |row| row.get(0))
}

pub(super) fn unusable(path: &Path, cause: &io::Error) -> OpenFault {
    OpenFault::Unusable { path: path.to_owned(), cause: cause.to_string() }
}

/// Tells a file that cannot be what was written from a world that fails.
pub(crate) fn database_fault(path: &Path, cause: &rusqlite::Error) -> OpenFault {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
    let path = path.to_owned();
    match cause.sqlite_error_code() {
        Some(DatabaseCorrupt | NotADatabase) => OpenFault::Damaged { path, what: cause.to_string() },
        _ => OpenFault::Unusable { path, cause: cause.to_string() },
    }
}
