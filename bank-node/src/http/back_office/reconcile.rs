//! Reconciliation: these books against other banks', now and anew.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use shared::ids::BankId;

use super::BackOffice;
use super::api::{Pair, PairOutcome, Pairs};
use crate::clock::timestamp;
use crate::http::params::Query;
use crate::http::problems::{Answer, Failure};
use crate::reconciliation::{Reconciled, ReconciliationFault};

/// Differences that an answer names; of more, the oldest.
const DIFFERENCES_MAX: usize = 100;

/// `POST /admin/v1/reconcile`.
pub async fn reconcile(State(office): State<BackOffice>, query: Query) -> Answer<Json<Pairs>> {
    let [with] = query.only(["with"])?;
    let others = office.reconciler.others();
    let banks = match with {
        None => others,
        Some(text) => {
            let bank: BankId = text.parse().map_err(|_| Failure::query("with is a bank's id."))?;
            if !others.contains(&bank) {
                return Err(Failure::query(format!("{bank} is no other bank of the consortium.")));
            }
            BTreeSet::from([bank])
        }
    };
    let compared = office.reconciler.afresh(banks).await;
    let pairs = compared.into_iter().map(|(bank, compared)| match compared {
        Ok(reconciled) => pair(bank, reconciled),
        Err(why) => unanswered(bank, &why),
    });
    Ok(Json(Pairs { pairs: pairs.collect() }))
}

/// A comparison, as operators see it.
pub fn pair(bank: BankId, reconciled: Reconciled) -> Pair {
    let Reconciled { at_ms, packages, due_to, due_from, in_transit, mut differences } = reconciled;
    let differing = differences.len();
    differences.truncate(DIFFERENCES_MAX);
    Pair {
        bank,
        outcome: if differing == 0 { PairOutcome::Agree } else { PairOutcome::Differ },
        why: None,
        at: Some(timestamp(at_ms)),
        packages,
        due_to: due_to.0,
        due_to_there: due_to.1,
        due_from: due_from.0,
        due_from_there: due_from.1,
        in_transit,
        differing,
        differences,
    }
}

fn unanswered(bank: BankId, why: &ReconciliationFault) -> Pair {
    Pair {
        bank,
        outcome: PairOutcome::Unanswered,
        why: Some(why.to_string()),
        at: None,
        packages: 0,
        due_to: 0,
        due_to_there: 0,
        due_from: 0,
        due_from_there: 0,
        in_transit: false,
        differing: 0,
        differences: Vec::new(),
    }
}
