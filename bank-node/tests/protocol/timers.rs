//! How long things wait: jitter, growth, and the one list of timers.

use bank_node::protocol::output::Mono;
use bank_node::protocol::settings::Waits;
use bank_node::protocol::timers::{Timer, Timers, jittered, jittered_down};
use proptest::prelude::*;

use super::bench::Bench;
use super::names::{bank, package};

/// The numbers of section 5.
#[test]
fn waits_are_those_of_the_protocol() {
    let waits = Waits::default();
    let rows = [
        ("T_submit", waits.submit_ms, 2_800),
        ("T_vote", waits.vote_ms, 1_500),
        ("T_gather", waits.gather_ms, 250),
        ("T_reply", waits.reply_ms, 250),
        ("T_doubt", waits.doubt_ms, 1_000),
        ("T_resend", waits.resend_ms, 200),
        ("the longest", waits.longest_ms, 30_000),
        ("a retry waits at least", waits.retry_ms, 20),
        ("and at most", waits.retry_ms + waits.retry_spread_ms, 80),
    ];
    for (name, wait, expect) in rows {
        assert_eq!(wait, expect, "{name}");
    }
}

/// T_doubt and T_resend grow to 30 s and no further.
#[test]
fn waits_grow_to_thirty_seconds() {
    let gaps = |said: &str, what: &str| -> Vec<u64> {
        let at = said.split("; ").filter(|part| part.contains(what));
        let times: Vec<u64> =
            at.map(|part| part.split(':').next().expect("a time").parse().expect("ms")).collect();
        times.windows(2).map(|pair| pair[1] - pair[0]).collect()
    };
    let mut b = Bench::new("B");
    let _ = b.asked("A", 1, 1, "B1>A1 60");
    let doubts = gaps(&b.after(300_000), "query>A");
    assert_eq!(doubts[..3], [1_125, 1_688, 2_532]);
    assert_eq!(doubts[doubts.len() - 3..], [22_500; 3], "30 s, less the jitter");

    let mut a = Bench::new("A");
    let _ = a.submits(1, "A1>B1 60");
    let _ = a.hears("B", super::bench::yes(&super::names::attempt("A", 1, 1), "A1>B1 60"));
    let resends = gaps(&a.after(300_000), "commit>B");
    assert_eq!(resends[..3], [300, 600, 1_200]);
    assert_eq!(resends[resends.len() - 3..], [22_500; 3]);
}

/// T_vote's jitter is downwards only: no participant is asked to wait longer than said.
#[test]
fn t_vote_is_never_longer() {
    for dice in [0, 1, 374, 375, 376, u64::MAX] {
        let mut a = Bench::new("A");
        a.dice = dice;
        let _ = a.submits(1, "A1>B1 60");
        assert!(!a.after(1_124).contains("told"), "dice {dice}: too early");
        assert!(a.after(376).contains("told aborted 0:bank_unavailable"), "dice {dice}: too late");
    }
}

proptest! {
    /// Jitter is a quarter in either direction, or downwards only.
    #[test]
    fn jitter_is_a_quarter(wait in 1u64..100_000, dice in any::<u64>()) {
        prop_assert!((wait - wait / 4..=wait + wait / 4 + 1).contains(&jittered(wait, dice)));
        prop_assert!((wait - wait / 4..=wait).contains(&jittered_down(wait, dice)));
    }

    /// Timers go off in order of time, each once, and never after they were cancelled.
    #[test]
    fn timers_go_off_in_order(settings in proptest::collection::vec((0u128..6, 0u64..50), 1..40), until in 0u64..60) {
        let mut timers = Timers::default();
        let mut expect = std::collections::BTreeMap::new();
        for (n, at) in &settings {
            if *at == 0 {
                timers.cancel(&Timer::Retry(package(*n)));
                expect.remove(n);
            } else {
                timers.set(Timer::Retry(package(*n)), Mono(*at));
                expect.insert(*n, *at);
            }
        }
        prop_assert_eq!(timers.next().map(|at| at.0), expect.values().min().copied());
        let due = timers.take_due(Mono(until));
        let mut wanted: Vec<(u64, u128)> =
            expect.iter().filter(|(_, at)| **at <= until).map(|(n, at)| (*at, *n)).collect();
        wanted.sort_unstable();
        let wanted: Vec<Timer> = wanted.into_iter().map(|(_, n)| Timer::Retry(package(n))).collect();
        prop_assert_eq!(due, wanted);
        prop_assert!(timers.take_due(Mono(until)).is_empty());
        prop_assert!(!timers.runs(&Timer::Hello(bank("A"))));
    }
}
