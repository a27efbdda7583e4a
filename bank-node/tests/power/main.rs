//! The real ledger, and the real turn on it, on a disk that loses power, fails and fills up at every call of a course; after
//! each restart nothing acknowledged is missing, and nothing is half there. `docs/testing.md` has the figures.
//!
//! `POWER=whole POWER_SEEDS=40` takes every call and every fault, so many seeds each; `POWER=day:417:cut:9` is one run again.

mod course;
mod disk;
mod faults;
mod files;
mod locks;
mod machine;
#[expect(dead_code, reason = "no attempt is named here")]
#[path = "../protocol/names.rs"]
mod names;
mod run;
mod sweep;
mod town;
mod witness;

use course::DAY;
use faults::{Call, Fault, Lie};
use rstest::rstest;
use run::Plan;
use sweep::{Story, plan_named};

/// What the variable `POWER` says.
fn asked() -> Option<String> {
    std::env::var("POWER").ok()
}

fn whole() -> bool {
    asked().is_some_and(|asked| asked == "whole")
}

fn day() -> Story {
    Story::of("day", DAY)
}

/// Seeds for each fault at each call, when all of them are taken.
fn seeds() -> u64 {
    std::env::var("POWER_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(1)
}

/// Else one fault of so many.
const FEW: u64 = 16;
/// Seeds for each sync that fails.
const SEEDS_OF_SYNCS: u64 = 2;

/// Some of all calls and faults in a test run; `POWER=whole`: every call, every fault.
#[test]
fn whatever_happens_to_the_disk_the_books_are_what_was_acknowledged() {
    let story = day();
    let plans: Vec<Plan> = if whole() {
        let seeds =
            |fault| (0..seeds()).map(move |seed| Plan { fault: Some(fault), seed, ..Plan::default() });
        story.faults().flat_map(seeds).collect()
    } else {
        let few = story.faults().zip(0..).filter(|(_, number)| number % FEW == 0);
        few.map(|(fault, seed)| Plan { fault: Some(fault), seed, ..Plan::default() }).collect()
    };
    let swept = story.sweep(&plans);
    println!("day, {} calls: {swept}", story.calls.len());
    swept.is_clean(&story);
}

/// A sync that failed has not written what the system believes it has written, and the next one says nothing of it. The
/// process ends and starts again; what it then acknowledges must not stand on what was never written.
#[test]
fn nothing_stands_on_a_sync_that_failed() {
    let story = day();
    let syncs = story.faults().filter(|(at, fault)| *fault == Fault::Fails && story.calls[*at] == Call::Sync);
    let plans: Vec<Plan> = syncs
        .flat_map(|fault| (0..SEEDS_OF_SYNCS).map(move |seed| (fault, seed)))
        .map(|(fault, seed)| Plan { fault: Some(fault), seed, later_cut: true, ..Plan::default() })
        .collect();
    let swept = story.sweep(&plans);
    println!("day, failed syncs: {swept}");
    swept.is_clean(&story);
}

#[test]
fn one_run_again() {
    let Some(name) = asked().filter(|asked| asked.contains(':')) else { return };
    let (story, plan) = name.split_once(':').expect("a story and a plan");
    let story = match story {
        "day" => day(),
        other => panic!("there is no story {other}"),
    };
    let plan = plan_named(plan).expect("a plan: a call, what goes wrong, and a seed");
    println!("{:?}", story.run(plan));
}

/// The sweep finds a disk that does not keep its word.
#[rstest]
#[case::everything(Lie::Everything)]
#[case::log(Lie::Log)]
#[case::database(Lie::Database)]
#[case::names(Lie::Names)]
fn a_disk_that_lies_is_found_out(#[case] lie: Lie) {
    let story = day();
    let few = story.faults().filter(|(_, fault)| *fault == Fault::PowerCut).step_by(5);
    let plans: Vec<Plan> = few
        .zip(0..)
        .map(|(fault, seed)| Plan { fault: Some(fault), lie: Some(lie), seed, ..Plan::default() })
        .collect();
    let swept = story.sweep(&plans);
    println!("{lie:?}: {swept}");
    for (plan, wrong) in &swept.violations {
        println!("  {plan}: {wrong}");
    }
    assert!(!swept.violations.is_empty(), "nobody notices that {lie:?} is not synced");
}
