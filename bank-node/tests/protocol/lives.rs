//! Lives: epochs, nonces, HELLO, the breaker, and a bank that finds its books old.

use bank_node::protocol::attempt::{EpochNonce, EpochRecord, Mark};
use bank_node::protocol::lives::account_floor;
use bank_node::protocol::message::{BatchHeader, HelloAnswer, Message, SeenEpoch};
use bank_node::protocol::output::{Input, Reply};

use super::bench::{Bench, hello_answer, peer_query, query, yes};
use super::brief::brief;
use super::names::{attempt, bank};

const TWO: &str = "A1>B1 60";

#[track_caller]
fn check(what: &str, found: impl AsRef<str>, expect: &str) {
    assert_eq!(found.as_ref(), expect, "{what}");
}

fn in_life(epoch: u64, nonce: &'static str) -> impl FnOnce(&mut BatchHeader) {
    move |header| {
        header.epoch = epoch;
        header.nonce = EpochNonce(nonce.to_owned());
    }
}

/// What `from` hears when it says hello in a life.
fn hello(a: &mut Bench, epoch: u64, nonce: &'static str) -> (String, Option<HelloAnswer>) {
    let output = a.hears_under("B", in_life(epoch, nonce), Message::Hello);
    let answer = output.replies.iter().find_map(|reply| match reply {
        Reply::Peer(Message::HelloAnswer(answer)) => Some(answer.clone()),
        Reply::Peer(_)
        | Reply::Order(..)
        | Reply::Desk(..)
        | Reply::Standing(..)
        | Reply::Decided(..)
        | Reply::Members(..) => None,
    });
    (brief(&output), answer)
}

fn seen(epoch: u64, nonce: &str) -> Option<SeenEpoch> {
    Some(SeenEpoch { epoch, nonce: EpochNonce(nonce.to_owned()) })
}

/// Section 3: a lower epoch, or the same with another nonce, is an old life: dropped, and answered as its HELLO is, which
/// alarms.
#[test]
fn only_the_newest_life_is_heard() {
    let mut a = Bench::new("A");
    let (said, answer) = hello(&mut a, 3, "three");
    check("life 3", said, "reply hello-answer");
    assert_eq!(answer.expect("an answer").highest, seen(1, "boreal-1"), "what was seen before");
    let (said, answer) = hello(&mut a, 3, "three");
    check("hello again", said, "reply hello-answer");
    assert_eq!(answer.expect("an answer").highest, seen(3, "three"));

    let before = a.disk().clone();
    for (epoch, nonce) in [(2, "two"), (3, "other"), (0, ""), (1, "boreal-1")] {
        let what = format!("life {epoch} {nonce}");
        let message = Message::Prepare(a.prepare("B", 1, 1, "B1>A1 5"));
        let answer = "reply hello-answer";
        check(&what, brief(&a.hears_under("B", in_life(epoch, nonce), message)), answer);
        check(&what, brief(&a.hears_under("B", in_life(epoch, nonce), query(&attempt("A", 1, 1)))), answer);
        let told = hello_answer(Some((9, "nine")), None);
        check(&what, brief(&a.hears_under("B", in_life(epoch, nonce), told)), "");
        assert_eq!(*a.disk(), before, "{what} changed something");
    }
    for (epoch, nonce) in [(2, "two"), (3, "other")] {
        let (said, answer) = hello(&mut a, epoch, nonce);
        check("its hello", said, "reply hello-answer, alarm B");
        assert_eq!(answer.expect("an answer").highest, seen(3, "three"), "so that it learns that it is old");
    }
    assert_eq!(a.evidence(), 2);
    let _ = a.restarts();
    let (said, _) = hello(&mut a, 2, "two");
    check("remembered on disk", said, "reply hello-answer, alarm B");
}

