//! Three real processes and what befalls them: down, stopped, ended, doubled. Each time a clear answer comes, nothing is
//! lost or created, and nothing stays held once the banks are back.

#![allow(clippy::disallowed_methods, reason = "tests of real processes measure real time")]

mod real;

use std::io::Write as _;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use real::{Consortium, PATIENCE, Person, fresh_package, order, program};
use shared::api::replies::Permission;
use shared::api::requests::{GiveConsent, OrderPackage};
use shared::client::{ClientError, OrderOutcome};
use shared::ids::PackageId;
use shared::refusal::RefusalCode;

/// A customer is told what is known within 3 s; the rest is for a machine that is busy with other tests.
const ANSWER_WITHIN: Duration = Duration::from_secs(4);
const PURSE: i64 = 100_000;

/// A customer with money at each of three banks.
async fn people(consortium: &Consortium) -> Vec<Person> {
    let mut people = Vec::new();
    for (index, bank) in (0u32..).zip(&consortium.banks) {
        let person =
            Person::join(bank.client(), 410_000_000 + index * 7_919, &format!("Cliente {index}")).await;
        person.pay_in(PURSE).await;
        people.push(person);
    }
    people
}

/// Orders, and expects an answer in time.
async fn ask(person: &Person, id: PackageId, order: &OrderPackage) -> Result<OrderOutcome, ClientError> {
    let began = Instant::now();
    let outcome = person.bank.order_package(&person.session.token, id, order).await;
    assert!(began.elapsed() < ANSWER_WITHIN, "an answer took {:?}: {outcome:?}", began.elapsed());
    outcome
}

