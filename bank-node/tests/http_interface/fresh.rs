//! Fresh looks: what was told committed is seen at every bank, by its own customers and through other banks; and it is said
//! when that cannot be.

#![allow(clippy::disallowed_methods, reason = "tests of real banks measure real time")]

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::world::{Answer, World, number, package};

const PATIENCE: Duration = Duration::from_secs(30);

/// Looks until `holds`.
async fn until(what: &str, mut look: impl AsyncFnMut() -> bool) {
    let began = Instant::now();
    while !look().await {
        assert!(began.elapsed() < PATIENCE, "{what} did not come");
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_told_committed_sees_it_at_the_other_bank() {
    let world = World::start(2);
    let (ana, bia) = (world.person(0, 1).await, world.person(1, 2).await);
    let (anas, bias) = (world.account(&ana, 1_000).await, world.account(&bia, 0).await);
    // Ana may look at Bia's account through her own bank.
    let bank = world.get(&ana, "/v1/bank").await.expect(200)["id"].clone();
    let consent = json!({ "bank": bank, "customer": ana.id, "permissions": ["view"] });
    world.post(&bia, "/v1/consents", consent).await.expect(201);
    let own = format!("/v1/accounts/{}", number(&bias));
    let through = format!("/v1/accounts/{bias}");
    for paid in 1..=60 {
        let id = package();
        let legs = json!([{ "from": anas, "to": bias, "amount": 1 }]);
        let told = world.order(&ana, &id, legs).await.expect(201);
        assert_eq!(told["status"], "committed");
        let seen = world.get(&bia, &format!("{own}?fresh=true")).await.expect(200);
        assert_eq!((&seen["balance"], &seen["incoming"]), (&json!(paid), &json!(0)));
        let seen = world.get(&bia, &format!("{own}/statement?fresh=true&limit=1")).await.expect(200);
        assert_eq!(seen["postings"][0]["package"], json!(id));
        let seen = world.get(&ana, &format!("{through}?fresh=true")).await.expect(200);
        assert_eq!(seen["balance"], json!(paid));
        let seen = world.get(&ana, &format!("{through}/statement?limit=1&fresh=true")).await.expect(200);
        assert_eq!(seen["postings"][0]["package"], json!(id));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_sees_half_of_what_goes_around() {
    // Two accounts that pay each other without end hold the same sum at every moment that a fresh look sees in between.
    let world = World::start(2);
    let (ana, bia) = (world.person(0, 1).await, world.person(1, 2).await);
    let (anas, bias) = (world.account(&ana, 1_000).await, world.account(&bia, 0).await);
    let there = format!("/v1/accounts/{}?fresh=true", number(&bias));
    let paying = async {
        for round in 0..40 {
            let (from, to, who) = if round % 2 == 0 { (&anas, &bias, &ana) } else { (&bias, &anas, &bia) };
            let legs = json!([{ "from": from, "to": to, "amount": 1_000 }]);
            world.order(who, &package(), legs).await.expect(201);
        }
    };
    let looking = async {
        let mut seen = Vec::new();
        for _ in 0..40 {
            let shown = world.get(&bia, &there).await;
            if shown.status == 200 {
                seen.push(shown.body["balance"].as_i64().expect("a balance"));
            } else {
                shown.expect_problem(503, "not_fresh");
            }
        }
        seen
    };
    let ((), seen) = tokio::join!(paying, looking);
    assert!(seen.iter().all(|balance| [0, 1_000].contains(balance)), "{seen:?}");
    assert!(!seen.is_empty(), "no look was answered");
    assert_eq!(world.get(&bia, &there).await.expect(200)["balance"], json!(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_said_for_want_of_whose_word_there_is_no_fresh_look() {
    let mut world = World::start(2);
    let (ana, bia) = (world.person(0, 1).await, world.person(1, 2).await);
    let (anas, bias) = (world.account(&ana, 1_000).await, world.account(&bia, 0).await);
    let own = format!("/v1/accounts/{}", number(&bias));
    let fresh = format!("{own}?fresh=true");
    // The coordinator ends once it has asked for promises.
    world.banks.crash_mid_package(0);
    let legs = json!([{ "from": anas, "to": bias, "amount": 100 }]);
    let order =
        world.request(reqwest::Method::PUT, 0, &format!("/v1/packages/{}", package()), Some(&ana.token));
    let _nobody_answers = order.json(&json!({ "legs": legs })).send().await;
    until("the crash", async || world.banks.has_crashed(0)).await;
    world.banks.stop_as_crash(0);
    until("the promise", async || world.get(&bia, &own).await.expect(200)["incoming"] == 100).await;

    let refused: Answer = world.get(&bia, &fresh).await.expect_problem(503, "not_fresh");
    let detail = refused.body["detail"].as_str().unwrap_or_default();
    assert!(detail.contains("the bank aurora has not said"), "{detail}");
    assert_eq!(world.get(&bia, &own).await.expect(200)["balance"], json!(0), "as booked");
    // Where nothing is under way nobody has to be asked.
    let idle = world.person(1, 3).await;
    let idles = world.account(&idle, 7).await;
    let shown = world.get(&idle, &format!("/v1/accounts/{idles}?fresh=true")).await.expect(200);
    assert_eq!(shown["balance"], json!(7));

    world.banks.start_bank(0).expect("it starts");
    let ended = async |body: &Value| body["incoming"] == 0 && body["balance"] == 0;
    until("a fresh look", async || {
        let shown = world.get(&bia, &fresh).await;
        shown.status == 200 && ended(&shown.body).await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fresh_is_asked_for_by_true_and_shows_nobody_more() {
    let world = World::start(1);
    let (ana, bia) = (world.person(0, 1).await, world.person(0, 2).await);
    let anas = world.account(&ana, 5).await;
    let path = format!("/v1/accounts/{}", number(&anas));
    for (query, status, code) in [
        ("fresh=true", 200, ""),
        ("fresh=false", 200, ""),
        ("fresh=1", 400, "malformed_query"),
        ("fresh=", 400, "malformed_query"),
        ("fresh=true&fresh=true", 400, "malformed_query"),
        ("fresh=true&quick=true", 400, "malformed_query"),
    ] {
        for path in [path.clone(), format!("{path}/statement"), format!("/v1/accounts/{anas}/statement")] {
            let answer = world.get(&ana, &format!("{path}?{query}")).await;
            assert_eq!(answer.status.as_u16(), status, "{path}?{query}: {}", answer.body);
            if !code.is_empty() {
                answer.expect_problem(status, code);
            }
        }
    }
    for path in [path.clone(), format!("{path}/statement"), format!("/v1/accounts/{anas}")] {
        world.get(&bia, &format!("{path}?fresh=true")).await.expect_problem(404, "not_found");
    }
    world.get(&ana, "/v1/accounts?fresh=true").await.expect_problem(400, "malformed_query");
}
