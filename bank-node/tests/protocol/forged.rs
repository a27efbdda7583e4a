//! What another bank may say without changing anything here (section 10).

use bank_node::protocol::attempt::AttemptId;
use bank_node::protocol::message::{Line, Message, Net, Prepare};
use shared::money::Amount;

use super::bench::{Bench, abort, commit, peer_status, status};
use super::brief::brief;
use super::names::{account, attempt, bank, customer};
use bank_node::protocol::message::{PeerStatus, Status};

/// A pays B1 60, B2 pays A 10, B3 pays C 5.
const FAIR: &str = "A1>B1 60, B2>A1 10, B3>C1 5";

#[track_caller]
fn check(what: &str, found: impl AsRef<str>, expect: &str) {
    assert_eq!(found.as_ref(), expect, "{what}");
}

fn amount(centavos: i64) -> Amount {
    Amount::new(centavos).expect("an amount")
}

/// A portion that makes no sense gets no vote, holds nothing, and is kept as evidence.
#[test]
fn forged_portions_change_nothing() {
    type Forge = fn(&mut Prepare);
    let rows: [(&str, Forge); 17] = [
        ("another bank's attempt", |p| p.attempt.coordinator = bank("C")),
        ("an attempt of ours", |p| p.attempt.coordinator = bank("B")),
        ("no lines", |p| p.portion.lines.clear()),
        ("a line twice", |p| {
            let line = p.portion.lines[0].clone();
            p.portion.lines.push(line);
        }),
        ("a leg beyond the last", |p| p.portion.lines[0].leg = 64),
        ("our till", |p| p.portion.lines[0].account = None),
        ("more to us than is owed", |p| p.portion.lines[0].amount = amount(61)),
        ("no nets", |p| p.portion.nets.clear()),
        ("a net of nothing", |p| p.portion.nets.push(Net { bank: bank("D"), amount: 0 })),
        ("a net with ourselves", |p| p.portion.nets.push(Net { bank: bank("B"), amount: 7 })),
        ("nets out of order", |p| p.portion.nets.reverse()),
        ("a debtor that takes no part", |p| p.portion.nets[0].bank = bank("D")),
        // The sums are right: only the lines show that it is A that pays, not C.
        ("another debtor than the payer", |p| {
            p.portion.nets = vec![Net { bank: bank("C"), amount: -45 }];
        }),
        ("debts that cancel out", |p| {
            p.portion.nets =
                vec![Net { bank: bank("A"), amount: -1_050 }, Net { bank: bank("C"), amount: 1_005 }];
        }),
        ("nets that overflow", |p| {
            p.portion.nets = vec![
                Net { bank: bank("A"), amount: i64::MIN },
                Net { bank: bank("C"), amount: i64::MAX - 44 },
            ];
        }),
        ("a payer here that does not pay here", |p| {
            p.portion.lines.push(Line {
                leg: 9,
                side: bank_node::protocol::message::Side::Credit,
                account: Some(account("B1").number),
                amount: amount(5),
                counterparty: Some(account("B2")),
                description: None,
                suspense: false,
            });
            p.portion.nets[0].amount -= 5;
        }),
        ("both sides of a leg here, not alike", |p| {
            for (side, own, other, centavos) in [
                (bank_node::protocol::message::Side::Credit, "B1", "B2", 5),
                (bank_node::protocol::message::Side::Debit, "B3", "B1", 5),
            ] {
                p.portion.lines.push(Line {
                    leg: 9,
                    side,
                    account: Some(account(own).number),
                    amount: amount(centavos),
                    counterparty: Some(account(other)),
                    description: None,
                    suspense: false,
                });
            }
        }),
    ];
    for (what, forge) in rows {
        let mut b = Bench::new("B");
        let mut prepare = b.prepare("A", 1, 1, FAIR);
        forge(&mut prepare);
        let before = b.disk().clone();
        check(what, brief(&b.hears("A", Message::Prepare(prepare))), "alarm A");
        let mut after = b.disk().clone();
        assert_eq!(after.evidence.len(), 1, "{what}");
        after.evidence.clear();
        assert_eq!(after, before, "{what}");
    }
    let mut b = Bench::new("B");
    check("unforged", b.asked("A", 1, 1, FAIR), "reply vote yes");
}

/// No account is debited without a consent of its holder for this very bank and customer.
#[test]
fn a_coordinator_debits_with_consent_only() {
    let mut b = Bench::new("B");
    let mut prepare = b.prepare("A", 1, 1, "B1>A1 5");
    prepare.portion.customer = customer(2);
    check(
        "for another customer",
        brief(&b.hears("A", Message::Prepare(prepare))),
        "reply vote no 0:consent_missing!",
    );
    check("a stranger's account", b.asked("A", 2, 2, "B9>A1 5"), "reply vote no 0:account_unknown!");
}

/// Decisions, statuses and refusals of those that have no say.
#[test]
fn words_of_those_that_have_no_say_change_nothing() {
    let mut b = Bench::new("B");
    check("prepared", b.asked("A", 1, 1, "B1>A1 60, B1>C1 40"), "reply vote yes");
    let before = b.disk().clone();
    let of = attempt("A", 1, 1);
    let text = "B1>A1 60, B1>C1 40";
    let silent: [(&str, Message); 6] = [
        ("C", status(&of, Status::Committed)),
        ("C", status(&of, Status::AbortedRecorded)),
        ("D", peer_status(&of, PeerStatus::Committed)),
        ("D", peer_status(&of, PeerStatus::Refused)),
        ("A", peer_status(&of, PeerStatus::Refused)),
        ("X", commit(&of, 1, text)),
    ];
    for (from, message) in silent {
        check(&format!("{from} says {message:?}"), b.answers(from, message), "");
        assert_eq!(*b.disk(), before);
    }
    let alarming: [(&str, Message); 3] =
        [("C", commit(&of, 1, text)), ("C", abort(&of, 1, text, true)), ("A", commit(&of, 1, "B1>A1 61"))];
    for (from, message) in alarming {
        let what = format!("{from} says {message:?}");
        check(&what, b.answers(from, message), &format!("alarm {from}"));
        let mut after = b.disk().clone();
        after.evidence.clear();
        assert_eq!(after, before, "{what}");
    }
}

/// Evidence about one bank is bounded: more of the same proves nothing more, and fills the disk.
#[test]
fn evidence_is_bounded() {
    let mut b = Bench::new("B");
    let unknown = |sequence| AttemptId { sequence, ..attempt("A", 1, 1) };
    for sequence in 1..300 {
        let _ = b.hears("A", commit(&unknown(sequence), 1, FAIR));
    }
    assert_eq!(b.evidence(), 100);
    let _ = b.hears("C", commit(&attempt("C", 1, 1), 1, FAIR));
    assert_eq!(b.evidence(), 101, "each bank has its own");
}
