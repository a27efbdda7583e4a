//! Bodies that a bank answers with. Money is an integer of centavos, times are RFC 3339 in UTC.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::problem::RefusalReply;
use crate::account::{AccountKind, AccountRef, AccountStatus};
use crate::cnpj::Cnpj;
use crate::cpf::Cpf;
use crate::ids::{BankId, ConsentId, CustomerId, PackageId, SessionId};

/// `GET /v1/bank`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BankReply {
    /// Its id in account references.
    pub id: BankId,
    /// Its name for people.
    pub name: String,
    /// The version of its software.
    pub version: String,
    /// `ed25519:` and 32 bytes in base64: what it signs with.
    pub public_key: String,
}

/// `GET /v1/consortium`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsortiumReply {
    /// The version of the consortium file.
    pub version: u64,
    /// Every bank, this one included.
    pub banks: Vec<BankHealth>,
}

/// One bank as another sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BankHealth {
    /// Its id.
    pub id: BankId,
    /// Its name.
    pub name: String,
    /// Where its customers reach it: `http://127.0.0.1:7001`.
    pub address: String,
    /// Whether it answers.
    pub status: BankStatus,
    /// The last round trip, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency_ms: Option<u64>,
    /// Whether it leaves the consortium: only packages that settle with it pass. Left out where it does not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub leaving: bool,
}

/// Whether a bank answers another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum BankStatus {
    /// It answered last.
    Up,
    /// It failed several times in a row.
    Down,
    /// Not asked yet.
    Unknown,
}

/// Who a customer is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CustomerReply {
    /// This bank's own id of the customer: what a consent at another bank names.
    pub id: CustomerId,
    /// In full: only the customer sees this body.
    pub cpf: Cpf,
    /// In full.
    pub name: String,
    /// When they signed up; left out where the reply is about a log-in or a sign-up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
}

/// `POST /v1/sessions`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionOpened {
    /// 256 bits for the `Authorization: Bearer` header. Shown once.
    pub token: String,
    /// When it ends unless it is used before.
    pub expires_at: Timestamp,
    /// Who logged in.
    pub customer: CustomerReply,
    /// Where.
    pub bank: BankName,
    /// Whether the bank has set the password: then the session does nothing but change it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub must_change_password: bool,
}

/// Without the token: it opens the customer's accounts to whoever reads it.
impl fmt::Debug for SessionOpened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { token: _, expires_at, customer, bank, must_change_password } = self;
        f.debug_struct("SessionOpened")
            .field("expires_at", expires_at)
            .field("customer", customer)
            .field("bank", bank)
            .field("must_change_password", must_change_password)
            .finish_non_exhaustive()
    }
}

/// A bank, briefly.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BankName {
    /// Its id.
    pub id: BankId,
    /// Its name.
    pub name: String,
}

/// `GET /v1/sessions`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionsReply {
    /// The customer's sessions, newest first.
    pub sessions: Vec<SessionReply>,
}

/// One session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionReply {
    /// By which it is ended.
    pub id: SessionId,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_used_at: Timestamp,
    /// When it ends unless it is used before.
    pub expires_at: Timestamp,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// An account, as its holders (and consents with `view`) see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccountReply {
    /// Its reference.
    pub account: AccountRef,
    /// What it is for.
    pub kind: AccountKind,
    /// Whether money may move.
    pub status: AccountStatus,
    /// Who holds it, invited ones included.
    pub holders: Vec<HolderReply>,
    /// A business account's company.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cnpj: Option<Cnpj>,
    /// A business account's company, by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
    /// Booked money, in centavos.
    pub balance: i64,
    /// Set aside for packages under way, in centavos.
    pub held: i64,
    /// `balance - held`, in centavos.
    pub available: i64,
    /// Promised by packages under way, not yet money, in centavos.
    pub incoming: i64,
    /// When it was opened.
    pub opened_at: Timestamp,
}

/// A holder of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HolderReply {
    /// In full among holders, else masked; hence a text.
    pub cpf: String,
    /// In full among holders, else masked.
    pub name: String,
    /// Whether they have accepted.
    pub status: HolderStatus,
}

/// Whether a person named as holder has accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum HolderStatus {
    /// Holds the account.
    Holder,
    /// Was asked, has no right yet.
    Invited,
}

/// `GET /v1/accounts`, with `banks` when the whole consortium was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccountsReply {
    /// By bank, then by number.
    pub accounts: Vec<AccountReply>,
    /// What each bank answered, with `scope=consortium`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub banks: Option<Vec<ScopeBank>>,
}

/// What a bank said when asked for one's accounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ScopeBank {
    /// The bank.
    pub bank: BankId,
    /// What it said.
    pub status: ScopeStatus,
}

/// How asking a bank for one's accounts went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ScopeStatus {
    /// Its accounts are in the list.
    Ok,
    /// It did not answer.
    Unreachable,
    /// It answers, and holds no consent of the customer for the bank that asks.
    NoConsent,
}

