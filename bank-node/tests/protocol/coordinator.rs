//! The coordinator's table (section 4), a story for each row.

use bank_node::protocol::attempt::EpochNonce;
use bank_node::protocol::message::{Message, Outcome, Standing, Status};
use bank_node::protocol::output::Input;
use bank_node::protocol::records::{AttemptState, LedgerAccount};
use shared::refusal::RefusalCode;

use super::bench::{Bench, ack, drain, elsewhere, no, query, vote, yes};
use super::brief::brief;
use super::names::{attempt, bank, package};

const TWO: &str = "A1>B1 60";
const THREE: &str = "A1>B1 60, A1>C1 40";

#[track_caller]
fn check(what: &str, found: impl AsRef<str>, expect: &str) {
    assert_eq!(found.as_ref(), expect, "{what}");
}

/// Row 1: an id that is known here.
#[test]
fn submit_of_a_known_id() {
    // (package, what was ordered, what the first order told; sent again: by whom, what, told)
    type Again = &'static [(u128, &'static str, &'static str)];
    let rows: [(u128, &str, &str, Again); 3] = [
        (
            1,
            "A1>A2 60",
            "told committed",
            &[
                (1, "A1>A2 60", "told committed"),
                (1, "A1>A2 61", "told id-reused"),
                (9, "A1>A2 60", "told id-reused"),
            ],
        ),
        (
            2,
            "A1>A2 9999",
            "told refused 0:insufficient_funds(9059)",
            &[
                (1, "A1>A2 9999", "told refused 0:insufficient_funds(9059)"),
                (1, "A1>A2 1", "told id-reused"),
                (9, "A1>A2 9999", "told id-reused"),
            ],
        ),
        (
            3,
            TWO,
            "early prepare>B",
            &[(1, TWO, "told in-progress"), (1, THREE, "told id-reused"), (9, TWO, "told id-reused")],
        ),
    ];
    let mut a = Bench::new("A");
    for (n, text, first, again) in rows {
        check(text, brief(&a.submits(n, text)), first);
        let before = a.disk().clone();
        for (by, text, told) in again {
            check(text, brief(&a.submits_by(*by, n, text)), told);
        }
        // A repetition, and a refused id, leave nothing behind.
        assert_eq!(*a.disk(), before, "package {n}: repeating changed the books");
    }
}

/// Row 1: aborted → a new attempt, of the same age.
#[test]
fn submit_of_an_aborted_package_is_a_new_attempt_of_the_same_age() {
    let mut a = Bench::new("A");
    let first = a.submits(1, TWO);
    let Message::Prepare(ref prepare) = first.early[0].message else { panic!("a PREPARE") };
    let age = prepare.age;
    a.after(1_500);
    check("votes were missing", a.order_state(1), "aborted 0:bank_unavailable");
    let second = a.submits(1, TWO);
    let Message::Prepare(ref prepare) = second.early[0].message else { panic!("a PREPARE") };
    assert_eq!(prepare.attempt, attempt("A", 1, 2));
    assert_eq!(prepare.age, age, "a retry keeps its age");
}

/// Row 2: the guard of a submit.
#[test]
fn submit_needs_every_participant_reachable() {
    let mut a = Bench::new("A");
    for _ in 0..3 {
        let _ = a.step(Input::PeerSilent(bank("C")));
    }
    check("C is away", brief(&a.submits(1, THREE)), "told aborted 1:bank_unavailable");
    assert!(a.disk().attempts.is_empty() && a.disk().portions.is_empty(), "no attempt was made");
    check("nothing is held", a.money("A1"), "1000/0/0");
    check("C is not needed", brief(&a.submits(2, TWO)), "early prepare>B");
    check("an unknown bank is away too", brief(&a.submits(3, "A1>X1 5")), "told aborted 0:bank_unavailable");
    let _ = a.step(Input::PeerAnswered(bank("C")));
    check("C is back", brief(&a.submits(1, THREE)), "early prepare>B, early prepare>C");
}

/// Row 2: BEGUN and the own portion in one step, PREPARE to the others at once.
#[test]
fn submit_begins_with_its_own_portion_held() {
    let mut a = Bench::new("A");
    check("begun", brief(&a.submits(1, THREE)), "early prepare>B, early prepare>C");
    check("held", a.money("A1"), "1000/100/0");
    check("own portion", a.portion(&attempt("A", 1, 1)), "prepared");
    check("record", a.record(1), "live aurora.1.1");
    assert_eq!(a.disk().attempts[&attempt("A", 1, 1)].state, AttemptState::Begun);
}

