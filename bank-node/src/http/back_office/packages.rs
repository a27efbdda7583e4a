//! Packages: listed, shown, and those in doubt with what every bank says of them.

use axum::Json;
use axum::extract::State;
use futures_util::future::join_all;
use futures_util::{StreamExt as _, stream};
use shared::ids::{BankId, PackageId};
use shared::package::End;

use super::api::{self, Doubtful, InDoubt, PackageShown, Packages};
use super::{Listing, listing, place};
use crate::clock::timestamp;
use crate::http::interbank::attempt_standing;
use crate::http::node::Node;
use crate::http::params::{PathParts, Query};
use crate::http::problems::{Answer, Failure};
use crate::ledger::LedgerFault;
use crate::ledger::reader::Reader;
use crate::peers::reads::{ReadAnswer, ReadRequest};
use crate::peers::testimony::{self, Testimony};
use crate::protocol::attempt::AttemptId;
use crate::protocol::books::{Books, Key};
use crate::protocol::message::Side;
use crate::protocol::records::{
    Order, OrderState, PackageRecord, PackageState, PortionRecord, PortionState, PostingHead, Promise,
};

/// Attempts whose banks are asked at the same time.
const ASKED_AT_ONCE: usize = 8;

/// `GET /admin/v1/packages`.
pub async fn list_packages(State(node): State<Node>, query: Query) -> Answer<Json<Packages>> {
    let Listing { limit, before, reveal: _ } = listing(query)?;
    let before = place(before)?;
    let found = move |reader: &Reader| {
        let mut ids = reader.packages(before, limit + 1)?;
        let more = ids.len() > limit;
        ids.truncate(limit);
        let next = if more { ids.last().copied() } else { None };
        let packages: Result<Vec<_>, LedgerFault> =
            ids.into_iter().map(|id| Ok(brief(id, &known(reader, id)?))).collect();
        Ok(Packages { packages: packages?, next })
    };
    node.read(found).await.map(Json)
}

/// `GET /admin/v1/packages/{id}`.
pub async fn show_package(
    State(node): State<Node>,
    path: PathParts,
    query: Query,
) -> Answer<Json<PackageShown>> {
    let [] = query.only([])?;
    let id: PackageId = path.id(0)?;
    let found = move |reader: &Reader| {
        let known = known(reader, id)?;
        let portions = reader.package_here(id)?.portions;
        if known.record.is_none() && known.order.is_none() && portions.is_empty() {
            return Ok(None);
        }
        let postings = reader.postings_of(id)?.into_iter().map(|posting| api::Posting {
            number: posting.number,
            account: posting.account.to_string(),
            amount: posting.amount,
        });
        Ok(Some(PackageShown {
            package: brief(id, &known),
            customer: known.order.as_ref().map(|order| order.customer),
            legs: known.order.as_ref().map(legs).unwrap_or_default(),
            refusals: refusals(&known),
            portions: portions.iter().map(portion).collect(),
            postings: postings.collect(),
        }))
    };
    node.read(found).await?.map(Json).ok_or_else(Failure::not_found)
}

/// What this bank has of a package.
struct Known {
    record: Option<PackageRecord>,
    order: Option<Order>,
}

fn known(reader: &Reader, id: PackageId) -> Result<Known, LedgerFault> {
    let mut books = Books::new(PostingHead::default(), 0);
    reader.load(&[Key::Package(id), Key::Order(id)], &mut books)?;
    Ok(Known { record: books.package(id).cloned(), order: books.order(id).cloned() })
}

