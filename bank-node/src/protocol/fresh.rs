//! Fresh looks at an account (section 5.2 of `docs/protocol.md`): when may it be said that whatever had been told committed is in what was seen?
//!
//! A look sees one moment of the books. A package that it lacks and that has been told committed was promised here before
//! its coordinator decided, so at that moment it stood among the account's promises. Each of these is asked of its
//! coordinator *after* the moment: one that is not decided then was not decided when the account was looked at. When
//! none had been decided, every package that was decided by that moment is in what was seen and no other is, which is
//! strict serializability: a package at the moment of its decision, a look at its own. One that had been decided is
//! waited for, and the account looked at again.
//!
//! Never here: asking, waiting, and how long.

use std::collections::{BTreeMap, BTreeSet};

use shared::account::AccountNumber;
use shared::ids::BankId;

use super::attempt::AttemptId;
use super::message::Status;
use super::records::{PortionRecord, PortionState};

/// Attempts that one question may name.
pub const STANDING_ATTEMPTS_MAX: usize = 256;

/// Those of `prepared` by which another bank's package would change `account` at `own`: a bank's own are decided and booked
/// in one.
#[must_use]
pub fn undecided<'a>(
    own: &BankId,
    account: AccountNumber,
    prepared: impl IntoIterator<Item = &'a PortionRecord>,
) -> BTreeSet<AttemptId> {
    let changes = |portion: &&PortionRecord| match &portion.state {
        PortionState::Prepared(promise) => {
            promise.portion.lines.iter().any(|line| line.account == Some(account))
        }
        PortionState::Committed(_) | PortionState::Aborted { .. } => false,
    };
    let others = prepared.into_iter().filter(|portion| portion.attempt.coordinator != *own);
    others.filter(changes).map(|portion| portion.attempt.clone()).collect()
}

/// Whom to ask about which of them.
#[must_use]
pub fn by_coordinator(undecided: &BTreeSet<AttemptId>) -> BTreeMap<BankId, BTreeSet<AttemptId>> {
    let mut asked: BTreeMap<BankId, BTreeSet<AttemptId>> = BTreeMap::new();
    for attempt in undecided {
        asked.entry(attempt.coordinator.clone()).or_default().insert(attempt.clone());
    }
    asked
}

/// What the coordinators' answers make of a look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judged {
    /// It is fresh.
    Fresh,
    /// These have been decided, or are as good as decided, and are not in it: look again once they have ended here.
    Again(BTreeSet<AttemptId>),
    /// This bank has not said how its attempts stand, or does not know.
    Unknown(BankId),
}

/// Judges a look that lacked `undecided` by what their coordinators said of them after it.
#[must_use]
pub fn judge(undecided: &BTreeSet<AttemptId>, said: &BTreeMap<AttemptId, Status>) -> Judged {
    let mut again = BTreeSet::new();
    for attempt in undecided {
        match said.get(attempt) {
            Some(Status::Pending | Status::AbortedRecorded) => {}
            // A presumed abort is believed here only once the fellow participants have had their say.
            Some(Status::Committed | Status::AbortedPresumed) => {
                again.insert(attempt.clone());
            }
            Some(Status::Amnesia) | None => return Judged::Unknown(attempt.coordinator.clone()),
        }
    }
    if again.is_empty() { Judged::Fresh } else { Judged::Again(again) }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// `aurora.1.7=committed boreal.2.3=-`: `-` was not answered.
    fn said(text: &str) -> (BTreeSet<AttemptId>, BTreeMap<AttemptId, Status>) {
        let mut undecided = BTreeSet::new();
        let mut said = BTreeMap::new();
        for word in text.split_whitespace() {
            let (attempt, status) = word.split_once('=').unwrap();
            let attempt: AttemptId = attempt.parse().unwrap();
            undecided.insert(attempt.clone());
            if status != "-" {
                said.insert(attempt, serde_json::from_str(&format!("\"{status}\"")).unwrap());
            }
        }
        (undecided, said)
    }

    #[rstest]
    #[case("", "fresh")]
    #[case("aurora.1.7=pending", "fresh")]
    #[case("aurora.1.7=aborted_recorded boreal.2.3=pending", "fresh")]
    #[case("aurora.1.7=committed", "again aurora.1.7")]
    #[case("aurora.1.7=aborted_presumed boreal.2.3=pending", "again aurora.1.7")]
    #[case("aurora.1.7=committed boreal.2.3=committed", "again aurora.1.7 boreal.2.3")]
    #[case("aurora.1.7=amnesia", "unknown aurora")]
    #[case("aurora.1.7=pending boreal.2.3=-", "unknown boreal")]
    #[case("aurora.1.7=committed boreal.2.3=-", "unknown boreal")]
    fn a_look_is_fresh_when_nothing_that_it_lacks_was_decided(#[case] text: &str, #[case] expected: &str) {
        let (undecided, said) = said(text);
        let judged = match judge(&undecided, &said) {
            Judged::Fresh => "fresh".to_owned(),
            Judged::Again(attempts) => {
                let names: Vec<String> = attempts.iter().map(ToString::to_string).collect();
                format!("again {}", names.join(" "))
            }
            Judged::Unknown(bank) => format!("unknown {bank}"),
        };
        assert_eq!(judged, expected);
    }

    #[test]
    fn each_coordinator_is_asked_about_its_own() {
        let (undecided, _) = said("aurora.1.7=- boreal.2.3=- aurora.1.9=-");
        let asked = by_coordinator(&undecided);
        let sizes: Vec<(String, usize)> =
            asked.iter().map(|(bank, attempts)| (bank.to_string(), attempts.len())).collect();
        assert_eq!(sizes, [("aurora".to_owned(), 2), ("boreal".to_owned(), 1)]);
    }
}
