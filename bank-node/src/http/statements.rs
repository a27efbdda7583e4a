//! What was booked on an account, newest first.

use axum::Json;
use axum::extract::State;
use shared::account::AccountNumber;
use shared::api::paths;
use shared::api::replies::StatementReply;
use shared::ids::BankId;

use super::accounts::{ask, held_account};
use super::node::Node;
use super::params::{Page, PathParts, Query};
use super::problems::{Answer, Failure};
use super::shapes;
use crate::access::tokens::Caller;
use crate::peers::reads::{ReadAnswer, ReadRequest};

/// `GET /v1/accounts/{number}/statement`.
#[utoipa::path(
    get,
    path = paths::STATEMENT,
    tag = "accounts",
    summary = "Show what was booked on an account at this bank",
    params(
        ("number" = AccountNumber, Path, description = "The account."),
        Page,
    ),
    responses((status = 200, description = "A page, newest first.", body = StatementReply)),
    extensions(("x-problems" = json!(["not_found"]))),
)]
pub async fn show_statement(
    State(node): State<Node>,
    caller: Caller,
    path: PathParts,
    query: Query,
) -> Answer<Json<StatementReply>> {
    let number = path.number(0)?;
    statement_here(&node, caller, number, query.page()?).await
}

/// `GET /v1/accounts/{bank}/{number}/statement`.
#[utoipa::path(
    get,
    path = paths::STATEMENT_AT,
    tag = "accounts",
    summary = "Show what was booked on an account at any bank",
    params(
        ("bank" = BankId, Path, description = "Its bank."),
        ("number" = AccountNumber, Path, description = "Its number there."),
        Page,
    ),
    responses((status = 200, description = "A page, newest first.", body = StatementReply)),
    extensions(("x-problems" = json!(["not_found"]))),
)]
pub async fn show_statement_at(
    State(node): State<Node>,
    caller: Caller,
    path: PathParts,
    query: Query,
) -> Answer<Json<StatementReply>> {
    let account = path.account(0)?;
    let page = query.page()?;
    if node.keeps(&account) {
        return statement_here(&node, caller, account.number, page).await;
    }
    let limit = u16::try_from(page.limit).unwrap_or(u16::MAX);
    let (customer, number) = (caller.customer, account.number);
    let request = ReadRequest::Statement { customer, number, limit, before: page.before };
    match ask(&node, &account, request).await? {
        ReadAnswer::Statement(reply) => Ok(Json(reply)),
        _ => Err(Failure::not_found()),
    }
}

async fn statement_here(
    node: &Node,
    caller: Caller,
    number: AccountNumber,
    page: Page,
) -> Answer<Json<StatementReply>> {
    held_account(node, caller, number).await?;
    let found = node.read(move |reader| reader.statement(number, page.before, page.limit)).await?;
    let postings = found.rows.iter().map(shapes::posting).collect();
    Ok(Json(StatementReply { postings, next: found.next }))
}
