//! `bank-node backup`: the books of one moment in one file, proved before it bears the name that was asked for.
//!
//! Never here: a change of the ledger, and the way back. A file that exists is never written over.

use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use serde::Serialize;
use shared::ids::BankId;

use crate::audit::Subject;
use crate::audit::report::BooksReport;
use crate::ledger::LedgerFault;
use crate::ledger::sqlite::snapshot::{LedgerOutside, ReadFault};
use crate::protocol::invariants::of_bank;

/// What a backup holds, as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BackupReport {
    /// Whose books.
    pub bank: BankId,
    /// The file.
    pub file: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// What is in the books of that moment.
    pub books: BooksReport,
}

/// Why there is no backup. Nothing bears the name that was asked for.
#[derive(Debug, thiserror::Error)]
pub enum BackupFault {
    /// Something has that name.
    #[error("{0} is there already, and a backup never takes the place of a file: choose another name")]
    Exists(PathBuf),
    /// It would be lost with the ledger, or be taken for a part of it.
    #[error(
        "{destination} is inside data_dir, {data_dir}: what takes the ledger away would take its backup too. Choose a directory elsewhere, best on another disk"
    )]
    Inside {
        /// What was asked for.
        destination: PathBuf,
        /// Where the ledger is.
        data_dir: PathBuf,
    },
    /// Two at once would throw away each other's beginnings, and neither would end with a backup.
    #[error("another backup of {0} is under way: wait for its end")]
    UnderWay(BankId),
    /// The directory or the file cannot be used.
    #[error(
        "{path}: {cause}. A backup needs a directory that can be written, with room for the whole ledger"
    )]
    Unusable {
        /// Which.
        path: PathBuf,
        /// The system's words.
        cause: io::Error,
    },
    /// The ledger cannot be read.
    #[error(transparent)]
    Read(#[from] ReadFault),
    /// The ledger is another bank's.
    #[error("{data_dir} holds the books of {theirs}, not of {ours}: correct id or data_dir")]
    Foreign {
        /// The data directory.
        data_dir: PathBuf,
        /// Whose it is.
        theirs: BankId,
        /// Who asked.
        ours: BankId,
    },
    /// The copy was made, and an invariant does not hold in it: it does not hold in the ledger either.
    #[error(
        "the copy is not sound: {0}. It was thrown away; run bank-node audit, and keep the ledger as it is"
    )]
    Unsound(String),
}

/// Copies the books of `subject` into the new file `destination`, its node running or not.
///
/// # Errors
/// As [`BackupFault`] says.
pub fn back_up(subject: &Subject, destination: &Path) -> Result<BackupReport, BackupFault> {
    let unusable = |path: &Path| {
        let path = path.to_owned();
        move |cause| BackupFault::Unusable { path, cause }
    };
    // SQLite takes a name that begins with "file:" for a URI, and would write somewhere else than is proved here.
    let destination = &std::path::absolute(destination).map_err(unusable(destination))?;
    if destination.symlink_metadata().is_ok() {
        return Err(BackupFault::Exists(destination.to_owned()));
    }
    if is_inside(destination, &subject.data_dir) {
        let (destination, data_dir) = (destination.to_owned(), subject.data_dir.clone());
        return Err(BackupFault::Inside { destination, data_dir });
    }
    let _one_at_a_time = lock(subject)?;
    let ledger = LedgerOutside::open(&subject.data_dir).map_err(ReadFault::from)?;
    if *ledger.bank() != subject.bank {
        let (data_dir, theirs) = (subject.data_dir.clone(), ledger.bank().clone());
        return Err(BackupFault::Foreign { data_dir, theirs, ours: subject.bank.clone() });
    }
    let part = part_of(destination, &subject.bank);
    let _held = begin(&part, &subject.bank)?;
    let made = copy(&ledger, &part).and_then(|books| {
        // Refused where something took the name meanwhile.
        fs::hard_link(&part, destination).map_err(|cause| match cause.kind() {
            io::ErrorKind::AlreadyExists => BackupFault::Exists(destination.to_owned()),
            _ => unusable(destination)(cause),
        })?;
        Ok(books)
    });
    let _the_same_file_by_another_name = fs::remove_file(&part);
    let _of_a_failed_copy = fs::remove_file(journal_of(&part));
    let books = made?;
    let directory = match destination.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) | None => Path::new("."),
    };
    File::open(directory).and_then(|directory| directory.sync_all()).map_err(unusable(directory))?;
    let bytes = fs::metadata(destination).map_err(unusable(destination))?.len();
    Ok(BackupReport { bank: subject.bank.clone(), file: destination.to_owned(), bytes, books })
}

