//! Watches the room that is left on the ledger's disk, and says to the deciding thread when it ends and when it is back.
//!
//! Never here: what a full disk means for a package, which the protocol's core knows.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use crate::engine::handle::Engine;

/// How often the disk is asked.
const EVERY: Duration = Duration::from_secs(1);

/// Says how the disk stands now, and from then on whenever that changes.
///
/// `reserve` is in bytes. A disk that cannot be asked counts as having room: its next write will say what is wrong.
pub async fn watch(data_dir: PathBuf, reserve: u64, engine: Engine) {
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut told = true;
    loop {
        ticks.tick().await;
        let enough = has_room(&data_dir, reserve, told);
        // One that was not taken is said again at the next tick.
        if enough == told || !engine.room(enough) {
            continue;
        }
        told = enough;
        if enough {
            tracing::info!(data_dir = %data_dir.display(), "the disk has room again: new packages are taken");
        } else {
            tracing::error!(
                data_dir = %data_dir.display(), reserve_bytes = reserve,
                "the disk is full but for the reserve: no new packages are taken until there is room"
            );
        }
    }
}

/// Whether more than `reserve` bytes are free; an eighth above it when there `had` been too little, so that the answer
/// does not change with every file that comes and goes.
fn has_room(data_dir: &Path, reserve: u64, had: bool) -> bool {
    let Ok(disk) = rustix::fs::statvfs(data_dir) else { return true };
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    free >= if had { reserve } else { reserve.saturating_add(reserve / 8) }
}
