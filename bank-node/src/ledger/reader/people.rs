//! Customers, their log-ins and accounts, and what other banks' customers may see of them.

use std::collections::BTreeSet;

use rusqlite::Connection;
use shared::account::{AccountKind, AccountNumber};
use shared::api::replies::Permission;
use shared::cpf::Cpf;
use shared::ids::{BankId, CustomerId};
use shared::text::Name;

use super::{Moment, Page, Reader, page};
use crate::ledger::LedgerFault;
use crate::ledger::sqlite::tables::{account, balance, consent, customer, posting, session};
use crate::protocol::records::{Account, Balance, Consent, Customer, LedgerAccount, Posting, Session};

/// An account with its money and its people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountView {
    /// The account.
    pub account: Account,
    /// Its money.
    pub balance: Balance,
    /// The customers named on it, in the order of `account.holders`.
    pub holders: Vec<Customer>,
}

/// An invitation that waits for an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// The account.
    pub account: AccountNumber,
    /// What it is for.
    pub kind: AccountKind,
    /// A business account's company.
    pub company: Option<Name>,
    /// The name of the one who opened it.
    pub invited_by: Name,
    /// Since when, in milliseconds since 1970.
    pub named_ms: i64,
}

impl Reader {
    /// The log-in whose token has this SHA-256, expired or not, and whether its customer has to change the password
    /// before anything else.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn session(&self, token_hash: &[u8; 32]) -> Result<Option<(Session, bool)>, LedgerFault> {
        self.read(|connection| {
            let Some(session) = session::find_by_token(connection, token_hash)? else { return Ok(None) };
            let owner = customer::find(connection, session.customer)?;
            Ok(Some((session, owner.is_some_and(|owner| owner.must_change_password))))
        })
    }

    /// A customer's log-ins, newest first, expired ones too.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn sessions_of(&self, customer: CustomerId) -> Result<Vec<Session>, LedgerFault> {
        self.read(|connection| session::of_customer(connection, customer))
    }

    /// A customer.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn customer(&self, id: CustomerId) -> Result<Option<Customer>, LedgerFault> {
        self.read(|connection| customer::find(connection, id))
    }

    /// The customer with this CPF.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn customer_by_cpf(&self, cpf: Cpf) -> Result<Option<Customer>, LedgerFault> {
        self.read(|connection| customer::find_by_cpf(connection, cpf))
    }

    /// Customers, in order of ids: `limit` of those with ids above `after`.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn customers(&self, after: Option<CustomerId>, limit: usize) -> Result<Vec<Customer>, LedgerFault> {
        self.read(|connection| customer::page(connection, after, limit))
    }

    /// The accounts that a customer holds: open and frozen ones first, then closed ones, each by number.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn accounts_of(&self, customer: CustomerId) -> Result<Vec<AccountView>, LedgerFault> {
        self.read(|connection| views(connection, account::held_by(connection, customer)?))
    }

    /// An account, whoever holds it.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn account(&self, number: AccountNumber) -> Result<Option<AccountView>, LedgerFault> {
        self.at_one_moment(|moment| moment.account(number))
    }

    /// Accounts, newest first: `limit` of those with numbers below `before`, check digits aside.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn accounts(&self, before: Option<u64>, limit: usize) -> Result<Page<AccountView>, LedgerFault> {
        let before = before.unwrap_or(u64::MAX);
        let rows =
            self.read(|connection| views(connection, account::page(connection, before, limit + 1)?))?;
        Ok(page(rows, limit, |view| view.account.number.base()))
    }

    /// An account's postings, newest first: `limit` of those with numbers below `before`, or the newest.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn statement(
        &self,
        number: AccountNumber,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Page<Posting>, LedgerFault> {
        self.at_one_moment(|moment| moment.statement(number, before, limit))
    }

    /// What a customer is invited to hold and has not answered, oldest first.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn invitations_of(&self, customer: CustomerId) -> Result<Vec<Invitation>, LedgerFault> {
        self.read(|connection| {
            let found = account::inviting(connection, customer)?;
            Ok(found
                .into_iter()
                .map(|(account, kind, company, invited_by, named_ms)| Invitation {
                    account,
                    kind,
                    company,
                    invited_by,
                    named_ms,
                })
                .collect())
        })
    }

    /// The consents that a customer gave and that still stand at `wall_ms` (milliseconds since 1970), oldest first.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn consents_of(&self, giver: CustomerId, wall_ms: i64) -> Result<Vec<Consent>, LedgerFault> {
        let mut stand = self.read(|connection| consent::standing_of(connection, giver))?;
        stand.retain(|given| wall_ms < given.expires_ms);
        stand.sort_by_key(|given| (given.created_ms, given.id));
        Ok(stand)
    }

    /// The accounts that a consent shows to `customer` of `bank` at `wall_ms`, open ones first, each by number; `None`
    /// when no consent with *view* stands for them.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn shown_to(
        &self,
        bank: &BankId,
        customer: CustomerId,
        wall_ms: i64,
    ) -> Result<Option<Vec<AccountView>>, LedgerFault> {
        self.read(|connection| {
            let stand = consent::standing_for(connection, bank, customer)?;
            let mut shown = BTreeSet::new();
            let mut any = false;
            for given in stand.iter().filter(|given| given.allows(Permission::View, wall_ms)) {
                any = true;
                shown.extend(account::held_by(connection, given.giver)?);
            }
            if !any {
                return Ok(None);
            }
            let mut views = views(connection, shown)?;
            views.sort_by_key(|view| (view.account.status, view.account.number));
            Ok(Some(views))
        })
    }

    /// One account, if a consent shows it to `customer` of `bank` at `wall_ms`.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn one_shown_to(
        &self,
        bank: &BankId,
        customer: CustomerId,
        number: AccountNumber,
        wall_ms: i64,
    ) -> Result<Option<AccountView>, LedgerFault> {
        self.at_one_moment(|moment| moment.one_shown_to(bank, customer, number, wall_ms))
    }
}

