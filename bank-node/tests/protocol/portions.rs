//! Properties of portions and postings, for any package: they mirror, they balance, and the chain shows every change.

use std::collections::{BTreeMap, BTreeSet};

use bank_node::ledger::Ledger as _;
use bank_node::ledger::memory::MemoryLedger;
use bank_node::protocol::attempt::Age;
use bank_node::protocol::books::Books;
use bank_node::protocol::claims::Claims;
use bank_node::protocol::funds::{Asking, Judged, judge};
use bank_node::protocol::invariants;
use bank_node::protocol::message::Side;
use bank_node::protocol::output::{Mono, Now};
use bank_node::protocol::portion::{check, flows, keys, split};
use bank_node::protocol::posting::{book, chain};
use bank_node::protocol::records::{Balance, LedgerAccount, Posting, PostingHead, Write};
use bank_node::protocol::settings::Settings;
use bank_node::protocol::snapshot::Snapshot;
use proptest::prelude::*;
use proptest::sample::Index;
use shared::limits::{AMOUNT_MAX, BALANCE_MAX};
use shared::money::Amount;
use shared::package::{End, Leg, Legs};
use shared::text::Description;

use super::bench::{DAY, WALL_MS, furnished};
use super::names::{account, attempt, bank, customer, package};

const LETTERS: [&str; 4] = ["A", "B", "C", "D"];

fn an_end() -> impl Strategy<Value = End> {
    prop_oneof![
        1 => Just(End::Cash),
        6 => (0usize..4, 1u8..=4).prop_map(|(b, digit)| End::Account(account(&format!("{}{digit}", LETTERS[b])))),
    ]
}

fn a_leg() -> impl Strategy<Value = Leg> {
    let text = proptest::option::of("[a-z ]{1,20}");
    (an_end(), an_end(), prop_oneof![1i64..2_000, 1..=AMOUNT_MAX], text).prop_filter_map(
        "a leg",
        |(from, to, centavos, text)| {
            let description = text.and_then(|text| Description::new(&text).ok().flatten());
            Leg::new(from, to, Amount::new(centavos).ok()?, description).ok()
        },
    )
}

fn some_legs() -> impl Strategy<Value = Legs> {
    proptest::collection::vec(a_leg(), 1..=64)
        .prop_map(|legs| Legs::new(legs).expect("1 to 64 legs of 4 banks"))
}

fn a_balance() -> impl Strategy<Value = Balance> {
    let bound = prop_oneof![Just(0), Just(BALANCE_MAX), 0..10_000i64, 0..=BALANCE_MAX];
    (bound.clone(), bound.clone(), bound).prop_map(|(balance, held, incoming)| Balance {
        balance,
        held: held.min(balance),
        incoming,
    })
}

