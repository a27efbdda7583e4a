//! Once faults have ended everything comes to rest: L1, or L2 with a bank that is gone for good.
//!
//! Never here: what must hold of the books then (`ending`).

use std::collections::BTreeSet;

use shared::ids::BankId;

use super::ending::violation;
use super::world::{Event, World};
use crate::protocol::invariants::Violation;
use crate::protocol::records::{AttemptState, OrderState, PortionState};

/// Twice the largest timer, its jitter included: nothing may be in doubt for longer once faults have ended.
const REST_MS: u64 = 75_000;

impl World {
    /// Has everything come to rest? If so, the end; if not in time, L1 or L2 does not hold.
    pub fn watch(&mut self) {
        if self.plan.restored.is_some() {
            // What such books owe to whom is for people; there is nothing to come to rest for.
            self.over = self.now > self.calm_since + 10_000;
            let at = self.now + 1_000;
            return self.at(at, Event::Watch);
        }
        if let Some(liar) = self.plan.liar {
            return self.watch_beside(liar);
        }
        let restless = (0..self.nodes.len()).find_map(|bank| self.unrest(bank)).or_else(|| self.unanswered());
        let restless = restless.or_else(|| self.operator_is_awaited()).or_else(|| self.version_is_awaited());
        let name = if self.plan.gone.is_some() { "L2" } else { "L1" };
        match restless {
            // What is still on its way may yet do harm.
            None if !self.anything_on_its_way() => self.finish(),
            None => {
                let at = self.now + 1_000;
                self.at(at, Event::Watch);
            }
            Some(what) if self.now > self.calm_since + REST_MS => {
                self.wrong(Violation { invariant: name, ..what });
            }
            Some(_) => {
                let at = self.now + 1_000;
                self.at(at, Event::Watch);
            }
        }
    }

    /// What a restored bank's operator has still to decide, if one does.
    fn operator_is_awaited(&self) -> Option<Violation> {
        let restore = self.plan.restore.filter(|restore| restore.operator)?;
        let attempt = self.undecided().into_iter().next()?;
        let what = format!("attempt {attempt} is not decided by its operator");
        Some(violation("L1", Some(&self.nodes[restore.bank].id), what))
    }

    /// What keeps `bank` from rest, as far as it may keep it.
    fn unrest(&self, bank: usize) -> Option<Violation> {
        let node = &self.nodes[bank];
        let gone = self.plan.gone.map(|gone| &self.nodes[gone]);
        if gone.is_some_and(|gone| gone.id == node.id) || !self.consortium.has(bank) {
            return None;
        }
        let wrong = |what: String| Some(violation("L1", Some(&node.id), what));
        let Some(turn) = node.turn().filter(|_| node.listens()) else {
            return wrong("it is not up".to_owned());
        };
        if node.has_work() {
            return wrong("it is at work".to_owned());
        }
        if turn.bank().is_restoring() {
            return wrong("it recovers".to_owned());
        }
        let undecided = self.undecided();
        if gone.is_none() && undecided.is_empty() && !turn.bank().is_idle() {
            return wrong("it waits for something".to_owned());
        }
        let disk = node.disk();
        let left_to_gone = |banks: &BTreeSet<BankId>| banks.iter().all(|b| gone.is_some_and(|g| g.id == *b));
        for attempt in disk.attempts.values() {
            if undecided.contains(&attempt.id) {
                continue;
            }
            if attempt.state == AttemptState::Begun || !left_to_gone(&attempt.unacked) {
                return wrong(format!("attempt {} is not confirmed by all", attempt.id));
            }
        }
        for portion in disk.portions.values() {
            let PortionState::Prepared(promise) = &portion.state else { continue };
            if undecided.contains(&portion.attempt) {
                continue;
            }
            // Of a bank that is gone for good, with every living participant prepared: nobody can know.
            let nobody_knows = gone.is_some_and(|gone| {
                gone.runs(&portion.attempt)
                    && self
                        .nodes
                        .iter()
                        .filter(|other| other.id != gone.id && promise.participants.contains(&other.id))
                        .all(|other| {
                            let there = other.disk().portions.get(&portion.attempt).map(|p| &p.state);
                            matches!(there, Some(PortionState::Prepared(_)))
                        })
            });
            if !nobody_knows {
                return wrong(format!("attempt {} is in doubt", portion.attempt));
            }
        }
        let open = disk.orders.values().find(|order| match &order.state {
            OrderState::InProgress { attempt } => {
                !attempt.as_ref().is_some_and(|attempt| undecided.contains(attempt))
            }
            OrderState::Elsewhere { .. }
            | OrderState::Committed { .. }
            | OrderState::Refused { .. }
            | OrderState::Aborted { .. } => false,
        });
        open.and_then(|order| wrong(format!("order {} is in progress", order.package)))
    }

    /// Who asked a bank that has not crashed since was told something.
    fn unanswered(&self) -> Option<Violation> {
        let asked = self.customers.asked.iter().find(|asked| {
            !asked.answered
                && asked.life == Some(self.nodes[asked.bank].life)
                && self.plan.gone != Some(asked.bank)
        })?;
        let package = self.customers.bodies[asked.body].package;
        let what = format!("a customer was never answered about package {package}");
        Some(violation("L1", Some(&self.nodes[asked.bank].id), what))
    }
}
