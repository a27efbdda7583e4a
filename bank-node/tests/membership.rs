//! The consortium changes while packages run: a bank joins, one leaves, one changes its key and one its address, each bank
//! taking the new file at its own moment, and no package among those who stay fails for it.

#![allow(clippy::disallowed_methods, reason = "tests of real processes measure real time")]

mod real;

use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use real::{BankProcess, Consortium, NAMES, PATIENCE, Person, fresh_package, order, plain_http, program};
use shared::account::AccountRef;
use shared::api::problem::{FieldCode, ProblemCode};
use shared::api::replies::{BankStatus, PackageStatus};
use shared::client::{ClientError, OrderOutcome};
use shared::ids::PackageId;
use shared::refusal::RefusalCode;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What everybody has when a story begins, in centavos.
const FUNDS: i64 = 1_000_000;
/// Packages of each customer that have to be done between two changes, so that the changes fall among them.
const BETWEEN: usize = 3;

/// The consortium file as the test writes it, for each bank by itself.
#[derive(Clone)]
struct File {
    version: u64,
    banks: Vec<Table>,
}

#[derive(Clone)]
struct Table {
    id: &'static str,
    address: String,
    key: String,
    second_key: Option<String>,
    leaving_since: Option<u64>,
}

impl File {
    /// What was prepared, without the banks from `count` on.
    fn read(consortium: &Consortium, count: usize) -> Self {
        let text = fs::read_to_string(consortium.directory().join("consortium.toml")).unwrap();
        let keys = text.lines().filter_map(|line| line.strip_prefix("public_key = "));
        let banks = consortium.banks.iter().zip(keys).take(count).map(|(bank, key)| Table {
            id: bank.id,
            address: bank.address.clone(),
            key: key.trim_matches('"').to_owned(),
            second_key: None,
            leaving_since: None,
        });
        Self { version: 1, banks: banks.collect() }
    }

    fn next(&self, change: impl FnOnce(&mut Vec<Table>)) -> Self {
        let mut next = Self { version: self.version + 1, banks: self.banks.clone() };
        change(&mut next.banks);
        next
    }

    fn text(&self) -> String {
        let mut text = format!("version = {}\n", self.version);
        for Table { id, address, key, second_key, leaving_since } in &self.banks {
            text.push_str(&format!(
                "[[bank]]\nid = \"{id}\"\nname = \"Banco {id}\"\naddress = \"{address}\"\npublic_key = \"{key}\"\n"
            ));
            if let Some(key) = second_key {
                text.push_str(&format!("second_public_key = \"{key}\"\n"));
            }
            if let Some(since) = leaving_since {
                text.push_str(&format!("leaving_since = {since}\n"));
            }
        }
        text
    }

    /// Gives it to one bank, which does not look yet.
    fn write_for(&self, bank: &BankProcess) {
        fs::write(own_file(bank), self.text()).unwrap();
    }

