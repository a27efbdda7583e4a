//! Packages that were not decided here: an order that another bank's attempt has, and what a holder of an account sees of
//! a package that somebody else ordered.

use futures_util::future::join_all;
use shared::account::{AccountNumber, AccountRef};
use shared::api::replies::{LegReply, PackageBank, PackageBankState, PackageReply, PackageStatus};
use shared::ids::{BankId, PackageId};

use super::node::Node;
use super::problems::{Answer, Failure};
use super::shapes;
use crate::access::tokens::Caller;
use crate::clock::timestamp;
use crate::ledger::reader::PackageHere;
use crate::peers::reads::{PackageAnswer, PackageStanding, ReadAnswer, ReadRequest};
use crate::protocol::attempt::AttemptId;
use crate::protocol::message::{Line, Outcome, Side};
use crate::protocol::records::{Order, PackageState, PortionState, Promise};

/// Asks the banks of an order that another bank's attempt has what became of it; nobody's word binds here.
pub async fn ask_elsewhere(
    node: &Node,
    order: &Order,
    attempt: &AttemptId,
    mut reply: PackageReply,
) -> PackageReply {
    let mut banks = order.legs.account_banks();
    banks.insert(attempt.coordinator.clone());
    banks.remove(node.id());
    let asked = banks.len();
    let ask = |bank: BankId| async move {
        let request = ReadRequest::Package { package: order.package, digest: order.digest };
        match node.peers().read(&bank, request).await {
            Ok(ReadAnswer::Package(answer)) => Some((bank, answer)),
            Ok(_) | Err(_) => None,
        }
    };
    let answers: Vec<_> = join_all(banks.into_iter().map(ask)).await.into_iter().flatten().collect();
    let package = order.package;
    let here = node.read(move |reader| reader.package_here(package)).await;
    let spent_here = here.is_ok_and(|here| {
        here.record.is_some_and(|record| {
            record.digest == order.digest && matches!(record.state, PackageState::Spent(_))
        })
    });
    let stands = |standing| answers.iter().find(move |(_, answer)| answer.state == standing);
    if reply.status == PackageStatus::Committed || spent_here || stands(PackageStanding::Spent).is_some() {
        reply.status = PackageStatus::Committed;
    } else if let Some((_, closed)) = stands(PackageStanding::Closed) {
        reply.status = PackageStatus::Refused;
        reply.refusals = shapes::refusals(&closed.refusals);
    } else if answers.len() == asked
        && let Some(given_up) = given_up(&answers, attempt)
    {
        reply.status = PackageStatus::Aborted;
        reply.refusals = shapes::refusals(&given_up.refusals);
    }
    for bank in &mut reply.banks {
        if let Some((_, answer)) = answers.iter().find(|(answered, _)| *answered == bank.bank) {
            bank.state = state_of(answer);
        } else if bank.bank == *node.id() && spent_here {
            bank.state = PackageBankState::Committed;
        }
    }
    let told = |bank: &PackageBank| bank.state == PackageBankState::Committed;
    reply.settled = match reply.status {
        PackageStatus::Committed => reply.banks.iter().all(told),
        PackageStatus::Refused | PackageStatus::Aborted => true,
        PackageStatus::InProgress => false,
    };
    reply
}

/// The answer of the bank that ran `attempt`, where it says that it has ended without paying and runs no other, and nobody
/// says that any attempt lives.
///
/// By then it may have run others after it, or have left the package to another bank in its turn: it names a later
/// attempt, or none.
fn given_up<'a>(answers: &'a [(BankId, PackageAnswer)], attempt: &AttemptId) -> Option<&'a PackageAnswer> {
    let lives = |answer: &PackageAnswer| {
        answer.running || matches!(answer.state, PackageStanding::Live | PackageStanding::Spent)
    };
    if answers.iter().any(|(_, answer)| lives(answer)) {
        return None;
    }
    let (coordinator, answer) = answers.iter().find(|(bank, _)| *bank == attempt.coordinator)?;
    let ended = match (&answer.attempt, answer.outcome) {
        (Some(named), Some(Outcome::Aborted)) => {
            named.coordinator == *coordinator && named.mark() >= attempt.mark()
        }
        (None, _) => true,
        (Some(_), Some(Outcome::Committed) | None) => false,
    };
    ended.then_some(answer)
}

