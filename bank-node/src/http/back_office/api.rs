//! What is asked and answered by the operators' socket: its paths and bodies, for the server and for `bank-node admin`.
//!
//! It is no interface for others: both ends are of one version of this program. Errors are the one problem body.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::api::fields::{Fields, FromJson};
use shared::api::problem::{FieldCode, FieldError};

use crate::protocol::attempt::AttemptId;
use crate::protocol::restoration::RecoveredPackage;

/// How much is logged: read and changed.
pub const LOG_LEVEL: &str = "/admin/v1/log-level";

/// How much is logged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLevel {
    /// As `--log-level` takes it.
    pub filter: String,
}

/// Decides an attempt whose decision was lost with the books.
pub const DECISIONS: &str = "/admin/v1/decisions";

/// An operator's decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decide {
    /// The attempt, as `bank.life.number`.
    pub attempt: AttemptId,
    /// What is decided.
    pub decision: LostDecision,
}

/// What an operator decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LostDecision {
    /// All of it happens.
    Commit,
    /// None of it happens.
    Abort,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// The attempt.
    pub attempt: AttemptId,
    /// What was decided.
    pub decision: LostDecision,
    /// What was booked here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub booked: Option<RecoveredPackage>,
}

impl FromJson for Decide {
    fn from_json(body: Value) -> Result<Self, Vec<FieldError>> {
        let mut fields = Fields::of_body(body);
        let attempt = fields.required_string("attempt");
        let attempt = attempt.and_then(|text| {
            text.parse().map_err(|_| fields.refuse("attempt", FieldCode::BadCharacters)).ok()
        });
        let decision = match fields.required_string("decision").as_deref() {
            Some("commit") => Some(LostDecision::Commit),
            Some("abort") => Some(LostDecision::Abort),
            Some(_) => {
                fields.refuse("decision", FieldCode::BadCharacters);
                None
            }
            None => None,
        };
        fields.finish(attempt.zip(decision).map(|(attempt, decision)| Self { attempt, decision }))
    }
}

impl FromJson for LogLevel {
    fn from_json(body: Value) -> Result<Self, Vec<FieldError>> {
        let mut fields = Fields::of_body(body);
        let filter = fields.required_string("filter");
        fields.finish(filter.map(|filter| Self { filter }))
    }
}
