//! The documents do not lie cheaply: links lead somewhere, files that are named are there, every part of the house is on
//! the map, and what the interface can say stands in its contract.
//!
//! Never here: whether a sentence is true. People see to that.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use shared::api::problem::{FieldCode, ProblemCode};
use shared::refusal::RefusalCode;

fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Files below `folder` whose names end in `ending`; build output and hidden folders aside.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of the repository") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() && name != "target" && name != "data" && !name.starts_with('.') {
                folders.push(path);
            } else if path.is_file() && name.ends_with(ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The lines of a document outside its code blocks.
fn prose(text: &str) -> String {
    let mut in_block = false;
    let mut kept = String::new();
    for line in text.lines() {
        let fence = line.trim_start().starts_with("```");
        in_block ^= fence;
        if !in_block && !fence {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    assert!(!in_block, "a code block is not closed");
    kept
}

/// What stands between each `open` and the next `close` of a line.
fn between<'a>(text: &'a str, open: &str, close: &str) -> Vec<&'a str> {
    let mut found = Vec::new();
    for line in text.lines() {
        let mut rest = line;
        while let Some(at) = rest.find(open) {
            rest = &rest[at + open.len()..];
            let Some(end) = rest.find(close) else { break };
            found.push(&rest[..end]);
            rest = &rest[end + close.len()..];
        }
    }
    found
}

/// A heading's anchor, as the forges make it.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().chars().filter_map(|c| match c {
        ' ' => Some('-'),
        '-' | '_' => Some(c),
        c if c.is_alphanumeric() => Some(c),
        _ => None,
    });
    kept.collect::<String>().to_lowercase()
}

/// Whether `text` has a heading with this anchor.
fn has_heading(text: &str, part: &str) -> bool {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    headings.map(|line| anchor(line.trim_start_matches('#'))).any(|found| found == part)
}

#[test]
fn links_lead_somewhere() {
    let documents = files(&top(), ".md");
    assert!(documents.len() > 10, "{} documents: was the top folder found?", documents.len());
    let mut broken = Vec::new();
    for document in documents {
        let text = prose(&read(&document));
        for link in between(&text, "](", ")") {
            if link.contains("://") {
                continue;
            }
            let (path, part) = link.split_once('#').unwrap_or((link, ""));
            let folder = document.parent().expect("a document lies in a folder");
            let target = if path.is_empty() { document.clone() } else { folder.join(path) };
            if !target.exists() || (!part.is_empty() && !has_heading(&prose(&read(&target)), part)) {
                broken.push(format!("{}: {link}", document.display()));
            }
        }
    }
    assert!(broken.is_empty(), "links that lead nowhere:\n{}", broken.join("\n"));
}

/// Whether a code span is meant as a path of this repository, from its top.
fn is_path(span: &str) -> bool {
    let plain = span.chars().all(|c| c.is_ascii_alphanumeric() || "._-/".contains(c));
    let endings = [".rs", ".md", ".sql", ".sh", ".yaml", "/"];
    let named = endings.iter().any(|ending| span.ends_with(ending));
    plain && named && span.contains('/') && !span.starts_with('/')
}

#[test]
fn files_that_documents_name_are_there() {
    let mut missing = Vec::new();
    let mut seen = 0;
    for document in files(&top(), ".md") {
        let text = prose(&read(&document));
        for span in between(&text, "`", "`").into_iter().filter(|span| is_path(span)) {
            seen += 1;
            if !top().join(span).exists() {
                missing.push(format!("{}: {span}", document.display()));
            }
        }
    }
    assert!(seen > 50, "only {seen} paths: has the notation changed?");
    assert!(missing.is_empty(), "files that are not there:\n{}", missing.join("\n"));
}

#[test]
fn documents_that_the_code_names_are_there() {
    let mut missing = Vec::new();
    for file in files(&top(), ".rs").into_iter().filter(|file| !file.ends_with("tests/docs.rs")) {
        let text = read(&file);
        for rest in text.split("docs/").skip(1) {
            let name: String =
                rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_/.".contains(*c)).collect();
            let name = name.trim_end_matches('.');
            if name.ends_with(".md") && !top().join("docs").join(name).exists() {
                missing.push(format!("{}: docs/{name}", file.display()));
            }
        }
    }
    assert!(missing.is_empty(), "documents that are not there:\n{}", missing.join("\n"));
}

