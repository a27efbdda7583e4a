//! What is done in the data directory before and beside SQLite: the directory and its lock, the ledger's empty file, a log that is
//! forced to disk again, the mark that a ledger was made, and the names of all of them forced to disk.
//!
//! Behind a trait, so that a test can put a disk under it that fails; [`System`] is what banks run on. Which files SQLite
//! itself uses is SQLite's default.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use super::open::{OpenFault, unusable};

/// The data directory, held by this process alone until dropped.
#[derive(Debug)]
pub struct DirectoryLock {
    _held: File,
}

/// The file that says that a ledger was made here: a directory that lost its ledger is not that of a new bank.
pub(super) const MARK: &str = "ledger.made";

/// The file system of a data directory, as far as the opening of a ledger uses it. Every fault is [`OpenFault::Unusable`].
pub trait Files {
    /// Makes `directory` and those above it where they are missing, for its owner's eyes only.
    ///
    /// # Errors
    /// The file system's.
    fn make_directory(&self, directory: &Path) -> Result<(), OpenFault>;

    /// Takes `directory` for this process alone.
    ///
    /// # Errors
    /// [`OpenFault::Locked`] when another has it, or the file system's.
    fn lock_directory(&self, directory: &Path) -> Result<DirectoryLock, OpenFault>;

    /// How long `file` is; none where there is none.
    ///
    /// # Errors
    /// The file system's.
    fn length(&self, file: &Path) -> Result<Option<u64>, OpenFault>;

    /// Makes the empty file `file` before SQLite would, for its owner's eyes only; its log inherits that. One that is there
    /// is left as it is.
    ///
    /// # Errors
    /// The file system's.
    fn make_file(&self, file: &Path) -> Result<(), OpenFault>;

    /// Writes `file` again as it reads, if it is there, and forces it to disk.
    ///
    /// # Errors
    /// The file system's.
    fn force_again(&self, file: &Path) -> Result<(), OpenFault>;

    /// Makes the mark that a ledger was made, and forces it to disk; its name is not.
    ///
    /// # Errors
    /// The file system's.
    fn make_mark(&self, mark: &Path) -> Result<(), OpenFault>;

    /// Forces the names of what is in `directory` to disk: a new file is there only once its name is.
    ///
    /// # Errors
    /// The file system's.
    fn sync_names(&self, directory: &Path) -> Result<(), OpenFault>;
}

/// The operating system's files.
#[derive(Clone, Copy, Debug)]
pub struct System;

impl Files for System {
    fn make_directory(&self, directory: &Path) -> Result<(), OpenFault> {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(directory).map_err(|cause| unusable(directory, &cause))
    }

    fn lock_directory(&self, directory: &Path) -> Result<DirectoryLock, OpenFault> {
        let path = directory.join("lock");
        let opened = private().create(true).truncate(false).open(&path);
        DirectoryLock::take(opened.map_err(|cause| unusable(&path, &cause))?, &path)
    }

    fn length(&self, file: &Path) -> Result<Option<u64>, OpenFault> {
        match std::fs::metadata(file) {
            Ok(found) => Ok(Some(found.len())),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(unusable(file, &cause)),
        }
    }

    fn make_file(&self, file: &Path) -> Result<(), OpenFault> {
        match private().create_new(true).open(file) {
            Ok(_made) => Ok(()),
            Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            Err(cause) => Err(unusable(file, &cause)),
        }
    }

    fn force_again(&self, file: &Path) -> Result<(), OpenFault> {
        let mut opened = match OpenOptions::new().read(true).write(true).open(file) {
            Ok(opened) => opened,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(cause) => return Err(unusable(file, &cause)),
        };
        write_again(&mut opened).and_then(|()| opened.sync_all()).map_err(|cause| unusable(file, &cause))
    }

    fn make_mark(&self, mark: &Path) -> Result<(), OpenFault> {
        let made = private().create(true).truncate(false).open(mark).and_then(|mut file| {
            file.write_all(
                b"ledger.db was made here; a bank that finds this file alone has lost its ledger.\n",
            )?;
            file.sync_all()
        });
        made.map_err(|cause| unusable(mark, &cause))
    }

    fn sync_names(&self, directory: &Path) -> Result<(), OpenFault> {
        let synced = File::open(directory).and_then(|handle| handle.sync_all());
        synced.map_err(|cause| unusable(directory, &cause))
    }
}

/// Notes in `directory` that a ledger was made there, unless that is noted.
pub(crate) fn mark_made(directory: &Path) -> Result<(), OpenFault> {
    let mark = directory.join(MARK);
    if System.length(&mark)?.is_some() { Ok(()) } else { System.make_mark(&mark) }
}

impl DirectoryLock {
    /// Takes the lock of a data directory, which is the open file `path`.
    ///
    /// # Errors
    /// [`OpenFault::Locked`] when another process has it, or the file system's.
    pub fn take(file: File, path: &Path) -> Result<Self, OpenFault> {
        match file.try_lock() {
            Ok(()) => Ok(Self { _held: file }),
            Err(TryLockError::WouldBlock) => {
                Err(OpenFault::Locked { path: path.parent().unwrap_or(path).to_owned() })
            }
            Err(TryLockError::Error(cause)) => Err(unusable(path, &cause)),
        }
    }
}

/// Piece by piece: a log that readers held back may be larger than memory should be.
fn write_again(file: &mut File) -> io::Result<()> {
    const PIECE_BYTES: u64 = 1 << 20;
    let mut at = 0;
    loop {
        let mut piece = Vec::new();
        file.seek(SeekFrom::Start(at))?;
        (&mut *file).take(PIECE_BYTES).read_to_end(&mut piece)?;
        if piece.is_empty() {
            return Ok(());
        }
        file.seek(SeekFrom::Start(at))?;
        file.write_all(&piece)?;
        at += piece.len() as u64;
    }
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
