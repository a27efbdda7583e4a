//! What must hold: after every store by the books, and once faults have ended by everything that customers were told.
//!
//! The invariants are the protocol's own functions. Here stand the caps and limits, and the count of money that customers
//! make themselves.

use std::collections::{BTreeMap, BTreeSet};

use shared::ids::{BankId, ConsentId, PackageId};
use shared::limits::BALANCE_MAX;
use shared::package::End;

use super::customers::{Asked, OPENING, customer_id};
use super::world::{World, note};
use crate::protocol::attempt::AttemptId;
use crate::protocol::invariants::{self, Fact, Told, Violation};
use crate::protocol::output::{Input, Ticket};
use crate::protocol::records::{AttemptState, LedgerAccount, PackageState, PortionState};
use crate::protocol::snapshot::Snapshot;

pub(super) fn violation(invariant: &'static str, bank: Option<&BankId>, what: String) -> Violation {
    Violation { invariant, bank: bank.cloned(), what }
}

/// How much stands in which state on a disk: while it stays the same, what holds across banks does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Standing {
    prepared: usize,
    booked: usize,
    let_go: usize,
    commits: usize,
    aborts: usize,
    closed: usize,
    postings: usize,
}

impl Standing {
    fn of(disk: &Snapshot) -> Self {
        let mut standing = Self { postings: disk.postings.len(), ..Self::default() };
        for portion in disk.portions.values() {
            match portion.state {
                PortionState::Prepared(_) => standing.prepared += 1,
                PortionState::Committed(_) => standing.booked += 1,
                PortionState::Aborted { .. } => standing.let_go += 1,
            }
        }
        for attempt in disk.attempts.values() {
            match attempt.state {
                AttemptState::Begun => {}
                AttemptState::Committed { .. } => standing.commits += 1,
                AttemptState::Aborted { .. } => standing.aborts += 1,
            }
        }
        let closed =
            disk.packages.values().filter(|package| matches!(package.state, PackageState::Closed(_)));
        standing.closed = closed.count();
        standing
    }
}

impl World {
    /// Everything that the books must hold to after `bank` has stored.
    pub fn examine(&mut self, bank: usize) -> Option<Violation> {
        if self.plan.restored.is_some() {
            return self.contradiction();
        }
        if let Some(liar) = self.plan.liar {
            return self.examine_beside(liar, bank);
        }
        let node = &self.nodes[bank];
        let disk = node.disk();
        let booked = disk.postings.len() != node.checked_postings;
        let mut found = invariants::of_records(disk);
        if booked {
            found.extend(invariants::of_chain(disk, node.checked_postings));
            found.extend(invariants::of_postings(disk));
        }
        // What came back was not asked whether it keeps within a cap.
        if self.plan.restore.is_none_or(|restore| restore.bank != bank) {
            found.extend(self.limits(bank));
        }
        if self.harm_only {
            found.clear();
        }
        let count = disk.postings.len();
        let standing = Standing::of(disk);
        if standing != node.standing {
            // A backup that lacks something is held against nobody.
            let whole = self.nodes.iter().filter(|node| !node.lacks());
            let disks: Vec<&Snapshot> = whole.map(|node| node.disk()).collect();
            let undecided = self.undecided();
            // What waits for an operator is not what it will be.
            let waits = |found: &Violation| {
                let mut words = found.what.split([' ', ',']);
                words.any(|word| undecided.iter().any(|id| id.to_string() == word))
            };
            found.extend(invariants::across(&disks).into_iter().filter(|found| !waits(found)));
            if booked && disks.len() == self.nodes.len() {
                found.extend(conservation(&disks, &undecided));
            }
        }
        self.nodes[bank].checked_postings = count;
        self.nodes[bank].standing = standing;
        found.extend(self.recovered(bank));
        found.extend(self.turned_away(bank));
        // An opening balance near the largest was never a package.
        found.into_iter().find(|violation| !violation.what.contains(OPENING))
    }

