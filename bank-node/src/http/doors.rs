//! How many may stand in a listener's door: connections are counted, in all and by the network that they come from, and
//! one too many is turned away at once. Descriptors are kept for the books and for the links to other banks.
//!
//! Never here: what is asked on a connection.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use shared::api::problem::{PROBLEM_MEDIA_TYPE, Problem, ProblemCode};
use tokio::time::Instant;

use crate::access::throttle::network_of;

/// Descriptors of the process that no customer's connection takes: the books, the links, the other listeners.
const KEPT: usize = 128;
/// However few descriptors there are, so many connections are taken.
const CONNECTIONS_MIN: usize = 16;
/// A listener that is full says so in the log, and again only after so long.
const SAID_EVERY: Duration = Duration::from_secs(60);

/// The connections of one listener. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Doors {
    max: usize,
    per_network_max: usize,
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    all: usize,
    by_network: HashMap<IpAddr, usize>,
    turned_away: u64,
    said: Option<Instant>,
}

/// A place that one connection takes until it is dropped.
#[derive(Debug)]
pub struct Place {
    doors: Doors,
    network: IpAddr,
}

impl Doors {
    /// At most `max` connections, and `per_network_max` from one network; fewer in all where the process may not open so
    /// many files.
    #[must_use]
    pub fn new(max: usize, per_network_max: usize) -> Self {
        let max = descriptors().map_or(max, |files| max.min(files.saturating_sub(KEPT).max(CONNECTIONS_MIN)));
        Self { max, per_network_max, inner: Arc::default() }
    }

    /// Takes a place for a connection from `address`; nothing when there is none.
    #[must_use]
    pub fn enter(&self, address: IpAddr) -> Option<Place> {
        let network = network_of(address);
        let mut inner = self.lock();
        let here = inner.by_network.get(&network).copied().unwrap_or_default();
        if inner.all >= self.max || here >= self.per_network_max {
            inner.turned_away += 1;
            let now = Instant::now();
            if inner.said.is_none_or(|said| now >= said + SAID_EVERY) {
                inner.said = Some(now);
                tracing::warn!(
                    connections = inner.all,
                    from_one_address = here,
                    turned_away = inner.turned_away,
                    "a listener is full: connections are turned away"
                );
            }
            return None;
        }
        inner.all += 1;
        inner.by_network.insert(network, here + 1);
        drop(inner);
        Some(Place { doors: self.clone(), network })
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // A panic elsewhere leaves the counts whole: each change is one call.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut inner = self.doors.lock();
        inner.all -= 1;
        if let Some(here) = inner.by_network.get_mut(&self.network) {
            *here -= 1;
            if *here == 0 {
                inner.by_network.remove(&self.network);
            }
        }
    }
}

/// What one who is turned away is told.
pub fn turned_away() -> String {
    let body =
        serde_json::to_string(&Problem::new(ProblemCode::Overloaded).retry_after(1_000)).unwrap_or_default();
    format!(
        "HTTP/1.1 503 Service Unavailable\r\ncontent-type: {PROBLEM_MEDIA_TYPE}\r\ncontent-length: {}\r\n\
         retry-after: 1\r\ncache-control: no-store\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

/// How many files this process may open, where the system says so.
fn descriptors() -> Option<usize> {
    let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[tokio::test]
    async fn a_door_takes_so_many_in_all_and_so_many_from_one_network() {
        let doors = Doors::new(3, 2);
        let one = doors.enter(address("2001:db8:1:2::1"));
        let two = doors.enter(address("2001:db8:1:2::2"));
        assert!(one.is_some() && two.is_some());
        assert!(doors.enter(address("2001:db8:1:2::3")).is_none(), "one network, whatever its addresses");
        let three = doors.enter(address("10.0.0.1"));
        assert!(three.is_some());
        assert!(doors.enter(address("10.0.0.2")).is_none(), "full");
        drop(one);
        assert!(doors.enter(address("10.0.0.2")).is_some(), "whoever goes makes room");
        drop((two, three));
        assert!(doors.lock().by_network.is_empty() && doors.lock().all == 0, "nothing is left behind");
    }

    #[test]
    fn descriptors_are_kept_for_the_bank_itself() {
        let doors = Doors::new(usize::MAX, 1);
        if let Some(files) = descriptors() {
            assert!(doors.max == files - KEPT || doors.max == CONNECTIONS_MIN, "{} of {files}", doors.max);
        }
    }
}
