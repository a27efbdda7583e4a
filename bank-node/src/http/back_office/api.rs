//! What is asked and answered by the operators' socket: its paths and bodies, for the server and for `bank-node admin`.
//!
//! It is no interface for others: both ends are of one version of this program. Errors are the one problem body.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::api::fields::{Fields, FromJson};
use shared::api::problem::FieldError;

/// How much is logged: read and changed.
pub const LOG_LEVEL: &str = "/admin/v1/log-level";

/// How much is logged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLevel {
    /// As `--log-level` takes it.
    pub filter: String,
}

impl FromJson for LogLevel {
    fn from_json(body: Value) -> Result<Self, Vec<FieldError>> {
        let mut fields = Fields::of_body(body);
        let filter = fields.required_string("filter");
        fields.finish(filter.map(|filter| Self { filter }))
    }
}
