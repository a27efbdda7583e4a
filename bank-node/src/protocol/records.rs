//! What a bank has on disk, in the words of the protocol: one type per kind of record, and [`Write`], a change of one.
//!
//! Never here: SQL, and any rule about when a record may change.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

use shared::account::{AccountKind, AccountNumber, AccountRef, AccountStatus};
use shared::api::replies::{HolderStatus, Permission};
use shared::cnpj::Cnpj;
use shared::cpf::Cpf;
use shared::ids::{BankId, ConsentId, CustomerId, PackageId, SessionId};
use shared::package::{Legs, PackageDigest};
use shared::refusal::Refusal;
use shared::text::{Description, Name};

use super::attempt::{Age, AttemptId, Epoch, EpochNonce, EpochRecord, Mark};
use super::message::{Portion, Vote};
use super::operators_log::OperatorEntry;
use super::restoration::{RecoveryReport, Restoration};

/// Whose balance a posting moves. Customers' accounts are what the bank owes them: money in is positive.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LedgerAccount {
    /// A customer's account.
    Customer(AccountNumber),
    /// Cash at the counter: what was paid in stands here negative.
    Till,
    /// What this bank owes another; positive.
    DueTo(BankId),
    /// What another owes this bank; negative.
    DueFrom(BankId),
    /// What a restored ledger could not book where it belongs, until people have cleared it: negative what customers owe
    /// whose money came by packages that are lost, positive what is owed to holders of accounts that are.
    Suspense,
}

/// Written `1042-8`, `till`, `due-to/boreal`, `due-from/boreal`, `suspense`.
impl fmt::Display for LedgerAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Customer(number) => write!(f, "{number}"),
            Self::Till => f.write_str("till"),
            Self::DueTo(bank) => write!(f, "due-to/{bank}"),
            Self::DueFrom(bank) => write!(f, "due-from/{bank}"),
            Self::Suspense => f.write_str("suspense"),
        }
    }
}

impl fmt::Debug for LedgerAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::str::FromStr for LedgerAccount {
    type Err = UnknownLedgerAccount;

    fn from_str(text: &str) -> Result<Self, UnknownLedgerAccount> {
        let bank = |text: &str| text.parse().map_err(|_| UnknownLedgerAccount);
        if text == "till" {
            Ok(Self::Till)
        } else if text == "suspense" {
            Ok(Self::Suspense)
        } else if let Some(name) = text.strip_prefix("due-to/") {
            Ok(Self::DueTo(bank(name)?))
        } else if let Some(name) = text.strip_prefix("due-from/") {
            Ok(Self::DueFrom(bank(name)?))
        } else {
            Ok(Self::Customer(text.parse().map_err(|_| UnknownLedgerAccount)?))
        }
    }
}

/// A text that names no ledger account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a ledger account")]
pub struct UnknownLedgerAccount;

/// The money of one ledger account, in centavos.
///
/// For `DueFrom` accounts `held` is the exposure: credits promised against that bank's debt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    /// The sum of its postings.
    pub balance: i64,
    /// The sum of what prepared portions take from it; never negative.
    pub held: i64,
    /// The sum of what prepared portions bring to it; never negative.
    pub incoming: i64,
}

impl Balance {
    /// What may be promised away.
    #[must_use]
    pub const fn available(&self) -> i64 {
        self.balance - self.held
    }
}

/// A customer's account, money aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its number.
    pub number: AccountNumber,
    /// What it is for.
    pub kind: AccountKind,
    /// Whether money may move.
    pub status: AccountStatus,
    /// Who opened it.
    pub opened_by: CustomerId,
    /// When, in milliseconds since 1970.
    pub opened_ms: i64,
    /// A business account's company.
    pub company: Option<Company>,
    /// Who holds it, in the order named; the opener first.
    pub holders: Vec<Holder>,
}

impl Account {
    /// Whether `customer` may move its money.
    #[must_use]
    pub fn is_held_by(&self, customer: CustomerId) -> bool {
        self.holders.iter().any(|holder| holder.customer == customer && holder.status == HolderStatus::Holder)
    }
}

