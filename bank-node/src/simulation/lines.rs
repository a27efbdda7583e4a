//! The lines between banks: batches are lost, arrive twice, late, or lives later, and lines are cut one way.
//!
//! Never here: what a batch says.

use shared::ids::BankId;

use super::node::{Asker, Call};
use super::world::{Event, Packet, World};
use crate::protocol::message::Batch;

impl World {
    pub(super) fn post(&mut self, from: usize, to: usize, mut batch: Batch, answers: Option<Asker>) {
        if self.plan.liar == Some(from) && !self.calm {
            self.lie(from, to, &mut batch);
        }
        self.tally.batches += 1;
        self.requests += 1;
        let request = answers.map_or(self.requests, |asker| asker.request);
        let from_life = self.nodes[from].life;
        if self.trace.is_some() {
            let said: Vec<String> = batch.messages.iter().map(super::spelling::message).collect();
            let line = format!(
                "{} -> {} {}[{}]",
                self.nodes[from].id,
                self.nodes[to].id,
                if answers.is_some() { "answers " } else { "" },
                said.join("; ")
            );
            self.write_down(line);
        }
        if answers.is_none() {
            self.nodes[from].requests.insert(request, to);
            let wait = self.chance.between(900, 1_800);
            let at = self.now + wait;
            self.at(at, Event::Silent { bank: from, life: from_life, request });
        }
        let packet = Packet { from, to, from_life, request, answers, batch };
        if !self.calm {
            if self.chance.permille(self.plan.late) {
                self.tally.late_copies += 1;
                let wait = self.chance.between(500, 15_000);
                let at = self.now + wait;
                self.at(at, Event::Arrive(Box::new(packet.clone())));
            }
            if self.chance.permille(self.plan.duplicates) {
                self.tally.duplicated += 1;
                let wait = self.chance.between(1, self.plan.delay_ms * 2);
                let at = self.now + wait;
                self.at(at, Event::Arrive(Box::new(packet.clone())));
            }
            if self.chance.permille(self.plan.loss) {
                self.tally.lost_batches += 1;
                return;
            }
        }
        let longest = if self.calm { self.plan.delay_ms.min(80) } else { self.plan.delay_ms };
        let wait = self.chance.between(1, longest);
        let at = self.now + wait;
        self.at(at, Event::Arrive(Box::new(packet)));
    }

    pub(super) fn arrive(&mut self, packet: Packet) {
        let Packet { from, to, from_life, request, answers, batch } = packet;
        if self.cut_lines[from * self.plan.banks + to] {
            self.tally.cut_off += 1;
            return;
        }
        self.tally.stale_copies += u64::from(self.nodes[from].life != from_life);
        if !self.nodes[to].is_open() {
            self.tally.refused_connections += 1;
            // A refused connection is noticed at once.
            if answers.is_none() {
                let at = self.now + 1;
                self.at(at, Event::Silent { bank: from, life: from_life, request });
            }
            return;
        }
        if let Some(asker) = answers {
            if asker.life == self.nodes[to].life {
                self.nodes[to].requests.remove(&asker.request);
            }
            self.call(to, Call::Receive { batch, answer: None });
        } else {
            let answer = Some(Asker { life: from_life, request });
            self.call(to, Call::Receive { batch, answer });
        }
    }

    /// Asks after banks that seem away, each second, until none does.
    pub(super) fn probe(&mut self, bank: usize) {
        self.nodes[bank].probing = false;
        let Some(turn) = self.nodes[bank].turn() else { return };
        let away: Vec<BankId> = self.nodes[bank]
            .settings
            .others
            .keys()
            .filter(|peer| !turn.bank().is_reachable(peer))
            .cloned()
            .collect();
        for peer in &away {
            let to = self.place_of(peer);
            let lines = self.plan.banks;
            let through = !self.cut_lines[bank * lines + to]
                && !self.cut_lines[to * lines + bank]
                && self.nodes[to].is_open()
                && self.nodes[to].paused_until <= self.now
                && (self.calm || !self.chance.permille(self.plan.loss));
            if through {
                self.call(bank, Call::Answered(peer.clone()));
            }
        }
        if !away.is_empty() {
            self.nodes[bank].probing = true;
            let (at, life) = (self.now + 1000, self.nodes[bank].life);
            self.at(at, Event::Probe { bank, life });
        }
    }
}
