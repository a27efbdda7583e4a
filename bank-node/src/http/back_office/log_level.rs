//! How much is logged, changed while the bank runs.

use axum::Json;
use axum::extract::State;
use shared::api::problem::{FieldCode, FieldError, Problem, ProblemCode};

use super::api::LogLevel;
use super::{Operator, act};
use crate::desk::OperatorAct;
use crate::http::body::JsonBody;
use crate::http::node::Node;
use crate::http::params::Query;
use crate::http::problems::{Answer, Failure};
use crate::protocol::operators_log::{OperatorAction, OperatorOutcome};
use crate::telemetry::{self, LogFilter, NoLog, UnknownFilter};

/// `GET /admin/v1/log-level`.
pub async fn show_log_level(query: Query) -> Answer<Json<LogLevel>> {
    let [] = query.only([])?;
    let filter = telemetry::current().ok_or_else(no_log)?;
    Ok(Json(LogLevel { filter }))
}

/// `PUT /admin/v1/log-level`.
pub async fn change_log_level(
    State(node): State<Node>,
    operator: Operator,
    query: Query,
    JsonBody(wanted): JsonBody<LogLevel>,
) -> Answer<Json<LogLevel>> {
    let [] = query.only([])?;
    let filter: LogFilter = wanted.filter.parse().map_err(|unknown: UnknownFilter| {
        let error = FieldError::new("filter", FieldCode::BadCharacters);
        Failure::from(vec![FieldError { detail: format!("{unknown}."), ..error }])
    })?;
    // Whoever turns the log down is written down before.
    let (subject, outcome) = (Some(wanted.filter.clone()), OperatorOutcome::Done);
    act(&node, operator, OperatorAct::Note { action: OperatorAction::LogLevel, subject, outcome }).await?;
    telemetry::change(filter).map_err(|NoLog| no_log())?;
    tracing::info!(filter = wanted.filter, "the log level was changed");
    Ok(Json(wanted))
}

fn no_log() -> Failure {
    Problem::new(ProblemCode::NotFound).with_detail(format!("{NoLog}.")).into()
}
