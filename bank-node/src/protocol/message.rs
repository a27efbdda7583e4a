//! What banks say to each other to execute a package. `docs/protocol.md` shows the JSON of each message.
//!
//! Never here: what is to be done about a message. That is the coordinator's and the participant's.

use serde::{Deserialize, Serialize};
use shared::account::{AccountNumber, AccountRef};
use shared::ids::{BankId, CustomerId, PackageId};
use shared::money::Amount;
use shared::package::PackageDigest;
use shared::refusal::Refusal;
use shared::text::Description;

use super::attempt::{Age, AttemptId, Epoch, EpochNonce, Mark};

/// What a bank sends in one request, or in the answer to one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// Who speaks, in which life.
    pub header: BatchHeader,
    /// What is said. Decisions, acks and queries go before prepares.
    pub messages: Vec<Message>,
}

/// What stands above every batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchHeader {
    /// The speaker.
    pub from: BankId,
    /// Who is spoken to.
    pub to: BankId,
    /// The speaker's life.
    pub epoch: Epoch,
    /// That life's nonce.
    pub nonce: EpochNonce,
    /// The version of the speaker's consortium file.
    pub consortium: u64,
    /// The speaker's wall clock, in milliseconds since 1970; for display only.
    pub clock_ms: i64,
    /// All the speaker's attempts below this have ended everywhere.
    pub low_water: Mark,
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Message {
    /// Coordinator: promise this portion?
    Prepare(Prepare),
    /// Participant: the promise, or why not.
    Vote(VoteMessage),
    /// Coordinator: the decision.
    Decide(Decide),
    /// Participant: the decision is on disk here.
    Ack(Ack),
    /// Participant: what became of this attempt?
    Query(AboutAttempt),
    /// Coordinator: this.
    Status(StatusMessage),
    /// Participant to participant: what do you know of this attempt?
    PeerQuery(AboutAttempt),
    /// Participant to participant: this.
    PeerStatus(PeerStatusMessage),
    /// A new life has begun.
    Hello,
    /// What the answerer has seen of the one that said hello.
    HelloAnswer(HelloAnswer),
}

impl Message {
    /// The package that it names; those about an attempt alone name none.
    #[must_use]
    pub const fn package(&self) -> Option<PackageId> {
        match self {
            Self::Prepare(prepare) => Some(prepare.package),
            Self::Decide(decide) => Some(decide.package),
            Self::Vote(_)
            | Self::Ack(_)
            | Self::Query(_)
            | Self::Status(_)
            | Self::PeerQuery(_)
            | Self::PeerStatus(_)
            | Self::Hello
            | Self::HelloAnswer(_) => None,
        }
    }

    /// The message's type, as its JSON has it.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Prepare(_) => "prepare",
            Self::Vote(_) => "vote",
            Self::Decide(_) => "decide",
            Self::Ack(_) => "ack",
            Self::Query(_) => "query",
            Self::Status(_) => "status",
            Self::PeerQuery(_) => "peer_query",
            Self::PeerStatus(_) => "peer_status",
            Self::Hello => "hello",
            Self::HelloAnswer(_) => "hello_answer",
        }
    }

    /// Decisions, acks and queries (0) go before prepares (1), so that what frees money is not behind what binds it.
    #[must_use]
    pub const fn precedence(&self) -> u8 {
        match self {
            Self::Prepare(_) => 1,
            Self::Vote(_)
            | Self::Decide(_)
            | Self::Ack(_)
            | Self::Query(_)
            | Self::Status(_)
            | Self::PeerQuery(_)
            | Self::PeerStatus(_)
            | Self::Hello
            | Self::HelloAnswer(_) => 0,
        }
    }
}

/// PREPARE.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prepare {
    /// The attempt.
    pub attempt: AttemptId,
    /// Its package.
    pub package: PackageId,
    /// The digest of the whole package; a vote binds to it.
    pub digest: PackageDigest,
    /// How old the package is.
    pub age: Age,
    /// All participants, in order.
    pub participants: Vec<BankId>,
    /// The version of the consortium file that the attempt began with.
    pub consortium: u64,
    /// What the package does at the receiver.
    pub portion: Portion,
    /// How long the coordinator still waits for votes, in milliseconds from the sending.
    pub time_left_ms: u64,
}

/// What a package does at one bank.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Portion {
    /// For whom accounts are debited: the coordinator's own id of the customer who ordered the package.
    pub customer: CustomerId,
    /// The debits and credits here, in order of legs.
    pub lines: Vec<Line>,
    /// What this bank will owe each counterpart bank for it, in centavos: positive is due to it, negative due from it.
    /// In order of banks, none of them 0.
    pub nets: Vec<Net>,
}

