//! Accounts: frozen, unfrozen and closed by the bank.

use axum::Json;
use axum::extract::State;

use super::api::{Account, Holder};
use super::{Operator, act};
use crate::clock::timestamp;
use crate::desk::{DeskAnswer, OperatorAct};
use crate::http::node::Node;
use crate::http::params::{PathParts, Query};
use crate::http::problems::{Answer, overloaded};
use crate::protocol::records::{self, Balance, Customer};

/// `POST /admin/v1/accounts/{number}/freeze`.
pub async fn freeze_account(
    State(node): State<Node>,
    operator: Operator,
    path: PathParts,
    query: Query,
) -> Answer<Json<Account>> {
    let [] = query.only([])?;
    changed(act(&node, operator, OperatorAct::Freeze(path.number(0)?)).await?)
}

/// `POST /admin/v1/accounts/{number}/unfreeze`.
pub async fn unfreeze_account(
    State(node): State<Node>,
    operator: Operator,
    path: PathParts,
    query: Query,
) -> Answer<Json<Account>> {
    let [] = query.only([])?;
    changed(act(&node, operator, OperatorAct::Unfreeze(path.number(0)?)).await?)
}

/// `POST /admin/v1/accounts/{number}/close`.
pub async fn close_account(
    State(node): State<Node>,
    operator: Operator,
    path: PathParts,
    query: Query,
) -> Answer<Json<Account>> {
    let [] = query.only([])?;
    changed(act(&node, operator, OperatorAct::Close(path.number(0)?)).await?)
}

fn changed(answer: DeskAnswer) -> Answer<Json<Account>> {
    match answer {
        DeskAnswer::Account(account, balance, people) => Ok(Json(shown(&account, balance, &people, false))),
        other => {
            debug_assert!(false, "bug: the counter answered another question: {other:?}");
            Err(overloaded())
        }
    }
}

/// An account for operators, with its people masked unless they are to be revealed.
pub fn shown(account: &records::Account, balance: Balance, people: &[Customer], reveal: bool) -> Account {
    let holders = account.holders.iter().zip(people).map(|(holder, person)| Holder {
        customer: person.id,
        cpf: if reveal { person.cpf.formatted() } else { person.cpf.masked() },
        name: if reveal { person.name.as_str().to_owned() } else { person.name.masked() },
        status: holder.status,
    });
    Account {
        account: account.number,
        kind: account.kind,
        status: account.status,
        holders: holders.collect(),
        company: account.company.as_ref().map(|company| company.name.as_str().to_owned()),
        balance: balance.balance,
        held: balance.held,
        incoming: balance.incoming,
        available: balance.available(),
        opened_at: timestamp(account.opened_ms),
    }
}
