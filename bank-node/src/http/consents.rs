//! Consents: given to another bank for one customer of it, listed, revoked.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use shared::api::paths;
use shared::api::problem::FieldCode;
use shared::api::replies::{ConsentReply, ConsentsReply};
use shared::api::requests::GiveConsent;
use shared::ids::ConsentId;
use shared::limits::{CONSENT_DAYS_DEFAULT, CONSENT_PER_DAY_DEFAULT, CONSENT_PER_PACKAGE_DEFAULT};

use super::accounts::is_in_consortium;
use super::body::JsonBody;
use super::customers::refused;
use super::node::Node;
use super::params::{PathParts, Query};
use super::problems::{Answer, Failure};
use super::shapes;
use crate::access::tokens::Caller;
use crate::desk::{DeskAnswer, DeskRequest};
use crate::ids;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// `POST /v1/consents`.
#[utoipa::path(
    post,
    path = paths::CONSENTS,
    tag = "consents",
    summary = "Let another bank, for one customer of it, see or debit what one holds here",
    request_body = GiveConsent,
    responses((status = 201, description = "Given; it replaces an earlier one for the same bank and customer.", body = ConsentReply)),
    extensions(("x-problems" = json!(["recovering"]))),
)]
pub async fn give_consent(
    State(node): State<Node>,
    caller: Caller,
    query: Query,
    JsonBody(body): JsonBody<GiveConsent>,
) -> Answer<(StatusCode, Json<ConsentReply>)> {
    let [] = query.only([])?;
    // A bank asks itself by nobody's consent: its own customers act by their log-in.
    if body.bank == *node.id() || !is_in_consortium(&node, &body.bank) {
        return Err(Failure::field("bank", FieldCode::UnknownBank));
    }
    let wall_ms = node.clock().wall_ms();
    let expires_ms = body
        .expires_at
        .map_or(wall_ms + CONSENT_DAYS_DEFAULT * DAY_MS, |expires_at| expires_at.as_millisecond());
    let request = DeskRequest::GiveConsent {
        id: ids::consent(),
        giver: caller.customer,
        bank: body.bank,
        customer: body.customer,
        permissions: body.permissions.into_iter().collect(),
        limit_per_package: body.limit_per_package.unwrap_or(CONSENT_PER_PACKAGE_DEFAULT),
        limit_per_day: body.limit_per_day.unwrap_or(CONSENT_PER_DAY_DEFAULT),
        expires_ms,
    };
    match node.desk(request).await? {
        DeskAnswer::Consent(consent) => {
            let today = node.clock().day_of(wall_ms);
            Ok((StatusCode::CREATED, Json(shapes::consent(&consent, today))))
        }
        other => Err(refused(other)),
    }
}

/// `GET /v1/consents`.
#[utoipa::path(
    get,
    path = paths::CONSENTS,
    tag = "consents",
    summary = "List consents in force",
    responses((status = 200, description = "Oldest first.", body = ConsentsReply)),
)]
pub async fn list_consents(
    State(node): State<Node>,
    caller: Caller,
    query: Query,
) -> Answer<Json<ConsentsReply>> {
    let [] = query.only([])?;
    let wall_ms = node.clock().wall_ms();
    let today = node.clock().day_of(wall_ms);
    let found = node.read(move |reader| reader.consents_of(caller.customer, wall_ms)).await?;
    Ok(Json(ConsentsReply {
        consents: found.iter().map(|consent| shapes::consent(consent, today)).collect(),
    }))
}

/// `DELETE /v1/consents/{id}`.
#[utoipa::path(
    delete,
    path = paths::CONSENT,
    tag = "consents",
    summary = "Revoke a consent",
    params(("id" = ConsentId, Path, description = "The consent.")),
    responses((status = 204, description = "Revoked.")),
    extensions(("x-problems" = json!(["not_found", "recovering"]))),
)]
pub async fn revoke_consent(
    State(node): State<Node>,
    caller: Caller,
    path: PathParts,
    query: Query,
) -> Answer<StatusCode> {
    let [] = query.only([])?;
    let request = DeskRequest::RevokeConsent { giver: caller.customer, id: path.id(0)? };
    match node.desk(request).await? {
        DeskAnswer::Done => Ok(StatusCode::NO_CONTENT),
        other => Err(refused(other)),
    }
}
