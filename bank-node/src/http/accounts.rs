//! Accounts: opened, listed, shown, closed; by a consent with *view* those at other banks too.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use futures_util::future::join_all;
use shared::account::{AccountNumber, AccountRef};
use shared::api::paths;
use shared::api::replies::{AccountReply, AccountsReply, ScopeBank, ScopeStatus};
use shared::api::requests::OpenAccount;
use shared::ids::BankId;

use super::body::JsonBody;
use super::customers::refused;
use super::fresh::NotFresh;
use super::node::{Node, lock};
use super::params::{AccountsScope, PathParts, Query};
use super::problems::{Answer, Failure};
use super::shapes;
use crate::access::tokens::Caller;
use crate::desk::{DeskAnswer, DeskRequest};
use crate::ledger::reader::{AccountView, Moment};
use crate::peers::PeerUnavailable;
use crate::peers::reads::{ReadAnswer, ReadRequest};

/// `POST /v1/accounts`.
#[utoipa::path(
    post,
    path = paths::ACCOUNTS,
    tag = "accounts",
    summary = "Open an account",
    request_body = OpenAccount,
    responses((status = 201, description = "Opened.", body = AccountReply)),
    extensions(("x-problems" = json!(["personal_account_exists", "too_many_requests", "recovering"]))),
)]
pub async fn open_account(
    State(node): State<Node>,
    caller: Caller,
    query: Query,
    JsonBody(request): JsonBody<OpenAccount>,
) -> Answer<(StatusCode, Json<AccountReply>)> {
    let [] = query.only([])?;
    let names_others = match &request {
        OpenAccount::Personal => false,
        OpenAccount::Joint { holders } | OpenAccount::Business { holders, .. } => !holders.is_empty(),
    };
    if names_others {
        lock(&node.tries().holders).take(node.clock().mono(), caller.customer)?;
    }
    let answer = node.desk(DeskRequest::OpenAccount { caller: caller.customer, request }).await?;
    Ok((StatusCode::CREATED, Json(as_account(&node, answer)?)))
}

/// `POST /v1/accounts/{number}/close`.
#[utoipa::path(
    post,
    path = paths::ACCOUNT_CLOSE,
    tag = "accounts",
    summary = "Close an account at this bank",
    params(("number" = AccountNumber, Path, description = "The account.")),
    responses((status = 200, description = "Closed.", body = AccountReply)),
    extensions(("x-problems" = json!(["not_found", "account_not_empty", "account_frozen", "recovering"]))),
)]
pub async fn close_account(
    State(node): State<Node>,
    caller: Caller,
    path: PathParts,
    query: Query,
) -> Answer<Json<AccountReply>> {
    let [] = query.only([])?;
    let number = path.number(0)?;
    let answer = node.desk(DeskRequest::CloseAccount { caller: caller.customer, number }).await?;
    Ok(Json(as_account(&node, answer)?))
}

fn as_account(node: &Node, answer: DeskAnswer) -> Answer<AccountReply> {
    match answer {
        DeskAnswer::Account(account, balance, people) => {
            Ok(shapes::account(node.id(), &account, balance, &people))
        }
        other => Err(refused(other)),
    }
}

/// `GET /v1/accounts`, here or with `scope=consortium` everywhere.
#[utoipa::path(
    get,
    path = paths::ACCOUNTS,
    tag = "accounts",
    summary = "List one's accounts, here or everywhere",
    params(("scope" = Option<AccountsScope>, Query, description = "Here, or by consents at every bank; here unless given.")),
    responses((status = 200, description = "The accounts.", body = AccountsReply)),
)]
pub async fn list_accounts(
    State(node): State<Node>,
    caller: Caller,
    query: Query,
) -> Answer<Json<AccountsReply>> {
    let scope = query.scope()?;
    let views = node.read(move |reader| reader.accounts_of(caller.customer)).await?;
    let here = views.iter().map(|view| shapes::account_view(node.id(), view)).collect();
    match scope {
        AccountsScope::Bank => return Ok(Json(AccountsReply { accounts: here, banks: None })),
        AccountsScope::Consortium => {}
    }
    let own = node.id();
    let membership = node.membership();
    let asked = membership.consortium.banks.iter().map(|bank| async {
        if bank.id == *own {
            return (bank.id.clone(), Ok(ReadAnswer::Pong {}));
        }
        let request = ReadRequest::Accounts { customer: caller.customer };
        (bank.id.clone(), node.peers().read(&bank.id, request).await)
    });
    let mut accounts: Vec<AccountReply> = here;
    let mut banks = Vec::new();
    for (bank, answer) in join_all(asked).await {
        let status = match answer {
            Ok(_) if bank == *own => ScopeStatus::Ok,
            Ok(ReadAnswer::Accounts { accounts: there }) => {
                accounts.extend(there);
                ScopeStatus::Ok
            }
            Ok(ReadAnswer::NoConsent {}) => ScopeStatus::NoConsent,
            Ok(_) | Err(_) => ScopeStatus::Unreachable,
        };
        banks.push(ScopeBank { bank, status });
    }
    banks.sort_by(|one, other| one.bank.cmp(&other.bank));
    // By bank; within a bank as that bank lists them, open ones first.
    accounts.sort_by(|one, other| one.account.bank.cmp(&other.account.bank));
    Ok(Json(AccountsReply { accounts, banks: Some(banks) }))
}

