//! A bank is drained: nothing new is taken, what is under way ends, and then it is safe to stop.

use std::time::Instant;

use serde_json::Value;
use shared::api::requests::OrderPackage;
use shared::client::OrderOutcome;
use shared::ids::PackageId;

use crate::operator::{admin, says, says_json};
use crate::real::{Consortium, PATIENCE, Person, fresh_package, order, plain_http};

#[tokio::test]
async fn a_drained_bank_takes_nothing_new_and_says_when_it_is_safe_to_stop() {
    let consortium = Consortium::start(2).await;
    let [aurora, boreal] = &consortium.banks[..] else { panic!("two banks") };
    let ana = Person::join(aurora.client(), 630_000_000, "Ana Souza").await;
    let bruno = Person::join(boreal.client(), 640_000_000, "Bruno Lima").await;
    ana.pay_in(10_000).await;
    bruno.pay_in(10_000).await;

    let standing = says_json(boreal, &["drain", "--wait"]);
    assert_eq!((&standing["draining"], &standing["safe_to_stop"]), (&Value::Bool(true), &Value::Bool(true)));
    let answer = plain_http().get(format!("{}/readyz", boreal.admin)).send().await.unwrap();
    assert_eq!(answer.status(), 503);
    let problem: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
    assert!(problem["detail"].as_str().unwrap().contains("about to stop it"), "{problem}");

    // Neither its own customers' packages nor a promise to another bank's; both may be sent again under their ids.
    let (own, others) = (fresh_package(), fresh_package());
    let pay_in = order(vec![(None, Some(&bruno.account), 100)]);
    let taken = bruno.bank.order_package(&bruno.session.token, own, &pay_in).await;
    assert!(!matches!(taken, Ok(OrderOutcome::Committed(_) | OrderOutcome::Refused(_))), "{taken:?}");
    let pay = order(vec![(Some(&ana.account), Some(&bruno.account), 100)]);
    let outcome = ended(&ana, others, &pay).await;
    assert!(matches!(outcome, OrderOutcome::Aborted(_)), "{outcome:?}");
    assert_eq!(bruno.money().await, (10_000, 0, 0), "who only looks is served");
    assert_eq!(says_json(boreal, &["drain"])["safe_to_stop"], true, "a no leaves nothing under way");

    assert!(says(boreal, &["undrain"]).contains("takes packages"));
    boreal.ready().await;
    let outcome = bruno.bank.order_package(&bruno.session.token, own, &pay_in).await.unwrap();
    assert!(matches!(outcome, OrderOutcome::Committed(_)), "{outcome:?}");
    let outcome = ended(&ana, others, &pay).await;
    assert!(matches!(outcome, OrderOutcome::Committed(_)), "{outcome:?}");
}

/// Orders until the bank says how it ended: one that is tried again may be between two attempts when its time is over.
async fn ended(person: &Person, id: PackageId, order: &OrderPackage) -> OrderOutcome {
    let began = Instant::now();
    loop {
        let outcome = person.bank.order_package(&person.session.token, id, order).await.unwrap();
        if !matches!(outcome, OrderOutcome::InProgress(_)) {
            return outcome;
        }
        assert!(began.elapsed() < PATIENCE, "package {id} has no end");
    }
}

#[tokio::test]
async fn a_decision_that_another_bank_has_not_confirmed_is_waited_for() {
    let mut consortium = Consortium::start(2).await;
    let ana = Person::join(consortium.banks[0].client(), 650_000_000, "Ana Souza").await;
    let bruno = Person::join(consortium.banks[1].client(), 660_000_000, "Bruno Lima").await;
    ana.pay_in(10_000).await;
    // boreal stops in its tracks: aurora can decide only that nothing happens, and has to tell it.
    consortium.banks[1].signal("STOP");
    let pay = order(vec![(Some(&ana.account), Some(&bruno.account), 100)]);
    let outcome = ana.bank.order_package(&ana.session.token, fresh_package(), &pay).await.unwrap();
    assert!(matches!(outcome, OrderOutcome::Aborted(_)), "{outcome:?}");
    let output = admin(&consortium.banks[0], &["drain", "--wait", "--within", "1", "--json"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let standing: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&standing["telling"], &standing["safe_to_stop"]),
        (&1.into(), &Value::Bool(false)),
        "{standing}"
    );

    consortium.banks[1].signal("CONT");
    let said = says(&consortium.banks[0], &["drain", "--wait"]);
    assert!(said.contains("it is safe to stop it"), "{said}");
    // It ends with the process.
    let aurora = &mut consortium.banks[0];
    aurora.signal("TERM");
    assert_eq!(aurora.wait(), Some(0));
    aurora.start();
    aurora.ready().await;
    assert_eq!(says_json(aurora, &["log"])["entries"].as_array().unwrap().len(), 2);
}
