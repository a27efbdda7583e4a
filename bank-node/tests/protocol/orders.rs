//! Orders: what a customer is told, and what is kept of it.

use bank_node::protocol::message::{Outcome, Standing};
use bank_node::protocol::output::{Input, OrderAnswer, Reply};
use shared::api::replies::PackageBankState::{self, Aborted, Committed, Prepared, Refused, Waiting};
use shared::refusal::RefusalCode;

use super::bench::{Bench, ack, elsewhere, no, yes};
use super::brief::brief;
use super::names::{attempt, customer, package};

const THREE: &str = "A1>B1 60, A1>C1 40";

#[track_caller]
fn check(what: &str, found: impl AsRef<str>, expect: &str) {
    assert_eq!(found.as_ref(), expect, "{what}");
}

fn banks(a: &mut Bench, n: u128) -> Vec<PackageBankState> {
    let ticket = bank_node::protocol::output::Ticket(500);
    let output = a.step(Input::Look { ticket, customer: customer(1), package: package(n) });
    let Some(Reply::Order(_, OrderAnswer::Standing(view))) = output.replies.first() else { panic!("a view") };
    view.banks.iter().map(|(_, state)| *state).collect()
}

/// What a GET says of each bank, as the votes and the acks come in.
#[test]
fn each_bank_as_its_word_comes_in() {
    let mut a = Bench::new("A");
    let of = attempt("A", 1, 1);
    let _ = a.submits(1, THREE);
    assert_eq!(banks(&mut a, 1), [Prepared, Waiting, Waiting]);
    let _ = a.hears("B", yes(&of, THREE));
    assert_eq!(banks(&mut a, 1), [Prepared, Prepared, Waiting]);
    let _ = a.hears("C", yes(&of, THREE));
    assert_eq!(banks(&mut a, 1), [Committed, Prepared, Prepared]);
    let _ = a.hears("B", ack(&of, Outcome::Committed));
    assert_eq!(banks(&mut a, 1), [Committed, Committed, Prepared]);
    let _ = a.hears("C", ack(&of, Outcome::Committed));
    assert_eq!(banks(&mut a, 1), [Committed; 3]);

    let _ = a.submits(2, THREE);
    let _ = a.hears("B", no(&attempt("A", 1, 2), 0, RefusalCode::AccountClosed, true));
    assert_eq!(banks(&mut a, 2), [Prepared, Refused, Waiting]);
    let _ = a.hears("C", yes(&attempt("A", 1, 2), THREE));
    assert_eq!(banks(&mut a, 2), [Aborted, Refused, Aborted]);
}

/// What is not the customer's answers like what is not there.
#[test]
fn only_who_ordered_is_told() {
    let mut a = Bench::new("A");
    let _ = a.submits(1, "A1>A2 1");
    check("who ordered", a.looks(1, 1), "told committed");
    check("somebody else", a.looks(9, 1), "told not-found");
    check("no such order", a.looks(1, 2), "told not-found");
}

/// T_submit: the client is told what is known, and the order goes on without them, once.
#[test]
fn t_submit_tells_what_is_known() {
    let mut a = Bench::new("A");
    let _ = a.submits(1, "A1>B1 60");
    let held = |sequence| no(&attempt("A", 1, sequence), 0, RefusalCode::FundsHeld, false);
    for sequence in 1..=4 {
        a.after(650);
        let _ = a.hears("B", held(sequence));
        a.after(20);
    }
    check("an attempt runs at T_submit", a.after(119), "");
    check("T_submit", a.after(1).replace("1: ", ""), "told in-progress");
    check("then it ends by itself", a.answers("B", held(5)), "abort>B");
    check("aborted", a.order_state(1), "aborted 0:funds_held");
    a.after(500);
    check("no attempt follows", a.looks(1, 1), "told aborted 0:funds_held");
}

/// An id that another body has elsewhere: told, and no record is left.
#[test]
fn id_reused_elsewhere_leaves_no_record() {
    let mut a = Bench::new("A");
    let other = "A1>B1 61";
    let _ = a.submits(1, "A1>B1 60");
    let spent = Standing::Spent { attempt: attempt("D", 1, 1) };
    check("told", a.answers("B", elsewhere(&attempt("A", 1, 1), spent, other)), "abort>B, told id-reused");
    assert!(a.order(1).is_none(), "no record is left");
    check("so it is not there", a.looks(1, 1), "told not-found");
    let _ = a.hears("B", ack(&attempt("A", 1, 1), Outcome::Aborted));
    assert!(a.disk().attempts.is_empty(), "nor its attempt, once all have heard");
}

/// Id reuse on a package that only this bank holds, ordered at another bank first: its record knows.
#[test]
fn one_bank_packages_pass_the_record() {
    let mut b = Bench::new("B");
    let text = "B1>B2 5";
    check("through A", b.asked("A", 1, 1, text), "reply vote yes");
    let _ = b.hears("A", super::bench::commit(&attempt("A", 1, 1), 1, text));
    check("sent again here", brief(&b.submits(1, text)), "told committed unsettled");
    check("with another body", brief(&b.submits(2, "B1>B2 6")), "told committed");
    check("not paid twice", b.money("B1"), "989/0/0");

    let mut b = Bench::new("B");
    check("through A", b.asked("A", 1, 1, text), "reply vote yes");
    let _ = b.hears("A", super::bench::commit(&attempt("A", 1, 1), 1, text));
    check("another body under its id", brief(&b.submits(1, "B1>B2 6")), "told id-reused");
    assert!(b.order(1).is_none());
}

/// What waits for nobody any more is forgotten: no order leaves anything in memory once it has ended.
#[test]
fn ended_orders_leave_nothing_waiting() {
    let mut a = Bench::new("A");
    // Between two attempts when T_submit comes: the customer is told, and the next attempt ends with nobody waiting.
    let _ = a.submits(1, "A1>B1 60");
    a.after(1_390);
    let _ = a.hears("B", no(&attempt("A", 1, 1), 0, RefusalCode::FundsHeld, false));
    a.after(20);
    a.after(1_355);
    check(
        "told just before T_submit",
        a.answers("B", no(&attempt("A", 1, 2), 0, RefusalCode::FundsHeld, false)),
        "abort>B",
    );
    let _ = a.after(60_000);
    assert!(matches!(a.order_state(1).as_str(), "aborted 0:bank_unavailable" | "aborted 0:funds_held"));
    for sequence in 1..=3 {
        let _ = a.hears("B", ack(&attempt("A", 1, sequence), Outcome::Aborted));
    }
    assert!(a.turn().bank().is_idle());
    check("nothing is due", a.after(600_000), "");
}
