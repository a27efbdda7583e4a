//! What of the others' answers can be: the rest is dropped before anything follows from it, and its teller named.
//!
//! Invariant: what one bank says ends nothing but attempts of the asking bank's and of its own.

use std::collections::{BTreeMap, BTreeSet};

use shared::ids::{BankId, PackageId};
use shared::package::PackageDigest;

use super::{Coordinated, Finding, Missed, OwnAttempt, Promised, Told};
use crate::protocol::attempt::{AttemptId, Epoch};
use crate::protocol::portion::{check, unsplit};
use crate::protocol::settings::LIVES_MAX;

/// The bank that asks, by what it holds the answers against.
pub struct Asker<'a> {
    /// Itself.
    pub me: &'a BankId,
    /// Whether a bank is of the consortium.
    pub knows: &'a dyn Fn(&BankId) -> bool,
    /// The highest life that it can have lived.
    pub lives_max: Epoch,
    /// Its attempts that its own books say were begun.
    pub begun: &'a BTreeMap<AttemptId, OwnAttempt>,
}

/// Something a bank said that cannot be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dropped {
    /// The bank.
    pub teller: BankId,
    /// The attempt that it spoke of.
    pub attempt: Option<AttemptId>,
    /// Why it cannot be.
    pub what: String,
    /// Whether other banks, or the asking bank's own books, name another package under an attempt of the asking bank's.
    pub contradicts: bool,
}

/// What banks name under one attempt.
type Named<'a> = (PackageId, PackageDigest, &'a BTreeSet<BankId>);

/// Who says so.
#[derive(Default)]
struct Tellers<'a> {
    banks: BTreeSet<&'a BankId>,
    committed: bool,
}

impl Missed {
    /// What can be of all that was said, and what was dropped.
    #[must_use]
    pub fn sift(&self, asker: &Asker<'_>) -> (Self, Vec<Dropped>) {
        let mut dropped = Vec::new();
        let mut sifted = Self::default();
        for (teller, told) in &self.told {
            let mut kept = Told { highest: told.highest.clone(), findings: Vec::new() };
            if told.highest.as_ref().is_some_and(|seen| seen.epoch > asker.lives_max) {
                kept.highest = None;
                let what = "claims to have seen a life that no bank can have lived".to_owned();
                dropped.push(Dropped { teller: teller.clone(), attempt: None, what, contradicts: false });
            }
            for finding in &told.findings {
                match asker.takes(teller, finding) {
                    Ok(finding) => kept.findings.push(finding),
                    Err((attempt, what)) => dropped.push(Dropped {
                        teller: teller.clone(),
                        attempt: Some(attempt),
                        what,
                        contradicts: false,
                    }),
                }
            }
            sifted.told.insert(teller.clone(), kept);
        }
        let outvoted = sifted.outvoted(asker.begun);
        if !outvoted.is_empty() {
            for (teller, told) in &mut sifted.told {
                told.findings.retain(|finding| match finding {
                    Finding::Promised(promised) => {
                        !outvoted.contains_key(&(teller.clone(), promised.attempt.clone()))
                    }
                    Finding::Refused { .. } | Finding::Coordinated(_) | Finding::Closed { .. } => true,
                });
            }
            dropped.extend(outvoted.into_iter().map(|((teller, attempt), what)| Dropped {
                teller,
                attempt: Some(attempt),
                what,
                contradicts: true,
            }));
        }
        (sifted, dropped)
    }

