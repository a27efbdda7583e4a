//! Other banks, as these books know them.

use rusqlite::{Connection, params};

use crate::ledger::LedgerFault;
use crate::ledger::sqlite::batch::Batch;
use crate::ledger::sqlite::cells::{Cells, all, int};
use crate::protocol::attempt::{AttemptId, EpochNonce, Mark};
use crate::protocol::records::PeerRecord;

pub(crate) fn put(batch: &Batch<'_>, peer: &PeerRecord) -> Result<(), LedgerFault> {
    let sql = "INSERT INTO peer (bank, epoch, nonce, low_epoch, low_sequence, last_commit, barred, has_left)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
        ON CONFLICT (bank) DO UPDATE
        SET epoch = ?2, nonce = ?3, low_epoch = ?4, low_sequence = ?5, last_commit = ?6, barred = ?7,
            has_left = ?8";
    let params = params![
        peer.bank.as_str(),
        int(peer.epoch)?,
        peer.nonce.0,
        int(peer.low_water.epoch)?,
        int(peer.low_water.sequence)?,
        peer.last_commit.as_ref().map(AttemptId::to_string),
        peer.barred,
        peer.left
    ];
    batch.run("store a bank", sql, params)?;
    Ok(())
}

/// Every one, in order of banks.
pub(crate) fn every(connection: &Connection) -> Result<Vec<PeerRecord>, LedgerFault> {
    let sql = "SELECT bank, epoch, nonce, low_epoch, low_sequence, last_commit, barred, has_left
        FROM peer ORDER BY bank";
    all(connection, "peer", sql, [], read)
}

fn read(cells: &Cells<'_, '_>) -> Result<PeerRecord, LedgerFault> {
    Ok(PeerRecord {
        bank: cells.parsed(0)?,
        epoch: cells.count(1)?,
        nonce: EpochNonce(cells.text(2)?),
        low_water: Mark { epoch: cells.count(3)?, sequence: cells.count(4)? },
        last_commit: cells.parsed_if(5)?,
        barred: cells.flag(6)?,
        left: cells.flag(7)?,
    })
}
