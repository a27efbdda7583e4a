//! The ledger on a real disk: who may open it, what a dead process leaves behind, and what nobody can change.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use bank_node::ledger::Ledger;
use bank_node::ledger::sqlite::snapshot::read_directory;
use bank_node::ledger::sqlite::{OpenFault, SqliteLedger};
use bank_node::protocol::attempt::{AttemptId, EpochNonce, EpochRecord};
use bank_node::protocol::records::{Balance, LedgerAccount, Posting, Write};
use bank_node::protocol::snapshot::Snapshot;
use rusqlite::Connection;
use shared::ids::{BankId, PackageId};
use tempfile::TempDir;
use uuid::Uuid;

fn bank(name: &str) -> BankId {
    name.parse().expect("a bank's name")
}

fn open(directory: &Path) -> SqliteLedger {
    SqliteLedger::open(directory, &bank("aurora")).expect("the ledger opens")
}

fn refused(directory: &Path, name: &str) -> OpenFault {
    match SqliteLedger::open(directory, &bank(name)) {
        Ok(_) => panic!("the ledger was opened"),
        Err(fault) => fault,
    }
}

fn life(epoch: u64) -> Write {
    Write::Epoch(EpochRecord { epoch, nonce: EpochNonce(format!("{epoch:032x}")), whole: true })
}

fn posting(number: u64, amount: i64, after: i64) -> Write {
    Write::Posting(Posting {
        number,
        at_ms: 0,
        account: LedgerAccount::Till,
        package: PackageId(Uuid::from_u128(u128::from(number))),
        attempt: AttemptId { coordinator: bank("aurora"), epoch: 1, sequence: number },
        leg: None,
        amount,
        balance_after: after,
        counterparty: None,
        description: None,
        hash: [7; 32],
    })
}

/// The batch that books posting `number`: two of its three writes, and one that says how far it came.
fn batch(number: u64) -> Vec<Write> {
    let after = i64::try_from(number).expect("small");
    let money = Balance { balance: after, held: 0, incoming: 0 };
    vec![
        posting(2 * number - 1, 3, after + 2),
        posting(2 * number, -2, after),
        Write::Balance(LedgerAccount::Till, money),
    ]
}

/// How many batches a ledger holds; each of them whole.
fn batches_in(snapshot: &Snapshot) -> u64 {
    let postings = u64::try_from(snapshot.postings.len()).expect("few");
    let balance = snapshot.balance(&LedgerAccount::Till).balance;
    assert_eq!(postings % 2, 0, "half a batch is on disk");
    assert_eq!(i64::try_from(postings / 2).expect("few"), balance, "a batch's balance is of another batch");
    assert!(snapshot.postings.iter().zip(1_u64..).all(|(posting, number)| posting.number == number));
    postings / 2
}

#[test]
fn one_process_at_a_time() {
    let directory = TempDir::new().expect("a directory");
    let first = open(directory.path());
    let fault = refused(directory.path(), "aurora");
    assert!(matches!(fault, OpenFault::Locked { .. }));
    assert!(fault.to_string().contains("in use by another process"), "{fault}");
    drop(first);
    open(directory.path());
}

/// A ledger once made is not made again in its place; one that was cut off while it was made is gone on with.
#[test]
fn a_ledger_that_is_gone_is_told_apart_from_one_that_never_was() {
    let directory = TempDir::new().expect("a directory");
    let file = directory.path().join("ledger.db");
    fs::write(&file, []).expect("a file");
    drop(open(directory.path()));
    for empty in [true, false] {
        for name in ["ledger.db", "ledger.db-wal", "ledger.db-shm"] {
            let _may_not_be_there = fs::remove_file(directory.path().join(name));
        }
        if empty {
            fs::write(&file, []).expect("a file");
        }
        let fault = refused(directory.path(), "aurora");
        assert!(matches!(fault, OpenFault::Lost { .. }), "{fault}");
        assert_eq!(file.exists(), empty, "it is left as it is");
    }
    // A database that nothing was written to, as SQLite makes one.
    Connection::open(&file).and_then(|made| made.pragma_update(None, "journal_mode", "WAL")).expect("made");
    assert!(matches!(refused(directory.path(), "aurora"), OpenFault::Lost { .. }));
    // Restored from a backup, with the mark or without: the mark is there afterwards.
    let backup = TempDir::new().expect("a directory");
    drop(open(backup.path()));
    fs::copy(backup.path().join("ledger.db"), &file).expect("a copy");
    fs::remove_file(directory.path().join("ledger.made")).expect("the mark was there");
    drop(open(directory.path()));
    assert!(directory.path().join("ledger.made").is_file());
}

