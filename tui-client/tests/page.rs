//! `docs/terminal.md` says what the program says: its key table is the table of actions, and each sentence that it quotes
//! stands among the texts. The README's screen is one that the tests draw.

use std::fs;
use std::path::Path;

use tui_client::actions::{ACTIONS, Action, Key, Row};
use tui_client::texts::Language;

fn page() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/terminal.md")).expect("the page")
}

/// The table as it stands on the page. The nine keys for nine banks are one line.
fn key_table() -> String {
    let mut table = String::from("| where | keys | em português | in English |\n|---|---|---|---|\n");
    for row in ACTIONS {
        let (keys, pt, en) = match row.action {
            Action::TakeBank(1) => {
                ("Alt-1 … Alt-9".to_owned(), "Banco da lista".to_owned(), "Bank of the list".to_owned())
            }
            Action::TakeBank(_) => continue,
            _ => (keys(row), row.label(Language::PtBr).to_owned(), row.label(Language::En).to_owned()),
        };
        table.push_str(&format!("| {} | {keys} | {pt} | {en} |\n", place(row)));
    }
    table
}

fn keys(row: &Row) -> String {
    let names: Vec<String> = row.keys.iter().map(|key| format!("`{}`", Key::name(*key))).collect();
    names.join(", ")
}

/// `LogIn` as `log in`.
fn place(row: &Row) -> String {
    let mut words = String::new();
    for c in format!("{:?}", row.scope).chars() {
        if c.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(c.to_lowercase());
    }
    words
}

#[test]
fn the_pages_keys_are_the_programs() {
    let page = page();
    let (_, rest) = page.split_once("<!-- keys -->\n").expect("where the keys stand");
    let (written, _) = rest.split_once("<!-- /keys -->").expect("where they end");
    let table = key_table();
    assert!(written == table, "docs/terminal.md should have between its marks:\n{table}");
}

#[test]
fn every_sentence_that_the_page_quotes_is_one_of_the_programs() {
    let page = page();
    let (_, section) = page.split_once("## Nothing of the first terminal app is lost").expect("the section");
    let texts = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut sources = fs::read_to_string(texts.join("actions.rs")).expect("the actions");
    for entry in fs::read_dir(texts.join("texts")).expect("the texts") {
        sources.push_str(&fs::read_to_string(entry.expect("a file").path()).expect("a text"));
    }
    let quoted: Vec<&str> =
        section.split('“').skip(1).filter_map(|rest| rest.split_once('”')).map(|(words, _)| words).collect();
    assert!(quoted.len() > 20, "the page quotes: {quoted:?}");
    let missing: Vec<&&str> = quoted.iter().filter(|words| !sources.contains(**words)).collect();
    assert!(missing.is_empty(), "the program says none of these: {missing:#?}");
}

#[test]
fn the_screen_in_the_readme_is_what_is_drawn() {
    let read = |path: &str| fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect(path);
    let drawn = read("src/rooms/package/snapshots/tui_client__rooms__package__tests__decided_en_80x24.snap");
    let screen = drawn.splitn(3, "---\n").nth(2).expect("a snapshot has a head and a screen");
    let shown = format!("```text\n{}\n```", screen.trim_end());
    assert!(read("../README.md").contains(&shown), "README.md should have this screen:\n{shown}");
}
