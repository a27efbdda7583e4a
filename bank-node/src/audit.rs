//! `bank-node audit`: every invariant held against real books, running node or not.
//!
//! Never here: a change of anything, and the invariants themselves ([`crate::protocol::invariants`] has the one set that
//! serves the simulator too).

pub mod report;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use shared::ids::BankId;

use crate::ledger::sqlite::snapshot::{LedgerOutside, Moment};
use crate::protocol::attempt::AttemptId;
use crate::protocol::invariants::{Conservation, Violation, across, adrift, conservation, of_bank, pairs};
use crate::protocol::snapshot::Snapshot;
use report::{AcrossReport, AuditReport, BankReport, BooksReport, ViolationReport};

/// How often banks that run are looked at, at most, before a difference between them counts.
const LOOKS_MAX: usize = 5;
/// How long a decision may take to arrive at the other banks before they are looked at again.
const BETWEEN_LOOKS: Duration = Duration::from_millis(200);

/// A bank whose books are to be audited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The bank that the books must be of.
    pub bank: BankId,
    /// Where they are.
    pub data_dir: PathBuf,
}

/// Audits the books of `subjects`, each by itself and all against each other. `consortium` is every bank there is: only
/// when all of them are among the subjects can money be counted as a whole.
#[must_use]
pub fn run(subjects: &[Subject], consortium: &[BankId]) -> AuditReport {
    let opened: Vec<Result<LedgerOutside, String>> =
        subjects.iter().map(|subject| open(&subject.data_dir, &subject.bank)).collect();
    let ledgers: Vec<&LedgerOutside> = opened.iter().flatten().collect();
    let first = look(&ledgers);
    let mut looks = opened.iter().zip(subjects).map(|(opened, subject)| (opened.as_ref(), subject));
    let mut read = first.iter();
    let mut banks = Vec::new();
    let mut snapshots = Vec::new();
    for (opened, subject) in &mut looks {
        let seen = match opened {
            Ok(_) => read.next().map_or(Err("it was not read".to_owned()), Clone::clone),
            Err(why) => Err(why.clone()),
        };
        banks.push(of_subject(subject, &seen));
        snapshots.extend(seen.ok().map(|seen| seen.disk));
    }
    let across = (snapshots.len() > 1).then(|| compare(&ledgers, snapshots, consortium));
    let holds = banks.iter().all(|bank| bank.unreadable.is_none() && bank.violations.is_empty())
        && across.as_ref().is_none_or(|across| {
            across.violations.is_empty() && across.conservation.is_none_or(|count| count.holds)
        });
    AuditReport { holds, banks, across }
}

fn open(data_dir: &Path, bank: &BankId) -> Result<LedgerOutside, String> {
    let ledger = LedgerOutside::open(data_dir).map_err(|fault| fault.to_string())?;
    if ledger.bank() == bank {
        Ok(ledger)
    } else {
        Err(format!("{} holds the books of {}, not of {bank}", data_dir.display(), ledger.bank()))
    }
}

/// One bank's disk at a moment, and what its database finds wrong with itself.
#[derive(Clone)]
struct Seen {
    disk: Snapshot,
    unsound: Vec<String>,
}

/// Looks at all ledgers at once: every moment is taken hold of before any is read, so that they lie as close together as
/// moments of machines that share no clock can.
fn look(ledgers: &[&LedgerOutside]) -> Vec<Result<Seen, String>> {
    let moments: Vec<_> = ledgers.iter().map(|ledger| ledger.moment()).collect();
    let read = |moment: Moment<'_>| Ok(Seen { unsound: moment.unsound()?, disk: moment.read()? });
    moments.into_iter().map(|moment| moment.and_then(read).map_err(|fault| fault.to_string())).collect()
}

fn of_subject(subject: &Subject, seen: &Result<Seen, String>) -> BankReport {
    let mut report = BankReport {
        bank: subject.bank.clone(),
        data_dir: subject.data_dir.clone(),
        unreadable: None,
        books: None,
        violations: Vec::new(),
    };
    match seen {
        Ok(seen) => {
            let unsound = seen.unsound.iter();
            report
                .violations
                .extend(unsound.map(|what| ViolationReport { invariant: "ledger", what: what.clone() }));
            report.violations.extend(of_bank(&seen.disk).into_iter().map(ViolationReport::from));
            report.books = Some(BooksReport::from(&seen.disk));
        }
        Err(why) => report.unreadable = Some(why.clone()),
    }
    report
}

/// What lies between banks, and does not go away when they are looked at again: banks that run are never seen at quite
/// the same moment, and what one has decided may be on its way to another.
fn compare(ledgers: &[&LedgerOutside], first: Vec<Snapshot>, consortium: &[BankId]) -> AcrossReport {
    let whole = consortium.iter().all(|bank| first.iter().any(|disk| disk.bank == *bank));
    let mut disks = first;
    let mut lasting = Lasting::of(&disks);
    for _ in 1..LOOKS_MAX {
        if lasting.is_nothing() {
            break;
        }
        sleep(BETWEEN_LOOKS);
        let again: Result<Vec<Seen>, String> = look(ledgers).into_iter().collect();
        // One that can no longer be read has been read before; what was seen then stands.
        let Ok(again) = again else { break };
        disks = again.into_iter().map(|seen| seen.disk).collect();
        lasting = lasting.that_are_also_in(&Lasting::of(&disks));
    }
    let disks: Vec<&Snapshot> = disks.iter().collect();
    let owing = |pair: &crate::protocol::invariants::Pair| pair.due_to != 0 || pair.due_from != 0;
    AcrossReport {
        banks: disks.iter().map(|disk| disk.bank.clone()).collect(),
        pairs: pairs(&disks).into_iter().filter(owing).map(Into::into).collect(),
        conservation: whole.then(|| count(&disks, &lasting.adrift).into()),
        violations: lasting.violations.into_iter().map(ViolationReport::from).collect(),
    }
}

/// What may be wrong between banks.
struct Lasting {
    violations: Vec<Violation>,
    adrift: BTreeSet<AttemptId>,
}

impl Lasting {
    fn of(disks: &[Snapshot]) -> Self {
        let disks: Vec<&Snapshot> = disks.iter().collect();
        let adrift = adrift(&disks).into_iter().map(|(attempt, _)| attempt).collect();
        Self { violations: across(&disks), adrift }
    }

    fn is_nothing(&self) -> bool {
        self.violations.is_empty() && self.adrift.is_empty()
    }

    fn that_are_also_in(mut self, other: &Self) -> Self {
        self.violations.retain(|violation| other.violations.contains(violation));
        self.adrift.retain(|attempt| other.adrift.contains(attempt));
        self
    }
}

/// The money of the whole consortium. What is adrift in this look alone is on its way.
fn count(disks: &[&Snapshot], lasting: &BTreeSet<AttemptId>) -> Conservation {
    let mut count = conservation(disks);
    for (attempt, open) in adrift(disks) {
        if lasting.contains(&attempt) {
            continue;
        }
        count.in_transit += open;
        if open > 0 {
            count.lost -= open;
        } else {
            count.created += open;
        }
    }
    count
}
