//! The consortium changes while packages fly: a bank joins, one settles and leaves, or addresses and keys change. Each bank
//! takes a version at a moment of its own; the next is written once all have this one.
//!
//! Never here: what a bank does about a version, which is the core's.

use std::collections::{BTreeMap, BTreeSet};

use shared::account::AccountStatus;
use shared::ids::BankId;
use shared::package::{End, Legs};
use shared::refusal::RefusalCode;

use super::customers::TRIES_MAX;
use super::ending::violation;
use super::node::Call;
use super::orders::leg;
use super::plan::{Change, Plan};
use super::world::{Event, World, note};
use crate::protocol::invariants::Violation;
use crate::protocol::membership::{Members, between, open_at_start, unasked_at_start};
use crate::protocol::message::Vote;
use crate::protocol::records::{AttemptState, PortionState};
use crate::protocol::settings::Settings;
use crate::protocol::snapshot::Snapshot;

/// Between two looks of those who settle with a bank that leaves.
const SETTLE_MS: u64 = 1_500;
/// An attempt collects votes for T_vote at most.
const ATTEMPT_MS: u64 = 2_000;
/// Before a version that was not taken is brought again.
const AGAIN_MS: u64 = 1_000;

/// The newest version of the consortium file.
pub(super) struct Consortium {
    pub version: u64,
    banks: BTreeSet<usize>,
    leaving: BTreeMap<usize, u64>,
    /// A bank that leaves cannot be settled with.
    stays: bool,
    /// Since when every bank is known to have it.
    taken_at: Option<u64>,
    /// A bank that everybody has let go of, and that has been stopped.
    left: Option<usize>,
}

impl Consortium {
    pub fn of(plan: &Plan) -> Self {
        let joins = plan.change.is_some_and(|change| change.what == Change::Joins);
        let banks = if joins { plan.banks - 1 } else { plan.banks };
        Self {
            version: 1,
            banks: (0..banks).collect(),
            leaving: BTreeMap::new(),
            stays: false,
            taken_at: None,
            left: None,
        }
    }

    /// Whether `bank` runs: it has joined, and not left.
    pub fn has(&self, bank: usize) -> bool {
        self.left != Some(bank) && (self.banks.contains(&bank) || self.leaving.contains_key(&bank))
    }
}

impl World {
    pub(super) fn schedule_change(&mut self, busy: u64) {
        if self.plan.change.is_some() {
            let at = self.chance.between(1, busy);
            self.at(at, Event::NextVersion);
        }
    }

    /// Whether nobody has let go of `bank`, nor `bank`, in its file, of one that `copy` does not know to have left: else its
    /// operator finds nobody to ask, or the start refuses.
    pub(super) fn can_be_restored(&self, bank: usize, copy: &Snapshot) -> bool {
        let named = &self.nodes[bank].settings.others;
        let known = copy.peers.values().all(|peer| peer.left || named.contains_key(&peer.bank));
        known && self.consortium.banks.contains(&bank)
    }

    /// The next version is written, and brought to each bank some time later.
    pub(super) fn next_version(&mut self) {
        let Some(change) = self.plan.change else { return };
        if !self.version_is_settled() {
            let at = self.now + AGAIN_MS;
            return self.at(at, Event::NextVersion);
        }
        self.consortium.version += 1;
        self.consortium.taken_at = None;
        let version = self.consortium.version;
        match change.what {
            Change::Joins => {
                self.consortium.banks.insert(self.plan.banks - 1);
            }
            Change::Leaves(bank) if version == 2 => {
                self.consortium.leaving.insert(bank, version);
                let at = self.now + SETTLE_MS;
                self.at(at, Event::Settle);
            }
            Change::Leaves(bank) => {
                self.consortium.banks.remove(&bank);
                let at = self.now + SETTLE_MS;
                self.at(at, Event::Settle);
            }
            Change::Moves(versions) => {
                if version <= versions {
                    let at = self.now + self.chance.between(1, change.spread_ms);
                    self.at(at, Event::NextVersion);
                }
            }
        }
        note!(self, "-- version {version} of the consortium: {:?} --", change.what);
        for bank in self.consortium.banks.clone() {
            let at = self.now + self.chance.between(1, change.spread_ms);
            self.at(at, Event::Version { bank });
        }
    }

