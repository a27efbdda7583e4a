//! What a restored bank had promised to others' attempts ends as their coordinators have decided.
//!
//! Never here: where the money goes that is booked anew (`booking`).

use std::collections::BTreeMap;

use shared::ids::PackageId;
use shared::package::PackageDigest;
use shared::refusal::Refusal;

use super::RecoveryReport;
use super::booking::Recovered;
use super::report::RecoveredPackage;
use crate::protocol::attempt::AttemptId;
use crate::protocol::bank::Bank;
use crate::protocol::books::Books;
use crate::protocol::missed::Missed;
use crate::protocol::output::{Now, Output};
use crate::protocol::portion::{self, holds_accounts};
use crate::protocol::records::PortionState;

impl Bank {
    /// Ends what was promised to others' attempts that have committed. What is to be booked comes back.
    pub(super) fn told_of_others(
        &mut self,
        books: &mut Books,
        now: Now,
        missed: &Missed,
        report: &mut RecoveryReport,
        out: &mut Output,
    ) -> Vec<Recovered> {
        let mut wanted = Vec::new();
        let me = self.settings.me.clone();
        for (bank, told) in missed.coordinated(&me) {
            match books.portion(&told.attempt).map(|record| record.state.clone()) {
                Some(PortionState::Committed(_)) => {}
                Some(PortionState::Prepared(_)) => {
                    self.commit_portion(books, now, &told.attempt);
                    report.recovered.push(RecoveredPackage {
                        package: told.package,
                        attempt: told.attempt.clone(),
                        whole: true,
                        suspense: Vec::new(),
                    });
                }
                Some(PortionState::Aborted { .. }) => {
                    let what = "has committed an attempt that these restored books had refused or let go";
                    self.alarm(books, now, bank, Some(&told.attempt), what, out);
                    report.contradicted.push(told.attempt.clone());
                }
                None => match portion::check(&told.portion, bank, &me, &told.participants) {
                    Ok(()) => wanted.push(Recovered {
                        attempt: told.attempt.clone(),
                        package: told.package,
                        digest: told.digest,
                        participants: told.participants.clone(),
                        portion: Some(told.portion.clone()),
                        prepared_ms: told.committed_ms.unwrap_or(now.wall_ms),
                        whole: true,
                    }),
                    Err(malformed) => {
                        let what = format!("tells of a portion that makes no sense: {malformed}");
                        self.alarm(books, now, bank, Some(&told.attempt), what, out);
                        report.contradicted.push(told.attempt.clone());
                    }
                },
            }
        }
        wanted
    }

    /// Lets go of what the copy had promised to attempts that have not committed, by others' books: their packages did in
    /// another attempt, or were refused for good. Held on, it would be taken for spent money, and its end would open a
    /// package that has ended. What has ended is not asked about any more.
    pub(super) fn let_go_of_outlived(
        &mut self,
        books: &mut Books,
        missed: &Missed,
        wanted: &[Recovered],
        report: &mut RecoveryReport,
    ) {
        let me = self.settings.me.clone();
        let mut spent: BTreeMap<(PackageId, PackageDigest), &AttemptId> = BTreeMap::new();
        spent.extend(wanted.iter().map(|one| ((one.package, one.digest), &one.attempt)));
        spent.extend(missed.coordinated(&me).map(|(_, one)| ((one.package, one.digest), &one.attempt)));
        // Where this bank keeps the record of a package, it is spent under one id once, whatever its body.
        let booked = wanted.iter().filter_map(|one| Some((one.package, &one.attempt, one.portion.as_ref()?)));
        let told = missed.coordinated(&me).map(|(_, one)| (one.package, &one.attempt, &one.portion));
        let spent_here: BTreeMap<PackageId, &AttemptId> = booked
            .chain(told)
            .filter(|(.., portion)| holds_accounts(portion))
            .map(|(package, attempt, _)| (package, attempt))
            .collect();
        let closed: BTreeMap<(PackageId, PackageDigest), &Vec<Refusal>> =
            missed.closed().map(|(package, digest, refusals)| ((package, digest), refusals)).collect();
        let mut outlived: Vec<(AttemptId, Option<Vec<Refusal>>)> = Vec::new();
        for record in self.left_over.portions.iter().filter(|record| record.attempt.coordinator != me) {
            let (PortionState::Prepared(promise), Some(package)) = (&record.state, record.package) else {
                continue;
            };
            let elsewhere = holds_accounts(&promise.portion)
                && spent_here.get(&package).is_some_and(|attempt| **attempt != record.attempt);
            let package = (package, promise.digest);
            if elsewhere || spent.get(&package).is_some_and(|attempt| **attempt != record.attempt) {
                outlived.push((record.attempt.clone(), None));
            } else if let Some(refusals) = closed.get(&package) {
                outlived.push((record.attempt.clone(), Some((*refusals).clone())));
            }
        }
        for (attempt, closing) in outlived {
            report.closed += u64::from(closing.is_some());
            self.abort_portion(books, &attempt, closing);
        }
        let left = std::mem::take(&mut self.left_over.portions).into_iter().filter(|record| {
            let now = books.portion(&record.attempt).map(|record| &record.state);
            matches!(now, Some(PortionState::Prepared(_)))
        });
        self.left_over.portions = left.collect();
    }
}