/// One side of one leg, at the bank where it is booked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// The leg, counted from 0.
    pub leg: u16,
    /// Whether the account pays or is paid.
    pub side: Side,
    /// The account here; left out for this bank's till.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountNumber>,
    /// How much.
    pub amount: Amount,
    /// The leg's other end; left out for cash.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counterparty: Option<AccountRef>,
    /// What the customer wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Description>,
    /// Booked to suspense in the account's stead, by a bank whose restored books cannot bear it there. Never asked of
    /// another bank.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub suspense: bool,
}

/// Which way a line moves its account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Money leaves it.
    Debit,
    /// Money comes to it.
    Credit,
}

/// What one bank will owe another for a package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Net {
    /// The counterpart.
    pub bank: BankId,
    /// Centavos: positive is due to it, negative due from it; never 0.
    pub amount: i64,
}

/// VOTE.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VoteMessage {
    /// The attempt.
    pub attempt: AttemptId,
    /// The promise, or why not.
    pub vote: Vote,
}

/// A participant's word on an attempt. A yes binds for good, a no is final.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "vote", rename_all = "snake_case")]
pub enum Vote {
    /// The portion is held.
    Yes {
        /// Of the package that was promised.
        digest: PackageDigest,
    },
    /// It is not.
    No {
        /// Every failing leg.
        refusals: Vec<No>,
    },
    /// Another attempt has this package here, or it was closed here under another digest.
    Elsewhere {
        /// How the package stands here.
        standing: Standing,
        /// The digest under which it stands here.
        digest: PackageDigest,
    },
}

/// One leg's refusal in a vote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct No {
    /// The leg and the reason.
    pub refusal: Refusal,
    /// Whether no later attempt of this package can fare better.
    pub definite: bool,
}

/// How a package stands at a bank that has it elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "standing", rename_all = "snake_case")]
pub enum Standing {
    /// This attempt is prepared here.
    Live {
        /// The attempt.
        attempt: AttemptId,
    },
    /// This attempt is committed here.
    Spent {
        /// The attempt.
        attempt: AttemptId,
    },
    /// It was refused here for good, under the digest given.
    Closed,
}

/// DECIDE.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decide {
    /// The attempt.
    pub attempt: AttemptId,
    /// Its package.
    pub package: PackageId,
    /// The digest of the whole package.
    pub digest: PackageDigest,
    /// What was decided.
    pub decision: Decision,
}

/// What a coordinator decided, once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "decision", rename_all = "snake_case")]
pub enum Decision {
    /// All of it happens.
    Commit,
    /// None of it happens in this attempt.
    Abort {
        /// Why, leg by leg; may be empty.
        refusals: Vec<Refusal>,
        /// Whether the package is closed with it: no attempt of it will ever commit.
        closes: bool,
    },
}

/// ACK.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ack {
    /// The attempt.
    pub attempt: AttemptId,
    /// What is on disk here.
    pub outcome: Outcome,
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// All of it happened.
    Committed,
    /// None of it happened.
    Aborted,
}

/// QUERY and PEER-QUERY.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AboutAttempt {
    /// The attempt.
    pub attempt: AttemptId,
}

/// STATUS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatusMessage {
    /// The attempt.
    pub attempt: AttemptId,
    /// What its coordinator knows.
    pub status: Status,
}

/// What a coordinator says of its own attempt (rule R4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Not decided yet.
    Pending,
    /// Decided, on disk.
    Committed,
    /// Decided, on disk.
    AbortedRecorded,
    /// Of a life that is remembered whole, and not there: it never was decided, and never will be.
    AbortedPresumed,
    /// Of a life that is not remembered whole: no answer.
    Amnesia,
}

/// PEER-STATUS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeerStatusMessage {
    /// The attempt.
    pub attempt: AttemptId,
    /// What a fellow participant has on disk.
    pub status: PeerStatus,
}

/// What a participant says of its own portion to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PeerStatus {
    /// It has promised and waits too.
    Prepared,
    /// It was told to commit, and did.
    Committed,
    /// It has not promised, and from now on never will.
    Refused,
}

/// The answer to HELLO.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HelloAnswer {
    /// The highest life of the other that the answerer had seen before this HELLO, with its nonce.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub highest: Option<SeenEpoch>,
    /// The last attempt of the other that the answerer has committed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_commit: Option<AttemptId>,
}

/// A life of another bank, as seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeenEpoch {
    /// Its number.
    pub epoch: Epoch,
    /// Its nonce.
    pub nonce: EpochNonce,
}
