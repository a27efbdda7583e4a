//! What is asked and answered by the operators' socket: its paths and bodies, for the server and for `bank-node admin`.
//!
//! It is no interface for others: both ends are of one version of this program. Errors are the one problem body. Money is
//! in centavos. People are masked unless `reveal` was asked for, which is written down.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::account::{AccountKind, AccountNumber, AccountStatus};
use shared::api::fields::{Fields, FromJson};
use shared::api::problem::{FieldCode, FieldError};
use shared::api::replies::BankStatus;
use shared::api::replies::HolderStatus;
use shared::ids::{BankId, CustomerId, PackageId, SessionId};

use crate::peers::testimony::{Testimony, Verdict};

use crate::protocol::attempt::AttemptId;
use crate::protocol::reconciliation::Difference;
use crate::protocol::restoration::RecoveredPackage;

/// How much is logged: read and changed.
pub const LOG_LEVEL: &str = "/admin/v1/log-level";
/// Whether the bank is drained: `GET`; `POST` begins, `DELETE` ends.
pub const DRAIN: &str = "/admin/v1/drain";
/// The operators' log, newest first; `limit`, `before`.
pub const LOG: &str = "/admin/v1/log";
/// `POST`: no money moves to or from the account.
pub const ACCOUNT_FREEZE: &str = "/admin/v1/accounts/{number}/freeze";
/// `POST`: it may again.
pub const ACCOUNT_UNFREEZE: &str = "/admin/v1/accounts/{number}/unfreeze";
/// `POST`: the account is closed for good.
pub const ACCOUNT_CLOSE: &str = "/admin/v1/accounts/{number}/close";
/// `POST`: a new password, to be changed at once.
pub const CUSTOMER_RESET: &str = "/admin/v1/customers/{customer}/reset-password";
/// `GET`: a customer's log-ins; `DELETE` ends them. A customer is named by CPF or id.
pub const CUSTOMER_SESSIONS: &str = "/admin/v1/customers/{customer}/sessions";

/// Accounts, newest first; `limit`, `before`, `reveal`.
pub const ACCOUNTS: &str = "/admin/v1/accounts";
/// One account; `reveal`.
pub const ACCOUNT: &str = "/admin/v1/accounts/{number}";
/// Customers; `limit`, `before`, `reveal`.
pub const CUSTOMERS: &str = "/admin/v1/customers";
/// One customer, named by CPF or id; `reveal`.
pub const CUSTOMER: &str = "/admin/v1/customers/{customer}";
/// Packages that were ordered here or touch an account here, newest first; `limit`, `before`.
pub const PACKAGES: &str = "/admin/v1/packages";
/// What is promised to other banks' packages and not heard the end of, with what each bank says of it.
pub const PACKAGES_IN_DOUBT: &str = "/admin/v1/packages/in-doubt";
/// One package.
pub const PACKAGE: &str = "/admin/v1/packages/{id}";
/// The other banks.
pub const PEERS: &str = "/admin/v1/peers";

/// `POST`: the books are held against other banks', anew; `with` names one of them.
pub const RECONCILE: &str = "/admin/v1/reconcile";

/// How it came out, bank by bank.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pairs {
    /// In order of banks.
    pub pairs: Vec<Pair>,
}

/// This bank's books held against another's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pair {
    /// The other bank.
    pub bank: BankId,
    /// How it came out.
    pub outcome: PairOutcome,
    /// Why there is no answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// Packages booked here between the two.
    pub packages: u64,
    /// What this bank owes the other, by these books.
    pub due_to: i64,
    /// By the other's.
    pub due_to_there: i64,
    /// What the other owes this one, by these books.
    pub due_from: i64,
    /// By the other's.
    pub due_from_there: i64,
    /// Whether something was on its way between the two.
    pub in_transit: bool,
    /// Packages that the two do not have alike.
    pub differing: usize,
    /// The oldest of them.
    pub differences: Vec<Difference>,
}

/// How two banks' books compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PairOutcome {
    /// They have the same packages.
    Agree,
    /// They do not.
    Differ,
    /// Nobody knows.
    Unanswered,
}

/// The configuration is read again.
pub const RELOAD: &str = "/admin/v1/reload";

/// What has changed with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reloaded {
    /// A sentence for each change; none when nothing has.
    pub changes: Vec<String>,
}