/// Row 2: a coordinator that holds no account and moves no cash has no portion.
#[test]
fn submit_of_others_accounts_has_no_own_portion() {
    let mut a = Bench::new("A");
    check("begun", brief(&a.submits(1, "B1>C1 5")), "early prepare>B, early prepare>C");
    assert!(a.disk().portions.is_empty() && a.disk().packages.is_empty());
    let of = attempt("A", 1, 1);
    check("yes of B", a.answers("B", yes(&of, "B1>C1 5")), "");
    check("yes of C", a.answers("C", yes(&of, "B1>C1 5")), "commit>B, commit>C");
    assert!(a.disk().postings.is_empty());
}

/// Row 3: one bank only: the guards of table 5, then the whole package in one step, no messages.
#[test]
fn one_bank_package_is_one_step() {
    let mut a = Bench::new("A");
    check("done", brief(&a.submits(1, "A1>A2 60, cash>A1 5, A2>cash 1")), "told committed");
    check("payer", a.money("A1"), "945/0/0");
    check("payee", a.money("A2"), "1059/0/0");
    check("till", a.ledger_money(&LedgerAccount::Till), "-4/0/0");
    check("spent", a.record(1), "spent aurora.1.1");
    check("nothing more to say", a.after(60_000), "");
}

/// Row 5 and 6: votes are counted, each once, under the right digest.
#[test]
fn votes_are_counted_once_and_under_their_digest() {
    let mut a = Bench::new("A");
    let of = attempt("A", 1, 1);
    let _ = a.submits(1, THREE);
    check("under another digest", a.answers("B", yes(&of, TWO)), "alarm B");
    check("of B", a.answers("B", yes(&of, THREE)), "");
    check("of B again", a.answers("B", yes(&of, THREE)), "");
    check("a no after a yes is no vote", a.answers("B", no(&of, 0, RefusalCode::AccountClosed, true)), "");
    check("of a bank that takes no part", a.answers("D", yes(&of, THREE)), "");
    assert_eq!(a.disk().attempts[&of].state, AttemptState::Begun);
    check("all in", a.answers("C", yes(&of, THREE)), "commit>B, commit>C");
}

/// Row 7: the decision, the own postings and the client's result in one step; then settled, or told after T_reply.
#[test]
fn all_yes_commits() {
    let of = attempt("A", 1, 1);
    // (what happens next, what it says)
    type Rows = &'static [(&'static str, &'static str)];
    let stories: [Rows; 2] = [
        &[("ack B", ""), ("ack B", ""), ("ack C", "told committed"), ("60000", "")],
        &[
            ("ack B", ""),
            ("249", "150: commit>C"),
            ("1", "1: told committed unsettled"),
            ("ack C", ""),
            ("60000", ""),
        ],
    ];
    for story in stories {
        let mut a = Bench::new("A");
        let _ = a.submits(1, THREE);
        let _ = a.hears("B", yes(&of, THREE));
        check("decided", brief(&a.hears("C", yes(&of, THREE))), "commit>B, commit>C");
        assert!(matches!(a.disk().attempts[&of].state, AttemptState::Committed { .. }));
        check("booked", a.money("A1"), "900/0/0");
        check("order", a.order_state(1), "committed");
        check("record", a.record(1), "spent aurora.1.1");
        for (event, expect) in story {
            let said = match event.split_once(' ') {
                Some((_, from)) => a.answers(from, ack(&of, Outcome::Committed)),
                None => a.after(event.parse().expect("milliseconds")),
            };
            check(event, said, expect);
        }
        check("kept for good", a.answers("B", query(&of)), "reply status committed");
    }
}

