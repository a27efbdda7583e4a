//! Full load for a long time, and then twice of what that took.
//!
//! `cargo bench -p bank-node --bench soak [-- --clients 64 --minutes 10 --beyond 60 --times 2]`: two banks as real processes with
//! real ledgers. First each client orders packages of one leg to an account at the other bank, one after the other: what
//! is committed in a second is the capacity. Each second the memory of both processes, the oldest promise in doubt and the
//! queue are looked at. Then for so many seconds orders come at twice the capacity, whether the ones before are answered or
//! not (`--times` other than twice); and then the clients of before once more, for as long.

#![allow(clippy::disallowed_methods, reason = "a benchmark measures real time")]

#[path = "../tests/real/mod.rs"]
mod real;

use std::collections::BTreeMap;
use std::fs;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use real::{BankProcess, Consortium, Person, fresh_package, order, plain_http};
use shared::client::{ClientError, OrderOutcome};

/// Orders that may be unanswered at once beyond the capacity; more are not sent, and counted.
const UNANSWERED_MAX: u64 = 6_000;
/// No promise may be in doubt for longer while nothing is wrong: what an order waits at most, and a look of a second.
const IN_DOUBT_S_MAX: f64 = 4.0;
/// How much of its memory a node may gain in a minute of the last four fifths.
const GROWTH_A_MINUTE_MAX: f64 = 0.02;

struct Options {
    clients: usize,
    minutes: u64,
    beyond: u64,
    times: u32,
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
            minutes: number("--minutes", 10),
            beyond: number("--beyond", 60),
            times: u32::try_from(number("--times", 2)).unwrap(),
        }
    }
}

