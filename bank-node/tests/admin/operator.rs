//! An operator at the keys: `bank-node admin` against one bank of a test.

use std::process::Output;

use serde_json::Value;

use crate::real::{BankProcess, program};

/// Runs `bank-node admin` on `bank`.
pub fn admin(bank: &BankProcess, arguments: &[&str]) -> Output {
    program().args(["admin", "--config"]).arg(&bank.config).args(arguments).output().unwrap()
}

/// The same, which must succeed; what it prints.
pub fn says(bank: &BankProcess, arguments: &[&str]) -> String {
    let output = admin(bank, arguments);
    assert!(output.status.success(), "{arguments:?}: {output:?}\n{}", bank.log());
    String::from_utf8(output.stdout).unwrap()
}

/// The same as JSON.
pub fn says_json(bank: &BankProcess, arguments: &[&str]) -> Value {
    let text = says(bank, &[arguments, &["--json"]].concat());
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {text}"))
}

/// The same, which must fail with `code` and say why in one line.
pub fn refuses(bank: &BankProcess, arguments: &[&str], code: i32, why: &str) {
    let output = admin(bank, arguments);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
    assert_eq!(said.trim_end().lines().count(), 1, "{said}");
    assert!(said.contains(why), "{arguments:?}: {said}");
}