/// Row 8: a no waits for the other votes, or for T_gather, so that every failing leg is named.
#[test]
fn a_no_waits_for_the_others() {
    let of = attempt("A", 1, 1);
    let closed = || no(&of, 0, RefusalCode::AccountClosed, true);
    let poor = || no(&of, 1, RefusalCode::InsufficientFunds, true);

    let mut a = Bench::new("A");
    let _ = a.submits(1, THREE);
    check("the first no", a.answers("B", closed()), "");
    check(
        "all votes are in",
        a.answers("C", poor()),
        "abort-closing>B, abort-closing>C, told refused 0:account_closed 1:insufficient_funds",
    );
    check("own hold", a.money("A1"), "1000/0/0");
    check("closed here too", a.record(1), "closed 0:account_closed 1:insufficient_funds");

    let mut a = Bench::new("A");
    let _ = a.submits(1, THREE);
    check("time passes", a.after(100), "");
    check("the first no", a.answers("B", closed()), "");
    check(
        "T_gather after the first no; PREPARE was said again meanwhile",
        a.after(250),
        "50: prepare>C; 250: abort-closing>B, abort-closing>C, told refused 0:account_closed",
    );
    check("a vote after that", a.answers("C", yes(&of, THREE)), "");
}

/// Row 8: the coordinator's own no does not stop the PREPAREs.
#[test]
fn own_no_does_not_stop_the_prepares() {
    let mut a = Bench::new("A");
    let text = "A1>B1 5000, A2>C1 1";
    let of = attempt("A", 1, 1);
    check("all are asked", brief(&a.submits(1, text)), "early prepare>B, early prepare>C");
    check("closed at once, in the same step", a.record(1), "closed 0:insufficient_funds");
    let _ = a.hears("B", no(&of, 0, RefusalCode::AccountUnknown, true));
    check(
        "first by precedence of each leg",
        a.answers("C", no(&of, 1, RefusalCode::AccountClosed, true)),
        "abort-closing>B, abort-closing>C, told refused 0:account_unknown 1:account_closed",
    );
}

/// Row 8: only retryable: a new attempt of the same age after 20 to 80 ms, while T_submit leaves time for one.
#[test]
fn retryable_noes_are_tried_again() {
    let mut a = Bench::new("A");
    let _ = a.submits(1, TWO);
    let age = a.order(1).expect("an order").age;
    let held = |sequence| no(&attempt("A", 1, sequence), 0, RefusalCode::FundsHeld, false);
    check("first attempt ends", a.answers("B", held(1)), "abort>B");
    check("an order between two attempts is in progress", a.looks(1, 1), "told in-progress");
    check("and open here", a.record(1), "open");
    check("sent again meanwhile", brief(&a.submits(1, TWO)), "told in-progress");
    check("the next attempt", a.after(80), "20: early prepare>B");
    assert_eq!(a.order(1).expect("an order").age, age);
    // Until T_submit leaves no time for another.
    check(
        "PREPARE is said again",
        a.after(1_300),
        "70: abort>B; 90: prepare>B; 370: abort>B; 390: prepare>B; 970: abort>B; 990: prepare>B",
    );
    check("the second ends", a.answers("B", held(2)), "abort>B");
    check("the third", a.after(20).replace("; ", ", "), "20: early prepare>B");
    a.after(1_390);
    check("10 ms before T_submit", a.answers("B", held(3)), "abort>B, told aborted 0:funds_held");
    check("nothing is held", a.money("A1"), "1000/0/0");
}

/// Row 8: one definite no among retryable ones closes.
#[test]
fn one_definite_no_closes() {
    let mut a = Bench::new("A");
    let of = attempt("A", 1, 1);
    let _ = a.submits(1, THREE);
    let _ = a.hears("B", no(&of, 0, RefusalCode::FundsHeld, false));
    check(
        "refused",
        a.answers("C", no(&of, 1, RefusalCode::AccountClosed, true)),
        "abort-closing>B, abort-closing>C, told refused 0:funds_held 1:account_closed",
    );
}

