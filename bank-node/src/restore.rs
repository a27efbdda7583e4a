//! `bank-node restore`: a backup takes the ledger's place, and is marked so that the bank on it first asks the others what it
//! lacks.
//!
//! Never here: what the others say (`recovery`), and what follows from it (`protocol::restoration`). A ledger that is in the
//! way is set aside, never deleted; one that is sound and newer stays.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use serde::Serialize;
use shared::ids::BankId;

use crate::audit::Subject;
use crate::audit::report::BooksReport;
use crate::ledger::LedgerFault;
use crate::ledger::sqlite::OpenFault;
use crate::ledger::sqlite::files::{Files as _, System, mark_made};
use crate::ledger::sqlite::open::ledger_file;
use crate::ledger::sqlite::put_back::make_ready;
use crate::ledger::sqlite::snapshot::{LedgerOutside, ReadFault, read_directory};
use crate::protocol::invariants::of_bank;
use crate::protocol::restoration::{RecoveryReport, Restoration};

/// What was put back, as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RestoreReport {
    /// Whose books.
    pub bank: BankId,
    /// The backup.
    pub backup: PathBuf,
    /// The ledger that stands there now.
    pub ledger: PathBuf,
    /// Where the ledger that was in the way lies now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub set_aside: Option<PathBuf>,
    /// What is in the books.
    pub books: BooksReport,
    /// What happens next, in a sentence.
    pub next: &'static str,
}

/// One restoration, as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RestorationReport {
    /// When the backup was put back, in milliseconds since 1970.
    pub restored_ms: i64,
    /// The last posting in it.
    pub last_posting: u64,
    /// What the other banks had to say of what it lacks; none while they are waited for.
    pub recovered: Option<RecoveryReport>,
}

/// Why nothing was put back. What was there is as it was.
#[derive(Debug, thiserror::Error)]
pub enum RestoreFault {
    /// The directory or a file cannot be used.
    #[error(
        "{path}: {cause}. Restoring needs a data_dir that can be written, with room for the whole ledger"
    )]
    Unusable {
        /// Which.
        path: PathBuf,
        /// The system's words.
        cause: io::Error,
    },
    /// The bank runs.
    #[error("the bank runs on {0}: stop it first, a ledger is never replaced under a running bank")]
    Running(PathBuf),
    /// The ledger that is there is sound, and holds all that the backup holds.
    #[error(
        "{ledger} is sound and goes to posting {there}, the backup to posting {backup}: nothing is gained by restoring. \
         If it has to be, move the ledger away yourself"
    )]
    Newer {
        /// The ledger.
        ledger: PathBuf,
        /// Its last posting.
        there: u64,
        /// The backup's.
        backup: u64,
    },
    /// The backup cannot be opened or read.
    #[error("the backup: {0}")]
    Backup(ReadFault),
    /// It was not closed: part of it is in its log.
    #[error(
        "{backup} is no backup but a ledger that was not closed: the end of it is in {log}. Have a backup made of it: \
         `bank-node backup` with its directory as --data-dir takes both"
    )]
    Unclosed {
        /// The file that was given.
        backup: PathBuf,
        /// SQLite's log beside it.
        log: PathBuf,
    },
    /// The data directory cannot be used.
    #[error(transparent)]
    Directory(OpenFault),
    /// An invariant does not hold in the backup.
    #[error("the backup is not sound: {0}. Take another one")]
    Unsound(String),
}

const NEXT: &str = "start the bank: it is recovering until every other bank has said what it knows of packages since this \
     backup; then bank-node restore --report says what came back and what is lost";

