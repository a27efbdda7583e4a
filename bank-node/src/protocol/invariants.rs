//! The invariants I1 to I8, I10 and I12 over what banks have on disk. One set serves the simulator, the audit and tests.
//!
//! I9 (what customers were told), I11 (what was sent) and I13 (what was voted) need a history, and are the simulator's.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use shared::account::AccountNumber;
use shared::ids::{BankId, ConsentId, PackageId};
use shared::limits::BALANCE_MAX;
use shared::package::PackageDigest;

use super::attempt::AttemptId;
use super::message::Portion;
use super::portion::{Flow, flows, holds_accounts, line_account, net_account};
use super::posting::chain;
use super::records::{
    AttemptState, LedgerAccount, OrderState, PackageState, PortionState, PostingHead, Promise,
};
use super::snapshot::Snapshot;

/// An invariant that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Its name in `docs/protocol.md`: `I1` to `I13`.
    pub invariant: &'static str,
    /// Where, or whose.
    pub bank: Option<BankId>,
    /// What was found, in a sentence; nothing personal.
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.bank {
            Some(bank) => write!(f, "{} at {bank}: {}", self.invariant, self.what),
            None => write!(f, "{}: {}", self.invariant, self.what),
        }
    }
}

/// What a bank knows of an attempt's portion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Prepared,
    Committed,
    Aborted,
}

/// Everything about one bank's books, the whole chain included.
#[must_use]
pub fn of_bank(disk: &Snapshot) -> Vec<Violation> {
    let mut found = of_chain(disk, 0);
    found.extend(of_postings(disk));
    found.extend(of_records(disk));
    found
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

/// I1, I2, I3, I6 and I8 across banks. Banks whose books are not given are not asked about.
#[must_use]
pub fn across(disks: &[&Snapshot]) -> Vec<Violation> {
    let by_bank: BTreeMap<&BankId, &Snapshot> = disks.iter().map(|disk| (&disk.bank, *disk)).collect();
    let mut list = Vec::new();
    let mut note = |invariant, what: String| list.push(Violation { invariant, bank: None, what });
    // A package is its id with its digest: two bodies under one id, at banks that have none in common, are two packages.
    let mut spent: BTreeMap<(PackageId, PackageDigest), BTreeSet<&AttemptId>> = BTreeMap::new();
    let mut ended: BTreeMap<&AttemptId, (bool, bool)> = BTreeMap::new();
    for disk in disks {
        for (id, attempt) in &disk.attempts {
            let seen = ended.entry(id).or_default();
            match attempt.state {
                AttemptState::Begun => {}
                AttemptState::Committed { .. } => {
                    seen.0 = true;
                    spent.entry((attempt.package, attempt.digest)).or_default().insert(id);
                }
                AttemptState::Aborted { .. } => seen.1 = true,
            }
        }
        for (id, portion) in &disk.portions {
            let seen = ended.entry(id).or_default();
            match &portion.state {
                PortionState::Prepared(_) => {}
                PortionState::Committed(promise) => {
                    seen.0 = true;
                    if let Some(package) = portion.package {
                        spent.entry((package, promise.digest)).or_default().insert(id);
                    }
                    let coordinator = by_bank.get(&id.coordinator);
                    let decided = coordinator.is_none_or(|disk| {
                        let record = disk.attempts.get(id).map(|record| &record.state);
                        matches!(record, Some(AttemptState::Committed { .. }))
                    });
                    if !decided {
                        let bank = &disk.bank;
                        note("I3", format!("{bank} has committed attempt {id}, its coordinator has not"));
                    }
                    for (bank, other) in of_participants(&by_bank, promise) {
                        if !matches!(stage(other, id), Some(Stage::Prepared | Stage::Committed)) {
                            note("I2", format!("attempt {id} is committed and {bank} has not promised it"));
                        }
                    }
                    for net in &promise.portion.nets {
                        let mirrored = by_bank.get(&net.bank).is_none_or(|other| {
                            promise_of(other, id)
                                .is_none_or(|there| net_to(&there.portion, &disk.bank) == -net.amount)
                        });
                        if !mirrored {
                            note(
                                "I6",
                                format!("attempt {id} is not mirrored by {} and {}", disk.bank, net.bank),
                            );
                        }
                    }
                }
                PortionState::Aborted { .. } => seen.1 = true,
            }
        }
        for (id, attempt) in &disk.attempts {
            if !matches!(attempt.state, AttemptState::Committed { .. }) {
                continue;
            }
            for bank in &attempt.participants {
                let promised = by_bank
                    .get(bank)
                    .is_none_or(|other| matches!(stage(other, id), Some(Stage::Prepared | Stage::Committed)));
                if !promised {
                    note("I2", format!("attempt {id} is decided commit and {bank} has not promised it"));
                }
            }
        }
    }
    for (id, _) in ended.iter().filter(|(_, (committed, aborted))| *committed && *aborted) {
        note("I1", format!("attempt {id} is committed at one bank and aborted at another"));
    }
    for ((package, _), attempts) in spent.iter().filter(|(_, attempts)| attempts.len() > 1) {
        note("I8", format!("package {package} is committed in {} attempts", attempts.len()));
    }
    for (package, digest) in spent.keys() {
        for disk in disks {
            if let Some(record) = disk.packages.get(package)
                && let PackageState::Closed(_) = record.state
                && record.digest == *digest
            {
                note("I8", format!("package {package} is committed, and closed at {}", disk.bank));
            }
        }
    }
    for pair in pairs(disks) {
        if pair.difference != pair.in_transit.iter().map(|(_, amount)| i128::from(*amount)).sum::<i128>() {
            let what = format!(
                "{} owes {} {} by its own books and {} by the other's",
                pair.debtor, pair.creditor, pair.due_to, pair.due_from
            );
            note("I6", what);
        }
    }
    list
}

/// What one bank owes another, by the books of both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Who owes.
    pub debtor: BankId,
    /// Who is owed.
    pub creditor: BankId,
    /// By the debtor's books, in centavos.
    pub due_to: i64,
    /// By the creditor's books, in centavos.
    pub due_from: i64,
    /// `due_to - due_from`.
    pub difference: i128,
    /// The packages that are committed at one of the two only, with what each adds to the difference.
    pub in_transit: Vec<(PackageId, i64)>,
}

