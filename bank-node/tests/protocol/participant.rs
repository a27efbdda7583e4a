//! The participant's table (section 5), a story for each row, and its small print.

use bank_node::protocol::attempt::Mark;
use bank_node::protocol::message::{Message, PeerStatus, Status};
use bank_node::protocol::output::Input;
use bank_node::protocol::records::LedgerAccount;
use bank_node::protocol::settings::TOMBSTONES_PER_ASKER_MAX;
use shared::account::AccountStatus;

use super::bench::{
    Bench, abort, commit, digest, drain, hello_answer, peer_query, peer_status, query, status,
};
use super::brief::brief;
use super::names::{account, attempt, bank};

/// B pays A and C; A runs it, with B's consent.
const OURS: &str = "B1>A1 60, B1>C1 40";
/// B is only paid.
const PAID: &str = "A1>B1 60";

#[track_caller]
fn check(what: &str, found: impl AsRef<str>, expect: &str) {
    assert_eq!(found.as_ref(), expect, "{what}");
}

/// B, which has said yes to A's first attempt of package 1.
fn prepared() -> Bench {
    let mut b = Bench::new("B");
    check("prepared", b.asked("A", 1, 1, OURS), "reply vote yes");
    b
}

/// The same, with the coordinator silent for so long that the fellows have been asked.
fn prepared_and_fellows_asked() -> Bench {
    let mut b = prepared();
    let said = b.after(20_000);
    assert!(said.contains("peer-query>C"), "{said}");
    b
}

/// Row 1: what is wrong about the attempt itself is a no that closes nothing.
#[test]
fn attempts_that_cannot_be_taken_get_a_retryable_no() {
    let no = "reply vote no 0:overloaded? 1:overloaded?";
    type Change = fn(&mut bank_node::protocol::message::Prepare);
    let rows: [(&str, Change, &str); 6] = [
        ("an unknown bank takes part", |p| p.participants.push(bank("X")), no),
        ("this bank does not", |p| p.participants.retain(|b| *b != bank("B")), no),
        ("a consortium file two versions newer than ours", |p| p.consortium = 3, no),
        ("the version before the first", |p| p.consortium = u64::MAX - 1, no),
        ("no consortium file at all", |p| p.consortium = u64::MAX, no),
        ("a life of A that has ended", |p| p.attempt.epoch = 0, no),
    ];
    for (what, change, expect) in rows {
        let mut b = Bench::new("B");
        let mut prepare = b.prepare("A", 1, 1, OURS);
        change(&mut prepare);
        check(what, b.answers("A", Message::Prepare(prepare.clone())), expect);
        check(what, b.answers("A", Message::Prepare(prepare)), expect);
        check(what, b.record(1), "none");
        check(what, b.money("B1"), "1000/0/0");
    }
}

/// Row 1: the consortium's version before and the one after are taken too, since banks take a new file one by one.
#[test]
fn the_versions_beside_are_taken() {
    let no = "reply vote no 0:overloaded? 1:overloaded?";
    for (ours, expect) in [(0, "reply vote yes"), (1, "reply vote yes"), (2, "reply vote yes"), (3, no)] {
        let mut b = Bench::with_settings("B", |_| {}, |settings| settings.consortium = ours);
        check(&format!("version 1 at a bank of version {ours}"), b.asked("A", 1, 1, OURS), expect);
    }
}

/// The last row: a full disk takes nothing new, and lets what is prepared end.
#[test]
fn a_full_disk_takes_no_new_portion_and_obeys_decisions() {
    let mut b = Bench::new("B");
    check("before", b.asked("A", 1, 1, OURS), "reply vote yes");
    check("full", brief(&b.step(Input::Room { enough: false })), "");
    let no = "reply vote no 0:overloaded? 1:overloaded?";
    check("what is new", b.asked("A", 2, 2, OURS), no);
    check("a tombstone", b.portion(&attempt("A", 1, 2)), "aborted");
    check("the first again", b.asked("A", 1, 1, OURS), "reply vote yes");
    let decided = b.answers("A", commit(&attempt("A", 1, 1), 1, OURS));
    check("its decision", decided, "reply ack committed");
    check("room again", brief(&b.step(Input::Room { enough: true })), "");
    check("what was refused for then stays refused", b.asked("A", 2, 2, OURS), no);
    check("a new attempt", b.asked("A", 3, 2, OURS), "reply vote yes");
}

