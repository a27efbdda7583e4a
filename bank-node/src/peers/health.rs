//! What this bank knows of the others' health: for people and for failing fast, never for a decision about a package.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use shared::api::replies::BankStatus;
use shared::ids::BankId;
use tokio::sync::watch;

/// From so many seconds on, a difference between two banks' clocks is one to be mended.
pub const CLOCK_DIFFERENCE_TOLD_S: u64 = 60;

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
    /// Why it did not answer last; none once it has.
    pub why_silent: Option<String>,
    /// How far its clock is ahead of this bank's, in seconds, where that is [`CLOCK_DIFFERENCE_TOLD_S`] or more.
    pub clock_ahead_s: Option<i64>,
}

/// What is known of all of them.
#[derive(Debug)]
pub(super) struct HealthBoard {
    banks: Mutex<BTreeMap<BankId, Entry>>,
    /// Counts changes of status.
    changed: watch::Sender<u64>,
}

#[derive(Clone, Debug)]
struct Entry {
    status: BankStatus,
    failures: u32,
    latency_ms: Option<u64>,
    consortium: Option<u64>,
    why_silent: Option<String>,
    clock_ahead_s: Option<i64>,
}

impl Entry {
    const NEW: Self = Self {
        status: BankStatus::Unknown,
        failures: 0,
        latency_ms: None,
        consortium: None,
        why_silent: None,
        clock_ahead_s: None,
    };
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
        self.lock().entry(bank.clone()).or_insert(Entry::NEW);
    }

    /// A bank is in it no longer.
    pub(super) fn remove(&self, bank: &BankId) {
        self.lock().remove(bank);
    }

    /// `bank` answered, after so long. Says whether it had failed before.
    pub(super) fn answered(&self, bank: &BankId, after: Duration) -> bool {
        self.change(bank, |entry| {
            let had_failed = entry.failures > 0;
            entry.latency_ms = u64::try_from(after.as_millis()).ok();
            (entry.status, entry.failures, entry.why_silent) = (BankStatus::Up, 0, None);
            had_failed
        })
    }

    /// `bank` said which version of the consortium it has.
    pub(super) fn heard_version(&self, bank: &BankId, version: u64) {
        if let Some(entry) = self.lock().get_mut(bank) {
            entry.consortium = Some(version);
        }
    }

    /// `bank` has signed something when its clock was so far ahead of this bank's. The log tells of a difference that is to be
    /// mended, once, and of its end.
    pub(super) fn heard_clock(&self, bank: &BankId, ahead_s: i64) {
        let told = (ahead_s.unsigned_abs() >= CLOCK_DIFFERENCE_TOLD_S).then_some(ahead_s);
        let mut banks = self.lock();
        let Some(entry) = banks.get_mut(bank) else { return };
        let before = std::mem::replace(&mut entry.clock_ahead_s, told);
        drop(banks);
        match (before, told) {
            (None, Some(ahead_s)) => tracing::warn!(
                %bank, ahead_s,
                "the clocks of that bank and of this one differ: find which is wrong and set it. Beyond 25 hours \
                 neither takes what the other signs"
            ),
            (Some(_), None) => tracing::info!(%bank, "the clocks of that bank and of this one agree again"),
            (None, None) | (Some(_), Some(_)) => {}
        }
    }

    /// `bank` did not answer, for this reason.
    pub(super) fn failed(&self, bank: &BankId, why: &str) {
        self.change(bank, |entry| {
            entry.failures = entry.failures.saturating_add(1);
            if entry.why_silent.as_deref() != Some(why) {
                entry.why_silent = Some(why.to_owned());
            }
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
            why_silent: entry.why_silent.clone(),
            clock_ahead_s: entry.clock_ahead_s,
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
        let (after, why) = (entry.status, entry.why_silent.clone());
        drop(banks);
        if before != after {
            // Only a silent one has a reason.
            match &why {
                Some(why) => {
                    tracing::warn!(bank = %bank, from = ?before, to = ?after, "a bank's status changed: {why}");
                }
                None => tracing::info!(bank = %bank, from = ?before, to = ?after, "a bank's status changed"),
            }
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
        board.failed(&bank, "nobody there");
        board.failed(&bank, "nobody there");
        assert_eq!(status(&board), BankStatus::Unknown);
        board.failed(&bank, "no answer");
        assert_eq!(status(&board), BankStatus::Down);
        assert_eq!(board.all()[0].why_silent.as_deref(), Some("no answer"));
        assert!(board.is_down(&bank));
        assert!(board.answered(&bank, Duration::from_millis(12)));
        assert_eq!((board.all()[0].latency_ms, &board.all()[0].why_silent), (Some(12), &None));
        assert_eq!(status(&board), BankStatus::Up);
        assert!(!board.answered(&bank, Duration::from_millis(3)), "it had not failed");
        assert_eq!(*changes.borrow(), 2);
    }

    #[test]
    fn clocks_that_differ_by_a_minute_or_more_are_shown_until_they_agree() {
        let bank: BankId = "aurora".parse().unwrap();
        let board = HealthBoard::new([bank.clone()].into_iter());
        for (ahead_s, shown) in [
            (0, None),
            (59, None),
            (60, Some(60)),
            (3_600, Some(3_600)),
            (-59, None),
            (-60, Some(-60)),
            (i64::MIN, Some(i64::MIN)),
            (1, None),
        ] {
            board.heard_clock(&bank, ahead_s);
            assert_eq!(board.all()[0].clock_ahead_s, shown, "{ahead_s}");
        }
    }

    #[test]
    fn a_bank_of_no_consortium_changes_nothing() {
        let board = HealthBoard::new(std::iter::empty());
        let stranger: BankId = "aurora".parse().unwrap();
        board.failed(&stranger, "nobody there");
        board.heard_clock(&stranger, 3_600);
        assert!(!board.answered(&stranger, Duration::ZERO));
        assert!(board.all().is_empty());
    }
}
