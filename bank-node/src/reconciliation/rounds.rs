//! The rounds: every other bank, every minute; and all of them anew when an operator asks.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use shared::ids::BankId;
use tokio::task::{Id, JoinSet};
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::Digests;
use super::examine::{Examined, Pair};
use super::memory::Memory;
use crate::clock::Clock;
use crate::engine::handle::Engine;
use crate::ledger::LedgerFault;
use crate::membership::Current;
use crate::metrics::Metrics;
use crate::peers::Peers;
use crate::protocol::attempt::AttemptId;
use crate::protocol::reconciliation::{Difference, bucket_of};

/// How long one comparison may take: a bank that always has one page more is none that answers.
const COMPARISON_MAX: Duration = Duration::from_secs(10 * 60);

/// How often differences with one bank become evidence in one life: one that names another each minute must not use up what
/// is kept of it. The figure goes on.
const TOLD_TIMES_MAX: u32 = 10;

/// How a comparison with another bank came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reconciled {
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// How many packages are booked here between the two.
    pub packages: u64,
    /// What this bank owes the other by its own books, and by the other's, in centavos.
    pub due_to: (i64, i64),
    /// What the other owes this one, by this one's books, and by its own.
    pub due_from: (i64, i64),
    /// Whether something was on its way from one bank to the other, or may have been.
    pub in_transit: bool,
    /// What is not booked alike for certain, oldest first. Empty: the two agree.
    pub differences: Vec<Difference>,
}

/// Why two banks' books could not be held against each other.
#[derive(Debug, thiserror::Error)]
pub enum ReconciliationFault {
    /// The other bank did not answer, or not with what was asked for.
    #[error("the bank does not answer")]
    Unanswered,
    /// This bank is finding out what its own books lack.
    #[error("this bank's books are not whole yet: it waits for what other banks have to say")]
    Restoring,
    /// These books cannot be read.
    #[error(transparent)]
    Ledger(#[from] LedgerFault),
}

/// Holds this bank's books against the others'. Cheap to clone.
#[derive(Clone)]
pub struct Reconciler(Arc<Inner>);

struct Inner {
    digests: Digests,
    current: Current,
    peers: Peers,
    engine: Engine,
    clock: Clock,
    metrics: Metrics,
    banks: Mutex<BTreeMap<BankId, Known>>,
}

/// What is known of the comparisons with one bank.
#[derive(Clone, Default)]
struct Known {
    memory: Memory,
    last: Option<Reconciled>,
    /// Of which difference the evidence is kept.
    told: Option<AttemptId>,
    /// How often evidence was kept in this life.
    told_times: u32,
}

impl Reconciler {
    /// Puts together what the rounds need. None runs before [`Self::run`].
    #[must_use]
    pub fn new(
        digests: Digests,
        current: Current,
        peers: Peers,
        engine: Engine,
        clock: Clock,
        metrics: Metrics,
    ) -> Self {
        let banks = Mutex::default();
        Self(Arc::new(Inner { digests, current, peers, engine, clock, metrics, banks }))
    }