/// Every ordered pair of the given banks.
#[must_use]
pub fn pairs(disks: &[&Snapshot]) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for debtor in disks {
        for creditor in disks.iter().filter(|disk| disk.bank != debtor.bank) {
            let due_to = debtor.balance(&LedgerAccount::DueTo(creditor.bank.clone())).balance;
            let due_from = -creditor.balance(&LedgerAccount::DueFrom(debtor.bank.clone())).balance;
            let mut in_transit = Vec::new();
            for (id, package, promise) in committed(debtor) {
                let net = net_to(&promise.portion, &creditor.bank);
                if net > 0 && stage(creditor, id) != Some(Stage::Committed) {
                    in_transit.push((package, net));
                }
            }
            for (id, package, promise) in committed(creditor) {
                let net = net_to(&promise.portion, &debtor.bank);
                if net < 0 && stage(debtor, id) != Some(Stage::Committed) {
                    in_transit.push((package, net));
                }
            }
            pairs.push(Pair {
                debtor: debtor.bank.clone(),
                creditor: creditor.bank.clone(),
                due_to,
                due_from,
                difference: i128::from(due_to) - i128::from(due_from),
                in_transit,
            });
        }
    }
    pairs
}

/// I5, in centavos: customers' money + in transit = paid in − paid out, and nothing lost or created.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Conservation {
    /// All balances of customers' accounts.
    pub customers: i128,
    /// What passed the tills, in less out.
    pub paid_in_less_out: i128,
    /// Debited at banks that have committed and not yet credited at banks that are prepared; negative the other way.
    pub in_transit: i128,
    /// Debited by packages of which another part was aborted or never promised.
    pub lost: i128,
    /// Credited by packages of which another part was aborted or never promised.
    pub created: i128,
}

impl Conservation {
    /// Whether the books of all banks together hold exactly what was paid in and not paid out.
    #[must_use]
    pub const fn holds(&self) -> bool {
        self.customers + self.in_transit == self.paid_in_less_out && self.lost == 0 && self.created == 0
    }
}

/// Counts the money of the given banks: all banks of the consortium, or the sums mean nothing.
#[must_use]
pub fn conservation(disks: &[&Snapshot]) -> Conservation {
    let mut count = Conservation::default();
    for disk in disks {
        for (account, money) in &disk.balances {
            match account {
                LedgerAccount::Customer(_) => count.customers += i128::from(money.balance),
                LedgerAccount::Till => count.paid_in_less_out -= i128::from(money.balance),
                LedgerAccount::DueTo(_) | LedgerAccount::DueFrom(_) => {}
            }
        }
    }
    for (_, open, waits) in open_attempts(disks) {
        if waits {
            count.in_transit += open;
        } else if open > 0 {
            count.lost += open;
        } else {
            count.created -= open;
        }
    }
    count
}

