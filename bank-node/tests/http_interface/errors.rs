//! Every row of the table of errors: the right status, the right code, a whole problem body.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::world::{PASSWORD, Person, World, cpf, number, package};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_malformed() {
    let world = World::start(1);
    let ana = world.person(0, 1).await;
    let deep = format!("{}1{}", "[".repeat(9_000), "]".repeat(9_000));
    for body in
        ["", "{", "nonsense", "{\"cpf\":1,\"cpf\":1}", "[1,]", "{} {}", "\u{feff}{}", "{\"a\":NaN}", &deep]
    {
        let request = world.request(Method::POST, 0, "/v1/customers", None);
        let request = request.header("content-type", "application/json").body(body.to_owned());
        world.send(request).await.expect_problem(400, "malformed_json");
    }
    let zeros = "/v1/packages/00000000000000000000000000000000";
    let paths = [
        "/v1/packages/one",
        zeros,
        "/v1/accounts/1001",
        "/v1/accounts/1001-0",
        "/v1/accounts/aurora/1001",
        "/v1/accounts/Aurora/1001-4",
        "/v1/accounts/x-1/statement",
        "/v1/payees/aurora/10-0",
        "/v1/accounts/%FF",
    ];
    for path in paths {
        world.get(&ana, path).await.expect_problem(400, "malformed_path");
    }
    world.delete(&ana, "/v1/consents/one").await.expect_problem(400, "malformed_path");
    world.delete(&ana, "/v1/sessions/one").await.expect_problem(400, "malformed_path");
    let account = world.account(&ana, 0).await;
    let queries = [
        "/v1/packages?limit=0".to_owned(),
        "/v1/packages?limit=101".to_owned(),
        "/v1/packages?limit=-1".to_owned(),
        "/v1/packages?limit=ten".to_owned(),
        "/v1/packages?before=".to_owned(),
        "/v1/packages?before=18446744073709551615".to_owned(),
        "/v1/packages?limit=1&limit=2".to_owned(),
        "/v1/packages?after=1".to_owned(),
        "/v1/bank?x".to_owned(),
        "/v1/accounts?scope=world".to_owned(),
        format!("/v1/accounts/{account}/statement?limit=1.5"),
    ];
    for path in &queries {
        world.get(&ana, path).await.expect_problem(400, "malformed_query");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_known() {
    let world = World::start(1);
    let ana = world.person(0, 1).await;
    let routes = [
        (Method::GET, "/v1/customers/me"),
        (Method::PATCH, "/v1/customers/me"),
        (Method::GET, "/v1/sessions"),
        (Method::DELETE, "/v1/sessions/current"),
        (Method::POST, "/v1/accounts"),
        (Method::GET, "/v1/accounts"),
        (Method::GET, "/v1/accounts/1001-4"),
        (Method::GET, "/v1/accounts/1001-4/statement"),
        (Method::GET, "/v1/accounts/aurora/1001-4"),
        (Method::GET, "/v1/accounts/aurora/1001-4/statement"),
        (Method::POST, "/v1/accounts/1001-4/close"),
        (Method::GET, "/v1/invitations"),
        (Method::POST, "/v1/invitations/1001-4/accept"),
        (Method::POST, "/v1/invitations/1001-4/decline"),
        (Method::GET, "/v1/payees/aurora/1001-4"),
        (Method::GET, "/v1/packages"),
        (Method::GET, "/v1/packages/019a8c5e-0000-7000-8000-000000000001"),
        (Method::PUT, "/v1/packages/019a8c5e-0000-7000-8000-000000000001"),
        (Method::POST, "/v1/consents"),
        (Method::GET, "/v1/consents"),
        (Method::DELETE, "/v1/consents/019a8c5e-0000-7000-8000-000000000001"),
    ];
    for (method, path) in routes {
        for token in [None, Some("nonsense")] {
            let answer = world.send(world.request(method.clone(), 0, path, token).json(&json!({}))).await;
            answer.expect_problem(401, "unauthenticated");
        }
    }
    let bad =
        ["Basic YTpi".to_owned(), "Bearer".to_owned(), ana.token.clone(), format!("Bearer {}x", ana.token)];
    for value in bad {
        let request = world.request(Method::GET, 0, "/v1/customers/me", None).header("authorization", value);
        world.send(request).await.expect_problem(401, "unauthenticated");
    }
    let twice = world
        .request(Method::GET, 0, "/v1/customers/me", Some(&ana.token))
        .header("authorization", format!("Bearer {}", ana.token));
    world.send(twice).await.expect_problem(401, "unauthenticated");

    for (cpf, password) in [(ana.cpf.clone(), "wrong password"), (cpf(99), PASSWORD)] {
        let body = json!({ "cpf": cpf, "password": password });
        let answer = world.post_as_nobody(0, "/v1/sessions", body).await;
        let mut problem = answer.expect_problem(401, "invalid_credentials").body;
        // Whether the CPF is signed up is not said.
        problem["detail"] = json!("");
        assert_eq!(problem.as_object().map(serde_json::Map::len), Some(5));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_and_what_is_not_yours_answer_alike() {
    let world = World::start(1);
    let (ana, bia) = (world.person(0, 1).await, world.person(0, 2).await);
    let anas = world.account(&ana, 100).await;
    let id = package();
    world.order(&ana, &id, json!([{ "to": anas, "amount": 1 }])).await.expect(201);
    let sessions = world.get(&ana, "/v1/sessions").await.expect(200);
    let session = sessions["sessions"][0]["id"].as_str().unwrap();
    let nowhere = "1999-9";
    let nothing = package();

    async fn alike(world: &World, bia: &Person, method: Method, paths: [String; 2]) {
        let mut bodies = Vec::new();
        for path in paths {
            let request = world.request(method.clone(), 0, &path, Some(&bia.token));
            bodies.push(world.send(request).await.expect_problem(404, "not_found").body);
        }
        assert_eq!(bodies[0], bodies[1], "{method}");
    }
    let own = number(&anas);
    for form in ["/v1/accounts/{}", "/v1/accounts/aurora/{}", "/v1/accounts/{}/statement"] {
        let paths = [form.replace("{}", own), form.replace("{}", nowhere)];
        alike(&world, &bia, Method::GET, paths).await;
    }
    for form in ["/v1/accounts/{}/close", "/v1/invitations/{}/accept", "/v1/invitations/{}/decline"] {
        let paths = [form.replace("{}", own), form.replace("{}", nowhere)];
        alike(&world, &bia, Method::POST, paths).await;
    }
    let paths = [format!("/v1/packages/{id}"), format!("/v1/packages/{nothing}")];
    alike(&world, &bia, Method::GET, paths).await;
    let paths = [format!("/v1/sessions/{session}"), format!("/v1/sessions/{nothing}")];
    alike(&world, &bia, Method::DELETE, paths).await;
    let paths = ["/v1/nothing".to_owned(), "/".to_owned()];
    alike(&world, &bia, Method::GET, paths).await;
    let elsewhere = format!("/v1/accounts/nowhere/{own}");
    world.get(&bia, &elsewhere).await.expect_problem(404, "not_found");
    world.get(&bia, &format!("/v1/payees/aurora/{nowhere}")).await.expect_problem(404, "not_found");
    world.get(&bia, &format!("/v1/payees/nowhere/{own}")).await.expect_problem(404, "not_found");
    // Nothing of it had any effect.
    assert_eq!(world.balance(&ana, &anas).await, 101);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_itself_refuses() {
    let world = World::start(1);
    let wrong = [
        (Method::DELETE, "/v1/bank", "GET"),
        (Method::GET, "/v1/customers", "POST"),
        (Method::POST, "/v1/customers/me", "PATCH"),
        (Method::POST, "/v1/packages/019a8c5e-0000-7000-8000-000000000001", "PUT"),
        (Method::GET, "/v1/invitations/1001-4/accept", "POST"),
    ];
    for (method, path, allows) in wrong {
        let answer = world.send(world.request(method, 0, path, None)).await;
        let answer = answer.expect_problem(405, "method_not_allowed");
        let allow = answer.headers.get("allow").and_then(|value| value.to_str().ok()).unwrap_or_default();
        assert!(allow.contains(allows), "{path} allows {allow:?}");
    }

    let request = world.request(Method::POST, 0, "/v1/sessions", None);
    let huge = json!({ "cpf": "x".repeat(70_000) });
    world.send(request.json(&huge)).await.expect_problem(413, "body_too_large");
    // The same without a declared length, in pieces.
    let pieces = (0..70).map(|_| Ok::<_, std::io::Error>(vec![b' '; 1_000]));
    let stream = reqwest::Body::wrap_stream(futures_util::stream::iter(pieces));
    let request = world.request(Method::POST, 0, "/v1/sessions", None);
    let request = request.header("content-type", "application/json").body(stream);
    world.send(request).await.expect_problem(413, "body_too_large");

    for media_type in ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16"]
    {
        let request = world.request(Method::POST, 0, "/v1/sessions", None);
        let request = request.header("content-type", media_type).body("{}");
        world.send(request).await.expect_problem(415, "unsupported_media_type");
    }
    let request = world.request(Method::POST, 0, "/v1/sessions", None).body("{}");
    world.send(request).await.expect_problem(415, "unsupported_media_type");

    for bytes in [17_000, 100_000] {
        let request = world.request(Method::GET, 0, "/v1/bank", None).header("x-long", "x".repeat(bytes));
        world.send(request).await.expect_problem(431, "headers_too_large");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_even_a_request() {
    let world = World::start(1);
    let many: String = (0..300).map(|index| format!("x-{index}: 1\r\n")).collect();
    let rows = [
        ("GET /v1/bank HTTP/1.1\r\nhost: x\r\nno colon\r\n\r\n".to_owned(), 400, "malformed_path"),
        ("nonsense\r\n\r\n".to_owned(), 400, "malformed_path"),
        (format!("GET /v1/bank HTTP/1.1\r\nhost: x\r\n{many}\r\n"), 431, "headers_too_large"),
        (format!("GET /{} HTTP/1.1\r\nhost: x\r\n\r\n", "x".repeat(70_000)), 431, "headers_too_large"),
        (format!("GET / HTTP/1.1\r\nhost: {}\r\n\r\n", "x".repeat(3_000_000)), 431, "headers_too_large"),
    ];
    for (request, status, code) in rows {
        let mut stream =
            tokio::net::TcpStream::connect(world.banks.banks()[0].address.authority()).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let read = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut answer));
        read.await.expect("an answer in time").unwrap();
        let text = String::from_utf8(answer).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").expect("a whole answer");
        assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{head}");
        assert!(head.contains("content-type: application/problem+json"), "{head}");
        let problem: Value = serde_json::from_str(body).unwrap();
        assert_eq!((&problem["code"], &problem["status"]), (&json!(code), &json!(status)));
    }
    world.send(world.request(Method::GET, 0, "/v1/bank", None)).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_come_is_not_waited_for() {
    let world = World::start(1);
    let address = world.banks.banks()[0].address.authority();
    let head = "POST /v1/sessions HTTP/1.1\r\nhost: x\r\n";
    let whole = format!("{head}content-type: application/json\r\ncontent-length: 9\r\n\r\n{{");
    let slow = async |sent: &str| {
        let mut stream = tokio::net::TcpStream::connect(&address).await.unwrap();
        stream.write_all(sent.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let read = tokio::time::timeout(Duration::from_secs(14), stream.read_to_end(&mut answer));
        read.await.expect("an answer in time").unwrap();
        String::from_utf8(answer).unwrap()
    };
    let behind = format!("GET /v1/bank HTTP/1.1\r\nhost: x\r\n\r\n{head}");
    let (body, headers, silence, second) = tokio::join!(slow(&whole), slow(head), slow(""), slow(&behind));
    assert!(second.starts_with("HTTP/1.1 200 ") && second.contains("HTTP/1.1 408 "), "{second}");
    for text in [body, headers] {
        assert!(text.starts_with("HTTP/1.1 408 "), "{text}");
        assert!(text.contains("application/problem+json") && text.contains("request_timeout"), "{text}");
    }
    assert_eq!(silence, "", "who asked nothing is told nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_there_before() {
    let world = World::start(1);
    let (ana, bia) = (world.person(0, 1).await, world.person(0, 2).await);
    let again = json!({ "cpf": ana.cpf, "name": "Outra Ana", "password": PASSWORD });
    world.post_as_nobody(0, "/v1/customers", again).await.expect_problem(409, "customer_exists");

    let account = world.account(&ana, 500).await;
    let personal = json!({ "kind": "personal" });
    world.post(&ana, "/v1/accounts", personal).await.expect_problem(409, "personal_account_exists");
    let close = format!("/v1/accounts/{}/close", number(&account));
    world.post(&ana, &close, Value::Null).await.expect_problem(409, "account_not_empty");

    let joint = json!({ "kind": "joint", "holders": [bia.cpf] });
    let opened = world.post(&ana, "/v1/accounts", joint).await.expect(201);
    let accept = format!("/v1/invitations/{}/accept", number(opened["account"].as_str().unwrap()));
    world.post(&bia, &accept, Value::Null).await.expect(204);
    world.post(&bia, &accept, Value::Null).await.expect_problem(409, "already_answered");

    let id = package();
    world.order(&ana, &id, json!([{ "to": account, "amount": 5 }])).await.expect(201);
    world.order(&ana, &id, json!([{ "to": account, "amount": 6 }])).await.expect_problem(409, "id_reused");
    let answer = world.order(&bia, &id, json!([{ "to": account, "amount": 5 }])).await;
    let problem = answer.expect_problem(409, "id_reused").body;
    assert!(problem.get("package").is_none(), "nothing of the first is shown: {problem}");
    assert_eq!(world.balance(&ana, &account).await, 505);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_passwords_make_the_next_try_wait() {
    let world = World::start(1);
    let (ana, bia) = (world.person(0, 1).await, world.person(0, 2).await);
    let wrong = json!({ "cpf": ana.cpf, "password": "wrong password" });
    for _ in 0..5 {
        let answer = world.post_as_nobody(0, "/v1/sessions", wrong.clone()).await;
        answer.expect_problem(401, "invalid_credentials");
    }
    // The right one has to wait too, or waiting would tell which is right.
    let right = json!({ "cpf": ana.cpf, "password": PASSWORD });
    let answer = world.post_as_nobody(0, "/v1/sessions", right.clone()).await;
    let problem = answer.expect_problem(429, "too_many_requests").body;
    let wait = problem["retry_after_ms"].as_u64().expect("when again");
    assert!((1..=1_000).contains(&wait), "{wait}");
    world.log_in(0, &bia.cpf).await;
    tokio::time::timeout(Duration::from_secs(5), async {
        while world.post_as_nobody(0, "/v1/sessions", right.clone()).await.status != 201 {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("let in once it has waited");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_passwords_at_once_are_no_way_around_the_wait() {
    let world = World::start(1);
    let ana = world.person(0, 1).await;
    let wrong = json!({ "cpf": ana.cpf, "password": "wrong password" });
    let tries = (0..40).map(|_| world.post_as_nobody(0, "/v1/sessions", wrong.clone()));
    let answers = futures_util::future::join_all(tries).await;
    let told = answers.iter().filter(|answer| answer.status == 401).count();
    assert!(told <= 5, "{told} wrong passwords were answered at once");
    assert!(answers.iter().all(|answer| matches!(answer.status.as_u16(), 401 | 429)));
}

#[tokio::test(flavor = "multi_thread")]
async fn previews_and_refused_orders_are_no_way_around_the_rate_of_look_ups() {
    let world = World::start(2);
    let (ana, bia) = (world.person(0, 1).await, world.person(0, 2).await);
    let account = world.account(&ana, 1_000).await;
    let guesses = |first: u64| -> Vec<String> {
        let numbers = (first..first + 60).map(|n| shared::account::AccountNumber::new(n).expect("a number"));
        numbers.map(|number| format!("boreal/{number}")).collect()
    };
    let legs = |first: u64| -> Value {
        guesses(first).into_iter().map(|to| json!({ "from": account, "to": to, "amount": 1 })).collect()
    };
    for first in [2_000, 3_000] {
        let preview = json!({ "legs": legs(first) });
        world.post(&ana, "/v1/packages/preview", preview).await.expect(200);
    }
    let again = json!({ "legs": legs(3_000) });
    world.post(&ana, "/v1/packages/preview", again).await.expect(200);
    let more = json!({ "legs": legs(4_000) });
    world.post(&ana, "/v1/packages/preview", more).await.expect_problem(429, "too_many_requests");
    // By orders no more than that.
    let mut first = 5_000;
    let answer = loop {
        let answer = world.order(&ana, &package(), legs(first)).await;
        if answer.status != 422 || first > 9_000 {
            break answer;
        }
        first += 100;
    };
    answer.expect_problem(429, "too_many_requests");
    assert_eq!(first, 5_200, "two refusals of 60 are as many as two previews");
    world.order(&bia, &package(), json!([{ "to": account, "amount": 1 }])).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn payees_are_looked_up_so_often_and_no_more() {
    let world = World::start(1);
    let (ana, bia) = (world.person(0, 1).await, world.person(0, 2).await);
    let account = world.account(&ana, 0).await;
    let path = format!("/v1/payees/{account}");
    let payee = world.get(&bia, &path).await.expect(200);
    assert_eq!(payee, json!({ "account": account, "kind": "personal", "name": "P***** N******" }));
    let mut limited = None;
    for _ in 0..180 {
        let answer = world.get(&bia, &path).await;
        if answer.status != 200 {
            limited = Some(answer);
            break;
        }
    }
    limited.expect("a limit").expect_problem(429, "too_many_requests");
    world.get(&ana, &path).await.expect(200);
}
