//! Accounts from opening to closing, and what of them is shown to whom.

use serde_json::{Value, json};

use super::world::{World, number, package};

#[tokio::test(flavor = "multi_thread")]
async fn an_invited_holder_has_no_right_until_they_accept() {
    let world = World::start(1);
    let (ana, bia, caio) = (world.person(0, 1).await, world.person(0, 2).await, world.person(0, 3).await);
    let joint = json!({ "kind": "joint", "holders": [bia.cpf, caio.cpf] });
    let opened = world.post(&ana, "/v1/accounts", joint).await.expect(201);
    let account = opened["account"].as_str().unwrap().to_owned();
    let number = number(&account);
    let holders = |body: &Value| -> Vec<(String, String, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let row = |h: &Value| (text(&h["cpf"]), text(&h["name"]), text(&h["status"]));
        body["holders"].as_array().unwrap().iter().map(row).collect()
    };
    assert_eq!(
        holders(&opened),
        [
            (ana.cpf.clone(), "Pessoa NúmeroB".to_owned(), "holder".to_owned()),
            (bia.cpf.clone(), "P***** N******".to_owned(), "invited".to_owned()),
            (caio.cpf.clone(), "P***** N******".to_owned(), "invited".to_owned()),
        ]
    );
    // The opener may use it at once; the invited may not, and do not even see it.
    world.order(&ana, &package(), json!([{ "to": account, "amount": 900 }])).await.expect(201);
    let path = format!("/v1/accounts/{number}");
    world.get(&bia, &path).await.expect_problem(404, "not_found");
    assert_eq!(world.get(&bia, "/v1/accounts").await.expect(200), json!({ "accounts": [] }));
    let pay_out = json!([{ "from": account, "amount": 100 }]);
    let refused = world.order(&bia, &package(), pay_out.clone()).await;
    assert_eq!(refused.expect_problem(422, "package_refused").refusals(), ["0 account_unknown"]);

    let invitations = world.get(&bia, "/v1/invitations").await.expect(200);
    assert_eq!(invitations["invitations"][0]["account"], account.as_str());
    assert_eq!(invitations["invitations"][0]["kind"], "joint");
    assert_eq!(invitations["invitations"][0]["invited_by"], json!({ "name": "Pessoa NúmeroB" }));
    world.post(&bia, &format!("/v1/invitations/{number}/accept"), Value::Null).await.expect(204);
    world.post(&caio, &format!("/v1/invitations/{number}/decline"), Value::Null).await.expect(204);
    world.order(&bia, &package(), pay_out).await.expect(201);
    let shown = world.get(&bia, &path).await.expect(200);
    assert_eq!(
        holders(&shown),
        [
            (ana.cpf.clone(), "Pessoa NúmeroB".to_owned(), "holder".to_owned()),
            (bia.cpf.clone(), "Pessoa NúmeroC".to_owned(), "holder".to_owned()),
        ]
    );
    assert_eq!(shown["balance"], 800);
    assert_eq!(world.get(&caio, "/v1/invitations").await.expect(200), json!({ "invitations": [] }));
    world.get(&caio, &path).await.expect_problem(404, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_account_takes_nothing_more() {
    let world = World::start(1);
    let ana = world.person(0, 1).await;
    let account = world.account(&ana, 100).await;
    let close = format!("/v1/accounts/{}/close", number(&account));
    world.post(&ana, &close, Value::Null).await.expect_problem(409, "account_not_empty");
    world.order(&ana, &package(), json!([{ "from": account, "amount": 100 }])).await.expect(201);
    let closed = world.post(&ana, &close, Value::Null).await.expect(200);
    assert_eq!(closed["status"], "closed");
    let refused = world.order(&ana, &package(), json!([{ "to": account, "amount": 1 }])).await;
    assert_eq!(refused.expect_problem(422, "package_refused").refusals(), ["0 account_closed"]);
    world.get(&ana, &format!("/v1/payees/{account}")).await.expect_problem(404, "not_found");
    world.post(&ana, "/v1/accounts", json!({ "kind": "personal" })).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn statements_come_newest_first_a_page_at_a_time() {
    let world = World::start(1);
    let (ana, bia) = (world.person(0, 1).await, world.person(0, 2).await);
    let (anas, bias) = (world.account(&ana, 1_000).await, world.account(&bia, 0).await);
    for amount in 1..=4 {
        let leg =
            json!({ "from": anas, "to": bias, "amount": amount, "description": format!("nr. {amount}") });
        world.order(&ana, &package(), json!([leg])).await.expect(201);
    }
    let path = format!("/v1/accounts/{}/statement", number(&anas));
    let mut rows = Vec::new();
    let mut before = String::new();
    loop {
        let page = world.get(&ana, &format!("{path}?limit=2{before}")).await.expect(200);
        let postings = page["postings"].as_array().unwrap().clone();
        assert!(postings.len() <= 2);
        rows.extend(postings);
        match page["next"].as_u64() {
            Some(next) => before = format!("&before={next}"),
            None => break,
        }
    }
    let seen: Vec<_> =
        rows.iter().map(|row| (row["amount"].as_i64(), row["balance_after"].as_i64())).collect();
    let expect: Vec<_> = [(-4, 990), (-3, 994), (-2, 997), (-1, 999), (1_000, 1_000)]
        .map(|(amount, after)| (Some(amount), Some(after)))
        .into();
    assert_eq!(seen, expect);
    assert_eq!(rows[0]["counterparty"], bias.as_str(), "whom one paid one named oneself");
    assert_eq!(rows[0]["description"], "nr. 4");
    assert_eq!(rows[4]["counterparty"], "cash");
    let bias_rows = world.get(&bia, &format!("/v1/accounts/{bias}/statement")).await.expect(200);
    let masked = format!("aurora/***{}", &number(&anas)[3..]);
    assert_eq!(bias_rows["postings"][0]["counterparty"], masked.as_str(), "who paid stays masked");
}
