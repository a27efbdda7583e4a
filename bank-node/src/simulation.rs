//! A seeded simulator: whole consortia of banks on the real core and the real turn, in virtual time, with everything
//! going wrong that can, and every invariant checked after every store.
//!
//! One seed is one schedule: the same seed gives the same events, to the last. Never here: a clock, the operating
//! system's chance, threads, or a rule of the protocol (it runs the one that banks run).

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::protocol::invariants::Violation;
use crate::protocol::settings::{Guard, Guards};

pub mod chance;

pub mod plan;

mod world;

mod event;

mod lives;

mod turns;

mod lines;

mod restores;

mod liar;

mod beside_liar;

mod looks;

mod one_order;

mod operator;

mod recovered;

mod members;

mod node;

mod told;

mod customers;

mod opening;

mod orders;

mod counter;

mod ending;

mod rest;

pub mod tally;

mod spelling;

use chance::Chance;
use plan::Plan;
use tally::Tally;
use world::World;

/// Of a thousand schedules, those in which a bank's ledger is replaced by a backup.
const RESTORES: u64 = 250;

/// Of a thousand schedules, those in which the consortium changes.
const CHANGES: u64 = 250;

/// Of a thousand schedules, those in which everybody wants the same accounts' money at once.
const CROWDS: u64 = 200;

/// Of a thousand schedules, those in which customers look at accounts and want to see all that had been told committed.
const LOOKS: u64 = 400;

/// Of a thousand schedules, those in which one bank lies.
const LIARS: u64 = 150;

/// How a schedule is run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The guard that is switched off, to see that it is missed.
    pub without: Option<Guard>,
    /// Whether plans lean towards what that guard guards against.
    pub leaning: bool,
    /// Whether only harm counts (money, double payment, false answers, doubt), not the books' own bookkeeping and not
    /// what banks said: to see that what a guard prevents would happen.
    pub harm_only: bool,
    /// Whether a bank's books are put back from a backup by hand, so that it does not know it. Nothing can be whole then,
    /// and one thing only is held: banks whose books were not put back do not contradict each other about an attempt that
    /// the backup had not seen (I1).
    pub restores: bool,
    /// Whether every event is written down.
    pub traced: bool,
}

/// How one schedule went.
#[derive(Clone, Debug)]
pub struct Report {
    /// Which.
    pub seed: u64,
    /// What happened, counted.
    pub tally: Tally,
    /// All its events in one number: the same for the same seed.
    pub hash: u64,
    /// What does not hold.
    pub violation: Option<Violation>,
    /// Every event, if that was asked for.
    pub trace: Vec<String>,
}

/// Runs the schedule of `seed`.
#[must_use]
pub fn run(seed: u64, options: Options) -> Report {
    let mut chance = Chance::new(seed.wrapping_mul(0xd134_2543_de82_ef95) ^ 0x5eed);
    let mut plan = Plan::draw(&mut chance, options.without.filter(|_| options.leaning));
    if options.restores {
        plan.put_back(&mut chance);
    }
    // Restores have a row of chance of their own; of the guards, only those of recovery need them.
    let share = match options.without {
        None => RESTORES,
        Some(guard) if guard.is_of_recovery() => 1_000,
        Some(_) => 0,
    };
    if !options.restores {
        if options.without.is_none() {
            plan.change(&mut Chance::new(seed.wrapping_mul(0xa076_1d64_78bd_642f) ^ 0x3e3), CHANGES);
            plan.crowd(&mut Chance::new(seed.wrapping_mul(0xe703_7ed1_a0b4_28db) ^ 0xc40), CROWDS);
        }
        plan.restore(&mut Chance::new(seed.wrapping_mul(0x9fb2_1c65_1e98_df25) ^ 0xbac), share);
        if options.without.is_none() {
            plan.let_one_lie(&mut Chance::new(seed.wrapping_mul(0xc2b2_ae3d_27d4_eb4f) ^ 0x11a), LIARS);
        }
        let share = match options.without {
            None => LOOKS,
            Some(Guard::FreshLooksAsk) => 1_000,
            Some(_) => 0,
        };
        plan.look(&mut Chance::new(seed.wrapping_mul(0x8cb9_2ba7_2f3d_8dd7) ^ 0x100c), share);
    }
    let guards = options.without.map_or(Guards::all(), Guards::without);
    let mut world = World::new(plan, guards, chance, options);
    if options.traced {
        world.write_down(format!("{:?}", world.plan));
    }
    // The core's own assertions end a process; here they end a schedule.
    let ran = catch_unwind(AssertUnwindSafe(|| {
        world.set_up();
        world.run();
    }));
    if let Err(panic) = ran {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        let what = text.unwrap_or_else(|| "a panic without words".to_owned());
        world.violation = Some(Violation { invariant: "assert", bank: None, what });
    }
    Report {
        seed,
        tally: world.tally,
        hash: world.hash(),
        violation: world.violation,
        trace: world.trace.unwrap_or_default(),
    }
}