    /// Gives it to one bank, tells it to look, and waits until it has taken it.
    async fn take(&self, bank: &BankProcess) {
        self.write_for(bank);
        bank.signal("HUP");
        let began = Instant::now();
        while !bank.client().consortium().await.is_ok_and(|reply| reply.version == self.version) {
            let (version, id) = (self.version, bank.id);
            assert!(
                began.elapsed() < PATIENCE,
                "{id} does not take version {version}; its log:\n{}",
                bank.log()
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

fn own_file(bank: &BankProcess) -> std::path::PathBuf {
    bank.config.with_extension("consortium")
}

/// Lets every bank have a consortium file of its own.
fn part_files(consortium: &Consortium) {
    for bank in &consortium.banks {
        let text = fs::read_to_string(&bank.config).unwrap();
        let own = format!("consortium = \"{}.consortium\"", bank.id);
        fs::write(&bank.config, text.replace("consortium = \"consortium.toml\"", &own)).unwrap();
    }
}

/// Looks until it is so.
async fn until<F: Future<Output = bool>>(what: &str, mut holds: impl FnMut() -> F) {
    let began = Instant::now();
    while !holds().await {
        assert!(began.elapsed() < PATIENCE, "it never comes: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Customers who send packages without end, among those banks that are in play.
struct Load {
    people: Vec<Person>,
    in_play: Vec<Arc<AtomicBool>>,
    done: Vec<Arc<AtomicUsize>>,
    stopped: Arc<AtomicBool>,
    workers: Vec<JoinHandle<Vec<PackageId>>>,
}

impl Load {
    fn start(people: Vec<Person>, in_play: &[bool]) -> Self {
        let in_play: Vec<_> = in_play.iter().map(|on| Arc::new(AtomicBool::new(*on))).collect();
        let done: Vec<_> = people.iter().map(|_| Arc::new(AtomicUsize::new(0))).collect();
        let mut load = Self { people, in_play, done, stopped: Arc::default(), workers: Vec::new() };
        for place in 0..load.people.len() {
            load.work(place);
        }
        load
    }

    /// One customer more.
    fn add(&mut self, person: Person) {
        self.people.push(person);
        self.in_play.push(Arc::new(AtomicBool::new(true)));
        self.done.push(Arc::default());
        // Whoever is at work already pays to those who were there.
        self.work(self.people.len() - 1);
    }

    /// A customer orders packages of two banks and of three and more in turn: one centavo to each. All must be committed.
    fn work(&mut self, place: usize) {
        let person = self.people[place].clone();
        let accounts: Vec<AccountRef> = self.people.iter().map(|person| person.account.clone()).collect();
        let (in_play, stopped) = (self.in_play.clone(), self.stopped.clone());
        let done = self.done[place].clone();
        self.workers.push(tokio::spawn(async move {
            let mut sent = Vec::new();
            let mut turn = 0;
            while !stopped.load(Ordering::SeqCst) && in_play[place].load(Ordering::SeqCst) {
                let others: Vec<&AccountRef> = accounts
                    .iter()
                    .zip(&in_play)
                    .filter(|(account, on)| **account != person.account && on.load(Ordering::SeqCst))
                    .map(|(account, _)| account)
                    .collect();
                turn += 1;
                let payees: Vec<&AccountRef> =
                    if turn % 2 == 0 { others } else { vec![others[turn / 2 % others.len()]] };
                let legs = payees.into_iter().map(|payee| (Some(&person.account), Some(payee), 1)).collect();
                let id = fresh_package();
                commit(&person, id, &order(legs)).await;
                sent.push(id);
                done.fetch_add(1, Ordering::SeqCst);
            }
            sent
        }));
    }

    /// Waits until every customer in play has got some more packages done.
    async fn goes_on(&self) {
        let before: Vec<usize> = self.done.iter().map(|done| done.load(Ordering::SeqCst)).collect();
        let all = || async {
            let mut places = self.done.iter().zip(&before).zip(&self.in_play);
            places.all(|((done, before), on)| {
                !on.load(Ordering::SeqCst) || done.load(Ordering::SeqCst) >= before + BETWEEN
            })
        };
        let began = Instant::now();
        while !all().await {
            if self
                .workers
                .iter()
                .zip(&self.in_play)
                .any(|(w, on)| w.is_finished() && on.load(Ordering::SeqCst))
            {
                panic!("a customer's package was not committed: see above");
            }
            assert!(began.elapsed() < PATIENCE, "the packages do not go on");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Nobody sends to or from this customer's bank any more; returns once nothing of it is under way.
    async fn leave_out(&self, place: usize) {
        self.in_play[place].store(false, Ordering::SeqCst);
        // A package that was put together before the switch is done when its customer has done another.
        self.goes_on().await;
        until("the customer's last package", || async { self.workers[place].is_finished() }).await;
    }

    /// Ends it; how many packages there were.
    async fn stop(self) -> usize {
        self.stopped.store(true, Ordering::SeqCst);
        let mut sent = BTreeSet::new();
        for worker in self.workers {
            sent.extend(worker.await.expect("a package was not committed"));
        }
        sent.len()
    }
}

/// Orders, and it must be committed; an order that takes its time is followed.
async fn commit(person: &Person, id: PackageId, package: &shared::api::requests::OrderPackage) {
    let token = &person.session.token;
    match person.bank.order_package(token, id, package).await.expect("an answer") {
        OrderOutcome::Committed(_) => {}
        OrderOutcome::InProgress(_) => {
            let committed = || async {
                let package = person.bank.package(token, id).await.expect("an answer");
                assert!(
                    matches!(package.status, PackageStatus::Committed | PackageStatus::InProgress),
                    "{package:?}"
                );
                package.status == PackageStatus::Committed
            };
            until("its end", committed).await;
        }
        failed @ (OrderOutcome::Refused(_) | OrderOutcome::Aborted(_)) => panic!("not committed: {failed:?}"),
    }
}

async fn people(banks: &[BankProcess]) -> Vec<Person> {
    let mut people = Vec::new();
    for (bank, base) in banks.iter().zip(720_000_000..) {
        let person = Person::join(bank.client(), base, "Ana Souza").await;
        person.pay_in(FUNDS).await;
        people.push(person);
    }
    people
}

/// Waits until each of `banks` has heard of all the others in its file.
async fn all_up(banks: &[&BankProcess]) {
    for bank in banks {
        let up = || async {
            let reply = bank.client().consortium().await;
            reply.is_ok_and(|reply| reply.banks.iter().all(|bank| bank.status == BankStatus::Up))
        };
        until(&format!("{} hears of all others", bank.id), up).await;
    }
}

/// What `bank` owes `other`, less what that owes it, in centavos, by its own figures.
async fn position(bank: &BankProcess, other: &str) -> i64 {
    let text =
        plain_http().get(format!("{}/metrics", bank.admin)).send().await.unwrap().text().await.unwrap();
    let mine = text.lines().filter(|line| {
        line.starts_with("bank_position_centavos{") && line.contains(&format!("peer=\"{other}\""))
    });
    mine.map(|line| line.rsplit(' ').next().unwrap().parse::<i64>().unwrap()).sum()
}

fn end_all(consortium: &mut Consortium) {
    for bank in &mut consortium.banks {
        bank.signal("TERM");
    }
    for bank in &mut consortium.banks {
        assert_eq!(bank.wait(), Some(0), "{}", bank.id);
    }
}

fn audited(consortium: &Consortium) {
    let audit = consortium.audit();
    assert!(audit.status.success(), "{}", String::from_utf8_lossy(&audit.stdout));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bank_joins_and_another_leaves_under_load() {
    let mut consortium = Consortium::prepare(4);
    part_files(&consortium);
    let four = File::read(&consortium, 4).next(|_| ());
    let three = File::read(&consortium, 3);
    for bank in &mut consortium.banks[..3] {
        three.write_for(bank);
        bank.start();
    }
    for bank in &consortium.banks[..3] {
        bank.ready().await;
    }
    all_up(&consortium.banks.iter().take(3).collect::<Vec<_>>()).await;
    let mut load = Load::start(people(&consortium.banks[..3]).await, &[true; 3]);
    load.goes_on().await;

    // Dourado joins: it starts, then each of the others takes the file at its own moment.
    four.write_for(&consortium.banks[3]);
    consortium.banks[3].start();
    consortium.banks[3].ready().await;
    for bank in &consortium.banks[..3] {
        four.take(bank).await;
        load.goes_on().await;
    }
    all_up(&consortium.banks.iter().collect::<Vec<_>>()).await;
    let newcomer = Person::join(consortium.banks[3].client(), 730_000_000, "Davi Lima").await;
    newcomer.pay_in(FUNDS).await;
    load.add(newcomer);
    load.goes_on().await;

    // Cerrado leaves: its customers stop, the others go on.
    let at_cerrado = load.people[2].clone();
    let (old, old_order) =
        (fresh_package(), order(vec![(Some(&load.people[0].account), Some(&at_cerrado.account), 5)]));
    commit(&load.people[0], old, &old_order).await;
    load.leave_out(2).await;
    let leaving = four.next(|banks| banks[2].leaving_since = Some(3));
    for bank in &consortium.banks {
        leaving.take(bank).await;
        load.goes_on().await;
    }
    let shown = consortium.banks[0].client().consortium().await.unwrap();
    let leaves: Vec<&str> =
        shown.banks.iter().filter(|bank| bank.leaving).map(|bank| bank.id.as_str()).collect();
    assert_eq!(leaves, ["cerrado"]);

    // It cannot be let go of while somebody owes; and what would add to that is refused.
    let without = leaving.next(|banks| drop(banks.remove(2)));
    let mut owed = Vec::new();
    for place in [0, 1, 3] {
        owed.push((place, position(&consortium.banks[place], "cerrado").await));
    }
    println!("before settling, cerrado is owed {owed:?}");
    assert!(owed.iter().any(|(_, centavos)| *centavos != 0), "the story needs a position");
    for (place, centavos) in owed.iter().filter(|(_, centavos)| *centavos != 0) {
        let (bank, other) = (&consortium.banks[*place], load.people[*place].clone());
        without.write_for(bank);
        bank.signal("HUP");
        until("the refusal", || async {
            bank.log().contains("it lets go of banks with which something is open: cerrado (")
        })
        .await;
        assert!(bank.log().contains(&format!("position {centavos} centavos)")), "{}", bank.log());
        let (payer, payee) = if *centavos > 0 { (&other, &at_cerrado) } else { (&at_cerrado, &other) };
        let more = order(vec![(Some(&payer.account), Some(&payee.account), 1)]);
        match payer.bank.order_package(&payer.session.token, fresh_package(), &more).await.unwrap() {
            OrderOutcome::Refused(problem) => {
                assert_eq!(problem.code, ProblemCode::PackageRefused);
                assert_eq!(problem.refusals[0].code, RefusalCode::ExposureLimit);
            }
            other => panic!("{other:?}"),
        }
        // Settled: by its customer's money, or by cash at the counter of the bank that is owed.
        if *centavos > 0 {
            let pays = order(vec![(Some(&at_cerrado.account), Some(&other.account), *centavos)]);
            commit(&at_cerrado, fresh_package(), &pays).await;
        } else {
            commit(&other, fresh_package(), &order(vec![(None, Some(&at_cerrado.account), -centavos)])).await;
        }
        assert_eq!(position(bank, "cerrado").await, 0);
    }
    load.goes_on().await;
    for place in [0, 1, 3] {
        without.take(&consortium.banks[place]).await;
        load.goes_on().await;
    }
    let shown = consortium.banks[0].client().consortium().await.unwrap();
    assert!(shown.banks.iter().all(|bank| bank.id.as_str() != "cerrado"));
    let (ana, to_cerrado) =
        (&load.people[0], order(vec![(Some(&load.people[0].account), Some(&at_cerrado.account), 1)]));
    let unknown = ana.bank.order_package(&ana.session.token, fresh_package(), &to_cerrado).await;
    match unknown {
        Err(ClientError::Problem(problem)) => assert_eq!(problem.errors[0].code, FieldCode::UnknownBank),
        other => panic!("{other:?}"),
    }
    let remembered = ana.bank.package(&ana.session.token, old).await.unwrap();
    assert_eq!((remembered.status, remembered.settled), (PackageStatus::Committed, true));
    let again = ana.bank.order_package(&ana.session.token, old, &old_order).await;
    assert!(
        matches!(again, Ok(OrderOutcome::Committed(_))),
        "an order repeated is answered, not paid again: {again:?}"
    );

    println!("{} packages, all committed", load.stop().await);
    end_all(&mut consortium);
    audited(&consortium);
    // Without the books of the bank that is gone: what stood between it and the others is settled.
    consortium.banks.remove(2);
    audited(&consortium);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_and_an_address_change_under_load() {
    let mut consortium = Consortium::prepare(3);
    part_files(&consortium);
    let first = File::read(&consortium, 3);
    for bank in &mut consortium.banks {
        first.write_for(bank);
        bank.start();
    }
    consortium.ready().await;
    all_up(&consortium.banks.iter().collect::<Vec<_>>()).await;
    let load = Load::start(people(&consortium.banks).await, &[true; 3]);
    load.goes_on().await;

    // Boreal's key: the new one beside the old, then it signs with it, then it is the only one.
    let key_file = consortium.directory().join("boreal-2.key");
    let made = program().arg("keygen").arg(&key_file).output().unwrap();
    let new_key = String::from_utf8(made.stdout).unwrap().lines().next().unwrap().trim().to_owned();
    let both = first.next(|banks| banks[1].second_key = Some(new_key.clone()));
    for bank in &consortium.banks {
        both.take(bank).await;
        load.goes_on().await;
    }
    let boreal = &consortium.banks[1];
    let config = fs::read_to_string(&boreal.config).unwrap();
    fs::write(&boreal.config, config.replace("boreal.key", "boreal-2.key")).unwrap();
    boreal.signal("HUP");
    let signs = || async { boreal.client().bank().await.is_ok_and(|bank| bank.public_key == new_key) };
    until("boreal signs with its new key", signs).await;
    load.goes_on().await;
    let alone = both.next(|banks| {
        banks[1].key = new_key.clone();
        banks[1].second_key = None;
    });
    for bank in &consortium.banks {
        alone.take(bank).await;
        load.goes_on().await;
    }

    // Cerrado's address: another way to it is opened, then told to each bank.
    let other_way = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let new_address = format!("http://{}", other_way.local_addr().unwrap());
    let old_address = consortium.banks[2].address.trim_start_matches("http://").to_owned();
    let came = Arc::new(AtomicUsize::new(0));
    let counted = came.clone();
    tokio::spawn(async move {
        while let Ok((mut near, _)) = other_way.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            let mut far = TcpStream::connect(&old_address).await.unwrap();
            tokio::spawn(async move { tokio::io::copy_bidirectional(&mut near, &mut far).await });
        }
    });
    let moved = alone.next(|banks| banks[2].address = new_address.clone());
    for (bank, others) in consortium.banks.iter().zip(1..) {
        moved.take(bank).await;
        load.goes_on().await;
        if bank.id != NAMES[2] {
            until("it is dialled there", || async { came.load(Ordering::SeqCst) >= others }).await;
        }
    }
    let shown = consortium.banks[0].client().consortium().await.unwrap();
    assert_eq!(shown.banks[2].address, new_address);
    let before = came.load(Ordering::SeqCst);
    load.goes_on().await;
    assert_eq!(came.load(Ordering::SeqCst), before, "one connection per bank, and it is kept");

    println!("{} packages, all committed", load.stop().await);
    end_all(&mut consortium);
    audited(&consortium);
}

/// A file that cannot be taken is one line in the log, and the bank goes on with what it has.
#[tokio::test]
async fn a_wrong_file_is_refused_in_one_line() {
    let mut consortium = Consortium::prepare(2);
    part_files(&consortium);
    let first = File::read(&consortium, 2).next(|_| ());
    let aurora = &mut consortium.banks[0];
    first.write_for(aurora);
    aurora.start();
    aurora.ready().await;
    let aurora = &consortium.banks[0];
    let text = first.text();
    let rows = [
        ("no TOML", text.replace("version = 2", "version"), "aurora.consortium line 1: "),
        (
            "an older version",
            text.replace("version = 2", "version = 1"),
            "aurora.consortium line 1: version 1 is older than version 2",
        ),
        (
            "the same version, changed",
            text.replace("Banco boreal", "Boreal"),
            "aurora.consortium line 1: this bank has another file of version 2",
        ),
        (
            "without the bank itself",
            text.replace("\"aurora\"", "\"alvorada\""),
            "aurora is not among the banks of",
        ),
        (
            "another bank's key",
            text.replace(&first.banks[1].key, &first.banks[0].key),
            "aurora has this key too",
        ),
        (
            "boreal's key replaced at once",
            text.replace("version = 2", "version = 3")
                .replace(&first.banks[1].key, "ed25519:CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg="),
            "boreal has neither of the keys that it had",
        ),
    ];
    for (what, file, expect) in rows {
        let refusals =
            |log: &str| log.lines().filter(|line| line.contains("the configuration is not taken")).count();
        let before = refusals(&aurora.log());
        fs::write(own_file(aurora), file).unwrap();
        aurora.signal("HUP");
        until(what, || async { refusals(&aurora.log()) > before }).await;
        let log = aurora.log();
        let line = log.lines().rfind(|line| line.contains("the configuration is not taken")).unwrap();
        assert!(line.contains(expect), "{what}: {line}");
        let reply = aurora.client().consortium().await.unwrap();
        assert_eq!((reply.version, reply.banks[1].name.as_str()), (2, "Banco boreal"), "{what}");
    }
    let reload = |bank: &BankProcess| {
        let output = program().args(["admin", "--config"]).arg(&bank.config).arg("reload").output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(said).unwrap())
    };
    let (code, said) = reload(aurora);
    assert_eq!((code, said.lines().count()), (Some(1), 1), "{said}");
    assert!(said.contains("boreal has neither of the keys"), "{said}");
    first.next(|banks| banks[1].address = "http://127.0.0.1:9".to_owned()).write_for(aurora);
    let (code, said) = reload(aurora);
    assert_eq!(code, Some(0), "{said}");
    let moved = "boreal has the address http://127.0.0.1:9, after http://127.0.0.1:";
    assert!(
        said.starts_with("the consortium file is version 3, after 2\n") && said.contains(moved),
        "{said}"
    );
    assert_eq!(reload(aurora), (Some(0), "nothing has changed\n".to_owned()));
    // What an operator's word has changed is in their log, once.
    let log = program().args(["admin", "--config"]).arg(&aurora.config).arg("log").output().unwrap();
    let log = String::from_utf8(log.stdout).unwrap();
    let reloads: Vec<&str> = log.lines().filter(|line| line.contains("reload")).collect();
    assert!(reloads.len() == 1 && reloads[0].contains("consortium 3"), "{log}");

    // What a running bank does not take is said with what to do, each time until it is done.
    let config = fs::read_to_string(&aurora.config).unwrap();
    let [port] = real::free_ports::<1>();
    let own = aurora.address.trim_start_matches("http://");
    let moved = config.replacen(&format!("listen = \"{own}\""), &format!("listen = \"127.0.0.1:{port}\""), 1);
    assert_ne!(moved, config);
    fs::write(&aurora.config, moved).unwrap();
    let waits = "listen has changed, and is taken at the next start: restart the bank\n";
    for _ in 0..2 {
        assert_eq!(reload(aurora), (Some(0), waits.to_owned()));
    }
    aurora.client().bank().await.unwrap();
}

/// A file that was changed while the bank was stopped lets go of nobody with whom something is open either.
#[tokio::test]
async fn a_start_does_not_forget_a_bank_that_is_owed() {
    let mut consortium = Consortium::prepare(2);
    part_files(&consortium);
    let two = File::read(&consortium, 2);
    for bank in &mut consortium.banks {
        two.write_for(bank);
        bank.start();
    }
    consortium.ready().await;
    all_up(&consortium.banks.iter().collect::<Vec<_>>()).await;
    let people = people(&consortium.banks).await;
    let pays = order(vec![(Some(&people[0].account), Some(&people[1].account), 12)]);
    commit(&people[0], fresh_package(), &pays).await;
    end_all(&mut consortium);
    let aurora = &mut consortium.banks[0];
    two.next(|banks| drop(banks.remove(1))).write_for(aurora);
    aurora.start();
    assert_eq!(aurora.wait(), Some(2), "{}", aurora.log());
    let log = aurora.log();
    let said = log.lines().last().unwrap();
    assert!(
        said.contains("aurora.consortium: it lets go of banks with which something is open: boreal ("),
        "{said}"
    );
    assert!(said.contains("position 12 centavos"), "{said}");
    two.write_for(aurora);
    aurora.start();
    aurora.ready().await;
}

/// What was done since with a bank that has left only it can tell: the start says so, and goes on once it is named again.
#[tokio::test]
async fn a_backup_from_before_a_bank_left_is_not_started_on_without_it() {
    let mut consortium = Consortium::prepare(2);
    part_files(&consortium);
    let both = File::read(&consortium, 2);
    for bank in &mut consortium.banks {
        both.write_for(bank);
        bank.start();
    }
    consortium.ready().await;
    all_up(&consortium.banks.iter().collect::<Vec<_>>()).await;
    let backup = consortium.directory().join("aurora.backup");
    let run = |arguments: &[&str], config: &std::path::Path| {
        let output = program().args(arguments).arg("--config").arg(config).arg(&backup).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
    };
    run(&["backup"], &consortium.banks[0].config);
    let leaving = both.next(|banks| banks[1].leaving_since = Some(both.version + 1));
    let gone = leaving.next(|banks| drop(banks.remove(1)));
    let data = consortium.directory().join("data/aurora");
    let aurora = &mut consortium.banks[0];
    for file in [&leaving, &gone] {
        file.take(aurora).await;
    }
    aurora.signal("TERM");
    assert_eq!(aurora.wait(), Some(0));
    fs::remove_dir_all(data).unwrap();
    run(&["restore"], &aurora.config);
    aurora.start();
    assert_eq!(aurora.wait(), Some(2), "{}", aurora.log());
    let log = aurora.log();
    let said = log.lines().last().unwrap();
    let expect = "aurora.consortium: a backup was put back that was made before boreal left: what was done with it since only \
        it can tell. Name it again, its node running, until this bank is ready; or start once with --accept-lost-books";
    assert!(said.contains(expect), "{said}");
    let named = Table { leaving_since: Some(gone.version + 1), ..both.banks[1].clone() };
    gone.next(|banks| banks.push(named)).write_for(aurora);
    aurora.start();
    aurora.ready().await;
    end_all(&mut consortium);
}
