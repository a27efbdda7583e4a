//! Three real nodes under load from eight clients; each in turn is killed with SIGKILL, twelve times in all, and started
//! again. Afterwards every order has one end, what was told is true, and the books hold every centavo.

#![allow(clippy::disallowed_methods, reason = "tests of real processes measure real time")]

mod real;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use real::{Consortium, Person, fresh_package, order};
use shared::api::requests::OrderPackage;
use shared::client::OrderOutcome;
use shared::ids::PackageId;

const CLIENTS: usize = 8;
const KILLS: usize = 12;
/// What each client has at first, in centavos.
const PURSE: i64 = 1_000_000;

/// What a client was told of an order, last.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Told {
    Committed,
    Refused,
    /// Anything after which the same id may be sent again.
    Open,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twelve_sigkills_under_load_lose_and_create_nothing() {
    let mut consortium = Consortium::start(3).await;
    let mut people = Vec::new();
    for index in 0..CLIENTS {
        let bank = &consortium.banks[index % consortium.banks.len()];
        let base = 200_000_000 + u32::try_from(index).unwrap() * 7_919;
        let person = Person::join(bank.client(), base, &format!("Cliente {index}")).await;
        person.pay_in(PURSE).await;
        people.push(person);
    }
    let people = Arc::new(people);
    let over = Arc::new(AtomicBool::new(false));
    let answered = Arc::new(AtomicU64::new(0));
    let mut clients = Vec::new();
    for index in 0..CLIENTS {
        let (people, over, answered) = (Arc::clone(&people), Arc::clone(&over), Arc::clone(&answered));
        clients.push(tokio::spawn(async move { load(index, &people, &over, &answered).await }));
    }
    for kill in 0..KILLS {
        let victim = kill % consortium.banks.len();
        // Killed in the middle of traffic: some answers must have come since the last one.
        wait_for(&answered, 40).await;
        consortium.banks[victim].kill();
        wait_for(&answered, 10).await;
        consortium.banks[victim].start();
        consortium.banks[victim].ready().await;
    }
    wait_for(&answered, 40).await;
    over.store(true, Ordering::Release);
    let mut told: BTreeMap<PackageId, (usize, OrderPackage, Told)> = BTreeMap::new();
    for client in clients {
        told.extend(client.await.unwrap());
    }
    let committed_while_killing = told.values().filter(|(_, _, told)| *told == Told::Committed).count();
    assert!(committed_while_killing > KILLS, "only {committed_while_killing} packages were committed");

    // Every order gets an end by the same id, and what was told before stays true.
    let mut spent = 0;
    for (id, (client, order, before)) in &told {
        let end = settle(&people[*client], *id, order).await;
        match (before, &end) {
            (Told::Committed, end) => assert_eq!(*end, Told::Committed, "{id} was told committed"),
            (Told::Refused, end) => assert_eq!(*end, Told::Refused, "{id} was told refused"),
            (Told::Open, _) => {}
        }
        spent += usize::from(end == Told::Committed);
    }
    println!("{} orders, {spent} committed, {KILLS} kills", told.len());

    let mut total = 0;
    for person in people.iter() {
        total += settled_balance(person).await;
    }
    assert_eq!(total, PURSE * i64::try_from(CLIENTS).unwrap(), "money was lost or created");
    let audit = consortium.audit();
    assert!(audit.status.success(), "the audit found something: {audit:?}");
}

/// One client: orders packages to others at random places until it is over.
async fn load(
    index: usize,
    people: &[Person],
    over: &AtomicBool,
    answered: &AtomicU64,
) -> BTreeMap<PackageId, (usize, OrderPackage, Told)> {
    let me = &people[index];
    let mut told = BTreeMap::new();
    let mut round = 0;
    while !over.load(Ordering::Acquire) {
        round += 1;
        let (first, second) =
            (&people[(index + round) % CLIENTS], &people[(index + round * 3 + 1) % CLIENTS]);
        let others: Vec<&Person> = [first, second].into_iter().filter(|p| p.account != me.account).collect();
        if others.is_empty() {
            continue;
        }
        let legs = others.iter().map(|other| (Some(&me.account), Some(&other.account), 100)).collect();
        let (id, order) = (fresh_package(), order(legs));
        let said = ask(me, id, &order).await;
        answered.fetch_add(1, Ordering::AcqRel);
        told.insert(id, (index, order, said));
    }
    told
}

async fn ask(person: &Person, id: PackageId, order: &OrderPackage) -> Told {
    match person.bank.order_package(&person.session.token, id, order).await {
        Ok(OrderOutcome::Committed(_)) => Told::Committed,
        Ok(OrderOutcome::Refused(_)) => Told::Refused,
        Ok(OrderOutcome::InProgress(_) | OrderOutcome::Aborted(_)) => Told::Open,
        Err(error) => {
            assert!(error.may_pass() || error.leaves_outcome_open(), "an order was answered with {error:?}");
            // A bank that is down refuses at once; do not spin on it.
            tokio::time::sleep(Duration::from_millis(5)).await;
            Told::Open
        }
    }
}

/// Sends the same id until it has an end.
async fn settle(person: &Person, id: PackageId, order: &OrderPackage) -> Told {
    let began = Instant::now();
    loop {
        let said = ask(person, id, order).await;
        if said != Told::Open {
            return said;
        }
        assert!(began.elapsed() < real::PATIENCE, "package {id} has no end");
    }
}

/// Waits until nothing of the account is held or incoming, and reads its balance.
async fn settled_balance(person: &Person) -> i64 {
    let began = Instant::now();
    loop {
        let (balance, held, incoming) = person.money().await;
        if held == 0 && incoming == 0 {
            return balance;
        }
        assert!(
            began.elapsed() < real::PATIENCE,
            "{} still has {held} held, {incoming} incoming",
            person.account
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Waits until so many more orders have been answered.
async fn wait_for(answered: &AtomicU64, more: u64) {
    let goal = answered.load(Ordering::Acquire) + more;
    let began = Instant::now();
    while answered.load(Ordering::Acquire) < goal {
        assert!(began.elapsed() < real::PATIENCE, "the clients are stuck");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}