/// The last row: a drained bank promises nothing new, and lets what is prepared end.
#[test]
fn a_drained_bank_takes_no_new_portion_and_obeys_decisions() {
    let mut b = Bench::new("B");
    check("before", b.asked("A", 1, 1, OURS), "reply vote yes");
    check("drained", brief(&b.step(drain(true))), "desk Done");
    let no = "reply vote no 0:overloaded? 1:overloaded?";
    check("what is new", b.asked("A", 2, 2, OURS), no);
    check("a tombstone", b.portion(&attempt("A", 1, 2)), "aborted");
    check("under way", format!("{:?}", b.under_way()), "(0, 0, 0, 1)");
    let decided = b.answers("A", commit(&attempt("A", 1, 1), 1, OURS));
    check("its decision", decided, "reply ack committed");
    check("nothing under way", format!("{:?}", b.under_way()), "(0, 0, 0, 0)");
    check("drained no more", brief(&b.step(drain(false))), "desk Done");
    check("a new attempt", b.asked("A", 3, 2, OURS), "reply vote yes");
}

/// Row 1: an attempt of a life that its own coordinator is not in yet makes no sense: no word is given on it.
#[test]
fn an_attempt_of_a_life_to_come_gets_no_vote() {
    let mut b = Bench::new("B");
    let mut prepare = b.prepare("A", 1, 1, OURS);
    prepare.attempt.epoch = 5;
    check("a no here would be taken back in life 5", b.answers("A", Message::Prepare(prepare)), "alarm A");
}

/// Row 1: below low water is refused, and the tombstones there are swept.
#[test]
fn below_low_water_is_refused_and_swept() {
    let mut b = Bench::new("B");
    for sequence in [3, 5, 7] {
        check(
            "tombstone",
            b.answers("A", abort(&attempt("A", 1, sequence), 9, OURS, false)),
            "reply ack aborted",
        );
    }
    check("prepared", b.asked("A", 4, 4, OURS), "reply vote yes");
    let tombstones = |b: &Bench| -> Vec<u64> { b.disk().portions.keys().map(|id| id.sequence).collect() };
    assert_eq!(tombstones(&b), [3, 4, 5, 7]);
    let low = |b: &mut Bench, sequence| {
        let message = query(&attempt("B", 1, 1));
        brief(&b.hears_under("A", |h| h.low_water = Mark { epoch: 1, sequence }, message))
    };
    check("moves on", low(&mut b, 6), "reply status pending");
    assert_eq!(tombstones(&b), [4, 7], "what voted yes stays, whatever the mark says");
    check("never moves back", low(&mut b, 2), "reply status pending");
    check("below it", b.asked("A", 5, 5, OURS), "reply vote no 0:overloaded? 1:overloaded?");
    check("below it, closing nothing", b.record(5), "none");
    check("the one at hand, again", b.asked("A", 4, 4, OURS), "reply vote yes");
    assert_eq!(tombstones(&b), [4, 7], "no tombstone is needed below the mark");
    check("above it", b.asked("A", 6, 6, OURS), "reply vote yes");
}

