//! The core's timers: what is due when. They only say again, ask, give up waiting, or abort what this bank has not
//! decided yet; none touches a portion that has voted yes (rule R7).

use std::collections::{BTreeMap, BTreeSet};

use shared::account::AccountNumber;
use shared::ids::{BankId, PackageId};

use super::attempt::AttemptId;
use super::output::Mono;

/// What a timer is for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timer {
    /// An attempt's time for votes is over.
    Vote(AttemptId),
    /// The time for other votes after a no is over.
    Gather(AttemptId),
    /// PREPARE is said again.
    PrepareAgain(AttemptId),
    /// The client is told "committed, not yet settled".
    Reply(PackageId),
    /// The client is told what is known.
    Submit(PackageId),
    /// The next attempt of an order begins.
    Retry(PackageId),
    /// DECIDE is said again.
    Resend(AttemptId),
    /// A prepared portion asks.
    Doubt(AttemptId),
    /// The peers have had their time to contradict a presumed abort.
    Check(AttemptId),
    /// HELLO is said again, to a bank that has not answered it.
    Hello(BankId),
    /// Those who wait for an account's money are looked at again.
    Freed(AccountNumber),
    /// One that waits for money has waited long enough.
    Wait(AttemptId),
}

/// All timers that run.
#[derive(Clone, Debug, Default)]
pub struct Timers {
    by_time: BTreeSet<(Mono, Timer)>,
    by_name: BTreeMap<Timer, Mono>,
}

impl Timers {
    /// Sets `timer` to go off at `at`, in place of its earlier time.
    pub fn set(&mut self, timer: Timer, at: Mono) {
        self.cancel(&timer);
        self.by_time.insert((at, timer.clone()));
        self.by_name.insert(timer, at);
    }

    /// Stops `timer`, if it runs.
    pub fn cancel(&mut self, timer: &Timer) {
        if let Some(at) = self.by_name.remove(timer) {
            self.by_time.remove(&(at, timer.clone()));
        }
    }

    /// Whether `timer` runs.
    #[must_use]
    pub fn runs(&self, timer: &Timer) -> bool {
        self.by_name.contains_key(timer)
    }

    /// When the next one goes off.
    #[must_use]
    pub fn next(&self) -> Option<Mono> {
        self.by_time.first().map(|(at, _)| *at)
    }

    /// What is due, earliest first.
    pub fn due(&self, now: Mono) -> impl Iterator<Item = &Timer> {
        self.by_time.iter().take_while(move |(at, _)| *at <= now).map(|(_, timer)| timer)
    }

    /// Takes out what is due, earliest first.
    #[must_use]
    pub fn take_due(&mut self, now: Mono) -> Vec<Timer> {
        let due: Vec<Timer> = self.due(now).cloned().collect();
        for timer in &due {
            self.cancel(timer);
        }
        due
    }
}

/// `wait` changed by up to a quarter in either direction, as the dice fall.
#[must_use]
pub const fn jittered(wait_ms: u64, dice: u64) -> u64 {
    wait_ms - wait_ms / 4 + dice % (wait_ms / 2 + 1)
}

/// `wait` shortened by up to a quarter, as the dice fall.
#[must_use]
pub const fn jittered_down(wait_ms: u64, dice: u64) -> u64 {
    wait_ms - dice % (wait_ms / 4 + 1)
}
