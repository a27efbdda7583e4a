//! A package: what a customer orders, 1 to 64 legs over 1 to 16 banks, executed as one.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

use crate::account::AccountRef;
use crate::ids::BankId;
use crate::limits::{LEGS_MAX, PACKAGE_BANKS_MAX};
use crate::money::Amount;
use crate::text::Description;

/// Where a leg's money comes from or goes to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum End {
    /// An account of the consortium.
    Account(AccountRef),
    /// The counter of the bank that coordinates the package.
    Cash,
}

impl End {
    /// The account, unless it is cash.
    #[must_use]
    pub const fn account(&self) -> Option<&AccountRef> {
        match self {
            Self::Account(account) => Some(account),
            Self::Cash => None,
        }
    }

    /// The bank whose books this end touches when `coordinator` runs the package.
    #[must_use]
    pub const fn bank<'a>(&'a self, coordinator: &'a BankId) -> &'a BankId {
        match self {
            Self::Account(account) => &account.bank,
            Self::Cash => coordinator,
        }
    }
}

/// One line of a package. At least one end is an account, and the two are not the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "LegFields", into = "LegFields")]
pub struct Leg {
    from: End,
    to: End,
    amount: Amount,
    description: Option<Description>,
}

/// Why two ends make no leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LegError {
    /// Neither end is an account.
    #[error("a leg needs from, to or both")]
    Empty,
    /// Both ends are the same account.
    #[error("from and to are the same account")]
    SameAccount,
}

impl Leg {
    /// A transfer, a pay-in of cash (`from` is [`End::Cash`]) or a pay-out (`to` is).
    ///
    /// # Errors
    /// As [`LegError`] says.
    pub fn new(
        from: End,
        to: End,
        amount: Amount,
        description: Option<Description>,
    ) -> Result<Self, LegError> {
        Self::check_ends(&from, &to)?;
        Ok(Self { from, to, amount, description })
    }

    /// Whether a leg may go from one to the other, whatever it moves.
    ///
    /// # Errors
    /// As [`LegError`] says.
    pub fn check_ends(from: &End, to: &End) -> Result<(), LegError> {
        match (from, to) {
            (End::Cash, End::Cash) => Err(LegError::Empty),
            (End::Account(a), End::Account(b)) if a == b => Err(LegError::SameAccount),
            (End::Account(_) | End::Cash, End::Account(_)) | (End::Account(_), End::Cash) => Ok(()),
        }
    }

    /// Who pays.
    #[must_use]
    pub const fn from(&self) -> &End {
        &self.from
    }

    /// Who is paid.
    #[must_use]
    pub const fn to(&self) -> &End {
        &self.to
    }

    /// How much.
    #[must_use]
    pub const fn amount(&self) -> Amount {
        self.amount
    }

    /// What the customer wrote beside it.
    #[must_use]
    pub const fn description(&self) -> Option<&Description> {
        self.description.as_ref()
    }
}

/// A transfer where `from` and `to` are given; with `to` alone a pay-in of cash, with `from` alone a pay-out.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
struct LegFields {
    /// The payer's account; cash where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<AccountRef>,
    /// The payee's account; cash where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<AccountRef>,
    /// How much, in centavos.
    amount: Amount,
    /// What the payer writes beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<Description>,
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Leg {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        LegFields::schema()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Leg {
    fn schemas(schemas: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>)>) {
        LegFields::schemas(schemas);
    }
}

impl TryFrom<LegFields> for Leg {
    type Error = LegError;

    fn try_from(fields: LegFields) -> Result<Self, LegError> {
        let end = |account: Option<AccountRef>| account.map_or(End::Cash, End::Account);
        Self::new(end(fields.from), end(fields.to), fields.amount, fields.description)
    }
}

impl From<Leg> for LegFields {
    fn from(leg: Leg) -> Self {
        let account = |end: End| match end {
            End::Account(account) => Some(account),
            End::Cash => None,
        };
        Self {
            from: account(leg.from),
            to: account(leg.to),
            amount: leg.amount,
            description: leg.description,
        }
    }
}

/// The legs of a package: 1 to [`LEGS_MAX`], naming accounts of at most [`PACKAGE_BANKS_MAX`] banks.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Legs(Vec<Leg>);

/// Why a list of legs makes no package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LegsError {
    /// None, or more than [`LEGS_MAX`].
    #[error("a package has 1 to {LEGS_MAX} legs")]
    LegsRange,
    /// More banks than one package may touch.
    #[error("a package touches at most {PACKAGE_BANKS_MAX} banks")]
    TooManyBanks,
}

impl Legs {
    /// The only door in.
    ///
    /// # Errors
    /// As [`LegsError`] says.
    pub fn new(legs: Vec<Leg>) -> Result<Self, LegsError> {
        if legs.is_empty() || legs.len() > LEGS_MAX {
            return Err(LegsError::LegsRange);
        }
        let legs = Self(legs);
        if legs.account_banks().len() > PACKAGE_BANKS_MAX { Err(LegsError::TooManyBanks) } else { Ok(legs) }
    }

    /// The legs, in order; a leg's place is its number everywhere, counted from 0.
    #[must_use]
    pub fn as_slice(&self) -> &[Leg] {
        &self.0
    }

    /// Every bank that holds an account named here.
    #[must_use]
    pub fn account_banks(&self) -> BTreeSet<BankId> {
        let ends = self.0.iter().flat_map(|leg| [&leg.from, &leg.to]);
        ends.filter_map(End::account).map(|account| account.bank.clone()).collect()
    }

    /// Every bank whose books the package touches when `coordinator` runs it: the participants.
    #[must_use]
    pub fn participants(&self, coordinator: &BankId) -> BTreeSet<BankId> {
        let ends = self.0.iter().flat_map(|leg| [&leg.from, &leg.to]);
        ends.map(|end| end.bank(coordinator).clone()).collect()
    }

    /// The digest of the whole package, over its canonical form (`docs/protocol.md` gives it byte by byte).
    ///
    /// Cash is written as cash and not as a bank, so that the same package sent again through another bank's counter is
    /// the same package.
    #[must_use]
    pub fn digest(&self) -> PackageDigest {
        let mut text = String::from("consortium package 1\n");
        for leg in &self.0 {
            let end = |end: &End| end.account().map_or_else(|| "cash".to_owned(), ToString::to_string);
            let description = leg.description().map_or("", Description::as_str);
            text.push_str(&format!(
                "{} {} {} {}:{description}\n",
                end(&leg.from),
                end(&leg.to),
                leg.amount.centavos(),
                description.len()
            ));
        }
        let mut bytes = [0u8; 32];
        bytes.copy_from_slice(digest(&SHA256, text.as_bytes()).as_ref());
        PackageDigest(bytes)
    }
}

impl<'de> Deserialize<'de> for Legs {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(Vec::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// SHA-256 over a package's canonical form; written as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackageDigest(pub [u8; 32]);

impl fmt::Display for PackageDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for PackageDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text that is no digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a digest is 64 hexadecimal digits")]
pub struct InvalidDigest;

impl FromStr for PackageDigest {
    type Err = InvalidDigest;

    fn from_str(text: &str) -> Result<Self, InvalidDigest> {
        if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
            return Err(InvalidDigest);
        }
        let mut bytes = [0u8; 32];
        for (index, slot) in bytes.iter_mut().enumerate() {
            *slot = u8::from_str_radix(&text[index * 2..index * 2 + 2], 16).map_err(|_| InvalidDigest)?;
        }
        Ok(Self(bytes))
    }
}

impl Serialize for PackageDigest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PackageDigest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
