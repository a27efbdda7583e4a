//! Runs seeded schedules of the simulator and counts what happened.
//!
//! `cargo run --release -p bank-node --example simulate -- --schedules 1000000` runs many; `--trace SEED` shows one;
//! `--without N` switches guard N off (`docs/protocol.md`, section 9); `--guards` tries each guard in turn.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use bank_node::protocol::settings::Guard;
use bank_node::simulation::tally::Tally;
use bank_node::simulation::{Options, Report, run};
use clap::Parser;

/// The events before a violation that are shown.
const SHOWN: usize = 60;
/// The seeds that are named of each invariant that does not hold.
const SEEDS_SHOWN: usize = 20;

#[derive(Parser)]
struct Arguments {
    /// How many schedules.
    #[arg(long, default_value_t = 10_000)]
    schedules: u64,
    /// The first seed.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Threads.
    #[arg(long, default_value_t = 2)]
    threads: u64,
    /// The number of a guard to switch off.
    #[arg(long)]
    without: Option<usize>,
    /// Tries every guard in turn, and prints how many schedules it takes to miss it.
    #[arg(long)]
    guards: bool,
    /// Draws schedules in which the missing guard has something to do.
    #[arg(long)]
    leaning: bool,
    /// Counts harm only (money, double payment, false answers, doubt), not the books' own bookkeeping.
    #[arg(long)]
    harm_only: bool,
    /// Puts a bank's books back from a backup by hand, so that it does not know it; then only I1 among the others is held.
    #[arg(long)]
    restores: bool,
    /// Goes on after a violation, and counts them.
    #[arg(long)]
    go_on: bool,
    /// Shows every event of this seed's schedule.
    #[arg(long)]
    trace: Option<u64>,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    // A core that asserts ends its schedule; what it says stands in the report.
    std::panic::set_hook(Box::new(|_| {}));
    let without = match arguments.without {
        None => None,
        Some(number) => {
            let guard = number.checked_sub(1).and_then(|index| Guard::ALL.get(index)).copied();
            Some(guard.ok_or_else(|| anyhow::anyhow!("guards are numbered 1 to {}", Guard::ALL.len()))?)
        }
    };
    let Arguments { leaning, harm_only, restores, .. } = arguments;
    let options = Options { without, leaning, harm_only, restores, traced: false };
    if let Some(seed) = arguments.trace {
        let report = run(seed, Options { traced: true, ..options });
        for line in &report.trace {
            println!("{line}");
        }
        println!("{:#?}", report.tally);
        print_end(&report);
        return Ok(());
    }
    if arguments.guards {
        for guard in Guard::ALL {
            let options = Options { without: Some(guard), ..options };
            let (_, found) = run_many(&arguments, options);
            let first = found.iter().min_by_key(|report| report.seed);
            match first.and_then(|report| report.violation.as_ref().map(|v| (report.seed, v))) {
                Some((seed, violation)) => {
                    let needed = seed - arguments.seed + 1;
                    println!(
                        "| {} {guard:?} | {} | {seed} | {needed} | {violation}",
                        guard as u8, violation.invariant
                    );
                }
                None => println!("| {} {guard:?} | not caught in {} |", guard as u8, arguments.schedules),
            }
        }
        return Ok(());
    }
    let (tally, found) = run_many(&arguments, options);
    for (name, count) in tally.rows() {
        println!("{name:>24} {count}");
    }
    println!("{:>24} {}", "faults injected", tally.faults());
    println!("{:>24} {}", "violations", found.len());
    let mut kinds: BTreeMap<&str, BTreeSet<u64>> = BTreeMap::new();
    for report in &found {
        if let Some(violation) = &report.violation {
            kinds.entry(violation.invariant).or_default().insert(report.seed);
        }
    }
    for (invariant, seeds) in kinds {
        let first: Vec<String> = seeds.iter().take(SEEDS_SHOWN).map(ToString::to_string).collect();
        println!("{invariant}: {}, first seeds {}", seeds.len(), first.join(" "));
    }
    let Some(first) = found.iter().min_by_key(|report| report.seed) else { return Ok(()) };
    let report = run(first.seed, Options { traced: true, ..options });
    let skipped = report.trace.len().saturating_sub(SHOWN);
    println!("... {skipped} events before; --trace {} shows them", first.seed);
    for line in report.trace.iter().skip(skipped) {
        println!("{line}");
    }
    print_end(&report);
    anyhow::bail!("an invariant does not hold")
}

fn print_end(report: &Report) {
    match &report.violation {
        Some(violation) => println!("seed {}: {violation}", report.seed),
        None => println!("seed {}: everything holds; trace hash {:016x}", report.seed, report.hash),
    }
}

/// Runs all schedules, each thread every so many seeds; without `--go-on` until one fails.
fn run_many(arguments: &Arguments, options: Options) -> (Tally, Vec<Report>) {
    let stop = AtomicBool::new(false);
    let done = AtomicU64::new(0);
    let threads = arguments.threads.max(1);
    let parts = std::thread::scope(|scope| {
        let handles: Vec<_> = (0..threads)
            .map(|part| {
                let (stop, done) = (&stop, &done);
                scope.spawn(move || {
                    let mut tally = Tally::default();
                    let mut found = Vec::new();
                    let mut index = part;
                    while index < arguments.schedules && !stop.load(Ordering::Relaxed) {
                        let report = run(arguments.seed + index, options);
                        tally += report.tally;
                        if report.violation.is_some() {
                            found.push(report);
                            if !arguments.go_on {
                                stop.store(true, Ordering::Relaxed);
                            }
                        }
                        index += threads;
                        let count = done.fetch_add(1, Ordering::Relaxed) + 1;
                        if count.is_multiple_of(50_000) {
                            eprintln!("{count} schedules");
                        }
                    }
                    (tally, found)
                })
            })
            .collect();
        handles.into_iter().map(|handle| handle.join().unwrap_or_default()).collect::<Vec<_>>()
    });
    let mut tally = Tally::default();
    let mut found = Vec::new();
    for (part, reports) in parts {
        tally += part;
        found.extend(reports);
    }
    (tally, found)
}
