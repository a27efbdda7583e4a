//! What an audit says, as JSON. Money is in centavos. Nothing personal is in it: account numbers and sums, no names.

use std::path::PathBuf;

use serde::Serialize;
use shared::ids::{BankId, PackageId};

use crate::protocol::invariants::{Conservation, Pair, Violation};
use crate::protocol::records::{AttemptState, LedgerAccount, PackageState, PortionState};
use crate::protocol::snapshot::Snapshot;

/// The whole audit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuditReport {
    /// Whether every ledger could be read and every invariant holds.
    pub holds: bool,
    /// Each bank by itself.
    pub banks: Vec<BankReport>,
    /// The banks against each other; left out where there is one only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub across: Option<AcrossReport>,
}

impl AuditReport {
    /// Whether a ledger could not be read at all.
    #[must_use]
    pub fn is_incomplete(&self) -> bool {
        self.banks.iter().any(|bank| bank.unreadable.is_some())
    }
}

/// One bank's books.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BankReport {
    /// The bank.
    pub bank: BankId,
    /// Its data directory.
    pub data_dir: PathBuf,
    /// Why its books could not be read; then nothing more is said of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unreadable: Option<String>,
    /// What is in them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub books: Option<BooksReport>,
    /// What does not hold.
    pub violations: Vec<ViolationReport>,
}

/// What one bank's books hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BooksReport {
    /// The newest life of the node.
    pub life: u64,
    /// How many postings there are.
    pub postings: u64,
    /// The hash of the last one: kept elsewhere, it proves later that nothing before it was changed.
    pub last_posting_hash: String,
    /// How many lines the operators' log has.
    pub operators_log: u64,
    /// The hash of the last one: kept elsewhere, it proves later that no line before it was changed or left out.
    pub last_operators_log_hash: String,
    /// How many people have signed up.
    pub customers: usize,
    /// How many accounts there are, closed ones too.
    pub accounts: usize,
    /// All customers' balances.
    pub customers_money: i128,
    /// What is set aside of them for packages under way.
    pub held: i128,
    /// What packages under way have promised them.
    pub incoming: i128,
    /// What restored books could not book where it belongs: owed to holders of lost accounts, less owed by customers.
    pub suspense: i128,
    /// What was paid in here less what was paid out.
    pub paid_in_less_out: i64,
    /// What stands between this bank and each other.
    pub between_banks: Vec<BetweenReport>,
    /// Packages that touch an account here.
    pub packages: PackagesReport,
    /// Attempts of this bank that are undecided.
    pub undecided: usize,
    /// Attempts of this bank that are decided and not confirmed by all.
    pub untold: usize,
    /// Portions promised and in doubt.
    pub prepared: usize,
    /// Aborted portions still remembered.
    pub tombstones: usize,
    /// What must not have happened, as the node noted it.
    pub evidence: Vec<EvidenceReport>,
}

/// What stands between a bank and another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BetweenReport {
    /// The other bank.
    pub bank: BankId,
    /// What is owed to it.
    pub due_to: i64,
    /// What it owes.
    pub due_from: i64,
    /// Credits promised here against its debt.
    pub exposure: i64,
}

/// How many packages stand how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PackagesReport {
    /// No attempt has them.
    pub open: usize,
    /// An attempt is prepared.
    pub live: usize,
    /// Paid.
    pub spent: usize,
    /// Refused for good.
    pub closed: usize,
}

/// A note of what must not have happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EvidenceReport {
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// Who is concerned.
    pub bank: BankId,
    /// The attempt, where one is concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempt: Option<String>,
    /// What.
    pub what: String,
}

/// What does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ViolationReport {
    /// The invariant's name in `docs/protocol.md`, or `ledger` for the database's own soundness.
    pub invariant: &'static str,
    /// What was found.
    pub what: String,
}

impl From<Violation> for ViolationReport {
    fn from(found: Violation) -> Self {
        Self { invariant: found.invariant, what: found.what }
    }
}

/// Banks against each other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AcrossReport {
    /// Which banks' books were compared.
    pub banks: Vec<BankId>,
    /// Each pair whose books differ, or that owe each other.
    pub pairs: Vec<PairReport>,
    /// I5; only when every bank of the consortium was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conservation: Option<ConservationReport>,
    /// What does not hold.
    pub violations: Vec<ViolationReport>,
}

/// What one bank owes another, by the books of both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PairReport {
    /// Who owes.
    pub debtor: BankId,
    /// Who is owed.
    pub creditor: BankId,
    /// By the debtor's books.
    pub due_to: i64,
    /// By the creditor's.
    pub due_from: i64,
    /// The one less the other.
    pub difference: i128,
    /// The packages that only one of the two has booked yet.
    pub in_transit: Vec<InTransitReport>,
}