/// Row 9 and the small print: elsewhere ranks before every no, and spent before another body before live.
#[test]
fn elsewhere_ranks() {
    let live = Standing::Live { attempt: attempt("D", 1, 7) };
    let spent = Standing::Spent { attempt: attempt("D", 1, 7) };
    // A bank without accounts in it: one with would have to have the package in its own record.
    let mine = "B1>C1 60";
    let others = "B1>C1 61";
    let of = attempt("A", 1, 1);
    let closing = || no(&of, 0, RefusalCode::AccountClosed, true);
    let (spent_mine, live_mine) =
        (|| elsewhere(&of, spent.clone(), mine), || elsewhere(&of, live.clone(), mine));
    let (spent_other, live_other) =
        (|| elsewhere(&of, spent.clone(), others), || elsewhere(&of, live.clone(), others));
    let closed_other = || elsewhere(&of, Standing::Closed, others);
    // (B's vote, C's vote, what follows, how the order stands)
    let rows = [
        (spent_mine(), yes(&of, mine), "abort>B, abort>C, told committed unsettled", "committed"),
        (spent_mine(), closing(), "abort>B, abort>C, told committed unsettled", "committed"),
        (spent_mine(), live_other(), "abort>B, abort>C, told committed unsettled", "committed"),
        (live_mine(), spent_mine(), "abort>B, abort>C, told committed unsettled", "committed"),
        (live_mine(), spent_other(), "abort>B, abort>C, told id-reused", "none"),
        (live_other(), live_mine(), "abort>B, abort>C, told id-reused", "none"),
        (closed_other(), yes(&of, mine), "abort>B, abort>C, told id-reused", "none"),
        (live_mine(), closing(), "abort>B, abort>C", "in-progress"),
        (live_mine(), yes(&of, mine), "abort>B, abort>C", "in-progress"),
    ];
    for (b, c, follows, order) in rows {
        let mut a = Bench::new("A");
        let _ = a.submits(1, mine);
        let what = format!("{b:?} and {c:?}");
        check(&what, a.answers("B", b), "");
        check(&what, a.answers("C", c), follows);
        check(&what, a.order_state(1), order);
        check(&what, a.money("A1"), "1000/0/0");
        check(&format!("{what}: closing nothing"), a.record(1), "none");
    }
}

/// Row 9: live elsewhere is tried again, and told as in progress when the time is over.
#[test]
fn live_elsewhere_is_tried_again_then_in_progress() {
    let mut a = Bench::new("A");
    let _ = a.submits(1, TWO);
    let live =
        |sequence| elsewhere(&attempt("A", 1, sequence), Standing::Live { attempt: attempt("D", 1, 7) }, TWO);
    a.after(1_400);
    check("there is time for another", a.answers("B", live(1)), "abort>B");
    a.after(20);
    a.after(1_365);
    let said = a.answers("B", live(2));
    check("time is over", said, "abort>B, told elsewhere dourado.1.7");
    check("a GET", a.looks(1, 1), "told elsewhere dourado.1.7");
    check("sent again: a new attempt", brief(&a.submits(1, TWO)), "early prepare>B");
}

/// Row 9: an earlier attempt of this very bank, still prepared at a slow participant, is no other bank's business.
#[test]
fn own_earlier_attempt_is_not_elsewhere() {
    let mut a = Bench::new("A");
    let _ = a.submits(1, TWO);
    a.after(1_500);
    check("given up", a.order_state(1), "aborted 0:bank_unavailable");
    let _ = a.submits(1, TWO);
    let live =
        |sequence| elsewhere(&attempt("A", 1, sequence), Standing::Live { attempt: attempt("A", 1, 1) }, TWO);
    a.after(1_400);
    check("there is time for another", a.answers("B", live(2)), "abort>B");
    a.after(20);
    a.after(1_365);
    let said = a.answers("B", live(3));
    check("nothing of it will happen: told so", said, "abort>B, told aborted");
}

/// One bank's word that a package is paid does not count where this bank's own books disprove it: told so, a customer would
/// believe for good what never happened.
#[test]
fn paid_is_not_believed_against_these_books() {
    let of = attempt("A", 1, 1);
    let lies = [
        ("by D, with A's own portion free", Standing::Spent { attempt: attempt("D", 1, 7) }),
        ("by an attempt of this life that has not begun", Standing::Spent { attempt: attempt("A", 1, 777) }),
        ("by the very attempt that is voted on", Standing::Spent { attempt: of.clone() }),
    ];
    for (what, standing) in lies {
        let mut a = Bench::new("A");
        let _ = a.submits(1, THREE);
        check(what, a.answers("B", elsewhere(&of, standing, THREE)), "alarm B");
        check(what, a.answers("C", yes(&of, THREE)), "abort>B, abort>C");
        assert!(a.turn().bank().is_ready(), "{what}: no reason to recover");
        check(what, a.money("A1"), "1000/0/0");
        check(what, a.order_state(1), "in-progress");
    }
}

/// Row 9: spent under the name of an attempt of this bank that its books do not have: they are old, and say so.
#[test]
fn spent_in_an_own_attempt_that_is_not_known_is_an_old_ledger() {
    let mut a = Bench::new("A");
    let _ = a.submits(1, TWO);
    let of = attempt("A", 1, 1);
    let said = a.answers("B", elsewhere(&of, Standing::Spent { attempt: attempt("A", 3, 9) }, TWO));
    check(
        "paid, by whichever life",
        said,
        "abort>B, hello>B, hello>C, hello>D, told committed unsettled, alarm B",
    );
    assert!(!a.turn().bank().is_ready(), "a commit of its own that it does not have: recovering");
}

