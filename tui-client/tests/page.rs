//! `docs/terminal.md` says what the program says: its key table is the table of actions, and each sentence that it quotes
//! stands among the texts. Its screens, and the README's, are ones that the tests draw.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use clap::CommandFactory as _;
use tui_client::actions::{ACTIONS, Action, Key, Row};
use tui_client::cli::Cli;
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
    let mut sources = fs::read_to_string(texts.join("actions/table.rs")).expect("the actions");
    for entry in fs::read_dir(texts.join("texts")).expect("the texts") {
        sources.push_str(&fs::read_to_string(entry.expect("a file").path()).expect("a text"));
    }
    // Before a bank's name the texts mark where an article belongs.
    let sources = sources.replace('~', " ");
    let quoted: Vec<&str> =
        section.split('“').skip(1).filter_map(|rest| rest.split_once('”')).map(|(words, _)| words).collect();
    assert!(quoted.len() > 20, "the page quotes: {quoted:?}");
    let missing: Vec<&&str> = quoted.iter().filter(|words| !sources.contains(**words)).collect();
    assert!(missing.is_empty(), "the program says none of these: {missing:#?}");
}

/// Every snapshot of the client's rooms by its name, without what all names begin with.
fn snapshots() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "snap") {
                let name = path.file_stem().expect("a name").to_string_lossy().replace("tui_client__", "");
                let text = fs::read_to_string(&path).expect("a snapshot");
                let screen = text.splitn(3, "---\n").nth(2).expect("a snapshot has a head and a screen");
                found.insert(name, screen.trim_end().to_owned());
            }
        }
    }
    found
}

/// After `<!-- screen NAME -->` stands the screen of that snapshot.
#[test]
fn the_screens_on_the_pages_are_what_is_drawn() {
    let drawn = snapshots();
    for (page, at_least) in [("../README.md", 1), ("../docs/terminal.md", 3), ("../docs/walkthrough.md", 12)]
    {
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(page)).expect(page);
        let shown: Vec<&str> = text.split("<!-- screen ").skip(1).collect();
        assert!(shown.len() >= at_least, "{page} shows {} screens", shown.len());
        for rest in shown {
            let (name, rest) = rest.split_once(" -->\n").expect("the end of a mark");
            let screen = drawn.get(name).unwrap_or_else(|| panic!("{page}: no snapshot is called {name}"));
            let block = format!("```text\n{screen}\n```");
            assert!(rest.starts_with(&block), "{page} should have after the mark of {name}:\n{block}");
        }
    }
}

/// Each command of the program, `package wait` as such.
fn commands() -> Vec<String> {
    let mut found = Vec::new();
    for command in Cli::command().get_subcommands().filter(|c| c.get_name() != "demo") {
        if command.get_subcommands().next().is_none() {
            found.push(command.get_name().to_owned());
        }
        found.extend(
            command.get_subcommands().map(|inner| format!("{} {}", command.get_name(), inner.get_name())),
        );
    }
    found
}

#[test]
fn every_command_and_its_flags_are_on_the_scripting_page() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("../docs/scripting.md")).expect("the page");
    let found = commands();
    assert!(found.len() > 20, "{found:?}");
    let mut missing: Vec<String> =
        found.iter().filter(|name| !page.contains(&format!("`{name}"))).cloned().collect();
    let mut waiting: Vec<clap::Command> = Cli::command().get_subcommands().cloned().collect();
    while let Some(command) = waiting.pop() {
        if command.get_name() != "demo" {
            let flags =
                command.get_arguments().filter_map(|arg| arg.get_long()).map(|long| format!("--{long}"));
            missing.extend(
                flags.filter(|flag| !page.contains(flag)).map(|f| format!("{} {f}", command.get_name())),
            );
            waiting.extend(command.get_subcommands().cloned());
        }
    }
    assert!(missing.is_empty(), "docs/scripting.md does not name {missing:?}");
}

#[test]
fn completions_and_manual_name_every_command() {
    let run = |args: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_tui-client")).args(args).output().expect("it runs");
        assert!(output.status.success(), "{args:?}: {output:?}");
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    let pages = tempfile::tempdir().expect("a directory");
    run(&["man", "--dir", pages.path().to_str().expect("UTF-8")]);
    let manual = run(&["man"]);
    for command in Cli::command().get_subcommands().map(clap::Command::get_name) {
        for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
            assert!(run(&["completions", shell]).contains(command), "{shell}: {command}");
        }
        assert!(manual.contains(&format!("tui\\-client\\-{command}")), "{command}: {manual}");
        assert!(pages.path().join(format!("tui-client-{command}.1")).exists(), "{command}");
    }
}
