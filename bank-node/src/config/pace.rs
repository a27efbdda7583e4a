//! How slow others may be, and how far back a bank remembers. No file sets it: readers of event streams rely on it. It is
//! here, and not beside what waits, so that a test of a wait's end can make the wait short.

use std::time::Duration;

use shared::limits::EVENT_HEARTBEAT_S;

/// The waits and bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Between two signs of life on an event stream that has no news.
    pub heartbeat: Duration,
    /// How long a connection may take nothing of what is to be sent before it is cut: one who reads no more must not keep
    /// it.
    pub stall: Duration,
    /// How long a session stands without use, in milliseconds.
    pub session_idle_ms: i64,
    /// Between two rounds in which the books are held against every other bank's.
    pub reconcile: Duration,
    /// How long after a backup that failed another is tried first; longer after each that fails.
    pub backup_again: Duration,
    /// Notices of changes that are remembered for readers who come back.
    pub notices_max: usize,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            heartbeat: Duration::from_secs(EVENT_HEARTBEAT_S),
            stall: Duration::from_secs(30),
            session_idle_ms: 12 * 60 * 60 * 1000,
            reconcile: Duration::from_secs(60),
            backup_again: Duration::from_secs(60),
            notices_max: 4_096,
        }
    }
}
