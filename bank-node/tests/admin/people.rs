//! Accounts frozen and closed, passwords set anew, log-ins ended, and all of it in the operators' log.

use serde_json::Value;
use shared::api::problem::ProblemCode;
use shared::api::requests::{ChangeCustomer, ChangePassword, LogIn};
use shared::client::{BankClient, ClientError, LoggedIn, OrderOutcome};
use shared::cpf::Cpf;
use shared::refusal::RefusalCode;
use shared::text::{Name, Password};

use crate::operator::{refuses, says, says_json};
use crate::real::{BankProcess, Consortium, Person, fresh_package, order, program};

const ANA: u32 = 610_000_000;

/// The lines of the operators' log, oldest first: action, subject and outcome of each.
fn log(bank: &BankProcess) -> Vec<(String, String, String)> {
    let log = says_json(bank, &["log"]);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let entries = log["entries"].as_array().unwrap().iter().rev();
    entries.map(|entry| (text(&entry["action"]), text(&entry["subject"]), text(&entry["outcome"]))).collect()
}

fn refused(outcome: &OrderOutcome) -> Vec<RefusalCode> {
    match outcome {
        OrderOutcome::Refused(problem) => problem.refusals.iter().map(|refusal| refusal.code).collect(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_frozen_account_neither_pays_nor_is_paid_and_closes_by_its_banks_word() {
    let consortium = Consortium::start(2).await;
    let [aurora, boreal] = &consortium.banks[..] else { panic!("two banks") };
    let ana = Person::join(aurora.client(), ANA, "Ana Souza").await;
    let bruno = Person::join(boreal.client(), 620_000_000, "Bruno Lima").await;
    ana.pay_in(10_000).await;
    let number = ana.account.number.to_string();

    let said = says(aurora, &["account", "freeze", &number]);
    assert!(said.starts_with(&format!("{number} is frozen; balance R$ 100,00")), "{said}");
    let pay = order(vec![(Some(&ana.account), Some(&bruno.account), 1_000)]);
    let preview = ana.bank.preview(&ana.session.token, &pay).await.unwrap();
    let refusal = preview.legs[0].refusal.as_ref().expect("the preview says so");
    assert_eq!(refusal.code, RefusalCode::AccountFrozen);
    let outcome = ana.bank.order_package(&ana.session.token, fresh_package(), &pay).await.unwrap();
    assert_eq!(refused(&outcome), [RefusalCode::AccountFrozen]);
    let pay_in = order(vec![(None, Some(&ana.account), 1)]);
    let outcome = ana.bank.order_package(&ana.session.token, fresh_package(), &pay_in).await.unwrap();
    assert_eq!(refused(&outcome), [RefusalCode::AccountFrozen]);
    let closed = ana.bank.close_account(&ana.session.token, ana.account.number).await.unwrap_err();
    assert_eq!(code(&closed), Some(ProblemCode::AccountFrozen));
    refuses(aurora, &["account", "close", &number], 1, "account_not_empty");

    says(aurora, &["account", "unfreeze", &number]);
    let pay = order(vec![(Some(&ana.account), Some(&bruno.account), 10_000)]);
    let outcome = ana.bank.order_package(&ana.session.token, fresh_package(), &pay).await.unwrap();
    assert!(matches!(outcome, OrderOutcome::Committed(_)), "{outcome:?}");
    let said = says(aurora, &["account", "close", &number]);
    assert!(said.contains("is closed"), "{said}");
    refuses(aurora, &["account", "freeze", &number], 1, "account_closed");
    let line = |action: &str, outcome: &str| (action.to_owned(), number.clone(), outcome.to_owned());
    assert_eq!(
        log(aurora),
        [
            line("account_freeze", "done"),
            line("account_close", "account_not_empty"),
            line("account_unfreeze", "done"),
            line("account_close", "done"),
            line("account_freeze", "account_closed"),
        ]
    );
    let audit = consortium.audit();
    assert!(audit.status.success(), "{audit:?}");
    let report: Value = serde_json::from_slice(&audit.stdout).unwrap();
    assert_eq!(report["banks"][0]["books"]["operators_log"], 5);
    let newest = says_json(aurora, &["log"])["entries"][0]["hash"].clone();
    assert_eq!(report["banks"][0]["books"]["last_operators_log_hash"], newest);
}

fn code(error: &ClientError) -> Option<ProblemCode> {
    match error {
        ClientError::Problem(problem) => Some(problem.code),
        _ => None,
    }
}

async fn log_in(bank: &BankClient, password: &str) -> Result<LoggedIn, ClientError> {
    let cpf = Cpf::from_base(ANA).unwrap();
    bank.log_in(&LogIn { cpf, password: Password::new(password.to_owned()) }).await
}

#[tokio::test]
async fn a_password_that_an_operator_sets_opens_nothing_but_its_own_change() {
    let mut consortium = Consortium::start(1).await;
    let bank = &consortium.banks[0];
    let ana = Person::join(bank.client(), ANA, "Ana Souza").await;
    let cpf = Cpf::from_base(ANA).unwrap();
    let client = bank.client();
    client.me(&ana.session.token).await.expect("logged in");

    let reset = says_json(bank, &["customer", "reset-password", &cpf.formatted()]);
    let password = reset["password"].as_str().unwrap();
    assert_eq!(reset["cpf"].as_str().unwrap(), cpf.masked());
    assert_eq!(code(&client.me(&ana.session.token).await.unwrap_err()), Some(ProblemCode::Unauthenticated));
    assert!(log_in(&client, "correct horse").await.is_err(), "the old password is none any more");

    let opened = log_in(&client, password).await.unwrap();
    assert!(opened.must_change_password);
    let token = &opened.token;
    let wants_change = Some(ProblemCode::PasswordChangeRequired);
    assert_eq!(code(&client.me(token).await.unwrap_err()), wants_change);
    assert_eq!(code(&client.accounts(token).await.unwrap_err()), wants_change);
    assert_eq!(code(&client.sessions(token).await.unwrap_err()), wants_change);
    assert_eq!(code(&client.events(token, None).await.map(drop).unwrap_err()), wants_change);
    let pay_in = order(vec![(None, Some(&ana.account), 1)]);
    assert!(client.order_package(token, fresh_package(), &pay_in).await.is_err());
    let renamed = ChangeCustomer { name: Some(Name::new("Outra").unwrap()), password: None };
    assert_eq!(code(&client.change_customer(token, &renamed).await.unwrap_err()), wants_change);
    let change = |current: &str, new: &str| ChangeCustomer {
        name: None,
        password: Some(ChangePassword {
            current: Password::new(current.to_owned()),
            new: Password::new(new.to_owned()),
        }),
    };
    // Not even a start of the bank forgets it.
    let bank = &mut consortium.banks[0];
    bank.kill();
    bank.start();
    bank.ready().await;
    let bank = &consortium.banks[0];
    assert_eq!(code(&client.me(token).await.unwrap_err()), wants_change);
    let wrong = client.change_customer(token, &change("guessed wrong", "battery staple")).await.unwrap_err();
    assert_eq!(code(&wrong), Some(ProblemCode::InvalidCredentials));
    let same = client.change_customer(token, &change(password, password)).await.unwrap_err();
    assert_eq!(code(&same), wants_change, "the bank's own password is no change");
    client.change_customer(token, &change(password, "battery staple")).await.expect("changed");
    client.accounts(token).await.expect("the same session does everything now");
    assert!(!log_in(&client, "battery staple").await.unwrap().must_change_password);

    let sessions = says_json(bank, &["customer", "sessions", &cpf.to_string()]);
    assert_eq!(sessions["sessions"].as_array().unwrap().len(), 2, "{sessions}");
    says(bank, &["customer", "sessions", &cpf.to_string(), "--end"]);
    assert_eq!(code(&client.accounts(token).await.unwrap_err()), Some(ProblemCode::Unauthenticated));
    let nobody = Cpf::from_base(699_999_999).unwrap();
    refuses(bank, &["customer", "reset-password", &nobody.to_string()], 1, "not_found");
    refuses(bank, &["customer", "reset-password", "../../v1"], 1, "malformed_path");

    let customer = reset["customer"].as_str().unwrap().to_owned();
    let line = |action: &str, on: &str, outcome: &str| (action.to_owned(), on.to_owned(), outcome.to_owned());
    assert_eq!(
        log(bank),
        [
            line("password_reset", &customer, "done"),
            line("sessions_end", &customer, "done"),
            line("password_reset", "", "not_found"),
        ]
    );
    // Neither the password nor the person is in what the bank logged or in its operators' log.
    let (said, logged) = (says(bank, &["log", "--json"]), bank.log());
    for private in [password, &cpf.to_string(), &cpf.formatted(), "Ana", "correct horse", "battery staple"] {
        assert!(!said.contains(private) && !logged.contains(private), "{private}");
    }
}

/// What an operator did cannot be taken out of the books, and a line that was changed from outside is found.
#[tokio::test]
async fn a_changed_line_of_the_operators_log_fails_the_audit() {
    let mut consortium = Consortium::start(1).await;
    let bank = &mut consortium.banks[0];
    says(bank, &["drain"]);
    says(bank, &["undrain"]);
    bank.signal("TERM");
    assert_eq!(bank.wait(), Some(0));
    let ledger = rusqlite::Connection::open(bank.config.with_file_name("data/aurora/ledger.db")).unwrap();
    let forged = "UPDATE operator_entry SET operator = 'nobody' WHERE number = 1";
    let refused = ledger.execute(forged, []).unwrap_err().to_string();
    assert!(refused.contains("never changes"), "{refused}");
    ledger.execute("DELETE FROM operator_entry", []).unwrap_err();
    let audit = || program().args(["audit", "--config"]).arg(&bank.config).output().unwrap();
    assert!(audit().status.success(), "{:?}", audit());
    ledger.execute_batch("DROP TRIGGER operator_entry_stays").unwrap();
    ledger.execute(forged, []).unwrap();
    let found = audit();
    assert_eq!(found.status.code(), Some(4), "{found:?}");
    let report: Value = serde_json::from_slice(&found.stdout).unwrap();
    assert_eq!(report["banks"][0]["violations"][0]["invariant"], "operators_log", "{report}");
}
