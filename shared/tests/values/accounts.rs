//! Account numbers and references, and which slips their check digit catches.

use proptest::prelude::*;
use rstest::rstest;
use shared::account::{ACCOUNT_NUMBER_MAX, AccountNumber, AccountRef, AccountTextError, check_digit};

use crate::strategies;

#[rstest]
// The standard's own example.
#[case("0794", 5)]
#[case("1042", 8)]
#[case("0077", 1)]
fn a_check_digit_is_the_standards(#[case] digits: &str, #[case] check: u32) {
    assert_eq!(check_digit(digits), check);
}

#[rstest]
#[case("1042-8", 1042)]
#[case("0794-5", 794)]
fn a_number_is_read(#[case] typed: &str, #[case] base: u64) {
    let number: AccountNumber = typed.parse().unwrap();
    assert_eq!(number.base(), base);
    assert_eq!(number.to_string(), typed);
}

#[rstest]
#[case("1042-7", AccountTextError::CheckDigit)]
#[case("1024-8", AccountTextError::CheckDigit)]
#[case("", AccountTextError::Malformed)]
#[case("-", AccountTextError::Malformed)]
#[case("1042", AccountTextError::Malformed)]
#[case("1042-", AccountTextError::Malformed)]
#[case("1042-08", AccountTextError::Malformed)]
#[case("1042-8-1", AccountTextError::Malformed)]
#[case("794-5", AccountTextError::Malformed)]
#[case("01042-8", AccountTextError::Malformed)]
#[case("1234567890123-1", AccountTextError::Malformed)]
#[case("+042-8", AccountTextError::Malformed)]
#[case("１042-8", AccountTextError::Malformed)]
#[case(" 1042-8", AccountTextError::Malformed)]
fn no_number(#[case] typed: &str, #[case] reason: AccountTextError) {
    assert_eq!(typed.parse::<AccountNumber>(), Err(reason));
    assert!(serde_json::from_value::<AccountNumber>(typed.into()).is_err());
}

#[test]
fn zero_is_no_number_whatever_its_check_digit() {
    let right = format!("0000-{}", check_digit("0000"));
    assert_eq!(right.parse::<AccountNumber>(), Err(AccountTextError::Malformed));
    for check in 0..10 {
        let text = format!("0000-{check}");
        assert!(text.parse::<AccountNumber>().is_err(), "{text}");
    }
}

#[test]
fn a_number_has_one_to_twelve_digits() {
    assert_eq!(AccountNumber::new(0), Err(AccountTextError::Malformed));
    assert_eq!(AccountNumber::new(ACCOUNT_NUMBER_MAX + 1), Err(AccountTextError::Malformed));
    assert_eq!(AccountNumber::new(u64::MAX), Err(AccountTextError::Malformed));
    let largest = AccountNumber::new(ACCOUNT_NUMBER_MAX).unwrap();
    assert_eq!(largest.to_string().parse(), Ok(largest));
}

#[rstest]
#[case("aurora", AccountTextError::Malformed)]
#[case("/1042-8", AccountTextError::Malformed)]
#[case("aurora/", AccountTextError::Malformed)]
#[case("Aurora/1042-8", AccountTextError::Malformed)]
#[case("aurora /1042-8", AccountTextError::Malformed)]
#[case("aurora/1042-8/x", AccountTextError::Malformed)]
#[case("aurora/1042-1", AccountTextError::CheckDigit)]
fn no_reference(#[case] typed: &str, #[case] reason: AccountTextError) {
    assert_eq!(typed.parse::<AccountRef>(), Err(reason));
}

#[test]
fn a_stranger_sees_the_end_of_a_number_only() {
    let account: AccountRef = "aurora/1042-8".parse().unwrap();
    assert_eq!(account.number.masked(), "***2-8");
    assert_eq!(account.masked(), "aurora/***2-8");
    let long = AccountNumber::new(123_456_789_012).unwrap();
    assert_eq!(long.masked(), format!("{}2-{}", "*".repeat(11), check_digit("123456789012")));
}

/// MOD 11,10 catches every digit mistyped. All numbers of four digits, every place, every other digit.
#[test]
fn every_mistyped_digit_is_caught() {
    for base in 1..10_000 {
        let text = AccountNumber::new(base).unwrap().to_string();
        for place in [0, 1, 2, 3, 5] {
            for digit in '0'..='9' {
                let mut typed = text.clone();
                typed.replace_range(place..=place, digit.encode_utf8(&mut [0; 4]));
                // 0000 is no number at all: malformed before it is mistyped.
                assert_eq!(typed.parse::<AccountNumber>().is_ok(), typed == text, "{typed} for {text}");
            }
        }
    }
}

/// Of two neighbours swapped MOD 11,10 catches all but one pair in 45, and lets through only digits next to each other
/// (4 and 5, 9 and 0).
#[test]
fn swapped_digits_are_caught_but_for_one_pair_in_forty_five() {
    let (mut swapped, mut missed) = (0, 0);
    for base in 1..10_000 {
        let text = AccountNumber::new(base).unwrap().to_string();
        for (left, right) in [(0, 1), (1, 2), (2, 3), (3, 5)] {
            let mut typed = text.clone().into_bytes();
            if typed[left] == typed[right] {
                continue;
            }
            typed.swap(left, right);
            let apart = typed[left].abs_diff(typed[right]);
            let typed = String::from_utf8(typed).unwrap();
            swapped += 1;
            if typed.parse::<AccountNumber>().is_ok() {
                missed += 1;
                assert!(matches!(apart, 1 | 9), "{typed} for {text}");
            }
        }
    }
    assert!(missed * 44 < swapped, "{missed} of {swapped}");
}

proptest! {
    #[test]
    fn every_account_is_read_back(account in strategies::account()) {
        prop_assert_eq!(account.to_string().parse::<AccountRef>(), Ok(account.clone()));
        prop_assert_eq!(format!(" {account} ").parse::<AccountRef>(), Ok(account.clone()));
        prop_assert_eq!(account.number.to_string().parse(), Ok(account.number));
        let json = serde_json::to_string(&account).unwrap();
        prop_assert_eq!(serde_json::from_str::<AccountRef>(&json).unwrap(), account);
    }

    #[test]
    fn a_mistyped_digit_of_a_long_number_is_caught(number in strategies::number(), place: prop::sample::Index, digit in 0u8..10) {
        let text = number.to_string();
        let place = place.index(text.len());
        if text.as_bytes()[place] != b'-' {
            let mut typed = text.clone();
            typed.replace_range(place..=place, &digit.to_string());
            prop_assert_eq!(typed.parse::<AccountNumber>().is_ok(), typed == text);
        }
    }

    #[test]
    fn no_text_panics(typed in prop_oneof![".{0,24}", "[a-e]{0,3}/?[0-9é-]{0,15}"]) {
        let _ = typed.parse::<AccountRef>();
        let _ = check_digit(&typed);
        if let Ok(number) = typed.parse::<AccountNumber>() {
            prop_assert_eq!(number.to_string(), typed);
        }
    }
}
