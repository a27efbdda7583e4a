//! Every call of a course, every fault, seed after seed, on all cores; and one run again by its name.

use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::course::Step;
use crate::faults::{Call, Fault};
use crate::run::{Outcome, Plan, play};

/// A course, and how it goes when nothing goes wrong.
pub struct Story {
    /// By which a run is named.
    pub name: &'static str,
    course: &'static [Step],
    /// The calls when nothing goes wrong.
    pub calls: Vec<Call>,
    /// What the customers' accounts hold then; whatever goes wrong, they end with that.
    held: Vec<(&'static str, i64)>,
}

/// What all runs of a sweep came to.
#[derive(Default)]
pub struct Swept {
    pub runs: usize,
    pub power_cuts: usize,
    pub starts: usize,
    pub stores: u64,
    pub faults: BTreeMap<&'static str, usize>,
    /// What is wrong, each with the plan of its run.
    pub violations: Vec<(Plan, String)>,
}

impl Story {
    /// Plays it once with nothing going wrong.
    pub fn of(name: &'static str, course: &'static [Step]) -> Self {
        let outcome = play(course, Plan::default());
        let outcome = outcome.unwrap_or_else(|wrong| panic!("{name}, nothing going wrong: {wrong}"));
        Self { name, course, calls: outcome.calls, held: outcome.held }
    }

    /// What can go wrong at which call.
    pub fn faults(&self) -> impl Iterator<Item = (usize, Fault)> {
        let at = |(number, call): (usize, &Call)| {
            let matter = Fault::ALL.into_iter().filter(|fault| fault.matters_at(*call));
            matter.map(move |fault| (number, fault)).collect::<Vec<_>>()
        };
        self.calls.iter().enumerate().flat_map(at)
    }

    /// Runs all of `plans`; stops early once there are enough violations to look at.
    pub fn sweep(&self, plans: &[Plan]) -> Swept {
        const ENOUGH: usize = 8;
        let next = AtomicUsize::new(0);
        let swept = Mutex::new(Swept::default());
        let work = || {
            while let Some(plan) = plans.get(next.fetch_add(1, Ordering::Relaxed)) {
                let outcome = self.run(*plan);
                let mut swept = swept.lock().unwrap_or_else(PoisonError::into_inner);
                swept.take(*plan, outcome);
                if swept.violations.len() >= ENOUGH {
                    break;
                }
            }
        };
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(work);
            }
        });
        swept.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// One run; a bug that ends the process is wrong as well.
    pub fn run(&self, plan: Plan) -> Result<Outcome, String> {
        let ran = catch_unwind(AssertUnwindSafe(|| play(self.course, plan)));
        let outcome = ran.unwrap_or_else(|panic| {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
            Err(format!("it panicked: {}", text.unwrap_or("without words")))
        })?;
        if outcome.held == self.held {
            Ok(outcome)
        } else {
            Err(format!("in the end the accounts hold {:?}, not {:?}", outcome.held, self.held))
        }
    }
}

impl Swept {
    fn take(&mut self, plan: Plan, outcome: Result<Outcome, String>) {
        self.runs += 1;
        if let Some((_, fault)) = plan.fault {
            *self.faults.entry(fault.name()).or_default() += 1;
        }
        match outcome {
            Ok(outcome) => {
                self.power_cuts += outcome.power_cuts;
                self.starts += outcome.starts;
                self.stores += outcome.stores;
            }
            Err(wrong) => self.violations.push((plan, wrong)),
        }
    }

    /// Fails with every violation found, and how each is run again.
    #[track_caller]
    pub fn is_clean(&self, story: &Story) {
        let named: Vec<String> = self
            .violations
            .iter()
            .map(|(plan, wrong)| {
                format!(
                    "{wrong}\n    POWER={}:{plan} cargo test -p bank-node --test power -- one_run_again --nocapture",
                    story.name
                )
            })
            .collect();
        assert!(named.is_empty(), "{}", named.join("\n"));
    }
}

impl fmt::Display for Swept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { runs, power_cuts, starts, stores, faults, violations } = self;
        write!(
            f,
            "{runs} runs {faults:?}, {power_cuts} power cuts, {starts} starts, {stores} stores acknowledged, \
             {} violations",
            violations.len()
        )
    }
}

/// The plan that a run was named by: `417:cut:9`, `417:fails:9:cut-later`, or `none:9`.
pub fn plan_named(name: &str) -> Option<Plan> {
    let parts: Vec<&str> = name.split(':').collect();
    match parts.as_slice() {
        ["none", seed] => Some(Plan { seed: seed.parse().ok()?, ..Plan::default() }),
        [at, fault, seed, later @ ..] => {
            let fault = Fault::ALL.into_iter().find(|known| known.name() == *fault)?;
            let fault = Some((at.parse().ok()?, fault));
            Some(Plan { fault, seed: seed.parse().ok()?, later_cut: later == ["cut-later"], lie: None })
        }
        _ => None,
    }
}
