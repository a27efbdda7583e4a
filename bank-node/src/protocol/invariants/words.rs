//! What banks said, held against their disks and against what they said before: I10, I11 and I13.

use std::collections::{BTreeMap, BTreeSet};

use shared::ids::{BankId, PackageId};
use shared::package::PackageDigest;

use super::Violation;
use crate::protocol::attempt::AttemptId;
use crate::protocol::message::{BatchHeader, Decision, Message, Outcome, PeerStatus, Status, Vote};
use crate::protocol::output::OrderAnswer;
use crate::protocol::records::{AttemptState, OrderState, PortionState};
use crate::protocol::snapshot::Snapshot;

/// What was said, as far as later words must agree with it.
#[derive(Default)]
pub struct Words {
    /// What each attempt was for, by its first PREPARE.
    attempts: BTreeMap<AttemptId, (PackageId, PackageDigest)>,
    /// Attempts that a bank has said no to.
    noes: BTreeSet<(BankId, AttemptId)>,
}

impl Words {
    /// The ledger of `bank` was replaced by a backup: it knows no longer to what it had said no.
    pub fn forget(&mut self, bank: &BankId) {
        self.noes.retain(|(who, _)| who != bank);
    }

    /// A PREPARE that leaves, early or again: one attempt is one package (I10).
    #[must_use]
    pub fn prepared(&mut self, message: &Message) -> Option<Violation> {
        let Message::Prepare(prepare) = message else { return None };
        let what = (prepare.package, prepare.digest);
        let first = *self.attempts.entry(prepare.attempt.clone()).or_insert(what);
        (first != what).then(|| Violation {
            invariant: "I10",
            bank: Some(prepare.attempt.coordinator.clone()),
            what: format!("attempt {} was used for two packages", prepare.attempt),
        })
    }

    /// A message that leaves after a store: implied by the disk (I11), and no yes after a no (I13).
    #[must_use]
    pub fn said(&mut self, disk: &Snapshot, header: &BatchHeader, message: &Message) -> Option<Violation> {
        let wrong = |invariant, what| Some(Violation { invariant, bank: Some(disk.bank.clone()), what });
        if disk.epochs.get(&header.epoch).is_none_or(|life| life.nonce != header.nonce) {
            return wrong("I11", format!("speaks in life {} that is not on its disk", header.epoch));
        }
        if let Some(violation) = self.prepared(message) {
            return Some(violation);
        }
        match refused_or_promised(message) {
            Some((attempt, true)) if self.noes.contains(&(disk.bank.clone(), attempt.clone())) => {
                return wrong("I13", format!("votes yes on attempt {attempt} after a no"));
            }
            Some((attempt, false)) => {
                self.noes.insert((disk.bank.clone(), attempt.clone()));
            }
            Some((_, true)) | None => {}
        }
        if implied(disk, message) {
            None
        } else {
            wrong("I11", format!("says what its disk does not hold: {message:?}"))
        }
    }

    /// An answer to a customer that leaves after a store (I11).
    #[must_use]
    pub fn answered(disk: &Snapshot, answer: &OrderAnswer) -> Option<Violation> {
        let OrderAnswer::Standing(view) = answer else { return None };
        let stored = disk.orders.get(&view.order.package).map(|order| &order.state);
        let told = &view.order.state;
        let holds = match told {
            OrderState::Committed { attempt, .. } => {
                stored == Some(told)
                    && (attempt.coordinator != disk.bank
                        || matches!(
                            disk.attempts.get(attempt).map(|record| &record.state),
                            Some(AttemptState::Committed { .. })
                        ))
            }
            OrderState::Refused { .. } => stored == Some(told),
            OrderState::Aborted { attempt, .. } => {
                let decided =
                    attempt.as_ref().and_then(|id| disk.attempts.get(id)).map(|record| &record.state);
                matches!(decided, Some(AttemptState::Aborted { .. }) | None)
            }
            // These promise nothing, and may have changed again in the same turn.
            OrderState::InProgress { .. } | OrderState::Elsewhere { .. } => true,
        };
        (!holds).then(|| Violation {
            invariant: "I11",
            bank: Some(disk.bank.clone()),
            what: format!("tells a customer of package {} what its disk does not hold", view.order.package),
        })
    }
}

