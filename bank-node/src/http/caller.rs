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
        let AnyCaller { caller, must_change_password } = AnyCaller::from_request_parts(parts, node).await?;
        if must_change_password { Err(ProblemCode::PasswordChangeRequired.into()) } else { Ok(caller) }
    }
}

/// Who asks, also one whose password an operator has set. Only for what changes the password, and for logging out.
pub struct AnyCaller {
    /// Who.
    pub caller: Caller,
    /// Whether all else is refused to them.
    pub must_change_password: bool,
}

impl FromRequestParts<Node> for AnyCaller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, node: &Node) -> Result<Self, Failure> {
        let token = bearer(&parts.headers).ok_or(ProblemCode::Unauthenticated)?;
        let found = session_of(node, token).await?;
        let (session, must_change_password) = found.ok_or(ProblemCode::Unauthenticated)?;
        if !must_change_password {
            slide(node, &session);
        }
        let caller = Caller { customer: session.customer, session: session.id };
        Ok(Self { caller, must_change_password })
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

/// The session, and whether its customer has to change the password first. Such a session is not kept in memory: what is
/// there may do everything.
async fn session_of(node: &Node, token: &str) -> Result<Option<(Session, bool)>, Failure> {
    let hash = tokens::hash(token);
    let wall_ms = node.clock().wall_ms();
    match node.sessions().find(&hash, wall_ms) {
        Known::Session(session) => Ok(Some((session, false))),
        Known::Nobody => Ok(None),
        Known::AskTheBooks(mark) => {
            let Some((session, must_change)) = node.read(move |reader| reader.session(&hash)).await? else {
                return Ok(None);
            };
            let stands = if must_change {
                wall_ms < session.expires_ms && !node.sessions().is_ended(session.id)
            } else {
                node.sessions().learn(&session, mark, wall_ms)
            };
            Ok(stands.then_some((session, must_change)))
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