/// Numbers that no life reaches are no life: they would not fit in the books.
#[test]
fn absurd_numbers_are_not_taken() {
    let mut a = Bench::new("A");
    let before = a.disk().clone();
    let (said, _) = hello(&mut a, u64::MAX, "max");
    check("a life", said, "");
    let far = |h: &mut BatchHeader| h.low_water = Mark { epoch: 1, sequence: u64::MAX };
    let _ = a.hears_under("B", far, query(&attempt("A", 1, 1)));
    assert_eq!(*a.disk(), before);
    let absurd = format!("{}", u64::MAX);
    check("seen of us", a.answers("B", hello_answer(Some((u64::MAX, &absurd)), None)), "alarm B");
    assert!(a.turn().bank().is_ready(), "no reason to recover, and nothing overflows");
    // Nor are so many lives believed that the next one would be nobody's to believe.
    let far = (1 << 53, "far");
    check("the last life", a.answers("B", hello_answer(Some(far), None)), "alarm B");
    assert!(a.turn().bank().is_ready());
    let near = (1_000_001, "near");
    let _ = a.hears("B", hello_answer(Some(near), None));
    assert!(!a.turn().bank().is_ready(), "what a bank may have forgotten is believed");
}

/// A batch for another bank, or from nobody, is not for us.
#[test]
fn batches_for_others_are_dropped() {
    let mut a = Bench::new("A");
    let before = a.disk().clone();
    check("for C", brief(&a.hears_under("B", |h| h.to = bank("C"), Message::Hello)), "");
    check("from nobody", a.answers("X", Message::Hello), "");
    check("from ourselves", a.answers("A", Message::Hello), "");
    assert_eq!(*a.disk(), before);
}

/// HELLO's answer holds the last commit seen, and survives a restart.
#[test]
fn hello_tells_the_last_commit() {
    let mut b = Bench::new("B");
    let text = "A1>B1 5";
    for sequence in [1, 3, 2] {
        let n = u128::from(sequence);
        check("yes", b.asked("A", sequence, n, text), "reply vote yes");
        let _ = b.hears("A", super::bench::commit(&attempt("A", 1, sequence), n, text));
    }
    let _ = b.restarts();
    let output = b.hears("A", Message::Hello);
    let Some(Reply::Peer(Message::HelloAnswer(answer))) = output.replies.first() else { panic!("an answer") };
    assert_eq!(answer.last_commit, Some(attempt("A", 1, 3)), "the highest of them");
    assert_eq!(answer.highest, seen(1, "aurora-1"));
}

/// HELLO closes the breaker for its sender, and what waits for it is said at once.
#[test]
fn hello_says_what_waits() {
    let mut a = Bench::new("A");
    let _ = a.submits(1, TWO);
    let _ = a.hears("B", yes(&attempt("A", 1, 1), TWO));
    let _ = a.submits(2, TWO);
    check("in doubt with B", a.asked("B", 1, 3, "B1>A2 5"), "reply vote yes");
    for _ in 0..3 {
        let _ = a.step(Input::PeerSilent(bank("B")));
    }
    check("the breaker is open", brief(&a.submits(4, TWO)), "told aborted 0:bank_unavailable");
    check(
        "HELLO",
        brief(&a.hears("B", Message::Hello)).replace(", reply hello-answer", ""),
        "commit>B, query>B, prepare>B, commit>B, query>B, prepare>B",
    );
    check("the breaker is closed", brief(&a.submits(5, TWO)), "early prepare>B");
}

/// The breaker opens after three failures in a row, and any answer closes it.
#[test]
fn three_failures_in_a_row_open_the_breaker() {
    let mut a = Bench::new("A");
    let silent = |a: &mut Bench, times: u32| {
        for _ in 0..times {
            let _ = a.step(Input::PeerSilent(bank("B")));
        }
    };
    silent(&mut a, 2);
    assert!(a.turn().bank().is_reachable(&bank("B")), "two are not enough");
    let _ = a.step(Input::PeerAnswered(bank("B")));
    silent(&mut a, 2);
    assert!(a.turn().bank().is_reachable(&bank("B")), "not in a row");
    silent(&mut a, 1);
    assert!(!a.turn().bank().is_reachable(&bank("B")));
    let _ = a.hears("B", query(&attempt("A", 1, 1)));
    assert!(a.turn().bank().is_reachable(&bank("B")), "it speaks: it is there");
    silent(&mut a, 3);
    assert!(a.turn().bank().is_reachable(&bank("C")), "each bank has its own");
}

