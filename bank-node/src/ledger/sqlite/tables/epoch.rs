//! Lives of this node.

use rusqlite::{Connection, params};

use crate::ledger::LedgerFault;
use crate::ledger::sqlite::batch::Batch;
use crate::ledger::sqlite::cells::{Cells, all, first, int};
use crate::protocol::attempt::{Epoch, EpochNonce, EpochRecord};

pub(crate) fn put(batch: &Batch<'_>, record: &EpochRecord) -> Result<(), LedgerFault> {
    let sql = "INSERT INTO epoch (epoch, nonce, whole) VALUES (?1, ?2, ?3)
        ON CONFLICT (epoch) DO UPDATE SET nonce = ?2, whole = ?3";
    batch.run("store a life", sql, params![int(record.epoch)?, record.nonce.0, record.whole])?;
    Ok(())
}

fn read(cells: &Cells<'_, '_>) -> Result<EpochRecord, LedgerFault> {
    Ok(EpochRecord { epoch: cells.count(0)?, nonce: EpochNonce(cells.text(1)?), whole: cells.flag(2)? })
}

/// The newest life, if one has begun.
pub(crate) fn newest(connection: &Connection) -> Result<Option<EpochRecord>, LedgerFault> {
    first(connection, "epoch", "SELECT epoch, nonce, whole FROM epoch ORDER BY epoch DESC LIMIT 1", [], read)
}

/// One life.
pub(crate) fn find(connection: &Connection, epoch: Epoch) -> Result<Option<EpochRecord>, LedgerFault> {
    first(connection, "epoch", "SELECT epoch, nonce, whole FROM epoch WHERE epoch = ?1", [int(epoch)?], read)
}

/// Every life, oldest first.
pub(crate) fn every(connection: &Connection) -> Result<Vec<EpochRecord>, LedgerFault> {
    all(connection, "epoch", "SELECT epoch, nonce, whole FROM epoch ORDER BY epoch", [], read)
}