    /// I1 between banks whose books were not put back, about attempts that the backup had not seen.
    fn contradiction(&self) -> Option<Violation> {
        let (place, backup) = (self.plan.restored?, self.backup.as_ref()?);
        let others = self.nodes.iter().enumerate().filter(|(other, _)| *other != place);
        let disks: Vec<&Snapshot> = others.map(|(_, node)| node.disk()).collect();
        let restored = &self.nodes[place].id;
        let lost = |id: &&AttemptId| id.coordinator == *restored && !backup.attempts.contains_key(*id);
        let attempts: BTreeSet<&AttemptId> =
            disks.iter().flat_map(|disk| disk.portions.keys()).filter(lost).collect();
        let state =
            |disk: &Snapshot, id: &AttemptId| match disk.portions.get(id).map(|portion| &portion.state) {
                Some(PortionState::Committed(_)) => (true, false),
                Some(PortionState::Aborted { .. }) => (false, true),
                Some(PortionState::Prepared(_)) | None => (false, false),
            };
        let both = attempts.into_iter().find(|id| {
            let states: Vec<(bool, bool)> = disks.iter().map(|disk| state(disk, id)).collect();
            states.iter().any(|state| state.0) && states.iter().any(|state| state.1)
        })?;
        Some(violation("I1", None, format!("attempt {both} is committed at one bank and aborted at another")))
    }

    /// What other banks owe `bank` stays below the cap, and no consent is drawn beyond its limits.
    pub(super) fn limits(&self, bank: usize) -> Option<Violation> {
        let node = &self.nodes[bank];
        let disk = node.disk();
        for (peer, cap) in &node.settings.others {
            let due_from = disk.balance(&LedgerAccount::DueFrom(peer.clone()));
            let due_to = disk.balance(&LedgerAccount::DueTo(peer.clone()));
            let exposed = due_from.held - due_from.balance - due_to.balance;
            if exposed > *cap && due_from.held > 0 {
                let what = format!("{peer} may owe {cap} and would owe {exposed}");
                return Some(violation("I7", Some(&node.id), what));
            }
        }
        let mut days: BTreeMap<(ConsentId, i32), i64> = BTreeMap::new();
        for portion in disk.portions.values() {
            let (PortionState::Prepared(promise) | PortionState::Committed(promise)) = &portion.state else {
                continue;
            };
            for draw in &promise.consents {
                let Some(consent) = disk.consents.get(&draw.consent) else { continue };
                let day = days.entry((draw.consent, draw.day)).or_default();
                *day += draw.amount;
                if draw.amount > consent.limit_per_package || *day > consent.limit_per_day {
                    let what = format!("consent {} is drawn beyond its limits", draw.consent);
                    return Some(violation("I7", Some(&node.id), what));
                }
            }
        }
        None
    }

    /// All is at rest: what customers were told, and their own count of the money.
    pub(super) fn finish(&mut self) {
        note!(self, "-- at rest --");
        for bank in 0..self.nodes.len() {
            self.nodes[bank].standing = Standing::default();
            if let Some(violation) = self.examine(bank) {
                return self.wrong(violation);
            }
            if self.harm_only {
                continue;
            }
            let found = invariants::of_bank(self.nodes[bank].disk());
            if let Some(violation) = found.into_iter().find(|found| !found.what.contains(OPENING)) {
                return self.wrong(violation);
            }
        }
        self.look_at_everything();
        if self.violation.is_none()
            && let Some(violation) =
                self.told_true().or_else(|| self.money_moved()).or_else(|| self.out_of_order())
        {
            return self.wrong(violation);
        }
        for node in &self.nodes {
            for attempt in node.disk().attempts.values() {
                match attempt.state {
                    AttemptState::Begun => {}
                    AttemptState::Committed { .. } => self.tally.committed += 1,
                    AttemptState::Aborted { .. } => self.tally.aborted += 1,
                }
            }
        }
        self.over = true;
    }

    /// Each customer asks once more how each order stands.
    fn look_at_everything(&mut self) {
        let mut seen: BTreeSet<(usize, usize, PackageId)> = BTreeSet::new();
        for index in 0..self.customers.asked.len() {
            let Asked { bank, person, body, .. } = self.customers.asked[index];
            let package = self.customers.bodies[body].package;
            if !self.nodes[bank].listens() || !seen.insert((bank, person, package)) {
                continue;
            }
            let customer = customer_id(bank, person);
            let answered = self.customers.asked[index].answered;
            self.look(bank, Input::Look { ticket: Ticket(index as u64 + 1), customer, package });
            self.customers.asked[index].answered = answered;
        }
    }

