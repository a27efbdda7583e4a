//! One bank's books: the chain of postings, the balances that follow from it, and the records beside it.

use std::collections::{BTreeMap, BTreeSet};

use shared::ids::{BankId, ConsentId, PackageId};
use shared::limits::BALANCE_MAX;

use super::Violation;
use crate::protocol::attempt::AttemptId;
use crate::protocol::message::{Portion, Side};
use crate::protocol::operators_log::breaks;
use crate::protocol::portion::{Flow, flows, holds_accounts, line_account, net_account};
use crate::protocol::posting::chain;
use crate::protocol::records::{
    AttemptState, LedgerAccount, OrderState, PackageState, PortionState, PostingHead,
};
use crate::protocol::snapshot::Snapshot;

/// Everything about one bank's books, the whole chain included.
#[must_use]
pub fn of_bank(disk: &Snapshot) -> Vec<Violation> {
    let mut found = of_chain(disk, 0);
    found.extend(of_postings(disk));
    found.extend(of_records(disk));
    found.extend(of_operators_log(disk));
    found
}

/// Each line of the operators' log follows from the one before: none was changed, left out or put in.
#[must_use]
pub fn of_operators_log(disk: &Snapshot) -> Vec<Violation> {
    let mut found = Found::at(disk, "operators_log");
    for what in breaks(&disk.operators_log) {
        found.note(what);
    }
    found.list
}

/// I12: from the posting at index `from` on, numbers have no gaps and each hash follows from the one before.
#[must_use]
pub fn of_chain(disk: &Snapshot, from: usize) -> Vec<Violation> {
    let mut found = Found::at(disk, "I12");
    let before = from.checked_sub(1).and_then(|index| disk.postings.get(index));
    let mut head =
        before.map_or_else(PostingHead::default, |p| PostingHead { number: p.number, hash: p.hash });
    for posting in disk.postings.iter().skip(from) {
        if posting.number != head.number + 1 {
            found.note(format!("posting {} follows posting {}", posting.number, head.number));
        }
        if posting.hash != chain(&head, posting) {
            found.note(format!("posting {} was changed, or the one before it was", posting.number));
        }
        head = PostingHead { number: posting.number, hash: posting.hash };
    }
    found.list
}

/// I4 and I12: postings sum to 0 for the bank and each package, and to each balance; each belongs to what committed.
#[must_use]
pub fn of_postings(disk: &Snapshot) -> Vec<Violation> {
    let mut sums: BTreeMap<&LedgerAccount, i128> = BTreeMap::new();
    let mut packages: BTreeMap<PackageId, i128> = BTreeMap::new();
    let mut booked: BTreeMap<&AttemptId, Vec<Entry>> = BTreeMap::new();
    let mut found = Found::at(disk, "I12");
    for posting in &disk.postings {
        let sum = sums.entry(&posting.account).or_default();
        *sum += i128::from(posting.amount);
        if *sum != i128::from(posting.balance_after) {
            found
                .note(format!("posting {} says another balance than its account's postings", posting.number));
        }
        *packages.entry(posting.package).or_default() += i128::from(posting.amount);
        let entry = (posting.account.clone(), posting.leg, posting.amount);
        booked.entry(&posting.attempt).or_default().push(entry);
    }
    for (account, money) in &disk.balances {
        let sum = sums.get(account).copied().unwrap_or_default();
        if sum != i128::from(money.balance) {
            found.note(format!("{account} has a balance of {} and postings of {sum}", money.balance));
        }
    }
    for account in sums.keys().filter(|account| !disk.balances.contains_key(**account)) {
        found.note(format!("{account} has postings and no balance"));
    }
    found.invariant = "I4";
    let total: i128 = packages.values().sum();
    if total != 0 {
        found.note(format!("all postings sum to {total}"));
    }
    for (package, sum) in packages.iter().filter(|(_, sum)| **sum != 0) {
        found.note(format!("the postings of package {package} sum to {sum}"));
    }
    found.invariant = "I8";
    let mut committed = BTreeSet::new();
    for (attempt, portion) in &disk.portions {
        let PortionState::Committed(promise) = &portion.state else { continue };
        committed.insert(attempt);
        let mut wanted = entries(&promise.portion);
        let mut there = booked.get(attempt).cloned().unwrap_or_default();
        wanted.sort();
        there.sort();
        if wanted != there {
            found.note(format!("the postings of attempt {attempt} are not what it promised, once"));
        }
    }
    for attempt in booked.keys().filter(|attempt| !committed.contains(**attempt)) {
        found.note(format!("there are postings of attempt {attempt}, which is not committed here"));
    }
    found.list
}

