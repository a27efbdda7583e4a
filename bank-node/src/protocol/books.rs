//! The part of the books that a step may see and change: loaded before it, stored after it.
//!
//! Invariant: a step reads only what was loaded ([`Key`]s that it named beforehand), and every change of a record goes
//! through a `put_…` here, which keeps the copy in memory and the list of [`Write`]s in agreement. So what is stored may
//! stay: nobody else writes to a ledger, and a copy that has all its changes is what the disk would say.

use std::collections::BTreeMap;
use std::fmt::Debug;

use shared::account::AccountNumber;
use shared::cnpj::Cnpj;
use shared::cpf::Cpf;
use shared::ids::{BankId, ConsentId, CustomerId, PackageId};

use super::attempt::{AttemptId, Mark};
use super::operators_log::{OperatorEntry, OperatorsHead};
use super::records::{
    Account, Attempt, Balance, Consent, Customer, Evidence, LedgerAccount, Order, OrderState, PackageRecord,
    PackageState, PortionRecord, PortionState, Posting, PostingHead, Write,
};

/// A record, or an index entry, that a step needs to see.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// An account with its holders, and its balance.
    Account(AccountNumber),
    /// The balance of any ledger account.
    Balance(LedgerAccount),
    /// A package's record.
    Package(PackageId),
    /// An order.
    Order(PackageId),
    /// An attempt of this bank.
    Attempt(AttemptId),
    /// A portion here.
    Portion(AttemptId),
    /// Every consent given for this customer of that bank, ended ones aside.
    ConsentsFor(BankId, CustomerId),
    /// Every consent that this customer of ours gave, ended ones aside.
    ConsentsOf(CustomerId),
    /// One consent, ended or not.
    Consent(ConsentId),
    /// A customer.
    Customer(CustomerId),
    /// Who has this CPF, with their record.
    Cpf(Cpf),
    /// Which accounts a customer is named on (held or invited), with their records and balances. Closed ones too.
    AccountsOf(CustomerId),
    /// Which open or frozen account a company has, with its record.
    Cnpj(Cnpj),
    /// Where the operators' log goes on.
    OperatorsLog,
}

/// Ledger accounts that stay from one turn to the next, at most: some 2 MiB.
const ACCOUNTS_KEPT_MAX: usize = 4096;

/// The loaded part of the books, with the changes made to it.
#[derive(Clone, Debug, Default)]
pub struct Books {
    accounts: BTreeMap<AccountNumber, Option<Account>>,
    balances: BTreeMap<LedgerAccount, Option<Balance>>,
    packages: BTreeMap<PackageId, Option<PackageRecord>>,
    orders: BTreeMap<PackageId, Option<Order>>,
    attempts: BTreeMap<AttemptId, Option<Attempt>>,
    portions: BTreeMap<AttemptId, Option<PortionRecord>>,
    consents: BTreeMap<ConsentId, Option<Consent>>,
    consents_for: BTreeMap<(BankId, CustomerId), Vec<ConsentId>>,
    consents_of: BTreeMap<CustomerId, Vec<ConsentId>>,
    customers: BTreeMap<CustomerId, Option<Customer>>,
    cpfs: BTreeMap<Cpf, Option<CustomerId>>,
    accounts_of: BTreeMap<CustomerId, Vec<AccountNumber>>,
    cnpjs: BTreeMap<Cnpj, Option<AccountNumber>>,
    operators_head: Option<OperatorsHead>,
    head: PostingHead,
    last_account: u64,
    writes: Vec<Write>,
}

/// What was loaded under `key`, or the bug that nobody asked for it.
#[track_caller]
fn loaded<'a, K: Ord + Debug, V>(map: &'a BTreeMap<K, V>, key: &K) -> &'a V {
    assert!(map.contains_key(key), "bug: {key:?} was not loaded before the step");
    &map[key]
}

impl Books {
    /// Empty books, whose chain of postings goes on after `head` and whose account numbers after `last_account`.
    #[must_use]
    pub fn new(head: PostingHead, last_account: u64) -> Self {
        Self { head, last_account, ..Self::default() }
    }

