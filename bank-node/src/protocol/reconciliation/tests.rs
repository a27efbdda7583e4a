//! Digests of two banks' books, and what differs, as tables.

use proptest::prelude::*;
use rstest::rstest;

use super::*;

fn bank(id: &str) -> BankId {
    id.parse().expect("a bank's id")
}

fn package(number: u128) -> PackageId {
    PackageId(uuid::Uuid::from_u128(number))
}

fn attempt(sequence: u64) -> AttemptId {
    AttemptId { coordinator: bank("aurora"), epoch: 1, sequence }
}

/// `7:aurora=100`: in package and attempt 7, aurora owes 100 more.
fn entry(text: &str) -> Entry {
    let (number, debt) = text.split_once(':').expect("a number");
    let (debtor, centavos) = debt.split_once('=').expect("a debt");
    let number: u64 = number.parse().expect("a number");
    Entry {
        at_ms: i64::try_from(number).expect("small"),
        package: package(number.into()),
        attempt: attempt(number),
        debtor: bank(debtor),
        centavos: centavos.parse().expect("centavos"),
    }
}

fn entries(text: &str) -> Vec<Entry> {
    text.split_whitespace().map(entry).collect()
}

fn digest_of(entries: &[Entry]) -> PairDigest {
    let mut digest = PairDigest::default();
    entries.iter().for_each(|entry| digest.add(entry));
    digest
}

/// `7: aurora=100 | -`
fn spelled(found: &[Difference]) -> String {
    let side = |debts: &[Debt]| {
        let debts: Vec<_> = debts.iter().map(|debt| format!("{}={}", debt.debtor, debt.centavos)).collect();
        if debts.is_empty() { "-".to_owned() } else { debts.join("+") }
    };
    let one = |difference: &Difference| {
        format!("{}: {} | {}", difference.attempt.sequence, side(&difference.here), side(&difference.there))
    };
    found.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn posting(account: LedgerAccount, amount: i64) -> Posting {
    Posting {
        number: 1,
        at_ms: 5,
        account,
        package: package(7),
        attempt: attempt(7),
        leg: None,
        amount,
        balance_after: amount,
        counterparty: None,
        description: None,
        hash: [0; 32],
    }
}

#[test]
fn what_two_banks_book_of_one_package_is_one_entry() {
    let (aurora, boreal) = (bank("aurora"), bank("boreal"));
    let owed = Entry::of(&aurora, &posting(LedgerAccount::DueTo(boreal.clone()), 100));
    let due = Entry::of(&boreal, &posting(LedgerAccount::DueFrom(aurora.clone()), -100));
    let (with, owed) = owed.expect("an entry");
    let (whose, due) = due.expect("an entry");
    assert_eq!((with, whose), (boreal, aurora.clone()));
    assert_eq!(owed, due);
    assert_eq!((&owed.debtor, owed.centavos), (&aurora, 100));
    for other in [LedgerAccount::Till, LedgerAccount::Suspense] {
        assert_eq!(Entry::of(&aurora, &posting(other, 100)), None);
    }
}

#[rstest]
#[case::the_same("1:aurora=5 2:boreal=7", "2:boreal=7 1:aurora=5", "")]
#[case::one_lacks_one("1:aurora=5 2:boreal=7", "2:boreal=7", "1: aurora=5 | -")]
#[case::the_other_does("2:boreal=7", "1:aurora=5 2:boreal=7", "1: - | aurora=5")]
#[case::another_amount("1:aurora=5", "1:aurora=6", "1: aurora=5 | aurora=6")]
#[case::another_debtor("1:aurora=5", "1:boreal=5", "1: aurora=5 | boreal=5")]
#[case::booked_twice("1:aurora=5 1:aurora=5", "1:aurora=5", "1: aurora=5+aurora=5 | aurora=5")]
#[case::oldest_first(
    "9:aurora=5 3:aurora=5",
    "4:aurora=5",
    "3: aurora=5 | -, 4: - | aurora=5, 9: aurora=5 | -"
)]
fn what_differs_is_named_and_the_digest_says_where(
    #[case] here: &str,
    #[case] there: &str,
    #[case] wanted: &str,
) {
    let (here, there) = (entries(here), entries(there));
    let found = differences(&here, &there);
    assert_eq!(spelled(&found), wanted);
    let differing: Vec<u8> = digest_of(&here).differing(&digest_of(&there)).into_keys().collect();
    let mut buckets: Vec<u8> = found.iter().map(|difference| bucket_of(difference.package)).collect();
    buckets.sort_unstable();
    buckets.dedup();
    assert_eq!(differing, buckets);
}

