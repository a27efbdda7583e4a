//! One run of a course on one machine: something goes wrong at one call, aurora starts again, the rest of the course is
//! played, power is cut once more at the end; and at every start the books are what was acknowledged.

use std::fmt;

use bank_node::ledger::LedgerFault;
use bank_node::ledger::sqlite::OpenFault;
use bank_node::protocol::invariants::{self, Fact, Told};
use bank_node::protocol::records::LedgerAccount;
use bank_node::protocol::snapshot::Snapshot;
use bank_node::simulation::chance::Chance;

use crate::course::{Step, account_named, inputs};
use crate::faults::{Call, Fault, Lie};
use crate::files::Mount;
use crate::machine::Machine;
use crate::names::bank;
use crate::town::Town;
use crate::witness::{Known, Witness};

/// How often aurora may start in one run: a fault, one in the start after it, a disk that stays full, and the end.
const STARTS_MAX: usize = 40;
/// How often the same order is given until it is decided.
const ASKED_MAX: usize = 20;

/// What goes wrong in a run.
#[derive(Clone, Copy, Debug, Default)]
pub struct Plan {
    /// At which call, and what.
    pub fault: Option<(usize, Fault)>,
    /// Whether the disk lies.
    pub lie: Option<Lie>,
    /// What all chance of the run is drawn from.
    pub seed: u64,
    /// Whether the process ends on the fault without closing its ledger, the system stays up, and power goes a little later.
    pub later_cut: bool,
}

/// What a run showed.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    pub calls: Vec<Call>,
    pub starts: usize,
    pub power_cuts: usize,
    pub stores: u64,
    /// What the customers' accounts hold at the end.
    pub held: Vec<(&'static str, i64)>,
}

/// Why a run stopped: the ledger failed and aurora has to start again, or something is wrong.
enum Stop {
    Fell(String),
    Wrong(String),
}

impl From<LedgerFault> for Stop {
    fn from(fault: LedgerFault) -> Self {
        Self::Fell(fault.to_string())
    }
}

impl From<OpenFault> for Stop {
    fn from(fault: OpenFault) -> Self {
        Self::Fell(fault.to_string())
    }
}

struct Run {
    mount: Mount,
    chance: Chance,
    town: Town,
    known: Known,
    outcome: Outcome,
    later_cut: bool,
    /// A second fault was planned.
    struck_again: bool,
    /// What went wrong so far, and what followed.
    happened: Vec<String>,
}

/// Plays `course` on an empty disk, with what `plan` says going wrong.
///
/// # Errors
/// What is wrong: a sentence.
pub fn play(course: &[Step], plan: Plan) -> Result<Outcome, String> {
    let mut run = Run::new(plan);
    match run.play(course) {
        Ok(()) => Ok(run.outcome),
        Err(wrong) => Err(format!("{wrong}\n    after: {}", run.happened.join("; "))),
    }
}

impl Run {
    fn new(plan: Plan) -> Self {
        let mut chance = Chance::new(plan.seed.wrapping_mul(0xd134_2543_de82_ef95) ^ 0xd15c);
        let machine = Machine::new(Chance::new(chance.bits()), plan.lie);
        if let Some((at, fault)) = plan.fault {
            machine.plan(at, fault);
        }
        Self {
            mount: Mount::here(machine),
            chance,
            town: Town::founded(),
            known: Known::nothing(&bank("A")),
            outcome: Outcome::default(),
            later_cut: plan.later_cut,
            struck_again: false,
            happened: Vec::new(),
        }
    }

    fn play(&mut self, course: &[Step]) -> Result<(), String> {
        for step in course {
            while let Err(stop) = self.take(*step) {
                self.happened.push(format!("at {step:?}"));
                self.start_again(stop)?;
            }
        }
        self.end()
    }

    fn take(&mut self, step: Step) -> Result<(), Stop> {
        match step {
            Step::Open => self.open(),
            Step::Close => {
                self.open()?;
                self.town.end(&mut self.chance);
                // What goes wrong while a ledger is closed nobody is told of.
                match self.mount.machine.fired() {
                    Some(fault) => Err(Stop::Fell(fault.to_string())),
                    None => Ok(()),
                }
            }
            Step::Settle(at_aurora, ..) => {
                let mut asked = 0;
                while !self.is_decided(step, at_aurora) {
                    if asked == ASKED_MAX {
                        return Err(Stop::Wrong(format!("{step:?} is never decided")));
                    }
                    asked += 1;
                    self.give(step)?;
                    while self.town.pass_time()? {}
                }
                Ok(())
            }
            Step::SignUp(_) | Step::Consent | Step::LogIn(_) | Step::LogOut(_) | Step::Order(..) => {
                self.give(step)
            }
        }
    }

    fn give(&mut self, step: Step) -> Result<(), Stop> {
        self.open()?;
        for (to_aurora, input) in inputs(step, &self.known.snapshot()) {
            self.town.give(to_aurora, input)?;
        }
        Ok(())
    }

