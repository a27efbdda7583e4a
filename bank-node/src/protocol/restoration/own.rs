//! A restored bank's own attempts end as the others' books prove.
//!
//! Never here: where the money goes that is booked anew (`booking`).

use std::collections::{BTreeMap, BTreeSet};

use shared::ids::BankId;

use super::RecoveryReport;
use super::booking::Recovered;
use super::report::{KnownLegs, RecoveredPackage};
use crate::protocol::attempt::{Age, AttemptId};
use crate::protocol::bank::Bank;
use crate::protocol::books::{Books, Key};
use crate::protocol::message::Portion;
use crate::protocol::missed::{Missed, OwnAttempt, Proof};
use crate::protocol::output::{Now, Output};
use crate::protocol::portion::{self, split};
use crate::protocol::records::{Attempt, AttemptState, Order, OrderState, PortionState};
use crate::protocol::restoration::Restoration;
use crate::protocol::settings::Guard;

impl Bank {
    /// Ends this bank's own attempts as the others' books prove. What is to be booked comes back.
    pub(super) fn told_of_own(
        &mut self,
        books: &mut Books,
        now: Now,
        missed: &Missed,
        restoration: &Restoration,
        report: &mut RecoveryReport,
        out: &mut Output,
    ) -> Vec<Recovered> {
        let mut wanted = Vec::new();
        let asked: BTreeSet<&BankId> = missed.told.keys().collect();
        for (id, own) in missed.own_attempts(self.begun_before()) {
            let proof = self.proof_of(books, &id, &own, &asked);
            let known = books.attempt(&id).map(|record| record.state.clone());
            // Of a life that had ended before the copy was made, the copy has every attempt that came to be decided.
            let never_decided = known.is_none() && id.epoch < restoration.epoch && self.lived_whole(id.epoch);
            match (known, proof) {
                (Some(AttemptState::Committed { .. }), _)
                | (Some(AttemptState::Aborted { .. }), Proof::Aborted | Proof::Nothing) => {}
                (Some(AttemptState::Aborted { .. }), Proof::Committed) => {
                    self.contradicted_by(books, now, &own, &id, report, out);
                }
                (None, Proof::Committed) if never_decided => {
                    self.contradicted_by(books, now, &own, &id, report, out);
                }
                (None, Proof::Nothing) if never_decided => {
                    let record = self.abort_own(books, now, &id, &own);
                    self.leave_to_tell(record);
                    report.given_up.push(id);
                }
                (Some(AttemptState::Begun) | None, Proof::Committed) => {
                    let record = self.record_commit(books, now, &id, &own);
                    self.leave_to_tell(record);
                    report.legs_known.extend(known_of(books, &id, &own));
                    wanted.extend(self.commit_promised(books, now, id, &own, report));
                }
                (Some(AttemptState::Begun) | None, Proof::Nothing)
                    if !self.settings.guards.hold(Guard::LostDecisionNotPresumed) =>
                {
                    let record = self.abort_own(books, now, &id, &own);
                    self.leave_to_tell(record);
                    report.given_up.push(id);
                }
                (Some(AttemptState::Begun) | None, Proof::Aborted) => {
                    let record = self.abort_own(books, now, &id, &own);
                    self.leave_to_tell(record);
                    report.given_up.push(id);
                }
                (Some(AttemptState::Begun) | None, Proof::Nothing) => {
                    // Kept as begun in a life that is not whole: nothing is presumed of it.
                    let record = self.record_of(&id, &own, AttemptState::Begun, |_| true);
                    self.left_to_operator.wait(&record);
                    books.put_attempt(record);
                    report.legs_known.extend(known_of(books, &id, &own));
                    report.undecided.push(id);
                }
            }
        }
        wanted
    }

    /// What the others' books prove of an attempt of this bank, and its own: it never commits what it has refused itself.
    pub(super) fn proof_of(
        &self,
        books: &Books,
        id: &AttemptId,
        own: &OwnAttempt,
        asked: &BTreeSet<&BankId>,
    ) -> Proof {
        let refused_here =
            books.portion(id).is_some_and(|record| matches!(record.state, PortionState::Aborted { .. }));
        let proof = own.proof(asked);
        if proof == Proof::Nothing && refused_here { Proof::Aborted } else { proof }
    }

    /// The record of an attempt of this bank; `waits` are the participants that have still to hear of its outcome.
    fn record_of(
        &self,
        id: &AttemptId,
        own: &OwnAttempt,
        state: AttemptState,
        waits: impl Fn(&BankId) -> bool,
    ) -> Attempt {
        let others = own.participants.iter().filter(|bank| self.settings.others.contains_key(bank));
        Attempt {
            id: id.clone(),
            package: own.package,
            digest: own.digest,
            participants: own.participants.clone(),
            state,
            unacked: others.filter(|bank| waits(bank)).cloned().collect(),
        }
    }

    /// An attempt of this bank's that another bank has committed: the attempt's record, and the customer's order.
    pub(super) fn record_commit(
        &self,
        books: &mut Books,
        now: Now,
        id: &AttemptId,
        own: &OwnAttempt,
    ) -> Attempt {
        let decided_ms = now.wall_ms;
        let untold = |bank: &BankId| own.promised.get(bank).is_none_or(|promised| !promised.committed);
        let record = self.record_of(id, own, AttemptState::Committed { decided_ms }, untold);
        books.put_attempt(record.clone());
        let state = OrderState::Committed { attempt: id.clone(), decided_ms };
        match (books.order(own.package).cloned(), own.whole(), own.customer()) {
            (Some(order), _, _) => books.put_order(Order { state, ..order }),
            // A customer who signed up after the backup is none of this bank's any more, and has no orders here.
            (None, Some(legs), Some(customer)) if books.customer(customer).is_some() => {
                let created_ms = own.prepared_ms().unwrap_or(decided_ms);
                let age = Age { first_ms: created_ms, package: own.package };
                let (package, digest) = (own.package, own.digest);
                books.put_order(Order { package, customer, legs, digest, age, created_ms, state });
            }
            (None, _, _) => {}
        }
        record
    }