/// Another process that holds the write lock for seconds, between transactions: it is waited for.
#[test]
fn a_lock_that_another_process_holds_is_waited_for() {
    let directory = TempDir::new().expect("a directory");
    let mut ledger = open(directory.path());
    ledger.store(1, &[life(1)]).expect("stored");
    let other = Connection::open(directory.path().join("ledger.db")).expect("opened beside it");
    other.execute_batch("BEGIN IMMEDIATE").expect("the lock");
    let (say, told) = std::sync::mpsc::channel();
    let writer = std::thread::spawn(move || {
        let stored = ledger.store(1, &batch(1));
        let _told_or_gone = say.send(());
        stored
    });
    // Longer than any lock within a transaction is waited for.
    let early = told.recv_timeout(std::time::Duration::from_millis(1_500));
    assert!(early.is_err(), "it did not wait for the lock");
    other.execute_batch("ROLLBACK").expect("let go");
    writer.join().expect("no panic").expect("stored once the lock was free");
    assert_eq!(batches_in(&read_directory(directory.path()).expect("read")), 1);
}

#[test]
fn another_banks_ledger_is_refused_and_left_alone() {
    let directory = TempDir::new().expect("a directory");
    drop(open(directory.path()));
    let fault = refused(directory.path(), "boreal");
    assert!(matches!(&fault, OpenFault::Foreign { theirs, .. } if theirs == "aurora"), "{fault}");
    open(directory.path());
}

#[test]
fn a_newer_schema_is_refused() {
    let directory = TempDir::new().expect("a directory");
    drop(open(directory.path()));
    let raw = Connection::open(directory.path().join("ledger.db")).expect("open");
    raw.pragma_update(None, "user_version", 99).expect("a version from the future");
    drop(raw);
    let fault = refused(directory.path(), "aurora");
    assert!(matches!(fault, OpenFault::Newer { found: 99, known: 5, .. }), "{fault}");
    assert!(
        matches!(read_directory(directory.path()), Err(fault) if fault.to_string().contains("newer version"))
    );
}

#[test]
fn what_is_no_ledger_is_refused_and_left_as_it_is() {
    let rubbish = "this is not a database at all, ".repeat(200);
    let directory = TempDir::new().expect("a directory");
    let path = directory.path().join("ledger.db");
    fs::write(&path, &rubbish).expect("write");
    let fault = refused(directory.path(), "aurora");
    assert!(matches!(fault, OpenFault::Damaged { .. }), "{fault}");
    assert!(fault.to_string().contains("ledger.db") && fault.to_string().contains("restore it"), "{fault}");
    assert_eq!(fs::read_to_string(&path).expect("read"), rubbish);

    fs::remove_file(&path).expect("remove");
    let other = Connection::open(&path).expect("open");
    other.execute_batch("CREATE TABLE shopping (item TEXT)").expect("another program's");
    drop(other);
    let fault = refused(directory.path(), "aurora");
    assert!(fault.to_string().contains("another program"), "{fault}");
}

