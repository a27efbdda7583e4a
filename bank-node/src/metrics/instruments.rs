//! The instruments themselves: each with its name, its help and its buckets, in one table.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};
use shared::ids::BankId;

use super::Standing;
use crate::protocol::happened::{Happened, Outcome};
use crate::protocol::records::LedgerAccount;

/// From a forced write of a fast disk to an order's deadline, in seconds.
const SECONDS: [f64; 14] =
    [0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0];
/// From an answer at once to a bank that was away for a day, in seconds.
const LONG_SECONDS: [f64; 14] =
    [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 30.0, 300.0, 3_600.0, 86_400.0];
/// Inputs of one turn; the last is `engine::thread::TURN_CALLS_MAX`.
const INPUTS: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];

/// How a backup that the bank began by itself may end.
const MADE: &str = "made";
const FAILED: &str = "failed";

type Seconds = Family<RouteLabels, Histogram, fn() -> Histogram>;

/// How many calls stand before the deciding thread.
pub type QueueDepth = Gauge;

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub(super) struct RequestLabels {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub(super) struct RouteLabels {
    route: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub(super) struct PackageLabels {
    outcome: &'static str,
    reason: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub(super) struct OutcomeLabels {
    outcome: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub(super) struct PeerLabels {
    peer: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub(super) struct PositionLabels {
    peer: String,
    side: &'static str,
}

/// All of them, and the registry that writes them down.
#[derive(Debug)]
pub(super) struct Instruments {
    pub(super) registry: Registry,
    requests: Family<RequestLabels, Counter>,
    request_seconds: Seconds,
    pub(super) log_in_failures: Counter,
    packages: Family<PackageLabels, Counter>,
    decision_seconds: Histogram,
    settlement_seconds: Histogram,
    portions: Family<OutcomeLabels, Counter>,
    promise_seconds: Histogram,
    pub(super) turn_inputs: Histogram,
    pub(super) commit_seconds: Histogram,
    pub(super) queue_depth: QueueDepth,
    ready: Gauge,
    disk_full: Gauge,
    in_doubt: Gauge,
    waiting: Gauge,
    in_doubt_oldest_seconds: Gauge<f64, AtomicU64>,
    customers: Gauge,
    held: Gauge,
    incoming: Gauge,
    till: Gauge,
    suspense: Gauge,
    positions: Family<PositionLabels, Gauge>,
    conservation: Gauge,
    postings: Gauge,
    evidence: Gauge,
    backups: Family<OutcomeLabels, Counter>,
    backup_interval_seconds: Gauge<f64, AtomicU64>,
    backup_last_success_seconds: Gauge<f64, AtomicU64>,
    peer_up: Family<PeerLabels, Gauge>,
    peer_round_trip_seconds: Family<PeerLabels, Gauge<f64, AtomicU64>>,
    reconciliation_differences: Family<PeerLabels, Gauge>,
    reconciliation_seconds: Family<PeerLabels, Gauge<f64, AtomicU64>>,
}

fn seconds() -> Histogram {
    Histogram::new(SECONDS)
}

impl Instruments {
    pub(super) fn new() -> Self {
        let mut registry = Registry::with_prefix("bank");
        let all = Self {
            registry: Registry::default(),
            requests: Family::default(),
            request_seconds: Family::new_with_constructor(seconds),
            log_in_failures: Counter::default(),
            packages: Family::default(),
            decision_seconds: Histogram::new(SECONDS),
            settlement_seconds: Histogram::new(LONG_SECONDS),
            portions: Family::default(),
            promise_seconds: Histogram::new(LONG_SECONDS),
            turn_inputs: Histogram::new(INPUTS),
            commit_seconds: Histogram::new(SECONDS),
            queue_depth: Gauge::default(),
            ready: Gauge::default(),
            disk_full: Gauge::default(),
            in_doubt: Gauge::default(),
            waiting: Gauge::default(),
            in_doubt_oldest_seconds: Gauge::default(),
            customers: Gauge::default(),
            held: Gauge::default(),
            incoming: Gauge::default(),
            till: Gauge::default(),
            suspense: Gauge::default(),
            positions: Family::default(),
            conservation: Gauge::default(),
            postings: Gauge::default(),
            evidence: Gauge::default(),
            backups: Family::default(),
            backup_interval_seconds: Gauge::default(),
            backup_last_success_seconds: Gauge::default(),
            peer_up: Family::default(),
            peer_round_trip_seconds: Family::default(),
            reconciliation_differences: Family::default(),
            reconciliation_seconds: Family::default(),
        };
        all.register(&mut registry);
        Self { registry, ..all }
    }

    /// The table of names.
    fn register(&self, registry: &mut Registry) {
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "Which program this is", build);
        registry.register("requests", "Requests answered, by matched route", self.requests.clone());
        let help = "From a request's headers to its answer, by matched route";
        registry.register_with_unit("request", help, Unit::Seconds, self.request_seconds.clone());
        registry.register("log_in_failures", "Wrong CPFs and passwords", self.log_in_failures.clone());
        let help = "Packages ordered here that ended, by outcome and first reason";
        registry.register("packages", help, self.packages.clone());
        let help = "From the first order of a package here to its decision";
        registry.register_with_unit("decision", help, Unit::Seconds, self.decision_seconds.clone());
        let help = "From a decision to commit to the last bank's confirmation";
        registry.register_with_unit("settlement", help, Unit::Seconds, self.settlement_seconds.clone());
        registry.register("portions", "Promises made here that ended, by outcome", self.portions.clone());
        let help = "From a promise made here to its end";
        registry.register_with_unit("promise", help, Unit::Seconds, self.promise_seconds.clone());
        registry.register("turn_inputs", "Inputs that one turn stored together", self.turn_inputs.clone());
        let help = "Storing a turn, forced to disk";
        registry.register_with_unit("commit", help, Unit::Seconds, self.commit_seconds.clone());
        registry.register("queue_depth", "Calls before the deciding thread", self.queue_depth.clone());
        registry.register("ready", "1 while packages are taken", self.ready.clone());
        let help = "1 while new packages are turned away for want of room on the disk";
        registry.register("disk_full", help, self.disk_full.clone());
        let help = "Promises to other banks' packages whose outcome is not known here";
        registry.register("in_doubt", help, self.in_doubt.clone());
        let help = "Age of the oldest such promise, 0 without one";
        registry.register_with_unit(
            "in_doubt_oldest",
            help,
            Unit::Seconds,
            self.in_doubt_oldest_seconds.clone(),
        );
        let help = "Attempts that wait for money which younger packages hold here";
        registry.register("waiting", help, self.waiting.clone());
        registry.register("customers_centavos", "All customers' balances", self.customers.clone());
        registry.register("held_centavos", "Customers' money set aside for packages", self.held.clone());
        let help = "Money promised to customers by packages";
        registry.register("incoming_centavos", help, self.incoming.clone());
        registry.register("till_centavos", "The till's balance", self.till.clone());
        registry.register(
            "suspense_centavos",
            "What a restored ledger could not book where it belongs",
            self.suspense.clone(),
        );
        let help = "What is due to and from each bank";
        registry.register("position_centavos", help, self.positions.clone());
        let help = "The sum over all accounts of the books: anything but 0 is money lost or created";
        registry.register("conservation_centavos", help, self.conservation.clone());
        registry.register("postings", "Lines booked since the bank was founded", self.postings.clone());
        // Both outcomes stand there before the first: a rate needs where it began.
        for outcome in [MADE, FAILED] {
            self.backups.get_or_create(&OutcomeLabels { outcome }).inc_by(0);
        }
        let help = "Backups that the bank began by itself, by outcome";
        registry.register("backups", help, self.backups.clone());
        let help = "From one such backup to the next, 0 where none are made";
        registry.register_with_unit(
            "backup_interval",
            help,
            Unit::Seconds,
            self.backup_interval_seconds.clone(),
        );
        let help = "When the newest such backup was made, since 1970, 0 without one";
        registry.register_with_unit(
            "backup_last_success_timestamp",
            help,
            Unit::Seconds,
            self.backup_last_success_seconds.clone(),
        );
        registry.register(
            "evidence",
            "Alarms kept as evidence since the bank was founded",
            self.evidence.clone(),
        );
        registry.register("peer_up", "1 while that bank answers", self.peer_up.clone());
        let help = "The last round trip to that bank";
        registry.register_with_unit(
            "peer_round_trip",
            help,
            Unit::Seconds,
            self.peer_round_trip_seconds.clone(),
        );
        let help = "Packages that these books and that bank's do not have alike: anything but 0 is wrong";
        registry.register("reconciliation_differences", help, self.reconciliation_differences.clone());
        let help = "When these books were last held against that bank's, in seconds since 1970";
        registry.register_with_unit(
            "reconciliation_last_timestamp",
            help,
            Unit::Seconds,
            self.reconciliation_seconds.clone(),
        );
    }

    pub(super) fn served(&self, method: &'static str, route: &str, status: u16, took: Duration) {
        let route = route.to_owned();
        self.request_seconds.get_or_create(&RouteLabels { route: route.clone() }).observe(took.as_secs_f64());
        self.requests.get_or_create(&RequestLabels { method, route, status }).inc();
    }

    pub(super) fn reconciled(&self, bank: &BankId, wall_ms: i64, differing: usize) {
        let labels = PeerLabels { peer: bank.to_string() };
        let differing = i64::try_from(differing).unwrap_or(i64::MAX);
        self.reconciliation_differences.get_or_create(&labels).set(differing);
        self.reconciliation_seconds.get_or_create(&labels).set(in_seconds(wall_ms));
    }

    pub(super) fn happened(&self, happened: &Happened) {
        for end in &happened.packages {
            let reason = end.reason.map_or("none", shared::refusal::RefusalCode::as_str);
            self.packages.get_or_create(&PackageLabels { outcome: end.outcome.as_str(), reason }).inc();
            self.decision_seconds.observe(in_seconds(end.took_ms));
        }
        for end in &happened.portions {
            let outcome = end.outcome.as_str();
            self.portions.get_or_create(&OutcomeLabels { outcome }).inc();
            self.promise_seconds.observe(in_seconds(end.took_ms));
        }
        for took_ms in &happened.settled {
            self.settlement_seconds.observe(in_seconds(*took_ms));
        }
    }

    pub(super) fn backups_begin(&self, every: Duration, newest_ms: Option<i64>) {
        self.backup_interval_seconds.set(every.as_secs_f64());
        self.backup_last_success_seconds.set(in_seconds(newest_ms.unwrap_or(0)));
    }

    pub(super) fn backup_made(&self, at_ms: i64) {
        self.backups.get_or_create(&OutcomeLabels { outcome: MADE }).inc();
        self.backup_last_success_seconds.set(in_seconds(at_ms));
    }

    pub(super) fn backup_failed(&self) {
        self.backups.get_or_create(&OutcomeLabels { outcome: FAILED }).inc();
    }

    /// Sets what is not counted, but stands.
    pub(super) fn stand(&self, standing: &Standing) {
        self.ready.set(i64::from(standing.ready));
        self.disk_full.set(i64::from(standing.disk_full));
        self.waiting.set(i64::try_from(standing.waiting).unwrap_or(i64::MAX));
        for peer in &standing.peers {
            let labels = PeerLabels { peer: peer.bank.to_string() };
            self.peer_up.get_or_create(&labels).set(i64::from(peer.up));
            if let Some(ms) = peer.round_trip_ms {
                let ms = i64::try_from(ms).unwrap_or(i64::MAX);
                self.peer_round_trip_seconds.get_or_create(&labels).set(in_seconds(ms));
            }
        }
        let Some(books) = &standing.books else { return };
        self.in_doubt.set(i64::try_from(books.promised.count).unwrap_or(i64::MAX));
        let age = |since: i64| standing.wall_ms.saturating_sub(since).max(0);
        self.in_doubt_oldest_seconds.set(in_seconds(books.promised.since_ms.map_or(0, age)));
        self.customers.set(books.totals.customers.balance);
        self.held.set(books.totals.customers.held);
        self.incoming.set(books.totals.customers.incoming);
        for (account, balance) in &books.totals.others {
            let (peer, side) = match account {
                LedgerAccount::Till => {
                    self.till.set(balance.balance);
                    continue;
                }
                LedgerAccount::Suspense => {
                    self.suspense.set(balance.balance);
                    continue;
                }
                LedgerAccount::DueTo(peer) => (peer, "due_to"),
                LedgerAccount::DueFrom(peer) => (peer, "due_from"),
                // Those are summed up.
                LedgerAccount::Customer(_) => continue,
            };
            let labels = PositionLabels { peer: peer.to_string(), side };
            self.positions.get_or_create(&labels).set(balance.balance);
        }
        self.conservation.set(books.totals.sum());
        self.postings.set(i64::try_from(books.postings).unwrap_or(i64::MAX));
        self.evidence.set(i64::try_from(books.evidence).unwrap_or(i64::MAX));
    }
}

impl Outcome {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Committed => "committed",
            Self::Refused => "refused",
            Self::Aborted => "aborted",
        }
    }
}

fn in_seconds(ms: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "no figure here is finer than a float")]
    let ms = ms as f64;
    ms / 1_000.0
}