/// HELLO is said again until it is answered.
#[test]
fn hello_is_said_until_answered() {
    let mut a = Bench::new("A");
    check("start", brief(&a.restarts()), "hello>B, hello>C, hello>D");
    let one = "1".repeat(32);
    for other in ["B", "C"] {
        check(other, a.answers(other, hello_answer(Some((1, &one)), None)), "");
    }
    check("D does not answer", a.after(5_000), "750: hello>D; 2250: hello>D");
    check("D does", a.answers("D", hello_answer(None, None)), "");
    check("enough", a.after(60_000), "");
}

/// Which answers to HELLO prove that these books are old.
#[test]
fn old_books_are_noticed() {
    let two = format!("{:032}", 2);
    // (highest seen, last commit seen, whether that proves it)
    type Seen<'a> = Option<(u64, &'a str)>;
    let rows: [(Seen<'_>, Option<_>, bool); 8] = [
        (None, None, false),
        (Some((1, "1")), None, false),
        (Some((2, &two)), None, false),
        (Some((2, "another process")), None, true),
        (Some((7, "seven")), None, true),
        (Some((1, "1")), Some(attempt("A", 1, 1)), false),
        (Some((1, "1")), Some(attempt("A", 1, 9)), true),
        // Of another bank's attempts this bank need not have a record.
        (Some((1, "1")), Some(attempt("C", 1, 9)), false),
    ];
    for (highest, last_commit, old) in rows {
        let mut a = Bench::new("A");
        let _ = a.submits(1, TWO);
        let _ = a.hears("B", yes(&attempt("A", 1, 1), TWO));
        let _ = a.hears(
            "B",
            super::bench::ack(&attempt("A", 1, 1), bank_node::protocol::message::Outcome::Committed),
        );
        let _ = a.restarts();
        let what = format!("{highest:?} {last_commit:?}");
        let said = a.answers("B", hello_answer(highest, last_commit));
        assert_eq!(said.contains("alarm B"), old, "{what}: {said}");
        assert_eq!(a.turn().bank().is_ready(), !old, "{what}");
    }
}

/// While recovering: no votes, no presumptions, no orders; then a life above all that were seen.
#[test]
fn recovering() {
    let mut a = Bench::new("A");
    check("in doubt from before", a.asked("B", 1, 5, "B1>A2 5"), "reply vote yes");
    let _ = a.restarts();
    let of = attempt("A", 2, 1);
    check("begun before it is known", brief(&a.submits(1, TWO)), "early prepare>B");
    check(
        "C has seen life 7",
        a.answers("C", hello_answer(Some((7, "seven")), None)),
        "abort>B, hello>B, hello>D, told aborted, alarm C",
    );
    check("a vote that comes now", a.answers("B", yes(&of, TWO)), "");
    check("no votes", a.asked("B", 2, 6, "B1>A1 5"), "");
    check("the votes given stand", a.money("A2"), "1000/0/5");
    check("no presumptions", a.answers("B", query(&attempt("A", 1, 9))), "reply status amnesia, alarm B");
    check("none for fellows either", a.answers("B", peer_query(&attempt("C", 1, 9))), "");
    check("no orders", brief(&a.submits(2, "A1>A2 1")), "told not-taken Recovering");
    check("B has seen life 9", a.answers("B", hello_answer(Some((9, "nine")), None)), "");
    assert!(!a.turn().bank().is_ready(), "D has not answered");
    check("D has seen nothing", a.answers("D", hello_answer(None, None)), "hello>B, hello>C, hello>D");
    assert!(a.turn().bank().is_ready());
    assert_eq!(a.turn().bank().epoch(), 10, "above all that were seen");
    assert_eq!(a.disk().epochs.keys().copied().collect::<Vec<_>>(), [1, 2, 10]);
    assert!(!a.disk().epochs[&1].whole && !a.disk().epochs[&2].whole && a.disk().epochs[&10].whole);
    let rows = [
        (attempt("A", 1, 9), "reply status amnesia, alarm B"),
        (attempt("A", 2, 9), "reply status amnesia, alarm B"),
        (attempt("A", 7, 1), "reply status amnesia, alarm B"),
        (attempt("A", 2, 1), "reply status aborted"),
    ];
    for (about, answer) in rows {
        check(&about.to_string(), a.answers("B", query(&about)), answer);
    }
    check("votes again", a.asked("B", 3, 7, "B1>A1 5"), "reply vote yes");
    check("orders again", brief(&a.submits(3, TWO)), "early prepare>B");
    assert!(a.disk().attempts.contains_key(&attempt("A", 10, 1)));
    let _ = a.restarts();
    assert_eq!(a.turn().bank().epoch(), 11);
    check("remembered on disk", a.answers("B", query(&attempt("A", 1, 9))), "reply status amnesia, alarm B");
    check("whole", a.answers("B", query(&attempt("A", 10, 9))), "reply status presumed");
}

