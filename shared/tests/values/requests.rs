//! Reading request bodies: each wrong field named by its path and its code, all of them at once, and never a panic.

use std::collections::BTreeSet;

use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Value, json};
use shared::api::fields::FromJson;
use shared::api::problem::{FieldCode, FieldError};
use shared::api::requests::{ChangeCustomer, GiveConsent, LogIn, OpenAccount, OrderPackage, SignUp};
use shared::limits::{AMOUNT_MAX, BALANCE_MAX};

use crate::samples::{UUID, account};
use crate::strategies;

use FieldCode::*;

type Wrong = Vec<(&'static str, FieldCode)>;

fn wrong<T: FromJson>(body: Value) -> Vec<(String, FieldCode)> {
    let errors = T::from_json(body).err().unwrap_or_default();
    errors.into_iter().map(|FieldError { field, code, .. }| (field, code)).collect()
}

/// One request body of each kind, and what is wrong with it: nothing, for an empty list.
struct Row {
    read: fn(Value) -> Vec<(String, FieldCode)>,
    body: Value,
    expect: Wrong,
}

fn row<T: FromJson>(body: Value, expect: Wrong) -> Row {
    Row { read: wrong::<T>, body, expect }
}

fn sign_ups() -> Vec<Row> {
    let good = json!({"cpf": "529.982.247-25", "name": "Maria", "password": "12345678"});
    let with = |field: &str, value: Value| {
        let mut body = good.clone();
        body[field] = value;
        body
    };
    vec![
        row::<SignUp>(good.clone(), vec![]),
        row::<SignUp>(json!({}), vec![("cpf", Required), ("name", Required), ("password", Required)]),
        row::<SignUp>(Value::Null, vec![("", WrongType)]),
        row::<SignUp>(json!([good]), vec![("", WrongType)]),
        row::<SignUp>(json!("cpf"), vec![("", WrongType)]),
        row::<SignUp>(with("cpf", json!(52998224725u64)), vec![("cpf", WrongType)]),
        row::<SignUp>(with("cpf", json!("52998224726")), vec![("cpf", InvalidCpf)]),
        row::<SignUp>(with("cpf", Value::Null), vec![("cpf", WrongType)]),
        row::<SignUp>(with("name", json!(" \u{200b}")), vec![("name", TooShort)]),
        row::<SignUp>(with("name", json!("é".repeat(81))), vec![("name", TooLong)]),
        row::<SignUp>(with("name", json!("é".repeat(80))), vec![]),
        row::<SignUp>(with("name", json!("1234")), vec![("name", BadCharacters)]),
        row::<SignUp>(with("password", json!("1234567")), vec![("password", TooShort)]),
        row::<SignUp>(with("password", json!("é".repeat(256))), vec![]),
        row::<SignUp>(with("password", json!("é".repeat(257))), vec![("password", TooLong)]),
        row::<SignUp>(with("extra", json!(1)), vec![("extra", UnknownField)]),
        row::<SignUp>(with("", json!(1)), vec![("", UnknownField)]),
        row::<SignUp>(
            json!({"cpf": "1", "name": 2, "password": "", "b": 1, "a": 2}),
            vec![
                ("cpf", InvalidCpf),
                ("name", WrongType),
                ("password", TooShort),
                ("a", UnknownField),
                ("b", UnknownField),
            ],
        ),
    ]
}

fn log_ins_and_changes() -> Vec<Row> {
    vec![
        // Whether a password is long enough is asked where it is chosen, not where it is tried.
        row::<LogIn>(json!({"cpf": "52998224725", "password": ""}), vec![]),
        row::<LogIn>(json!({"cpf": "52998224725", "password": "x".repeat(257)}), vec![("password", TooLong)]),
        row::<LogIn>(
            json!({"name": "Maria"}),
            vec![("cpf", Required), ("password", Required), ("name", UnknownField)],
        ),
        row::<ChangeCustomer>(json!({}), vec![]),
        row::<ChangeCustomer>(json!({"name": null}), vec![("name", WrongType)]),
        row::<ChangeCustomer>(json!({"password": {"current": "", "new": "12345678"}}), vec![]),
        row::<ChangeCustomer>(json!({"password": "12345678"}), vec![("password", WrongType)]),
        row::<ChangeCustomer>(
            json!({"password": {}}),
            vec![("password.current", Required), ("password.new", Required)],
        ),
        row::<ChangeCustomer>(
            json!({"password": {"current": "x".repeat(257), "new": "short", "old": 1}, "name": "7"}),
            vec![
                ("name", BadCharacters),
                ("password.current", TooLong),
                ("password.new", TooShort),
                ("password.old", UnknownField),
            ],
        ),
    ]
}

fn accounts() -> Vec<Row> {
    let business = |cnpj: &str, company: &str| json!({"kind": "business", "cnpj": cnpj, "company": company});
    vec![
        row::<OpenAccount>(json!({"kind": "personal"}), vec![]),
        row::<OpenAccount>(json!({"kind": "personal", "holders": []}), vec![("holders", UnknownField)]),
        row::<OpenAccount>(json!({}), vec![("kind", Required)]),
        row::<OpenAccount>(json!({"kind": 1}), vec![("kind", WrongType)]),
        row::<OpenAccount>(json!({"kind": "Personal"}), vec![("kind", WrongType)]),
        // Which fields belong to a kind that is not known, nobody can say.
        row::<OpenAccount>(
            json!({"kind": "savings", "holders": [], "cnpj": 1, "company": "x", "extra": 1}),
            vec![("kind", WrongType), ("extra", UnknownField)],
        ),
        row::<OpenAccount>(
            json!({"holders": [], "extra": 1}),
            vec![("kind", Required), ("extra", UnknownField)],
        ),
        row::<OpenAccount>(json!({"kind": "joint"}), vec![("holders", Required)]),
        row::<OpenAccount>(json!({"kind": "joint", "holders": "52998224725"}), vec![("holders", WrongType)]),
        row::<OpenAccount>(json!({"kind": "joint", "holders": ["52998224725"]}), vec![]),
        row::<OpenAccount>(
            json!({"kind": "joint", "holders": ["52998224725", "1", 2, "529.982.247-25"]}),
            vec![("holders[1]", InvalidCpf), ("holders[2]", WrongType), ("holders[3]", HolderDuplicate)],
        ),
        row::<OpenAccount>(
            json!({"kind": "joint", "holders": [1, 2, 3, 4, 5]}),
            vec![("holders", HoldersRange)],
        ),
        row::<OpenAccount>(
            json!({"kind": "joint", "holders": ["52998224725"], "cnpj": "x"}),
            vec![("cnpj", UnknownField)],
        ),
        row::<OpenAccount>(business("12.abc.345/01de-35", "Padaria"), vec![]),
        row::<OpenAccount>(business("12ABC34501DE36", "Padaria"), vec![("cnpj", InvalidCnpj)]),
        row::<OpenAccount>(business("", ""), vec![("cnpj", InvalidCnpj), ("company", TooShort)]),
        row::<OpenAccount>(
            json!({"kind": "business", "holders": [null]}),
            vec![("cnpj", Required), ("company", Required), ("holders[0]", WrongType)],
        ),
    ]
}

fn packages() -> Vec<Row> {
    let (a, b) = (account("a", 1), account("b", 1));
    let leg = json!({"from": a, "to": b, "amount": 1});
    let of = |leg: Value| json!({"legs": [leg]});
    let many_banks: Vec<Value> =
        (0..17).map(|bank| json!({"to": account(&format!("b{bank}"), 1), "amount": 1})).collect();
    vec![
        row::<OrderPackage>(of(leg.clone()), vec![]),
        row::<OrderPackage>(json!({"legs": vec![leg.clone(); 64]}), vec![]),
        row::<OrderPackage>(json!({"legs": many_banks[..16]}), vec![]),
        row::<OrderPackage>(json!({}), vec![("legs", Required)]),
        row::<OrderPackage>(json!({"legs": []}), vec![("legs", LegsRange)]),
        row::<OrderPackage>(json!({"legs": vec![leg.clone(); 65]}), vec![("legs", LegsRange)]),
        row::<OrderPackage>(json!({"legs": many_banks}), vec![("legs", LegsRange)]),
        row::<OrderPackage>(json!({"legs": {"0": leg}}), vec![("legs", WrongType)]),
        row::<OrderPackage>(json!({"legs": [leg], "id": 1}), vec![("id", UnknownField)]),
        row::<OrderPackage>(of(Value::Null), vec![("legs[0]", WrongType)]),
        row::<OrderPackage>(of(json!({"amount": 5})), vec![("legs[0]", LegEmpty)]),
        row::<OrderPackage>(of(json!({})), vec![("legs[0].amount", Required), ("legs[0]", LegEmpty)]),
        row::<OrderPackage>(of(json!({"from": a, "to": a, "amount": 5})), vec![("legs[0]", SameAccount)]),
        row::<OrderPackage>(
            of(json!({"from": a, "to": a, "amount": 0})),
            vec![("legs[0].amount", AmountRange), ("legs[0]", SameAccount)],
        ),
        row::<OrderPackage>(of(json!({"from": a, "to": null, "amount": 5})), vec![("legs[0].to", WrongType)]),
        row::<OrderPackage>(of(json!({"from": "a", "amount": 5})), vec![("legs[0].from", MalformedAccount)]),
        row::<OrderPackage>(of(json!({"to": "a/0001-0", "amount": 5})), vec![("legs[0].to", CheckDigit)]),
        row::<OrderPackage>(
            of(json!({"to": b, "amount": 5, "description": "é".repeat(141)})),
            vec![("legs[0].description", TooLong)],
        ),
        row::<OrderPackage>(of(json!({"to": b, "amount": 5, "description": " \u{200b} "})), vec![]),
        row::<OrderPackage>(
            json!({"legs": [leg, {"to": b}, {"to": b, "amount": "5"}, 7, {"from": "x", "to": 1, "amount": 1, "note": 1}]}),
            vec![
                ("legs[1].amount", Required),
                ("legs[2].amount", WrongType),
                ("legs[3]", WrongType),
                ("legs[4].from", MalformedAccount),
                ("legs[4].to", WrongType),
                ("legs[4].note", UnknownField),
            ],
        ),
    ]
}

fn consents() -> Vec<Row> {
    let good = json!({"bank": "bonanza", "customer": UUID, "permissions": ["view", "pay"]});
    let with = |field: &str, value: Value| {
        let mut body = good.clone();
        body[field] = value;
        body
    };
    vec![
        row::<GiveConsent>(good.clone(), vec![]),
        row::<GiveConsent>(
            json!({}),
            vec![("bank", Required), ("customer", Required), ("permissions", Required)],
        ),
        row::<GiveConsent>(with("bank", json!("Bonanza!")), vec![("bank", UnknownBank)]),
        row::<GiveConsent>(with("bank", json!(1)), vec![("bank", WrongType)]),
        row::<GiveConsent>(with("customer", json!("me")), vec![("customer", BadCharacters)]),
        row::<GiveConsent>(with("permissions", json!([])), vec![("permissions", Required)]),
        row::<GiveConsent>(with("permissions", json!("view")), vec![("permissions", WrongType)]),
        row::<GiveConsent>(with("permissions", json!(["view", "own"])), vec![("permissions[1]", WrongType)]),
        row::<GiveConsent>(with("permissions", json!(["pay", "pay"])), vec![]),
        row::<GiveConsent>(with("limit_per_day", json!(0)), vec![("limit_per_day", LimitRange)]),
        row::<GiveConsent>(with("limit_per_day", json!(BALANCE_MAX)), vec![]),
        row::<GiveConsent>(
            with("limit_per_day", json!(BALANCE_MAX + 1)),
            vec![("limit_per_day", LimitRange)],
        ),
        row::<GiveConsent>(with("limit_per_package", json!(1.5)), vec![("limit_per_package", WrongType)]),
        row::<GiveConsent>(with("limit_per_package", Value::Null), vec![("limit_per_package", WrongType)]),
        row::<GiveConsent>(with("expires_at", json!("2027-01-01T00:00:00Z")), vec![]),
        row::<GiveConsent>(with("expires_at", json!("tomorrow")), vec![("expires_at", WrongType)]),
        row::<GiveConsent>(with("expires_at", json!(1_700_000_000)), vec![("expires_at", WrongType)]),
    ]
}

fn rows() -> Vec<Row> {
    [sign_ups(), log_ins_and_changes(), accounts(), packages(), consents()].into_iter().flatten().collect()
}

#[test]
fn every_wrong_field_is_named() {
    for Row { read, body, expect } in rows() {
        let expect: Vec<_> = expect.into_iter().map(|(field, code)| (field.to_owned(), code)).collect();
        assert_eq!(read(body.clone()), expect, "{body}");
    }
}

/// The codes that no row reaches are the ones that a reader cannot know: they take a bank's books or its clock.
#[test]
fn every_code_that_a_reader_can_give_is_reached() {
    let reached: BTreeSet<FieldCode> =
        rows().into_iter().flat_map(|row| row.expect).map(|(_, code)| code).collect();
    let missing: Vec<_> = FieldCode::ALL.iter().filter(|code| !reached.contains(code)).collect();
    assert_eq!(missing, [&HolderNotCustomer, &AccountsRange, &Expired]);
}

/// Amounts as they stand in the text of a body.
#[rstest]
#[case("1", None)]
#[case("1000000000000", None)]
#[case("0", Some(AmountRange))]
#[case("-0", Some(WrongType))]
#[case("-1", Some(AmountRange))]
#[case("1000000000001", Some(AmountRange))]
#[case("9223372036854775807", Some(AmountRange))]
#[case("9223372036854775808", Some(AmountRange))]
#[case("-9223372036854775808", Some(AmountRange))]
#[case("-9223372036854775809", Some(AmountRange))]
#[case("18446744073709551616", Some(AmountRange))]
#[case("1e30", Some(AmountRange))]
#[case("-1e30", Some(AmountRange))]
// However whole it looks, a float is no money.
#[case("1.0", Some(WrongType))]
#[case("1e2", Some(WrongType))]
#[case("0.5", Some(WrongType))]
#[case("1.5", Some(WrongType))]
#[case("100000000000000.5", Some(WrongType))]
#[case("1e-30", Some(WrongType))]
#[case("\"1\"", Some(WrongType))]
#[case("null", Some(WrongType))]
#[case("true", Some(WrongType))]
#[case("[1]", Some(WrongType))]
#[case("{}", Some(WrongType))]
fn an_amount_is_a_whole_number_of_centavos(#[case] amount: &str, #[case] wrong: Option<FieldCode>) {
    let body = format!(r#"{{"legs": [{{"to": "{}", "amount": {amount}}}]}}"#, account("a", 1));
    let read = OrderPackage::from_json(serde_json::from_str(&body).unwrap());
    let found = read.as_ref().err().map(|errors| (errors.len(), errors[0].field.as_str(), errors[0].code));
    assert_eq!(found, wrong.map(|code| (1, "legs[0].amount", code)));
    if let Ok(order) = read {
        assert_eq!(order.legs.as_slice()[0].amount().centavos().to_string(), amount);
    }
}

/// Reads `body` as `T`; what is taken is printed as `T` reads it again, what is not names at least one field.
fn survives<T: FromJson + serde::Serialize + PartialEq + std::fmt::Debug>(
    body: &Value,
) -> Result<(), TestCaseError> {
    match T::from_json(body.clone()) {
        Ok(read) => {
            let printed = serde_json::to_value(&read).unwrap();
            prop_assert_eq!(T::from_json(printed).unwrap(), read);
        }
        Err(errors) => prop_assert!(!errors.is_empty()),
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn no_json_panics_a_reader(body in strategies::json()) {
        survives::<SignUp>(&body)?;
        survives::<LogIn>(&body)?;
        survives::<ChangeCustomer>(&body)?;
        survives::<OpenAccount>(&body)?;
        survives::<OrderPackage>(&body)?;
        survives::<GiveConsent>(&body)?;
    }
}

proptest! {
    /// A good body with anything at all in one field's place.
    #[test]
    fn no_field_panics_a_reader(value in strategies::json()) {
        for field in ["cpf", "name", "password"] {
            let mut body = json!({"cpf": "52998224725", "name": "Maria", "password": "12345678"});
            body[field] = value.clone();
            survives::<SignUp>(&body)?;
        }
        for field in ["from", "to", "amount", "description"] {
            let mut leg = json!({"to": account("a", 1), "amount": 1});
            leg[field] = value.clone();
            survives::<OrderPackage>(&json!({"legs": [leg]}))?;
        }
        for field in ["kind", "cnpj", "company", "holders"] {
            for kind in ["joint", "business"] {
                let mut body = json!({"kind": kind, "cnpj": "12ABC34501DE35", "company": "Padaria", "holders": []});
                body[field] = value.clone();
                survives::<OpenAccount>(&body)?;
            }
        }
        for field in ["bank", "customer", "permissions", "limit_per_package", "limit_per_day", "expires_at"] {
            let mut body = json!({"bank": "bonanza", "customer": UUID, "permissions": ["view"]});
            body[field] = value.clone();
            survives::<GiveConsent>(&body)?;
        }
    }

    #[test]
    fn an_order_survives_the_wire(legs in strategies::legs()) {
        let order = OrderPackage { legs };
        let bytes = serde_json::to_vec(&order).unwrap();
        let read = OrderPackage::from_json(serde_json::from_slice(&bytes).unwrap()).unwrap();
        prop_assert_eq!(read.legs.digest(), order.legs.digest());
        prop_assert_eq!(read, order);
        // What clients send stays below the largest body that a bank takes.
        prop_assert!(bytes.len() <= shared::limits::BODY_BYTES_MAX);
    }

    #[test]
    fn whole_amounts_in_range_are_taken_and_no_others(centavos: i64) {
        let body = json!({"legs": [{"to": account("a", 1), "amount": centavos}]});
        prop_assert_eq!(OrderPackage::from_json(body).is_ok(), (1..=AMOUNT_MAX).contains(&centavos));
    }
}
