//! The operators' log, shown.

use axum::Json;
use axum::extract::State;

use super::api::{Entry, OperatorsLog};
use crate::clock::timestamp;
use crate::http::node::Node;
use crate::http::params::Query;
use crate::http::problems::Answer;
use crate::protocol::operators_log::OperatorEntry;

/// `GET /admin/v1/log`.
pub async fn show_log(State(node): State<Node>, query: Query) -> Answer<Json<OperatorsLog>> {
    let page = query.page()?;
    let found = node.read(move |reader| reader.operators_log(page.before, page.limit)).await?;
    Ok(Json(OperatorsLog { entries: found.rows.into_iter().map(shown).collect(), next: found.next }))
}

fn shown(entry: OperatorEntry) -> Entry {
    Entry {
        number: entry.number,
        at: timestamp(entry.at_ms),
        operator: entry.operator,
        action: entry.action.to_string(),
        subject: entry.subject,
        outcome: entry.outcome.to_string(),
        hash: entry.hash.iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}
