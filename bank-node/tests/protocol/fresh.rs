//! What a bank says of its attempts to one that looks at an account, and what a bank asks for whoever waits (section 5.2).

use bank_node::protocol::attempt::AttemptId;
use bank_node::protocol::fresh::undecided;
use bank_node::protocol::message::Status;
use bank_node::protocol::output::{Input, Reply, Ticket};

use super::bench::{Bench, no, status, yes};
use super::brief::brief;
use super::names::{account, attempt, bank};

const TWO: &str = "A1>B1 60";

/// How A says that `of` stands, asked by `by`.
#[track_caller]
fn standing(a: &mut Bench, by: &str, of: &AttemptId) -> Option<Status> {
    let attempts = [of.clone()].into();
    let output = a.step(Input::Standing { ticket: Ticket(7), from: bank(by), attempts });
    let [Reply::Standing(Ticket(7), told)] = &output.replies[..] else { panic!("an answer: {output:?}") };
    assert!(output.writes.is_empty() && output.sends.is_empty() && output.alarms.is_empty(), "{output:?}");
    told.get(of).copied()
}

#[test]
fn a_coordinator_says_how_its_attempts_stand() {
    let of = attempt("A", 1, 1);
    let mut a = Bench::new("A");
    assert_eq!(standing(&mut a, "B", &of), Some(Status::Pending), "it may come yet");
    let _ = a.submits(1, TWO);
    assert_eq!(standing(&mut a, "B", &of), Some(Status::Pending));
    let _ = a.hears("B", yes(&of, TWO));
    assert_eq!(standing(&mut a, "B", &of), Some(Status::Committed));
    assert_eq!(standing(&mut a, "C", &of), Some(Status::AbortedPresumed), "who takes no part");

    let of = attempt("A", 1, 2);
    let _ = a.submits(2, TWO);
    let _ = a.hears("B", no(&of, 0, shared::refusal::RefusalCode::AccountClosed, true));
    assert_eq!(standing(&mut a, "B", &of), Some(Status::AbortedRecorded));

    let of = attempt("A", 1, 3);
    let _ = a.submits(3, TWO);
    let _ = a.restarts();
    assert_eq!(standing(&mut a, "B", &of), Some(Status::AbortedRecorded), "given up by the next life");
    assert_eq!(standing(&mut a, "B", &attempt("A", 1, 9)), Some(Status::AbortedPresumed));
    assert_eq!(standing(&mut a, "B", &attempt("A", 7, 1)), Some(Status::Amnesia), "of a life that never was");
    assert_eq!(standing(&mut a, "B", &attempt("B", 1, 1)), None, "another bank's");
}

#[test]
fn who_waits_has_the_coordinator_asked_at_once() {
    let of = attempt("A", 1, 1);
    let mut b = Bench::new("B");
    assert_eq!(b.asked("A", 1, 1, TWO), "reply vote yes");
    let ask = || Input::AskNow { attempts: [attempt("A", 1, 1), attempt("A", 1, 2)].into() };
    // Only of what is promised here, and as often as anybody waits.
    for _ in 0..3 {
        assert_eq!(brief(&b.step(ask())), "query>A");
    }
    // The doubt's own timer goes on as if nobody had asked: the fellows' turn comes no earlier.
    assert!(b.after(1_250).contains("query>A"));
    assert_eq!(b.answers("A", status(&of, Status::Committed)), "");
    assert_eq!(b.money("B1"), "1060/0/0");
    assert_eq!(brief(&b.step(ask())), "", "it has ended");
}

#[test]
fn what_a_look_may_lack_is_what_others_have_prepared_on_the_account() {
    let mut b = Bench::new("B");
    let lacks = |b: &Bench, name: &str| -> Vec<String> {
        let number = account(name).number;
        let found = undecided(&bank("B"), number, b.disk().portions.values());
        found.iter().map(ToString::to_string).collect()
    };
    b.asked("A", 1, 1, TWO);
    b.asked("A", 2, 2, "B1>B2 30, A1>B3 1");
    assert_eq!(lacks(&b, "B1"), ["aurora.1.1", "aurora.1.2"]);
    assert_eq!(lacks(&b, "B2"), ["aurora.1.2"]);
    assert_eq!(lacks(&b, "B4"), [""; 0]);
    // Its own are decided and booked in one.
    let _ = b.submits(9, "B1>A1 5");
    assert_eq!(lacks(&b, "B1"), ["aurora.1.1", "aurora.1.2"]);
    b.answers("A", status(&attempt("A", 1, 1), Status::Committed));
    b.answers("A", status(&attempt("A", 1, 2), Status::AbortedRecorded));
    assert_eq!(lacks(&b, "B1"), [""; 0]);
}
