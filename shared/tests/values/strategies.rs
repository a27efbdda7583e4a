//! How proptest draws the values of `shared`.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;
use shared::account::{ACCOUNT_NUMBER_MAX, AccountNumber, AccountRef};
use shared::cnpj::Cnpj;
use shared::cpf::Cpf;
use shared::ids::BankId;
use shared::limits::{AMOUNT_MAX, LEGS_MAX};
use shared::money::Amount;
use shared::package::{End, Leg, Legs};
use shared::text::Description;

use crate::samples::of;

pub fn cpf() -> impl Strategy<Value = Cpf> {
    (0u32..1_000_000_000).prop_filter_map("all digits alike", |base| Cpf::from_base(base).ok())
}

pub fn cnpj() -> impl Strategy<Value = Cnpj> {
    "[0-9A-Z]{12}".prop_filter_map("all characters alike", |base| Cnpj::from_base(&base).ok())
}

pub fn bank() -> impl Strategy<Value = BankId> {
    "[a-z]([a-z0-9-]{0,30}[a-z0-9])?".prop_map(|text| of(&text))
}

pub fn number() -> impl Strategy<Value = AccountNumber> {
    // As many short numbers as long ones.
    prop_oneof![1u64..10_000, 1u64..=ACCOUNT_NUMBER_MAX].prop_map(|base| AccountNumber::new(base).unwrap())
}

pub fn account() -> impl Strategy<Value = AccountRef> {
    (bank(), number()).prop_map(|(bank, number)| AccountRef::new(bank, number))
}

pub fn amount() -> impl Strategy<Value = Amount> {
    prop_oneof![1i64..100_000, 1i64..=AMOUNT_MAX].prop_map(|centavos| Amount::new(centavos).unwrap())
}

pub fn description() -> impl Strategy<Value = Option<Description>> {
    text().prop_map(|text| Description::new(&text).unwrap_or_default())
}

fn end() -> impl Strategy<Value = End> {
    prop_oneof![
        1 => Just(End::Cash),
        // Few banks, or most packages would touch too many.
        3 => ("[a-d]", number()).prop_map(|(bank, number)| End::Account(AccountRef::new(of(&bank), number))),
    ]
}

pub fn leg() -> impl Strategy<Value = Leg> {
    (end(), end(), amount(), description()).prop_filter_map("no leg", |(from, to, amount, description)| {
        Leg::new(from, to, amount, description).ok()
    })
}

pub fn legs() -> impl Strategy<Value = Legs> {
    prop_oneof![9 => vec(leg(), 1..5), 1 => vec(leg(), 1..=LEGS_MAX)]
        .prop_map(|legs| Legs::new(legs).unwrap())
}

/// Any text, with what deceives a reader in it more often than chance would have it.
pub fn text() -> impl Strategy<Value = String> {
    let deceiving = prop::sample::select(super::text::DECEIVING.to_vec());
    let character = prop_oneof![3 => "[a-zA-Zà-ü ]".prop_map(|t| t.chars().next().unwrap_or(' ')),
        1 => deceiving, 1 => any::<char>()];
    vec(character, 0..60).prop_map(String::from_iter)
}

/// Any JSON, made of this interface's words more often than not.
pub fn json() -> impl Strategy<Value = Value> {
    let words = prop::sample::select(vec![
        "52998224725",
        "529.982.247-25",
        "12ABC34501DE35",
        "aurora/1042-8",
        "aurora/1042-9",
        "bonanza/0077-1",
        "aurora",
        "personal",
        "joint",
        "business",
        "view",
        "pay",
        "correct horse",
        "Maria",
        "",
        "2026-11-20T12:00:00Z",
        crate::samples::UUID,
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-2i64..200).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        words.prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    let keys = prop::sample::select(vec![
        "cpf",
        "name",
        "password",
        "current",
        "new",
        "kind",
        "holders",
        "cnpj",
        "company",
        "legs",
        "from",
        "to",
        "amount",
        "description",
        "bank",
        "customer",
        "permissions",
        "limit_per_package",
        "limit_per_day",
        "expires_at",
        "extra",
        "",
    ]);
    leaf.prop_recursive(4, 48, 8, move |inner| {
        prop_oneof![
            1 => vec(inner.clone(), 0..5).prop_map(Value::from),
            4 => vec((keys.clone(), inner), 0..8)
                .prop_map(|fields| fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()),
        ]
    })
}
