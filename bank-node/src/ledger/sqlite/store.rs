//! All writes of a batch in one transaction, each record once.
//!
//! Of several writes of one record only the last is carried out: nobody reads what stood between. What is deleted by a
//! condition (tombstones, sessions) keeps its place among the writes that the condition may meet.

use std::collections::BTreeMap;

use rusqlite::Connection;
use shared::account::{AccountNumber, AccountStatus};
use shared::ids::{BankId, ConsentId, CustomerId, PackageId};

use super::batch::Batch;
use super::tables::{
    account, attempt, balance, consent, customer, epoch, evidence, operator_entry, order, package, peer,
    portion, posting, restoration, session,
};
use crate::ledger::{LedgerFault, life};
use crate::protocol::attempt::{AttemptId, Epoch};
use crate::protocol::records::{
    Account, Attempt, Balance, Consent, Customer, LedgerAccount, Order, PackageRecord, PeerRecord,
    PortionRecord, Write,
};

/// Stores `writes` for `life` and forces them to disk.
pub(crate) fn store(connection: &Connection, life: Epoch, writes: &[Write]) -> Result<(), LedgerFault> {
    let batch = Batch::begin(connection)?;
    let newest = epoch::newest(connection)?.map_or(0, |record| record.epoch);
    life::check(newest, life, writes, |number| {
        Ok(epoch::find(batch.connection(), number)?.map(|record| record.nonce))
    })?;
    let mut last = Last::default();
    for write in writes {
        last.take(&batch, write)?;
    }
    last.put(&batch)?;
    batch.commit()
}

/// The last state of each record that the batch changes; `None` is a deletion.
#[derive(Default)]
struct Last<'writes> {
    customers: BTreeMap<CustomerId, &'writes Customer>,
    accounts: BTreeMap<AccountNumber, &'writes Account>,
    consents: BTreeMap<ConsentId, &'writes Consent>,
    balances: BTreeMap<&'writes LedgerAccount, Balance>,
    packages: BTreeMap<PackageId, &'writes PackageRecord>,
    orders: BTreeMap<PackageId, Option<&'writes Order>>,
    attempts: BTreeMap<&'writes AttemptId, Option<&'writes Attempt>>,
    portions: BTreeMap<&'writes AttemptId, &'writes PortionRecord>,
    peers: BTreeMap<&'writes BankId, &'writes PeerRecord>,
}

impl<'writes> Last<'writes> {
    /// Notes a record's new state, or carries out what has to happen in its place.
    fn take(&mut self, batch: &Batch<'_>, write: &'writes Write) -> Result<(), LedgerFault> {
        match write {
            Write::Order(order) => {
                self.orders.insert(order.package, Some(order));
            }
            Write::ForgetOrder(id) => {
                self.orders.insert(*id, None);
            }
            Write::Attempt(attempt) => {
                self.attempts.insert(&attempt.id, Some(attempt));
            }
            Write::ForgetAttempt(id) => {
                self.attempts.insert(id, None);
            }
            Write::Portion(portion) => {
                self.portions.insert(&portion.attempt, portion);
            }
            Write::ForgetTombstones { coordinator, below } => {
                // A tombstone of this very batch is among those that go.
                self.put_portions(batch)?;
                portion::forget_tombstones(batch, coordinator, *below)?;
            }
            Write::Package(package) => {
                self.packages.insert(package.id, package);
            }
            Write::Balance(account, balance) => {
                self.balances.insert(account, *balance);
            }
            Write::Posting(posting) => posting::book(batch, posting)?,
            Write::Consent(consent) => {
                self.consents.insert(consent.id, consent);
            }
            Write::Peer(peer) => {
                self.peers.insert(&peer.bank, peer);
            }
            Write::Epoch(record) => epoch::put(batch, record)?,
            Write::Evidence(evidence) => evidence::keep(batch, evidence)?,
            Write::Recovered(report) => restoration::report(batch, report)?,
            Write::OperatorEntry(entry) => operator_entry::put(batch, entry)?,
            Write::Account(account) => {
                self.accounts.insert(account.number, account);
            }
            Write::Customer(customer) => {
                self.customers.insert(customer.id, customer);
            }
            Write::Session(session) => session::put(batch, session)?,
            Write::EndSession(id) => session::end(batch, *id)?,
            Write::EndOtherSessions { customer, keep } => session::end_others(batch, *customer, *keep)?,
        }
        Ok(())
    }

    /// Carries out what was noted. Foreign keys are checked at the commit, so that no order of tables is wrong.
    fn put(mut self, batch: &Batch<'_>) -> Result<(), LedgerFault> {
        for customer in self.customers.values() {
            customer::put(batch, customer)?;
        }
        // What ends goes first: a company's, or a customer's one place may be taken again in the same batch.
        let (ended, standing): (Vec<&Account>, Vec<&Account>) =
            self.accounts.values().partition(|account| account.status == AccountStatus::Closed);
        for account in ended.into_iter().chain(standing) {
            account::put(batch, account)?;
        }
        let (ended, standing): (Vec<&Consent>, Vec<&Consent>) =
            self.consents.values().partition(|consent| consent.ended_ms.is_some());
        for consent in ended.into_iter().chain(standing) {
            consent::put(batch, consent)?;
        }
        for (account, balance) in &self.balances {
            balance::put(batch, account, *balance)?;
        }
        for package in self.packages.values() {
            package::put(batch, package)?;
        }
        for (id, order) in &self.orders {
            match order {
                Some(order) => order::put(batch, order)?,
                None => order::forget(batch, *id)?,
            }
        }
        for (id, attempt) in &self.attempts {
            match attempt {
                Some(attempt) => attempt::put(batch, attempt)?,
                None => attempt::forget(batch, id)?,
            }
        }
        self.put_portions(batch)?;
        for peer in self.peers.values() {
            peer::put(batch, peer)?;
        }
        Ok(())
    }

    fn put_portions(&mut self, batch: &Batch<'_>) -> Result<(), LedgerFault> {
        std::mem::take(&mut self.portions).into_values().try_for_each(|record| portion::put(batch, record))
    }
}