/// Row 10: T_vote, and shutdown, give up: not repeated by itself, nothing closed.
#[test]
fn missing_votes_and_shutdown_give_up() {
    let mut a = Bench::new("A");
    let of = attempt("A", 1, 1);
    let _ = a.submits(1, THREE);
    let _ = a.hears("B", yes(&of, THREE));
    check(
        "T_vote",
        a.after(1_500),
        "150: prepare>C; 450: prepare>C; 1050: prepare>C; \
         1500: abort>B, abort>C, told aborted 1:bank_unavailable",
    );
    check("released", a.money("A1"), "1000/0/0");
    check("open", a.record(1), "open");
    check("a yes that is late", a.answers("C", yes(&of, THREE)), "");

    let mut a = Bench::new("A");
    let _ = a.submits(1, THREE);
    check("shutdown", brief(&a.step(Input::Shutdown)), "abort>B, abort>C, told aborted");
    check("released", a.money("A1"), "1000/0/0");
    check("no new orders", brief(&a.submits(2, TWO)), "told not-taken ShuttingDown");

    let mut a = Bench::new("A");
    let first = brief(&a.submits(1, TWO));
    check("full", brief(&a.step(Input::Room { enough: false })), "");
    check("nothing new", brief(&a.submits(2, TWO)), "told not-taken DiskFull");
    check("no record of it", a.order_state(2), "none");
    check("what is under way goes on", a.answers("B", yes(&attempt("A", 1, 1), TWO)), "commit>B");
    check("room again", brief(&a.step(Input::Room { enough: true })), "");
    check("as before", brief(&a.submits(2, TWO)), &first.replace("A.1.1", "A.1.2"));

    let mut a = Bench::new("A");
    let first = brief(&a.submits(1, TWO));
    check("drained", brief(&a.step(drain(true))), "desk Done");
    check("nothing new", brief(&a.submits(2, TWO)), "told not-taken Draining");
    check("no record of it", a.order_state(2), "none");
    check("under way", format!("{:?}", a.under_way()), "(1, 1, 0, 0)");
    check("what is under way goes on", a.answers("B", yes(&attempt("A", 1, 1), TWO)), "commit>B");
    check("told, not confirmed", format!("{:?}", a.under_way()), "(1, 0, 1, 0)");
    check("confirmed", a.answers("B", ack(&attempt("A", 1, 1), Outcome::Committed)), "told committed");
    check("nothing under way", format!("{:?}", a.under_way()), "(0, 0, 0, 0)");
    check("drained no more", brief(&a.step(drain(false))), "desk Done");
    check("as before", brief(&a.submits(2, TWO)), &first.replace("A.1.1", "A.1.2"));

    let mut a = Bench::new("A");
    let _ = a.submits(1, TWO);
    let _ = a.hears("B", no(&of, 0, RefusalCode::FundsHeld, false));
    check("between two attempts", brief(&a.step(Input::Shutdown)), "told aborted");
    check("it ends there", a.order_state(1), "aborted");
    check("for good", a.after(100), "");
}

/// T_vote with a no already in: the no decides.
#[test]
fn a_no_before_t_vote_decides() {
    let mut a = Bench::new("A");
    let _ = a.submits(1, THREE);
    a.after(1_400);
    let _ = a.hears("B", no(&attempt("A", 1, 1), 0, RefusalCode::AccountClosed, true));
    check(
        "T_vote comes before T_gather",
        a.after(100),
        "100: abort-closing>B, abort-closing>C, told refused 0:account_closed",
    );
}

