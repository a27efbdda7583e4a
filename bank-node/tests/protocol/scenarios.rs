//! Plays every file of `tests/scenarios`, and says which line of which was not as it says.

use std::fs;
use std::path::Path;

use super::scenario::play;

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
