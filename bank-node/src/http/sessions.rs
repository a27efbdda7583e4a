//! Logging in and out. A wrong CPF and a wrong password answer alike, as late, and make the next try wait.

use std::net::IpAddr;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use shared::api::paths;
use shared::api::problem::ProblemCode;
use shared::api::replies::{SessionOpened, SessionReply, SessionsReply};
use shared::api::requests::LogIn;
use shared::cpf::Cpf;
use shared::ids::{CustomerId, SessionId};
use shared::text::Password;

use super::body::JsonBody;
use super::caller::AnyCaller;
use super::edge::PeerAddress;
use super::node::{Node, lock};
use super::params::{PathParts, Query};
use super::problems::{Answer, Failure};
use super::shapes;
use crate::access::tokens::{self, Caller};
use crate::clock::timestamp;
use crate::desk::DeskRequest;
use crate::ids;
use crate::protocol::records::{Customer, Session};

/// Log-ins of one customer that stand at a time; the least used give way to new ones.
const SESSIONS_PER_CUSTOMER_MAX: usize = 100;

/// `POST /v1/sessions`.
#[utoipa::path(
    post,
    path = paths::SESSIONS,
    tag = "sessions",
    summary = "Log in",
    security(()),
    request_body = LogIn,
    responses((status = 201, description = "Logged in. The token is shown this once.", body = SessionOpened)),
    extensions(("x-problems" = json!(["invalid_credentials", "too_many_requests"]))),
)]
pub async fn log_in(
    State(node): State<Node>,
    PeerAddress(address): PeerAddress,
    query: Query,
    JsonBody(body): JsonBody<LogIn>,
) -> Answer<(StatusCode, Json<SessionOpened>)> {
    let [] = query.only([])?;
    let cpf = body.cpf;
    let known = node.read(move |reader| reader.customer_by_cpf(cpf)).await?;
    prove_password(&node, address, cpf, body.password, known.as_ref()).await?;
    let customer = known.ok_or(ProblemCode::InvalidCredentials)?;

    let token = ids::token();
    let wall_ms = node.clock().wall_ms();
    let session = Session {
        id: ids::session(),
        token_hash: tokens::hash(&token),
        customer: customer.id,
        created_ms: wall_ms,
        used_ms: wall_ms,
        expires_ms: wall_ms + node.config().pace.session_idle_ms,
    };
    let (id, expires_at) = (session.id, timestamp(session.expires_ms));
    node.desk(DeskRequest::PutSession(session)).await?;
    // A password changed while this one was checked has ended the sessions before it; this one came after.
    let now = node.read(move |reader| reader.customer_by_cpf(cpf)).await?;
    if now.is_none_or(|now| now.password_hash != customer.password_hash) {
        end(&node, id).await?;
        return Err(ProblemCode::InvalidCredentials.into());
    }
    clear_out(&node, customer.id);
    let opened = SessionOpened {
        token,
        expires_at,
        customer: shapes::customer_in_brief(&customer),
        bank: shapes::bank_name(node.config()),
        must_change_password: customer.must_change_password,
    };
    Ok((StatusCode::CREATED, Json(opened)))
}

/// Proves that `password` is `known`'s; each wrong one makes the next try for this CPF, or from this address, wait.
pub async fn prove_password(
    node: &Node,
    address: IpAddr,
    cpf: Cpf,
    password: Password,
    known: Option<&Customer>,
) -> Answer<()> {
    let tries = node.tries();
    let now = node.clock().mono();
    lock(&tries.by_address).begin(now, &address)?;
    if let Err(early) = lock(&tries.by_cpf).begin(now, &cpf) {
        lock(&tries.by_address).undone(&address);
        return Err(early.into());
    }
    let right = node.passwords().verify(password, known.map(|known| known.password_hash.clone())).await;
    let now = node.clock().mono();
    match right {
        Ok(true) => {
            lock(&tries.by_cpf).right(&cpf);
            // Not forgiven: or one account of one's own would be the way to guess at all others.
            lock(&tries.by_address).undone(&address);
            Ok(())
        }
        Ok(false) => {
            node.metrics().log_in_failed();
            lock(&tries.by_cpf).wrong(now, cpf);
            lock(&tries.by_address).wrong(now, address);
            Err(ProblemCode::InvalidCredentials.into())
        }
        Err(full) => {
            lock(&tries.by_cpf).undone(&cpf);
            lock(&tries.by_address).undone(&address);
            Err(full.into())
        }
    }
}

/// `GET /v1/sessions`.
#[utoipa::path(
    get,
    path = paths::SESSIONS,
    tag = "sessions",
    summary = "List one's sessions",
    responses((status = 200, description = "Newest first.", body = SessionsReply)),
)]
pub async fn list_sessions(
    State(node): State<Node>,
    caller: Caller,
    query: Query,
) -> Answer<Json<SessionsReply>> {
    let [] = query.only([])?;
    let wall_ms = node.clock().wall_ms();
    let sessions = node.read(move |reader| reader.sessions_of(caller.customer)).await?;
    let standing = sessions
        .iter()
        .filter(|session| wall_ms < session.expires_ms && !node.sessions().is_ended(session.id));
    let sessions = standing.map(|session| SessionReply {
        id: session.id,
        created_at: timestamp(session.created_ms),
        last_used_at: timestamp(session.used_ms),
        expires_at: timestamp(session.expires_ms),
        current: session.id == caller.session,
    });
    Ok(Json(SessionsReply { sessions: sessions.collect() }))
}

/// `DELETE /v1/sessions/{id}`.
#[utoipa::path(
    delete,
    path = paths::SESSION,
    tag = "sessions",
    summary = "End a session",
    params(("id" = SessionId, Path, description = "The session, as the list has it.")),
    responses((status = 204, description = "Ended.")),
    extensions(("x-problems" = json!(["not_found"]))),
)]
pub async fn end_session(
    State(node): State<Node>,
    caller: Caller,
    path: PathParts,
    query: Query,
) -> Answer<StatusCode> {
    let [] = query.only([])?;
    let id: SessionId = path.id(0)?;
    let sessions = node.read(move |reader| reader.sessions_of(caller.customer)).await?;
    if !sessions.iter().any(|session| session.id == id) {
        return Err(Failure::not_found());
    }
    end(&node, id).await
}

/// `DELETE /v1/sessions/current`.
#[utoipa::path(
    delete,
    path = paths::SESSION_CURRENT,
    tag = "sessions",
    summary = "Log out",
    responses((status = 204, description = "Logged out.")),
)]
pub async fn log_out(State(node): State<Node>, who: AnyCaller, query: Query) -> Answer<StatusCode> {
    let [] = query.only([])?;
    end(&node, who.caller.session).await
}

async fn end(node: &Node, id: SessionId) -> Answer<StatusCode> {
    node.sessions().end([id], node.clock().wall_ms());
    node.desk(DeskRequest::EndSession(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends what has expired, and the least used beyond the limit. Nobody waits for it.
fn clear_out(node: &Node, customer: CustomerId) {
    let node = node.clone();
    tokio::spawn(async move {
        let Ok(mut sessions) = node.read(move |reader| reader.sessions_of(customer)).await else {
            return;
        };
        let wall_ms = node.clock().wall_ms();
        sessions.sort_by_key(|session| std::cmp::Reverse(session.used_ms));
        for (place, session) in sessions.iter().enumerate() {
            if place >= SESSIONS_PER_CUSTOMER_MAX || session.expires_ms <= wall_ms {
                let _tried_again_at_the_next_log_in = end(&node, session.id).await;
            }
        }
    });
}
