//! Holds this bank's books against each other bank's: every minute, and when an operator asks.
//!
//! The pure part, what an entry is and when two banks differ for certain, is `protocol::reconciliation`. Never here: a
//! change of the books. A difference is kept as evidence by the deciding thread, and people are told.

mod digests;

mod examine;

mod memory;

mod rounds;

pub use self::digests::{Digests, NotYet, Page};
pub use self::rounds::{Reconciled, Reconciler, ReconciliationFault};