const fn now() -> Now {
    Now { mono: Mono(0), wall_ms: WALL_MS, day: DAY, dice: 0 }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Every portion balances, every pair of nets mirrors, every side of every leg is at exactly one bank.
    #[test]
    fn portions_mirror_and_balance(legs in some_legs(), coordinator in 0usize..4) {
        let coordinator = bank(LETTERS[coordinator]);
        let portions = split(&legs, &coordinator, customer(1));
        let participants = legs.participants(&coordinator);
        prop_assert_eq!(portions.keys().cloned().collect::<BTreeSet<_>>(), participants.clone());
        let mut sides = BTreeSet::new();
        for (at, portion) in &portions {
            prop_assert_eq!(check(portion, &coordinator, at, &participants), Ok(()));
            for net in &portion.nets {
                let mirror = portions[&net.bank].nets.iter().find(|other| other.bank == *at);
                prop_assert_eq!(mirror.map(|other| other.amount), Some(-net.amount));
            }
            for line in &portion.lines {
                prop_assert!(sides.insert((line.leg, line.side)), "a side of a leg at two banks");
                let leg = &legs.as_slice()[usize::from(line.leg)];
                let end = if line.side == Side::Debit { leg.from() } else { leg.to() };
                prop_assert_eq!(end.bank(&coordinator), at);
                prop_assert_eq!(line.amount, leg.amount());
            }
            let sum: i128 = flows(portion).values().map(|flow| i128::from(flow.brings) - i128::from(flow.takes)).sum();
            prop_assert_eq!(sum, 0);
        }
        prop_assert_eq!(sides.len(), 2 * legs.as_slice().len());
    }

    /// A portion with any one number changed is not taken, unless what was changed stays within this bank's own line.
    #[test]
    fn changed_portions_are_noticed(legs in some_legs(), which in any::<Index>(), by in 1i64..1_000) {
        let coordinator = bank("A");
        let participants = legs.participants(&coordinator);
        for (at, portion) in split(&legs, &coordinator, customer(1)) {
            let mut changed = portion.clone();
            let places = changed.lines.len() + changed.nets.len();
            let place = which.index(places);
            if place < changed.lines.len() {
                let more = changed.lines[place].amount.centavos() + by;
                let Ok(more) = Amount::new(more) else { continue };
                changed.lines[place].amount = more;
            } else {
                let line = place - changed.lines.len();
                changed.nets[line].amount += by;
            }
            prop_assert!(check(&changed, &coordinator, &at, &participants).is_err());
        }
    }

    /// Rights and funds are judged without a panic, whatever the balances; a yes keeps every balance within its bounds.
    #[test]
    fn judging_never_panics(
        legs in some_legs(),
        coordinator in 0usize..4,
        balances in proptest::collection::vec(a_balance(), 4),
        till in -BALANCE_MAX..=BALANCE_MAX,
        due in proptest::collection::vec((0..=BALANCE_MAX, 0..=BALANCE_MAX), 3),
    ) {
        let coordinator = bank(LETTERS[coordinator]);
        let me = bank("B");
        let others: Vec<_> = ["A", "C", "D"].iter().map(|b| bank(b)).collect();
        let mut ledger = furnished("B", &others);
        let mut writes = vec![Write::Balance(LedgerAccount::Till, Balance { balance: till, ..Balance::default() })];
        for (digit, money) in (1..).zip(&balances) {
            let number = account(&format!("B{digit}")).number;
            writes.push(Write::Balance(LedgerAccount::Customer(number), *money));
        }
        for (other, (to, from)) in others.iter().zip(&due) {
            writes.push(Write::Balance(LedgerAccount::DueTo(other.clone()), Balance { balance: *to, ..Balance::default() }));
            writes.push(Write::Balance(LedgerAccount::DueFrom(other.clone()), Balance { balance: -from, ..Balance::default() }));
        }
        ledger.store(0, &writes).expect("stored");
        let Some(portion) = split(&legs, &coordinator, customer(1)).remove(&me) else { return Ok(()) };
        let settings = Settings::new(me.clone(), 1, others);
        let mut books = Books::new(PostingHead::default(), 0);
        ledger.load(&keys(&portion, &coordinator, &me), &mut books).expect("loaded");
        let asking = Asking { coordinator: &coordinator, version: settings.consortium, age: Age { first_ms: 0, package: package(1) } };
        match judge(&books, now(), &settings, &Claims::default(), asking, &portion) {
            Judged::Granted(_) => {
                for (account, flow) in flows(&portion) {
                    let money = books.balance(&account);
                    if flow.takes > 0 && matches!(account, LedgerAccount::Customer(_)) {
                        prop_assert!(flow.takes <= money.available());
                    }
                    let after = i128::from(money.balance) + i128::from(flow.brings) - i128::from(flow.takes);
                    prop_assert!(after.abs() <= i128::from(BALANCE_MAX));
                }
            }
            // Nothing is held by anyone whose age is known, so nothing is waited for.
            Judged::Waits(_) => prop_assert!(false, "nobody to wait for"),
            Judged::Refused(nos) => {
                prop_assert!(!nos.is_empty());
                let legs_here: BTreeSet<u16> = portion.lines.iter().map(|line| line.leg).collect();
                let mut named: Vec<u16> = nos.iter().map(|no| no.refusal.leg).collect();
                prop_assert!(named.iter().all(|leg| legs_here.contains(leg)));
                let all = named.len();
                named.dedup();
                prop_assert_eq!(named.len(), all, "one refusal a leg");
                prop_assert!(named.is_sorted());
                let accounts = portion.lines.iter().any(|line| line.account.is_some());
                prop_assert!(accounts || nos.iter().all(|no| !no.definite));
            }
        }
    }

    /// Any change of any booked line, its place included, breaks the chain.
    #[test]
    fn the_chain_shows_every_change(packages in proptest::collection::vec(some_legs(), 1..4), which in any::<Index>(), change in 0u8..11) {
        let postings = booked(&packages);
        let mut disk = Snapshot { postings, ..Snapshot::empty(bank("B")) };
        prop_assert_eq!(invariants::of_chain(&disk, 0), vec![]);
        if disk.postings.is_empty() {
            return Ok(());
        }
        let place = which.index(disk.postings.len());
        let last = disk.postings.len() - 1;
        let posting = &mut disk.postings[place];
        match change {
            0 => posting.amount += 1,
            1 => posting.balance_after += 1,
            2 => posting.at_ms += 1,
            3 => posting.package = package(99),
            4 => posting.attempt.sequence += 1,
            5 => posting.account = LedgerAccount::Customer(account("B7").number),
            6 => posting.leg = Some(posting.leg.map_or(0, |leg| leg + 1)),
            7 => posting.counterparty = Some(account("D7")),
            8 => posting.description = Description::new("longer than any of those above").expect("short enough"),
            9 => posting.number += 1,
            _ if place == last => return Ok(()),
            _ => { disk.postings.remove(place); }
        }
        prop_assert_ne!(invariants::of_chain(&disk, 0), vec![]);
    }
}