impl Moment<'_> {
    /// As [`Reader::account`].
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn account(&self, number: AccountNumber) -> Result<Option<AccountView>, LedgerFault> {
        view(self.0, number)
    }

    /// As [`Reader::statement`].
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn statement(
        &self,
        number: AccountNumber,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Page<Posting>, LedgerFault> {
        let money = LedgerAccount::Customer(number);
        let rows = posting::page(self.0, &money, before.unwrap_or(u64::MAX), limit + 1)?;
        Ok(page(rows, limit, |posting| posting.number))
    }

    /// As [`Reader::one_shown_to`].
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn one_shown_to(
        &self,
        bank: &BankId,
        customer: CustomerId,
        number: AccountNumber,
        wall_ms: i64,
    ) -> Result<Option<AccountView>, LedgerFault> {
        let stand = consent::standing_for(self.0, bank, customer)?;
        let Some(found) = view(self.0, number)? else { return Ok(None) };
        let shows = |given: &Consent| {
            given.allows(Permission::View, wall_ms) && found.account.is_held_by(given.giver)
        };
        Ok(stand.iter().any(shows).then_some(found))
    }
}

fn views(
    connection: &Connection,
    numbers: impl IntoIterator<Item = AccountNumber>,
) -> Result<Vec<AccountView>, LedgerFault> {
    let found: Result<Vec<_>, _> = numbers.into_iter().map(|number| view(connection, number)).collect();
    Ok(found?.into_iter().flatten().collect())
}

fn view(connection: &Connection, number: AccountNumber) -> Result<Option<AccountView>, LedgerFault> {
    let Some(account) = account::find(connection, number)? else { return Ok(None) };
    let balance = balance::find(connection, &LedgerAccount::Customer(number))?.unwrap_or_default();
    let mut holders = Vec::with_capacity(account.holders.len());
    for holder in &account.holders {
        let person = customer::find(connection, holder.customer)?;
        holders.push(person.ok_or_else(|| LedgerFault::Damaged {
            what: format!("a holder of account {number} is no customer"),
        })?);
    }
    Ok(Some(AccountView { account, balance, holders }))
}
