//! What two banks have booked between each other, held against each other: entries, their digest, and what differs.
//!
//! Every package that moves money between two banks leaves one entry at each, the same at both. The digest is made so that
//! entries can be added in any order, and so that two digests tell in which of 256 buckets the entries differ. It finds
//! faults; a bank that lies says whatever digest it likes. Never here: asking the other bank, and reading books.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use shared::ids::{BankId, PackageId};
use shared::money::Reais;

use super::attempt::AttemptId;
use super::records::{LedgerAccount, Posting};

/// What a package added to what one of two banks owes the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// When it was booked at the bank that says so, in milliseconds since 1970. No part of the digest: the two differ.
    pub at_ms: i64,
    /// By which package.
    pub package: PackageId,
    /// In which attempt of it.
    pub attempt: AttemptId,
    /// Which of the two owes the other more by it.
    pub debtor: BankId,
    /// How much, in centavos. Above 0 in books that are whole.
    pub centavos: i64,
}

/// Entries of one attempt that are looked at, at either bank. Whole books have one.
const DEBTS_MAX: usize = 4;

/// What an attempt added to what one of two banks owes the other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Debt {
    /// Who owes.
    pub debtor: BankId,
    /// How much more, in centavos.
    pub centavos: i64,
}

impl Entry {
    /// The entry that a posting in the books of `me` is, with the bank at the other side; none for postings on any other
    /// account.
    #[must_use]
    pub fn of(me: &BankId, posting: &Posting) -> Option<(BankId, Self)> {
        let (with, debtor, centavos) = match &posting.account {
            LedgerAccount::DueTo(with) => (with, me, posting.amount),
            LedgerAccount::DueFrom(with) => (with, with, posting.amount.saturating_neg()),
            LedgerAccount::Customer(_) | LedgerAccount::Till | LedgerAccount::Suspense => return None,
        };
        let entry = Self {
            at_ms: posting.at_ms,
            package: posting.package,
            attempt: posting.attempt.clone(),
            debtor: debtor.clone(),
            centavos,
        };
        Some((with.clone(), entry))
    }

    /// What it adds to its bucket's sum: the SHA-256 over package, attempt, debtor and centavos, parted by blanks, as one
    /// number.
    fn addend(&self) -> Sum {
        let text = format!("{} {} {} {}", self.package, self.attempt, self.debtor, self.centavos);
        let hash = digest(&SHA256, text.as_bytes());
        let word = |range: std::ops::Range<usize>| {
            let bytes: Option<[u8; 16]> = hash.as_ref().get(range).and_then(|bytes| bytes.try_into().ok());
            u128::from_be_bytes(bytes.unwrap_or_else(|| unreachable!("a SHA-256 has 32 bytes")))
        };
        Sum { high: word(0..16), low: word(16..32) }
    }
}

/// The bucket of a package's entries: the first byte of the SHA-256 over the 16 bytes of its id.
#[must_use]
pub fn bucket_of(package: PackageId) -> u8 {
    digest(&SHA256, package.0.as_bytes()).as_ref().first().copied().unwrap_or_default()
}

/// A number modulo 2^256; written as 64 hexadecimal digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    high: u128,
    low: u128,
}

impl Sum {
    const fn plus(self, other: Self) -> Self {
        let (low, carry) = self.low.overflowing_add(other.low);
        let high = self.high.wrapping_add(other.high).wrapping_add(carry as u128);
        Self { high, low }
    }

    const fn minus(self, other: Self) -> Self {
        let (low, borrow) = self.low.overflowing_sub(other.low);
        let high = self.high.wrapping_sub(other.high).wrapping_sub(borrow as u128);
        Self { high, low }
    }
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}{:032x}", self.high, self.low)
    }
}

/// A text that is no sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a sum is 64 hexadecimal digits")]
pub struct InvalidSum;

impl FromStr for Sum {
    type Err = InvalidSum;

    fn from_str(text: &str) -> Result<Self, InvalidSum> {
        let digits = text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        let (high, low) = text.split_at_checked(32).filter(|_| digits).ok_or(InvalidSum)?;
        let word = |text| u128::from_str_radix(text, 16).map_err(|_| InvalidSum);
        Ok(Self { high: word(high)?, low: word(low)? })
    }
}

impl Serialize for Sum {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Sum {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Some of the entries between two banks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    /// How many.
    pub count: u64,
    /// All of them in one number, whatever their order.
    pub sum: Sum,
}

/// All entries between two banks, as one of them has them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PairDigest {
    /// What each bank owes the other by them, in centavos: the positions.
    pub owed: BTreeMap<BankId, i64>,
    /// The buckets that are not empty, by their numbers.
    #[serde(with = "listed")]
    pub buckets: BTreeMap<u8, Bucket>,
}

/// Buckets as a list: a number is no name for a field.
mod listed {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::{Bucket, Sum};

    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Numbered {
        bucket: u8,
        count: u64,
        sum: Sum,
    }

