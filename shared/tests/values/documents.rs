//! CPF and CNPJ: their masks, and which slips their check digits catch.
//!
//! Both rules write 0 for a rest of 0 and of 1, so one slip in many escapes where a check digit is 0: 100.000.001-08 and
//! 200.000.001-08 are both valid. The tests promise what the arithmetic does, no more.

use proptest::prelude::*;
use rstest::rstest;
use shared::cnpj::{Cnpj, InvalidCnpj};
use shared::cpf::{Cpf, InvalidCpf};

use crate::strategies;

#[rstest]
#[case("52998224725")]
#[case("529.982.247-25")]
#[case(" 529.982.247-25\n")]
fn a_cpf_is_read_masked_or_plain(#[case] typed: &str) {
    let cpf: Cpf = typed.parse().unwrap();
    assert_eq!(cpf.to_string(), "52998224725");
    assert_eq!(cpf.formatted(), "529.982.247-25");
    assert_eq!(cpf.masked(), "***.982.247-**");
    assert_eq!(format!("{cpf:?}"), "Cpf(***.982.247-**)", "a log gives nobody away");
}

#[rstest]
#[case("")]
#[case("52998224726")]
#[case("5299822472")]
#[case("529982247255")]
#[case("529.982.247.25")]
#[case("529-982-247-25")]
#[case("529.982.24725")]
#[case("5２9982247２5")]
#[case("529982a4725")]
#[case("00000000000")]
#[case("111.111.111-11")]
#[case("99999999999")]
#[case("éééééé")]
fn no_cpf(#[case] typed: &str) {
    assert_eq!(typed.parse::<Cpf>(), Err(InvalidCpf));
    assert!(serde_json::from_value::<Cpf>(typed.into()).is_err());
}

#[rstest]
#[case("12ABC34501DE35", "12.ABC.345/01DE-35")]
#[case("12.ABC.345/01DE-35", "12.ABC.345/01DE-35")]
#[case(" 12.abc.345/01de-35 ", "12.ABC.345/01DE-35")]
#[case("11222333000181", "11.222.333/0001-81")]
#[case("11.222.333/0001-81", "11.222.333/0001-81")]
fn a_cnpj_is_read_masked_or_plain_in_either_case(#[case] typed: &str, #[case] masked: &str) {
    let cnpj: Cnpj = typed.parse().unwrap();
    assert_eq!(cnpj.formatted(), masked);
    assert_eq!(cnpj.to_string(), masked.replace(['.', '/', '-'], ""));
}

#[rstest]
#[case("")]
#[case("12ABC34501DE36")]
#[case("12ABC34501DE3")]
#[case("12ABC34501DE355")]
#[case("12.ABC.345.01DE-35")]
#[case("12ABC34501DEA5")]
#[case("12ABÇ34501DE35")]
#[case("12ABC345-1DE35")]
#[case("00000000000000")]
#[case("11111111111111")]
#[case("ééééééééé")]
fn no_cnpj(#[case] typed: &str) {
    assert_eq!(typed.parse::<Cnpj>(), Err(InvalidCnpj));
    assert!(serde_json::from_value::<Cnpj>(typed.into()).is_err());
}

/// The texts that differ from `text` in one place, by another digit.
fn one_digit_changed(text: &str) -> impl Iterator<Item = (usize, String)> {
    let places: Vec<(usize, char)> = text.char_indices().filter(|(_, c)| c.is_ascii_digit()).collect();
    places.into_iter().flat_map(move |(place, was)| {
        ('0'..='9').filter(move |digit| *digit != was).map(move |digit| {
            let mut changed = text.to_owned();
            changed.replace_range(place..=place, digit.encode_utf8(&mut [0; 4]));
            (place, changed)
        })
    })
}

#[test]
fn the_gap_of_the_cpf_rule_is_real() {
    assert!("10000000108".parse::<Cpf>().is_ok());
    assert!("20000000108".parse::<Cpf>().is_ok());
}

proptest! {
    #[test]
    fn a_cpf_is_read_back(cpf in strategies::cpf()) {
        prop_assert_eq!(cpf.to_string().parse(), Ok(cpf));
        prop_assert_eq!(cpf.formatted().parse(), Ok(cpf));
        let json = serde_json::to_string(&cpf).unwrap();
        prop_assert_eq!(serde_json::from_str::<Cpf>(&json).unwrap(), cpf);
    }

    #[test]
    fn a_cnpj_is_read_back(cnpj in strategies::cnpj()) {
        prop_assert_eq!(cnpj.to_string().parse(), Ok(cnpj));
        prop_assert_eq!(cnpj.formatted().parse(), Ok(cnpj));
        prop_assert_eq!(cnpj.formatted().to_lowercase().parse(), Ok(cnpj));
        let json = serde_json::to_string(&cnpj).unwrap();
        prop_assert_eq!(serde_json::from_str::<Cnpj>(&json).unwrap(), cnpj);
    }

    /// Where the first check digit is not 0 every slip of one digit is caught; a slip in a check digit always is.
    #[test]
    fn a_changed_digit_of_a_cpf_is_caught(cpf in strategies::cpf()) {
        let text = cpf.to_string();
        for (place, changed) in one_digit_changed(&text) {
            if place >= 9 || text.as_bytes()[9] != b'0' {
                prop_assert_eq!(changed.parse::<Cpf>(), Err(InvalidCpf), "{} for {}", changed, text);
            }
        }
    }

    #[test]
    fn a_changed_digit_of_a_cnpj_is_caught(cnpj in strategies::cnpj()) {
        let text = cnpj.to_string();
        for (place, changed) in one_digit_changed(&text) {
            if place >= 12 || text.as_bytes()[12] != b'0' {
                prop_assert_eq!(changed.parse::<Cnpj>(), Err(InvalidCnpj), "{} for {}", changed, text);
            }
        }
    }

    /// The rule again, in the words of the tax office: weigh, add, and take the rest of eleven from eleven.
    #[test]
    fn a_cpf_is_valid_just_when_the_rule_says_so(digits in "[0-9]{9}", checks in "[0-9]{2}") {
        let check = |digits: &str| {
            let weighed = digits.chars().enumerate()
                .map(|(place, digit)| digit.to_digit(10).unwrap() as usize * (digits.len() + 1 - place));
            weighed.sum::<usize>() * 10 % 11 % 10
        };
        let first = check(&digits);
        let both = format!("{first}{}", check(&format!("{digits}{first}")));
        let alike = format!("{digits}{checks}").chars().all(|c| digits.starts_with(c));
        prop_assert_eq!(format!("{digits}{checks}").parse::<Cpf>().is_ok(), both == checks && !alike);
        let alike = format!("{digits}{both}").chars().all(|c| digits.starts_with(c));
        prop_assert_eq!(format!("{digits}{both}").parse::<Cpf>().is_ok(), !alike);
    }

    #[test]
    fn no_text_panics(typed in prop_oneof![".{0,20}", "[0-9A-Za-zé./-]{10,19}"]) {
        if let Ok(cpf) = typed.parse::<Cpf>() {
            prop_assert_eq!(cpf.to_string().parse(), Ok(cpf));
        }
        if let Ok(cnpj) = typed.parse::<Cnpj>() {
            prop_assert_eq!(cnpj.to_string().parse(), Ok(cnpj));
        }
        let _ = Cnpj::from_base(&typed);
    }
}
