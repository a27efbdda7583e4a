//! What the tables of the ledger on disk refuse, refused in memory too: else the simulator would let pass what ends a
//! real bank's process.
//!
//! Never here: references between records (that an account's holder is a customer); the simulator makes what it needs.

use std::collections::{BTreeMap, BTreeSet};

use shared::account::{AccountKind, AccountNumber, AccountStatus};
use shared::ids::{ConsentId, PackageId};
use shared::limits::BALANCE_MAX;

use crate::ledger::LedgerFault;
use crate::protocol::attempt::AttemptId;
use crate::protocol::records::{
    Account, Attempt, AttemptState, Balance, Consent, LedgerAccount, PackageRecord, PackageState,
    PortionRecord, PortionState, Write,
};
use crate::protocol::snapshot::Snapshot;

/// Checks that every one of `writes` may follow what is stored and the writes before it.
pub(super) fn check(disk: &Snapshot, writes: &[Write]) -> Result<(), LedgerFault> {
    let mut last_posting = disk.head().number;
    let mut last_entry = disk.operators_head().number;
    for (at, write) in writes.iter().enumerate() {
        let before = &writes[..at];
        match write {
            Write::Posting(posting) if posting.number != last_posting + 1 => {
                return refuse("book a posting", "I12: posting numbers have no gaps");
            }
            Write::Posting(posting)
                if posting.amount == 0 || !has_balance(disk, writes, &posting.account) =>
            {
                return refuse("book a posting", "it has no amount, or its account no balance");
            }
            Write::Posting(posting) => last_posting = posting.number,
            Write::OperatorEntry(entry) if entry.number != last_entry + 1 => {
                return refuse("write a line of the operators' log", "the operators' log has no gaps");
            }
            Write::OperatorEntry(entry) => last_entry = entry.number,
            Write::Package(package) => check_package(package_before(disk, before, package.id), package)?,
            Write::Attempt(attempt) => {
                let decided = attempt_before(disk, before, &attempt.id);
                if decided.is_some_and(|old| is_decided(old) && !same_decision(old, attempt)) {
                    return refuse("store an attempt", "I1: a decision is made once");
                }
            }
            Write::ForgetAttempt(id) => {
                let committed = |old: &Attempt| matches!(old.state, AttemptState::Committed { .. });
                if attempt_before(disk, before, id).is_some_and(committed) {
                    return refuse("forget an attempt", "R5: what committed is kept for good");
                }
            }
            Write::Portion(portion) => {
                let old = portion_before(disk, before, &portion.attempt);
                if old.is_some_and(|old| !may_follow(&old.state, &portion.state)) {
                    return refuse("store a portion", "R3: votes and refusals are final");
                }
            }
            // Only what stands at the end of the batch has to make sense.
            Write::Balance(account, balance) => {
                let again = |later: &Write| matches!(later, Write::Balance(other, _) if other == account);
                if !writes[at + 1..].iter().any(again) && !is_sound(account, *balance) {
                    return refuse("store a balance", "I7: held, incoming or balance is out of its range");
                }
            }
            Write::Account(_)
            | Write::Consent(_)
            | Write::Order(_)
            | Write::ForgetOrder(_)
            | Write::ForgetTombstones { .. }
            | Write::Peer(_)
            | Write::Epoch(_)
            | Write::Evidence(_)
            | Write::Recovered(_)
            | Write::Customer(_)
            | Write::Session(_)
            | Write::EndSession(_)
            | Write::EndOtherSessions { .. } => {}
        }
    }
    if writes.iter().any(|write| matches!(write, Write::Account(_))) {
        check_accounts(disk, writes)?;
    }
    if writes.iter().any(|write| matches!(write, Write::Consent(_))) {
        check_consents(disk, writes)?;
    }
    Ok(())
}

fn refuse(action: &'static str, cause: &str) -> Result<(), LedgerFault> {
    Err(LedgerFault::Storage { action, cause: cause.to_owned() })
}

fn has_balance(disk: &Snapshot, writes: &[Write], account: &LedgerAccount) -> bool {
    let makes = |write: &Write| match write {
        Write::Balance(made, _) => made == account,
        Write::Account(made) => *account == LedgerAccount::Customer(made.number),
        _ => false,
    };
    disk.balances.contains_key(account) || writes.iter().any(makes)
}