    /// Whether `key` needs no loading.
    #[must_use]
    pub fn has(&self, key: &Key) -> bool {
        match key {
            Key::Account(number) => {
                self.accounts.contains_key(number)
                    && self.balances.contains_key(&LedgerAccount::Customer(*number))
            }
            Key::Balance(account) => self.balances.contains_key(account),
            Key::Package(id) => self.packages.contains_key(id),
            Key::Order(id) => self.orders.contains_key(id),
            Key::Attempt(id) => self.attempts.contains_key(id),
            Key::Portion(id) => self.portions.contains_key(id),
            Key::ConsentsFor(bank, customer) => self.consents_for.contains_key(&(bank.clone(), *customer)),
            Key::ConsentsOf(customer) => self.consents_of.contains_key(customer),
            Key::Consent(id) => self.consents.contains_key(id),
            Key::Customer(id) => self.customers.contains_key(id),
            Key::Cpf(cpf) => self.cpfs.contains_key(cpf),
            Key::AccountsOf(customer) => self.accounts_of.contains_key(customer),
            Key::Cnpj(cnpj) => self.cnpjs.contains_key(cnpj),
            Key::OperatorsLog => self.operators_head.is_some(),
        }
    }

    /// Lets go of what has ended, once it is stored. The chain and the numbers go on; what is under way is asked for again
    /// in a moment, and accounts with every package, so these stay, the accounts up to a number.
    pub fn forget_ended(&mut self) {
        assert!(self.writes.is_empty(), "bug: books forgotten with changes not stored");
        let mut kept = Self::new(self.head, self.last_account);
        if self.balances.len() <= ACCOUNTS_KEPT_MAX {
            kept.accounts = std::mem::take(&mut self.accounts);
            kept.balances = std::mem::take(&mut self.balances);
        }
        kept.packages = std::mem::take(&mut self.packages);
        kept.packages.retain(|_, slot| {
            slot.as_ref().is_some_and(|package| matches!(package.state, PackageState::Live(_)))
        });
        kept.orders = std::mem::take(&mut self.orders);
        kept.orders.retain(|_, slot| {
            slot.as_ref().is_some_and(|order| matches!(order.state, OrderState::InProgress { .. }))
        });
        kept.attempts = std::mem::take(&mut self.attempts);
        kept.attempts.retain(|_, slot| slot.as_ref().is_some_and(|attempt| !attempt.unacked.is_empty()));
        kept.portions = std::mem::take(&mut self.portions);
        kept.portions.retain(|_, slot| {
            slot.as_ref().is_some_and(|portion| matches!(portion.state, PortionState::Prepared(_)))
        });
        *self = kept;
    }

    /// Everything that has an entry of its own here, by its key: what must be as the ledger has it once all is stored.
    /// Indexes are left out; they do not outlive a turn.
    #[must_use]
    pub fn keys(&self) -> Vec<Key> {
        let numbers = self.accounts.keys().copied().map(Key::Account);
        let balances = self.balances.keys().cloned().map(Key::Balance);
        let packages = self.packages.keys().copied().map(Key::Package);
        let orders = self.orders.keys().copied().map(Key::Order);
        let attempts = self.attempts.keys().cloned().map(Key::Attempt);
        let portions = self.portions.keys().cloned().map(Key::Portion);
        numbers.chain(balances).chain(packages).chain(orders).chain(attempts).chain(portions).collect()
    }

    /// The first of [`Books::keys`] under which `others` have something else. For tests of what stays in memory.
    #[must_use]
    pub fn differs_from(&self, others: &Self) -> Option<Key> {
        let differs = |key: &Key| match key {
            Key::Account(number) => self.accounts.get(number) != others.accounts.get(number),
            // An account that was never posted to may have a balance of 0, or none.
            Key::Balance(account) => self.balance(account) != others.balance(account),
            Key::Package(id) => self.packages.get(id) != others.packages.get(id),
            Key::Order(id) => self.orders.get(id) != others.orders.get(id),
            Key::Attempt(id) => self.attempts.get(id) != others.attempts.get(id),
            Key::Portion(id) => self.portions.get(id) != others.portions.get(id),
            Key::ConsentsFor(..)
            | Key::ConsentsOf(_)
            | Key::Consent(_)
            | Key::Customer(_)
            | Key::Cpf(_)
            | Key::AccountsOf(_)
            | Key::Cnpj(_)
            | Key::OperatorsLog => false,
        };
        self.keys().into_iter().find(differs)
    }

    /// The changes since the last call, in order.
    #[must_use]
    pub fn take_writes(&mut self) -> Vec<Write> {
        std::mem::take(&mut self.writes)
    }

    // What the ledger says when it loads. A record in memory is newer than the disk's and stays.

    /// The ledger's account, or that there is none.
    pub fn know_account(&mut self, number: AccountNumber, account: Option<Account>) {
        self.accounts.entry(number).or_insert(account);
    }

