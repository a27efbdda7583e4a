//! What stands in a bank's books on disk, as text to hold against another moment's: read beside the running bank, never
//! written.

use std::fmt::Write as _;
use std::path::Path;

use rusqlite::{Connection, OpenFlags};

/// What moves when money does.
const MONEY: [(&str, &str); 2] = [("balance", "*"), ("posting", "*")];

/// All else that somebody asks for and gets. Left out is what changes by itself: when a session was used last, who has yet
/// to confirm, tombstones that are let go.
const REST: [(&str, &str); 10] = [
    ("customer", "*"),
    ("session", "id, token_hash, customer, created_ms"),
    ("account", "*"),
    ("holder", "*"),
    ("consent", "*"),
    ("package", "*"),
    ("orders", "*"),
    ("(SELECT * FROM attempt WHERE state <> 'aborted')", "coordinator, epoch, sequence, package, state"),
    ("(SELECT * FROM portion WHERE state <> 'aborted')", "*"),
    ("operator_entry", "*"),
];

/// A bank's books at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Books {
    /// Balances, with what is held of them, and postings.
    pub money: String,
    /// Everything else that somebody may have asked for.
    pub rest: String,
}

/// Reads the books in a bank's data directory.
pub fn read(directory: &Path) -> Books {
    let connection = open(directory);
    let text = |tables: &[(&str, &str)]| {
        let mut text = String::new();
        for (table, columns) in tables {
            let mut statement =
                connection.prepare(&format!("SELECT {columns} FROM {table} ORDER BY 1, 2, 3")).expect(table);
            let width = statement.column_count();
            let mut rows = statement.query([]).expect(table);
            while let Some(row) = rows.next().expect(table) {
                let cells = (0..width).map(|place| row.get_ref(place).expect("a column"));
                let _infallible = writeln!(text, "{table}: {:?}", cells.collect::<Vec<_>>());
            }
        }
        text
    };
    Books { money: text(&MONEY), rest: text(&REST) }
}

/// Whether nothing that this bank coordinates is under way.
#[allow(dead_code, reason = "one of the tests that read books asks for it")]
pub fn are_settled(directory: &Path) -> bool {
    let unended = "SELECT count(*) FROM attempt WHERE state = 'begun' OR unacked IS NOT NULL";
    open(directory).query_row(unended, [], |row| row.get::<_, i64>(0)).expect("a count") == 0
}

/// All balances together: 0, whatever happens.
#[allow(dead_code, reason = "one of the tests that read books asks for it")]
pub fn sum(directory: &Path) -> i64 {
    open(directory).query_row("SELECT sum(balance) FROM balance", [], |row| row.get(0)).expect("a sum")
}

fn open(directory: &Path) -> Connection {
    let connection = Connection::open_with_flags(
        directory.join("ledger.db"),
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    );
    let connection = connection.expect("the ledger");
    connection.busy_timeout(std::time::Duration::from_secs(5)).expect("a setting");
    connection
}
