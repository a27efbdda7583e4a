//! An operator decides an attempt of this bank whose own decision was lost with its books. The other participants are asked
//! first: what their books prove binds the operator too.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use shared::api::problem::{Problem, ProblemCode};
use shared::ids::BankId;

use super::api::{Decide, Decided, LostDecision};
use super::{Operator, note};
use crate::http::body::JsonBody;
use crate::http::node::Node;
use crate::http::params::Query;
use crate::http::problems::{Answer, Failure, overloaded};
use crate::peers::reads::{ReadAnswer, ReadRequest};
use crate::protocol::attempt::AttemptId;
use crate::protocol::books::{Books, Key};
use crate::protocol::missed::{Finding, Missed, Proof, Told};
use crate::protocol::operators_log::{OperatorAction, OperatorOutcome};
use crate::protocol::records::PostingHead;
use crate::protocol::restoration::DecideAnswer;

/// `PUT /admin/v1/decisions`.
pub async fn decide(
    State(node): State<Node>,
    operator: Operator,
    query: Query,
    JsonBody(wanted): JsonBody<Decide>,
) -> Answer<Json<Decided>> {
    let [] = query.only([])?;
    let Decide { attempt, decision } = wanted;
    let mut told = BTreeMap::new();
    for bank in other_participants(&node, &attempt).await? {
        told.insert(bank.clone(), ask(&node, &bank, &attempt).await?);
    }
    let commit = decision == LostDecision::Commit;
    let subject = format!("{attempt} {}", if commit { "commit" } else { "abort" });
    let action = OperatorAction::Decide;
    // Whoever decides about money is written down before, and where it came to pass, after.
    note(&node, operator.clone(), action, subject.clone(), OperatorOutcome::Asked).await?;
    let answer = node.engine().decide(attempt.clone(), commit, Missed { told }).await?;
    match answer.ok_or_else(overloaded)? {
        DecideAnswer::Decided(booked) => {
            tracing::warn!(%attempt, ?decision, "an operator decided an attempt whose decision was lost");
            note(&node, operator, action, subject, OperatorOutcome::Done).await?;
            Ok(Json(Decided { attempt, decision, booked }))
        }
        DecideAnswer::NotUndecided => Err(not_undecided()),
        DecideAnswer::UnderWay => Err(overloaded()),
        DecideAnswer::Proven(proof) => Err(proven(proof)),
        DecideAnswer::Unbookable => Err(unbookable()),
    }
}

async fn other_participants(node: &Node, attempt: &AttemptId) -> Answer<Vec<BankId>> {
    let wanted = attempt.clone();
    let record = node
        .read(move |reader| {
            let mut books = Books::new(PostingHead::default(), 0);
            reader.load(&[Key::Attempt(wanted.clone())], &mut books)?;
            Ok(books.attempt(&wanted).cloned())
        })
        .await?
        .ok_or_else(not_undecided)?;
    Ok(record.participants.into_iter().filter(|bank| bank != node.id()).collect())
}

/// What `bank` has on disk of the attempt.
async fn ask(node: &Node, bank: &BankId, attempt: &AttemptId) -> Answer<Told> {
    let request = ReadRequest::Promised { attempt: attempt.clone() };
    let away = || {
        let detail = format!("{bank} takes part in it and does not answer: what its books prove is needed.");
        Failure::from(Problem::new(ProblemCode::BankUnavailable).with_detail(detail))
    };
    let ReadAnswer::Promised { finding } = node.peers().read(bank, request).await.map_err(|_| away())? else {
        return Err(away());
    };
    let finding = finding.filter(|finding| match finding {
        Finding::Promised(promised) => promised.attempt == *attempt,
        Finding::Refused { attempt: refused } => refused == attempt,
        Finding::Coordinated(_) | Finding::Closed { .. } => false,
    });
    Ok(Told { highest: None, findings: finding.into_iter().collect() })
}

fn not_undecided() -> Failure {
    let detail = "No attempt of this bank with this id waits for an operator's decision.";
    Problem::new(ProblemCode::NotFound).with_detail(detail).into()
}

fn unbookable() -> Failure {
    let detail = "Its package ended otherwise in these books, or a balance would pass the largest: it can only be aborted.";
    Problem::new(ProblemCode::AlreadyAnswered).with_detail(detail).into()
}

fn proven(proof: Proof) -> Failure {
    let detail = match proof {
        Proof::Committed => "Another participant was told to commit it: it can only be committed.",
        Proof::Aborted | Proof::Nothing => {
            "Another participant has not promised it, so it never committed: it can only be aborted."
        }
    };
    Problem::new(ProblemCode::AlreadyAnswered).with_detail(detail).into()
}
