//! What a package would be answered now: every bank of it is asked, and none is bound.

use axum::Json;
use axum::extract::State;
use futures_util::future::join_all;
use shared::api::paths;
use shared::api::problem::FieldCode;
use shared::api::replies::{PreviewLeg, PreviewReply};
use shared::api::requests::OrderPackage;
use shared::ids::BankId;
use shared::limits::PACKAGE_BANKS_MAX;
use shared::refusal::{Refusal, RefusalCode, one_per_leg};

use super::body::JsonBody;
use super::interbank;
use super::node::Node;
use super::packages::unknown_banks;
use super::params::Query;
use super::problems::{Answer, Failure};
use crate::access::tokens::Caller;
use crate::peers::reads::{PreviewAnswer, ReadAnswer, ReadRequest};
use crate::protocol::message::Portion;
use crate::protocol::portion::split;

/// `POST /v1/packages/preview`.
#[utoipa::path(
    post,
    path = paths::PACKAGE_PREVIEW,
    tag = "packages",
    summary = "Ask what a package would be answered now; it binds nobody",
    request_body = OrderPackage,
    responses((status = 200, description = "What each leg would be answered.", body = PreviewReply)),
    extensions(("x-problems" = json!(["too_many_requests"]))),
)]
pub async fn preview_package(
    State(node): State<Node>,
    caller: Caller,
    query: Query,
    JsonBody(order): JsonBody<OrderPackage>,
) -> Answer<Json<PreviewReply>> {
    let [] = query.only([])?;
    let unknown = unknown_banks(&node, &order.legs);
    if !unknown.is_empty() {
        return Err(unknown.into());
    }
    let portions = split(&order.legs, node.id(), caller.customer);
    if portions.len() > PACKAGE_BANKS_MAX {
        return Err(Failure::field("legs", FieldCode::LegsRange));
    }
    node.tries().look_up(node.clock().mono(), caller.customer, &order.legs)?;
    let asked = portions.into_iter().map(|(bank, portion)| {
        let node = &node;
        async move {
            let legs: Vec<u16> = portion.lines.iter().map(|line| line.leg).collect();
            (legs, ask(node, bank, portion).await)
        }
    });
    let mut refusals = Vec::new();
    let mut accounts = Vec::new();
    for (legs, answer) in join_all(asked).await {
        match answer {
            Some(answer) => {
                refusals.extend(answer.refusals.into_iter().map(|no| no.refusal));
                accounts.extend(answer.accounts);
            }
            None => {
                refusals.extend(legs.into_iter().map(|leg| Refusal::new(leg, RefusalCode::BankUnavailable)));
            }
        }
    }
    let refusals = one_per_leg(refusals);
    let count = u16::try_from(order.legs.as_slice().len()).unwrap_or(u16::MAX);
    let legs = (0..count).map(|leg| {
        let refusal = refusals.iter().find(|refusal| refusal.leg == leg);
        PreviewLeg { leg, ok: refusal.is_none(), refusal: refusal.map(Into::into) }
    });
    Ok(Json(PreviewReply { legs: legs.collect(), accounts }))
}

/// What `bank` would answer; nothing when it does not.
async fn ask(node: &Node, bank: BankId, portion: Portion) -> Option<PreviewAnswer> {
    if bank != *node.id() {
        return match node.peers().read(&bank, ReadRequest::Preview { portion }).await {
            Ok(ReadAnswer::Preview(answer)) => Some(answer),
            Ok(_) | Err(_) => None,
        };
    }
    let (membership, now) = (node.membership(), node.clock().now());
    let judged = node
        .read(move |reader| {
            let settings = &membership.settings;
            Ok(interbank::preview(reader, settings, now, &settings.me, &portion))
        })
        .await;
    match judged {
        Ok(Ok(answer)) => Some(answer),
        Ok(Err(_)) | Err(_) => None,
    }
}