    /// Whether every bank has the newest version.
    pub(super) fn all_have_version(&self) -> bool {
        let has = |bank: &usize| self.nodes[*bank].settings.consortium == self.consortium.version;
        self.consortium.banks.iter().all(has)
    }

    /// Whether every bank has it, and no attempt of the version before collects votes any more.
    fn version_is_settled(&mut self) -> bool {
        if !self.all_have_version() {
            return false;
        }
        let since = *self.consortium.taken_at.get_or_insert(self.now);
        self.consortium.version == 1 || self.now >= since + ATTEMPT_MS
    }

    /// What the newest version says to `bank`.
    fn members_for(&self, bank: usize) -> Members {
        let id = |place: usize| self.nodes[place].id.clone();
        let cap = self.plan.exposure_cap.unwrap_or(shared::limits::EXPOSURE_CAP_DEFAULT);
        let others = self.consortium.banks.iter().filter(|other| **other != bank);
        let leaving =
            self.consortium.leaving.iter().filter(|(place, _)| self.consortium.banks.contains(place));
        Members {
            version: self.consortium.version,
            others: others.map(|other| (id(*other), cap)).collect(),
            leaving: leaving.map(|(place, since)| (id(*place), *since)).collect(),
        }
    }

    /// `bank`'s operator brings it the newest version: to the process, or for its next start.
    pub(super) fn bring_version(&mut self, bank: usize) {
        if self.nodes[bank].settings.consortium >= self.consortium.version {
            return;
        }
        let members = self.members_for(bank);
        let at = self.now + AGAIN_MS;
        self.at(at, Event::Version { bank });
        let joins = self.nodes[bank].life == 0;
        if joins {
            self.nodes[bank].has_taken(members);
            self.tally.joins += 1;
            self.start(bank);
            let at = self.now + 200;
            self.at(at, Event::FirstMoney { bank });
        } else if self.nodes[bank].is_down() {
            let node = &self.nodes[bank];
            let disk = node.disk();
            let open = node.left_over().is_none_or(|left| {
                !unasked_at_start(&left, &members.others).is_empty()
                    || !open_at_start(&left, &node.id, &members.others, |account| disk.balance(account))
                        .is_empty()
            });
            if !open {
                self.nodes[bank].has_taken(members);
                self.tally.versions_taken += 1;
            }
        } else {
            self.call(bank, Call::Members(members));
        }
    }

    pub(super) fn first_money(&mut self, bank: usize) {
        if self.nodes[bank].is_open() {
            self.pay_in_first(bank);
        } else if !self.calm {
            let at = self.now + AGAIN_MS;
            self.at(at, Event::FirstMoney { bank });
        }
    }

    /// What a leaving bank and the others owe each other is paid at a counter; once that is nothing, the next version does
    /// without it, and once all have that it is stopped.
    pub(super) fn settle(&mut self) {
        let Some(Change::Leaves(leaver)) = self.plan.change.map(|change| change.what) else { return };
        let again = self.now + SETTLE_MS;
        let goes = !self.consortium.banks.contains(&leaver);
        if !goes && !self.version_is_settled() {
            return self.at(again, Event::Settle);
        }
        if goes && self.all_have_version() {
            self.tally.leaves += 1;
            self.consortium.left = Some(leaver);
            return self.crash(leaver, true);
        }
        // Who has not let go of it yet may have been paid by an attempt that nobody saw in time.
        let knows = |bank: &usize| self.nodes[*bank].settings.others.contains_key(&self.nodes[leaver].id);
        let others: Vec<usize> = self.consortium.banks.iter().copied().filter(knows).collect();
        let owed = |world: &Self, at: usize, to: usize| -> i64 {
            let disk = world.nodes[at].disk();
            between(&world.nodes[to].id).iter().map(|account| disk.balance(account).balance).sum()
        };
        let mut settled = true;
        for other in others {
            let (here, there) = (owed(self, other, leaver), owed(self, leaver, other));
            settled &= (here, there) == (0, 0);
            // What is in transit is waited for. Who owes is paid to: cash at the counter of the one that is owed nothing.
            if here != 0 && here == -there {
                let (counter, payee) = if here > 0 { (leaver, other) } else { (other, leaver) };
                self.settle_by_cash(counter, payee, here.abs());
            }
        }
        // What waits for an operator keeps others in doubt, who do not let go before that has ended.
        let idle = self.undecided().is_empty()
            && self.nodes[leaver].is_open()
            && self.nodes[leaver].turn().is_some_and(|turn| turn.bank().is_idle());
        if settled && idle && !goes {
            self.next_version();
        } else {
            self.at(again, Event::Settle);
        }
    }

