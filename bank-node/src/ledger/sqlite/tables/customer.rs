//! Customers.

use rusqlite::{Connection, params};
use shared::cpf::Cpf;
use shared::ids::CustomerId;

use crate::ledger::LedgerFault;
use crate::ledger::sqlite::batch::Batch;
use crate::ledger::sqlite::cells::{Cells, all, first};
use crate::protocol::records::Customer;

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT id, cpf, name, password_hash, created_ms, must_change FROM customer ", $rest)
    };
}

pub(crate) fn put(batch: &Batch<'_>, customer: &Customer) -> Result<(), LedgerFault> {
    let sql = "INSERT INTO customer (id, cpf, name, password_hash, created_ms, must_change)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT (id) DO UPDATE
        SET cpf = ?2, name = ?3, password_hash = ?4, created_ms = ?5, must_change = ?6";
    let params = params![
        customer.id.0.as_bytes(),
        customer.cpf.to_string(),
        customer.name.as_str(),
        customer.password_hash,
        customer.created_ms,
        customer.must_change_password
    ];
    batch.run("store a customer", sql, params)?;
    Ok(())
}

fn read(cells: &Cells<'_, '_>) -> Result<Customer, LedgerFault> {
    Ok(Customer {
        id: CustomerId(cells.uuid(0)?),
        cpf: cells.parsed(1)?,
        name: cells.name(2)?,
        password_hash: cells.text(3)?,
        created_ms: cells.number(4)?,
        must_change_password: cells.flag(5)?,
    })
}

pub(crate) fn find(connection: &Connection, id: CustomerId) -> Result<Option<Customer>, LedgerFault> {
    first(connection, "customer", select!("WHERE id = ?1"), [id.0.as_bytes()], read)
}

pub(crate) fn find_by_cpf(connection: &Connection, cpf: Cpf) -> Result<Option<Customer>, LedgerFault> {
    first(connection, "customer", select!("WHERE cpf = ?1"), [cpf.to_string()], read)
}

pub(crate) fn every(connection: &Connection) -> Result<Vec<Customer>, LedgerFault> {
    all(connection, "customer", select!(""), [], read)
}

/// Those with ids above `after`, in order of ids.
pub(crate) fn page(
    connection: &Connection,
    after: Option<CustomerId>,
    limit: usize,
) -> Result<Vec<Customer>, LedgerFault> {
    let after = after.map_or([0; 16], |id| *id.0.as_bytes());
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    all(connection, "customer", select!("WHERE id > ?1 ORDER BY id LIMIT ?2"), params![after, limit], read)
}
