//! What this bank has on disk of packages with a bank whose ledger was put back from a backup. Blocks: for threads that may.
//!
//! Never here: anything of a package in which the asking bank has no part.

use shared::ids::BankId;
use shared::refusal::Refusal;

use crate::ledger::LedgerFault;
use crate::ledger::reader::Reader;
use crate::peers::reads::{MissedAnswer, MissedPart};
use crate::protocol::attempt::Mark;
use crate::protocol::message::SeenEpoch;
use crate::protocol::missed::{Coordinated, Finding, Promised};
use crate::protocol::portion::split;
use crate::protocol::records::{Attempt, AttemptState, Order, OrderState, PortionRecord, PortionState};

/// Records looked at for one page. A portion is some 20 KiB at most, a page at most 1 MiB.
const ROWS_MAX: usize = 48;

/// One page of the answer to `from`.
pub fn missed(
    reader: &Reader,
    me: &BankId,
    from: &BankId,
    part: MissedPart,
    since: Mark,
    after: Option<Mark>,
) -> Result<MissedAnswer, LedgerFault> {
    let highest = reader.peer(from)?.filter(|peer| peer.epoch > 0);
    let highest = highest.map(|peer| SeenEpoch { epoch: peer.epoch, nonce: peer.nonce });
    let begin = after.unwrap_or(since).max(since);
    let (findings, next) = match part {
        MissedPart::Promised => {
            let rows = reader.portions_of(from, begin, ROWS_MAX + 1)?;
            let next = rows.get(ROWS_MAX).map(|portion| portion.attempt.mark());
            (rows.into_iter().take(ROWS_MAX).filter_map(promised).collect(), next)
        }
        MissedPart::Coordinated => {
            let rows = reader.attempts_from(begin, ROWS_MAX + 1)?;
            let next = rows.get(ROWS_MAX).map(|(attempt, _)| attempt.id.mark());
            let found = rows.into_iter().take(ROWS_MAX);
            (found.filter_map(|(attempt, order)| coordinated(me, from, attempt, order)).collect(), next)
        }
        MissedPart::Closed => {
            let place = after.map_or(0, |after| after.sequence);
            let rows = reader.refused_orders(place, ROWS_MAX)?;
            let last = rows.last().map(|(place, _)| Mark { epoch: 0, sequence: *place });
            let next = last.filter(|_| rows.len() == ROWS_MAX);
            (rows.into_iter().filter_map(|(_, order)| closed(from, since, order)).collect(), next)
        }
    };
    Ok(MissedAnswer { highest, findings, next })
}

/// A portion here of the asking bank's attempt.
fn promised(record: PortionRecord) -> Option<Finding> {
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
        portion: promise.portion,
        prepared_ms: promise.prepared_ms,
    }))
}

/// An attempt of this bank's in which the asking bank takes part; aborted ones need nothing of it.
fn coordinated(me: &BankId, from: &BankId, attempt: Attempt, order: Option<Order>) -> Option<Finding> {
    let committed_ms = match attempt.state {
        AttemptState::Begun => None,
        AttemptState::Committed { decided_ms } => Some(decided_ms),
        AttemptState::Aborted { .. } => return None,
    };
    if !attempt.participants.contains(from) {
        return None;
    }
    let order = order?;
    Some(Finding::Coordinated(Coordinated {
        attempt: attempt.id,
        package: attempt.package,
        digest: attempt.digest,
        participants: attempt.participants,
        committed_ms,
        portion: split(&order.legs, me, order.customer).remove(from)?,
    }))
}

/// A package that this bank's customer was told is refused for good. How much was lacking is not the asking bank's to know.
fn closed(from: &BankId, since: Mark, order: Order) -> Option<Finding> {
    let OrderState::Refused { attempt, refusals, .. } = order.state else { return None };
    let concerns = order.legs.account_banks().contains(from);
    let recent = attempt.is_none_or(|attempt| attempt.mark() >= since);
    (concerns && recent).then(|| Finding::Closed {
        package: order.package,
        digest: order.digest,
        refusals: refusals.into_iter().map(|why| Refusal { missing: None, ..why }).collect(),
    })
}
