//! Several banks' books beside one another: one outcome for each attempt, one attempt for each package, mirrored nets.

use std::collections::{BTreeMap, BTreeSet};

use shared::ids::{BankId, PackageId};
use shared::package::PackageDigest;

use super::{Stage, Violation, committed, net_to, promise_of, stage};
use crate::protocol::attempt::AttemptId;
use crate::protocol::records::{AttemptState, LedgerAccount, PackageState, PortionState, Promise};
use crate::protocol::snapshot::Snapshot;

/// I1, I2, I3, I6 and I8 across banks. Banks whose books are not given are not asked about.
#[must_use]
pub fn across(disks: &[&Snapshot]) -> Vec<Violation> {
    let by_bank: BTreeMap<&BankId, &Snapshot> = disks.iter().map(|disk| (&disk.bank, *disk)).collect();
    let mut list = Vec::new();
    let mut note = |invariant, what: String| list.push(Violation { invariant, bank: None, what });
    // A package is its id with its digest: two bodies under one id, at banks that have none in common, are two packages.
    let mut spent: BTreeMap<(PackageId, PackageDigest), BTreeSet<&AttemptId>> = BTreeMap::new();
    let mut ended: BTreeMap<&AttemptId, (bool, bool)> = BTreeMap::new();
    for disk in disks {
        for (id, attempt) in &disk.attempts {
            let seen = ended.entry(id).or_default();
            match attempt.state {
                AttemptState::Begun => {}
                AttemptState::Committed { .. } => {
                    seen.0 = true;
                    spent.entry((attempt.package, attempt.digest)).or_default().insert(id);
                }
                AttemptState::Aborted { .. } => seen.1 = true,
            }
        }
        for (id, portion) in &disk.portions {
            let seen = ended.entry(id).or_default();
            match &portion.state {
                PortionState::Prepared(_) => {}
                PortionState::Committed(promise) => {
                    seen.0 = true;
                    if let Some(package) = portion.package {
                        spent.entry((package, promise.digest)).or_default().insert(id);
                    }
                    let coordinator = by_bank.get(&id.coordinator);
                    let decided = coordinator.is_none_or(|disk| {
                        let record = disk.attempts.get(id).map(|record| &record.state);
                        matches!(record, Some(AttemptState::Committed { .. }))
                    });
                    if !decided {
                        let bank = &disk.bank;
                        note("I3", format!("{bank} has committed attempt {id}, its coordinator has not"));
                    }
                    for (bank, other) in of_participants(&by_bank, promise) {
                        if !matches!(stage(other, id), Some(Stage::Prepared | Stage::Committed)) {
                            note("I2", format!("attempt {id} is committed and {bank} has not promised it"));
                        }
                    }
                    for net in &promise.portion.nets {
                        let mirrored = by_bank.get(&net.bank).is_none_or(|other| {
                            promise_of(other, id)
                                .is_none_or(|there| net_to(&there.portion, &disk.bank) == -net.amount)
                        });
                        if !mirrored {
                            note(
                                "I6",
                                format!("attempt {id} is not mirrored by {} and {}", disk.bank, net.bank),
                            );
                        }
                    }
                }
                PortionState::Aborted { .. } => seen.1 = true,
            }
        }
        for (id, attempt) in &disk.attempts {
            if !matches!(attempt.state, AttemptState::Committed { .. }) {
                continue;
            }
            for bank in &attempt.participants {
                let promised = by_bank
                    .get(bank)
                    .is_none_or(|other| matches!(stage(other, id), Some(Stage::Prepared | Stage::Committed)));
                if !promised {
                    note("I2", format!("attempt {id} is decided commit and {bank} has not promised it"));
                }
            }
        }
    }
    for (id, _) in ended.iter().filter(|(_, (committed, aborted))| *committed && *aborted) {
        note("I1", format!("attempt {id} is committed at one bank and aborted at another"));
    }
    for ((package, _), attempts) in spent.iter().filter(|(_, attempts)| attempts.len() > 1) {
        note("I8", format!("package {package} is committed in {} attempts", attempts.len()));
    }
    for (package, digest) in spent.keys() {
        for disk in disks {
            if let Some(record) = disk.packages.get(package)
                && let PackageState::Closed(_) = record.state
                && record.digest == *digest
            {
                note("I8", format!("package {package} is committed, and closed at {}", disk.bank));
            }
        }
    }
    for pair in pairs(disks) {
        if pair.difference != pair.in_transit.iter().map(|(_, amount)| i128::from(*amount)).sum::<i128>() {
            let what = format!(
                "{} owes {} {} by its own books and {} by the other's",
                pair.debtor, pair.creditor, pair.due_to, pair.due_from
            );
            note("I6", what);
        }
    }
    list
}

/// What one bank owes another, by the books of both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Who owes.
    pub debtor: BankId,
    /// Who is owed.
    pub creditor: BankId,
    /// By the debtor's books, in centavos.
    pub due_to: i64,
    /// By the creditor's books, in centavos.
    pub due_from: i64,
    /// `due_to - due_from`.
    pub difference: i128,
    /// The packages that are committed at one of the two only, with what each adds to the difference.
    pub in_transit: Vec<(PackageId, i64)>,
}

/// Every ordered pair of the given banks.
#[must_use]
pub fn pairs(disks: &[&Snapshot]) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for debtor in disks {
        for creditor in disks.iter().filter(|disk| disk.bank != debtor.bank) {
            let due_to = debtor.balance(&LedgerAccount::DueTo(creditor.bank.clone())).balance;
            let due_from = -creditor.balance(&LedgerAccount::DueFrom(debtor.bank.clone())).balance;
            let mut in_transit = Vec::new();
            for (id, package, promise) in committed(debtor) {
                let net = net_to(&promise.portion, &creditor.bank);
                if net > 0 && stage(creditor, id) != Some(Stage::Committed) {
                    in_transit.push((package, net));
                }
            }
            for (id, package, promise) in committed(creditor) {
                let net = net_to(&promise.portion, &debtor.bank);
                if net < 0 && stage(debtor, id) != Some(Stage::Committed) {
                    in_transit.push((package, net));
                }
            }
            pairs.push(Pair {
                debtor: debtor.bank.clone(),
                creditor: creditor.bank.clone(),
                due_to,
                due_from,
                difference: i128::from(due_to) - i128::from(due_from),
                in_transit,
            });
        }
    }
    pairs
}

fn of_participants<'a>(
    by_bank: &BTreeMap<&'a BankId, &'a Snapshot>,
    promise: &'a Promise,
) -> impl Iterator<Item = (&'a BankId, &'a Snapshot)> {
    promise.participants.iter().filter_map(|bank| by_bank.get(bank).map(|disk| (bank, *disk)))
}
