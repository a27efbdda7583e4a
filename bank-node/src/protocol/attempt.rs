//! Attempts, epochs, ages: who runs a package, in which life, and which of two packages came first.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use shared::ids::{BankId, PackageId};

/// One life of a node process. The first is 1.
pub type Epoch = u64;

/// Sixteen random bytes that tell two lives under one epoch apart, as 32 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EpochNonce(pub String);

impl EpochNonce {
    /// Of a life that nobody lives, noted so that those below it are heard no more.
    #[must_use]
    pub fn fence() -> Self {
        Self("0".repeat(32))
    }

    /// Whether it is [`EpochNonce::fence`].
    #[must_use]
    pub fn is_fence(&self) -> bool {
        self.0.len() == 32 && self.0.bytes().all(|byte| byte == b'0')
    }
}

/// A node's life as its own books remember it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EpochRecord {
    /// Its number.
    pub epoch: Epoch,
    /// Its nonce.
    pub nonce: EpochNonce,
    /// Whether all that happened in it is known to be in these books. Not so for the last life of a restored backup,
    /// whose end may be lost: nothing is presumed about its attempts.
    pub whole: bool,
}

/// One run of the protocol for a package, written `aurora.3.17`. Never used twice.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttemptId {
    /// The bank that runs it.
    pub coordinator: BankId,
    /// The life of that bank in which it began.
    pub epoch: Epoch,
    /// Its place in that life, from 1.
    pub sequence: u64,
}

impl AttemptId {
    /// Where it stands among its coordinator's attempts.
    #[must_use]
    pub const fn mark(&self) -> Mark {
        Mark { epoch: self.epoch, sequence: self.sequence }
    }
}

impl fmt::Display for AttemptId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.coordinator, self.epoch, self.sequence)
    }
}

impl fmt::Debug for AttemptId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text that names no attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an attempt is written bank.epoch.sequence")]
pub struct InvalidAttemptId;

impl FromStr for AttemptId {
    type Err = InvalidAttemptId;

    fn from_str(text: &str) -> Result<Self, InvalidAttemptId> {
        let mut parts = text.split('.');
        let (Some(bank), Some(epoch), Some(sequence), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(InvalidAttemptId);
        };
        // One attempt has one spelling: no signs, no leading zeros.
        let number = |text: &str| {
            let value = text.parse::<u64>().ok()?;
            (value.to_string() == text && i64::try_from(value).is_ok()).then_some(value)
        };
        Ok(Self {
            coordinator: bank.parse().map_err(|_| InvalidAttemptId)?,
            epoch: number(epoch).ok_or(InvalidAttemptId)?,
            sequence: number(sequence).ok_or(InvalidAttemptId)?,
        })
    }
}

impl Serialize for AttemptId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for AttemptId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A place in the row of one coordinator's attempts. As a low-water mark: all attempts below it have ended everywhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// The life.
    pub epoch: Epoch,
    /// The place in it.
    pub sequence: u64,
}

/// How old a package is: older comes first. A retry keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Age {
    /// Wall-clock time of the package's first attempt, in milliseconds since 1970.
    pub first_ms: i64,
    /// Parts packages of the same millisecond.
    pub package: PackageId,
}
