//! A ledger replaced by a backup, and the recovery from the other banks: asked as the node asks, over lines that lose and
//! delay, by a bank that may crash meanwhile.
//!
//! Never here: what follows from the answers, which is the core's, and what must hold afterwards (`recovered`).

use std::collections::BTreeMap;

use shared::ids::BankId;

use super::node::{Call, Node};
use super::world::{Event, World, note};
use crate::protocol::attempt::{AttemptId, Epoch, EpochRecord, Mark};
use crate::protocol::message::SeenEpoch;
use crate::protocol::missed::answers::{closed, coordinated, known_legs, promised};
use crate::protocol::missed::asking::{Lacking, Looks};
use crate::protocol::missed::{Finding, Missed, Told};
use crate::protocol::records::PortionState;
use crate::protocol::restoration::Restoration;
use crate::protocol::settings::Guard;
use crate::protocol::snapshot::Snapshot;

/// As long as a read between banks waits for its answer.
const ANSWER_MS: u64 = 1_000;
/// Between two questions to one bank.
const ASK_AGAIN_MS: u64 = 500;
/// What is asked for, part by part.
const PARTS: usize = 3;

/// What a bank on a backup asks of the others.
pub(super) struct Asking {
    lacking: Lacking,
    waiting: BTreeMap<usize, Question>,
    told: BTreeMap<BankId, Told>,
}

/// What is asked of one bank.
#[derive(Default)]
struct Question {
    /// Each question has its own, so that an answer which comes too late is none.
    round: u32,
    part: usize,
    fence: Epoch,
    told: Told,
    looks: Looks,
}

/// What restored books have lost.
#[derive(Default)]
pub(super) struct Lost {
    /// The disks that were replaced, until the report of what came back.
    pub disks: Vec<Snapshot>,
    /// How many facts customers had been told when the last one was.
    pub facts: usize,
    /// What the operator decided, or heard that the others' books prove.
    pub said: BTreeMap<AttemptId, bool>,
    /// Which attempt each of the operator's requests was about.
    pub asked: Vec<AttemptId>,
}

impl World {
    pub(super) fn schedule_restores(&mut self, busy: u64) {
        let Some(restore) = self.plan.restore else { return };
        let bank = restore.bank;
        let copied = self.chance.between(1, busy);
        self.at(copied, Event::Backup { bank });
        let mut back = copied;
        for _ in 0..restore.times {
            back += self.chance.between(5, busy + 100);
            self.at(back, Event::Restore { bank });
            // The next restore has a copy of its own, or this one once more.
            if self.chance.permille(500) {
                let copied = back + self.chance.between(5, busy);
                self.at(copied, Event::Backup { bank });
            }
        }
    }

    /// The process ends, and a backup takes the ledger's place, marked as `bank-node restore` marks it.
    pub(super) fn restore(&mut self, bank: usize) {
        let Some(mut backup) = self.backup.clone().filter(|_| !self.calm && self.consortium.has(bank)) else {
            return;
        };
        if !self.can_be_restored(bank, &backup) {
            return;
        }
        note!(self, "{}'s ledger is replaced by a backup", self.nodes[bank].id);
        self.nodes[bank].crash();
        self.lost.disks.push(self.nodes[bank].disk().clone());
        self.lost.facts = self.customers.facts.len();
        self.words.forget(&self.nodes[bank].id);
        // One that was backed up while it waited for the other banks still lacks what that backup lacked.
        if backup.restorations.last().is_none_or(|(_, report)| report.is_some()) {
            let epoch = backup.epochs.keys().next_back().copied().unwrap_or_default();
            let of_life = backup.attempts.keys().filter(|id| id.epoch == epoch);
            let last_sequence = of_life.map(|id| id.sequence).max().unwrap_or_default();
            let last_posting = backup.head().number;
            let at_ms = self.nodes[bank].now(self.now, 0).wall_ms;
            backup.restorations.push((Restoration { at_ms, epoch, last_sequence, last_posting }, None));
        }
        self.nodes[bank].put_back(backup);
        self.tally.restores += 1;
        let down = self.chance.between(1, self.plan.down_ms);
        let at = self.now + down;
        self.at(at, Event::Start { bank });
    }

