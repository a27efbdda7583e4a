//! Invitations to hold an account: listed, accepted, declined.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use shared::account::AccountNumber;
use shared::api::paths;
use shared::api::replies::InvitationsReply;

use super::customers::refused;
use super::node::Node;
use super::params::{PathParts, Query};
use super::problems::Answer;
use super::shapes;
use crate::access::tokens::Caller;
use crate::desk::{DeskAnswer, DeskRequest};

/// `GET /v1/invitations`.
#[utoipa::path(
    get,
    path = paths::INVITATIONS,
    tag = "invitations",
    summary = "List unanswered invitations to hold an account",
    responses((status = 200, description = "Oldest first.", body = InvitationsReply)),
)]
pub async fn list_invitations(
    State(node): State<Node>,
    caller: Caller,
    query: Query,
) -> Answer<Json<InvitationsReply>> {
    let [] = query.only([])?;
    let found = node.read(move |reader| reader.invitations_of(caller.customer)).await?;
    Ok(Json(shapes::invitations(node.id(), found)))
}

/// `POST /v1/invitations/{number}/accept`.
#[utoipa::path(
    post,
    path = paths::INVITATION_ACCEPT,
    tag = "invitations",
    summary = "Accept an invitation",
    params(("number" = AccountNumber, Path, description = "The account.")),
    responses((status = 204, description = "Accepted.")),
    extensions(("x-problems" = json!(["not_found", "already_answered", "invalid_fields", "recovering"]))),
)]
pub async fn accept_invitation(
    State(node): State<Node>,
    caller: Caller,
    path: PathParts,
    query: Query,
) -> Answer<StatusCode> {
    let [] = query.only([])?;
    answer(&node, caller, &path, true).await
}

/// `POST /v1/invitations/{number}/decline`.
#[utoipa::path(
    post,
    path = paths::INVITATION_DECLINE,
    tag = "invitations",
    summary = "Decline an invitation",
    params(("number" = AccountNumber, Path, description = "The account.")),
    responses((status = 204, description = "Declined.")),
    extensions(("x-problems" = json!(["not_found", "already_answered", "recovering"]))),
)]
pub async fn decline_invitation(
    State(node): State<Node>,
    caller: Caller,
    path: PathParts,
    query: Query,
) -> Answer<StatusCode> {
    let [] = query.only([])?;
    answer(&node, caller, &path, false).await
}

async fn answer(node: &Node, caller: Caller, path: &PathParts, accept: bool) -> Answer<StatusCode> {
    let number = path.number(0)?;
    let request = DeskRequest::AnswerInvitation { caller: caller.customer, number, accept };
    match node.desk(request).await? {
        DeskAnswer::Done => Ok(StatusCode::NO_CONTENT),
        other => Err(refused(other)),
    }
}
