//! One id through all banks: whoever has the logs of a consortium finds by it every line about one order.

#![allow(clippy::disallowed_methods, reason = "tests of real processes measure real time")]

mod real;

use std::time::{Duration, Instant};

use real::{BankProcess, Consortium, PATIENCE, Person, fresh_package, order};
use serde_json::Value;
use shared::client::OrderOutcome;
use shared::trace::TraceContext;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// The lines of a bank's log, which are whole.
fn lines(bank: &BankProcess) -> Vec<Value> {
    bank.log().lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// Waits for a line of `bank` in which every one of `fields` is as given.
async fn find(bank: &BankProcess, fields: &[(&str, &str)]) -> Value {
    let began = Instant::now();
    loop {
        let found =
            lines(bank).into_iter().find(|line| fields.iter().all(|(name, value)| line[*name] == *value));
        if let Some(line) = found {
            return line;
        }
        assert!(began.elapsed() < PATIENCE, "{}: no line with {fields:?} in\n{}", bank.id, bank.log());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_package_over_three_banks_is_one_trace_in_the_logs_of_all() {
    let mut consortium = Consortium::prepare(3);
    for bank in &mut consortium.banks {
        bank.start_with(&["--log-format", "json", "--log-level", "debug"]);
    }
    consortium.ready().await;
    let [aurora, boreal, cerrado] = &consortium.banks[..] else { panic!("three banks") };
    let payer = Person::join(aurora.client(), 610_000_000, "Ana Souza").await;
    let one = Person::join(boreal.client(), 620_000_000, "Bruno Lima").await;
    let other = Person::join(cerrado.client(), 630_000_000, "Carla Dias").await;
    payer.pay_in(10_000).await;

    let trace: TraceContext = format!("00-{TRACE}-00f067aa0ba902b7-01").parse().unwrap();
    let id = fresh_package();
    let legs = vec![
        (Some(&payer.account), Some(&one.account), 700),
        (Some(&payer.account), Some(&other.account), 300),
    ];
    let outcome = payer.bank.traced(trace).order_package(&payer.session.token, id, &order(legs)).await;
    assert!(matches!(outcome, Ok(OrderOutcome::Committed(_))), "{outcome:?}");

    let package = id.to_string();
    let about = [("trace_id", TRACE), ("package", package.as_str())];
    let line = find(aurora, &[about[0], about[1], ("method", "PUT")]).await;
    assert_eq!(line["message"], "a request was served");
    for bank in [boreal, cerrado] {
        for kind in ["prepare", "decide"] {
            let line = find(bank, &[about[0], about[1], ("kind", kind)]).await;
            assert_eq!(line["from"], "aurora");
        }
    }
    // What was ordered without a trace has one of its own, and no line of it bears this one.
    for line in lines(aurora).iter().filter(|line| line["route"] == "/v1/customers") {
        let own = line["trace_id"].as_str().unwrap_or_default();
        assert!(own.len() == 32 && own != TRACE, "{line}");
    }
}