    /// A life begins to listen: on a backup it begins to ask.
    pub(super) fn begin_asking(&mut self, bank: usize) {
        let node = &self.nodes[bank];
        if !node.turn().is_some_and(|turn| turn.bank().is_restoring()) {
            return;
        }
        if !self.guards.hold(Guard::AskedBeforeOpening) {
            return self.call(bank, Call::Missed(Missed::default()));
        }
        let disk = node.disk();
        let Some((restoration, None)) = disk.restorations.last() else { return };
        let unended = disk.attempts.values().filter(|attempt| crate::ledger::is_unended(attempt));
        let lacking = Lacking::of(restoration, unended, disk.peers.values());
        let others: Vec<usize> = node.settings.others.keys().map(|other| self.place_of(other)).collect();
        let first = || Question { fence: lacking.fence, ..Question::default() };
        let waiting = others.iter().map(|other| (*other, first())).collect();
        self.nodes[bank].asking = Some(Asking { lacking, waiting, told: BTreeMap::new() });
        if others.is_empty() {
            return self.call(bank, Call::Missed(Missed::default()));
        }
        for of in others {
            self.ask_missed(bank, of);
        }
    }

    pub(super) fn ask_missed(&mut self, bank: usize, of: usize) {
        let life = self.nodes[bank].life;
        let Some(question) = self.nodes[bank].asking.as_mut().and_then(|asking| asking.waiting.get_mut(&of))
        else {
            return;
        };
        question.round += 1;
        let (round, fence) = (question.round, question.fence);
        self.at(self.now + ANSWER_MS, Event::MissedOver { bank, life, of, round });
        self.carry(Event::MissedAsked { bank, life, of, round, fence });
    }

    /// A question or its answer on its way, if it is not lost.
    pub(super) fn carry(&mut self, event: Event) {
        if !self.calm && self.chance.permille(self.plan.loss) {
            self.tally.lost_batches += 1;
            return;
        }
        let longest = if self.calm { self.plan.delay_ms.min(80) } else { self.plan.delay_ms };
        let at = self.now + self.chance.between(1, longest);
        self.at(at, event);
    }

    /// The question passes the deciding thread of the asked bank, which then reads its disk.
    pub(super) fn missed_asked(&mut self, bank: usize, life: u32, of: usize, round: u32, fence: Epoch) {
        if self.nodes[of].paused_until > self.now {
            let at = self.nodes[of].paused_until;
            return self.at(at, Event::MissedAsked { bank, life, of, round, fence });
        }
        if self.cut_lines[bank * self.plan.banks + of] || !self.nodes[of].is_open() {
            return;
        }
        let asker = self.nodes[bank].id.clone();
        if self.guards.hold(Guard::LostLivesFenced) && self.nodes[of].has_to_fence(&asker, fence) {
            let waits = |call: &Call| matches!(call, Call::Restored { bank, .. } if *bank == asker);
            if !self.nodes[of].busy && !self.nodes[of].inbox.iter().any(waits) {
                self.call(of, Call::Restored { bank: asker, fence });
            }
            return self.at(self.now + 1, Event::MissedAsked { bank, life, of, round, fence });
        }
        if self.nodes[of].busy {
            return self.at(self.now + 1, Event::MissedAsked { bank, life, of, round, fence });
        }
        let asking = self.nodes[bank].asking.as_ref();
        let Some(part) = asking.and_then(|asking| asking.waiting.get(&of)).map(|question| question.part)
        else {
            return;
        };
        let Some(lacking) = asking.map(|asking| asking.lacking.clone()) else { return };
        let page = said_by(&self.nodes[of], &self.nodes[bank].id, &lacking, part);
        note!(
            self,
            "{} tells {} part {part}: {} found",
            self.nodes[of].id,
            self.nodes[bank].id,
            page.findings.len()
        );
        self.carry(Event::MissedTold { bank, life, of, round, page: Box::new(page) });
    }

