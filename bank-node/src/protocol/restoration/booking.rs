//! Books portions on other banks' word: each line where it belongs as far as the copy's accounts can bear it, the rest in
//! suspense.
//!
//! Never here: which portions have committed.

use std::collections::{BTreeMap, BTreeSet};

use shared::account::{AccountNumber, AccountStatus};
use shared::api::replies::Permission;
use shared::ids::{BankId, PackageId};
use shared::limits::BALANCE_MAX;
use shared::money::Amount;
use shared::package::PackageDigest;

use super::RecoveryReport;
use super::report::{RecoveredPackage, Suspended, SuspenseReason};
use crate::protocol::attempt::AttemptId;
use crate::protocol::bank::Bank;
use crate::protocol::books::Books;
use crate::protocol::message::{Line, Portion, Side};
use crate::protocol::output::Now;
use crate::protocol::portion::{self, flows};
use crate::protocol::posting::book;
use crate::protocol::records::{
    Account, LedgerAccount, PackageRecord, PackageState, PortionRecord, PortionState, Promise,
};
use crate::protocol::settings::Settings;

/// A portion that is booked on another bank's word.
pub(super) struct Recovered {
    pub attempt: AttemptId,
    pub package: PackageId,
    pub digest: PackageDigest,
    pub participants: BTreeSet<BankId>,
    /// None where this bank, as coordinator, books nothing.
    pub portion: Option<Portion>,
    pub prepared_ms: i64,
    pub whole: bool,
}

/// Books what needs no suspense first: what one package brings may cover what another takes. Then the rest.
pub(super) fn book_all(
    books: &mut Books,
    now: Now,
    mut wanted: Vec<Recovered>,
    bank: &mut Bank,
    report: &mut RecoveryReport,
) {
    wanted.sort_by_key(|one| (one.prepared_ms, one.package));
    loop {
        let before = wanted.len();
        let mut waiting = Vec::new();
        for one in wanted {
            let covered = |portion: &Portion| placed(books, &bank.settings, &one, portion).1.is_empty();
            if one.portion.as_ref().is_none_or(covered) {
                book_one(books, now, one, bank, report);
            } else {
                waiting.push(one);
            }
        }
        wanted = waiting;
        if wanted.len() == before {
            break;
        }
    }
    for one in wanted {
        book_one(books, now, one, bank, report);
    }
}

/// Whether it can be booked at all: its package has not ended otherwise here, and no balance passes the largest.
pub(super) fn is_bookable(books: &Books, settings: &Settings, one: &Recovered) -> bool {
    let Some(portion) = &one.portion else { return true };
    fits(books, one, &placed(books, settings, one, portion).0)
}

/// The same, of the portion as it is placed.
fn fits(books: &Books, one: &Recovered, placed: &Portion) -> bool {
    let passes = |(account, flow): (LedgerAccount, portion::Flow)| {
        let balance = books.balance(&account).balance;
        balance.saturating_add(flow.brings).saturating_sub(flow.takes).abs() > BALANCE_MAX
    };
    let ended_otherwise = books.package(one.package).is_some_and(|record| match &record.state {
        PackageState::Spent(attempt) => *attempt != one.attempt,
        PackageState::Closed(_) => record.digest == one.digest,
        PackageState::Open | PackageState::Live(_) => false,
    });
    !ended_otherwise && !flows(placed).into_iter().any(passes)
}

fn book_one(books: &mut Books, now: Now, one: Recovered, bank: &mut Bank, report: &mut RecoveryReport) {
    let (portion, suspense) = match &one.portion {
        Some(portion) => {
            let (portion, suspense) = placed(books, &bank.settings, &one, portion);
            (Some(portion), suspense)
        }
        None => (None, Vec::new()),
    };
    if let Some(portion) = portion {
        if !fits(books, &one, &portion) {
            report.contradicted.push(one.attempt);
            return;
        }
        book(books, now.wall_ms, one.package, &one.attempt, &portion);
        if bank.keeps_record(&portion, one.participants.len()) {
            let state = PackageState::Spent(one.attempt.clone());
            books.put_package(PackageRecord { id: one.package, digest: one.digest, state });
        }
        let promise = Promise {
            digest: one.digest,
            participants: one.participants,
            portion,
            consents: Vec::new(),
            first_ms: one.prepared_ms,
            prepared_ms: one.prepared_ms,
        };
        books.put_portion(PortionRecord {
            attempt: one.attempt.clone(),
            package: Some(one.package),
            state: PortionState::Committed(promise),
        });
    }
    bank.note_last_commit(books, &one.attempt);
    report.recovered.push(RecoveredPackage {
        package: one.package,
        attempt: one.attempt,
        whole: one.whole,
        suspense,
    });
}

