//! Customers: listed and shown; a password set anew, log-ins shown and ended. A customer is named by CPF or by this bank's id of them.

use axum::Json;
use axum::extract::State;
use shared::cpf::Cpf;
use shared::ids::CustomerId;
use shared::text::Password;

use super::accounts::viewed;
use super::api::{self, CustomerShown, Customers, PasswordReset, Session, Sessions};
use super::{Listing, Operator, act, listing, note_reveal, place, reveals};
use crate::clock::timestamp;
use crate::desk::OperatorAct;
use crate::http::node::Node;
use crate::http::params::{PathParts, Query};
use crate::http::problems::{Answer, Failure};
use crate::ids;
use crate::protocol::operators_log::{OperatorAction, OperatorOutcome};
use crate::protocol::records::{self, Customer};

/// `GET /admin/v1/customers`.
pub async fn list_customers(
    State(node): State<Node>,
    operator: Operator,
    query: Query,
) -> Answer<Json<Customers>> {
    let Listing { limit, before, reveal } = listing(query)?;
    let before = place(before)?;
    if reveal {
        note_reveal(&node, operator, "customers".to_owned()).await?;
    }
    let mut found = node.read(move |reader| reader.customers(before, limit + 1)).await?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = if more { found.last().map(|customer| customer.id) } else { None };
    Ok(Json(Customers { customers: found.iter().map(|customer| person(customer, reveal)).collect(), next }))
}

/// `GET /admin/v1/customers/{customer}`.
pub async fn show_customer(
    State(node): State<Node>,
    operator: Operator,
    path: PathParts,
    query: Query,
) -> Answer<Json<CustomerShown>> {
    let [reveal] = query.only(["reveal"])?;
    let reveal = reveals(reveal)?;
    let customer = named(&node, path.text(0)).await?.ok_or_else(Failure::not_found)?;
    if reveal {
        note_reveal(&node, operator, customer.id.to_string()).await?;
    }
    let id = customer.id;
    let views = node.read(move |reader| reader.accounts_of(id)).await?;
    Ok(Json(CustomerShown {
        customer: person(&customer, reveal),
        // Whoever holds an account beside them was not asked for.
        accounts: views.iter().map(|view| viewed(view, false)).collect(),
        sessions: standing(&node, id).await?.len(),
    }))
}

fn person(customer: &Customer, reveal: bool) -> api::Customer {
    api::Customer {
        id: customer.id,
        cpf: if reveal { customer.cpf.formatted() } else { customer.cpf.masked() },
        name: if reveal { customer.name.as_str().to_owned() } else { customer.name.masked() },
        created_at: timestamp(customer.created_ms),
        must_change_password: customer.must_change_password,
    }
}

/// `POST /admin/v1/customers/{customer}/reset-password`.
pub async fn reset_password(
    State(node): State<Node>,
    operator: Operator,
    path: PathParts,
    query: Query,
) -> Answer<Json<PasswordReset>> {
    let [] = query.only([])?;
    let (operator, customer) = found(&node, operator, &path, OperatorAction::PasswordReset).await?;
    let password = ids::one_time_password();
    let password_hash = node.passwords().hash(Password::new(password.clone())).await?;
    let sessions = standing(&node, customer.id).await?;
    act(&node, operator, OperatorAct::ResetPassword { customer: customer.id, password_hash }).await?;
    forget(&node, customer.id, &sessions);
    Ok(Json(PasswordReset { customer: customer.id, cpf: customer.cpf.masked(), password }))
}

/// `GET /admin/v1/customers/{customer}/sessions`.
pub async fn list_sessions(
    State(node): State<Node>,
    path: PathParts,
    query: Query,
) -> Answer<Json<Sessions>> {
    let [] = query.only([])?;
    let customer = named(&node, path.text(0)).await?.ok_or_else(Failure::not_found)?;
    let sessions = standing(&node, customer.id).await?;
    Ok(Json(shown(customer.id, &sessions)))
}

/// `DELETE /admin/v1/customers/{customer}/sessions`.
pub async fn end_sessions(
    State(node): State<Node>,
    operator: Operator,
    path: PathParts,
    query: Query,
) -> Answer<Json<Sessions>> {
    let [] = query.only([])?;
    let (operator, customer) = found(&node, operator, &path, OperatorAction::SessionsEnd).await?;
    let sessions = standing(&node, customer.id).await?;
    act(&node, operator, OperatorAct::EndSessions(customer.id)).await?;
    forget(&node, customer.id, &sessions);
    Ok(Json(shown(customer.id, &sessions)))
}

/// The customer that the path names. That there is none is written down too, without the CPF.
async fn found(
    node: &Node,
    operator: Operator,
    path: &PathParts,
    action: OperatorAction,
) -> Answer<(Operator, Customer)> {
    match named(node, path.text(0)).await? {
        Some(customer) => Ok((operator, customer)),
        None => {
            let outcome = OperatorOutcome::NotFound;
            act(node, operator, OperatorAct::Note { action, subject: None, outcome }).await?;
            Err(Failure::not_found())
        }
    }
}

/// The customer with this id or CPF.
pub async fn named(node: &Node, text: &str) -> Answer<Option<Customer>> {
    if let Ok(id) = text.parse::<CustomerId>() {
        return node.read(move |reader| reader.customer(id)).await;
    }
    let cpf: Cpf = text.parse().map_err(|_| {
        Failure::path(
            "A customer is named by CPF (529.982.247-25 or its digits) or by this bank's id of them.",
        )
    })?;
    node.read(move |reader| reader.customer_by_cpf(cpf)).await
}

/// The log-ins that stand.
async fn standing(node: &Node, customer: CustomerId) -> Answer<Vec<records::Session>> {
    let wall_ms = node.clock().wall_ms();
    let mut sessions = node.read(move |reader| reader.sessions_of(customer)).await?;
    sessions.retain(|session| wall_ms < session.expires_ms && !node.sessions().is_ended(session.id));
    Ok(sessions)
}

/// What the books have ended is let go of in memory; those that began meanwhile, too.
fn forget(node: &Node, customer: CustomerId, sessions: &[records::Session]) {
    node.sessions().end(sessions.iter().map(|session| session.id), node.clock().wall_ms());
    node.sessions().forget_all(customer);
}

fn shown(customer: CustomerId, sessions: &[records::Session]) -> Sessions {
    let sessions = sessions.iter().map(|session| Session {
        id: session.id,
        created_at: timestamp(session.created_ms),
        last_used_at: timestamp(session.used_ms),
        expires_at: timestamp(session.expires_ms),
    });
    Sessions { customer, sessions: sessions.collect() }
}