/// Held while one backup of a bank is made. It is the directory itself that is locked: nothing is written there, and the
/// node's own lock is another.
fn lock(subject: &Subject) -> Result<Option<File>, BackupFault> {
    // What is wrong with a directory that cannot be opened is said by whoever looks for the ledger in it.
    let Ok(directory) = File::open(&subject.data_dir) else { return Ok(None) };
    match directory.try_lock() {
        Err(TryLockError::WouldBlock) => Err(BackupFault::UnderWay(subject.bank.clone())),
        // A file system without such locks still takes backups.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(Some(directory)),
    }
}

/// The copy, forced to disk and proved.
fn copy(ledger: &LedgerOutside, part: &Path) -> Result<BooksReport, BackupFault> {
    ledger.copy_into(part)?;
    let unusable = |cause| BackupFault::Unusable { path: part.to_owned(), cause };
    File::open(part).and_then(|file| file.sync_all()).map_err(unusable)?;
    let copy = LedgerOutside::open_file(part.to_owned()).map_err(ReadFault::from)?;
    let read = || -> Result<_, LedgerFault> {
        let moment = copy.moment()?;
        Ok((moment.unsound()?, moment.read()?))
    };
    let (unsound, disk) = read().map_err(ReadFault::from)?;
    if let Some(what) = unsound.into_iter().next() {
        return Err(BackupFault::Unsound(what));
    }
    if let Some(violation) = of_bank(&disk).into_iter().next() {
        return Err(BackupFault::Unsound(format!("{}: {}", violation.invariant, violation.what)));
    }
    Ok(BooksReport::from(&disk))
}

/// Whether `destination` would lie in `data_dir` or below, by whatever way its directory is named.
fn is_inside(destination: &Path, data_dir: &Path) -> bool {
    let parent = destination.parent().map(fs::canonicalize);
    // What is wrong with a directory that cannot be found is said by whoever uses it.
    match (parent, fs::canonicalize(data_dir)) {
        (Some(Ok(parent)), Ok(data_dir)) => parent.starts_with(data_dir),
        _ => false,
    }
}

/// What the file is called until it is whole: a name that no person chooses, of this bank's backups alone.
fn part_of(destination: &Path, bank: &BankId) -> PathBuf {
    destination.with_file_name(format!(".bank-node-backup-{bank}.part"))
}

/// What SQLite keeps beside it while it writes.
fn journal_of(part: &Path) -> PathBuf {
    let mut name = part.file_name().unwrap_or_default().to_owned();
    name.push("-journal");
    part.with_file_name(name)
}

/// The new, empty file to copy into, locked until it is closed. One of a run that was broken off is worth nothing, and
/// neither is SQLite's own note on it; one that another run holds is left to it.
fn begin(part: &Path, bank: &BankId) -> Result<File, BackupFault> {
    let unusable = |path: &Path| {
        let path = path.to_owned();
        move |cause| BackupFault::Unusable { path, cause }
    };
    let is_held = |file: &File| matches!(file.try_lock(), Err(TryLockError::WouldBlock));
    match fs::symlink_metadata(part) {
        Ok(found) if found.is_file() => {
            let left_over = File::options().write(true).open(part).map_err(unusable(part))?;
            if is_held(&left_over) {
                return Err(BackupFault::UnderWay(bank.clone()));
            }
            fs::remove_file(part).map_err(unusable(part))?;
        }
        // No run leaves anything but a file: making one says what is in the way.
        Ok(_) | Err(_) => {}
    }
    let made = File::options().write(true).create_new(true).mode(0o600).open(part).map_err(unusable(part))?;
    // A ledger's twin, in another data directory, may be backed up into the same place at the same moment.
    if is_held(&made) || made.metadata().map_err(unusable(part))?.nlink() == 0 {
        return Err(BackupFault::UnderWay(bank.clone()));
    }
    let journal = journal_of(part);
    match fs::remove_file(&journal) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(unusable(&journal)(cause)),
        Ok(()) | Err(_) => Ok(made),
    }
}
