//! A ledger put back from a backup: what the other banks say of the lost time, and what is done about it (docs/protocol.md,
//! section 6.1).

mod liars;
mod successive;

use std::collections::BTreeMap;

use bank_node::ledger::memory::MemoryLedger;
use bank_node::protocol::attempt::{AttemptId, EpochNonce};
use bank_node::protocol::message::{Message, SeenEpoch};
use bank_node::protocol::missed::{Coordinated, Finding, Missed, Promised, Proof, Told};
use bank_node::protocol::output::{Input, Reply, Ticket};
use bank_node::protocol::portion::split;
use bank_node::protocol::records::{Customer, LedgerAccount, OrderState};
use bank_node::protocol::restoration::{
    AttemptRange, DecideAnswer, RecoveryReport, Restoration, SuspenseReason,
};
use shared::cpf::Cpf;
use shared::refusal::{Refusal, RefusalCode};
use shared::text::Name;

use super::bench::{Bench, WALL_MS, query, yes};
use super::brief::brief;
use super::names::{attempt, bank, customer, legs, package};

#[track_caller]
fn check(what: &str, found: impl AsRef<str>, expect: &str) {
    assert_eq!(found.as_ref(), expect, "{what}");
}

/// Bank A on a copy of what `before` left on its disk. Its last life there is 1, with attempts up to `last_sequence`.
fn restored_after(last_sequence: u64, before: impl FnOnce(&mut Bench)) -> Bench {
    let mut a = Bench::new("A");
    before(&mut a);
    restored_from(a, last_sequence)
}

fn restored_from(mut a: Bench, last_sequence: u64) -> Bench {
    let mut disk = a.disk().clone();
    disk.customers.insert(
        customer(1),
        Customer {
            id: customer(1),
            cpf: Cpf::from_base(529_982_247).expect("a CPF"),
            name: Name::new("Maria Souza").expect("a name"),
            password_hash: String::new(),
            must_change_password: false,
            created_ms: WALL_MS,
        },
    );
    let last_posting = disk.head().number;
    disk.restorations.push((Restoration { at_ms: WALL_MS, epoch: 1, last_sequence, last_posting }, None));
    let output = a.restarts_on(MemoryLedger::holding(disk));
    check("nothing is said", brief(&output), "");
    assert!(!a.turn().bank().is_ready());
    a
}

fn restored() -> Bench {
    restored_after(0, |_| {})
}

/// `at` has promised its part of package `n`, A's attempt 1.`sequence`, and was told to commit or not.
fn promised(at: &str, sequence: u64, n: u128, text: &str, committed: bool) -> Finding {
    let (legs, me) = (legs(text), bank("A"));
    Finding::Promised(Promised {
        attempt: attempt("A", 1, sequence),
        package: package(n),
        digest: legs.digest(),
        participants: legs.participants(&me),
        committed,
        portion: split(&legs, &me, customer(1)).remove(&bank(at)).expect("it takes part"),
        prepared_ms: WALL_MS,
    })
}

/// `from` has committed package `n`, its attempt 1.`sequence`, with A among the participants.
fn coordinated(from: &str, sequence: u64, n: u128, text: &str) -> Finding {
    let (legs, coordinator) = (legs(text), bank(from));
    Finding::Coordinated(Coordinated {
        attempt: attempt(from, 1, sequence),
        package: package(n),
        digest: legs.digest(),
        participants: legs.participants(&coordinator),
        committed_ms: Some(WALL_MS),
        lost: false,
        portion: split(&legs, &coordinator, customer(1)).remove(&bank("A")).expect("A takes part"),
    })
}

/// Every bank answers; those that are named have something to say.
fn missed(findings: Vec<(&str, Finding)>) -> Missed {
    let highest = Some(SeenEpoch { epoch: 4, nonce: EpochNonce("four".to_owned()) });
    let mut told: BTreeMap<_, _> = ["B", "C", "D"]
        .map(|name| (bank(name), Told { highest: highest.clone(), findings: Vec::new() }))
        .into();
    for (name, finding) in findings {
        told.get_mut(&bank(name)).expect("a bank").findings.push(finding);
    }
    Missed { told }
}

