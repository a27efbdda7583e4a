//! What operators see: packages with what is in doubt, accounts and customers with people masked, the other banks.

use std::time::{Duration, Instant};

use serde_json::Value;
use shared::client::OrderOutcome;
use shared::cpf::Cpf;

use crate::operator::{refuses, says, says_json};
use crate::real::{BankProcess, Consortium, PATIENCE, Person, fresh_package, order, plain_http};

const ANA: u32 = 670_000_000;

#[tokio::test]
async fn people_are_masked_unless_revealed_and_a_reveal_is_written_down() {
    let consortium = Consortium::start(2).await;
    let [aurora, boreal] = &consortium.banks[..] else { panic!("two banks") };
    let ana = Person::join(aurora.client(), ANA, "Ana Souza").await;
    Person::join(aurora.client(), 680_000_000, "Carla Dias").await;
    let bruno = Person::join(boreal.client(), 690_000_000, "Bruno Lima").await;
    ana.pay_in(10_000).await;
    let id = fresh_package();
    let pay = order(vec![(Some(&ana.account), Some(&bruno.account), 2_500)]);
    let outcome = ana.bank.order_package(&ana.session.token, id, &pay).await.unwrap();
    assert!(matches!(outcome, OrderOutcome::Committed(_)), "{outcome:?}");

    let cpf = Cpf::from_base(ANA).unwrap();
    let number = ana.account.number.to_string();
    let show = cpf.to_string();
    let show = ["customers", "show", &show];
    for command in [&["customers", "list"][..], &["accounts", "list"], &["accounts", "show", &number], &show]
    {
        for text in [says(aurora, command), says_json(aurora, command).to_string()] {
            assert!(text.contains(&cpf.masked()) && text.contains("A** S****"), "{command:?}: {text}");
            for private in ["Ana", "Souza", "Carla", &cpf.to_string(), &cpf.formatted()] {
                assert!(!text.contains(private), "{command:?}: {private} in {text}");
            }
        }
    }
    assert_eq!(says_json(aurora, &["log"])["entries"], Value::Array(Vec::new()), "looking is not acting");
    let text = says(aurora, &["customers", "show", &cpf.formatted(), "--reveal"]);
    assert!(text.contains("Ana Souza") && text.contains(&cpf.formatted()), "{text}");
    let text = says(aurora, &["accounts", "show", &number, "--reveal"]);
    assert!(text.contains("Ana Souza"), "{text}");
    says(aurora, &["customers", "list", "--reveal"]);
    let log = says(aurora, &["log"]);
    assert_eq!(log.matches("reveal").count(), 3, "{log}");
    assert!(log.contains(&number) && !log.contains("Ana"), "{log}");

    // Pages go on where the one before ended, and none is missed.
    let first = says_json(aurora, &["accounts", "list", "--limit", "1"]);
    let next = first["next"].to_string();
    let second = says_json(aurora, &["accounts", "list", "--limit", "1", "--before", &next]);
    assert_eq!(second["accounts"][0]["account"], number, "{second}");
    assert_eq!(second["next"], Value::Null, "{second}");
    let first = says_json(aurora, &["customers", "list", "--limit", "1"]);
    let next = first["next"].as_str().unwrap();
    let second = says_json(aurora, &["customers", "list", "--limit", "1", "--before", next]);
    assert_ne!(first["customers"][0]["id"], second["customers"][0]["id"]);

    let package = id.to_string();
    let found = says_json(aurora, &["packages", "show", &package]);
    assert_eq!(
        (&found["package"]["order"], &found["package"]["record"]),
        (&"committed".into(), &"spent".into())
    );
    assert_eq!(found["postings"].as_array().unwrap().len(), 2, "{found}");
    assert_eq!(found["legs"][0]["amount"], 2_500);
    let there = says_json(boreal, &["packages", "show", &package]);
    assert_eq!((&there["package"]["order"], &there["package"]["record"]), (&Value::Null, &"spent".into()));
    assert!(says(aurora, &["packages", "show", &package]).contains("25,00"));
    let listed = says_json(aurora, &["packages", "list", "--limit", "1"]);
    assert_eq!(listed["packages"][0]["id"], package, "newest first");
    let next = listed["next"].as_str().unwrap().to_owned();
    let listed = says_json(aurora, &["packages", "list", "--before", &next]);
    assert_eq!(listed["packages"].as_array().unwrap().len(), 1, "{listed}");
    refuses(aurora, &["packages", "show", &fresh_package().to_string()], 1, "not_found");

    let peers = says_json(aurora, &["peers"]);
    let peer = &peers["peers"][0];
    assert_eq!(
        (&peer["bank"], &peer["status"], &peer["consortium"]),
        (&"boreal".into(), &"up".into(), &1.into())
    );
    assert_eq!(
        (&peer["due_to"], &peer["due_from"], &peer["exposure"]),
        (&2_500.into(), &0.into(), &0.into())
    );
    assert_eq!(says_json(boreal, &["peers"])["peers"][0]["due_from"], 2_500);
    assert!(says(aurora, &["peers"]).contains("boreal"));
    assert_eq!(says(aurora, &["packages", "--in-doubt"]).trim(), "nothing is in doubt");
}