/// `GET …/statement`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatementReply {
    /// Newest first.
    pub postings: Vec<PostingReply>,
    /// For the next page: give it as `before`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<u64>,
}

/// One booked line of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PostingReply {
    /// The posting's number in its bank's books; without gaps over the whole bank, so with gaps over one account.
    pub number: u64,
    /// When it was booked.
    pub at: Timestamp,
    /// The package that it belongs to.
    pub package: PackageId,
    /// The leg of it, counted from 0.
    pub leg: u16,
    /// Signed, in centavos: positive came in.
    pub amount: i64,
    /// The account's balance after it, in centavos.
    pub balance_after: i64,
    /// The other side: `cash`, an account, or a masked account where it is not the holder's to know.
    pub counterparty: String,
    /// What the payer wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// `GET /v1/invitations`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InvitationsReply {
    /// Unanswered, oldest first.
    pub invitations: Vec<InvitationReply>,
}

/// An invitation to hold an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InvitationReply {
    /// The account.
    pub account: AccountRef,
    /// Joint or business.
    pub kind: AccountKind,
    /// A business account's company.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
    /// Who asks.
    pub invited_by: InviterReply,
    /// Since when.
    pub at: Timestamp,
}

/// Who invites.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InviterReply {
    /// Their name, in full: they named the invited person.
    pub name: String,
}

/// `GET /v1/payees/{bank}/{number}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PayeeReply {
    /// The account asked for.
    pub account: AccountRef,
    /// What it is for.
    pub kind: AccountKind,
    /// A person's name masked, a company's in full.
    pub name: String,
}

/// Where a package stands for the one who ordered it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PackageStatus {
    /// Not decided yet.
    InProgress,
    /// Decided: all of it happens.
    Committed,
    /// Final: none of it happens, ever.
    Refused,
    /// This attempt moved nothing; the same id may be sent again.
    Aborted,
}

/// A package, as ordered here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PackageReply {
    /// Its id, made by the client.
    pub id: PackageId,
    /// Where it stands.
    pub status: PackageStatus,
    /// Whether every bank has confirmed the outcome.
    pub settled: bool,
    /// The legs that the asker may see.
    pub legs: Vec<LegReply>,
    /// Each failing leg of a refused or aborted package.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refusals: Vec<RefusalReply>,
    /// When it was first ordered.
    pub created_at: Timestamp,
    /// When it was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<Timestamp>,
    /// Where each bank stands.
    pub banks: Vec<PackageBank>,
}

/// A leg as shown; ends as texts, since the other side may be masked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LegReply {
    /// Its place in the package, counted from 0; given where not all legs are shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leg: Option<u16>,
    /// The payer; left out for cash.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The payee; left out for cash.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Centavos.
    pub amount: i64,
    /// What the payer wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// A bank of a package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PackageBank {
    /// The bank.
    pub bank: BankId,
    /// Where it stands, as far as this bank knows.
    pub state: PackageBankState,
}

/// Where a bank stands with a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PackageBankState {
    /// It has not voted.
    Waiting,
    /// It has promised.
    Prepared,
    /// It has said no.
    Refused,
    /// It has booked.
    Committed,
    /// It has let go.
    Aborted,
}

/// `GET /v1/packages`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PackagesReply {
    /// Newest first.
    pub packages: Vec<PackageReply>,
    /// For the next page: give it as `before`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<u64>,
}

/// What a consent allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// See balances and statements.
    View,
    /// Debit.
    Pay,
}

/// A consent, as its giver sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsentReply {
    /// By which it is revoked.
    pub id: ConsentId,
    /// The bank that may ask.
    pub bank: BankId,
    /// For which customer of that bank.
    pub customer: CustomerId,
    /// What it allows.
    pub permissions: Vec<Permission>,
    /// Centavos.
    pub limit_per_package: i64,
    /// Centavos a day of America/Sao_Paulo.
    pub limit_per_day: i64,
    /// Centavos of today, prepared and booked.
    pub used_today: i64,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was given.
    pub created_at: Timestamp,
}

/// `GET /v1/consents`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsentsReply {
    /// In force, oldest first.
    pub consents: Vec<ConsentReply>,
}

/// `POST /v1/packages/preview`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PreviewReply {
    /// What each leg would be answered now.
    pub legs: Vec<PreviewLeg>,
    /// Balances after, of accounts that the customer may view.
    pub accounts: Vec<PreviewAccount>,
}

/// What a leg would be answered now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PreviewLeg {
    /// The leg, counted from 0.
    pub leg: u16,
    /// Whether it would pass.
    pub ok: bool,
    /// Why not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<RefusalReply>,
}

/// An account after a package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PreviewAccount {
    /// The account.
    pub account: AccountRef,
    /// Centavos.
    pub available_after: i64,
}
