//! What a bank's core is told: who is in the consortium, how long it waits, and (in tests) which guard is off.

use std::collections::BTreeMap;

use shared::ids::BankId;
use shared::limits::EXPOSURE_CAP_DEFAULT;

/// The settings of one bank.
#[derive(Clone, Debug)]
pub struct Settings {
    /// This bank.
    pub me: BankId,
    /// The version of the consortium file. From others the one before and the one after are taken too.
    pub consortium: u64,
    /// Every other bank of the consortium, with what it may owe this one, prepared credits included, in centavos.
    pub others: BTreeMap<BankId, i64>,
    /// The banks that leave, this one perhaps among them, each with the version of the file in which it began to.
    pub leaving: BTreeMap<BankId, u64>,
    /// An operator has said that a bank which has lost its books may go on with the new ones.
    pub accept_lost_books: bool,
    /// How long things wait.
    pub timers: Waits,
    /// Which guards are on. Everywhere but in tests: all.
    pub guards: Guards,
}

impl Settings {
    /// The settings of `me` among `others`, all else as it is unless configured.
    #[must_use]
    pub fn new(me: BankId, consortium: u64, others: impl IntoIterator<Item = BankId>) -> Self {
        let others = others.into_iter().map(|bank| (bank, EXPOSURE_CAP_DEFAULT)).collect();
        Self {
            me,
            consortium,
            others,
            leaving: BTreeMap::new(),
            accept_lost_books: false,
            timers: Waits::default(),
            guards: Guards::all(),
        }
    }

    /// Whether `bank`, or this one, leaves for an attempt begun under `version`: then the two owe each other nothing more.
    #[must_use]
    pub fn parts_from(&self, bank: &BankId, version: u64) -> bool {
        let leaves = |bank: &BankId| self.leaving.get(bank).is_some_and(|since| version >= *since);
        leaves(bank) || leaves(&self.me)
    }

    /// Whether a PREPARE under `version` is taken: of this bank's version of the file, the one before, or the one after,
    /// since banks take a new file one after the other.
    #[must_use]
    pub const fn takes(&self, version: u64) -> bool {
        version.abs_diff(self.consortium) <= 1
    }
}

/// How long things wait, in milliseconds. `docs/protocol.md` names them `T_…`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waits {
    /// From a request's arrival until the client is told what is known.
    pub submit_ms: u64,
    /// For all votes of an attempt.
    pub vote_ms: u64,
    /// For the other votes, once one was a no.
    pub gather_ms: u64,
    /// For all acks, before a client is told "committed, not yet settled".
    pub reply_ms: u64,
    /// Before a prepared portion first asks what became of it; grows by half to [`Waits::longest_ms`].
    pub doubt_ms: u64,
    /// Before something unanswered is said again; doubles to [`Waits::longest_ms`].
    pub resend_ms: u64,
    /// No wait grows beyond this.
    pub longest_ms: u64,
    /// For peers' answers, when a presumed abort is checked with them.
    pub check_ms: u64,
    /// A retry waits this long and up to [`Waits::retry_spread_ms`] more.
    pub retry_ms: u64,
    /// See [`Waits::retry_ms`].
    pub retry_spread_ms: u64,
}

impl Default for Waits {
    fn default() -> Self {
        Self {
            submit_ms: 2_800,
            vote_ms: 1_500,
            gather_ms: 250,
            reply_ms: 250,
            doubt_ms: 1_000,
            resend_ms: 200,
            longest_ms: 30_000,
            check_ms: 1_000,
            retry_ms: 20,
            retry_spread_ms: 60,
        }
    }
}

/// Unanswered batches in a row that open a bank's breaker.
pub const BREAKER_FAILURES: u32 = 3;
/// Unanswered queries after which the fellow participants are asked as well.
pub const QUERIES_BEFORE_PEERS: u32 = 2;
/// Attempts collecting votes at once; one more order is told that the bank is overloaded.
pub const COLLECTING_MAX: usize = 4_096;
/// Portions prepared at once for other banks; one more PREPARE gets a retryable no.
pub const PREPARED_MAX: usize = 16_384;
/// Attempts that wait for money at once; one more is refused for the moment.
pub const WAITERS_MAX: usize = 4_096;
/// Attempts that wait for one account's money at once; one more takes the place of a younger one, or is refused.
pub const WAITERS_PER_ACCOUNT_MAX: usize = 64;
/// Attempts of which it is remembered that a fellow participant's word ended them here.
pub const ENDED_BY_FELLOWS_MAX: usize = 4_096;
/// Tombstones that one bank's questions about unheard-of attempts may leave until its low-water mark moves on.
pub const TOMBSTONES_PER_ASKER_MAX: u64 = 10_000;
/// The highest number of a life, or of an attempt in it, that is believed of anyone.
pub const LIVES_MAX: u64 = 1 << 53;
/// How many lives ahead of its own books a bank lets itself be told that it has been: more than anyone restarts between two
/// backups, and so few that no liar can drive it to [`LIVES_MAX`].
pub const LIVES_FORGOTTEN_MAX: u64 = 1_000_000;
/// Evidence kept about one bank in one life; more of the same proves nothing more.
pub const EVIDENCE_PER_BANK_MAX: u32 = 100;