/// Sends the same id until it is committed.
async fn commit(person: &Person, id: PackageId, order: &OrderPackage) {
    let began = Instant::now();
    loop {
        match ask(person, id, order).await {
            Ok(OrderOutcome::Committed(_)) => return,
            Ok(OrderOutcome::Refused(problem)) => panic!("{id} was refused: {problem:?}"),
            Ok(OrderOutcome::InProgress(_) | OrderOutcome::Aborted(_)) => {}
            Err(error) => assert!(error.may_pass() || error.leaves_outcome_open(), "{error:?}"),
        }
        assert!(began.elapsed() < PATIENCE, "{id} is not committed");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Waits until the account has exactly this money, nothing held and nothing incoming.
async fn expect_money(person: &Person, centavos: i64) {
    let began = Instant::now();
    loop {
        let money = person.money().await;
        if money == (centavos, 0, 0) {
            return;
        }
        assert!(began.elapsed() < PATIENCE, "{} should have {centavos} and has {money:?}", person.account);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn aborted_for(outcome: &Result<OrderOutcome, ClientError>, code: RefusalCode) {
    let Ok(OrderOutcome::Aborted(problem)) = outcome else { panic!("not aborted: {outcome:?}") };
    assert!(problem.refusals.iter().any(|refusal| refusal.code == code), "{problem:?}");
}

fn audit(consortium: &Consortium) {
    let audit = consortium.audit();
    assert!(audit.status.success(), "the audit found something: {audit:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bank_down_as_payee_payer_or_bystander() {
    let mut consortium = Consortium::start(3).await;
    let people = people(&consortium).await;
    let (aurora, boreal, cerrado) = (&people[0], &people[1], &people[2]);
    let me = aurora.bank.me(&aurora.session.token).await.unwrap();
    let consent = GiveConsent {
        bank: aurora.session.bank.id.clone(),
        customer: me.id,
        permissions: vec![Permission::View, Permission::Pay],
        limit_per_package: None,
        limit_per_day: None,
        expires_at: None,
    };
    boreal.bank.give_consent(&boreal.session.token, &consent).await.unwrap();
    consortium.banks[1].kill();

    let to_boreal = order(vec![
        (Some(&aurora.account), Some(&boreal.account), 1_000),
        (Some(&aurora.account), Some(&cerrado.account), 500),
    ]);
    let payee = fresh_package();
    aborted_for(&ask(aurora, payee, &to_boreal).await, RefusalCode::BankUnavailable);
    expect_money(aurora, PURSE).await;

    let from_boreal = order(vec![(Some(&boreal.account), Some(&cerrado.account), 2_000)]);
    let payer = fresh_package();
    aborted_for(&ask(aurora, payer, &from_boreal).await, RefusalCode::BankUnavailable);
    let at_home = boreal.bank.order_package(&boreal.session.token, fresh_package(), &from_boreal).await;
    assert!(matches!(at_home, Err(ClientError::Unreachable { .. })), "{at_home:?}");

    let past_it = order(vec![(Some(&aurora.account), Some(&cerrado.account), 300)]);
    commit(aurora, fresh_package(), &past_it).await;
    expect_money(cerrado, PURSE + 300).await;

    consortium.banks[1].start();
    consortium.ready().await;
    commit(aurora, payee, &to_boreal).await;
    commit(aurora, payer, &from_boreal).await;
    expect_money(aurora, PURSE - 1_800).await;
    expect_money(boreal, PURSE + 1_000 - 2_000).await;
    expect_money(cerrado, PURSE + 300 + 500 + 2_000).await;
    audit(&consortium);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bank_that_is_stopped_and_goes_on() {
    let consortium = Consortium::start(3).await;
    let people = people(&consortium).await;
    let (aurora, boreal) = (&people[0], &people[1]);
    let transfer = order(vec![(Some(&aurora.account), Some(&boreal.account), 700)]);

    // The participant accepts connections and never answers.
    consortium.banks[1].signal("STOP");
    let first = fresh_package();
    aborted_for(&ask(aurora, first, &transfer).await, RefusalCode::BankUnavailable);
    consortium.banks[1].signal("CONT");
    commit(aurora, first, &transfer).await;
    expect_money(boreal, PURSE + 700).await;
    expect_money(aurora, PURSE - 700).await;

    // The coordinator stops with orders in its hands, each a little further than the one before.
    let mut ids = Vec::new();
    for round in 0u64..8 {
        let id = fresh_package();
        ids.push(id);
        let (person, transfer) = (aurora.clone(), transfer.clone());
        let asked = tokio::spawn(async move {
            let _whatever_it_says = person.bank.order_package(&person.session.token, id, &transfer).await;
        });
        tokio::time::sleep(Duration::from_millis(round)).await;
        consortium.banks[0].signal("STOP");
        let seen = boreal.money().await;
        assert!(seen.0 >= PURSE + 700, "a credit went away: {seen:?}");
        consortium.banks[0].signal("CONT");
        asked.await.unwrap();
    }
    for id in ids {
        commit(aurora, id, &transfer).await;
    }
    expect_money(boreal, PURSE + 9 * 700).await;
    expect_money(aurora, PURSE - 9 * 700).await;
    audit(&consortium);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_answer_and_a_cut_connection() {
    let consortium = Consortium::start(2).await;
    let people = people(&consortium).await;
    let (aurora, boreal) = (&people[0], &people[1]);
    let transfer = order(vec![(Some(&aurora.account), Some(&boreal.account), 900)]);
    let id = fresh_package();
    // Sent by hand, and the connection cut before an answer can come.
    let body = serde_json::to_string(&transfer).unwrap();
    let host = consortium.banks[0].address.trim_start_matches("http://").to_owned();
    let mut connection = TcpStream::connect(&host).unwrap();
    write!(
        connection,
        "PUT /v1/packages/{id} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        aurora.session.token.reveal(),
        body.len()
    )
    .unwrap();
    drop(connection);
    commit(aurora, id, &transfer).await;
    commit(aurora, id, &transfer).await;
    expect_money(aurora, PURSE - 900).await;
    expect_money(boreal, PURSE + 900).await;
    audit(&consortium);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sigterm_ends_a_node_with_0_and_its_books_whole() {
    let mut consortium = Consortium::start(2).await;
    let people = people(&consortium).await;
    let (aurora, boreal) = (&people[0], &people[1]);
    let transfer = order(vec![(Some(&aurora.account), Some(&boreal.account), 100)]);
    let mut under_way = Vec::new();
    for _ in 0..16 {
        let (person, transfer, id) = (aurora.clone(), transfer.clone(), fresh_package());
        under_way.push(tokio::spawn(async move {
            (id, person.bank.order_package(&person.session.token, id, &transfer).await)
        }));
    }
    consortium.banks[0].signal("TERM");
    assert_eq!(consortium.banks[0].wait(), Some(0), "{}", consortium.banks[0].log());
    let mut told = Vec::new();
    for asked in under_way {
        told.push(asked.await.unwrap());
    }
    consortium.banks[0].start();
    consortium.ready().await;
    for (id, before) in told {
        if let Ok(OrderOutcome::Refused(problem)) = before {
            panic!("{id} was refused: {problem:?}");
        }
        commit(aurora, id, &transfer).await;
    }
    expect_money(aurora, PURSE - 1_600).await;
    expect_money(boreal, PURSE + 1_600).await;
    audit(&consortium);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_process_on_one_ledger_is_refused_and_the_first_goes_on() {
    let consortium = Consortium::start(2).await;
    let people = people(&consortium).await;
    let second = program()
        .args(["serve", "--config"])
        .arg(&consortium.banks[0].config)
        .env("BANK_LISTEN", "127.0.0.1:0")
        .env("BANK_ADMIN_LISTEN", "127.0.0.1:0")
        .output()
        .unwrap();
    assert!(!second.status.success());
    let complaint = String::from_utf8_lossy(&second.stderr);
    assert!(complaint.contains("aurora"), "it names the ledger: {complaint}");
    let transfer = order(vec![(Some(&people[0].account), Some(&people[1].account), 100)]);
    commit(&people[0], fresh_package(), &transfer).await;
    audit(&consortium);
}
