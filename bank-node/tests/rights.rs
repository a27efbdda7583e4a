//! Who may do what, cell by cell: the tables of `docs/rights.md`, each tried against real banks over HTTP. Whatever was
//! refused has changed nothing, and no operation of any interface is missing on the page.

#[path = "books/mod.rs"]
mod books;
#[allow(dead_code, reason = "these tests use a part of what the interface's own tests share")]
#[path = "http_interface/document.rs"]
mod document;
#[allow(dead_code, reason = "these tests use a part of what the interface's own tests share")]
#[path = "http_interface/world.rs"]
mod world;

mod rights {
    pub mod banks;
    pub mod customers;
    mod envelope;
    pub mod operators;
    pub mod stage;
    pub mod table;
}

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use axum::http::HeaderMap;
use books::Books;
use rights::customers::Ask;
use rights::stage::{HOME, Stage, Who};
use rights::table::{Row, rows};
use rights::{banks, customers, operators};

/// Whom *customer* stands for.
const CUSTOMERS: [&str; 8] =
    ["owner", "holder", "invited", "stranger", "reset", "elsewhere", "connected", "foreign"];

/// What was otherwise than the page says.
#[derive(Default)]
struct Tally {
    cells: usize,
    asked: usize,
    refused: usize,
    wrong: Vec<String>,
}

impl Tally {
    fn hold(&mut self, row: &Row, column: &str, expected: &str, said: &str) {
        self.asked += 1;
        if said != expected {
            self.wrong(row, column, &format!("the page says {expected}, the bank {said}"));
        }
    }

    fn wrong(&mut self, row: &Row, column: &str, what: &str) {
        self.wrong.push(format!("{} {} / {column}: {what}", row.operation, row.variant));
    }

    /// Who is refused changes nothing; a package that is refused leaves its order, and no money moves.
    fn hold_books(
        &mut self,
        row: &Row,
        column: &str,
        expected: &str,
        before: &[Books; 2],
        after: &[Books; 2],
    ) {
        let ordered = row.method() == "PUT" && expected.starts_with("422");
        let refused = !expected.starts_with('2') && expected != "–";
        self.refused += usize::from(refused);
        for (before, after) in before.iter().zip(after) {
            if refused && before.money != after.money {
                self.wrong(row, column, "refused, and money has moved");
            }
            if refused && !ordered && before.rest != after.rest {
                self.wrong(row, column, "refused, and the books are others than before");
            }
        }
    }

