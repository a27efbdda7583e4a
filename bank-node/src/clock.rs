//! The one place where the clock is read. Everything else is handed the time.

#![expect(clippy::disallowed_methods, reason = "time enters the program here")]

use std::time::Instant;

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
        Timestamp::now().as_millisecond()
    }

    /// The day of `wall_ms` in America/Sao_Paulo, in days since 1970.
    #[must_use]
    pub fn day_of(&self, wall_ms: i64) -> i32 {
        let day = self.zone.to_datetime(timestamp(wall_ms)).date();
        day.since(civil::date(1970, 1, 1)).map_or(0, |span| span.get_days())
    }
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
    fn monotonic_time_does_not_go_back() {
        let clock = Clock::start();
        assert!(clock.mono() <= clock.mono());
    }
}
