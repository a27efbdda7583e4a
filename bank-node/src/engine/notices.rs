//! Who is concerned by what has just been stored: a bounded log that the deciding thread writes and event streams follow.
//!
//! Invariant: the deciding thread never waits for a reader. A reader that falls behind the log finds out, and begins anew
//! with the present state; so it misses nothing, and nothing is kept for it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use shared::ids::CustomerId;
use tokio::sync::watch;

use crate::protocol::touched::{Concern, Touched};

/// Accounts and packages that the notices may name together: what bounds the memory.
pub const MENTIONS_MAX: usize = 65_536;

/// Things told between two ids: a reader that is cut off in the middle of them hears them again.
const CONCERN_MAX: usize = 16;

/// A place in the log: everything up to it has been followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place(u64);

/// The log. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Notices(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// Tells this life's places from those of another.
    life: String,
    /// Notices that are remembered.
    entries_max: usize,
    log: Mutex<Log>,
    newest: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Log {
    newest: u64,
    entries: VecDeque<Arc<Touched>>,
    mentions: usize,
}

impl Notices {
    /// An empty log that remembers so many notices; `life` is unlike any other life's.
    #[must_use]
    pub fn new(life: String, entries_max: usize) -> Self {
        Self(Arc::new(Inner { life, entries_max, log: Mutex::default(), newest: watch::channel(0).0 }))
    }

    /// Notes what was stored. Never waits for a reader.
    pub fn publish(&self, touched: Touched) {
        if touched.is_empty() {
            return;
        }
        let newest = {
            let mut log = self.lock();
            log.push(touched, self.0.entries_max);
            log.newest
        };
        self.0.newest.send_replace(newest);
    }

    /// The newest place.
    #[must_use]
    pub fn newest(&self) -> Place {
        Place(self.lock().newest)
    }

    /// Marks each notice.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.0.newest.subscribe()
    }

    /// What has concerned `customer` since `place`, and the place up to which that goes: the newest, or as far as
    /// `CONCERN_MAX` things. `None` when the log no longer reaches back so far.
    #[must_use]
    pub fn since(&self, place: Place, customer: CustomerId) -> Option<(Concern, Place)> {
        let (entries, newest) = {
            let log = self.lock();
            let behind = usize::try_from(log.newest.checked_sub(place.0)?).ok()?;
            let first = log.entries.len().checked_sub(behind)?;
            (log.entries.range(first..).cloned().collect::<Vec<_>>(), log.newest)
        };
        let mut concern = Concern::default();
        let mut reached = newest - entries.len() as u64;
        for entry in entries {
            reached += 1;
            if let Some(more) = entry.of(customer) {
                concern.absorb(more);
            }
            if concern.len() >= CONCERN_MAX {
                break;
            }
        }
        Some((concern, Place(reached)))
    }

    /// A place as the id of an event.
    #[must_use]
    pub fn id(&self, place: Place) -> String {
        format!("{}-{}", self.0.life, place.0)
    }

    /// The place that an id names; `None` for an id of another life, or of nobody's.
    #[must_use]
    pub fn place(&self, id: &str) -> Option<Place> {
        let (life, place) = id.rsplit_once('-')?;
        (life == self.0.life).then(|| place.parse().ok().map(Place)).flatten()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Log> {
        // A panic elsewhere leaves the log whole: each change is one call.
        self.0.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Log {
    fn push(&mut self, touched: Touched, entries_max: usize) {
        self.newest += 1;
        self.mentions += touched.len();
        self.entries.push_back(Arc::new(touched));
        while self.entries.len() > entries_max || self.mentions > MENTIONS_MAX {
            let Some(oldest) = self.entries.pop_front() else { return };
            self.mentions -= oldest.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use shared::ids::PackageId;
    use uuid::Uuid;

    use super::*;
    use crate::protocol::books::Books;
    use crate::protocol::records::{Order, OrderState, PostingHead, Write};

    fn person(n: u128) -> CustomerId {
        CustomerId(Uuid::from_u128(n))
    }

    fn order(customer: u128, package: u128) -> Touched {
        let id = PackageId(Uuid::from_u128(package));
        let leg: shared::package::Leg =
            serde_json::from_str(r#"{"to":"aurora/1042-8","amount":1}"#).expect("a leg");
        let legs = shared::package::Legs::new(vec![leg]).expect("legs");
        let order = Order {
            package: id,
            customer: person(customer),
            digest: shared::package::PackageDigest([0; 32]),
            legs,
            age: crate::protocol::attempt::Age { first_ms: 0, package: id },
            created_ms: 0,
            state: OrderState::InProgress { attempt: None },
        };
        let mut touched = Touched::default();
        touched.note(&Books::new(PostingHead::default(), 0), None, &[Write::Order(order)]);
        touched
    }

    #[test]
    fn a_reader_hears_what_concerns_it_since_its_place() {
        let notices = Notices::new("life".to_owned(), 4_096);
        let changes = notices.changes();
        let before = notices.newest();
        notices.publish(Touched::default());
        assert!(!changes.has_changed().unwrap(), "what concerns nobody is no news");
        notices.publish(order(1, 10));
        notices.publish(order(2, 20));
        notices.publish(order(1, 10));
        assert!(changes.has_changed().unwrap());
        let (concern, after) = notices.since(before, person(1)).unwrap();
        assert_eq!(concern.len(), 1, "the same package twice is one");
        assert_eq!(after, notices.newest());
        assert!(notices.since(after, person(1)).unwrap().0.is_empty());
        assert_eq!(notices.place(&notices.id(after)), Some(after));
        for id in ["", "life-", "other-3", "life-x", "3"] {
            assert_eq!(notices.place(id), None, "{id:?}");
        }
        let ahead = notices.place("life-99").unwrap();
        assert!(notices.since(ahead, person(1)).is_none(), "a place that is yet to come is not known");
    }

    #[test]
    fn the_log_is_bounded_and_says_when_it_does_not_reach_back() {
        const NOTICES_MAX: usize = 6 * CONCERN_MAX;
        let notices = Notices::new("life".to_owned(), NOTICES_MAX);
        let before = notices.newest();
        for package in 0..NOTICES_MAX as u128 {
            notices.publish(order(1, package));
        }
        let (mut at, mut heard) = (before, 0);
        while at != notices.newest() {
            let (concern, reached) = notices.since(at, person(1)).unwrap();
            assert_eq!(concern.len(), CONCERN_MAX, "so much between two ids");
            heard += concern.len();
            at = reached;
        }
        assert_eq!(heard, NOTICES_MAX);
        notices.publish(order(1, 1));
        assert!(notices.since(before, person(1)).is_none());
    }
}
