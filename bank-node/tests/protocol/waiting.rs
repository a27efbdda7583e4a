//! Waiting for money (wait-die, section 5.1): who waits, who does not, who comes first, and what ends a wait.
//!
//! Packages are as old as their numbers say: package 1 is the oldest.

use bank_node::protocol::attempt::Age;
use bank_node::protocol::message::Message;
use bank_node::protocol::settings::WAITERS_PER_ACCOUNT_MAX;

use super::bench::{Bench, abort, commit, drain, peer_query, yes};
use super::brief::brief;
use super::names::{attempt, package};

#[track_caller]
fn check(what: &str, found: impl AsRef<str>, expect: &str) {
    assert_eq!(found.as_ref(), expect, "{what}");
}

/// B, where package 50 holds 900 of the 1,000 in B1; it is A's attempt 50.
fn held_by_50() -> Bench {
    let mut b = Bench::new("B");
    check("held", b.asked("A", 50, 50, "B1>A1 900"), "reply vote yes");
    b
}

/// The same, and package 20, which is older, waits for 800: C's attempt 20.
fn waited_for_by_20() -> Bench {
    let mut b = held_by_50();
    check("waits", b.asked("C", 20, 20, "B1>C1 800"), "");
    b
}

#[test]
fn the_older_waits_and_is_promised_what_the_younger_gives_back() {
    let mut b = waited_for_by_20();
    check("nothing is set aside for it", b.money("B1"), "1000/900/0");
    check("nor on disk", b.portion(&attempt("C", 1, 20)), "unknown");
    check(
        "the younger ends",
        b.answers("A", abort(&attempt("A", 1, 50), 50, "B1>A1 900", false)),
        "reply ack aborted",
    );
    check("at once", b.after(0), "0: vote yes>C");
    check("held for the older", b.money("B1"), "1000/800/0");
    check("nothing else follows", b.after(500), "");
}

#[test]
fn what_commits_is_not_given_back() {
    let mut b = waited_for_by_20();
    let _ = b.answers("A", commit(&attempt("A", 1, 50), 50, "B1>A1 900"));
    check("for good", b.after(0), "0: vote no 0:insufficient_funds(700)!>C");
    check("closed", b.record(20), "closed 0:insufficient_funds");
}

#[test]
fn the_younger_does_not_wait() {
    let mut b = held_by_50();
    check("refused for the moment", b.asked("C", 60, 60, "B1>C1 800"), "reply vote no 0:funds_held(700)?");
    check("the same one again", b.asked("C", 60, 60, "B1>C1 800"), "reply vote no 0:funds_held(700)?");
}

/// Of what holds the money, part is older and part is younger: it waits when the younger part is enough.
#[test]
fn only_what_younger_ones_hold_is_waited_for() {
    for (wants, expect) in [(150, ""), (151, "reply vote no 0:funds_held(51)?")] {
        let mut b = Bench::new("B");
        check("older", b.asked("A", 10, 10, "B1>A1 850"), "reply vote yes");
        check("younger", b.asked("A", 50, 50, "B1>A1 50"), "reply vote yes");
        check("in between", b.asked("C", 20, 20, &format!("B1>C1 {wants}")), expect);
    }
}

#[test]
fn incoming_money_of_a_younger_one_is_waited_for() {
    let mut b = Bench::new("B");
    check("brings 500", b.asked("A", 50, 50, "A1>B1 500"), "reply vote yes");
    check(
        "the younger does not wait",
        b.asked("C", 60, 60, "B1>C1 1300"),
        "reply vote no 0:funds_held(300)?",
    );
    check("the older waits", b.asked("C", 20, 20, "B1>C1 1300"), "");
    let _ = b.answers("A", commit(&attempt("A", 1, 50), 50, "A1>B1 500"));
    check("it has come", b.after(0), "0: vote yes>C");
}

