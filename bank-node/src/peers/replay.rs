//! Remembers the nonces of each bank's requests for a while, so that a recorded one is not taken twice.
//!
//! It is a second line only: every message that binds is idempotent by its attempt and its epoch, so a request that is
//! repeated after the memory has let it go changes nothing. `docs/decisions/0012-interbank-replay.md` has the reasons.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use shared::ids::BankId;

use super::signature::Nonce;

/// Nonces of one generation of one bank. Between one and two generations are remembered.
pub const NONCES_PER_GENERATION_MAX: usize = 16_384;

/// What each bank has used.
#[derive(Debug, Default)]
pub struct ReplayMemory(Mutex<BTreeMap<BankId, Generations>>);

#[derive(Debug, Default)]
struct Generations {
    young: BTreeSet<Nonce>,
    old: BTreeSet<Nonce>,
}

impl ReplayMemory {
    /// Remembers `nonce`, proved to be `bank`'s, and says whether it was not there.
    #[must_use]
    pub fn is_new(&self, bank: &BankId, nonce: Nonce) -> bool {
        let mut banks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Only banks of the consortium come here, so the map stays as small as it is.
        let generations = banks.entry(bank.clone()).or_default();
        if generations.old.contains(&nonce) || !generations.young.insert(nonce) {
            return false;
        }
        if generations.young.len() >= NONCES_PER_GENERATION_MAX {
            generations.old = std::mem::take(&mut generations.young);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nonce(number: u128) -> Nonce {
        Nonce::new(number.to_be_bytes())
    }

    #[test]
    fn a_nonce_is_new_once_and_for_each_bank_by_itself() {
        let memory = ReplayMemory::default();
        let (aurora, boreal) = ("aurora".parse().unwrap(), "boreal".parse().unwrap());
        assert!(memory.is_new(&aurora, nonce(1)));
        assert!(!memory.is_new(&aurora, nonce(1)));
        assert!(memory.is_new(&boreal, nonce(1)));
        assert!(memory.is_new(&aurora, nonce(2)));
    }

    #[test]
    fn a_generation_is_remembered_whole_and_the_memory_stays_bounded() {
        let memory = ReplayMemory::default();
        let bank: BankId = "aurora".parse().unwrap();
        let many = NONCES_PER_GENERATION_MAX as u128;
        for number in 0..3 * many {
            assert!(memory.is_new(&bank, nonce(number)));
        }
        assert!(!memory.is_new(&bank, nonce(2 * many)), "the last generation is remembered whole");
        let banks = memory.0.lock().unwrap();
        let kept = &banks[&bank];
        assert!(kept.young.len() + kept.old.len() <= 2 * NONCES_PER_GENERATION_MAX);
    }
}
