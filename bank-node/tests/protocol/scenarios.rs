//! Plays every file of `tests/scenarios`, and says which line of which was not as it says.

use std::fs;
use std::panic::catch_unwind;
use std::path::Path;

use bank_node::protocol::settings::{Guard, Guards};

use super::scenario::{play, play_with};

#[test]
fn every_scenario_plays_as_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let mut files: Vec<_> = fs::read_dir(&folder)
        .expect("the scenarios")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "txt"))
        .collect();
    files.sort();
    let mut failed = Vec::new();
    for file in &files {
        let name = file.file_stem().expect("a name").to_string_lossy().into_owned();
        let text = fs::read_to_string(file).expect("a text");
        if !text.starts_with(&format!("# {name}: ")) {
            failed.push(format!("{name}.txt begins with its name and what it tells"));
        }
        if let Err(why) = play(&text) {
            failed.push(format!("{name}.txt, {why}"));
        }
    }
    assert!(
        failed.is_empty(),
        "{} of {} scenarios failed:\n{}",
        failed.len(),
        files.len(),
        failed.join("\n")
    );
    assert!(files.len() >= 25, "only {} scenarios were found", files.len());
}

/// A runner that notices nothing proves nothing: stories that are not so must fail, at their line.
#[test]
fn stories_that_are_not_so_fail() {
    let begin = "banks A,B,C\nsubmit P1 banks=A,B  A:-100 B:+100\n";
    let rows = [
        ("deliver all\nbooks A:-100", "line 4"),
        ("deliver all\nbooks unchanged", "line 4"),
        ("deliver all\nbooks A:-100 B:+100  holds A:100", "line 4: `holds A:100`"),
        ("holds none", "line 3"),
        ("decision commit", "line 3"),
        ("deliver all\ndecision abort", "line 4"),
        ("told P1 committed", "line 3"),
        ("deliver all\nrecord P1@B open", "line 4"),
        ("deliver commit A>B", "line 3"),
        ("sent nothing", "line 3"),
        ("deliver until-prepared C", "line 3"),
        ("crash A\ndeliver all\nrestart A\nshutdown C\nrecovering none", "line 7"),
        ("idle", "line 3"),
        ("think", "line 3"),
        ("submit P2 banks=A,C  A:-1 B:+1", "line 3"),
    ];
    for (story, at) in rows {
        let found = play(&format!("{begin}{story}")).expect_err(story);
        assert!(found.starts_with(at), "{story}: {found}");
    }
}

/// Each guard of section 9 that one story can show is noticed when it is off: by a line that is not so, by an invariant,
/// or by an assertion of the core. The others (1, 2, 18, 21) need the simulator's schedules or the engine.
#[test]
fn stories_notice_guards_that_are_off() {
    let rows = [
        (Guard::QuerySeesMemoryAndDisk, "query_while_live"),
        (Guard::RefusalsDurable, "refusal_then_late_prepare"),
        (Guard::HoldsNeverExpire, "hold_outlives_restarts"),
        (Guard::PackageRecordKept, "one_bank_package_retried_elsewhere"),
        (Guard::KeptAtCreditedBanks, "credited_bank_retry"),
        (Guard::KeptThoughCancelling, "cancelling_bank_retry"),
        (Guard::RecordBeforeRights, "spent_though_poor_now"),
        (Guard::OneBankPassesRecord, "many_bank_package_retried_as_its_own"),
        (Guard::DefiniteNoCloses, "definite_no_closes_by_itself"),
        (Guard::SpentElsewhereCommitted, "pay_in_retried_elsewhere"),
        (Guard::AckKeepsRecord, "cut_line_heals"),
        (Guard::SecondCommitBooksNothing, "everything_twice"),
        (Guard::TombstoneRemembersNo, "a_no_is_final"),
        (Guard::CooperativeTermination, "commit_told_by_a_peer"),
        (Guard::NoCreditBeforeCommit, "not_spendable_before_commit"),
        (Guard::PresumedAbortChecked, "presumed_abort_checked_with_peers"),
        (Guard::ConsentCountsPrepared, "consent_counts_what_is_prepared"),
    ];
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let mut unnoticed = Vec::new();
    for (guard, name) in rows {
        let text = fs::read_to_string(folder.join(format!("{name}.txt"))).expect("a scenario");
        match catch_unwind(|| play_with(&text, Guards::without(guard))) {
            Ok(Ok(())) => unnoticed.push(format!("{guard:?} by {name}")),
            Ok(Err(why)) => println!("{guard:?}: {name}.txt, {why}"),
            Err(_) => println!("{guard:?}: {name}.txt, an assertion"),
        }
    }
    assert!(unnoticed.is_empty(), "not noticed: {unnoticed:?}");
}
