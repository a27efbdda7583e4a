//! People sign up, and change their names and passwords.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use shared::api::paths;
use shared::api::problem::{Problem, ProblemCode};
use shared::api::replies::CustomerReply;
use shared::api::requests::{ChangeCustomer, SignUp};

use super::body::JsonBody;
use super::caller::AnyCaller;
use super::edge::PeerAddress;
use super::node::{Node, lock};
use super::params::Query;
use super::problems::{Answer, Failure, recovering};
use super::{sessions, shapes};
use crate::access::tokens::Caller;
use crate::desk::{DeskAnswer, DeskRequest, NewPassword};
use crate::ids;
use crate::protocol::records::Customer;

/// `POST /v1/customers`.
#[utoipa::path(
    post,
    path = paths::CUSTOMERS,
    tag = "customers",
    summary = "Sign up",
    security(()),
    request_body = SignUp,
    responses((status = 201, description = "Signed up.", body = CustomerReply)),
    extensions(("x-problems" = json!(["customer_exists", "too_many_requests", "recovering"]))),
)]
pub async fn sign_up(
    State(node): State<Node>,
    PeerAddress(address): PeerAddress,
    query: Query,
    JsonBody(body): JsonBody<SignUp>,
) -> Answer<(StatusCode, Json<CustomerReply>)> {
    let [] = query.only([])?;
    lock(&node.tries().sign_ups).take(node.clock().mono(), address)?;
    let password_hash = node.passwords().hash(body.password).await?;
    let request = DeskRequest::SignUp { id: ids::customer(), cpf: body.cpf, name: body.name, password_hash };
    let customer = as_customer(node.desk(request).await?)?;
    Ok((StatusCode::CREATED, Json(shapes::customer_in_brief(&customer))))
}

/// `GET /v1/customers/me`.
#[utoipa::path(
    get,
    path = paths::CUSTOMER_ME,
    tag = "customers",
    summary = "Who one is",
    responses((status = 200, description = "The customer of the session.", body = CustomerReply)),
)]
pub async fn show_me(State(node): State<Node>, caller: Caller, query: Query) -> Answer<Json<CustomerReply>> {
    let [] = query.only([])?;
    Ok(Json(shapes::customer(&customer_of(&node, caller).await?)))
}

/// `PATCH /v1/customers/me`.
#[utoipa::path(
    patch,
    path = paths::CUSTOMER_ME,
    tag = "customers",
    summary = "Change name or password; a new password ends the other sessions",
    request_body = ChangeCustomer,
    responses((status = 200, description = "Changed.", body = CustomerReply)),
    extensions(("x-problems" = json!(["invalid_credentials", "too_many_requests", "recovering"]))),
)]
pub async fn change_me(
    State(node): State<Node>,
    AnyCaller { caller, must_change_password }: AnyCaller,
    PeerAddress(address): PeerAddress,
    query: Query,
    JsonBody(body): JsonBody<ChangeCustomer>,
) -> Answer<Json<CustomerReply>> {
    let [] = query.only([])?;
    if must_change_password && (body.password.is_none() || body.name.is_some()) {
        return Err(ProblemCode::PasswordChangeRequired.into());
    }
    let before = customer_of(&node, caller).await?;
    let password = match body.password {
        None => None,
        Some(change) if must_change_password && change.new.reveal() == change.current.reveal() => {
            let detail = "Choose another password than the one that the bank has set.";
            return Err(Problem::new(ProblemCode::PasswordChangeRequired).with_detail(detail).into());
        }
        Some(change) => {
            // A stolen session must not be a way to guess the password faster than by logging in.
            sessions::prove_password(&node, address, before.cpf, change.current, Some(&before)).await?;
            let hash = node.passwords().hash(change.new).await?;
            Some(NewPassword { proved: before.password_hash, hash, keep: caller.session })
        }
    };
    let others = if password.is_some() {
        let sessions = node.read(move |reader| reader.sessions_of(caller.customer)).await?;
        sessions.into_iter().map(|session| session.id).filter(|id| *id != caller.session).collect()
    } else {
        Vec::new()
    };
    let ends_others = password.is_some();
    let request = DeskRequest::ChangeCustomer { customer: caller.customer, name: body.name, password };
    let customer = as_customer(node.desk(request).await?)?;
    if ends_others {
        // Only now: of several changes at once, one that was not the first ends nobody's session.
        node.sessions().end(others, node.clock().wall_ms());
        // Those that began while this was on its way, too.
        node.sessions().forget_others(caller.customer, caller.session);
    }
    Ok(Json(shapes::customer(&customer)))
}

/// The customer of a session.
pub async fn customer_of(node: &Node, caller: Caller) -> Answer<Customer> {
    let found = node.read(move |reader| reader.customer(caller.customer)).await?;
    found.ok_or_else(|| ProblemCode::Unauthenticated.into())
}

fn as_customer(answer: DeskAnswer) -> Answer<Customer> {
    match answer {
        DeskAnswer::Customer(customer) => Ok(customer),
        other => Err(refused(other)),
    }
}

/// The counter's no, or an answer that this request does not have.
pub fn refused(answer: DeskAnswer) -> Failure {
    match answer {
        DeskAnswer::CustomerExists => ProblemCode::CustomerExists.into(),
        DeskAnswer::PersonalAccountExists => ProblemCode::PersonalAccountExists.into(),
        DeskAnswer::AccountNotEmpty => ProblemCode::AccountNotEmpty.into(),
        DeskAnswer::AccountFrozen => ProblemCode::AccountFrozen.into(),
        DeskAnswer::AccountClosed => ProblemCode::AccountClosed.into(),
        DeskAnswer::AlreadyAnswered => ProblemCode::AlreadyAnswered.into(),
        DeskAnswer::NotFound => Failure::not_found(),
        DeskAnswer::PasswordChanged => ProblemCode::InvalidCredentials.into(),
        DeskAnswer::Recovering => recovering(),
        DeskAnswer::Invalid(errors) => errors.into(),
        DeskAnswer::Done | DeskAnswer::Customer(_) | DeskAnswer::Account(..) | DeskAnswer::Consent(_) => {
            debug_assert!(false, "bug: the counter answered another question: {answer:?}");
            super::problems::overloaded()
        }
    }
}