#[test]
fn nobody_younger_takes_what_an_older_one_waits_for() {
    let mut b = waited_for_by_20();
    let answer = b.asked("A", 60, 60, "B1>A2 100");
    check("100 are free, and kept for 20", answer, "reply vote no 0:funds_held(800)?");
    check("an older one goes first", b.asked("A", 10, 10, "B1>A2 100"), "reply vote yes");
    let _ = b.answers("A", abort(&attempt("A", 1, 50), 50, "B1>A1 900", false));
    check("20 has its 800 still", b.after(0), "0: vote yes>C");
    check("and 60 the rest, asked anew", b.asked("A", 61, 60, "B1>A2 100"), "reply vote yes");
}

/// Also where more is waited for than there is.
#[test]
fn money_comes_in_where_others_wait() {
    let mut b = waited_for_by_20();
    check("paid in", b.asked("A", 60, 60, "A1>B1 10"), "reply vote yes");
}

#[test]
fn all_accounts_of_a_portion_or_none() {
    let mut b = held_by_50();
    check("B1 is held, B2 is free", b.asked("C", 20, 20, "B1>C1 500, B2>C1 1000"), "");
    check("B2 is not touched", b.money("B2"), "1000/0/0");
    check(
        "and nobody younger may have it",
        b.asked("A", 60, 60, "B2>A1 1"),
        "reply vote no 0:funds_held(1)?",
    );
    let _ = b.answers("A", abort(&attempt("A", 1, 50), 50, "B1>A1 900", false));
    check("both", b.after(0), "0: vote yes>C");
    check("B1", b.money("B1"), "1000/500/0");
    check("B2", b.money("B2"), "1000/1000/0");
}

/// A leg that can never be paid is not waited with.
#[test]
fn a_definite_no_does_not_wait() {
    let mut b = held_by_50();
    let answer = b.asked("C", 20, 20, "B1>C1 500, B2>C1 1001");
    check(
        "named at once, with what is held",
        answer,
        "reply vote no 0:funds_held(400)? 1:insufficient_funds(1)!",
    );
}

#[test]
fn the_oldest_is_looked_at_first() {
    let mut b = Bench::new("B");
    check("held", b.asked("A", 50, 50, "B1>A1 600"), "reply vote yes");
    check("held too", b.asked("A", 51, 51, "B1>A1 400"), "reply vote yes");
    check("the younger came first", b.asked("C", 30, 30, "B1>C1 500"), "");
    check("the older came second", b.asked("D", 20, 20, "B1>D1 500"), "");
    let _ = b.answers("A", abort(&attempt("A", 1, 50), 50, "B1>A1 600", false));
    check("the older has it", b.after(0), "0: vote yes>D");
    let _ = b.answers("A", abort(&attempt("A", 1, 51), 51, "B1>A1 400", false));
    check("then the younger", b.after(0), "0: vote yes>C");
}

#[test]
fn a_wait_ends_before_its_coordinators_patience() {
    let mut b = waited_for_by_20();
    let said: Vec<String> = b.after(1_400).split("; ").map(str::to_owned).collect();
    assert!(said.contains(&"1250: vote no 0:funds_held(700)?>C".to_owned()), "{said:?}");
    check("a tombstone", b.portion(&attempt("C", 1, 20)), "aborted");
    check("it stays refused", b.asked("C", 20, 20, "B1>C1 800"), "reply vote no 0:funds_held(700)?");
    check("the package does not", b.record(20), "none");
    check("a new attempt waits anew", b.asked("C", 21, 20, "B1>C1 800"), "");
}

#[test]
fn whose_time_is_short_does_not_wait() {
    let mut b = held_by_50();
    let mut prepare = b.prepare("C", 20, 20, "B1>C1 800");
    prepare.time_left_ms = 250;
    let answer = b.answers("C", Message::Prepare(prepare));
    check("no time to wait and be heard", answer, "reply vote no 0:funds_held(700)?");
}

#[test]
fn asked_again_while_it_waits() {
    let mut b = waited_for_by_20();
    check("nothing new", b.asked("C", 20, 20, "B1>C1 800"), "");
    check("another body", b.asked("C", 20, 20, "B1>C1 700"), "alarm C");
    let _ = b.answers("A", abort(&attempt("A", 1, 50), 50, "B1>A1 900", false));
    check("one yes", b.after(0), "0: vote yes>C");
    check("held once", b.money("B1"), "1000/800/0");
    check("and again", b.asked("C", 20, 20, "B1>C1 800"), "reply vote yes");
}

