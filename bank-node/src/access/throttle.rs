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

/// Slows down whoever is wrong again and again. Tries under way count as if they were wrong already: many at once would
/// otherwise all be before the first answer.
#[derive(Debug)]
pub struct SlowDown<K> {
    free: u32,
    at_once: u32,
    wrong: HashMap<K, Wrong>,
}

#[derive(Clone, Debug)]
struct Wrong {
    times: u32,
    /// No try before this.
    until: Mono,
    last: Mono,
    /// When each try began that has not come to an answer.
    under_way: Vec<Mono>,
}

const WAIT_FIRST_MS: u64 = 1_000;
const WAIT_MAX_MS: u64 = 60_000;
const FORGET_MS: u64 = 15 * 60_000;
/// A try that never ended (its connection was cut) stands in the way of the next for so long.
const TRY_MAX_MS: u64 = 10_000;

impl<K: Eq + Hash + Clone> SlowDown<K> {
    /// The first `free` wrong tries cost nothing but themselves. `at_once` more may be under way where so many are right
    /// at the same moment.
    #[must_use]
    pub fn new(free: u32, at_once: u32) -> Self {
        Self { free, at_once, wrong: HashMap::new() }
    }

    /// Begins a try for `key`. It ends by [`SlowDown::wrong`], [`SlowDown::right`] or [`SlowDown::undone`].
    ///
    /// # Errors
    /// [`TooEarly`].
    pub fn begin(&mut self, now: Mono, key: &K) -> Result<(), TooEarly> {
        let (free, at_once) = (self.free, self.at_once);
        let entry = self.entry(now, key);
        entry.under_way.retain(|since| now < since.after(TRY_MAX_MS));
        if now >= entry.last.after(FORGET_MS) {
            entry.times = 0;
        }
        if now < entry.until {
            return Err(TooEarly(entry.until.0 - now.0));
        }
        let under_way = u32::try_from(entry.under_way.len()).unwrap_or(u32::MAX);
        let left = if entry.times < free { free - entry.times + at_once } else { 1 };
        if under_way >= left {
            return Err(TooEarly(WAIT_FIRST_MS));
        }
        entry.under_way.push(now);
        Ok(())
    }

    /// The try for `key` was wrong.
    pub fn wrong(&mut self, now: Mono, key: K) {
        let free = self.free;
        let entry = self.entry(now, &key);
        entry.end_one();
        entry.times = entry.times.saturating_add(1);
        entry.last = now;
        if entry.times >= free {
            let doublings = (entry.times - free).min(16);
            entry.until = now.after((WAIT_FIRST_MS << doublings).min(WAIT_MAX_MS));
        }
    }

    /// The try for `key` was right: all is forgiven.
    pub fn right(&mut self, key: &K) {
        if let Some(entry) = self.wrong.get_mut(key) {
            entry.times = 0;
            entry.until = Mono(0);
        }
        self.undone(key);
    }

    /// The try for `key` was neither (it did not come to an answer).
    pub fn undone(&mut self, key: &K) {
        if let Some(entry) = self.wrong.get_mut(key) {
            entry.end_one();
            if entry.times == 0 && entry.under_way.is_empty() {
                self.wrong.remove(key);
            }
        }
    }

    fn entry(&mut self, now: Mono, key: &K) -> &mut Wrong {
        if self.wrong.len() >= ENTRIES_MAX && !self.wrong.contains_key(key) {
            self.let_go(now);
        }
        let new = || Wrong { times: 0, until: Mono(0), last: now, under_way: Vec::new() };
        self.wrong.entry(key.clone()).or_insert_with(new)
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

impl Wrong {
    /// One of the tries under way has ended: the oldest, which is as good as any.
    fn end_one(&mut self) {
        if !self.under_way.is_empty() {
            self.under_way.remove(0);
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

    /// Whether one could be taken.
    ///
    /// # Errors
    /// [`TooEarly`] when none is free.
    pub fn is_free(&self, now: Mono, key: &K) -> Result<(), TooEarly> {
        let after = self.full_at.get(key).copied().unwrap_or(now).max(now).after(self.every_ms);
        let room = now.after(self.burst * self.every_ms);
        if after > room { Err(TooEarly(after.0 - room.0)) } else { Ok(()) }
    }
}

/// What was seen a short while ago.
#[derive(Debug)]
pub struct Lately<K> {
    seen: HashMap<K, Mono>,
}

impl<K> Default for Lately<K> {
    fn default() -> Self {
        Self { seen: HashMap::new() }
    }
}

impl<K: Eq + Hash> Lately<K> {
    /// Whether `key` was kept a short while ago.
    #[must_use]
    pub fn has(&self, now: Mono, key: &K) -> bool {
        self.seen.get(key).is_some_and(|at| now < at.after(FORGET_MS))
    }

    /// Keeps `key`. A full table forgets what is old, and when nothing is, everything.
    pub fn keep(&mut self, now: Mono, key: K) {
        if self.seen.len() >= ENTRIES_MAX && !self.seen.contains_key(&key) {
            self.seen.retain(|_, at| now < at.after(FORGET_MS));
            if self.seen.len() >= ENTRIES_MAX {
                self.seen.clear();
            }
        }
        self.seen.insert(key, now);
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
        let mut slow = SlowDown::new(3, 0);
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
        let mut slow = SlowDown::new(1, 0);
        slow.wrong(at(0), "ana");
        assert_eq!(slow.begin(at(1), &"ana"), Ok(()));
        assert_eq!(slow.begin(at(1), &"ana"), Err(TooEarly(1_000)));
        slow.undone(&"ana");
        assert_eq!(slow.begin(at(1), &"ana"), Ok(()));
        assert_eq!(slow.begin(at(12), &"ana"), Ok(()), "a try that never ended is given up");
    }

    #[test]
    fn many_tries_at_once_are_no_more_than_one_after_the_other() {
        let mut slow = SlowDown::new(5, 0);
        let begun = (0..64).filter(|_| slow.begin(at(0), &"ana").is_ok()).count();
        assert_eq!(begun, 5, "as many as may be wrong");
        (0..5).for_each(|_| slow.wrong(at(0), "ana"));
        assert_eq!(slow.begin(at(0), &"ana"), Err(TooEarly(1_000)));
        assert_eq!(slow.begin(at(1), &"ana"), Ok(()), "then one at a time");
        assert!(slow.begin(at(1), &"ana").is_err());

        let mut crowd = SlowDown::new(5, 20);
        let begun = (0..64).filter(|_| crowd.begin(at(0), &"an address").is_ok()).count();
        assert_eq!(begun, 25, "many people may share one");
        (0..25).for_each(|_| crowd.undone(&"an address"));
        assert!(crowd.wrong.is_empty(), "who was right leaves nothing behind");
    }

    #[test]
    fn what_was_seen_lately_is_known_and_bounded() {
        let mut lately = Lately::default();
        lately.keep(at(0), 0);
        assert!(lately.has(at(1), &0) && !lately.has(at(1), &1));
        assert!(!lately.has(Mono(FORGET_MS), &0));
        (0..=ENTRIES_MAX).for_each(|key| lately.keep(at(1), key));
        assert!(lately.seen.len() <= ENTRIES_MAX && lately.has(at(1), &ENTRIES_MAX));
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
        let mut slow = SlowDown::new(1, 0);
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
