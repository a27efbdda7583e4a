//! Books in memory, for the simulator: what [`Ledger`] promises, without a disk.
//!
//! A clone is the disk as it stands: cheap until one of the two is written to. A crash keeps the ledger and drops all
//! else; a restored backup is an old clone. What the tables on disk refuse is refused here too (`rules`).

use std::collections::BTreeMap;
use std::sync::Arc;

use shared::account::{AccountNumber, AccountStatus};
use shared::ids::{BankId, ConsentId, SessionId};

use super::{Ledger, LedgerFault, life};
use crate::protocol::attempt::{AttemptId, Epoch};
use crate::protocol::books::{Books, Key};
use crate::protocol::records::{
    Account, Consent, LedgerAccount, OrderState, PortionState, Recovered, Session, Write,
};
use crate::protocol::restoration::asked_lives;
use crate::protocol::snapshot::Snapshot;

mod rules;

/// The books of one bank, in memory.
#[derive(Clone, Debug)]
pub struct MemoryLedger {
    disk: Arc<Snapshot>,
    sessions: Arc<BTreeMap<SessionId, Session>>,
}

impl MemoryLedger {
    /// The empty books of `bank`.
    #[must_use]
    pub fn new(bank: BankId) -> Self {
        Self { disk: Arc::new(Snapshot::empty(bank)), sessions: Arc::default() }
    }

    /// Books that hold `disk`: a backup, put back.
    #[must_use]
    pub fn holding(disk: Snapshot) -> Self {
        Self { disk: Arc::new(disk), sessions: Arc::default() }
    }

    /// What is stored, log-ins aside.
    #[must_use]
    pub fn snapshot(&self) -> &Snapshot {
        &self.disk
    }

    /// The log-ins that are stored.
    #[must_use]
    pub fn sessions(&self) -> &BTreeMap<SessionId, Session> {
        &self.sessions
    }

    /// Makes `books` know what is stored under `key`. A bank of the simulator has a handful of customers, accounts and
    /// consents: going through all of them costs less than an index of each.
    fn load_one(&self, key: &Key, books: &mut Books) {
        let disk = &*self.disk;
        match key {
            Key::Account(number) => self.load_account(*number, books),
            Key::Balance(account) => {
                books.know_balance(account.clone(), disk.balances.get(account).copied());
            }
            Key::Package(id) => books.know_package(*id, disk.packages.get(id).cloned()),
            Key::Order(id) => books.know_order(*id, disk.orders.get(id).cloned()),
            Key::Attempt(id) => books.know_attempt(id.clone(), disk.attempts.get(id).cloned()),
            Key::Portion(id) => books.know_portion(id.clone(), disk.portions.get(id).cloned()),
            Key::ConsentsFor(bank, customer) => {
                let stand =
                    self.load_consents(books, |given| given.bank == *bank && given.customer == *customer);
                books.know_consents_for(bank.clone(), *customer, stand);
            }
            Key::ConsentsOf(giver) => {
                let stand = self.load_consents(books, |given| given.giver == *giver);
                books.know_consents_of(*giver, stand);
            }
            Key::Consent(id) => books.know_consent(*id, disk.consents.get(id).cloned()),
            Key::Customer(id) => books.know_customer(*id, disk.customers.get(id).cloned()),
            Key::Cpf(cpf) => {
                let customer = disk.customers.values().find(|customer| customer.cpf == *cpf);
                if let Some(customer) = customer {
                    books.know_customer(customer.id, Some(customer.clone()));
                }
                books.know_cpf(*cpf, customer.map(|customer| customer.id));
            }
            Key::AccountsOf(customer) => {
                let names = |account: &&Account| account.holders.iter().any(|h| h.customer == *customer);
                let numbers: Vec<_> =
                    disk.accounts.values().filter(names).map(|account| account.number).collect();
                for number in &numbers {
                    self.load_account(*number, books);
                }
                books.know_accounts_of(*customer, numbers);
            }
            Key::Cnpj(cnpj) => {
                let stands = |account: &&Account| {
                    account.status != AccountStatus::Closed
                        && account.company.as_ref().is_some_and(|company| company.cnpj == *cnpj)
                };
                let number = disk.accounts.values().find(stands).map(|account| account.number);
                if let Some(number) = number {
                    self.load_account(number, books);
                }
                books.know_cnpj(*cnpj, number);
            }
            Key::OperatorsLog => books.know_operators_head(disk.operators_head()),
        }
    }

    fn load_account(&self, number: AccountNumber, books: &mut Books) {
        let money = LedgerAccount::Customer(number);
        books.know_account(number, self.disk.accounts.get(&number).cloned());
        let balance = self.disk.balances.get(&money).copied();
        books.know_balance(money, balance);
    }

