//! Who is behind an account number, masked, so that a payer sees whether it is whom they mean.

use axum::Json;
use axum::extract::State;
use shared::account::{AccountNumber, AccountStatus};
use shared::api::paths;
use shared::api::problem::{Problem, ProblemCode};
use shared::api::replies::PayeeReply;
use shared::ids::BankId;

use super::accounts::ask;
use super::node::{Node, lock};
use super::params::{PathParts, Query};
use super::problems::{Answer, Failure};
use super::shapes;
use crate::access::tokens::Caller;
use crate::peers::reads::{ReadAnswer, ReadRequest};

/// `GET /v1/payees/{bank}/{number}`.
#[utoipa::path(
    get,
    path = paths::PAYEE,
    tag = "payees",
    summary = "See who is behind an account number, masked",
    params(
        ("bank" = BankId, Path, description = "Its bank."),
        ("number" = AccountNumber, Path, description = "Its number there."),
    ),
    responses((status = 200, description = "Whose it is.", body = PayeeReply)),
    extensions(("x-problems" = json!(["not_found", "too_many_requests"]))),
)]
pub async fn show_payee(
    State(node): State<Node>,
    caller: Caller,
    path: PathParts,
    query: Query,
) -> Answer<Json<PayeeReply>> {
    let [] = query.only([])?;
    let account = path.account(0)?;
    lock(&node.tries().payees).take(node.clock().mono(), caller.customer)?;
    if node.keeps(&account) {
        let found = node.read(move |reader| reader.account(account.number)).await?;
        let open = found.filter(|view| view.account.status != AccountStatus::Closed);
        let view = open.ok_or_else(Failure::not_found)?;
        return Ok(Json(shapes::payee(node.id(), &view)));
    }
    match ask(&node, &account, ReadRequest::Payee { number: account.number }).await? {
        ReadAnswer::Payee(reply) => Ok(Json(reply)),
        // The other bank counts this one's look-ups too.
        ReadAnswer::TooMany { retry_after_ms } => {
            Err(Problem::new(ProblemCode::TooManyRequests).retry_after(retry_after_ms).into())
        }
        _ => Err(Failure::not_found()),
    }
}