/// Rows 2 and 3: the package's record answers before anything else.
#[test]
fn the_record_answers_first() {
    let poor = "B1>A1 4000";
    let mut b = Bench::new("B");
    check("live", b.asked("A", 1, 1, OURS), "reply vote yes");
    check("spent", b.asked("A", 2, 2, "B2>A1 1"), "reply vote yes");
    let _ = b.hears("A", commit(&attempt("A", 1, 2), 2, "B2>A1 1"));
    check("closed", b.asked("A", 3, 3, poor), "reply vote no 0:insufficient_funds(3100)!");
    check("open", b.asked("A", 4, 4, "B2>A1 2"), "reply vote yes");
    let _ = b.hears("A", abort(&attempt("A", 1, 4), 4, "B2>A1 2", false));
    // (package, asked by D, answer, record after)
    let rows = [
        (1, OURS, "reply vote elsewhere live aurora.1.1", "live aurora.1.1"),
        (1, "B1>D1 1", "reply vote elsewhere live aurora.1.1", "live aurora.1.1"),
        // The stranger's account would be refused for good: the record is looked at before.
        (1, "B9>D1 1", "reply vote elsewhere live aurora.1.1", "live aurora.1.1"),
        (2, "B2>A1 1", "reply vote elsewhere spent aurora.1.2", "spent aurora.1.2"),
        (2, "B2>A1 5", "reply vote elsewhere spent aurora.1.2", "spent aurora.1.2"),
        (3, poor, "reply vote no 0:insufficient_funds!", "closed 0:insufficient_funds"),
        (3, "B2>A1 5", "reply vote elsewhere closed", "closed 0:insufficient_funds"),
        // An open record takes the new digest.
        (4, "B2>D1 7", "reply vote yes", "live dourado.1.8"),
    ];
    for ((n, text, answer, record), sequence) in rows.into_iter().zip(1..) {
        let what = format!("package {n} as {text}");
        check(&what, b.asked("D", sequence, n, text), answer);
        check(&what, b.record(n), record);
        check(&format!("{what}, again"), b.asked("D", sequence, n, text), answer);
    }
    assert_eq!(b.disk().packages[&super::names::package(4)].digest, digest("B2>D1 7"));
}

/// Row 3: what closed a package is told to whoever asks for it again, but not how much was missing.
#[test]
fn a_closed_package_does_not_tell_money() {
    let mut b = Bench::new("B");
    let poor = "B1>A1 4000";
    check("to whom may view", b.asked("A", 1, 1, poor), "reply vote no 0:insufficient_funds(3000)!");
    check("the same attempt again", b.asked("A", 1, 1, poor), "reply vote no 0:insufficient_funds(3000)!");
    let mut prepare = b.prepare("D", 1, 1, poor);
    prepare.portion.customer = super::names::customer(7);
    check("to a stranger", b.answers("D", Message::Prepare(prepare)), "reply vote no 0:insufficient_funds!");
}

/// Row 4: a definite no closes the package in its own step, a retryable one leaves it open; both leave tombstones.
#[test]
fn noes_are_durable_and_definite_ones_close() {
    let mut b = Bench::new("B");
    check("definite", b.asked("A", 1, 1, "B1>A1 1001"), "reply vote no 0:insufficient_funds(1)!");
    check("closed", b.record(1), "closed 0:insufficient_funds");
    check("tombstone", b.portion(&attempt("A", 1, 1)), "aborted");
    check("held", b.asked("A", 2, 2, "B1>A1 900"), "reply vote yes");
    check("retryable", b.asked("A", 3, 3, "B1>A1 200"), "reply vote no 0:funds_held(100)?");
    check("open", b.record(3), "none");
    check("tombstone", b.portion(&attempt("A", 1, 3)), "aborted");
    let _ = b.restarts();
    check("after a restart", b.asked("A", 1, 1, "B1>A1 1001"), "reply vote no 0:insufficient_funds(1)!");
    let _ = b.hears("A", abort(&attempt("A", 1, 2), 2, "B1>A1 900", false));
    check(
        "even though it would be a yes now",
        b.asked("A", 3, 3, "B1>A1 200"),
        "reply vote no 0:funds_held(100)?",
    );
    check("but a new attempt may", b.asked("A", 4, 3, "B1>A1 200"), "reply vote yes");
}

/// Row 5: a yes holds, notes what comes in, counts the exposure and marks the package live, in one step.
#[test]
fn a_yes_holds() {
    let mut b = Bench::new("B");
    check("yes", b.asked("A", 1, 1, "B1>A1 60, C1>B2 40"), "reply vote yes");
    check("held", b.money("B1"), "1000/60/0");
    check("incoming is not spendable", b.money("B2"), "1000/0/40");
    check("due to A", b.ledger_money(&LedgerAccount::DueTo(bank("A"))), "0/0/60");
    check("exposure to C", b.ledger_money(&LedgerAccount::DueFrom(bank("C"))), "0/40/0");
    check("live", b.record(1), "live aurora.1.1");
    assert_eq!(b.disk().consents.values().find(|c| c.bank == bank("A")).expect("a consent").used, 60);
    assert!(b.disk().postings.is_empty(), "nothing is booked by a promise");
}

