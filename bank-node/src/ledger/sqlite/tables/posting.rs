//! Booked lines. Only ever inserted; the table's triggers refuse all else.

use rusqlite::{Connection, params};
use shared::ids::PackageId;

use crate::ledger::LedgerFault;
use crate::ledger::sqlite::batch::Batch;
use crate::ledger::sqlite::cells::{Cells, all, each, first, int};
use crate::protocol::records::{LedgerAccount, Posting, PostingHead};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT number, at_ms, account, package, attempt, leg, amount, balance_after, counterparty, description, \
             hash FROM posting ",
            $rest
        )
    };
}

pub(crate) const OF_PACKAGE: &str = select!("WHERE package = ?1 ORDER BY number");

pub(crate) const PAGE: &str = select!("WHERE account = ?1 AND number < ?2 ORDER BY number DESC LIMIT ?3");

/// By number, whatever the account: an index by account would have to be sorted for each page.
pub(crate) const OF_THE_BANK: &str =
    select!("WHERE number > ?1 AND number <= ?2 AND leg IS NULL ORDER BY number");

pub(crate) fn book(batch: &Batch<'_>, posting: &Posting) -> Result<(), LedgerFault> {
    let sql = "INSERT INTO posting (number, at_ms, account, package, attempt, leg, amount, balance_after, counterparty,
            description, hash)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    let params = params![
        int(posting.number)?,
        posting.at_ms,
        posting.account.to_string(),
        posting.package.0.as_bytes(),
        posting.attempt.to_string(),
        posting.leg,
        posting.amount,
        posting.balance_after,
        posting.counterparty.as_ref().map(ToString::to_string),
        posting.description.as_ref().map(shared::text::Description::as_str),
        posting.hash
    ];
    batch.run("book a posting", sql, params)?;
    Ok(())
}

fn read(cells: &Cells<'_, '_>) -> Result<Posting, LedgerFault> {
    let description: Option<String> = cells.parsed_if(9)?;
    let description = match description {
        Some(text) => Some(cells.needed(9, shared::text::Description::new(&text).ok().flatten())?),
        None => None,
    };
    Ok(Posting {
        number: cells.count(0)?,
        at_ms: cells.number(1)?,
        account: cells.parsed(2)?,
        package: PackageId(cells.uuid(3)?),
        attempt: cells.parsed(4)?,
        leg: cells.count_if(5)?,
        amount: cells.number(6)?,
        balance_after: cells.number(7)?,
        counterparty: cells.parsed_if(8)?,
        description,
        hash: cells.hash(10)?,
    })
}

/// The last one.
pub(crate) fn head(connection: &Connection) -> Result<PostingHead, LedgerFault> {
    let sql = "SELECT number, hash FROM posting ORDER BY number DESC LIMIT 1";
    let head = first(connection, "posting", sql, [], |cells| {
        Ok(PostingHead { number: cells.count(0)?, hash: cells.hash(1)? })
    })?;
    Ok(head.unwrap_or_default())
}

/// An account's, numbers below `before` only, newest first, at most `rows`.
pub(crate) fn page(
    connection: &Connection,
    account: &LedgerAccount,
    before: u64,
    rows: usize,
) -> Result<Vec<Posting>, LedgerFault> {
    // A number that no posting can have stands for "all of them".
    let before = i64::try_from(before).unwrap_or(i64::MAX);
    let rows = i64::try_from(rows).unwrap_or(i64::MAX);
    all(connection, "posting", PAGE, params![account.to_string(), before, rows], read)
}

/// A package's, in order.
pub(crate) fn of_package(connection: &Connection, package: PackageId) -> Result<Vec<Posting>, LedgerFault> {
    all(connection, "posting", OF_PACKAGE, [package.0.as_bytes()], read)
}

/// Those that are no customer's leg, with numbers above `after` and up to `up_to`, in order.
pub(crate) fn of_the_bank(
    connection: &Connection,
    after: u64,
    up_to: u64,
) -> Result<Vec<Posting>, LedgerFault> {
    all(connection, "posting", OF_THE_BANK, params![int(after)?, int(up_to)?], read)
}

/// Every one, in order.
pub(crate) fn each_posting(connection: &Connection, take: impl FnMut(Posting)) -> Result<(), LedgerFault> {
    each(connection, "posting", select!("ORDER BY number"), [], read, take)
}