/// The attempts that are booked at some of their banks and promised at none of the others, with what that adds to the
/// lost (positive) or the created (negative), in centavos.
#[must_use]
pub fn adrift(disks: &[&Snapshot]) -> Vec<(AttemptId, i128)> {
    let open = open_attempts(disks).into_iter().filter(|(_, open, waits)| !waits && *open != 0);
    open.map(|(id, open, _)| (id.clone(), open)).collect()
}

/// Every attempt booked anywhere, with what the banks that have booked it owe less what they are owed (0 once all have),
/// and whether another still waits for the decision.
fn open_attempts<'a>(disks: &[&'a Snapshot]) -> Vec<(&'a AttemptId, i128, bool)> {
    let mut attempts: BTreeMap<&AttemptId, &Promise> = BTreeMap::new();
    for disk in disks {
        attempts.extend(committed(disk).map(|(id, _, promise)| (id, promise)));
    }
    let open = attempts.into_iter().map(|(id, promise)| {
        let parts = disks.iter().filter(|disk| promise.participants.contains(&disk.bank));
        let stages: Vec<(&Snapshot, Option<Stage>)> = parts.map(|disk| (*disk, stage(disk, id))).collect();
        let owed: i128 = stages
            .iter()
            .filter(|(_, stage)| *stage == Some(Stage::Committed))
            .filter_map(|(disk, _)| promise_of(disk, id))
            .flat_map(|promise| &promise.portion.nets)
            .map(|net| i128::from(net.amount))
            .sum();
        (id, owed, stages.iter().any(|(_, stage)| *stage == Some(Stage::Prepared)))
    });
    open.collect()
}

type Entry = (LedgerAccount, Option<u16>, i64);

/// The postings that a portion makes.
fn entries(portion: &Portion) -> Vec<Entry> {
    let lines = portion.lines.iter().map(|line| {
        let sign = match line.side {
            super::message::Side::Debit => -1,
            super::message::Side::Credit => 1,
        };
        (line_account(line), Some(line.leg), sign * line.amount.centavos())
    });
    lines.chain(portion.nets.iter().map(|net| (net_account(net), None, net.amount))).collect()
}

fn stage(disk: &Snapshot, attempt: &AttemptId) -> Option<Stage> {
    disk.portions.get(attempt).map(|record| match record.state {
        PortionState::Prepared(_) => Stage::Prepared,
        PortionState::Committed(_) => Stage::Committed,
        PortionState::Aborted { .. } => Stage::Aborted,
    })
}

/// What `disk` promised or booked for `attempt`.
fn promise_of<'a>(disk: &'a Snapshot, attempt: &AttemptId) -> Option<&'a Promise> {
    match &disk.portions.get(attempt)?.state {
        PortionState::Prepared(promise) | PortionState::Committed(promise) => Some(promise),
        PortionState::Aborted { .. } => None,
    }
}

/// Every portion that `disk` has booked.
fn committed(disk: &Snapshot) -> impl Iterator<Item = (&AttemptId, PackageId, &Promise)> {
    disk.portions.iter().filter_map(|(id, record)| match &record.state {
        PortionState::Committed(promise) => Some((id, record.package?, promise)),
        PortionState::Prepared(_) | PortionState::Aborted { .. } => None,
    })
}

fn of_participants<'a>(
    by_bank: &BTreeMap<&'a BankId, &'a Snapshot>,
    promise: &'a Promise,
) -> impl Iterator<Item = (&'a BankId, &'a Snapshot)> {
    promise.participants.iter().filter_map(|bank| by_bank.get(bank).map(|disk| (bank, *disk)))
}

fn net_to(portion: &Portion, bank: &BankId) -> i64 {
    portion.nets.iter().find(|net| net.bank == *bank).map_or(0, |net| net.amount)
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

/// The accounts that customers hold at one bank, with their money: what `audit` prints as books.
#[must_use]
pub fn customers_money(disk: &Snapshot) -> BTreeMap<AccountNumber, i64> {
    let numbered = disk.balances.iter().filter_map(|(account, money)| match account {
        LedgerAccount::Customer(number) => Some((*number, money.balance)),
        LedgerAccount::Till | LedgerAccount::DueTo(_) | LedgerAccount::DueFrom(_) => None,
    });
    numbered.collect()
}
