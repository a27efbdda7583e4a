//! A package that was not ordered in this run, asked for by its id at every bank with a session: whoever ordered it sees
//! all of it there, a holder of an account in it sees that account's legs.

use jiff::Timestamp;
use shared::api::events::BankEvent;
use shared::api::problem::ProblemCode;
use shared::api::replies::{PackageReply, PackageStatus};
use shared::ids::{BankId, PackageId};

use super::{Cx, Seen};
use crate::app::requests::Slot;
use crate::app::wire::{Answer, Call, Reply, Trouble, milliseconds_between};

/// Milliseconds between two questions, while the package's end is not known.
const ASK_AGAIN_MS: i64 = 2_000;

const LOOK_UP: &str = "package";

/// What is known of a package by asking.
#[derive(Debug)]
pub struct LookUp {
    id: PackageId,
    /// By row of the slot.
    asked: Vec<BankId>,
    told: Option<(BankId, PackageReply)>,
    /// When it was told last.
    known_at: Option<Timestamp>,
    asked_at: Option<Timestamp>,
    /// Banks of this round that know of no such package.
    unknown: usize,
    /// Why a bank of this round did not say.
    trouble: Option<Trouble>,
}

impl LookUp {
    /// Nothing is asked yet.
    #[must_use]
    pub const fn new(id: PackageId) -> Self {
        Self { id, asked: Vec::new(), told: None, known_at: None, asked_at: None, unknown: 0, trouble: None }
    }

    /// What was told, and by which bank: the fullest answer.
    #[must_use]
    pub fn told(&self) -> Option<(&BankId, &PackageReply)> {
        self.told.as_ref().map(|(bank, package)| (bank, package))
    }

    /// When it was told last.
    #[must_use]
    pub const fn known_at(&self) -> Option<Timestamp> {
        self.known_at
    }

    /// Why the last round brought nothing, where it did not.
    #[must_use]
    pub const fn trouble(&self) -> Option<&Trouble> {
        self.trouble.as_ref()
    }

    /// Whether every bank that was asked knows of no such package.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.told.is_none() && !self.asked.is_empty() && self.unknown == self.asked.len()
    }

    /// Whether the room still waits for an answer.
    #[must_use]
    pub fn waits(&self, seen: &Seen<'_>) -> bool {
        (0..self.asked.len()).any(|row| seen.waits(Slot(LOOK_UP, row)))
    }

    /// Whether every question of this round has ended.
    #[must_use]
    pub fn has_ended(&self, cx: &Cx<'_>) -> bool {
        self.asked_at.is_some() && !(0..self.asked.len()).any(|row| cx.waits(Slot(LOOK_UP, row)))
    }

    /// Asks every bank with a session.
    pub fn ask(&mut self, cx: &mut Cx<'_>) {
        let alive = cx.world.banks.sessions().filter(|(_, s)| s.alive);
        let seats: Vec<_> = alive.map(|(id, s)| (id.clone(), s.seat.clone())).collect();
        self.asked = seats.iter().map(|(id, _)| id.clone()).collect();
        self.asked_at = Some(cx.world.now);
        self.unknown = 0;
        self.trouble = None;
        for (row, (_, seat)) in seats.into_iter().enumerate() {
            cx.ask(Slot(LOOK_UP, row), seat, Call::Package(self.id));
        }
    }

    /// Asks again while the end may still change, when it is time to.
    pub fn ask_when_due(&mut self, cx: &mut Cx<'_>) {
        let over = self.told.as_ref().is_some_and(|(_, package)| match package.status {
            PackageStatus::InProgress => false,
            PackageStatus::Committed => package.settled,
            PackageStatus::Refused | PackageStatus::Aborted => true,
        });
        // The bank that told of it tells of its changes too.
        let is_told = self.told.as_ref().is_some_and(|(bank, _)| cx.world.streams.is_live(bank));
        let open = !is_told && (self.told.is_some() || self.trouble.is_some());
        let due = self.asked_at.is_some_and(|at| milliseconds_between(at, cx.world.now) >= ASK_AGAIN_MS);
        if open && !over && due && self.has_ended(cx) {
            self.ask(cx);
        }
    }

    /// An answer came; tells whether it was one to this.
    pub fn answered(&mut self, slot: Slot, answer: Answer, now: Timestamp) -> bool {
        let Some(bank) = self.asked.get(slot.1).filter(|_| slot.0 == LOOK_UP).cloned() else { return false };
        match answer {
            Ok(Reply::Package(package)) if package.id == self.id => self.take(bank, package, now),
            Ok(_) => self.trouble = Some(Trouble::Garbage),
            Err(Trouble::Problem(problem)) if problem.code == ProblemCode::NotFound => self.unknown += 1,
            Err(trouble) => self.trouble = Some(trouble),
        }
        true
    }

    /// A bank told of a package by itself; tells whether it was this one.
    pub fn heard(&mut self, bank: &BankId, event: &BankEvent, now: Timestamp) -> bool {
        match event {
            BankEvent::Package(package) if package.id == self.id => {
                self.take(bank.clone(), (**package).clone(), now);
                true
            }
            BankEvent::Package(_)
            | BankEvent::Account(_)
            | BankEvent::Invitations(_)
            | BankEvent::Bank(_) => false,
        }
    }

    fn take(&mut self, bank: BankId, package: PackageReply, now: Timestamp) {
        self.known_at = Some(now);
        let fuller = self
            .told
            .as_ref()
            .is_none_or(|(before, known)| *before == bank || fullness(&package) > fullness(known));
        if fuller {
            self.told = Some((bank, package));
        }
    }
}

/// How much of a package was told, the most last. Who ordered it is told its legs without their places, since all are
/// there.
#[must_use]
pub fn fullness(package: &PackageReply) -> (bool, usize) {
    (package.legs.iter().all(|leg| leg.leg.is_none()), package.legs.len())
}
