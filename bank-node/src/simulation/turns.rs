//! A bank's turns, as its deciding thread takes them: step what has queued, store once, then tell; with a crash at any of
//! the boundaries between them.
//!
//! Never here: what happens to what is told on its way.

use super::node::{Call, Cut};
use super::told::{Telling, Told};
use super::world::{Event, World, note};
use crate::engine::turn::Turn;
use crate::protocol::invariants::{Violation, Words};
use crate::protocol::message::{Batch, BatchHeader, Message};
use crate::protocol::output::{Input, Output, Ticket};
use crate::protocol::settings::Guard;
use crate::protocol::snapshot::Snapshot;

impl World {
    pub fn call(&mut self, bank: usize, call: Call) {
        if self.nodes[bank].listens() {
            self.nodes[bank].inbox.push_back(call);
            self.schedule_turn(bank);
        }
    }

    pub(super) fn schedule_turn(&mut self, bank: usize) {
        let node = &mut self.nodes[bank];
        if !node.due && !node.busy && node.listens() {
            node.due = true;
            let (at, life) = (self.now.max(node.paused_until), node.life);
            self.at(at, Event::Step { bank, life });
        }
    }

    pub(super) fn schedule_sync(&mut self, bank: usize) {
        let wait = if self.plan.sync_ms == 0 { 0 } else { self.chance.between(0, self.plan.sync_ms) };
        let life = self.nodes[bank].life;
        if wait == 0 {
            self.sync(bank);
        } else {
            let at = self.now + wait;
            self.at(at, Event::Sync { bank, life });
        }
    }

    pub(super) fn turn(&mut self, bank: usize) {
        let node = &mut self.nodes[bank];
        node.due = false;
        if node.paused_until > self.now {
            return self.schedule_turn(bank);
        }
        let count = node.inbox.len().min(self.plan.group);
        let calls: Vec<Call> = node.inbox.drain(..count).collect();
        let ends = calls.iter().any(|call| matches!(call, Call::Shutdown));
        let cut = self.draw_cut(count).or(ends.then_some(Cut::AfterTelling));
        for (index, call) in calls.into_iter().enumerate() {
            if cut == Some(Cut::InSteps(index)) {
                self.tally.crashes_in_steps += 1;
                return self.crash(bank, true);
            }
            if !self.take(bank, call) {
                return;
            }
        }
        let now = self.nodes[bank].now(self.now, 0);
        let due = self.nodes[bank]
            .turn()
            .is_some_and(|turn| turn.bank().wake_at().is_some_and(|at| at <= now.mono));
        if due && !self.step(bank, Input::Tick) {
            return;
        }
        if !self.guards.hold(Guard::TellAfterSync) && !self.tell(bank, None) {
            return;
        }
        self.nodes[bank].cut = cut;
        if self.nodes[bank].turn().is_some_and(Turn::has_writes) {
            self.nodes[bank].busy = true;
            self.schedule_sync(bank);
        } else {
            self.sync(bank);
        }
    }

    fn draw_cut(&mut self, inputs: usize) -> Option<Cut> {
        if self.calm || !self.chance.permille(self.plan.crash_turns) {
            return None;
        }
        Some(match self.chance.place(4) {
            0 if inputs > 1 => Cut::InSteps(1 + self.chance.place(inputs - 1)),
            0 | 1 => Cut::BeforeStore,
            2 => Cut::BeforeTelling,
            _ => Cut::InTelling(self.chance.place(3)),
        })
    }

    /// One call, step by step. False when the schedule is over.
    fn take(&mut self, bank: usize, call: Call) -> bool {
        match call {
            Call::Submit(submit) => self.step(bank, Input::Submit(submit)),
            Call::Desk { ticket, request } => self.step(bank, Input::Desk { ticket, request }),
            Call::Standing { ticket, from, attempts } => {
                self.step(bank, Input::Standing { ticket, from, attempts })
            }
            Call::AskNow(attempts) => self.step(bank, Input::AskNow { attempts }),
            Call::Silent(peer) => self.step(bank, Input::PeerSilent(peer)),
            Call::Answered(peer) => self.step(bank, Input::PeerAnswered(peer)),
            Call::Restored { bank: peer, fence } => {
                self.step(bank, Input::PeerRestored { bank: peer, fence })
            }
            Call::Missed(missed) => self.step(bank, Input::Missed(missed)),
            Call::Decide { ticket, attempt, commit, missed } => {
                self.step(bank, Input::Decide { ticket, attempt, commit, missed })
            }
            Call::Members(members) => {
                self.nodes[bank].taking = Some(members.clone());
                self.step(bank, Input::Members { ticket: Ticket(0), members })
            }
            Call::Shutdown => self.step(bank, Input::Shutdown),
            Call::Receive { batch: Batch { header, mut messages }, answer } => {
                messages.sort_by_key(Message::precedence);
                self.nodes[bank].told.answer_to(header.from.clone(), answer);
                if messages.is_empty() {
                    return self.step(bank, Input::PeerAnswered(header.from));
                }
                messages
                    .into_iter()
                    .all(|message| self.step(bank, Input::Received { header: header.clone(), message }))
            }
        }
    }

