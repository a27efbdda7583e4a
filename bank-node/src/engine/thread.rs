//! The thread itself: takes what has queued (never waits for more), turns, stores once, then tells.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use shared::ids::BankId;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::handle::{Call, Engine, Links, QUEUE_MAX};
use super::notices::Notices;
use super::turn::Turn;
use super::vitals::Vitals;
use crate::desk::DeskAnswer;
use crate::ledger::{Ledger, LedgerFault};
use crate::metrics::Metrics;
use crate::protocol::attempt::{AttemptId, Epoch, EpochNonce};
use crate::protocol::membership::MembersRefused;
use crate::protocol::message::{Batch, BatchHeader, Message, Status};
use crate::protocol::output::{Alarm, Input, Mono, Now, OrderAnswer, Output, Reply, Send, Submit, Ticket};
use crate::protocol::restoration::DecideAnswer;
use crate::protocol::settings::Settings;

/// Inputs of one turn, at most: what one transaction holds.
pub const TURN_CALLS_MAX: usize = 256;
/// A thread that has nothing due looks up this often all the same.
const IDLE: Duration = Duration::from_secs(30);

/// How long acks wait for a transaction to ride in, in milliseconds.
const NOTED_WAIT_MS: u64 = 50;

/// Where the deciding thread's times and dice come from.
pub trait Pulse: std::marker::Send {
    /// The time and the chance of the next step.
    fn now(&mut self) -> Now;
}

/// Who is told of what was stored, and of how long it took. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Watchers {
    /// Customers who follow along.
    pub notices: Notices,
    /// Figures.
    pub metrics: Metrics,
}

/// How the thread ended.
#[derive(Debug)]
pub enum Ended {
    /// Asked to, with everything told that was decided.
    ShutDown,
    /// As a crash ends a process: nothing more was stored, nothing told.
    Crashed,
    /// The ledger failed (rule R2): the process must end, and nothing was told.
    Fault(LedgerFault),
    /// A bug: an invariant did not hold. Nothing of that turn was told; the process must end.
    Panicked,
}

/// The running thread, as whoever started it holds it.
pub struct EngineThread {
    join: JoinHandle<Ended>,
    crash: Arc<AtomicBool>,
    crash_mid_package: Arc<AtomicBool>,
    /// For `/readyz` and metrics.
    pub vitals: Arc<Vitals>,
}

impl EngineThread {
    /// Ends it as a crash does: nothing drained, nothing said. The queue must be dropped or poked for it to notice.
    pub fn crash(&self) {
        self.crash.store(true, Ordering::Release);
    }

    /// Lets it end as a crash does as soon as it has stored and told something of a package whose end is not known: in
    /// the middle of one that is under way, or of the next. For demonstrations.
    pub fn crash_mid_package(&self) {
        self.crash_mid_package.store(true, Ordering::Release);
    }

