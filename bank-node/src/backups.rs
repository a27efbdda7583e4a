//! The backups that a running bank makes by itself: one each interval into the directory that its operator named, and the
//! oldest beyond those that are kept taken away.
//!
//! Never here: how a backup is made and proved ([`crate::backup`]), and a file that is not this bank's own backup. Nothing
//! old is removed unless a new one was proved that holds at least as much; nothing is made, and so nothing removed, while the bank takes no packages: one
//! on lost or old books must not push out the backups of the whole ones. Whatever fails here is told and tried again; the
//! bank goes on.

pub mod schedule;

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use shared::ids::BankId;
use tokio::time::sleep;

use self::schedule::{again_after, beyond, due_in, moment_of, name_of};
use crate::audit::Subject;
use crate::backup::{self, BackupFault, BackupReport};
use crate::clock::Clock;
use crate::config::Config;
use crate::config::backups::BackupPlan;
use crate::engine::vitals::Vitals;
use crate::ledger::sqlite::open::ledger_file;
use crate::ledger::sqlite::snapshot::last_posting;
use crate::metrics::Metrics;

/// Between two looks at the directory: the clock may be set meanwhile, and files come and go.
const LOOK_EVERY: Duration = Duration::from_secs(30);
/// Between two looks at whether the bank takes packages.
const READY_EVERY: Duration = Duration::from_secs(1);

/// Why there is no new backup.
#[derive(Debug, thiserror::Error)]
enum Fault {
    /// It could not be made.
    #[error(transparent)]
    Backup(#[from] BackupFault),
    /// The directory cannot be read.
    #[error("{dir}: {cause}. backup_dir has to be a directory that the bank may read and write")]
    Directory { dir: PathBuf, cause: io::Error },
    /// The disk would be filled, and with it perhaps the ledger's.
    #[error(
        "{dir} has {free_mib} MiB free, and a backup needs {needed_mib} MiB{reserved}: make room there, or name another \
         backup_dir"
    )]
    Room { dir: PathBuf, free_mib: u64, needed_mib: u64, reserved: &'static str },
    /// A mistake of this program.
    #[error("making it ended by a bug ({0}): please report it")]
    Bug(String),
}

/// What backups are made of, and where they go.
struct Round {
    plan: BackupPlan,
    subject: Subject,
    disk_reserve_bytes: u64,
}

/// What came of looking whether one is due.
enum Outcome {
    Made(Made),
    /// The next is due in so long.
    Waits(Duration),
}

/// A backup that was made, and what became of the old ones.
struct Made {
    file: PathBuf,
    bytes: u64,
    postings: u64,
    removed: usize,
    /// Old ones that could not be removed.
    left: Vec<(PathBuf, io::Error)>,
    /// Old ones that hold more than the new one does.
    fuller: Vec<PathBuf>,
}

/// Makes backups by `plan` for as long as the bank runs.
pub async fn keep(
    plan: BackupPlan,
    config: Arc<Config>,
    vitals: Arc<Vitals>,
    clock: Clock,
    metrics: Metrics,
) {
    let subject = Subject { bank: config.id.clone(), data_dir: config.data_dir.clone() };
    let round = Arc::new(Round { plan, subject, disk_reserve_bytes: config.disk_reserve_bytes });
    let (plan, bank) = (&round.plan, &round.subject.bank);
    let mut failures = 0;
    let mut told = None;
    say_plan(&round, &clock, &metrics);
    loop {
        if !vitals.is_ready() {
            sleep(READY_EVERY).await;
            continue;
        }
        let now_ms = clock.wall_ms();
        let done = {
            let round = Arc::clone(&round);
            tokio::task::spawn_blocking(move || round.run(now_ms)).await
        };
        let fault = match done {
            Ok(Ok(Outcome::Made(made))) => {
                metrics.backup_made(now_ms);
                say_made(bank, &made, failures);
                (failures, told) = (0, None);
                continue;
            }
            Ok(Ok(Outcome::Waits(wait))) => {
                sleep(wait.min(LOOK_EVERY)).await;
                continue;
            }
            // An operator makes one at this moment.
            Ok(Err(Fault::Backup(BackupFault::UnderWay(_)))) => {
                sleep(config.pace.backup_again).await;
                continue;
            }
            Ok(Err(fault)) => fault,
            Err(panic) => Fault::Bug(panic.to_string()),
        };
        failures += 1;
        metrics.backup_failed();
        let again = again_after(failures, config.pace.backup_again, plan.every);
        // Once for each cause; the figures count every one.
        let why = fault.to_string();
        if told.as_ref() != Some(&why) {
            tracing::error!(
                %bank, backup_dir = %plan.dir.display(), again_in_s = again.as_secs(),
                "no backup was made, and it is tried again: {why}"
            );
            told = Some(why);
        }
        sleep(again).await;
    }
}