/// Row 6: PREPARE again is answered alike and holds nothing twice; another digest is an alarm.
#[test]
fn prepare_again_gives_the_same_vote() {
    let mut b = prepared();
    let before = b.disk().clone();
    check("again", b.asked("A", 1, 1, OURS), "reply vote yes");
    assert_eq!(*b.disk(), before);
    check("another digest", b.asked("A", 1, 1, "B1>A1 60, B1>C1 41"), "alarm A");
    check("nothing more is held", b.money("B1"), "1000/100/0");
    let _ = b.restarts();
    check("after a restart", b.asked("A", 1, 1, OURS), "reply vote yes");
}

/// Row 7: commit, told by the decision, by a status, or by a peer.
#[test]
fn commit_books_once() {
    let of = attempt("A", 1, 1);
    let rows: [(&str, Message, &str); 3] = [
        ("A", commit(&of, 1, OURS), "reply ack committed"),
        ("A", status(&of, Status::Committed), ""),
        ("C", peer_status(&of, PeerStatus::Committed), ""),
    ];
    for (from, message, expect) in rows {
        let mut b = prepared_and_fellows_asked();
        let what = format!("{message:?}");
        check(&what, b.answers(from, message), expect);
        check(&what, b.money("B1"), "900/0/0");
        check(&what, b.ledger_money(&LedgerAccount::DueTo(bank("A"))), "60/0/0");
        check(&what, b.ledger_money(&LedgerAccount::DueTo(bank("C"))), "40/0/0");
        check(&what, b.record(1), "spent aurora.1.1");
        assert_eq!(b.disk().postings.len(), 4, "{what}");
        assert_eq!(b.disk().peers[&bank("A")].last_commit, Some(of.clone()), "{what}");
        // Rows 13: committed, whatever is said again.
        let before = b.disk().clone();
        check("DECIDE again", b.answers("A", commit(&of, 1, OURS)), "reply ack committed");
        check("PREPARE again", b.asked("A", 1, 1, OURS), "reply vote yes");
        check("a fellow asks", b.answers("C", peer_query(&of)), "reply peer-status committed");
        check("a status again", b.answers("A", status(&of, Status::Committed)), "");
        check("a fellow says again", b.answers("C", peer_status(&of, PeerStatus::Committed)), "");
        assert_eq!(*b.disk(), before, "{what}: repeating books nothing");
        check("nothing in doubt", b.after(60_000), "");
    }
}

/// Row 8: abort, told by the decision (closing or not), by a recorded status, or by a peer's refusal.
#[test]
fn abort_releases_once() {
    let of = attempt("A", 1, 1);
    let rows: [(&str, Message, &str, &str); 4] = [
        ("A", abort(&of, 1, OURS, false), "reply ack aborted", "open"),
        ("A", abort(&of, 1, OURS, true), "reply ack aborted", "closed 0:insufficient_funds"),
        ("A", status(&of, Status::AbortedRecorded), "", "open"),
        ("C", peer_status(&of, PeerStatus::Refused), "", "open"),
    ];
    for (from, message, expect, record) in rows {
        let mut b = prepared_and_fellows_asked();
        let what = format!("{message:?}");
        check(&what, b.answers(from, message), expect);
        check(&what, b.money("B1"), "1000/0/0");
        check(&what, b.ledger_money(&LedgerAccount::DueTo(bank("A"))), "0/0/0");
        check(&what, b.record(1), record);
        assert!(b.disk().postings.is_empty(), "{what}");
        assert_eq!(b.disk().consents.values().find(|c| c.bank == bank("A")).expect("one").used, 0, "{what}");
        // Row 14: aborted, whatever is said again.
        let before = b.disk().clone();
        check("DECIDE again", b.answers("A", abort(&of, 1, OURS, false)), "reply ack aborted");
        check("PREPARE again", b.asked("A", 1, 1, OURS), "reply vote no 0:overloaded? 1:overloaded?");
        check("a fellow asks", b.answers("C", peer_query(&of)), "reply peer-status refused");
        assert_eq!(*b.disk(), before, "{what}: repeating changes nothing");
        check("nothing in doubt", b.after(60_000), "");
    }
}

