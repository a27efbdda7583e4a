//! What a restored bank got back from the others, and what it did not: the report that stays in its books.
//!
//! Never here: how any of it is booked.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde::{Deserialize, Serialize};
use shared::account::AccountNumber;
use shared::ids::{CustomerId, PackageId};
use shared::package::Leg;

use super::Restoration;
use crate::protocol::attempt::{AttemptId, Epoch};
use crate::protocol::bank::Bank;
use crate::protocol::message::Side;
use crate::protocol::missed::Missed;

/// What a restored bank got back from the others, and what it did not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryReport {
    /// When the copy was put back, in milliseconds since 1970.
    pub restored_ms: i64,
    /// When the others had said all that they know, in milliseconds since 1970.
    pub recovered_ms: i64,
    /// The life that began then; 0 in a report of before this was kept.
    #[serde(default)]
    pub began: Epoch,
    /// The last posting in the copy. What was booked after it by packages within this bank alone is lost.
    pub last_posting: u64,
    /// Packages booked anew on other banks' word.
    pub recovered: Vec<RecoveredPackage>,
    /// Packages noted as refused for good.
    pub closed: u64,
    /// Attempts of this bank that are known to have come to nothing.
    pub given_up: Vec<AttemptId>,
    /// Attempts of this bank that every other participant has promised and of which none was told the decision: it was in
    /// the lost books alone. An operator decides them.
    pub undecided: Vec<AttemptId>,
    /// Attempts of this bank that no other bank has heard of: each was a package within this bank, or came to nothing.
    pub unheard: Vec<AttemptRange>,
    /// After these, the last that anybody has heard of in their lives, there may have been more.
    pub last_heard: Vec<AttemptId>,
    /// The legs that are known of attempts of this bank whose order is not in these books: what another bank is told that
    /// is restored later.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub legs_known: Vec<KnownLegs>,
    /// What another bank said and these books contradict: left as it is, with an alarm.
    pub contradicted: Vec<AttemptId>,
}

/// A package that was booked anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveredPackage {
    /// The package.
    pub package: PackageId,
    /// The attempt that committed.
    pub attempt: AttemptId,
    /// Whether all of it is known. Otherwise it had legs within this bank too, and those are lost.
    pub whole: bool,
    /// What stands in suspense for it.
    pub suspense: Vec<Suspended>,
}

/// What the other banks' portions show of a package that was ordered here and whose order is lost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownLegs {
    /// The attempt.
    pub attempt: AttemptId,
    /// For whom it was ordered.
    pub customer: CustomerId,
    /// Every leg with an end at another bank, by its number.
    pub legs: BTreeMap<u16, Leg>,
}

/// A line that could not be booked where it belongs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspended {
    /// The leg.
    pub leg: u16,
    /// The account that it names.
    pub account: AccountNumber,
    /// Whether the account should have paid or been paid.
    pub side: Side,
    /// How much, in centavos.
    pub amount: i64,
    /// Why.
    pub why: SuspenseReason,
}

/// Why a line stands in suspense.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SuspenseReason {
    /// The account was opened after the backup.
    AccountUnknown,
    /// The account is closed.
    AccountClosed,
    /// The money came to the account by packages that are lost.
    NotCovered,
    /// No consent in these books lets the other bank's customer debit the account: it may have been given after the backup.
    ConsentUnknown,
    /// The account would pass the largest balance.
    BalanceLimit,
    /// The other bank would owe more than its exposure cap: on its own word it pays nobody here beyond that.
    ExposureLimit,
}

/// Attempts of one life, from one number to another, both among them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptRange {
    /// The life.
    pub epoch: Epoch,
    /// The first number.
    pub first: u64,
    /// The last.
    pub last: u64,
}

/// The lives of all `restorations` about which every other bank has been asked.
#[must_use]
pub fn asked_lives(restorations: &[(Restoration, Option<RecoveryReport>)]) -> Vec<Range<Epoch>> {
    let reported = restorations
        .iter()
        .filter_map(|(restoration, report)| report.as_ref().map(|report| report.asked_lives(restoration)));
    reported.collect()
}

impl RecoveryReport {
    /// The lives that the backup may have lost the end of: the others were asked about all of them.
    #[must_use]
    pub const fn asked_lives(&self, restoration: &Restoration) -> Range<Epoch> {
        restoration.epoch..self.began
    }
}

impl Bank {
    /// Names the attempts of the lost time of which nobody has heard.
    pub(super) fn name_unheard(
        &self,
        missed: &Missed,
        restoration: &Restoration,
        report: &mut RecoveryReport,
    ) {
        let me = &self.settings.me;
        let mut heard: BTreeMap<Epoch, BTreeSet<u64>> = BTreeMap::new();
        for attempt in missed.heard_of(me) {
            heard.entry(attempt.epoch).or_default().insert(attempt.sequence);
        }
        for (epoch, numbers) in heard.into_iter().filter(|(epoch, _)| *epoch >= restoration.epoch) {
            // Those of the copy's own last life that it holds itself are not lost.
            let known = if epoch == restoration.epoch { restoration.last_sequence } else { 0 };
            let mut next = known + 1;
            for number in numbers.iter().copied().filter(|number| *number > known) {
                if number > next {
                    report.unheard.push(AttemptRange { epoch, first: next, last: number - 1 });
                }
                next = number + 1;
            }
            if next > known + 1 {
                report.last_heard.push(AttemptId { coordinator: me.clone(), epoch, sequence: next - 1 });
            }
        }
    }
}
