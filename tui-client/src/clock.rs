//! The wall clock: the only file of the client that reads it. The core gets the time as an argument of each tick.

use jiff::Timestamp;

/// The time now.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one place where the client reads the wall clock")]
pub fn now() -> Timestamp {
    Timestamp::now()
}
