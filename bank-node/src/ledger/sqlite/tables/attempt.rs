//! Attempts, at the bank that coordinates them.

use std::collections::BTreeSet;

use rusqlite::{Connection, params};
use shared::ids::{BankId, PackageId};
use shared::package::PackageDigest;

use crate::ledger::LedgerFault;
use crate::ledger::sqlite::batch::Batch;
use crate::ledger::sqlite::cells::{Cells, all, first, int, json};
use crate::protocol::attempt::{AttemptId, Mark};
use crate::protocol::records::{Attempt, AttemptState};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT coordinator, epoch, sequence, package, digest, participants, state, decided_ms, refusals, closes, \
             no_voters, unacked FROM attempt ",
            $rest
        )
    };
}

pub(crate) fn put(batch: &Batch<'_>, attempt: &Attempt) -> Result<(), LedgerFault> {
    let sql = "INSERT INTO attempt (coordinator, epoch, sequence, package, digest, participants, state, decided_ms,
            refusals, closes, no_voters, unacked)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
        ON CONFLICT (coordinator, epoch, sequence) DO UPDATE
        SET package = ?4, digest = ?5, participants = ?6, state = ?7, decided_ms = ?8, refusals = ?9, closes = ?10,
            no_voters = ?11, unacked = ?12";
    let (state, decided_ms, refusals, closes, no_voters) = match &attempt.state {
        AttemptState::Begun => ("begun", None, None, None, None),
        AttemptState::Committed { decided_ms } => ("committed", Some(*decided_ms), None, None, None),
        AttemptState::Aborted { decided_ms, refusals, closes, no_voters } => {
            ("aborted", Some(*decided_ms), Some(json(refusals)?), Some(*closes), Some(json(no_voters)?))
        }
    };
    // Null and not an empty list: the index of what has not ended goes by it.
    let unacked = if attempt.unacked.is_empty() { None } else { Some(json(&attempt.unacked)?) };
    let params = params![
        attempt.id.coordinator.as_str(),
        int(attempt.id.epoch)?,
        int(attempt.id.sequence)?,
        attempt.package.0.as_bytes(),
        attempt.digest.0,
        json(&attempt.participants)?,
        state,
        decided_ms,
        refusals,
        closes,
        no_voters,
        unacked
    ];
    batch.run("store an attempt", sql, params)?;
    Ok(())
}

pub(crate) fn forget(batch: &Batch<'_>, id: &AttemptId) -> Result<(), LedgerFault> {
    let sql = "DELETE FROM attempt WHERE coordinator = ?1 AND epoch = ?2 AND sequence = ?3";
    let params = params![id.coordinator.as_str(), int(id.epoch)?, int(id.sequence)?];
    batch.run("forget an attempt", sql, params)?;
    Ok(())
}

/// The id whose three parts stand first in a row.
pub(crate) fn read_id(cells: &Cells<'_, '_>) -> Result<AttemptId, LedgerFault> {
    Ok(AttemptId { coordinator: cells.parsed(0)?, epoch: cells.count(1)?, sequence: cells.count(2)? })
}

fn read(cells: &Cells<'_, '_>) -> Result<Attempt, LedgerFault> {
    let state = match cells.text(6)?.as_str() {
        "begun" => Some(AttemptState::Begun),
        "committed" => Some(AttemptState::Committed { decided_ms: cells.number(7)? }),
        "aborted" => Some(AttemptState::Aborted {
            decided_ms: cells.number(7)?,
            refusals: cells.json(8)?,
            closes: cells.flag(9)?,
            no_voters: cells.json(10)?,
        }),
        _ => None,
    };
    let unacked: Option<BTreeSet<BankId>> = cells.json_if(11)?;
    Ok(Attempt {
        id: read_id(cells)?,
        package: PackageId(cells.uuid(3)?),
        digest: PackageDigest(cells.hash(4)?),
        participants: cells.json(5)?,
        state: cells.needed(6, state)?,
        unacked: unacked.unwrap_or_default(),
    })
}

pub(crate) fn find(connection: &Connection, id: &AttemptId) -> Result<Option<Attempt>, LedgerFault> {
    let params = params![id.coordinator.as_str(), int(id.epoch)?, int(id.sequence)?];
    let sql = select!("WHERE coordinator = ?1 AND epoch = ?2 AND sequence = ?3");
    first(connection, "attempt", sql, params, read)
}

/// Undecided, or decided and not confirmed by all.
pub(crate) const UNENDED: &str =
    select!("WHERE state = 'begun' OR unacked IS NOT NULL ORDER BY coordinator, epoch, sequence");

pub(crate) fn unended(connection: &Connection) -> Result<Vec<Attempt>, LedgerFault> {
    all(connection, "attempt", UNENDED, [], read)
}

/// Those from `from` on, in order. All of a ledger's are its own bank's.
pub(crate) fn from(connection: &Connection, from: Mark, rows: usize) -> Result<Vec<Attempt>, LedgerFault> {
    let sql = select!(
        "WHERE coordinator = (SELECT bank FROM meta) AND (epoch, sequence) >= (?1, ?2) \
         ORDER BY epoch, sequence LIMIT ?3"
    );
    let rows = i64::try_from(rows).unwrap_or(i64::MAX);
    all(connection, "attempt", sql, params![int(from.epoch)?, int(from.sequence)?, rows], read)
}

pub(crate) fn every(connection: &Connection) -> Result<Vec<Attempt>, LedgerFault> {
    all(connection, "attempt", select!(""), [], read)
}