/// A fellow's word about its portion is taken by who has asked for it, and not before: it would end a promise while the
/// coordinator still decides, and let one bank make two others differ.
#[test]
fn a_fellows_word_is_not_taken_unasked() {
    let of = attempt("A", 1, 1);
    for status in [PeerStatus::Committed, PeerStatus::Refused] {
        let mut b = prepared();
        let before = b.disk().clone();
        check("unasked", b.answers("C", peer_status(&of, status)), "");
        assert_eq!(*b.disk(), before, "{status:?}");
        check("still promised", b.money("B1"), "1000/100/0");
        check("the coordinator's word", b.answers("A", commit(&of, 1, OURS)), "reply ack committed");
    }
    // A life that has asked takes it; the next one asks again.
    let mut b = prepared_and_fellows_asked();
    let _ = b.restarts();
    check("asked by the life before", b.answers("C", peer_status(&of, PeerStatus::Refused)), "");
    check("still promised", b.money("B1"), "1000/100/0");
}

/// Where a fellow's word ended it, nobody can tell whether it or the coordinator lied: both are named, none is barred.
#[test]
fn a_fellow_and_a_coordinator_that_differ_are_both_named() {
    let of = attempt("A", 1, 1);
    let mut b = prepared_and_fellows_asked();
    let _ = b.hears("C", peer_status(&of, PeerStatus::Committed));
    check("the opposite", b.answers("A", abort(&of, 1, OURS, false)), "alarm A, alarm C");
    assert!(!b.disk().peers[&bank("A")].barred && !b.disk().peers.get(&bank("C")).is_some_and(|c| c.barred));
    assert_eq!(b.evidence(), 2);
}

/// Row 8: a decision that closes reaches a portion that a peer's refusal has already ended.
#[test]
fn a_closing_abort_closes_what_is_open_only() {
    let of = attempt("A", 1, 1);
    let mut b = prepared_and_fellows_asked();
    let _ = b.hears("C", peer_status(&of, PeerStatus::Refused));
    check("late", b.answers("A", abort(&of, 1, OURS, true)), "reply ack aborted");
    check("closed", b.record(1), "closed 0:insufficient_funds");

    let mut b = prepared_and_fellows_asked();
    let _ = b.hears("C", peer_status(&of, PeerStatus::Refused));
    check("another attempt has it now", b.asked("D", 1, 1, OURS), "reply vote yes");
    check("late", b.answers("A", abort(&of, 1, OURS, true)), "reply ack aborted");
    check("live is not open", b.record(1), "live dourado.1.1");
    let _ = b.hears("D", commit(&attempt("D", 1, 1), 1, OURS));
    check("later", b.answers("A", abort(&of, 1, OURS, true)), "reply ack aborted");
    check("spent is not open", b.record(1), "spent dourado.1.1");
}

/// Row 8, guard 19: a presumed abort is checked with the peers that can be reached.
#[test]
fn a_presumed_abort_is_checked() {
    let of = attempt("A", 1, 1);
    let presumed = || status(&of, Status::AbortedPresumed);

    let mut b = prepared();
    check("C is asked first", b.answers("A", presumed()), "peer-query>C");
    check("C waits too", b.answers("C", peer_status(&of, PeerStatus::Prepared)), "");
    check("taken", b.money("B1"), "1000/0/0");

    let mut b = prepared();
    check("C is asked first", b.answers("A", presumed()), "peer-query>C");
    check("said again meanwhile", b.answers("A", presumed()), "");
    check("C has committed: amnesia", b.answers("C", peer_status(&of, PeerStatus::Committed)), "alarm A");
    check("committed here too", b.money("B1"), "900/0/0");

    let mut b = prepared();
    check("C is asked first", b.answers("A", presumed()), "peer-query>C");
    check("C says nothing", b.after(1_000), "750: query>A");
    check("taken", b.money("B1"), "1000/0/0");

    let mut b = prepared();
    for _ in 0..3 {
        let _ = b.step(Input::PeerSilent(bank("C")));
    }
    check("C cannot be reached", b.answers("A", presumed()), "");
    check("taken", b.money("B1"), "1000/0/0");
}

/// A commit that a fellow tells of after the presumed abort was taken is amnesia all the same: it is kept as evidence.
#[test]
fn a_peers_commit_after_an_abort_is_kept() {
    let of = attempt("A", 1, 1);
    let mut b = prepared();
    let _ = b.hears("A", status(&of, Status::AbortedPresumed));
    b.after(1_000);
    check("too late", b.answers("C", peer_status(&of, PeerStatus::Committed)), "alarm C");
    check("what was released stays released", b.money("B1"), "1000/0/0");
}

