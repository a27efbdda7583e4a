//! What honest banks owe their customers beside one that lies (section 10 of the protocol): their own books whole, no
//! account debited that nobody here ordered or allowed, no cap passed, and one outcome for whatever the liar takes no
//! part in.
//!
//! Never here: the liar's own books, and what it can make of packages that it takes part in.

use std::collections::BTreeSet;

use shared::ids::PackageId;

use super::ending::violation;
use super::world::{Event, World};
use crate::protocol::attempt::AttemptId;
use crate::protocol::invariants::{self, Fact, Violation};
use crate::protocol::message::Side;
use crate::protocol::records::{AttemptState, PackageState, PortionState, Promise};
use crate::protocol::snapshot::Snapshot;

/// Once lies have ended, what the liar takes no part in has come to rest after so long: twice the largest timer, its jitter
/// included.
const REST_MS: u64 = 75_000;

impl World {
    /// Everything that must hold at an honest bank that has just stored.
    pub(super) fn examine_beside(&mut self, liar: usize, bank: usize) -> Option<Violation> {
        if bank == liar {
            return None;
        }
        let node = &self.nodes[bank];
        let disk = node.disk();
        let mut found = invariants::of_records(disk);
        found.extend(invariants::of_chain(disk, node.checked_postings));
        found.extend(invariants::of_postings(disk));
        found.extend(self.limits(bank));
        found.extend(self.debited_unasked(liar, bank));
        let honest: Vec<Snapshot> = self.honest(liar).map(|disk| self.without_liar(liar, disk)).collect();
        let across = invariants::across(&honest.iter().collect::<Vec<_>>());
        // What banks owe each other they book on the liar's word too.
        found.extend(across.into_iter().filter(|found| found.invariant != "I6"));
        self.nodes[bank].checked_postings = self.nodes[bank].disk().postings.len();
        found.into_iter().next()
    }

    fn honest(&self, liar: usize) -> impl Iterator<Item = &Snapshot> {
        self.nodes.iter().enumerate().filter(move |(place, _)| *place != liar).map(|(_, node)| node.disk())
    }

    /// `disk` without what the liar takes part in.
    fn without_liar(&self, liar: usize, disk: &Snapshot) -> Snapshot {
        let liar_id = &self.nodes[liar].id;
        let ours = |id: &AttemptId, promise: Option<&Promise>| {
            id.coordinator != *liar_id
                && promise.is_none_or(|promise| !promise.participants.contains(liar_id))
        };
        let mut disk = disk.clone();
        disk.attempts.retain(|id, attempt| ours(id, None) && !attempt.participants.contains(liar_id));
        let here = disk.bank.clone();
        // A question about an attempt in which a bank has no part leaves a tombstone there that says nothing.
        let takes_part = |id: &AttemptId| {
            let record = self.nodes[self.place_of(&id.coordinator)].disk().attempts.get(id);
            record.is_some_and(|record| record.participants.contains(&here))
        };
        disk.portions.retain(|id, portion| match &portion.state {
            PortionState::Prepared(promise) | PortionState::Committed(promise) => ours(id, Some(promise)),
            PortionState::Aborted { promise, .. } => ours(id, promise.as_ref()) && takes_part(id),
        });
        // Who takes part may close a package for good, by a no or by its own decision.
        disk.packages.retain(|_, record| !matches!(record.state, PackageState::Closed(_)));
        disk
    }