    fn settle_by_cash(&mut self, counter: usize, payee: usize, amount: i64) {
        let disk = self.nodes[payee].disk();
        let open = |number| disk.accounts.get(number).is_some_and(|a| a.status == AccountStatus::Open);
        let purses = self.customers.purses.iter().filter(|purse| purse.bank == payee);
        let Some(account) =
            purses.map(|purse| &purse.reference).find(|account| open(&account.number)).cloned()
        else {
            // Nobody is left there to be paid: the position stays, and the bank in the file.
            self.consortium.stays = true;
            return;
        };
        let Some(Ok(legs)) = leg(End::Cash, End::Account(account), amount).map(|leg| Legs::new(vec![leg]))
        else {
            return;
        };
        self.tally.settling_orders += 1;
        let body = self.new_body(legs);
        self.ask(counter, 0, body, TRIES_MAX);
    }

    /// No package among banks that every version names is turned away for a version.
    pub(super) fn turned_away(&self, bank: usize) -> Option<Violation> {
        let change = self.plan.change?;
        let comes_or_goes = |other: &BankId| match change.what {
            Change::Joins => *other == self.nodes[self.plan.banks - 1].id,
            Change::Leaves(leaver) => *other == self.nodes[leaver].id,
            Change::Moves(_) => false,
        };
        let disk = self.nodes[bank].disk();
        disk.portions.values().find_map(|record| {
            // A vote that is stored and says nothing of the package: its version, or a bank unknown here.
            let PortionState::Aborted { vote: Some(Vote::No { refusals }), .. } = &record.state else {
                return None;
            };
            let turned = refusals.iter().all(|no| no.refusal.code == RefusalCode::Overloaded);
            let package = record.package.filter(|_| turned)?;
            // An attempt that has ended loses nothing by it, nor one whose coordinator has: its next start ends it.
            let there = &self.nodes[self.place_of(&record.attempt.coordinator)];
            let turn = there.turn().filter(|turn| turn.bank().epoch() == record.attempt.epoch)?;
            // One that stands still, or has just gone on, has let T_vote pass and gives it up when it comes to it.
            let due = turn.bank().wake_at().is_some_and(|at| at <= there.now(self.now, 0).mono);
            (there.paused_until <= self.now && !due).then_some(())?;
            there.disk().attempts.get(&record.attempt).filter(|a| a.state == AttemptState::Begun)?;
            let mut bodies = self.customers.bodies.iter().filter(|body| body.package == package);
            let coordinator = &record.attempt.coordinator;
            let stable = !comes_or_goes(coordinator)
                && bodies.all(|body| !body.legs.participants(coordinator).iter().any(comes_or_goes));
            stable.then(|| {
                let what = format!("attempt {} was turned away for a version", record.attempt);
                violation("membership", Some(&disk.bank), what)
            })
        })
    }

    /// Who waits for a version, or for the bank that leaves.
    pub(super) fn version_is_awaited(&self) -> Option<Violation> {
        let change = self.plan.change?;
        let waits = |bank: &&usize| self.nodes[**bank].settings.consortium != self.consortium.version;
        if let Some(bank) = self.consortium.banks.iter().find(waits) {
            let what = format!("it has not taken version {}", self.consortium.version);
            return Some(violation("L1", Some(&self.nodes[*bank].id), what));
        }
        let Change::Leaves(leaver) = change.what else { return None };
        let what = "it has not left".to_owned();
        let awaited = self.consortium.left.is_none() && !self.consortium.stays;
        (awaited && self.undecided().is_empty()).then(|| violation("L1", Some(&self.nodes[leaver].id), what))
    }
}

/// The settings of `place` in the first version that names it.
pub(super) fn first_settings(plan: &Plan, place: usize, ids: &[BankId]) -> Settings {
    let joins = plan.change.is_some_and(|change| change.what == Change::Joins);
    let known = if joins { plan.banks - 1 } else { plan.banks };
    let others = ids[..known].iter().filter(|other| **other != ids[place]).cloned();
    // Who joins has no version yet; it is given the one that names it.
    let version = u64::from(place < known);
    Settings::new(ids[place].clone(), version, others)
}
