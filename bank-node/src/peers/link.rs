//! One bank's link: whatever has queued goes out as one batch, several batches under way; a bank that fails is probed.
//!
//! Never here: saying a message again. What a failed batch held is dropped, and the core's timers repeat what matters.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt as _};
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use shared::api::paths::{INTERBANK_MESSAGES, INTERBANK_READS};
use shared::ids::{BankId, PackageId};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::engine::handle::Engine;
use crate::protocol::message::{Batch, BatchHeader, Message};
use crate::trace::Traces;

use super::Way;
use super::batch::read_batch;
use super::health::HealthBoard;
use super::outbox::Outbox;
use super::reads::{ReadAnswer, ReadRequest};
use super::transport::{Fault, Label};

/// Batches that may be under way to one bank.
pub const BATCHES_UNDER_WAY_MAX: usize = 4;
/// How long a batch or a probe may take. The answer to a batch comes after the other bank's disk has it.
pub const BATCH_DEADLINE: Duration = Duration::from_secs(2);
/// How long after a failure a bank is probed.
pub const PROBE_INTERVAL: Duration = Duration::from_secs(1);
/// How long after a probe the next may begin, however much hints that the bank is back.
const PROBE_INTERVAL_MIN: Duration = Duration::from_millis(200);
/// How long after an answer a bank that has nothing to say is probed, so that a silent death is noticed.
pub const IDLE_PROBE_INTERVAL: Duration = Duration::from_secs(5);

/// The near end of a link.
#[derive(Debug, Default)]
pub(super) struct Link {
    outbox: Mutex<Outbox>,
    posted: Notify,
    probe_now: Notify,
    /// No more will be posted: end once all is told.
    draining: CancellationToken,
}

/// What a link speaks through, and whom it tells.
pub(super) struct Far {
    pub(super) own: BankId,
    pub(super) bank: BankId,
    pub(super) way: Arc<Way>,
    pub(super) engine: Engine,
    pub(super) health: Arc<HealthBoard>,
    pub(super) traces: Traces,
}

impl Link {
    /// Queues `messages`. Never waits.
    pub(super) fn post(&self, header: BatchHeader, messages: Vec<Message>) {
        self.outbox().post(header, messages, Instant::now());
        self.posted.notify_one();
    }

    /// Probes the bank now: something hints that its health has changed.
    pub(super) fn probe_now(&self) {
        self.probe_now.notify_one();
    }

    /// Ends the link once all that waits has been tried.
    pub(super) fn drain(&self) {
        self.draining.cancel();
    }

    /// The link's task; ends by [`Self::drain`], or is dropped.
    pub(super) async fn run(self: Arc<Self>, far: Far) {
        let mut under_way: FuturesUnordered<BoxFuture<'_, Done>> = FuturesUnordered::new();
        let mut batches = 0;
        let mut probing = false;
        // The first thing said is the core's HELLO; a bank that is told nothing is asked.
        let mut probe_at = Instant::now() + PROBE_INTERVAL;
        let mut probed_at = Instant::now();
        loop {
            while batches < BATCHES_UNDER_WAY_MAX
                && let Some((body, packages)) = self.take_batch(&far.bank)
            {
                let label = far.traces.header(packages).map(Label::Packages);
                under_way.push(far.send(body, label).boxed());
                batches += 1;
            }
            let draining = self.draining.is_cancelled();
            if draining && batches == 0 {
                return;
            }
            let done = tokio::select! {
                done = under_way.next(), if !under_way.is_empty() => done,
                () = self.posted.notified(), if batches < BATCHES_UNDER_WAY_MAX => None,
                () = self.draining.cancelled(), if !draining => None,
                () = self.probe_now.notified(), if !probing => {
                    probe_at = probe_at.min(probed_at + PROBE_INTERVAL_MIN);
                    None
                }
                () = sleep_until(probe_at), if !probing && !draining => {
                    under_way.push(far.probe().boxed());
                    probing = true;
                    probed_at = Instant::now();
                    None
                }
            };
            if let Some(done) = done {
                match done.what {
                    What::Batch => batches -= 1,
                    What::Probe => probing = false,
                }
                let wait = if done.answered { IDLE_PROBE_INTERVAL } else { PROBE_INTERVAL };
                probe_at = Instant::now() + wait;
            }
        }
    }