/// A hears it; what it tells the others, HELLO aside, and its report.
fn hears(a: &mut Bench, findings: Vec<(&str, Finding)>) -> (String, RecoveryReport) {
    let said = brief(&a.step(Input::Missed(missed(findings))));
    let said: Vec<&str> = said.split(", ").filter(|said| !said.starts_with("hello>")).collect();
    let report = a.disk().restorations.last().and_then(|(_, report)| report.clone());
    (said.join(", "), report.expect("reported"))
}

#[test]
fn a_restored_bank_says_and_hears_nothing_before_all_have_answered() {
    let mut a = restored();
    let prepare = a.prepare("B", 1, 1, "B1>A1 5");
    check("prepare", a.answers("B", Message::Prepare(prepare)), "");
    check("hello", a.answers("B", Message::Hello), "");
    check("query", a.answers("B", query(&attempt("A", 1, 1))), "");
    check("submit", brief(&a.submits(2, "A1>A2 5")), "told not-taken Recovering");
    check("in time", a.after(60_000), "");
    let output = a.step(Input::Missed(missed(Vec::new())));
    check("then all are greeted", brief(&output), "hello>B, hello>C, hello>D");
    assert!(a.turn().bank().is_ready());
    assert_eq!(a.turn().bank().epoch(), 5, "above the highest that any bank has seen");
    let whole = a.disk().epochs.values().map(|life| (life.epoch, life.whole)).collect::<Vec<_>>();
    assert_eq!(whole, [(1, false), (2, false), (5, true)]);
}

#[test]
fn own_attempts_end_as_the_others_books_prove() {
    let text = "A1>B1 60, A1>C1 5";
    for (what, found, said, money, order) in [
        ("one has committed", vec![true, false], "commit>C", "935/0/0", "committed"),
        ("all have", vec![true, true], "", "935/0/0", "committed"),
        ("one has promised, one never", vec![false], "abort>B", "1000/0/0", "none"),
        ("all have promised, none was told", vec![false, false], "", "1000/0/0", "none"),
    ] {
        let mut a = restored();
        let findings = ["B", "C"].into_iter().zip(found);
        let findings = findings.map(|(at, committed)| (at, promised(at, 7, 1, text, committed))).collect();
        let (told, report) = hears(&mut a, findings);
        check(what, told, said);
        check(what, a.money("A1"), money);
        let state = a.order(1).map(|order| matches!(order.state, OrderState::Committed { .. }));
        assert_eq!(state.map_or("none", |committed| if committed { "committed" } else { "open" }), order);
        let decided = report.recovered.len() + report.given_up.len() + report.undecided.len();
        assert_eq!(decided, 1, "{what}: {report:?}");
        assert!(
            report.recovered.iter().all(|one| one.whole && one.suspense.is_empty()),
            "{what}: {report:?}"
        );
        let unheard = AttemptRange { epoch: 1, first: 1, last: 6 };
        assert_eq!((report.unheard, report.last_heard), (vec![unheard], vec![attempt("A", 1, 7)]), "{what}");
        check("again", brief(&a.step(Input::Missed(missed(Vec::new())))), "");
    }
}

