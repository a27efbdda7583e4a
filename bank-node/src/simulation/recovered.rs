//! What must hold once a restored bank has recovered, held against the books that it lost (I14), and what customers were
//! told that was lost with them.
//!
//! Never here: what holds of all books alike (`ending`).

use std::collections::{BTreeMap, BTreeSet};

use shared::account::AccountNumber;
use shared::ids::{BankId, PackageId};
use shared::package::PackageDigest;

use super::ending::violation;
use super::restores::has_booked;
use super::world::World;
use crate::protocol::attempt::AttemptId;
use crate::protocol::invariants::{Fact, Violation};
use crate::protocol::message::{Line, Portion, Side};
use crate::protocol::portion::split;
use crate::protocol::records::{AttemptState, OrderState, PortionState, Promise};
use crate::protocol::restoration::{AttemptRange, RecoveryReport, Restoration};
use crate::protocol::snapshot::Snapshot;

/// Each side of a leg, with what is booked for it.
type Sides = BTreeMap<(u16, Side), i64>;

impl World {
    /// Once a restored bank has its report: I14.
    pub(super) fn recovered(&mut self, bank: usize) -> Option<Violation> {
        let restored = self.plan.restore.is_some_and(|restore| restore.bank == bank);
        if !restored || self.lost.disks.is_empty() || self.nodes[bank].lacks() {
            return None;
        }
        let disk = self.nodes[bank].disk().clone();
        let (restoration, report) = disk.restorations.last()?;
        let report = report.as_ref()?;
        self.tally.recoveries += 1;
        self.tally.packages_recovered += report.recovered.len() as u64;
        self.tally.recovered_in_part += report.recovered.iter().filter(|one| !one.whole).count() as u64;
        self.tally.lines_suspended +=
            report.recovered.iter().map(|one| one.suspense.len() as u64).sum::<u64>();
        self.tally.left_to_operators += report.undecided.len() as u64;
        let wrong = |what: String| Some(violation("I14", Some(&disk.bank), what));
        if let Some(attempt) = report.contradicted.first() {
            return wrong(format!("attempt {attempt} contradicts the copy, and everybody is honest"));
        }
        let mut gone = BTreeSet::new();
        for lost in std::mem::take(&mut self.lost.disks) {
            match held_against(&disk, &lost, restoration, report) {
                Ok(lost) => gone.extend(lost),
                Err(what) => return wrong(what),
            }
        }
        self.tally.packages_lost += gone.len() as u64;
        for one in &report.recovered {
            let Some(promise) = booked(&disk, &one.attempt) else { continue };
            let Some(wanted) = self.ordered_of(&disk.bank, one.package, one.attempt.clone(), promise) else {
                return wrong(format!("package {} came back, and nobody ordered it", one.package));
            };
            let (wanted, found) = (sides(&wanted.lines), sides(&promise.portion.lines));
            if one.whole != (wanted == found) {
                return wrong(format!("package {} is said to be whole: {}", one.package, one.whole));
            }
            let suspended = promise.portion.lines.iter().filter(|line| line.suspense).count();
            if suspended != one.suspense.len() {
                return wrong(format!("package {} has {suspended} lines in suspense", one.package));
            }
        }
        if !report.undecided.is_empty() {
            self.operator_comes(bank);
        }
        None
    }

    /// What `attempt` does at `bank`, by what was ordered.
    fn ordered_of(
        &self,
        bank: &BankId,
        package: PackageId,
        attempt: AttemptId,
        promise: &Promise,
    ) -> Option<Portion> {
        let body =
            self.customers.bodies.iter().find(|b| b.package == package && b.digest == promise.digest)?;
        split(&body.legs, &attempt.coordinator, promise.portion.customer).remove(bank)
    }

    /// Whether what a customer was told rests on books that are lost, and nobody else could know it.
    pub(super) fn told_by_lost_books(&self, index: usize) -> bool {
        let Some(restore) = self.plan.restore else { return false };
        let (asked, body, fact) = &self.customers.facts[index];
        let disk = self.nodes[restore.bank].disk();
        let package = self.customers.bodies[*body].package;
        match fact {
            // Within the restored bank, or left to its operator.
            Fact::Committed(id) => {
                id.coordinator == disk.bank
                    && disk.attempts.get(id).is_none_or(|attempt| attempt.state == AttemptState::Begun)
                    && self.nodes.iter().all(|node| !has_booked(node.disk(), id))
            }
            // It had closed the package, and was the only one to know.
            Fact::Refused => {
                let kept = disk.orders.get(&package);
                index < self.lost.facts
                    && self.customers.asked[*asked].bank == restore.bank
                    && !kept.is_some_and(|order| matches!(order.state, OrderState::Refused { .. }))
            }
            Fact::Aborted(_) | Fact::IdReused => false,
        }
    }

