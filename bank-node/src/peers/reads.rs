//! Reads between banks: what one may ask another without binding anybody, and what is answered. `docs/protocol.md` shows
//! the JSON of each.
//!
//! Never here: deciding. A read is answered from reading connections; of the deciding thread it wants at most how an attempt
//! stands, and a package's outcome never hangs on one.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use shared::account::{AccountNumber, AccountRef};
use shared::api::replies::{AccountReply, PayeeReply, PreviewAccount, StatementReply};
use shared::ids::{BankId, CustomerId, PackageId};
use shared::package::PackageDigest;
use shared::refusal::Refusal;

use super::testimony::AttemptStanding;
use crate::protocol::attempt::{AttemptId, Epoch, Mark};
use crate::protocol::message::{No, Outcome, Portion, SeenEpoch, StatusMessage};
use crate::protocol::missed::Finding;
use crate::protocol::reconciliation::{Entry, PairDigest};

/// What a bank asks. A customer is always the asking bank's own id of one of its customers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "read", rename_all = "snake_case", deny_unknown_fields)]
pub enum ReadRequest {
    /// Are you there?
    Ping {},
    /// The accounts that this customer may view here.
    Accounts {
        /// For whom.
        customer: CustomerId,
    },
    /// One of them.
    Account {
        /// For whom.
        customer: CustomerId,
        /// Which.
        number: AccountNumber,
        /// Whether it must hold all that has been told committed.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        fresh: bool,
    },
    /// What was booked on one of them.
    Statement {
        /// For whom.
        customer: CustomerId,
        /// Which.
        number: AccountNumber,
        /// How many postings at most; 1 to 100.
        limit: u16,
        /// Only postings with numbers below this.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<u64>,
        /// Whether it must hold all that has been told committed.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        fresh: bool,
    },
    /// Who is behind an account number.
    Payee {
        /// Which account.
        number: AccountNumber,
    },
    /// What would be answered to a PREPARE of this portion now.
    Preview {
        /// What the package would do at the bank asked.
        portion: Portion,
    },
    /// What is known of a package: its id with its digest.
    Package {
        /// Its id.
        package: PackageId,
        /// Its digest.
        digest: PackageDigest,
    },
    /// How one attempt of it stands. For people who look into what is in doubt; the protocol asks by messages.
    Attempt {
        /// Which.
        attempt: AttemptId,
        /// Its package.
        package: PackageId,
        /// The package's digest.
        digest: PackageDigest,
    },
    /// How do these attempts of yours stand at this moment? I have promised my part of them, and somebody looks at an account
    /// that they would change.
    Standing {
        /// At most [`STANDING_ATTEMPTS_MAX`](crate::protocol::fresh::STANDING_ATTEMPTS_MAX).
        attempts: BTreeSet<AttemptId>,
    },
    /// What do you have on disk of this attempt of mine? Its decision was lost with my books, and an operator decides it.
    Promised {
        /// Which.
        attempt: AttemptId,
    },
    /// What do you have on disk of packages between us? My ledger was put back from a backup.
    Missed {
        /// Which part of it.
        part: MissedPart,
        /// From which attempt on: the asking bank's own for what was promised to it, else the asked bank's.
        since: Mark,
        /// After which place: what the page before gave as `next`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<Mark>,
        /// A life above those that the asking bank has lost, as far as it knows: below it nothing of it is taken any more. When
        /// the answer's `highest` is no fence, it knows now, and asks again.
        fence: Epoch,
    },
    /// What have you booked between us, as a digest?
    Digest {},
    /// What have you booked between us in these buckets? Entry by entry.
    Booked {
        /// Which.
        buckets: BTreeSet<u8>,
        /// After which of the asked bank's postings: what the page before gave as `next`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<u64>,
    },
    /// What do you know at this moment of these packages between us?
    Looked {
        /// At most [`LOOKED_PACKAGES_MAX`].
        packages: BTreeSet<PackageId>,
    },
}

/// Packages that one [`ReadRequest::Looked`] asks for.
pub const LOOKED_PACKAGES_MAX: usize = 256;

/// What is asked for by [`ReadRequest::Missed`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissedPart {
    /// Portions at the asked bank of the asking bank's attempts.
    Promised,
    /// Attempts of the asked bank in which the asking bank takes part: committed ones, and those not decided yet.
    Coordinated,
    /// Packages with an account of the asking bank that were ordered at the asked bank and refused for good.
    Closed,
}

/// One page of what a bank has on disk of packages with the bank that asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissedAnswer {
    /// The highest life of the asking bank that the asked one has seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub highest: Option<SeenEpoch>,
    /// What it has.
    pub findings: Vec<Finding>,
    /// Where the next page begins; none on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Mark>,
}

