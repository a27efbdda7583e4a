//! The bank's side of a package: vote once, then obey the decision.
//!
//! Invariant: after a yes nothing here releases a hold but the decision, or a fellow participant's durable refusal.

use std::collections::BTreeSet;

use shared::ids::{BankId, CustomerId, PackageId};
use shared::package::PackageDigest;
use shared::refusal::{Refusal, RefusalCode};

use super::attempt::{Age, AttemptId, Mark};
use super::bank::Bank;
use super::books::Books;
use super::funds::{Asking, Judged, judge, used_on};
use super::message::{
    Ack, BatchHeader, Decide, Decision, Message, No, Outcome, Portion, Prepare, Side, Standing, Vote,
    VoteMessage,
};
use super::output::{Mono, Now, Output, Reply};
use super::portion::{self, flows, holds_accounts};
use super::posting::book;
use super::records::{
    Balance, Consent, ConsentUse, PackageRecord, PackageState, PortionRecord, PortionState, Promise, Write,
};
use super::settings::{Guard, PREPARED_MAX, TOMBSTONES_PER_ASKER_MAX};
use super::timers::Timer;

/// What a portion is asked under: the parts of a PREPARE that bind.
pub(super) struct Asked<'a> {
    pub attempt: &'a AttemptId,
    pub package: PackageId,
    pub digest: PackageDigest,
    /// How old the package is.
    pub age: Age,
    /// The version of the consortium file that the attempt began under.
    pub version: u64,
    pub participants: BTreeSet<BankId>,
    pub portion: &'a Portion,
    /// Until when it may wait for money that younger packages hold; none when it may not.
    pub wait_until: Option<Mono>,
}

impl Bank {
    /// PREPARE from another bank.
    pub(super) fn asked_to_prepare(
        &mut self,
        books: &mut Books,
        now: Now,
        header: &BatchHeader,
        prepare: Prepare,
        out: &mut Output,
    ) {
        let from = &header.from;
        if self.recovering.is_some() {
            // No votes while this bank does not know what it may have forgotten; the coordinator's time runs out.
            return;
        }
        if prepare.attempt.coordinator != *from {
            self.alarm(books, now, from, Some(&prepare.attempt), "asks for another bank's attempt", out);
            return;
        }
        if prepare.attempt.epoch > header.epoch {
            // A no on it would be taken back in that life: its mark is not below anything on disk yet.
            let what = "asks for an attempt of a life that it is not in yet";
            self.alarm(books, now, from, Some(&prepare.attempt), what, out);
            return;
        }
        if let Some(waiter) = self.claims.waiter(&prepare.attempt) {
            if waiter.prepare.digest != prepare.digest {
                let what = "changed a package that waits for money here";
                self.alarm(books, now, from, Some(&prepare.attempt), what, out);
            }
            return;
        }
        let vote = match books.portion(&prepare.attempt).map(|record| record.state.clone()) {
            Some(PortionState::Prepared(promise) | PortionState::Committed(promise)) => {
                if promise.digest != prepare.digest {
                    self.alarm(
                        books,
                        now,
                        from,
                        Some(&prepare.attempt),
                        "changed a package after the vote",
                        out,
                    );
                    return;
                }
                // The first answer again, or a repetition would hold the money twice.
                Vote::Yes { digest: promise.digest }
            }
            Some(PortionState::Aborted { vote: Some(vote), .. })
                if self.settings.guards.hold(Guard::TombstoneRemembersNo) =>
            {
                vote
            }
            Some(PortionState::Aborted { promise: Some(_), .. }) => for_now(&prepare.portion),
            Some(PortionState::Aborted { promise: None, .. })
                if self.settings.guards.hold(Guard::TombstoneRemembersNo) =>
            {
                for_now(&prepare.portion)
            }
            Some(PortionState::Aborted { .. }) | None => {
                let until = self.wait_until(now, prepare.time_left_ms);
                match self.first_vote(books, now, from, &prepare, until, out) {
                    Some(vote) => vote,
                    None => return,
                }
            }
        };
        out.replies.push(Reply::Peer(Message::Vote(VoteMessage { attempt: prepare.attempt, vote })));
    }

