//! Names of banks, packages, customers, consents and sessions. Ids are made elsewhere and come in as arguments.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A bank of the consortium: 1 to 32 characters a-z, 0-9 and inner hyphens, the first a letter. `aurora`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BankId(Arc<str>);

/// A text that names no bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a bank's id is 1 to 32 characters a-z, 0-9 and inner hyphens, the first a letter")]
pub struct InvalidBankId;

impl BankId {
    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for BankId {
    type Err = InvalidBankId;

    fn from_str(text: &str) -> Result<Self, InvalidBankId> {
        let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let sound = (1..=32).contains(&text.len())
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.bytes().all(inner)
            && !text.ends_with('-');
        if sound { Ok(Self(text.into())) } else { Err(InvalidBankId) }
    }
}

impl fmt::Display for BankId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for BankId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for BankId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for BankId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            /// Only the hyphenated form, its letters in either case.
            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                text.parse::<uuid::fmt::Hyphenated>().map(|u| Self(u.into_uuid()))
            }
        }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

uuid_id!(
    /// A package, by the UUID that the customer's client made.
    PackageId
);
uuid_id!(
    /// A customer, at one bank: opaque, that bank's own, meaningless elsewhere but as a consent's party.
    CustomerId
);
uuid_id!(
    /// A consent, at the bank where it was given.
    ConsentId
);
uuid_id!(
    /// A log-in, as its owner sees it in the list of sessions. Not the token.
    SessionId
);
