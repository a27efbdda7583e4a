//! Every way in which a request fails, as the one problem body.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use shared::api::problem::{FieldCode, FieldError, PROBLEM_MEDIA_TYPE, Problem, ProblemCode};

use crate::access::passwords::PoolFull;
use crate::access::throttle::TooEarly;
use crate::engine::handle::EngineGone;
use crate::ledger::LedgerFault;
use crate::peers::PeerUnavailable;

/// A failed request. Boxed, since it is large and rare.
#[derive(Debug)]
pub struct Failure(Box<Problem>);

/// What a handler gives.
pub type Answer<T> = Result<T, Failure>;

impl Failure {
    /// Which problem it is.
    pub fn code(&self) -> ProblemCode {
        self.0.code
    }

    /// What was asked for is not there, or not the caller's: the two answer alike.
    pub fn not_found() -> Self {
        ProblemCode::NotFound.into()
    }

    /// One wrong field.
    pub fn field(field: impl Into<String>, code: FieldCode) -> Self {
        Problem::invalid_fields(vec![FieldError::new(field, code)]).into()
    }

    /// A part of the path that is not well formed.
    pub fn path(detail: impl Into<String>) -> Self {
        Problem::new(ProblemCode::MalformedPath).with_detail(detail).into()
    }

    /// A query that is not well formed.
    pub fn query(detail: impl Into<String>) -> Self {
        Problem::new(ProblemCode::MalformedQuery).with_detail(detail).into()
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self(Box::new(problem))
    }
}

impl From<ProblemCode> for Failure {
    fn from(code: ProblemCode) -> Self {
        Problem::new(code).into()
    }
}

impl From<Vec<FieldError>> for Failure {
    fn from(errors: Vec<FieldError>) -> Self {
        Problem::invalid_fields(errors).into()
    }
}

impl From<EngineGone> for Failure {
    fn from(_: EngineGone) -> Self {
        let detail =
            "This bank is shutting down. What was under way is known once it is back: ask again then.";
        Problem::new(ProblemCode::BankUnavailable).with_detail(detail).retry_after(2_000).into()
    }
}

impl From<LedgerFault> for Failure {
    fn from(fault: LedgerFault) -> Self {
        tracing::error!(%fault, "the books could not be read");
        overloaded()
    }
}

impl From<PeerUnavailable> for Failure {
    fn from(gone: PeerUnavailable) -> Self {
        let detail = format!("The bank {} does not answer now.", gone.bank);
        Problem::new(ProblemCode::BankUnavailable).with_detail(detail).retry_after(1_000).into()
    }
}

impl From<TooEarly> for Failure {
    fn from(TooEarly(milliseconds): TooEarly) -> Self {
        Problem::new(ProblemCode::TooManyRequests).retry_after(milliseconds).into()
    }
}

impl From<PoolFull> for Failure {
    fn from(_: PoolFull) -> Self {
        overloaded()
    }
}

/// Too much under way.
pub fn overloaded() -> Failure {
    Problem::new(ProblemCode::Overloaded).retry_after(500).into()
}

/// A request that was given up half-way. What it asked for may still be done, so it must not be told as turned away: an
/// order that stands in the queue is carried out, whoever waits for it.
pub fn unanswered() -> Failure {
    let detail = "There is no answer in time. What was asked for may still be done: ask again how it stands.";
    Problem::new(ProblemCode::BankUnavailable).with_detail(detail).retry_after(2_000).into()
}

/// The bank does not know yet what its books lack.
pub fn recovering() -> Failure {
    Problem::new(ProblemCode::Recovering).retry_after(1_000).into()
}

/// The bank is about to be stopped, in order.
pub fn draining() -> Failure {
    let detail = "This bank takes no new packages now: its operator is about to stop it. Nothing was recorded; send it \
                  again in a while.";
    Problem::new(ProblemCode::Recovering).with_detail(detail).retry_after(10_000).into()
}

/// The disk has no room for what is new; it takes a person to change that.
pub fn disk_full() -> Failure {
    Problem::new(ProblemCode::DiskFull).retry_after(10_000).into()
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let problem = self.0;
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
        let retry_after_ms = match problem.retry_after_ms {
            // Every 429 and 503 says when again.
            None if status == StatusCode::SERVICE_UNAVAILABLE => Some(1_000),
            other => other,
        };
        let mut response = (status, Json(&problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_MEDIA_TYPE));
        if let Some(milliseconds) = retry_after_ms {
            // The header knows whole seconds only; the body says it exactly.
            headers.insert(header::RETRY_AFTER, HeaderValue::from(milliseconds.div_ceil(1000).max(1)));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