/// Puts `backup` in the place of the ledger of `subject`. `now_ms` is now, in milliseconds since 1970.
///
/// # Errors
/// As [`RestoreFault`] says.
pub fn restore(subject: &Subject, backup: &Path, now_ms: i64) -> Result<RestoreReport, RestoreFault> {
    let unusable = |path: &Path| {
        let path = path.to_owned();
        move |cause| RestoreFault::Unusable { path, cause }
    };
    let log = log_of(backup);
    if fs::metadata(&log).is_ok_and(|log| log.len() > 0) {
        return Err(RestoreFault::Unclosed { backup: backup.to_owned(), log });
    }
    let directory = &subject.data_dir;
    System.make_directory(directory).map_err(RestoreFault::Directory)?;
    let _held = System.lock_directory(directory).map_err(|fault| match fault {
        OpenFault::Locked { path } => RestoreFault::Running(path),
        other => RestoreFault::Directory(other),
    })?;
    let part = directory.join(".ledger.restored.part");
    remove(&part).map_err(unusable(&part))?;
    copy(backup, &part).map_err(unusable(backup))?;
    let ready = prove(&part, &subject.bank, now_ms);
    let (_restoration, books) = match ready {
        Ok(ready) => ready,
        Err(fault) => {
            let _worth_nothing = remove(&part);
            return Err(fault);
        }
    };
    let ledger = ledger_file(directory);
    if let Ok(there) = read_directory(directory)
        && there.bank == subject.bank
        && there.head().number >= books.postings
        && of_bank(&there).is_empty()
    {
        let _not_wanted = remove(&part);
        return Err(RestoreFault::Newer { ledger, there: there.head().number, backup: books.postings });
    }
    let set_aside = set_aside(directory, now_ms).map_err(unusable(directory))?;
    fs::rename(&part, &ledger).map_err(unusable(&ledger))?;
    mark_made(directory).map_err(RestoreFault::Directory)?;
    System.sync_names(directory).map_err(RestoreFault::Directory)?;
    Ok(RestoreReport {
        bank: subject.bank.clone(),
        backup: backup.to_owned(),
        ledger,
        set_aside,
        books,
        next: NEXT,
    })
}

/// Every restoration of the ledger of `subject`, oldest first, its node running or not.
///
/// # Errors
/// When the ledger cannot be read.
pub fn restorations(subject: &Subject) -> Result<Vec<RestorationReport>, ReadFault> {
    let disk = read_directory(&subject.data_dir)?;
    let reports = disk.restorations.into_iter().map(|(restoration, recovered)| RestorationReport {
        restored_ms: restoration.at_ms,
        last_posting: restoration.last_posting,
        recovered,
    });
    Ok(reports.collect())
}

/// SQLite's log beside a database.
fn log_of(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

/// A copy of the backup for its owner's eyes only, forced to disk.
fn copy(backup: &Path, part: &Path) -> io::Result<()> {
    let mut from = File::open(backup)?;
    let mut to = File::options().write(true).create_new(true).mode(0o600).open(part)?;
    io::copy(&mut from, &mut to)?;
    to.sync_all()
}

/// Makes the copy ready and holds every invariant against it.
fn prove(part: &Path, bank: &BankId, now_ms: i64) -> Result<(Restoration, BooksReport), RestoreFault> {
    let restoration = make_ready(part, bank, now_ms).map_err(RestoreFault::Backup)?;
    let outside =
        LedgerOutside::open_file(part.to_owned()).map_err(|fault| RestoreFault::Backup(fault.into()))?;
    let read = || -> Result<_, LedgerFault> {
        let moment = outside.moment()?;
        Ok((moment.unsound()?, moment.read()?))
    };
    let (unsound, disk) = read().map_err(|fault| RestoreFault::Backup(fault.into()))?;
    if let Some(what) = unsound.into_iter().next() {
        return Err(RestoreFault::Unsound(what));
    }
    match of_bank(&disk).into_iter().next() {
        Some(violation) => Err(RestoreFault::Unsound(format!("{}: {}", violation.invariant, violation.what))),
        None => Ok((restoration, BooksReport::from(&disk))),
    }
}

/// Moves what bears the ledger's names into a directory of its own beside it.
fn set_aside(directory: &Path, now_ms: i64) -> io::Result<Option<PathBuf>> {
    let names = ["ledger.db", "ledger.db-wal", "ledger.db-shm", "ledger.db-journal"];
    let there: Vec<&str> = names.into_iter().filter(|name| directory.join(name).exists()).collect();
    if there.is_empty() {
        return Ok(None);
    }
    let aside = directory.join(format!("replaced-{now_ms}"));
    fs::create_dir(&aside)?;
    for name in there {
        fs::rename(directory.join(name), aside.join(name))?;
    }
    File::open(&aside)?.sync_all()?;
    Ok(Some(aside))
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(cause),
        Ok(()) | Err(_) => Ok(()),
    }
}
