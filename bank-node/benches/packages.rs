//! Interbank packages per second, over HTTP, durable before told, beside a no-op route of the same server.
//!
//! `cargo bench -p bank-node --bench packages [-- --clients 64 --seconds 5 --rounds 3]`: two banks as real processes with
//! real ledgers; each client orders packages of one leg from its account at one bank to an account at the other, half of
//! them in each direction, and waits for each to be settled. The rounds alternate with `GET /v1/bank`, so that both
//! figures come from the same minutes of the same machine; the ratio is what to quote.

#![allow(clippy::disallowed_methods, reason = "a benchmark measures real time")]

#[path = "../tests/real/mod.rs"]
mod real;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use real::{Consortium, Person, fresh_package, order};
use shared::client::OrderOutcome;

struct Options {
    clients: usize,
    seconds: u64,
    rounds: usize,
}

impl Options {
    fn read() -> Self {
        let words: Vec<String> = std::env::args().collect();
        let number = |name: &str, default: u64| {
            let at = words.iter().position(|word| word == name);
            at.and_then(|at| words.get(at + 1)).and_then(|word| word.parse().ok()).unwrap_or(default)
        };
        Self {
            clients: usize::try_from(number("--clients", 64)).unwrap(),
            seconds: number("--seconds", 5),
            rounds: usize::try_from(number("--rounds", 3)).unwrap(),
        }
    }
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let options = Options::read();
    let consortium = Consortium::start(2).await;
    let mut people = Vec::new();
    for index in 0..options.clients {
        let bank = &consortium.banks[index % 2];
        let base = 300_000_000 + u32::try_from(index).unwrap() * 7_919;
        let person = Person::join(bank.client(), base, &format!("Cliente {index}")).await;
        person.pay_in(100_000_000).await;
        people.push(person);
    }
    let people = Arc::new(people);
    let mut ratios = Vec::new();
    println!("{} clients, two banks, one leg a package", options.clients);
    for round in 1..=options.rounds {
        let noop = measure(&options, &people, Work::NoOp).await;
        let packages = measure(&options, &people, Work::Package).await;
        let ratio = packages.per_second / noop.per_second;
        ratios.push(ratio);
        println!(
            "round {round}: no-op {:.0}/s (p99 {:.1} ms), packages {:.0}/s (p50 {:.1} ms, p99 {:.1} ms), ratio {ratio:.3}, \
             settled {:.1} %",
            noop.per_second,
            noop.p99_ms,
            packages.per_second,
            packages.p50_ms,
            packages.p99_ms,
            packages.settled * 100.0
        );
    }
    ratios.sort_by(f64::total_cmp);
    println!("median ratio {:.3}", ratios[ratios.len() / 2]);
    let audit = consortium.audit();
    assert!(audit.status.success(), "the audit found something: {audit:?}");
}

#[derive(Clone, Copy)]
enum Work {
    NoOp,
    Package,
}

struct Figures {
    per_second: f64,
    p50_ms: f64,
    p99_ms: f64,
    /// Part of the packages that every bank had confirmed when the answer came.
    settled: f64,
}

async fn measure(options: &Options, people: &Arc<Vec<Person>>, work: Work) -> Figures {
    let over = Arc::new(AtomicBool::new(false));
    let settled = Arc::new(AtomicU64::new(0));
    let began = Instant::now();
    let mut clients = Vec::new();
    for index in 0..options.clients {
        let (people, over, settled) = (Arc::clone(people), Arc::clone(&over), Arc::clone(&settled));
        clients.push(tokio::spawn(async move {
            let (me, payee) = (&people[index], &people[(index + 1) % people.len()]);
            let order = order(vec![(Some(&me.account), Some(&payee.account), 1)]);
            let mut times = Vec::new();
            while !over.load(Ordering::Relaxed) {
                let asked = Instant::now();
                match work {
                    Work::NoOp => {
                        me.bank.bank().await.unwrap();
                    }
                    Work::Package => {
                        let outcome =
                            me.bank.order_package(&me.session.token, fresh_package(), &order).await.unwrap();
                        let OrderOutcome::Committed(package) = outcome else { panic!("{outcome:?}") };
                        settled.fetch_add(u64::from(package.settled), Ordering::Relaxed);
                    }
                }
                times.push(asked.elapsed());
            }
            times
        }));
    }
    tokio::time::sleep(Duration::from_secs(options.seconds)).await;
    over.store(true, Ordering::Relaxed);
    let mut times = Vec::new();
    for client in clients {
        times.extend(client.await.unwrap());
    }
    let elapsed = began.elapsed().as_secs_f64();
    times.sort();
    let at = |part: f64| {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "an index into the samples"
        )]
        let index = ((times.len() as f64 - 1.0) * part) as usize;
        times[index].as_secs_f64() * 1e3
    };
    let count = times.len() as f64;
    Figures {
        per_second: count / elapsed,
        p50_ms: at(0.5),
        p99_ms: at(0.99),
        settled: settled.load(Ordering::Relaxed) as f64 / count,
    }
}
