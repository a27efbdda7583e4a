//! The money of each ledger account.

use rusqlite::{Connection, params};

use crate::ledger::LedgerFault;
use crate::ledger::sqlite::batch::Batch;
use crate::ledger::sqlite::cells::{Cells, all, first};
use crate::protocol::records::{Balance, LedgerAccount};

pub(crate) fn put(batch: &Batch<'_>, account: &LedgerAccount, balance: Balance) -> Result<(), LedgerFault> {
    let sql = "INSERT INTO balance (account, balance, held, incoming) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (account) DO UPDATE SET balance = ?2, held = ?3, incoming = ?4";
    let params = params![account.to_string(), balance.balance, balance.held, balance.incoming];
    batch.run("store a balance", sql, params)?;
    Ok(())
}

fn read(cells: &Cells<'_, '_>) -> Result<(LedgerAccount, Balance), LedgerFault> {
    let balance = Balance { balance: cells.number(1)?, held: cells.number(2)?, incoming: cells.number(3)? };
    Ok((cells.parsed(0)?, balance))
}

pub(crate) fn find(connection: &Connection, account: &LedgerAccount) -> Result<Option<Balance>, LedgerFault> {
    let sql = "SELECT account, balance, held, incoming FROM balance WHERE account = ?1";
    Ok(first(connection, "balance", sql, [account.to_string()], read)?.map(|(_, balance)| balance))
}

pub(crate) fn every(connection: &Connection) -> Result<Vec<(LedgerAccount, Balance)>, LedgerFault> {
    all(connection, "balance", "SELECT account, balance, held, incoming FROM balance", [], read)
}

/// Those that are not customers': the till, and what is due to and from each bank.
pub(crate) fn of_the_bank(connection: &Connection) -> Result<Vec<(LedgerAccount, Balance)>, LedgerFault> {
    // 'd' and 't' stand behind every digit.
    let sql = "SELECT account, balance, held, incoming FROM balance WHERE account >= 'a'";
    all(connection, "balance", sql, [], read)
}

/// All customers' money together: balances, held and incoming.
pub(crate) fn of_customers(connection: &Connection) -> Result<Balance, LedgerFault> {
    let sql = "SELECT coalesce(sum(balance), 0), coalesce(sum(held), 0), coalesce(sum(incoming), 0)
        FROM balance WHERE account < 'a'";
    let total = first(connection, "balance", sql, [], |cells| {
        Ok(Balance { balance: cells.number(0)?, held: cells.number(1)?, incoming: cells.number(2)? })
    })?;
    Ok(total.unwrap_or_default())
}
