//! A promise whose outcome is not known here: ask the coordinator, then the fellow participants, and believe only whom was
//! asked.
//!
//! Invariant: a doubt ends by the decision, or by a fellow participant's durable refusal; never by time.

use std::collections::{BTreeSet, VecDeque};

use shared::ids::BankId;

use super::attempt::AttemptId;
use super::bank::{Bank, send};
use super::books::Books;
use super::message::{AboutAttempt, Message, PeerStatus, PeerStatusMessage, Status, StatusMessage};
use super::output::{Now, Output, Reply};
use super::records::PortionState;
use super::settings::{ENDED_BY_FELLOWS_MAX, Guard, QUERIES_BEFORE_PEERS};
use super::timers::{Timer, jittered};

/// A portion promised to another bank's attempt, whose outcome is not known here.
#[derive(Clone, Debug)]
pub struct Doubt {
    /// The fellow participants that may know: all but this bank and the coordinator.
    pub(super) fellows: BTreeSet<BankId>,
    /// Queries that the coordinator has not answered.
    unanswered: u32,
    /// How long the next wait is, in milliseconds.
    wait_ms: u64,
    /// Set while a presumed abort is checked: the fellows that have not answered yet.
    checking: Option<BTreeSet<BankId>>,
    /// The fellows that this life has asked. Nobody else's word about their portion is taken: it would end a promise here
    /// while the coordinator still decides.
    asked: BTreeSet<BankId>,
}

/// On whose word attempts ended here, for those that ended by a fellow participant's: the newest of this life.
#[derive(Clone, Debug, Default)]
pub struct EndedByFellows(VecDeque<(AttemptId, BankId)>);

impl EndedByFellows {
    fn note(&mut self, attempt: &AttemptId, fellow: &BankId) {
        if self.0.len() == ENDED_BY_FELLOWS_MAX {
            self.0.pop_front();
        }
        self.0.push_back((attempt.clone(), fellow.clone()));
    }

    pub(super) fn of(&self, attempt: &AttemptId) -> Option<&BankId> {
        self.0.iter().find(|(ended, _)| ended == attempt).map(|(_, fellow)| fellow)
    }
}

impl Bank {
    /// A portion promised to `attempt` begins to wait for its outcome.
    pub(super) fn begin_doubt(&mut self, now: Now, attempt: &AttemptId, participants: &BTreeSet<BankId>) {
        let known = |bank: &&BankId| **bank != self.settings.me && **bank != attempt.coordinator;
        let fellows = participants.iter().filter(known).cloned().collect();
        let wait_ms = self.settings.timers.doubt_ms;
        self.doubts.insert(
            attempt.clone(),
            Doubt { fellows, unanswered: 0, wait_ms, checking: None, asked: BTreeSet::new() },
        );
        self.timers.set(Timer::Doubt(attempt.clone()), now.mono.after(jittered(wait_ms, now.dice)));
    }

    /// T_doubt: ask the coordinator; when it stays silent, the fellow participants too.
    pub(super) fn ask_about(&mut self, now: Now, attempt: &AttemptId, out: &mut Output) {
        let guards = self.settings.guards;
        let Some(doubt) = self.doubts.get_mut(attempt) else { return };
        let about = AboutAttempt { attempt: attempt.clone() };
        out.sends.push(send(&attempt.coordinator, Message::Query(about.clone())));
        if doubt.unanswered >= QUERIES_BEFORE_PEERS && guards.hold(Guard::CooperativeTermination) {
            for fellow in &doubt.fellows {
                out.sends.push(send(fellow, Message::PeerQuery(about.clone())));
            }
            doubt.asked.clone_from(&doubt.fellows);
        }
        doubt.unanswered += 1;
        doubt.wait_ms = (doubt.wait_ms + doubt.wait_ms / 2).min(self.settings.timers.longest_ms);
        let at = now.mono.after(jittered(doubt.wait_ms, now.dice));
        self.timers.set(Timer::Doubt(attempt.clone()), at);
    }

    /// Asks the coordinators of those of `attempts` that are in doubt here, before their timers do, whose waits go on as they
    /// were: a question more that is not answered says nothing new.
    pub(super) fn ask_now(&self, attempts: &BTreeSet<AttemptId>, out: &mut Output) {
        for attempt in attempts.iter().filter(|attempt| self.doubts.contains_key(attempt)) {
            let about = AboutAttempt { attempt: attempt.clone() };
            out.sends.push(send(&attempt.coordinator, Message::Query(about)));
        }
    }

    /// STATUS from a coordinator, about a portion in doubt here.
    pub(super) fn told_status(
        &mut self,
        books: &mut Books,
        now: Now,
        from: &BankId,
        status: &StatusMessage,
        out: &mut Output,
    ) {
        let attempt = &status.attempt;
        if attempt.coordinator != *from {
            return;
        }
        match (books.portion(attempt).map(|record| &record.state), status.status) {
            (Some(PortionState::Committed(_)), Status::AbortedRecorded)
            | (Some(PortionState::Aborted { .. }), Status::Committed) => {
                self.contradicted(books, now, from, attempt, out);
                return;
            }
            (Some(PortionState::Committed(_)), Status::AbortedPresumed) => {
                let what = "presumes an attempt aborted that has committed here: it has forgotten";
                self.alarm(books, now, from, Some(attempt), what, out);
                return;
            }
            (Some(PortionState::Committed(_)), Status::Committed | Status::Pending | Status::Amnesia)
            | (
                Some(PortionState::Aborted { .. }),
                Status::Pending | Status::AbortedRecorded | Status::AbortedPresumed | Status::Amnesia,
            )
            | (None, _) => return,
            (Some(PortionState::Prepared(_)), _) => {}
        }
        match status.status {
            Status::Pending => {
                if let Some(doubt) = self.doubts.get_mut(attempt) {
                    doubt.unanswered = 0;
                }
            }
            Status::Committed => self.commit_portion(books, now, attempt),
            Status::AbortedRecorded => self.abort_portion(books, attempt, None),
            Status::AbortedPresumed => self.check_presumed(books, now, attempt, out),
            Status::Amnesia => {
                let what = "does not remember an attempt that this bank has promised";
                self.alarm(books, now, from, Some(attempt), what, out);
            }
        }
    }