    /// Books this bank's own part of `id` where the copy holds its promise; else what is to be booked comes back.
    pub(super) fn commit_promised(
        &mut self,
        books: &mut Books,
        now: Now,
        id: AttemptId,
        own: &OwnAttempt,
        report: &mut RecoveryReport,
    ) -> Option<Recovered> {
        if books.portion(&id).is_none() {
            return Some(self.recovered_own(books, now, id, own));
        }
        self.commit_portion(books, now, &id);
        report.recovered.push(RecoveredPackage {
            package: own.package,
            attempt: id,
            whole: true,
            suspense: Vec::new(),
        });
        None
    }

    /// This bank's own part by the copy's order, if it has it; else as far as the others' portions show it; without lines when
    /// it took no part itself.
    ///
    /// The copy has the order and no part where that waited for money when the copy was made, or was tried again after.
    pub(super) fn recovered_own(
        &self,
        books: &Books,
        now: Now,
        attempt: AttemptId,
        own: &OwnAttempt,
    ) -> Recovered {
        let ordered = self.ordered_portion(books, own);
        Recovered {
            attempt,
            package: own.package,
            digest: own.digest,
            participants: own.participants.clone(),
            prepared_ms: own.prepared_ms().unwrap_or(now.wall_ms),
            whole: ordered.is_some() || own.whole().is_some(),
            portion: ordered
                .or_else(|| own.portion(&self.settings.me))
                .or_else(|| self.nothing_known_of(own)),
        }
    }

    /// What `own` does here by this bank's own order of it; none without the order, and where nothing of it is booked here.
    pub(super) fn ordered_portion(&self, books: &Books, own: &OwnAttempt) -> Option<Portion> {
        let me = &self.settings.me;
        let order = books.order(own.package).filter(|order| order.digest == own.digest)?;
        split(&order.legs, me, order.customer).remove(me)
    }

    /// What must be loaded to book this bank's part of `own`, as far as `books` allow to tell.
    pub(super) fn recovered_keys(&self, books: &Books, own: &OwnAttempt) -> Vec<Key> {
        let me = &self.settings.me;
        let order = Key::Order(own.package);
        let ordered = books.has(&order).then(|| self.ordered_portion(books, own)).flatten();
        let portions = ordered.into_iter().chain(own.portion(me));
        let customers = portions.clone().map(|portion| portion.customer).chain(own.customer());
        let mut keys = vec![order, Key::Package(own.package)];
        keys.extend(customers.map(Key::Customer));
        keys.extend(portions.flat_map(|portion| portion::keys(&portion, me, me)));
        keys
    }

    /// Of a part that lay within this bank and is lost: that there was one. Else this bank would seem not to have promised
    /// what others have committed.
    fn nothing_known_of(&self, own: &OwnAttempt) -> Option<Portion> {
        let customer = own.customer().filter(|_| own.participants.contains(&self.settings.me))?;
        Some(Portion { customer, lines: Vec::new(), nets: Vec::new() })
    }

    /// An attempt of this bank's that never committed.
    pub(super) fn abort_own(
        &mut self,
        books: &mut Books,
        now: Now,
        id: &AttemptId,
        own: &OwnAttempt,
    ) -> Attempt {
        let state = AttemptState::Aborted {
            decided_ms: now.wall_ms,
            refusals: Vec::new(),
            closes: false,
            no_voters: BTreeSet::new(),
        };
        let record = self.record_of(id, own, state, |bank| own.promised.contains_key(bank));
        books.put_attempt(record.clone());
        self.abort_portion(books, id, None);
        if let Some(order) = books.order(own.package).cloned()
            && let OrderState::InProgress { .. } = order.state
        {
            let state = OrderState::Aborted {
                attempt: Some(id.clone()),
                refusals: Vec::new(),
                decided_ms: now.wall_ms,
            };
            books.put_order(Order { state, ..order });
        }
        record
    }

    /// What is left over of this attempt is to be told.
    fn leave_to_tell(&mut self, record: Attempt) {
        self.left_over.attempts.retain(|attempt| attempt.id != record.id);
        self.left_over.attempts.push(record);
    }

    fn contradicted_by(
        &mut self,
        books: &mut Books,
        now: Now,
        own: &OwnAttempt,
        id: &AttemptId,
        report: &mut RecoveryReport,
        out: &mut Output,
    ) {
        let committed: Vec<BankId> = own
            .promised
            .iter()
            .filter(|(_, promised)| promised.committed)
            .map(|(bank, _)| bank.clone())
            .collect();
        for bank in committed {
            let what = "has committed an attempt that these restored books had aborted";
            self.alarm(books, now, &bank, Some(id), what, out);
        }
        report.contradicted.push(id.clone());
    }
}

/// What this bank's own record says of an attempt.
pub(super) fn own_of(record: &Attempt) -> OwnAttempt {
    OwnAttempt {
        package: record.package,
        digest: record.digest,
        participants: record.participants.clone(),
        promised: BTreeMap::new(),
    }
}

/// The legs that the others know of an attempt whose order is not in these books.
fn known_of(books: &Books, id: &AttemptId, own: &OwnAttempt) -> Option<KnownLegs> {
    let customer = own.customer().filter(|_| books.order(own.package).is_none())?;
    Some(KnownLegs { attempt: id.clone(), customer, legs: own.legs() })
}
