//! Portions, at every bank that takes part: promises, what committed, and tombstones.

use std::collections::BTreeSet;

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use shared::ids::{BankId, ConsentId, PackageId};
use shared::package::PackageDigest;

use super::attempt::read_id;
use crate::ledger::LedgerFault;
use crate::ledger::sqlite::batch::Batch;
use crate::ledger::sqlite::cells::{Cells, all, first, int, json};
use crate::protocol::attempt::{AttemptId, Mark};
use crate::protocol::message::Portion;
use crate::protocol::records::{ConsentUse, PortionRecord, PortionState, Promise};

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT coordinator, epoch, sequence, package, state, vote, promise FROM portion ", $rest)
    };
}

pub(crate) const OF_PACKAGE: &str = select!("WHERE package = ?1 ORDER BY coordinator, epoch, sequence");

pub(crate) const PREPARED: &str = select!("WHERE state = 'prepared' ORDER BY coordinator, epoch, sequence");

/// A promise as it stands on disk; the fields are [`Promise`]'s.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PromiseText<D, P, T> {
    digest: D,
    participants: P,
    portion: T,
    consents: Vec<ConsentUseText>,
    /// Promises from before version 5 have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    first_ms: Option<i64>,
    prepared_ms: i64,
}

/// A draw on a consent as it stands on disk.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ConsentUseText {
    consent: ConsentId,
    day: i32,
    amount: i64,
}

fn write_promise(promise: &Promise) -> Result<String, LedgerFault> {
    json(&PromiseText {
        digest: promise.digest,
        participants: &promise.participants,
        portion: &promise.portion,
        consents: promise
            .consents
            .iter()
            .map(|draw| ConsentUseText { consent: draw.consent, day: draw.day, amount: draw.amount })
            .collect(),
        first_ms: Some(promise.first_ms).filter(|first_ms| *first_ms != i64::MIN),
        prepared_ms: promise.prepared_ms,
    })
}

fn read_promise(text: PromiseText<PackageDigest, BTreeSet<BankId>, Portion>) -> Promise {
    Promise {
        digest: text.digest,
        participants: text.participants,
        portion: text.portion,
        consents: text
            .consents
            .into_iter()
            .map(|draw| ConsentUse { consent: draw.consent, day: draw.day, amount: draw.amount })
            .collect(),
        // Nobody waits for it then.
        first_ms: text.first_ms.unwrap_or(i64::MIN),
        prepared_ms: text.prepared_ms,
    }
}

pub(crate) fn put(batch: &Batch<'_>, portion: &PortionRecord) -> Result<(), LedgerFault> {
    let sql = "INSERT INTO portion (coordinator, epoch, sequence, package, state, vote, promise)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
        ON CONFLICT (coordinator, epoch, sequence) DO UPDATE
        SET package = ?4, state = ?5, vote = ?6, promise = ?7";
    let (state, vote, promise) = match &portion.state {
        PortionState::Prepared(promise) => ("prepared", None, Some(promise)),
        PortionState::Committed(promise) => ("committed", None, Some(promise)),
        PortionState::Aborted { vote, promise } => ("aborted", vote.as_ref(), promise.as_ref()),
    };
    let params = params![
        portion.attempt.coordinator.as_str(),
        int(portion.attempt.epoch)?,
        int(portion.attempt.sequence)?,
        portion.package.as_ref().map(|package| package.0.as_bytes()),
        state,
        vote.map(json).transpose()?,
        promise.map(write_promise).transpose()?
    ];
    batch.run("store a portion", sql, params)?;
    Ok(())
}

/// Lets a coordinator's tombstones below the mark go.
pub(crate) fn forget_tombstones(
    batch: &Batch<'_>,
    coordinator: &BankId,
    below: Mark,
) -> Result<(), LedgerFault> {
    let params = params![coordinator.as_str(), int(below.epoch)?, int(below.sequence)?];
    batch.run("forget tombstones", FORGET_TOMBSTONES, params)?;
    Ok(())
}

// By the primary key it would go through every committed portion of that coordinator, and those are kept for good.
pub(crate) const FORGET_TOMBSTONES: &str = "DELETE FROM portion INDEXED BY portion_tombstone
    WHERE state = 'aborted' AND coordinator = ?1 AND (epoch, sequence) < (?2, ?3)";

fn read(cells: &Cells<'_, '_>) -> Result<PortionRecord, LedgerFault> {
    let promise = cells.json_if(6)?.map(read_promise);
    let state = match cells.text(4)?.as_str() {
        "prepared" => Some(PortionState::Prepared(cells.needed(6, promise)?)),
        "committed" => Some(PortionState::Committed(cells.needed(6, promise)?)),
        "aborted" => Some(PortionState::Aborted { vote: cells.json_if(5)?, promise }),
        _ => None,
    };
    Ok(PortionRecord {
        attempt: read_id(cells)?,
        package: cells.uuid_if(3)?.map(PackageId),
        state: cells.needed(4, state)?,
    })
}

pub(crate) fn find(connection: &Connection, id: &AttemptId) -> Result<Option<PortionRecord>, LedgerFault> {
    let params = params![id.coordinator.as_str(), int(id.epoch)?, int(id.sequence)?];
    let sql = select!("WHERE coordinator = ?1 AND epoch = ?2 AND sequence = ?3");
    first(connection, "portion", sql, params, read)
}

pub(crate) fn prepared(connection: &Connection) -> Result<Vec<PortionRecord>, LedgerFault> {
    all(connection, "portion", PREPARED, [], read)
}

/// A package's, of every attempt, in order of attempts.
pub(crate) fn of_package(
    connection: &Connection,
    package: PackageId,
) -> Result<Vec<PortionRecord>, LedgerFault> {
    all(connection, "portion", OF_PACKAGE, [package.0.as_bytes()], read)
}

/// Those of a coordinator's attempts from `from` on, in order.
pub(crate) fn of_coordinator(
    connection: &Connection,
    coordinator: &BankId,
    from: Mark,
    rows: usize,
) -> Result<Vec<PortionRecord>, LedgerFault> {
    let sql =
        select!("WHERE coordinator = ?1 AND (epoch, sequence) >= (?2, ?3) ORDER BY epoch, sequence LIMIT ?4");
    let rows = i64::try_from(rows).unwrap_or(i64::MAX);
    let params = params![coordinator.as_str(), int(from.epoch)?, int(from.sequence)?, rows];
    all(connection, "portion", sql, params, read)
}

pub(crate) fn every(connection: &Connection) -> Result<Vec<PortionRecord>, LedgerFault> {
    all(connection, "portion", select!(""), [], read)
}