fn state_of(answer: &PackageAnswer) -> PackageBankState {
    match answer.state {
        PackageStanding::Unknown => PackageBankState::Waiting,
        PackageStanding::Open => match answer.outcome {
            Some(Outcome::Aborted) => PackageBankState::Aborted,
            Some(Outcome::Committed) => PackageBankState::Committed,
            None => PackageBankState::Waiting,
        },
        PackageStanding::Live => PackageBankState::Prepared,
        PackageStanding::Spent => PackageBankState::Committed,
        PackageStanding::Closed => PackageBankState::Refused,
    }
}

/// What a holder of an account sees of a package that touches it: that account's legs, the other side masked.
pub async fn show_to_holder(node: &Node, caller: Caller, id: PackageId) -> Answer<PackageReply> {
    let (here, accounts) = node
        .read(move |reader| {
            let here = reader.package_here(id)?;
            // An account may be named by nobody but its holders, so few are looked at.
            let held =
                if here.portions.is_empty() { Vec::new() } else { reader.accounts_of(caller.customer)? };
            let numbers: Vec<AccountNumber> = held.iter().map(|view| view.account.number).collect();
            Ok((here, numbers))
        })
        .await?;
    seen_by_holder(node.id(), id, &here, &accounts).ok_or_else(Failure::not_found)
}

/// The package as holders of `accounts` see it; nothing where no promise was ever made about one of theirs.
fn seen_by_holder(
    bank: &BankId,
    id: PackageId,
    here: &PackageHere,
    accounts: &[AccountNumber],
) -> Option<PackageReply> {
    // What was refused here moved nothing and is the orderer's to know; what committed goes before what was let go.
    let (promise, status, state) = here
        .portions
        .iter()
        .filter_map(|portion| match &portion.state {
            PortionState::Committed(promise) => {
                Some((0, promise, PackageStatus::Committed, PackageBankState::Committed))
            }
            PortionState::Prepared(promise) => {
                Some((1, promise, PackageStatus::InProgress, PackageBankState::Prepared))
            }
            PortionState::Aborted { promise: Some(promise), .. } => {
                let closed =
                    matches!(&here.record, Some(record) if matches!(record.state, PackageState::Closed(_)));
                let status = if closed { PackageStatus::Refused } else { PackageStatus::Aborted };
                Some((2, promise, status, PackageBankState::Aborted))
            }
            PortionState::Aborted { promise: None, .. } => None,
        })
        .min_by_key(|(order, ..)| *order)
        .map(|(_, promise, status, state)| (promise, status, state))?;
    let legs = legs_of(bank, promise, accounts);
    if legs.is_empty() {
        return None;
    }
    Some(PackageReply {
        id,
        status,
        settled: status == PackageStatus::Committed,
        legs,
        refusals: Vec::new(),
        created_at: timestamp(promise.prepared_ms),
        decided_at: None,
        banks: vec![PackageBank { bank: bank.clone(), state }],
    })
}

fn legs_of(bank: &BankId, promise: &Promise, accounts: &[AccountNumber]) -> Vec<LegReply> {
    let lines = || promise.portion.lines.iter();
    let own = |number: AccountNumber| accounts.contains(&number);
    let mut legs = Vec::new();
    for line in lines() {
        let Some(number) = line.account.filter(|number| own(*number)) else { continue };
        let here = AccountRef::new(bank.clone(), number).to_string();
        // Between two accounts of one's own, both ends are one's own to see, and the leg is one.
        let other = line.counterparty.as_ref().map(|other| {
            if other.bank == *bank && own(other.number) { other.to_string() } else { other.masked() }
        });
        let (from, to) = match line.side {
            Side::Debit => (Some(here), other),
            Side::Credit => (other, Some(here)),
        };
        if legs.iter().any(|leg: &LegReply| leg.leg == Some(line.leg)) {
            continue;
        }
        legs.push(leg_seen(line, from, to));
    }
    legs
}

fn leg_seen(line: &Line, from: Option<String>, to: Option<String>) -> LegReply {
    LegReply {
        leg: Some(line.leg),
        from,
        to,
        amount: line.amount.centavos(),
        description: line.description.as_ref().map(|text| text.as_str().to_owned()),
    }
}
