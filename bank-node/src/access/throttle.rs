//! How often somebody may try: a wrong password makes the next try wait, and some calls have a rate. Tables are bounded
//! and forget; time is an argument.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;

use crate::protocol::output::Mono;

/// Entries of one table. When it is full, those that have waited longest are let go.
const ENTRIES_MAX: usize = 20_000;

/// Too early: how long to wait, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooEarly(pub u64);

/// Slows down whoever is wrong again and again.
#[derive(Debug)]
pub struct SlowDown<K> {
    free: u32,
    wrong: HashMap<K, Wrong>,
}

#[derive(Clone, Copy, Debug)]
struct Wrong {
    times: u32,
    /// No try before this.
    until: Mono,
    last: Mono,
    /// One try at a time once the free ones are used up: many at once would all be before the first answer.
    trying: Option<Mono>,
}

const WAIT_FIRST_MS: u64 = 1_000;
const WAIT_MAX_MS: u64 = 60_000;
const FORGET_MS: u64 = 15 * 60_000;
/// A try that never ended (its connection was cut) stands in the way of the next for so long.
const TRY_MAX_MS: u64 = 10_000;

impl<K: Eq + Hash + Clone> SlowDown<K> {
    /// The first `free` wrong tries cost nothing but themselves.
    #[must_use]
    pub fn new(free: u32) -> Self {
        Self { free, wrong: HashMap::new() }
    }

    /// Begins a try for `key`.
    ///
    /// # Errors
    /// [`TooEarly`].
    pub fn begin(&mut self, now: Mono, key: &K) -> Result<(), TooEarly> {
        let Some(entry) = self.wrong.get_mut(key) else {
            return Ok(());
        };
        if now >= entry.last.after(FORGET_MS) {
            self.wrong.remove(key);
            return Ok(());
        }
        if now < entry.until {
            return Err(TooEarly(entry.until.0 - now.0));
        }
        if entry.times < self.free {
            return Ok(());
        }
        if entry.trying.is_some_and(|since| now < since.after(TRY_MAX_MS)) {
            return Err(TooEarly(WAIT_FIRST_MS));
        }
        entry.trying = Some(now);
        Ok(())
    }

    /// The try for `key` was wrong.
    pub fn wrong(&mut self, now: Mono, key: K) {
        if self.wrong.len() >= ENTRIES_MAX && !self.wrong.contains_key(&key) {
            self.let_go(now);
        }
        let entry = self.wrong.entry(key).or_insert(Wrong { times: 0, until: now, last: now, trying: None });
        entry.times = entry.times.saturating_add(1);
        entry.last = now;
        entry.trying = None;
        if entry.times >= self.free {
            let doublings = (entry.times - self.free).min(16);
            entry.until = now.after((WAIT_FIRST_MS << doublings).min(WAIT_MAX_MS));
        }
    }

    /// The try for `key` was right: all is forgiven.
    pub fn right(&mut self, key: &K) {
        self.wrong.remove(key);
    }

    /// The try for `key` was neither (it did not come to an answer).
    pub fn undone(&mut self, key: &K) {
        if let Some(entry) = self.wrong.get_mut(key) {
            entry.trying = None;
        }
    }

    fn let_go(&mut self, now: Mono) {
        self.wrong.retain(|_, entry| now < entry.last.after(FORGET_MS));
        if self.wrong.len() >= ENTRIES_MAX {
            let mut times: Vec<Mono> = self.wrong.values().map(|entry| entry.last).collect();
            times.sort_unstable();
            let oldest = times[times.len() / 4];
            self.wrong.retain(|_, entry| entry.last > oldest);
        }
    }
}

/// A rate: so many at once, and so many a minute after that.
#[derive(Debug)]
pub struct Rate<K> {
    burst: u64,
    /// Milliseconds in which one more becomes free.
    every_ms: u64,
    /// For each key, the time at which all of its burst is free again.
    full_at: HashMap<K, Mono>,
}

impl<K: Eq + Hash + Clone> Rate<K> {
    /// `burst` at once, then `per_minute`.
    #[must_use]
    pub fn new(burst: u32, per_minute: u32) -> Self {
        let every_ms = (60_000 / u64::from(per_minute.max(1))).max(1);
        Self { burst: u64::from(burst.max(1)), every_ms, full_at: HashMap::new() }
    }

