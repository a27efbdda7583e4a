//! The one error body: every code under its status, as the interface has them.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use shared::api::problem::{FieldCode, FieldError, Problem, ProblemCode};
use shared::api::replies::PackageStatus;

use crate::samples;

/// The interface's table, row by row.
const STATUSES: &[(u16, &str)] = &[
    (400, "malformed_json malformed_path malformed_query"),
    (401, "unauthenticated invalid_credentials"),
    (403, "password_change_required"),
    (404, "not_found"),
    (405, "method_not_allowed"),
    (408, "request_timeout"),
    (
        409,
        "customer_exists personal_account_exists id_reused account_not_empty already_answered account_frozen account_closed",
    ),
    (413, "body_too_large"),
    (415, "unsupported_media_type"),
    (422, "invalid_fields package_refused"),
    (429, "too_many_requests"),
    (431, "headers_too_large"),
    (503, "package_aborted bank_unavailable not_fresh overloaded recovering disk_full"),
];

#[test]
fn every_code_has_the_status_of_the_interface() {
    let table = STATUSES.iter().flat_map(|(status, codes)| codes.split(' ').map(|code| (*status, code)));
    let coded = ProblemCode::ALL.iter().map(|code| (code.status(), code.as_str()));
    assert_eq!(coded.collect::<BTreeSet<_>>(), table.clone().collect::<BTreeSet<_>>());
    assert_eq!(ProblemCode::ALL.len(), table.count(), "none twice");
}

#[test]
fn a_problem_of_every_code_is_written_and_read_back() {
    for code in ProblemCode::ALL {
        let problem = Problem::new(*code);
        let expect = json!({"type": format!("/problems/{}", code.as_str()), "title": code.title(),
            "status": code.status(), "detail": code.title(), "code": code.as_str()});
        let written = serde_json::to_value(&problem).unwrap();
        assert_eq!(written, expect, "what does not apply is left out");
        assert_eq!(serde_json::from_value::<Problem>(written).unwrap(), problem);
        assert_eq!(serde_json::from_value::<ProblemCode>(json!(code.as_str())).unwrap(), *code);
    }
}

#[test]
fn a_full_problem_is_read_back() {
    let mut problem = samples::ended(ProblemCode::PackageRefused, PackageStatus::Refused)
        .with_detail("a detail")
        .retry_after(1_500);
    problem.errors = vec![FieldError::new("legs[2].amount", FieldCode::AmountRange)];
    let written = serde_json::to_value(&problem).unwrap();
    assert_eq!(written["detail"], "a detail");
    assert_eq!(written["retry_after_ms"], 1_500);
    assert_eq!(written["refusals"][0]["missing"], 700);
    assert_eq!(written["package"]["status"], "refused");
    let sentence = FieldCode::AmountRange.sentence();
    assert_eq!(
        written["errors"],
        json!([{"field": "legs[2].amount", "code": "amount_range", "detail": sentence}])
    );
    assert_eq!(serde_json::from_value::<Problem>(written).unwrap(), problem);
}

#[test]
fn a_code_that_is_not_of_the_interface_is_no_problem_of_it() {
    let mut written = serde_json::to_value(Problem::new(ProblemCode::NotFound)).unwrap();
    written["code"] = Value::from("teapot");
    assert!(serde_json::from_value::<Problem>(written).is_err());
}

#[test]
fn field_codes_are_written_as_the_interface_has_them() {
    let words = "required unknown_field wrong_type invalid_cpf invalid_cnpj too_short too_long bad_characters \
        amount_range legs_range leg_empty same_account malformed_account check_digit unknown_bank \
        holder_not_customer holder_duplicate holders_range accounts_range expired limit_range";
    let written: Vec<&str> = FieldCode::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(written.join(" "), words);
    for code in FieldCode::ALL {
        assert_eq!(serde_json::to_value(code).unwrap(), json!(code.as_str()));
        assert_eq!(serde_json::from_value::<FieldCode>(json!(code.as_str())).unwrap(), *code);
        assert!(code.sentence().ends_with('.'));
    }
}

#[test]
fn sentences_name_the_limits_in_force() {
    use shared::limits::{
        ACCOUNTS_PER_CUSTOMER_MAX, AMOUNT_MAX, BALANCE_MAX, HOLDERS_MAX, LEGS_MAX, PACKAGE_BANKS_MAX,
    };
    let names = |code: FieldCode, limit: &dyn std::fmt::Display| code.sentence().contains(&limit.to_string());
    assert!(names(FieldCode::AmountRange, &AMOUNT_MAX));
    assert!(names(FieldCode::LegsRange, &LEGS_MAX) && names(FieldCode::LegsRange, &PACKAGE_BANKS_MAX));
    assert!(names(FieldCode::HoldersRange, &HOLDERS_MAX));
    assert!(names(FieldCode::AccountsRange, &ACCOUNTS_PER_CUSTOMER_MAX));
    assert!(names(FieldCode::LimitRange, &BALANCE_MAX));
}