/// Row 9: T_doubt grows by half; from the third query on the fellow participants are asked too; HELLO asks at once.
#[test]
fn doubt_asks() {
    let mut b = prepared();
    check(
        "T_doubt",
        b.after(10_000),
        "750: query>A; 1875: query>A; 3563: query>A, peer-query>C; 6095: query>A, peer-query>C; \
         9892: query>A, peer-query>C",
    );
    check("HELLO", b.answers("A", Message::Hello), "query>A, reply hello-answer");
    check("pending is an answer", b.answers("A", status(&attempt("A", 1, 1), Status::Pending)), "");
    check("so only A is asked for a while", b.after(6_000), "5587: query>A");
    check("held all the time", b.money("B1"), "1000/100/0");
}

/// Row 9: amnesia is no answer: an alarm, and the fellows are asked in time.
#[test]
fn amnesia_is_no_answer() {
    let mut b = prepared();
    let of = attempt("A", 1, 1);
    check("amnesia", b.answers("A", status(&of, Status::Amnesia)), "alarm A");
    check("held", b.money("B1"), "1000/100/0");
    check("fellows", b.after(4_000), "750: query>A; 1875: query>A; 3563: query>A, peer-query>C");
}

/// R7: no timer touches what has voted yes, for as long as it takes; nor does a restart or a shutdown.
#[test]
fn a_yes_waits_for_ever() {
    let mut b = prepared();
    b.after(30 * 86_400_000);
    check("a month later", b.money("B1"), "1000/100/0");
    check("after a restart", brief(&b.restarts()), "query>A, hello>A, hello>C, hello>D");
    check("held", b.money("B1"), "1000/100/0");
    check("shutdown", brief(&b.step(Input::Shutdown)), "");
    check("held", b.money("B1"), "1000/100/0");
    check("the decision", b.answers("A", commit(&attempt("A", 1, 1), 1, OURS)), "reply ack committed");
}

/// A consent replaced after the yes: the new one has taken over what the old one had used, and gets it back on an abort.
/// One that was given after a revocation has taken over nothing, and gets nothing.
#[test]
fn a_replaced_consent_gets_back_what_was_not_spent() {
    use bank_node::desk::DeskRequest;
    use bank_node::protocol::output::{Input, Ticket};
    for revoked in [false, true] {
        let mut b = Bench::new("B");
        let given = b.disk().consents.values().find(|c| c.bank == bank("A")).expect("one").clone();
        check("a yes", b.asked("A", 1, 1, "B1>A1 60"), "reply vote yes");
        if revoked {
            let request = DeskRequest::RevokeConsent { giver: given.giver, id: given.id };
            let _ = b.step(Input::Desk { ticket: Ticket(8), request });
            let _ = b.after(1);
        }
        let id = shared::ids::ConsentId(uuid::Uuid::from_u128(0xABC));
        let request = DeskRequest::GiveConsent {
            id,
            giver: given.giver,
            bank: given.bank.clone(),
            customer: given.customer,
            permissions: given.permissions.clone(),
            limit_per_package: 5_000,
            limit_per_day: 8_000,
            expires_ms: given.expires_ms,
        };
        let _ = b.step(Input::Desk { ticket: Ticket(9), request });
        let used = |b: &Bench| (b.disk().consents[&given.id].used, b.disk().consents[&id].used);
        let taken_over = if revoked { 0 } else { 60 };
        assert_eq!(used(&b), (60, taken_over), "revoked: {revoked}");
        check("another yes", b.asked("A", 2, 2, "B1>A1 5"), "reply vote yes");
        let _ = b.hears("A", abort(&attempt("A", 1, 1), 1, "B1>A1 60", false));
        assert_eq!(used(&b), (0, 5), "revoked: {revoked}");
    }
}

/// A consent revoked or expired after the yes changes nothing for that package.
#[test]
fn a_consent_ended_after_the_yes_changes_nothing() {
    let mut b = prepared();
    let given = b.disk().consents.values().find(|c| c.bank == bank("A")).expect("one").id;
    let request = bank_node::desk::DeskRequest::RevokeConsent { giver: super::names::customer(1), id: given };
    let _ = b.step(Input::Desk { ticket: bank_node::protocol::output::Ticket(7), request });
    check("a new package", b.asked("A", 2, 2, "B1>A1 1"), "reply vote no 0:consent_missing!");
    check("the old one", b.answers("A", commit(&attempt("A", 1, 1), 1, OURS)), "reply ack committed");
    check("paid", b.money("B1"), "900/0/0");
}

