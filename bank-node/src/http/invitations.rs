//! Invitations to hold an account: listed, accepted, declined.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use shared::account::AccountRef;
use shared::api::replies::{InvitationReply, InvitationsReply, InviterReply};

use super::customers::refused;
use super::node::Node;
use super::params::{PathParts, Query};
use super::problems::Answer;
use crate::access::tokens::Caller;
use crate::clock::timestamp;
use crate::desk::{DeskAnswer, DeskRequest};

/// `GET /v1/invitations`.
pub async fn list_invitations(
    State(node): State<Node>,
    caller: Caller,
    query: Query,
) -> Answer<Json<InvitationsReply>> {
    let [] = query.only([])?;
    let found = node.read(move |reader| reader.invitations_of(caller.customer)).await?;
    let invitations = found.into_iter().map(|invitation| InvitationReply {
        account: AccountRef::new(node.id().clone(), invitation.account),
        kind: invitation.kind,
        company: invitation.company.map(|name| name.as_str().to_owned()),
        invited_by: InviterReply { name: invitation.invited_by.as_str().to_owned() },
        at: timestamp(invitation.named_ms),
    });
    Ok(Json(InvitationsReply { invitations: invitations.collect() }))
}

/// `POST /v1/invitations/{number}/accept`.
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
