//! Ordering a package, and waiting for one. Sends an order once: that it is sent again, and when, is the caller's word.

use std::time::Duration;

use reqwest::{Method, StatusCode};

use super::calls::fill;
use super::connection::{BankClient, garbage, send, with_json};
use super::error::ClientError;
use super::token::Token;
use crate::api::paths;
use crate::api::problem::{Problem, ProblemCode};
use crate::api::replies::{PackageReply, PackageStatus};
use crate::api::requests::OrderPackage;
use crate::ids::PackageId;

/// What became of an order that the bank took.
#[derive(Clone, Debug, PartialEq)]
pub enum OrderOutcome {
    /// Done, or decided with a bank still to be told.
    Committed(PackageReply),
    /// Not decided yet: ask for the package.
    InProgress(PackageReply),
    /// Final: nothing moved and nothing will under this id. `refusals` names every failing leg.
    Refused(Problem),
    /// This attempt ended and moved nothing; the same id may be sent again.
    Aborted(Problem),
}

impl BankClient {
    /// `PUT /v1/packages/{id}`: orders a package, once. The same order under the same id, sent again, pays once.
    ///
    /// # Errors
    /// After [`ClientError::OutcomeUnknown`] and [`ClientError::Garbage`] alike the package may have been executed: find
    /// out with [`Self::package`] or send the same again, never under a new id. After [`ClientError::Unreachable`] and
    /// [`ClientError::Problem`] this sending has done nothing; what an earlier one did, they do not tell.
    pub async fn order_package(
        &self,
        token: &Token,
        id: PackageId,
        order: &OrderPackage,
    ) -> Result<OrderOutcome, ClientError> {
        let path = fill(paths::PACKAGE, &[("{id}", &id.to_string())]);
        let answer = send(with_json(self.request(Method::PUT, &path, Some(token)).await?, order)?).await?;
        let wanted = match answer.status {
            StatusCode::OK | StatusCode::CREATED => PackageStatus::Committed,
            StatusCode::ACCEPTED => PackageStatus::InProgress,
            _ => return refused_or_aborted(id, answer.into_error()),
        };
        let status = answer.status;
        let package: PackageReply = answer.read()?;
        match package.status {
            _ if package.id != id => Err(garbage(status, "another package".to_owned())),
            PackageStatus::Committed if wanted == PackageStatus::Committed => {
                Ok(OrderOutcome::Committed(package))
            }
            PackageStatus::InProgress if wanted == PackageStatus::InProgress => {
                Ok(OrderOutcome::InProgress(package))
            }
            PackageStatus::Committed
            | PackageStatus::InProgress
            | PackageStatus::Refused
            | PackageStatus::Aborted => {
                Err(garbage(status, "a package in a state that this status does not mean".to_owned()))
            }
        }
    }

    /// Asks for a package until it is no longer in progress or `within` has passed; `pause` is awaited between two
    /// questions. What may pass ([`ClientError::may_pass`]) is asked again too.
    ///
    /// When the time is up it gives the package as it was seen last, still in progress.
    ///
    /// # Errors
    /// At once what will not pass (`not_found`, `unauthenticated`). When the time is up, the last failure if the package
    /// was never seen; [`ClientError::OutcomeUnknown`] if there was no answer at all.
    pub async fn wait_for_package(
        &self,
        token: &Token,
        id: PackageId,
        within: Duration,
        mut pause: impl AsyncFnMut(),
    ) -> Result<PackageReply, ClientError> {
        let mut seen = None;
        let mut failure = None;
        let asking = async {
            loop {
                match self.package(token, id).await {
                    Ok(package) if package.status != PackageStatus::InProgress => return Ok(package),
                    Ok(package) => seen = Some(package),
                    Err(error) if error.may_pass() => failure = Some(error),
                    Err(error) => return Err(error),
                }
                pause().await;
            }
        };
        if let Ok(ended) = tokio::time::timeout(within, asking).await {
            return ended;
        }
        let silence =
            || ClientError::OutcomeUnknown { detail: "the package was not told in time".to_owned() };
        seen.ok_or_else(|| failure.unwrap_or_else(silence))
    }
}

/// A problem that ends the package is an outcome; any other is about the request.
fn refused_or_aborted(id: PackageId, error: ClientError) -> Result<OrderOutcome, ClientError> {
    let ClientError::Problem(problem) = error else { return Err(error) };
    let (ended, outcome): (_, fn(Problem) -> OrderOutcome) = match problem.code {
        ProblemCode::PackageRefused => (PackageStatus::Refused, OrderOutcome::Refused),
        ProblemCode::PackageAborted => (PackageStatus::Aborted, OrderOutcome::Aborted),
        _ => return Err(ClientError::Problem(problem)),
    };
    match &problem.package {
        // Told about another package, or of another state, nothing is known of this one.
        Some(package) if package.id != id || package.status != ended => {
            let status = problem.status;
            Err(ClientError::Garbage { status, detail: "a problem of another package".to_owned() })
        }
        Some(_) | None => Ok(outcome(*problem)),
    }
}