/// How much is logged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLevel {
    /// As `--log-level` takes it.
    pub filter: String,
}

/// Decides an attempt whose decision was lost with the books.
pub const DECISIONS: &str = "/admin/v1/decisions";

/// An operator's decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decide {
    /// The attempt, as `bank.life.number`.
    pub attempt: AttemptId,
    /// What is decided.
    pub decision: LostDecision,
}

/// What an operator decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LostDecision {
    /// All of it happens.
    Commit,
    /// None of it happens.
    Abort,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// The attempt.
    pub attempt: AttemptId,
    /// What was decided.
    pub decision: LostDecision,
    /// What was booked here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub booked: Option<RecoveredPackage>,
}

impl FromJson for Decide {
    fn from_json(body: Value) -> Result<Self, Vec<FieldError>> {
        let mut fields = Fields::of_body(body);
        let attempt = fields.required_string("attempt");
        let attempt = attempt.and_then(|text| {
            text.parse().map_err(|_| fields.refuse("attempt", FieldCode::BadCharacters)).ok()
        });
        let decision = match fields.required_string("decision").as_deref() {
            Some("commit") => Some(LostDecision::Commit),
            Some("abort") => Some(LostDecision::Abort),
            Some(_) => {
                fields.refuse("decision", FieldCode::BadCharacters);
                None
            }
            None => None,
        };
        fields.finish(attempt.zip(decision).map(|(attempt, decision)| Self { attempt, decision }))
    }
}

impl FromJson for LogLevel {
    fn from_json(body: Value) -> Result<Self, Vec<FieldError>> {
        let mut fields = Fields::of_body(body);
        let filter = fields.required_string("filter");
        fields.finish(filter.map(|filter| Self { filter }))
    }
}

/// Whether the bank is drained, and what is still under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drain {
    /// Whether nothing new is taken.
    pub draining: bool,
    /// Orders whose customers wait.
    pub orders: usize,
    /// Attempts of this bank that are not decided.
    pub deciding: usize,
    /// Decisions of this bank that not every bank has confirmed.
    pub telling: usize,
    /// What this bank has promised to other banks' packages and not heard the end of.
    pub promised: usize,
    /// Attempts that wait here for money which younger packages hold.
    pub waiting: usize,
    /// Whether stopping it now keeps nobody waiting.
    pub safe_to_stop: bool,
}

/// A page of the operators' log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperatorsLog {
    /// Newest first.
    pub entries: Vec<Entry>,
    /// The `before` of the next page, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<u64>,
}

/// A line of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its place, from 1, without gaps.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// Who: a user of the system.
    pub operator: String,
    /// What.
    pub action: String,
    /// On what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// What became of it.
    pub outcome: String,
    /// SHA-256 over the hash of the line before and this one, in hexadecimal.
    pub hash: String,
}

/// An account, for operators.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Its number.
    pub account: AccountNumber,
    /// What it is for.
    pub kind: AccountKind,
    /// Whether money may move.
    pub status: AccountStatus,
    /// Who holds it, or is invited to.
    pub holders: Vec<Holder>,
    /// A business account's company; companies are public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
    /// The sum of its postings.
    pub balance: i64,
    /// Promised away.
    pub held: i64,
    /// Promised to it.
    pub incoming: i64,
    /// What may be spent.
    pub available: i64,
    /// Since when it is there.
    pub opened_at: Timestamp,
}

/// A person on an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// This bank's id of them.
    pub customer: CustomerId,
    /// Masked unless revealed.
    pub cpf: String,
    /// Masked unless revealed.
    pub name: String,
    /// Whether they have accepted.
    pub status: HolderStatus,
}

/// A password that was set for a customer. It stands nowhere else.
#[derive(Serialize, Deserialize)]
pub struct PasswordReset {
    /// Whose.
    pub customer: CustomerId,
    /// Masked.
    pub cpf: String,
    /// To be told to them, and changed at the next log-in.
    pub password: String,
}

/// A customer's log-ins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sessions {
    /// Whose.
    pub customer: CustomerId,
    /// Newest first; after an end, those that were ended.
    pub sessions: Vec<Session>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_used_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
}

