//! What a bank that is asked by MISSED has to say: a finding for each record on its disk that concerns the asking bank.
//!
//! Never here: which records it looks at, and in what pages.

use std::collections::BTreeMap;

use shared::ids::BankId;
use shared::refusal::Refusal;

use super::{Coordinated, Finding, Promised};
use crate::protocol::attempt::{AttemptId, EpochRecord, Mark};
use crate::protocol::portion::{split, split_known, unsplit};
use crate::protocol::records::{Attempt, AttemptState, Order, OrderState, PortionRecord, PortionState};
use crate::protocol::restoration::{KnownLegs, RecoveryReport, Restoration};

/// A portion here of the asking bank's attempt.
#[must_use]
pub fn promised(record: PortionRecord) -> Option<Finding> {
    let (promise, committed) = match record.state {
        PortionState::Prepared(promise) => (promise, false),
        PortionState::Committed(promise) => (promise, true),
        PortionState::Aborted { .. } => return Some(Finding::Refused { attempt: record.attempt }),
    };
    Some(Finding::Promised(Promised {
        attempt: record.attempt,
        package: record.package?,
        digest: promise.digest,
        participants: promise.participants,
        committed,
        portion: unsplit(promise.portion),
        prepared_ms: promise.prepared_ms,
    }))
}

/// An attempt of this bank's in which the asking bank takes part; aborted ones need nothing of it. Where the order was lost
/// with the books, `known` are the legs that came back from the others. `lives` are those of this bank.
#[must_use]
pub fn coordinated(
    me: &BankId,
    from: &BankId,
    attempt: Attempt,
    order: Option<Order>,
    known: Option<&KnownLegs>,
    lives: &[EpochRecord],
) -> Option<Finding> {
    let whole = lives.iter().any(|life| life.epoch == attempt.id.epoch && life.whole);
    let committed_ms = match attempt.state {
        AttemptState::Begun => None,
        AttemptState::Committed { decided_ms } => Some(decided_ms),
        AttemptState::Aborted { .. } => return None,
    };
    if !attempt.participants.contains(from) {
        return None;
    }
    let mut portions = match (order, known) {
        (Some(order), _) => split(&order.legs, me, order.customer),
        (None, Some(known)) => {
            split_known(known.legs.iter().map(|(number, leg)| (leg, *number)), me, known.customer)
        }
        (None, None) => return None,
    };
    Some(Finding::Coordinated(Coordinated {
        attempt: attempt.id,
        package: attempt.package,
        digest: attempt.digest,
        participants: attempt.participants,
        committed_ms,
        lost: committed_ms.is_none() && !whole,
        portion: portions.remove(from)?,
    }))
}

/// A package that this bank's customer was told is refused for good. How much was lacking is not the asking bank's to know.
#[must_use]
pub fn closed(from: &BankId, since: Mark, order: Order) -> Option<Finding> {
    let OrderState::Refused { attempt, refusals, .. } = order.state else { return None };
    let concerns = order.legs.account_banks().contains(from);
    let recent = attempt.is_none_or(|attempt| attempt.mark() >= since);
    (concerns && recent).then(|| Finding::Closed {
        package: order.package,
        digest: order.digest,
        refusals: refusals.into_iter().map(|why| Refusal { missing: None, ..why }).collect(),
    })
}

/// The legs that came back from the others, of attempts whose order did not: by all that this bank recovered before.
#[must_use]
pub fn known_legs(
    restorations: Vec<(Restoration, Option<RecoveryReport>)>,
) -> BTreeMap<AttemptId, KnownLegs> {
    let reports = restorations.into_iter().filter_map(|(_, report)| report);
    reports.flat_map(|report| report.legs_known).map(|known| (known.attempt.clone(), known)).collect()
}
