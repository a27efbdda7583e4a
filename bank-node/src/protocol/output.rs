//! What goes into a step, and what comes out of it as data. The engine stores `writes` in one transaction and only then
//! performs `sends` and `replies`; `early` is the one thing told before it is stored.

use std::collections::{BTreeMap, BTreeSet};

use shared::ids::{BankId, CustomerId, PackageId};
use shared::package::Legs;

use super::attempt::{AttemptId, Epoch};
use super::membership::{Members, MembersRefused};
use super::message::{BatchHeader, Message, Status};
use super::missed::Missed;
use super::records::{Order, OrderState, Write};
use super::restoration::DecideAnswer;
use crate::desk::{DeskAnswer, DeskRequest};

/// Monotonic time, in milliseconds since the process began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mono(pub u64);

impl Mono {
    /// So much later, in milliseconds.
    #[must_use]
    pub const fn after(self, milliseconds: u64) -> Self {
        Self(self.0.saturating_add(milliseconds))
    }
}

/// The time and the chance of one step: arguments, so that the core reads neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// For timers.
    pub mono: Mono,
    /// For display, age and the expiry of consents: milliseconds since 1970.
    pub wall_ms: i64,
    /// Today in America/Sao_Paulo, in days since 1970: what a consent's daily limit counts by.
    pub day: i32,
    /// Sixty-four random bits, for jitter only.
    pub dice: u64,
}

/// By which the engine finds whom a reply is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub u64);

/// What a step is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// The first input of a life: what the last life left is ended or gone on with, and every bank is told hello.
    Start,
    /// A customer orders a package.
    Submit(Submit),
    /// A customer asks for an order: answered from memory and disk together.
    Look {
        /// Whom to answer.
        ticket: Ticket,
        /// Who asks: only the one who ordered it is told.
        customer: CustomerId,
        /// Which package.
        package: PackageId,
    },
    /// Something at the counter: customers, accounts, consents, sessions.
    Desk {
        /// Whom to answer.
        ticket: Ticket,
        /// What.
        request: DeskRequest,
    },
    /// A bank said something; the link has proved that it was that bank.
    Received {
        /// Who speaks, in which life.
        header: BatchHeader,
        /// What.
        message: Message,
    },
    /// A bank that has promised its part of some of this bank's attempts looks at an account, and must know how they stand at
    /// this moment: rule R4, as for a QUERY, but an answer that binds nobody.
    Standing {
        /// Whom to answer.
        ticket: Ticket,
        /// Who asks.
        from: BankId,
        /// Which attempts.
        attempts: BTreeSet<AttemptId>,
    },
    /// Somebody looks at an account and waits for the outcome of these attempts, which their coordinators have decided: ask
    /// now what the timers would ask later.
    AskNow {
        /// Which attempts.
        attempts: BTreeSet<AttemptId>,
    },
    /// A batch sent to a bank was not answered.
    PeerSilent(BankId),
    /// A bank answered (a probe, a read), without a message that binds.
    PeerAnswered(BankId),
    /// A bank whose ledger was restored asks what it lacks, and hears what is on disk after this: nothing that its lives below
    /// the fence said is taken any more.
    PeerRestored {
        /// Which.
        bank: BankId,
        /// A life above those that it has lost, as far as it knows.
        fence: Epoch,
    },
    /// Every other bank has said what it knows of the packages between it and this bank, whose ledger was restored.
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
    /// An operator decides an attempt of this bank whose decision was lost with its books.
    Decide {
        /// Whom to answer.
        ticket: Ticket,
        /// Which.
        attempt: AttemptId,
        /// Commit, or abort.
        commit: bool,
        /// What the other participants have on disk of it.
        missed: Missed,
    },
    /// Time has passed: `wake_at`, or any time.
    Tick,
    /// Whether the disk has room for new packages. Decisions are taken and told either way.
    Room {
        /// Above the reserve.
        enough: bool,
    },
    /// A newer version of the consortium file, or other caps under the same one. Taken whole or not at all.
    Members {
        /// Whom to answer.
        ticket: Ticket,
        /// Who is in the consortium from now on.
        members: Members,
    },
    /// No new packages; what is undecided here is given up.
    Shutdown,
}

/// A customer's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submit {
    /// Whom to answer.
    pub ticket: Ticket,
    /// The package's id, made by the customer's client.
    pub package: PackageId,
    /// Who orders: a customer of this bank, logged in.
    pub customer: CustomerId,
    /// What.
    pub legs: Legs,
}

/// What a step wants done. Nothing of it has happened yet.
#[must_use]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// First PREPAREs: may go at once. Losing their attempt means abort, and its id is never used again.
    pub early: Vec<Send>,
    /// What must be on disk before anything below is told; in one transaction, in order.
    pub writes: Vec<Write>,
    /// To other banks, after the step is on disk.
    pub sends: Vec<Send>,
    /// To whoever asked, after the step is on disk.
    pub replies: Vec<Reply>,
    /// What people must look at. Told after the step is on disk, with the evidence that is kept there.
    pub alarms: Vec<Alarm>,
    /// When the next timer is due, at the latest: a [`Input::Tick`] is wanted then.
    pub wake_at: Option<Mono>,
}

/// A message to another bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Send {
    /// To whom.
    pub to: BankId,
    /// What.
    pub message: Message,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// To the bank whose message was stepped, with the answer to its request.
    Peer(Message),
    /// To the customer who ordered or looked.
    Order(Ticket, OrderAnswer),
    /// To the customer at the counter.
    Desk(Ticket, DeskAnswer),
    /// To the bank that asked how attempts stand.
    Standing(Ticket, BTreeMap<AttemptId, Status>),
    /// To the operator who decided.
    Decided(Ticket, DecideAnswer),
    /// To the operator who brought a newer consortium file.
    Members(Ticket, Result<(), MembersRefused>),
}

/// What a customer is told of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrderAnswer {
    /// How it stands, with what this bank knows of each participant.
    Standing(Box<OrderView>),
    /// The id was used for another package, or by another customer.
    IdReused,
    /// No such order of this customer.
    NotFound,
    /// Nothing was recorded: the bank takes no packages now.
    NotTaken(NotTaken),
}

/// Why an order was not even recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotTaken {
    /// The bank is finding out what it may have forgotten.
    Recovering,
    /// Too much under way.
    Overloaded,
    /// An operator is about to stop the bank.
    Draining,
    /// The disk has no room for what is new.
    DiskFull,
    /// The process is about to end.
    ShuttingDown,
    /// With this bank's till, the package touches more banks than one package may.
    TooManyBanks,
}

/// An order as its customer sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderView {
    /// The order.
    pub order: Order,
    /// Whether this answer is to the request that decided it, not to a repetition.
    pub first: bool,
    /// Whether every bank has confirmed the outcome.
    pub settled: bool,
    /// What is known of each participant, in order of banks.
    pub banks: Vec<(BankId, shared::api::replies::PackageBankState)>,
}

impl OrderView {
    /// Whether it is decided for good.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        match self.order.state {
            OrderState::Committed { .. } | OrderState::Refused { .. } => true,
            OrderState::InProgress { .. } | OrderState::Elsewhere { .. } | OrderState::Aborted { .. } => {
                false
            }
        }
    }
}

/// What people must look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// Who is concerned.
    pub bank: BankId,
    /// What happened, in a sentence; nothing personal.
    pub what: String,
}
