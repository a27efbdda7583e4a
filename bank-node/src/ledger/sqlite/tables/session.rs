//! Log-ins. A token is found by its hash; the token itself is nowhere.

use rusqlite::{Connection, params};
use shared::ids::{CustomerId, SessionId};

use crate::ledger::LedgerFault;
use crate::ledger::sqlite::batch::Batch;
use crate::ledger::sqlite::cells::{Cells, all, first};
use crate::protocol::records::Session;

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT id, token_hash, customer, created_ms, used_ms, expires_ms FROM session ", $rest)
    };
}

pub(crate) fn put(batch: &Batch<'_>, session: &Session) -> Result<(), LedgerFault> {
    let sql = "INSERT INTO session (id, token_hash, customer, created_ms, used_ms, expires_ms)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT (id) DO UPDATE
        SET token_hash = ?2, customer = ?3, created_ms = ?4, used_ms = ?5, expires_ms = ?6";
    let params = params![
        session.id.0.as_bytes(),
        session.token_hash,
        session.customer.0.as_bytes(),
        session.created_ms,
        session.used_ms,
        session.expires_ms
    ];
    batch.run("store a session", sql, params)?;
    Ok(())
}

pub(crate) fn end(batch: &Batch<'_>, id: SessionId) -> Result<(), LedgerFault> {
    batch.run("end a session", "DELETE FROM session WHERE id = ?1", [id.0.as_bytes()])?;
    Ok(())
}

pub(crate) fn end_others(
    batch: &Batch<'_>,
    customer: CustomerId,
    keep: Option<SessionId>,
) -> Result<(), LedgerFault> {
    let sql = "DELETE FROM session WHERE customer = ?1 AND id IS NOT ?2";
    let params = params![customer.0.as_bytes(), keep.as_ref().map(|id| id.0.as_bytes())];
    batch.run("end a customer's sessions", sql, params)?;
    Ok(())
}

fn read(cells: &Cells<'_, '_>) -> Result<Session, LedgerFault> {
    Ok(Session {
        id: SessionId(cells.uuid(0)?),
        token_hash: cells.hash(1)?,
        customer: CustomerId(cells.uuid(2)?),
        created_ms: cells.number(3)?,
        used_ms: cells.number(4)?,
        expires_ms: cells.number(5)?,
    })
}

pub(crate) fn find_by_token(
    connection: &Connection,
    token_hash: &[u8; 32],
) -> Result<Option<Session>, LedgerFault> {
    first(connection, "session", select!("WHERE token_hash = ?1"), [token_hash], read)
}

/// A customer's, newest first.
pub(crate) fn of_customer(
    connection: &Connection,
    customer: CustomerId,
) -> Result<Vec<Session>, LedgerFault> {
    let sql = select!("WHERE customer = ?1 ORDER BY created_ms DESC, id");
    all(connection, "session", sql, [customer.0.as_bytes()], read)
}
