//! What this bank knows of the others' health: for people and for failing fast, never for a decision about a package.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use shared::api::replies::BankStatus;
use shared::ids::BankId;
use tokio::sync::watch;

/// Failures in a row after which a bank counts as down.
pub const FAILURES_UNTIL_DOWN: u32 = 3;

/// What is known of one bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerHealth {
    /// The bank.
    pub bank: BankId,
    /// Whether it answers.
    pub status: BankStatus,
    /// The last round trip, in milliseconds; none before the first.
    pub latency_ms: Option<u64>,
    /// The version of the consortium that it said last; none before the first batch.
    pub consortium: Option<u64>,
}

/// What is known of all of them.
#[derive(Debug)]
pub(super) struct HealthBoard {
    banks: Mutex<BTreeMap<BankId, Entry>>,
    /// Counts changes of status.
    changed: watch::Sender<u64>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    status: BankStatus,
    failures: u32,
    latency_ms: Option<u64>,
    consortium: Option<u64>,
}

impl HealthBoard {
    /// Nothing known of any of `banks`.
    pub(super) fn new(banks: impl Iterator<Item = BankId>) -> Self {
        let board = Self { banks: Mutex::default(), changed: watch::channel(0).0 };
        banks.for_each(|bank| board.add(&bank));
        board
    }

    /// A bank is in the consortium, and nothing known of it.
    pub(super) fn add(&self, bank: &BankId) {
        let unknown = Entry { status: BankStatus::Unknown, failures: 0, latency_ms: None, consortium: None };
        self.lock().entry(bank.clone()).or_insert(unknown);
    }

    /// A bank is in it no longer.
    pub(super) fn remove(&self, bank: &BankId) {
        self.lock().remove(bank);
    }

    /// `bank` answered, after so long. Says whether it had failed before.
    pub(super) fn answered(&self, bank: &BankId, after: Duration) -> bool {
        self.change(bank, |entry| {
            let had_failed = entry.failures > 0;
            let latency_ms = u64::try_from(after.as_millis()).ok();
            *entry = Entry { status: BankStatus::Up, failures: 0, latency_ms, ..*entry };
            had_failed
        })
    }

    /// `bank` said which version of the consortium it has.
    pub(super) fn heard_version(&self, bank: &BankId, version: u64) {
        if let Some(entry) = self.lock().get_mut(bank) {
            entry.consortium = Some(version);
        }
    }

    /// `bank` did not answer.
    pub(super) fn failed(&self, bank: &BankId) {
        self.change(bank, |entry| {
            entry.failures = entry.failures.saturating_add(1);
            if entry.failures >= FAILURES_UNTIL_DOWN {
                entry.status = BankStatus::Down;
            }
            true
        });
    }

    /// Whether asking `bank` is not worth the wait.
    pub(super) fn is_down(&self, bank: &BankId) -> bool {
        self.lock().get(bank).is_some_and(|entry| entry.status == BankStatus::Down)
    }

    /// Whether `bank` failed last.
    pub(super) fn is_failing(&self, bank: &BankId) -> bool {
        self.lock().get(bank).is_some_and(|entry| entry.failures > 0)
    }

    pub(super) fn all(&self) -> Vec<PeerHealth> {
        let health = |(bank, entry): (&BankId, &Entry)| PeerHealth {
            bank: bank.clone(),
            status: entry.status,
            latency_ms: entry.latency_ms,
            consortium: entry.consortium,
        };
        self.lock().iter().map(health).collect()
    }

    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    fn change(&self, bank: &BankId, change: impl FnOnce(&mut Entry) -> bool) -> bool {
        let mut banks = self.lock();
        let Some(entry) = banks.get_mut(bank) else { return false };
        let before = entry.status;
        let said = change(entry);
        let after = entry.status;
        drop(banks);
        if before != after {
            tracing::info!(bank = %bank, from = ?before, to = ?after, "a bank's status changed");
            self.changed.send_modify(|count| *count = count.wrapping_add(1));
        }
        said
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<BankId, Entry>> {
        self.banks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bank_is_down_after_three_failures_and_up_after_one_answer() {
        let bank: BankId = "aurora".parse().unwrap();
        let board = HealthBoard::new([bank.clone()].into_iter());
        let changes = board.changes();
        let status = |board: &HealthBoard| board.all()[0].status;
        assert_eq!(status(&board), BankStatus::Unknown);
        board.failed(&bank);
        board.failed(&bank);
        assert_eq!(status(&board), BankStatus::Unknown);
        board.failed(&bank);
        assert_eq!(status(&board), BankStatus::Down);
        assert!(board.is_down(&bank));
        assert!(board.answered(&bank, Duration::from_millis(12)));
        assert_eq!(board.all()[0].latency_ms, Some(12));
        assert_eq!(status(&board), BankStatus::Up);
        assert!(!board.answered(&bank, Duration::from_millis(3)), "it had not failed");
        assert_eq!(*changes.borrow(), 2);
    }

    #[test]
    fn a_bank_of_no_consortium_changes_nothing() {
        let board = HealthBoard::new(std::iter::empty());
        let stranger: BankId = "aurora".parse().unwrap();
        board.failed(&stranger);
        assert!(!board.answered(&stranger, Duration::ZERO));
        assert!(board.all().is_empty());
    }
}
