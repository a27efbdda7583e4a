//! Books held against other banks' books: nothing is found while packages go through, and what was tampered with is named.

#![allow(clippy::disallowed_methods, reason = "tests of real processes measure real time")]

mod real;

use std::path::Path;
use std::process::Output;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use bank_node::config::pace::Pace;
use bank_node::config::{Overrides, load};
use bank_node::ledger::sqlite::snapshot::read_directory;
use bank_node::run::{RunFault, run_watched};
use real::{Consortium, PATIENCE, Person, fresh_package, order, plain_http, program};
use rusqlite::Connection;
use serde_json::Value;
use shared::client::OrderOutcome;
use shared::ids::PackageId;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

fn reconcile(config: &Path, more: &[&str]) -> (Output, Value) {
    let output =
        program().args(["reconcile", "--json", "--config"]).arg(config).args(more).output().expect("it runs");
    let found = serde_json::from_slice(&output.stdout).unwrap_or_default();
    (output, found)
}

/// Customers of different banks who pay each other, one package after the other, until they are told to stop.
struct Load {
    stop: Arc<AtomicBool>,
    payers: Vec<JoinHandle<Vec<PackageId>>>,
}

impl Load {
    fn begin(people: &[Person]) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let payers = (0..people.len()).map(|from| {
            let (stop, people) = (stop.clone(), people.to_vec());
            tokio::spawn(async move {
                let mut committed = Vec::new();
                while !stop.load(Ordering::Relaxed) {
                    let payer = &people[from];
                    let others = (1..people.len()).map(|next| &people[(from + next) % people.len()]);
                    let legs = others.map(|payee| (Some(&payer.account), Some(&payee.account), 1)).collect();
                    let package = fresh_package();
                    let outcome = payer.bank.order_package(&payer.session.token, package, &order(legs)).await;
                    if matches!(outcome, Ok(OrderOutcome::Committed(_))) {
                        committed.push(package);
                    }
                }
                committed
            })
        });
        Self { payers: payers.collect(), stop }
    }

    /// What was committed, by who paid.
    async fn end(self) -> Vec<Vec<PackageId>> {
        self.stop.store(true, Ordering::Relaxed);
        let mut all = Vec::new();
        for payer in self.payers {
            all.push(payer.await.expect("no panic"));
        }
        all
    }
}

async fn people(consortium: &Consortium) -> Vec<Person> {
    let mut people = Vec::new();
    for (base, bank) in (740_000_000..).zip(&consortium.banks) {
        let person = Person::join(bank.client(), base, "Ana").await;
        person.pay_in(100_000).await;
        people.push(person);
    }
    people
}

