//! Refusals: the lawful ways in which a bank says no to a leg, in order of precedence.

use serde::{Deserialize, Serialize};

/// Why a leg is refused. The order is the precedence: of several reasons, a leg is told the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RefusalCode {
    /// A bank of the package did not answer, or is known to be away.
    BankUnavailable,
    /// No such account, or a debit of one that is not the customer's.
    AccountUnknown,
    /// The account's bank holds no consent of the customer for the bank that asks.
    ConsentMissing,
    /// The consent's limit per package or per day would be passed.
    ConsentLimit,
    /// The account is closed.
    AccountClosed,
    /// The account is frozen.
    AccountFrozen,
    /// A balance would pass what the books can hold.
    BalanceLimit,
    /// The account has less than the package takes from it.
    InsufficientFunds,
    /// The account has enough, but part of it is set aside for packages under way.
    FundsHeld,
    /// The paying bank would owe this one more than its cap.
    ExposureLimit,
    /// The bank has too much under way.
    Overloaded,
}

impl RefusalCode {
    /// Every code, in order of precedence.
    pub const ALL: [Self; 11] = [
        Self::BankUnavailable,
        Self::AccountUnknown,
        Self::ConsentMissing,
        Self::ConsentLimit,
        Self::AccountClosed,
        Self::AccountFrozen,
        Self::BalanceLimit,
        Self::InsufficientFunds,
        Self::FundsHeld,
        Self::ExposureLimit,
        Self::Overloaded,
    ];

    /// The code as it stands in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BankUnavailable => "bank_unavailable",
            Self::AccountUnknown => "account_unknown",
            Self::ConsentMissing => "consent_missing",
            Self::ConsentLimit => "consent_limit",
            Self::AccountClosed => "account_closed",
            Self::AccountFrozen => "account_frozen",
            Self::BalanceLimit => "balance_limit",
            Self::InsufficientFunds => "insufficient_funds",
            Self::FundsHeld => "funds_held",
            Self::ExposureLimit => "exposure_limit",
            Self::Overloaded => "overloaded",
        }
    }

    /// What happened, in a sentence for people who read JSON.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::BankUnavailable => "A bank of this leg does not answer now.",
            Self::AccountUnknown => "There is no such account, or it is not yours to debit.",
            Self::ConsentMissing => "The account's bank holds no consent of yours for this bank.",
            Self::ConsentLimit => "The consent at the account's bank does not reach that far.",
            Self::AccountClosed => "The account is closed.",
            Self::AccountFrozen => "The account is frozen by its bank.",
            Self::BalanceLimit => "A balance would pass the largest that the books hold.",
            Self::InsufficientFunds => "The account has less than this package takes from it.",
            Self::FundsHeld => "Part of the account's money is set aside for packages under way; try again.",
            Self::ExposureLimit => "The paying bank would owe the receiving one more than its cap.",
            Self::Overloaded => "The bank has too much under way now; try again.",
        }
    }
}

/// One leg's refusal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Refusal {
    /// The leg, counted from 0.
    pub leg: u16,
    /// Why.
    pub code: RefusalCode,
    /// Centavos lacking for the account as a whole; only for funds, and only where the customer may view the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<i64>,
}

impl Refusal {
    /// `leg` is refused for `code`.
    #[must_use]
    pub const fn new(leg: u16, code: RefusalCode) -> Self {
        Self { leg, code, missing: None }
    }
}

/// Keeps, for each leg, its first refusal by precedence; the result is in order of legs.
#[must_use]
pub fn one_per_leg(mut refusals: Vec<Refusal>) -> Vec<Refusal> {
    refusals.sort();
    refusals.dedup_by_key(|refusal| refusal.leg);
    refusals
}
