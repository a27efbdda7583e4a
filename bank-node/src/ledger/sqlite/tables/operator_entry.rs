//! The operators' log.

use rusqlite::{Connection, params};

use crate::ledger::LedgerFault;
use crate::ledger::sqlite::batch::Batch;
use crate::ledger::sqlite::cells::{Cells, all, first, int};
use crate::protocol::operators_log::{OperatorEntry, OperatorsHead};

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT number, at_ms, operator, action, subject, outcome, hash FROM operator_entry ", $rest)
    };
}

pub(crate) fn put(batch: &Batch<'_>, entry: &OperatorEntry) -> Result<(), LedgerFault> {
    let sql = "INSERT INTO operator_entry (number, at_ms, operator, action, subject, outcome, hash)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let params = params![
        int(entry.number)?,
        entry.at_ms,
        entry.operator,
        entry.action.as_str(),
        entry.subject,
        entry.outcome.as_str(),
        entry.hash
    ];
    batch.run("write a line of the operators' log", sql, params)?;
    Ok(())
}

fn read(cells: &Cells<'_, '_>) -> Result<OperatorEntry, LedgerFault> {
    Ok(OperatorEntry {
        number: cells.count(0)?,
        at_ms: cells.number(1)?,
        operator: cells.text(2)?,
        action: cells.parsed(3)?,
        subject: cells.text_if(4)?,
        outcome: cells.parsed(5)?,
        hash: cells.hash(6)?,
    })
}

/// The last line.
pub(crate) fn head(connection: &Connection) -> Result<OperatorsHead, LedgerFault> {
    let last = first(connection, "operator_entry", select!("ORDER BY number DESC LIMIT 1"), [], read)?;
    Ok(last.map(|entry| OperatorsHead { number: entry.number, hash: entry.hash }).unwrap_or_default())
}

/// Lines with numbers below `before`, newest first.
pub(crate) fn page(
    connection: &Connection,
    before: u64,
    limit: usize,
) -> Result<Vec<OperatorEntry>, LedgerFault> {
    let before = i64::try_from(before).unwrap_or(i64::MAX);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let sql = select!("WHERE number < ?1 ORDER BY number DESC LIMIT ?2");
    all(connection, "operator_entry", sql, [before, limit], read)
}

/// Every line, oldest first.
pub(crate) fn every(connection: &Connection) -> Result<Vec<OperatorEntry>, LedgerFault> {
    all(connection, "operator_entry", select!("ORDER BY number"), [], read)
}