    /// The vote on an attempt that was neither promised nor refused before; none for one that waits for money, which has its
    /// vote later, and for one that makes no sense.
    pub(super) fn first_vote(
        &mut self,
        books: &mut Books,
        now: Now,
        from: &BankId,
        prepare: &Prepare,
        wait_until: Option<Mono>,
        out: &mut Output,
    ) -> Option<Vote> {
        let peer = self.peers.get(from)?;
        let mark = prepare.attempt.mark();
        if mark.epoch != peer.record.epoch || mark < peer.record.low_water {
            // Proved by the peer's record on disk, so no tombstone is needed for this no to be final.
            return Some(for_now(&prepare.portion));
        }
        let participants: BTreeSet<BankId> = prepare.participants.iter().cloned().collect();
        let named = participants.contains(&self.settings.me)
            && participants
                .iter()
                .all(|bank| *bank == self.settings.me || self.settings.others.contains_key(bank));
        // A no takes little room, and is what the reserve is for.
        let full = self.disk_full || self.draining || self.doubts.len() >= PREPARED_MAX;
        if peer.record.barred || !self.settings.takes(prepare.consortium) || !named || full {
            let vote = for_now(&prepare.portion);
            self.entomb(books, &prepare.attempt, Some(prepare.package), Some(vote.clone()));
            return Some(vote);
        }
        if let Err(malformed) = portion::check(&prepare.portion, from, &self.settings.me, &participants) {
            let what = format!("asks for a portion that makes no sense: {malformed}");
            self.alarm(books, now, from, Some(&prepare.attempt), what, out);
            return None;
        }
        let asked = Asked {
            attempt: &prepare.attempt,
            package: prepare.package,
            digest: prepare.digest,
            // Its package parts it from others of the same moment, whatever package its coordinator names there.
            age: Age { package: prepare.package, ..prepare.age },
            version: prepare.consortium,
            participants,
            portion: &prepare.portion,
            wait_until,
        };
        let vote = self.prepare(books, now, &asked)?;
        if matches!(vote, Vote::Yes { .. }) {
            self.begin_doubt(now, &prepare.attempt, &asked.participants);
        }
        Some(vote)
    }

    /// Votes on a portion, this bank's own attempts included: the record first, then rights and funds. None when it waits.
    pub(super) fn prepare(&mut self, books: &mut Books, now: Now, asked: &Asked<'_>) -> Option<Vote> {
        let keeps_record = self.keeps_record(asked.portion, asked.participants.len());
        let record = if keeps_record { books.package(asked.package).cloned() } else { None };
        let lost = self.left_to_operator.waits_with(asked.package).filter(|_| keeps_record);
        let record_says = match lost {
            Some((attempt, digest)) => {
                Some(Vote::Elsewhere { standing: Standing::Live { attempt: attempt.clone() }, digest })
            }
            None => record.as_ref().and_then(|record| standing_vote(record, asked)),
        };
        let coordinator = &asked.attempt.coordinator;
        let asking = Asking { coordinator, version: asked.version, age: asked.age };
        let judged = judge(books, now, &self.settings, &self.claims, asking, asked.portion);
        let record_first = self.settings.guards.hold(Guard::RecordBeforeRights);
        let vote = match (record_says, judged) {
            (Some(vote), _) if record_first => vote,
            (None, Judged::Waits(_)) if self.wait(now, asked) => return None,
            (_, Judged::Refused(refusals) | Judged::Waits(refusals)) => {
                let closes = refusals.iter().any(|no| no.definite) && keeps_record;
                if closes && self.settings.guards.hold(Guard::DefiniteNoCloses) {
                    let state = closed(refusals.iter().map(|no| no.refusal.clone()));
                    books.put_package(PackageRecord { id: asked.package, digest: asked.digest, state });
                }
                Vote::No { refusals }
            }
            (Some(vote), Judged::Granted(_)) => vote,
            (None, Judged::Granted(consents)) => {
                self.hold(books, now, asked, consents, keeps_record);
                return Some(Vote::Yes { digest: asked.digest });
            }
        };
        self.entomb(books, asked.attempt, Some(asked.package), Some(vote.clone()));
        Some(vote)
    }

    /// Whether this bank keeps the record of the package that `portion` is part of.
    pub(super) fn keeps_record(&self, portion: &Portion, banks: usize) -> bool {
        let guards = self.settings.guards;
        let credited_only =
            !portion.lines.iter().any(|line| line.side == Side::Debit && line.account.is_some());
        let cancelling = flows(portion).values().all(|flow| flow.takes == flow.brings);
        holds_accounts(portion)
            && guards.hold(Guard::PackageRecordKept)
            && (guards.hold(Guard::KeptAtCreditedBanks) || !credited_only)
            && (guards.hold(Guard::KeptThoughCancelling) || !cancelling)
            && (guards.hold(Guard::OneBankPassesRecord) || banks > 1)
    }

