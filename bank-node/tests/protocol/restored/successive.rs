//! Banks that are restored one after the other: what the first got back it tells the second, and neither waits for the other.

use bank_node::ledger::memory::MemoryLedger;
use bank_node::protocol::attempt::EpochRecord;
use bank_node::protocol::missed::answers::{
    coordinated as coordinated_by, known_legs, promised as promised_by,
};
use bank_node::protocol::missed::asking::Looks;
use bank_node::protocol::missed::{Coordinated, Finding, Missed, Promised, Told};
use bank_node::protocol::output::Input;
use bank_node::protocol::portion::split;
use bank_node::protocol::records::{LedgerAccount, PortionState};
use bank_node::protocol::restoration::Restoration;

use super::{check, coordinated, hears, promised, restored, restored_after};
use crate::protocol::bench::{Bench, WALL_MS};
use crate::protocol::brief::brief;
use crate::protocol::names::{attempt, bank, customer, legs, package};

/// What A tells C that is restored after it, by what A's own books and report hold.
fn tells(a: &Bench, to: &str) -> Vec<Coordinated> {
    let (disk, me, from) = (a.disk(), bank("A"), bank(to));
    let known = known_legs(disk.restorations.clone());
    let lives: Vec<EpochRecord> = disk.epochs.values().cloned().collect();
    let told = disk.attempts.values().filter_map(|attempt| {
        let (order, known) = (disk.orders.get(&attempt.package).cloned(), known.get(&attempt.id));
        coordinated_by(&me, &from, attempt.clone(), order, known, &lives)
    });
    let told = told.map(|finding| match finding {
        Finding::Coordinated(told) => told,
        other => panic!("{other:?}"),
    });
    told.collect()
}

#[test]
fn what_came_back_without_its_order_is_told_to_the_next_that_is_restored() {
    for (what, text, known_customer) in [
        ("a leg within A is lost", "A1>B1 60, A1>A2 5, A1>C1 7, B1>C2 3", true),
        ("the customer signed up after the backup", "A1>B1 60, A1>C1 7", false),
        ("A has no part in it", "B1>C1 60, B1>C2 7", false),
    ] {
        let mut a = restored();
        if !known_customer {
            let mut disk = a.disk().clone();
            disk.customers.clear();
            let _ = a.restarts_on(MemoryLedger::holding(disk));
        }
        let findings = ["B", "C"].map(|at| (at, promised(at, 7, 1, text, true)));
        let _ = hears(&mut a, findings.into());
        assert!(a.order(1).is_none(), "{what}");
        let told = tells(&a, "C");
        let [told] = told.as_slice() else { panic!("{what}: {told:?}") };
        let wanted = split(&legs(text), &bank("A"), customer(1)).remove(&bank("C"));
        assert_eq!(Some(&told.portion), wanted.as_ref(), "{what}");
        assert!(told.committed_ms.is_some(), "{what}");
    }
}

#[test]
fn a_line_that_was_split_is_told_whole() {
    // B pays 1,500 from an account that has 1,000 in its copy: 500 of it stand in suspense there.
    let text = "B1>A1 1500, A1>B2 20";
    let mut b = Bench::new("B");
    let disk = b.disk().clone();
    let restoration =
        Restoration { at_ms: WALL_MS, epoch: 1, last_sequence: 0, last_posting: disk.head().number };
    let mut disk = disk;
    disk.restorations.push((restoration, None));
    let _ = b.restarts_on(MemoryLedger::holding(disk));
    let split_of =
        |at: &str| split(&legs(text), &bank("A"), customer(1)).remove(&bank(at)).expect("takes part");
    let from_a = Coordinated {
        attempt: attempt("A", 1, 7),
        package: package(1),
        digest: legs(text).digest(),
        participants: legs(text).participants(&bank("A")),
        committed_ms: Some(WALL_MS),
        lost: false,
        portion: split_of("B"),
    };
    let told = ["A", "C", "D"].map(|name| {
        let findings = if name == "A" { vec![Finding::Coordinated(from_a.clone())] } else { Vec::new() };
        (bank(name), Told { highest: None, findings })
    });
    let _ = b.step(Input::Missed(Missed { told: told.into() }));
    check("suspense", b.ledger_money(&LedgerAccount::Suspense), "-500/0/0");
    let record = b.disk().portions.get(&attempt("A", 1, 7)).cloned().expect("booked");
    let Some(Finding::Promised(said)) = promised_by(record.clone()) else { panic!("it has committed") };
    assert_eq!(said.portion, split_of("B"), "as it was ordered");
    // A copy that is told the pieces puts them together all the same.
    let PortionState::Committed(pieces) = record.state else { panic!("committed") };
    assert_ne!(pieces.portion, said.portion, "it was split");
    for portion in [said.portion.clone(), pieces.portion] {
        let mut a = restored();
        let _ = hears(&mut a, vec![("B", Finding::Promised(Promised { portion, ..said.clone() }))]);
        check("all of it", a.money("A1"), "2480/0/0");
        check("is due from B", a.ledger_money(&LedgerAccount::DueFrom(bank("B"))), "-1480/0/0");
    }
}

#[test]
fn what_waits_for_another_restored_banks_operator_holds_no_recovery_up() {
    let text = "A1>B1 60, A1>C1 5";
    let mut a = restored();
    let _ = hears(&mut a, ["B", "C"].map(|at| (at, promised(at, 7, 1, text, false))).into());
    let told = tells(&a, "C");
    let [lost] = told.as_slice() else { panic!("{told:?}") };
    assert!(lost.lost && lost.committed_ms.is_none(), "{lost:?}");
    let looks_at = |lost: bool| {
        let finding = Finding::Coordinated(Coordinated { lost, ..told[0].clone() });
        Looks::default().count(&Told { highest: None, findings: vec![finding] })
    };
    assert!(looks_at(true), "A cannot decide it before C answers");
    assert!(!looks_at(false), "what is under way is waited for");
    // A's running attempts are not lost.
    check("runs", brief(&a.submits(2, "A1>C1 1")), "early prepare>C");
    assert_eq!(tells(&a, "C").iter().filter(|one| one.lost).count(), 1);
}

#[test]
fn a_promise_whose_decision_another_bank_has_lost_stays_in_doubt() {
    let text = "A1>B1 600";
    let mut a = restored_after(0, |a| check("promised", a.asked("B", 7, 1, text), "reply vote yes"));
    let Finding::Coordinated(told) = coordinated("B", 7, 1, text) else { panic!("B's") };
    let lost = Finding::Coordinated(Coordinated { committed_ms: None, lost: true, ..told });
    let (said, _) = hears(&mut a, vec![("B", lost)]);
    check("asked about", said, "query>B");
    check("held", a.money("A1"), "1000/600/0");
}
