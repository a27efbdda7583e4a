//! The operator of a restored bank, who decides what nobody else can: by what customers were told, and bound by what the
//! others' books prove.
//!
//! Never here: how a bank recovers (`restores`).

use std::collections::BTreeMap;

use super::node::Call;
use super::restores::said_by;
use super::world::{Event, World, note};
use crate::protocol::attempt::AttemptId;
use crate::protocol::invariants::Fact;
use crate::protocol::missed::asking::Lacking;
use crate::protocol::missed::{Finding, Missed, Proof};
use crate::protocol::output::Ticket;
use crate::protocol::records::{AttemptState, OrderState};
use crate::protocol::restoration::DecideAnswer;

/// Between two looks of an operator at what waits for a decision.
const OPERATOR_MS: u64 = 2_000;

impl World {
    /// Attempts of the restored bank that nothing has decided yet and that only its operator can.
    pub(super) fn undecided(&self) -> Vec<AttemptId> {
        let Some(restore) = self.plan.restore else { return Vec::new() };
        let disk = self.nodes[restore.bank].disk();
        if self.nodes[restore.bank].lacks() {
            return Vec::new();
        }
        let lost = |id: &AttemptId| disk.epochs.get(&id.epoch).is_some_and(|life| !life.whole);
        let begun = disk.attempts.values().filter(|attempt| attempt.state == AttemptState::Begun);
        begun.map(|attempt| attempt.id.clone()).filter(lost).collect()
    }

    pub(super) fn operator_comes(&mut self, bank: usize) {
        if self.plan.restore.is_some_and(|restore| restore.operator) {
            let at = self.now + self.chance.between(200, OPERATOR_MS * 3);
            self.at(at, Event::Operator { bank });
        }
    }

    pub(super) fn operator_decides(&mut self, bank: usize) {
        let undecided = self.undecided();
        if undecided.is_empty() {
            return;
        }
        self.at(self.now + OPERATOR_MS, Event::Operator { bank });
        if !self.nodes[bank].is_open() {
            return;
        }
        for attempt in undecided {
            let Some(record) = self.nodes[bank].disk().attempts.get(&attempt) else { continue };
            let own = &self.nodes[bank].id;
            let others: Vec<usize> =
                record.participants.iter().filter(|other| *other != own).map(|o| self.place_of(o)).collect();
            // What a participant's books prove is needed, and what it is storing is soon in them.
            if !others.iter().all(|other| self.nodes[*other].is_open() && !self.nodes[*other].busy) {
                continue;
            }
            let lacking = Lacking { own_since: attempt.mark(), theirs_since: BTreeMap::new(), fence: 0 };
            let said = |other: &usize| {
                let mut told = said_by(&self.nodes[*other], own, &lacking, 0);
                told.findings.retain(|finding| match finding {
                    Finding::Promised(promised) => promised.attempt == attempt,
                    Finding::Refused { attempt: refused } => *refused == attempt,
                    Finding::Coordinated(_) | Finding::Closed { .. } => false,
                });
                (self.nodes[*other].id.clone(), told)
            };
            let missed = Missed { told: others.iter().map(said).collect() };
            let commit = self.operators_word(&attempt);
            self.lost.said.insert(attempt.clone(), commit);
            self.lost.asked.push(attempt.clone());
            let ticket = Ticket(self.lost.asked.len() as u64);
            self.call(bank, Call::Decide { ticket, attempt, commit, missed });
        }
    }

    /// By what was decided before, by what customers were told, by what other banks told theirs; else by chance.
    fn operators_word(&mut self, attempt: &AttemptId) -> bool {
        if let Some(said) = self.lost.said.get(attempt) {
            return *said;
        }
        let package = self.nodes.iter().find_map(|node| node.disk().attempts.get(attempt)).map(|a| a.package);
        let told = self.customers.facts.iter().find_map(|(_, body, fact)| match fact {
            Fact::Committed(id) if id == attempt => Some(true),
            Fact::Aborted(id) if id == attempt => Some(false),
            Fact::Refused => (Some(self.customers.bodies[*body].package) == package).then_some(false),
            Fact::Committed(_) | Fact::Aborted(_) | Fact::IdReused => None,
        });
        let noted =
            self.nodes.iter().flat_map(|node| node.disk().orders.values()).any(
                |order| matches!(&order.state, OrderState::Committed { attempt: id, .. } if id == attempt),
            );
        told.unwrap_or_else(|| noted || self.chance.permille(500))
    }

    pub(super) fn decided(&mut self, ticket: Ticket, answer: &DecideAnswer) {
        let asked =
            usize::try_from(ticket.0).ok().and_then(|number| self.lost.asked.get(number - 1)).cloned();
        let Some(attempt) = asked else { return };
        note!(self, "operator <- {attempt} {answer:?}");
        match answer {
            DecideAnswer::Decided(_) => self.tally.decided_by_operators += 1,
            // Asked again later.
            DecideAnswer::NotUndecided | DecideAnswer::UnderWay => {}
            DecideAnswer::Unbookable => {
                self.lost.said.insert(attempt, false);
            }
            DecideAnswer::Proven(proof) => {
                self.lost.said.insert(attempt, *proof == Proof::Committed);
            }
        }
    }
}
