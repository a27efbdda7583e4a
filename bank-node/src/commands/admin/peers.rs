//! `bank-node admin peers`.

use bank_node::http::back_office::api;
use shared::api::replies::BankStatus;
use shared::money::Reais;

use super::client::Bank;
use super::table::table;
use super::{Done, show};

/// The other banks.
pub async fn peers(bank: &Bank, json: bool) -> Done {
    let found: api::Peers = bank.get(api::PEERS).await?;
    show(json, &found, |found| {
        let rows = found.peers.iter().map(|peer| {
            let or_dash = |number: Option<String>| number.unwrap_or_else(|| "-".to_owned());
            [
                peer.bank.to_string(),
                status_word(peer.status).to_owned(),
                or_dash(peer.round_trip_ms.map(|ms| format!("{ms} ms"))),
                or_dash(peer.consortium.map(|version| version.to_string())),
                Reais(peer.due_to).to_string(),
                Reais(peer.due_from).to_string(),
                Reais(peer.exposure).to_string(),
                Reais(peer.exposure_cap).to_string(),
                or_dash(peer.reconciled.as_ref().map(books_word)),
            ]
        });
        let head = ["bank", "is", "round trip", "version", "due to", "due from", "exposure", "cap", "books"];
        let mut lines = table(head, rows.collect(), "this bank is alone");
        for peer in &found.peers {
            let bank = &peer.bank;
            if let Some(why) = &peer.why_silent {
                lines.push_str(&format!("\n{bank} does not answer: {why}"));
            }
            if let Some(ahead_s) = peer.clock_ahead_s {
                let side = if ahead_s < 0 { "behind" } else { "ahead of" };
                let by = ahead_s.unsigned_abs();
                lines.push_str(&format!(
                    "\nthe clock of {bank} is {by} s {side} this bank's: set the one that is wrong"
                ));
            }
            if let Some(first) = peer.reconciled.as_ref().and_then(|pair| pair.differences.first()) {
                lines.push_str(&format!("\n{bank}: {}", first.describe(bank)));
            }
        }
        format!("{lines}\nthis bank has version {} of the consortium", found.consortium)
    })
}

/// How the last comparison of the books came out, and when.
fn books_word(pair: &api::Pair) -> String {
    let at = pair.at.map(|at| at.strftime(" at %H:%M:%SZ").to_string()).unwrap_or_default();
    match pair.outcome {
        api::PairOutcome::Differ => format!("differ in {}{at}", pair.differing),
        api::PairOutcome::Agree => format!("agree{at}"),
        api::PairOutcome::Unanswered => "not answered".to_owned(),
    }
}

const fn status_word(status: BankStatus) -> &'static str {
    match status {
        BankStatus::Up => "up",
        BankStatus::Down => "down",
        BankStatus::Unknown => "unknown",
    }
}