/// A coordinator that names another package in the age than the one that it asks for: its claim would never be let go of.
#[test]
fn the_age_is_that_of_the_package_asked_for() {
    let mut b = Bench::new("B");
    let mut prepare = b.prepare("A", 50, 50, "B1>A1 900");
    prepare.age.package = package(1);
    check("held", b.answers("A", Message::Prepare(prepare)), "reply vote yes");
    check("for the older it is younger", b.asked("C", 20, 20, "B1>C1 800"), "");
    let mut prepare = b.prepare("D", 60, 60, "B1>D1 50");
    prepare.age.package = package(1);
    let answer = b.answers("D", Message::Prepare(prepare));
    check("it does not overtake", answer, "reply vote no 0:funds_held(750)?");
    let _ = b.answers("A", abort(&attempt("A", 1, 50), 50, "B1>A1 900", false));
    check("let go of", b.after(0), "0: vote yes>C");
    assert_eq!(b.turn().bank().claims().differ_from(b.disk()), None);
}

#[test]
fn an_abort_ends_a_wait() {
    let mut b = waited_for_by_20();
    let told = b.answers("C", abort(&attempt("C", 1, 20), 20, "B1>C1 800", false));
    check("confirmed", told, "reply ack aborted");
    let _ = b.answers("A", abort(&attempt("A", 1, 50), 50, "B1>A1 900", false));
    check("nothing is promised any more", b.after(500), "");
    check("nor held", b.money("B1"), "1000/0/0");
    let answer = b.asked("C", 20, 20, "B1>C1 800");
    check("late", answer, "reply vote no 0:overloaded?");
}

#[test]
fn a_fellow_that_asks_ends_a_wait() {
    let mut b = held_by_50();
    check("waits", b.asked("C", 20, 20, "B1>C1 800, A1>C1 1"), "");
    let said = b.answers("A", peer_query(&attempt("C", 1, 20)));
    check("it will never be promised", said, "reply peer-status refused");
    let _ = b.answers("A", abort(&attempt("A", 1, 50), 50, "B1>A1 900", false));
    check("nor is it", b.after(500), "");
}

/// What an older one had reserved is free again when it waits no longer.
#[test]
fn the_end_of_a_wait_lets_younger_ones_through() {
    let mut b = Bench::new("B");
    check("held", b.asked("A", 50, 50, "B1>A1 900"), "reply vote yes");
    check("20 waits for B1, and keeps B2", b.asked("C", 20, 20, "B1>C1 800, B2>C1 1000"), "");
    check("51 holds part of B3", b.asked("A", 51, 51, "B3>A1 600"), "reply vote yes");
    check("30 waits for B3", b.asked("D", 30, 30, "B3>D1 500"), "");
    let _ = b.answers("C", abort(&attempt("C", 1, 20), 20, "B1>C1 800, B2>C1 1000", false));
    check("B2 is free", b.asked("A", 60, 60, "B2>A1 1000"), "reply vote yes");
    check("30 waits still", b.after(0), "");
    let _ = b.answers("A", commit(&attempt("A", 1, 51), 51, "B3>A1 600"));
    check("and fails now", b.after(0), "0: vote no 0:insufficient_funds(100)!>D");
}

/// Waits are in memory alone; the ages of promises are on disk.
#[test]
fn a_restart_forgets_waits_and_keeps_ages() {
    let mut b = waited_for_by_20();
    let _ = b.restarts();
    check("nothing is promised to 20", b.portion(&attempt("C", 1, 20)), "unknown");
    check("50 is known for younger", b.asked("C", 20, 20, "B1>C1 800"), "");
    check("and for older than 60", b.asked("C", 60, 60, "B1>C1 800"), "reply vote no 0:funds_held(1500)?");
    let _ = b.answers("A", abort(&attempt("A", 1, 50), 50, "B1>A1 900", false));
    let said = b.after(0);
    assert!(said.ends_with("vote yes>C"), "{said}");
}

