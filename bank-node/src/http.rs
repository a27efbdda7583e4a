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

mod fresh;

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

pub mod openapi;

use axum::Router;
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use node::Node;

/// Every route of the customers' interface, wrapped in what happens to every request.
pub fn router(node: Node) -> Router {
    let (routes, _document) = documented_routes().split_for_parts();
    #[cfg(feature = "swagger-ui")]
    let routes = routes.merge(openapi::page());
    edge::wrapped(routes, node)
}

/// Every route with what the document says of it. Path and method stand once, above the handler: a route cannot be served
/// and not be documented.
fn documented_routes() -> OpenApiRouter<Node> {
    OpenApiRouter::with_openapi(openapi::Frame::openapi())
        .routes(routes!(bank::show_bank))
        .routes(routes!(bank::show_consortium))
        .routes(routes!(customers::sign_up))
        .routes(routes!(customers::show_me, customers::change_me))
        .routes(routes!(sessions::log_in, sessions::list_sessions))
        .routes(routes!(sessions::log_out))
        .routes(routes!(sessions::end_session))
        .routes(routes!(accounts::open_account, accounts::list_accounts))
        .routes(routes!(accounts::show_account))
        .routes(routes!(accounts::show_account_at))
        .routes(routes!(statements::show_statement))
        .routes(routes!(statements::show_statement_at))
        .routes(routes!(accounts::close_account))
        .routes(routes!(invitations::list_invitations))
        .routes(routes!(invitations::accept_invitation))
        .routes(routes!(invitations::decline_invitation))
        .routes(routes!(payees::show_payee))
        .routes(routes!(packages::list_packages))
        .routes(routes!(packages::show_package, packages::order_package))
        .routes(routes!(preview::preview_package))
        .routes(routes!(consents::give_consent, consents::list_consents))
        .routes(routes!(consents::revoke_consent))
        .routes(routes!(events::follow_events))
        .routes(routes!(openapi::show_document))
}