    /// One step of a bank's core; its first PREPAREs leave. False when the schedule is over.
    pub(super) fn step(&mut self, bank: usize, input: Input) -> bool {
        let dice = self.chance.bits();
        let now = self.nodes[bank].now(self.now, dice);
        if self.trace.is_some() {
            let line = format!("{} <- {}", self.nodes[bank].id, super::spelling::input(&input));
            self.write_down(line);
        }
        let Some(turn) = self.nodes[bank].turn_mut() else { return false };
        let stepped = if self.plan.liar == Some(bank) {
            // What comes of its lies may be more than its core bears; that is its own affair.
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| turn.step(now, input))).ok()
        } else {
            Some(turn.step(now, input))
        };
        let mut output: Output = match stepped {
            Some(Ok(output)) => output,
            Some(Err(fault)) => {
                self.fault(bank, &fault);
                return false;
            }
            None => {
                self.crash(bank, true);
                return false;
            }
        };
        for send in std::mem::take(&mut output.early) {
            let checked = !self.harm_only && self.plan.restored.is_none() && self.plan.liar != Some(bank);
            if checked && let Some(violation) = self.words.prepared(&send.message) {
                self.wrong(violation);
                return false;
            }
            let to = self.place_of(&send.to);
            let Some(turn) = self.nodes[bank].turn() else { return false };
            let header = turn.bank().header(&send.to, now);
            self.post(bank, to, Batch { header, messages: vec![send.message] }, None);
        }
        self.nodes[bank].told.take(output);
        true
    }

    /// What was stepped is forced to disk, and told.
    pub(super) fn sync(&mut self, bank: usize) {
        let now = self.now;
        let node = &mut self.nodes[bank];
        if node.paused_until > now {
            let (at, life) = (node.paused_until, node.life);
            return self.at(at, Event::Sync { bank, life });
        }
        let cut = node.cut.take();
        let starting = !node.listens();
        if cut == Some(Cut::BeforeStore) {
            let count = if starting {
                &mut self.tally.crashes_at_start
            } else {
                &mut self.tally.crashes_before_store
            };
            *count += 1;
            return self.crash(bank, true);
        }
        let Some(turn) = node.turn_mut() else { return };
        let writes = turn.has_writes();
        let remembered = turn.store().and_then(|()| turn.misremembered());
        match remembered {
            Ok(None) => {}
            Ok(Some(key)) => {
                let what = format!("what stays in memory is not what the ledger has: {key:?}");
                let bank = Some(self.nodes[bank].id.clone());
                return self.wrong(Violation { invariant: "memory", bank, what });
            }
            Err(fault) => return self.fault(bank, &fault),
        }
        if let Some(what) = turn.bank().claims().differ_from(turn.ledger().snapshot()) {
            let bank = Some(self.nodes[bank].id.clone());
            return self.wrong(Violation { invariant: "memory", bank, what });
        }
        self.tally.stores_with_waiters += u64::from(writes && turn.bank().claims().waiting() > 0);
        for taken in std::mem::take(&mut self.nodes[bank].told.members) {
            let members = self.nodes[bank].taking.take();
            match (taken, members) {
                (Ok(()), Some(members)) => {
                    self.tally.versions_taken += 1;
                    self.nodes[bank].has_taken(members);
                }
                (Ok(()), None) => {}
                (Err(why), _) => {
                    self.tally.versions_refused += 1;
                    note!(self, "{} does not take it: {why}", self.nodes[bank].id);
                }
            }
        }
        if writes {
            super::lives::stored(&mut self.nodes[bank]);
            self.tally.stores += 1;
            self.mix(now ^ 0x55);
            if let Some(violation) = self.examine(bank) {
                return self.wrong(violation);
            }
        }
        self.nodes[bank].listen();
        if cut == Some(Cut::BeforeTelling) {
            let count = if starting {
                &mut self.tally.crashes_at_start
            } else {
                &mut self.tally.crashes_before_telling
            };
            *count += 1;
            return self.crash(bank, true);
        }
        let told = match cut {
            Some(Cut::InTelling(count)) => Some(count),
            Some(Cut::InSteps(_) | Cut::BeforeStore | Cut::BeforeTelling | Cut::AfterTelling) | None => None,
        };
        if !self.tell(bank, told) {
            return;
        }
        if cut == Some(Cut::AfterTelling) {
            self.tally.shutdowns += 1;
            return self.crash(bank, true);
        }
        self.nodes[bank].busy = false;
        if starting {
            self.begin_asking(bank);
        }
        self.schedule_wake(bank);
        if !self.nodes[bank].inbox.is_empty() {
            self.schedule_turn(bank);
        }
    }

    fn schedule_wake(&mut self, bank: usize) {
        let node = &mut self.nodes[bank];
        let Some(turn) = node.turn() else { return };
        let away = node.settings.others.keys().any(|peer| !turn.bank().is_reachable(peer));
        let life = node.life;
        if let Some(wake) = turn.bank().wake_at()
            && let at = node.began_at + wake.0
            && node.wake_at.is_none_or(|earlier| at < earlier)
        {
            node.wake_at = Some(at);
            self.at(at, Event::Wake { bank, life });
        }
        if away && !self.nodes[bank].probing {
            self.nodes[bank].probing = true;
            let at = self.now + 1000;
            self.at(at, Event::Probe { bank, life });
        }
    }

    /// Tells what the turn says, or only `count` of it and then crashes. False when the bank or the schedule is over.
    fn tell(&mut self, bank: usize, count: Option<usize>) -> bool {
        let told: Told = std::mem::take(&mut self.nodes[bank].told);
        self.tally.alarms += told.alarms.len() as u64;
        for alarm in &told.alarms {
            note!(self, "{} ALARM: {} {}", self.nodes[bank].id, alarm.bank, alarm.what);
        }
        for (index, telling) in told.into_list().into_iter().enumerate() {
            if count == Some(index) {
                break;
            }
            match telling {
                Telling::Batch { to, messages, answers } => {
                    let now = self.nodes[bank].now(self.now, 0);
                    let Some(turn) = self.nodes[bank].turn() else { return false };
                    let header = turn.bank().header(&to, now);
                    if !self.check_words(bank, &header, &messages) {
                        return false;
                    }
                    let to = self.place_of(&to);
                    self.post(bank, to, Batch { header, messages }, answers);
                }
                Telling::Order(ticket, answer) => {
                    let checked =
                        !self.harm_only && self.plan.restored.is_none() && self.plan.liar != Some(bank);
                    if checked && let Some(violation) = Words::answered(self.nodes[bank].disk(), &answer) {
                        self.wrong(violation);
                        return false;
                    }
                    self.answered(ticket, answer);
                }
                Telling::Desk(ticket, answer) => self.served(bank, ticket, answer),
                Telling::Standing(ticket, statuses) => self.tell_standing(bank, ticket, statuses),
                Telling::Decided(ticket, answer) => self.decided(ticket, &answer),
            }
        }
        if count.is_some() {
            self.tally.crashes_in_telling += 1;
            self.crash(bank, true);
            return false;
        }
        !self.over
    }

    fn check_words(&mut self, bank: usize, header: &BatchHeader, messages: &[Message]) -> bool {
        let to_liar = self.plan.liar.is_some_and(|liar| self.nodes[liar].id == header.to);
        // Who takes no part in an attempt is told of it as of one that never was.
        if self.harm_only || self.plan.restored.is_some() || self.plan.liar == Some(bank) || to_liar {
            return true;
        }
        for message in messages {
            let disk: &Snapshot = self.nodes[bank].disk();
            if let Some(violation) = self.words.said(disk, header, message) {
                self.wrong(violation);
                return false;
            }
        }
        true
    }

    /// A question to a bank at rest, answered at once.
    pub fn look(&mut self, bank: usize, input: Input) {
        if self.step(bank, input) {
            self.tell(bank, None);
        }
    }
}
