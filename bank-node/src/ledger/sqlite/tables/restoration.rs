//! Backups that took the ledger's place, and what was recovered from the other banks after each.

use rusqlite::{Connection, params};

use crate::ledger::LedgerFault;
use crate::ledger::sqlite::batch::Batch;
use crate::ledger::sqlite::cells::{Cells, all, first, int, json};
use crate::protocol::restoration::{RecoveryReport, Restoration};

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT at_ms, epoch, last_sequence, last_posting, report FROM restoration ", $rest)
    };
}

/// Notes that this ledger is a backup put back. Outside a life: no bank runs on it.
pub(crate) fn begin(connection: &Connection, restoration: &Restoration) -> Result<(), LedgerFault> {
    let sql = "INSERT INTO restoration (at_ms, epoch, last_sequence, last_posting) VALUES (?1, ?2, ?3, ?4)";
    let params = params![
        restoration.at_ms,
        int(restoration.epoch)?,
        int(restoration.last_sequence)?,
        int(restoration.last_posting)?
    ];
    let inserted = connection.execute(sql, params);
    inserted.map(|_| ()).map_err(crate::ledger::sqlite::cells::fault("note the restoration"))
}

/// The restoration that waits has its report now.
pub(crate) fn report(batch: &Batch<'_>, report: &RecoveryReport) -> Result<(), LedgerFault> {
    let sql = "UPDATE restoration SET report = ?1 WHERE report IS NULL";
    batch.run("report what was recovered", sql, params![json(report)?])?;
    Ok(())
}

/// The one that waits for its report.
pub(crate) fn pending(connection: &Connection) -> Result<Option<Restoration>, LedgerFault> {
    first(connection, "restoration", select!("WHERE report IS NULL"), [], read)
}

/// Every one, oldest first.
pub(crate) fn every(
    connection: &Connection,
) -> Result<Vec<(Restoration, Option<RecoveryReport>)>, LedgerFault> {
    all(connection, "restoration", select!("ORDER BY place"), [], |cells| {
        Ok((read(cells)?, cells.json_if(4)?))
    })
}

/// The last attempt of `epoch` that the books hold; 0 for none.
pub(crate) fn last_sequence(connection: &Connection, epoch: u64) -> Result<u64, LedgerFault> {
    let sql = "SELECT coalesce(max(sequence), 0) FROM attempt WHERE epoch = ?1";
    let found = first(connection, "attempt", sql, params![int(epoch)?], |cells| cells.count(0))?;
    Ok(found.unwrap_or(0))
}

fn read(cells: &Cells<'_, '_>) -> Result<Restoration, LedgerFault> {
    Ok(Restoration {
        at_ms: cells.number(0)?,
        epoch: cells.count(1)?,
        last_sequence: cells.count(2)?,
        last_posting: cells.count(3)?,
    })
}
