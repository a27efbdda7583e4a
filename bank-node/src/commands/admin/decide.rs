//! `bank-node admin decide`.

use bank_node::http::back_office::api::{self, Decided, LostDecision};
use bank_node::protocol::attempt::AttemptId;
use clap::{Args, ValueEnum};

use super::client::Bank;
use super::{Done, show};

/// Which attempt, and how.
#[derive(Args)]
pub struct Decide {
    /// The attempt, as bank.life.number: one that a restored bank reports as undecided.
    attempt: AttemptId,
    /// What is decided.
    decision: Decision,
}

#[derive(Clone, Copy, ValueEnum)]
enum Decision {
    /// All of it happens: its customer has been told so, or wants it still.
    Commit,
    /// None of it happens.
    Abort,
}

impl Decide {
    pub async fn run(self, bank: &Bank, json: bool) -> Done {
        let decision = match self.decision {
            Decision::Commit => LostDecision::Commit,
            Decision::Abort => LostDecision::Abort,
        };
        let decided: Decided =
            bank.put(api::DECISIONS, &api::Decide { attempt: self.attempt, decision }).await?;
        show(json, &decided, |decided| match (decided.decision, &decided.booked) {
            (LostDecision::Abort, _) => format!("{} is aborted; the other banks are told", decided.attempt),
            (LostDecision::Commit, Some(booked)) if !booked.suspense.is_empty() => format!(
                "{} is committed; of {} lines the books here could not bear all, see suspense",
                decided.attempt,
                booked.suspense.len()
            ),
            (LostDecision::Commit, _) => {
                format!("{} is committed; the other banks are told", decided.attempt)
            }
        })
    }
}
