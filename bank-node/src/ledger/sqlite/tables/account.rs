//! Accounts with their holders.

use rusqlite::{Connection, params};
use shared::account::{AccountKind, AccountNumber, AccountStatus};
use shared::api::replies::HolderStatus;
use shared::cnpj::Cnpj;
use shared::ids::CustomerId;
use shared::text::Name;

use crate::ledger::LedgerFault;
use crate::ledger::sqlite::batch::Batch;
use crate::ledger::sqlite::cells::{Cells, all, each, first, int};
use crate::protocol::records::{Account, Company, Holder};

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT number, kind, status, opened_by, opened_ms, cnpj, company FROM account ", $rest)
    };
}

pub(crate) fn put(batch: &Batch<'_>, account: &Account) -> Result<(), LedgerFault> {
    let sql = "INSERT INTO account (number, kind, status, opened_by, opened_ms, cnpj, company)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
        ON CONFLICT (number) DO UPDATE
        SET kind = ?2, status = ?3, opened_by = ?4, opened_ms = ?5, cnpj = ?6, company = ?7";
    let number = int(account.number.base())?;
    let params = params![
        number,
        kind_word(account.kind),
        status_word(account.status),
        account.opened_by.0.as_bytes(),
        account.opened_ms,
        account.company.as_ref().map(|company| company.cnpj.to_string()),
        account.company.as_ref().map(|company| company.name.as_str()),
    ];
    batch.run("store an account", sql, params)?;
    batch.run("store an account's holders", "DELETE FROM holder WHERE account = ?1", [number])?;
    for (place, holder) in (0_i64..).zip(&account.holders) {
        let sql =
            "INSERT INTO holder (account, place, customer, status, named_ms) VALUES (?1, ?2, ?3, ?4, ?5)";
        let status = holder_word(holder.status);
        let params = params![number, place, holder.customer.0.as_bytes(), status, holder.named_ms];
        batch.run("store an account's holders", sql, params)?;
    }
    // A new account begins with a balance of 0.
    let sql = "INSERT INTO balance (account, balance, held, incoming) VALUES (?1, 0, 0, 0)
        ON CONFLICT (account) DO NOTHING";
    batch.run("store an account's balance", sql, [account.number.to_string()])?;
    Ok(())
}

/// All but the holders.
fn read(cells: &Cells<'_, '_>) -> Result<Account, LedgerFault> {
    let company = match cells.parsed_if(5)? {
        Some(cnpj) => Some(Company { cnpj, name: cells.name(6)? }),
        None => None,
    };
    Ok(Account {
        number: read_number(cells, 0)?,
        kind: cells.word(1, read_kind)?,
        status: cells.word(2, read_status)?,
        opened_by: CustomerId(cells.uuid(3)?),
        opened_ms: cells.number(4)?,
        company,
        holders: Vec::new(),
    })
}

pub(crate) fn read_number(cells: &Cells<'_, '_>, place: usize) -> Result<AccountNumber, LedgerFault> {
    cells.needed(place, AccountNumber::new(cells.count(place)?).ok())
}

fn read_holder(cells: &Cells<'_, '_>) -> Result<Holder, LedgerFault> {
    Ok(Holder {
        customer: CustomerId(cells.uuid(0)?),
        status: cells.word(1, read_holder_status)?,
        named_ms: cells.number(2)?,
    })
}

/// The account with its holders.
pub(crate) fn find(connection: &Connection, number: AccountNumber) -> Result<Option<Account>, LedgerFault> {
    let number = int(number.base())?;
    let Some(mut account) = first(connection, "account", select!("WHERE number = ?1"), [number], read)?
    else {
        return Ok(None);
    };
    let sql = "SELECT customer, status, named_ms FROM holder WHERE account = ?1 ORDER BY place";
    account.holders = all(connection, "holder", sql, [number], read_holder)?;
    Ok(Some(account))
}

/// The numbers of all accounts that a customer is named on, closed ones too.
pub(crate) fn naming(
    connection: &Connection,
    customer: CustomerId,
) -> Result<Vec<AccountNumber>, LedgerFault> {
    let sql = "SELECT account FROM holder WHERE customer = ?1 ORDER BY account";
    all(connection, "holder", sql, [customer.0.as_bytes()], |cells| read_number(cells, 0))
}

/// The numbers of accounts below `before`, check digits aside, highest first.
pub(crate) fn page(
    connection: &Connection,
    before: u64,
    limit: usize,
) -> Result<Vec<AccountNumber>, LedgerFault> {
    let before = i64::try_from(before).unwrap_or(i64::MAX);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let sql = "SELECT number FROM account WHERE number < ?1 ORDER BY number DESC LIMIT ?2";
    all(connection, "account", sql, [before, limit], |cells| read_number(cells, 0))
}

