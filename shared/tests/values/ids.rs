//! Names of banks, and ids.

use proptest::prelude::*;
use rstest::rstest;
use shared::ids::{BankId, ConsentId, CustomerId, InvalidBankId, PackageId, SessionId};
use uuid::Uuid;

use crate::samples::UUID;
use crate::strategies;

#[rstest]
#[case("a")]
#[case("aurora")]
#[case("banco-2")]
#[case("a--b")]
#[case("abcdefghijklmnopqrstuvwxyz012345")]
fn a_bank(#[case] typed: &str) {
    assert_eq!(typed.parse::<BankId>().unwrap().as_str(), typed);
}

#[rstest]
#[case("")]
#[case("Aurora")]
#[case("2banco")]
#[case("-a")]
#[case("a-")]
#[case("a_b")]
#[case("a.b")]
#[case("a/b")]
#[case(" a")]
#[case("ação")]
#[case("abcdefghijklmnopqrstuvwxyz0123456")]
fn no_bank(#[case] typed: &str) {
    assert_eq!(typed.parse::<BankId>(), Err(InvalidBankId));
    assert!(serde_json::from_value::<BankId>(typed.into()).is_err());
}

/// In JSON as in a path: an id has one form.
#[rstest]
#[case("0190f2a0000070008000000000000001")]
#[case("{0190f2a0-0000-7000-8000-000000000001}")]
#[case("urn:uuid:0190f2a0-0000-7000-8000-000000000001")]
#[case("0190f2a0-0000-7000-8000-00000000000")]
#[case("0190f2a0-0000-7000-8000-00000000000g")]
#[case(" 0190f2a0-0000-7000-8000-000000000001")]
#[case("")]
fn no_id(#[case] typed: &str) {
    assert!(typed.parse::<PackageId>().is_err());
    assert!(serde_json::from_value::<PackageId>(typed.into()).is_err());
    assert!(serde_json::from_value::<CustomerId>(typed.into()).is_err());
    assert!(serde_json::from_value::<ConsentId>(typed.into()).is_err());
    assert!(serde_json::from_value::<SessionId>(typed.into()).is_err());
}

#[test]
fn an_id_in_upper_case_is_the_same_id() {
    assert_eq!(UUID.to_uppercase().parse::<PackageId>(), UUID.parse::<PackageId>());
}

proptest! {
    #[test]
    fn every_bank_is_read_back(bank in strategies::bank()) {
        prop_assert_eq!(bank.to_string().parse::<BankId>(), Ok(bank.clone()));
        let json = serde_json::to_string(&bank).unwrap();
        prop_assert_eq!(serde_json::from_str::<BankId>(&json).unwrap(), bank);
    }

    #[test]
    fn every_id_is_read_back(bits: u128) {
        let id = PackageId(Uuid::from_u128(bits));
        prop_assert_eq!(id.to_string().parse::<PackageId>().unwrap(), id);
        let json = serde_json::to_string(&id).unwrap();
        prop_assert_eq!(&json, &format!("\"{id}\""));
        prop_assert_eq!(serde_json::from_str::<PackageId>(&json).unwrap(), id);
    }

    #[test]
    fn no_text_panics(typed in ".{0,40}") {
        let _ = typed.parse::<BankId>();
        let _ = typed.parse::<PackageId>();
    }
}