    /// What stands between a package as it was ordered and as the restored bank has it, by account: its own inner legs that
    /// are lost, and lines in suspense.
    pub(super) fn short_of(&self) -> BTreeMap<AccountNumber, i64> {
        let mut short: BTreeMap<AccountNumber, i64> = BTreeMap::new();
        let Some(restore) = self.plan.restore else { return short };
        let disk = self.nodes[restore.bank].disk();
        for (id, record) in &disk.portions {
            let (PortionState::Committed(promise), Some(package)) = (&record.state, record.package) else {
                continue;
            };
            let Some(wanted) = self.ordered_of(&disk.bank, package, id.clone(), promise) else { continue };
            let booked = promise.portion.lines.iter().filter(|line| !line.suspense);
            let lines = wanted.lines.iter().map(|line| (line, 1)).chain(booked.map(|line| (line, -1)));
            for (line, sign) in lines {
                if let Some(account) = line.account {
                    *short.entry(account).or_default() += sign * signed(line);
                }
            }
        }
        short
    }

    /// Every package that any bank's books have as committed, by its body's place.
    pub(super) fn booked_bodies(&self) -> BTreeSet<usize> {
        let disks = self.nodes.iter().map(|node| node.disk());
        let spent: BTreeSet<(PackageId, PackageDigest)> = disks
            .flat_map(|disk| disk.portions.values())
            .filter_map(|record| match &record.state {
                PortionState::Committed(promise) => Some((record.package?, promise.digest)),
                PortionState::Prepared(_) | PortionState::Aborted { .. } => None,
            })
            .collect();
        let bodies = self.customers.bodies.iter().enumerate();
        bodies
            .filter(|(_, body)| spent.contains(&(body.package, body.digest)))
            .map(|(place, _)| place)
            .collect()
    }
}

/// I14: what `lost` had committed with another bank is committed on `disk`, or left to an operator; what it had aborted is
/// not committed; what it had within itself is lost and named, and comes back.
fn held_against(
    disk: &Snapshot,
    lost: &Snapshot,
    restoration: &Restoration,
    report: &RecoveryReport,
) -> Result<BTreeSet<AttemptId>, String> {
    let mut gone = BTreeSet::new();
    for (id, attempt) in &lost.attempts {
        let now = disk.attempts.get(id).map(|attempt| &attempt.state);
        match (&attempt.state, now) {
            (AttemptState::Begun, _)
            | (AttemptState::Committed { .. }, Some(AttemptState::Committed { .. }))
            | (
                AttemptState::Aborted { .. },
                Some(AttemptState::Aborted { .. } | AttemptState::Begun) | None,
            ) => {}
            (AttemptState::Committed { .. }, Some(AttemptState::Begun)) if report.undecided.contains(id) => {}
            (AttemptState::Committed { .. }, None) if attempt.participants.iter().eq([&disk.bank]) => {
                if !is_unheard(id, restoration, report) {
                    return Err(format!("attempt {id} is lost, and the report does not say so"));
                }
                gone.insert(id.clone());
            }
            (AttemptState::Committed { .. }, _) => {
                return Err(format!("attempt {id} had committed with other banks, and is {now:?}"));
            }
            (AttemptState::Aborted { .. }, Some(AttemptState::Committed { .. })) => {
                return Err(format!("attempt {id} had aborted, and is committed"));
            }
        }
    }
    for (id, record) in lost.portions.iter().filter(|(id, _)| id.coordinator != disk.bank) {
        match record.state {
            PortionState::Committed(_) if !has_booked(disk, id) => {
                return Err(format!("attempt {id} of another bank had been booked, and is not"));
            }
            PortionState::Aborted { .. } if has_booked(disk, id) => {
                return Err(format!("attempt {id} of another bank had been let go, and is booked"));
            }
            PortionState::Prepared(_) | PortionState::Committed(_) | PortionState::Aborted { .. } => {}
        }
    }
    Ok(gone)
}

/// Whether the report says of `id` that nobody has heard of it, or that there may have been more after what was heard of.
fn is_unheard(id: &AttemptId, restoration: &Restoration, report: &RecoveryReport) -> bool {
    let in_copy = id.epoch == restoration.epoch && id.sequence <= restoration.last_sequence;
    let last = report.last_heard.iter().find(|last| last.epoch == id.epoch);
    let between =
        |range: &AttemptRange| range.epoch == id.epoch && (range.first..=range.last).contains(&id.sequence);
    id.epoch >= restoration.epoch
        && !in_copy
        && (last.is_none_or(|last| id.sequence > last.sequence) || report.unheard.iter().any(between))
}

fn booked<'a>(disk: &'a Snapshot, attempt: &AttemptId) -> Option<&'a Promise> {
    match &disk.portions.get(attempt)?.state {
        PortionState::Committed(promise) => Some(promise),
        PortionState::Prepared(_) | PortionState::Aborted { .. } => None,
    }
}

/// What a line in suspense and the rest of it make together.
fn sides(lines: &[Line]) -> Sides {
    let mut sides = Sides::new();
    for line in lines {
        *sides.entry((line.leg, line.side)).or_default() += line.amount.centavos();
    }
    sides
}

const fn signed(line: &Line) -> i64 {
    match line.side {
        Side::Debit => -line.amount.centavos(),
        Side::Credit => line.amount.centavos(),
    }
}
