//! The settings of the backups that a running bank makes by itself, and whether their directory can take any.
//!
//! Never here: a backup. The directory is looked at when the bank starts and not when the file is read: a disk that is away
//! must not keep anybody from restoring or auditing.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use shared::ids::BankId;
use toml::Spanned;

use super::lines::Source;
use super::{ConfigError, WholeNumber, place_of};

const EVERY_MINUTES_DEFAULT: i64 = 60;
/// A year.
const EVERY_MINUTES_MAX: i64 = 525_600;
const KEEP_DEFAULT: i64 = 24;
const KEEP_MAX: i64 = 100_000;

/// What backups a running bank makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupPlan {
    /// Where they are; it was there before.
    pub dir: PathBuf,
    /// From one to the next.
    pub every: Duration,
    /// How many of the newest stay.
    pub keep: usize,
    /// Where the directory was named.
    place: String,
}

/// The three settings as they are written, and what stands in their place.
pub(super) struct Settings {
    pub(super) dir: (Option<Spanned<PathBuf>>, Option<PathBuf>),
    pub(super) every_minutes: (Option<Spanned<i64>>, Option<String>),
    pub(super) keep: (Option<Spanned<i64>>, Option<String>),
}

impl Settings {
    /// The plan; none without a directory. A number that makes no sense is told all the same.
    pub(super) fn read(self, source: &Source) -> Result<Option<BackupPlan>, ConfigError> {
        let Self { dir: (written, instead), every_minutes, keep } = self;
        let minutes = WholeNumber::new("backup_every_minutes", "minutes", 1, EVERY_MINUTES_MAX);
        let minutes = minutes.read(source, every_minutes.0, every_minutes.1)?;
        let backups = WholeNumber::new("backup_keep", "backups", 1, KEEP_MAX);
        let keep = backups.read(source, keep.0, keep.1)?.unwrap_or(KEEP_DEFAULT);
        let every = Duration::from_secs(minutes.unwrap_or(EVERY_MINUTES_DEFAULT).unsigned_abs() * 60);
        let keep = usize::try_from(keep).unwrap_or(usize::MAX);
        let place = place_of(source, "backup_dir", written.as_ref(), instead.as_ref());
        let dir = match (instead.filter(|path| !path.as_os_str().is_empty()), written) {
            (Some(dir), _) => dir,
            (None, Some(written)) => source.beside(written.as_ref()),
            (None, None) => return Ok(None),
        };
        Ok(Some(BackupPlan { dir, every, keep, place }))
    }
}

impl BackupPlan {
    /// Proves that the directory can take backups of `bank`, whose ledger is in `data_dir`.
    ///
    /// # Errors
    /// The sentence that says why not, with the line that names it.
    pub fn check(&self, bank: &BankId, data_dir: &Path) -> Result<(), ConfigError> {
        let Self { dir, place, .. } = self;
        let name = dir.display();
        let wrong = |why: String| Err(ConfigError::new(format!("{place}: {why}")));
        match fs::metadata(dir) {
            Err(cause) => {
                return wrong(format!(
                    "{name}: {cause}: make the directory, or mount the disk that it is on; it is never made by the bank"
                ));
            }
            Ok(found) if !found.is_dir() => {
                return wrong(format!("{name} is not a directory: name one"));
            }
            Ok(_) => {}
        }
        // A data directory that is not there yet has nothing in it.
        if let (Ok(inside), Ok(data_dir)) = (fs::canonicalize(dir), fs::canonicalize(data_dir))
            && inside.starts_with(&data_dir)
        {
            return wrong(format!(
                "{name} is inside data_dir, {}: what takes the ledger away would take its backups too; name a directory \
                 elsewhere, best on another disk",
                data_dir.display()
            ));
        }
        // Asked by writing: the permissions alone do not tell of a file system that is mounted read-only.
        let probe = dir.join(format!(".bank-node-backup-{bank}.try"));
        let _of_a_start_that_was_killed = fs::remove_file(&probe);
        let written = File::options().write(true).create_new(true).open(&probe);
        if let Err(cause) = written.and_then(|_| fs::remove_file(&probe)) {
            return wrong(format!(
                "{name} cannot be written: {cause}: give it to the user that runs the bank, or name another"
            ));
        }
        Ok(())
    }
}
