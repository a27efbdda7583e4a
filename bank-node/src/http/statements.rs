//! What was booked on an account, newest first.

use axum::Json;
use axum::extract::State;
use shared::account::AccountNumber;
use shared::api::paths;
use shared::api::replies::StatementReply;
use shared::ids::BankId;

use super::accounts::{ask, held_account};
use super::fresh::NotFresh;
use super::node::Node;
use super::params::{Page, PathParts, Query};
use super::problems::{Answer, Failure};
use super::shapes;
use crate::access::tokens::Caller;
use crate::ledger::reader::Moment;
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
        ("fresh" = Option<bool>, Query, description = "Whether it must hold all that had been told committed before; false unless given."),
    ),
    responses((status = 200, description = "A page, newest first.", body = StatementReply)),
    extensions(("x-problems" = json!(["not_found", "not_fresh", "recovering"]))),
)]
pub async fn show_statement(
    State(node): State<Node>,
    caller: Caller,
    path: PathParts,
    query: Query,
) -> Answer<Json<StatementReply>> {
    let number = path.number(0)?;
    let (page, fresh) = query.fresh_page()?;
    statement_here(&node, caller, number, page, fresh).await
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
        ("fresh" = Option<bool>, Query, description = "Whether it must hold all that had been told committed before; false unless given."),
    ),
    responses((status = 200, description = "A page, newest first.", body = StatementReply)),
    extensions(("x-problems" = json!(["not_found", "not_fresh", "recovering"]))),
)]
pub async fn show_statement_at(
    State(node): State<Node>,
    caller: Caller,
    path: PathParts,
    query: Query,
) -> Answer<Json<StatementReply>> {
    let account = path.account(0)?;
    let (page, fresh) = query.fresh_page()?;
    if node.keeps(&account) {
        return statement_here(&node, caller, account.number, page, fresh).await;
    }
    let limit = u16::try_from(page.limit).unwrap_or(u16::MAX);
    let (customer, number) = (caller.customer, account.number);
    let request = ReadRequest::Statement { customer, number, limit, before: page.before, fresh };
    match ask(&node, &account, request).await? {
        ReadAnswer::Statement(reply) => Ok(Json(reply)),
        ReadAnswer::NotFresh { for_want_of } => Err(NotFresh { for_want_of }.into()),
        _ => Err(Failure::not_found()),
    }
}

async fn statement_here(
    node: &Node,
    caller: Caller,
    number: AccountNumber,
    page: Page,
    fresh: bool,
) -> Answer<Json<StatementReply>> {
    let look = move |moment: &Moment<'_>| -> Answer<_> {
        held_account(moment, caller, number)?;
        Ok(moment.statement(number, page.before, page.limit)?)
    };
    let found = node.look(number, fresh, look).await?;
    let postings = found.rows.iter().map(shapes::posting).collect();
    Ok(Json(StatementReply { postings, next: found.next }))
}
