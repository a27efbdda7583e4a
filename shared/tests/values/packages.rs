//! Legs, and the digest that a vote binds to.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::json;
use shared::account::AccountRef;
use shared::ids::BankId;
use shared::limits::{LEGS_MAX, PACKAGE_BANKS_MAX};
use shared::money::Amount;
use shared::package::{End, Leg, LegError, Legs, LegsError, PackageDigest};
use shared::text::Description;

use crate::samples::{account, of};
use crate::strategies;

fn leg(from: End, to: End) -> Result<Leg, LegError> {
    Leg::new(from, to, Amount::new(1).unwrap(), None)
}

fn at(bank: &str, base: u64) -> End {
    End::Account(account(bank, base))
}

#[test]
fn a_leg_moves_money_between_two_places() {
    assert_eq!(leg(End::Cash, End::Cash), Err(LegError::Empty));
    assert_eq!(leg(at("a", 1), at("a", 1)), Err(LegError::SameAccount));
    assert!(leg(at("a", 1), at("b", 1)).is_ok(), "the same number at another bank is another account");
    assert!(leg(End::Cash, at("a", 1)).is_ok());
    assert!(leg(at("a", 1), End::Cash).is_ok());
}

#[test]
fn a_leg_in_json_obeys_the_same_rules() {
    let (a, b) = (account("a", 1), account("b", 1));
    for bad in [
        json!({"amount": 1}),
        json!({"from": a, "to": a, "amount": 1}),
        json!({"from": a, "to": b}),
        json!({"from": a, "to": b, "amount": 0}),
        json!({"from": a, "to": b, "amount": 1.0}),
        json!({"from": a, "to": b, "amount": 1, "extra": 1}),
        json!({"from": "cash", "to": b, "amount": 1}),
        json!({"from": a, "to": b, "amount": 1, "description": ""}),
    ] {
        assert!(serde_json::from_value::<Leg>(bad.clone()).is_err(), "{bad}");
        assert!(serde_json::from_value::<Legs>(json!([bad])).is_err());
    }
}

#[test]
fn a_package_has_one_to_sixty_four_legs_over_at_most_sixteen_banks() {
    let one = leg(at("a", 1), at("b", 1)).unwrap();
    assert_eq!(Legs::new(Vec::new()), Err(LegsError::LegsRange));
    assert!(Legs::new(vec![one.clone(); LEGS_MAX]).is_ok());
    assert_eq!(Legs::new(vec![one.clone(); LEGS_MAX + 1]), Err(LegsError::LegsRange));
    assert!(serde_json::from_value::<Legs>(json!(vec![one; LEGS_MAX + 1])).is_err());

    let over = |banks: usize| {
        let banks = (0..banks).map(|index| format!("bank{index}"));
        Legs::new(banks.map(|bank| leg(End::Cash, at(&bank, 1)).unwrap()).collect())
    };
    assert!(over(PACKAGE_BANKS_MAX).is_ok());
    assert_eq!(over(PACKAGE_BANKS_MAX + 1), Err(LegsError::TooManyBanks));
}

#[test]
fn cash_is_at_the_counter_of_the_bank_that_coordinates() {
    let legs =
        Legs::new(vec![leg(End::Cash, at("b", 1)).unwrap(), leg(at("c", 1), at("b", 1)).unwrap()]).unwrap();
    let banks = |ids: &[&str]| ids.iter().map(|id| of(id)).collect::<BTreeSet<BankId>>();
    assert_eq!(legs.account_banks(), banks(&["b", "c"]));
    assert_eq!(legs.participants(&of("a")), banks(&["a", "b", "c"]));
    assert_eq!(legs.participants(&of("b")), banks(&["b", "c"]));
    let transfers = Legs::new(vec![leg(at("c", 1), at("b", 1)).unwrap()]).unwrap();
    assert_eq!(
        transfers.participants(&of("a")),
        banks(&["b", "c"]),
        "who only coordinates is no participant"
    );
}