    /// The next batch, with the packages that it is about.
    fn take_batch(&self, bank: &BankId) -> Option<(Vec<u8>, Vec<PackageId>)> {
        let mut outbox = self.outbox();
        let batch = outbox.take_batch(Instant::now());
        let packages = outbox.take_packages();
        let dropped = outbox.take_dropped();
        drop(outbox);
        if dropped > 0 {
            tracing::warn!(%bank, dropped, "messages were let go: too many wait for this bank");
        }
        batch.map(|batch| (batch, packages))
    }

    fn outbox(&self) -> std::sync::MutexGuard<'_, Outbox> {
        self.outbox.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Done {
    what: What,
    answered: bool,
}

#[derive(Clone, Copy)]
enum What {
    Batch,
    Probe,
}

impl Far {
    /// Sends a batch and hands its answer to the deciding thread.
    async fn send(&self, body: Vec<u8>, label: Option<Label>) -> Done {
        let begun = Instant::now();
        let answer = self.way.transport().exchange(INTERBANK_MESSAGES, body, label, BATCH_DEADLINE).await;
        let answered = match answer.map(|answer| (self.read_answer(&answer.body), answer.clock_ahead_s)) {
            Ok((Some(batch), clock_ahead_s)) => {
                self.answered(begun);
                self.health.heard_clock(&self.bank, clock_ahead_s);
                self.health.heard_version(&self.bank, batch.header.consortium);
                self.engine.receive_answer(batch);
                true
            }
            Ok((None, _)) => self.failed("a batch", "what it answered is no batch of its own"),
            Err(fault) => self.failed_by("a batch", &fault),
        };
        Done { what: What::Batch, answered }
    }

    /// Asks whether the bank is there.
    async fn probe(&self) -> Done {
        let begun = Instant::now();
        let answered = match serde_json::to_vec(&ReadRequest::Ping {}) {
            Ok(body) => {
                match self.way.transport().exchange(INTERBANK_READS, body, None, BATCH_DEADLINE).await {
                    Ok(answer) if matches!(serde_json::from_slice(&answer.body), Ok(ReadAnswer::Pong {})) => {
                        self.answered(begun);
                        self.health.heard_clock(&self.bank, answer.clock_ahead_s);
                        true
                    }
                    Ok(_) => self.failed("a probe", "what it answered is no pong"),
                    Err(fault) => self.failed_by("a probe", &fault),
                }
            }
            Err(_) => false,
        };
        Done { what: What::Probe, answered }
    }

    fn read_answer(&self, body: &[u8]) -> Option<Batch> {
        let read = read_batch(body).ok()?;
        if !read.bad.is_empty() {
            let bad = read.bad.len();
            tracing::warn!(bank = %self.bank, bad, "an answer held messages that cannot be read");
        }
        let header = &read.batch.header;
        (header.from == self.bank && header.to == self.own).then_some(read.batch)
    }

    fn answered(&self, begun: Instant) {
        if self.health.answered(&self.bank, begun.elapsed()) {
            self.engine.peer_answered(self.bank.clone());
        }
    }

    fn failed_by(&self, what: &str, fault: &Fault) -> bool {
        self.failed(what, &fault.to_string())
    }

    /// Always false: there was no answer.
    fn failed(&self, what: &str, cause: &str) -> bool {
        tracing::debug!(bank = %self.bank, what, cause, "a bank did not answer");
        self.health.failed(&self.bank, cause);
        self.engine.peer_silent(self.bank.clone());
        false
    }
}