#[test]
fn every_part_of_the_house_is_on_the_map() {
    let map = read(&top().join("ARCHITECTURE.md"));
    let spans: BTreeSet<&str> = between(&map, "`", "`").into_iter().collect();
    let mut missing = BTreeSet::new();
    let folders =
        ["shared/src", "bank-node/src", "bank-node/src/protocol", "bank-node/src/engine", "tui-client/src"];
    for folder in folders {
        for entry in fs::read_dir(top().join(folder)).expect("a folder of sources") {
            let path = entry.expect("an entry").path();
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let part = format!("{folder}/{name}");
            let named = [format!("{part}.rs"), format!("{part}/")];
            if !named.iter().any(|name| spans.contains(name.as_str())) {
                missing.insert(part);
            }
        }
    }
    assert!(missing.is_empty(), "not in ARCHITECTURE.md: {missing:#?}");
}

/// Each part of `krate` with the parts that it may know, from the table in ARCHITECTURE.md.
fn may_know(krate: &str) -> BTreeMap<String, BTreeSet<String>> {
    let map = read(&top().join("ARCHITECTURE.md"));
    let head = format!("| part of `{krate}` | knows |");
    let rows = map.lines().skip_while(|line| *line != head).skip(2).take_while(|line| line.starts_with('|'));
    let mut table = BTreeMap::new();
    for row in rows {
        let mut cells = row.trim_matches('|').split('|');
        let mut names = || -> Vec<&str> { between(cells.next().unwrap_or_default(), "`", "`") };
        let (parts, known) = (names(), names());
        for part in parts {
            table.insert(part.to_owned(), known.iter().map(ToString::to_string).collect());
        }
    }
    assert!(table.len() > 5, "{krate}: the table was not found");
    table
}

#[test]
fn parts_know_whom_they_may() {
    let mut wrong = Vec::new();
    for krate in ["bank-node", "tui-client"] {
        let source = top().join(krate).join("src");
        let table = may_know(krate);
        for file in files(&source, ".rs") {
            let inside = file.strip_prefix(&source).expect("it was found there");
            let part = inside.components().next().expect("a file").as_os_str().to_string_lossy().into_owned();
            let part = part.trim_end_matches(".rs");
            // What is said in tests binds nobody.
            if ["lib", "main", "testing"].contains(&part) || inside.ends_with("tests.rs") {
                continue;
            }
            let Some(known) = table.get(part) else {
                wrong.push(format!("{krate}: {part} is not in the table"));
                continue;
            };
            let text = read(&file);
            let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or(&text);
            for rest in text.split("crate::").skip(1) {
                let named: String =
                    rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
                if named != part
                    && named != "testing"
                    && table.contains_key(&named)
                    && !known.contains(&named)
                {
                    wrong.push(format!("{}: {part} knows {named}", file.display()));
                }
            }
        }
    }
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "not as ARCHITECTURE.md says: {wrong:#?}");
}

