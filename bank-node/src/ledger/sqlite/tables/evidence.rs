//! What must not have happened.

use rusqlite::{Connection, params};

use crate::ledger::LedgerFault;
use crate::ledger::sqlite::batch::Batch;
use crate::ledger::sqlite::cells::{Cells, all, first};
use crate::protocol::attempt::AttemptId;
use crate::protocol::records::Evidence;

pub(crate) fn keep(batch: &Batch<'_>, evidence: &Evidence) -> Result<(), LedgerFault> {
    let sql = "INSERT INTO evidence (at_ms, bank, attempt, what) VALUES (?1, ?2, ?3, ?4)";
    let attempt = evidence.attempt.as_ref().map(AttemptId::to_string);
    batch.run(
        "keep evidence",
        sql,
        params![evidence.at_ms, evidence.bank.as_str(), attempt, evidence.what],
    )?;
    Ok(())
}

/// How many pieces there are.
pub(crate) fn count(connection: &Connection) -> Result<u64, LedgerFault> {
    let sql = "SELECT count(*) FROM evidence";
    Ok(first(connection, "evidence", sql, [], |cells| cells.count(0))?.unwrap_or_default())
}

/// Every piece, oldest first.
pub(crate) fn every(connection: &Connection) -> Result<Vec<Evidence>, LedgerFault> {
    let sql = "SELECT at_ms, bank, attempt, what FROM evidence ORDER BY place";
    all(connection, "evidence", sql, [], read)
}

fn read(cells: &Cells<'_, '_>) -> Result<Evidence, LedgerFault> {
    Ok(Evidence {
        at_ms: cells.number(0)?,
        bank: cells.parsed(1)?,
        attempt: cells.parsed_if(2)?,
        what: cells.text(3)?,
    })
}
