//! Accounts: listed, shown, frozen, unfrozen and closed by the bank.

use axum::Json;
use axum::extract::State;

use super::api::{Account, Accounts, Holder};
use super::{Listing, Operator, act, listing, note_reveal, place, reveals};
use crate::clock::timestamp;
use crate::desk::{DeskAnswer, OperatorAct};
use crate::http::node::Node;
use crate::http::params::{PathParts, Query};
use crate::http::problems::{Answer, Failure, overloaded};
use crate::ledger::reader::AccountView;
use crate::protocol::records::{self, Balance, Customer};

/// `GET /admin/v1/accounts`.
pub async fn list_accounts(
    State(node): State<Node>,
    operator: Operator,
    query: Query,
) -> Answer<Json<Accounts>> {
    let Listing { limit, before, reveal } = listing(query)?;
    let before = place(before)?;
    if reveal {
        note_reveal(&node, operator, "accounts".to_owned()).await?;
    }
    let found = node.read(move |reader| reader.accounts(before, limit)).await?;
    let accounts = found.rows.iter().map(|view| viewed(view, reveal)).collect();
    Ok(Json(Accounts { accounts, next: found.next }))
}

/// `GET /admin/v1/accounts/{number}`.
pub async fn show_account(
    State(node): State<Node>,
    operator: Operator,
    path: PathParts,
    query: Query,
) -> Answer<Json<Account>> {
    let [reveal] = query.only(["reveal"])?;
    let (number, reveal) = (path.number(0)?, reveals(reveal)?);
    let view = node.read(move |reader| reader.account(number)).await?.ok_or_else(Failure::not_found)?;
    if reveal {
        note_reveal(&node, operator, number.to_string()).await?;
    }
    Ok(Json(viewed(&view, reveal)))
}

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

/// The same, as it was read.
pub fn viewed(view: &AccountView, reveal: bool) -> Account {
    shown(&view.account, view.balance, &view.holders, reveal)
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
