//! The back office: what operators do to a running bank by its socket. `api` says what is asked and answered.
//!
//! Never here: a decision. What changes books goes through the deciding thread, like everything at the counter, and is a
//! line of the operators' log in the same transaction.

use std::convert::Infallible;

use axum::Router;
use axum::extract::{ConnectInfo, FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::routing::{get, post, put};
use shared::limits::{PAGE_ROWS_DEFAULT, PAGE_ROWS_MAX};

use super::admin::Readiness;
use super::customers::refused;
use super::edge::{in_time, method_not_allowed, not_found, numbered};
use super::node::Node;
use super::params::Query;
use super::problems::{Answer, Failure};
use super::socket::PeerUser;
use crate::desk::{DeskAnswer, DeskRequest, OperatorAct};
use crate::membership::Reloader;
use crate::protocol::operators_log::{OperatorAction, OperatorOutcome};
use crate::reconciliation::Reconciler;

pub mod api;

mod accounts;
mod decisions;

mod banks;

mod customers;

mod drain;

mod log;

mod log_level;

mod packages;

mod reconcile;

mod reload;

/// What every handler has at hand. Cheap to clone.
#[derive(Clone)]
pub struct BackOffice {
    /// The bank.
    pub node: Node,
    /// How its deciding thread stands.
    pub readiness: Readiness,
    /// Takes a changed configuration.
    pub reloader: Reloader,
    /// Holds the books against other banks'.
    pub reconciler: Reconciler,
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
        .route(api::ACCOUNTS, get(accounts::list_accounts))
        .route(api::ACCOUNT, get(accounts::show_account))
        .route(api::CUSTOMERS, get(customers::list_customers))
        .route(api::CUSTOMER, get(customers::show_customer))
        .route(api::PACKAGES, get(packages::list_packages))
        .route(api::PACKAGES_IN_DOUBT, get(packages::list_in_doubt))
        .route(api::PACKAGE, get(packages::show_package))
        .route(api::PEERS, get(banks::list_peers))
        .route(api::ACCOUNT_FREEZE, post(accounts::freeze_account))
        .route(api::ACCOUNT_UNFREEZE, post(accounts::unfreeze_account))
        .route(api::ACCOUNT_CLOSE, post(accounts::close_account))
        .route(api::CUSTOMER_RESET, post(customers::reset_password))
        .route(api::CUSTOMER_SESSIONS, get(customers::list_sessions).delete(customers::end_sessions))
        .route(api::RELOAD, post(reload::read_again))
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(office.clone());
    // Goes through all postings of books of any size.
    let long = Router::new().route(api::RECONCILE, post(reconcile::reconcile)).with_state(office);
    numbered(in_time(routes).merge(long), metrics)
}

/// Who asks: the user at the other end of the socket, as the system says.
#[derive(Clone)]
pub struct Operator(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Operator {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let user = parts.extensions.get::<ConnectInfo<PeerUser>>();
        Ok(Self(user.map_or_else(|| "unknown".to_owned(), |user| user.0.name())))
    }
}

/// `limit`, `before` and `reveal` of a listing.
struct Listing {
    limit: usize,
    before: Option<String>,
    reveal: bool,
}

fn listing(query: Query) -> Answer<Listing> {
    let [limit, before, reveal] = query.only(["limit", "before", "reveal"])?;
    let limit = match limit {
        None => PAGE_ROWS_DEFAULT,
        Some(text) => {
            text.parse().ok().filter(|limit| (1..=PAGE_ROWS_MAX).contains(limit)).ok_or_else(|| {
                Failure::query(format!("limit is a whole number from 1 to {PAGE_ROWS_MAX}."))
            })?
        }
    };
    Ok(Listing { limit, before, reveal: reveals(reveal)? })
}

fn reveals(text: Option<String>) -> Answer<bool> {
    match text.as_deref() {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(Failure::query("reveal is true or false.")),
    }
}

/// A place in a listing, as the page before gave it.
fn place<T: std::str::FromStr>(before: Option<String>) -> Answer<Option<T>> {
    let read =
        |text: String| text.parse().map_err(|_| Failure::query("before is the next of the page before."));
    before.map(read).transpose()
}

/// Writes down that people are about to be shown in full; where that cannot be written, nobody is shown.
async fn note_reveal(node: &Node, operator: Operator, subject: String) -> Answer<()> {
    note(node, operator, OperatorAction::Reveal, subject, OperatorOutcome::Done).await
}

/// A line of the operators' log on what goes its own way.
async fn note(
    node: &Node,
    operator: Operator,
    action: OperatorAction,
    subject: String,
    outcome: OperatorOutcome,
) -> Answer<()> {
    act(node, operator, OperatorAct::Note { action, subject: Some(subject), outcome }).await.map(drop)
}

/// Has the deciding thread do `act` and write it down; its no is a problem.
async fn act(node: &Node, operator: Operator, act: OperatorAct) -> Answer<DeskAnswer> {
    let answer = node.desk(DeskRequest::Operator { operator: operator.0, act }).await?;
    match answer {
        DeskAnswer::Done | DeskAnswer::Customer(_) | DeskAnswer::Account(..) => Ok(answer),
        no => Err(refused(no)),
    }
}
