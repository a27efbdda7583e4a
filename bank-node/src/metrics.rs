//! What is counted and timed of a bank, under the names that alerts and dashboards use (`docs/operating.md` lists them).
//!
//! Never here: anything that decides, and anything that names a customer, an account or a package. Counters begin at 0
//! with each life of the process; what the books hold is read from them when somebody asks.

mod instruments;

use std::sync::Arc;
use std::time::Duration;

use prometheus_client::encoding::text::encode;
use shared::ids::BankId;

use self::instruments::Instruments;
pub use self::instruments::QueueDepth;
use crate::ledger::reader::{Promised, Totals};
use crate::protocol::happened::Happened;

/// The media type of [`Metrics::exposition`].
pub const EXPOSITION_MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// All figures of one bank. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Metrics(Arc<Instruments>);

/// What is true at the moment of asking, and counted by nobody.
#[derive(Clone, Debug)]
pub struct Standing {
    /// What the books say; none when they cannot be read now.
    pub books: Option<BooksStanding>,
    /// How the other banks are.
    pub peers: Vec<PeerStanding>,
    /// Whether packages are taken.
    pub ready: bool,
    /// Whether new packages are turned away for want of room on the disk.
    pub disk_full: bool,
    /// Attempts that wait here for money which younger packages hold.
    pub waiting: usize,
    /// The bank's clock, in milliseconds since 1970.
    pub wall_ms: i64,
}

/// How another bank is.
#[derive(Clone, Debug)]
pub struct PeerStanding {
    /// Which.
    pub bank: BankId,
    /// Whether it answers.
    pub up: bool,
    /// The last round trip, in milliseconds; none before the first.
    pub round_trip_ms: Option<u64>,
}

/// What the books say at the moment of asking.
#[derive(Clone, Debug)]
pub struct BooksStanding {
    /// All money.
    pub totals: Totals,
    /// What other banks' packages bind here.
    pub promised: Promised,
    /// How many postings there are.
    pub postings: u64,
    /// How many alarms are kept as evidence.
    pub evidence: u64,
}

impl Default for Metrics {
    fn default() -> Self {
        Self(Arc::new(Instruments::new()))
    }
}

impl Metrics {
    /// A request was answered. `route` is the route's pattern, never a path as asked for.
    pub fn served(&self, method: &'static str, route: &str, status: u16, took: Duration) {
        self.0.served(method, route, status, took);
    }

    /// A wrong CPF or password.
    pub fn log_in_failed(&self) {
        self.0.log_in_failures.inc();
    }

    /// The deciding thread took `inputs` together.
    pub fn turned(&self, inputs: usize) {
        #[expect(clippy::cast_precision_loss, reason = "a turn has few inputs")]
        self.0.turn_inputs.observe(inputs as f64);
    }

    /// A turn was forced to disk.
    pub fn stored(&self, took: Duration) {
        self.0.commit_seconds.observe(took.as_secs_f64());
    }

    /// What was stored says that this has happened.
    pub fn happened(&self, happened: &Happened) {
        self.0.happened(happened);
    }

    /// These books were held against `bank`'s at `wall_ms` (milliseconds since 1970); so many packages differ.
    pub fn reconciled(&self, bank: &BankId, wall_ms: i64, differing: usize) {
        self.0.reconciled(bank, wall_ms, differing);
    }

    /// The bank makes backups by itself, one each `every`; the newest that it found was made at `newest_ms`, in milliseconds
    /// since 1970.
    pub fn backups_begin(&self, every: Duration, newest_ms: Option<i64>) {
        self.0.backups_begin(every, newest_ms);
    }

    /// It has made one, begun at `at_ms`.
    pub fn backup_made(&self, at_ms: i64) {
        self.0.backup_made(at_ms);
    }

    /// It could not make one.
    pub fn backup_failed(&self) {
        self.0.backup_failed();
    }

    /// What stands before the deciding thread.
    #[must_use]
    pub fn queue_depth(&self) -> QueueDepth {
        self.0.queue_depth.clone()
    }

    /// Everything, as OpenMetrics text.
    #[must_use]
    pub fn exposition(&self, standing: &Standing) -> String {
        self.0.stand(standing);
        let mut text = String::new();
        // Writing to a string does not fail.
        let _written = encode(&mut text, &self.0.registry);
        text
    }
}

#[cfg(test)]
mod tests;