/// Books begun anew by a bank that others know from before: closed in this life and the next, until an operator says that
/// they are lost. Then a life above all that were seen, and account numbers far from those that were given out.
#[test]
fn lost_books_wait_for_an_operator() {
    use shared::api::requests::OpenAccount;
    let open = || bank_node::desk::DeskRequest::OpenAccount {
        caller: super::names::customer(1),
        request: OpenAccount::Joint { holders: Vec::new() },
    };
    let refused = |a: &mut Bench| {
        let output = a.step(Input::Desk { ticket: bank_node::protocol::output::Ticket(9), request: open() });
        matches!(output.replies[..], [Reply::Desk(_, bank_node::desk::DeskAnswer::Recovering)])
    };
    let seen_before = || hello_answer(Some((7, "seven")), None);
    let nothing = || hello_answer(None, None);
    let mut a = Bench::alone("A", |_| {}, |_| {});
    check("C knows it", a.answers("C", seen_before()), "hello>B, hello>D, alarm C");
    check("B", a.answers("B", nothing()), "");
    check("D", a.answers("D", nothing()), "");
    assert!(!a.turn().bank().is_ready(), "all have answered, and it stays closed");
    assert!(refused(&mut a), "no account number is given out");
    check("no orders", brief(&a.submits(2, "A1>A2 1")), "told not-taken Recovering");

    check("the next life", brief(&a.restarts()), "hello>B, hello>C, hello>D");
    assert!(!a.turn().bank().is_ready() && refused(&mut a), "it is known on disk");
    check("B", a.answers("B", nothing()), "alarm B");
    check("C", a.answers("C", hello_answer(Some((2, &format!("{:032}", 2))), None)), "");
    check("D", a.answers("D", nothing()), "");
    assert!(!a.turn().bank().is_ready());

    a.configure(|settings| settings.accept_lost_books = true);
    check("accepted", brief(&a.restarts()), "hello>B, hello>C, hello>D");
    check("B", a.answers("B", nothing()), "");
    check("D", a.answers("D", nothing()), "");
    assert!(!a.turn().bank().is_ready(), "C has not answered");
    check("C", a.answers("C", seen_before()), "hello>B, hello>C, hello>D");
    assert!(a.turn().bank().is_ready());
    assert_eq!(a.turn().bank().epoch(), 8, "above all that were seen");
    let floor = account_floor(&a.disk().epochs.values().cloned().collect::<Vec<_>>());
    assert!(floor > 1_000_000_000, "{floor}");

    a.configure(|settings| settings.accept_lost_books = false);
    let _ = a.restarts();
    assert!(a.turn().bank().is_ready(), "remembered on disk");
    assert_eq!(account_floor(&a.disk().epochs.values().cloned().collect::<Vec<_>>()), floor);
}

