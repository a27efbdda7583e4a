//! The world of one schedule: virtual time, banks, the lines between them, and everything that goes wrong.
//!
//! One event at a time, in order of time and then of scheduling; every choice from the one row of chance. Never here:
//! what customers want (`customers`), and what must hold at the end (`ending`).

use std::collections::BTreeMap;

use shared::ids::BankId;

pub(super) use super::event::{Event, Packet};

use super::Options;
use super::chance::Chance;
use super::customers::Customers;
use super::looks::History;
use super::members::{Consortium, first_settings};
use super::node::{Call, Node};
use super::plan::Plan;
use super::restores::Lost;
use super::tally::Tally;
use crate::protocol::invariants::{Violation, Words};
use crate::protocol::settings::Guards;
use crate::protocol::snapshot::Snapshot;

/// A schedule takes some hundred events; one that takes so many is a storm of messages that feeds itself.
const EVENTS_MAX: u64 = 50_000;

/// One schedule as it runs.
pub(super) struct World {
    pub plan: Plan,
    pub guards: Guards,
    pub chance: Chance,
    pub now: u64,
    queue: BTreeMap<(u64, u64), Event>,
    scheduled: u64,
    pub nodes: Vec<Node>,
    /// Which lines are cut, by sender and receiver.
    pub cut_lines: Vec<bool>,
    /// Batches sent.
    pub requests: u64,
    pub words: Words,
    pub customers: Customers,
    pub consortium: Consortium,
    /// Whether the books' own bookkeeping and what banks said are left aside.
    pub harm_only: bool,
    /// A copy of a disk, to be put back or put back already.
    pub backup: Option<Snapshot>,
    /// What restored books have lost, and what operators said of it.
    pub lost: Lost,
    /// What customers ordered, were told and saw.
    pub history: History,
    /// Faults have ended.
    pub calm: bool,
    pub calm_since: u64,
    pub over: bool,
    pub tally: Tally,
    pub violation: Option<Violation>,
    pub trace: Option<Vec<String>>,
    hash: u64,
}

/// Writes down what happens, if anyone wants to read it.
macro_rules! note {
    ($world:expr, $($text:tt)*) => {
        if $world.trace.is_some() {
            let line = format!($($text)*);
            $world.write_down(line);
        }
    };
}
pub(super) use note;

impl World {
    pub fn new(plan: Plan, guards: Guards, chance: Chance, options: Options) -> Self {
        const NAMES: [&str; 5] = ["aurora", "boreal", "cruzeiro", "delta", "estrela"];
        let ids: Vec<BankId> = NAMES[..plan.banks].iter().filter_map(|name| name.parse().ok()).collect();
        let nodes = ids.iter().enumerate().map(|(place, id)| {
            let mut settings = first_settings(&plan, place, &ids);
            settings.guards = guards;
            // Its operators put back what they have, be it nothing.
            settings.accept_lost_books = true;
            if let Some(cap) = plan.exposure_cap {
                settings.others.values_mut().for_each(|slot| *slot = cap);
            }
            Node::new(id.clone(), settings)
        });
        let nodes: Vec<Node> = nodes.collect();
        Self {
            cut_lines: vec![false; plan.banks * plan.banks],
            customers: Customers::default(),
            consortium: Consortium::of(&plan),
            plan,
            guards,
            chance,
            now: 0,
            queue: BTreeMap::new(),
            scheduled: 0,
            nodes,
            requests: 0,
            words: Words::default(),
            calm: false,
            calm_since: 0,
            over: false,
            tally: Tally::default(),
            violation: None,
            trace: options.traced.then(Vec::new),
            harm_only: options.harm_only,
            backup: None,
            lost: Lost::default(),
            history: History::default(),
            hash: 0xcbf2_9ce4_8422_2325,
        }
    }

    /// What happened, in one number: the same for the same seed.
    pub const fn hash(&self) -> u64 {
        self.hash
    }

    pub fn write_down(&mut self, line: String) {
        let now = self.now;
        if let Some(trace) = &mut self.trace {
            trace.push(format!("{now:>7} {line}"));
        }
    }

    /// Notes what does not hold; the schedule ends.
    pub fn wrong(&mut self, violation: Violation) {
        note!(self, "VIOLATION {violation}");
        if self.violation.is_none() {
            self.violation = Some(violation);
        }
        self.over = true;
    }

    pub fn at(&mut self, time: u64, event: Event) {
        self.scheduled += 1;
        self.queue.insert((time.max(self.now), self.scheduled), event);
    }

    pub fn place_of(&self, bank: &BankId) -> usize {
        self.nodes.iter().position(|node| node.id == *bank).unwrap_or_default()
    }

    /// Whether a batch is under way.
    pub fn anything_on_its_way(&self) -> bool {
        self.queue.values().any(|event| matches!(event, Event::Arrive(_)))
    }

    /// Runs to the end, or to the first thing that does not hold.
    pub fn run(&mut self) {
        while !self.over
            && let Some(((time, number), event)) = self.queue.pop_first()
        {
            self.now = time;
            self.tally.events += 1;
            self.mix(time ^ number.rotate_left(32));
            self.happen(event);
            if self.tally.events > EVENTS_MAX && self.plan.liar.is_some() {
                // A liar that dies of its own lies, life after life, keeps the others answering; nobody can stop it.
                return;
            }
            if self.tally.events > EVENTS_MAX {
                let what = format!("{EVENTS_MAX} events and no rest: banks keep each other busy");
                self.wrong(Violation { invariant: "L3", bank: None, what });
            }
        }
    }