    /// Takes one.
    ///
    /// # Errors
    /// [`TooEarly`] when none is free.
    pub fn take(&mut self, now: Mono, key: K) -> Result<(), TooEarly> {
        if self.full_at.len() >= ENTRIES_MAX && !self.full_at.contains_key(&key) {
            self.full_at.retain(|_, full| *full > now);
            if self.full_at.len() >= ENTRIES_MAX {
                // Nobody can be told apart any more; letting all in would be the way around the rate.
                return Err(TooEarly(self.every_ms));
            }
        }
        let full = self.full_at.get(&key).copied().unwrap_or(now).max(now);
        let after = full.after(self.every_ms);
        let room = now.after(self.burst * self.every_ms);
        if after > room {
            return Err(TooEarly(after.0 - room.0));
        }
        self.full_at.insert(key, after);
        Ok(())
    }
}

/// Whoever has an IPv6 address has 2^64 of them: they count as one.
#[must_use]
pub fn network_of(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(six) => match six.to_ipv4_mapped() {
            Some(four) => IpAddr::V4(four),
            None => {
                let mut segments = six.segments();
                segments[4..].fill(0);
                IpAddr::from(segments)
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Mono {
        Mono(seconds * 1000)
    }

    #[test]
    fn wrong_tries_wait_longer_and_longer_and_are_forgotten() {
        let mut slow = SlowDown::new(3);
        for _ in 0..3 {
            assert_eq!(slow.begin(at(0), &"ana"), Ok(()));
            slow.wrong(at(0), "ana");
        }
        assert_eq!(slow.begin(at(0), &"ana"), Err(TooEarly(1_000)));
        assert_eq!(slow.begin(at(0), &"bia"), Ok(()), "another is not slowed down");
        let mut now = at(1);
        for wait in [2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000] {
            assert_eq!(slow.begin(now, &"ana"), Ok(()));
            slow.wrong(now, "ana");
            assert_eq!(slow.begin(now, &"ana"), Err(TooEarly(wait)));
            now = now.after(wait);
        }
        assert_eq!(slow.begin(now, &"ana"), Ok(()));
        slow.right(&"ana");
        assert_eq!(slow.begin(now, &"ana"), Ok(()));
        slow.wrong(now, "ana");
        assert_eq!(slow.begin(now, &"ana"), Ok(()), "the right one forgave all");

        for _ in 0..9 {
            slow.wrong(now, "ana");
        }
        assert_eq!(slow.begin(now.after(FORGET_MS), &"ana"), Ok(()));
    }

    #[test]
    fn one_try_at_a_time_once_slowed_down() {
        let mut slow = SlowDown::new(1);
        slow.wrong(at(0), "ana");
        assert_eq!(slow.begin(at(1), &"ana"), Ok(()));
        assert_eq!(slow.begin(at(1), &"ana"), Err(TooEarly(1_000)));
        slow.undone(&"ana");
        assert_eq!(slow.begin(at(1), &"ana"), Ok(()));
        assert_eq!(slow.begin(at(12), &"ana"), Ok(()), "a try that never ended is given up");
    }

    #[test]
    fn a_rate_gives_its_burst_and_then_its_pace() {
        let mut rate = Rate::new(2, 60);
        assert_eq!(rate.take(at(0), "ana"), Ok(()));
        assert_eq!(rate.take(at(0), "ana"), Ok(()));
        assert_eq!(rate.take(at(0), "ana"), Err(TooEarly(1_000)));
        assert_eq!(rate.take(at(0), "bia"), Ok(()));
        assert_eq!(rate.take(at(1), "ana"), Ok(()));
        assert_eq!(rate.take(at(1), "ana"), Err(TooEarly(1_000)));
        assert_eq!(rate.take(at(9), "ana"), Ok(()));
        assert_eq!(rate.take(at(9), "ana"), Ok(()));
        assert_eq!(rate.take(at(9), "ana"), Err(TooEarly(1_000)));
    }

    #[test]
    fn tables_are_bounded() {
        let mut slow = SlowDown::new(1);
        let mut rate = Rate::new(1, 1);
        for key in 0..=ENTRIES_MAX {
            slow.wrong(Mono(key as u64), key);
            let taken = rate.take(Mono(0), key);
            assert_eq!(taken.is_ok(), key < ENTRIES_MAX);
        }
        assert!(slow.wrong.len() <= ENTRIES_MAX && slow.wrong.contains_key(&ENTRIES_MAX));
        assert_eq!(rate.take(Mono(60_001), ENTRIES_MAX), Ok(()), "room again once others have theirs back");
    }

    #[test]
    fn an_ipv6_network_counts_as_one() {
        let network = |text: &str| network_of(text.parse().unwrap()).to_string();
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(network("::ffff:10.0.0.1"), "10.0.0.1");
        assert_eq!(network("10.0.0.1"), "10.0.0.1");
    }
}