    pub(super) fn missed_told(&mut self, bank: usize, of: usize, round: u32, page: Told) {
        if self.cut_lines[of * self.plan.banks + bank] {
            return;
        }
        let once_decided = self.guards.hold(Guard::AnswersOnceDecided);
        let fenced = self.guards.hold(Guard::LostLivesFenced);
        let other = self.nodes[of].id.clone();
        let life = self.nodes[bank].life;
        let Some(asking) = &mut self.nodes[bank].asking else { return };
        let Some(question) = asking.waiting.get_mut(&of).filter(|question| question.round == round) else {
            return;
        };
        question.told.findings.extend(page.findings);
        question.told.highest =
            page.highest.into_iter().chain(question.told.highest.take()).max_by_key(|seen| seen.epoch);
        question.part += 1;
        if question.part < PARTS {
            return self.ask_missed(bank, of);
        }
        question.part = 0;
        let told = std::mem::take(&mut question.told);
        if let Some(higher) = told.fence_wanted().filter(|_| fenced) {
            question.fence = higher;
            return self.ask_missed(bank, of);
        }
        if question.looks.count(&told) || !once_decided {
            asking.waiting.remove(&of);
            asking.told.insert(other, told);
            if asking.waiting.is_empty() {
                let told = std::mem::take(&mut asking.told);
                self.nodes[bank].asking = None;
                self.call(bank, Call::Missed(Missed { told }));
            }
        } else {
            // What was asked meanwhile is not answered any more.
            question.round += 1;
            self.at(self.now + ASK_AGAIN_MS, Event::AskMissed { bank, life, of });
        }
    }

    /// No answer: all of it is asked again.
    pub(super) fn missed_over(&mut self, bank: usize, of: usize, round: u32) {
        let life = self.nodes[bank].life;
        let asking = self.nodes[bank].asking.as_mut();
        let question = asking.and_then(|asking| asking.waiting.get_mut(&of));
        if let Some(question) = question.filter(|question| question.round == round) {
            question.round += 1;
            question.part = 0;
            question.told = Told::default();
            self.at(self.now + ASK_AGAIN_MS, Event::AskMissed { bank, life, of });
        }
    }
}

/// What `node` has on disk for `asker`.
pub(super) fn said_by(node: &Node, asker: &BankId, lacking: &Lacking, part: usize) -> Told {
    let disk = node.disk();
    let theirs = lacking.theirs_since.get(&node.id).copied().unwrap_or_default();
    let seen = disk.peers.get(asker).filter(|peer| peer.epoch > 0);
    let highest = seen.map(|peer| SeenEpoch { epoch: peer.epoch, nonce: peer.nonce.clone() });
    let findings: Vec<Finding> = match part {
        0 => {
            let theirs = |id: &AttemptId| id.coordinator == *asker && id.mark() >= lacking.own_since;
            let portions = disk.portions.values().filter(|portion| theirs(&portion.attempt));
            portions.cloned().filter_map(promised).collect()
        }
        1 => {
            let recent = |mark: Mark| mark >= theirs;
            let attempts = disk.attempts.values().filter(|attempt| recent(attempt.id.mark()));
            let order = |package| disk.orders.get(package).cloned();
            let known = known_legs(disk.restorations.clone());
            let lives: Vec<EpochRecord> = disk.epochs.values().cloned().collect();
            attempts
                .filter_map(|attempt| {
                    let (order, known) = (order(&attempt.package), known.get(&attempt.id));
                    coordinated(&node.id, asker, attempt.clone(), order, known, &lives)
                })
                .collect()
        }
        _ => disk.orders.values().filter_map(|order| closed(asker, theirs, order.clone())).collect(),
    };
    Told { highest, findings }
}

/// Whether `disk` has booked `attempt`.
pub(super) fn has_booked(disk: &Snapshot, attempt: &AttemptId) -> bool {
    matches!(disk.portions.get(attempt).map(|portion| &portion.state), Some(PortionState::Committed(_)))
}