impl Round {
    /// Makes a backup if one is due at `now_ms`, and says how long it is to the next otherwise.
    fn run(&self, now_ms: i64) -> Result<Outcome, Fault> {
        let BackupPlan { dir, every, keep, .. } = &self.plan;
        let bank = &self.subject.bank;
        let wait = due_in(&self.moments()?, now_ms, *every);
        if !wait.is_zero() {
            return Ok(Outcome::Waits(wait));
        }
        self.check_room()?;
        let destination = dir.join(name_of(bank, now_ms));
        let report = backup::back_up(&self.subject, &destination)?;
        // The moment as its name has it, whole seconds.
        let made_ms = moment_of(bank, &name_of(bank, now_ms)).unwrap_or(now_ms);
        let BackupReport { file, bytes, books, .. } = report;
        let mut made =
            Made { file, bytes, postings: books.postings, removed: 0, left: Vec::new(), fuller: Vec::new() };
        for old in beyond(&self.moments()?, made_ms, *keep) {
            let file = dir.join(name_of(bank, old));
            // Books that were begun anew, or put back from an older backup, are no reason to lose what was before them.
            if last_posting(&file).is_some_and(|there| there > made.postings) {
                made.fuller.push(file);
                continue;
            }
            match fs::remove_file(&file) {
                Ok(()) => made.removed += 1,
                Err(cause) => made.left.push((file, cause)),
            }
        }
        Ok(Outcome::Made(made))
    }

    /// The moments of this bank's own backups in the directory; whatever else lies there is not looked at.
    fn moments(&self) -> Result<Vec<i64>, Fault> {
        let dir = &self.plan.dir;
        let unreadable = |cause| Fault::Directory { dir: dir.clone(), cause };
        let mut moments = Vec::new();
        for entry in fs::read_dir(dir).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            // A link, a directory or an empty file by such a name is not what this bank makes.
            let is_file = entry.metadata().is_ok_and(|file| file.is_file() && file.len() > 0);
            let name = entry.file_name();
            if is_file
                && let Some(moment) = name.to_str().and_then(|name| moment_of(&self.subject.bank, name))
            {
                moments.push(moment);
            }
        }
        Ok(moments)
    }

    /// Whether the directory's disk takes a whole copy, and where it is the ledger's, leaves the bank its reserve. A disk
    /// that cannot be asked is written to: that will say what is wrong.
    fn check_room(&self) -> Result<(), Fault> {
        let dir = &self.plan.dir;
        let ledger = ledger_file(&self.subject.data_dir);
        let size = |path: &Path| fs::metadata(path).map_or(0, |file| file.len());
        let copy = size(&ledger).saturating_add(size(&ledger.with_extension("db-wal")));
        let Ok(disk) = rustix::fs::statvfs(dir) else { return Ok(()) };
        let free = disk.f_bavail.saturating_mul(disk.f_frsize);
        let shared = is_one_disk(dir, &self.subject.data_dir);
        let needed = if shared { copy.saturating_add(self.disk_reserve_bytes) } else { copy };
        if free >= needed {
            return Ok(());
        }
        let mib = |bytes: u64| bytes.div_ceil(1 << 20);
        Err(Fault::Room {
            dir: dir.clone(),
            free_mib: mib(free),
            needed_mib: mib(needed),
            reserved: if shared {
                ", with disk_reserve_mib, since the ledger is on the same disk"
            } else {
                ""
            },
        })
    }
}

/// Whether both lie on one file system.
fn is_one_disk(one: &Path, other: &Path) -> bool {
    match (fs::metadata(one), fs::metadata(other)) {
        (Ok(one), Ok(other)) => one.dev() == other.dev(),
        _ => false,
    }
}

/// What is made, and when the next is due.
fn say_plan(round: &Round, clock: &Clock, metrics: &Metrics) {
    let Round { plan, subject, .. } = round;
    let now_ms = clock.wall_ms();
    // A directory that cannot be read is told by the first backup.
    let moments = round.moments().unwrap_or_default();
    let newest = moments.iter().copied().filter(|moment| *moment <= now_ms).max();
    metrics.backups_begin(plan.every, newest);
    tracing::info!(
        bank = %subject.bank, backup_dir = %plan.dir.display(), every_minutes = plan.every.as_secs() / 60, keep = plan.keep,
        due_in_s = due_in(&moments, now_ms, plan.every).as_secs(),
        "the bank makes backups by itself"
    );
    if is_one_disk(&plan.dir, &subject.data_dir) {
        tracing::warn!(
            bank = %subject.bank, backup_dir = %plan.dir.display(),
            "backup_dir is on the ledger's own disk, and what takes that takes both: name a directory on another disk, or \
             have the files carried off this machine"
        );
    }
}

fn say_made(bank: &BankId, made: &Made, failures: u32) {
    let Made { file, bytes, postings, removed, left, fuller } = made;
    tracing::info!(
        %bank, file = %file.display(), bytes, postings, removed, failures,
        "a backup was made and proved"
    );
    for file in fuller {
        tracing::warn!(
            %bank, file = %file.display(),
            "an old backup goes further than the ledger does now, and is kept beyond backup_keep: were the books lost or put \
             back? Move it away yourself once you are sure"
        );
    }
    for (file, cause) in left {
        tracing::warn!(
            %bank, file = %file.display(), %cause,
            "an old backup is beyond those that are kept and cannot be removed: remove it, or give its directory to the \
             user that runs the bank"
        );
    }
}
