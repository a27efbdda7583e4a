//! What banks say of an attempt whose outcome one of them does not know, and what that proves. Pure.
//!
//! Never here: asking, and acting on it. The protocol asks by itself and obeys only what it may
//! (`protocol::doubt`); this is for people, who want to know whom to wait for.

use serde::{Deserialize, Serialize};
use shared::ids::BankId;

/// How an attempt stands on a bank's disk: as its coordinator, or else as one that takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptStanding {
    /// No record.
    Unknown,
    /// Its coordinator collects votes.
    Begun,
    /// Promised, and the outcome not heard.
    Prepared,
    /// It happened.
    Committed,
    /// It did not, and never will.
    Aborted,
}

/// What one bank says of an attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Testimony {
    /// Which bank.
    pub bank: BankId,
    /// What it says; nothing when it does not answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub says: Option<AttemptStanding>,
}

/// What the testimonies prove together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It happened: one bank has booked it, which none does before the coordinator has decided so.
    Committed,
    /// It did not happen: one bank has let go of it, or refused it, which none does that is bound by a commit.
    Aborted,
    /// Nothing yet: its coordinator does not answer, and every bank that does is bound by its own yes.
    CoordinatorSilent,
    /// Nothing yet: its coordinator has not decided.
    Deciding,
    /// Nothing by itself: its coordinator has no record of it. If its books are whole, it has given the attempt up, and
    /// says so when the protocol asks; if they are old, it must not be believed.
    CoordinatorForgot,
    /// Banks say opposite things: one has broken its word, or has lost its books.
    Contradicted,
}

/// What `testimonies` prove of an attempt of `coordinator`.
#[must_use]
pub fn verdict(coordinator: &BankId, testimonies: &[Testimony]) -> Verdict {
    let says = |standing| testimonies.iter().any(|testimony| testimony.says == Some(standing));
    match (says(AttemptStanding::Committed), says(AttemptStanding::Aborted)) {
        (true, true) => return Verdict::Contradicted,
        (true, false) => return Verdict::Committed,
        (false, true) => return Verdict::Aborted,
        (false, false) => {}
    }
    let theirs = testimonies.iter().find(|testimony| testimony.bank == *coordinator);
    match theirs.and_then(|testimony| testimony.says) {
        None => Verdict::CoordinatorSilent,
        Some(AttemptStanding::Unknown) => Verdict::CoordinatorForgot,
        Some(
            AttemptStanding::Begun
            | AttemptStanding::Prepared
            | AttemptStanding::Committed
            | AttemptStanding::Aborted,
        ) => Verdict::Deciding,
    }
}

/// What an operator does about an attempt of `coordinator`, in a sentence or two.
#[must_use]
pub fn advice(coordinator: &BankId, testimonies: &[Testimony]) -> String {
    let silent: Vec<&str> = testimonies
        .iter()
        .filter(|testimony| testimony.says.is_none() && testimony.bank != *coordinator)
        .map(|testimony| testimony.bank.as_str())
        .collect();
    match verdict(coordinator, testimonies) {
        Verdict::Committed => {
            "It is committed. This bank books it when it asks next, within 30 s; there is nothing to do.".to_owned()
        }
        Verdict::Aborted => {
            "It is aborted. This bank releases what it holds when it asks next, within 30 s; there is nothing to do."
                .to_owned()
        }
        Verdict::Deciding => format!("{coordinator} has not decided yet. Wait a few seconds and look again."),
        Verdict::CoordinatorSilent => {
            let others = if silent.is_empty() {
                String::new()
            } else {
                format!(" {} may know too, and did not answer either.", silent.join(", "))
            };
            format!(
                "Wait for {coordinator}: nobody who answers knows what it decided.{others} Have its operator start it, or \
                 restore its newest books. Until then the money stays held; do not book anything by hand."
            )
        }
        Verdict::CoordinatorForgot => format!(
            "{coordinator} answers and has no record of it. Whole books: it says so when this bank asks, within 30 s, and \
             the attempt is aborted. If it is still here in a minute, its books are old: see the alarms at both banks, \
             and have its operator find the newer ledger."
        ),
        Verdict::Contradicted => {
            "Banks contradict each other. See the alarms, audit these banks together (bank-node audit with every \
             configuration), and change nothing by hand."
                .to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// `aurora=begun boreal=- cerrado=prepared`: `-` does not answer.
    fn testimonies(text: &str) -> Vec<Testimony> {
        let one = |word: &str| {
            let (bank, says) = word.split_once('=').unwrap();
            let says = match says {
                "-" => None,
                word => Some(serde_json::from_str(&format!("\"{word}\"")).unwrap()),
            };
            Testimony { bank: bank.parse().unwrap(), says }
        };
        text.split(' ').map(one).collect()
    }

    #[rstest]
    #[case("aurora=committed boreal=prepared", Verdict::Committed, "nothing to do")]
    #[case("aurora=- boreal=prepared cerrado=committed", Verdict::Committed, "It is committed")]
    #[case("aurora=unknown boreal=prepared cerrado=committed", Verdict::Committed, "It is committed")]
    #[case("aurora=aborted boreal=prepared", Verdict::Aborted, "releases what it holds")]
    #[case("aurora=- boreal=prepared cerrado=aborted", Verdict::Aborted, "It is aborted")]
    #[case("aurora=begun boreal=prepared cerrado=aborted", Verdict::Aborted, "It is aborted")]
    #[case("aurora=begun boreal=prepared", Verdict::Deciding, "aurora has not decided")]
    #[case("aurora=prepared boreal=prepared", Verdict::Deciding, "aurora has not decided")]
    #[case("aurora=- boreal=prepared cerrado=prepared", Verdict::CoordinatorSilent, "Wait for aurora")]
    #[case("aurora=- boreal=prepared cerrado=-", Verdict::CoordinatorSilent, "cerrado may know too")]
    #[case("aurora=- boreal=prepared cerrado=unknown", Verdict::CoordinatorSilent, "Wait for aurora")]
    #[case("boreal=prepared", Verdict::CoordinatorSilent, "Wait for aurora")]
    #[case("aurora=unknown boreal=prepared", Verdict::CoordinatorForgot, "no record of it")]
    #[case("aurora=committed boreal=prepared cerrado=aborted", Verdict::Contradicted, "contradict")]
    #[case("aurora=aborted boreal=committed", Verdict::Contradicted, "contradict")]
    fn what_banks_say_proves(#[case] said: &str, #[case] proves: Verdict, #[case] do_about_it: &str) {
        let coordinator: BankId = "aurora".parse().unwrap();
        let testimonies = testimonies(said);
        assert_eq!(verdict(&coordinator, &testimonies), proves);
        let advice = advice(&coordinator, &testimonies);
        assert!(advice.contains(do_about_it), "{advice}");
    }
}
