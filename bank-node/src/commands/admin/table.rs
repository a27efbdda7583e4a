//! Rows of text for people, in columns.

use std::fmt::Write as _;

/// `rows` under `head`, each column as wide as its widest cell; one line without a row when there is none.
pub fn table<const N: usize>(head: [&str; N], rows: Vec<[String; N]>, none: &str) -> String {
    if rows.is_empty() {
        return none.to_owned();
    }
    let mut widths = head.map(|cell| cell.chars().count());
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut text = String::new();
    for row in std::iter::once(head.map(str::to_owned)).chain(rows) {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths) {
            // Writing to a string does not fail.
            let _written = write!(line, "{cell:width$}  ");
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text.truncate(text.trim_end().len());
    text
}

#[cfg(test)]
mod tests {
    use super::table;

    #[test]
    fn columns_are_as_wide_as_they_have_to_be() {
        let rows = vec![["aurora".into(), "1".into()], ["é".into(), "22".into()]];
        assert_eq!(table(["bank", "n"], rows, "none"), "bank    n\naurora  1\né       22");
        assert_eq!(table(["bank"], Vec::new(), "no bank"), "no bank");
    }
}
