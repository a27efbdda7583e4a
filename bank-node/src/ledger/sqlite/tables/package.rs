//! What this bank remembers of each package that touches an account here (rule R6).

use rusqlite::{Connection, params};
use shared::ids::PackageId;
use shared::package::PackageDigest;

use crate::ledger::LedgerFault;
use crate::ledger::sqlite::batch::Batch;
use crate::ledger::sqlite::cells::{Cells, all, first, json};
use crate::protocol::records::{PackageRecord, PackageState};

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT id, digest, state, attempt, refusals FROM package ", $rest)
    };
}

pub(crate) fn put(batch: &Batch<'_>, package: &PackageRecord) -> Result<(), LedgerFault> {
    let sql = "INSERT INTO package (id, digest, state, attempt, refusals) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (id) DO UPDATE SET digest = ?2, state = ?3, attempt = ?4, refusals = ?5";
    let (state, attempt, refusals) = match &package.state {
        PackageState::Open => ("open", None, None),
        PackageState::Live(attempt) => ("live", Some(attempt), None),
        PackageState::Spent(attempt) => ("spent", Some(attempt), None),
        PackageState::Closed(refusals) => ("closed", None, Some(json(refusals)?)),
    };
    let attempt = attempt.map(ToString::to_string);
    let params = params![package.id.0.as_bytes(), package.digest.0, state, attempt, refusals];
    batch.run("store a package", sql, params)?;
    Ok(())
}

fn read(cells: &Cells<'_, '_>) -> Result<PackageRecord, LedgerFault> {
    let attempt = || cells.parsed(3);
    let state = match cells.text(2)?.as_str() {
        "open" => Some(PackageState::Open),
        "live" => Some(PackageState::Live(attempt()?)),
        "spent" => Some(PackageState::Spent(attempt()?)),
        "closed" => Some(PackageState::Closed(cells.json(4)?)),
        _ => None,
    };
    Ok(PackageRecord {
        id: PackageId(cells.uuid(0)?),
        digest: PackageDigest(cells.hash(1)?),
        state: cells.needed(2, state)?,
    })
}

pub(crate) fn find(connection: &Connection, id: PackageId) -> Result<Option<PackageRecord>, LedgerFault> {
    first(connection, "package", select!("WHERE id = ?1"), [id.0.as_bytes()], read)
}

pub(crate) fn every(connection: &Connection) -> Result<Vec<PackageRecord>, LedgerFault> {
    all(connection, "package", select!(""), [], read)
}

/// The ids of packages that touch an account here or were ordered here, below `before`, highest first.
pub(crate) fn page(
    connection: &Connection,
    before: Option<PackageId>,
    limit: usize,
) -> Result<Vec<PackageId>, LedgerFault> {
    let before = before.map_or([0xff; 16], |id| *id.0.as_bytes());
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    // Each half by its own index, and no further than a page.
    let sql = "SELECT id FROM (SELECT id FROM package WHERE id < ?1 ORDER BY id DESC LIMIT ?2)
        UNION SELECT package FROM (SELECT package FROM orders WHERE package < ?1 ORDER BY package DESC LIMIT ?2)
        ORDER BY 1 DESC LIMIT ?2";
    all(connection, "package", sql, params![before, limit], |cells| Ok(PackageId(cells.uuid(0)?)))
}