    /// Sets aside what the portion takes and notes what it brings: the books' side of a yes.
    fn hold(
        &mut self,
        books: &mut Books,
        now: Now,
        asked: &Asked<'_>,
        consents: Vec<ConsentUse>,
        keeps_record: bool,
    ) {
        for (account, flow) in flows(asked.portion) {
            let money = books.balance(&account);
            let held = money.held + flow.takes;
            let incoming = money.incoming + flow.brings;
            books.put_balance(account, Balance { held, incoming, ..money });
        }
        if self.settings.guards.hold(Guard::ConsentCountsPrepared) {
            for draw in &consents {
                draw_consent(books, draw, draw.amount);
            }
        }
        let promise = Promise {
            digest: asked.digest,
            participants: asked.participants.clone(),
            portion: asked.portion.clone(),
            consents,
            first_ms: asked.age.first_ms,
            prepared_ms: now.wall_ms,
        };
        self.claims.promise(asked.attempt, asked.age, asked.portion);
        books.put_portion(PortionRecord {
            attempt: asked.attempt.clone(),
            package: Some(asked.package),
            state: PortionState::Prepared(promise),
        });
        if keeps_record {
            let state = PackageState::Live(asked.attempt.clone());
            books.put_package(PackageRecord { id: asked.package, digest: asked.digest, state });
        }
    }

    /// A tombstone: this attempt will never be promised here. Keeps what was voted, so that it is said again alike.
    pub(super) fn entomb(
        &self,
        books: &mut Books,
        attempt: &AttemptId,
        package: Option<PackageId>,
        vote: Option<Vote>,
    ) {
        if !self.settings.guards.hold(Guard::RefusalsDurable) {
            return;
        }
        let state = PortionState::Aborted { vote, promise: None };
        books.put_portion(PortionRecord { attempt: attempt.clone(), package, state });
    }

    /// DECIDE from a coordinator.
    pub(super) fn told_decision(
        &mut self,
        books: &mut Books,
        now: Now,
        from: &BankId,
        decide: Decide,
        out: &mut Output,
    ) {
        let attempt = &decide.attempt;
        if attempt.coordinator != *from {
            self.alarm(books, now, from, Some(attempt), "decides another bank's attempt", out);
            return;
        }
        let record = books.portion(attempt).cloned();
        let outcome = match (record.map(|record| record.state), decide.decision) {
            (Some(PortionState::Prepared(promise)), _) if promise.digest != decide.digest => {
                self.alarm(books, now, from, Some(attempt), "decides under another digest", out);
                return;
            }
            (Some(PortionState::Prepared(_)), Decision::Commit) => {
                self.commit_portion(books, now, attempt);
                Outcome::Committed
            }
            (Some(PortionState::Prepared(_)), Decision::Abort { refusals, closes }) => {
                self.abort_portion(books, attempt, closes.then_some(refusals));
                Outcome::Aborted
            }
            (Some(PortionState::Committed(promise)), Decision::Commit) => {
                if !self.settings.guards.hold(Guard::SecondCommitBooksNothing) {
                    book(books, now.wall_ms, decide.package, attempt, &promise.portion);
                }
                Outcome::Committed
            }
            (Some(PortionState::Aborted { .. }), Decision::Abort { refusals, closes }) => {
                self.close_if_open(books, &decide.package, decide.digest, closes.then_some(refusals));
                Outcome::Aborted
            }
            (Some(PortionState::Committed(_)), Decision::Abort { .. })
            | (Some(PortionState::Aborted { .. }), Decision::Commit) => {
                self.contradicted(books, now, from, attempt, out);
                return;
            }
            (None, Decision::Abort { refusals, closes }) => {
                // One that waits here was asked for, and needs no counting.
                if !self.stop_waiting(attempt) && !self.counts_question(from) {
                    return;
                }
                self.entomb(books, attempt, Some(decide.package), None);
                self.close_if_open(books, &decide.package, decide.digest, closes.then_some(refusals));
                Outcome::Aborted
            }
            (None, Decision::Commit) => {
                let what = "commits an attempt that this bank does not know: a vote was forgotten";
                self.alarm(books, now, from, Some(attempt), what, out);
                return;
            }
        };
        let ack = Ack { attempt: decide.attempt, outcome };
        out.replies.push(Reply::Peer(Message::Ack(ack)));
    }