    fn load_consents(&self, books: &mut Books, wanted: impl Fn(&Consent) -> bool) -> Vec<ConsentId> {
        let stand = self.disk.consents.values().filter(|given| given.ended_ms.is_none() && wanted(given));
        stand
            .map(|given| {
                books.know_consent(given.id, Some(given.clone()));
                given.id
            })
            .collect()
    }
}

impl Ledger for MemoryLedger {
    fn recover(&mut self) -> Result<Recovered, LedgerFault> {
        let disk = &*self.disk;
        Ok(Recovered {
            epochs: disk.epochs.values().cloned().collect(),
            attempts: disk.attempts.values().filter(|attempt| super::is_unended(attempt)).cloned().collect(),
            portions: disk
                .portions
                .values()
                .filter(|portion| matches!(portion.state, PortionState::Prepared(_)))
                .cloned()
                .collect(),
            orders: disk
                .orders
                .values()
                .filter(|order| matches!(order.state, OrderState::InProgress { .. }))
                .cloned()
                .collect(),
            peers: disk.peers.values().cloned().collect(),
            head: disk.head(),
            last_account: disk.accounts.keys().next_back().map_or(0, |number| number.base()),
            restoration: disk
                .restorations
                .last()
                .filter(|(_, report)| report.is_none())
                .map(|(restoration, _)| restoration.clone()),
            asked_lives: asked_lives(&disk.restorations),
        })
    }

    fn load(&mut self, keys: &[Key], books: &mut Books) -> Result<(), LedgerFault> {
        for key in keys {
            if !books.has(key) {
                self.load_one(key, books);
            }
        }
        Ok(())
    }

    fn store(&mut self, life: Epoch, writes: &[Write]) -> Result<(), LedgerFault> {
        // All that can be refused is asked before anything is changed: all of the writes are stored, or none.
        let disk = &*self.disk;
        let newest = disk.epochs.keys().next_back().copied().unwrap_or(0);
        life::check(newest, life, writes, |epoch| {
            Ok(disk.epochs.get(&epoch).map(|record| record.nonce.clone()))
        })?;
        rules::check(disk, writes)?;
        let disk = Arc::make_mut(&mut self.disk);
        for write in writes {
            apply(disk, &mut self.sessions, write);
        }
        Ok(())
    }
}

fn apply(disk: &mut Snapshot, sessions: &mut Arc<BTreeMap<SessionId, Session>>, write: &Write) {
    match write {
        Write::Order(order) => {
            disk.orders.insert(order.package, order.clone());
        }
        Write::ForgetOrder(id) => {
            disk.orders.remove(id);
        }
        Write::Attempt(attempt) => {
            disk.attempts.insert(attempt.id.clone(), attempt.clone());
        }
        Write::ForgetAttempt(id) => {
            disk.attempts.remove(id);
        }
        Write::Portion(portion) => {
            disk.portions.insert(portion.attempt.clone(), portion.clone());
        }
        Write::ForgetTombstones { coordinator, below } => {
            let first = AttemptId { coordinator: coordinator.clone(), epoch: 0, sequence: 0 };
            let end =
                AttemptId { coordinator: coordinator.clone(), epoch: below.epoch, sequence: below.sequence };
            let gone = disk
                .portions
                .extract_if(first..end, |_, portion| matches!(portion.state, PortionState::Aborted { .. }));
            gone.for_each(drop);
        }
        Write::Package(package) => {
            disk.packages.insert(package.id, package.clone());
        }
        Write::Balance(account, balance) => {
            disk.balances.insert(account.clone(), *balance);
        }
        Write::Posting(posting) => disk.postings.push(posting.clone()),
        Write::Consent(consent) => {
            disk.consents.insert(consent.id, consent.clone());
        }
        Write::Peer(peer) => {
            disk.peers.insert(peer.bank.clone(), peer.clone());
        }
        Write::Epoch(record) => {
            disk.epochs.insert(record.epoch, record.clone());
        }
        Write::Evidence(evidence) => disk.evidence.push(evidence.clone()),
        Write::Recovered(report) => {
            if let Some((_, pending)) = disk.restorations.last_mut() {
                *pending = Some(report.clone());
            }
        }
        Write::OperatorEntry(entry) => disk.operators_log.push(entry.clone()),
        Write::Account(account) => {
            disk.balances.entry(LedgerAccount::Customer(account.number)).or_default();
            disk.accounts.insert(account.number, account.clone());
        }
        Write::Customer(customer) => {
            disk.customers.insert(customer.id, customer.clone());
        }
        Write::Session(session) => {
            Arc::make_mut(sessions).insert(session.id, session.clone());
        }
        Write::EndSession(id) => {
            Arc::make_mut(sessions).remove(id);
        }
        Write::EndOtherSessions { customer, keep } => {
            Arc::make_mut(sessions).retain(|id, session| session.customer != *customer || Some(*id) == *keep);
        }
    }
}
