//! The customers' HTTP interface: decode, authenticate, hand over, encode. `shared::api` says what it looks like.
//!
//! Never here: a decision about money, SQL, a clock. Every error is a problem body, whatever went wrong.

mod problems;

mod params;

mod body;

mod caller;

mod edge;

mod shapes;

mod bank;

mod customers;

mod sessions;

mod accounts;

mod statements;

mod invitations;

mod payees;

mod packages;

mod preview;

mod visible;

mod consents;

mod events;

pub mod admin;

pub mod back_office;

pub mod socket;

pub mod interbank;

pub mod node;

mod spoken;

pub mod wire;

pub mod doors;

pub mod server;

use axum::Router;
use axum::routing::{delete, get, post};
use shared::api::paths;

use node::Node;

/// Every route of the customers' interface.
pub fn router(node: Node) -> Router {
    let routes = Router::new()
        .route(paths::BANK, get(bank::show_bank))
        .route(paths::CONSORTIUM, get(bank::show_consortium))
        .route(paths::CUSTOMERS, post(customers::sign_up))
        .route(paths::CUSTOMER_ME, get(customers::show_me).patch(customers::change_me))
        .route(paths::SESSIONS, post(sessions::log_in).get(sessions::list_sessions))
        .route(paths::SESSION_CURRENT, delete(sessions::log_out))
        .route(paths::SESSION, delete(sessions::end_session))
        .route(paths::ACCOUNTS, post(accounts::open_account).get(accounts::list_accounts))
        .route(paths::ACCOUNT, get(accounts::show_account))
        .route(paths::ACCOUNT_AT, get(accounts::show_account_at))
        .route(paths::STATEMENT, get(statements::show_statement))
        .route(paths::STATEMENT_AT, get(statements::show_statement_at))
        .route(paths::ACCOUNT_CLOSE, post(accounts::close_account))
        .route(paths::INVITATIONS, get(invitations::list_invitations))
        .route(paths::INVITATION_ACCEPT, post(invitations::accept_invitation))
        .route(paths::INVITATION_DECLINE, post(invitations::decline_invitation))
        .route(paths::PAYEE, get(payees::show_payee))
        .route(paths::PACKAGES, get(packages::list_packages))
        .route(paths::PACKAGE, get(packages::show_package).put(packages::order_package))
        .route(paths::PACKAGE_PREVIEW, post(preview::preview_package))
        .route(paths::CONSENTS, post(consents::give_consent).get(consents::list_consents))
        .route(paths::CONSENT, delete(consents::revoke_consent))
        .route(paths::EVENTS, get(events::follow_events));
    edge::wrapped(routes, node)
}