    /// A debit of an account here that no holder ordered here, nor at an honest bank by consent, nor let the liar draw.
    fn debited_unasked(&self, liar: usize, bank: usize) -> Option<Violation> {
        let node = &self.nodes[bank];
        for portion in node.disk().portions.values() {
            let (PortionState::Prepared(promise) | PortionState::Committed(promise)) = &portion.state else {
                continue;
            };
            let debits = promise.portion.lines.iter().filter(|line| line.side == Side::Debit);
            let debits: Vec<_> = debits.filter(|line| line.account.is_some()).collect();
            let coordinator = self.place_of(&portion.attempt.coordinator);
            let allowed = if debits.is_empty() {
                true
            } else if coordinator == liar {
                let debited: i64 = debits.iter().map(|line| line.amount.centavos()).sum();
                let drawn: i64 = promise.consents.iter().map(|draw| draw.amount).sum();
                let given = |draw: &crate::protocol::records::ConsentUse| {
                    node.disk().consents.get(&draw.consent).is_some_and(|consent| {
                        consent.bank == portion.attempt.coordinator
                            && consent.customer == promise.portion.customer
                    })
                };
                drawn == debited && promise.consents.iter().all(given)
            } else {
                portion.package.is_some_and(|package| self.was_ordered(coordinator, package, promise))
            };
            if !allowed {
                let what = format!("attempt {} debits what nobody ordered or allowed", portion.attempt);
                return Some(violation("section 10", Some(&node.id), what));
            }
        }
        None
    }

    fn was_ordered(&self, bank: usize, package: PackageId, promise: &Promise) -> bool {
        self.customers.asked.iter().any(|asked| {
            let body = &self.customers.bodies[asked.body];
            asked.bank == bank && body.package == package && body.digest == promise.digest
        })
    }

    /// Waits until what the liar takes no part in has come to rest; then all that was told of it is held against the books.
    pub(super) fn watch_beside(&mut self, liar: usize) {
        if self.now <= self.calm_since + REST_MS {
            let at = self.now + 1_000;
            return self.at(at, Event::Watch);
        }
        for bank in 0..self.nodes.len() {
            if let Some(violation) = self.examine_beside(liar, bank) {
                return self.wrong(violation);
            }
        }
        if let Some(violation) = self.restless_beside(liar).or_else(|| self.told_falsely_beside(liar)) {
            return self.wrong(violation);
        }
        self.over = true;
    }

    /// L1 for what the liar takes no part in.
    fn restless_beside(&self, liar: usize) -> Option<Violation> {
        for disk in self.honest(liar) {
            let disk = self.without_liar(liar, disk);
            let in_doubt =
                disk.portions.values().find(|portion| matches!(portion.state, PortionState::Prepared(_)));
            let begun = disk.attempts.values().find(|attempt| attempt.state == AttemptState::Begun);
            let id = in_doubt.map(|portion| &portion.attempt).or(begun.map(|attempt| &attempt.id));
            if let Some(id) = id {
                return Some(violation("L1", Some(&disk.bank), format!("attempt {id} has not ended")));
            }
        }
        None
    }

    /// I9 for what the liar takes no part in: who was told of such an attempt was told how it ended.
    fn told_falsely_beside(&self, liar: usize) -> Option<Violation> {
        let disks: Vec<Snapshot> = self.honest(liar).map(|disk| self.without_liar(liar, disk)).collect();
        let ended = |committed: bool| -> BTreeSet<&AttemptId> {
            let portions = disks.iter().flat_map(|disk| disk.portions.values());
            let portions = portions.filter(|portion| match portion.state {
                PortionState::Committed(_) => committed,
                PortionState::Aborted { .. } => !committed,
                PortionState::Prepared(_) => false,
            });
            portions.map(|portion| &portion.attempt).collect()
        };
        let (committed, aborted) = (ended(true), ended(false));
        self.customers.facts.iter().find_map(|(asked, _, fact)| {
            if self.customers.asked[*asked].bank == liar {
                return None;
            }
            let (attempt, otherwise) = match fact {
                Fact::Committed(attempt) => (attempt, aborted.contains(attempt)),
                Fact::Aborted(attempt) => (attempt, committed.contains(attempt)),
                Fact::Refused | Fact::IdReused => return None,
            };
            otherwise.then(|| violation("I9", None, format!("attempt {attempt} did not end as it was told")))
        })
    }
}