/// Closing an account is refused while anything is held or incoming.
#[test]
fn accounts_with_promises_cannot_be_closed() {
    let close = |b: &mut Bench, name: &str| {
        let request = bank_node::desk::DeskRequest::CloseAccount {
            caller: super::names::customer(1),
            number: account(name).number,
        };
        let output = b.step(Input::Desk { ticket: bank_node::protocol::output::Ticket(7), request });
        brief(&output).contains("AccountNotEmpty")
    };
    let mut b = Bench::with("B", |ledger| {
        let number = account("B1").number;
        let zero = bank_node::protocol::records::Balance::default();
        let write = bank_node::protocol::records::Write::Balance(LedgerAccount::Customer(number), zero);
        bank_node::ledger::Ledger::store(ledger, 0, &[write]).expect("stored");
    });
    check("a credit is promised", b.asked("A", 1, 1, PAID), "reply vote yes");
    assert!(close(&mut b, "B1"), "incoming binds too");
    let _ = b.hears("A", abort(&attempt("A", 1, 1), 1, PAID, false));
    assert!(!close(&mut b, "B1"), "nothing is promised any more");
    let number = account("B1").number;
    assert_eq!(b.disk().accounts[&number].status, AccountStatus::Closed);
    check("closed", b.asked("A", 2, 2, PAID), "reply vote no 0:account_closed!");
}

/// Row 10: DECIDE abort and PEER-QUERY about an attempt never heard of leave a tombstone.
#[test]
fn unheard_of_attempts_leave_tombstones() {
    let of = attempt("A", 1, 1);
    // (who says what, answer, record, the late PREPARE's answer)
    let no = "reply vote no 0:overloaded? 1:overloaded?";
    let rows = [
        ("A", abort(&of, 1, OURS, false), "reply ack aborted", "none"),
        ("A", abort(&of, 1, OURS, true), "reply ack aborted", "closed 0:insufficient_funds"),
        ("C", peer_query(&of), "reply peer-status refused", "none"),
    ];
    for (from, message, expect, record) in rows {
        let mut b = Bench::new("B");
        let what = format!("{message:?}");
        check(&what, b.answers(from, message.clone()), expect);
        check(&what, b.record(1), record);
        check(&what, b.answers(from, message), expect);
        check(&format!("{what}: the late PREPARE"), b.asked("A", 1, 1, OURS), no);
        let _ = b.restarts();
        check(&format!("{what}: after a restart"), b.asked("A", 1, 1, OURS), no);
        check("and nothing is held", b.money("B1"), "1000/0/0");
    }
}

/// Row 10: a DECIDE abort that closes does not close what is live or spent here in another attempt.
#[test]
fn a_strangers_closing_abort_closes_open_packages_only() {
    let mut b = Bench::new("B");
    check("live", b.asked("A", 1, 1, OURS), "reply vote yes");
    check("closing", b.answers("D", abort(&attempt("D", 1, 1), 1, OURS, true)), "reply ack aborted");
    check("still live", b.record(1), "live aurora.1.1");
}

/// Row 10: tombstones are counted and limited per asker.
#[test]
fn tombstones_are_limited_per_asker() {
    let mut b = Bench::new("B");
    for sequence in 1..=TOMBSTONES_PER_ASKER_MAX {
        let said = b.answers("C", peer_query(&attempt("A", 1, sequence)));
        assert_eq!(said, "reply peer-status refused");
    }
    check("one too many", b.answers("C", peer_query(&attempt("A", 1, 20_000))), "");
    check("no tombstone", b.portion(&attempt("A", 1, 20_000)), "unknown");
    check("of old ones still", b.answers("C", peer_query(&attempt("A", 1, 1))), "reply peer-status refused");
    check("another asker", b.answers("D", peer_query(&attempt("A", 1, 20_000))), "reply peer-status refused");
}

