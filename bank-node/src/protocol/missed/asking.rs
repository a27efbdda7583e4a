//! What a restored bank asks the others for, and when an answer counts.
//!
//! Never here: how they are asked, and what follows from the answers.

use std::collections::{BTreeMap, BTreeSet};

use shared::ids::BankId;

use super::{Finding, Told};
use crate::protocol::attempt::{AttemptId, Epoch, Mark};
use crate::protocol::records::{Attempt, PeerRecord};
use crate::protocol::restoration::Restoration;

/// From where on the other banks are asked what a restored ledger lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lacking {
    /// All this bank's attempts below this have ended in these books.
    pub own_since: Mark,
    /// All of each other bank's below this have. A bank that is not here has never been met.
    pub theirs_since: BTreeMap<BankId, Mark>,
    /// A life above those that are lost, as far as this bank knows.
    pub fence: Epoch,
}

impl Lacking {
    /// What the books lack that were put back as `restoration` says, with the attempts in them that have not ended and
    /// what they know of other banks.
    #[must_use]
    pub fn of<'a>(
        restoration: &Restoration,
        unended: impl IntoIterator<Item = &'a Attempt>,
        peers: impl IntoIterator<Item = &'a PeerRecord>,
    ) -> Self {
        let next = Mark { epoch: restoration.epoch, sequence: restoration.last_sequence + 1 };
        let own_since = unended.into_iter().map(|attempt| attempt.id.mark()).min().unwrap_or(next).min(next);
        let theirs_since = peers.into_iter().map(|peer| (peer.bank.clone(), peer.low_water)).collect();
        Self { own_since, theirs_since, fence: restoration.epoch + 1 }
    }
}

/// The looks at what one bank knows, until one counts.
#[derive(Clone, Debug, Default)]
pub struct Looks {
    /// What it had not decided at the first look, and at none since.
    undecided: Option<BTreeSet<AttemptId>>,
}

impl Looks {
    /// Whether this answer counts: all that was undecided at the first look has been decided, what is left to an operator
    /// aside. What the bank begins meanwhile is none of the lost, for the one that asks promises nothing now.
    pub fn count(&mut self, told: &Told) -> bool {
        let now: BTreeSet<&AttemptId> = told.findings.iter().filter_map(pending).collect();
        let open = self.undecided.get_or_insert_with(|| now.iter().map(|id| (*id).clone()).collect());
        open.retain(|attempt| now.contains(attempt));
        open.is_empty()
    }
}

/// An attempt that its coordinator has not decided yet.
const fn pending(finding: &Finding) -> Option<&AttemptId> {
    match finding {
        // What waits for an operator may wait for the bank that asks: no answer would ever count.
        Finding::Coordinated(attempt) if attempt.committed_ms.is_none() && !attempt.lost => {
            Some(&attempt.attempt)
        }
        Finding::Coordinated(_) | Finding::Promised(_) | Finding::Refused { .. } | Finding::Closed { .. } => {
            None
        }
    }
}
