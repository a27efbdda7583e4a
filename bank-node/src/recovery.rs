//! Asks every other bank what a restored ledger lacks, and hands what they say to the deciding thread.
//!
//! Never here: what follows from it. A bank that does not answer is asked again, for as long as it takes: what it has
//! committed with this one nobody else can tell.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use shared::ids::BankId;
use tokio::task::JoinSet;

use crate::engine::handle::Engine;
use crate::peers::Peers;
use crate::peers::reads::{MissedAnswer, MissedPart, ReadAnswer, ReadRequest};
use crate::protocol::attempt::{Epoch, Mark};
use crate::protocol::missed::asking::{Lacking, Looks};
use crate::protocol::missed::{Missed, Told};

/// Between two attempts to ask a bank, and between two looks at what it has not decided yet.
const ASK_AGAIN: Duration = Duration::from_millis(500);
/// How often it is said which banks are waited for.
const REMIND_EVERY: Duration = Duration::from_secs(30);
/// What one bank may have to say: more than it can have done with this one between two backups.
const FINDINGS_MAX: usize = 10_000_000;

/// Asks `banks` and hands their answers over. Ends when all have answered.
pub async fn ask_all(own: BankId, banks: Vec<BankId>, lacking: Lacking, peers: Peers, engine: Engine) {
    let names =
        |banks: &BTreeSet<BankId>| banks.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let mut waiting: BTreeSet<BankId> = banks.into_iter().collect();
    let mut told = BTreeMap::new();
    tracing::warn!(
        bank = %own, asked = names(&waiting),
        "a backup has taken the ledger's place: nothing is taken until every other bank has said what it lacks"
    );
    let mut asking = JoinSet::new();
    for bank in &waiting {
        asking.spawn(ask(bank.clone(), lacking.clone(), peers.clone()));
    }
    while !waiting.is_empty() {
        match tokio::time::timeout(REMIND_EVERY, asking.join_next()).await {
            Ok(Some(Ok((bank, answer)))) => {
                tracing::info!(%bank, found = answer.findings.len(), "a bank has said what the backup lacks");
                waiting.remove(&bank);
                told.insert(bank, answer);
            }
            Ok(Some(Err(panic))) => {
                tracing::error!(%panic, "asking a bank ended by a bug: start the bank again");
                return;
            }
            Ok(None) => break,
            Err(_still) => tracing::warn!(
                waiting = names(&waiting),
                "recovering waits for these banks; it cannot end without them, since nobody else knows what they have \
                 committed with this one"
            ),
        }
    }
    let missed = Missed { told };
    let handed = tokio::task::spawn_blocking(move || engine.missed(missed));
    if let Err(panic) = handed.await {
        tracing::error!(%panic, "what the banks said could not be handed over: start the bank again");
    }
}

/// All that `bank` knows, once whatever it had not decided at the first look has been.
async fn ask(bank: BankId, lacking: Lacking, peers: Peers) -> (BankId, Told) {
    let mut looks = Looks::default();
    let mut fence = lacking.fence;
    loop {
        if let Some(told) = ask_once(&bank, &lacking, fence, &peers).await {
            // Asked again after a moment, too: a bank that names another life each time must not keep this one busy.
            if let Some(higher) = told.fence_wanted() {
                fence = higher;
            } else if looks.count(&told) {
                return (bank, told);
            }
        }
        tokio::time::sleep(ASK_AGAIN).await;
    }
}

/// Every page of every part; none when the bank did not answer one of them.
async fn ask_once(bank: &BankId, lacking: &Lacking, fence: Epoch, peers: &Peers) -> Option<Told> {
    let theirs = lacking.theirs_since.get(bank).copied().unwrap_or_default();
    let mut told = Told::default();
    for (part, since) in [
        (MissedPart::Promised, lacking.own_since),
        (MissedPart::Coordinated, theirs),
        (MissedPart::Closed, theirs),
    ] {
        let mut after: Option<Mark> = None;
        loop {
            let request = ReadRequest::Missed { part, since, after, fence };
            let ReadAnswer::Missed(MissedAnswer { highest, findings, next }) =
                peers.read(bank, request).await.ok()?
            else {
                return None;
            };
            told.findings.extend(findings);
            told.highest = highest.into_iter().chain(told.highest).max_by_key(|seen| seen.epoch);
            if told.findings.len() > FINDINGS_MAX {
                tracing::error!(%bank, "a bank has more to say of packages with this one than there can be");
                return None;
            }
            match next {
                // A page that leads nowhere would be asked for ever.
                Some(next) if after.is_none_or(|after| next > after) => after = Some(next),
                Some(_) => return None,
                None => break,
            }
        }
    }
    Some(told)
}