    /// Compares with every other bank, `every` so often, for ever. A bank that is slow keeps no other waiting.
    pub async fn run(self, every: Duration) {
        let mut ticks = interval(every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut rounds = JoinSet::new();
        let mut under_way: BTreeMap<BankId, Id> = BTreeMap::new();
        loop {
            ticks.tick().await;
            while let Some(ended) = rounds.try_join_next_with_id() {
                let ended = match ended {
                    Ok((id, ())) => id,
                    Err(panic) => {
                        tracing::error!(%panic, "holding the books against another bank's ended by a bug");
                        panic.id()
                    }
                };
                under_way.retain(|_, id| *id != ended);
            }
            for bank in self.others() {
                if let Entry::Vacant(place) = under_way.entry(bank.clone()) {
                    let this = self.clone();
                    place.insert(rounds.spawn(async move { this.round(&bank).await }).id());
                }
            }
        }
    }

    /// How the last comparison with `bank` came out; none before the first.
    #[must_use]
    pub fn last(&self, bank: &BankId) -> Option<Reconciled> {
        self.lock().get(bank)?.last.clone()
    }

    /// Every other bank of the consortium as it stands now.
    #[must_use]
    pub fn others(&self) -> BTreeSet<BankId> {
        self.0.current.now().settings.others.keys().cloned().collect()
    }

    /// Compares with each of `banks` now: this bank's books are read anew from the first posting, and every bucket that
    /// differs is listed.
    ///
    /// # Errors
    /// As [`ReconciliationFault`] says, for each bank.
    pub async fn afresh(
        &self,
        banks: BTreeSet<BankId>,
    ) -> Vec<(BankId, Result<Reconciled, ReconciliationFault>)> {
        let digests = self.0.digests.afresh();
        let each = banks.into_iter().map(|bank| {
            let digests = digests.clone();
            async move {
                let compared = self.compare(&digests, &bank, None).await;
                if let Ok(reconciled) = &compared {
                    self.note(&bank, reconciled);
                }
                (bank, compared)
            }
        });
        join_all(each).await
    }

    /// One comparison by the digests as they are kept.
    async fn round(&self, bank: &BankId) {
        let mut memory = self.lock().get(bank).map(|known| known.memory.clone()).unwrap_or_default();
        match self.compare(&self.0.digests, bank, Some(&mut memory)).await {
            Ok(reconciled) => {
                self.lock().entry(bank.clone()).or_default().memory = memory;
                self.note(bank, &reconciled);
            }
            Err(fault @ ReconciliationFault::Ledger(_)) => {
                tracing::error!(%bank, %fault, "the books could not be held against another bank's");
            }
            // How long ago the last comparison was is a figure, and says this.
            Err(fault) => tracing::debug!(%bank, %fault, "the books were not held against another bank's"),
        }
    }

    async fn compare(
        &self,
        digests: &Digests,
        bank: &BankId,
        memory: Option<&mut Memory>,
    ) -> Result<Reconciled, ReconciliationFault> {
        let compared = timeout(COMPARISON_MAX, self.compare_at_length(digests, bank, memory)).await;
        compared.unwrap_or(Err(ReconciliationFault::Unanswered))
    }

    /// With a `memory`, only suspects are listed; without, every bucket that differs.
    async fn compare_at_length(
        &self,
        digests: &Digests,
        bank: &BankId,
        mut memory: Option<&mut Memory>,
    ) -> Result<Reconciled, ReconciliationFault> {
        if self.0.engine.vitals().is_restoring() {
            return Err(ReconciliationFault::Restoring);
        }
        let here = {
            let (digests, bank) = (digests.clone(), bank.clone());
            blocking(move || digests.read_on().map(|()| digests.with(&bank))).await?
        };
        let membership = self.0.current.now();
        let me = &membership.settings.me;
        let pair = Pair { me, digests, peers: &self.0.peers, bank };
        let there = pair.digest_there().await?;
        let differing = here.differing(&there);
        let suspects = match &mut memory {
            Some(memory) => memory.suspects(&differing),
            None => differing.keys().copied().collect(),
        };
        let examined = match suspects.is_empty() {
            true => Examined::default(),
            false => pair.examine(suspects.clone()).await?,
        };
        let mut differences = examined.wrong.clone();
        if let Some(memory) = memory {
            differences.extend(memory.known().cloned());
            memory.knows(&suspects, &examined.all_wrong());
        }
        differences.sort_by_key(|difference| (difference.at_ms, difference.package));
        let explained: BTreeSet<u8> =
            differences.iter().map(|difference| bucket_of(difference.package)).collect();
        Ok(Reconciled {
            at_ms: self.0.clock.wall_ms(),
            packages: here.count(),
            due_to: (here.owed_by(me), there.owed_by(me)),
            due_from: (here.owed_by(bank), there.owed_by(bank)),
            in_transit: examined.in_transit() || differing.keys().any(|number| !explained.contains(number)),
            differences,
        })
    }

    /// Keeps how a comparison came out, counts it, and tells people of a difference that they have not been told of.
    fn note(&self, bank: &BankId, reconciled: &Reconciled) {
        self.0.metrics.reconciled(bank, reconciled.at_ms, reconciled.differences.len());
        let mut banks = self.lock();
        let known = banks.entry(bank.clone()).or_default();
        match reconciled.differences.first() {
            Some(first)
                if known.told.as_ref() != Some(&first.attempt) && known.told_times < TOLD_TIMES_MAX =>
            {
                let what = format!(
                    "these books and {bank}'s differ in {} of the packages between the two, first in {}",
                    reconciled.differences.len(),
                    first.describe(bank)
                );
                // One that was not taken is said again after the next round.
                if self.0.engine.differs(bank.clone(), first.attempt.clone(), what) {
                    known.told = Some(first.attempt.clone());
                    known.told_times += 1;
                }
            }
            Some(_) => {}
            None if known.told.take().is_some() => {
                tracing::warn!(%bank, "these books and the other bank's agree again");
            }
            None => {}
        }
        known.last = Some(reconciled.clone());
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<BankId, Known>> {
        self.0.banks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads books where that may block.
pub async fn blocking<T: Send + 'static>(
    read: impl FnOnce() -> Result<T, LedgerFault> + Send + 'static,
) -> Result<T, ReconciliationFault> {
    let read = tokio::task::spawn_blocking(read).await.map_err(|panic| LedgerFault::Storage {
        action: "hold the books against another bank's",
        cause: panic.to_string(),
    })?;
    Ok(read?)
}
