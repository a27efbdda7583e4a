//! Who this bank is, and who the others are.

use axum::Json;
use axum::extract::State;
use shared::api::paths;
use shared::api::replies::{BankHealth, BankReply, BankStatus, ConsortiumReply};

use super::node::Node;
use super::params::Query;
use super::problems::Answer;

/// `GET /v1/bank`.
#[utoipa::path(
    get,
    path = paths::BANK,
    tag = "bank",
    summary = "Who this bank is",
    security(()),
    responses((status = 200, description = "This bank.", body = BankReply)),
)]
pub async fn show_bank(State(node): State<Node>, query: Query) -> Answer<Json<BankReply>> {
    let [] = query.only([])?;
    let membership = node.membership();
    let own = membership.own();
    Ok(Json(BankReply {
        id: own.id.clone(),
        name: own.name.as_str().to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        public_key: membership.public_key.to_string(),
    }))
}

/// `GET /v1/consortium`.
#[utoipa::path(
    get,
    path = paths::CONSORTIUM,
    tag = "bank",
    summary = "Who the other banks are, and whether they answer",
    security(()),
    responses((status = 200, description = "Every bank, this one included.", body = ConsortiumReply)),
)]
pub async fn show_consortium(State(node): State<Node>, query: Query) -> Answer<Json<ConsortiumReply>> {
    let [] = query.only([])?;
    let version = node.membership().consortium.version;
    Ok(Json(ConsortiumReply { version, banks: banks(&node) }))
}

/// Every bank of the consortium, as this one sees it now.
pub fn banks(node: &Node) -> Vec<BankHealth> {
    let health = node.peers().health();
    let membership = node.membership();
    let banks = membership.consortium.banks.iter().map(|bank| {
        let known = health.iter().find(|known| known.bank == bank.id);
        let status = match known {
            Some(known) => known.status,
            // It answers itself.
            None if bank.id == *node.id() => BankStatus::Up,
            None => BankStatus::Unknown,
        };
        BankHealth {
            id: bank.id.clone(),
            name: bank.name.as_str().to_owned(),
            address: bank.address.to_string(),
            status,
            latency_ms: known.and_then(|known| known.latency_ms),
            leaving: bank.leaving_since.is_some(),
        }
    });
    banks.collect()
}
