//! What customers ordered here.

use rusqlite::{Connection, params};
use shared::ids::{CustomerId, PackageId};
use shared::package::PackageDigest;

use crate::ledger::LedgerFault;
use crate::ledger::sqlite::batch::Batch;
use crate::ledger::sqlite::cells::{Cells, all, first, json};
use crate::protocol::attempt::{Age, AttemptId};
use crate::protocol::records::{Order, OrderState};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT package, customer, legs, digest, age_ms, created_ms, state, attempt, refusals, decided_ms, place \
             FROM orders ",
            $rest
        )
    };
}

pub(crate) const PAGE: &str = select!("WHERE customer = ?1 AND place < ?2 ORDER BY place DESC LIMIT ?3");

pub(crate) const IN_PROGRESS: &str = select!("WHERE state = 'in_progress' ORDER BY package");

pub(crate) fn put(batch: &Batch<'_>, order: &Order) -> Result<(), LedgerFault> {
    assert_eq!(order.age.package, order.package, "bug: an order's age names another package");
    let sql = "INSERT INTO orders (package, customer, legs, digest, age_ms, created_ms, state, attempt, refusals, decided_ms)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
        ON CONFLICT (package) DO UPDATE
        SET customer = ?2, legs = ?3, digest = ?4, age_ms = ?5, created_ms = ?6, state = ?7, attempt = ?8,
            refusals = ?9, decided_ms = ?10";
    let (state, attempt, refusals, decided_ms) = match &order.state {
        OrderState::InProgress { attempt } => ("in_progress", attempt.as_ref(), None, None),
        OrderState::Elsewhere { attempt } => ("elsewhere", Some(attempt), None, None),
        OrderState::Committed { attempt, decided_ms } => {
            ("committed", Some(attempt), None, Some(*decided_ms))
        }
        OrderState::Refused { attempt, refusals, decided_ms } => {
            ("refused", attempt.as_ref(), Some(refusals), Some(*decided_ms))
        }
        OrderState::Aborted { attempt, refusals, decided_ms } => {
            ("aborted", attempt.as_ref(), Some(refusals), Some(*decided_ms))
        }
    };
    let params = params![
        order.package.0.as_bytes(),
        order.customer.0.as_bytes(),
        json(&order.legs)?,
        order.digest.0,
        order.age.first_ms,
        order.created_ms,
        state,
        attempt.map(AttemptId::to_string),
        refusals.map(json).transpose()?,
        decided_ms
    ];
    batch.run("store an order", sql, params)?;
    Ok(())
}

pub(crate) fn forget(batch: &Batch<'_>, id: PackageId) -> Result<(), LedgerFault> {
    batch.run("forget an order", "DELETE FROM orders WHERE package = ?1", [id.0.as_bytes()])?;
    Ok(())
}

fn read(cells: &Cells<'_, '_>) -> Result<Order, LedgerFault> {
    let attempt: Option<AttemptId> = cells.parsed_if(7)?;
    let state = match cells.text(6)?.as_str() {
        "in_progress" => Some(OrderState::InProgress { attempt }),
        "elsewhere" => Some(OrderState::Elsewhere { attempt: cells.needed(7, attempt)? }),
        "committed" => {
            Some(OrderState::Committed { attempt: cells.needed(7, attempt)?, decided_ms: cells.number(9)? })
        }
        "refused" => {
            Some(OrderState::Refused { attempt, refusals: cells.json(8)?, decided_ms: cells.number(9)? })
        }
        "aborted" => {
            Some(OrderState::Aborted { attempt, refusals: cells.json(8)?, decided_ms: cells.number(9)? })
        }
        _ => None,
    };
    let package = PackageId(cells.uuid(0)?);
    Ok(Order {
        package,
        customer: CustomerId(cells.uuid(1)?),
        legs: cells.json(2)?,
        digest: PackageDigest(cells.hash(3)?),
        age: Age { first_ms: cells.number(4)?, package },
        created_ms: cells.number(5)?,
        state: cells.needed(6, state)?,
    })
}

pub(crate) fn find(connection: &Connection, package: PackageId) -> Result<Option<Order>, LedgerFault> {
    first(connection, "orders", select!("WHERE package = ?1"), [package.0.as_bytes()], read)
}

pub(crate) fn in_progress(connection: &Connection) -> Result<Vec<Order>, LedgerFault> {
    all(connection, "orders", IN_PROGRESS, [], read)
}

/// A customer's that are in progress. By the index of those in progress, of whom there are few.
pub(crate) fn in_progress_of(
    connection: &Connection,
    customer: CustomerId,
) -> Result<Vec<Order>, LedgerFault> {
    let sql = select!("WHERE state = 'in_progress' AND +customer = ?1 ORDER BY package");
    all(connection, "orders", sql, [customer.0.as_bytes()], read)
}

/// A customer's, with their places, places below `before` only, newest first, at most `rows`.
pub(crate) fn page(
    connection: &Connection,
    customer: CustomerId,
    before: u64,
    rows: usize,
) -> Result<Vec<(u64, Order)>, LedgerFault> {
    // A place that no order can have stands for "all of them".
    let before = i64::try_from(before).unwrap_or(i64::MAX);
    let rows = i64::try_from(rows).unwrap_or(i64::MAX);
    all(connection, "orders", PAGE, params![customer.0.as_bytes(), before, rows], |cells| {
        Ok((cells.count(10)?, read(cells)?))
    })
}

/// Those refused for good, of places above `after`, oldest first, with their places.
pub(crate) fn refused(
    connection: &Connection,
    after: u64,
    rows: usize,
) -> Result<Vec<(u64, Order)>, LedgerFault> {
    let sql = select!("WHERE state = 'refused' AND place > ?1 ORDER BY place LIMIT ?2");
    let rows = i64::try_from(rows).unwrap_or(i64::MAX);
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    all(connection, "orders", sql, params![after, rows], |cells| Ok((cells.count(10)?, read(cells)?)))
}

pub(crate) fn every(connection: &Connection) -> Result<Vec<Order>, LedgerFault> {
    all(connection, "orders", select!(""), [], read)
}
