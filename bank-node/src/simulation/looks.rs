//! Customers' fresh looks at accounts: each asks the coordinators over the same lines as everything else, of banks that crash
//! and pause, and is answered or given up. What was seen is held against one order of everything at the end.
//!
//! Never here: what makes a look fresh (`protocol::fresh`), and the order (`one_order`).

use std::collections::{BTreeMap, BTreeSet};

use shared::account::AccountRef;
use shared::ids::PackageId;

use super::ending::violation;
use super::node::Call;
use super::one_order::{Happened, Looked, circle};
use super::world::{Event, World, note};
use crate::protocol::attempt::AttemptId;
use crate::protocol::fresh::{Judged, by_coordinator, judge, undecided};
use crate::protocol::invariants::Violation;
use crate::protocol::message::Status;
use crate::protocol::output::{OrderAnswer, Ticket};
use crate::protocol::records::{AttemptState, LedgerAccount, OrderState};
use crate::protocol::settings::Guard;

/// How long a look may take.
const LOOK_MS: u64 = 2_000;
/// Between two looks for the end of what has been decided.
const PAUSE_MS: u64 = 10;
/// Rounds of one look, at most: what tells the tickets of two looks apart.
const ROUNDS: u64 = 1_000;

/// A look under way.
pub(super) struct Look {
    bank: usize,
    life: u32,
    account: AccountRef,
    begun: u64,
    /// What was booked on the account when it was looked at last.
    seen: BTreeSet<AttemptId>,
    undecided: BTreeSet<AttemptId>,
    said: BTreeMap<AttemptId, Status>,
    /// The coordinators that have not answered.
    waiting: BTreeSet<usize>,
    /// Decided, and waited for until they end here.
    awaited: BTreeSet<AttemptId>,
    round: u64,
    over: bool,
}

/// What customers ordered, were told and saw, each with its moment.
#[derive(Default)]
pub(super) struct History {
    looks: Vec<Look>,
    looked: Vec<Looked>,
    begun: BTreeMap<PackageId, u64>,
    told: BTreeMap<AttemptId, u64>,
}

impl History {
    /// A package is ordered, perhaps not for the first time.
    pub fn ordered(&mut self, package: PackageId, moment: u64) {
        self.begun.entry(package).or_insert(moment);
    }

    /// An answer leaves for its customer.
    pub fn told(&mut self, answer: &OrderAnswer, moment: u64) {
        if let OrderAnswer::Standing(view) = answer
            && let OrderState::Committed { attempt, .. } = &view.order.state
        {
            self.told.entry(attempt.clone()).or_insert(moment);
        }
    }
}

impl World {
    /// Somebody looks at an account.
    pub(super) fn begin_look(&mut self) {
        let purses = &self.customers.purses;
        if purses.is_empty() {
            return;
        }
        let purse = purses[self.chance.place(self.customers.purses.len())].clone();
        let node = &self.nodes[purse.bank];
        if !node.is_open() {
            return;
        }
        let look = Look {
            bank: purse.bank,
            life: node.life,
            account: purse.reference,
            begun: self.tally.events,
            seen: BTreeSet::new(),
            undecided: BTreeSet::new(),
            said: BTreeMap::new(),
            waiting: BTreeSet::new(),
            awaited: BTreeSet::new(),
            round: 0,
            over: false,
        };
        self.history.looks.push(look);
        let index = self.history.looks.len() - 1;
        self.at(self.now + LOOK_MS, Event::LookOver { look: index });
        self.look_once(index);
    }

    /// The books of one moment, and the questions that follow from them.
    pub(super) fn look_once(&mut self, index: usize) {
        let look = &self.history.looks[index];
        let (bank, round) = (look.bank, look.round + 1);
        let node = &self.nodes[bank];
        if look.over || node.life != look.life {
            return;
        }
        if node.paused_until > self.now {
            let at = node.paused_until;
            return self.at(at, Event::LookAgain { look: index });
        }
        let disk = node.disk();
        let number = look.account.number;
        let booked =
            disk.postings.iter().filter(|posting| posting.account == LedgerAccount::Customer(number));
        let seen = booked.map(|posting| posting.attempt.clone()).collect();
        let undecided = undecided(&node.id, number, disk.portions.values());
        let wait = !look.awaited.is_disjoint(&undecided);
        let asked = by_coordinator(&undecided);
        let look = &mut self.history.looks[index];
        (look.seen, look.undecided, look.round) = (seen, undecided, round);
        look.said.clear();
        look.waiting.clear();
        if wait {
            return self.at(self.now + PAUSE_MS, Event::LookAgain { look: index });
        }
        if !self.guards.hold(Guard::FreshLooksAsk) {
            return self.judge_look(index);
        }
        for (coordinator, attempts) in asked {
            let of = self.place_of(&coordinator);
            self.history.looks[index].waiting.insert(of);
            self.carry(Event::StandingAsked { look: index, round, of, attempts });
        }
        self.judge_look(index);
    }

