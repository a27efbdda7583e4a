//! How the deciding thread stands after its last turn, for whoever may not ask it.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::protocol::bank::{Bank, UnderWay};

/// How the deciding thread stands, for whoever watches it.
#[derive(Debug, Default)]
pub struct Vitals {
    state: AtomicU8,
    in_doubt: AtomicUsize,
    disk_full: AtomicBool,
    restoring: AtomicBool,
    knows_its_books: AtomicBool,
    draining: AtomicBool,
    under_way: Mutex<UnderWay>,
}

/// The thread takes no more calls.
const ENDED: u8 = 2;

impl Vitals {
    /// As `bank` is when its thread begins.
    pub(super) fn of(bank: &Bank) -> Self {
        let vitals = Self::default();
        vitals.show(bank);
        vitals
    }

    /// Shows `bank` as it is after a turn.
    pub(super) fn show(&self, bank: &Bank) {
        self.state.store(u8::from(bank.is_ready()), Ordering::Release);
        self.disk_full.store(bank.is_disk_full(), Ordering::Relaxed);
        self.restoring.store(bank.is_restoring(), Ordering::Release);
        self.knows_its_books.store(!bank.is_recovering(), Ordering::Release);
        *self.under_way.lock().unwrap_or_else(PoisonError::into_inner) = bank.under_way();
        self.draining.store(bank.is_draining(), Ordering::Release);
        self.in_doubt.store(bank.in_doubt(), Ordering::Relaxed);
    }

    /// The thread has ended.
    pub(super) fn end(&self) {
        self.state.store(ENDED, Ordering::Release);
    }

    /// Whether it takes packages: started, recovered, and not about to end.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.state.load(Ordering::Acquire) == 1
    }

    /// Whether new packages are turned away for want of room on the disk.
    #[must_use]
    pub fn is_disk_full(&self) -> bool {
        self.disk_full.load(Ordering::Relaxed)
    }

    /// Whether a backup has taken the ledger's place and the other banks have not said yet what it lacks.
    #[must_use]
    pub fn is_restoring(&self) -> bool {
        self.restoring.load(Ordering::Acquire)
    }

    /// Whether the books may be believed to have all that this bank was told: it is not restoring, nor recovering from books
    /// that were found old.
    #[must_use]
    pub fn knows_its_books(&self) -> bool {
        self.knows_its_books.load(Ordering::Acquire)
    }

    /// Whether nothing new is taken because an operator is about to stop the bank.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Acquire)
    }

    /// How much is under way, after the last turn.
    #[must_use]
    pub fn under_way(&self) -> UnderWay {
        *self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Portions promised to other banks whose outcome is not known here.
    #[must_use]
    pub fn in_doubt(&self) -> usize {
        self.in_doubt.load(Ordering::Relaxed)
    }
}
