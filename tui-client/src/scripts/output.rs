//! Results on the standard output: aligned lines for people, the banks' own JSON, or CSV.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use serde::Serialize;
use shared::money::Reais;

use super::args::Format;
use crate::widgets::text::{harmless, width};

/// Rows of a result. Column names are the interface's own, whatever the language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// The name of each column in CSV, and its title for people.
    columns: Vec<(&'static str, &'static str)>,
    rows: Vec<Vec<Cell>>,
}

/// One value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    csv: String,
    text: String,
    right: bool,
}

impl Cell {
    /// A text, the same for people and for programs.
    #[must_use]
    pub fn of(value: impl ToString) -> Self {
        let text = value.to_string();
        Self { csv: text.clone(), text, right: false }
    }

    /// Money: centavos for programs.
    #[must_use]
    pub fn money(centavos: i64) -> Self {
        Self { csv: centavos.to_string(), text: Reais(centavos).to_string(), right: true }
    }

    /// A code for programs, words for people.
    #[must_use]
    pub fn coded(code: impl ToString, words: impl ToString) -> Self {
        Self { csv: code.to_string(), text: words.to_string(), right: false }
    }

    /// Text or nothing.
    #[must_use]
    pub fn maybe(value: Option<impl ToString>) -> Self {
        Self::of(value.map(|v| v.to_string()).unwrap_or_default())
    }
}

/// The code of a value of the interface, as JSON writes it.
#[must_use]
pub fn code<T: Serialize>(value: T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(code)) => code,
        Ok(other) => other.to_string(),
        Err(_) => String::new(),
    }
}

impl Sheet {
    /// No rows yet.
    #[must_use]
    pub fn new(columns: &[(&'static str, &'static str)]) -> Self {
        Self { columns: columns.to_vec(), rows: Vec::new() }
    }

    /// One row more.
    pub fn row(&mut self, cells: Vec<Cell>) {
        debug_assert_eq!(cells.len(), self.columns.len(), "a row has as many cells as the head");
        // A line break in somebody's name would begin a row of its own, that says whatever they like.
        let one_line = |cell: Cell| Cell { text: harmless(&cell.text).to_string(), ..cell };
        self.rows.push(cells.into_iter().map(one_line).collect());
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// As RFC 4180 has it, lines ended by a line feed.
    #[must_use]
    pub fn csv(&self) -> String {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let names = self.columns.iter().map(|(name, _)| *name);
        // Memory takes everything.
        let _written = writer.write_record(names);
        for row in &self.rows {
            let _written = writer.write_record(row.iter().map(|cell| cell.csv.as_str()));
        }
        writer.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
    }

    /// Aligned for people, under their titles; nothing where there are no rows.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        if self.rows.is_empty() {
            return Vec::new();
        }
        let widths: Vec<usize> = self
            .columns
            .iter()
            .enumerate()
            .map(|(n, (_, title))| {
                let cells = self.rows.iter().filter_map(|row| row.get(n)).map(|cell| cell.text.as_str());
                cells.chain([*title]).map(|text| usize::from(width(text))).max().unwrap_or(0)
            })
            .collect();
        let right = |n: usize| self.rows.first().and_then(|row| row.get(n)).is_some_and(|cell| cell.right);
        let mut out = Vec::new();
        let titles: Vec<(&str, bool)> =
            self.columns.iter().enumerate().map(|(n, (_, title))| (*title, right(n))).collect();
        out.push(aligned(&titles, &widths));
        for row in &self.rows {
            let cells: Vec<(&str, bool)> = row.iter().map(|cell| (cell.text.as_str(), cell.right)).collect();
            out.push(aligned(&cells, &widths));
        }
        out
    }
}

fn aligned(cells: &[(&str, bool)], widths: &[usize]) -> String {
    let mut line = String::new();
    for ((text, right), room) in cells.iter().zip(widths) {
        let pad = " ".repeat(room.saturating_sub(usize::from(width(text))));
        if *right {
            line.push_str(&pad);
            line.push_str(text);
        } else {
            line.push_str(text);
            line.push_str(&pad);
        }
        line.push_str("  ");
    }
    line.trim_end().to_owned()
}

/// `line` as it is shown to people, in one line: names and descriptions are other people's, and a line break in one would
/// begin a line that says whatever they like.
#[must_use]
pub fn one_line(line: &str) -> String {
    format!("{}\n", harmless(line))
}

/// Prints a result: `json` as it is, `sheet` for CSV, `lines` for people, each of which stays one.
///
/// # Errors
/// Those of the standard output, but for a reader that has gone: it has what it wanted.
pub fn print<T: Serialize>(format: Format, json: &T, sheet: &Sheet, lines: &[String]) -> io::Result<()> {
    let out = match format {
        Format::Text => lines.iter().map(|line| one_line(line)).collect(),
        Format::Csv => sheet.csv(),
        Format::Json => {
            let mut out = serde_json::to_string_pretty(json)?;
            out.push('\n');
            out
        }
    };
    write(&out)
}

/// Creates a file that is its owner's alone; one that is there is not written over.
///
/// # Errors
/// Those of the disk.
pub fn new_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Writes to the standard output.
///
/// # Errors
/// As [`print()`].
pub fn write(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet() -> Sheet {
        let mut sheet = Sheet::new(&[("account", "Conta"), ("company", "Empresa"), ("balance", "Saldo")]);
        let rows = [("aurora/1042-8", "Ipê, \"Filhos\" & Cia", 123_456), ("aurora/1043-6", "", -5)];
        for (account, company, balance) in rows {
            sheet.row(vec![Cell::of(account), Cell::of(company), Cell::money(balance)]);
        }
        sheet
    }

    #[test]
    fn csv_has_a_header_centavos_and_quotes() {
        let expect = "account,company,balance\n\
             aurora/1042-8,\"Ipê, \"\"Filhos\"\" & Cia\",123456\n\
             aurora/1043-6,,-5\n";
        assert_eq!(sheet().csv(), expect);
    }

    #[test]
    fn people_read_aligned_columns() {
        let expect = [
            "Conta          Empresa                    Saldo",
            "aurora/1042-8  Ipê, \"Filhos\" & Cia  R$ 1.234,56",
            "aurora/1043-6                          -R$ 0,05",
        ];
        assert_eq!(
            sheet().lines().iter().map(|line| line.replace('\u{a0}', " ")).collect::<Vec<_>>(),
            expect
        );
        assert!(Sheet::new(&[("a", "A")]).lines().is_empty());
    }

    #[test]
    fn nobody_writes_a_row_of_their_own() {
        let mut sheet = Sheet::new(&[("company", "Empresa"), ("balance", "Saldo")]);
        sheet.row(vec![Cell::of("Ipê\nBoreal  R$ 1,00\r"), Cell::money(-5)]);
        let lines = sheet.lines();
        assert!(lines.len() == 2 && !lines.concat().contains(['\n', '\r']), "{lines:?}");
        assert!(sheet.csv().contains("\"Ipê\nBoreal"), "programs get it as it is");
        assert_eq!(one_line("Ana\npago: R$ 1,00\r\u{202e}"), "Ana�pago: R$ 1,00�\n");
    }
}
