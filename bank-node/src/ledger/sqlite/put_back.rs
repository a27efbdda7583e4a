//! A backup made ready to take the ledger's place: brought to this program's schema, and marked as put back, so that the bank
//! on it first asks the others what it lacks.
//!
//! Never here: names of files, and what is in the way.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};
use shared::ids::BankId;

use super::cells::fault;
use super::open::{OpenFault, check_soundness, check_version, database_fault, read_owner, set_up};
use super::snapshot::ReadFault;
use super::tables::{epoch, posting, restoration};
use super::{migrate, open};
use crate::protocol::restoration::Restoration;

/// Makes the copy at `path`, which nobody else has open, ready. `at_ms` is now, in milliseconds since 1970.
///
/// # Errors
/// As [`ReadFault`] says; the copy is then worth nothing.
pub fn make_ready(path: &Path, bank: &BankId, at_ms: i64) -> Result<Restoration, ReadFault> {
    check_version()?;
    let opened = |cause| database_fault(path, &cause);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags).map_err(opened)?;
    set_up(&connection).map_err(opened)?;
    connection.pragma_update(None, "synchronous", "FULL").map_err(opened)?;
    connection.pragma_update(None, "foreign_keys", true).map_err(opened)?;
    if check_soundness(&connection, path)? == open::Soundness::New {
        let what = "there is nothing in it".to_owned();
        return Err(OpenFault::Damaged { path: path.to_owned(), what }.into());
    }
    migrate::run(&mut connection, path)?;
    let owner = read_owner(&connection).map_err(opened)?;
    if owner != bank.as_str() {
        return Err(OpenFault::Foreign { path: path.to_owned(), theirs: owner, ours: bank.clone() }.into());
    }
    let transaction = connection.transaction().map_err(opened)?;
    // One that was backed up while it waited for the other banks still lacks what that backup lacked.
    let restoration = match restoration::pending(&transaction)? {
        Some(pending) => pending,
        None => {
            let epoch = epoch::newest(&transaction)?.map_or(0, |life| life.epoch);
            let last_sequence = restoration::last_sequence(&transaction, epoch)?;
            let last_posting = posting::head(&transaction)?.number;
            let restoration = Restoration { at_ms, epoch, last_sequence, last_posting };
            restoration::begin(&transaction, &restoration)?;
            restoration
        }
    };
    // What was logged out, or whose password was changed, since the backup must not be let in by it.
    transaction.execute("DELETE FROM session", []).map_err(fault("end the sessions"))?;
    transaction.commit().map_err(opened)?;
    connection.close().map_err(|(_, cause)| opened(cause))?;
    Ok(restoration)
}
