//! Every wrong field is named, by its path and by what is wrong with it, and nothing is recorded.

use reqwest::Method;
use serde_json::{Value, json};

use super::world::{PASSWORD, Person, World, cpf, package};

/// `rows`: a body, and the wrong fields in it.
async fn check(
    world: &World,
    who: Option<&Person>,
    method: Method,
    path: &str,
    rows: Vec<(Value, Vec<&str>)>,
) {
    for (body, expect) in rows {
        let token = who.map(|who| who.token.as_str());
        let answer = world.send(world.request(method.clone(), 0, path, token).json(&body)).await;
        let mut fields = answer.expect_problem(422, "invalid_fields").fields();
        fields.sort();
        assert_eq!(fields, expect, "{method} {path} {body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn customers() {
    let world = World::start(1);
    let (cpf, name) = (cpf(1), "Maria Silva");
    let long = "x".repeat(81);
    let rows = vec![
        (json!({}), vec!["cpf required", "name required", "password required"]),
        (json!([]), vec![" wrong_type"]),
        (
            json!({ "cpf": 1, "name": true, "password": null }),
            vec!["cpf wrong_type", "name wrong_type", "password wrong_type"],
        ),
        (
            json!({ "cpf": "11111111111", "name": " ", "password": "1234567" }),
            vec!["cpf invalid_cpf", "name too_short", "password too_short"],
        ),
        (
            json!({ "cpf": "52998224724", "name": long, "password": "x".repeat(257) }),
            vec!["cpf invalid_cpf", "name too_long", "password too_long"],
        ),
        (json!({ "cpf": cpf, "name": "123", "password": PASSWORD }), vec!["name bad_characters"]),
        (
            json!({ "cpf": cpf, "name": name, "password": PASSWORD, "admin": true }),
            vec!["admin unknown_field"],
        ),
    ];
    check(&world, None, Method::POST, "/v1/customers", rows).await;
    // Nothing was recorded: the CPF is still free. Invisible and bidi characters do not stay in a name.
    let body = json!({ "cpf": cpf, "name": "Ma\u{202e}ria\u{200b}  Silva\u{7}", "password": PASSWORD });
    let signed_up = world.post_as_nobody(0, "/v1/customers", body).await.expect(201);
    assert_eq!(signed_up["name"], "Maria Silva");
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts() {
    let world = World::start(1);
    let (ana, bia) = (world.person(0, 1).await, world.person(0, 2).await);
    let cnpj = "12.ABC.345/01DE-35";
    let joint = |holders: Value| json!({ "kind": "joint", "holders": holders });
    let others: Vec<String> = (3..7).map(cpf).collect();
    let rows = vec![
        (json!({}), vec!["kind required"]),
        (json!({ "kind": "savings" }), vec!["kind wrong_type"]),
        (json!({ "kind": "personal", "holders": [] }), vec!["holders unknown_field"]),
        (json!({ "kind": "joint" }), vec!["holders required"]),
        (joint(json!("x")), vec!["holders wrong_type"]),
        (joint(json!([])), vec!["holders holders_range"]),
        (joint(json!([ana.cpf])), vec!["holders holders_range"]),
        (joint(json!(others)), vec!["holders holders_range"]),
        (joint(json!([bia.cpf, bia.cpf])), vec!["holders[1] holder_duplicate"]),
        (joint(json!(["1", 2, bia.cpf])), vec!["holders[0] invalid_cpf", "holders[1] wrong_type"]),
        (
            joint(json!([bia.cpf, cpf(3), cpf(4)])),
            vec!["holders[1] holder_not_customer", "holders[2] holder_not_customer"],
        ),
        (json!({ "kind": "business" }), vec!["cnpj required", "company required"]),
        (
            json!({ "kind": "business", "cnpj": "12ABC34501DE36", "company": "" }),
            vec!["cnpj invalid_cnpj", "company too_short"],
        ),
        (
            json!({ "kind": "business", "cnpj": cnpj, "company": "Padaria", "holders": [cpf(3)] }),
            vec!["holders[0] holder_not_customer"],
        ),
    ];
    check(&world, Some(&ana), Method::POST, "/v1/accounts", rows).await;
    let accounts = world.get(&ana, "/v1/accounts").await.expect(200);
    assert_eq!(accounts, json!({ "accounts": [] }));

    let business = json!({ "kind": "business", "cnpj": cnpj, "company": "Padaria" });
    let opened = world.post(&ana, "/v1/accounts", business.clone()).await.expect(201);
    assert_eq!((&opened["cnpj"], &opened["company"]), (&json!("12ABC34501DE35"), &json!("Padaria")));
    check(&world, Some(&bia), Method::POST, "/v1/accounts", vec![(business, vec!["cnpj accounts_range"])])
        .await;
    for _ in 0..19 {
        world.post(&ana, "/v1/accounts", joint(json!([bia.cpf]))).await.expect(201);
    }
    let rows = vec![(joint(json!([bia.cpf])), vec!["kind accounts_range"])];
    check(&world, Some(&ana), Method::POST, "/v1/accounts", rows).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn consents() {
    let world = World::start(2);
    let ana = world.person(0, 1).await;
    let there = "019a8c5e-0000-7000-8000-000000000001";
    let consent = |extra: Value| {
        let mut body = json!({ "bank": "boreal", "customer": there, "permissions": ["view", "pay"] });
        for (field, value) in extra.as_object().unwrap() {
            body[field] = value.clone();
        }
        body
    };
    let rows = vec![
        (json!({}), vec!["bank required", "customer required", "permissions required"]),
        (consent(json!({ "bank": "nowhere" })), vec!["bank unknown_bank"]),
        (consent(json!({ "bank": "aurora" })), vec!["bank unknown_bank"]),
        (consent(json!({ "bank": "?" })), vec!["bank unknown_bank"]),
        (consent(json!({ "customer": "me" })), vec!["customer bad_characters"]),
        (consent(json!({ "permissions": [] })), vec!["permissions required"]),
        (consent(json!({ "permissions": ["all"] })), vec!["permissions[0] wrong_type"]),
        (consent(json!({ "limit_per_package": 0 })), vec!["limit_per_package limit_range"]),
        (consent(json!({ "limit_per_day": -1 })), vec!["limit_per_day limit_range"]),
        (consent(json!({ "limit_per_day": 1.5 })), vec!["limit_per_day wrong_type"]),
        (consent(json!({ "expires_at": "2020-01-01T00:00:00Z" })), vec!["expires_at expired"]),
        (consent(json!({ "expires_at": "tomorrow" })), vec!["expires_at wrong_type"]),
        (consent(json!({ "accounts": [] })), vec!["accounts unknown_field"]),
    ];
    check(&world, Some(&ana), Method::POST, "/v1/consents", rows).await;
    assert_eq!(world.get(&ana, "/v1/consents").await.expect(200), json!({ "consents": [] }));

    let given = world.post(&ana, "/v1/consents", consent(json!({}))).await.expect(201);
    assert_eq!((&given["limit_per_package"], &given["limit_per_day"]), (&json!(500_000), &json!(2_000_000)));
    assert_eq!((&given["permissions"], &given["used_today"]), (&json!(["view", "pay"]), &json!(0)));
    let again =
        world.post(&ana, "/v1/consents", consent(json!({ "permissions": ["view"] }))).await.expect(201);
    let listed = world.get(&ana, "/v1/consents").await.expect(200);
    assert_eq!(listed, json!({ "consents": [again] }), "a new one replaces the old");
    let path = format!("/v1/consents/{}", again["id"].as_str().unwrap());
    let bia = world.person(0, 2).await;
    world.delete(&bia, &path).await.expect_problem(404, "not_found");
    world.delete(&ana, &path).await.expect(204);
    world.delete(&ana, &path).await.expect_problem(404, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn packages() {
    let world = World::start(1);
    let ana = world.person(0, 1).await;
    let account = world.account(&ana, 1_000).await;
    let legs = |leg: Value| json!({ "legs": [leg] });
    let pay_in = |amount: Value| legs(json!({ "to": account, "amount": amount }));
    let many: Vec<Value> = (0..65).map(|_| json!({ "to": account, "amount": 1 })).collect();
    let number = account.split_once('/').unwrap().1;
    let mistyped = account.replace(number, "1001-5");
    let mut rows = vec![
        (json!({}), vec!["legs required"]),
        (json!({ "legs": {} }), vec!["legs wrong_type"]),
        (json!({ "legs": [] }), vec!["legs legs_range"]),
        (json!({ "legs": many }), vec!["legs legs_range"]),
        (
            json!({ "legs": [7, {}] }),
            vec!["legs[0] wrong_type", "legs[1] leg_empty", "legs[1].amount required"],
        ),
        (legs(json!({ "amount": 1 })), vec!["legs[0] leg_empty"]),
        (legs(json!({ "from": account, "to": account, "amount": 1 })), vec!["legs[0] same_account"]),
        (legs(json!({ "to": "1001-4", "amount": 1 })), vec!["legs[0].to malformed_account"]),
        (legs(json!({ "to": 1001, "amount": 1 })), vec!["legs[0].to wrong_type"]),
        (legs(json!({ "to": mistyped, "amount": 1 })), vec!["legs[0].to check_digit"]),
        (
            legs(json!({ "from": format!("nowhere/{number}"), "to": account, "amount": 1 })),
            vec!["legs[0].from unknown_bank"],
        ),
        (legs(json!({ "to": account, "amount": 1, "fee": 1 })), vec!["legs[0].fee unknown_field"]),
        (
            legs(json!({ "to": account, "amount": 1, "description": "x".repeat(141) })),
            vec!["legs[0].description too_long"],
        ),
        (
            json!({ "legs": [{ "to": account, "amount": 0 }, { "to": "x", "amount": "1" }], "now": true }),
            vec![
                "legs[0].amount amount_range",
                "legs[1].amount wrong_type",
                "legs[1].to malformed_account",
                "now unknown_field",
            ],
        ),
    ];
    for amount in
        [json!(-1), json!(0), json!(1_000_000_000_001_i64), json!(i64::MAX), json!(u64::MAX), json!(1e30)]
    {
        rows.push((pay_in(amount), vec!["legs[0].amount amount_range"]));
    }
    for amount in [
        json!(1.5),
        json!(100.0),
        json!("100"),
        json!("NaN"),
        json!(null),
        json!(true),
        json!([1]),
        json!({}),
    ] {
        rows.push((pay_in(amount), vec!["legs[0].amount wrong_type"]));
    }
    let id = package();
    check(&world, Some(&ana), Method::PUT, &format!("/v1/packages/{id}"), rows).await;
    for amount in ["NaN", "Infinity", "1e999", "0x10", "+1", "01", "1_000"] {
        let body = format!("{{\"legs\":[{{\"to\":\"{account}\",\"amount\":{amount}}}]}}");
        let request = world.request(Method::PUT, 0, &format!("/v1/packages/{id}"), Some(&ana.token));
        let request = request.header("content-type", "application/json").body(body);
        world.send(request).await.expect_problem(400, "malformed_json");
    }
    // Nothing of all that was recorded: the id is still free, and the money where it was.
    world.get(&ana, &format!("/v1/packages/{id}")).await.expect_problem(404, "not_found");
    assert_eq!(world.balance(&ana, &account).await, 1_000);
    world.order(&ana, &id, json!([{ "to": account, "amount": 1_000_000_000_000_i64 }])).await.expect(201);
}