    /// I9: what customers were told is what happened.
    fn told_true(&self) -> Option<Violation> {
        let disks: Vec<&Snapshot> = self.nodes.iter().map(|node| node.disk()).collect();
        let gone = self.plan.gone.map(|gone| &self.nodes[gone].id);
        self.customers.facts.iter().enumerate().find_map(|(index, (asked, body, fact))| {
            if self.told_by_lost_books(index) {
                return None;
            }
            let asked = &self.customers.asked[*asked];
            let body = &self.customers.bodies[*body];
            let ordered_otherwise = self.customers.asked.iter().any(|other| {
                let there = &self.customers.bodies[other.body];
                there.package == body.package
                    && (there.digest != body.digest
                        || (other.bank == asked.bank && other.person != asked.person))
            });
            let bank = &self.nodes[asked.bank].id;
            let told = Told { bank, package: body.package, digest: body.digest, fact, ordered_otherwise };
            invariants::answered_truly(&disks, told, gone)
        })
    }

    /// I5 by the customers' own count: every account holds what the packages told committed brought it.
    fn money_moved(&self) -> Option<Violation> {
        if !self.undecided().is_empty() {
            // What waits for an operator is booked at some banks perhaps, and not at all.
            return None;
        }
        if self.plan.gone.is_some() {
            // Who ordered at the bank that is gone cannot be told; the books of all were counted before.
            return None;
        }
        let told = self.customers.facts.iter().filter(|(_, _, fact)| matches!(fact, Fact::Committed(_)));
        let told: BTreeSet<usize> = told.map(|(_, body, _)| *body).collect();
        // A restored bank has lost some of what it told, and who ordered there is not told all that came back.
        // So has a bank that left: it is not asked any more.
        let by_books = self.plan.restore.is_some() || self.plan.change.is_some();
        let committed = if by_books { self.booked_bodies() } else { told };
        let short = self.short_of();
        let mut money: BTreeMap<&shared::account::AccountRef, i64> = BTreeMap::new();
        for body in committed {
            for leg in self.customers.bodies[body].legs.as_slice() {
                for (end, sign) in [(leg.from(), -1), (leg.to(), 1)] {
                    if let End::Account(account) = end {
                        *money.entry(account).or_default() += sign * leg.amount().centavos();
                    }
                }
            }
        }
        let (mut lost, mut created) = (0, 0);
        for purse in &self.customers.purses {
            let account = LedgerAccount::Customer(purse.reference.number);
            let there = self.nodes[purse.bank].disk().balance(&account).balance;
            let opening = if there > BALANCE_MAX / 2 { self.opening(purse.bank) } else { 0 };
            let mut wanted = opening + money.get(&purse.reference).copied().unwrap_or_default();
            if self.plan.restore.is_some_and(|restore| restore.bank == purse.bank) {
                wanted -= short.get(&purse.reference.number).copied().unwrap_or_default();
            }
            lost += (wanted - there).max(0);
            created += (there - wanted).max(0);
        }
        (lost != 0 || created != 0).then(|| {
            violation("I5", None, format!("by the customers' count {lost} was lost and {created} created"))
        })
    }

    /// The opening balance near the largest, where there is one.
    fn opening(&self, bank: usize) -> i64 {
        let disk = self.nodes[bank].disk();
        let of_opening = |amount: &i64| *amount > BALANCE_MAX / 2;
        disk.postings.iter().map(|posting| posting.amount).find(of_opening).unwrap_or_default()
    }
}

/// I5 by the books.
fn conservation(disks: &[&Snapshot], undecided: &[AttemptId]) -> Option<Violation> {
    let mut count = invariants::conservation(disks);
    for (_, open) in invariants::adrift(disks).into_iter().filter(|(id, _)| undecided.contains(id)) {
        // The other part waits for an operator.
        count.in_transit += open;
        if open > 0 {
            count.lost -= open;
        } else {
            count.created += open;
        }
    }
    (!count.holds()).then(|| violation("I5", None, format!("{count:?}")))
}
