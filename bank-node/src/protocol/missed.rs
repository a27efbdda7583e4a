//! What other banks know of packages with a bank whose ledger was put back from a backup, and what follows from it about
//! that bank's own part in them.
//!
//! Never here: a change of the books. `restoration` makes them.

pub mod answers;

pub mod asking;

pub mod sifting;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use shared::account::AccountRef;
use shared::ids::{BankId, CustomerId, PackageId};
use shared::package::{End, Leg, Legs, PackageDigest};
use shared::refusal::Refusal;

use super::attempt::{AttemptId, Epoch};
use super::message::{Line, Portion, SeenEpoch, Side};
use super::portion::{split_known, unsplit};

/// One thing that a bank has on disk of a package with the bank that asks, in answer to MISSED.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "found", rename_all = "snake_case")]
pub enum Finding {
    /// It took part in an attempt of the asking bank's, and said yes.
    Promised(Promised),
    /// It said no to an attempt of the asking bank's, or was told that it was aborted.
    Refused {
        /// The attempt.
        attempt: AttemptId,
    },
    /// It runs, or ran, an attempt in which the asking bank takes part.
    Coordinated(Coordinated),
    /// A package with an account of the asking bank's was refused for good: no attempt of it ever commits.
    Closed {
        /// The package.
        package: PackageId,
        /// Under this digest.
        digest: PackageDigest,
        /// Why, leg by leg.
        refusals: Vec<Refusal>,
    },
}

/// A portion of the answering bank's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Promised {
    /// The asking bank's attempt.
    pub attempt: AttemptId,
    /// Its package.
    pub package: PackageId,
    /// The package's digest.
    pub digest: PackageDigest,
    /// All participants.
    pub participants: BTreeSet<BankId>,
    /// Whether it was told to commit, and did.
    pub committed: bool,
    /// What the package does at the answering bank.
    pub portion: Portion,
    /// When it was promised, in milliseconds since 1970.
    pub prepared_ms: i64,
}

/// An attempt of the answering bank's that is committed, or not decided yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Coordinated {
    /// The attempt.
    pub attempt: AttemptId,
    /// Its package.
    pub package: PackageId,
    /// The package's digest.
    pub digest: PackageDigest,
    /// All participants.
    pub participants: BTreeSet<BankId>,
    /// When it was committed, in milliseconds since 1970; none while it is not decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub committed_ms: Option<i64>,
    /// Whether it is not decided because its decision was lost with the answering bank's books: it waits for an operator.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub lost: bool,
    /// What the package does at the asking bank.
    pub portion: Portion,
}

/// All that one bank had to say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// The highest life of the asking bank that it has seen.
    pub highest: Option<SeenEpoch>,
    /// What it has on disk.
    pub findings: Vec<Finding>,
}

impl Told {
    /// Where the fence has to stand, when the bank that tells has seen a life above the one that was asked for.
    #[must_use]
    pub fn fence_wanted(&self) -> Option<Epoch> {
        let seen = self.highest.as_ref().filter(|seen| !seen.nonce.is_fence())?;
        Some(seen.epoch.saturating_add(1))
    }
}

/// All that every bank had to say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Missed {
    /// By bank.
    pub told: BTreeMap<BankId, Told>,
}

/// What is known of an attempt of the asking bank's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnAttempt {
    /// Its package.
    pub package: PackageId,
    /// The package's digest.
    pub digest: PackageDigest,
    /// All participants.
    pub participants: BTreeSet<BankId>,
    /// What the others have promised.
    pub promised: BTreeMap<BankId, Promised>,
}

/// What the others' books prove about an attempt whose decision its coordinator has lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// One of them was told to commit.
    Committed,
    /// One of them has not said yes, so it never committed.
    Aborted,
    /// All have said yes and none was told: the decision was in the lost books alone.
    Nothing,
}

impl OwnAttempt {
    /// What the others' books prove. `asked` are the banks that have said all that they know; the coordinator is not one.
    #[must_use]
    pub fn proof(&self, asked: &BTreeSet<&BankId>) -> Proof {
        if self.promised.values().any(|promised| promised.committed) {
            Proof::Committed
        } else if self
            .participants
            .iter()
            .any(|bank| asked.contains(bank) && !self.promised.contains_key(bank))
        {
            Proof::Aborted
        } else {
            Proof::Nothing
        }
    }

    /// The legs that the others' portions show: all with an end at another bank.
    #[must_use]
    pub fn legs(&self) -> BTreeMap<u16, Leg> {
        let mut legs = BTreeMap::new();
        for (bank, promised) in &self.promised {
            for line in unsplit(promised.portion.clone()).lines {
                if let Some(leg) = leg_of(bank, &line) {
                    legs.insert(line.leg, leg);
                }
            }
        }
        legs
    }

    /// The whole package, when no leg is missing: its digest says so.
    #[must_use]
    pub fn whole(&self) -> Option<Legs> {
        let legs = self.legs();
        let in_order = legs.keys().copied().eq(0..u16::try_from(legs.len()).ok()?);
        let legs = in_order.then(|| Legs::new(legs.into_values().collect()).ok()).flatten()?;
        (legs.digest() == self.digest).then_some(legs)
    }

    /// For whom it was ordered: a customer of the asking bank's.
    #[must_use]
    pub fn customer(&self) -> Option<CustomerId> {
        self.promised.values().next().map(|promised| promised.portion.customer)
    }