/// What a bank answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum ReadAnswer {
    /// Yes.
    Pong {},
    /// The accounts, by number.
    Accounts {
        /// As their holders see them.
        accounts: Vec<AccountReply>,
    },
    /// No consent lets the asking bank's customer view anything here.
    NoConsent {},
    /// The account, as its holders see it.
    Account(Box<AccountReply>),
    /// The postings, newest first.
    Statement(StatementReply),
    /// Who is behind it; a person's name masked.
    Payee(PayeeReply),
    /// What would be answered now.
    Preview(PreviewAnswer),
    /// What is known of the package.
    Package(PackageAnswer),
    /// What the asked bank has on disk.
    Missed(MissedAnswer),
    /// What the asked bank has on disk of the attempt.
    Promised {
        /// Its promise or its tombstone; left out when it has neither.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        finding: Option<Finding>,
    },
    /// How each stands that is the asked bank's; rule R4.
    Standing {
        /// In order of attempts.
        statuses: Vec<StatusMessage>,
    },
    /// The account cannot be shown as fresh as was asked for: a bank has not said how its packages stand, or what is under
    /// way on the account did not end in time.
    NotFresh {
        /// That bank; none when time ran out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        for_want_of: Option<BankId>,
    },
    /// How the attempt stands.
    Attempt {
        /// On disk here.
        standing: AttemptStanding,
    },
    /// All that is booked between the two banks.
    Digest(PairDigest),
    /// One page of it.
    Booked {
        /// Entries, in the order in which they were booked.
        entries: Vec<Entry>,
        /// Where the next page begins; none on the last.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next: Option<u64>,
    },
    /// What is known of some packages, all at one moment.
    Looked {
        /// What is booked of them between the two banks.
        entries: Vec<Entry>,
        /// Attempts of them that both banks take part in, promised and not ended here.
        pending: BTreeSet<AttemptId>,
    },
    /// No such thing, or not the customer's to see.
    NotFound {},
    /// The asking bank asks too much of this kind, or too early.
    TooMany {
        /// When it makes sense to ask again, in milliseconds.
        retry_after_ms: u64,
    },
}

/// What a portion would be answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewAnswer {
    /// Every leg that would be refused; empty for a yes.
    pub refusals: Vec<No>,
    /// What would be left on the accounts debited or credited, as far as the customer may view them.
    pub accounts: Vec<PreviewAccount>,
}

/// What a bank has on disk of a package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackageAnswer {
    /// How it stands in this bank's record of packages; `unknown` too when it is known under another digest only.
    pub state: PackageStanding,
    /// The attempt that has it, had it last, or runs it at this bank.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<AttemptId>,
    /// What that attempt came to, once it is decided on disk here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// Whether this bank is at an attempt of its own, or between two.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub running: bool,
    /// Why the package was refused or given up, leg by leg.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refusals: Vec<Refusal>,
}

/// How a package stands at a bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PackageStanding {
    /// No record.
    Unknown,
    /// No attempt has it.
    Open,
    /// The attempt is prepared, or runs, here.
    Live,
    /// The attempt is committed here.
    Spent,
    /// Refused for good.
    Closed,
}

impl ReadRequest {
    /// Whether `bank` may answer this with `answer`: it is of the right kind, and speaks of that bank's accounts only.
    #[must_use]
    pub fn is_answered_by(&self, bank: &BankId, answer: &ReadAnswer) -> bool {
        let at =
            |asked: &AccountNumber, account: &AccountRef| account.number == *asked && account.bank == *bank;
        match (self, answer) {
            (Self::Ping {}, ReadAnswer::Pong {})
            | (Self::Accounts { .. }, ReadAnswer::NoConsent {})
            | (Self::Account { .. } | Self::Statement { .. }, ReadAnswer::NotFound {})
            | (
                Self::Account { fresh: true, .. } | Self::Statement { fresh: true, .. },
                ReadAnswer::NotFresh { .. },
            )
            | (Self::Statement { .. }, ReadAnswer::Statement(_))
            | (Self::Payee { .. }, ReadAnswer::NotFound {} | ReadAnswer::TooMany { .. })
            | (Self::Package { .. }, ReadAnswer::Package(_))
            | (Self::Missed { .. }, ReadAnswer::Missed(_))
            | (Self::Promised { .. }, ReadAnswer::Promised { .. } | ReadAnswer::NotFound {})
            | (Self::Attempt { .. }, ReadAnswer::Attempt { .. })
            | (Self::Digest {}, ReadAnswer::Digest(_) | ReadAnswer::TooMany { .. })
            | (Self::Booked { .. }, ReadAnswer::Booked { .. } | ReadAnswer::TooMany { .. })
            | (Self::Looked { .. }, ReadAnswer::Looked { .. } | ReadAnswer::TooMany { .. }) => true,
            (Self::Standing { attempts }, ReadAnswer::Standing { statuses }) => {
                statuses.iter().all(|told| attempts.contains(&told.attempt))
            }
            (Self::Accounts { .. }, ReadAnswer::Accounts { accounts }) => {
                accounts.iter().all(|account| account.account.bank == *bank)
            }
            (Self::Preview { .. }, ReadAnswer::Preview(answer)) => {
                answer.accounts.iter().all(|account| account.account.bank == *bank)
            }
            (Self::Account { number, .. }, ReadAnswer::Account(account)) => at(number, &account.account),
            (Self::Payee { number }, ReadAnswer::Payee(payee)) => at(number, &payee.account),
            (
                Self::Ping {}
                | Self::Accounts { .. }
                | Self::Account { .. }
                | Self::Statement { .. }
                | Self::Payee { .. }
                | Self::Preview { .. }
                | Self::Package { .. }
                | Self::Missed { .. }
                | Self::Promised { .. }
                | Self::Standing { .. }
                | Self::Attempt { .. }
                | Self::Digest {}
                | Self::Booked { .. }
                | Self::Looked { .. },
                ReadAnswer::Pong {}
                | ReadAnswer::Accounts { .. }
                | ReadAnswer::NoConsent {}
                | ReadAnswer::Account(_)
                | ReadAnswer::Statement(_)
                | ReadAnswer::Payee(_)
                | ReadAnswer::Preview(_)
                | ReadAnswer::Package(_)
                | ReadAnswer::Missed(_)
                | ReadAnswer::Promised { .. }
                | ReadAnswer::Standing { .. }
                | ReadAnswer::NotFresh { .. }
                | ReadAnswer::Attempt { .. }
                | ReadAnswer::Digest(_)
                | ReadAnswer::Booked { .. }
                | ReadAnswer::Looked { .. }
                | ReadAnswer::NotFound {}
                | ReadAnswer::TooMany { .. },
            ) => false,
        }
    }
}
