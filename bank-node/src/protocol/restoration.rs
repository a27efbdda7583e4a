//! A ledger put back from a backup: closed until every other bank has said what it knows of the packages between them, then
//! all of that is booked in one step, and a life begins above all that were seen.
//!
//! Invariant: until that step nothing is said to anybody, nothing voted and nothing presumed. After it, whatever another
//! bank has committed with this one is committed here; what this bank alone knew is lost, and the report says so.

mod booking;
mod deciding;
mod others;
mod own;
mod report;

pub use self::deciding::DecideAnswer;
pub(super) use self::deciding::LeftToOperator;
pub use self::report::{
    AttemptRange, KnownLegs, RecoveredPackage, RecoveryReport, Suspended, SuspenseReason, asked_lives,
};

use std::collections::BTreeMap;

use shared::ids::BankId;

use self::booking::book_all;
use self::own::own_of;
use super::attempt::{AttemptId, Epoch};
use super::bank::Bank;
use super::books::{Books, Key};
use super::missed::sifting::{Asker, Dropped};
use super::missed::{Missed, OwnAttempt};
use super::output::{Now, Output};
use super::portion;
use super::records::{AttemptState, LedgerAccount, PackageRecord, PackageState, Write};

/// A backup that took the ledger's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restoration {
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// The last life in the copy: its end, and all later lives until the report, may be lost.
    pub epoch: Epoch,
    /// The last attempt of that life that is in the copy; 0 for none.
    pub last_sequence: u64,
    /// The last posting in the copy.
    pub last_posting: u64,
}

impl Bank {
    /// What must be loaded to book what the others have said.
    pub(super) fn missed_keys(&self, books: &Books, missed: &Missed) -> Vec<Key> {
        let mut keys = self.start_keys(books);
        let me = &self.settings.me;
        let (missed, _) = self.sifted(missed, self.begun_before());
        for (id, own) in missed.own_attempts(self.begun_before()) {
            keys.push(Key::Attempt(id.clone()));
            keys.extend(self.recovered_keys(books, &own));
            keys.extend(self.promise_keys(books, &id));
        }
        for (bank, attempt) in missed.coordinated(me) {
            keys.push(Key::Package(attempt.package));
            keys.extend(portion::keys(&attempt.portion, bank, me));
            keys.extend(self.promise_keys(books, &attempt.attempt));
        }
        let left = &self.left_over.portions;
        keys.extend(left.iter().flat_map(|portion| self.promise_keys(books, &portion.attempt)));
        keys.extend(missed.closed().map(|(package, ..)| Key::Package(package)));
        keys.push(Key::Balance(LedgerAccount::Suspense));
        keys
    }

    /// Every bank has said what it knows: it is booked, and the bank opens in a new life.
    pub(super) fn told_missed(&mut self, books: &mut Books, now: Now, missed: &Missed, out: &mut Output) {
        let Some(restoration) = self.restoration.take() else { return };
        let mut report = RecoveryReport {
            restored_ms: restoration.at_ms,
            recovered_ms: now.wall_ms,
            last_posting: restoration.last_posting,
            ..RecoveryReport::default()
        };
        let (missed, dropped) = self.sifted(missed, self.begun_before());
        for one in dropped {
            self.alarm(books, now, &one.teller, one.attempt.as_ref(), one.what, out);
            report.contradicted.extend(one.attempt.filter(|_| one.contradicts));
        }
        let missed = &missed;
        let mut wanted = self.told_of_own(books, now, missed, &restoration, &mut report, out);
        wanted.extend(self.told_of_others(books, now, missed, &mut report, out));
        self.let_go_of_outlived(books, missed, &wanted, &mut report);
        book_all(books, now, wanted, self, &mut report);
        for (package, digest, refusals) in missed.closed() {
            let open = books.package(package).is_none_or(|record| record.state == PackageState::Open);
            if open {
                let state = PackageState::Closed(refusals.clone());
                books.put_package(PackageRecord { id: package, digest, state });
                report.closed += 1;
            }
        }
        self.name_unheard(missed, &restoration, &mut report);
        self.begin_after_restoration(books, now, missed, &restoration);
        report.began = self.epoch();
        self.asked_lives.push(report.asked_lives(&restoration));
        books.put(Write::Recovered(report));
        self.go_on(books, now, out);
    }

    /// What can be of what the others said, and what was dropped of it.
    fn sifted(&self, missed: &Missed, begun: BTreeMap<AttemptId, OwnAttempt>) -> (Missed, Vec<Dropped>) {
        let knows = |bank: &BankId| self.settings.others.contains_key(bank);
        let (me, lives_max) = (&self.settings.me, self.believable_life());
        missed.sift(&Asker { me, knows: &knows, lives_max, begun: &begun })
    }

    /// What was begun in the copy and not decided there.
    fn begun_before(&self) -> BTreeMap<AttemptId, OwnAttempt> {
        let begun = self.left_over.attempts.iter().filter(|attempt| attempt.state == AttemptState::Begun);
        begun.map(|attempt| (attempt.id.clone(), own_of(attempt))).collect()
    }
}