fn brief(id: PackageId, known: &Known) -> api::Package {
    let record = known.record.as_ref().map(|record| match &record.state {
        PackageState::Open => ("open", None),
        PackageState::Live(attempt) => ("live", Some(attempt)),
        PackageState::Spent(attempt) => ("spent", Some(attempt)),
        PackageState::Closed(_) => ("closed", None),
    });
    let order = known.order.as_ref().map(|order| match &order.state {
        OrderState::InProgress { attempt } => ("in_progress", attempt.as_ref()),
        OrderState::Elsewhere { attempt } => ("elsewhere", Some(attempt)),
        OrderState::Committed { attempt, .. } => ("committed", Some(attempt)),
        OrderState::Refused { attempt, .. } => ("refused", attempt.as_ref()),
        OrderState::Aborted { attempt, .. } => ("aborted", attempt.as_ref()),
    });
    let word = |(word, _): &(&'static str, Option<&AttemptId>)| (*word).to_owned();
    let attempt = record.as_ref().and_then(|(_, attempt)| *attempt);
    let attempt = attempt.or_else(|| order.as_ref().and_then(|(_, attempt)| *attempt));
    api::Package {
        id,
        record: record.as_ref().map(word),
        order: order.as_ref().map(word),
        attempt: attempt.map(AttemptId::to_string),
    }
}

fn legs(order: &Order) -> Vec<api::Leg> {
    let end = |end: &End| end.account().map_or_else(|| "cash".to_owned(), ToString::to_string);
    let legs = order.legs.as_slice().iter().enumerate().map(|(index, leg)| api::Leg {
        leg: index,
        from: end(leg.from()),
        to: end(leg.to()),
        amount: leg.amount().centavos(),
    });
    legs.collect()
}

fn refusals(known: &Known) -> Vec<String> {
    let of_record = known.record.as_ref().and_then(|record| match &record.state {
        PackageState::Closed(refusals) => Some(refusals),
        PackageState::Open | PackageState::Live(_) | PackageState::Spent(_) => None,
    });
    let of_order = known.order.as_ref().and_then(|order| match &order.state {
        OrderState::Refused { refusals, .. } | OrderState::Aborted { refusals, .. } => Some(refusals),
        OrderState::InProgress { .. } | OrderState::Elsewhere { .. } | OrderState::Committed { .. } => None,
    });
    let found = of_order.or(of_record).map(Vec::as_slice).unwrap_or_default();
    found.iter().map(|refusal| format!("{} {}", refusal.leg, refusal.code.as_str())).collect()
}

fn portion(record: &PortionRecord) -> api::Portion {
    let (state, promise) = match &record.state {
        PortionState::Prepared(promise) => ("prepared", Some(promise)),
        PortionState::Committed(promise) => ("committed", Some(promise)),
        PortionState::Aborted { promise, .. } => ("aborted", promise.as_ref()),
    };
    api::Portion {
        attempt: record.attempt.to_string(),
        state: state.to_owned(),
        prepared_at: promise.map(|promise| timestamp(promise.prepared_ms)),
    }
}

/// `GET /admin/v1/packages/in-doubt`.
pub async fn list_in_doubt(State(node): State<Node>, query: Query) -> Answer<Json<InDoubt>> {
    let [] = query.only([])?;
    let own = node.id().clone();
    let found = node.read(move |reader| reader.in_doubt(&own)).await?;
    let asked = found.into_iter().filter_map(|record| {
        let PortionState::Prepared(promise) = record.state else { return None };
        let package = record.package?;
        Some(look_into(node.clone(), record.attempt, package, promise))
    });
    let attempts = stream::iter(asked).buffered(ASKED_AT_ONCE).collect::<Vec<_>>().await;
    Ok(Json(InDoubt { attempts: attempts.into_iter().collect::<Answer<Vec<_>>>()? }))
}

/// Asks every bank that takes part, its coordinator first among them, and says what that proves.
async fn look_into(node: Node, attempt: AttemptId, package: PackageId, promise: Promise) -> Answer<Doubtful> {
    let mut banks = promise.participants.clone();
    banks.insert(attempt.coordinator.clone());
    let asked = banks.iter().map(|bank| testify(&node, bank, &attempt, package, &promise));
    let testimonies = join_all(asked).await.into_iter().collect::<Answer<Vec<Testimony>>>()?;
    let debits =
        promise.portion.lines.iter().filter(|line| line.side == Side::Debit && line.account.is_some());
    Ok(Doubtful {
        package,
        prepared_at: timestamp(promise.prepared_ms),
        held: debits.map(|line| line.amount.centavos()).sum(),
        verdict: testimony::verdict(&attempt.coordinator, &testimonies),
        advice: testimony::advice(&attempt.coordinator, &testimonies),
        coordinator: attempt.coordinator.clone(),
        attempt: attempt.to_string(),
        testimonies,
    })
}

async fn testify(
    node: &Node,
    bank: &BankId,
    attempt: &AttemptId,
    package: PackageId,
    promise: &Promise,
) -> Answer<Testimony> {
    let (attempt, digest) = (attempt.clone(), promise.digest);
    let says = if bank == node.id() {
        let (record, portion) = node.read(move |reader| reader.attempt_here(&attempt)).await?;
        Some(attempt_standing(record.as_ref(), portion.as_ref(), package, digest))
    } else {
        match node.peers().read(bank, ReadRequest::Attempt { attempt, package, digest }).await {
            Ok(ReadAnswer::Attempt { standing }) => Some(standing),
            Ok(_) | Err(_) => None,
        }
    };
    Ok(Testimony { bank: bank.clone(), says })
}