#[rstest]
#[case::lacking_and_not_promised("1:aurora=5", "", "1:aurora=5", "", "", "", "1: aurora=5 | -")]
#[case::on_its_way("1:aurora=5", "", "1:aurora=5", "", "", "1", "")]
#[case::arrived_meanwhile("1:aurora=5", "", "1:aurora=5", "1:aurora=5", "", "", "")]
#[case::on_its_way_here("", "1:aurora=5", "", "1:aurora=5", "1", "", "")]
#[case::lacking_here("", "1:aurora=5", "", "1:aurora=5", "", "", "1: - | aurora=5")]
#[case::promised_by_who_has_it("1:aurora=5", "", "1:aurora=5", "", "1", "", "1: aurora=5 | -")]
#[case::another_attempt_is_promised("1:aurora=5", "", "1:aurora=5", "", "", "2", "1: aurora=5 | -")]
#[case::not_alike("1:aurora=5", "1:aurora=6", "1:aurora=5", "1:aurora=6", "", "1", "1: aurora=5 | aurora=6")]
fn only_what_stands_and_is_not_on_its_way_is_wrong(
    #[case] here: &str,
    #[case] there: &str,
    #[case] here_again: &str,
    #[case] there_again: &str,
    #[case] pending_here: &str,
    #[case] pending_there: &str,
    #[case] wanted: &str,
) {
    let looked = |text: &str, pending: &str| Looked {
        entries: entries(text),
        pending: pending.split_whitespace().map(|one| attempt(one.parse().expect("a number"))).collect(),
    };
    let candidates = differences(&entries(here), &entries(there));
    let wrong = confirmed(candidates, &looked(here_again, pending_here), &looked(there_again, pending_there));
    assert_eq!(spelled(&wrong), wanted);
}

#[test]
fn a_digest_is_read_back_as_it_was_and_knows_the_positions() {
    let digest = digest_of(&entries("1:aurora=5 2:boreal=7 3:aurora=11"));
    assert_eq!((digest.owed_by(&bank("aurora")), digest.owed_by(&bank("boreal"))), (16, 7));
    assert_eq!(digest.count(), 3);
    let text = serde_json::to_string(&digest).expect("JSON");
    assert_eq!(serde_json::from_str::<PairDigest>(&text).expect("read back"), digest);
    for wrong in ["", "0", "G".repeat(64).as_str(), "+".repeat(64).as_str(), "é".repeat(32).as_str()] {
        assert_eq!(wrong.parse::<Sum>(), Err(InvalidSum), "{wrong}");
    }
}

#[test]
fn a_sum_carries_over_its_middle_and_its_end() {
    let sum = |text: &str| text.repeat(64 / text.len()).parse::<Sum>().expect("a sum");
    let one = format!("{:064x}", 1).parse::<Sum>().expect("a sum");
    assert_eq!(sum("f").plus(one), sum("0"));
    assert_eq!(sum("0").minus(one), sum("f"));
    let low_full = format!("{}{}", "0".repeat(32), "f".repeat(32)).parse::<Sum>().expect("a sum");
    assert_eq!(low_full.plus(one).to_string(), format!("{:032x}{:032x}", 1, 0));
}

proptest! {
    /// The order does not matter, and what both have in common changes neither where they differ nor by how much.
    #[test]
    fn only_what_differs_counts(
        common in prop::collection::btree_set(0u64..10_000, 0..40),
        ours in prop::collection::btree_set(10_000u64..20_000, 0..5),
        theirs in prop::collection::btree_set(20_000u64..30_000, 0..5),
    ) {
        let of = |number: &u64| entry(&format!("{number}:aurora={}", number + 1));
        let list = |own: &BTreeSet<u64>| own.iter().chain(&common).map(of).collect::<Vec<_>>();
        let (here, mut there) = (list(&ours), list(&theirs));
        there.reverse();
        let apart = |own: &BTreeSet<u64>| digest_of(&own.iter().map(of).collect::<Vec<_>>());
        prop_assert_eq!(digest_of(&here).differing(&digest_of(&there)), apart(&ours).differing(&apart(&theirs)));
        prop_assert_eq!(differences(&here, &there).len(), ours.len() + theirs.len());
    }
}

/// A bank that lists one attempt without end is believed four times; no sentence about it grows with what it says.
#[test]
fn of_one_attempt_a_few_entries_are_looked_at() {
    let there: Vec<Entry> = (1..100_000).map(|centavos| entry(&format!("1:boreal={centavos}"))).collect();
    let found = differences(&[], &there);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].there.len(), DEBTS_MAX);
    assert!(found[0].describe(&bank("boreal")).len() < 400);
}
