//! The ledger on disk, and beside it what it has acknowledged: books in memory that took the same writes, and only those.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bank_node::ledger::memory::MemoryLedger;
use bank_node::ledger::reader::Reader;
use bank_node::ledger::sqlite::{OpenFault, SqliteLedger};
use bank_node::ledger::{Ledger, LedgerFault};
use bank_node::protocol::attempt::Epoch;
use bank_node::protocol::books::{Books, Key};
use bank_node::protocol::invariants::of_bank;
use bank_node::protocol::records::{Recovered, Session, Write};
use bank_node::protocol::snapshot::Snapshot;
use shared::ids::{BankId, CustomerId};

use crate::files::Mount;

/// Where the ledger is, on its machine.
const DIRECTORY: &str = "/data";

/// What is known of a ledger from outside it; outlives its process.
#[derive(Clone)]
pub struct Known(Arc<Mutex<Said>>);

struct Said {
    acknowledged: MemoryLedger,
    /// The same with the store that was begun and has not been answered, or not with Ok.
    begun: Option<MemoryLedger>,
    stores: u64,
}

/// The ledger on disk, watched.
pub struct Witness {
    ledger: SqliteLedger,
    known: Known,
}

impl Known {
    pub fn nothing(bank: &BankId) -> Self {
        let acknowledged = MemoryLedger::new(bank.clone());
        Self(Arc::new(Mutex::new(Said { acknowledged, begun: None, stores: 0 })))
    }

    fn said(&self) -> MutexGuard<'_, Said> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What must be on disk.
    pub fn snapshot(&self) -> Snapshot {
        self.said().acknowledged.snapshot().clone()
    }

    /// How many stores were acknowledged.
    pub fn stores(&self) -> u64 {
        self.said().stores
    }

    /// What a restart finds is what was acknowledged, or that and all of the one store that was under way. From then on it is
    /// what is known.
    ///
    /// # Errors
    /// What is missing, or there and should not be.
    fn holds(&self, found: &Snapshot, sessions: &[Session]) -> Result<(), String> {
        let mut said = self.said();
        let begun = said.begun.take();
        let is = |ledger: &MemoryLedger| {
            ledger.snapshot() == found && ledger.sessions().values().eq(sessions.iter())
        };
        if is(&said.acknowledged) {
            return Ok(());
        }
        match begun {
            Some(begun) if is(&begun) => {
                said.acknowledged = begun;
                Ok(())
            }
            begun => Err(difference(
                said.acknowledged.snapshot(),
                begun.as_ref().map(MemoryLedger::snapshot),
                found,
            )),
        }
    }
}

impl Witness {
    /// Opens the ledger, and looks whether it is what is known of it.
    ///
    /// # Errors
    /// The ledger's; or, inside, what is wrong in it.
    pub fn open(mount: &Mount, bank: &BankId, known: &Known) -> Result<Result<Self, String>, OpenFault> {
        let ledger = SqliteLedger::open_on(mount, Path::new(DIRECTORY), bank)?;
        let witness = Self { ledger, known: known.clone() };
        Ok(mount.machine.unwatched(|| witness.is_known()).map(|()| witness))
    }

    fn is_known(&self) -> Result<(), String> {
        let reader = self.ledger.reader(1).map_err(|fault| fault.to_string())?;
        let bank = self.known.said().acknowledged.snapshot().bank.clone();
        let found = reader.snapshot(bank).map_err(|fault| fault.to_string())?;
        let customers: Vec<CustomerId> = found.customers.keys().copied().collect();
        let sessions = sessions(&reader, &customers)?;
        self.known.holds(&found, &sessions)?;
        match of_bank(&found).first() {
            Some(violation) => Err(violation.to_string()),
            None => Ok(()),
        }
    }

    /// What SQLite itself finds wrong with the file.
    ///
    /// # Errors
    /// The first of it.
    pub fn is_sound(&self, mount: &Mount) -> Result<(), String> {
        let look = || {
            let connection = rusqlite::Connection::open(self.ledger.path())?;
            let found: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
            let dangling: i64 =
                connection
                    .query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| row.get(0))?;
            Ok::<_, rusqlite::Error>((found, dangling))
        };
        match mount.machine.unwatched(look) {
            Ok((found, 0)) if found == "ok" => Ok(()),
            Ok((found, dangling)) => Err(format!("integrity_check: {found}; {dangling} dangling references")),
            Err(cause) => Err(cause.to_string()),
        }
    }
}

impl Ledger for Witness {
    fn recover(&mut self) -> Result<Recovered, LedgerFault> {
        self.ledger.recover()
    }

    fn load(&mut self, keys: &[Key], books: &mut Books) -> Result<(), LedgerFault> {
        self.ledger.load(keys, books)
    }

    fn store(&mut self, life: Epoch, writes: &[Write]) -> Result<(), LedgerFault> {
        let mut next = self.known.said().acknowledged.clone();
        next.store(life, writes)?;
        self.known.said().begun = Some(next);
        self.ledger.store(life, writes)?;
        let mut said = self.known.said();
        if let Some(begun) = said.begun.take() {
            said.acknowledged = begun;
        }
        said.stores += 1;
        Ok(())
    }
}

fn sessions(reader: &Reader, customers: &[CustomerId]) -> Result<Vec<Session>, String> {
    let of = |customer: &CustomerId| reader.sessions_of(*customer).map_err(|fault| fault.to_string());
    let mut sessions = customers.iter().map(of).collect::<Result<Vec<_>, _>>()?.concat();
    sessions.sort_by_key(|session| session.id);
    Ok(sessions)
}

/// Where `found` is neither of two snapshots, table by table.
fn difference(acknowledged: &Snapshot, begun: Option<&Snapshot>, found: &Snapshot) -> String {
    let tables = |disk: &Snapshot| {
        [
            ("epochs", format!("{:?}", disk.epochs)),
            ("customers", format!("{:?}", disk.customers)),
            ("accounts", format!("{:?}", disk.accounts)),
            ("balances", format!("{:?}", disk.balances)),
            ("postings", format!("{:?}", disk.postings)),
            ("packages", format!("{:?}", disk.packages)),
            ("orders", format!("{:?}", disk.orders)),
            ("attempts", format!("{:?}", disk.attempts)),
            ("portions", format!("{:?}", disk.portions)),
            ("consents", format!("{:?}", disk.consents)),
            ("peers", format!("{:?}", disk.peers)),
            ("operators' log", format!("{:?}", disk.operators_log)),
        ]
    };
    let told = |other: &Snapshot| {
        let differs = tables(other).into_iter().zip(tables(found)).filter(|(a, b)| a != b);
        differs.map(|((name, _), _)| name).collect::<Vec<_>>().join(", ")
    };
    let lives = |disk: &Snapshot| format!("{} postings, {} lives", disk.postings.len(), disk.epochs.len());
    format!(
        "on disk are {}; acknowledged were {}, and these differ: {}; {}",
        lives(found),
        lives(acknowledged),
        told(acknowledged),
        begun.map_or_else(
            || "no store was under way".to_owned(),
            |begun| format!(
                "with the store that was under way {}, and these differ: {}",
                lives(begun),
                told(begun)
            )
        )
    )
}
