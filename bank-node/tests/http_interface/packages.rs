//! Packages within one bank and across banks: what is answered, what is shown to whom, what moves.

use serde_json::{Value, json};

use super::world::{Answer, World, number, package};

#[tokio::test(flavor = "multi_thread")]
async fn the_same_order_again_pays_once() {
    let world = World::start(1);
    let (ana, bia) = (world.person(0, 1).await, world.person(0, 2).await);
    let (anas, bias) = (world.account(&ana, 1_000).await, world.account(&bia, 0).await);
    let id = package();
    let legs = json!([{ "from": anas, "to": bias, "amount": 300, "description": "aluguel" }]);
    let first = world.order(&ana, &id, legs.clone()).await.expect(201);
    assert_eq!((&first["status"], &first["settled"]), (&json!("committed"), &json!(true)));
    assert_eq!(first["legs"], legs);
    assert_eq!(first["banks"], json!([{ "bank": "aurora", "state": "committed" }]));
    let again = world.order(&ana, &id, legs).await.expect(200);
    assert_eq!(again, first);
    assert_eq!(world.get(&ana, &format!("/v1/packages/{id}")).await.expect(200), first);
    assert_eq!((world.balance(&ana, &anas).await, world.balance(&bia, &bias).await), (700, 300));

    // A holder of an account in it sees that account's legs, the other side masked.
    let seen = world.get(&bia, &format!("/v1/packages/{id}")).await.expect(200);
    let masked = format!("aurora/***{}", &number(&anas)[3..]);
    let leg = json!({ "leg": 0, "from": masked, "to": bias, "amount": 300, "description": "aluguel" });
    assert_eq!(seen["legs"], json!([leg]));
    assert_eq!(seen["status"], "committed");
    let caio = world.person(0, 3).await;
    world.get(&caio, &format!("/v1/packages/{id}")).await.expect_problem(404, "not_found");

    let listed = world.get(&ana, "/v1/packages?limit=1").await.expect(200);
    assert_eq!(listed["packages"], json!([first]), "newest first");
    let next = listed["next"].as_u64().expect("a pay-in before it");
    let rest = world.get(&ana, &format!("/v1/packages?limit=1&before={next}")).await.expect(200);
    assert_eq!(rest["packages"].as_array().map(Vec::len), Some(1));
    assert!(rest.get("next").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_names_every_failing_leg_and_is_final() {
    let world = World::start(1);
    let (ana, bia) = (world.person(0, 1).await, world.person(0, 2).await);
    let (anas, bias) = (world.account(&ana, 1_000).await, world.account(&bia, 50).await);
    let id = package();
    let legs = json!([
        { "from": anas, "to": bias, "amount": 600 },
        { "from": anas, "to": bias, "amount": 600 },
        { "from": bias, "to": anas, "amount": 1 },
        { "from": anas, "to": "aurora/1999-9", "amount": 1 },
        { "to": anas, "amount": 5_000 },
    ]);
    let answer = world.order(&ana, &id, legs.clone()).await.expect_problem(422, "package_refused");
    let expect = ["0 insufficient_funds", "1 insufficient_funds", "2 account_unknown", "3 account_unknown"];
    assert_eq!(answer.refusals(), expect, "what it pays in does not count, and a foreign account is unknown");
    assert_eq!(answer.body["refusals"][0]["missing"], 201, "for the account as a whole");
    assert_eq!(answer.body["package"]["status"], "refused");
    world.order(&ana, &package(), json!([{ "to": anas, "amount": 9_000 }])).await.expect(201);
    let again = world.order(&ana, &id, legs).await.expect_problem(422, "package_refused");
    assert_eq!(again.refusals(), expect, "final, whatever came later");
    assert_eq!((world.balance(&ana, &anas).await, world.balance(&bia, &bias).await), (10_000, 50));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_package_across_banks_happens_everywhere() {
    let world = World::start(3);
    let (ana, bia, caio) = (world.person(0, 1).await, world.person(1, 2).await, world.person(2, 3).await);
    let (anas, bias, caios) =
        (world.account(&ana, 1_000).await, world.account(&bia, 0).await, world.account(&caio, 0).await);
    let id = package();
    let legs = json!([
        { "from": anas, "to": bias, "amount": 250 },
        { "from": anas, "to": caios, "amount": 350 },
        { "to": caios, "amount": 5 },
    ]);
    let done = committed(&world, world.order(&ana, &id, legs.clone()).await);
    assert_eq!(done["banks"].as_array().map(Vec::len), Some(3));
    assert_eq!(world.balance(&ana, &anas).await, 400);
    eventually(async || world.balance(&bia, &bias).await == 250).await;
    eventually(async || world.balance(&caio, &caios).await == 355).await;

    // At another bank, by the same person under the same id, it is known as done and not paid again.
    let ana_at_boreal = world.person(1, 1).await;
    let again = world.order(&ana_at_boreal, &id, legs).await;
    assert!(matches!(again.status.as_u16(), 200 | 202), "{} {}", again.status, again.body);
    eventually(async || {
        let shown = world.get(&ana_at_boreal, &format!("/v1/packages/{id}")).await.expect(200);
        shown["status"] == "committed" && shown["settled"] == true
    })
    .await;
    assert_eq!(world.balance(&ana, &anas).await, 400);
    let shown = world.get(&ana_at_boreal, &format!("/v1/packages/{id}")).await.expect(200);
    let listed = world.get(&ana_at_boreal, "/v1/packages?limit=1").await.expect(200);
    assert_eq!(listed["packages"][0], shown, "a list says what the package by itself does");

    let payee = world.get(&ana, &format!("/v1/payees/{bias}")).await.expect(200);
    assert_eq!(payee["name"], "P***** N******");
    let banks = world.send(world.request(reqwest::Method::GET, 0, "/v1/consortium", None)).await.expect(200);
    assert!(banks["banks"].as_array().unwrap().iter().all(|bank| bank["status"] == "up"), "{banks}");
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_elsewhere_are_seen_and_debited_by_consent_alone() {
    let world = World::start(2);
    let (here, there) = (world.person(0, 1).await, world.person(1, 1).await);
    let (mine, theirs) = (world.account(&here, 0).await, world.account(&there, 10_000).await);
    let stranger = world.person(0, 2).await;
    let order = json!([{ "from": theirs, "to": mine, "amount": 600 }]);
    let refused = world.order(&here, &package(), order.clone()).await.expect_problem(422, "package_refused");
    assert_eq!(refused.refusals(), ["0 consent_missing"]);
    world.get(&here, &format!("/v1/accounts/{theirs}")).await.expect_problem(404, "not_found");
    let scope = world.get(&here, "/v1/accounts?scope=consortium").await.expect(200);
    let banks = json!([{ "bank": "aurora", "status": "ok" }, { "bank": "boreal", "status": "no_consent" }]);
    assert_eq!(scope["banks"], banks);

    let consent = json!({
        "bank": "aurora", "customer": here.id, "permissions": ["view", "pay"], "limit_per_package": 1_000,
    });
    world.post(&there, "/v1/consents", consent).await.expect(201);
    committed(&world, world.order(&here, &package(), order).await);
    eventually(async || world.balance(&there, &theirs).await == 9_400).await;
    let shown = world.get(&here, &format!("/v1/accounts/{theirs}")).await.expect(200);
    assert_eq!(shown["balance"], 9_400);
    let statement = world.get(&here, &format!("/v1/accounts/{theirs}/statement?limit=1")).await.expect(200);
    assert_eq!(statement["postings"][0]["amount"], -600);
    let scope = world.get(&here, "/v1/accounts?scope=consortium").await.expect(200);
    assert_eq!(scope["accounts"].as_array().map(Vec::len), Some(2));
    assert_eq!(scope["banks"][1]["status"], "ok");
    let beyond = json!([{ "from": theirs, "to": mine, "amount": 1_001 }]);
    let refused = world.order(&here, &package(), beyond).await.expect_problem(422, "package_refused");
    assert_eq!(refused.refusals(), ["0 consent_limit"]);

    // For nobody else, whoever they say they are.
    world.get(&stranger, &format!("/v1/accounts/{theirs}")).await.expect_problem(404, "not_found");
    let order = json!([{ "from": theirs, "to": mine, "amount": 1 }]);
    let refused = world.order(&stranger, &package(), order).await.expect_problem(422, "package_refused");
    assert_eq!(refused.refusals(), ["0 consent_missing"]);
    let consents = world.get(&there, "/v1/consents").await.expect(200);
    assert_eq!(consents["consents"][0]["used_today"], 600);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bank_that_is_away_is_said_to_be_and_nothing_moves() {
    let mut world = World::start(2);
    let (ana, bia) = (world.person(0, 1).await, world.person(1, 2).await);
    let (anas, bias) = (world.account(&ana, 1_000).await, world.account(&bia, 0).await);
    world.banks.stop_as_crash(1);
    let id = package();
    let legs = json!([{ "from": anas, "to": bias, "amount": 100 }]);
    let begun = tokio::time::Instant::now();
    let answer = world.order(&ana, &id, legs.clone()).await.expect_problem(503, "package_aborted");
    assert!(begun.elapsed().as_secs_f64() < 3.0, "a clear answer within 3 s");
    assert_eq!(answer.refusals(), ["0 bank_unavailable"]);
    assert_eq!(answer.body["package"]["status"], "aborted");
    let path = format!("/v1/payees/{bias}");
    world.get(&ana, &path).await.expect_problem(503, "bank_unavailable");
    world.get(&ana, &format!("/v1/accounts/{bias}")).await.expect_problem(503, "bank_unavailable");
    let scope = world.get(&ana, "/v1/accounts?scope=consortium").await.expect(200);
    assert_eq!(scope["banks"][1], json!({ "bank": "boreal", "status": "unreachable" }));
    let shown = world.get(&ana, &format!("/v1/accounts/{anas}")).await.expect(200);
    assert_eq!((&shown["balance"], &shown["held"]), (&json!(1_000), &json!(0)));

    world.banks.start_bank(1).expect("it starts again");
    eventually(async || {
        let answer = world.order(&ana, &id, legs.clone()).await;
        matches!(answer.status.as_u16(), 200 | 201)
    })
    .await;
    eventually(async || world.balance(&bia, &bias).await == 100).await;
    assert_eq!(world.balance(&ana, &anas).await, 900);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_asks_every_bank_and_binds_nobody() {
    let mut world = World::start(2);
    let (ana, bia) = (world.person(0, 1).await, world.person(1, 2).await);
    let (anas, bias) = (world.account(&ana, 1_000).await, world.account(&bia, 0).await);
    let legs = json!({ "legs": [
        { "from": anas, "to": bias, "amount": 900 },
        { "from": anas, "to": "boreal/1999-9", "amount": 200 },
        { "to": bias, "amount": 7 },
    ]});
    let preview = world.post(&ana, "/v1/packages/preview", legs.clone()).await.expect(200);
    let told = |preview: &Value| -> Vec<String> {
        let leg = |leg: &Value| match leg["refusal"]["code"].as_str() {
            Some(code) => format!("{} {code}", leg["leg"]),
            None => format!("{} {}", leg["leg"], leg["ok"]),
        };
        preview["legs"].as_array().unwrap().iter().map(leg).collect()
    };
    assert_eq!(told(&preview), ["0 insufficient_funds", "1 account_unknown", "2 true"]);
    assert_eq!(preview["accounts"], json!([{ "account": anas, "available_after": -100 }]));
    assert_eq!((world.balance(&ana, &anas).await, world.balance(&bia, &bias).await), (1_000, 0));

    world.banks.stop_as_crash(1);
    let preview = world.post(&ana, "/v1/packages/preview", legs).await.expect(200);
    assert_eq!(told(&preview), ["0 bank_unavailable", "1 bank_unavailable", "2 bank_unavailable"]);
    let nowhere = json!({ "legs": [{ "to": "nowhere/1999-9", "amount": 1 }] });
    let answer =
        world.post(&ana, "/v1/packages/preview", nowhere).await.expect_problem(422, "invalid_fields");
    assert_eq!(answer.fields(), ["legs[0].to unknown_bank"]);
}

/// A package that is, or will be, committed.
#[track_caller]
fn committed(_: &World, answer: Answer) -> Value {
    assert_eq!(answer.status.as_u16(), 201, "{}", answer.body);
    assert_eq!(answer.body["status"], "committed");
    answer.body
}

/// Waits for a state.
async fn eventually(mut holds: impl AsyncFnMut() -> bool) {
    let deadline = std::time::Duration::from_secs(10);
    tokio::time::timeout(deadline, async {
        while !holds().await {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("the state is reached in time");
}
