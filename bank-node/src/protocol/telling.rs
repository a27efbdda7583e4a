//! A decision that stands is told to every participant until all have confirmed it, and to whoever asks.
//!
//! Invariant: what is told is on disk, or rides the transaction that puts it there; a committed record never goes.

use std::collections::{BTreeMap, BTreeSet};

use shared::ids::{BankId, PackageId};
use shared::refusal::Refusal;

use super::attempt::AttemptId;
use super::bank::{Bank, send};
use super::books::Books;
use super::message::{Ack, Decide, Decision, Message, Outcome, Status, StatusMessage};
use super::orders::current_attempt;
use super::output::{Now, Output, Reply};
use super::records::{Attempt, AttemptState};
use super::settings::Guard;
use super::timers::{Timer, jittered};

/// A decision that is told until every participant has confirmed it.
#[derive(Clone, Debug)]
pub struct Telling {
    pub(super) package: PackageId,
    pub(super) decide: Decide,
    pub(super) unacked: BTreeSet<BankId>,
    wait_ms: u64,
}

impl Bank {
    /// Tells a decision to every participant that has not confirmed it, until all have.
    pub(super) fn tell(&mut self, now: Now, attempt: &Attempt, out: &mut Output) {
        let decision = match &attempt.state {
            AttemptState::Begun => return,
            AttemptState::Committed { .. } => Decision::Commit,
            AttemptState::Aborted { refusals, closes, .. } => {
                // How much an account lacks is between its bank, this one and the customer.
                let untold = |why: &Refusal| Refusal { missing: None, ..why.clone() };
                Decision::Abort { refusals: refusals.iter().map(untold).collect(), closes: *closes }
            }
        };
        if attempt.unacked.is_empty() {
            return;
        }
        let decide = Decide {
            attempt: attempt.id.clone(),
            package: attempt.package,
            digest: attempt.digest,
            decision,
        };
        for bank in &attempt.unacked {
            out.sends.push(send(bank, Message::Decide(decide.clone())));
        }
        let wait_ms = self.settings.timers.resend_ms;
        self.timers.set(Timer::Resend(attempt.id.clone()), now.mono.after(jittered(wait_ms, now.dice)));
        let telling = Telling { package: attempt.package, decide, unacked: attempt.unacked.clone(), wait_ms };
        self.telling.insert(attempt.id.clone(), telling);
    }

    pub(super) fn resend(&mut self, now: Now, attempt: &AttemptId, out: &mut Output) {
        let longest = self.settings.timers.longest_ms;
        let Some(telling) = self.telling.get_mut(attempt) else { return };
        for bank in &telling.unacked {
            out.sends.push(send(bank, Message::Decide(telling.decide.clone())));
        }
        telling.wait_ms = (telling.wait_ms * 2).min(longest);
        let at = now.mono.after(jittered(telling.wait_ms, now.dice));
        self.timers.set(Timer::Resend(attempt.clone()), at);
    }

    /// ACK: the outcome is on disk at `from`. An ack of an abort while still collecting is ignored.
    pub(super) fn acked(&mut self, books: &mut Books, from: &BankId, ack: &Ack, out: &mut Output) {
        let Some(telling) = self.telling.get_mut(&ack.attempt) else { return };
        let outcome = match telling.decide.decision {
            Decision::Commit => Outcome::Committed,
            Decision::Abort { .. } => Outcome::Aborted,
        };
        if ack.outcome != outcome || !telling.unacked.remove(from) {
            return;
        }
        let done = telling.unacked.is_empty();
        let package = telling.package;
        let Some(mut record) = books.attempt(&ack.attempt).cloned() else { return };
        record.unacked.remove(from);
        let keeps = self.settings.guards.hold(Guard::AckKeepsRecord);
        if done || !keeps {
            self.telling.remove(&ack.attempt);
            self.timers.cancel(&Timer::Resend(ack.attempt.clone()));
        }
        let superseded = books.order(package).is_none_or(|o| current_attempt(&o.state) != Some(&ack.attempt));
        if !keeps || (done && outcome == Outcome::Aborted && superseded) {
            // Nobody is left who could ask, and who asks all the same is told the same: presumed aborted.
            books.forget_attempt(ack.attempt.clone());
        } else {
            books.put_attempt(record);
        }
        if done && outcome == Outcome::Committed {
            self.reply_now(books, package, out);
        }
    }

    /// QUERY: rule R4, from memory and disk together.
    pub(super) fn queried(
        &mut self,
        books: &mut Books,
        now: Now,
        from: &BankId,
        attempt: AttemptId,
        out: &mut Output,
    ) {
        let Some(status) = self.status_of(books, from, &attempt) else { return };
        if status == Status::Amnesia {
            let what = "asks about an attempt of a life that this bank does not remember whole";
            self.alarm(books, now, from, Some(&attempt), what, out);
        }
        out.replies.push(Reply::Peer(Message::Status(StatusMessage { attempt, status })));
    }

    /// How those of `attempts` that are this bank's stand at this moment, for `from`, which takes part in them.
    pub(super) fn standing(
        &self,
        books: &Books,
        from: &BankId,
        attempts: BTreeSet<AttemptId>,
    ) -> BTreeMap<AttemptId, Status> {
        let status =
            |attempt: AttemptId| self.status_of(books, from, &attempt).map(|status| (attempt, status));
        attempts.into_iter().filter_map(status).collect()
    }

    /// Rule R4: what `from` is told of an attempt. None of another bank's.
    fn status_of(&self, books: &Books, from: &BankId, attempt: &AttemptId) -> Option<Status> {
        if attempt.coordinator != self.settings.me {
            return None;
        }
        // Whoever takes no part in what this bank has on record was promised something else under its name.
        let recorded = books.attempt(attempt).filter(|record| record.participants.contains(from));
        let live =
            self.collecting.contains_key(attempt) && self.settings.guards.hold(Guard::QuerySeesMemoryAndDisk);
        let to_come = attempt.epoch == self.epoch() && attempt.sequence >= self.next_sequence;
        Some(match recorded.map(|record| &record.state) {
            Some(AttemptState::Committed { .. }) => Status::Committed,
            Some(AttemptState::Aborted { .. }) => Status::AbortedRecorded,
            Some(AttemptState::Begun) | None if live || to_come => Status::Pending,
            Some(AttemptState::Begun) | None if self.remembers(attempt.epoch) => Status::AbortedPresumed,
            // Late on its way, it was promised after the others had been asked.
            None if self.has_asked_about(attempt.epoch) => Status::AbortedPresumed,
            Some(AttemptState::Begun) | None => Status::Amnesia,
        })
    }
}
