//! The backups that a running bank makes by itself: they come when they are due, the oldest go, nothing of anybody else's is
//! touched, and whatever fails or is killed on the way leaves the bank and the books well.

#![allow(clippy::disallowed_methods, reason = "tests of real processes measure real time")]

mod real;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bank_node::backups::schedule::moment_of;
use bank_node::config::{Overrides, load};
use bank_node::run::run_watched;
use real::{BankProcess, Consortium, PATIENCE, Person, fresh_package, order, plain_http, program};
use shared::api::requests::LogIn;
use shared::client::OrderOutcome;
use shared::cpf::Cpf;
use shared::text::Password;
use tokio::sync::oneshot;

/// What a backup of the first bank is called until it is whole.
const PART: &str = ".bank-node-backup-aurora.part";
const MADE: &str = "a backup was made and proved";
const NOT_MADE: &str = "no backup was made";

/// The names in a directory, sorted.
fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).expect("a directory").flatten();
    let mut names: Vec<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Those of them that are aurora's own backups, oldest first.
fn own(directory: &Path) -> Vec<String> {
    let aurora = "aurora".parse().expect("an id");
    names(directory).into_iter().filter(|name| moment_of(&aurora, name).is_some()).collect()
}

/// Looks until it holds.
async fn until(what: impl std::fmt::Display, mut holds: impl AsyncFnMut() -> bool) {
    let began = Instant::now();
    while !holds().await {
        assert!(began.elapsed() < PATIENCE, "not within {PATIENCE:?}: {what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

async fn says(bank: &BankProcess, sentence: &str, times: usize) {
    until(format!("{sentence}, {times} times"), async || bank.log().matches(sentence).count() >= times).await;
}

/// The figure behind `name`.
async fn figure(admin: &str, name: &str) -> f64 {
    let answer = plain_http().get(format!("{admin}/metrics")).send().await.expect("an answer");
    let text = answer.text().await.expect("text");
    let line = text.lines().find(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(' ')));
    line.and_then(|line| line.rsplit(' ').next()?.parse().ok()).unwrap_or_else(|| panic!("{name} in\n{text}"))
}

/// A new directory for aurora's backups; no process runs without knowing of it from now on.
fn directory_for_backups(consortium: &Consortium, settings: &str) -> PathBuf {
    let directory = consortium.directory().join("backups");
    fs::create_dir(&directory).expect("made");
    let config = &consortium.banks[0].config;
    let text = fs::read_to_string(config).expect("its file");
    fs::write(config, format!("{text}backup_dir = \"backups\"\n{settings}")).expect("written");
    directory
}

fn end(bank: &mut BankProcess) {
    bank.signal("TERM");
    assert_eq!(bank.wait(), Some(0), "{}", bank.log());
}

#[tokio::test]
async fn a_backup_comes_when_it_is_due_the_oldest_go_and_the_new_one_can_be_put_back() {
    let mut consortium = Consortium::start(2).await;
    let payer = Person::join(consortium.banks[0].client(), 710_000_000, "Ana Souza").await;
    let payee = Person::join(consortium.banks[1].client(), 720_000_000, "Bruno Lima").await;
    payer.pay_in(10_000).await;
    let paid = order(vec![(Some(&payer.account), Some(&payee.account), 2_500)]);
    let outcome = payer.bank.order_package(&payer.session.token, fresh_package(), &paid).await;
    assert!(matches!(outcome, Ok(OrderOutcome::Committed(_))), "{outcome:?}");
    let money = payer.money().await;
    end(&mut consortium.banks[0]);

    let backups = directory_for_backups(&consortium, "backup_keep = 2\n");
    let old = ["aurora-20200101T000000Z.db", "aurora-20200102T000000Z.db", "aurora-20200103T000000Z.db"];
    let foreign = [
        "aurora-2020-01-01.db",
        "aurora-20200101T000000Z.db.kept",
        "aurora-sul-20200101T000000Z.db",
        "boreal-20200101T000000Z.db",
        "notes.txt",
    ];
    for name in old.iter().chain(&foreign) {
        fs::write(backups.join(name), name).expect("written");
    }
    // By an own name, and nothing that the bank has made.
    fs::create_dir(backups.join("aurora-20190101T000000Z.db")).expect("made");
    std::os::unix::fs::symlink("/nowhere", backups.join("aurora-20190102T000000Z.db")).expect("linked");
    fs::write(backups.join(PART), b"half of it").expect("written");

    consortium.banks[0].start();
    consortium.ready().await;
    let aurora = &consortium.banks[0];
    says(aurora, MADE, 1).await;
    let here = own(&backups);
    assert_eq!(here[..2], ["aurora-20190101T000000Z.db", "aurora-20190102T000000Z.db"], "{here:?}");
    let [last_old, made] = &here[2..] else { panic!("two are kept: {here:?}") };
    assert_eq!(last_old, old[2]);
    for name in foreign {
        assert_eq!(fs::read_to_string(backups.join(name)).expect("it stays"), name);
    }
    assert_eq!(names(&backups).len(), here.len() + foreign.len(), "nothing else: {:?}", names(&backups));
    let made = backups.join(made);
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&made).expect("a file").permissions().mode() & 0o777, 0o600);
    }
    assert_eq!(figure(&aurora.admin, r#"bank_backups_total{outcome="made"}"#).await, 1.0);
    assert_eq!(figure(&aurora.admin, r#"bank_backups_total{outcome="failed"}"#).await, 0.0);
    assert_eq!(figure(&aurora.admin, "bank_backup_interval_seconds").await, 3_600.0);
    let at = figure(&aurora.admin, "bank_backup_last_success_timestamp_seconds").await;
    assert!(at > 1_700_000_000.0, "{at}");
    assert!(aurora.log().contains("backup_dir is on the ledger's own disk"), "{}", aurora.log());

    // A start neither skips nor doubles: the next is due an hour after the newest.
    end(&mut consortium.banks[0]);
    consortium.banks[0].start();
    consortium.ready().await;
    let aurora = &consortium.banks[0];
    says(aurora, "the bank makes backups by itself", 2).await;
    let log = aurora.log();
    let due = log.rsplit("due_in_s=").next().and_then(|rest| rest.split_whitespace().next()?.parse().ok());
    assert!(due.is_some_and(|due: u64| (3_000..=3_600).contains(&due)), "{due:?} in {log}");
    let known = figure(&aurora.admin, "bank_backup_last_success_timestamp_seconds").await;
    assert_eq!(known, at.floor(), "known again by its name");
    end(&mut consortium.banks[0]);
    assert_eq!(own(&backups), here);

    let data = consortium.directory().join("data/aurora");
    fs::rename(&data, data.with_extension("lost")).expect("moved away");
    let config = consortium.banks[0].config.clone();
    let restored =
        program().arg("restore").arg("--config").arg(&config).arg(&made).output().expect("it runs");
    assert!(restored.status.success(), "{restored:?}");
    consortium.banks[0].start();
    consortium.ready().await;
    let audit = consortium.audit();
    assert!(audit.status.success(), "{audit:?}");
    // Log-ins end with a restoration.
    let cpf = Cpf::from_base(710_000_000).expect("a CPF");
    let password = Password::new("correct horse".to_owned());
    let session = payer.bank.log_in(&LogIn { cpf, password }).await.expect("the customer is known");
    assert_eq!(Person { session, ..payer }.money().await, money);
}

/// Keeps what is logged on this thread.
#[derive(Clone, Default)]
struct Said(Arc<Mutex<Vec<u8>>>);

impl Said {
    fn count(&self, sentence: &str) -> usize {
        let said = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&said).matches(sentence).count()
    }
}

impl Write for Said {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// One runtime thread, so that all that the bank's tasks say is kept.
#[tokio::test]
async fn they_go_on_through_failures_each_cause_told_once_and_the_bank_serves_meanwhile() {
    let said = Said::default();
    let writer = said.clone();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
    let _kept = tracing::subscriber::set_default(subscriber);
    let consortium = Consortium::prepare(1);
    let backups = directory_for_backups(&consortium, "");
    let bank = &consortium.banks[0];
    let mut config = load(&bank.config, Overrides::default()).expect("a sound file");
    let plan = config.backups.as_mut().expect("a plan");
    (plan.every, plan.keep) = (Duration::from_secs(1), 2);
    config.pace.backup_again = Duration::from_millis(20);
    let (stop, stopped) = oneshot::channel::<()>();
    let run = tokio::spawn(run_watched(config, |_started| (), async {
        let _dropped_or_told = stopped.await;
    }));
    bank.ready().await;
    let person = Person::join(bank.client(), 730_000_000, "Ana Souza").await;

    until("three backups", async || said.count(MADE) >= 3).await;
    assert_eq!(own(&backups).len(), 2);
    let away = consortium.directory().join("away");
    fs::rename(&backups, &away).expect("moved");
    let failed = r#"bank_backups_total{outcome="failed"}"#;
    until("many tries", async || figure(&bank.admin, failed).await >= 4.0).await;
    person.pay_in(1).await;
    assert_eq!(said.count(NOT_MADE), 1, "each cause is told once");
    // Another cause is told too.
    fs::write(&backups, b"no directory").expect("written");
    until("the other cause", async || said.count(NOT_MADE) == 2).await;
    fs::remove_file(&backups).expect("removed");
    let made = said.count(MADE);
    fs::rename(&away, &backups).expect("moved back");
    until("backups again", async || said.count(MADE) > made).await;
    assert_eq!(own(&backups).len(), 2);
    // After a success the same cause is news again.
    fs::rename(&backups, &away).expect("moved");
    let told = said.count(NOT_MADE);
    until("the cause again", async || said.count(NOT_MADE) > told).await;
    drop(stop);
    run.await.expect("no panic").expect("it ends well");
    assert!(!names(&away).contains(&PART.to_owned()));
}

#[tokio::test]
async fn where_the_disk_has_no_room_none_is_made_and_the_ledger_keeps_its_reserve() {
    let mut consortium = Consortium::prepare(1);
    let backups = directory_for_backups(&consortium, "disk_reserve_mib = 1000000000\nbackup_keep = 1\n");
    let old = ["aurora-20200101T000000Z.db", "aurora-20200102T000000Z.db"];
    old.iter().for_each(|name| fs::write(backups.join(name), b"old").expect("written"));
    let aurora = &mut consortium.banks[0];
    aurora.start();
    says(aurora, NOT_MADE, 1).await;
    let log = aurora.log();
    let line = log.lines().find(|line| line.contains(NOT_MADE)).expect("it was said");
    assert!(line.contains("MiB free, and a backup needs") && line.contains("make room there"), "{line}");
    assert!(line.contains("again_in_s=60"), "{line}");
    assert_eq!(names(&backups), old, "nothing half made, and no old one gone for it");
    end(aurora);
}

/// Until the others have said what it lacks, what it would copy is known to be old.
#[tokio::test]
async fn a_bank_that_recovers_makes_none_before_it_takes_packages() {
    let mut consortium = Consortium::start(2).await;
    let person = Person::join(consortium.banks[0].client(), 760_000_000, "Ana Souza").await;
    person.pay_in(10_000).await;
    let config = consortium.banks[0].config.clone();
    let file = consortium.directory().join("by-hand.db");
    let run = |command: &str| {
        let output =
            program().arg(command).arg("--config").arg(&config).arg(&file).output().expect("it runs");
        assert!(output.status.success(), "{output:?}");
    };
    run("backup");
    consortium.banks.iter_mut().for_each(end);
    let data = consortium.directory().join("data/aurora");
    fs::rename(&data, data.with_extension("lost")).expect("moved away");
    run("restore");
    let backups = directory_for_backups(&consortium, "");
    consortium.banks[0].start();
    says(&consortium.banks[0], "the bank makes backups by itself", 1).await;
    // It waits for boreal, however long that takes.
    consortium.banks[1].start();
    consortium.ready().await;
    says(&consortium.banks[0], MADE, 1).await;
    let log = consortium.banks[0].log();
    let place = |what: &str| log.find(what).unwrap_or_else(|| panic!("{what} in {log}"));
    assert!(place("has said what the backup lacks") < place(MADE), "{log}");
    assert_eq!(own(&backups).len(), 1);
}

/// A new volume in the ledger's place: the bank begins anew, alone as it is with nobody to know better.
#[tokio::test]
async fn books_begun_anew_do_not_push_out_the_backups_of_the_old_ones() {
    let mut consortium = Consortium::start(1).await;
    let person = Person::join(consortium.banks[0].client(), 750_000_000, "Ana Souza").await;
    person.pay_in(10_000).await;
    end(&mut consortium.banks[0]);
    let backups = directory_for_backups(&consortium, "backup_keep = 1\n");
    let (whole, worthless) = ("aurora-20200102T000000Z.db", "aurora-20200101T000000Z.db");
    let config = consortium.banks[0].config.clone();
    let made = program().arg("backup").arg("--config").arg(&config).arg(backups.join(whole)).output();
    assert!(made.as_ref().is_ok_and(|made| made.status.success()), "{made:?}");
    fs::write(backups.join(worthless), b"no ledger").expect("written");
    let data = consortium.directory().join("data/aurora");
    fs::rename(&data, data.with_extension("lost")).expect("moved away");
    let aurora = &mut consortium.banks[0];
    aurora.start();
    says(aurora, "an old backup goes further than the ledger does now", 1).await;
    let here = own(&backups);
    assert_eq!((here.len(), here[0].as_str()), (2, whole), "{here:?}");
    end(aurora);
}

/// Kills aurora while a backup of it is under way, or asks it to end in that moment.
async fn ended_in_the_middle(aurora: &mut BankProcess, backups: &Path, signal: &str) {
    for _ in 0..50 {
        names(backups).iter().for_each(|name| fs::remove_file(backups.join(name)).expect("removed"));
        aurora.start();
        until("a backup that has begun", async || !names(backups).is_empty()).await;
        aurora.signal(signal);
        let code = aurora.wait();
        assert_eq!(code, if signal == "TERM" { Some(0) } else { None }, "{}", aurora.log());
        // One that is asked to end may make it to the end. One that was killed must be met before: then once more.
        if signal == "TERM" || names(backups) == [PART] || names(backups).len() > own(backups).len() + 1 {
            return;
        }
    }
    panic!("no backup was ever met in its middle");
}

#[tokio::test]
async fn a_bank_that_is_ended_or_killed_in_the_middle_leaves_no_half_backup() {
    let mut consortium = Consortium::start(1).await;
    let person = Person::join(consortium.banks[0].client(), 740_000_000, "Ana Souza").await;
    for _ in 0..50 {
        person.pay_in(100).await;
    }
    end(&mut consortium.banks[0]);
    let backups = directory_for_backups(&consortium, "");
    for signal in ["KILL", "TERM"] {
        let aurora = &mut consortium.banks[0];
        ended_in_the_middle(aurora, &backups, signal).await;
        if own(&backups).is_empty() {
            let made = aurora.log().matches(MADE).count();
            aurora.start();
            says(aurora, MADE, made + 1).await;
            assert_eq!(names(&backups).len(), 1, "what was begun is gone: {:?}", names(&backups));
            end(aurora);
        }
        let [whole] = &own(&backups)[..] else { panic!("one: {:?}", names(&backups)) };
        let data = consortium.directory().join("data/aurora");
        fs::rename(&data, data.with_extension(signal)).expect("moved away");
        let (config, file) = (&consortium.banks[0].config, backups.join(whole));
        let restored =
            program().arg("restore").arg("--config").arg(config).arg(file).output().expect("it runs");
        assert!(restored.status.success(), "{signal}: {restored:?}");
        let audit = consortium.audit();
        assert!(audit.status.success(), "{audit:?}");
    }
}
