//! What customers saw of their accounts while everything ran, against what they had been told by then: what is certain
//! before a look must be in it, and what nobody had ordered when it was answered must not.

use std::collections::{BTreeMap, BTreeSet};

use shared::account::AccountRef;
use shared::ids::{BankId, PackageId};

use super::{Lie, moves};
use crate::storm::history::{Event, History, Word};

/// What is known of one account at a moment.
#[derive(Clone, Debug, Default)]
struct Known {
    /// The sum of what is booked for certain.
    certain: i64,
    /// What each package would do that may or may not be booked.
    open: BTreeMap<PackageId, i64>,
}

impl Known {
    fn low(&self) -> i64 {
        self.certain + self.open.values().filter(|amount| **amount < 0).sum::<i64>()
    }

    fn high(&self) -> i64 {
        self.certain + self.open.values().filter(|amount| **amount > 0).sum::<i64>()
    }
}

/// Looks that are not what the account can have held between their question and their answer.
pub fn check(history: &History) -> Vec<Lie> {
    let mut lies = Vec::new();
    let mut accounts: BTreeMap<AccountRef, Known> = BTreeMap::new();
    let mut calls: BTreeMap<u64, PackageId> = BTreeMap::new();
    let mut asked: BTreeSet<PackageId> = BTreeSet::new();
    // Of each look that is not answered yet: what was known when it began, and what was ordered since.
    let mut looks: BTreeMap<u64, (AccountRef, Known)> = BTreeMap::new();
    for event in &history.events {
        match event {
            Event::Asks { call, package } => {
                calls.insert(*call, *package);
                let is_new = asked.insert(*package);
                let Some(order) = history.orders.get(package).filter(|_| is_new) else { continue };
                for (account, amount) in moves(order) {
                    for (looked, known) in looks.values_mut() {
                        if *looked == account {
                            known.open.insert(*package, amount);
                        }
                    }
                    accounts.entry(account).or_default().open.insert(*package, amount);
                }
            }
            Event::Told { call, word } => {
                let Some(package) = calls.get(call) else { continue };
                let Some(order) = history.orders.get(package) else { continue };
                for account in moves(order).keys() {
                    let known = accounts.entry(account.clone()).or_default();
                    if is_certain(*word, &order.bank, account) {
                        known.certain += known.open.remove(package).unwrap_or_default();
                    } else if *word == Word::Refused {
                        known.open.remove(package);
                    }
                }
            }
            Event::Looks { call, account } => {
                let known = accounts.get(account).cloned().unwrap_or_default();
                looks.insert(*call, (account.clone(), known));
            }
            Event::Saw { call, money } => {
                let Some((account, known)) = looks.remove(call) else { continue };
                if money.held < 0 || money.incoming < 0 || money.held > money.balance {
                    lies.push(Lie::Impossible { account: account.clone(), money: *money });
                }
                let (low, high) = (known.low(), known.high());
                if !(low..=high).contains(&money.balance) {
                    lies.push(Lie::Seen { account, seen: money.balance, low, high });
                }
            }
        }
    }
    lies
}

/// Whether an account's bank has booked its part once this was told: the bank that decided has, with its decision; the
/// others when they have confirmed it.
fn is_certain(word: Word, ordered_at: &BankId, account: &AccountRef) -> bool {
    match word {
        Word::Committed { settled } => settled || account.bank == *ordered_at,
        Word::Refused | Word::Aborted | Word::InProgress | Word::NotFound | Word::Nothing => false,
    }
}