/// What an order was answered, and how long that took.
#[derive(Default)]
struct Answers(Mutex<BTreeMap<&'static str, Vec<Duration>>>);

impl Answers {
    fn note(&self, what: &'static str, took: Duration) {
        self.0.lock().unwrap().entry(what).or_default().push(took);
    }

    fn count(&self, what: &str) -> usize {
        self.0.lock().unwrap().get(what).map_or(0, Vec::len)
    }

    /// All of it since the last time.
    fn take(&self) -> BTreeMap<&'static str, Vec<Duration>> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

const COMMITTED: &str = "committed";

/// A moment of one node.
#[derive(Clone, Copy)]
struct Look {
    at_s: f64,
    resident_kib: f64,
    in_doubt_s: f64,
    queued: f64,
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let options = Options::read();
    let mut consortium = Consortium::prepare(2);
    for bank in &mut consortium.banks {
        // It is about what is ordered, not about who may come in.
        let plain = fs::read_to_string(&bank.config).unwrap();
        let room = "connections_per_address_max = 100000\nconnections_max = 100000\n";
        fs::write(&bank.config, format!("{plain}{room}")).unwrap();
        bank.start();
    }
    consortium.ready().await;
    let mut people = Vec::new();
    for index in 0..options.clients {
        let bank = &consortium.banks[index % 2];
        let base = 300_000_000 + u32::try_from(index).unwrap() * 7_919;
        let person = Person::join(bank.client(), base, &format!("Cliente {index}")).await;
        person.pay_in(100_000_000).await;
        people.push(person);
    }
    let people = Arc::new(people);

    println!("{} clients, two banks, one leg a package, for {} minutes", options.clients, options.minutes);
    let (capacity, looks) = full_load(&consortium, &people, options.minutes * 60).await;
    let mut flat = true;
    for (bank, looks) in consortium.banks.iter().zip(&looks) {
        let lasting = &looks[looks.len() / 5..];
        let (slope, mean) = growth_a_minute(lasting);
        let oldest = looks.iter().map(|look| look.in_doubt_s).fold(0.0, f64::max);
        let longest = looks.iter().map(|look| look.queued).fold(0.0, f64::max);
        println!(
            "{}: memory {mean:.0} KiB on average of the last four fifths, growing {slope:.0} KiB ({:.2} %) a minute; \
             oldest promise in doubt {oldest:.2} s; at most {longest} calls queued",
            bank.id,
            slope / mean * 100.0
        );
        flat &= slope / mean < GROWTH_A_MINUTE_MAX;
        assert!(oldest < IN_DOUBT_S_MAX, "a promise was in doubt for {oldest} s");
    }
    println!("capacity {capacity:.0} a second");

    println!("{} times the capacity for {} s", options.times, options.beyond);
    let beyond = beyond_capacity(&people, capacity * f64::from(options.times), options.beyond).await;
    println!("as before for {} s", options.beyond);
    let (after, _) = full_load(&consortium, &people, options.beyond).await;
    println!("committed a second: {capacity:.0}, beyond the capacity {beyond:.0}, afterwards {after:.0}");
    let audit = consortium.audit();
    assert!(audit.status.success(), "the audit found something: {audit:?}");
    assert!(flat, "memory grows");
    assert!(beyond > capacity / 2.0 && after > capacity / 2.0, "it collapsed");
}

/// Each client orders, waits for the answer, and orders again. Hands back what was committed in a second, and all looks.
async fn full_load(
    consortium: &Consortium,
    people: &Arc<Vec<Person>>,
    seconds: u64,
) -> (f64, Vec<Vec<Look>>) {
    let over = Arc::new(AtomicBool::new(false));
    let answers = Arc::new(Answers::default());
    let mut clients = Vec::new();
    for index in 0..people.len() {
        let (people, over, answers) = (Arc::clone(people), Arc::clone(&over), Arc::clone(&answers));
        clients.push(tokio::spawn(async move {
            while !over.load(Ordering::Relaxed) {
                one(&people, index, &answers).await;
            }
        }));
    }
    let began = Instant::now();
    let mut looks = vec![Vec::new(); consortium.banks.len()];
    let (mut minute, mut committed) = (began, 0);
    for second in 1..=seconds {
        tokio::time::sleep_until((began + Duration::from_secs(second)).into()).await;
        for (bank, looks) in consortium.banks.iter().zip(&mut looks) {
            looks.push(look(bank, began).await);
        }
        if second % 60 == 0 || second == seconds {
            let answered = answers.take();
            committed += answered.get(COMMITTED).map_or(0, Vec::len);
            let memory: Vec<f64> = looks.iter().map(|looks| looks[looks.len() - 1].resident_kib).collect();
            tell(&format!("{second:>5} s, memory {memory:?} KiB"), answered, minute.elapsed());
            minute = Instant::now();
        }
    }
    let elapsed = began.elapsed().as_secs_f64();
    over.store(true, Ordering::Relaxed);
    for client in clients {
        client.await.unwrap();
    }
    (f64::from(u32::try_from(committed).unwrap()) / elapsed, looks)
}

/// Orders come at this rate. Hands back what was committed in a second.
async fn beyond_capacity(people: &Arc<Vec<Person>>, per_second: f64, seconds: u64) -> f64 {
    let answers = Arc::new(Answers::default());
    let unanswered = Arc::new(AtomicU64::new(0));
    let (began, mut sent, mut not_sent) = (Instant::now(), 0_u32, 0_u32);
    while began.elapsed() < Duration::from_secs(seconds) {
        tokio::time::sleep(Duration::from_millis(5)).await;
        while f64::from(sent + not_sent) < began.elapsed().as_secs_f64() * per_second {
            if unanswered.load(Ordering::Relaxed) >= UNANSWERED_MAX {
                not_sent += 1;
                continue;
            }
            let (people, answers, unanswered) =
                (Arc::clone(people), Arc::clone(&answers), Arc::clone(&unanswered));
            let index = usize::try_from(sent).unwrap() % people.len();
            unanswered.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(async move {
                one(&people, index, &answers).await;
                unanswered.fetch_sub(1, Ordering::Relaxed);
            });
            sent += 1;
        }
    }
    let (elapsed, committed) = (began.elapsed(), answers.count(COMMITTED));
    while unanswered.load(Ordering::Relaxed) > 0 {
        assert!(began.elapsed() < elapsed + real::PATIENCE, "some are never answered");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    tell(
        &format!("{sent} orders sent, {not_sent} not, for {UNANSWERED_MAX} were unanswered"),
        answers.take(),
        elapsed,
    );
    f64::from(u32::try_from(committed).unwrap()) / elapsed.as_secs_f64()
}

/// One package of one leg, to whoever comes next: somebody at the other bank.
async fn one(people: &[Person], index: usize, answers: &Answers) {
    let (me, payee) = (&people[index], &people[(index + 1) % people.len()]);
    let order = order(vec![(Some(&me.account), Some(&payee.account), 1)]);
    let asked = Instant::now();
    let what = match me.bank.order_package(&me.session.token, fresh_package(), &order).await {
        Ok(OrderOutcome::Committed(_)) => COMMITTED,
        Ok(OrderOutcome::InProgress(_)) => "in progress",
        Ok(OrderOutcome::Aborted(problem)) => {
            problem.refusals.first().map_or("aborted", |no| no.code.as_str())
        }
        Ok(OrderOutcome::Refused(problem)) => panic!("refused: {problem:?}"),
        Err(ClientError::Problem(problem)) => problem.code.as_str(),
        Err(ClientError::Unreachable { .. }) => "unreachable",
        Err(ClientError::OutcomeUnknown { .. }) => "no answer",
        Err(error) => panic!("{error:?}"),
    };
    answers.note(what, asked.elapsed());
}

/// Prints how many were answered what, and how long that took.
fn tell(when: &str, answers: BTreeMap<&'static str, Vec<Duration>>, elapsed: Duration) {
    println!("{when}");
    for (what, mut times) in answers {
        times.sort();
        let at = |hundredths: usize| times[(times.len() - 1) * hundredths / 100].as_secs_f64() * 1e3;
        let per_second = f64::from(u32::try_from(times.len()).unwrap()) / elapsed.as_secs_f64();
        println!(
            "        {what}: {per_second:.0} a second, p50 {:.1} ms, p99 {:.1} ms, longest {:.1} ms",
            at(50),
            at(99),
            at(100)
        );
    }
}

async fn look(bank: &BankProcess, began: Instant) -> Look {
    let status = fs::read_to_string(format!("/proc/{}/status", bank.pid())).unwrap();
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    let resident_kib = resident.trim().trim_end_matches(" kB").parse().unwrap();
    let figures =
        plain_http().get(format!("{}/metrics", bank.admin)).send().await.unwrap().text().await.unwrap();
    let figure = |name: &str| {
        let line = figures.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("no {name}")).parse().unwrap()
    };
    Look {
        at_s: began.elapsed().as_secs_f64(),
        resident_kib,
        in_doubt_s: figure("bank_in_doubt_oldest_seconds"),
        queued: figure("bank_queue_depth"),
    }
}

/// The slope of the line that fits best, in KiB a minute, and the mean.
fn growth_a_minute(looks: &[Look]) -> (f64, f64) {
    let count = f64::from(u32::try_from(looks.len()).unwrap());
    let mean = |of: fn(&Look) -> f64| looks.iter().map(of).sum::<f64>() / count;
    let (at, resident) = (mean(|look| look.at_s), mean(|look| look.resident_kib));
    let (mut both, mut square) = (0.0, 0.0);
    for look in looks {
        both += (look.at_s - at) * (look.resident_kib - resident);
        square += (look.at_s - at).powi(2);
    }
    (both / square * 60.0, resident)
}
