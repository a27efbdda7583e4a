//! What only the inside can arrange: a disk that fills up, a transaction that gives up by itself, a log that grows.

use std::path::Path;

use shared::ids::PackageId;
use shared::package::PackageDigest;
use tempfile::TempDir;
use uuid::Uuid;

use super::batch::Batch;
use super::*;
use crate::protocol::attempt::{EpochNonce, EpochRecord};
use crate::protocol::records::{PackageRecord, PackageState};

fn open(directory: &Path) -> SqliteLedger {
    let bank = "aurora".parse().expect("a bank's name");
    let mut ledger = SqliteLedger::open(directory, &bank).expect("it opens");
    if ledger.recover().expect("recover").epochs.is_empty() {
        let first = EpochRecord { epoch: 1, nonce: EpochNonce("a".repeat(32)), whole: true };
        ledger.store(1, &[Write::Epoch(first)]).expect("store");
    }
    ledger
}

fn packages(first: u32, count: u32) -> Vec<Write> {
    let package = |n: u32| {
        let id = PackageId(Uuid::from_u128(u128::from(n) << 64));
        Write::Package(PackageRecord { id, digest: PackageDigest([1; 32]), state: PackageState::Open })
    };
    (first..first + count).map(package).collect()
}

fn packages_in(ledger: &SqliteLedger) -> i64 {
    ledger.connection.query_row("SELECT count(*) FROM package", [], |row| row.get(0)).expect("count")
}

#[test]
fn a_full_disk_leaves_nothing_of_the_batch() {
    let directory = TempDir::new().expect("a directory");
    let mut ledger = open(directory.path());
    ledger.store(1, &packages(0, 10)).expect("store");
    let pages: i64 = ledger.connection.query_row("PRAGMA page_count", [], |row| row.get(0)).expect("count");
    ledger.connection.pragma_update(None, "max_page_count", pages + 3).expect("a small disk");
    let fault = ledger.store(1, &packages(10, 5_000)).expect_err("it is full");
    assert!(fault.to_string().contains("full"), "{fault}");
    assert!(ledger.store(1, &packages(10, 1)).is_err(), "nothing more is taken");
    drop(ledger);
    let mut ledger = open(directory.path());
    assert_eq!(packages_in(&ledger), 10);
    ledger.store(1, &packages(10, 1)).expect("there is room again");
}

#[test]
fn what_follows_a_rollback_is_not_committed_alone() {
    let directory = TempDir::new().expect("a directory");
    let ledger = open(directory.path());
    let batch = Batch::begin(&ledger.connection).expect("begin");
    let sql = "INSERT INTO evidence (at_ms, bank, what) VALUES (1, 'boreal', 'x')";
    batch.run("keep", sql, []).expect("inside");
    // As SQLite does by itself when the disk fails.
    ledger.connection.execute_batch("ROLLBACK").expect("rolled back");
    let fault = batch.run("keep", sql, []).expect_err("outside");
    assert!(fault.to_string().contains("given up"), "{fault}");
    assert!(batch.commit().is_err());
    let kept: i64 =
        ledger.connection.query_row("SELECT count(*) FROM evidence", [], |row| row.get(0)).expect("count");
    assert_eq!(kept, 0);
}

#[test]
fn the_log_is_carried_over_and_does_not_grow_for_ever() {
    let directory = TempDir::new().expect("a directory");
    let mut ledger = open(directory.path());
    let mut longest = 0;
    for round in 0..120 {
        ledger.store(1, &packages(round * 2_000, 2_000)).expect("store");
        longest = longest.max(ledger.log_pages.load(Ordering::Relaxed));
    }
    assert!(longest >= CHECKPOINT_PAGES, "the log never grew to {CHECKPOINT_PAGES}: only to {longest}");
    assert!(longest < CHECKPOINT_PAGES * 2, "the log grew to {longest} pages");
    assert_eq!(packages_in(&ledger), 240_000);
}