/// What B books of these packages, each run by A.
fn booked(packages: &[Legs]) -> Vec<Posting> {
    let mut ledger = MemoryLedger::new(bank("B"));
    let mut books = Books::new(PostingHead::default(), 0);
    for (legs, n) in packages.iter().zip(1u64..) {
        let Some(portion) = split(legs, &bank("A"), customer(1)).remove(&bank("B")) else { continue };
        ledger.load(&keys(&portion, &bank("A"), &bank("B")), &mut books).expect("loaded");
        book(&mut books, WALL_MS, package(u128::from(n)), &attempt("A", 1, n), &portion);
    }
    let writes = books.take_writes();
    let postings = writes.into_iter().filter_map(|write| match write {
        Write::Posting(posting) => Some(posting),
        _ => None,
    });
    postings.collect()
}

/// What is booked sums to nothing, and each line's balance goes on from the one before.
#[test]
fn what_is_booked_balances() {
    let packages = ["A1>B1 60, B2>C1 7, B3>B1 2", "B1>A1 5", "A1>C1 1"].map(super::names::legs);
    let postings = booked(&packages);
    let mut sums: BTreeMap<LedgerAccount, i64> = BTreeMap::new();
    let mut head = PostingHead::default();
    for posting in &postings {
        let sum = sums.entry(posting.account.clone()).or_default();
        *sum += posting.amount;
        assert_eq!(posting.balance_after, *sum);
        assert_eq!(posting.hash, chain(&head, posting));
        head = PostingHead { number: posting.number, hash: posting.hash };
    }
    assert_eq!(sums.values().sum::<i64>(), 0);
    assert_eq!(sums[&LedgerAccount::DueFrom(bank("A"))], -60);
    assert_eq!(sums[&LedgerAccount::DueTo(bank("A"))], 5);
    assert_eq!(sums[&LedgerAccount::DueTo(bank("C"))], 7);
}
