//! Every curl call on the page of the interface, run in its order as a reader runs it; what comes back is held against
//! what the page shows. And nothing that can be done is missing there.

mod local;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use local::Local;
use serde_json::Value;

/// What stands for anything: a whole value, a part of a text, or further fields, elements and lines.
const ANY: &str = "…";

/// A command of the page with what is shown below it.
struct Step {
    command: String,
    shown: Vec<String>,
}

/// The steps of every block that has a `$` line, in order.
fn steps(page: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut in_block = false;
    let mut goes_on = false;
    for line in page.lines() {
        if line.starts_with("```") {
            in_block = line == "```console";
            goes_on = false;
        } else if let Some(command) = line.strip_prefix("$ ").filter(|_| in_block) {
            goes_on = command.ends_with('\\');
            steps.push(Step { command: command.to_owned(), shown: Vec::new() });
        } else if in_block {
            let step = steps.last_mut().expect("a block begins with a command");
            if goes_on {
                goes_on = line.ends_with('\\');
                step.command.push('\n');
                step.command.push_str(line);
            } else {
                step.shown.push(line.to_owned());
            }
        }
    }
    steps
}

/// A page's shell: what its variables hold, and curl set to say the status, method and address after each answer.
struct Shell {
    variables: BTreeMap<String, String>,
    home: tempfile::TempDir,
}

/// What a call came to.
struct Answered {
    status: String,
    method: String,
    path: String,
    body: String,
}

impl Shell {
    fn new() -> Self {
        let home = tempfile::tempdir().expect("a temporary directory");
        let settings = "silent\nwrite-out = \"\\n%{http_code} %{method} %{url_effective}\"\n";
        fs::write(home.path().join(".curlrc"), settings).expect("curl's settings");
        Self { variables: BTreeMap::new(), home }
    }

    fn run(&self, command: &str) -> String {
        let output = Command::new("bash")
            .args(["-uc", command])
            .envs(&self.variables)
            .env("CURL_HOME", self.home.path())
            .output()
            .expect("bash runs");
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    fn call(&self, command: &str) -> Answered {
        let said = self.run(command);
        let (body, told) = said.rsplit_once('\n').unwrap_or_else(|| panic!("curl says nothing: {command}"));
        let mut told = told.split(' ');
        let mut word = || told.next().unwrap_or_default().to_owned();
        let (status, method, address) = (word(), word(), word());
        let after_scheme = address.split_once("://").map_or("", |(_, rest)| rest);
        let path = after_scheme.split_once('/').map_or("", |(_, path)| path);
        let path = path.split('?').next().unwrap_or_default();
        Answered { status, method, path: format!("/{path}"), body: body.to_owned() }
    }
}

/// The value at `.banks[0].address`.
fn at<'a>(value: &'a Value, path: &str) -> &'a Value {
    let pointer = path.replace(['.', '['], "/").replace(']', "");
    value.pointer(&pointer).unwrap_or_else(|| panic!("no {path} in {value:#}"))
}

/// JSON as the page shows it, where `…` may stand for a value, or for what else there is.
fn read_shown(text: &str) -> Value {
    let mut json = String::new();
    let (mut in_string, mut escaped) = (false, false);
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        if c == '…' && !in_string {
            let is_field = json.ends_with([',', '{']) && characters.peek() == Some(&'}');
            json.push_str(if is_field { r#""…":"…""# } else { r#""…""# });
        } else {
            in_string ^= c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            json.push(c);
        }
    }
    serde_json::from_str(&json)
        .unwrap_or_else(|error| panic!("the page shows what is no JSON: {error}: {text}"))
}

/// Whether a text is as shown, `…` standing for any part of it.
fn text_fits(shown: &str, got: &str) -> bool {
    let mut parts = shown.split(ANY);
    let Some(mut rest) = got.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, between)) = parts.split_last() else { return rest.is_empty() };
    for part in between {
        let Some((_, after)) = rest.split_once(part) else { return false };
        rest = after;
    }
    rest.ends_with(last)
}

/// Whether an answer is as shown: the same fields, the same values, `…` aside.
fn fits(shown: &Value, got: &Value) -> bool {
    match (shown, got) {
        (Value::String(shown), _) if shown == ANY => true,
        (Value::String(shown), Value::String(got)) => text_fits(shown, got),
        (Value::Array(shown), Value::Array(got)) => {
            let open = shown.last().is_some_and(|last| last == ANY);
            let shown = if open { &shown[..shown.len() - 1] } else { shown };
            (got.len() == shown.len() || open && got.len() > shown.len())
                && shown.iter().zip(got).all(|(shown, got)| fits(shown, got))
        }
        (Value::Object(shown), Value::Object(got)) => {
            let open = shown.contains_key(ANY);
            (open || got.keys().all(|key| shown.contains_key(key)))
                && shown
                    .iter()
                    .filter(|(key, _)| *key != ANY)
                    .all(|(key, shown)| got.get(key).is_some_and(|got| fits(shown, got)))
        }
        (shown, got) => shown == got,
    }
}

