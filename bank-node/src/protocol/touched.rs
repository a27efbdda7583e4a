//! Whom a step concerns: which accounts and packages changed, by the customers who may want to hear of it.
//!
//! Never here: what they are told, and the right to it. Both are asked of the books when somebody is told.

use std::collections::{BTreeMap, BTreeSet};

use shared::account::AccountNumber;
use shared::api::replies::HolderStatus;
use shared::ids::{CustomerId, PackageId};

use super::attempt::AttemptId;
use super::books::Books;
use super::message::{Message, Portion};
use super::output::Input;
use super::records::{Account, LedgerAccount, PortionState, Write};

/// What changed for one customer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Concern {
    /// Accounts that they hold.
    pub accounts: BTreeSet<AccountNumber>,
    /// Packages that they ordered, or that touch an account of theirs.
    pub packages: BTreeSet<PackageId>,
    /// Whether what they are invited to may have changed.
    pub invitations: bool,
}

impl Concern {
    /// The two together.
    pub fn absorb(&mut self, other: &Self) {
        self.accounts.extend(&other.accounts);
        self.packages.extend(&other.packages);
        self.invitations |= other.invitations;
    }

    /// How many things it names.
    #[must_use]
    pub fn len(&self) -> usize {
        self.accounts.len() + self.packages.len() + usize::from(self.invitations)
    }

    /// Whether it names nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// What changed, by customer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touched(BTreeMap<CustomerId, Concern>);

impl Touched {
    /// What concerns `customer`.
    #[must_use]
    pub fn of(&self, customer: CustomerId) -> Option<&Concern> {
        self.0.get(&customer)
    }

    /// Whether it concerns nobody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many things it names, for all customers together.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.values().map(Concern::len).sum()
    }

    /// The package that `input` is about and whose records it may change in memory alone, or delete. To be asked before
    /// the step.
    #[must_use]
    pub fn package_of(books: &Books, input: &Input) -> Option<PackageId> {
        let Input::Received { message, .. } = input else { return None };
        let attempt: &AttemptId = match message {
            Message::Vote(vote) => &vote.attempt,
            Message::Ack(ack) => &ack.attempt,
            // What these change, they change by writes.
            Message::Prepare(_)
            | Message::Decide(_)
            | Message::Query(_)
            | Message::Status(_)
            | Message::PeerQuery(_)
            | Message::PeerStatus(_)
            | Message::Hello
            | Message::HelloAnswer(_) => return None,
        };
        books.attempt_if_loaded(attempt).map(|attempt| attempt.package)
    }

    /// Notes what a step wrote, and the package that it was about.
    pub fn note(&mut self, books: &Books, about: Option<PackageId>, writes: &[Write]) {
        if let Some(package) = about {
            self.note_order(books, package);
        }
        for write in writes {
            match write {
                Write::Order(order) => self.note_package(order.customer, order.package),
                Write::Attempt(attempt) => self.note_order(books, attempt.package),
                Write::Portion(record) => {
                    let promise = match &record.state {
                        PortionState::Prepared(promise) | PortionState::Committed(promise) => Some(promise),
                        PortionState::Aborted { promise, .. } => promise.as_ref(),
                    };
                    if let (Some(package), Some(promise)) = (record.package, promise) {
                        self.note_portion(books, package, &promise.portion);
                    }
                }
                Write::Balance(LedgerAccount::Customer(number), _) => {
                    if let Some(account) = books.account_if_loaded(*number) {
                        self.note_account(account);
                    }
                }
                Write::Account(account) => {
                    self.note_account(account);
                    for holder in &account.holders {
                        self.0.entry(holder.customer).or_default().invitations = true;
                    }
                }
                // Of what is a bank's own, of consents and log-ins no customer is told here; postings come with balances.
                Write::Balance(..)
                | Write::ForgetOrder(_)
                | Write::ForgetAttempt(_)
                | Write::ForgetTombstones { .. }
                | Write::Package(_)
                | Write::Posting(_)
                | Write::Consent(_)
                | Write::Peer(_)
                | Write::Epoch(_)
                | Write::Evidence(_)
                | Write::Recovered(_)
                | Write::OperatorEntry(_)
                | Write::Customer(_)
                | Write::Session(_)
                | Write::EndSession(_)
                | Write::EndOtherSessions { .. } => {}
            }
        }
    }

    fn note_package(&mut self, customer: CustomerId, package: PackageId) {
        self.0.entry(customer).or_default().packages.insert(package);
    }

    fn note_order(&mut self, books: &Books, package: PackageId) {
        if let Some(order) = books.order_if_loaded(package) {
            self.note_package(order.customer, package);
        }
    }

    fn note_portion(&mut self, books: &Books, package: PackageId, portion: &Portion) {
        self.note_order(books, package);
        for number in portion.lines.iter().filter_map(|line| line.account) {
            if let Some(account) = books.account_if_loaded(number) {
                for customer in holders(account) {
                    self.note_package(customer, package);
                }
            }
        }
    }

    fn note_account(&mut self, account: &Account) {
        for customer in holders(account) {
            self.0.entry(customer).or_default().accounts.insert(account.number);
        }
    }
}

fn holders(account: &Account) -> impl Iterator<Item = CustomerId> {
    let held = account.holders.iter().filter(|holder| holder.status == HolderStatus::Holder);
    held.map(|holder| holder.customer)
}