/// `GET /v1/accounts/{number}`.
#[utoipa::path(
    get,
    path = paths::ACCOUNT,
    tag = "accounts",
    summary = "Show an account at this bank",
    params(
        ("number" = AccountNumber, Path, description = "The account."),
        ("fresh" = Option<bool>, Query, description = "Whether it must hold all that had been told committed before; false unless given."),
    ),
    responses((status = 200, description = "The account.", body = AccountReply)),
    extensions(("x-problems" = json!(["not_found", "not_fresh", "recovering"]))),
)]
pub async fn show_account(
    State(node): State<Node>,
    caller: Caller,
    path: PathParts,
    query: Query,
) -> Answer<Json<AccountReply>> {
    let fresh = query.fresh()?;
    account_here(&node, caller, path.number(0)?, fresh).await
}

/// `GET /v1/accounts/{bank}/{number}`.
#[utoipa::path(
    get,
    path = paths::ACCOUNT_AT,
    tag = "accounts",
    summary = "Show an account at any bank; at another one by a consent to view",
    params(
        ("bank" = BankId, Path, description = "Its bank."),
        ("number" = AccountNumber, Path, description = "Its number there."),
        ("fresh" = Option<bool>, Query, description = "Whether it must hold all that had been told committed before; false unless given."),
    ),
    responses((status = 200, description = "The account.", body = AccountReply)),
    extensions(("x-problems" = json!(["not_found", "not_fresh", "recovering"]))),
)]
pub async fn show_account_at(
    State(node): State<Node>,
    caller: Caller,
    path: PathParts,
    query: Query,
) -> Answer<Json<AccountReply>> {
    let fresh = query.fresh()?;
    let account = path.account(0)?;
    if node.keeps(&account) {
        return account_here(&node, caller, account.number, fresh).await;
    }
    let request = ReadRequest::Account { customer: caller.customer, number: account.number, fresh };
    match ask(&node, &account, request).await? {
        ReadAnswer::Account(reply) => Ok(Json(*reply)),
        ReadAnswer::NotFresh { for_want_of } => Err(NotFresh { for_want_of }.into()),
        _ => Err(Failure::not_found()),
    }
}

async fn account_here(
    node: &Node,
    caller: Caller,
    number: AccountNumber,
    fresh: bool,
) -> Answer<Json<AccountReply>> {
    let view = node.look(number, fresh, move |moment| held_account(moment, caller, number)).await?;
    Ok(Json(shapes::account_view(node.id(), &view)))
}

/// An account of this bank that the caller holds.
pub fn held_account(moment: &Moment<'_>, caller: Caller, number: AccountNumber) -> Answer<AccountView> {
    let found = moment.account(number)?;
    found.filter(|view| view.account.is_held_by(caller.customer)).ok_or_else(Failure::not_found)
}

/// Asks the bank that keeps `account`; a bank that is not in the consortium keeps none.
pub async fn ask(node: &Node, account: &AccountRef, request: ReadRequest) -> Answer<ReadAnswer> {
    if !is_in_consortium(node, &account.bank) {
        return Err(Failure::not_found());
    }
    node.peers().read(&account.bank, request).await.map_err(|gone: PeerUnavailable| gone.into())
}

/// Whether the consortium has this bank.
pub fn is_in_consortium(node: &Node, bank: &BankId) -> bool {
    node.membership().consortium.bank(bank).is_some()
}
