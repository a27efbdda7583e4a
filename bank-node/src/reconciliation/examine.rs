//! Finds out, with another bank, which entries differ for certain: both list some buckets, and look again at what differs.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use shared::ids::{BankId, PackageId};

use super::Digests;
use super::rounds::{ReconciliationFault, blocking};
use crate::peers::Peers;
use crate::peers::reads::{LOOKED_PACKAGES_MAX, ReadAnswer, ReadRequest};
use crate::protocol::reconciliation::{
    Difference, Entry, Looked, PairDigest, bucket_of, confirmed, differences,
};

/// Differences that are looked at again; of more, the oldest are.
const CANDIDATES_MAX: usize = 4_096;
/// Entries that another bank may list beyond those here. One that has more to say is not heard to the end: what is looked
/// at again afterwards is right all the same.
const ENTRIES_BEYOND_MAX: usize = 100_000;
/// Pages that are asked for, at most: some hundred million postings.
const PAGES_MAX: usize = 10_000;
/// How often a bank is asked again that says it is too early: it may be reading ten million postings after its start.
const TRIES_MAX: u32 = 240;
/// The longest that it is waited before that.
const RETRY_MAX: Duration = Duration::from_secs(5);

/// What was found in the buckets that were listed.
#[derive(Debug, Default)]
pub struct Examined {
    /// What was not the same in the two listings, oldest first.
    candidates: Vec<Difference>,
    /// What of it is wrong for certain, oldest first.
    pub wrong: Vec<Difference>,
}

impl Examined {
    /// Whether something was on its way from one bank to the other.
    pub fn in_transit(&self) -> bool {
        self.candidates.len() > self.wrong.len()
    }

    /// The buckets in which everything that is not the same is wrong for certain.
    pub fn all_wrong(&self) -> BTreeMap<u8, Vec<Difference>> {
        let mut wrong: BTreeMap<u8, Vec<Difference>> = BTreeMap::new();
        for difference in &self.wrong {
            wrong.entry(bucket_of(difference.package)).or_default().push(difference.clone());
        }
        let mut candidates: BTreeMap<u8, usize> = BTreeMap::new();
        for difference in &self.candidates {
            *candidates.entry(bucket_of(difference.package)).or_default() += 1;
        }
        wrong.retain(|number, found| candidates.get(number) == Some(&found.len()));
        wrong
    }
}

/// One bank's books and the way to another.
pub struct Pair<'a> {
    /// This bank.
    pub me: &'a BankId,
    /// This bank's books.
    pub digests: &'a Digests,
    /// The way.
    pub peers: &'a Peers,
    /// To this one.
    pub bank: &'a BankId,
}

impl Pair<'_> {
    /// The other bank's digest.
    pub async fn digest_there(&self) -> Result<PairDigest, ReconciliationFault> {
        match self.ask(ReadRequest::Digest {}).await? {
            ReadAnswer::Digest(digest) => Ok(digest),
            _ => Err(ReconciliationFault::Unanswered),
        }
    }

    /// What differs in `buckets`.
    pub async fn examine(&self, buckets: BTreeSet<u8>) -> Result<Examined, ReconciliationFault> {
        let here = {
            let (digests, bank, buckets) = (self.digests.clone(), self.bank.clone(), buckets.clone());
            blocking(move || digests.listed(&bank, &buckets)).await?
        };
        let entries_max = here.len().saturating_add(ENTRIES_BEYOND_MAX);
        let there = self.listed_there(buckets, entries_max).await?;
        // Of books of years, it takes a while.
        let candidates = blocking(move || {
            let mut candidates = differences(&here, &there);
            candidates.truncate(CANDIDATES_MAX);
            Ok(candidates)
        });
        let candidates = candidates.await?;
        let mut wrong = Vec::new();
        for some in candidates.chunks(LOOKED_PACKAGES_MAX) {
            let packages: BTreeSet<PackageId> = some.iter().map(|candidate| candidate.package).collect();
            let there = self.looked_there(packages.clone()).await?;
            let here = {
                let (digests, bank) = (self.digests.clone(), self.bank.clone());
                blocking(move || digests.looked(&bank, &packages)).await?
            };
            wrong.extend(confirmed(some.to_vec(), &here, &there));
        }
        Ok(Examined { candidates, wrong })
    }

    async fn listed_there(
        &self,
        buckets: BTreeSet<u8>,
        entries_max: usize,
    ) -> Result<Vec<Entry>, ReconciliationFault> {
        let mut all = Vec::new();
        let mut after = None;
        for _ in 0..PAGES_MAX {
            let request = ReadRequest::Booked { buckets: buckets.clone(), after };
            let ReadAnswer::Booked { entries, next } = self.ask(request).await? else {
                return Err(ReconciliationFault::Unanswered);
            };
            let asked_for = |entry: &Entry| buckets.contains(&bucket_of(entry.package));
            all.extend(entries.into_iter().filter(|entry| asked_for(entry) && self.makes_sense(entry)));
            match next {
                Some(_) if all.len() >= entries_max => break,
                // A page that leads nowhere would be asked for ever.
                Some(next) if after.is_none_or(|after| next > after) => after = Some(next),
                Some(_) => return Err(ReconciliationFault::Unanswered),
                None => break,
            }
        }
        all.truncate(entries_max);
        Ok(all)
    }

    /// Whether an entry is one between the two banks. What is none counts as not booked.
    fn makes_sense(&self, entry: &Entry) -> bool {
        entry.centavos > 0 && (entry.debtor == *self.bank || entry.debtor == *self.me)
    }

    async fn looked_there(&self, packages: BTreeSet<PackageId>) -> Result<Looked, ReconciliationFault> {
        match self.ask(ReadRequest::Looked { packages: packages.clone() }).await? {
            ReadAnswer::Looked { mut entries, pending } => {
                entries.retain(|entry| packages.contains(&entry.package) && self.makes_sense(entry));
                Ok(Looked { entries, pending })
            }
            _ => Err(ReconciliationFault::Unanswered),
        }
    }

    /// Asks, and again while the other bank says that it is too early.
    async fn ask(&self, request: ReadRequest) -> Result<ReadAnswer, ReconciliationFault> {
        for _ in 0..TRIES_MAX {
            let answer = self.peers.read(self.bank, request.clone()).await;
            match answer.map_err(|_| ReconciliationFault::Unanswered)? {
                ReadAnswer::TooMany { retry_after_ms } => {
                    tokio::time::sleep(Duration::from_millis(retry_after_ms).min(RETRY_MAX)).await;
                }
                answer => return Ok(answer),
            }
        }
        Err(ReconciliationFault::Unanswered)
    }
}