    /// A presumed abort is taken only when no fellow participant that can be reached has committed.
    fn check_presumed(&mut self, books: &mut Books, now: Now, attempt: &AttemptId, out: &mut Output) {
        let Some(doubt) = self.doubts.get(attempt) else { return };
        if doubt.checking.is_some() {
            return;
        }
        let reachable: BTreeSet<BankId> =
            doubt.fellows.iter().filter(|fellow| self.is_reachable(fellow)).cloned().collect();
        if reachable.is_empty() || !self.settings.guards.hold(Guard::PresumedAbortChecked) {
            self.abort_portion(books, attempt, None);
            return;
        }
        for fellow in &reachable {
            let about = AboutAttempt { attempt: attempt.clone() };
            out.sends.push(send(fellow, Message::PeerQuery(about)));
        }
        if let Some(doubt) = self.doubts.get_mut(attempt) {
            doubt.asked.extend(reachable.iter().cloned());
            doubt.checking = Some(reachable);
        }
        self.timers.set(Timer::Check(attempt.clone()), now.mono.after(self.settings.timers.check_ms));
    }

    /// The peers have had their time to contradict a presumed abort.
    pub(super) fn check_over(&mut self, books: &mut Books, now: Now, attempt: &AttemptId, out: &mut Output) {
        let _ = (now, out);
        if self.doubts.get(attempt).is_some_and(|doubt| doubt.checking.is_some()) {
            self.abort_portion(books, attempt, None);
        }
    }

    /// PEER-QUERY: what this bank has on disk; an attempt never promised here never will be, from now on.
    pub(super) fn peer_queried(
        &mut self,
        books: &mut Books,
        now: Now,
        from: &BankId,
        attempt: AttemptId,
        out: &mut Output,
    ) {
        let _ = now;
        let status = match books.portion(&attempt).map(|record| &record.state) {
            Some(PortionState::Prepared(_)) => PeerStatus::Prepared,
            Some(PortionState::Committed(_)) => PeerStatus::Committed,
            Some(PortionState::Aborted { .. }) => PeerStatus::Refused,
            None => {
                // Of an attempt that no other bank of the consortium runs, the tombstone would never be swept.
                let theirs = self.settings.others.contains_key(&attempt.coordinator);
                if self.recovering.is_some() || !theirs {
                    return;
                }
                // What was promised here and not let go is kept, and below the low-water mark nothing is promised any
                // more: the peer's record on disk proves this refusal without a tombstone.
                if !self.was_swept(&attempt) {
                    // It is told that it is refused, so it can be promised no more.
                    if !self.stop_waiting(&attempt) && !self.counts_question(from) {
                        return;
                    }
                    self.entomb(books, &attempt, None, None);
                }
                PeerStatus::Refused
            }
        };
        out.replies.push(Reply::Peer(Message::PeerStatus(PeerStatusMessage { attempt, status })));
    }

    /// PEER-STATUS from a fellow participant, about a portion in doubt here.
    pub(super) fn told_peer_status(
        &mut self,
        books: &mut Books,
        now: Now,
        from: &BankId,
        status: &PeerStatusMessage,
        out: &mut Output,
    ) {
        let attempt = &status.attempt;
        let Some(doubt) = self.doubts.get_mut(attempt) else {
            let aborted = books.portion(attempt).is_some_and(|record| match &record.state {
                PortionState::Aborted { promise: Some(promise), .. } => promise.participants.contains(from),
                PortionState::Aborted { promise: None, .. }
                | PortionState::Prepared(_)
                | PortionState::Committed(_) => false,
            });
            if aborted && status.status == PeerStatus::Committed {
                let what = "has committed an attempt that has aborted here";
                self.alarm(books, now, from, Some(attempt), what, out);
            }
            return;
        };
        if !doubt.asked.contains(from) {
            // It may answer a question of the life before this one, which has asked again.
            return;
        }
        if status.status != PeerStatus::Prepared {
            self.ended_by_fellows.note(attempt, from);
        }
        match status.status {
            PeerStatus::Committed => {
                let presumed = doubt.checking.is_some();
                self.commit_portion(books, now, attempt);
                if presumed {
                    let coordinator = attempt.coordinator.clone();
                    let what =
                        "presumes an attempt aborted that a participant has committed: it has forgotten";
                    self.alarm(books, now, &coordinator, Some(attempt), what, out);
                }
            }
            PeerStatus::Refused => self.abort_portion(books, attempt, None),
            PeerStatus::Prepared => {
                let Some(waiting) = &mut doubt.checking else { return };
                waiting.remove(from);
                if waiting.is_empty() {
                    self.abort_portion(books, attempt, None);
                }
            }
        }
    }
}