fn check_package(old: Option<&PackageRecord>, new: &PackageRecord) -> Result<(), LedgerFault> {
    let Some(old) = old else { return Ok(()) };
    match (&old.state, &new.state) {
        (PackageState::Open | PackageState::Live(_), _) => Ok(()),
        (PackageState::Spent(by), PackageState::Spent(now_by)) if by == now_by => Ok(()),
        (PackageState::Spent(_), _) => refuse("store a package", "I8: a package is spent once"),
        (PackageState::Closed(_), PackageState::Closed(_)) if old.digest == new.digest => Ok(()),
        (PackageState::Closed(_), _) => refuse("store a package", "I8: a closed package is closed for good"),
    }
}

fn package_before<'a>(disk: &'a Snapshot, before: &'a [Write], id: PackageId) -> Option<&'a PackageRecord> {
    let written = before.iter().rev().find_map(|write| match write {
        Write::Package(package) if package.id == id => Some(package),
        _ => None,
    });
    written.or_else(|| disk.packages.get(&id))
}

fn attempt_before<'a>(disk: &'a Snapshot, before: &'a [Write], id: &AttemptId) -> Option<&'a Attempt> {
    let written = before.iter().rev().find_map(|write| match write {
        Write::Attempt(attempt) if attempt.id == *id => Some(Some(attempt)),
        Write::ForgetAttempt(gone) if gone == id => Some(None),
        _ => None,
    });
    written.unwrap_or_else(|| disk.attempts.get(id))
}

fn is_decided(attempt: &Attempt) -> bool {
    attempt.state != AttemptState::Begun
}

fn same_decision(old: &Attempt, new: &Attempt) -> bool {
    std::mem::discriminant(&old.state) == std::mem::discriminant(&new.state)
}

fn portion_before<'a>(disk: &'a Snapshot, before: &'a [Write], id: &AttemptId) -> Option<&'a PortionRecord> {
    for (at, write) in before.iter().enumerate().rev() {
        match write {
            Write::Portion(portion) if portion.attempt == *id => return Some(portion),
            Write::ForgetTombstones { coordinator, below }
                if id.coordinator == *coordinator && id.mark() < *below =>
            {
                let old = portion_before(disk, &before[..at], id);
                return old.filter(|old| !matches!(old.state, PortionState::Aborted { .. }));
            }
            _ => {}
        }
    }
    disk.portions.get(id)
}

fn may_follow(old: &PortionState, new: &PortionState) -> bool {
    match (old, new) {
        (PortionState::Prepared(_), _)
        | (PortionState::Committed(_), PortionState::Committed(_))
        | (PortionState::Aborted { .. }, PortionState::Aborted { .. }) => true,
        (PortionState::Committed(_) | PortionState::Aborted { .. }, _) => false,
    }
}

fn is_sound(account: &LedgerAccount, money: Balance) -> bool {
    let bounded = money.held >= 0 && money.incoming >= 0 && money.balance.abs() <= BALANCE_MAX;
    bounded && (!matches!(account, LedgerAccount::Customer(_)) || money.held <= money.balance)
}

/// One personal account per customer, and one account per company, closed ones aside.
fn check_accounts(disk: &Snapshot, writes: &[Write]) -> Result<(), LedgerFault> {
    let mut accounts: BTreeMap<AccountNumber, &Account> =
        disk.accounts.iter().map(|(n, a)| (*n, a)).collect();
    for write in writes {
        if let Write::Account(account) = write {
            accounts.insert(account.number, account);
        }
    }
    accounts.retain(|_, account| account.status != AccountStatus::Closed);
    let standing: Vec<&Account> = accounts.into_values().collect();
    let personal = standing.iter().filter(|account| account.kind == AccountKind::Personal);
    let companies = standing.iter().filter_map(|account| account.company.as_ref());
    if repeats(personal.map(|account| account.opened_by)) || repeats(companies.map(|company| company.cnpj)) {
        return refuse("store an account", "its customer or company has one already");
    }
    Ok(())
}

/// One standing consent per giver, bank and customer.
fn check_consents(disk: &Snapshot, writes: &[Write]) -> Result<(), LedgerFault> {
    let mut consents: BTreeMap<ConsentId, &Consent> = disk.consents.iter().map(|(id, c)| (*id, c)).collect();
    for write in writes {
        if let Write::Consent(consent) = write {
            consents.insert(consent.id, consent);
        }
    }
    let standing = consents.into_values().filter(|consent| consent.ended_ms.is_none());
    if repeats(standing.map(|consent| (consent.giver, &consent.bank, consent.customer))) {
        return refuse("store a consent", "its giver has one that stands for the same customer");
    }
    Ok(())
}

fn repeats<T: Ord>(items: impl Iterator<Item = T>) -> bool {
    let mut seen = BTreeSet::new();
    items.into_iter().any(|item| !seen.insert(item))
}
