//! The ledger's schema, as numbered steps of SQL. Each runs in one transaction with the note that it has run.
//!
//! A shipped step never changes: the hashes below say what was shipped, and a test holds the files to them.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::open::{OpenFault, database_fault};

/// Every step, in order; the first makes version 1.
const STEPS: [&str; 5] = [
    include_str!("../../../migrations/sqlite/0001_books.sql"),
    include_str!("../../../migrations/sqlite/0002_restoration.sql"),
    include_str!("../../../migrations/sqlite/0003_operators.sql"),
    include_str!("../../../migrations/sqlite/0004_left.sql"),
    include_str!("../../../migrations/sqlite/0005_age.sql"),
];

/// The schema that this program reads and writes.
const VERSION: u32 = 5;
const _: () = assert!(STEPS.len() == VERSION as usize, "one step makes one version");

/// Marks a database file as a ledger of this program: "BKLG". Set with the first step, so that a file that was cut off
/// while it was made is either empty or known.
pub(crate) const APPLICATION_ID: i32 = 0x424b_4c47;

/// Brings a ledger to this program's schema.
pub(crate) fn run(connection: &mut Connection, path: &Path) -> Result<(), OpenFault> {
    let failed = |cause| database_fault(path, &cause);
    let found = version(connection).map_err(failed)?;
    refuse_newer(found, path)?;
    for (step, made) in STEPS.into_iter().zip(1_u32..).skip(usize::try_from(found).unwrap_or(usize::MAX)) {
        let transaction =
            connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        transaction.execute_batch(step).map_err(failed)?;
        transaction.pragma_update(None, "user_version", made).map_err(failed)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID).map_err(failed)?;
        transaction.commit().map_err(failed)?;
    }
    Ok(())
}

/// Refuses a ledger whose schema is not this program's, without changing it.
pub(crate) fn check_current(connection: &Connection, path: &Path) -> Result<(), OpenFault> {
    let found = version(connection).map_err(|cause| database_fault(path, &cause))?;
    refuse_newer(found, path)?;
    if found == VERSION {
        Ok(())
    } else {
        let cause = format!("its schema is {found}, and only a bank that serves brings it to {VERSION}");
        Err(OpenFault::Unusable { path: path.to_owned(), cause })
    }
}

fn refuse_newer(found: u32, path: &Path) -> Result<(), OpenFault> {
    if found > VERSION {
        Err(OpenFault::Newer { path: path.to_owned(), found, known: VERSION })
    } else {
        Ok(())
    }
}

fn version(connection: &Connection) -> Result<u32, rusqlite::Error> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipped_steps_never_change() {
        let shipped = [
            "b0336ace408eade9e112e3c766fa8f5e9322dc57fc7a95a6da7bd066dbd20709",
            "f3023297816ec8f4f93752247d32d925127bf71b8653eebbade19d459cda06b3",
            "ac6b3ab2c5d1ce0163ab07b51ccaedb1bd486d6e89cad2e9b8e2d3e6803ae282",
            "15594ec69a291456658c3e8d0be8a3ef8350e69a253341d0f25ae05fe2294de4",
            "289f272a5bbefd9188ad646290c2d43f5110aa00af1d25d62f17cfef177ef3a2",
        ];
        for (step, shipped) in STEPS.iter().zip(shipped) {
            let digest = ring::digest::digest(&ring::digest::SHA256, step.as_bytes());
            let found: String = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(found, shipped, "a shipped migration was changed: write a new one instead");
        }
        assert_eq!(STEPS.len(), shipped.len(), "every step's hash stands here");
    }

    #[test]
    fn books_of_the_first_schema_keep_their_balances_and_postings() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.pragma_update(None, "foreign_keys", true).unwrap();
        connection.execute_batch(STEPS[0]).unwrap();
        connection.pragma_update(None, "user_version", 1).unwrap();
        connection
            .execute_batch(
                "INSERT INTO balance VALUES ('1001-4', 60, 0, 0), ('till', -60, 0, 0);
                 INSERT INTO posting (number, at_ms, account, package, attempt, leg, amount, balance_after, hash) VALUES
                 (1, 1, '1001-4', zeroblob(16), 'aurora.1.1', 0, 60, 60, zeroblob(32)),
                 (2, 1, 'till', zeroblob(16), 'aurora.1.1', 0, -60, -60, zeroblob(32));",
            )
            .unwrap();
        run(&mut connection, Path::new("ledger.db")).unwrap();
        let count = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!(count("SELECT count(*) FROM balance JOIN posting USING (account)"), 2);
        assert_eq!(count("SELECT sum(balance) FROM balance WHERE account = '1001-4'"), 60);
        assert_eq!(count("SELECT count(*) FROM pragma_foreign_key_check"), 0);
        let refused = connection.execute("DELETE FROM balance WHERE account = 'till'", []);
        assert!(refused.is_err(), "postings still refer to their balances");
    }
}
