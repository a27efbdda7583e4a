//! What a running bank shows of itself at its operators' address, and that alerts and dashboard ask for nothing else.

#![allow(clippy::disallowed_methods, reason = "tests of real processes measure real time")]

mod real;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Instant;

use real::{Consortium, PATIENCE, Person, fresh_package, order, plain_http};
use shared::api::requests::LogIn;
use shared::client::OrderOutcome;
use shared::cpf::Cpf;
use shared::text::Password;

/// The payer's CPF, check digits aside.
const PAYER: u32 = 510_000_000;

async fn figures(admin: &str) -> String {
    let answer = plain_http().get(format!("{admin}/metrics")).send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    let media_type = answer.headers()["content-type"].to_str().expect("text").to_owned();
    assert!(media_type.starts_with("application/openmetrics-text"), "{media_type}");
    answer.text().await.expect("text")
}

/// The value behind `name`, which may carry labels.
fn value(text: &str, name: &str) -> Option<f64> {
    let line = text.lines().find(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(' ')))?;
    line.rsplit(' ').next()?.parse().ok()
}

/// Every name of ours in a text that somebody wrote by hand.
fn names_in(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    // A refusal's code, and the name of a part of the log.
    let others = ["bank_unavailable", "bank_node"];
    words.filter(|word| word.starts_with("bank_") && !others.contains(word)).map(str::to_owned).collect()
}

/// Every name that a bank gives figures under.
fn names_given(text: &str) -> BTreeSet<String> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split(['{', ' ']).next()).map(str::to_owned).collect()
}

#[tokio::test]
async fn packages_money_and_banks_show_in_the_figures() {
    let consortium = Consortium::start(2).await;
    let [aurora, boreal] = &consortium.banks[..] else { panic!("two banks") };
    let payer = Person::join(aurora.client(), PAYER, "Ana Souza").await;
    let payee = Person::join(boreal.client(), 520_000_000, "Bruno Lima").await;
    payer.pay_in(10_000).await;

    let paid = order(vec![(Some(&payer.account), Some(&payee.account), 2_500)]);
    let outcome =
        payer.bank.order_package(&payer.session.token, fresh_package(), &paid).await.expect("an answer");
    assert!(matches!(outcome, OrderOutcome::Committed(_)), "{outcome:?}");
    let too_much = order(vec![(Some(&payer.account), Some(&payee.account), 7_501)]);
    let outcome =
        payer.bank.order_package(&payer.session.token, fresh_package(), &too_much).await.expect("an answer");
    assert!(matches!(outcome, OrderOutcome::Refused(_)), "{outcome:?}");
    let cpf = Cpf::from_base(PAYER).expect("a CPF");
    let wrong = LogIn { cpf, password: Password::new("another password".to_owned()) };
    payer.bank.log_in(&wrong).await.expect_err("a wrong password");

    // Confirmations are stored with the next turn, a moment later.
    let began = Instant::now();
    let text = loop {
        let text = figures(&aurora.admin).await;
        if value(&text, "bank_settlement_seconds_count").is_some_and(|settled| settled >= 1.0) {
            break text;
        }
        assert!(began.elapsed() < PATIENCE, "no package is settled:\n{text}");
    };
    for (name, wanted) in [
        ("bank_ready", 1.0),
        ("bank_disk_full", 0.0),
        ("bank_conservation_centavos", 0.0),
        ("bank_customers_centavos", 7_500.0),
        ("bank_till_centavos", -10_000.0),
        (r#"bank_position_centavos{peer="boreal",side="due_to"}"#, 2_500.0),
        (r#"bank_packages_total{outcome="committed",reason="none"}"#, 2.0),
        (r#"bank_packages_total{outcome="refused",reason="insufficient_funds"}"#, 1.0),
        (r#"bank_peer_up{peer="boreal"}"#, 1.0),
        ("bank_log_in_failures_total", 1.0),
        ("bank_in_doubt", 0.0),
        ("bank_waiting", 0.0),
        ("bank_held_centavos", 0.0),
        (r#"bank_requests_total{method="PUT",route="/v1/packages/{id}",status="201"}"#, 2.0),
    ] {
        assert_eq!(value(&text, name), Some(wanted), "{name} in\n{text}");
    }
    let text = figures(&boreal.admin).await;
    for (name, wanted) in [
        ("bank_conservation_centavos", 0.0),
        ("bank_customers_centavos", 2_500.0),
        (r#"bank_position_centavos{peer="aurora",side="due_from"}"#, -2_500.0),
        (r#"bank_portions_total{outcome="committed"}"#, 1.0),
    ] {
        assert_eq!(value(&text, name), Some(wanted), "{name} in\n{text}");
    }

    // Whatever is counted, nobody is named.
    for private in [cpf.to_string(), payer.account.number.to_string(), "Ana".to_owned()] {
        assert!(!text.contains(&private), "{private} in\n{text}");
    }

    // Some figures begin with the first comparison of books.
    let compared =
        real::program().args(["reconcile", "--config"]).arg(&aurora.config).output().expect("it runs");
    assert!(compared.status.success(), "{compared:?}");
    let given = names_given(&figures(&aurora.admin).await);
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for file in ["ops/prometheus/alerts.yaml", "ops/grafana/consortium.json", "docs/operating.md"] {
        let wanted = names_in(&fs::read_to_string(top.join(file)).expect(file));
        assert!(wanted.len() > 5, "{file} names figures");
        // A histogram is three names; the pages name it by its own.
        let unknown: Vec<_> = wanted
            .iter()
            .filter(|name| !given.contains(*name) && !given.contains(&format!("{name}_count")))
            .collect();
        assert!(unknown.is_empty(), "{file} asks for {unknown:?}; there are {given:?}");
    }
}