    /// The opposite decision: the evidence is kept, and no promise is made to this bank again. It broke its word.
    ///
    /// Where the outcome here is a fellow's word, one of the two has lied, and nobody here can tell which: both are named.
    pub(super) fn contradicted(
        &mut self,
        books: &mut Books,
        now: Now,
        from: &BankId,
        attempt: &AttemptId,
        out: &mut Output,
    ) {
        if let Some(fellow) = self.ended_by_fellows.of(attempt).cloned() {
            let what = format!("decides otherwise than {fellow}, a participant, said that it was decided");
            self.alarm(books, now, from, Some(attempt), what, out);
            let what = format!("said of an attempt of {from} what {from} did not decide");
            self.alarm(books, now, &fellow, Some(attempt), what, out);
            return;
        }
        self.bar(books, from);
        self.alarm(books, now, from, Some(attempt), "told opposite decisions on one attempt", out);
    }

    /// Books what was promised: the one place where a portion becomes postings.
    pub(super) fn commit_portion(&mut self, books: &mut Books, now: Now, attempt: &AttemptId) {
        let Some((package, promise)) = self.end_promise(books, attempt) else { return };
        book(books, now.wall_ms, package, attempt, &promise.portion);
        if !self.settings.guards.hold(Guard::ConsentCountsPrepared) {
            for draw in &promise.consents {
                draw_consent(books, draw, draw.amount);
            }
        }
        if self.keeps_record(&promise.portion, promise.participants.len()) {
            let state = PackageState::Spent(attempt.clone());
            books.put_package(PackageRecord { id: package, digest: promise.digest, state });
        }
        books.put_portion(PortionRecord {
            attempt: attempt.clone(),
            package: Some(package),
            state: PortionState::Committed(promise),
        });
        self.note_last_commit(books, attempt);
    }

    /// What HELLO's answer names of the coordinator's: the highest of its attempts that committed here.
    pub(super) fn note_last_commit(&mut self, books: &mut Books, attempt: &AttemptId) {
        if let Some(peer) = self.peers.get_mut(&attempt.coordinator) {
            let newest = peer.record.last_commit.as_ref().map(AttemptId::mark) < Some(attempt.mark());
            if newest {
                peer.record.last_commit = Some(attempt.clone());
                books.put(Write::Peer(peer.record.clone()));
            }
        }
    }

    /// Lets go of what was promised; `closing` closes the package with its refusals.
    pub(super) fn abort_portion(
        &mut self,
        books: &mut Books,
        attempt: &AttemptId,
        closing: Option<Vec<Refusal>>,
    ) {
        let Some((package, promise)) = self.end_promise(books, attempt) else { return };
        if self.settings.guards.hold(Guard::ConsentCountsPrepared) {
            for draw in &promise.consents {
                give_back(books, draw, &attempt.coordinator, promise.portion.customer);
            }
        }
        if self.keeps_record(&promise.portion, promise.participants.len()) {
            let closing = closing.filter(|_| self.left_to_operator.waits_with(package).is_none());
            let state = closing.map_or(PackageState::Open, closed);
            books.put_package(PackageRecord { id: package, digest: promise.digest, state });
        }
        let state = PortionState::Aborted { vote: None, promise: Some(promise) };
        books.put_portion(PortionRecord { attempt: attempt.clone(), package: Some(package), state });
    }

    /// Takes a promise back out of holds and incoming, and ends the doubt about it.
    fn end_promise(&mut self, books: &mut Books, attempt: &AttemptId) -> Option<(PackageId, Promise)> {
        self.doubts.remove(attempt);
        self.timers.cancel(&Timer::Doubt(attempt.clone()));
        self.timers.cancel(&Timer::Check(attempt.clone()));
        let record = books.portion(attempt)?;
        let PortionState::Prepared(promise) = record.state.clone() else { return None };
        let package = record.package?;
        for (account, flow) in flows(&promise.portion) {
            let money = books.balance(&account);
            let (held, incoming) = (money.held - flow.takes, money.incoming - flow.brings);
            assert!(held >= 0 && incoming >= 0, "I7: {account} has less set aside than was promised");
            books.put_balance(account, Balance { held, incoming, ..money });
        }
        self.claims.release(attempt, promise.age(package), &promise.portion);
        self.freed(&promise.portion);
        Some((package, promise))
    }

