//! How the rest of the process talks to the deciding thread: a bounded queue in, a one-shot answer out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, TrySendError};

use shared::ids::{BankId, CustomerId, PackageId};
use shared::package::Legs;
use tokio::sync::oneshot;

use super::vitals::Vitals;
use crate::desk::{DeskAnswer, DeskRequest};
use crate::metrics::QueueDepth;
use crate::protocol::attempt::{AttemptId, Epoch};
use crate::protocol::membership::{Members, MembersRefused};
use crate::protocol::message::{Batch, BatchHeader, Message, Status};
use crate::protocol::missed::Missed;
use crate::protocol::output::{NotTaken, OrderAnswer};
use crate::protocol::restoration::DecideAnswer;

/// What can stand in the queue before a customer is told that the bank is overloaded.
pub const QUEUE_MAX: usize = 4096;

/// The deciding thread has ended; so will the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the bank is shutting down")]
pub struct EngineGone;

/// Carries what the engine tells other banks. It must not block.
pub trait Links: Send {
    /// Queues `messages` for `to`. `header` is this bank's newest; a link may send it above older messages.
    fn post(&self, to: &BankId, header: BatchHeader, messages: Vec<Message>);
}

/// What waits in the queue.
pub enum Call {
    /// A customer orders a package.
    Submit {
        /// The package's id.
        package: PackageId,
        /// Who orders.
        customer: CustomerId,
        /// What.
        legs: Legs,
        /// Where the answer goes.
        answer: oneshot::Sender<OrderAnswer>,
    },
    /// A customer asks for an order.
    Look {
        /// Who asks.
        customer: CustomerId,
        /// Which package.
        package: PackageId,
        /// Where the answer goes.
        answer: oneshot::Sender<OrderAnswer>,
    },
    /// Something at the counter.
    Desk {
        /// What.
        request: DeskRequest,
        /// Where the answer goes.
        answer: oneshot::Sender<DeskAnswer>,
    },
    /// A batch from a bank, its signature proved. The answer goes back on the same connection.
    Receive {
        /// The batch.
        batch: Batch,
        /// Where the answering batch goes; none when the batch is itself an answer.
        answer: Option<oneshot::Sender<Batch>>,
    },
    /// A bank asks how attempts of this one stand.
    Standing {
        /// Which bank.
        from: BankId,
        /// Which attempts.
        attempts: BTreeSet<AttemptId>,
        /// Where the answer goes.
        answer: oneshot::Sender<BTreeMap<AttemptId, Status>>,
    },
    /// Somebody waits for the outcome of these attempts of other banks.
    AskNow(BTreeSet<AttemptId>),
    /// A batch to a bank was not answered.
    PeerSilent(BankId),
    /// A bank answered a probe or a read.
    PeerAnswered(BankId),
    /// An operator decides an attempt whose decision was lost with this bank's books.
    Decide {
        /// Which.
        attempt: AttemptId,
        /// Commit, or abort.
        commit: bool,
        /// What the other participants have on disk of it.
        missed: Missed,
        /// Where the answer goes.
        answer: oneshot::Sender<DecideAnswer>,
    },
    /// Every other bank has said what a restored ledger lacks.
    Missed(Missed),
    /// Another bank's books were held against these, and differ.
    Differs {
        /// Which bank's.
        bank: BankId,
        /// In which attempt, first.
        attempt: AttemptId,
        /// How, in a sentence.
        what: String,
    },
    /// A version of the consortium file.
    Members {
        /// Who is in it.
        members: Members,
        /// Where the answer goes.
        answer: oneshot::Sender<Result<(), MembersRefused>>,
    },
    /// A bank was restored, and asks what it lacks.
    PeerRestored {
        /// Which.
        bank: BankId,
        /// A life above those that it has lost, as far as it knows.
        fence: Epoch,
        /// Told once the disk says all that it will be told.
        answer: oneshot::Sender<()>,
    },
    /// Another thread wants to read from disk all that was begun before.
    Stored(oneshot::Sender<()>),
    /// Whether the disk has room for new packages.
    Room(bool),
    /// End: give up what is undecided, tell it, and stop.
    Shutdown,
}

/// The deciding thread, as others hold it. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    queue: SyncSender<Call>,
    depth: QueueDepth,
    vitals: Arc<Vitals>,
}

