//! Who asks: the bearer token's session, from memory or the books. Its expiry slides as it is used.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use shared::api::problem::ProblemCode;

use super::node::Node;
use super::problems::Failure;
use crate::access::tokens::{self, Caller, Known, SESSION_WRITE_MS};
use crate::desk::DeskRequest;
use crate::protocol::records::Session;

impl FromRequestParts<Node> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, node: &Node) -> Result<Self, Failure> {
        let token = bearer(&parts.headers).ok_or(ProblemCode::Unauthenticated)?;
        let session = session_of(node, token).await?.ok_or(ProblemCode::Unauthenticated)?;
        slide(node, &session);
        Ok(Self { customer: session.customer, session: session.id })
    }
}

/// The token of the one `Authorization: Bearer` header.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return None;
    };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

async fn session_of(node: &Node, token: &str) -> Result<Option<Session>, Failure> {
    let hash = tokens::hash(token);
    let wall_ms = node.clock().wall_ms();
    match node.sessions().find(&hash, wall_ms) {
        Known::Session(session) => Ok(Some(session)),
        Known::Nobody => Ok(None),
        Known::AskTheBooks(mark) => {
            let session = node.read(move |reader| reader.session(&hash)).await?;
            Ok(session.filter(|session| node.sessions().learn(session, mark, wall_ms)))
        }
    }
}

/// Notes the use of a session, once a minute at most; the request does not wait for it.
fn slide(node: &Node, session: &Session) {
    let wall_ms = node.clock().wall_ms();
    if wall_ms - session.used_ms < SESSION_WRITE_MS {
        return;
    }
    let expires_ms = wall_ms + node.config().pace.session_idle_ms;
    let used = Session { used_ms: wall_ms, expires_ms, ..session.clone() };
    if node.sessions().used(used.clone()).is_none() {
        return;
    }
    let node = node.clone();
    tokio::spawn(async move {
        let id = used.id;
        let _written_next_time = node.engine().desk(DeskRequest::PutSession(used)).await;
        // Ended while this was on its way: what was just written must not outlive its end.
        if node.sessions().is_ended(id) {
            let _gone_with_the_process = node.engine().desk(DeskRequest::EndSession(id)).await;
        }
    });
}
