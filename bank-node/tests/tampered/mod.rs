//! Ledgers changed as no bank changes them, to see that it is found.

use std::fs;
use std::path::Path;

use rusqlite::Connection;

/// Copies a ledger that nobody has open, and changes the copy.
pub fn tamper(pristine: &Path, tampered: &Path, act: &str) {
    if tampered.exists() {
        fs::remove_dir_all(tampered).expect("removed");
    }
    fs::create_dir(tampered).expect("made");
    for entry in fs::read_dir(pristine).expect("a directory").map(Result::unwrap) {
        // With what a process that was killed had not moved into the ledger's file yet.
        if entry.file_name().to_string_lossy().starts_with("ledger.") {
            fs::copy(entry.path(), tampered.join(entry.file_name())).expect("copied");
        }
    }
    change(tampered, act);
}

/// Changes the ledger in a directory, its triggers and references switched off first.
pub fn change(directory: &Path, act: &str) {
    let ledger = Connection::open(directory.join("ledger.db")).expect("opened");
    ledger.pragma_update(None, "foreign_keys", false).expect("no references");
    let triggers: Vec<(String, String)> = ledger
        .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
        .and_then(|mut found| found.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect())
        .expect("the triggers");
    assert!(!triggers.is_empty());
    for (trigger, _) in &triggers {
        ledger.execute_batch(&format!("DROP TRIGGER {trigger}")).expect("dropped");
    }
    let changed = ledger.execute(act, []).expect(act);
    assert!(changed > 0, "{act} changed nothing");
    // A node would not start without them.
    for (_, made_by) in triggers {
        ledger.execute_batch(&made_by).expect("put back");
    }
}