/// Row 10: the asker, and the attempt's coordinator, are banks of the consortium; else a tombstone would never be swept.
#[test]
fn only_the_consortium_asks_about_the_consortium() {
    let mut b = Bench::new("B");
    let before = b.disk().clone();
    check("from nobody", b.answers("X", peer_query(&attempt("A", 1, 1))), "");
    check("about nobody's", b.answers("C", peer_query(&attempt("X", 1, 1))), "");
    check("about our own", b.answers("C", peer_query(&attempt("B", 1, 1))), "");
    assert_eq!(*b.disk(), before);
}

/// Row 10: an attempt below its coordinator's low-water mark was never promised here and never will be: refused.
#[test]
fn a_peer_query_below_low_water_is_refused() {
    let mut c = Bench::new("C");
    let header_after_restart = |h: &mut bank_node::protocol::message::BatchHeader| {
        h.epoch = 2;
        h.nonce = bank_node::protocol::attempt::EpochNonce("aurora-2".to_owned());
        h.low_water = Mark { epoch: 2, sequence: 1 };
    };
    // A asked B and C for 1.1, and lost its BEGUN; C heard only A's next life, then A was gone.
    check(
        "A is back",
        brief(&c.hears_under("A", header_after_restart, Message::Hello)),
        "reply hello-answer",
    );
    check("B is in doubt", c.answers("B", peer_query(&attempt("A", 1, 1))), "reply peer-status refused");
    check("the mark proves it, no tombstone does", c.portion(&attempt("A", 1, 1)), "unknown");
    check("PREPARE comes late", c.asked("A", 1, 1, "B1>C1 5"), "reply hello-answer");
}

/// Row 11: a commit of an attempt never heard of: no ack, an alarm.
#[test]
fn a_commit_never_heard_of_is_a_forgotten_vote() {
    let mut b = Bench::new("B");
    check("no ack", b.answers("A", commit(&attempt("A", 1, 1), 1, OURS)), "alarm A");
    assert_eq!(b.evidence(), 1);
    assert!(b.disk().postings.is_empty());
}

/// Row 15: the opposite decision: an alarm, evidence, and no new business with that coordinator, restarts included.
#[test]
fn opposite_decisions_bar_the_bank() {
    let of = attempt("A", 1, 1);
    let stories = [
        (commit(&of, 1, OURS), abort(&of, 1, OURS, false), "900/0/0"),
        (abort(&of, 1, OURS, false), commit(&of, 1, OURS), "1000/0/0"),
        (commit(&of, 1, OURS), status(&of, Status::AbortedRecorded), "900/0/0"),
        (abort(&of, 1, OURS, false), status(&of, Status::Committed), "1000/0/0"),
    ];
    for (first, second, money) in stories {
        let what = format!("{first:?} then {second:?}");
        let mut b = prepared();
        let _ = b.hears("A", first);
        check(&what, b.answers("A", second), "alarm A");
        check(&what, b.money("B1"), money);
        assert_eq!(b.evidence(), 1, "{what}");
        check("barred", b.asked("A", 2, 2, OURS), "reply vote no 0:overloaded? 1:overloaded?");
        check("others are not", b.asked("D", 1, 3, "B2>D1 1"), "reply vote yes");
        let _ = b.restarts();
        check("for good", b.asked("A", 3, 3, "B3>A1 1"), "reply vote no 0:overloaded?");
    }
}

/// A presumed abort of what has committed here is amnesia of its coordinator: an alarm, but no lie.
#[test]
fn a_presumed_abort_of_what_committed_is_amnesia() {
    let of = attempt("A", 1, 1);
    let mut b = prepared();
    let _ = b.hears("A", commit(&of, 1, OURS));
    check("amnesia", b.answers("A", status(&of, Status::AbortedPresumed)), "alarm A");
    check("not barred", b.asked("A", 2, 2, "B1>A1 1"), "reply vote yes");
}

/// A restart asks at once about what is in doubt, and greets; its votes stand.
#[test]
fn restart_asks_about_what_is_in_doubt() {
    let mut b = prepared();
    check("start", brief(&b.restarts()), "query>A, hello>A, hello>C, hello>D");
    check("A answers", b.answers("A", hello_answer(Some((1, &"1".repeat(32))), None)), "");
    check("then as ever", b.after(2_000), "750: hello>C, hello>D; 1125: query>A");
}
