//! The OpenAPI document: kept, whole, served, and true of every operation. (Beside it, whatever these tests ask is held
//! against it: see `World::send`.)

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::document::{Document, references};
use super::world::{PASSWORD, World, cpf, number, package};

fn read(file: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file)).expect(file)
}

#[test]
fn the_kept_document_is_what_the_code_makes() {
    let kept: Value = serde_json::from_str(&read("docs/openapi.json")).expect("JSON");
    let made = bank_node::http::openapi::document();
    let differs = kept.as_object().expect("an object").keys().filter(|key| kept[*key] != made[*key]);
    assert!(
        kept == made,
        "docs/openapi.json is not what the code makes (in {:?}). Write it anew: cargo run -p bank-node -- openapi > \
         docs/openapi.json",
        differs.collect::<Vec<_>>()
    );
}

#[test]
fn whatever_the_document_refers_to_is_in_it() {
    let document = Document::default();
    let found = references(&document.whole);
    assert!(found.len() > 100);
    for reference in found {
        let path = reference.strip_prefix('#').expect("a place in the document");
        assert!(document.whole.pointer(path).is_some(), "{reference} leads nowhere");
    }
    let text = document.whole.to_string();
    assert!(!text.contains(r#""null""#), "optional fields are left out, never null");
}

/// Paths stand in `shared::api::paths`; each that customers reach is served with what the document says of it.
#[test]
fn every_path_of_the_interface_is_in_the_document() {
    let document = Document::default();
    let documented: BTreeSet<&str> = document.operations().map(|(_, path, _)| path).collect();
    let paths = read("shared/src/api/paths.rs");
    let known: BTreeSet<&str> = paths
        .lines()
        .filter_map(|line| line.split_once("= \"")?.1.strip_suffix("\";"))
        .filter(|path| !path.starts_with("/interbank/"))
        .collect();
    assert!(known.len() > 20);
    assert_eq!(documented, known);
    // The one other way to serve a path would leave it out of the document.
    assert!(!read("bank-node/src/http.rs").contains(".route("), "a route without its documentation");
}

/// The router and the document know the same methods of each path.
#[tokio::test]
async fn each_path_takes_the_methods_of_the_document_and_no_others() {
    let world = World::start(1);
    let operations: BTreeSet<(String, String)> =
        world.document.operations().map(|(method, path, _)| (method.to_owned(), path.to_owned())).collect();
    let paths: BTreeSet<&String> = operations.iter().map(|(_, path)| path).collect();
    for path in paths {
        let asked = path
            .replace("{id}", "0190f2a0-0000-7000-8000-000000000001")
            .replace("{number}", "1042-8")
            .replace("{bank}", "aurora");
        for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            let documented = operations.contains(&(method.as_str().to_ascii_lowercase(), path.clone()));
            let response = world.request(method.clone(), 0, &asked, None).send().await.expect("an answer");
            // `/v1/sessions/current` is a session's path too, for the methods that it does not take itself.
            assert_eq!(response.status() != 405, documented, "{method} {path}: {}", response.status());
        }
    }
}

/// What it needs comes from the bank, and it shows the bank's own document.
#[cfg(feature = "swagger-ui")]
#[tokio::test]
async fn the_page_shows_the_document_without_the_network() {
    let world = World::start(1);
    let read = async |path: &str| {
        let response = world.request(Method::GET, 0, path, None).send().await.expect("an answer");
        assert_eq!(response.status(), 200, "{path}");
        response.text().await.expect("text")
    };
    let page = read("/docs/").await;
    let assets: Vec<&str> =
        page.split(['"', '\'']).filter(|text| text.ends_with(".js") || text.ends_with(".css")).collect();
    assert!(assets.len() >= 3, "{page}");
    let mut all = String::new();
    for asset in assets {
        assert!(!asset.contains("://"), "{asset} comes from elsewhere");
        all.push_str(&read(&format!("/docs/{}", asset.trim_start_matches("./"))).await);
    }
    assert!(all.contains("/openapi.json"));
}

/// One right request for each operation. What comes back is held against the document by the world that asks.
#[tokio::test]
async fn every_operation_answers_as_the_document_says() {
    let world = World::start(2);
    let ids: Vec<String> = world.banks.banks().iter().map(|bank| bank.id.to_string()).collect();
    for path in ["/v1/bank", "/v1/consortium", "/openapi.json"] {
        world.send(world.request(Method::GET, 0, path, None)).await.expect(200);
    }
    let ana = world.person(0, 1).await;
    let (bia, there) = (world.person(0, 2).await, world.person(1, 1).await);
    for path in ["/v1/customers/me", "/v1/sessions"] {
        world.get(&ana, path).await.expect(200);
    }
    world.patch(&ana, "/v1/customers/me", json!({ "name": "Ana Lima" })).await.expect(200);
    let change = json!({ "password": { "current": PASSWORD, "new": PASSWORD } });
    world.patch(&ana, "/v1/customers/me", change).await.expect(200);

    let own = world.account(&ana, 10_000).await;
    let far = world.account(&there, 5_000).await;
    let business =
        json!({ "kind": "business", "cnpj": "12.ABC.345/01DE-35", "company": "Padaria Pão Quente" });
    world.post(&ana, "/v1/accounts", business).await.expect(201);
    for accept in [true, false] {
        let joint = json!({ "kind": "joint", "holders": [cpf(2)] });
        let joint = world.post(&ana, "/v1/accounts", joint).await.expect(201);
        world.get(&bia, "/v1/invitations").await.expect(200);
        let joint = number(joint["account"].as_str().expect("an account")).to_owned();
        let answer = if accept { "accept" } else { "decline" };
        world.post(&bia, &format!("/v1/invitations/{joint}/{answer}"), json!({})).await.expect(204);
        if accept {
            world.post(&ana, &format!("/v1/accounts/{joint}/close"), json!({})).await.expect(200);
        }
    }

    let consent = json!({
        "bank": ids[0], "customer": ana.id, "permissions": ["view", "pay"], "limit_per_package": 2_000,
        "limit_per_day": 3_000, "expires_at": "2099-01-01T00:00:00Z",
    });
    let consent = world.post(&there, "/v1/consents", consent).await.expect(201);
    world.get(&there, "/v1/consents").await.expect(200);
    world.get(&ana, "/v1/accounts").await.expect(200);
    world.get(&ana, "/v1/accounts?scope=consortium").await.expect(200);

    let legs = json!([{ "from": own, "to": far, "amount": 700, "description": "aluguel" }, { "from": far, "amount": 1 }]);
    world.post(&ana, "/v1/packages/preview", json!({ "legs": legs })).await.expect(200);
    let id = package();
    world.order(&ana, &id, legs.clone()).await.expect(201);
    world.order(&ana, &id, legs).await.expect(200);
    world.get(&ana, &format!("/v1/packages/{id}")).await.expect(200);
    world.get(&ana, "/v1/packages?limit=1").await.expect(200);
    for account in [number(&own), &own, &far] {
        world.get(&ana, &format!("/v1/accounts/{account}")).await.expect(200);
        world.get(&ana, &format!("/v1/accounts/{account}/statement?limit=1")).await.expect(200);
    }
    world.get(&ana, &format!("/v1/payees/{far}")).await.expect(200);

    hold_events(&world, &ana.token).await;

    let consent = consent["id"].as_str().expect("an id");
    world.delete(&there, &format!("/v1/consents/{consent}")).await.expect(204);
    world.log_in(0, &ana.cpf).await;
    let sessions = world.get(&ana, "/v1/sessions").await.expect(200);
    let other =
        sessions["sessions"].as_array().expect("sessions").iter().find(|session| session["current"] == false);
    let other = other.expect("another session")["id"].as_str().expect("an id").to_owned();
    world.delete(&ana, &format!("/v1/sessions/{other}")).await.expect(204);
    world.delete(&ana, "/v1/sessions/current").await.expect(204);

    let every: BTreeSet<String> = world
        .document
        .operations()
        .map(|(_, _, operation)| operation["operationId"].as_str().expect("a name").to_owned())
        // Its answer has no end, and was held event by event.
        .filter(|name| name != "follow_events")
        .collect();
    let seen = world.document.answered_well();
    assert_eq!(
        every.difference(&seen).collect::<Vec<_>>(),
        Vec::<&String>::new(),
        "operations that were not tried"
    );
}

/// Reads a stream until each kind of event has come, and holds the data of each against its schema.
async fn hold_events(world: &World, token: &str) {
    let mut stream =
        world.request(Method::GET, 0, "/v1/events", Some(token)).send().await.expect("an answer");
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    let mut text = String::new();
    let mut kinds = BTreeSet::new();
    while kinds.len() < 4 {
        let piece = tokio::time::timeout(Duration::from_secs(10), stream.chunk()).await;
        text.push_str(
            std::str::from_utf8(&piece.expect("in time").expect("sound").expect("no end")).expect("UTF-8"),
        );
        while let Some((event, rest)) = text.split_once("\n\n") {
            let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
            if let (Some(kind), Some(data)) = (field("event:"), field("data:")) {
                let data: Value = serde_json::from_str(data).expect("JSON");
                let schema = world.document.event(kind);
                assert!(schema.is_object(), "the event {kind} is not documented");
                world.document.hold_value(kind, schema, &data);
                kinds.insert(kind.to_owned());
            }
            text = rest.to_owned();
        }
    }
}