    pub fn serialize<S: Serializer>(buckets: &BTreeMap<u8, Bucket>, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(buckets.iter().map(|(bucket, Bucket { count, sum })| Numbered {
            bucket: *bucket,
            count: *count,
            sum: *sum,
        }))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<u8, Bucket>, D::Error> {
        let listed = Vec::<Numbered>::deserialize(from)?;
        Ok(listed.into_iter().map(|one| (one.bucket, Bucket { count: one.count, sum: one.sum })).collect())
    }
}

impl PairDigest {
    /// Counts an entry in.
    pub fn add(&mut self, entry: &Entry) {
        let owed = self.owed.entry(entry.debtor.clone()).or_default();
        *owed = owed.saturating_add(entry.centavos);
        let bucket = self.buckets.entry(bucket_of(entry.package)).or_default();
        *bucket = Bucket { count: bucket.count.saturating_add(1), sum: bucket.sum.plus(entry.addend()) };
    }

    /// What `bank` owes the other.
    #[must_use]
    pub fn owed_by(&self, bank: &BankId) -> i64 {
        self.owed.get(bank).copied().unwrap_or_default()
    }

    /// How many entries there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.buckets.values().fold(0, |all, bucket| all.saturating_add(bucket.count))
    }

    /// The buckets in which this one and `theirs` are not the same, each with what this one has above theirs, as a number
    /// that stays the same while only what both have is added.
    #[must_use]
    pub fn differing(&self, theirs: &Self) -> BTreeMap<u8, Sum> {
        let numbers: BTreeSet<u8> = self.buckets.keys().chain(theirs.buckets.keys()).copied().collect();
        let at = |digest: &Self, number| digest.buckets.get(&number).copied().unwrap_or_default();
        let differing = numbers.into_iter().filter_map(|number| {
            let (ours, theirs) = (at(self, number), at(theirs, number));
            (ours != theirs).then(|| (number, ours.sum.minus(theirs.sum)))
        });
        differing.collect()
    }
}

/// An attempt that two banks have not booked alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// Of which package.
    pub package: PackageId,
    /// Which attempt.
    pub attempt: AttemptId,
    /// When the first of the two booked it, by its own clock, in milliseconds since 1970.
    pub at_ms: i64,
    /// What it added in the books of the bank that looks; nothing where it is not booked.
    pub here: Vec<Debt>,
    /// What it added in the other's.
    pub there: Vec<Debt>,
}

impl Difference {
    /// In a sentence, for the bank that looks.
    #[must_use]
    pub fn describe(&self, there: &BankId) -> String {
        let words = |debts: &[Debt]| {
            let each = debts.iter().map(|debt| format!("{} owes {}", debt.debtor, Reais(debt.centavos)));
            let all = each.collect::<Vec<_>>().join(" and ");
            if all.is_empty() { "nothing is booked".to_owned() } else { all }
        };
        format!(
            "package {} (attempt {}): here {}, at {there} {}",
            self.package,
            self.attempt,
            words(&self.here),
            words(&self.there)
        )
    }
}

/// What a bank knows of some packages at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// What is booked of them with the other bank.
    pub entries: Vec<Entry>,
    /// Attempts of them that it has promised and not heard the end of.
    pub pending: BTreeSet<AttemptId>,
}

/// What is not the same in two listings, oldest first. Not all of it is wrong: what one bank has booked may be on its way to
/// the other.
#[must_use]
pub fn differences(here: &[Entry], there: &[Entry]) -> Vec<Difference> {
    let mut found: BTreeMap<(PackageId, AttemptId), Difference> = BTreeMap::new();
    for (entries, ours) in [(here, true), (there, false)] {
        for entry in entries {
            let key = (entry.package, entry.attempt.clone());
            let difference = found.entry(key).or_insert_with(|| Difference {
                package: entry.package,
                attempt: entry.attempt.clone(),
                at_ms: entry.at_ms,
                here: Vec::new(),
                there: Vec::new(),
            });
            difference.at_ms = difference.at_ms.min(entry.at_ms);
            let side = if ours { &mut difference.here } else { &mut difference.there };
            if side.len() < DEBTS_MAX {
                side.push(Debt { debtor: entry.debtor.clone(), centavos: entry.centavos });
            }
        }
    }
    let alike = |difference: &mut Difference| {
        difference.here.sort();
        difference.there.sort();
        difference.here == difference.there
    };
    let mut found: Vec<Difference> =
        found.into_values().filter_map(|mut one| (!alike(&mut one)).then_some(one)).collect();
    found.sort_by_key(|difference| (difference.at_ms, difference.package));
    found
}

/// What of `candidates` is wrong for certain, after both banks have looked again, both after the listings: what stands as it
/// did, and is not on its way to the bank that lacks it. Before one bank books, every other has promised, and a promise is
/// kept until it is booked.
#[must_use]
pub fn confirmed(candidates: Vec<Difference>, here: &Looked, there: &Looked) -> Vec<Difference> {
    let now = differences(&here.entries, &there.entries);
    let stands = |candidate: &Difference| {
        let same = |other: &Difference| {
            (other.package, &other.attempt, &other.here, &other.there)
                == (candidate.package, &candidate.attempt, &candidate.here, &candidate.there)
        };
        let on_its_way =
            |debts: &[Debt], looked: &Looked| debts.is_empty() && looked.pending.contains(&candidate.attempt);
        now.iter().any(same) && !on_its_way(&candidate.here, here) && !on_its_way(&candidate.there, there)
    };
    candidates.into_iter().filter(stands).collect()
}

#[cfg(test)]
mod tests;
