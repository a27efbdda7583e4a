//! The restore drill: a bank is backed up under load, goes on, is killed and its directory destroyed; the backup is put back,
//! the bank asks the others for what it missed, and the audit across all banks holds. What is lost of packages within the
//! bank is what its report says.

#![allow(clippy::disallowed_methods, reason = "tests of real processes measure real time")]

mod real;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use bank_node::ledger::sqlite::snapshot::{LedgerOutside, read_directory};
use bank_node::protocol::attempt::AttemptId;
use bank_node::protocol::records::PortionState;
use bank_node::protocol::restoration::{AttemptRange, RecoveryReport, SuspenseReason};
use bank_node::protocol::snapshot::Snapshot;
use real::{Consortium, Person, fresh_package, order, program};
use serde_json::Value;
use shared::api::replies::Permission;
use shared::api::requests::{GiveConsent, LogIn, OrderPackage};
use shared::client::OrderOutcome;
use shared::cpf::Cpf;
use shared::ids::PackageId;
use shared::text::Password;

const PURSE: i64 = 1_000_000;

fn bank_node(arguments: &[&str], config: &Path, rest: &[&Path]) -> Output {
    program().args(arguments).arg("--config").arg(config).args(rest).output().expect("it runs")
}

fn restored(config: &Path, backup: &Path) -> Value {
    let output = bank_node(&["restore"], config, &[backup]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// What the last restoration recovered.
fn report(config: &Path) -> RecoveryReport {
    let output = bank_node(&["restore", "--report"], config, &[]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let all: Vec<Value> = serde_json::from_slice(&output.stdout).expect("JSON");
    serde_json::from_value(all.last().expect("a restoration")["recovered"].clone()).expect("a report")
}

fn back_up(config: &Path, file: &Path) {
    let output = bank_node(&["backup"], config, &[file]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}

/// Every package that is booked in `disk`, with its attempt and in how many banks it is.
fn booked(disk: &Snapshot) -> BTreeMap<PackageId, (AttemptId, usize)> {
    let portions = disk.portions.values().filter_map(|record| match &record.state {
        PortionState::Committed(promise) => {
            let mut banks = promise.participants.clone();
            banks.insert(record.attempt.coordinator.clone());
            Some((record.package?, (record.attempt.clone(), banks.len())))
        }
        PortionState::Prepared(_) | PortionState::Aborted { .. } => None,
    });
    portions.collect()
}

fn read_file(file: PathBuf) -> Snapshot {
    let ledger = LedgerOutside::open_file(file).expect("a ledger");
    let moment = ledger.moment().expect("a moment");
    moment.read().expect("its books")
}

/// What one client ordered, and what it was told last.
type Told = BTreeMap<PackageId, (OrderPackage, bool)>;

/// Orders packages of `me` to `others` in turn, 1 to 3 centavos each, until it is over. What the bank does not answer is
/// left open.
async fn load(me: Person, others: Vec<Vec<Person>>, over: Arc<AtomicBool>, answered: Arc<AtomicU64>) -> Told {
    let mut told = Told::new();
    let mut round: usize = 0;
    while !over.load(Ordering::Acquire) {
        let payees = &others[round % others.len()];
        round += 1;
        let amount = i64::try_from(round % 3 + 1).unwrap();
        let legs = payees.iter().map(|payee| (Some(&me.account), Some(&payee.account), amount)).collect();
        let (id, order) = (fresh_package(), order(legs));
        let outcome = me.bank.order_package(&me.session.token, id, &order).await;
        let committed = matches!(outcome, Ok(OrderOutcome::Committed(_)));
        if outcome.is_ok() {
            answered.fetch_add(1, Ordering::AcqRel);
        } else {
            // A bank that is down refuses at once; do not spin on it.
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        told.insert(id, (order, committed));
    }
    told
}

async fn wait_for(answered: &AtomicU64, more: u64) {
    let goal = answered.load(Ordering::Acquire) + more;
    let began = Instant::now();
    while answered.load(Ordering::Acquire) < goal {
        assert!(began.elapsed() < real::PATIENCE, "the clients are stuck");
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
}

async fn log_in_again(person: &Person, base: u32) -> Person {
    let cpf = Cpf::from_base(base).unwrap();
    let password = Password::new("correct horse".to_owned());
    let session = person.bank.log_in(&LogIn { cpf, password }).await.expect("the customer is known");
    Person { session, ..person.clone() }
}

/// Waits until nothing at any bank is in doubt, set aside or untold, and says what the audit printed.
async fn settled(consortium: &Consortium) -> Value {
    let began = Instant::now();
    loop {
        let output = consortium.audit();
        let found: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let quiet = found["banks"].as_array().expect("banks").iter().all(|bank| {
            bank["books"]["prepared"] == 0 && bank["books"]["untold"] == 0 && bank["books"]["undecided"] == 0
        });
        if quiet {
            assert_eq!(output.status.code(), Some(0), "{found:#}");
            return found;
        }
        assert!(began.elapsed() < real::PATIENCE, "something stays open: {found:#}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_destroyed_bank_comes_back_with_all_that_others_know() {
    let mut consortium = Consortium::start(3).await;
    let bases = [710_000_000, 711_000_000, 712_000_000, 713_000_000];
    let mut people = Vec::new();
    // Two at the bank that will be lost, one at each other.
    for (index, base) in bases.into_iter().enumerate() {
        let bank = &consortium.banks[[0, 0, 1, 2][index]];
        let person = Person::join(bank.client(), base, &format!("Cliente {index}")).await;
        person.pay_in(PURSE).await;
        people.push(person);
    }
    let [ana, bia, caio, davi] = &people[..] else { unreachable!("four people") };
    // Caio may pay from Bia's account: packages that another bank runs and that debit the lost one.
    let consent = GiveConsent {
        bank: "boreal".parse().unwrap(),
        customer: caio.session.customer.id,
        permissions: vec![Permission::View, Permission::Pay],
        limit_per_package: Some(100_000_000),
        limit_per_day: Some(100_000_000),
        expires_at: None,
    };
    bia.bank.give_consent(&bia.session.token, &consent).await.unwrap();

    let over = Arc::new(AtomicBool::new(false));
    let answered = Arc::new(AtomicU64::new(0));
    let mut clients = Vec::new();
    let from_bia = Person { account: bia.account.clone(), ..caio.clone() };
    for (me, others) in [
        (ana, vec![vec![caio], vec![bia], vec![bia, davi], vec![caio, davi]]),
        (bia, vec![vec![ana], vec![davi], vec![ana, caio]]),
        (caio, vec![vec![ana], vec![davi], vec![bia, davi]]),
        (davi, vec![vec![bia], vec![caio], vec![ana, bia]]),
        (&from_bia, vec![vec![davi], vec![ana]]),
    ] {
        let others = others.into_iter().map(|payees| payees.into_iter().cloned().collect()).collect();
        clients.push(tokio::spawn(load(me.clone(), others, Arc::clone(&over), Arc::clone(&answered))));
    }
    wait_for(&answered, 60).await;
    let config = consortium.banks[0].config.clone();
    let backup = consortium.directory().join("aurora.backup");
    let (of, to) = (config.clone(), backup.clone());
    tokio::task::spawn_blocking(move || back_up(&of, &to)).await.unwrap();
    // Whoever comes after the backup is not known when it is put back.
    let late = Person::join(consortium.banks[0].client(), 714_000_000, "Cliente tardia").await;
    let gift = order(vec![(Some(&davi.account), Some(&late.account), 5_000)]);
    let given = davi.bank.order_package(&davi.session.token, fresh_package(), &gift).await.unwrap();
    assert!(matches!(given, OrderOutcome::Committed(_)), "{given:?}");
    wait_for(&answered, 150).await;

    consortium.banks[0].kill();
    let data = consortium.directory().join("data/aurora");
    let lost = read_directory(&data).expect("the books before they are destroyed");
    fs::remove_dir_all(&data).unwrap();
    wait_for(&answered, 20).await;
    let put_back = restored(&config, &backup);
    assert_eq!(put_back["bank"], "aurora");
    consortium.banks[0].start();
    consortium.banks[0].ready().await;
    wait_for(&answered, 30).await;
    over.store(true, Ordering::Release);
    let mut told = Vec::new();
    for client in clients {
        told.push(client.await.unwrap());
    }
    let report = report(&config);
    println!(
        "recovered {}, given up {}, undecided {}, unheard {:?}, last heard {:?}",
        report.recovered.len(),
        report.given_up.len(),
        report.undecided.len(),
        report.unheard,
        report.last_heard
    );
    assert_eq!(report.contradicted, [], "nothing here is contradicted");

    // Its own decisions that nobody had heard of: decided as its customers were told.
    for attempt in &report.undecided {
        let package = package_of(&data, attempt);
        let decision = if was_told_committed(&told, package) { "commit" } else { "abort" };
        let output = program()
            .args(["admin", "--config"])
            .arg(&config)
            .args(["decide", &attempt.to_string(), decision])
            .output()
            .expect("it runs");
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        // Who decides about money is written down before and after.
        let log = program().args(["admin", "--config"]).arg(&config).arg("log").output().expect("it runs");
        let log = String::from_utf8(log.stdout).expect("text");
        let subject = format!("{attempt} {decision}");
        for outcome in ["asked", "done"] {
            assert!(log.lines().any(|line| line.contains(&subject) && line.contains(outcome)), "{log}");
        }
    }
    let audit = settled(&consortium).await;
    assert_eq!(audit["holds"], true);
    assert_eq!(audit["across"]["conservation"]["holds"], true);

    // What is booked now beside what was: packages with other banks all came back, packages within the bank are lost, and
    // the report names both.
    let kept = booked(&read_file(backup));
    let now = booked(&read_directory(&data).expect("the books as they are"));
    let named: BTreeSet<PackageId> = report.recovered.iter().map(|one| one.package).collect();
    let mut within = 0;
    for (package, (attempt, banks)) in booked(&lost) {
        if kept.contains_key(&package) {
            assert!(now.contains_key(&package), "{package} was in the backup");
        } else if banks > 1 {
            if report.undecided.contains(&attempt) {
                // Decided as its customer was told, since nobody else had heard of this bank's decision.
                assert_eq!(now.contains_key(&package), was_told_committed(&told, package), "{package}");
                continue;
            }
            assert!(now.contains_key(&package), "{package} ({attempt}) is known to other banks");
            assert!(named.contains(&package), "{package} is not in the report");
        } else {
            within += 1;
            assert!(!now.contains_key(&package), "{package} was within the bank: nobody else knows it");
            assert!(is_unheard(&report, &attempt), "{attempt} is lost and the report does not say so");
        }
    }
    assert!(within > 5, "only {within} packages within the bank were lost: the drill shows nothing");
    assert!(named.len() > 20, "only {} packages came back: the drill shows nothing", named.len());
    let suspense: Vec<_> = report.recovered.iter().flat_map(|one| &one.suspense).collect();
    assert!(
        suspense.iter().any(|one| one.why == SuspenseReason::AccountUnknown && one.amount == 5_000),
        "the account opened after the backup: {suspense:?}"
    );

    // What customers were told of packages with other banks is still so, and nothing is paid twice.
    let ana_again = log_in_again(ana, bases[0]).await;
    let mut asked = 0;
    for (package, (order, committed)) in &told[0] {
        let crosses = order.legs.account_banks().len() > 1;
        if *committed && crosses && named.contains(package) {
            let again = ana_again.bank.order_package(&ana_again.session.token, *package, order).await;
            assert!(matches!(again, Ok(OrderOutcome::Committed(_))), "{package}: {again:?}");
            asked += 1;
        }
    }
    assert!(asked > 0, "no order of the lost time was asked for again");
    let after = settled(&consortium).await;
    assert_eq!(after["across"]["conservation"], audit["across"]["conservation"], "asking again moved money");
    ana_again.pay_in(100).await;
}

/// The bank's ledger is lost, its backup put back, and it has opened again.
async fn comes_back(consortium: &mut Consortium, index: usize, backup: &Path) {
    let data = consortium.directory().join("data").join(consortium.banks[index].id);
    let config = consortium.banks[index].config.clone();
    consortium.banks[index].kill();
    fs::remove_dir_all(&data).unwrap();
    let _ = restored(&config, backup);
    consortium.banks[index].start();
    consortium.banks[index].ready().await;
}

#[tokio::test]
async fn what_one_restored_bank_got_back_it_tells_the_next() {
    let mut consortium = Consortium::start(3).await;
    let [aurora, cerrado] = [0, 2].map(|index| consortium.banks[index].client());
    let ana = Person::join(aurora.clone(), 730_000_000, "Ana").await;
    let bia = Person::join(aurora.clone(), 731_000_000, "Bia").await;
    let caio = Person::join(cerrado, 732_000_000, "Caio").await;
    ana.pay_in(100_000).await;
    let backups = [0, 2].map(|index| consortium.directory().join(format!("{index}.backup")));
    for (index, backup) in [0, 2].into_iter().zip(&backups) {
        back_up(&consortium.banks[index].config, backup);
    }
    // One with a leg within aurora, which nobody else knows, and one by a customer whom the backup does not have.
    let late = Person::join(aurora, 733_000_000, "Cliente tardia").await;
    late.pay_in(500).await;
    let both = order(vec![
        (Some(&ana.account), Some(&caio.account), 10_000),
        (Some(&ana.account), Some(&bia.account), 500),
    ]);
    let gift = order(vec![(Some(&late.account), Some(&caio.account), 70)]);
    for (person, wanted) in [(&ana, &both), (&late, &gift)] {
        let told = person.bank.order_package(&person.session.token, fresh_package(), wanted).await;
        assert!(matches!(told, Ok(OrderOutcome::Committed(_))), "{told:?}");
    }
    comes_back(&mut consortium, 0, &backups[0]).await;
    comes_back(&mut consortium, 2, &backups[1]).await;
    let audit = settled(&consortium).await;
    assert_eq!(audit["across"]["violations"], serde_json::json!([]));
    let caio = log_in_again(&caio, 732_000_000).await;
    assert_eq!(caio.money().await, (10_070, 0, 0), "what aurora had got back from cerrado");
    assert_eq!(report(&consortium.banks[2].config).recovered.len(), 2);
}

fn was_told_committed(told: &[Told], package: PackageId) -> bool {
    told.iter().any(|told| told.get(&package).is_some_and(|(_, committed)| *committed))
}

fn package_of(data: &Path, attempt: &AttemptId) -> PackageId {
    read_directory(data).expect("the books").attempts.get(attempt).expect("it is kept as begun").package
}

fn is_unheard(report: &RecoveryReport, attempt: &AttemptId) -> bool {
    let within = |range: &AttemptRange| {
        range.epoch == attempt.epoch && (range.first..=range.last).contains(&attempt.sequence)
    };
    let after_last = report
        .last_heard
        .iter()
        .find(|last| last.epoch == attempt.epoch)
        .is_none_or(|last| attempt.sequence > last.sequence);
    report.unheard.iter().any(within) || after_last
}

/// What `restore` complains of; it ends with `code` and leaves the directory as it was.
fn refused(config: &Path, backup: &Path, code: i32) -> String {
    let output = bank_node(&["restore"], config, &[backup]);
    assert_eq!(output.status.code(), Some(code), "{output:?}");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(said.lines().count(), 1, "one line: {said}");
    said
}

#[tokio::test]
async fn nothing_is_put_back_where_it_must_not_be() {
    let mut consortium = Consortium::start(2).await;
    let ana = Person::join(consortium.banks[0].client(), 720_000_000, "Ana").await;
    ana.pay_in(1_000).await;
    let configs: Vec<PathBuf> = consortium.banks.iter().map(|bank| bank.config.clone()).collect();
    let backup = consortium.directory().join("aurora.backup");
    back_up(&configs[0], &backup);
    assert!(refused(&configs[0], &backup, 1).contains("stop it first"), "a running bank");
    for bank in &mut consortium.banks {
        bank.kill();
    }
    let said = refused(&configs[0], &backup, 1);
    assert!(said.contains("is sound and goes to posting"), "nothing is gained: {said}");
    let said = refused(&configs[1], &backup, 1);
    assert!(said.contains("is the ledger of the bank aurora"), "another bank's: {said}");
    let aside = consortium.directory().join("aside");
    fs::create_dir(&aside).unwrap();
    let unclosed = aside.join("ledger.db");
    fs::copy(&backup, &unclosed).unwrap();
    fs::write(aside.join("ledger.db-wal"), b"the end of it").unwrap();
    let said = refused(&configs[0], &unclosed, 1);
    assert!(said.contains("a ledger that was not closed"), "part of it is in its log: {said}");
    let missing = consortium.directory().join("nothing.backup");
    assert!(refused(&configs[0], &missing, 1).contains("nothing.backup"));
    let damaged = consortium.directory().join("damaged.backup");
    let mut bytes = fs::read(&backup).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 4_096].fill(0xAB);
    fs::write(&damaged, bytes).unwrap();
    let data = consortium.directory().join("data/aurora");
    let before = read_directory(&data).expect("the books");
    let said = refused_somehow(&configs[0], &damaged);
    assert!(said.contains("the backup"), "{said}");
    assert_eq!(read_directory(&data).expect("the books"), before, "what was there is as it was");
    let left: Vec<String> = fs::read_dir(&data)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.contains("part") || name.starts_with("replaced"))
        .collect();
    assert!(left.is_empty(), "{left:?}");

    // A ledger that is not sound makes way, and stays beside.
    let ledger = data.join("ledger.db");
    for tail in ["ledger.db-wal", "ledger.db-shm"] {
        let _not_there = fs::remove_file(data.join(tail));
    }
    fs::write(&ledger, b"no ledger at all").unwrap();
    let report = restored(&configs[0], &backup);
    let aside = PathBuf::from(report["set_aside"].as_str().expect("set aside"));
    assert_eq!(fs::read(aside.join("ledger.db")).unwrap(), b"no ledger at all");
    for bank in &mut consortium.banks {
        bank.start();
    }
    consortium.ready().await;
    assert!(
        ana.bank.account(&ana.session.token, &ana.account).await.is_err(),
        "the backup's log-ins have ended"
    );
    let again = log_in_again(&ana, 720_000_000).await;
    assert_eq!(again.money().await, (1_000, 0, 0));
}

/// The same where the code depends on what was hit.
fn refused_somehow(config: &Path, backup: &Path) -> String {
    let output = bank_node(&["restore"], config, &[backup]);
    assert!(matches!(output.status.code(), Some(1 | 4)), "{output:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}