/// A page of accounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accounts {
    /// Newest first.
    pub accounts: Vec<Account>,
    /// The `before` of the next page, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<u64>,
}

/// A customer, for operators.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// This bank's id of them.
    pub id: CustomerId,
    /// Masked unless revealed.
    pub cpf: String,
    /// Masked unless revealed.
    pub name: String,
    /// When they signed up.
    pub created_at: Timestamp,
    /// Whether an operator has set the password and they have not changed it yet.
    pub must_change_password: bool,
}

/// A page of customers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customers {
    /// In order of ids, which are drawn by chance.
    pub customers: Vec<Customer>,
    /// The `before` of the next page, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<CustomerId>,
}

/// One customer with what they hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerShown {
    /// Who.
    pub customer: Customer,
    /// The accounts that they hold, closed ones last.
    pub accounts: Vec<Account>,
    /// How many log-ins stand.
    pub sessions: usize,
}

/// A package, briefly.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// Its id.
    pub id: PackageId,
    /// How it stands in this bank's record of packages (open, live, spent, closed); none where no account here is in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    /// How the order stands that was given here (in_progress, elsewhere, committed, refused, aborted); none where it was
    /// given at another bank.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
    /// The attempt that has it, or had it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<String>,
}

/// A page of packages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Packages {
    /// Highest id first.
    pub packages: Vec<Package>,
    /// The `before` of the next page, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<PackageId>,
}

/// One package with all that this bank knows of it; what a customer wrote beside a leg is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackageShown {
    /// The package.
    pub package: Package,
    /// Who ordered it here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<CustomerId>,
    /// Its legs, where it was ordered here.
    pub legs: Vec<Leg>,
    /// Why it was refused or given up, leg by leg: `0 insufficient_funds`.
    pub refusals: Vec<String>,
    /// What each attempt of it does here.
    pub portions: Vec<Portion>,
    /// What was booked of it here.
    pub postings: Vec<Posting>,
}

/// A leg of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leg {
    /// Counted from 0.
    pub leg: usize,
    /// Whom it debits; `cash` at the counter.
    pub from: String,
    /// Whom it credits; `cash` at the counter.
    pub to: String,
    /// Centavos.
    pub amount: i64,
}

/// What one attempt does here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Portion {
    /// The attempt.
    pub attempt: String,
    /// prepared, committed or aborted.
    pub state: String,
    /// When it was promised, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prepared_at: Option<Timestamp>,
}

/// A booked line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posting {
    /// Its place in this bank's books.
    pub number: u64,
    /// Whose balance it moves.
    pub account: String,
    /// Centavos, signed.
    pub amount: i64,
}

/// Everything that is in doubt here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InDoubt {
    /// In order of attempts.
    pub attempts: Vec<Doubtful>,
}

/// A promise whose outcome is not known here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doubtful {
    /// The attempt.
    pub attempt: String,
    /// Its package.
    pub package: PackageId,
    /// Who decides.
    pub coordinator: BankId,
    /// Since when it is promised.
    pub prepared_at: Timestamp,
    /// What of customers' money here is held for it, in centavos.
    pub held: i64,
    /// What each bank says, this one's own word among them.
    pub testimonies: Vec<Testimony>,
    /// What that proves.
    pub verdict: Verdict,
    /// What to do.
    pub advice: String,
}

/// The other banks, and what stands between them and this one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Peers {
    /// The version of the consortium that this bank has.
    pub consortium: u64,
    /// Each other bank.
    pub peers: Vec<Peer>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Peer {
    /// Which.
    pub bank: BankId,
    /// Whether it answers.
    pub status: BankStatus,
    /// The last round trip, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round_trip_ms: Option<u64>,
    /// The version of the consortium that it said last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consortium: Option<u64>,
    /// Why it did not answer last, while it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why_silent: Option<String>,
    /// How far its clock is ahead of this bank's, in seconds, where that is a minute or more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_ahead_s: Option<i64>,
    /// What this bank owes it.
    pub due_to: i64,
    /// What it owes this bank; negative in the books, positive here.
    pub due_from: i64,
    /// What is promised here against its debt, on top of that.
    pub exposure: i64,
    /// What it may owe at most, `exposure` included.
    pub exposure_cap: i64,
    /// How these books compared with its own the last time; none before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reconciled: Option<Pair>,
}