/// I7, I8 and I10: what is set aside, the packages' records, orders, consents, lives.
#[must_use]
pub fn of_records(disk: &Snapshot) -> Vec<Violation> {
    let mut found = Found::at(disk, "I7");
    let mut aside: BTreeMap<LedgerAccount, Flow> = BTreeMap::new();
    let mut drawn: BTreeMap<(ConsentId, i32), i64> = BTreeMap::new();
    let mut committed: BTreeMap<PackageId, Vec<&AttemptId>> = BTreeMap::new();
    let mut live: BTreeMap<PackageId, &AttemptId> = BTreeMap::new();
    for (attempt, record) in &disk.portions {
        let promise = match &record.state {
            PortionState::Prepared(promise) => {
                for (account, flow) in flows(&promise.portion) {
                    let sum = aside.entry(account).or_default();
                    sum.takes += flow.takes;
                    sum.brings += flow.brings;
                }
                if let Some(package) = record.package.filter(|_| holds_accounts(&promise.portion)) {
                    live.insert(package, attempt);
                }
                promise
            }
            PortionState::Committed(promise) => {
                // Who took part for cash alone keeps no record, and may keep one of another body under the same id.
                if let Some(package) = record.package.filter(|_| holds_accounts(&promise.portion)) {
                    committed.entry(package).or_default().push(attempt);
                }
                promise
            }
            PortionState::Aborted { .. } => continue,
        };
        for draw in &promise.consents {
            *drawn.entry((draw.consent, draw.day)).or_default() += draw.amount;
        }
    }
    for (account, money) in &disk.balances {
        let sum = aside.remove(account).unwrap_or_default();
        if (money.held, money.incoming) != (sum.takes, sum.brings) {
            found.note(format!(
                "{account} has {} held and {} incoming, its prepared portions {} and {}",
                money.held, money.incoming, sum.takes, sum.brings
            ));
        }
        if matches!(account, LedgerAccount::Customer(_)) && money.available() < 0 {
            found.note(format!("{account} has {} available", money.available()));
        }
        if money.balance.abs() > BALANCE_MAX {
            found.note(format!("{account} has passed the largest balance"));
        }
    }
    for account in aside.keys() {
        found.note(format!("{account} has prepared portions and no balance"));
    }
    found.invariant = "I8";
    for (package, attempts) in committed.iter().filter(|(_, attempts)| attempts.len() > 1) {
        found.note(format!("package {package} is committed in {} attempts", attempts.len()));
    }
    for record in disk.packages.values() {
        let spent = committed.get(&record.id).and_then(|attempts| attempts.first().copied());
        let here = live.remove(&record.id);
        let holds = match &record.state {
            PackageState::Open | PackageState::Closed(_) => spent.is_none() && here.is_none(),
            PackageState::Live(attempt) => spent.is_none() && here == Some(attempt),
            PackageState::Spent(attempt) => spent == Some(attempt) && here.is_none(),
        };
        if !holds {
            let state = match &record.state {
                PackageState::Open => "open",
                PackageState::Live(_) => "live",
                PackageState::Spent(_) => "spent",
                PackageState::Closed(_) => "closed",
            };
            found.note(format!("package {} is {state}, which its portions contradict", record.id));
        }
    }
    for (package, attempt) in live {
        found.note(format!("attempt {attempt} is prepared and package {package} has no record"));
    }
    for package in committed.keys().filter(|package| !disk.packages.contains_key(package)) {
        found.note(format!("package {package} is committed and has no record"));
    }
    for order in disk.orders.values() {
        let OrderState::Committed { attempt, .. } = &order.state else { continue };
        let own = attempt.coordinator == disk.bank;
        let recorded = disk.attempts.get(attempt).map(|record| &record.state);
        if own && !matches!(recorded, Some(AttemptState::Committed { .. })) {
            found.note(format!("order {} is committed and its attempt {attempt} is not", order.package));
        }
    }
    for ((consent, day), amount) in drawn {
        let counted = disk.consents.get(&consent).is_none_or(|c| c.used_day != day || c.used >= amount);
        if !counted {
            found.note(format!("consent {consent} counts less than was drawn on it"));
        }
    }
    found.invariant = "I10";
    for attempt in disk.attempts.keys() {
        if attempt.coordinator != disk.bank || !disk.epochs.contains_key(&attempt.epoch) {
            found.note(format!("attempt {attempt} is of a life that was never begun"));
        }
    }
    found.list
}

type Entry = (LedgerAccount, Option<u16>, i64);

/// The postings that a portion makes.
fn entries(portion: &Portion) -> Vec<Entry> {
    let lines = portion.lines.iter().map(|line| {
        let sign = match line.side {
            Side::Debit => -1,
            Side::Credit => 1,
        };
        (line_account(line), Some(line.leg), sign * line.amount.centavos())
    });
    lines.chain(portion.nets.iter().map(|net| (net_account(net), None, net.amount))).collect()
}

/// Violations of one invariant at one bank, as they are found.
struct Found {
    bank: BankId,
    invariant: &'static str,
    list: Vec<Violation>,
}

impl Found {
    fn at(disk: &Snapshot, invariant: &'static str) -> Self {
        Self { bank: disk.bank.clone(), invariant, list: Vec::new() }
    }

    fn note(&mut self, what: String) {
        self.list.push(Violation { invariant: self.invariant, bank: Some(self.bank.clone()), what });
    }
}
