//! Three real nodes under load, each line between them and to them faulty, killed and stopped at random moments. Then the
//! weather turns calm, everything has to come to rest, and what customers were told is held against the books of all banks.
//!
//! `STORM=1000` kills so many processes; `STORM_SEED` draws the same choices again. `docs/testing.md` has the figures.

#![allow(clippy::disallowed_methods, reason = "tests of real processes measure real time")]

mod real;
mod tampered;

mod storm {
    pub mod books;
    pub mod checker;
    pub mod customers;
    pub mod history;
    pub mod line;
    pub mod nemesis;
    pub mod plan;
    pub mod tally;
    pub mod wire;
}

use std::fs;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use bank_node::ledger::sqlite::snapshot::read_directory;
use bank_node::simulation::chance::Chance;
use real::{BankProcess, Consortium};
use shared::client::BankClient;
use storm::books::{Books, unrest};
use storm::checker::{Lie, check, count_ends};
use storm::customers::{REST, Town, client};
use storm::history::{Event, History};
use storm::line::{Line, Speaker};
use storm::nemesis::{Lines, rage};
use storm::plan::mixed;
use storm::tally::Tally;
use tampered::{change, tamper};

/// Processes killed, unless `STORM` says otherwise.
const KILLS: u64 = 20;
/// So many bring about everything that there is.
const KILLS_FOR_ALL: u64 = 200;
const PEOPLE: usize = 6;
/// Each person orders this many packages at once.
const HANDS: usize = 2;
/// What a long run has to have seen of each.
const FAULTS: [&str; 15] = [
    "connections in a black hole",
    "connections that trickled",
    "of them while starting",
    "of them while stopped",
    "processes stopped",
    "replies cut",
    "replies garbled",
    "replies lost",
    "requests brought again later",
    "requests brought twice",
    "requests cut",
    "requests delayed",
    "requests garbled",
    "requests lost",
    "requests overtaken",
];
/// Lies that are shown of all.
const SHOWN: usize = 30;

/// Three banks, each of which reaches each other through a line of its own, and their customers' lines. None runs yet.
async fn behind_lines(seed: u64, tally: &Tally) -> (Consortium, Lines) {
    let consortium = Consortium::prepare(3);
    let mut lines = Lines { between: Vec::new(), customers: Vec::new() };
    let plain = fs::read_to_string(consortium.directory().join("consortium.toml")).unwrap();
    for (from, bank) in consortium.banks.iter().enumerate() {
        let name = format!("customers-{}", bank.id);
        let line = Line::to(&bank.address, &name, seed, Speaker::Customer, tally.clone()).await;
        lines.customers.push(line);
        // Its own file of the consortium: the others are where its lines begin.
        let mut file = plain.clone();
        for (to, other) in consortium.banks.iter().enumerate().filter(|(to, _)| *to != from) {
            let name = format!("{}-{}", bank.id, other.id);
            let line = Line::to(&other.address, &name, seed, Speaker::Bank, tally.clone()).await;
            file = file.replace(&format!("\"{}\"", other.address), &format!("\"{}\"", line.address));
            lines.between.push((from, to, line));
        }
        let name = format!("consortium-of-{}.toml", bank.id);
        fs::write(consortium.directory().join(&name), file).unwrap();
        let config = fs::read_to_string(&bank.config).unwrap();
        fs::write(&bank.config, config.replace("consortium.toml", &name)).unwrap();
    }
    (consortium, lines)
}

