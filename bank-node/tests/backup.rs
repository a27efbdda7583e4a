//! Backups of real banks under load: each is whole, proves itself, and can be put back.

#![allow(clippy::disallowed_methods, reason = "tests of real processes measure real time")]

mod real;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use real::{Consortium, Person, fresh_package, order, program};
use serde_json::Value;
use shared::client::OrderOutcome;

/// What a backup of the first bank is called until it is whole.
const PART: &str = ".bank-node-backup-aurora.part";

fn back_up(config: &Path, destination: &Path) -> Output {
    program().arg("backup").arg("--config").arg(config).arg(destination).output().expect("it runs")
}

fn report(output: &Output) -> Value {
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn complaint(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Where the files of `id` are.
fn data_dir(consortium: &Consortium, id: &str) -> PathBuf {
    consortium.directory().join("data").join(id)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn backups_under_load_are_whole_and_the_last_can_be_put_back() {
    let mut consortium = Consortium::start(2).await;
    let mut people = Vec::new();
    for (index, bank) in (0u32..).zip(&consortium.banks) {
        let person =
            Person::join(bank.client(), 610_000_000 + index * 7_919, &format!("Cliente {index}")).await;
        person.pay_in(100_000).await;
        people.push(person);
    }
    let over = Arc::new(AtomicBool::new(false));
    let paid = Arc::new(AtomicU64::new(0));
    let mut payers = Vec::new();
    for (payer, payee) in [(0, 1), (1, 0)] {
        let (payer, payee) = (people[payer].clone(), people[payee].account.clone());
        let (over, paid) = (Arc::clone(&over), Arc::clone(&paid));
        payers.push(tokio::spawn(async move {
            let order = order(vec![(Some(&payer.account), Some(&payee), 1)]);
            while !over.load(Ordering::Relaxed) {
                let outcome = payer.bank.order_package(&payer.session.token, fresh_package(), &order).await;
                assert!(matches!(outcome, Ok(OrderOutcome::Committed(_))), "{outcome:?}");
                paid.fetch_add(1, Ordering::Relaxed);
            }
        }));
    }
    let config = consortium.banks[0].config.clone();
    let backups = consortium.directory().join("backups");
    fs::create_dir(&backups).expect("made");
    // What an earlier one that was killed left behind.
    fs::write(backups.join(PART), b"half of it").expect("written");
    fs::write(backups.join(format!("{PART}-journal")), b"a note on it").expect("written");
    let mut last = 0;
    for n in 1..=4 {
        let before = paid.load(Ordering::Relaxed);
        let file = backups.join(format!("{n}.db"));
        let found = tokio::task::spawn_blocking({
            let (config, file) = (config.clone(), file.clone());
            move || report(&back_up(&config, &file))
        })
        .await
        .expect("a report");
        assert_eq!(found["bytes"].as_u64(), fs::metadata(&file).ok().map(|of| of.len()));
        let postings = found["books"]["postings"].as_u64().expect("a count");
        // Each package books two lines here, and what was answered before is in it.
        assert!(postings >= last.max(2 * before), "{postings} postings after {before} packages: {found:#}");
        last = postings;
    }
    over.store(true, Ordering::Relaxed);
    for payer in payers {
        payer.await.expect("no package failed");
    }
    let left: Vec<_> =
        fs::read_dir(&backups).expect("a directory").flatten().map(|f| f.file_name()).collect();
    assert_eq!(left.len(), 4, "{left:?}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(backups.join("1.db")).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    // A backup of the quiet bank, put back as docs/operating.md says: nothing is missing.
    let quiet = backups.join("quiet.db");
    report(&back_up(&config, &quiet));
    let money = people[0].money().await;
    consortium.banks[0].signal("TERM");
    assert_eq!(consortium.banks[0].wait(), Some(0));
    let directory = data_dir(&consortium, "aurora");
    fs::rename(&directory, directory.with_extension("old")).expect("moved aside");
    fs::create_dir(&directory).expect("made");
    fs::copy(&quiet, directory.join("ledger.db")).expect("put back");
    consortium.banks[0].start();
    consortium.ready().await;
    assert_eq!(people[0].money().await, money);
    let order = order(vec![(Some(&people[0].account), Some(&people[1].account), 1)]);
    let outcome = people[0].bank.order_package(&people[0].session.token, fresh_package(), &order).await;
    assert!(matches!(outcome, Ok(OrderOutcome::Committed(_))), "{outcome:?}");
    let audit = consortium.audit();
    assert!(audit.status.success(), "{audit:?}");
}

/// Begun by a timer before the last one has ended, a backup must not cost the one that is under way.
#[tokio::test]
async fn of_backups_begun_at_once_one_is_made_and_the_others_say_why_not() {
    let consortium = Consortium::start(1).await;
    let config = &consortium.banks[0].config;
    // As one that is under way holds it; what that one has begun stays.
    let under_way = fs::File::open(data_dir(&consortium, "aurora")).expect("a directory");
    under_way.lock().expect("nobody else has it");
    let begun = consortium.directory().join(PART);
    fs::write(&begun, b"half of it").expect("written");
    let destination = consortium.directory().join("0.db");
    let why = complaint(&back_up(config, &destination));
    assert!(why.contains("aurora is under way"), "{why}");
    assert_eq!(fs::read(&begun).expect("read"), b"half of it");
    drop(under_way);
    // The same file begun by the backup of a twin of the ledger, from another data directory.
    let under_way = fs::File::open(&begun).expect("a file");
    under_way.lock().expect("nobody else has it");
    let why = complaint(&back_up(config, &destination));
    assert!(why.contains("aurora is under way"), "{why}");
    assert_eq!(fs::read(&begun).expect("read"), b"half of it");
    drop(under_way);
    for round in 0..5 {
        let file = consortium.directory().join(format!("{round}.db"));
        let outputs: Vec<Output> = std::thread::scope(|scope| {
            let runs: Vec<_> = (0..3).map(|_| scope.spawn(|| back_up(config, &file))).collect();
            runs.into_iter().map(|run| run.join().expect("it ran")).collect()
        });
        let (made, refused): (Vec<_>, Vec<_>) = outputs.iter().partition(|output| output.status.success());
        assert_eq!(made.len(), 1, "{outputs:?}");
        assert_eq!(report(made[0])["bytes"].as_u64(), fs::metadata(&file).ok().map(|of| of.len()));
        for output in refused {
            let why = complaint(output);
            assert!(why.contains("under way") || why.contains("choose another name"), "{why}");
        }
        assert!(!begun.exists());
    }
}

/// SQLite reads a name that begins with `file:` as a URI: the books would land under another name, open to everybody.
#[tokio::test]
async fn a_name_that_sqlite_would_read_as_a_uri_is_a_name() {
    let consortium = Consortium::start(1).await;
    let config = &consortium.banks[0].config;
    let mut run = program();
    run.current_dir(consortium.directory())
        .arg("backup")
        .arg("--config")
        .arg(config)
        .arg("file:one.db?vfs=x");
    let found = report(&run.output().expect("it runs"));
    let file = consortium.directory().join("file:one.db?vfs=x");
    let bytes = fs::metadata(&file).expect("it bears the name that was asked for").len();
    assert!(bytes > 0);
    assert_eq!(found["bytes"].as_u64(), Some(bytes));
    assert!(!consortium.directory().join("one.db").exists());
}

#[tokio::test]
async fn what_cannot_be_backed_up_is_said_and_nothing_is_written_over() {
    let mut consortium = Consortium::start(1).await;
    let config = consortium.banks[0].config.clone();
    let file = consortium.directory().join("kept.db");
    fs::write(&file, b"somebody's").expect("written");
    let why = complaint(&back_up(&config, &file));
    assert!(why.contains("kept.db") && why.contains("choose another name"), "{why}");
    assert_eq!(fs::read(&file).expect("read"), b"somebody's");

    let beside = consortium.directory().join("beside.db");
    let theirs = [beside.with_file_name("beside.db.part"), beside.with_file_name("beside.db.part-journal")];
    theirs.iter().for_each(|file| fs::write(file, b"somebody's").expect("written"));
    report(&back_up(&config, &beside));
    assert!(theirs.iter().all(|file| fs::read(file).expect("read") == b"somebody's"));

    let data = data_dir(&consortium, "aurora");
    fs::create_dir(data.join("kept")).expect("made");
    std::os::unix::fs::symlink(&data, consortium.directory().join("way")).expect("linked");
    for inside in [data.join("1.db"), data.join("kept/1.db"), consortium.directory().join("way/1.db")] {
        let why = complaint(&back_up(&config, &inside));
        assert!(why.contains("inside data_dir"), "{why}");
        assert!(!inside.exists());
    }

    let nowhere = consortium.directory().join("nowhere/1.db");
    let why = complaint(&back_up(&config, &nowhere));
    assert!(why.contains("nowhere"), "{why}");

    consortium.banks[0].signal("TERM");
    assert_eq!(consortium.banks[0].wait(), Some(0));
    let ledger = data_dir(&consortium, "aurora").join("ledger.db");
    let pristine = fs::read(&ledger).expect("read");
    let mut damaged = pristine.clone();
    // The middle of the third page and what follows.
    damaged[10_000..40_000].fill(0xAB);
    fs::write(&ledger, &damaged).expect("written");
    let new = consortium.directory().join("new.db");
    let output = back_up(&config, &new);
    assert!(!output.status.success(), "{output:?}");
    assert!(!new.exists() && !new.with_file_name(PART).exists());
    assert_eq!(fs::read(&ledger).expect("read"), damaged, "it is left as it is");

    fs::remove_file(&ledger).expect("removed");
    let why = complaint(&back_up(&config, &new));
    assert!(why.contains("no ledger here"), "{why}");
}

/// A limit on the size of files is a full disk of its own kind: it is told, and what was begun goes.
#[tokio::test]
async fn beyond_a_limit_on_files_it_says_so_and_leaves_nothing() {
    let consortium = Consortium::start(1).await;
    let backups = consortium.directory().join("backups");
    fs::create_dir(&backups).expect("made");
    let mut run = std::process::Command::new("sh");
    run.arg("-c").arg("ulimit -f 16; exec \"$@\"").arg("sh").arg(program().get_program());
    run.arg("backup").arg("--config").arg(&consortium.banks[0].config).arg(backups.join("1.db"));
    let why = complaint(&run.output().expect("it runs"));
    assert!(why.contains("copy the ledger"), "{why}");
    let left: Vec<_> = fs::read_dir(&backups).expect("a directory").flatten().collect();
    assert!(left.is_empty(), "{left:?}");
}