/// Changes, in books that nobody has open, what one package added to what is between the bank and `other`.
fn tamper(data: &Path, package: PackageId, other: &str) {
    let ledger = Connection::open(data.join("ledger.db")).expect("opened");
    ledger.execute_batch("DROP TRIGGER posting_stays").expect("dropped");
    let changed = ledger.execute(
        "UPDATE posting SET amount = amount * 2 WHERE package = ?1 AND account IN ('due-to/' || ?2, 'due-from/' || ?2)",
        rusqlite::params![package.0.as_bytes(), other],
    );
    assert_eq!(changed.expect("changed"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_agrees_under_load_and_names_what_was_tampered_with() {
    let mut consortium = Consortium::start(3).await;
    let people = people(&consortium).await;
    let configs: Vec<_> = consortium.banks.iter().map(|bank| bank.config.clone()).collect();
    let load = Load::begin(&people);
    let mut packages = 0;
    // Until it has been seen to agree while packages went through between two of its looks, and five times at least.
    for round in 0.. {
        let (output, found) = reconcile(&configs[round % 3], &[]);
        assert_eq!(output.status.code(), Some(0), "round {round}: {output:?}");
        let pairs = found["pairs"].as_array().expect("pairs");
        assert!(pairs.len() == 2 && pairs.iter().all(|pair| pair["outcome"] == "agree"), "{found:#}");
        packages = pairs[0]["packages"].as_u64().expect("a count").max(packages);
        if round >= 5 && packages > 20 {
            break;
        }
    }
    let committed = load.end().await.swap_remove(0);

    consortium.banks[1].signal("TERM");
    assert_eq!(consortium.banks[1].wait(), Some(0));
    let (output, found) = reconcile(&configs[0], &["--with", "boreal"]);
    assert_eq!(output.status.code(), Some(1), "a bank that is away: {output:?}");
    assert_eq!(found["pairs"][0]["outcome"], "unanswered");
    let (output, _) = reconcile(&configs[0], &["--with", "cerrado"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let victim = committed[committed.len() / 2];
    tamper(&consortium.directory().join("data/boreal"), victim, "aurora");
    consortium.banks[1].start();
    consortium.banks[1].ready().await;

    for (bank, other) in [(0, "boreal"), (1, "aurora")] {
        let (output, found) = reconcile(&configs[bank], &["--with", other]);
        assert_eq!(output.status.code(), Some(4), "{output:?}");
        let pair = &found["pairs"][0];
        assert_eq!((&pair["outcome"], &pair["differing"]), (&"differ".into(), &1.into()), "{found:#}");
        assert_eq!(pair["differences"][0]["package"], victim.to_string(), "{found:#}");
        assert_ne!(
            (&pair["due_to"], &pair["due_from"]),
            (&pair["due_to_there"], &pair["due_from_there"]),
            "{found:#}"
        );
    }
    let (output, _) = reconcile(&configs[0], &["--with", "cerrado"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let said = program().args(["reconcile", "--config"]).arg(&configs[0]).output().expect("it runs");
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(said.contains(&format!("boreal: package {victim} (attempt ")), "{said}");
    let said = program().args(["admin", "--config"]).arg(&configs[0]).arg("peers").output().expect("it runs");
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(said.contains("differ in 1 at ") && said.contains(&victim.to_string()), "{said}");
    let (output, _) = reconcile(&configs[0], &["--with", "nobody"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("nobody is no other bank"), "{output:?}");
}

/// A bank in this process, whose rounds follow each other quickly.
struct QuickBank {
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<Result<(), RunFault>>,
    admin: String,
}

impl QuickBank {
    async fn start(config: &Path) -> Self {
        let mut config = load(config, Overrides::default()).expect("its own files");
        config.pace = Pace { reconcile: Duration::from_millis(50), ..Pace::default() };
        let admin = format!("http://{}", config.admin_listen);
        let (stop, stopped) = oneshot::channel::<()>();
        let (say_started, has_started) = oneshot::channel();
        let on_start = move |_started: bank_node::run::Started| {
            let _nobody_waits = say_started.send(());
        };
        let task = tokio::spawn(run_watched(config, on_start, async {
            let _dropped_or_told = stopped.await;
        }));
        has_started.await.expect("it starts");
        let bank = Self { stop: Some(stop), task, admin };
        bank.until("bank_ready", |value| value > 0.0).await;
        bank
    }

    /// A figure's value, whatever its labels; none while it is not there.
    async fn figure(&self, name: &str) -> Option<f64> {
        let text =
            plain_http().get(format!("{}/metrics", self.admin)).send().await.ok()?.text().await.ok()?;
        let line = text.lines().find(|line| line.starts_with(name))?;
        line.rsplit_once(' ')?.1.parse().ok()
    }

    async fn until(&self, name: &str, wanted: impl Fn(f64) -> bool) -> f64 {
        let began = Instant::now();
        loop {
            match self.figure(name).await {
                Some(value) if wanted(value) => return value,
                seen => assert!(began.elapsed() < PATIENCE, "{name} is {seen:?}"),
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// So many rounds that begin after this moment have come to an end.
    async fn rounds(&self, count: usize) {
        for _ in 0..count {
            let last = self.figure(LAST).await.unwrap_or_default();
            self.until(LAST, |value| value > last).await;
        }
    }

    async fn end(mut self) {
        drop(self.stop.take());
        self.task.await.expect("no panic").expect("it ends well");
    }
}

const LAST: &str = "bank_reconciliation_last_timestamp_seconds{";
const DIFFERENCES: &str = "bank_reconciliation_differences{";

#[tokio::test(flavor = "multi_thread")]
async fn the_rounds_find_by_themselves_what_differs_and_tell_it_once() {
    let consortium = Consortium::prepare(2);
    let (aurora, boreal) = (&consortium.banks[0], &consortium.banks[1]);
    let (one, two) = (QuickBank::start(&aurora.config).await, QuickBank::start(&boreal.config).await);
    let people = people(&consortium).await;
    let load = Load::begin(&people);
    for _ in 0..20 {
        one.rounds(1).await;
        assert_eq!(one.figure(DIFFERENCES).await, Some(0.0), "nothing is wrong while packages go through");
    }
    let committed = load.end().await.swap_remove(0);
    assert!(committed.len() > 5, "{}", committed.len());
    two.end().await;
    let victim = committed[committed.len() / 2];
    tamper(&consortium.directory().join("data/boreal"), victim, "aurora");
    let two = QuickBank::start(&boreal.config).await;
    for bank in [&one, &two] {
        bank.until(DIFFERENCES, |value| value == 1.0).await;
        bank.rounds(5).await;
    }
    one.end().await;
    two.end().await;
    for (bank, other) in [("aurora", "boreal"), ("boreal", "aurora")] {
        let books = read_directory(&consortium.directory().join("data").join(bank)).expect("the books");
        let kept: Vec<_> = books.evidence.iter().map(|one| (one.bank.as_str(), one.what.as_str())).collect();
        assert_eq!(kept.len(), 1, "{kept:?}");
        assert_eq!(kept[0].0, other);
        assert!(kept[0].1.contains(&format!("first in package {victim}")), "{kept:?}");
    }
}