/// Rows 11 and 12: a decision is told until acked, by T_resend and by HELLO; aborts too, and to those that voted no.
#[test]
fn decisions_are_told_until_acked() {
    let of = attempt("A", 1, 1);
    let mut a = Bench::new("A");
    let _ = a.submits(1, THREE);
    let _ = a.hears("B", yes(&of, THREE));
    let _ = a.hears("C", yes(&of, THREE));
    check("an ack of the other outcome is none", a.answers("B", ack(&of, Outcome::Aborted)), "");
    check("an ack of nobody", a.answers("D", ack(&of, Outcome::Committed)), "");
    check("of B", a.answers("B", ack(&of, Outcome::Committed)), "");
    check(
        "T_resend doubles",
        a.after(3_000),
        "150: commit>C; 250: told committed unsettled; 450: commit>C; 1050: commit>C; 2250: commit>C",
    );
    check("HELLO", a.answers("C", Message::Hello), "commit>C, reply hello-answer");
    check("HELLO of one that has acked", a.answers("B", Message::Hello), "reply hello-answer");
    check("of C", a.answers("C", ack(&of, Outcome::Committed)), "");
    check("done", a.after(60_000), "");
}

/// The small print: an ack of an abort while still collecting is ignored.
#[test]
fn an_ack_while_collecting_is_ignored() {
    let mut a = Bench::new("A");
    let of = attempt("A", 1, 1);
    let _ = a.submits(1, TWO);
    check("too early", a.answers("B", ack(&of, Outcome::Aborted)), "");
    check("and forgotten", a.answers("B", yes(&of, TWO)), "commit>B");
}

/// Row 13, rule R4: the four answers, and whom they are for.
#[test]
fn queries_are_answered_from_memory_and_disk() {
    let mut a = Bench::new("A");
    let _ = a.submits(1, TWO);
    let _ = a.submits(2, TWO);
    let _ = a.hears("B", yes(&attempt("A", 1, 2), TWO));
    let _ = a.submits(3, TWO);
    let _ = a.hears("B", no(&attempt("A", 1, 3), 0, RefusalCode::AccountClosed, true));
    // (attempt, answer in its own life, answer in the next)
    let rows = [
        (attempt("A", 1, 1), "reply status pending", "reply status aborted"),
        (attempt("A", 1, 2), "reply status committed", "reply status committed"),
        (attempt("A", 1, 3), "reply status aborted", "reply status aborted"),
        (attempt("A", 1, 77), "reply status pending", "reply status presumed"),
        (attempt("A", 9, 1), "reply status amnesia, alarm B", "reply status amnesia, alarm B"),
        (attempt("A", 0, 1), "reply status amnesia, alarm B", "reply status amnesia, alarm B"),
        (attempt("C", 1, 1), "", ""),
    ];
    for (of, answer, _) in &rows {
        check(&format!("{of} in life 1"), a.answers("B", query(of)), answer);
    }
    let _ = a.restarts();
    for (of, _, answer) in &rows {
        check(&format!("{of} in life 2"), a.answers("B", query(of)), answer);
    }
}

/// An aborted attempt that all have confirmed and that no order names any more may go: presuming it says the same.
#[test]
fn a_forgotten_abort_is_presumed() {
    let mut a = Bench::new("A");
    let of = attempt("A", 1, 1);
    let _ = a.submits(1, TWO);
    let _ = a.hears("B", no(&of, 0, RefusalCode::FundsHeld, false));
    a.after(80);
    let _ = a.hears("B", ack(&of, Outcome::Aborted));
    assert!(!a.disk().attempts.contains_key(&of), "superseded and confirmed: it may go");
    check("presumed", a.answers("B", query(&of)), "reply status presumed");
}

/// Rows 14 and 15: a restart ends what is begun, goes on telling what is decided, under a new epoch forced first.
#[test]
fn restart_aborts_what_is_begun_and_tells_what_is_decided() {
    let mut a = Bench::new("A");
    let _ = a.submits(1, THREE);
    let _ = a.submits(2, TWO);
    let _ = a.hears("B", yes(&attempt("A", 1, 2), TWO));
    let _ = a.submits(3, TWO);
    let _ = a.hears("B", no(&attempt("A", 1, 3), 0, RefusalCode::FundsHeld, false));
    check("before", a.money("A1"), "940/100/0");
    let start = a.restarts();
    check("the start", brief(&start), "abort>B, abort>C, commit>B, abort>B, hello>B, hello>C, hello>D");
    assert!(start.early.is_empty(), "nothing leaves before the epoch is forced");
    check("released", a.money("A1"), "940/0/0");
    check("was begun", a.order_state(1), "aborted");
    check("was committed", a.order_state(2), "committed");
    check("was between two attempts", a.order_state(3), "aborted");
    check(
        "sent again: a new attempt",
        brief(&a.submits(1, TWO.replace("B1", "C1").as_str())),
        "told id-reused",
    );
    check("sent again: a new attempt", brief(&a.submits(3, TWO)), "early prepare>B");
    assert!(a.disk().attempts.contains_key(&attempt("A", 2, 1)), "of the new life");
    assert_eq!(a.disk().epochs.keys().copied().collect::<Vec<_>>(), [1, 2]);
}