/// Waits until `found` says so of what is in doubt at `bank`.
async fn doubts(bank: &BankProcess, what: &str, found: impl Fn(&Value) -> bool) -> Value {
    let began = Instant::now();
    loop {
        let doubts = says_json(bank, &["packages", "--in-doubt"]);
        if found(&doubts) {
            return doubts;
        }
        assert!(began.elapsed() < PATIENCE, "{what}: {doubts}\n{}", bank.log());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn what_is_in_doubt_says_whom_to_wait_for_and_ends_when_they_are_back() {
    let mut consortium = Consortium::start(3).await;
    let ana = Person::join(consortium.banks[0].client(), ANA, "Ana Souza").await;
    let bruno = Person::join(consortium.banks[1].client(), 690_000_000, "Bruno Lima").await;
    let caio = Person::join(consortium.banks[2].client(), 691_000_000, "Caio Reis").await;
    ana.pay_in(10_000).await;
    // cerrado stops in its tracks, so that aurora waits for its vote; boreal has given its own when aurora is killed.
    consortium.banks[2].signal("STOP");
    let legs = vec![
        (Some(&ana.account), Some(&bruno.account), 2_500),
        (Some(&ana.account), Some(&caio.account), 1_000),
    ];
    let (id, pay) = (fresh_package(), order(legs));
    let (bank, token) = (ana.bank.clone(), ana.session.token.clone());
    let ordered = tokio::spawn(async move { bank.order_package(&token, id, &pay).await });
    let began = Instant::now();
    let http = plain_http();
    loop {
        let ready = http.get(format!("{}/readyz", consortium.banks[1].admin)).send().await.unwrap();
        let ready: Value = serde_json::from_slice(&ready.bytes().await.unwrap()).unwrap();
        if ready["in_doubt"] == 1 {
            break;
        }
        assert!(began.elapsed() < PATIENCE, "{ready}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    consortium.banks[0].kill();
    ordered.await.unwrap().expect_err("its bank is gone");

    let doubts_of = |found: &Value| found["attempts"].as_array().unwrap().clone();
    let silent = doubts(&consortium.banks[1], "aurora is silent", |found| {
        doubts_of(found).first().is_some_and(|doubt| doubt["verdict"] == "coordinator_silent")
    })
    .await;
    let doubt = &doubts_of(&silent)[0];
    assert_eq!((&doubt["package"], &doubt["coordinator"]), (&id.to_string().into(), &"aurora".into()));
    let says_of = |doubt: &Value, bank: &str| {
        let said = doubt["testimonies"].as_array().unwrap().iter().find(|said| said["bank"] == bank).cloned();
        said.unwrap_or_default()["says"].clone()
    };
    assert_eq!(says_of(doubt, "boreal"), "prepared");
    assert_eq!(says_of(doubt, "aurora"), Value::Null);
    let text = says(&consortium.banks[1], &["packages", "--in-doubt"]);
    assert!(text.contains("Wait for aurora") && text.contains("does not answer"), "{text}");

    consortium.banks[2].signal("CONT");
    consortium.banks[0].start();
    consortium.banks[0].ready().await;
    doubts(&consortium.banks[1], "nothing stays in doubt", |found| doubts_of(found).is_empty()).await;
    assert_eq!(ana.money().await, (10_000, 0, 0));
}
