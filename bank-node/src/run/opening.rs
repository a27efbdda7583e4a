//! What a bank says of itself in the log when it opens, for the operator who has just started it: who it is, where it is
//! reached and how it proves itself, and a moment later which banks answered.

use std::net::SocketAddr;
use std::time::Duration;

use shared::api::replies::BankStatus;
use shared::ids::BankId;
use tokio::time::Instant;

use crate::config::Config;
use crate::peers::Peers;
use crate::peers::health::PeerHealth;
use crate::tls::TlsIdentity;

/// How long banks are waited for before those that have not answered are named.
const ROUND: Duration = Duration::from_secs(3);

/// Says it in one line.
pub(super) fn say_open(
    config: &Config,
    customers: SocketAddr,
    banks: Option<SocketAddr>,
    operators: SocketAddr,
) {
    let spoken = |address: SocketAddr, tls: Option<&TlsIdentity>| {
        let scheme = if tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{address}")
    };
    let tls_key = config.tls_for_banks().or(config.tls.as_ref()).map(|identity| identity.pin().to_string());
    tracing::info!(
        bank = %config.id,
        address = spoken(customers, config.tls.as_ref()),
        interbank_address = spoken(banks.unwrap_or(customers), config.tls_for_banks()),
        operators = spoken(operators, None),
        tls_key = tls_key.as_deref().unwrap_or("none"),
        consortium_version = config.consortium.version,
        "the bank is open"
    );
}

/// Says, once every bank has answered or the round is over, which did.
pub(super) async fn say_who_answers(own: BankId, peers: Peers) {
    let mut changes = peers.health_changes();
    let until = Instant::now() + ROUND;
    let is_up = |peer: &PeerHealth| peer.status == BankStatus::Up;
    while !peers.health().iter().all(is_up) {
        match tokio::time::timeout_at(until, changes.changed()).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) | Err(_) => break,
        }
    }
    let (answer, silent): (Vec<_>, Vec<_>) = peers.health().into_iter().partition(is_up);
    let all_answer = silent.is_empty();
    let (answer, silent) = (names(&answer), names(&silent));
    if all_answer {
        tracing::info!(bank = %own, answer, "every other bank answers");
    } else {
        tracing::warn!(
            bank = %own, answer, silent,
            "not every other bank answers: look whether they run, and whether the consortium file has their addresses"
        );
    }
}

fn names(banks: &[PeerHealth]) -> String {
    let names: Vec<&str> = banks.iter().map(|peer| peer.bank.as_str()).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(" ") }
}