    /// A question is there: it passes the deciding thread.
    pub(super) fn standing_asked(
        &mut self,
        look: usize,
        round: u64,
        of: usize,
        attempts: BTreeSet<AttemptId>,
    ) {
        let bank = self.history.looks[look].bank;
        if self.cut_lines[bank * self.plan.banks + of] || !self.nodes[of].is_open() {
            return;
        }
        let from = self.nodes[bank].id.clone();
        let ticket = Ticket(look as u64 * ROUNDS + round % ROUNDS);
        self.call(of, Call::Standing { ticket, from, attempts });
    }

    /// Its answer leaves.
    pub(super) fn tell_standing(&mut self, of: usize, ticket: Ticket, statuses: BTreeMap<AttemptId, Status>) {
        let (look, round) = (usize::try_from(ticket.0 / ROUNDS).unwrap_or(usize::MAX), ticket.0 % ROUNDS);
        self.carry(Event::StandingTold { look, round, of, statuses });
    }

    /// Its answer is back.
    pub(super) fn standing_told(
        &mut self,
        index: usize,
        round: u64,
        of: usize,
        statuses: BTreeMap<AttemptId, Status>,
    ) {
        let look = &mut self.history.looks[index];
        let cut = self.cut_lines[of * self.plan.banks + look.bank];
        // Each question is answered on its own connection: an answer to one that came before is none to this.
        if cut || look.round != round || look.life != self.nodes[look.bank].life {
            return;
        }
        if look.waiting.remove(&of) {
            look.said.extend(statuses);
            self.judge_look(index);
        }
    }

    fn judge_look(&mut self, index: usize) {
        let look = &mut self.history.looks[index];
        if look.over || !look.waiting.is_empty() {
            return;
        }
        let judged = if self.guards.hold(Guard::FreshLooksAsk) {
            judge(&look.undecided, &look.said)
        } else {
            Judged::Fresh
        };
        match judged {
            Judged::Fresh => {
                look.over = true;
                let (account, seen) = (look.account.clone(), look.seen.clone());
                note!(self, "look {index} at {account} sees {}", seen.len());
                let (begun, ended) = (self.history.looks[index].begun, self.tally.events);
                self.history.looked.push(Looked { account, begun, ended, seen });
                self.tally.looks_fresh += 1;
            }
            Judged::Unknown(_) => {
                look.over = true;
                self.tally.looks_not_fresh += 1;
            }
            Judged::Again(decided) => {
                look.awaited.clone_from(&decided);
                let bank = look.bank;
                self.tally.looks_again += 1;
                self.call(bank, Call::AskNow(decided));
                self.at(self.now + PAUSE_MS, Event::LookAgain { look: index });
            }
        }
    }

    /// Time is up.
    pub(super) fn look_over(&mut self, index: usize) {
        let look = &mut self.history.looks[index];
        if !look.over {
            look.over = true;
            self.tally.looks_not_fresh += 1;
        }
    }

    /// Whether all that was seen and told fits one order.
    pub(super) fn out_of_order(&self) -> Option<Violation> {
        let attempts = self.nodes.iter().flat_map(|node| node.disk().attempts.values());
        let committed = attempts.filter(|attempt| matches!(attempt.state, AttemptState::Committed { .. }));
        let happened: Vec<Happened> = committed
            .filter_map(|attempt| {
                let same = |body: &&super::customers::Body| {
                    body.package == attempt.package && body.digest == attempt.digest
                };
                let body = self.customers.bodies.iter().find(same)?;
                let ends =
                    body.legs.as_slice().iter().flat_map(|leg| [leg.from().account(), leg.to().account()]);
                Some(Happened {
                    attempt: attempt.id.clone(),
                    accounts: ends.flatten().cloned().collect(),
                    begun: self.history.begun.get(&attempt.package).copied().unwrap_or_default(),
                    told: self.history.told.get(&attempt.id).copied(),
                })
            })
            .collect();
        let circle = circle(&happened, &self.history.looked)?;
        Some(violation("I15", None, format!("no order has {}", circle.join(" before "))))
    }
}