/// What was not stored did not happen: an attempt whose BEGUN is lost is presumed aborted, and its id not used again.
#[test]
fn a_begun_that_was_lost_is_presumed_aborted() {
    let mut a = Bench::new("A");
    let lost = {
        let legs = super::names::legs(TWO);
        a.step_lost(Input::Submit(bank_node::protocol::output::Submit {
            ticket: bank_node::protocol::output::Ticket(99),
            package: package(1),
            customer: super::names::customer(1),
            legs,
        }))
    };
    assert_eq!(lost.early.len(), 1, "PREPARE may have gone");
    let _ = a.restarts();
    check("no such order", a.looks(1, 1), "told not-found");
    check("of a life that is whole", a.answers("B", query(&attempt("A", 1, 1))), "reply status presumed");
    check("a vote that comes late", a.answers("B", yes(&attempt("A", 1, 1), TWO)), "");
    let again = a.submits(1, TWO);
    let Message::Prepare(ref prepare) = again.early[0].message else { panic!("a PREPARE") };
    assert_eq!(prepare.attempt, attempt("A", 2, 1));
}

/// Of a life that is not whole nothing is presumed, though what it recorded is still said.
#[test]
fn nothing_is_presumed_of_a_life_that_is_not_whole() {
    let mut a = Bench::new("A");
    let _ = a.submits(1, TWO);
    let _ = a.hears("B", yes(&attempt("A", 1, 1), TWO));
    let mut ledger = a.turn().ledger().clone();
    let mut life = ledger.snapshot().epochs[&1].clone();
    life.whole = false;
    bank_node::ledger::Ledger::store(&mut ledger, 1, &[bank_node::protocol::records::Write::Epoch(life)])
        .expect("stored");
    let _ = a.restarts_on(ledger);
    let rows = [
        (attempt("A", 1, 1), "reply status committed"),
        (attempt("A", 1, 5), "reply status amnesia, alarm B"),
        (attempt("A", 2, 5), "reply status pending"),
    ];
    for (of, answer) in rows {
        check(&of.to_string(), a.answers("B", query(&of)), answer);
    }
}

/// A vote that names legs which the package does not have is no vote.
#[test]
fn a_vote_speaks_of_the_packages_legs() {
    let mut a = Bench::new("A");
    let of = attempt("A", 1, 1);
    let _ = a.submits(1, THREE);
    check("no leg at all", a.answers("B", no(&of, 2, RefusalCode::AccountClosed, true)), "alarm B");
    check("its own", a.answers("B", no(&of, 0, RefusalCode::FundsHeld, false)), "");
    // What closed a package may name other banks' legs too.
    check(
        "C's",
        a.answers("C", no(&of, 0, RefusalCode::AccountClosed, true)),
        "abort-closing>B, abort-closing>C, told refused 0:account_closed",
    );
    assert_eq!(a.evidence(), 1);
}

/// Messages about attempts that this bank does not run change nothing.
#[test]
fn strangers_messages_change_nothing() {
    let mut a = Bench::new("A");
    let _ = a.submits(1, TWO);
    let before = a.disk().clone();
    let theirs = attempt("B", 1, 1);
    for message in [
        yes(&attempt("A", 1, 9), TWO),
        vote(&theirs, bank_node::protocol::message::Vote::No { refusals: Vec::new() }),
        ack(&attempt("A", 1, 1), Outcome::Committed),
        ack(&theirs, Outcome::Committed),
        super::bench::status(&attempt("A", 1, 1), Status::Committed),
        super::bench::peer_query(&attempt("A", 1, 9)),
    ] {
        let what = format!("{message:?}");
        check(&what, a.answers("B", message), "");
    }
    assert_eq!(*a.disk(), before);
}

/// Two processes never share a life: the nonce parts them.
#[test]
fn lives_have_nonces() {
    let mut a = Bench::new("A");
    let first = a.turn().bank().life().clone();
    let _ = a.restarts();
    let second = a.turn().bank().life().clone();
    assert!(second.epoch > first.epoch && second.nonce != first.nonce);
    assert_ne!(first.nonce, EpochNonce(String::new()));
}