/// The company of a business account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Company {
    /// Its CNPJ.
    pub cnpj: Cnpj,
    /// Its name.
    pub name: Name,
}

/// A person named as holder of an account. One who declined is not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Who.
    pub customer: CustomerId,
    /// Whether they have accepted.
    pub status: HolderStatus,
    /// Since when they are named, in milliseconds since 1970.
    pub named_ms: i64,
}

/// A customer of this bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    /// This bank's own id of them.
    pub id: CustomerId,
    /// Who they are.
    pub cpf: Cpf,
    /// Their name.
    pub name: Name,
    /// The password's hash, in PHC form.
    pub password_hash: String,
    /// When they signed up, in milliseconds since 1970.
    pub created_ms: i64,
    /// Whether an operator has set the password: then it opens nothing but its own change.
    pub must_change_password: bool,
}

/// A log-in. The token itself is nowhere kept, its SHA-256 is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// By which its owner ends it.
    pub id: SessionId,
    /// SHA-256 of the token.
    pub token_hash: [u8; 32],
    /// Whose.
    pub customer: CustomerId,
    /// When it began, in milliseconds since 1970.
    pub created_ms: i64,
    /// When it was last used, to the minute.
    pub used_ms: i64,
    /// When it ends.
    pub expires_ms: i64,
}

/// A customer's word to their bank that another bank may act for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// By which it is revoked.
    pub id: ConsentId,
    /// Who gave it: a customer of this bank. It covers the accounts that they hold.
    pub giver: CustomerId,
    /// The bank that may ask.
    pub bank: BankId,
    /// For which customer of that bank.
    pub customer: CustomerId,
    /// What it allows.
    pub permissions: BTreeSet<Permission>,
    /// Centavos.
    pub limit_per_package: i64,
    /// Centavos per day of America/Sao_Paulo.
    pub limit_per_day: i64,
    /// When it ends, in milliseconds since 1970.
    pub expires_ms: i64,
    /// When it was given, in milliseconds since 1970.
    pub created_ms: i64,
    /// The day that `used` counts, in days since 1970 in America/Sao_Paulo.
    pub used_day: i32,
    /// What was prepared or committed on `used_day`, in centavos.
    pub used: i64,
    /// When it was revoked or replaced, in milliseconds since 1970; it allows nothing since.
    pub ended_ms: Option<i64>,
}

impl Consent {
    /// Whether it allows `permission` at `wall_ms`.
    #[must_use]
    pub fn allows(&self, permission: Permission, wall_ms: i64) -> bool {
        self.ended_ms.is_none() && wall_ms < self.expires_ms && self.permissions.contains(&permission)
    }
}

/// The record of a package at a bank that holds one of its accounts (rule R6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageRecord {
    /// The package.
    pub id: PackageId,
    /// Its digest. An open record takes the digest of the next attempt.
    pub digest: PackageDigest,
    /// How it stands here.
    pub state: PackageState,
}

/// How a package stands at a bank that holds one of its accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PackageState {
    /// No attempt has it.
    Open,
    /// This attempt is prepared here.
    Live(AttemptId),
    /// This attempt is committed here: the package is paid, for good.
    Spent(AttemptId),
    /// Refused for good.
    Closed(Vec<Refusal>),
}

/// What a customer ordered here, whatever attempts it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The package's id, made by the customer's client.
    pub package: PackageId,
    /// Who ordered it: a customer of this bank.
    pub customer: CustomerId,
    /// What.
    pub legs: Legs,
    /// Its digest.
    pub digest: PackageDigest,
    /// How old the package is.
    pub age: Age,
    /// When it was first ordered here, in milliseconds since 1970.
    pub created_ms: i64,
    /// Where it stands.
    pub state: OrderState,
}

