//! The one place where the clock is read. Everything else is handed the time.

#![expect(clippy::disallowed_methods, reason = "time enters the program here")]

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, civil};

use crate::ids;
use crate::protocol::output::{Mono, Now};

/// Where a consent's day begins and ends.
const ZONE: &str = "America/Sao_Paulo";

/// A clock: monotonic time since it was made, and the wall's.
#[derive(Clone, Debug)]
pub struct Clock {
    origin: Instant,
    zone: TimeZone,
}

impl Default for Clock {
    fn default() -> Self {
        Self::start()
    }
}

impl Clock {
    /// A clock whose monotonic time begins now.
    #[must_use]
    pub fn start() -> Self {
        // A container may come without a zone database. Brazil has kept no summer time since 2019, so three hours
        // behind is what its database would say.
        let zone = TimeZone::get(ZONE).unwrap_or_else(|_| TimeZone::fixed(Offset::constant(-3)));
        Self { origin: Instant::now(), zone }
    }

    /// Time and dice for one step.
    #[must_use]
    pub fn now(&self) -> Now {
        let wall_ms = self.wall_ms();
        Now { mono: self.mono(), wall_ms, day: self.day_of(wall_ms), dice: ids::dice() }
    }

    /// Milliseconds since this clock was started; never backwards.
    #[must_use]
    pub fn mono(&self) -> Mono {
        Mono(u64::try_from(self.origin.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub fn wall_ms(&self) -> i64 {
        wall_of(SystemTime::now())
    }

    /// The day of `wall_ms` in America/Sao_Paulo, in days since 1970.
    #[must_use]
    pub fn day_of(&self, wall_ms: i64) -> i32 {
        let day = self.zone.to_datetime(timestamp(wall_ms)).date();
        day.since(civil::date(1970, 1, 1)).map_or(0, |span| span.get_days())
    }
}

/// `time` in milliseconds since 1970, kept within what can be printed, with a day left for any zone: a clock that is set
/// wrong by thousands of years stands still there, and ends nothing.
fn wall_of(time: SystemTime) -> i64 {
    const DAY_MS: i64 = 86_400_000;
    let since = match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_millis()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |early| -early),
    };
    since.clamp(Timestamp::MIN.as_millisecond() + DAY_MS, Timestamp::MAX.as_millisecond() - DAY_MS)
}

/// Milliseconds since 1970 as a time to print; what lies beyond the year 9999 is its end.
#[must_use]
pub fn timestamp(wall_ms: i64) -> Timestamp {
    let end = if wall_ms < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_millisecond(wall_ms).unwrap_or(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_at_midnight_in_sao_paulo() {
        let clock = Clock::start();
        let at = |text: &str| {
            let time: Timestamp = text.parse().expect("a time");
            clock.day_of(time.as_millisecond())
        };
        assert_eq!(at("1970-01-01T12:00:00Z"), 0);
        assert_eq!(at("2026-07-02T02:59:59Z") + 1, at("2026-07-02T03:00:00Z"));
        assert_eq!(at("2026-07-02T03:00:00Z"), 20_636);
    }

    #[test]
    fn a_clock_that_is_wrong_by_thousands_of_years_can_still_be_printed() {
        let clock = Clock::start();
        let second = std::time::Duration::from_secs(1);
        for seconds in [253_402_300_800_u64, 400_000_000_000, 9_000_000_000_000] {
            let Some(far) = UNIX_EPOCH.checked_add(std::time::Duration::from_secs(seconds)) else { continue };
            let wall_ms = wall_of(far);
            assert!(timestamp(wall_ms).to_string().starts_with("9999-12-"), "{}", timestamp(wall_ms));
            assert!(clock.day_of(wall_ms) > 2_900_000);
            assert!(clock.day_of(i64::MAX) > 2_900_000 && clock.day_of(i64::MIN) < 0);
        }
        let long_ago =
            UNIX_EPOCH.checked_sub(std::time::Duration::from_secs(400_000_000_000)).expect("a time");
        assert!(clock.day_of(wall_of(long_ago)) < 0);
        assert_eq!(wall_of(UNIX_EPOCH + second), 1_000);
    }

    #[test]
    fn monotonic_time_does_not_go_back() {
        let clock = Clock::start();
        assert!(clock.mono() <= clock.mono());
    }
}