    /// Closes a package that is open here, when a decision says so.
    fn close_if_open(
        &self,
        books: &mut Books,
        package: &PackageId,
        digest: PackageDigest,
        closing: Option<Vec<Refusal>>,
    ) {
        let Some(refusals) = closing else { return };
        if !self.settings.guards.hold(Guard::PackageRecordKept) {
            return;
        }
        let open = books.package(*package).is_none_or(|record| record.state == PackageState::Open);
        if open && self.left_to_operator.waits_with(*package).is_none() {
            let state = closed(refusals);
            books.put_package(PackageRecord { id: *package, digest, state });
        }
    }

    /// Whether `attempt` is below its coordinator's low-water mark: its tombstone may have been swept.
    pub(super) fn was_swept(&self, attempt: &AttemptId) -> bool {
        let mark = |bank: &BankId| self.peers.get(bank).map_or(Mark::default(), |peer| peer.record.low_water);
        attempt.mark() < mark(&attempt.coordinator)
    }

    /// Counts a question of `asker` that leaves a tombstone; false when it has asked too many of them.
    pub(super) fn counts_question(&mut self, asker: &BankId) -> bool {
        let Some(peer) = self.peers.get_mut(asker) else { return false };
        peer.tombstones += 1;
        peer.tombstones <= TOMBSTONES_PER_ASKER_MAX
    }
}

/// The record of a package refused for good. Whoever sends the package again is told it, so how much was lacking, which
/// only whoever may view the account is told, is left out.
fn closed(refusals: impl IntoIterator<Item = Refusal>) -> PackageState {
    PackageState::Closed(refusals.into_iter().map(|why| Refusal { missing: None, ..why }).collect())
}

/// What the package's record says to an attempt, unless it is open.
fn standing_vote(record: &PackageRecord, asked: &Asked<'_>) -> Option<Vote> {
    let standing = match &record.state {
        PackageState::Open => return None,
        PackageState::Live(attempt) => Standing::Live { attempt: attempt.clone() },
        PackageState::Spent(attempt) => Standing::Spent { attempt: attempt.clone() },
        PackageState::Closed(refusals) if record.digest == asked.digest => {
            let no = |refusal: &Refusal| No { refusal: refusal.clone(), definite: true };
            return Some(Vote::No { refusals: refusals.iter().map(no).collect() });
        }
        PackageState::Closed(_) => Standing::Closed,
    };
    Some(Vote::Elsewhere { standing, digest: record.digest })
}

/// A no that says nothing about the package: try again.
pub(super) fn for_now(portion: &Portion) -> Vote {
    let legs: BTreeSet<u16> = portion.lines.iter().map(|line| line.leg).collect();
    let no = |leg| No { refusal: Refusal::new(leg, RefusalCode::Overloaded), definite: false };
    Vote::No { refusals: legs.into_iter().map(no).collect() }
}

/// Gives back what was drawn and not spent. A consent that replaced the one drawn on, when it was given, took over what
/// that one had used: it gets it back too.
fn give_back(books: &mut Books, draw: &ConsentUse, bank: &BankId, customer: CustomerId) {
    draw_consent(books, draw, -draw.amount);
    let Some(drawn) = books.consent(draw.consent).cloned() else { return };
    let Some(ended_ms) = drawn.ended_ms else { return };
    let took_over =
        |other: &&Consent| other.giver == drawn.giver && other.created_ms == ended_ms && other.id != drawn.id;
    let next = books.consents_for(bank, customer).find(took_over).map(|next| (next.id, next.used));
    if let Some((consent, used)) = next {
        draw_consent(books, &ConsentUse { consent, ..draw.clone() }, -draw.amount.min(used));
    }
}

/// Counts `amount` for the draw's day; a day that has passed counts no more.
fn draw_consent(books: &mut Books, draw: &ConsentUse, amount: i64) {
    let Some(consent) = books.consent(draw.consent).cloned() else { return };
    let (day, used) = used_on(&consent, draw.day);
    if day == draw.day {
        let mut consent = consent;
        consent.used_day = day;
        consent.used = used + amount;
        books.put_consent(consent);
    }
}