    fn is_decided(&self, step: Step, at_aurora: bool) -> bool {
        use bank_node::protocol::records::OrderState::{Committed, Refused};
        let Step::Settle(_, number, _) = step else { return true };
        let aurora = self.known.snapshot();
        let disk = if at_aurora { &aurora } else { self.town.boreals_disk() };
        let order = disk.orders.get(&crate::names::package(number));
        order.is_some_and(|order| matches!(order.state, Committed { .. } | Refused { .. }))
    }

    fn open(&mut self) -> Result<(), Stop> {
        if self.town.is_open() {
            return Ok(());
        }
        let ledger = Witness::open(&self.mount, &bank("A"), &self.known)?.map_err(Stop::Wrong)?;
        self.outcome.starts += 1;
        self.town.begin(ledger)?;
        Ok(())
    }

    /// Aurora's process has failed: it ends as such processes end, and what follows on the machine follows.
    fn start_again(&mut self, stop: Stop) -> Result<(), String> {
        let why = match stop {
            Stop::Wrong(what) => return Err(what),
            Stop::Fell(why) => why,
        };
        let machine = self.mount.machine.clone();
        let Some(fault) = machine.fired() else {
            return Err(format!("it failed with nothing wrong: {why}"));
        };
        self.happened.push(format!("{fault}: {why}"));
        // A process that ends on a fault may close its ledger, or not.
        let later_cut = std::mem::take(&mut self.later_cut);
        if later_cut || self.chance.permille(500) {
            machine.kill();
            self.happened.push("the ledger is not closed".to_owned());
        }
        self.town.end(&mut self.chance);
        if fault == Fault::PowerCut || (!later_cut && self.chance.permille(300)) {
            self.cut_power();
        }
        machine.is_well();
        machine.forget_fired();
        if fault == Fault::Full && self.chance.permille(500) {
            machine.plan(0, Fault::Full);
        } else if !self.struck_again && (later_cut || self.chance.permille(600)) {
            // While it opens what the first fault left, or builds on it.
            self.struck_again = true;
            let any = *self.chance.pick(&Fault::ALL);
            let is_cut = later_cut || self.chance.permille(500);
            let again = if is_cut { Fault::PowerCut } else { any };
            let after = self.chance.place(200);
            machine.plan(after, again);
            self.happened.push(format!("planned after {after} more calls: {again}"));
        }
        if self.outcome.starts >= STARTS_MAX { Err(format!("it never gets up again: {why}")) } else { Ok(()) }
    }

    /// The rest of the day, with nothing going wrong; then power is cut once more, and everything is held against everything.
    fn end(&mut self) -> Result<(), String> {
        self.mount.machine.plan_nothing();
        self.outcome.calls = self.mount.machine.calls();
        let told = |stop| match stop {
            Stop::Wrong(what) | Stop::Fell(what) => what,
        };
        self.open().map_err(told)?;
        while self.town.pass_time().map_err(|fault| fault.to_string())? {}
        if self.chance.permille(500) {
            self.mount.machine.kill();
        }
        self.town.end(&mut self.chance);
        self.cut_power();
        self.open().map_err(told)?;
        while self.town.pass_time().map_err(|fault| fault.to_string())? {}
        if let Some(ledger) = self.town.ledger() {
            ledger.is_sound(&self.mount)?;
        }
        self.outcome.stores = self.known.stores();
        self.outcome.held = self.held();
        self.is_right()
    }

    fn cut_power(&mut self) {
        self.mount.machine.cut_power();
        self.outcome.power_cuts += 1;
        self.happened.push("power was cut".to_owned());
    }

    /// What both banks' books say at rest, and what customers were told of them.
    fn is_right(&self) -> Result<(), String> {
        let aurora = self.known.snapshot();
        let disks: [&Snapshot; 2] = [&aurora, self.town.boreals_disk()];
        let found = disks.iter().flat_map(|disk| invariants::of_bank(disk)).chain(invariants::across(&disks));
        let untrue = self.town.heard.iter().filter_map(|heard| {
            let (bank, package, digest, fact) = (&heard.bank, heard.package, heard.digest, &heard.fact);
            let told = Told { bank, package, digest, fact, ordered_otherwise: false };
            // An attempt that aborted is forgotten once a later one has begun.
            if matches!(fact, Fact::Aborted(_)) {
                None
            } else {
                invariants::answered_truly(&disks, told, None)
            }
        });
        if let Some(violation) = found.chain(untrue).next() {
            return Err(violation.to_string());
        }
        let adrift = invariants::adrift(&disks);
        if !adrift.is_empty() {
            return Err(format!("money is adrift: {adrift:?}"));
        }
        Ok(())
    }

    /// What the customers' accounts hold, in centavos.
    fn held(&self) -> Vec<(&'static str, i64)> {
        let aurora = self.known.snapshot();
        let held = |name| {
            let account = account_named(name, &aurora);
            let disk = if account.bank == bank("A") { &aurora } else { self.town.boreals_disk() };
            (name, disk.balance(&LedgerAccount::Customer(account.number)).balance)
        };
        ["A1", "A2", "B1"].into_iter().map(held).collect()
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let later = if self.later_cut { ":cut-later" } else { "" };
        match self.fault {
            Some((at, fault)) => write!(f, "{at}:{fault}:{}{later}", self.seed),
            None => write!(f, "none:{}", self.seed),
        }
    }
}
