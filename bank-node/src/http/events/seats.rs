//! How many event streams may be open: for one customer, and at all; and the end of all of them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use shared::api::problem::{Problem, ProblemCode};
use shared::ids::CustomerId;
use shared::limits::EVENT_STREAMS_PER_CUSTOMER_MAX;
use tokio_util::sync::CancellationToken;

use crate::http::problems::{Failure, overloaded};

/// Streams of all customers together: each is a connection.
const STREAMS_MAX: usize = 4_096;
/// When one stream too many may be tried again: an old one may be of a connection whose loss is not noticed yet.
const RETRY_MS: u64 = 5_000;

/// The streams that are open. Cheap to clone.
#[derive(Clone, Default)]
pub struct Streams(Arc<Inner>);

#[derive(Default)]
struct Inner {
    open: Mutex<HashMap<CustomerId, usize>>,
    closing: CancellationToken,
}

/// The right to one stream; given back when dropped.
pub struct Seat {
    streams: Streams,
    customer: CustomerId,
}

impl Streams {
    /// Ends all streams, and lets none begin.
    pub fn close(&self) {
        self.0.closing.cancel();
    }

    /// Marks the end of all streams.
    #[must_use]
    pub fn closing(&self) -> CancellationToken {
        self.0.closing.clone()
    }

    /// Takes a seat for `customer`.
    ///
    /// # Errors
    /// When they, or all together, have as many as there may be.
    pub fn take(&self, customer: CustomerId) -> Result<Seat, Failure> {
        let mut open = self.lock();
        if open.values().sum::<usize>() >= STREAMS_MAX {
            return Err(overloaded());
        }
        let own = open.entry(customer).or_default();
        if *own >= EVENT_STREAMS_PER_CUSTOMER_MAX {
            return Err(Problem::new(ProblemCode::TooManyRequests).retry_after(RETRY_MS).into());
        }
        *own += 1;
        Ok(Seat { streams: self.clone(), customer })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<CustomerId, usize>> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut open = self.streams.lock();
        if let Some(own) = open.get_mut(&self.customer) {
            *own -= 1;
            if *own == 0 {
                open.remove(&self.customer);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_customer_has_so_many_and_a_seat_left_is_free() {
        let streams = Streams::default();
        let (one, other) = (CustomerId(Uuid::from_u128(1)), CustomerId(Uuid::from_u128(2)));
        let mut seats: Vec<Seat> =
            (0..EVENT_STREAMS_PER_CUSTOMER_MAX).map(|_| streams.take(one).expect("a seat")).collect();
        assert!(streams.take(one).is_err());
        assert!(streams.take(other).is_ok());
        seats.pop();
        assert!(streams.take(one).is_ok());
        drop(seats);
        assert!(streams.lock().is_empty(), "nobody is remembered who has none");
    }
}