/// Where an order stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrderState {
    /// An attempt of this bank runs, or the next one is about to.
    InProgress {
        /// The attempt that runs, unless the order is between two of them.
        attempt: Option<AttemptId>,
    },
    /// An attempt of another bank has it; what becomes of it is asked there.
    Elsewhere {
        /// That attempt.
        attempt: AttemptId,
    },
    /// All of it happened.
    Committed {
        /// In this attempt, which may be another bank's.
        attempt: AttemptId,
        /// When, in milliseconds since 1970.
        decided_ms: i64,
    },
    /// None of it happened, and none ever will.
    Refused {
        /// The last attempt.
        attempt: Option<AttemptId>,
        /// Why, leg by leg.
        refusals: Vec<Refusal>,
        /// When, in milliseconds since 1970.
        decided_ms: i64,
    },
    /// None of it happened; the same id may be sent again.
    Aborted {
        /// The last attempt; none when no attempt was made because a bank is known to be away.
        attempt: Option<AttemptId>,
        /// Why, leg by leg; may be empty.
        refusals: Vec<Refusal>,
        /// When, in milliseconds since 1970.
        decided_ms: i64,
    },
}

/// An attempt at the bank that coordinates it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Its id.
    pub id: AttemptId,
    /// Its package.
    pub package: PackageId,
    /// The package's digest.
    pub digest: PackageDigest,
    /// All participants.
    pub participants: BTreeSet<BankId>,
    /// Where it stands.
    pub state: AttemptState,
    /// Participants (other than this bank) that have not confirmed the outcome yet. While it is begun: all of them.
    pub unacked: BTreeSet<BankId>,
}

/// Where an attempt stands at its coordinator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttemptState {
    /// Votes are collected.
    Begun,
    /// Decided.
    Committed {
        /// When, in milliseconds since 1970.
        decided_ms: i64,
    },
    /// Decided.
    Aborted {
        /// When, in milliseconds since 1970.
        decided_ms: i64,
        /// Why, leg by leg; may be empty.
        refusals: Vec<Refusal>,
        /// Whether it closed the package.
        closes: bool,
        /// Who had voted no, or elsewhere.
        no_voters: BTreeSet<BankId>,
    },
}

/// A portion at a bank that takes part, the coordinator's own included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortionRecord {
    /// The attempt.
    pub attempt: AttemptId,
    /// Its package; unknown for a tombstone made by a question about an attempt never heard of.
    pub package: Option<PackageId>,
    /// Where it stands, with what it needs there.
    pub state: PortionState,
}

/// Where a portion stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PortionState {
    /// Promised: left only by the decision, or by a fellow participant's refusal.
    Prepared(Promise),
    /// Booked.
    Committed(Promise),
    /// Let go, or never promised: a tombstone.
    Aborted {
        /// The no or elsewhere that was voted; none if it had voted yes, or was never asked.
        vote: Option<Vote>,
        /// What had been promised, when it had.
        promise: Option<Promise>,
    },
}

/// What a yes promised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// The digest of the whole package.
    pub digest: PackageDigest,
    /// All participants.
    pub participants: BTreeSet<BankId>,
    /// What the package does here.
    pub portion: Portion,
    /// What consents it draws on.
    pub consents: Vec<ConsentUse>,
    /// When its package was first ordered, as its coordinator says, in milliseconds since 1970: with its id, its age. Of a
    /// promise from before this was kept, the earliest there is.
    pub first_ms: i64,
    /// When it was promised, in milliseconds since 1970.
    pub prepared_ms: i64,
}

impl Promise {
    /// How old its package is.
    #[must_use]
    pub const fn age(&self, package: PackageId) -> Age {
        Age { first_ms: self.first_ms, package }
    }
}

/// A draw on a consent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentUse {
    /// The consent.
    pub consent: ConsentId,
    /// The day it counts for, in days since 1970 in America/Sao_Paulo.
    pub day: i32,
    /// Centavos.
    pub amount: i64,
}

/// A booked line. Never changed once written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posting {
    /// Its place in this bank's books, from 1, without gaps.
    pub number: u64,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// Whose balance it moves.
    pub account: LedgerAccount,
    /// The package.
    pub package: PackageId,
    /// The attempt that committed.
    pub attempt: AttemptId,
    /// The leg; none for what is due between banks, which is booked net.
    pub leg: Option<u16>,
    /// Centavos, signed; never 0.
    pub amount: i64,
    /// The account's balance after it, in centavos.
    pub balance_after: i64,
    /// The leg's other end; none for cash and for what is due between banks.
    pub counterparty: Option<AccountRef>,
    /// What the customer wrote.
    pub description: Option<Description>,
    /// SHA-256 over the hash of the posting before and this one's canonical text.
    pub hash: [u8; 32],
}