#[test]
fn a_damaged_page_is_found_at_opening() {
    let directory = TempDir::new().expect("a directory");
    let mut ledger = open(directory.path());
    ledger.store(1, &[life(1)]).expect("store");
    for number in 1..200 {
        ledger.store(1, &batch(number)).expect("store");
    }
    drop(ledger);
    let path = directory.path().join("ledger.db");
    let mut bytes = fs::read(&path).expect("read");
    // Every page but the first two, so that some table's is among them.
    for page in bytes.chunks_mut(4096).skip(2) {
        page[..64].fill(0xA5);
    }
    fs::write(&path, bytes).expect("write");
    let fault = refused(directory.path(), "aurora");
    assert!(matches!(fault, OpenFault::Damaged { .. }), "{fault}");
}

#[test]
fn a_place_that_cannot_be_written_is_named() {
    let directory = TempDir::new().expect("a directory");
    let file = directory.path().join("file");
    fs::write(&file, "in the way").expect("write");
    let fault = refused(&file.join("data"), "aurora");
    assert!(matches!(fault, OpenFault::Unusable { .. }), "{fault}");
    assert!(
        fault.to_string().contains("file/data") && fault.to_string().contains("this user may read and write"),
        "{fault}"
    );
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_look_in() {
    use std::os::unix::fs::PermissionsExt;
    let directory = TempDir::new().expect("a directory");
    let data = directory.path().join("deep/data");
    let mut ledger = open(&data);
    ledger.store(1, &[life(1)]).expect("store");
    let mode = |path: PathBuf| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode(data.clone()), 0o700);
    for file in ["ledger.db", "ledger.db-wal", "lock"] {
        assert_eq!(mode(data.join(file)), 0o600, "{file}");
    }
}

#[test]
fn nobody_changes_a_posting() {
    let directory = TempDir::new().expect("a directory");
    let mut ledger = open(directory.path());
    ledger.store(1, &[life(1)]).expect("store");
    ledger.store(1, &batch(1)).expect("store");
    let raw = Connection::open(directory.path().join("ledger.db")).expect("open");
    for sql in [
        "UPDATE posting SET amount = 5 WHERE number = 1",
        "DELETE FROM posting WHERE number = 2",
        "INSERT OR REPLACE INTO posting SELECT number, at_ms, account, package, attempt, leg, 9, balance_after, \
         counterparty, description, hash FROM posting WHERE number = 1",
        "INSERT INTO posting SELECT 9, at_ms, account, package, attempt, leg, amount, balance_after, counterparty, \
         description, hash FROM posting WHERE number = 1",
    ] {
        let refused = raw.execute(sql, []).expect_err(sql).to_string();
        assert!(refused.contains("I12"), "{refused}");
    }
}

#[test]
fn the_checks_repeat_the_invariants() {
    let customer = || LedgerAccount::Customer("1042-8".parse().expect("a number"));
    let money = |balance, held, incoming| Balance { balance, held, incoming };
    let rows = [
        (customer(), money(10, 11, 0), "held <= balance"),
        (customer(), money(-1, 0, 0), "held <= balance"),
        (LedgerAccount::Till, money(0, -1, 0), "held >= 0"),
        (LedgerAccount::Till, money(0, 0, -1), "incoming >= 0"),
        (LedgerAccount::DueTo(bank("boreal")), money(100_000_000_000_000_001, 0, 0), "BETWEEN"),
    ];
    for (account, balance, check) in rows {
        let directory = TempDir::new().expect("a directory");
        let mut ledger = open(directory.path());
        let fault = ledger.store(1, &[life(1), Write::Balance(account, balance)]).expect_err(check);
        assert!(fault.to_string().contains(check), "{fault}");
        // After a fault the disk's state is unknown to this process: nothing more is taken.
        let fault = ledger.store(1, &[life(1)]).expect_err("failed before");
        assert!(fault.to_string().contains("failed before"), "{fault}");
        drop(ledger);
        assert_eq!(open(directory.path()).recover().expect("recover").epochs, [], "nothing was stored");
    }
}

