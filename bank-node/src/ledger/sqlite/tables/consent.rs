//! Consents.

use std::collections::BTreeSet;

use rusqlite::{Connection, params};
use shared::api::replies::Permission;
use shared::ids::{BankId, ConsentId, CustomerId};

use crate::ledger::LedgerFault;
use crate::ledger::sqlite::batch::Batch;
use crate::ledger::sqlite::cells::{Cells, all, first};
use crate::protocol::records::Consent;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, giver, bank, customer, may_view, may_pay, limit_per_package, limit_per_day, expires_ms, \
             created_ms, used_day, used, ended_ms FROM consent ",
            $rest
        )
    };
}

pub(crate) const STANDING_OF: &str = select!("WHERE giver = ?1 AND ended_ms IS NULL ORDER BY id");

pub(crate) const STANDING_FOR: &str =
    select!("WHERE bank = ?1 AND customer = ?2 AND ended_ms IS NULL ORDER BY id");

pub(crate) fn put(batch: &Batch<'_>, consent: &Consent) -> Result<(), LedgerFault> {
    let sql = "INSERT INTO consent (id, giver, bank, customer, may_view, may_pay, limit_per_package, limit_per_day,
            expires_ms, created_ms, used_day, used, ended_ms)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
        ON CONFLICT (id) DO UPDATE
        SET giver = ?2, bank = ?3, customer = ?4, may_view = ?5, may_pay = ?6, limit_per_package = ?7,
            limit_per_day = ?8, expires_ms = ?9, created_ms = ?10, used_day = ?11, used = ?12, ended_ms = ?13";
    let params = params![
        consent.id.0.as_bytes(),
        consent.giver.0.as_bytes(),
        consent.bank.as_str(),
        consent.customer.0.as_bytes(),
        consent.permissions.contains(&Permission::View),
        consent.permissions.contains(&Permission::Pay),
        consent.limit_per_package,
        consent.limit_per_day,
        consent.expires_ms,
        consent.created_ms,
        consent.used_day,
        consent.used,
        consent.ended_ms
    ];
    batch.run("store a consent", sql, params)?;
    Ok(())
}

fn read(cells: &Cells<'_, '_>) -> Result<Consent, LedgerFault> {
    let mut permissions = BTreeSet::new();
    if cells.flag(4)? {
        permissions.insert(Permission::View);
    }
    if cells.flag(5)? {
        permissions.insert(Permission::Pay);
    }
    Ok(Consent {
        id: ConsentId(cells.uuid(0)?),
        giver: CustomerId(cells.uuid(1)?),
        bank: cells.parsed(2)?,
        customer: CustomerId(cells.uuid(3)?),
        permissions,
        limit_per_package: cells.number(6)?,
        limit_per_day: cells.number(7)?,
        expires_ms: cells.number(8)?,
        created_ms: cells.number(9)?,
        used_day: cells.count(10)?,
        used: cells.number(11)?,
        ended_ms: cells.number_if(12)?,
    })
}

pub(crate) fn find(connection: &Connection, id: ConsentId) -> Result<Option<Consent>, LedgerFault> {
    first(connection, "consent", select!("WHERE id = ?1"), [id.0.as_bytes()], read)
}

/// Every consent given for `customer` of `bank`, ended ones aside, in order of ids.
pub(crate) fn standing_for(
    connection: &Connection,
    bank: &BankId,
    customer: CustomerId,
) -> Result<Vec<Consent>, LedgerFault> {
    all(connection, "consent", STANDING_FOR, params![bank.as_str(), customer.0.as_bytes()], read)
}

/// Every consent that `giver` gave, ended ones aside, in order of ids.
pub(crate) fn standing_of(connection: &Connection, giver: CustomerId) -> Result<Vec<Consent>, LedgerFault> {
    all(connection, "consent", STANDING_OF, [giver.0.as_bytes()], read)
}

pub(crate) fn every(connection: &Connection) -> Result<Vec<Consent>, LedgerFault> {
    all(connection, "consent", select!(""), [], read)
}