/// A package that only one bank of a pair has booked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InTransitReport {
    /// The package.
    pub package: PackageId,
    /// What it adds to the difference.
    pub amount: i64,
}

impl From<Pair> for PairReport {
    fn from(pair: Pair) -> Self {
        let in_transit = pair.in_transit.into_iter();
        Self {
            debtor: pair.debtor,
            creditor: pair.creditor,
            due_to: pair.due_to,
            due_from: pair.due_from,
            difference: pair.difference,
            in_transit: in_transit.map(|(package, amount)| InTransitReport { package, amount }).collect(),
        }
    }
}

/// I5: customers' money + in transit = paid in − paid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ConservationReport {
    /// Whether it holds.
    pub holds: bool,
    /// All customers' balances at all banks.
    pub customers_money: i128,
    /// What restored books have in suspense.
    pub suspense: i128,
    /// Debited and not yet credited; negative the other way.
    pub in_transit: i128,
    /// What passed the tills, in less out.
    pub paid_in_less_out: i128,
    /// Debited by what was never credited, and never will be.
    pub lost: i128,
    /// Credited by what was never debited, and never will be.
    pub created: i128,
}

impl From<Conservation> for ConservationReport {
    fn from(count: Conservation) -> Self {
        Self {
            holds: count.holds(),
            customers_money: count.customers,
            suspense: count.suspense,
            in_transit: count.in_transit,
            paid_in_less_out: count.paid_in_less_out,
            lost: count.lost,
            created: count.created,
        }
    }
}

fn hexadecimal(hash: &[u8; 32]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl From<&Snapshot> for BooksReport {
    fn from(disk: &Snapshot) -> Self {
        let mut report = Self {
            life: disk.epochs.keys().next_back().copied().unwrap_or(0),
            postings: disk.head().number,
            last_posting_hash: hexadecimal(&disk.head().hash),
            operators_log: disk.operators_head().number,
            last_operators_log_hash: hexadecimal(&disk.operators_head().hash),
            customers: disk.customers.len(),
            accounts: disk.accounts.len(),
            customers_money: 0,
            held: 0,
            incoming: 0,
            suspense: 0,
            paid_in_less_out: -disk.balance(&LedgerAccount::Till).balance,
            between_banks: Vec::new(),
            packages: PackagesReport::default(),
            undecided: 0,
            untold: 0,
            prepared: 0,
            tombstones: 0,
            evidence: Vec::new(),
        };
        let mut others: Vec<&BankId> = Vec::new();
        for (account, money) in &disk.balances {
            match account {
                LedgerAccount::Customer(_) => {
                    report.customers_money += i128::from(money.balance);
                    report.held += i128::from(money.held);
                    report.incoming += i128::from(money.incoming);
                }
                LedgerAccount::DueTo(bank) | LedgerAccount::DueFrom(bank) => others.push(bank),
                LedgerAccount::Suspense => report.suspense += i128::from(money.balance),
                LedgerAccount::Till => {}
            }
        }
        others.sort_unstable();
        others.dedup();
        report.between_banks = others
            .into_iter()
            .map(|bank| {
                let due_from = disk.balance(&LedgerAccount::DueFrom(bank.clone()));
                BetweenReport {
                    bank: bank.clone(),
                    due_to: disk.balance(&LedgerAccount::DueTo(bank.clone())).balance,
                    due_from: -due_from.balance,
                    exposure: due_from.held,
                }
            })
            .collect();
        for package in disk.packages.values() {
            match package.state {
                PackageState::Open => report.packages.open += 1,
                PackageState::Live(_) => report.packages.live += 1,
                PackageState::Spent(_) => report.packages.spent += 1,
                PackageState::Closed(_) => report.packages.closed += 1,
            }
        }
        for attempt in disk.attempts.values() {
            match attempt.state {
                AttemptState::Begun => report.undecided += 1,
                AttemptState::Committed { .. } | AttemptState::Aborted { .. } => {
                    report.untold += usize::from(!attempt.unacked.is_empty());
                }
            }
        }
        for portion in disk.portions.values() {
            match portion.state {
                PortionState::Prepared(_) => report.prepared += 1,
                PortionState::Aborted { .. } => report.tombstones += 1,
                PortionState::Committed(_) => {}
            }
        }
        let noted = disk.evidence.iter().map(|evidence| EvidenceReport {
            at_ms: evidence.at_ms,
            bank: evidence.bank.clone(),
            attempt: evidence.attempt.as_ref().map(ToString::to_string),
            what: evidence.what.clone(),
        });
        report.evidence = noted.collect();
        report
    }
}
