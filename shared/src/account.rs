//! Account numbers and references: `aurora/1042-8`, the last digit a check digit (ISO 7064 MOD 11,10).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::ids::BankId;

/// An account's number at its bank, at least four digits, printed with its check digit: `1042-8`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountNumber(u64);

/// The largest account number, check digit aside: twelve digits.
pub const ACCOUNT_NUMBER_MAX: u64 = 999_999_999_999;

/// Why a text is no account number or reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccountTextError {
    /// Not of the form `1042-8`, or `bank/1042-8` where a reference is wanted.
    #[error("an account is written bank/number, for example aurora/1042-8")]
    Malformed,
    /// Of the right form, mistyped somewhere.
    #[error("the check digit does not match: a digit is mistyped")]
    CheckDigit,
}

impl AccountNumber {
    /// The account with this number, check digit aside.
    ///
    /// # Errors
    /// [`AccountTextError::Malformed`] for 0 and beyond [`ACCOUNT_NUMBER_MAX`].
    pub const fn new(base: u64) -> Result<Self, AccountTextError> {
        if base >= 1 && base <= ACCOUNT_NUMBER_MAX {
            Ok(Self(base))
        } else {
            Err(AccountTextError::Malformed)
        }
    }

    /// The number without its check digit.
    #[must_use]
    pub const fn base(self) -> u64 {
        self.0
    }

    /// `***2-8`: enough to recognise one's own, too little to look up another's.
    #[must_use]
    pub fn masked(self) -> String {
        let text = self.to_string();
        let keep = text.len() - 3;
        format!("{}{}", "*".repeat(keep), &text[keep..])
    }
}

/// ISO 7064 MOD 11,10 over decimal digits: `0794` has 5.
#[must_use]
pub fn check_digit(digits: &str) -> u32 {
    let mut product = 10;
    for digit in digits.bytes() {
        let sum = (u32::from(digit.wrapping_sub(b'0')) + product) % 10;
        product = if sum == 0 { 10 } else { sum } * 2 % 11;
    }
    (11 - product) % 10
}

impl fmt::Display for AccountNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = format!("{:04}", self.0);
        f.pad(&format!("{digits}-{}", check_digit(&digits)))
    }
}

impl fmt::Debug for AccountNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for AccountNumber {
    type Err = AccountTextError;

    fn from_str(text: &str) -> Result<Self, AccountTextError> {
        let (digits, check) = text.split_once('-').ok_or(AccountTextError::Malformed)?;
        let numeric = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
        let sound = (4..=12).contains(&digits.len())
            && check.len() == 1
            && numeric(digits)
            && numeric(check)
            && (digits.len() == 4 || !digits.starts_with('0'));
        if !sound {
            return Err(AccountTextError::Malformed);
        }
        if check_digit(digits).to_string() != check {
            return Err(AccountTextError::CheckDigit);
        }
        Self::new(digits.parse().map_err(|_| AccountTextError::Malformed)?)
    }
}

impl Serialize for AccountNumber {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for AccountNumber {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// An account anywhere in the consortium: `aurora/1042-8`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountRef {
    /// The bank that holds it.
    pub bank: BankId,
    /// Its number there.
    pub number: AccountNumber,
}

impl AccountRef {
    /// The account `number` of `bank`.
    #[must_use]
    pub const fn new(bank: BankId, number: AccountNumber) -> Self {
        Self { bank, number }
    }

    /// `aurora/***2-8`, for people who are not its holders.
    #[must_use]
    pub fn masked(&self) -> String {
        format!("{}/{}", self.bank, self.number.masked())
    }
}

impl fmt::Display for AccountRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}/{}", self.bank, self.number))
    }
}

impl fmt::Debug for AccountRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for AccountRef {
    type Err = AccountTextError;

    fn from_str(text: &str) -> Result<Self, AccountTextError> {
        let (bank, number) = text.trim().split_once('/').ok_or(AccountTextError::Malformed)?;
        let bank = bank.parse().map_err(|_| AccountTextError::Malformed)?;
        Ok(Self { bank, number: number.parse()? })
    }
}

impl Serialize for AccountRef {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for AccountRef {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// What an account is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AccountKind {
    /// One holder; one per customer and bank.
    Personal,
    /// Two to four holders.
    Joint,
    /// A company's, moved by its one to four partners.
    Business,
}

/// Whether money may move on an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AccountStatus {
    /// It may.
    Open,
    /// The bank has stopped it; neither debits nor credits are promised.
    Frozen,
    /// For good; the balance is 0.
    Closed,
}
