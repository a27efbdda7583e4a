//! What a bank logs: each line is one JSON object, lines of a request have its id, lines about a package its id, and
//! nobody is named, whatever happened.

#![allow(clippy::disallowed_methods, reason = "tests of real processes measure real time")]

mod real;

use std::time::{Duration, Instant};

use real::{BankProcess, Consortium, PATIENCE, Person, fresh_package, order, plain_http, program};
use serde_json::{Map, Value};
use shared::api::requests::LogIn;
use shared::cpf::Cpf;
use shared::text::Password;

const ANA: u32 = 730_000_000;
const BRUNO: u32 = 740_000_000;

/// Every line so far; what is no JSON object is a failure.
fn lines(bank: &BankProcess) -> Vec<Map<String, Value>> {
    let read = |line: &str| match serde_json::from_str(line) {
        Ok(Value::Object(line)) => line,
        other => panic!("{other:?}: {line}"),
    };
    bank.log().lines().map(read).collect()
}

/// Waits for a line that `is` the one.
async fn line(
    bank: &BankProcess,
    what: &str,
    is: impl Fn(&Map<String, Value>) -> bool,
) -> Map<String, Value> {
    let began = Instant::now();
    loop {
        if let Some(found) = lines(bank).into_iter().find(|line| is(line)) {
            return found;
        }
        assert!(began.elapsed() < PATIENCE, "no line: {what}\n{}", bank.log());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn each_line_is_json_with_its_request_and_package_and_names_nobody() {
    let mut consortium = Consortium::prepare(2);
    for bank in &mut consortium.banks {
        bank.start_with(&["--log-format", "json", "--log-level", "trace"]);
    }
    consortium.ready().await;
    let [aurora, boreal] = &consortium.banks[..] else { panic!("two banks") };
    let ana = Person::join(aurora.client(), ANA, "Ana Souza").await;
    let bruno = Person::join(boreal.client(), BRUNO, "Bruno Lima").await;
    ana.pay_in(10_000).await;

    // Committed, refused, previewed; a wrong password; a path that is none; an id that the caller gives.
    let (paid, refused) = (fresh_package(), fresh_package());
    let pay = |amount| order(vec![(Some(&ana.account), Some(&bruno.account), amount)]);
    ana.bank.order_package(&ana.session.token, paid, &pay(2_500)).await.unwrap();
    ana.bank.order_package(&ana.session.token, refused, &pay(1_000_000)).await.unwrap();
    ana.bank.preview(&ana.session.token, &pay(1)).await.unwrap();
    let cpf = Cpf::from_base(ANA).unwrap();
    let wrong = LogIn { cpf, password: Password::new("wrong and secret".to_owned()) };
    ana.bank.log_in(&wrong).await.unwrap_err();
    let given = "checkout-0192e4a8";
    let url = format!("{}/v1/nowhere?cpf={cpf}", aurora.address);
    let answer = plain_http().get(url).header("x-request-id", given).send().await.unwrap();
    assert_eq!(answer.headers()["x-request-id"], given);
    let reset = program()
        .args(["admin", "--config"])
        .arg(&aurora.config)
        .args(["customer", "reset-password", &cpf.to_string(), "--json"])
        .output()
        .unwrap();
    let reset: Value = serde_json::from_slice(&reset.stdout).unwrap();

    let of = |name: &'static str, value: String| {
        move |line: &Map<String, Value>| line.get(name).and_then(Value::as_str) == Some(value.as_str())
    };
    for package in [paid, refused] {
        let served = line(aurora, "about a package", of("package", package.to_string())).await;
        assert!(served["request_id"].as_str().is_some_and(|id| id.len() == 16), "{served:?}");
        assert_eq!(served["route"], "/v1/packages/{id}", "{served:?}");
        line(boreal, "the other bank's", of("package", package.to_string())).await;
    }
    let served = line(aurora, "the caller's id", of("request_id", given.to_owned())).await;
    assert_eq!((&served["route"], &served["status"]), (&"none".into(), &404.into()), "{served:?}");

    let password = reset["password"].as_str().unwrap();
    let (token, theirs) = (ana.session.token.reveal(), bruno.session.token.reveal());
    let brunos = Cpf::from_base(BRUNO).unwrap();
    let private = [
        &cpf.to_string(),
        &cpf.formatted(),
        &brunos.to_string(),
        "Souza",
        "Bruno",
        "Lima",
        token,
        theirs,
        password,
        "correct horse",
        "wrong and secret",
        "argon2",
    ];
    for bank in [aurora, boreal] {
        for line in lines(bank) {
            for field in ["timestamp", "level", "target", "message"] {
                assert!(line.get(field).is_some_and(Value::is_string), "{field} is missing: {line:?}");
            }
        }
        let log = bank.log();
        for private in private {
            assert!(!log.contains(private), "{private} is in the log of {}:\n{log}", bank.id);
        }
    }
}
