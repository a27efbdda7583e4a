//! Holds what customers were told against the books of all banks. Pure: a history and books go in, lies come out.
//!
//! It counts by itself, from the orders alone: nothing of the banks' own arithmetic is used, and none of their invariants.

mod reads;

#[cfg(test)]
mod rows;

use std::collections::{BTreeMap, BTreeSet};

use shared::account::AccountRef;
use shared::ids::{BankId, PackageId};
use shared::package::End;

use super::books::{Books, Place, Record};
use super::history::{Event, History, Money, Order, Word};

/// Something that was said and is not so, or is booked and must not be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Lie {
    #[error("{package} was told committed and told refused")]
    TwoEnds { package: PackageId },
    #[error("{package} was told {before:?}, and asked again afterwards {then:?}")]
    TakenBack { package: PackageId, before: Word, then: Word },
    #[error("{package} was never told an end")]
    NoEnd { package: PackageId },
    #[error("{package} was told committed, and leg {leg} is not booked at {place}")]
    MissingLeg { package: PackageId, leg: u16, place: Place },
    #[error("{package} is booked in part: leg {leg} is not at {place}")]
    Half { package: PackageId, leg: u16, place: Place },
    #[error("{package} was told refused, and moved {amount} at {place}")]
    Moved { package: PackageId, place: Place, amount: i64 },
    #[error("leg {leg} of {package} is booked {times} times at {place}")]
    BookedAgain { package: PackageId, leg: u16, place: Place, times: usize },
    #[error("leg {leg} of {package} is booked as {booked} at {place}, and {ordered} was ordered")]
    WrongAmount { package: PackageId, leg: u16, place: Place, booked: i64, ordered: i64 },
    #[error("{amount} is booked at {place} for {package}, which nobody ordered so")]
    Stray { package: PackageId, place: Place, amount: i64 },
    #[error("what {bank} booked for {package} does not sum up to 0 but to {sum}")]
    Unbalanced { package: PackageId, bank: BankId, sum: i64 },
    #[error("{bank} has {package} as {record:?}, and it was told {end:?}")]
    WrongRecord { package: PackageId, bank: BankId, record: Option<Record>, end: Word },
    #[error("{account} has {books}, and by what was told {counted}")]
    Balance { account: AccountRef, books: i64, counted: i64 },
    #[error("all accounts have {books} together, and {counted} was paid in: lost {lost}, created {created}")]
    Money { books: i64, counted: i64, lost: i64, created: i64 },
    #[error("{account} was seen with {seen}, which at that time was at least {low} and at most {high}")]
    Seen { account: AccountRef, seen: i64, low: i64, high: i64 },
    #[error("{account} was seen with {money:?}")]
    Impossible { account: AccountRef, money: Money },
    #[error("{bank}: {what}")]
    Unrest { bank: BankId, what: String },
}

/// Every lie found. None: all that was told is so, at every bank, and every centavo is where it was ordered to be.
pub fn check(history: &History, books: &[Books]) -> Vec<Lie> {
    let mut lies = Vec::new();
    let ends = ends(history, &mut lies);
    let booked = booked(books);
    for (package, order) in &history.orders {
        let lines = booked.get(package);
        of_package(*package, order, ends.get(package).copied(), lines, &mut lies);
        of_records(*package, order, ends.get(package).copied(), books, &mut lies);
    }
    for (package, lines) in &booked {
        if !history.orders.contains_key(package) {
            let stray = lines.iter().map(|((place, _), amounts)| Lie::Stray {
                package: *package,
                place: place.clone(),
                amount: amounts.iter().sum(),
            });
            lies.extend(stray);
        }
        of_sums(*package, lines, &mut lies);
    }
    of_balances(history, &ends, books, &mut lies);
    lies.extend(reads::check(history));
    for bank in books {
        let unrest = bank.unrest.iter();
        lies.extend(unrest.map(|what| Lie::Unrest { bank: bank.bank.clone(), what: what.clone() }));
    }
    lies
}