/// The attempt that a message promises (true) or refuses for good.
fn refused_or_promised(message: &Message) -> Option<(&AttemptId, bool)> {
    match message {
        Message::Vote(said) => match said.vote {
            Vote::Yes { .. } => Some((&said.attempt, true)),
            Vote::No { .. } | Vote::Elsewhere { .. } => Some((&said.attempt, false)),
        },
        Message::PeerStatus(said) => match said.status {
            PeerStatus::Refused => Some((&said.attempt, false)),
            PeerStatus::Prepared | PeerStatus::Committed => None,
        },
        Message::Ack(said) => match said.outcome {
            Outcome::Aborted => Some((&said.attempt, false)),
            Outcome::Committed => None,
        },
        Message::Prepare(_)
        | Message::Decide(_)
        | Message::Query(_)
        | Message::Status(_)
        | Message::PeerQuery(_)
        | Message::Hello
        | Message::HelloAnswer(_) => None,
    }
}

/// Whether what is on disk implies `message`.
fn implied(disk: &Snapshot, message: &Message) -> bool {
    let portion = |attempt: &AttemptId| disk.portions.get(attempt).map(|record| &record.state);
    let decided = |attempt: &AttemptId| disk.attempts.get(attempt).map(|record| &record.state);
    // What a peer's record proves: the attempt is of a life that is over, or has ended everywhere.
    let passed = |attempt: &AttemptId| {
        disk.peers
            .get(&attempt.coordinator)
            .is_some_and(|peer| attempt.epoch != peer.epoch || attempt.mark() < peer.low_water)
    };
    match message {
        Message::Prepare(said) => decided(&said.attempt).is_some(),
        Message::Vote(said) => match said.vote {
            // One that was aborted in the same turn had been promised.
            Vote::Yes { .. } => match portion(&said.attempt) {
                Some(PortionState::Prepared(_) | PortionState::Committed(_)) => true,
                Some(PortionState::Aborted { promise, .. }) => promise.is_some(),
                // Of a restored bank's lost life, promised late and swept in the same turn by its new life's mark.
                None => passed(&said.attempt),
            },
            Vote::No { .. } | Vote::Elsewhere { .. } => {
                matches!(portion(&said.attempt), Some(PortionState::Aborted { .. })) || passed(&said.attempt)
            }
        },
        Message::Decide(said) => match said.decision {
            Decision::Commit => matches!(decided(&said.attempt), Some(AttemptState::Committed { .. })),
            Decision::Abort { .. } => {
                matches!(decided(&said.attempt), Some(AttemptState::Aborted { .. }) | None)
            }
        },
        Message::Ack(said) => match said.outcome {
            Outcome::Committed => matches!(portion(&said.attempt), Some(PortionState::Committed(_))),
            Outcome::Aborted => {
                matches!(portion(&said.attempt), Some(PortionState::Aborted { .. })) || passed(&said.attempt)
            }
        },
        Message::Status(said) => match said.status {
            Status::Committed => matches!(decided(&said.attempt), Some(AttemptState::Committed { .. })),
            Status::AbortedRecorded | Status::AbortedPresumed => {
                matches!(decided(&said.attempt), Some(AttemptState::Aborted { .. }) | None)
            }
            Status::Pending | Status::Amnesia => true,
        },
        Message::PeerStatus(said) => match (said.status, portion(&said.attempt)) {
            (PeerStatus::Committed, state) => matches!(state, Some(PortionState::Committed(_))),
            (PeerStatus::Refused, state) => {
                matches!(state, Some(PortionState::Aborted { .. })) || passed(&said.attempt)
            }
            // Its end may be told in the same turn, and its record be swept.
            (PeerStatus::Prepared, state) => state.is_some() || passed(&said.attempt),
        },
        Message::HelloAnswer(said) => said
            .last_commit
            .as_ref()
            .is_none_or(|attempt| matches!(portion(attempt), Some(PortionState::Committed(_)))),
        Message::Query(_) | Message::PeerQuery(_) | Message::Hello => true,
    }
}
