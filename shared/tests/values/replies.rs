//! Answers: printed with the fields of the interface and no null, and read back the same.

use std::fmt::Debug;

use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use shared::api::problem::{Problem, ProblemCode};
use shared::api::replies::*;

use crate::samples;
use crate::strategies;

fn holds_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(values) => values.iter().any(holds_null),
        Value::Object(fields) => fields.values().any(holds_null),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// Prints and reads `reply`; its fields are `fields`, in any order.
fn check<T: Serialize + DeserializeOwned + PartialEq + Debug>(reply: &T, fields: &str) {
    let printed = serde_json::to_value(reply).unwrap();
    assert!(!holds_null(&printed), "a field that is not there is left out: {printed}");
    let mut expect: Vec<&str> = fields.split_whitespace().collect();
    expect.sort_unstable();
    let mut found: Vec<&String> = printed.as_object().unwrap().keys().collect();
    found.sort_unstable();
    assert_eq!(found, expect);
    assert_eq!(serde_json::from_value::<T>(printed).unwrap(), *reply);
}

#[test]
fn banks() {
    check(&samples::bank(), "id name version public_key");
    check(&samples::consortium(), "version banks");
    check(&samples::consortium().banks[0], "id name address status latency_ms");
    check(&samples::consortium().banks[1], "id name address status leaving");
}

#[test]
fn customers_and_sessions() {
    check(&samples::customer(None), "id cpf name");
    check(&samples::customer(Some(samples::at())), "id cpf name created_at");
    check(&samples::session_opened(), "token expires_at customer bank");
    check(&samples::session_opened().bank, "id name");
    check(&samples::sessions(), "sessions");
    check(&samples::sessions().sessions[0], "id created_at last_used_at expires_at current");
    assert!(!format!("{:?}", samples::session_opened()).contains("tok-secret"), "a token is never printed");
}

#[test]
fn accounts() {
    let plain = "account kind status holders balance held available incoming opened_at";
    check(&samples::personal(), plain);
    check(&samples::business(), &format!("{plain} cnpj company"));
    check(&samples::business().holders[1], "cpf name status");
    check(&samples::accounts(), "accounts");
    check(&samples::accounts_in_consortium(), "accounts banks");
    check(&samples::accounts_in_consortium().banks.unwrap()[0], "bank status");
    check(&samples::payee(), "account kind name");
}

#[test]
fn statements_and_invitations() {
    check(&samples::statement(), "postings next");
    check(&StatementReply { next: None, ..samples::statement() }, "postings");
    let plain = "number at package leg amount balance_after counterparty";
    check(&samples::statement().postings[0], &format!("{plain} description"));
    check(&samples::statement().postings[1], plain);
    check(&samples::invitations(), "invitations");
    check(&samples::invitations().invitations[0], "account kind invited_by at");
    check(&samples::invitations().invitations[1], "account kind company invited_by at");
    check(&samples::invitations().invitations[0].invited_by, "name");
}

#[test]
fn packages() {
    let plain = "id status settled legs created_at banks";
    check(&samples::package(PackageStatus::InProgress), plain);
    check(&samples::package(PackageStatus::Committed), &format!("{plain} decided_at"));
    check(&samples::package(PackageStatus::Refused), &format!("{plain} decided_at refusals"));
    check(&samples::package(PackageStatus::Aborted), &format!("{plain} decided_at refusals"));
    let package = samples::package(PackageStatus::Refused);
    check(&package.legs[0], "from to amount description");
    check(&package.legs[1], "leg amount");
    check(&package.banks[0], "bank state");
    check(&package.refusals[0], "leg code detail missing");
    check(&package.refusals[1], "leg code detail");
    check(&samples::packages(), "packages next");
    check(&samples::preview(), "legs accounts");
    check(&samples::preview().legs[0], "leg ok");
    check(&samples::preview().legs[1], "leg ok refusal");
    check(&samples::preview().accounts[0], "account available_after");
    let problem = samples::ended(ProblemCode::PackageAborted, PackageStatus::Aborted);
    check(&problem, "type title status detail code refusals package");
}

#[test]
fn consents() {
    let fields =
        "id bank customer permissions limit_per_package limit_per_day used_today expires_at created_at";
    check(&samples::consent(), fields);
    check(&samples::consents(), "consents");
}

/// Words of the interface that are values and not fields.
#[test]
fn states_are_written_as_the_interface_has_them() {
    let words = |values: &[Value]| {
        values.iter().map(|v| v.as_str().unwrap().to_owned()).collect::<Vec<_>>().join(" ")
    };
    let of = |reply: Value, list: &str, field: &str| {
        words(&reply[list].as_array().unwrap().iter().map(|item| item[field].clone()).collect::<Vec<_>>())
    };
    let json = |reply: &dyn Fn() -> Result<Value, serde_json::Error>| reply().unwrap();
    assert_eq!(
        of(json(&|| serde_json::to_value(samples::consortium())), "banks", "status"),
        "up down unknown"
    );
    let scope = json(&|| serde_json::to_value(samples::accounts_in_consortium()));
    assert_eq!(of(scope, "banks", "status"), "ok unreachable no_consent");
    let package = json(&|| serde_json::to_value(samples::package(PackageStatus::InProgress)));
    assert_eq!(package["status"], "in_progress");
    assert_eq!(of(package, "banks", "state"), "waiting prepared refused committed aborted");
    assert_eq!(
        of(json(&|| serde_json::to_value(samples::business())), "holders", "status"),
        "holder invited"
    );
    assert_eq!(
        serde_json::to_value(samples::consent().permissions).unwrap(),
        serde_json::json!(["view", "pay"])
    );
    assert_eq!(serde_json::to_value(samples::at()).unwrap(), "2026-11-20T12:00:00Z", "times are in UTC");
}

proptest! {
    #[test]
    fn no_json_panics_a_client(body in strategies::json()) {
        let _ = serde_json::from_value::<Problem>(body.clone());
        let _ = serde_json::from_value::<PackageReply>(body.clone());
        let _ = serde_json::from_value::<AccountsReply>(body.clone());
        let _ = serde_json::from_value::<SessionOpened>(body.clone());
        let _ = serde_json::from_value::<StatementReply>(body);
    }
}