impl Engine {
    /// The holder of the queue's near end; `depth` is counted up here, and down where calls are taken.
    #[must_use]
    pub const fn new(queue: SyncSender<Call>, depth: QueueDepth, vitals: Arc<Vitals>) -> Self {
        Self { queue, depth, vitals }
    }

    /// How the thread stands after its last turn.
    #[must_use]
    pub fn vitals(&self) -> &Vitals {
        &self.vitals
    }

    /// Queues a call, unless there is no room, or nobody who takes it.
    fn queue(&self, call: Call) -> Result<(), TrySendError<Call>> {
        // Counted before it is there to be taken, so that the count is never below 0.
        self.depth.inc();
        self.queue.try_send(call).inspect_err(|_| {
            self.depth.dec();
        })
    }

    /// Orders a package. Answers within T_submit.
    ///
    /// # Errors
    /// [`EngineGone`] when the process is ending; whether the order was taken is then unknown.
    pub async fn submit(
        &self,
        package: PackageId,
        customer: CustomerId,
        legs: Legs,
    ) -> Result<OrderAnswer, EngineGone> {
        let (answer, wait) = oneshot::channel();
        match self.queue(Call::Submit { package, customer, legs, answer }) {
            Ok(()) => wait.await.map_err(|_| EngineGone),
            Err(TrySendError::Full(_)) => Ok(OrderAnswer::NotTaken(NotTaken::Overloaded)),
            Err(TrySendError::Disconnected(_)) => Err(EngineGone),
        }
    }

    /// How an order stands, from memory and disk together.
    ///
    /// # Errors
    /// [`EngineGone`] when the process is ending.
    pub async fn look(&self, customer: CustomerId, package: PackageId) -> Result<OrderAnswer, EngineGone> {
        let (answer, wait) = oneshot::channel();
        match self.queue(Call::Look { customer, package, answer }) {
            Ok(()) => wait.await.map_err(|_| EngineGone),
            Err(TrySendError::Full(_)) => Ok(OrderAnswer::NotTaken(NotTaken::Overloaded)),
            Err(TrySendError::Disconnected(_)) => Err(EngineGone),
        }
    }

    /// Asks the counter. `Ok(None)`: the bank has too much under way, and nothing was done.
    ///
    /// # Errors
    /// [`EngineGone`] when the process is ending.
    pub async fn desk(&self, request: DeskRequest) -> Result<Option<DeskAnswer>, EngineGone> {
        let (answer, wait) = oneshot::channel();
        match self.queue(Call::Desk { request, answer }) {
            Ok(()) => wait.await.map(Some).map_err(|_| EngineGone),
            Err(TrySendError::Full(_)) => Ok(None),
            Err(TrySendError::Disconnected(_)) => Err(EngineGone),
        }
    }

    /// Decides an attempt whose decision was lost with this bank's books. `Ok(None)`: too much under way, and nothing was
    /// done.
    ///
    /// # Errors
    /// [`EngineGone`] when the process is ending.
    pub async fn decide(
        &self,
        attempt: AttemptId,
        commit: bool,
        missed: Missed,
    ) -> Result<Option<DecideAnswer>, EngineGone> {
        let (answer, wait) = oneshot::channel();
        match self.queue(Call::Decide { attempt, commit, missed, answer }) {
            Ok(()) => wait.await.map(Some).map_err(|_| EngineGone),
            Err(TrySendError::Full(_)) => Ok(None),
            Err(TrySendError::Disconnected(_)) => Err(EngineGone),
        }
    }

    /// Hands over a batch whose signature was proved and waits for the answering one. `Ok(None)`: too much under way;
    /// the sender will say it again.
    ///
    /// # Errors
    /// [`EngineGone`] when the process is ending.
    pub async fn receive(&self, batch: Batch) -> Result<Option<Batch>, EngineGone> {
        let (answer, wait) = oneshot::channel();
        match self.queue(Call::Receive { batch, answer: Some(answer) }) {
            Ok(()) => wait.await.map(Some).map_err(|_| EngineGone),
            Err(TrySendError::Full(_)) => Ok(None),
            Err(TrySendError::Disconnected(_)) => Err(EngineGone),
        }
    }

    /// Hands over the answer to a batch that this bank sent. Lost when the queue is full, as on any network.
    pub fn receive_answer(&self, batch: Batch) {
        let _lost_like_a_message = self.queue(Call::Receive { batch, answer: None });
    }

