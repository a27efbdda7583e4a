//! What customers were told, held against the books of all banks when everything has come to rest (I9).

use std::collections::BTreeSet;

use shared::ids::{BankId, PackageId};
use shared::package::PackageDigest;

use super::Violation;
use crate::protocol::attempt::AttemptId;
use crate::protocol::records::{Attempt, AttemptState, PortionState};
use crate::protocol::snapshot::Snapshot;

/// What a customer was told about a package, once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// It is done, in this attempt.
    Committed(AttemptId),
    /// It is refused for good.
    Refused,
    /// This attempt moved nothing.
    Aborted(AttemptId),
    /// The id is another package's.
    IdReused,
}

/// A fact, who told it, and of what.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    /// The bank that answered.
    pub bank: &'a BankId,
    /// The package that was asked about.
    pub package: PackageId,
    /// Its legs.
    pub digest: PackageDigest,
    /// What was said.
    pub fact: &'a Fact,
    /// Whether anyone ordered something else under this id, or somebody else did at this bank.
    pub ordered_otherwise: bool,
}

/// I9: `told` is what happened by `disks`, the books of all banks at rest. `gone` is a bank that never came back: what
/// it promised, and what it decided and took along, may stay prepared.
#[must_use]
pub fn answered_truly(disks: &[&Snapshot], told: Told<'_>, gone: Option<&BankId>) -> Option<Violation> {
    let Told { bank, package, digest, fact, ordered_otherwise } = told;
    let wrong = |what: String| Some(Violation { invariant: "I9", bank: Some(bank.clone()), what });
    match fact {
        Fact::Committed(id) => {
            let Some(attempt) = record(disks, id).filter(|a| a.package == package && a.digest == digest)
            else {
                return wrong(format!("told package {package} committed in {id}, which never ran it"));
            };
            let participants: BTreeSet<&BankId> = attempt.participants.iter().collect();
            let missing = disks.iter().find(|disk| {
                participants.contains(&disk.bank)
                    && match disk.portions.get(id).map(|portion| &portion.state) {
                        Some(PortionState::Committed(_)) => false,
                        Some(PortionState::Prepared(_)) => {
                            !gone.is_some_and(|gone| *gone == disk.bank || *gone == id.coordinator)
                        }
                        Some(PortionState::Aborted { .. }) | None => true,
                    }
            });
            missing.and_then(|disk| wrong(format!("told {id} committed, which {} has not booked", disk.bank)))
        }
        Fact::Refused => {
            let paid = disks.iter().flat_map(|disk| disk.attempts.values()).find(|attempt| {
                attempt.package == package && attempt.digest == digest && has_committed(disks, &attempt.id)
            });
            paid.and_then(|attempt| {
                wrong(format!("told package {package} refused, and {} committed", attempt.id))
            })
        }
        Fact::Aborted(id) if has_committed(disks, id) => {
            wrong(format!("told attempt {id} aborted, and it committed"))
        }
        Fact::IdReused if !ordered_otherwise => {
            wrong(format!("told package {package} is another's, and it is not"))
        }
        Fact::Aborted(_) | Fact::IdReused => None,
    }
}

fn record<'a>(disks: &[&'a Snapshot], id: &AttemptId) -> Option<&'a Attempt> {
    disks.iter().find_map(|disk| disk.attempts.get(id))
}

fn has_committed(disks: &[&Snapshot], id: &AttemptId) -> bool {
    record(disks, id).is_some_and(|attempt| matches!(attempt.state, AttemptState::Committed { .. }))
        || disks
            .iter()
            .any(|disk| disk.portions.get(id).is_some_and(|p| matches!(p.state, PortionState::Committed(_))))
}