    /// The ledger's balance, or that there is none.
    pub fn know_balance(&mut self, account: LedgerAccount, balance: Option<Balance>) {
        self.balances.entry(account).or_insert(balance);
    }

    /// The ledger's package record, or that there is none.
    pub fn know_package(&mut self, id: PackageId, package: Option<PackageRecord>) {
        self.packages.entry(id).or_insert(package);
    }

    /// The ledger's order, or that there is none.
    pub fn know_order(&mut self, id: PackageId, order: Option<Order>) {
        self.orders.entry(id).or_insert(order);
    }

    /// The ledger's attempt, or that there is none.
    pub fn know_attempt(&mut self, id: AttemptId, attempt: Option<Attempt>) {
        self.attempts.entry(id).or_insert(attempt);
    }

    /// The ledger's portion, or that there is none.
    pub fn know_portion(&mut self, id: AttemptId, portion: Option<PortionRecord>) {
        self.portions.entry(id).or_insert(portion);
    }

    /// The ledger's consent, or that there is none.
    pub fn know_consent(&mut self, id: ConsentId, consent: Option<Consent>) {
        self.consents.entry(id).or_insert(consent);
    }

    /// Which consents stand for a customer of another bank; each must be known too.
    pub fn know_consents_for(&mut self, bank: BankId, customer: CustomerId, mut stand: Vec<ConsentId>) {
        // The ledger does not know what this batch has changed and not yet stored.
        let changed = self.consents.values().flatten().filter(|c| c.bank == bank && c.customer == customer);
        stand.extend(changed.map(|consent| consent.id));
        stand.sort_unstable();
        stand.dedup();
        self.consents_for.entry((bank, customer)).or_insert(stand);
    }

    /// Which consents a customer gave; each must be known too.
    pub fn know_consents_of(&mut self, giver: CustomerId, mut stand: Vec<ConsentId>) {
        let changed = self.consents.values().flatten().filter(|consent| consent.giver == giver);
        stand.extend(changed.map(|consent| consent.id));
        stand.sort_unstable();
        stand.dedup();
        self.consents_of.entry(giver).or_insert(stand);
    }

    /// The ledger's customer, or that there is none.
    pub fn know_customer(&mut self, id: CustomerId, customer: Option<Customer>) {
        self.customers.entry(id).or_insert(customer);
    }

    /// Who has a CPF; the customer must be known too.
    pub fn know_cpf(&mut self, cpf: Cpf, customer: Option<CustomerId>) {
        self.cpfs.entry(cpf).or_insert(customer);
    }

    /// Which accounts a customer is named on; each must be known too, with its balance.
    pub fn know_accounts_of(&mut self, customer: CustomerId, mut accounts: Vec<AccountNumber>) {
        let names = |account: &Account| account.holders.iter().any(|holder| holder.customer == customer);
        accounts.retain(|number| self.accounts.get(number).and_then(Option::as_ref).is_none_or(names));
        accounts.extend(self.accounts.values().flatten().filter(|a| names(a)).map(|account| account.number));
        accounts.sort_unstable();
        accounts.dedup();
        self.accounts_of.entry(customer).or_insert(accounts);
    }

    /// Which account a company has; it must be known too.
    pub fn know_cnpj(&mut self, cnpj: Cnpj, account: Option<AccountNumber>) {
        let has = |account: &&Account| {
            account.status != shared::account::AccountStatus::Closed
                && account.company.as_ref().is_some_and(|company| company.cnpj == cnpj)
        };
        let changed = self.accounts.values().flatten().find(has).map(|account| account.number);
        let stored = account.filter(|number| {
            self.accounts.get(number).and_then(Option::as_ref).is_none_or(|account| has(&account))
        });
        self.cnpjs.entry(cnpj).or_insert(changed.or(stored));
    }

    /// Where the ledger's operators' log goes on.
    pub fn know_operators_head(&mut self, head: OperatorsHead) {
        self.operators_head.get_or_insert(head);
    }

    // What a step reads.

    /// An account with its holders.
    #[must_use]
    pub fn account(&self, number: AccountNumber) -> Option<&Account> {
        loaded(&self.accounts, &number).as_ref()
    }

    /// The money of a ledger account; nothing yet for one never posted to.
    #[must_use]
    pub fn balance(&self, account: &LedgerAccount) -> Balance {
        loaded(&self.balances, account).unwrap_or_default()
    }

    /// A package's record.
    #[must_use]
    pub fn package(&self, id: PackageId) -> Option<&PackageRecord> {
        loaded(&self.packages, &id).as_ref()
    }