#[test]
fn a_running_ledger_can_be_read_from_outside_and_stays_as_it_is() {
    let directory = TempDir::new().expect("a directory");
    let mut ledger = open(directory.path());
    ledger.store(1, &[life(1)]).expect("store");
    ledger.store(1, &batch(1)).expect("store");
    assert_eq!(batches_in(&read_directory(directory.path()).expect("read")), 1);
    ledger.store(1, &batch(2)).expect("still its owner's");
    drop(ledger);
    let before = fs::read(directory.path().join("ledger.db")).expect("read");
    assert_eq!(batches_in(&read_directory(directory.path()).expect("read")), 2);
    assert_eq!(fs::read(directory.path().join("ledger.db")).expect("read"), before);
    let nowhere = read_directory(&directory.path().join("nowhere"));
    assert!(matches!(nowhere, Err(fault) if fault.to_string().contains("there is no ledger here")));
}

/// A log cut off anywhere, as a power cut may leave it, opens to a whole number of batches, and to all of them when
/// nothing is missing.
#[test]
fn a_torn_log_opens_to_whole_batches() {
    let directory = TempDir::new().expect("a directory");
    let live = directory.path().join("live");
    let mut ledger = open(&live);
    ledger.store(1, &[life(1)]).expect("store");
    let last = 12;
    for number in 1..=last {
        ledger.store(1, &batch(number)).expect("store");
    }
    let (main, log) = (live.join("ledger.db"), live.join("ledger.db-wal"));
    let whole = fs::read(&log).expect("the log");
    let mut seen = Vec::new();
    for cut in (0..=16).map(|part| whole.len() * part / 16) {
        let torn = directory.path().join(format!("torn-{cut}"));
        fs::create_dir(&torn).expect("a directory");
        fs::copy(&main, torn.join("ledger.db")).expect("copy");
        fs::write(torn.join("ledger.db-wal"), &whole[..cut]).expect("write");
        // Before its first commit was carried over the file may be empty: then it is a new ledger.
        drop(open(&torn));
        seen.push(batches_in(&read_directory(&torn).expect("read")));
    }
    assert!(seen.is_sorted(), "{seen:?}");
    assert_eq!(seen.last(), Some(&last), "nothing cut, nothing lost: {seen:?}");
    assert!(seen[8] < last, "the log was cut in half and nothing was missing: {seen:?}");
}

/// Not a test of its own: the process that [`a_killed_process_loses_nothing_it_told`] kills.
#[test]
fn child_that_stores_until_killed() {
    let Ok(directory) = std::env::var("LEDGER_TEST_DIRECTORY") else { return };
    let mut ledger = open(Path::new(&directory));
    let recovered = ledger.recover().expect("recover");
    let life_now = recovered.epochs.last().map_or(1, |record| record.epoch + 1);
    ledger.store(life_now, &[life(life_now)]).expect("a life begins");
    for number in recovered.head.number / 2 + 1.. {
        ledger.store(life_now, &batch(number)).expect("store");
        println!("stored {number}");
    }
}

#[test]
fn a_killed_process_loses_nothing_it_told() {
    let directory = TempDir::new().expect("a directory");
    let mut told = 0;
    for enough in [1, 7, 60] {
        let mut child = spawn_child(directory.path());
        let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let numbers = lines.map_while(Result::ok).filter_map(|line| {
            let (_, number) = line.split_once("stored ")?;
            number.trim().parse::<u64>().ok()
        });
        let mut count = 0;
        for number in numbers {
            told = number;
            count += 1;
            if count == enough {
                child.kill().expect("killed");
            }
        }
        child.wait().expect("it has ended");
        assert!(count >= enough, "it stored only {count}");
        let found = batches_in(&read_directory(directory.path()).expect("read"));
        assert!(found == told || found == told + 1, "told of {told}, found {found}");
    }
    let mut ledger = open(directory.path());
    assert_eq!(ledger.recover().expect("recover").epochs.len(), 3, "each process was a life");
}

fn spawn_child(directory: &Path) -> Child {
    Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "child_that_stores_until_killed", "--nocapture"])
        .env("LEDGER_TEST_DIRECTORY", directory)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts")
}