/// A bank that has voted in a life has taken it for the newest: when another process uses the name afterwards, even before
/// HELLO was answered, the books of that life are not lost.
#[test]
fn books_that_others_have_dealt_with_are_not_lost() {
    let mut a = Bench::alone("A", |_| {}, |_| {});
    let _ = a.submits(1, TWO);
    let _ = a.hears("B", yes(&attempt("A", 1, 1), TWO));
    let _ = a.hears("B", hello_answer(Some((3, "three")), None));
    assert!(!a.turn().bank().is_ready(), "it asks all others");
    let _ = a.hears("C", hello_answer(None, None));
    let _ = a.hears("D", hello_answer(None, None));
    assert!(a.turn().bank().is_ready(), "and goes on without an operator");
    assert_eq!(a.turn().bank().epoch(), 4);
}

/// Account numbers after losses: where there was none they go on, and each loss goes far beyond those before it.
#[test]
fn account_numbers_leap_over_what_may_be_lost() {
    let life =
        |epoch: u64, nonce: &str, whole| EpochRecord { epoch, nonce: EpochNonce(nonce.to_owned()), whole };
    let whole = [life(1, "a", true), life(2, "b", true)];
    assert_eq!(account_floor(&whole), 0);
    assert_eq!(account_floor(&[]), 0);
    let once = [life(1, "a", false), life(9, "c", true), life(10, "d", true)];
    let twice = [life(1, "a", false), life(9, "c", false), life(12, "e", true)];
    assert_ne!(account_floor(&once), account_floor(&[life(1, "a", false), life(9, "x", true)]), "by chance");
    assert!(account_floor(&once) > 10_000_000_000 && account_floor(&twice) > 20_000_000_000);
    let many: Vec<EpochRecord> =
        (1..500).map(|epoch| life(epoch, "z", false)).chain([life(500, "y", true)]).collect();
    assert!(account_floor(&many) < 999_999_999_999 - 1_000_000_000, "room for accounts is left");
}

/// Recovering ends: what is known to be missing is not found missing again at the next HELLO, and the next.
#[test]
fn recovering_ends() {
    let mut a = Bench::new("A");
    let _ = a.restarts();
    let seen = || hello_answer(Some((1, "1")), Some(attempt("A", 1, 9)));
    check("a commit that these books lack", a.answers("B", seen()), "hello>C, hello>D, alarm B");
    check("C", a.answers("C", hello_answer(None, None)), "");
    check("D", a.answers("D", hello_answer(None, None)), "hello>B, hello>C, hello>D");
    assert_eq!(a.turn().bank().epoch(), 3);
    check("B has still seen it", a.answers("B", seen()), "");
    let _ = a.restarts();
    check("in the next life too", a.answers("B", seen()), "");
    assert!(a.turn().bank().is_ready());
    check(
        "a commit of the life since",
        a.answers("C", hello_answer(None, Some(attempt("A", 3, 1)))),
        "hello>B, hello>D, alarm C",
    );
}

/// The low-water mark: below it all has ended everywhere; what is collected, or told, holds it down.
#[test]
fn low_water_waits_for_what_is_not_over() {
    let mut a = Bench::new("A");
    let low = |a: &Bench| a.turn().bank().low_water();
    let mark = |epoch, sequence| Mark { epoch, sequence };
    assert_eq!(low(&a), mark(1, 1));
    let _ = a.submits(1, TWO);
    let _ = a.submits(2, "A1>A2 1");
    assert_eq!(low(&a), mark(1, 1), "collecting");
    let _ = a.hears("B", yes(&attempt("A", 1, 1), TWO));
    assert_eq!(low(&a), mark(1, 1), "telling");
    let _ = a.restarts();
    assert_eq!(low(&a), mark(1, 1), "telling in the next life");
    let _ = a
        .hears("B", super::bench::ack(&attempt("A", 1, 1), bank_node::protocol::message::Outcome::Committed));
    assert_eq!(low(&a), mark(2, 1), "all over");
}