    fn end(self) {
        println!(
            "{} cells, {} requests, {} of them refused and the books held before and after",
            self.cells, self.asked, self.refused
        );
        assert!(
            self.wrong.is_empty(),
            "{} cells are otherwise than docs/rights.md says:\n{}",
            self.wrong.len(),
            self.wrong.join("\n")
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn customers_are_answered_as_the_page_says() {
    let stage = Stage::set().await;
    let mut tally = Tally::default();
    for row in rows().iter().filter(|row| row.section == "Customers") {
        for (column, expected) in &row.cells {
            let mut who = match column.as_str() {
                "again" | "altered" => stage.who(customers::entitled(row)).await,
                column => stage.who(column).await,
            };
            let mut ask = customers::ask(&stage, row, column, &mut who).await;
            if column == "altered" {
                customers::alter(&mut ask, &mut who);
            }
            if column == "again" {
                customers::send(&stage, &ask, &who).await;
            }
            let before = stage.books().await;
            let answer = match column.as_str() {
                "operator" => by_operators(&stage, &ask).await,
                "member" => signed(&stage, &ask, &stage.member).await,
                "no member" => signed(&stage, &ask, &stage.nobody).await,
                _ => customers::send(&stage, &ask, &who).await,
            };
            let after = stage.books().await;
            tally.cells += 1;
            tally.hold(row, column, expected, &customers::said(&ask, &answer));
            tally.hold_books(row, column, expected, &before, &after);
            let changes = row.method() != "GET" && !row.path().ends_with("/preview");
            if column == "again"
                && before.iter().zip(&after).any(|(before, after)| before.money != after.money)
            {
                tally.wrong(row, column, "said again, and money has moved again");
            }
            let made =
                matches!(expected.as_str(), "201" | "204") || (expected == "200" && row.method() != "PUT");
            if changes && made && column != "again" && before == after {
                tally.wrong(row, column, "done, and the books are the same as before");
            }
            if changes && (answer.status.is_success() || column == "again") {
                stage.let_go();
            }
        }
    }
    tally.end();
}

#[tokio::test(flavor = "multi_thread")]
async fn banks_are_answered_as_the_page_says() {
    let stage = Stage::set().await;
    let mut tally = Tally::default();
    for row in rows().iter().filter(|row| row.section == "Banks") {
        for (column, expected) in &row.cells {
            tally.cells += 1;
            let askers: Vec<&str> = if column == "customer" { CUSTOMERS.to_vec() } else { vec![column] };
            for asker in askers {
                let body = banks::body(&stage, row).await;
                let headers = stage.member.sign(row.method(), row.path(), &body);
                let who = match asker {
                    asker if CUSTOMERS.contains(&asker) => Some(stage.who(asker).await),
                    _ => None,
                };
                if column == "again" {
                    banks::send_with(&stage, row, &body, headers.clone(), None).await;
                }
                let before = stage.books().await;
                let answer = match asker {
                    "member" | "again" => banks::send_with(&stage, row, &body, headers, None).await,
                    "altered" => {
                        let mut altered = body.clone();
                        let last = altered.iter_mut().rev().find(|byte| byte.is_ascii_alphanumeric());
                        *last.expect("a character") ^= 1;
                        banks::send_with(&stage, row, &altered, headers, None).await
                    }
                    "no member" => banks::send(&stage, row, &body, Some(&stage.nobody), None).await,
                    "operator" => {
                        let body = serde_json::from_slice(&body).expect("JSON");
                        let ask = Ask {
                            method: row.method().parse().expect("a method"),
                            path: row.path().to_owned(),
                            body: Some(body),
                            subject: None,
                        };
                        by_operators(&stage, &ask).await
                    }
                    _ => {
                        let token = who.as_ref().and_then(|who| who.token.as_deref());
                        banks::send(&stage, row, &body, None, token).await
                    }
                };
                let after = stage.books().await;
                tally.hold(row, asker, expected, &banks::said(&answer));
                tally.hold_books(row, asker, expected, &before, &after);
                if expected == "200 silence" && before != after {
                    tally.wrong(row, asker, "passed over, and the books are others than before");
                }
                let binds = ["200 vote yes", "200 ack"].contains(&expected.as_str());
                if binds && before[HOME].money == after[HOME].money {
                    tally.wrong(row, asker, "bound, and nothing is held or booked");
                }
            }
        }
    }
    tally.end();
}

#[tokio::test(flavor = "multi_thread")]
async fn operators_are_answered_as_the_page_says() {
    let filter = "off".parse().expect("a filter");
    bank_node::telemetry::start(bank_node::telemetry::LogFormat::Json, filter);
    let stage = Stage::set().await;
    // What is closed in the end has to be empty.
    let empty = stage.open_joint(true).await;
    stage.keep("empty", &empty);
    let mut tally = Tally::default();
    for row in rows().iter().filter(|row| row.section == "Operators") {
        for (column, expected) in &row.cells {
            tally.cells += 1;
            if expected == "–" {
                continue;
            }
            let ask = operators::ask(&stage, row);
            let askers: Vec<&str> = if column == "customer" { CUSTOMERS.to_vec() } else { vec![column] };
            for asker in askers {
                let who: Who = match asker {
                    "again" => stage.who("operator").await,
                    asker => stage.who(asker).await,
                };
                let body = ask.body.as_ref().map(|body| body.to_string().into_bytes()).unwrap_or_default();
                let headers = match asker {
                    "member" => stage.member.sign(row.method(), &ask.path, &body),
                    "no member" => stage.nobody.sign(row.method(), &ask.path, &body),
                    _ => HeaderMap::new(),
                };
                let before = stage.books().await;
                let answers = match asker {
                    "operator" | "again" => vec![operators::send(&stage, row, &ask).await],
                    _ => {
                        let token = who.token.as_deref();
                        operators::send_elsewhere(&stage, row, &ask, headers, who.bank, token).await
                    }
                };
                let after = stage.books().await;
                for answer in answers {
                    tally.hold(row, asker, expected, &customers::said(&ask, &answer));
                }
                // A try of an operator's is written down, whatever comes of it.
                if !["operator", "again"].contains(&asker) {
                    tally.hold_books(row, asker, expected, &before, &after);
                }
            }
        }
    }
    tally.end();
}

/// What customers may do is the document's to say, what operators may do the routers': all of it is on the page.
#[test]
fn no_operation_is_missing_on_the_page() {
    let rows = rows();
    let listed = |section: &str| -> BTreeSet<String> {
        let rows = rows.iter().filter(|row| row.section == section);
        rows.map(|row| row.operation.clone()).collect()
    };
    let document = document::Document::default();
    let documented: BTreeSet<String> = document
        .operations()
        .map(|(method, path, _)| format!("{} {path}", method.to_ascii_uppercase()))
        .collect();
    assert!(documented.len() > 25);
    assert_eq!(listed("Customers"), documented);

    let mut served = routes("bank-node/src/http/admin.rs");
    served.extend(routes("bank-node/src/http/back_office.rs"));
    assert!(served.len() > 20, "{served:?}");
    assert_eq!(listed("Operators"), served);

    assert_eq!(listed("Banks"), routes("bank-node/src/http/interbank.rs"));
    for (path, kinds) in [
        (
            "/interbank/v1/messages",
            banks::message_kinds(&bank_node::protocol::message::Message::Hello).as_slice(),
        ),
        ("/interbank/v1/reads", banks::read_kinds(&bank_node::peers::reads::ReadRequest::Ping {}).as_slice()),
    ] {
        let said: BTreeSet<&str> = rows.iter().filter(|row| row.path() == path).map(banks::kind).collect();
        assert_eq!(said, kinds.iter().copied().collect(), "{path}");
    }
}

/// Method and path of each route that a file serves.
fn routes(file: &str) -> BTreeSet<String> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let read = |file: &str| fs::read_to_string(top.join(file)).expect(file);
    let constants = read("bank-node/src/http/back_office/api.rs") + &read("shared/src/api/paths.rs");
    let source = read(file);
    let mut found = BTreeSet::new();
    for route in source.split(".route(").skip(1) {
        let (place, handlers) = route.split_once(',').expect("a path and its handlers");
        let place = place.trim();
        let name = place.strip_prefix("api::").unwrap_or(place);
        let path = match place.strip_prefix('"') {
            Some(literal) => literal.trim_end_matches('"').to_owned(),
            None => {
                let line = constants
                    .lines()
                    .find_map(|line| line.strip_prefix(&format!("pub const {name}: &str = ")));
                line.expect(name).trim_matches(['"', ';']).to_owned()
            }
        };
        let handlers = handlers.split(".with_state").next().unwrap_or_default();
        for method in ["get", "post", "put", "patch", "delete"] {
            let called = [format!(" {method}("), format!(".{method}(")];
            if called.iter().any(|call| handlers.contains(call.as_str())) {
                found.insert(format!("{} {path}", method.to_ascii_uppercase()));
            }
        }
    }
    found
}

/// An operator tries a path that is not theirs, by the socket and by their address.
async fn by_operators(stage: &Stage, ask: &Ask) -> world::Answer {
    let request = stage.operators.request(ask.method.clone(), format!("http://bank{}", ask.path));
    let by_socket = stage.ask(customers::with_body(request, ask)).await;
    let request = stage.world.http.request(ask.method.clone(), stage.operators_address(&ask.path));
    let by_address = stage.ask(customers::with_body(request, ask)).await;
    assert_eq!(customers::said(ask, &by_socket), customers::said(ask, &by_address), "{}", ask.path);
    by_socket
}

/// A bank's signature in the place of a session.
async fn signed(stage: &Stage, ask: &Ask, signer: &rights::stage::Signer) -> world::Answer {
    let body = ask.body.as_ref().map(|body| body.to_string().into_bytes()).unwrap_or_default();
    let headers = signer.sign(ask.method.as_str(), &ask.path, &body);
    let request = stage.world.request(ask.method.clone(), HOME, &ask.path, None).headers(headers);
    let mut request = request.body(body);
    if ask.body.is_some() {
        request = request.header("content-type", "application/json");
    }
    stage.ask(request).await
}