    /// Whether it has ended.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.join.is_finished()
    }

    /// Waits for its end.
    #[must_use]
    pub fn join(self) -> Ended {
        self.join.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

/// Recovers the bank and forces its new life to disk; only then is there an [`Engine`] that could be listened for.
///
/// `ended` is called on the thread when it has ended by itself.
///
/// # Errors
/// When the ledger cannot be read or written.
pub fn spawn<L, K, P>(
    settings: Settings,
    ledger: L,
    nonce: EpochNonce,
    links: K,
    watchers: Watchers,
    mut pulse: P,
    ended: impl FnOnce(&Ended) + std::marker::Send + 'static,
) -> Result<(Engine, EngineThread), LedgerFault>
where
    L: Ledger + 'static,
    K: Links + 'static,
    P: Pulse + 'static,
{
    let me = settings.me.clone();
    let mut turn = Turn::recover(settings, ledger, nonce)?;
    let first = turn.step(pulse.now(), Input::Start)?;
    turn.store()?;
    let last_life = turn.bank().epoch();
    let (near, far) = sync_channel(QUEUE_MAX);
    let Watchers { notices, metrics } = watchers;
    let depth = metrics.queue_depth();
    let crash = Arc::new(AtomicBool::new(false));
    let crash_mid_package = Arc::new(AtomicBool::new(false));
    let vitals = Arc::new(Vitals::of(turn.bank()));
    let mut desk = Thread {
        turn,
        links,
        notices,
        metrics,
        pulse,
        queue: far,
        crash: Arc::clone(&crash),
        crash_mid_package: Arc::clone(&crash_mid_package),
        vitals: Arc::clone(&vitals),
        tickets: Tickets::default(),
        told: Told::default(),
        noted_since: None,
        was_ready: true,
        last_life,
    };
    desk.told.take(first, None);
    let join = std::thread::Builder::new()
        .name(format!("engine-{me}"))
        .spawn(move || {
            let run = std::panic::AssertUnwindSafe(|| desk.run());
            let end = std::panic::catch_unwind(run).unwrap_or(Ended::Panicked);
            desk.vitals.end();
            ended(&end);
            end
        })
        .map_err(|error| LedgerFault::Storage { action: "start its thread", cause: error.to_string() })?;
    Ok((
        Engine::new(near, depth, Arc::clone(&vitals)),
        EngineThread { join, crash, crash_mid_package, vitals },
    ))
}

struct Thread<L, K, P> {
    turn: Turn<L>,
    links: K,
    notices: Notices,
    metrics: Metrics,
    pulse: P,
    queue: Receiver<Call>,
    crash: Arc<AtomicBool>,
    crash_mid_package: Arc<AtomicBool>,
    vitals: Arc<Vitals>,
    tickets: Tickets,
    told: Told,
    /// Since when acks wait that are noted and not on disk.
    noted_since: Option<Mono>,
    /// Whether the bank took packages after the turn before: it does so from its start, unless it finds its books old.
    was_ready: bool,
    last_life: Epoch,
}

/// Who waits for which answer.
#[derive(Default)]
struct Tickets {
    last: u64,
    orders: BTreeMap<Ticket, oneshot::Sender<OrderAnswer>>,
    desk: BTreeMap<Ticket, oneshot::Sender<DeskAnswer>>,
    standing: BTreeMap<Ticket, oneshot::Sender<BTreeMap<AttemptId, Status>>>,
    decided: BTreeMap<Ticket, oneshot::Sender<DecideAnswer>>,
    members: BTreeMap<Ticket, oneshot::Sender<Result<(), MembersRefused>>>,
}

impl Tickets {
    fn next(&mut self) -> Ticket {
        self.last += 1;
        Ticket(self.last)
    }
}

/// What a turn will tell once it is stored.
#[derive(Default)]
struct Told {
    sends: BTreeMap<BankId, Vec<Message>>,
    /// Answers to batches: who asked, what is said, and where it goes.
    batches: Vec<(BankId, Vec<Message>, Option<oneshot::Sender<Batch>>)>,
    orders: Vec<(Ticket, OrderAnswer)>,
    desk: Vec<(Ticket, DeskAnswer)>,
    standing: Vec<(Ticket, BTreeMap<AttemptId, Status>)>,
    decided: Vec<(Ticket, DecideAnswer)>,
    members: Vec<(Ticket, Result<(), MembersRefused>)>,
    stored: Vec<oneshot::Sender<()>>,
    alarms: Vec<Alarm>,
}

impl Told {
    /// Keeps what `output` says; answers to a bank go with the batch that is being stepped.
    fn take(&mut self, output: Output, batch: Option<usize>) {
        for Send { to, message } in output.sends {
            self.sends.entry(to).or_default().push(message);
        }
        for reply in output.replies {
            match reply {
                Reply::Peer(message) => {
                    if let Some((_, messages, _)) = batch.and_then(|index| self.batches.get_mut(index)) {
                        messages.push(message);
                    }
                }
                Reply::Order(ticket, answer) => self.orders.push((ticket, answer)),
                Reply::Desk(ticket, answer) => self.desk.push((ticket, answer)),
                Reply::Standing(ticket, answer) => self.standing.push((ticket, answer)),
                Reply::Decided(ticket, answer) => self.decided.push((ticket, answer)),
                Reply::Members(ticket, answer) => self.members.push((ticket, answer)),
            }
        }
        self.alarms.extend(output.alarms);
    }
}

impl<L: Ledger, K: Links, P: Pulse> Thread<L, K, P> {
    fn run(&mut self) -> Ended {
        // What the first step says was stored before the thread began.
        self.tell();
        self.show();
        loop {
            let first = match self.wait() {
                Ok(call) => call,
                Err(ended) => return ended,
            };
            match self.turn(first) {
                Ok(true) => {}
                Ok(false) => return Ended::ShutDown,
                Err(fault) => return Ended::Fault(fault),
            }
            if self.crashed() {
                return Ended::Crashed;
            }
            // Shown first: whoever is told that something is done finds the bank so.
            self.show();
            self.tell();
            if self.crash_mid_package.load(Ordering::Acquire) && !self.turn.bank().is_idle() {
                return Ended::Crashed;
            }
        }
    }

    fn crashed(&self) -> bool {
        self.crash.load(Ordering::Acquire)
    }

    fn show(&mut self) {
        let ready = self.turn.bank().is_ready();
        // Begun and ended in one turn, it shows in the life's number alone.
        let life = self.turn.bank().epoch();
        if ready && (!self.was_ready || life != self.last_life) {
            tracing::info!("recovering has ended: every bank has said what it knows, and packages are taken");
        }
        self.was_ready = ready;
        self.last_life = life;
        self.vitals.show(self.turn.bank());
    }

    /// Waits for a call, or until a timer is due.
    fn wait(&mut self) -> Result<Option<Call>, Ended> {
        let now = self.pulse.now();
        let wait = self
            .turn
            .bank()
            .wake_at()
            .map_or(IDLE, |at| Duration::from_millis(at.0.saturating_sub(now.mono.0)).min(IDLE));
        let wait = self.noted_since.map_or(wait, |since| {
            let store_at = since.after(NOTED_WAIT_MS);
            wait.min(Duration::from_millis(store_at.0.saturating_sub(now.mono.0)))
        });
        let call = match self.queue.recv_timeout(wait) {
            Ok(call) => Some(call),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => return Err(Ended::Crashed),
        };
        if self.crashed() { Err(Ended::Crashed) } else { Ok(call) }
    }

    /// One turn: what has queued is stepped and stored. False when this was the last.
    fn turn(&mut self, first: Option<Call>) -> Result<bool, LedgerFault> {
        let mut calls: Vec<Call> = first.into_iter().collect();
        while calls.len() < TURN_CALLS_MAX
            && let Ok(call) = self.queue.try_recv()
        {
            calls.push(call);
        }
        for _ in &calls {
            self.metrics.queue_depth().dec();
        }
        if !calls.is_empty() {
            self.metrics.turned(calls.len());
        }
        let now = self.pulse.now();
        let mut last = false;
        for call in calls {
            last |= matches!(call, Call::Shutdown);
            self.take(now, call)?;
        }
        if self.turn.bank().wake_at().is_some_and(|at| at <= now.mono) {
            self.step(now, Input::Tick, None)?;
        }
        if self.crashed() {
            return Ok(true);
        }
        if last || self.must_store(now) {
            self.store()?;
        }
        if last {
            self.tell();
        }
        Ok(!last)
    }

    fn store(&mut self) -> Result<(), LedgerFault> {
        let writes = self.turn.has_writes();
        let begun = Instant::now();
        self.turn.store()?;
        self.noted_since = None;
        if writes {
            self.metrics.stored(begun.elapsed());
            self.metrics.happened(&self.turn.take_happened());
        }
        Ok(())
    }

    /// Whether this turn is stored now. Acks alone wait for the next turn that has to be, for a moment.
    fn must_store(&mut self, now: Now) -> bool {
        if self.turn.must_store() || !self.turn.has_writes() {
            return true;
        }
        let since = *self.noted_since.get_or_insert(now.mono);
        now.mono >= since.after(NOTED_WAIT_MS)
    }

    fn take(&mut self, now: Now, call: Call) -> Result<(), LedgerFault> {
        match call {
            Call::Submit { package, customer, legs, answer } => {
                let ticket = self.tickets.next();
                self.tickets.orders.insert(ticket, answer);
                self.step(now, Input::Submit(Submit { ticket, package, customer, legs }), None)
            }
            Call::Look { customer, package, answer } => {
                let ticket = self.tickets.next();
                self.tickets.orders.insert(ticket, answer);
                self.step(now, Input::Look { ticket, customer, package }, None)
            }
            Call::Desk { request, answer } => {
                let ticket = self.tickets.next();
                self.tickets.desk.insert(ticket, answer);
                self.step(now, Input::Desk { ticket, request }, None)
            }
            Call::Receive { batch, answer } => self.receive(now, batch, answer),
            Call::Standing { from, attempts, answer } => {
                let ticket = self.tickets.next();
                self.tickets.standing.insert(ticket, answer);
                self.step(now, Input::Standing { ticket, from, attempts }, None)
            }
            Call::AskNow(attempts) => self.step(now, Input::AskNow { attempts }, None),
            Call::PeerSilent(bank) => self.step(now, Input::PeerSilent(bank), None),
            Call::PeerAnswered(bank) => self.step(now, Input::PeerAnswered(bank), None),
            Call::Decide { attempt, commit, missed, answer } => {
                let ticket = self.tickets.next();
                self.tickets.decided.insert(ticket, answer);
                self.step(now, Input::Decide { ticket, attempt, commit, missed }, None)
            }
            Call::Missed(missed) => self.step(now, Input::Missed(missed), None),
            Call::Differs { bank, attempt, what } => {
                self.step(now, Input::Differs { bank, attempt, what }, None)
            }
            Call::Members { members, answer } => {
                let ticket = self.tickets.next();
                self.tickets.members.insert(ticket, answer);
                self.step(now, Input::Members { ticket, members }, None)
            }
            Call::PeerRestored { bank, fence, answer } => {
                self.told.stored.push(answer);
                self.step(now, Input::PeerRestored { bank, fence }, None)
            }
            Call::Stored(answer) => {
                self.told.stored.push(answer);
                Ok(())
            }
            Call::Room(enough) => self.step(now, Input::Room { enough }, None),
            Call::Shutdown => self.step(now, Input::Shutdown, None),
        }
    }

    /// A batch, message by message; all of it is stored in this turn's one transaction.
    fn receive(
        &mut self,
        now: Now,
        batch: Batch,
        answer: Option<oneshot::Sender<Batch>>,
    ) -> Result<(), LedgerFault> {
        if self.turn.bank().is_restoring() {
            // Whoever asks is told that the bank is not there: what it would say is of a life that it is not in.
            drop(answer);
            return Ok(());
        }
        let Batch { header, mut messages } = batch;
        messages.sort_by_key(Message::precedence);
        let index = self.told.batches.len();
        self.told.batches.push((header.from.clone(), Vec::new(), answer));
        if messages.is_empty() {
            return self.step(now, Input::PeerAnswered(header.from), None);
        }
        for message in messages {
            log_received(&header.from, &message);
            let header: BatchHeader = header.clone();
            self.step(now, Input::Received { header, message }, Some(index))?;
        }
        Ok(())
    }

    fn step(&mut self, now: Now, input: Input, batch: Option<usize>) -> Result<(), LedgerFault> {
        // Each step has dice of its own, or all jitter of a turn would be alike.
        let dice = self.pulse.now().dice;
        let mut output = self.turn.step(Now { dice, ..now }, input)?;
        for Send { to, message } in std::mem::take(&mut output.early) {
            let header = self.turn.bank().header(&to, now);
            self.links.post(&to, header, vec![message]);
        }
        self.told.take(output, batch);
        Ok(())
    }

    /// Tells what was just stored.
    fn tell(&mut self) {
        let now = self.pulse.now();
        let told = std::mem::take(&mut self.told);
        for (to, messages) in told.sends {
            let header = self.turn.bank().header(&to, now);
            self.links.post(&to, header, messages);
        }
        for (to, messages, answer) in told.batches {
            let header = self.turn.bank().header(&to, now);
            match answer {
                Some(answer) => {
                    let _asker_gone = answer.send(Batch { header, messages });
                }
                // An answer is not answered; what it gives rise to is said in a batch of its own.
                None if messages.is_empty() => {}
                None => self.links.post(&to, header, messages),
            }
        }
        for (ticket, answer) in told.orders {
            if let Some(waiting) = self.tickets.orders.remove(&ticket) {
                let _customer_gone = waiting.send(answer);
            }
        }
        for (ticket, answer) in told.desk {
            if let Some(waiting) = self.tickets.desk.remove(&ticket) {
                let _customer_gone = waiting.send(answer);
            }
        }
        for (ticket, answer) in told.standing {
            if let Some(waiting) = self.tickets.standing.remove(&ticket) {
                let _asker_gone = waiting.send(answer);
            }
        }
        for (ticket, answer) in told.decided {
            if let Some(waiting) = self.tickets.decided.remove(&ticket) {
                let _operator_gone = waiting.send(answer);
            }
        }
        for (ticket, answer) in told.members {
            if let Some(waiting) = self.tickets.members.remove(&ticket) {
                let _operator_gone = waiting.send(answer);
            }
        }
        for waiting in told.stored {
            let _reader_gone = waiting.send(());
        }
        for alarm in told.alarms {
            tracing::error!(bank = %alarm.bank, "ALARM: bank {} {}", alarm.bank, alarm.what);
        }
        self.notices.publish(self.turn.take_touched());
    }
}

/// What other banks' packages ask for here, by attempt and package: the way to find one package in every bank's log.
fn log_received(from: &BankId, message: &Message) {
    match message {
        Message::Prepare(prepare) => {
            tracing::debug!(%from, attempt = %prepare.attempt, package = %prepare.package, "asked to promise");
        }
        Message::Decide(decide) => {
            tracing::debug!(%from, attempt = %decide.attempt, package = %decide.package, "told a decision");
        }
        Message::Vote(vote) => tracing::debug!(%from, attempt = %vote.attempt, "told a vote"),
        Message::Ack(_)
        | Message::Query(_)
        | Message::Status(_)
        | Message::PeerQuery(_)
        | Message::PeerStatus(_)
        | Message::Hello
        | Message::HelloAnswer(_) => {}
    }
}