    /// How attempts of this bank stand at this moment, for `from`, which takes part in them. `Ok(None)`: too much under way.
    ///
    /// # Errors
    /// [`EngineGone`] when the process is ending.
    pub async fn standing(
        &self,
        from: BankId,
        attempts: BTreeSet<AttemptId>,
    ) -> Result<Option<BTreeMap<AttemptId, Status>>, EngineGone> {
        let (answer, wait) = oneshot::channel();
        match self.queue(Call::Standing { from, attempts, answer }) {
            Ok(()) => wait.await.map(Some).map_err(|_| EngineGone),
            Err(TrySendError::Full(_)) => Ok(None),
            Err(TrySendError::Disconnected(_)) => Err(EngineGone),
        }
    }

    /// Has the coordinators of these attempts asked at once how they ended.
    pub fn ask_now(&self, attempts: BTreeSet<AttemptId>) {
        let _asked_by_timers_then = self.queue(Call::AskNow(attempts));
    }

    /// A batch to `bank` was not answered.
    pub fn peer_silent(&self, bank: BankId) {
        let _counted_again_next_time = self.queue(Call::PeerSilent(bank));
    }

    /// `bank` answered a probe or a read.
    pub fn peer_answered(&self, bank: BankId) {
        let _counted_again_next_time = self.queue(Call::PeerAnswered(bank));
    }

    /// Hands over what every other bank has said of what a restored ledger lacks. Waits in the queue like everything else,
    /// and blocks while it is full.
    pub fn missed(&self, missed: Missed) {
        self.depth.inc();
        let _already_gone = self.queue.send(Call::Missed(missed));
    }

    /// Has it kept as evidence that `bank`'s books differ from these. False when too much was under way to take it.
    #[must_use]
    pub fn differs(&self, bank: BankId, attempt: AttemptId, what: String) -> bool {
        self.queue(Call::Differs { bank, attempt, what }).is_ok()
    }

    /// Has nothing more taken of the lives below `fence`, which `bank` has lost, and waits as [`Engine::stored`] does.
    ///
    /// # Errors
    /// [`EngineGone`] when the process is ending.
    pub async fn peer_restored(&self, bank: BankId, fence: Epoch) -> Result<bool, EngineGone> {
        let (answer, wait) = oneshot::channel();
        match self.queue(Call::PeerRestored { bank, fence, answer }) {
            Ok(()) => wait.await.map(|()| true).map_err(|_| EngineGone),
            Err(TrySendError::Full(_)) => Ok(false),
            Err(TrySendError::Disconnected(_)) => Err(EngineGone),
        }
    }

    /// Waits until all that was taken before this is on disk and told, but for what binds nobody. False when too much was
    /// under way to take it.
    ///
    /// # Errors
    /// [`EngineGone`] when the process is ending.
    pub async fn stored(&self) -> Result<bool, EngineGone> {
        let (answer, wait) = oneshot::channel();
        match self.queue(Call::Stored(answer)) {
            Ok(()) => wait.await.map(|()| true).map_err(|_| EngineGone),
            Err(TrySendError::Full(_)) => Ok(false),
            Err(TrySendError::Disconnected(_)) => Err(EngineGone),
        }
    }

    /// Changes who is in the consortium, from the next turn on. `Ok(None)`: too much under way, and nothing was done.
    ///
    /// # Errors
    /// [`EngineGone`] when the process is ending.
    pub async fn take_members(
        &self,
        members: Members,
    ) -> Result<Option<Result<(), MembersRefused>>, EngineGone> {
        let (answer, wait) = oneshot::channel();
        match self.queue(Call::Members { members, answer }) {
            Ok(()) => wait.await.map(Some).map_err(|_| EngineGone),
            Err(TrySendError::Full(_)) => Ok(None),
            Err(TrySendError::Disconnected(_)) => Err(EngineGone),
        }
    }

    /// Says whether the disk has room for new packages. False when too much was under way to take it.
    #[must_use]
    pub fn room(&self, enough: bool) -> bool {
        self.queue(Call::Room(enough)).is_ok()
    }

    /// Ends the deciding thread; waits in the queue like everything else, and blocks while it is full.
    pub fn shut_down(&self) {
        self.depth.inc();
        let _already_gone = self.queue.send(Call::Shutdown);
    }
}
