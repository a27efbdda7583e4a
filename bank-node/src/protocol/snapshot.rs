//! Everything that one bank has on disk at one moment: what the invariants are held against.
//!
//! Never here: log-ins and anything of a process's memory. A ledger produces it; nothing is ever stored from it.

use std::collections::BTreeMap;

use shared::account::AccountNumber;
use shared::ids::{BankId, ConsentId, CustomerId, PackageId};

use super::attempt::{AttemptId, Epoch, EpochRecord};
use super::operators_log::{OperatorEntry, OperatorsHead};
use super::records::{
    Account, Attempt, Balance, Consent, Customer, Evidence, LedgerAccount, Order, PackageRecord, PeerRecord,
    PortionRecord, Posting, PostingHead,
};
use super::restoration::{RecoveryReport, Restoration};

/// One bank's disk. Every record stands under the key that it names itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Whose books these are.
    pub bank: BankId,
    /// Its lives.
    pub epochs: BTreeMap<Epoch, EpochRecord>,
    /// Its customers.
    pub customers: BTreeMap<CustomerId, Customer>,
    /// Its customers' accounts, closed ones too.
    pub accounts: BTreeMap<AccountNumber, Account>,
    /// The money of every ledger account ever touched.
    pub balances: BTreeMap<LedgerAccount, Balance>,
    /// Every posting, in the order in which they were stored.
    pub postings: Vec<Posting>,
    /// Every package that touches an account here.
    pub packages: BTreeMap<PackageId, PackageRecord>,
    /// What customers ordered here.
    pub orders: BTreeMap<PackageId, Order>,
    /// This bank's attempts.
    pub attempts: BTreeMap<AttemptId, Attempt>,
    /// Portions here.
    pub portions: BTreeMap<AttemptId, PortionRecord>,
    /// Consents given here, ended ones too.
    pub consents: BTreeMap<ConsentId, Consent>,
    /// Other banks.
    pub peers: BTreeMap<BankId, PeerRecord>,
    /// What must not have happened, oldest first.
    pub evidence: Vec<Evidence>,
    /// Backups that took the ledger's place, oldest first, each with what was recovered from other banks once that is known.
    pub restorations: Vec<(Restoration, Option<RecoveryReport>)>,
    /// What operators did, oldest first.
    pub operators_log: Vec<OperatorEntry>,
}

impl Snapshot {
    /// The disk of a bank that has not begun.
    #[must_use]
    pub const fn empty(bank: BankId) -> Self {
        Self {
            bank,
            epochs: BTreeMap::new(),
            customers: BTreeMap::new(),
            accounts: BTreeMap::new(),
            balances: BTreeMap::new(),
            postings: Vec::new(),
            packages: BTreeMap::new(),
            orders: BTreeMap::new(),
            attempts: BTreeMap::new(),
            portions: BTreeMap::new(),
            consents: BTreeMap::new(),
            peers: BTreeMap::new(),
            evidence: Vec::new(),
            restorations: Vec::new(),
            operators_log: Vec::new(),
        }
    }

    /// The money of a ledger account; nothing for one never touched.
    #[must_use]
    pub fn balance(&self, account: &LedgerAccount) -> Balance {
        self.balances.get(account).copied().unwrap_or_default()
    }

    /// Where the operators' log goes on.
    #[must_use]
    pub fn operators_head(&self) -> OperatorsHead {
        let last = self.operators_log.last();
        last.map(|entry| OperatorsHead { number: entry.number, hash: entry.hash }).unwrap_or_default()
    }

    /// Where the chain of postings goes on.
    #[must_use]
    pub fn head(&self) -> PostingHead {
        self.postings
            .last()
            .map(|posting| PostingHead { number: posting.number, hash: posting.hash })
            .unwrap_or_default()
    }
}
