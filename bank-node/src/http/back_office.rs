//! The back office: what operators do to a running bank by its socket. `api` says what is asked and answered.
//!
//! Never here: a decision. What changes books goes through the deciding thread, like everything at the counter.

use std::convert::Infallible;

use axum::Router;
use axum::extract::{ConnectInfo, FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::routing::{get, put};

use super::admin::Readiness;
use super::edge::{bounded, method_not_allowed, not_found};
use super::node::Node;
use super::socket::PeerUser;

pub mod api;

mod decisions;

mod log_level;

/// What every handler has at hand. Cheap to clone.
#[derive(Clone)]
pub struct BackOffice {
    /// The bank.
    pub node: Node,
    /// How its deciding thread stands.
    pub readiness: Readiness,
}

impl FromRef<BackOffice> for Node {
    fn from_ref(office: &BackOffice) -> Self {
        office.node.clone()
    }
}

/// Every route of the operators' socket.
pub fn router(office: BackOffice) -> Router {
    let metrics = office.node.metrics().clone();
    let routes = Router::new()
        .route(api::LOG_LEVEL, get(log_level::show_log_level).put(log_level::change_log_level))
        .route(api::DECISIONS, put(decisions::decide))
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(office);
    bounded(routes, metrics)
}

/// Who asks: the user at the other end of the socket, as the system says.
pub struct Operator(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Operator {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let user = parts.extensions.get::<ConnectInfo<PeerUser>>();
        Ok(Self(user.map_or_else(|| "unknown".to_owned(), |user| user.0.name())))
    }
}