/// The books of all banks, once nothing is under way in any.
async fn rest(consortium: &Consortium) -> Vec<Books> {
    let began = Instant::now();
    let read =
        |bank: &BankProcess| read_directory(&consortium.directory().join("data").join(bank.id)).unwrap();
    loop {
        let disks: Vec<_> = consortium.banks.iter().map(read).collect();
        let restless: Vec<String> = disks.iter().flat_map(unrest).collect();
        // What does not come to rest is for the checker to name.
        if restless.is_empty() || began.elapsed() > REST {
            return disks.iter().map(Books::of).collect();
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn assert_true(history: &History, books: &[Books], seed: u64) {
    let lies = check(history, books);
    let shown: Vec<String> = lies.iter().take(SHOWN).map(ToString::to_string).collect();
    assert!(
        lies.is_empty(),
        "STORM_SEED={seed}: {} lies, the first of them\n{}",
        lies.len(),
        shown.join("\n")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storm_of_kills_and_faulty_lines_makes_no_bank_a_liar() {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let kills = number("STORM").unwrap_or(KILLS);
    // The time of the run, unless one is to be looked at again.
    let moment = || u64::try_from(uuid::Uuid::now_v7().as_u128() >> 80).unwrap();
    let seed = number("STORM_SEED").unwrap_or_else(moment);
    println!("STORM={kills} STORM_SEED={seed}");
    let (began, tally) = (Instant::now(), Tally::default());
    let (mut consortium, lines) = behind_lines(seed, &tally).await;
    consortium.banks.iter_mut().for_each(BankProcess::start);
    consortium.ready().await;
    let banks: Vec<BankClient> = lines.customers.iter().map(|line| client(&line.address)).collect();
    let town = Arc::new(Town::found(&banks, PEOPLE, &tally).await);
    let mut hands = Vec::new();
    for hand in 0..PEOPLE * HANDS {
        let town = Arc::clone(&town);
        let chance = Chance::new(mixed(seed, &format!("hand {hand}")));
        hands.push(tokio::spawn(async move { town.live(hand % PEOPLE, chance).await }));
    }

    let chance = Chance::new(mixed(seed, "nemesis"));
    rage(&mut consortium, &lines, &town, kills, chance, &tally).await;
    let raged = began.elapsed();

    town.over.store(true, Ordering::Release);
    println!("{raged:.0?} of faults; calm since\n{tally}");
    let mut settling = Vec::new();
    for hand in hands {
        let (ordered, town) = (hand.await.unwrap(), Arc::clone(&town));
        settling.push(tokio::spawn(async move { town.settle(ordered).await }));
    }
    let mut open = 0;
    for settled in settling {
        open += settled.await.unwrap();
    }
    for person in 0..PEOPLE {
        town.look(person).await;
    }
    let books = rest(&consortium).await;
    let history = town.notebook.read();
    assert_true(&history, &books, seed);
    let audit = consortium.audit();
    assert!(audit.status.success(), "STORM_SEED={seed}: the audit found something: {audit:?}");

    let (committed, refused) = count_ends(&history);
    let looks = history.events.iter().filter(|event| matches!(event, Event::Saw { .. })).count();
    println!("{tally}");
    println!(
        "{} orders: {committed} committed, {refused} refused, {open} of them without an end when it turned calm; \
         {} sent again; {looks} looks at accounts; lost 0, created 0; \
         {:.0} s of faults, {:.0} s in all",
        history.orders.len(),
        town.again.load(Ordering::Relaxed),
        raged.as_secs_f64(),
        began.elapsed().as_secs_f64(),
    );
    // A storm in which nothing happens would do no harm either.
    for what in FAULTS.iter().filter(|_| kills >= KILLS_FOR_ALL) {
        assert!(tally.of(what) > 0, "{what}: never");
    }
    assert!(committed as u64 > kills, "only {committed} packages were committed: that was no load");
}

/// The harness itself: books that somebody changed while their bank was dead are found out, whatever was changed, and still
/// after the bank has gone on with them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn books_changed_behind_a_dead_bank_are_found_out() {
    let mut consortium = Consortium::start(2).await;
    let banks: Vec<BankClient> = consortium.banks.iter().map(|bank| client(&bank.address)).collect();
    let town = Town::found(&banks, 4, &Tally::default()).await;
    let mut chance = Chance::new(1);
    // From the first bank to the second and back, and something that is refused.
    for person in [0, 1, 0, 1] {
        town.order_drawn(person, &mut chance).await;
    }
    let mut books = rest(&consortium).await;
    let history = town.notebook.read();
    assert_true(&history, &books, 1);

    consortium.banks[0].kill();
    let data = consortium.directory().join("data/aurora");
    let copy = consortium.directory().join("changed");
    let customers = "account LIKE '%-_'";
    type Found = fn(&Lie) -> bool;
    let rows: [(String, Found); 6] = [
        (format!("UPDATE balance SET balance = balance + 1 WHERE {customers}"), |lie| {
            matches!(lie, Lie::Money { created: 1.., .. })
        }),
        (format!("UPDATE posting SET amount = amount - 1 WHERE {customers}"), |lie| {
            matches!(lie, Lie::WrongAmount { .. })
        }),
        (
            format!("DELETE FROM posting WHERE number = (SELECT max(number) FROM posting WHERE {customers})"),
            |lie| matches!(lie, Lie::MissingLeg { .. }),
        ),
        ("DELETE FROM posting WHERE account LIKE 'due-%'".to_owned(), |lie| {
            matches!(lie, Lie::Unbalanced { .. })
        }),
        ("UPDATE package SET state = 'open', attempt = NULL WHERE state = 'spent'".to_owned(), |lie| {
            matches!(lie, Lie::WrongRecord { .. })
        }),
        (format!("UPDATE balance SET held = 1 WHERE {customers}"), |lie| matches!(lie, Lie::Unrest { .. })),
    ];
    for (act, found) in rows {
        tamper(&data, &copy, &act);
        books[0] = Books::of(&read_directory(&copy).unwrap());
        let lies = check(&history, &books);
        assert!(lies.iter().any(found), "{act}\nwas found as {lies:?}");
    }

    change(&data, &format!("UPDATE balance SET balance = balance + 1 WHERE {customers}"));
    consortium.banks[0].start();
    consortium.ready().await;
    for person in [0, 1, 0, 1] {
        town.order_drawn(person, &mut chance).await;
    }
    let (history, books) = (town.notebook.read(), rest(&consortium).await);
    let lies = check(&history, &books);
    let off = |lie: &Lie| matches!(lie, Lie::Balance { books, counted, .. } if *books == counted + 1);
    assert_eq!(lies.iter().filter(|lie| off(lie)).count(), 2, "{lies:?}");
    assert!(lies.iter().any(|lie| matches!(lie, Lie::Money { lost: 0, created: 2, .. })), "{lies:?}");
    let audit = consortium.audit();
    assert!(!audit.status.success(), "the audit has to find it too");
}