/// How many packages ended in which way, as told.
pub fn count_ends(history: &History) -> (usize, usize) {
    let ends = ends(history, &mut Vec::new());
    let committed = ends.values().filter(|end| matches!(end, Word::Committed { .. })).count();
    (committed, ends.len() - committed)
}

/// The end of each package that was told one, and every answer that contradicts an earlier one.
fn ends(history: &History, lies: &mut Vec<Lie>) -> BTreeMap<PackageId, Word> {
    let mut ends: BTreeMap<PackageId, Word> = BTreeMap::new();
    // What was known of a package when the call was made: an answer may be late, and then it is old, not false.
    let mut calls: BTreeMap<u64, (PackageId, Option<Word>)> = BTreeMap::new();
    let mut twice = BTreeSet::new();
    for event in &history.events {
        match event {
            Event::Asks { call, package } => {
                calls.insert(*call, (*package, ends.get(package).copied()));
            }
            Event::Told { call, word } => {
                let Some((package, known)) = calls.get(call).copied() else { continue };
                let contradicts = |end: Word| match word {
                    Word::Committed { .. } => end == Word::Refused,
                    Word::Refused => matches!(end, Word::Committed { .. }),
                    Word::Aborted | Word::InProgress | Word::NotFound | Word::Nothing => false,
                };
                if ends.get(&package).is_some_and(|end| contradicts(*end)) {
                    if twice.insert(package) {
                        lies.push(Lie::TwoEnds { package });
                    }
                    continue;
                }
                match (known, word) {
                    (Some(before), Word::Aborted | Word::InProgress | Word::NotFound) => {
                        lies.push(Lie::TakenBack { package, before, then: *word });
                    }
                    (_, Word::Committed { .. } | Word::Refused) => {
                        let end = ends.entry(package).or_insert(*word);
                        if *word == (Word::Committed { settled: true }) {
                            *end = *word;
                        }
                    }
                    (_, Word::Aborted | Word::InProgress | Word::NotFound | Word::Nothing) => {}
                }
            }
            Event::Looks { .. } | Event::Saw { .. } => {}
        }
    }
    for package in history.orders.keys() {
        if !ends.contains_key(package) {
            lies.push(Lie::NoEnd { package: *package });
        }
    }
    ends
}

/// What is booked of one package: at each place, by leg.
type Lines = BTreeMap<(Place, Option<u16>), Vec<i64>>;

fn booked(books: &[Books]) -> BTreeMap<PackageId, Lines> {
    let mut booked: BTreeMap<PackageId, Lines> = BTreeMap::new();
    for line in books.iter().flat_map(|bank| &bank.lines) {
        let key = (line.place.clone(), line.leg);
        booked.entry(line.package).or_default().entry(key).or_default().push(line.amount);
    }
    booked
}

/// What an order has to become: at each place, by leg.
fn wanted(order: &Order) -> BTreeMap<(Place, u16), i64> {
    let place = |end: &End| match end {
        End::Account(account) => Place::Account(account.clone()),
        End::Cash => Place::Till(order.bank.clone()),
    };
    let mut wanted = BTreeMap::new();
    for (leg, line) in (0_u16..).zip(order.legs.as_slice()) {
        wanted.insert((place(line.from()), leg), -line.amount().centavos());
        wanted.insert((place(line.to()), leg), line.amount().centavos());
    }
    wanted
}

