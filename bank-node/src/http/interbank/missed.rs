//! What this bank has on disk of packages with a bank whose ledger was put back from a backup. Blocks: for threads that may.
//!
//! Never here: what a record says to the asking bank (`protocol::missed::answers`).

use std::collections::BTreeMap;

use shared::ids::BankId;

use crate::ledger::LedgerFault;
use crate::ledger::reader::Reader;
use crate::peers::reads::{MissedAnswer, MissedPart};
use crate::protocol::attempt::Mark;
use crate::protocol::message::SeenEpoch;
use crate::protocol::missed::answers::{closed, coordinated, known_legs, promised};
use crate::protocol::records::{Attempt, Order};

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
            let lacks_order = rows.iter().any(|(_, order)| order.is_none());
            let known = if lacks_order { known_legs(reader.restorations()?) } else { BTreeMap::new() };
            let lives = reader.lives()?;
            let told = |(attempt, order): (Attempt, Option<Order>)| {
                let known = known.get(&attempt.id);
                coordinated(me, from, attempt, order, known, &lives)
            };
            (rows.into_iter().take(ROWS_MAX).filter_map(told).collect(), next)
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
