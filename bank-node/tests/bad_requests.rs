//! Bad requests, made by the thousand: every operation of the document, with one thing wrong in its body, path, query,
//! headers or method, and bytes that are no requests at all. Each gets an answer that the document lists, none a 5xx, and
//! the books are the same before and after.
//!
//! `BAD_REQUESTS_SEED` repeats a run, `BAD_REQUESTS_ROUNDS` makes a longer one.

#[path = "books/mod.rs"]
mod books;
#[allow(dead_code, reason = "these tests use a part of what the interface's own tests share")]
#[path = "http_interface/document.rs"]
mod document;
#[allow(dead_code, reason = "these tests use a part of what the interface's own tests share")]
#[path = "http_interface/world.rs"]
mod world;

mod bad_requests {
    pub mod made;
    pub mod spoilt;
    pub mod wire;
}

use std::path::PathBuf;

use bad_requests::made::{self, Known};
use bad_requests::{spoilt, wire};
use bank_node::simulation::chance::Chance;
use books::Books;
use futures_util::StreamExt as _;
use reqwest::Method;
use serde_json::{Value, json};
use world::{Answer, PASSWORD, Person, World, cpf, number, package};

/// A bank with two customers and another beside it; what is right there, to be spoilt.
struct Stage {
    world: World,
    ana: Person,
    account: String,
    known: Known,
    seed: u64,
    rounds: u64,
}

impl Stage {
    async fn set() -> Self {
        let number_of = |name: &str, otherwise: u64| {
            std::env::var(name).map_or(otherwise, |text| text.parse().expect("a whole number"))
        };
        let seed = number_of("BAD_REQUESTS_SEED", bank_node::ids::dice());
        let rounds = number_of("BAD_REQUESTS_ROUNDS", 2);
        println!("BAD_REQUESTS_SEED={seed} BAD_REQUESTS_ROUNDS={rounds}");
        let world = World::start(2);
        let (ana, bia) = (world.person(0, 1).await, world.person(0, 2).await);
        let there = world.person(1, 1).await;
        let account = world.account(&ana, 1_000_000).await;
        let other = world.account(&bia, 1_000).await;
        let far = world.account(&there, 1_000).await;
        let text = |text: &str| text.to_owned();
        let known = Known::from([
            ("Cpf", vec![ana.cpf.clone(), bia.cpf.clone(), cpf(77)]),
            ("Cnpj", vec![text("12.ABC.345/01DE-35"), text("12ABC34501DE35")]),
            ("AccountRef", vec![account.clone(), other.clone(), far]),
            ("AccountNumber", vec![number(&account).to_owned(), number(&other).to_owned()]),
            ("BankId", vec![text("boreal"), text("aurora")]),
            ("Name", vec![text("Maria Silva"), text("Zé"), text("Ana Maria Ñandú")]),
            ("Password", vec![text("wrong password"), text("pässwörd 123")]),
        ]);
        Self { world, ana, account, known, seed, rounds }
    }

    /// The books of both banks.
    fn books(&self) -> Vec<Books> {
        self.directories().iter().map(|directory| books::read(directory)).collect()
    }

    fn directories(&self) -> Vec<PathBuf> {
        let banks = self.world.banks.banks().iter();
        banks.map(|bank| bank.config.parent().expect("a directory").join(bank.id.as_str())).collect()
    }

    /// Every operation, with its method, its path and what the document says of it.
    fn operations(&self) -> Vec<(Method, String, Value)> {
        let operations = self.world.document.operations();
        let all = operations.map(|(method, path, operation)| {
            (method.to_ascii_uppercase().parse().expect("a method"), path.to_owned(), operation.clone())
        });
        all.collect()
    }

    /// `path` with something right in each place that varies.
    fn filled(&self, path: &str) -> String {
        path.replace("{id}", &package())
            .replace("{number}", number(&self.account))
            .replace("{bank}", "aurora")
    }

    /// Asks with a session, as far as the operation wants one.
    fn request(&self, method: &Method, path: &str) -> reqwest::RequestBuilder {
        self.world.request(method.clone(), 0, path, Some(&self.ana.token))
    }
}

/// What was tried so far.
#[derive(Default)]
struct Count {
    tried: usize,
}