    /// An order.
    #[must_use]
    pub fn order(&self, id: PackageId) -> Option<&Order> {
        loaded(&self.orders, &id).as_ref()
    }

    /// An attempt of this bank.
    #[must_use]
    pub fn attempt(&self, id: &AttemptId) -> Option<&Attempt> {
        loaded(&self.attempts, id).as_ref()
    }

    /// A portion here.
    #[must_use]
    pub fn portion(&self, id: &AttemptId) -> Option<&PortionRecord> {
        loaded(&self.portions, id).as_ref()
    }

    /// One consent.
    #[must_use]
    pub fn consent(&self, id: ConsentId) -> Option<&Consent> {
        loaded(&self.consents, &id).as_ref()
    }

    /// The consents that stand for a customer of another bank.
    pub fn consents_for<'a>(
        &'a self,
        bank: &BankId,
        customer: CustomerId,
    ) -> impl Iterator<Item = &'a Consent> {
        let ids = loaded(&self.consents_for, &(bank.clone(), customer));
        ids.iter().filter_map(|id| self.consent(*id)).filter(|consent| consent.ended_ms.is_none())
    }

    /// The consents that a customer gave.
    pub fn consents_of(&self, giver: CustomerId) -> impl Iterator<Item = &Consent> {
        let ids = loaded(&self.consents_of, &giver);
        ids.iter().filter_map(|id| self.consent(*id)).filter(|consent| consent.ended_ms.is_none())
    }

    /// A customer.
    #[must_use]
    pub fn customer(&self, id: CustomerId) -> Option<&Customer> {
        loaded(&self.customers, &id).as_ref()
    }

    /// An order, if it happens to be loaded: for what may only be noted, never for what a step decides.
    #[must_use]
    pub fn order_if_loaded(&self, id: PackageId) -> Option<&Order> {
        self.orders.get(&id)?.as_ref()
    }

    /// An account, if it happens to be loaded.
    #[must_use]
    pub fn account_if_loaded(&self, number: AccountNumber) -> Option<&Account> {
        self.accounts.get(&number)?.as_ref()
    }

    /// An attempt of this bank, if it happens to be loaded.
    #[must_use]
    pub fn attempt_if_loaded(&self, id: &AttemptId) -> Option<&Attempt> {
        self.attempts.get(id)?.as_ref()
    }

    /// Who has this CPF.
    #[must_use]
    pub fn customer_by_cpf(&self, cpf: Cpf) -> Option<&Customer> {
        loaded(&self.cpfs, &cpf).and_then(|id| self.customer(id))
    }

    /// The accounts that a customer is named on.
    pub fn accounts_of(&self, customer: CustomerId) -> impl Iterator<Item = &Account> {
        loaded(&self.accounts_of, &customer).iter().filter_map(|number| self.account(*number))
    }

    /// The account of a company that is not closed.
    #[must_use]
    pub fn account_by_cnpj(&self, cnpj: Cnpj) -> Option<&Account> {
        loaded(&self.cnpjs, &cnpj).and_then(|number| self.account(number))
    }

    /// Where the operators' log goes on.
    #[must_use]
    pub fn operators_head(&self) -> OperatorsHead {
        self.operators_head.expect("bug: the operators' log was not loaded before the step")
    }

    /// The last posting.
    #[must_use]
    pub const fn head(&self) -> PostingHead {
        self.head
    }

    /// The next account number, check digit aside.
    #[must_use]
    pub const fn next_account(&self) -> u64 {
        self.last_account + 1
    }

    /// Gives out no account number up to `last` any more.
    pub fn skip_accounts(&mut self, last: u64) {
        self.last_account = self.last_account.max(last);
    }

    // What a step changes.

    /// Inserts or replaces an account; the indexes follow.
    pub fn put_account(&mut self, account: Account) {
        self.last_account = self.last_account.max(account.number.base());
        for (customer, numbers) in &mut self.accounts_of {
            let named = account.holders.iter().any(|holder| holder.customer == *customer);
            numbers.retain(|number| named || *number != account.number);
            if named && !numbers.contains(&account.number) {
                numbers.push(account.number);
            }
        }
        if let Some(company) = &account.company
            && let Some(slot) = self.cnpjs.get_mut(&company.cnpj)
        {
            let open = account.status != shared::account::AccountStatus::Closed;
            *slot = if open { Some(account.number) } else { slot.filter(|number| *number != account.number) };
        }
        self.balances.entry(LedgerAccount::Customer(account.number)).or_insert(None);
        self.accounts.insert(account.number, Some(account.clone()));
        self.writes.push(Write::Account(account));
    }

    /// Replaces the money of a ledger account.
    pub fn put_balance(&mut self, account: LedgerAccount, balance: Balance) {
        self.balances.insert(account.clone(), Some(balance));
        self.writes.push(Write::Balance(account, balance));
    }

    /// Inserts or replaces a package's record.
    pub fn put_package(&mut self, package: PackageRecord) {
        self.packages.insert(package.id, Some(package.clone()));
        self.writes.push(Write::Package(package));
    }

    /// Inserts or replaces an order.
    pub fn put_order(&mut self, order: Order) {
        self.orders.insert(order.package, Some(order.clone()));
        self.writes.push(Write::Order(order));
    }

    /// Lets an order go whose id turned out to be another's.
    pub fn forget_order(&mut self, id: PackageId) {
        self.orders.insert(id, None);
        self.writes.push(Write::ForgetOrder(id));
    }

    /// Inserts or replaces an attempt.
    pub fn put_attempt(&mut self, attempt: Attempt) {
        self.attempts.insert(attempt.id.clone(), Some(attempt.clone()));
        self.writes.push(Write::Attempt(attempt));
    }

    /// Lets an aborted attempt go that every participant has confirmed.
    pub fn forget_attempt(&mut self, id: AttemptId) {
        self.attempts.insert(id.clone(), None);
        self.writes.push(Write::ForgetAttempt(id));
    }

    /// Inserts or replaces a portion.
    pub fn put_portion(&mut self, portion: PortionRecord) {
        self.portions.insert(portion.attempt.clone(), Some(portion.clone()));
        self.writes.push(Write::Portion(portion));
    }

    /// Lets the tombstones of a coordinator's ended attempts go.
    pub fn forget_tombstones(&mut self, coordinator: BankId, below: Mark) {
        for (id, slot) in &mut self.portions {
            let aborted =
                slot.as_ref().is_some_and(|portion| matches!(portion.state, PortionState::Aborted { .. }));
            if aborted && id.coordinator == coordinator && id.mark() < below {
                *slot = None;
            }
        }
        self.writes.push(Write::ForgetTombstones { coordinator, below });
    }

    /// Books a posting at the end of the chain.
    pub fn put_posting(&mut self, posting: Posting) {
        assert_eq!(posting.number, self.head.number + 1, "I12: posting numbers have no gaps");
        self.head = PostingHead { number: posting.number, hash: posting.hash };
        self.writes.push(Write::Posting(posting));
    }

    /// Inserts or replaces a consent; the indexes follow.
    pub fn put_consent(&mut self, consent: Consent) {
        let insert = |ids: &mut Vec<ConsentId>| {
            if !ids.contains(&consent.id) {
                ids.push(consent.id);
            }
        };
        if let Some(ids) = self.consents_for.get_mut(&(consent.bank.clone(), consent.customer)) {
            insert(ids);
        }
        if let Some(ids) = self.consents_of.get_mut(&consent.giver) {
            insert(ids);
        }
        self.consents.insert(consent.id, Some(consent.clone()));
        self.writes.push(Write::Consent(consent));
    }

    /// Inserts or replaces a customer; the index by CPF follows.
    pub fn put_customer(&mut self, customer: Customer) {
        self.cpfs.insert(customer.cpf, Some(customer.id));
        self.accounts_of.entry(customer.id).or_default();
        self.customers.insert(customer.id, Some(customer.clone()));
        self.writes.push(Write::Customer(customer));
    }

    /// Keeps evidence of what must not happen.
    pub fn put_evidence(&mut self, evidence: Evidence) {
        self.writes.push(Write::Evidence(evidence));
    }

    /// Writes a line at the end of the operators' log.
    pub fn put_operator_entry(&mut self, entry: OperatorEntry) {
        assert_eq!(entry.number, self.operators_head().number + 1, "bug: the operators' log has no gaps");
        self.operators_head = Some(OperatorsHead { number: entry.number, hash: entry.hash });
        self.writes.push(Write::OperatorEntry(entry));
    }

    /// A change that no step reads back: peers, epochs, sessions live in memory or are read elsewhere.
    pub fn put(&mut self, write: Write) {
        debug_assert!(
            matches!(
                write,
                Write::Peer(_)
                    | Write::Epoch(_)
                    | Write::Recovered(_)
                    | Write::Session(_)
                    | Write::EndSession(_)
                    | Write::EndOtherSessions { .. }
            ),
            "a record that steps read back has a put of its own"
        );
        self.writes.push(write);
    }
}

#[cfg(test)]
mod tests;
