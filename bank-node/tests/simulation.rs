//! Seeded schedules of whole consortia, with every fault that the simulator knows, and the guards whose absence they
//! notice. `docs/testing.md` has the figures of the long run.

use bank_node::protocol::settings::Guard;
use bank_node::simulation::tally::Tally;
use bank_node::simulation::{Options, Report, run};
use rstest::rstest;

const SCHEDULES: u64 = 5_000;
/// The events before a violation that are shown.
const SHOWN: usize = 80;

/// What a person needs to find the mistake: the seed, what does not hold, and how it came to that.
fn explain(report: &Report, options: Options) -> String {
    let traced = run(report.seed, Options { traced: true, ..options });
    let skipped = traced.trace.len().saturating_sub(SHOWN);
    let violation = report.violation.as_ref().map(ToString::to_string).unwrap_or_default();
    format!(
        "seed {}: {violation}\n... {skipped} events before\n{}\n\
         all of it: cargo run -p bank-node --example simulate -- --trace {}",
        report.seed,
        traced.trace[skipped..].join("\n"),
        report.seed
    )
}

#[test]
fn every_schedule_keeps_every_invariant() {
    let mut tally = Tally::default();
    for seed in 1..=SCHEDULES {
        let report = run(seed, Options::default());
        assert!(report.violation.is_none(), "{}", explain(&report, Options::default()));
        tally += report.tally;
    }
    // A simulation in which nothing happens would hold as well.
    for (name, count) in tally.rows() {
        assert!(count > 0, "{name} never happened in {SCHEDULES} schedules");
    }
}

#[test]
fn a_seed_is_a_schedule() {
    for seed in [1, 7, 42, 1_000_003] {
        let [first, second] = [(); 2].map(|()| run(seed, Options { traced: true, ..Options::default() }));
        assert_eq!(first.hash, second.hash, "seed {seed}");
        assert_eq!(first.trace, second.trace, "seed {seed}");
        // Writing it down changes nothing.
        assert_eq!(first.hash, run(seed, Options::default()).hash, "seed {seed}");
    }
    assert_ne!(run(1, Options::default()).hash, run(2, Options::default()).hash);
}

/// A bank on old books that were put back by hand, so that it does not know it, comes to an end of finding out, and the others do not contradict each other.
#[test]
fn books_put_back_are_no_storm_and_no_contradiction() {
    let options = Options { restores: true, ..Options::default() };
    for seed in 1..=1_500 {
        let report = run(seed, options);
        assert!(report.violation.is_none(), "{}", explain(&report, options));
        assert_eq!(report.tally.restores, 1, "seed {seed}");
    }
}

/// The rule is switched off, and within `most` schedules an invariant says so.
///
/// Only those of recovery, from 22 to 25, have restores in their schedules, and only that of fresh looks has looks.
#[rstest]
#[case(Guard::TellAfterSync, 20)]
#[case(Guard::AttemptIdsNeverReused, 60)]
#[case(Guard::QuerySeesMemoryAndDisk, 60)]
#[case(Guard::RefusalsDurable, 60)]
#[case(Guard::HoldsNeverExpire, 60)]
#[case(Guard::PackageRecordKept, 20)]
#[case(Guard::KeptAtCreditedBanks, 20)]
#[case(Guard::KeptThoughCancelling, 200)]
#[case(Guard::RecordBeforeRights, 300)]
#[case(Guard::OneBankPassesRecord, 20)]
#[case(Guard::DefiniteNoCloses, 2_000)]
#[case(Guard::SpentElsewhereCommitted, 60)]
#[case(Guard::AckKeepsRecord, 60)]
#[case(Guard::SecondCommitBooksNothing, 100)]
#[case(Guard::TombstoneRemembersNo, 300)]
#[case(Guard::CooperativeTermination, 2_000)]
#[case(Guard::NoCreditBeforeCommit, 100)]
#[case(Guard::RecoveryBeforeListening, 300)]
#[case(Guard::ConsentCountsPrepared, 100)]
#[case(Guard::BalanceMaxAtVote, 1_000)]
#[case(Guard::AskedBeforeOpening, 60)]
#[case(Guard::AnswersOnceDecided, 1_500)]
#[case(Guard::LostDecisionNotPresumed, 800)]
#[case(Guard::LostLivesFenced, 1_000)]
#[case(Guard::FreshLooksAsk, 300)]
fn a_missing_guard_is_noticed(#[case] guard: Guard, #[case] most: u64) {
    let options = Options { without: Some(guard), leaning: true, ..Options::default() };
    let noticed = (1..=most).any(|seed| run(seed, options).violation.is_some());
    assert!(noticed, "without {guard:?}, {most} schedules kept every invariant");
}

/// A presumed abort is only wrong of a bank whose books were put back by hand, so that it does not know it.
#[test]
fn a_missing_check_of_presumed_aborts_is_noticed() {
    let options =
        Options { without: Some(Guard::PresumedAbortChecked), restores: true, ..Options::default() };
    let noticed = (1..=1_500).any(|seed| run(seed, options).violation.is_some());
    assert!(noticed, "banks contradicted each other in no schedule");
}
