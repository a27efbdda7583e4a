//! What must hold: after every store by the books, and once faults have ended by everything that customers were told.
//!
//! The invariants are the protocol's own functions. Here stand the caps and limits, L1 and L2, and the count of money that
//! customers make themselves.

use std::collections::{BTreeMap, BTreeSet};

use shared::ids::{BankId, ConsentId, PackageId};
use shared::limits::BALANCE_MAX;
use shared::package::End;

use super::customers::{Asked, OPENING, customer_id};
use super::world::{Event, World, note};
use crate::protocol::attempt::AttemptId;
use crate::protocol::invariants::{self, Fact, Told, Violation};
use crate::protocol::output::{Input, Ticket};
use crate::protocol::records::{AttemptState, LedgerAccount, OrderState, PackageState, PortionState};
use crate::protocol::snapshot::Snapshot;

/// Twice the largest timer, its jitter included: nothing may be in doubt for longer once faults have ended.
const REST_MS: u64 = 75_000;

fn violation(invariant: &'static str, bank: Option<&BankId>, what: String) -> Violation {
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
        let node = &self.nodes[bank];
        let disk = node.disk();
        let booked = disk.postings.len() != node.checked_postings;
        let mut found = invariants::of_records(disk);
        if booked {
            found.extend(invariants::of_chain(disk, node.checked_postings));
            found.extend(invariants::of_postings(disk));
        }
        found.extend(self.limits(bank));
        if self.harm_only {
            found.clear();
        }
        let count = disk.postings.len();
        let standing = Standing::of(disk);
        if standing != node.standing {
            let disks: Vec<&Snapshot> = self.nodes.iter().map(|node| node.disk()).collect();
            found.extend(invariants::across(&disks));
            if booked {
                found.extend(conservation(&disks));
            }
        }
        self.nodes[bank].checked_postings = count;
        self.nodes[bank].standing = standing;
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
    fn limits(&self, bank: usize) -> Option<Violation> {
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

    /// Has everything come to rest? If so, the end; if not in time, L1 or L2 does not hold.
    pub fn watch(&mut self) {
        if self.plan.restored.is_some() {
            // What such books owe to whom is for people; there is nothing to come to rest for.
            self.over = self.now > self.calm_since + 10_000;
            let at = self.now + 1_000;
            return self.at(at, Event::Watch);
        }
        let restless = (0..self.nodes.len()).find_map(|bank| self.unrest(bank)).or_else(|| self.unanswered());
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

    /// What keeps `bank` from rest, as far as it may keep it.
    fn unrest(&self, bank: usize) -> Option<Violation> {
        let node = &self.nodes[bank];
        let gone = self.plan.gone.map(|gone| &self.nodes[gone]);
        if gone.is_some_and(|gone| gone.id == node.id) {
            return None;
        }
        let wrong = |what: String| Some(violation("L1", Some(&node.id), what));
        let Some(turn) = node.turn().filter(|_| node.listens()) else {
            return wrong("it is not up".to_owned());
        };
        if node.has_work() {
            return wrong("it is at work".to_owned());
        }
        if gone.is_none() && !turn.bank().is_idle() {
            return wrong("it waits for something".to_owned());
        }
        let disk = node.disk();
        let left_to_gone = |banks: &BTreeSet<BankId>| banks.iter().all(|b| gone.is_some_and(|g| g.id == *b));
        for attempt in disk.attempts.values() {
            if attempt.state == AttemptState::Begun || !left_to_gone(&attempt.unacked) {
                return wrong(format!("attempt {} is not confirmed by all", attempt.id));
            }
        }
        for portion in disk.portions.values() {
            let PortionState::Prepared(promise) = &portion.state else { continue };
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
        let open = disk.orders.values().find(|order| matches!(order.state, OrderState::InProgress { .. }));
        open.and_then(|order| wrong(format!("order {} is in progress", order.package)))
    }

    /// All is at rest: what customers were told, and their own count of the money.
    fn finish(&mut self) {
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
            && let Some(violation) = self.told_true().or_else(|| self.money_moved())
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

    /// I9: what customers were told is what happened.
    fn told_true(&self) -> Option<Violation> {
        let disks: Vec<&Snapshot> = self.nodes.iter().map(|node| node.disk()).collect();
        let gone = self.plan.gone.map(|gone| &self.nodes[gone].id);
        self.customers.facts.iter().find_map(|(asked, body, fact)| {
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
        if self.plan.gone.is_some() {
            // Who ordered at the bank that is gone cannot be told; the books of all were counted before.
            return None;
        }
        let told = self.customers.facts.iter().filter(|(_, _, fact)| matches!(fact, Fact::Committed(_)));
        let committed: BTreeSet<usize> = told.map(|(_, body, _)| *body).collect();
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
            let wanted = opening + money.get(&purse.reference).copied().unwrap_or_default();
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
fn conservation(disks: &[&Snapshot]) -> Option<Violation> {
    let count = invariants::conservation(disks);
    (!count.holds()).then(|| violation("I5", None, format!("{count:?}")))
}
