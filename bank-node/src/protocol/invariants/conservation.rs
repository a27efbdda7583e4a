//! The money of all banks together, in centavos: nothing lost, nothing created.

use std::collections::{BTreeMap, BTreeSet};

use shared::account::AccountNumber;
use shared::ids::BankId;

use super::{Stage, committed, promise_of, stage};
use crate::protocol::attempt::AttemptId;
use crate::protocol::records::{LedgerAccount, Promise};
use crate::protocol::snapshot::Snapshot;

/// I5, in centavos: customers' money + suspense + in transit = paid in − paid out, and nothing lost or created.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Conservation {
    /// All balances of customers' accounts.
    pub customers: i128,
    /// What restored ledgers have in suspense: owed to holders of lost accounts, less owed by customers.
    pub suspense: i128,
    /// What passed the tills, in less out.
    pub paid_in_less_out: i128,
    /// Debited at banks that have committed and not yet credited at banks that are prepared; negative the other way.
    pub in_transit: i128,
    /// Debited by packages of which another part was aborted or never promised.
    pub lost: i128,
    /// Credited by packages of which another part was aborted or never promised.
    pub created: i128,
}

impl Conservation {
    /// Whether the books of all banks together hold exactly what was paid in and not paid out.
    #[must_use]
    pub const fn holds(&self) -> bool {
        self.customers + self.suspense + self.in_transit == self.paid_in_less_out
            && self.lost == 0
            && self.created == 0
    }
}

/// Counts the money of the given banks: all banks of the consortium, or the sums mean nothing.
#[must_use]
pub fn conservation(disks: &[&Snapshot]) -> Conservation {
    let mut count = Conservation::default();
    for disk in disks {
        for (account, money) in &disk.balances {
            match account {
                LedgerAccount::Customer(_) => count.customers += i128::from(money.balance),
                LedgerAccount::Till => count.paid_in_less_out -= i128::from(money.balance),
                LedgerAccount::Suspense => count.suspense += i128::from(money.balance),
                LedgerAccount::DueTo(_) | LedgerAccount::DueFrom(_) => {}
            }
        }
    }
    for (_, open, waits) in open_attempts(disks) {
        if waits {
            count.in_transit += open;
        } else if open > 0 {
            count.lost += open;
        } else {
            count.created -= open;
        }
    }
    count
}

/// The attempts that are booked at some of their banks and promised at none of the others, with what that adds to the
/// lost (positive) or the created (negative), in centavos.
#[must_use]
pub fn adrift(disks: &[&Snapshot]) -> Vec<(AttemptId, i128)> {
    let open = open_attempts(disks).into_iter().filter(|(_, open, waits)| !waits && *open != 0);
    open.map(|(id, open, _)| (id.clone(), open)).collect()
}

/// Every attempt booked anywhere, with what the banks that have booked it owe each other less what they are owed (0 once all
/// have), and whether another still waits for the decision. What stood between one of them and a bank that is not among
/// them, since it has left, is settled: no bank is let go of before.
fn open_attempts<'a>(disks: &[&'a Snapshot]) -> Vec<(&'a AttemptId, i128, bool)> {
    let mut attempts: BTreeMap<&AttemptId, &Promise> = BTreeMap::new();
    for disk in disks {
        attempts.extend(committed(disk).map(|(id, _, promise)| (id, promise)));
    }
    let present: BTreeSet<&BankId> = disks.iter().map(|disk| &disk.bank).collect();
    let open = attempts.into_iter().map(|(id, promise)| {
        let parts = disks.iter().filter(|disk| promise.participants.contains(&disk.bank));
        let stages: Vec<(&Snapshot, Option<Stage>)> = parts.map(|disk| (*disk, stage(disk, id))).collect();
        let owed: i128 = stages
            .iter()
            .filter(|(_, stage)| *stage == Some(Stage::Committed))
            .filter_map(|(disk, _)| promise_of(disk, id))
            .flat_map(|promise| &promise.portion.nets)
            .filter(|net| present.contains(&net.bank))
            .map(|net| i128::from(net.amount))
            .sum();
        (id, owed, stages.iter().any(|(_, stage)| *stage == Some(Stage::Prepared)))
    });
    open.collect()
}

/// The accounts that customers hold at one bank, with their money: what `audit` prints as books.
#[must_use]
pub fn customers_money(disk: &Snapshot) -> BTreeMap<AccountNumber, i64> {
    let numbered = disk.balances.iter().filter_map(|(account, money)| match account {
        LedgerAccount::Customer(number) => Some((*number, money.balance)),
        LedgerAccount::Till
        | LedgerAccount::Suspense
        | LedgerAccount::DueTo(_)
        | LedgerAccount::DueFrom(_) => None,
    });
    numbered.collect()
}