#[test]
fn what_the_copy_had_begun_ends_as_proved_and_is_not_presumed() {
    let text = "A1>B1 60";
    let begun = |a: &mut Bench| check("begun", brief(&a.submits(1, text)), "early prepare>B");
    let mut a = restored_after(1, begun);
    check("held in the copy", a.money("A1"), "1000/60/0");
    let (said, report) = hears(&mut a, vec![("B", promised("B", 1, 1, text, true))]);
    check("committed there", said, "");
    check("booked here", a.money("A1"), "940/0/0");
    assert_eq!(report.recovered.len(), 1);
    let mut a = restored_after(1, begun);
    let (said, _) = hears(&mut a, Vec::new());
    check("unknown there", said, "");
    check("let go", a.money("A1"), "1000/0/0");
    let mut a = restored_after(1, begun);
    let (said, report) = hears(&mut a, vec![("B", promised("B", 1, 1, text, false))]);
    check("promised there", said, "");
    check("still held", a.money("A1"), "1000/60/0");
    assert_eq!(report.undecided, [attempt("A", 1, 1)]);
    check("asked", a.answers("B", query(&attempt("A", 1, 1))), "reply status amnesia, alarm B");
    let again = brief(&a.restarts());
    check("the next life does not presume it either", again, "hello>B, hello>C, hello>D");
    check("still held", a.money("A1"), "1000/60/0");
}

fn decided(a: &mut Bench, id: &AttemptId, commit: bool, missed: Missed) -> (DecideAnswer, String) {
    let input = Input::Decide { ticket: Ticket(99), attempt: id.clone(), commit, missed };
    let mut output = a.step(input);
    let answer = output.replies.iter().find_map(|reply| match reply {
        Reply::Decided(_, answer) => Some(answer.clone()),
        Reply::Peer(_) | Reply::Order(..) | Reply::Desk(..) | Reply::Standing(..) | Reply::Members(..) => {
            None
        }
    });
    output.replies.clear();
    (answer.expect("an answer"), brief(&output))
}

#[test]
fn an_operator_decides_what_nobody_else_can_and_no_more() {
    let text = "A1>B1 60, A1>C1 5";
    let id = attempt("A", 1, 7);
    let both = |b, c| missed(vec![("B", promised("B", 7, 1, text, b)), ("C", promised("C", 7, 1, text, c))]);
    let undecided = || {
        let mut a = restored();
        let _ = a.step(Input::Missed(both(false, false)));
        a
    };
    let mut a = undecided();
    let (answer, said) = decided(&mut a, &id, true, both(false, false));
    assert!(matches!(answer, DecideAnswer::Decided(Some(_))), "{answer:?}");
    check("commit", said, "commit>B, commit>C");
    check("booked", a.money("A1"), "935/0/0");
    assert_eq!(decided(&mut a, &id, false, both(false, false)).0, DecideAnswer::NotUndecided, "once");
    let mut a = undecided();
    let (answer, said) = decided(&mut a, &id, false, both(false, false));
    assert_eq!(answer, DecideAnswer::Decided(None));
    check("abort", said, "abort>B, abort>C");
    check("nothing moved", a.money("A1"), "1000/0/0");
    let mut a = undecided();
    assert_eq!(decided(&mut a, &id, false, both(true, false)).0, DecideAnswer::Proven(Proof::Committed));
    let one = missed(vec![("B", promised("B", 7, 1, text, false))]);
    assert_eq!(decided(&mut a, &id, true, one).0, DecideAnswer::Proven(Proof::Aborted));
    let mut a = undecided();
    let running = attempt("A", 5, 1);
    check("one that runs", brief(&a.submits(2, "A1>B1 1")), "early prepare>B");
    assert_eq!(decided(&mut a, &running, false, missed(Vec::new())).0, DecideAnswer::NotUndecided);
    check("goes on", a.answers("B", yes(&running, "A1>B1 1")), "commit>B");
}