    pub const fn mix(&mut self, bits: u64) {
        self.hash = (self.hash ^ bits).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(5);
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Arrive(packet) => self.arrive(*packet),
            Event::Step { bank, life } if self.nodes[bank].life == life => self.turn(bank),
            Event::Sync { bank, life } if self.nodes[bank].life == life => self.sync(bank),
            Event::Wake { bank, life } if self.nodes[bank].life == life => {
                self.nodes[bank].wake_at = None;
                self.schedule_turn(bank);
            }
            Event::Silent { bank, life, request } if self.nodes[bank].life == life => {
                if let Some(peer) = self.nodes[bank].requests.remove(&request) {
                    let peer = self.nodes[peer].id.clone();
                    self.call(bank, Call::Silent(peer));
                }
            }
            Event::Probe { bank, life } if self.nodes[bank].life == life => self.probe(bank),
            Event::Recover { bank, life } if self.nodes[bank].life == life => self.start(bank),
            Event::AskMissed { bank, life, of } if self.nodes[bank].life == life => self.ask_missed(bank, of),
            Event::MissedTold { bank, life, of, round, page } if self.nodes[bank].life == life => {
                self.missed_told(bank, of, round, *page);
            }
            Event::MissedOver { bank, life, of, round } if self.nodes[bank].life == life => {
                self.missed_over(bank, of, round);
            }
            // Of a life that is over.
            Event::Step { .. }
            | Event::Sync { .. }
            | Event::Wake { .. }
            | Event::Silent { .. }
            | Event::Probe { .. }
            | Event::AskMissed { .. }
            | Event::MissedTold { .. }
            | Event::MissedOver { .. }
            | Event::Recover { .. } => {}
            Event::Start { bank } => {
                if self.nodes[bank].is_down() && self.consortium.has(bank) {
                    self.start(bank);
                }
            }
            Event::Crash { bank, back } => {
                if !self.calm && !self.nodes[bank].is_down() {
                    self.tally.crashes_between_turns += 1;
                    self.crash(bank, back);
                }
            }
            Event::Shutdown { bank } => {
                if !self.calm {
                    self.call(bank, Call::Shutdown);
                }
            }
            Event::Backup { bank } => {
                // Before its first life there is nothing to copy.
                if self.nodes[bank].life > 0 {
                    self.backup = Some(self.nodes[bank].disk().clone());
                }
            }
            Event::PutBack { bank } => self.put_back(bank),
            Event::Restore { bank } => self.restore(bank),
            Event::MissedAsked { bank, life, of, round, fence } => {
                self.missed_asked(bank, life, of, round, fence)
            }
            Event::BeginLook => self.begin_look(),
            Event::LookAgain { look } => self.look_once(look),
            Event::LookOver { look } => self.look_over(look),
            Event::StandingAsked { look, round, of, attempts } => {
                self.standing_asked(look, round, of, attempts)
            }
            Event::StandingTold { look, round, of, statuses } => {
                self.standing_told(look, round, of, statuses)
            }
            Event::Operator { bank } => self.operator_decides(bank),
            Event::Pause { bank, ms } => {
                if !self.calm {
                    self.tally.pauses += 1;
                    note!(self, "{} pauses for {ms} ms", self.nodes[bank].id);
                    self.nodes[bank].paused_until = self.now + ms;
                }
            }
            Event::Jump { bank, ms } => {
                self.tally.clock_jumps += 1;
                note!(self, "{}'s wall clock jumps by {ms} ms", self.nodes[bank].id);
                self.nodes[bank].skew_ms += ms;
            }
            Event::Line { from, to, cut } => {
                self.tally.cuts += u64::from(cut);
                note!(self, "line {} -> {} cut: {cut}", self.nodes[from].id, self.nodes[to].id);
                let line = from * self.plan.banks + to;
                self.cut_lines[line] = cut && !self.calm;
            }
            Event::NextVersion => self.next_version(),
            Event::Version { bank } => self.bring_version(bank),
            Event::FirstMoney { bank } => self.first_money(bank),
            Event::Settle => self.settle(),
            Event::Act => self.act(),
            Event::Again { asked } => self.ask_again(asked),
            Event::Calm => self.become_calm(),
            Event::Watch => self.watch(),
        }
    }

    /// Faults end: lines are mended, pauses end, and every bank that is not gone for good is started.
    fn become_calm(&mut self) {
        note!(self, "-- faults end --");
        self.calm = true;
        self.calm_since = self.now;
        self.cut_lines.iter_mut().for_each(|line| *line = false);
        for bank in 0..self.nodes.len() {
            self.nodes[bank].paused_until = self.now;
            if self.plan.gone == Some(bank) {
                if !self.nodes[bank].is_down() {
                    self.crash(bank, false);
                }
            } else if self.nodes[bank].is_down() && self.consortium.has(bank) {
                if self.nodes[bank].life == 0 {
                    // Who joins begins with the file that names it.
                    self.bring_version(bank);
                } else {
                    self.start(bank);
                }
            }
        }
        let at = self.now + 500;
        self.at(at, Event::Watch);
    }
}