/// Worked out apart from this code: SHA-256 of these lines, each ended by a line feed.
///
/// ```text
/// consortium package 1
/// aurora/1042-8 bonanza/0077-1 12345 17:aluguel de março
/// cash aurora/1042-8 1 0:
/// bonanza/0077-1 cash 1000000000000 0:
/// ```
#[test]
fn the_digest_of_one_package_is_written_down() {
    let leg = |from, to, centavos, text: &str| {
        Leg::new(from, to, Amount::new(centavos).unwrap(), Description::new(text).unwrap()).unwrap()
    };
    let legs = Legs::new(vec![
        leg(at("aurora", 1042), at("bonanza", 77), 12_345, "aluguel de março"),
        leg(End::Cash, at("aurora", 1042), 1, ""),
        leg(at("bonanza", 77), End::Cash, 1_000_000_000_000, ""),
    ]);
    let golden = "f7038c1f09aba3cdd49a1ed08d63b2cc643641ca04f5ed819d2d07bd7273f823";
    assert_eq!(legs.unwrap().digest().to_string(), golden);
}

#[test]
fn a_digest_is_sixty_four_digits_in_lower_case() {
    let good = "f7038c1f09aba3cdd49a1ed08d63b2cc643641ca04f5ed819d2d07bd7273f823";
    assert_eq!(good.parse::<PackageDigest>().unwrap().to_string(), good);
    for bad in
        ["", &good[1..], &good.to_uppercase(), &format!("{good}0"), &good.replace('f', "g"), &"é".repeat(32)]
    {
        assert!(bad.parse::<PackageDigest>().is_err(), "{bad}");
        assert!(serde_json::from_value::<PackageDigest>(json!(bad)).is_err());
    }
}

/// `leg` with one thing about it changed, in each way there is.
fn changed(leg: &Leg, account: &AccountRef) -> Vec<Leg> {
    let (from, to, amount, text) =
        (leg.from().clone(), leg.to().clone(), leg.amount(), leg.description().cloned());
    let other = End::Account(account.clone());
    let more = Amount::new(amount.centavos() % 1_000_000_000 + 1).unwrap();
    let longer = match &text {
        // A digit before the text must not read as part of its length.
        Some(text) => Description::new(&format!("1{}", &text.as_str().chars().take(100).collect::<String>())),
        None => Description::new("0"),
    };
    let all = [
        Leg::new(other.clone(), to.clone(), amount, text.clone()),
        Leg::new(from.clone(), other, amount, text.clone()),
        Leg::new(End::Cash, to.clone(), amount, text.clone()),
        Leg::new(from.clone(), End::Cash, amount, text.clone()),
        Leg::new(to.clone(), from.clone(), amount, text.clone()),
        Leg::new(from.clone(), to.clone(), more, text.clone()),
        Leg::new(from.clone(), to.clone(), amount, longer.unwrap()),
        Leg::new(from, to, amount, None),
    ];
    all.into_iter().flatten().filter(|other| other != leg).collect()
}

proptest! {
    #[test]
    fn any_change_in_any_leg_changes_the_digest(legs in strategies::legs(), place: prop::sample::Index, account in strategies::account()) {
        let digest = legs.digest();
        let place = place.index(legs.as_slice().len());
        for other in changed(&legs.as_slice()[place], &account) {
            let mut all = legs.as_slice().to_vec();
            all[place] = other;
            prop_assert_ne!(Legs::new(all).unwrap().digest(), digest);
        }
        let mut fewer = legs.as_slice().to_vec();
        let taken = fewer.remove(place);
        if let Ok(fewer) = Legs::new(fewer.clone()) {
            prop_assert_ne!(fewer.digest(), digest, "a leg less");
        }
        fewer.insert(0, taken);
        let moved = Legs::new(fewer).unwrap();
        prop_assert_eq!(moved.digest() == digest, moved == legs, "their order counts");
    }

    #[test]
    fn legs_and_their_digest_survive_json(legs in strategies::legs()) {
        let json = serde_json::to_value(&legs).unwrap();
        let read: Legs = serde_json::from_value(json).unwrap();
        prop_assert_eq!(read.digest(), legs.digest());
        prop_assert_eq!(read, legs);
    }

    #[test]
    fn every_digest_is_read_back(bytes: [u8; 32]) {
        let digest = PackageDigest(bytes);
        prop_assert_eq!(digest.to_string().parse(), Ok(digest));
        let json = serde_json::to_string(&digest).unwrap();
        prop_assert_eq!(serde_json::from_str::<PackageDigest>(&json).unwrap(), digest);
    }

    #[test]
    fn no_json_panics(value in strategies::json()) {
        let _ = serde_json::from_value::<Leg>(value.clone());
        let _ = serde_json::from_value::<Legs>(value);
    }
}
