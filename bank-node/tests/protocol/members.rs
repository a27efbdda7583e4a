//! Who is in the consortium, at one bank: what its books note of a bank that leaves, and what a start must not forget
//! (docs/protocol.md, section 12).

use std::collections::BTreeMap;

use bank_node::ledger::Ledger as _;
use bank_node::ledger::memory::MemoryLedger;
use bank_node::protocol::membership::{Members, open_at_start, unasked_at_start};
use bank_node::protocol::message::Message;
use bank_node::protocol::output::{Input, Ticket};
use bank_node::protocol::records::{Balance, Recovered};
use bank_node::protocol::restoration::Restoration;
use bank_node::protocol::snapshot::Snapshot;
use shared::ids::BankId;

use super::bench::{Bench, WALL_MS};
use super::brief::brief;
use super::names::bank;

fn others(names: &[&str]) -> BTreeMap<BankId, i64> {
    names.iter().map(|name| (bank(name), 1_000_000)).collect()
}

#[track_caller]
fn takes(a: &mut Bench, version: u64, names: &[&str]) {
    let members = Members { version, others: others(names), leaving: BTreeMap::new() };
    let said = brief(&a.step(Input::Members { ticket: Ticket(90 + version), members }));
    assert!(said.contains("members taken"), "{said}");
}

fn left(a: &Bench, name: &str) -> Option<bool> {
    a.disk().peers.get(&bank(name)).map(|record| record.left)
}

fn recovered(disk: Snapshot) -> Recovered {
    MemoryLedger::holding(disk).recover().expect("it is whole")
}

fn put_back(disk: &Snapshot) -> Recovered {
    let mut disk = disk.clone();
    let last_posting = disk.head().number;
    disk.restorations.push((Restoration { at_ms: WALL_MS, epoch: 1, last_sequence: 0, last_posting }, None));
    recovered(disk)
}

#[test]
fn books_know_who_has_left_and_who_is_back() {
    let mut a = Bench::new("A");
    let _ = a.answers("D", Message::Hello);
    let before = a.disk().clone();
    assert_eq!(left(&a, "D"), Some(false));
    takes(&mut a, 2, &["B", "C"]);
    assert_eq!(left(&a, "D"), Some(true));
    let after = a.disk().clone();
    let none = Vec::<BankId>::new();
    assert_eq!(unasked_at_start(&put_back(&before), &others(&["B", "C"])), [bank("D")]);
    assert_eq!(unasked_at_start(&put_back(&before), &others(&["B", "C", "D"])), none, "it is named again");
    assert_eq!(unasked_at_start(&put_back(&after), &others(&["B", "C"])), none, "the copy is from after");
    assert_eq!(unasked_at_start(&recovered(before), &others(&["B", "C"])), none, "no copy");
    takes(&mut a, 3, &["B", "C", "D"]);
    assert_eq!(left(&a, "D"), Some(false));
}

/// Seed 67846 of the schedules: the abort of an attempt was told without end to a bank that nobody had.
#[test]
fn a_start_lets_go_of_nobody_who_waits_for_a_decision_heard_or_not() {
    let mut a = Bench::new("A");
    assert_eq!(brief(&a.submits(1, "A1>D1 5")), "early prepare>D");
    let mut recovered = recovered(a.disk().clone());
    recovered.peers.retain(|record| record.bank != bank("D"));
    let open = open_at_start(&recovered, &bank("A"), &others(&["B", "C"]), |_| Balance::default());
    let open: Vec<(BankId, usize)> = open.into_iter().map(|open| (open.bank, open.unconfirmed)).collect();
    assert_eq!(open, [(bank("D"), 1)]);
}
