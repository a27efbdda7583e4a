//! What a restored bank makes of banks that lie to it: what cannot be is dropped, and its teller named.

use bank_node::protocol::attempt::{AttemptId, EpochNonce};
use bank_node::protocol::message::SeenEpoch;
use bank_node::protocol::missed::{Finding, Promised};
use bank_node::protocol::output::Input;
use bank_node::protocol::records::LedgerAccount;
use bank_node::protocol::restoration::SuspenseReason;
use bank_node::protocol::settings::Settings;

use super::{check, coordinated, hears, missed, promised, restored, restored_after, restored_from};
use crate::protocol::bench::{Bench, query};
use crate::protocol::brief::brief;
use crate::protocol::names::{attempt, bank, legs};

/// The same promise, with something in it changed.
fn forged(finding: Finding, change: impl FnOnce(&mut Promised)) -> Finding {
    let Finding::Promised(mut promised) = finding else { panic!("a promise") };
    change(&mut promised);
    Finding::Promised(promised)
}

#[test]
fn a_participants_answer_ends_no_promise_to_a_third_bank() {
    // A has promised its part of B's attempt, in which C takes part too: C speaks of it as if it were A's.
    let text = "B1>A1 600, B1>C1 1";
    for (what, committed) in [("says committed", true), ("says promised", false)] {
        let mut a = restored_after(0, |a| check(what, a.asked("B", 7, 1, text), "reply vote yes"));
        let finding = forged(promised("C", 7, 1, "A1>C1 1", committed), |promised| {
            promised.attempt = attempt("B", 1, 7);
            promised.digest = legs(text).digest();
            promised.participants = legs(text).participants(&bank("B"));
        });
        let (said, report) = hears(&mut a, vec![("C", finding)]);
        check(what, said, "query>B, alarm C");
        assert_eq!((report.recovered.len(), report.given_up.len()), (0, 0), "{what}: {report:?}");
        check("nothing is booked", a.money("A1"), "1000/0/600");
        assert_eq!(a.turn().bank().in_doubt(), 1, "{what}: B alone ends it");
    }
}

#[test]
fn a_promise_that_cannot_be_is_dropped_and_its_teller_named() {
    let text = "B1>A1 60, A1>B2 5";
    let far = |epoch| {
        move |one: &mut Promised| one.attempt = AttemptId { coordinator: bank("A"), epoch, sequence: 7 }
    };
    let cases: [(&str, Finding); 9] = [
        (
            "under a third bank's name, a debit here",
            forged(promised("B", 7, 1, "A1>B1 5", true), |one| {
                one.attempt = attempt("C", 1, 7);
            }),
        ),
        (
            "under its own name",
            forged(promised("B", 7, 1, text, true), |one| one.attempt = attempt("B", 1, 7)),
        ),
        ("without participants", forged(promised("B", 7, 1, text, true), |one| one.participants.clear())),
        ("without A", forged(promised("B", 7, 1, text, true), |one| one.participants = [bank("B")].into())),
        ("without B", forged(promised("B", 7, 1, text, true), |one| one.participants = [bank("A")].into())),
        (
            "with a bank that is none",
            forged(promised("B", 7, 1, text, false), |one| {
                one.participants.insert(bank("X"));
            }),
        ),
        ("unbalanced", forged(promised("B", 7, 1, text, true), |one| one.portion.nets.clear())),
        ("of a far life", forged(promised("B", 7, 1, text, true), far(1 << 60))),
        (
            "of a tombstone's far life",
            Finding::Refused { attempt: AttemptId { coordinator: bank("A"), epoch: 1_000_100, sequence: 1 } },
        ),
    ];
    for (what, finding) in cases {
        let mut a = restored();
        let (said, report) = hears(&mut a, vec![("B", finding)]);
        check(what, said, "alarm B");
        let (recovered, undecided) = (report.recovered, report.undecided);
        assert_eq!((recovered.len(), undecided.len(), report.given_up.len()), (0, 0, 0), "{what}");
        check(what, a.money("A1"), "1000/0/0");
        assert_eq!(a.turn().bank().epoch(), 5, "{what}");
    }
}

#[test]
fn no_bank_drives_another_to_a_life_that_none_can_have_lived() {
    for claimed in [1_000_003, 1 << 53, u64::MAX] {
        let mut a = restored();
        let mut missed = missed(Vec::new());
        let told = missed.told.get_mut(&bank("B")).expect("a bank");
        told.highest = Some(SeenEpoch { epoch: claimed, nonce: EpochNonce("far".to_owned()) });
        let said = brief(&a.step(Input::Missed(missed)));
        assert!(said.contains("alarm B"), "{said}");
        assert_eq!(a.turn().bank().epoch(), 5, "{claimed} is believed of nobody");
    }
}