/// The numbers of all accounts that a customer holds: open and frozen ones first, each by number.
pub(crate) fn held_by(
    connection: &Connection,
    customer: CustomerId,
) -> Result<Vec<AccountNumber>, LedgerFault> {
    let sql = "SELECT account FROM holder JOIN account ON account.number = holder.account
        WHERE customer = ?1 AND holder.status = 'holder'
        ORDER BY account.status = 'closed', account.number";
    all(connection, "holder", sql, [customer.0.as_bytes()], |cells| read_number(cells, 0))
}

/// An invitation: the account, what it is for, a company's name, the opener's name, and since when.
pub(crate) type Inviting = (AccountNumber, AccountKind, Option<Name>, Name, i64);

/// What a customer is invited to hold and has not answered, oldest first.
pub(crate) fn inviting(connection: &Connection, customer: CustomerId) -> Result<Vec<Inviting>, LedgerFault> {
    let sql = "SELECT account.number, account.kind, account.company, opener.name, holder.named_ms
        FROM holder
        JOIN account ON account.number = holder.account
        JOIN customer AS opener ON opener.id = account.opened_by
        WHERE holder.customer = ?1 AND holder.status = 'invited' AND account.status <> 'closed'
        ORDER BY holder.named_ms, account.number";
    all(connection, "holder", sql, [customer.0.as_bytes()], |cells| {
        let kind = cells.word(1, read_kind)?;
        let company = if kind == AccountKind::Business { Some(cells.name(2)?) } else { None };
        Ok((read_number(cells, 0)?, kind, company, cells.name(3)?, cells.number(4)?))
    })
}

/// The number of the account that a company has and has not closed.
pub(crate) fn of_company(connection: &Connection, cnpj: Cnpj) -> Result<Option<AccountNumber>, LedgerFault> {
    let sql = "SELECT number FROM account WHERE cnpj = ?1 AND status <> 'closed'";
    first(connection, "account", sql, [cnpj.to_string()], |cells| read_number(cells, 0))
}

/// The highest number given out, check digit aside; 0 before the first.
pub(crate) fn last_number(connection: &Connection) -> Result<u64, LedgerFault> {
    let highest =
        first(connection, "account", "SELECT coalesce(max(number), 0) FROM account", [], |cells| {
            cells.count(0)
        })?;
    Ok(highest.unwrap_or(0))
}

pub(crate) fn every(connection: &Connection) -> Result<Vec<Account>, LedgerFault> {
    let mut accounts = all(connection, "account", select!("ORDER BY number"), [], read)?;
    let sql = "SELECT customer, status, named_ms, account FROM holder ORDER BY account, place";
    let mut holders = Vec::new();
    each(
        connection,
        "holder",
        sql,
        [],
        |cells| Ok((read_number(cells, 3)?, read_holder(cells)?)),
        |holder| holders.push(holder),
    )?;
    for (number, holder) in holders {
        // Both lists are in order of numbers, and no holder is without its account (a foreign key says so).
        if let Ok(at) = accounts.binary_search_by_key(&number, |account| account.number) {
            accounts[at].holders.push(holder);
        }
    }
    Ok(accounts)
}

const fn kind_word(kind: AccountKind) -> &'static str {
    match kind {
        AccountKind::Personal => "personal",
        AccountKind::Joint => "joint",
        AccountKind::Business => "business",
    }
}

pub(crate) fn read_kind(word: &str) -> Option<AccountKind> {
    [AccountKind::Personal, AccountKind::Joint, AccountKind::Business]
        .into_iter()
        .find(|kind| kind_word(*kind) == word)
}

const fn status_word(status: AccountStatus) -> &'static str {
    match status {
        AccountStatus::Open => "open",
        AccountStatus::Frozen => "frozen",
        AccountStatus::Closed => "closed",
    }
}

fn read_status(word: &str) -> Option<AccountStatus> {
    [AccountStatus::Open, AccountStatus::Frozen, AccountStatus::Closed]
        .into_iter()
        .find(|status| status_word(*status) == word)
}

const fn holder_word(status: HolderStatus) -> &'static str {
    match status {
        HolderStatus::Holder => "holder",
        HolderStatus::Invited => "invited",
    }
}

fn read_holder_status(word: &str) -> Option<HolderStatus> {
    [HolderStatus::Holder, HolderStatus::Invited].into_iter().find(|status| holder_word(*status) == word)
}
