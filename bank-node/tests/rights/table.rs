//! The tables of `docs/rights.md`, read.

use std::fs;
use std::path::Path;

/// One operation, and what everybody is answered who asks for it.
#[derive(Clone, Debug)]
pub struct Row {
    /// The heading that it stands below.
    pub section: String,
    /// `GET /v1/bank`.
    pub operation: String,
    /// What of it, where there are several rows of one operation.
    pub variant: String,
    /// Column and answer, from left to right.
    pub cells: Vec<(String, String)>,
}

impl Row {
    pub fn method(&self) -> &str {
        self.operation.split_once(' ').expect("a method and a path").0
    }

    pub fn path(&self) -> &str {
        self.operation.split_once(' ').expect("a method and a path").1
    }
}

/// Every row of the page whose first column is an operation.
pub fn rows() -> Vec<Row> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/rights.md");
    let page = fs::read_to_string(page).expect("the page of rights");
    let mut rows = Vec::new();
    let mut section = String::new();
    let mut columns: Vec<String> = Vec::new();
    for line in page.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            heading.clone_into(&mut section);
        }
        let Some(inner) = line.strip_prefix("| ").and_then(|line| line.strip_suffix(" |")) else { continue };
        let cells: Vec<String> = inner.split(" | ").map(|cell| cell.trim().to_owned()).collect();
        if cells[0] == "operation" {
            columns = cells;
        } else if let Some(rest) = cells[0].strip_prefix('`') {
            let (operation, variant) = rest.split_once('`').expect("a closed span");
            assert_eq!(cells.len(), columns.len(), "{line}");
            rows.push(Row {
                section: section.clone(),
                operation: operation.to_owned(),
                variant: variant.trim().to_owned(),
                cells: columns.iter().cloned().zip(cells.clone()).skip(1).collect(),
            });
        }
    }
    rows
}
