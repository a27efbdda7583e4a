//! How much is logged, changed while the bank runs.

use axum::Json;
use shared::api::problem::{FieldCode, FieldError, Problem, ProblemCode};

use super::api::LogLevel;
use crate::http::body::JsonBody;
use crate::http::params::Query;
use crate::http::problems::{Answer, Failure};
use crate::telemetry::{self, LogFilter, NoLog, UnknownFilter};

/// `GET /admin/v1/log-level`.
pub async fn show_log_level(query: Query) -> Answer<Json<LogLevel>> {
    let [] = query.only([])?;
    let filter = telemetry::current().ok_or_else(no_log)?;
    Ok(Json(LogLevel { filter }))
}

/// `PUT /admin/v1/log-level`.
pub async fn change_log_level(query: Query, JsonBody(wanted): JsonBody<LogLevel>) -> Answer<Json<LogLevel>> {
    let [] = query.only([])?;
    let filter: LogFilter = wanted.filter.parse().map_err(|unknown: UnknownFilter| {
        let error = FieldError::new("filter", FieldCode::BadCharacters);
        Failure::from(vec![FieldError { detail: format!("{unknown}."), ..error }])
    })?;
    telemetry::change(filter).map_err(|NoLog| no_log())?;
    tracing::info!(filter = wanted.filter, "the log level was changed");
    Ok(Json(wanted))
}

fn no_log() -> Failure {
    Problem::new(ProblemCode::NotFound).with_detail(format!("{NoLog}.")).into()
}
