//! The back office: what operators do to a running bank by its socket. `api` says what is asked and answered.
//!
//! Never here: a decision. What changes books goes through the deciding thread, like everything at the counter, and is a
//! line of the operators' log in the same transaction.

use std::convert::Infallible;

use axum::Router;
use axum::extract::{ConnectInfo, FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::routing::{get, post, put};

use super::admin::Readiness;
use super::customers::refused;
use super::edge::{bounded, method_not_allowed, not_found};
use super::node::Node;
use super::problems::Answer;
use super::socket::PeerUser;
use crate::desk::{DeskAnswer, DeskRequest, OperatorAct};

pub mod api;

mod accounts;
mod decisions;

mod customers;

mod drain;

mod log;

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
        .route(api::DRAIN, get(drain::show_drain).post(drain::begin_drain).delete(drain::end_drain))
        .route(api::LOG, get(log::show_log))
        .route(api::ACCOUNT_FREEZE, post(accounts::freeze_account))
        .route(api::ACCOUNT_UNFREEZE, post(accounts::unfreeze_account))
        .route(api::ACCOUNT_CLOSE, post(accounts::close_account))
        .route(api::CUSTOMER_RESET, post(customers::reset_password))
        .route(api::CUSTOMER_SESSIONS, get(customers::list_sessions).delete(customers::end_sessions))
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

/// Has the deciding thread do `act` and write it down; its no is a problem.
async fn act(node: &Node, operator: Operator, act: OperatorAct) -> Answer<DeskAnswer> {
    let answer = node.desk(DeskRequest::Operator { operator: operator.0, act }).await?;
    match answer {
        DeskAnswer::Done | DeskAnswer::Customer(_) | DeskAnswer::Account(..) => Ok(answer),
        no => Err(refused(no)),
    }
}