/// Seed 20702 of the schedules: the customer ordered again what waited for the operator, this bank refused it for good by
/// what its copy knew of the account, and the operator's commit booked nothing here.
#[test]
fn what_waits_for_an_operator_is_neither_promised_nor_closed_meanwhile() {
    let text = "A1>B1 1500";
    let id = attempt("A", 1, 7);
    let promised = || missed(vec![("B", promised("B", 7, 1, text, false))]);
    let undecided = || {
        let mut a = restored();
        let _ = a.step(Input::Missed(promised()));
        let _ = a.answers("B", Message::Hello);
        a
    };
    for commit in [true, false] {
        let mut a = undecided();
        check("from another bank", a.asked("B", 9, 1, text), "reply vote elsewhere live aurora.1.7");
        let closing = super::bench::abort(&attempt("B", 1, 10), 1, text, true);
        check("a refusal for good", a.answers("B", closing), "reply ack aborted");
        check("the customer again", brief(&a.submits(1, text)), "early prepare>B");
        check("the next life", brief(&a.restarts()), "abort>B, hello>B, hello>C, hello>D");
        let _ = a.answers("B", Message::Hello);
        check("too", a.asked("B", 11, 1, text), "reply vote elsewhere live aurora.1.7");
        let (answer, said) = decided(&mut a, &id, commit, promised());
        let vote = a.asked("B", 12, 1, text);
        if commit {
            assert!(matches!(answer, DecideAnswer::Decided(Some(_))), "{answer:?}");
            check("commit", said, "commit>B");
            check("booked, as far as it goes", a.money("A1"), "0/0/0");
            check("spent", vote, "reply vote elsewhere spent aurora.1.7");
        } else {
            assert_eq!(answer, DecideAnswer::Decided(None));
            check("abort", said, "abort>B");
            check("free again", vote, "reply vote no 0:insufficient_funds(500)!");
        }
    }
    let mut a = restored_after(0, |a| {
        check("in the copy", a.asked("B", 9, 1, text), "reply vote no 0:insufficient_funds(500)!");
    });
    let _ = a.step(Input::Missed(promised()));
    assert_eq!(decided(&mut a, &id, true, promised()).0, DecideAnswer::Unbookable);
    assert_eq!(decided(&mut a, &id, false, promised()).0, DecideAnswer::Decided(None));
}

/// Seed 254133 of the schedules: the end of the promise would have opened a package that is spent.
#[test]
fn a_promise_for_another_body_of_a_spent_package_is_let_go() {
    let mut a = restored_after(0, |a| check("in the copy", a.asked("B", 1, 1, "B1>A1 60"), "reply vote yes"));
    let _ = hears(&mut a, vec![("C", coordinated("C", 1, 1, "C1>A1 5"))]);
    assert_eq!(a.portion(&attempt("B", 1, 1)), "aborted");
    assert_eq!(a.record(1), "spent cerrado.1.1");
    check("booked once", a.money("A1"), "1005/0/0");
    let end = super::bench::abort(&attempt("B", 1, 1), 1, "B1>A1 60", false);
    check("its end", a.answers("B", end), "reply ack aborted");
    assert_eq!(a.record(1), "spent cerrado.1.1");
}

/// Seed 49092 of the schedules: PREPARE had left, and the bank had crashed before BEGUN was on disk.
#[test]
fn what_a_life_that_the_copy_has_whole_does_not_hold_was_never_decided() {
    let text = "A1>B1 60";
    let mut a = Bench::new("A");
    let _ = a.restarts();
    let mut disk = a.disk().clone();
    let last_posting = disk.head().number;
    disk.restorations.push((Restoration { at_ms: WALL_MS, epoch: 2, last_sequence: 0, last_posting }, None));
    let _ = a.restarts_on(MemoryLedger::holding(disk));
    let (said, report) = hears(&mut a, vec![("B", promised("B", 7, 1, text, false))]);
    check("told", said, "abort>B");
    assert_eq!((report.given_up, report.undecided), (vec![attempt("A", 1, 7)], Vec::new()));
    check("asked", a.answers("B", query(&attempt("A", 1, 7))), "reply status aborted");
}

