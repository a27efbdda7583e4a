//! What is booked with each other bank: its digest, brought up to date from what was booked since, and its entries.
//! Methods block: call them from a thread that may.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError, TryLockError};

use shared::ids::{BankId, PackageId};

use crate::ledger::LedgerFault;
use crate::ledger::reader::{BookedAndPromised, Reader};
use crate::protocol::message::Portion;
use crate::protocol::reconciliation::{Entry, Looked, PairDigest, bucket_of};
use crate::protocol::records::PortionState;

/// Postings that one reading transaction looks at.
const STRETCH: u64 = 4_096;
/// What is read of the books before another bank is told to come back later.
const STRETCHES_FOR_OTHERS: usize = 16;
/// Entries with which a page for another bank has no room for one stretch more: 200 bytes each at most, and a body takes
/// 1 MiB.
const PAGE_ENTRIES_FULL: usize = 1_024;
/// Stretches looked at for one page.
const PAGE_STRETCHES_MAX: usize = 16;
/// When it makes sense to ask again, in milliseconds.
const ASK_AGAIN_MS: u64 = 250;

/// Another bank asked too early, or while a third one is answered: when to ask again, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotYet(pub u64);

/// One page of what is booked with a bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// In the order in which it was booked.
    pub entries: Vec<Entry>,
    /// Where the next page begins.
    pub next: Option<u64>,
}

/// The digests of one bank's books, one for each other bank. Cheap to clone.
#[derive(Clone)]
pub struct Digests(Arc<Inner>);

struct Inner {
    me: BankId,
    reader: Reader,
    seen: Mutex<Seen>,
    /// One at a time reads entries for another bank: each such reading goes through all postings.
    listing: Mutex<()>,
}

/// What has been read.
#[derive(Default)]
struct Seen {
    up_to: u64,
    with: BTreeMap<BankId, PairDigest>,
}

impl Digests {
    /// Of the books of `me` behind `reader`. Nothing is read yet.
    #[must_use]
    pub fn new(me: BankId, reader: Reader) -> Self {
        Self(Arc::new(Inner { me, reader, seen: Mutex::default(), listing: Mutex::default() }))
    }

    /// The same books, read anew from the first posting.
    #[must_use]
    pub fn afresh(&self) -> Self {
        Self::new(self.0.me.clone(), self.0.reader.clone())
    }

    /// Reads what has been booked since, to the end of this moment.
    ///
    /// # Errors
    /// As [`LedgerFault`] says; what was read before stays.
    pub fn read_on(&self) -> Result<(), LedgerFault> {
        while self.read_stretch()? {}
        Ok(())
    }

    /// Reads one stretch on; whether there is more.
    fn read_stretch(&self) -> Result<bool, LedgerFault> {
        // Locked over the reading: two at once would count the same postings twice.
        let mut seen = self.0.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let stretch = self.0.reader.of_the_bank(seen.up_to, STRETCH)?;
        for (with, entry) in stretch.postings.iter().filter_map(|posting| Entry::of(&self.0.me, posting)) {
            seen.with.entry(with).or_default().add(&entry);
        }
        seen.up_to = stretch.up_to;
        Ok(stretch.more)
    }

    /// What has been read of what is booked with `bank`.
    #[must_use]
    pub fn with(&self, bank: &BankId) -> PairDigest {
        let seen = self.0.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.with.get(bank).cloned().unwrap_or_default()
    }

    /// The digest for `bank`, which asks.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn told_to(&self, bank: &BankId) -> Result<Result<PairDigest, NotYet>, LedgerFault> {
        for _ in 0..STRETCHES_FOR_OTHERS {
            if !self.read_stretch()? {
                return Ok(Ok(self.with(bank)));
            }
        }
        Ok(Err(NotYet(ASK_AGAIN_MS)))
    }

    /// A page of what is booked with `bank` in `buckets`, for that bank, which asks.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn listed_for(
        &self,
        bank: &BankId,
        buckets: &BTreeSet<u8>,
        after: Option<u64>,
    ) -> Result<Result<Page, NotYet>, LedgerFault> {
        let _one_at_a_time = match self.0.listing.try_lock() {
            Ok(guard) => guard,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return Ok(Err(NotYet(ASK_AGAIN_MS))),
        };
        let mut page = Page { entries: Vec::new(), next: Some(after.unwrap_or(0)) };
        for _ in 0..PAGE_STRETCHES_MAX {
            let Some(from) = page.next else { break };
            let (entries, next) = self.stretch(bank, buckets, from)?;
            page.entries.extend(entries);
            page.next = next;
            if page.entries.len() >= PAGE_ENTRIES_FULL {
                break;
            }
        }
        Ok(Ok(page))
    }

    /// Everything booked with `bank` in `buckets`.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn listed(&self, bank: &BankId, buckets: &BTreeSet<u8>) -> Result<Vec<Entry>, LedgerFault> {
        let mut all = Vec::new();
        let mut next = Some(0);
        while let Some(from) = next {
            let (entries, after) = self.stretch(bank, buckets, from)?;
            all.extend(entries);
            next = after;
        }
        Ok(all)
    }

    /// The entries of one stretch, and where the next begins.
    fn stretch(
        &self,
        bank: &BankId,
        buckets: &BTreeSet<u8>,
        after: u64,
    ) -> Result<(Vec<Entry>, Option<u64>), LedgerFault> {
        let stretch = self.0.reader.of_the_bank(after, STRETCH)?;
        let entries = stretch.postings.iter().filter_map(|posting| Entry::of(&self.0.me, posting));
        let wanted =
            entries.filter(|(with, entry)| with == bank && buckets.contains(&bucket_of(entry.package)));
        Ok((wanted.map(|(_, entry)| entry).collect(), stretch.more.then_some(stretch.up_to)))
    }

    /// What this bank knows at this moment of `packages` between it and `bank`.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn looked(&self, bank: &BankId, packages: &BTreeSet<PackageId>) -> Result<Looked, LedgerFault> {
        let mut looked = Looked::default();
        for BookedAndPromised { postings, portions } in self.0.reader.booked_and_promised(packages)? {
            let entries = postings.iter().filter_map(|posting| Entry::of(&self.0.me, posting));
            looked.entries.extend(entries.filter(|(with, _)| with == bank).map(|(_, entry)| entry));
            let concerns = |portion: &Portion| portion.nets.iter().any(|net| net.bank == *bank);
            for portion in portions {
                if let PortionState::Prepared(promise) = &portion.state
                    && concerns(&promise.portion)
                {
                    looked.pending.insert(portion.attempt);
                }
            }
        }
        Ok(looked)
    }
}
