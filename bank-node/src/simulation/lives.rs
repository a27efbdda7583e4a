//! How banks live and die: starts on what a crash left, crashes, and the two ways in which a missing guard starts wrongly.
//!
//! Never here: when that happens.

use super::node::{Cut, Node};
use super::world::{Event, World, note};
use crate::engine::turn::Turn;
use crate::ledger::memory::MemoryLedger;
use crate::ledger::{Ledger, LedgerFault};
use crate::protocol::attempt::EpochNonce;
use crate::protocol::bank::Bank;
use crate::protocol::books::Books;
use crate::protocol::invariants::Violation;
use crate::protocol::output::Input;
use crate::protocol::records::Recovered;
use crate::protocol::settings::{Guard, Settings};

impl World {
    /// A new life on a bank's disk.
    pub fn start(&mut self, bank: usize) {
        self.nodes[bank].crash();
        let dice = self.chance.bits();
        let now = self.now;
        let nonce = EpochNonce(format!("{:016x}{dice:016x}", self.nodes[bank].life));
        let settings = self.nodes[bank].settings.clone();
        let Some(disk) = self.nodes[bank].take_disk() else { return };
        let first = disk.snapshot().epochs.is_empty();
        let reuses = !self.guards.hold(Guard::AttemptIdsNeverReused) && !first;
        let turn = if reuses { reborn(settings, disk) } else { Turn::recover(settings, disk, nonce) };
        let turn = match turn {
            Ok(turn) => turn,
            Err(fault) => return self.fault(bank, &fault),
        };
        let node = &mut self.nodes[bank];
        node.begin(turn, now);
        let epoch = node.turn().map_or(0, |turn| turn.bank().epoch());
        // A life that never came to disk, and so to anyone's ears, may be begun once more.
        let grows = epoch > node.highest_epoch;
        self.tally.restarts += u64::from(!first);
        note!(self, "{} starts in life {epoch}", self.nodes[bank].id);
        if !grows {
            let what = format!("begins life {epoch} again");
            let bank = Some(self.nodes[bank].id.clone());
            return self.wrong(Violation { invariant: "I10", bank, what });
        }
        if self.step(bank, Input::Start) {
            self.nodes[bank].busy = true;
            if !self.calm && self.chance.permille(self.plan.crash_turns * 2) {
                self.nodes[bank].cut =
                    Some(if self.chance.permille(500) { Cut::BeforeStore } else { Cut::BeforeTelling });
            }
            self.schedule_sync(bank);
        }
    }

    /// The bank dies, and its books are put back as they were when they were copied.
    pub fn put_back(&mut self, bank: usize) {
        let Some(backup) = self.backup.clone() else { return };
        note!(self, "{}'s books are put back", self.nodes[bank].id);
        self.nodes[bank].crash();
        self.nodes[bank].put_back(backup);
        self.tally.restores += 1;
        self.start(bank);
    }

    /// A node that opens its listeners in its old life, with nothing recovered (guard 18 off).
    fn listen_early(&mut self, bank: usize) {
        let settings = self.nodes[bank].settings.clone();
        let now = self.now;
        let Some(mut disk) = self.nodes[bank].take_disk() else { return };
        let Ok(recovered) = disk.recover() else { return };
        let mut epochs = recovered.epochs;
        let Some(life) = epochs.pop() else { return };
        let books = Books::new(recovered.head, recovered.last_account);
        let bare = Recovered {
            epochs,
            head: recovered.head,
            last_account: recovered.last_account,
            ..Recovered::default()
        };
        let node = &mut self.nodes[bank];
        node.begin(Turn::around(Bank::in_life(settings, bare, life), disk, books), now);
        node.listen();
        node.early_bird = true;
        let life = node.life;
        note!(self, "{} listens before it has recovered", self.nodes[bank].id);
        let until = now + self.chance.between(10, 1_500);
        self.at(until, Event::Recover { bank, life });
    }

    pub fn crash(&mut self, bank: usize, back: bool) {
        note!(self, "{} crashes", self.nodes[bank].id);
        self.nodes[bank].crash();
        if !back {
            self.tally.gone_for_good += 1;
        } else {
            let down = self.chance.between(1, self.plan.down_ms);
            let early = !self.guards.hold(Guard::RecoveryBeforeListening)
                && !self.nodes[bank].disk().epochs.is_empty();
            if early {
                self.listen_early(bank);
            } else if self.plan.gone != Some(bank) || self.now + down < self.gone_at() {
                let at = self.now + down;
                self.at(at, Event::Start { bank });
            }
        }
    }

    /// When a bank that goes for good goes.
    pub const fn gone_at(&self) -> u64 {
        self.plan.acts as u64 * self.plan.spacing_ms / 3
    }

    pub fn fault(&mut self, bank: usize, fault: &LedgerFault) {
        if self.plan.liar == Some(bank) {
            // Its own lies have come back to it.
            return self.crash(bank, false);
        }
        let bank = Some(self.nodes[bank].id.clone());
        self.wrong(Violation { invariant: "R2", bank, what: format!("the ledger refuses: {fault}") });
    }
}

/// Notes that the life of `node` is on disk.
pub(super) fn stored(node: &mut Node) {
    let newest = node.disk().epochs.keys().next_back().copied();
    node.highest_epoch = newest.unwrap_or_default().max(node.highest_epoch);
}

/// A bank that takes up its old life and counts its attempts from 1 again (guard 2 off).
fn reborn(settings: Settings, mut disk: MemoryLedger) -> Result<Turn<MemoryLedger>, LedgerFault> {
    let mut recovered = disk.recover()?;
    let books = Books::new(recovered.head, recovered.last_account);
    match recovered.epochs.pop() {
        Some(life) => Ok(Turn::around(Bank::in_life(settings, recovered, life), disk, books)),
        None => Turn::recover(settings, disk, EpochNonce(String::new())),
    }
}
