//! An operator's decision on an attempt whose own was lost with the books and is proved by nobody's.
//!
//! Never here: what the others' books prove of it (`missed`).

use std::collections::BTreeMap;

use shared::ids::PackageId;
use shared::package::PackageDigest;

use super::RecoveryReport;
use super::booking::{book_all, is_bookable};
use super::own::own_of;
use super::report::RecoveredPackage;
use crate::protocol::attempt::AttemptId;
use crate::protocol::bank::Bank;
use crate::protocol::books::{Books, Key};
use crate::protocol::missed::{Missed, OwnAttempt, Proof};
use crate::protocol::output::{Now, Output};
use crate::protocol::records::{Attempt, AttemptState, Evidence, LedgerAccount, PackageState};

/// What an operator is told whose decision was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DecideAnswer {
    /// It is decided, and told to the other banks; what was booked here for it.
    Decided(Option<RecoveredPackage>),
    /// It is unknown here, or decided, or not lost.
    NotUndecided,
    /// Another attempt of its package is under way here: once that has ended, it can be decided.
    UnderWay,
    /// The other banks' books prove the opposite.
    Proven(Proof),
    /// It cannot be committed: its package ended otherwise in these books, or a balance would pass the largest.
    Unbookable,
}

/// Attempts of this bank that wait for its operator. Each may have committed, so its package is neither promised to another
/// attempt here nor closed.
#[derive(Clone, Debug, Default)]
pub(in crate::protocol) struct LeftToOperator(BTreeMap<PackageId, BTreeMap<AttemptId, PackageDigest>>);

impl LeftToOperator {
    /// Notes that `record` waits.
    pub fn wait(&mut self, record: &Attempt) {
        self.0.entry(record.package).or_default().insert(record.id.clone(), record.digest);
    }

    /// One that waits with `package`, and what it orders.
    pub fn waits_with(&self, package: PackageId) -> Option<(&AttemptId, PackageDigest)> {
        let first = self.0.get(&package)?.first_key_value();
        first.map(|(attempt, digest)| (attempt, *digest))
    }

    fn decided(&mut self, package: PackageId, attempt: &AttemptId) {
        if let Some(waiting) = self.0.get_mut(&package) {
            waiting.remove(attempt);
            if waiting.is_empty() {
                self.0.remove(&package);
            }
        }
    }
}

impl Bank {
    /// An operator's decision on an attempt of this bank whose own was lost with the books. What the other participants'
    /// books prove binds the operator too.
    pub(in crate::protocol) fn decide_lost(
        &mut self,
        books: &mut Books,
        now: Now,
        attempt: &AttemptId,
        commit: bool,
        missed: &Missed,
        out: &mut Output,
    ) -> DecideAnswer {
        let Some(record) = books.attempt(attempt).filter(|_| self.is_lost(books, attempt)) else {
            return DecideAnswer::NotUndecided;
        };
        let begun = BTreeMap::from([(attempt.clone(), own_of(record))]);
        let (missed, dropped) = self.sifted(missed, begun.clone());
        for one in dropped {
            self.alarm(books, now, &one.teller, one.attempt.as_ref(), one.what, out);
        }
        let Some(own) = missed.own_attempts(begun).remove(attempt) else {
            return DecideAnswer::NotUndecided;
        };
        let proof = self.proof_of(books, attempt, &own, &missed.told.keys().collect());
        if (proof == Proof::Committed && !commit) || (proof == Proof::Aborted && commit) {
            return DecideAnswer::Proven(proof);
        }
        // Booked beside a promise of the same package, it would be spent and open at once.
        let live = books
            .package(own.package)
            .is_some_and(|record| matches!(&record.state, PackageState::Live(other) if other != attempt));
        if commit && live {
            return DecideAnswer::UnderWay;
        }
        let mut report = RecoveryReport::default();
        if commit && !self.can_book(books, now, attempt, &own) {
            return DecideAnswer::Unbookable;
        }
        self.left_to_operator.decided(own.package, attempt);
        let record = if commit {
            let record = self.record_commit(books, now, attempt, &own);
            let wanted = self.commit_promised(books, now, attempt.clone(), &own, &mut report);
            book_all(books, now, wanted.into_iter().collect(), self, &mut report);
            record
        } else {
            self.abort_own(books, now, attempt, &own)
        };
        let outcome = if commit { "commit" } else { "abort" };
        books.put_evidence(Evidence {
            at_ms: now.wall_ms,
            bank: self.settings.me.clone(),
            attempt: Some(attempt.clone()),
            what: format!("an operator decided {outcome}: the decision was lost with the books"),
        });
        self.tell(now, &record, out);
        DecideAnswer::Decided(report.recovered.into_iter().next())
    }

    /// What must be loaded for an operator's decision.
    pub(in crate::protocol) fn decide_keys(
        &self,
        books: &Books,
        attempt: &AttemptId,
        missed: &Missed,
    ) -> Vec<Key> {
        let mut keys = vec![Key::Attempt(attempt.clone()), Key::Balance(LedgerAccount::Suspense)];
        keys.extend(self.promise_keys(books, attempt));
        let Some(record) = books.has(&keys[0]).then(|| books.attempt(attempt)).flatten() else { return keys };
        let begun = BTreeMap::from([(attempt.clone(), own_of(record))]);
        let (missed, _) = self.sifted(missed, begun.clone());
        if let Some(own) = missed.own_attempts(begun).remove(attempt) {
            keys.extend(self.recovered_keys(books, &own));
        }
        keys
    }

    /// Whether this bank's part of it can be booked: what these books promised always can.
    fn can_book(&self, books: &Books, now: Now, attempt: &AttemptId, own: &OwnAttempt) -> bool {
        books.portion(attempt).is_some()
            || is_bookable(books, &self.settings, &self.recovered_own(books, now, attempt.clone(), own))
    }

    /// Whether `attempt` is begun in a life that is not whole: its decision, if there was one, is lost.
    fn is_lost(&self, books: &Books, attempt: &AttemptId) -> bool {
        let begun = books.attempt(attempt).is_some_and(|record| record.state == AttemptState::Begun);
        begun && !self.is_restoring() && self.is_not_whole(attempt.epoch)
    }
}