#[test]
fn a_reader_in_the_way_delays_a_checkpoint_and_no_write() {
    let directory = TempDir::new().expect("a directory");
    let mut ledger = open(directory.path());
    ledger.store(1, &packages(0, 1)).expect("store");
    let reader = open::open_reader(ledger.path()).expect("open");
    let count = |connection: &Connection| -> i64 {
        connection.query_row("SELECT count(*) FROM package", [], |row| row.get(0)).expect("count")
    };
    let moment = reader.unchecked_transaction().expect("begin");
    assert_eq!(count(&moment), 1);
    let mut round = 0;
    while ledger.log_pages.load(Ordering::Relaxed) < CHECKPOINT_PAGES + 100 {
        ledger.store(1, &packages(1 + round * 2_000, 2_000)).expect("store");
        round += 1;
    }
    assert_eq!(count(&moment), 1, "a read is of one moment");
    drop(moment);
    assert_eq!(count(&reader), i64::from(round) * 2_000 + 1);
    let mut longest = 0;
    while longest < ledger.log_pages.load(Ordering::Relaxed) {
        longest = ledger.log_pages.load(Ordering::Relaxed);
        assert!(longest < CHECKPOINT_PAGES * 3, "once the reader is gone the log begins anew");
        ledger.store(1, &packages(1 + round * 2_000, 2_000)).expect("store");
        round += 1;
    }
}

#[test]
fn what_grows_without_end_is_never_gone_through() {
    let directory = TempDir::new().expect("a directory");
    let ledger = open(directory.path());
    let cases = [
        (tables::attempt::UNENDED, "attempt_unended"),
        (tables::portion::FORGET_TOMBSTONES, "portion_tombstone"),
        (tables::portion::PREPARED, "portion_prepared"),
        (tables::portion::OF_PACKAGE, "portion_by_package"),
        (tables::order::IN_PROGRESS, "orders_in_progress"),
        (tables::order::PAGE, "orders_by_customer"),
        (tables::posting::PAGE, "posting_by_account"),
        (tables::posting::OF_PACKAGE, "posting_by_package"),
        (tables::consent::STANDING_FOR, "consent_standing"),
        (tables::consent::STANDING_OF, "consent_by_giver"),
    ];
    for (sql, index) in cases {
        let mut statement = ledger.connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect("prepare");
        let none = vec![rusqlite::types::Null; statement.parameter_count()];
        let steps: Result<Vec<String>, _> = statement
            .query_map(rusqlite::params_from_iter(none), |row| row.get(3))
            .expect("explain")
            .collect();
        let plan = steps.expect("a plan").join("; ");
        assert!(plan.contains(index), "{sql}\nis answered by: {plan}");
        let paged = sql.contains("LIMIT");
        assert!(!paged || !plan.contains("TEMP B-TREE"), "a page sorts all rows: {plan}");
    }
}

#[test]
fn a_reading_connection_cannot_write() {
    let directory = TempDir::new().expect("a directory");
    let ledger = open(directory.path());
    let reader = open::open_reader(ledger.path()).expect("open");
    for sql in [
        "DELETE FROM epoch",
        "INSERT INTO evidence (at_ms, bank, what) VALUES (1, 'x', 'x')",
        "DROP TABLE meta",
    ] {
        let refused = reader.execute(sql, []).expect_err(sql).to_string();
        assert!(refused.contains("readonly"), "{refused}");
    }
}

/// A killed process never finds a missing fsync; so the settings that ask for them are held here.
#[test]
fn every_commit_is_forced_and_no_checkpoint_is_automatic() {
    let directory = TempDir::new().expect("a directory");
    let ledger = open(directory.path());
    let set = |name: &str| -> String {
        let value =
            ledger.connection.pragma_query_value(None, name, |row| row.get::<_, rusqlite::types::Value>(0));
        match value.expect(name) {
            rusqlite::types::Value::Integer(number) => number.to_string(),
            rusqlite::types::Value::Text(text) => text,
            other => panic!("{name} is {other:?}"),
        }
    };
    let wanted = [
        ("journal_mode", "wal"),
        ("synchronous", "2"),
        ("fullfsync", "1"),
        ("checkpoint_fullfsync", "1"),
        ("wal_autocheckpoint", "0"),
        ("foreign_keys", "1"),
        ("trusted_schema", "0"),
    ];
    for (name, value) in wanted {
        assert_eq!(set(name), value, "{name}");
    }
}