#[test]
fn tombstones_of_many_lives_leave_no_lives_behind() {
    let mut a = restored();
    let tombstones = (2..30_002).map(|epoch| {
        ("B", Finding::Refused { attempt: AttemptId { coordinator: bank("A"), epoch, sequence: 1 } })
    });
    let _ = hears(&mut a, tombstones.collect());
    let lives: Vec<u64> = a.disk().epochs.keys().copied().collect();
    assert_eq!(lives, [1, 2, 30_002], "what nobody has promised in them nobody needs to remember");
}

#[test]
fn a_liar_whose_name_sorts_first_masks_nothing() {
    let honest = "A1>D1 60";
    let mut a = restored();
    let (said, report) = hears(
        &mut a,
        vec![("B", promised("B", 7, 2, "A1>B1 1", false)), ("D", promised("D", 7, 1, honest, true))],
    );
    check("the liar is named", said, "alarm B");
    check("what D has committed is booked", a.money("A1"), "940/0/0");
    assert_eq!((report.recovered.len(), report.contradicted), (1, vec![attempt("A", 1, 7)]));
    check(
        "who takes no part hears of no commit",
        a.answers("B", query(&attempt("A", 1, 7))),
        "reply status presumed",
    );
    // Neither has committed: those that are more are believed.
    let mut a = restored();
    let text = "A1>C1 60, A1>D1 5";
    let (said, report) = hears(
        &mut a,
        vec![
            ("B", promised("B", 7, 2, "A1>B1 1", false)),
            ("C", promised("C", 7, 1, text, false)),
            ("D", promised("D", 7, 1, text, false)),
        ],
    );
    check("the liar is named", said, "alarm B");
    assert_eq!((report.undecided, report.contradicted.len()), (vec![attempt("A", 1, 7)], 1));
    check("the operator's", a.answers("C", query(&attempt("A", 1, 7))), "reply status amnesia, alarm C");
    // What the copy itself has begun is not another's to name otherwise.
    let mut a = restored_after(1, |a| check("begun", brief(&a.submits(1, honest)), "early prepare>D"));
    let (said, report) = hears(
        &mut a,
        vec![("B", promised("B", 1, 2, "A1>B1 1", true)), ("D", promised("D", 1, 1, honest, true))],
    );
    check("the liar is named", said, "alarm B");
    check("as ordered", a.money("A1"), "940/0/0");
    assert_eq!(report.recovered.len(), 1);
}

#[test]
fn what_passes_the_cap_of_the_bank_that_tells_stands_in_suspense() {
    let capped = |settings: &mut Settings| {
        let cap = settings.others.get_mut(&bank("B")).expect("a bank");
        *cap = 100;
    };
    let own = |text| vec![("B", promised("B", 7, 1, text, true))];
    let theirs = |text| vec![("B", coordinated("B", 7, 1, text))];
    for (what, findings, money, suspense) in [
        ("as far as the cap goes", own("B1>A1 100"), "1100/0/0", "0/0/0"),
        ("A's own attempt, by B's word", own("B1>A1 101"), "1000/0/0", "101/0/0"),
        ("B's attempt", theirs("B1>A1 101"), "1000/0/0", "101/0/0"),
        ("what goes there makes room", own("B1>A1 160, A2>B2 60"), "1160/0/0", "0/0/0"),
        ("leg by leg", own("B1>A1 90, B1>A2 20"), "1090/0/0", "20/0/0"),
    ] {
        let mut a = restored_from(Bench::with_settings("A", |_| {}, capped), 0);
        let (_, report) = hears(&mut a, findings);
        check(what, a.money("A1"), money);
        check(what, a.ledger_money(&LedgerAccount::Suspense), suspense);
        let named: Vec<_> =
            report.recovered.iter().flat_map(|one| &one.suspense).map(|one| one.why).collect();
        assert!(named.iter().all(|why| *why == SuspenseReason::ExposureLimit), "{what}: {named:?}");
        assert_eq!(named.is_empty(), suspense == "0/0/0", "{what}");
    }
    // What another package takes to B makes room too, whichever comes first.
    let mut a = restored_from(Bench::with_settings("A", |_| {}, capped), 0);
    let findings =
        vec![("B", promised("B", 7, 1, "B1>A1 160", true)), ("B", promised("B", 8, 2, "A2>B2 60", true))];
    let (_, report) = hears(&mut a, findings);
    assert!(report.recovered.iter().all(|one| one.suspense.is_empty()), "{report:?}");
}