/// A rule that keeps the books whole, by its number in `docs/protocol.md` section 9. Each can be switched off in tests,
/// to see that the tests notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Guard {
    /// Nothing is told before it is on disk.
    TellAfterSync = 1,
    /// A restart takes a new epoch.
    AttemptIdsNeverReused = 2,
    /// A query is answered from memory and disk together.
    QuerySeesMemoryAndDisk = 3,
    /// A no leaves a tombstone.
    RefusalsDurable = 4,
    /// No timer releases what a yes promised.
    HoldsNeverExpire = 5,
    /// Banks keep the package's record.
    PackageRecordKept = 6,
    /// Banks that are only credited keep it too.
    KeptAtCreditedBanks = 7,
    /// Banks where debits and credits cancel out keep it too.
    KeptThoughCancelling = 8,
    /// The record is looked at before rights and funds.
    RecordBeforeRights = 9,
    /// Packages within one bank pass the record.
    OneBankPassesRecord = 10,
    /// A definite no closes an open package, and only an open one.
    DefiniteNoCloses = 11,
    /// A package spent elsewhere is told as committed.
    SpentElsewhereCommitted = 12,
    /// One bank's ack does not let the coordinator's record go.
    AckKeepsRecord = 13,
    /// A second commit books nothing.
    SecondCommitBooksNothing = 14,
    /// A tombstone remembers the no that was voted.
    TombstoneRemembersNo = 15,
    /// Participants in doubt ask each other.
    CooperativeTermination = 16,
    /// Incoming money is not spendable before the commit.
    NoCreditBeforeCommit = 17,
    /// A restart has recovered before it takes anything.
    RecoveryBeforeListening = 18,
    /// A presumed abort is checked with the peers.
    PresumedAbortChecked = 19,
    /// Consents' limits count what is prepared.
    ConsentCountsPrepared = 20,
    /// No vote may let a balance pass the largest.
    BalanceMaxAtVote = 21,
    /// A restored bank has asked every other before it opens.
    AskedBeforeOpening = 22,
    /// A bank's answer to it counts once what it had not decided at the first look is decided.
    AnswersOnceDecided = 23,
    /// Nothing is presumed of an attempt that all others have promised and whose decision is lost.
    LostDecisionNotPresumed = 24,
    /// A bank that has answered a restored one takes nothing more of its lost lives.
    LostLivesFenced = 25,
    /// An attempt waits only for what younger packages hold.
    WaitsForYounger = 26,
    /// Nobody is promised what an older package waits for.
    OlderGoesFirst = 27,
    /// A fresh look asks the coordinators of what it may lack.
    FreshLooksAsk = 28,
}

impl Guard {
    /// Every guard, by number.
    pub const ALL: [Self; 28] = [
        Self::TellAfterSync,
        Self::AttemptIdsNeverReused,
        Self::QuerySeesMemoryAndDisk,
        Self::RefusalsDurable,
        Self::HoldsNeverExpire,
        Self::PackageRecordKept,
        Self::KeptAtCreditedBanks,
        Self::KeptThoughCancelling,
        Self::RecordBeforeRights,
        Self::OneBankPassesRecord,
        Self::DefiniteNoCloses,
        Self::SpentElsewhereCommitted,
        Self::AckKeepsRecord,
        Self::SecondCommitBooksNothing,
        Self::TombstoneRemembersNo,
        Self::CooperativeTermination,
        Self::NoCreditBeforeCommit,
        Self::RecoveryBeforeListening,
        Self::PresumedAbortChecked,
        Self::ConsentCountsPrepared,
        Self::BalanceMaxAtVote,
        Self::AskedBeforeOpening,
        Self::AnswersOnceDecided,
        Self::LostDecisionNotPresumed,
        Self::LostLivesFenced,
        Self::WaitsForYounger,
        Self::OlderGoesFirst,
        Self::FreshLooksAsk,
    ];

    /// Whether it guards the recovery of a bank whose ledger was replaced by a backup.
    #[must_use]
    pub const fn is_of_recovery(self) -> bool {
        matches!(
            self,
            Self::AskedBeforeOpening
                | Self::AnswersOnceDecided
                | Self::LostDecisionNotPresumed
                | Self::LostLivesFenced
        )
    }
}

/// Which guards are on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guards {
    off: u32,
}

impl Guards {
    /// All of them: the only setting outside tests.
    #[must_use]
    pub const fn all() -> Self {
        Self { off: 0 }
    }

    /// All but one, to see that the tests notice.
    #[must_use]
    pub const fn without(guard: Guard) -> Self {
        Self { off: 1 << guard as u8 }
    }

    /// Whether `guard` is on.
    #[must_use]
    pub const fn hold(self, guard: Guard) -> bool {
        self.off & (1 << guard as u8) == 0
    }
}
