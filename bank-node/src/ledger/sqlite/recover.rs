//! What a new life needs in memory: everything that has not ended.

use rusqlite::Connection;

use super::tables::{account, attempt, epoch, order, peer, portion, posting, restoration};
use crate::ledger::LedgerFault;
use crate::protocol::records::Recovered;
use crate::protocol::restoration::asked_lives;

/// Reads it all.
pub(crate) fn recover(connection: &Connection) -> Result<Recovered, LedgerFault> {
    Ok(Recovered {
        epochs: epoch::every(connection)?,
        attempts: attempt::unended(connection)?,
        portions: portion::prepared(connection)?,
        orders: order::in_progress(connection)?,
        peers: peer::every(connection)?,
        head: posting::head(connection)?,
        last_account: account::last_number(connection)?,
        restoration: restoration::pending(connection)?,
        asked_lives: asked_lives(&restoration::every(connection)?),
    })
}
