//! Packages: ordered, asked for, listed. What the deciding thread says of an order becomes an answer here.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt as _;
use futures_util::future::join_all;
use futures_util::stream;
use shared::account::AccountRef;
use shared::api::paths;
use shared::api::problem::{FieldCode, FieldError, Problem, ProblemCode};
use shared::api::replies::{LegReply, PackageBank, PackageReply, PackageStatus, PackagesReply};
use shared::api::requests::OrderPackage;
use shared::ids::PackageId;
use shared::package::{End, Leg, Legs};
use shared::refusal::{Refusal, RefusalCode};

use super::accounts::is_in_consortium;
use super::body::JsonBody;
use super::edge::about_package;
use super::node::{Node, lock};
use super::params::{Page, PathParts, Query};
use super::problems::{Answer, Failure, disk_full, draining, overloaded, recovering};
use super::{shapes, visible};
use crate::access::tokens::Caller;
use crate::clock::timestamp;
use crate::protocol::output::{NotTaken, OrderAnswer, OrderView};
use crate::protocol::records::OrderState;
use crate::trace;

/// When an aborted package may be sent again: at once where only held money was in the way.
const RETRY_FUNDS_HELD_MS: u64 = 100;
const RETRY_MS: u64 = 1_000;
/// Orders of one list whose banks are asked at the same time.
const RESOLVED_AT_ONCE: usize = 4;

/// `PUT /v1/packages/{id}`.
#[utoipa::path(
    put,
    path = paths::PACKAGE,
    tag = "packages",
    summary = "Order a package: all of it happens, or nothing",
    params(("id" = PackageId, Path, description = "A UUID that the client makes. The same again, under the same id, pays once.")),
    request_body = OrderPackage,
    responses(
        (status = 201, description = "Committed.", body = PackageReply),
        (status = 200, description = "Committed before: this is a repetition.", body = PackageReply),
        (status = 202, description = "Taken, and not decided yet.", body = PackageReply),
    ),
    extensions(("x-problems" = json!(["id_reused", "package_refused", "package_aborted", "too_many_requests", "recovering", "disk_full"]))),
)]
pub async fn order_package(
    State(node): State<Node>,
    caller: Caller,
    path: PathParts,
    query: Query,
    JsonBody(order): JsonBody<OrderPackage>,
) -> Answer<Response> {
    let [] = query.only([])?;
    let id: PackageId = path.id(0)?;
    about_package(id);
    if let Some(trace) = trace::current() {
        node.peers().traces().note(id, trace);
    }
    let unknown = unknown_banks(&node, &order.legs);
    if !unknown.is_empty() {
        // An order of the time before a bank left is answered as ever, and executed no more.
        match node.engine().look(caller.customer, id).await? {
            OrderAnswer::Standing(_) => {}
            OrderAnswer::NotFound | OrderAnswer::IdReused | OrderAnswer::NotTaken(_) => {
                return Err(unknown.into());
            }
        }
    }
    // Who was refused for many accounts that are not theirs has been guessing.
    lock(&node.tries().refused).is_free(node.clock().mono(), &caller.customer)?;
    match node.engine().submit(id, caller.customer, order.legs).await? {
        OrderAnswer::Standing(view) => {
            if matches!(view.order.state, OrderState::Refused { .. }) {
                node.tries().refused(node.clock().mono(), caller.customer, &view.order.legs);
            }
            ordered(&node, &view)
        }
        other => Err(not_standing(&other)),
    }
}

/// `GET /v1/packages/{id}`.
#[utoipa::path(
    get,
    path = paths::PACKAGE,
    tag = "packages",
    summary = "Show how a package stands",
    params(("id" = PackageId, Path, description = "The package.")),
    responses((status = 200, description = "The package.", body = PackageReply)),
    extensions(("x-problems" = json!(["not_found", "recovering"]))),
)]
pub async fn show_package(
    State(node): State<Node>,
    caller: Caller,
    path: PathParts,
    query: Query,
) -> Answer<Json<PackageReply>> {
    let [] = query.only([])?;
    let id: PackageId = path.id(0)?;
    about_package(id);
    seen(&node, caller, id).await.map(Json)
}

/// A package as `caller` may see it.
pub async fn seen(node: &Node, caller: Caller, id: PackageId) -> Answer<PackageReply> {
    match node.engine().look(caller.customer, id).await? {
        OrderAnswer::Standing(view) => Ok(resolved(node, &view).await),
        OrderAnswer::NotFound => visible::show_to_holder(node, caller, id).await,
        other @ (OrderAnswer::IdReused | OrderAnswer::NotTaken(_)) => Err(not_standing(&other)),
    }
}

/// How an order stands, its banks asked where another's attempt has it: alike for one package and for a list of them.
async fn resolved(node: &Node, view: &OrderView) -> PackageReply {
    let reply = reply(view);
    match &view.order.state {
        OrderState::Elsewhere { attempt } => visible::ask_elsewhere(node, &view.order, attempt, reply).await,
        // Paid by another bank's attempt: who has booked it is that bank's to hear.
        OrderState::Committed { attempt, .. } if !view.settled && attempt.coordinator != *node.id() => {
            visible::ask_elsewhere(node, &view.order, attempt, reply).await
        }
        OrderState::InProgress { .. }
        | OrderState::Committed { .. }
        | OrderState::Refused { .. }
        | OrderState::Aborted { .. } => reply,
    }
}