    /// Who names another package under an attempt than the asking bank's own books do, or than the banks that are believed:
    /// those of whom one has committed, else the most. No attempt has two packages, so some bank lies.
    fn outvoted(&self, begun: &BTreeMap<AttemptId, OwnAttempt>) -> BTreeMap<(BankId, AttemptId), String> {
        let mut attempts: BTreeMap<&AttemptId, BTreeMap<Named<'_>, Tellers<'_>>> = BTreeMap::new();
        for (teller, told) in &self.told {
            for finding in &told.findings {
                let Finding::Promised(promised) = finding else { continue };
                let named = (promised.package, promised.digest, &promised.participants);
                let tellers = attempts.entry(&promised.attempt).or_default().entry(named).or_default();
                tellers.banks.insert(teller);
                tellers.committed |= promised.committed;
            }
        }
        let mut outvoted = BTreeMap::new();
        for (attempt, groups) in attempts {
            let own = begun.get(attempt).map(|own| (own.package, own.digest, &own.participants));
            let most = |(named, tellers): &(&Named<'_>, &Tellers<'_>)| {
                // All that it takes have said so: the one that asks is not asked.
                let complete = tellers.banks.len() + 1 >= named.2.len();
                (tellers.committed, tellers.banks.len(), complete)
            };
            let believed = own.or_else(|| groups.iter().max_by_key(most).map(|(named, _)| *named));
            let witnesses = match (own, believed.and_then(|named| groups.get(&named))) {
                (Some(_), _) => "these books".to_owned(),
                (None, tellers) => names(tellers.map(|tellers| &tellers.banks)),
            };
            for (_, tellers) in groups.iter().filter(|(named, _)| Some(**named) != believed) {
                for teller in &tellers.banks {
                    let what =
                        format!("names another package under an attempt of this bank than {witnesses}");
                    outvoted.insert(((*teller).clone(), attempt.clone()), what);
                }
            }
        }
        outvoted
    }
}

impl Asker<'_> {
    /// The finding as it counts, or why it cannot be.
    fn takes(&self, teller: &BankId, finding: &Finding) -> Result<Finding, (AttemptId, String)> {
        let because = |attempt: &AttemptId, what: &str| Err((attempt.clone(), what.to_owned()));
        match finding {
            Finding::Promised(promised) => match self.of_mine(&promised.attempt) {
                Err(what) => because(&promised.attempt, what),
                Ok(()) => self.promised(teller, promised).map_err(|what| (promised.attempt.clone(), what)),
            },
            Finding::Refused { attempt } => match self.of_mine(attempt) {
                Err(what) => because(attempt, what),
                Ok(()) => Ok(finding.clone()),
            },
            Finding::Coordinated(told) => match self.coordinated(teller, told) {
                Some(what) => because(&told.attempt, what),
                None => Ok(finding.clone()),
            },
            Finding::Closed { .. } => Ok(finding.clone()),
        }
    }

    /// Whether it can be an attempt of the asking bank's.
    fn of_mine(&self, attempt: &AttemptId) -> Result<(), &'static str> {
        if attempt.coordinator != *self.me {
            Err("tells of a promise to an attempt that is another bank's")
        } else if attempt.epoch > self.lives_max || attempt.sequence > LIVES_MAX {
            Err("tells of an attempt of a life that no bank can have lived")
        } else {
            Ok(())
        }
    }

    fn promised(&self, teller: &BankId, told: &Promised) -> Result<Finding, String> {
        let portion = unsplit(told.portion.clone());
        // Cash is at the coordinator's counter.
        let with_me = portion
            .lines
            .iter()
            .any(|line| line.counterparty.as_ref().map_or(self.me, |account| &account.bank) == self.me);
        let named = |bank: &BankId| told.participants.contains(bank);
        // A bank that has left since may have committed, and has nothing left to decide.
        let known = |bank: &BankId| told.committed || bank == self.me || (self.knows)(bank);
        if !named(teller) || (with_me && !named(self.me)) || !told.participants.iter().all(known) {
            return Err("tells of a promise whose participants cannot be".to_owned());
        }
        // A part that lay within a bank which was restored itself is noted there without its lines.
        if !(portion.lines.is_empty() && portion.nets.is_empty()) {
            check(&portion, self.me, teller, &told.participants)
                .map_err(|malformed| format!("tells of a portion that makes no sense: {malformed}"))?;
        }
        Ok(Finding::Promised(Promised { portion, ..told.clone() }))
    }

    fn coordinated(&self, teller: &BankId, told: &Coordinated) -> Option<&'static str> {
        if told.attempt.coordinator != *teller {
            Some("tells of another bank's attempt as its own")
        } else if told.attempt.epoch.max(told.attempt.sequence) > LIVES_MAX {
            Some("tells of an attempt of a life that no bank can have lived")
        } else if !told.participants.contains(self.me) {
            Some("tells of an attempt in which this bank takes no part")
        } else {
            None
        }
    }
}

fn names(banks: Option<&BTreeSet<&BankId>>) -> String {
    let banks = banks.into_iter().flatten().map(ToString::to_string);
    banks.collect::<Vec<_>>().join(", ")
}