fn of_package(
    package: PackageId,
    order: &Order,
    end: Option<Word>,
    lines: Option<&Lines>,
    lies: &mut Vec<Lie>,
) {
    // Legs alone: what banks owe each other follows from them, and has to sum up.
    let legs: BTreeMap<(Place, u16), &Vec<i64>> = lines
        .into_iter()
        .flatten()
        .filter_map(|((place, leg), amounts)| leg.map(|leg| ((place.clone(), leg), amounts)))
        .collect();
    if end == Some(Word::Refused) {
        for ((place, _), amounts) in legs {
            lies.push(Lie::Moved { package, place, amount: amounts.iter().sum() });
        }
        return;
    }
    let told = matches!(end, Some(Word::Committed { .. }));
    if legs.is_empty() && !told {
        return;
    }
    let wanted = wanted(order);
    for ((place, leg), ordered) in &wanted {
        let (leg, ordered) = (*leg, *ordered);
        match legs.get(&(place.clone(), leg)).map(|amounts| amounts.as_slice()) {
            Some([booked]) if *booked == ordered => {}
            Some([booked]) => {
                lies.push(Lie::WrongAmount { package, leg, place: place.clone(), booked: *booked, ordered })
            }
            Some(amounts) => {
                lies.push(Lie::BookedAgain { package, leg, place: place.clone(), times: amounts.len() });
            }
            None if told => lies.push(Lie::MissingLeg { package, leg, place: place.clone() }),
            None => lies.push(Lie::Half { package, leg, place: place.clone() }),
        }
    }
    for ((place, leg), amounts) in legs {
        if !wanted.contains_key(&(place.clone(), leg)) {
            lies.push(Lie::Stray { package, place, amount: amounts.iter().sum() });
        }
    }
}

/// Every bank that holds an account of a package keeps its record, and in the state that was told.
fn of_records(package: PackageId, order: &Order, end: Option<Word>, books: &[Books], lies: &mut Vec<Lie>) {
    let Some(end) = end else { return };
    let banks = order.legs.account_banks();
    for bank in books.iter().filter(|bank| banks.contains(&bank.bank)) {
        let record = bank.records.get(&package).copied();
        let is_right = match end {
            Word::Committed { .. } => record == Some(Record::Spent),
            // Where it was refused it is closed; elsewhere it may never have been heard of.
            _ => !matches!(record, Some(Record::Spent | Record::Live)),
        };
        if !is_right {
            lies.push(Lie::WrongRecord { package, bank: bank.bank.clone(), record, end });
        }
    }
}

fn of_sums(package: PackageId, lines: &Lines, lies: &mut Vec<Lie>) {
    let mut sums: BTreeMap<&BankId, i64> = BTreeMap::new();
    for ((place, _), amounts) in lines {
        *sums.entry(place.bank()).or_default() += amounts.iter().sum::<i64>();
    }
    for (bank, sum) in sums.into_iter().filter(|(_, sum)| *sum != 0) {
        lies.push(Lie::Unbalanced { package, bank: bank.clone(), sum });
    }
}

/// What each account must hold by what was told, and all of them together.
fn of_balances(history: &History, ends: &BTreeMap<PackageId, Word>, books: &[Books], lies: &mut Vec<Lie>) {
    let mut counted: BTreeMap<AccountRef, i64> = BTreeMap::new();
    for (package, order) in &history.orders {
        if matches!(ends.get(package), Some(Word::Committed { .. })) {
            for (account, amount) in moves(order) {
                *counted.entry(account).or_default() += amount;
            }
        }
    }
    let mut total = 0;
    for (account, money) in books.iter().flat_map(|bank| &bank.balances) {
        total += money.balance;
        let counted = counted.get(account).copied().unwrap_or_default();
        if money.balance != counted {
            lies.push(Lie::Balance { account: account.clone(), books: money.balance, counted });
        }
    }
    // Between accounts nothing is won or lost: what all hold is what came over the counters.
    let paid_in: i64 = counted.values().sum();
    if total != paid_in {
        let (lost, created) = ((paid_in - total).max(0), (total - paid_in).max(0));
        lies.push(Lie::Money { books: total, counted: paid_in, lost, created });
    }
}

/// What a package does to each account.
fn moves(order: &Order) -> BTreeMap<AccountRef, i64> {
    let mut moves = BTreeMap::new();
    for ((place, _), amount) in wanted(order) {
        if let Place::Account(account) = place {
            *moves.entry(account).or_default() += amount;
        }
    }
    moves
}