/// `GET /v1/packages`.
#[utoipa::path(
    get,
    path = paths::PACKAGES,
    tag = "packages",
    summary = "List what one has ordered here",
    params(Page),
    responses((status = 200, description = "A page, newest first.", body = PackagesReply)),
    extensions(("x-problems" = json!(["recovering"]))),
)]
pub async fn list_packages(
    State(node): State<Node>,
    caller: Caller,
    query: Query,
) -> Answer<Json<PackagesReply>> {
    let page = query.page()?;
    let found = node.read(move |reader| reader.orders_of(caller.customer, page.before, page.limit)).await?;
    // How each stands is asked where it is decided: on disk an order does not say what its banks have confirmed.
    let looks = found.rows.iter().map(|order| node.engine().look(caller.customer, order.package));
    let mut views = Vec::with_capacity(found.rows.len());
    for look in join_all(looks).await {
        match look? {
            OrderAnswer::Standing(view) => views.push(view),
            other => return Err(not_standing(&other)),
        }
    }
    // Few of them ask other banks, and those not all at once.
    let resolve = |view: Box<OrderView>| {
        let node = node.clone();
        async move { resolved(&node, &view).await }
    };
    let packages = stream::iter(views.into_iter().map(resolve)).buffered(RESOLVED_AT_ONCE).collect().await;
    Ok(Json(PackagesReply { packages, next: found.next }))
}

/// Each end whose bank the consortium does not have.
pub fn unknown_banks(node: &Node, legs: &Legs) -> Vec<FieldError> {
    let unknown = |end: &End| end.account().is_some_and(|account| !is_in_consortium(node, &account.bank));
    let mut errors = Vec::new();
    for (index, leg) in legs.as_slice().iter().enumerate() {
        for (side, end) in [("from", leg.from()), ("to", leg.to())] {
            if unknown(end) {
                errors.push(FieldError::new(format!("legs[{index}].{side}"), FieldCode::UnknownBank));
            }
        }
    }
    errors
}

/// The answer to an order that was taken.
fn ordered(node: &Node, view: &OrderView) -> Answer<Response> {
    let package = reply(view);
    let status = match &view.order.state {
        // What another bank's attempt had paid before is a repetition, though it is this bank's first answer.
        OrderState::Committed { attempt, .. } if view.first && attempt.coordinator == *node.id() => {
            StatusCode::CREATED
        }
        OrderState::Committed { .. } => StatusCode::OK,
        OrderState::InProgress { .. } | OrderState::Elsewhere { .. } => StatusCode::ACCEPTED,
        OrderState::Refused { .. } => return Err(ended(ProblemCode::PackageRefused, package, None)),
        OrderState::Aborted { refusals, .. } => {
            return Err(ended(ProblemCode::PackageAborted, package, Some(retry_after(refusals))));
        }
    };
    Ok((status, Json(package)).into_response())
}

fn ended(code: ProblemCode, package: PackageReply, retry_after_ms: Option<u64>) -> Failure {
    let refusals = package.refusals.clone();
    Problem { refusals, package: Some(Box::new(package)), retry_after_ms, ..Problem::new(code) }.into()
}

fn retry_after(refusals: &[Refusal]) -> u64 {
    let held = |refusal: &Refusal| refusal.code == RefusalCode::FundsHeld;
    if !refusals.is_empty() && refusals.iter().all(held) { RETRY_FUNDS_HELD_MS } else { RETRY_MS }
}

/// Why there is no order to show.
fn not_standing(answer: &OrderAnswer) -> Failure {
    match answer {
        OrderAnswer::IdReused => ProblemCode::IdReused.into(),
        OrderAnswer::NotFound => Failure::not_found(),
        OrderAnswer::NotTaken(NotTaken::Recovering) => recovering(),
        OrderAnswer::NotTaken(NotTaken::Draining) => draining(),
        OrderAnswer::NotTaken(NotTaken::DiskFull) => disk_full(),
        OrderAnswer::NotTaken(NotTaken::ShuttingDown) => crate::engine::handle::EngineGone.into(),
        OrderAnswer::NotTaken(NotTaken::TooManyBanks) => Failure::field("legs", FieldCode::LegsRange),
        OrderAnswer::NotTaken(NotTaken::Overloaded) | OrderAnswer::Standing(_) => overloaded(),
    }
}

/// An order, for the one who ordered it.
fn reply(view: &OrderView) -> PackageReply {
    let order = &view.order;
    let (status, refusals, decided_ms) = match &order.state {
        OrderState::InProgress { .. } | OrderState::Elsewhere { .. } => {
            (PackageStatus::InProgress, Vec::new(), None)
        }
        OrderState::Committed { decided_ms, .. } => (PackageStatus::Committed, Vec::new(), Some(*decided_ms)),
        OrderState::Refused { refusals, decided_ms, .. } => {
            (PackageStatus::Refused, shapes::refusals(refusals), Some(*decided_ms))
        }
        OrderState::Aborted { refusals, decided_ms, .. } => {
            (PackageStatus::Aborted, shapes::refusals(refusals), Some(*decided_ms))
        }
    };
    PackageReply {
        id: order.package,
        status,
        settled: view.settled,
        legs: order.legs.as_slice().iter().map(leg_in_full).collect(),
        refusals,
        created_at: timestamp(order.created_ms),
        decided_at: decided_ms.map(timestamp),
        banks: view
            .banks
            .iter()
            .map(|(bank, state)| PackageBank { bank: bank.clone(), state: *state })
            .collect(),
    }
}

fn leg_in_full(leg: &Leg) -> LegReply {
    let end = |end: &End| end.account().map(AccountRef::to_string);
    LegReply {
        leg: None,
        from: end(leg.from()),
        to: end(leg.to()),
        amount: leg.amount().centavos(),
        description: leg.description().map(|text| text.as_str().to_owned()),
    }
}