impl Count {
    /// Holds that something bad was answered as bad. That the document lists the answer, `World::send` has seen to.
    #[track_caller]
    fn refused(&mut self, what: &str, answer: &Answer) {
        self.tried += 1;
        let status = answer.status.as_u16();
        assert!((400..500).contains(&status), "{what}: answered {status} {}", answer.body);
        let media_type = answer.headers.get("content-type").and_then(|value| value.to_str().ok());
        assert_eq!(media_type, Some("application/problem+json"), "{what}");
        assert_eq!(answer.body["status"], status, "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_bodies_are_refused_and_change_nothing() {
    let stage = Stage::set().await;
    let mut count = Count::default();
    let checked =
        ["Cpf", "Cnpj", "AccountRef", "AccountNumber"].map(|name| stage.known[name].clone()).concat();
    for round in 0..stage.rounds {
        for (place, (method, path, operation)) in stage.operations().into_iter().enumerate() {
            let Some(schema) = operation.pointer("/requestBody/content/application~1json/schema") else {
                continue;
            };
            let mut chance = Chance::new(stage.seed ^ (round << 32) ^ place as u64);
            let right = made::value(&stage.world.document.whole, schema, &stage.known, &mut chance);
            stage.world.document.hold_value(&format!("{path} made"), schema, &right);
            let before = stage.books();
            for body in spoilt::bodies(&right, &checked, &mut chance) {
                // What the document allows is not bad: another name is a name.
                let still_right = body.value.as_ref().is_some_and(|value| {
                    !body.what.starts_with("another check digit")
                        && stage.world.document.allows(schema, value)
                });
                if still_right {
                    continue;
                }
                let request = stage.request(&method, &stage.filled(&path)).body(body.bytes);
                let answer = stage.world.send(request.header("content-type", "application/json")).await;
                count.refused(&format!("{method} {path} of {right}: {}", body.what), &answer);
            }
            for media_type in spoilt::MEDIA_TYPES {
                let request = stage.request(&method, &stage.filled(&path)).body(right.to_string());
                let answer = stage.world.send(request.header("content-type", media_type)).await;
                count.refused(&format!("{method} {path} as {media_type:?}"), &answer);
            }
            let request = stage.request(&method, &stage.filled(&path)).body(right.to_string());
            count.refused(&format!("{method} {path} undeclared"), &stage.world.send(request).await);
            assert!(
                stage.books() == before,
                "{method} {path}: something bad has changed the books, of {right}"
            );
        }
    }
    println!("bad bodies tried: {}; none answered with a 5xx, none changed the books", count.tried);
    assert!(count.tried > 1_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_paths_queries_methods_and_sessions_are_refused_and_change_nothing() {
    let stage = Stage::set().await;
    let mut count = Count::default();
    let before = stage.books();
    let operations = stage.operations();
    for (method, path, operation) in &operations {
        let body = json!({});
        let ask = |path: &str| {
            let request = stage.request(method, path);
            if operation.get("requestBody").is_some() { request.json(&body) } else { request }
        };
        for (place, _) in path.match_indices('{') {
            let end = place + path[place..].find('}').expect("a closed place") + 1;
            for part in spoilt::PARTS {
                let spoilt = stage.filled(&format!("{}{part}{}", &path[..place], &path[end..]));
                count.refused(&format!("{method} {spoilt}"), &stage.world.send(ask(&spoilt)).await);
            }
        }
        if *method == Method::GET {
            for query in spoilt::QUERIES {
                let spoilt = format!("{}?{query}", stage.filled(path));
                count.refused(&format!("{method} {spoilt}"), &stage.world.send(ask(&spoilt)).await);
            }
        }
        let open = operation["security"].as_array().is_some_and(|needs| needs.contains(&json!({})));
        for authorization in spoilt::AUTHORIZATIONS.iter().filter(|_| !open) {
            let value = authorization.replace("TOKEN", &stage.ana.token);
            let request = stage.world.request(method.clone(), 0, &stage.filled(path), None).json(&body);
            let answer = stage.world.send(request.header("authorization", value)).await;
            count.refused(&format!("{method} {path} with {authorization}"), &answer);
            assert_eq!(answer.code(), "unauthenticated", "{method} {path} with {authorization}");
        }
    }
    for path in operations.iter().map(|(_, path, _)| path) {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "X"] {
            let known = |(taken, at, _): &&(Method, String, Value)| taken.as_str() == method && at == path;
            if operations.iter().find(known).is_some()
                || (path == "/v1/sessions/current" && method == "DELETE")
            {
                continue;
            }
            let method: Method = method.parse().expect("a method");
            let answer = stage.world.send(stage.request(&method, &stage.filled(path)).json(&json!({}))).await;
            count.refused(&format!("{method} {path}"), &answer);
        }
    }
    assert!(stage.books() == before, "something bad has changed the books");
    println!(
        "bad paths, queries, methods and sessions tried: {}; none a 5xx, none changed the books",
        count.tried
    );
    assert!(count.tried > 500);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_request_is_refused_and_changes_nothing() {
    let stage = Stage::set().await;
    let before = stage.books();
    let address = stage.world.banks.banks()[0].address.authority();
    let mut tried = 0;
    let mut answered = 0;
    for (what, request) in wire::oddities() {
        let request = request
            .replace("TOKEN", &stage.ana.token)
            .replace("ID", &package())
            .replace("ACCOUNT", &stage.account);
        let answer = wire::say(&address, request.as_bytes()).await;
        let statuses = wire::statuses(&answer);
        let bad = statuses.iter().all(|status| (400..500).contains(status));
        assert!(bad, "{what}: answered {statuses:?}");
        tried += 1;
        answered += usize::from(!statuses.is_empty());
    }
    let mut chance = Chance::new(stage.seed);
    let garbled: Vec<Vec<u8>> = (0..500 * stage.rounds).map(|_| wire::garbled(&mut chance)).collect();
    let said = futures_util::stream::iter(garbled).map(|bytes| {
        let address = address.clone();
        async move { (wire::say(&address, &bytes).await, bytes) }
    });
    let mut said = said.buffer_unordered(32);
    while let Some((answer, bytes)) = said.next().await {
        let statuses = wire::statuses(&answer);
        let bad = statuses.iter().all(|status| (400..500).contains(status));
        assert!(bad, "answered {statuses:?}: {}", bytes.escape_ascii());
        tried += 1;
        answered += usize::from(!statuses.is_empty());
    }
    assert!(stage.books() == before, "what is no request has changed the books");
    stage.world.send(stage.world.request(Method::GET, 0, "/v1/bank", None)).await.expect(200);
    println!(
        "what is no request: {tried} tried, {answered} answered, none with a 5xx, none changed the books"
    );
    assert!(answered > tried / 2);
}

/// What the schemas allow is answered as the document says, whether it is granted or refused; and no money comes or goes.
#[tokio::test(flavor = "multi_thread")]
async fn right_requests_are_answered_as_the_document_says() {
    let stage = Stage::set().await;
    let mut granted = 0;
    let mut refused = 0;
    let operations: Vec<_> = stage
        .operations()
        .into_iter()
        .filter(|(_, path, _)| !["/v1/events", "/v1/sessions/current"].contains(&path.as_str()))
        .collect();
    let mut chance = Chance::new(stage.seed);
    for _ in 0..150 * stage.rounds {
        let (method, path, operation) = chance.pick(&operations);
        let mut request = stage.request(method, &stage.filled(path));
        if let Some(schema) = operation.pointer("/requestBody/content/application~1json/schema") {
            let mut body = made::value(&stage.world.document.whole, schema, &stage.known, &mut chance);
            if path == "/v1/customers/me" && body.get("password").is_some() {
                // Another password would end what this test goes on with.
                body["password"] = json!({ "current": PASSWORD, "new": PASSWORD });
            }
            request = request.json(&body);
        }
        let answer = stage.world.send(request).await;
        let overloaded = ["package_aborted", "bank_unavailable"].contains(&answer.code().as_str());
        assert!(!answer.status.is_server_error() || overloaded, "{method} {path}: {}", answer.body);
        granted += usize::from(answer.status.is_success());
        refused += usize::from(!answer.status.is_success());
    }
    for directory in stage.directories() {
        assert_eq!(books::sum(&directory), 0, "money came or went");
    }
    println!("right requests: {granted} granted, {refused} refused, none answered otherwise than documented");
    assert!(granted > 50 && refused > 10);
}