/// The last posting of the books: where the chain goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PostingHead {
    /// Its number; 0 while there is none.
    pub number: u64,
    /// Its hash; zeros while there is none.
    pub hash: [u8; 32],
}

/// Another bank, as this bank's books know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerRecord {
    /// The bank.
    pub bank: BankId,
    /// Its highest life seen; 0 before the first.
    pub epoch: Epoch,
    /// That life's nonce; empty before the first.
    pub nonce: EpochNonce,
    /// All its attempts below this have ended everywhere.
    pub low_water: Mark,
    /// The highest of its attempts that committed here.
    pub last_commit: Option<AttemptId>,
    /// Whether it told opposite decisions: no new business with it.
    pub barred: bool,
    /// Whether it has left the consortium, and these books know it: nothing was open with it.
    pub left: bool,
}

impl PeerRecord {
    /// A bank never heard of.
    #[must_use]
    pub const fn unmet(bank: BankId) -> Self {
        Self {
            bank,
            epoch: 0,
            nonce: EpochNonce(String::new()),
            low_water: Mark { epoch: 0, sequence: 0 },
            last_commit: None,
            barred: false,
            left: false,
        }
    }
}

/// Something that must not happen, kept as evidence for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// Who is concerned.
    pub bank: BankId,
    /// The attempt, where one is concerned.
    pub attempt: Option<AttemptId>,
    /// What happened, in a sentence; nothing personal.
    pub what: String,
}

/// One change of what is on disk. A step's changes are stored in one transaction, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    /// Insert or replace.
    Order(Order),
    /// Delete: the order's id turned out to be another's, and a refused request leaves no record.
    ForgetOrder(PackageId),
    /// Insert or replace.
    Attempt(Attempt),
    /// An aborted attempt that every participant has confirmed: presuming it aborted says the same.
    ForgetAttempt(AttemptId),
    /// Insert or replace.
    Portion(PortionRecord),
    /// Tombstones (aborted portions) of this coordinator's attempts below the mark go.
    ForgetTombstones {
        /// Whose attempts.
        coordinator: BankId,
        /// Those below this.
        below: Mark,
    },
    /// Insert or replace.
    Package(PackageRecord),
    /// Insert or replace.
    Balance(LedgerAccount, Balance),
    /// Insert; never again touched.
    Posting(Posting),
    /// Insert or replace.
    Consent(Consent),
    /// Insert or replace.
    Peer(PeerRecord),
    /// Insert or replace.
    Epoch(EpochRecord),
    /// Insert.
    Evidence(Evidence),
    /// The restoration that waits for its report has it now.
    Recovered(RecoveryReport),
    /// Insert; never again touched.
    OperatorEntry(OperatorEntry),
    /// Insert or replace, holders with it. A new account begins with a balance of 0.
    Account(Account),
    /// Insert or replace.
    Customer(Customer),
    /// Insert or replace.
    Session(Session),
    /// Delete.
    EndSession(SessionId),
    /// Delete all sessions of a customer but one.
    EndOtherSessions {
        /// Whose.
        customer: CustomerId,
        /// The one that stays.
        keep: Option<SessionId>,
    },
}

/// What must be in memory before the first input: everything that has not ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Every life of this node, oldest first.
    pub epochs: Vec<EpochRecord>,
    /// Attempts begun and undecided, or decided and not confirmed by all.
    pub attempts: Vec<Attempt>,
    /// Portions prepared.
    pub portions: Vec<PortionRecord>,
    /// Orders in progress.
    pub orders: Vec<Order>,
    /// Every other bank ever met.
    pub peers: Vec<PeerRecord>,
    /// The last posting.
    pub head: PostingHead,
    /// The highest account number given out, check digit aside; 0 before the first.
    pub last_account: u64,
    /// A backup took this ledger's place, and what it lacks is not known yet.
    pub restoration: Option<Restoration>,
    /// Lives that backups may have lost the end of, and about which every other bank has been asked since.
    pub asked_lives: Vec<Range<Epoch>>,
}