#[test]
fn a_drained_bank_promises_nothing_to_who_waits() {
    let mut b = waited_for_by_20();
    assert_eq!(b.turn().bank().under_way().waiting, 1);
    let _ = b.step(drain(true));
    let _ = b.answers("A", abort(&attempt("A", 1, 50), 50, "B1>A1 900", false));
    check("for the moment", b.after(0), "0: vote no 0:overloaded?>C");
    assert_eq!(b.turn().bank().under_way().waiting, 0);
}

#[test]
fn of_too_many_the_youngest_gives_way() {
    let mut b = Bench::new("B");
    check("held", b.asked("A", 900, 900, "B1>A1 1000"), "reply vote yes");
    let most = WAITERS_PER_ACCOUNT_MAX as u64;
    for n in 100..100 + most {
        check("waits", b.asked("C", n, u128::from(n), "B1>C1 1"), "");
    }
    check("younger than all", b.asked("C", 300, 300, "B1>C1 1"), "reply vote no 0:funds_held(65)?");
    check("older than all", b.asked("C", 301, 20, "B1>C1 1"), "");
    check("the youngest has gone", b.after(0), "0: vote no 0:funds_held(65)?>C");
    check("it was that one", b.portion(&attempt("C", 1, 99 + most)), "aborted");
    assert_eq!(b.turn().bank().under_way().waiting, WAITERS_PER_ACCOUNT_MAX);
}

// This bank's own packages.

/// A, where a package of B's that is younger than anything ordered here holds 900 of the 1,000 in A1.
fn own_held_by_younger() -> Bench {
    let mut a = Bench::new("A");
    let mut prepare = a.prepare("B", 1, 50, "A1>B1 900");
    prepare.age = Age { first_ms: prepare.age.first_ms + 60_000, package: package(50) };
    check("held", a.answers("B", Message::Prepare(prepare)), "reply vote yes");
    a
}

#[test]
fn an_own_portion_waits_while_the_others_vote() {
    let mut a = own_held_by_younger();
    check("asks C at once", brief(&a.submits(1, "A1>C1 800")), "early prepare>C");
    check("C's yes is not all", a.answers("C", yes(&attempt("A", 1, 1), "A1>C1 800")), "");
    let _ = a.answers("B", abort(&attempt("B", 1, 1), 50, "A1>B1 900", false));
    check("decided", a.after(0), "0: commit>C");
    check("booked", a.money("A1"), "200/0/0");
}

#[test]
fn a_package_within_one_bank_waits() {
    let mut a = own_held_by_younger();
    check("waits", brief(&a.submits(1, "A1>A2 800")), "");
    check("in progress", a.looks(1, 1), "told in-progress");
    let _ = a.answers("B", abort(&attempt("B", 1, 1), 50, "A1>B1 900", false));
    check("paid", a.after(0), "0: told committed");
    check("A1", a.money("A1"), "200/0/0");
    check("A2", a.money("A2"), "1800/0/0");
}

/// Nothing frees the money: it is tried again while the customer waits, then said to be held.
#[test]
fn an_own_portion_that_waits_in_vain_is_told_so() {
    let mut a = own_held_by_younger();
    check("waits", brief(&a.submits(1, "A1>A2 800")), "");
    let said = a.after(4_000);
    assert!(said.contains("told aborted 0:funds_held(700)"), "{said}");
    check("ordered again it keeps its age, and waits", brief(&a.submits(1, "A1>A2 800")), "");
    check("nothing moved", a.money("A1"), "1000/900/0");
}

#[test]
fn a_stopping_bank_gives_up_its_own_waits() {
    let mut a = own_held_by_younger();
    check("waits", brief(&a.submits(1, "A1>C1 800")), "early prepare>C");
    let said = brief(&a.step(bank_node::protocol::output::Input::Shutdown));
    check("ended", said, "abort>C, told aborted");
    let _ = a.answers("B", abort(&attempt("B", 1, 1), 50, "A1>B1 900", false));
    check("nothing is promised later", a.money("A1"), "1000/0/0");
    assert_eq!(a.turn().bank().under_way().waiting, 0);
}