/// The portion as it can be booked now: each line on its account as far as that can bear it, the rest in suspense.
fn placed(
    books: &Books,
    settings: &Settings,
    one: &Recovered,
    portion: &Portion,
) -> (Portion, Vec<Suspended>) {
    let me = &settings.me;
    let mut owed = Owed::of(books, settings, one, portion);
    let mut lines = Vec::new();
    let mut suspense = Vec::new();
    let mut taken: BTreeMap<AccountNumber, i64> = BTreeMap::new();
    for line in &portion.lines {
        let Some(number) = line.account else {
            lines.push(line.clone());
            continue;
        };
        let amount = line.amount.centavos();
        let money = books.balance(&LedgerAccount::Customer(number));
        let already = taken.entry(number).or_default();
        let (fits, why) = match (books.account(number), line.side) {
            (None, _) => (0, SuspenseReason::AccountUnknown),
            (Some(account), _) if account.status == AccountStatus::Closed => {
                (0, SuspenseReason::AccountClosed)
            }
            (Some(account), Side::Debit) if !may_debit(books, me, one, portion, account) => {
                (0, SuspenseReason::ConsentUnknown)
            }
            (Some(_), Side::Debit) => {
                ((money.available() - *already).clamp(0, amount), SuspenseReason::NotCovered)
            }
            (Some(_), Side::Credit) if BALANCE_MAX - money.balance - money.incoming < amount => {
                (0, SuspenseReason::BalanceLimit)
            }
            (Some(_), Side::Credit) => {
                let may = owed.may_grow_by(line, amount);
                (if may { amount } else { 0 }, SuspenseReason::ExposureLimit)
            }
        };
        if line.side == Side::Debit {
            *already += fits;
        }
        lines.extend(part_of(line, fits, false));
        lines.extend(part_of(line, amount - fits, true));
        if fits < amount {
            let (leg, side) = (line.leg, line.side);
            suspense.push(Suspended { leg, account: number, side, amount: amount - fits, why });
        }
    }
    (Portion { lines, ..portion.clone() }, suspense)
}

/// How much more each other bank of a portion may come to owe this one before it passes its cap: also on its own word. A
/// bank that is not, or no more, of the consortium owes nothing more.
struct Owed<'a> {
    coordinator: &'a BankId,
    me: &'a BankId,
    room: BTreeMap<&'a BankId, i128>,
}

impl<'a> Owed<'a> {
    fn of(books: &Books, settings: &'a Settings, one: &'a Recovered, portion: &'a Portion) -> Self {
        let (coordinator, me) = (&one.attempt.coordinator, &settings.me);
        let mut owed = Self { coordinator, me, room: BTreeMap::new() };
        for net in &portion.nets {
            let due_from = books.balance(&LedgerAccount::DueFrom(net.bank.clone()));
            let due_to = books.balance(&LedgerAccount::DueTo(net.bank.clone()));
            let cap = settings.others.get(&net.bank).copied().unwrap_or(0);
            let exposed =
                i128::from(due_from.held) - i128::from(due_from.balance) - i128::from(due_to.balance);
            owed.room.insert(&net.bank, i128::from(cap) - exposed);
        }
        // What the package takes to a bank makes room for what it brings from there.
        for line in portion.lines.iter().filter(|line| line.side == Side::Debit) {
            if let Some(room) = owed.room.get_mut(other_bank(line, coordinator)) {
                *room += i128::from(line.amount.centavos());
            }
        }
        owed
    }

    /// Whether a credit of `amount` fits; what fits is taken.
    fn may_grow_by(&mut self, line: &Line, amount: i64) -> bool {
        let other = other_bank(line, self.coordinator);
        // A bank that is in no net is owed as much as it owes by this package.
        let Some(room) = self.room.get_mut(other).filter(|_| other != self.me) else { return true };
        let fits = *room >= i128::from(amount);
        if fits {
            *room -= i128::from(amount);
        }
        fits
    }
}

/// The bank at the other end of a line. Cash is at the coordinator's counter.
fn other_bank<'a>(line: &'a Line, coordinator: &'a BankId) -> &'a BankId {
    line.counterparty.as_ref().map_or(coordinator, |account| &account.bank)
}

/// So much of a line; nothing when that is nothing.
fn part_of(line: &Line, amount: i64, suspense: bool) -> Option<Line> {
    let amount = Amount::new(amount).ok()?;
    Some(Line { amount, suspense, ..line.clone() })
}

/// Whether this bank's own customers ordered the package, or a consent in these books lets the other bank's customer pay
/// from the account. Whether its limits were kept the bank has judged before its promise.
fn may_debit(books: &Books, me: &BankId, one: &Recovered, portion: &Portion, account: &Account) -> bool {
    let coordinator = &one.attempt.coordinator;
    coordinator == me
        || books.consents_for(coordinator, portion.customer).any(|consent| {
            consent.permissions.contains(&Permission::Pay) && account.is_held_by(consent.giver)
        })
}