#[test]
fn the_core_is_pure_and_sql_stays_in_the_ledger() {
    let source = top().join("bank-node/src");
    let mut wrong = Vec::new();
    for file in files(&source, ".rs") {
        let inside = file.strip_prefix(&source).expect("it was found there");
        let text = read(&file);
        let is_core =
            ["protocol", "protocol.rs", "desk", "desk.rs"].iter().any(|part| inside.starts_with(part));
        for world in ["tokio::", "rusqlite::", "axum::", "std::time", "std::fs", "tracing::"] {
            if is_core && text.contains(world) {
                wrong.push(format!("{} names {world}", file.display()));
            }
        }
        if text.contains("rusqlite::") && !inside.starts_with("ledger") {
            wrong.push(format!("{} names rusqlite", file.display()));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What `docs/operating.md` says that a bank says in trouble, it says: each quoted piece stands in a source of its.
#[test]
fn what_a_bank_says_in_trouble_is_quoted_as_it_says_it() {
    let page = read(&top().join("docs/operating.md"));
    let table = page.split("\n## Trouble\n").nth(1).expect("the table of troubles");
    let sources = files(&top().join("bank-node/src"), ".rs").into_iter().map(|file| {
        // A sentence over several lines is one sentence.
        let text = read(&file);
        let mut pieces = text.split("\\\n");
        let first = pieces.next().unwrap_or_default().to_owned();
        pieces.fold(first, |whole, piece| whole + piece.trim_start())
    });
    let said: String = sources.collect();
    let rows: Vec<&str> = table.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
    assert!(rows.len() > 20, "{} rows: was the table found?", rows.len());
    let mut unsaid = Vec::new();
    for row in rows {
        let says = row.split(" | ").nth(1).expect("a second column");
        for quoted in between(says, "`", "`") {
            // Commands are not sentences, and the library for TOML has its own.
            let is_sentence = quoted.contains(' ') && !["admin peers", "unknown field"].contains(&quoted);
            if is_sentence && !quoted.split('…').all(|piece| said.contains(piece.trim())) {
                unsaid.push(quoted.to_owned());
            }
        }
    }
    assert!(unsaid.is_empty(), "no bank says {unsaid:#?}");
}

#[test]
fn every_file_says_its_job_and_none_is_a_drawer() {
    let mut wrong = Vec::new();
    let sources = files(&top(), ".rs");
    assert!(sources.len() > 100, "{} sources: was the top folder found?", sources.len());
    for file in sources {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if ["util", "utils", "helper", "helpers", "common", "manager", "service"].contains(&name.as_str()) {
            wrong.push(format!("{}: a name that says nothing", file.display()));
        }
        if !read(&file).starts_with("//!") {
            wrong.push(format!("{}: opens without its job", file.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_contract_has_every_code_and_path() {
    let contract = read(&top().join("docs/api.md"));
    let mut missing = Vec::new();
    let problems = ProblemCode::ALL.iter().map(|code| code.as_str());
    let fields = FieldCode::ALL.iter().map(|code| code.as_str());
    let refusals = RefusalCode::ALL.into_iter().map(|code| code.as_str());
    for code in problems.chain(fields).chain(refusals) {
        if !contract.contains(&format!("`{code}`")) {
            missing.push(code.to_owned());
        }
    }
    let paths = read(&top().join("shared/src/api/paths.rs"));
    for path in between(&paths, "= \"", "\";") {
        // The contract has names of its own for the parts that vary.
        let fixed = path.split("/{").next().unwrap_or(path);
        if !contract.contains(fixed) {
            missing.push(path.to_owned());
        }
    }
    assert!(missing.is_empty(), "not in docs/api.md: {missing:#?}");
}

#[test]
fn every_setting_is_on_the_operators_page() {
    let page = read(&top().join("docs/operating.md"));
    let code = read(&top().join("bank-node/src/config.rs"));
    let settings: BTreeSet<&str> = between(&code, "`BANK_", "`").into_iter().collect();
    assert!(settings.len() >= 8, "{settings:?}: has the notation changed?");
    let missing: Vec<&str> =
        settings.into_iter().filter(|name| !page.contains(&format!("`BANK_{name}`"))).collect();
    assert!(missing.is_empty(), "not in docs/operating.md: {missing:?}");
}

#[test]
fn the_commands_of_the_first_screen_are_what_is_checked() {
    let readme = read(&top().join("README.md"));
    for command in ["cargo run --release -p tui-client -- demo", "cargo test --workspace"] {
        let is_shown = |line: &str| {
            let line = line.split('#').next().unwrap_or(line);
            line.trim_start_matches("$ ").trim() == command
        };
        assert!(readme.lines().take(30).any(is_shown), "the README's first screen has no `{command}`");
    }
    let ci = read(&top().join(".ci/run"));
    assert!(
        ci.lines().any(|line| line == "cargo test --workspace"),
        ".ci/run does not run the README's test command"
    );
}

#[test]
fn decisions_are_numbered_once_and_listed() {
    let folder = top().join("docs/decisions");
    let list = read(&folder.join("README.md"));
    let mut numbers = BTreeSet::new();
    for file in files(&folder, ".md") {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name == "README.md" {
            continue;
        }
        let number = name.split('-').next().unwrap_or_default().to_owned();
        assert!(number.len() == 4 && number.parse::<u16>().is_ok(), "{name}: named NNNN-title.md");
        assert!(numbers.insert(number.clone()), "two decisions have the number {number}");
        assert!(list.contains(&format!("({name})")), "{name} is not in the list of decisions");
        let text = read(&file);
        assert!(text.starts_with(&format!("# {number} ")), "{name}: its title begins with its number");
        for part in ["**Context.**", "**Decision.**", "**Consequences.**"] {
            assert!(text.contains(part), "{name} has no {part}");
        }
    }
}
