//! The other banks: whether they answer, and what stands between them and this one.

use axum::Json;
use axum::extract::State;
use shared::ids::BankId;

use super::BackOffice;
use super::api::{Peer, Peers};
use super::reconcile::pair;
use crate::http::params::Query;
use crate::http::problems::Answer;
use crate::protocol::records::{Balance, LedgerAccount};

/// `GET /admin/v1/peers`.
pub async fn list_peers(State(office): State<BackOffice>, query: Query) -> Answer<Json<Peers>> {
    let [] = query.only([])?;
    let node = &office.node;
    let totals = node.read(|reader| reader.totals()).await?;
    let membership = node.membership();
    let settings = &membership.settings;
    let money = |account: LedgerAccount| -> Balance {
        let found = totals.others.iter().find(|(known, _)| *known == account);
        found.map(|(_, balance)| *balance).unwrap_or_default()
    };
    let cap = |bank: &BankId| settings.others.get(bank).copied().unwrap_or_default();
    let peers = node.peers().health().into_iter().map(|health| {
        let theirs = money(LedgerAccount::DueFrom(health.bank.clone()));
        Peer {
            status: health.status,
            round_trip_ms: health.latency_ms,
            consortium: health.consortium,
            why_silent: health.why_silent,
            clock_ahead_s: health.clock_ahead_s,
            due_to: money(LedgerAccount::DueTo(health.bank.clone())).balance,
            due_from: -theirs.balance,
            exposure: theirs.held,
            exposure_cap: cap(&health.bank),
            reconciled: office.reconciler.last(&health.bank).map(|last| pair(health.bank.clone(), last)),
            bank: health.bank,
        }
    });
    Ok(Json(Peers { consortium: settings.consortium, peers: peers.collect() }))
}