/// Seed 32790 of the schedules: the answer said "promised", and the commit that had been on its way all the time was booked
/// after it.
#[test]
fn whoever_has_answered_a_restored_bank_takes_nothing_more_of_its_lost_lives() {
    let text = "B1>A1 60";
    let mut a = Bench::new("A");
    check("promised", a.asked("B", 1, 1, text), "reply vote yes");
    let said = brief(&a.step(Input::PeerRestored { bank: bank("B"), fence: 2 }));
    check("nothing is said", said, "");
    let fence = a.disk().peers[&bank("B")].clone();
    assert!((fence.epoch, fence.nonce.is_fence()) == (2, true), "{fence:?}");
    let late = || super::bench::commit(&attempt("B", 1, 1), 1, text);
    check("too late", a.answers("B", late()), "reply hello-answer");
    check("so is a PREPARE", a.asked("B", 2, 2, text), "reply hello-answer");
    let _ = a.restarts();
    check("in the next life too", a.answers("B", late()), "reply hello-answer");
    assert_eq!(a.portion(&attempt("B", 1, 1)), "prepared");
    let _ = a.step(Input::PeerRestored { bank: bank("B"), fence: 2 });
    assert_eq!(a.disk().peers[&bank("B")], fence, "asked again");
    let opens = |header: &mut bank_node::protocol::message::BatchHeader| {
        (header.epoch, header.nonce) = (3, EpochNonce("three".to_owned()));
    };
    let again = Input::PeerRestored { bank: bank("B"), fence: 2 };
    check("the life after it is heard", brief(&a.hears_under("B", opens, late())), "reply ack committed");
    let _ = a.step(again);
    assert_eq!(a.disk().peers[&bank("B")].epoch, 3, "a question that comes late fences nobody who lives");
}

#[test]
fn what_the_copy_cannot_bear_stands_in_suspense() {
    for (what, text, money, suspense, reason) in [
        ("more than it has", "A1>B1 1500", "0/0/0", -500, SuspenseReason::NotCovered),
        ("an account opened since", "B1>A4 70", "1000/0/0", 70, SuspenseReason::AccountUnknown),
        ("paid from one opened since", "A4>B1 70", "1000/0/0", -70, SuspenseReason::AccountUnknown),
    ] {
        let mut a = restored();
        let (_, report) = hears(&mut a, vec![("B", promised("B", 7, 1, text, true))]);
        check(what, a.money("A1"), money);
        check(what, a.ledger_money(&LedgerAccount::Suspense), &format!("{suspense}/0/0"));
        let named: Vec<_> = report.recovered.iter().flat_map(|one| &one.suspense).collect();
        assert_eq!(
            named.iter().map(|one| (one.amount, one.why)).collect::<Vec<_>>(),
            [(i64::abs(suspense), reason)]
        );
    }
}

#[test]
fn another_banks_word_alone_debits_nobody() {
    // Customer 1 has given B's customer 1 a consent, the stranger, whose account is A9, has not.
    let mut a = restored();
    let (_, report) = hears(
        &mut a,
        vec![("B", coordinated("B", 7, 1, "A1>B1 60")), ("B", coordinated("B", 8, 2, "A9>B1 60"))],
    );
    check("by consent", a.money("A1"), "940/0/0");
    check("without", a.money("A9"), "1000/0/0");
    check("suspense", a.ledger_money(&LedgerAccount::Suspense), "-60/0/0");
    check("both are owed", a.ledger_money(&LedgerAccount::DueTo(bank("B"))), "120/0/0");
    let named: Vec<_> = report.recovered.iter().flat_map(|one| &one.suspense).map(|one| one.why).collect();
    assert_eq!(named, [SuspenseReason::ConsentUnknown]);
}

#[test]
fn what_one_package_brings_covers_what_another_takes() {
    let mut a = restored();
    let (_, report) = hears(
        &mut a,
        vec![("B", promised("B", 7, 1, "A1>B1 1500", true)), ("C", coordinated("C", 3, 2, "C1>A1 800"))],
    );
    check("both", a.money("A1"), "300/0/0");
    assert!(report.recovered.iter().all(|one| one.suspense.is_empty()), "{report:?}");
}

