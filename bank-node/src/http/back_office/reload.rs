//! The configuration read again, as SIGHUP has it read, with the answer to whoever asked.

use axum::Json;
use axum::extract::State;
use shared::api::problem::{Problem, ProblemCode};

use super::api::Reloaded;
use super::{BackOffice, Operator, note};
use crate::http::params::Query;
use crate::http::problems::{Answer, overloaded};
use crate::membership::ReloadFault;
use crate::protocol::operators_log::{OperatorAction, OperatorOutcome};

/// `POST /admin/v1/reload`.
pub async fn read_again(
    State(office): State<BackOffice>,
    operator: Operator,
    query: Query,
) -> Answer<Json<Reloaded>> {
    let [] = query.only([])?;
    match office.reloader.reload().await {
        Ok(changes) => {
            for change in &changes {
                tracing::info!(operator = operator.0, "the configuration was read again: {change}");
            }
            if !changes.is_empty() {
                let subject = format!("consortium {}", office.node.membership().settings.consortium);
                note(&office.node, operator, OperatorAction::Reload, subject, OperatorOutcome::Done).await?;
            }
            Ok(Json(Reloaded { changes }))
        }
        Err(fault @ (ReloadFault::Config(_) | ReloadFault::Members { .. } | ReloadFault::Peers(_))) => {
            tracing::error!(
                operator = operator.0,
                "the configuration is not taken, and the bank goes on as before: {fault}"
            );
            Err(Problem::new(ProblemCode::InvalidFields).with_detail(fault.to_string()).into())
        }
        Err(ReloadFault::Overloaded) => Err(overloaded()),
        Err(ReloadFault::Gone(gone)) => Err(gone.into()),
    }
}
