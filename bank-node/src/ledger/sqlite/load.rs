//! From a key to the records that stand under it. One code for the writer and for readers.

use rusqlite::Connection;
use shared::account::AccountNumber;
use shared::ids::ConsentId;

use super::cells::fault;
use super::tables::{account, attempt, balance, consent, customer, operator_entry, order, package, portion};
use crate::ledger::LedgerFault;
use crate::protocol::books::{Books, Key};
use crate::protocol::records::{Consent, LedgerAccount};

/// Makes `books` know what stands under each key, or that nothing does. One reading for all of them: outside of one, each
/// statement would take and leave the file's locks by itself, which costs more than what it looks up.
pub(crate) fn load(connection: &Connection, keys: &[Key], books: &mut Books) -> Result<(), LedgerFault> {
    let alone = connection.is_autocommit();
    if alone {
        run(connection, "BEGIN DEFERRED")?;
    }
    let loaded = keys
        .iter()
        .try_for_each(|key| if books.has(key) { Ok(()) } else { load_one(connection, key, books) });
    // Also after a fault: a reading that stays open holds the log back.
    let ended = if alone { run(connection, "COMMIT") } else { Ok(()) };
    loaded.and(ended)
}

fn run(connection: &Connection, sql: &'static str) -> Result<(), LedgerFault> {
    connection.prepare_cached(sql).and_then(|mut s| s.execute([])).map(|_| ()).map_err(fault("read together"))
}

fn load_one(connection: &Connection, key: &Key, books: &mut Books) -> Result<(), LedgerFault> {
    match key {
        Key::Account(number) => load_account(connection, *number, books)?,
        Key::Balance(account) => {
            books.know_balance(account.clone(), balance::find(connection, account)?);
        }
        Key::Package(id) => books.know_package(*id, package::find(connection, *id)?),
        Key::Order(id) => books.know_order(*id, order::find(connection, *id)?),
        Key::Attempt(id) => books.know_attempt(id.clone(), attempt::find(connection, id)?),
        Key::Portion(id) => books.know_portion(id.clone(), portion::find(connection, id)?),
        Key::ConsentsFor(bank, customer) => {
            let stand = consent::standing_for(connection, bank, *customer)?;
            let ids = know_consents(books, stand);
            books.know_consents_for(bank.clone(), *customer, ids);
        }
        Key::ConsentsOf(giver) => {
            let stand = consent::standing_of(connection, *giver)?;
            let ids = know_consents(books, stand);
            books.know_consents_of(*giver, ids);
        }
        Key::Consent(id) => books.know_consent(*id, consent::find(connection, *id)?),
        Key::Customer(id) => books.know_customer(*id, customer::find(connection, *id)?),
        Key::Cpf(cpf) => {
            let customer = customer::find_by_cpf(connection, *cpf)?;
            let id = customer.as_ref().map(|customer| customer.id);
            if let Some(customer) = customer {
                books.know_customer(customer.id, Some(customer));
            }
            books.know_cpf(*cpf, id);
        }
        Key::AccountsOf(customer) => {
            let numbers = account::naming(connection, *customer)?;
            for number in &numbers {
                load_account(connection, *number, books)?;
            }
            books.know_accounts_of(*customer, numbers);
        }
        Key::Cnpj(cnpj) => {
            let number = account::of_company(connection, *cnpj)?;
            if let Some(number) = number {
                load_account(connection, number, books)?;
            }
            books.know_cnpj(*cnpj, number);
        }
        Key::OperatorsLog => books.know_operators_head(operator_entry::head(connection)?),
    }
    Ok(())
}

fn load_account(
    connection: &Connection,
    number: AccountNumber,
    books: &mut Books,
) -> Result<(), LedgerFault> {
    let money = LedgerAccount::Customer(number);
    books.know_account(number, account::find(connection, number)?);
    let balance = balance::find(connection, &money)?;
    books.know_balance(money, balance);
    Ok(())
}

fn know_consents(books: &mut Books, consents: Vec<Consent>) -> Vec<ConsentId> {
    let know = |consent: Consent| {
        let id = consent.id;
        books.know_consent(id, Some(consent));
        id
    };
    consents.into_iter().map(know).collect()
}