#[test]
fn legs_within_the_bank_are_lost_and_said_to_be() {
    let mut a = restored();
    let (_, report) = hears(&mut a, vec![("B", promised("B", 7, 1, "A1>B1 60, A1>A2 5", true))]);
    check("what B knows", a.money("A1"), "940/0/0");
    check("what it does not", a.money("A2"), "1000/0/0");
    assert!(!report.recovered[0].whole);
    assert!(a.order(1).is_none(), "nobody knows all that was ordered");
    check("spent all the same", a.record(1), "spent aurora.1.7");
}

#[test]
fn what_was_refused_for_good_stays_refused() {
    let mut a = restored();
    let refusals = vec![Refusal::new(0, RefusalCode::AccountClosed)];
    let digest = legs("B1>A1 5").digest();
    let (_, report) = hears(&mut a, vec![("B", Finding::Closed { package: package(1), digest, refusals })]);
    assert_eq!(report.closed, 1);
    // The other banks meet the new life before they ask anything of it.
    let _ = a.answers("B", Message::Hello);
    check("asked again", a.asked("B", 9, 1, "B1>A1 5"), "reply vote no 0:account_closed!");
}

#[test]
fn what_contradicts_the_copy_is_left_as_it_is() {
    let text = "B1>A1 5";
    let refused = |a: &mut Bench| {
        let _ = a.answers("B", super::bench::abort(&attempt("B", 1, 7), 1, text, false));
    };
    let mut a = restored_after(0, refused);
    let (said, report) = hears(&mut a, vec![("B", coordinated("B", 7, 1, text))]);
    check("alarm", said, "alarm B");
    check("nothing booked", a.money("A1"), "1000/0/0");
    assert_eq!(report.contradicted, [attempt("B", 1, 7)]);
}

#[test]
fn what_the_copy_had_promised_and_is_committed_is_not_asked_about() {
    let text = "B1>A1 5";
    let mut a = restored_after(0, |a| check("promised", a.asked("B", 7, 1, text), "reply vote yes"));
    let (said, report) = hears(&mut a, vec![("B", coordinated("B", 7, 1, text))]);
    check("nothing is asked", said, "");
    assert_eq!(a.turn().bank().in_doubt(), 0);
    check("booked", a.money("A1"), "1005/0/0");
    assert_eq!(report.recovered.len(), 1);
}

#[test]
fn what_the_copy_had_promised_and_has_ended_otherwise_is_let_go() {
    let text = "A1>B1 600";
    let refusals = vec![Refusal::new(0, RefusalCode::AccountClosed)];
    let closed = Finding::Closed { package: package(1), digest: legs(text).digest(), refusals };
    for (what, found, money, record) in [
        ("committed in another attempt", coordinated("B", 8, 1, text), "400/0/0", "spent boreal.1.8"),
        ("refused for good", closed, "1000/0/0", "closed 0:account_closed"),
    ] {
        let mut a = restored_after(0, |a| check(what, a.asked("B", 7, 1, text), "reply vote yes"));
        check("held in the copy", a.money("A1"), "1000/600/0");
        let (said, report) = hears(&mut a, vec![("B", found)]);
        check(what, said, "");
        assert!(report.recovered.iter().all(|one| one.suspense.is_empty()), "{what}: {report:?}");
        check(what, a.money("A1"), money);
        check(what, a.record(1), record);
        let _ = a.answers("B", Message::Hello);
        let abort = super::bench::abort(&attempt("B", 1, 7), 1, text, false);
        check(what, a.answers("B", abort), "reply ack aborted");
        check("and stays so", a.record(1), record);
    }
}