    /// When the first of the others promised, in milliseconds since 1970.
    #[must_use]
    pub fn prepared_ms(&self) -> Option<i64> {
        self.promised.values().map(|promised| promised.prepared_ms).min()
    }

    /// What the known legs do at `me`; none when nothing of them is booked there.
    #[must_use]
    pub fn portion(&self, me: &BankId) -> Option<Portion> {
        let legs = self.legs();
        let numbered = legs.iter().map(|(number, leg)| (leg, *number));
        split_known(numbered, me, self.customer()?).remove(me)
    }
}

impl Missed {
    /// Every attempt of the asking bank's that another has promised, or that `begun` names with its package, digest and
    /// participants. To be asked of what was sifted.
    #[must_use]
    pub fn own_attempts(
        &self,
        begun: impl IntoIterator<Item = (AttemptId, OwnAttempt)>,
    ) -> BTreeMap<AttemptId, OwnAttempt> {
        let mut attempts: BTreeMap<AttemptId, OwnAttempt> = begun.into_iter().collect();
        for (bank, told) in &self.told {
            for finding in &told.findings {
                let Finding::Promised(promised) = finding else { continue };
                let own = attempts.entry(promised.attempt.clone()).or_insert_with(|| OwnAttempt {
                    package: promised.package,
                    digest: promised.digest,
                    participants: promised.participants.clone(),
                    promised: BTreeMap::new(),
                });
                // Sifted, all name the same.
                if (own.package, own.digest, &own.participants)
                    == (promised.package, promised.digest, &promised.participants)
                {
                    own.promised.insert(bank.clone(), promised.clone());
                }
            }
        }
        attempts
    }

    /// Attempts of others that are committed, in which `me` takes part.
    pub fn coordinated<'a>(&'a self, me: &'a BankId) -> impl Iterator<Item = (&'a BankId, &'a Coordinated)> {
        self.told.iter().flat_map(move |(bank, told)| {
            told.findings.iter().filter_map(move |finding| match finding {
                Finding::Coordinated(attempt)
                    if attempt.committed_ms.is_some()
                        && attempt.attempt.coordinator == *bank
                        && attempt.participants.contains(me) =>
                {
                    Some((bank, attempt))
                }
                Finding::Coordinated(_)
                | Finding::Promised(_)
                | Finding::Refused { .. }
                | Finding::Closed { .. } => None,
            })
        })
    }

    /// Packages refused for good.
    pub fn closed(&self) -> impl Iterator<Item = (PackageId, PackageDigest, &Vec<Refusal>)> {
        self.told.values().flat_map(|told| {
            told.findings.iter().filter_map(|finding| match finding {
                Finding::Closed { package, digest, refusals } => Some((*package, *digest, refusals)),
                Finding::Promised(_) | Finding::Refused { .. } | Finding::Coordinated(_) => None,
            })
        })
    }

    /// The highest life of `me` that any bank has seen; 0 for none.
    #[must_use]
    pub fn highest(&self, me: &BankId) -> Epoch {
        let lives = self.told.values().filter_map(|told| told.highest.as_ref()).map(|seen| seen.epoch);
        let attempts =
            self.told.values().flat_map(|told| &told.findings).filter_map(|finding| match finding {
                Finding::Promised(promised) => Some(&promised.attempt),
                Finding::Refused { attempt } => Some(attempt),
                Finding::Coordinated(_) | Finding::Closed { .. } => None,
            });
        let attempts = attempts.filter(|attempt| attempt.coordinator == *me).map(|attempt| attempt.epoch);
        lives.chain(attempts).max().unwrap_or(0)
    }

    /// The lives of `me` in which any bank has promised it something.
    #[must_use]
    pub fn promised_lives(&self, me: &BankId) -> BTreeSet<Epoch> {
        let findings = self.told.values().flat_map(|told| &told.findings);
        let lives = findings.filter_map(|finding| match finding {
            Finding::Promised(promised) if promised.attempt.coordinator == *me => {
                Some(promised.attempt.epoch)
            }
            Finding::Promised(_)
            | Finding::Refused { .. }
            | Finding::Coordinated(_)
            | Finding::Closed { .. } => None,
        });
        lives.collect()
    }

    /// Every attempt of `me` that any bank has heard of.
    #[must_use]
    pub fn heard_of(&self, me: &BankId) -> BTreeSet<AttemptId> {
        let findings = self.told.values().flat_map(|told| &told.findings);
        let attempts = findings.filter_map(|finding| match finding {
            Finding::Promised(promised) => Some(&promised.attempt),
            Finding::Refused { attempt } => Some(attempt),
            Finding::Coordinated(_) | Finding::Closed { .. } => None,
        });
        attempts.filter(|attempt| attempt.coordinator == *me).cloned().collect()
    }
}

/// The leg that one side of it, booked at `bank`, is of.
fn leg_of(bank: &BankId, line: &Line) -> Option<Leg> {
    let account = |number| End::Account(AccountRef { bank: bank.clone(), number });
    let here = line.account.map_or(End::Cash, account);
    let there = line.counterparty.clone().map_or(End::Cash, End::Account);
    let (from, to) = match line.side {
        Side::Debit => (here, there),
        Side::Credit => (there, here),
    };
    Leg::new(from, to, line.amount, line.description.clone()).ok()
}