/// Holds the body below the status line against what came.
fn hold(command: &str, shown: &[String], body: &str) {
    let Some(first) = shown.first() else {
        assert!(body.is_empty(), "{command}\nthe page shows no answer; there is one:\n{body}");
        return;
    };
    if first.starts_with('{') {
        assert_eq!(shown.len(), 1, "{command}\nthe page shows more than one line of JSON");
        let got: Value =
            serde_json::from_str(body).unwrap_or_else(|error| panic!("{command}\n{error}: {body}"));
        assert!(fits(&read_shown(first), &got), "{command}\nthe page shows\n{first}\nthe bank says\n{got}");
        return;
    }
    // Lines of a text: each that is shown comes, in this order; a line of data as JSON.
    let mut lines = body.lines();
    for shown in shown.iter().filter(|line| *line != ANY) {
        let comes = |line: &str| match (shown.strip_prefix("data: "), line.strip_prefix("data: ")) {
            (Some(shown), Some(got)) => {
                serde_json::from_str(got).is_ok_and(|got: Value| fits(&read_shown(shown), &got))
            }
            _ => text_fits(shown, line),
        };
        assert!(
            lines.any(comes),
            "{command}\nthe page shows\n{shown}\nwhich does not come, or not in this order, in\n{body}"
        );
    }
}

/// The operation of the document that a call was.
fn operation(method: &str, path: &str) -> Option<String> {
    let document = bank_node::http::openapi::document();
    let known = document["paths"].as_object()?.keys();
    let fits = |known: &&String| {
        let (known, path) = (known.split('/'), path.split('/'));
        known.clone().count() == path.clone().count()
            && known.zip(path).all(|(known, part)| known == part || known.starts_with('{'))
    };
    // Literal parts go before those that vary.
    let literals = |known: &&String| known.split('/').map(|part| !part.starts_with('{')).collect::<Vec<_>>();
    let path = known.filter(fits).max_by_key(literals)?;
    Some(format!("{method} {path}"))
}

#[test]
fn every_call_of_the_page_does_what_the_page_says() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/api.md");
    let steps = steps(&fs::read_to_string(page).expect("the page"));
    let local = Local::start();
    let mut shell = Shell::new();
    let mut last = Value::Null;
    let mut done = BTreeSet::new();
    for Step { command, shown } in &steps {
        if command.starts_with("cargo run") {
            assert!(
                command.ends_with("bank-node -- local --banks 3"),
                "another command than the one that runs here"
            );
            last = local.said.clone();
            assert!(fits(&read_shown(&shown[0]), &last), "the page shows\n{}\nit prints\n{last}", shown[0]);
        } else if command.starts_with("curl ") {
            let answered = shell.call(command);
            let (status, body) =
                shown.split_first().unwrap_or_else(|| panic!("{command}\nno status is shown"));
            assert_eq!(*status, format!("HTTP {}", answered.status), "{command}\n{}", answered.body);
            hold(command, body, &answered.body);
            last = serde_json::from_str(&answered.body).unwrap_or(Value::Null);
            if answered.status.starts_with('2') {
                done.extend(operation(&answered.method, &answered.path));
                done.insert(format!("{} {}", answered.method, answered.path));
            }
        } else {
            let (name, value) =
                command.split_once('=').unwrap_or_else(|| panic!("neither curl nor a value: {command}"));
            let value = match value.split_once('#') {
                Some((_, path)) => at(&last, path.trim()).as_str().expect("a text").to_owned(),
                None => shell.run(&format!("{command}\nprintf %s \"${name}\"")),
            };
            shell.variables.insert(name.to_owned(), value);
        }
    }

    let document = bank_node::http::openapi::document();
    let paths = document["paths"].as_object().expect("paths");
    let every = paths.iter().flat_map(|(path, methods)| {
        let methods = methods.as_object().expect("methods");
        methods.keys().map(move |method| format!("{} {path}", method.to_ascii_uppercase()))
    });
    let operators = ["/livez", "/readyz", "/buildz", "/metrics"].map(|path| format!("GET {path}"));
    let missing: Vec<String> = every.chain(operators).filter(|call| !done.contains(call)).collect();
    assert!(missing.is_empty(), "no curl call on the page does {missing:#?}");
}

#[test]
fn what_differs_from_the_page_is_seen() {
    for (shown, got, expect) in [
        (r#"{"a":1}"#, r#"{"a":1}"#, true),
        (r#"{"a":1}"#, r#"{"a":2}"#, false),
        (r#"{"a":1}"#, r#"{"a":1,"b":2}"#, false),
        (r#"{"a":1,…}"#, r#"{"a":1,"b":2}"#, true),
        (r#"{"a":…}"#, r#"{"a":[1]}"#, true),
        (r#"{"a":…}"#, r#"{}"#, false),
        (r#"{"a":"x…z"}"#, r#"{"a":"xyz"}"#, true),
        (r#"{"a":"x…z"}"#, r#"{"a":"xy"}"#, false),
        (r#"[1,…]"#, r#"[1,2,3]"#, true),
        (r#"[1,…]"#, r#"[2,3]"#, false),
        (r#"[1]"#, r#"[1,2]"#, false),
    ] {
        let got: Value = serde_json::from_str(got).expect("JSON");
        assert_eq!(fits(&read_shown(shown), &got), expect, "{shown} {got}");
    }
}