#[test]
fn what_the_copy_had_refused_itself_never_committed() {
    let text = "A1>B1 1500";
    let mut a = restored_after(1, |a| check("too much", brief(&a.submits(1, text)), "early prepare>B"));
    let (said, report) = hears(&mut a, vec![("B", promised("B", 1, 1, text, false))]);
    check("told", said, "abort>B");
    assert_eq!((report.undecided, report.given_up), (Vec::new(), vec![attempt("A", 1, 1)]));
}

#[test]
fn what_was_promised_after_its_bank_had_been_asked_never_committed() {
    let mut a = restored();
    let _ = hears(&mut a, vec![("B", promised("B", 7, 1, "A1>B1 60", false))]);
    for (what, sequence, said) in [
        ("all had promised it", 7, "reply status amnesia, alarm B"),
        ("on no record", 8, "reply status presumed"),
    ] {
        let about = query(&attempt("A", 1, sequence));
        check(what, a.answers("B", about), said);
    }
    let _ = a.restarts();
    check("in the next life", a.answers("B", query(&attempt("A", 1, 8))), "reply status presumed");
}

#[test]
fn a_part_that_lay_within_the_bank_is_noted_without_its_lines() {
    let mut a = restored();
    let text = "B1>C1 60, A1>A2 5";
    let (_, report) =
        hears(&mut a, vec![("B", promised("B", 7, 1, text, true)), ("C", promised("C", 7, 1, text, true))]);
    assert!(!report.recovered[0].whole);
    check("nothing is booked", a.money("A2"), "1000/0/0");
    assert!(a.disk().portions.contains_key(&attempt("A", 1, 7)), "I2: it had promised it");
}

/// What waited for money when the copy was made may have been promised and committed in the time that is lost: the copy has
/// its order, and no portion of it.
#[test]
fn what_waited_in_the_copy_is_booked_by_its_order() {
    let waiting = |text: &'static str, said: &'static str| {
        move |a: &mut Bench| {
            let mut prepare = a.prepare("B", 1, 50, "A1>B1 900");
            prepare.age.first_ms += 60_000;
            check("held", a.answers("B", Message::Prepare(prepare)), "reply vote yes");
            check("waits", brief(&a.submits(1, text)), said);
        }
    };
    let id = attempt("A", 1, 1);

    // Within this bank: nobody else knows of it. What the account cannot bear now goes to suspense.
    let mut a = restored_after(1, waiting("A1>A2 800", ""));
    let (said, report) = hears(&mut a, Vec::new());
    check("B is asked what became of its own", said, "query>B");
    assert_eq!(report.undecided, std::slice::from_ref(&id));
    let (answer, _) = decided(&mut a, &id, true, missed(Vec::new()));
    let DecideAnswer::Decided(Some(booked)) = answer else { panic!("{answer:?}") };
    assert!(booked.whole, "{booked:?}");
    assert_eq!(booked.suspense.iter().map(|line| line.amount).sum::<i64>(), 700, "{booked:?}");
    check("what was free", a.money("A1"), "900/900/0");
    check("all of it", a.money("A2"), "1800/0/0");
    check("spent", a.record(1), "spent aurora.1.1");

    let mut a = restored_after(1, waiting("A1>A2 800", ""));
    let _ = hears(&mut a, Vec::new());
    assert_eq!(decided(&mut a, &id, false, missed(Vec::new())).0, DecideAnswer::Decided(None));
    check("nothing moved", a.money("A2"), "1000/0/0");

    // With a leg to another bank, which proves it: the leg within this one is known by the order alone.
    let text = "A3>A2 300, A1>C1 500";
    let mut a = restored_after(1, waiting(text, "early prepare>C"));
    let (_, report) = hears(&mut a, vec![("C", promised("C", 1, 1, text, true))]);
    assert!(report.recovered.iter().all(|one| one.whole), "{report:?}");
    check("paid from", a.money("A3"), "700/0/0");
    check("paid to", a.money("A2"), "1300/0/0");
}
