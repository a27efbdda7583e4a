//! Money as Brazilians write it, there and back.

use proptest::prelude::*;
use rstest::rstest;
use shared::limits::AMOUNT_MAX;
use shared::money::{Amount, AmountOutOfRange, MoneyTextError, Reais, parse_reais};

use crate::strategies;

#[rstest]
#[case("1.234,56", 123_456)]
#[case("1234,56", 123_456)]
#[case("1234,5", 123_450)]
#[case("1.234", 123_400)]
#[case("1.234.567", 123_456_700)]
#[case("150", 15_000)]
#[case("0,01", 1)]
#[case("0,1", 10)]
#[case("007", 700)]
#[case("R$ 1.234,56", 123_456)]
#[case("R$1", 100)]
#[case("r$ 1", 100)]
#[case("  R$\u{a0}1,00\t", 100)]
#[case("10.000.000.000,00", AMOUNT_MAX)]
fn is_read(#[case] typed: &str, #[case] centavos: i64) {
    assert_eq!(parse_reais(typed).map(Amount::centavos), Ok(centavos));
}

#[rstest]
#[case("", MoneyTextError::Empty)]
#[case("   ", MoneyTextError::Empty)]
#[case("R$", MoneyTextError::Empty)]
#[case("R$ R$ 1", MoneyTextError::Malformed)]
#[case("-1", MoneyTextError::Malformed)]
#[case("+1", MoneyTextError::Malformed)]
#[case("1e3", MoneyTextError::Malformed)]
#[case("1 234", MoneyTextError::Malformed)]
#[case("1,", MoneyTextError::Malformed)]
#[case(",5", MoneyTextError::Malformed)]
#[case("1,234", MoneyTextError::Malformed)]
#[case("1,2,3", MoneyTextError::Malformed)]
#[case("1,234.56", MoneyTextError::Malformed)]
#[case("1.", MoneyTextError::Malformed)]
#[case(".5", MoneyTextError::Malformed)]
#[case("1.23,45", MoneyTextError::Malformed)]
#[case("1234.567,00", MoneyTextError::Malformed)]
#[case("1.234.56", MoneyTextError::Malformed)]
#[case("0.123.456", MoneyTextError::Malformed)]
#[case("0.500,00", MoneyTextError::Malformed)]
#[case("１２", MoneyTextError::Malformed)]
#[case("x", MoneyTextError::Malformed)]
#[case("1.23", MoneyTextError::Ambiguous)]
#[case("1.5", MoneyTextError::Ambiguous)]
#[case("1234.567", MoneyTextError::Ambiguous)]
#[case("1.2345", MoneyTextError::Ambiguous)]
// Fifty centavos to half of the world; R$ 500,00 to whoever only counts digits.
#[case("0.500", MoneyTextError::Ambiguous)]
#[case("00.500", MoneyTextError::Ambiguous)]
#[case("0", MoneyTextError::OutOfRange(AmountOutOfRange))]
#[case("0,00", MoneyTextError::OutOfRange(AmountOutOfRange))]
#[case("10.000.000.000,01", MoneyTextError::OutOfRange(AmountOutOfRange))]
#[case("92233720368547758,08", MoneyTextError::OutOfRange(AmountOutOfRange))]
#[case("99999999999999999999999999", MoneyTextError::OutOfRange(AmountOutOfRange))]
fn is_refused_with_its_reason(#[case] typed: &str, #[case] reason: MoneyTextError) {
    assert_eq!(parse_reais(typed), Err(reason));
}

#[rstest]
#[case(0, "R$ 0,00")]
#[case(5, "R$ 0,05")]
#[case(-5, "-R$ 0,05")]
#[case(99_999, "R$ 999,99")]
#[case(100_000, "R$ 1.000,00")]
#[case(-123_456_789, "-R$ 1.234.567,89")]
#[case(i64::MAX, "R$ 92.233.720.368.547.758,07")]
#[case(i64::MIN, "-R$ 92.233.720.368.547.758,08")]
fn is_printed(#[case] centavos: i64, #[case] printed: &str) {
    assert_eq!(Reais(centavos).to_string(), printed);
    assert_eq!(format!("[{:>30}]", Reais(centavos)), format!("[{printed:>30}]"), "columns line up");
}

#[test]
fn an_amount_is_from_one_centavo_to_the_largest() {
    for centavos in [i64::MIN, -1, 0, AMOUNT_MAX + 1, i64::MAX] {
        assert_eq!(Amount::new(centavos), Err(AmountOutOfRange));
        assert!(serde_json::from_str::<Amount>(&centavos.to_string()).is_err());
    }
    for json in ["1.0", "1e2", "\"1\"", "null", "18446744073709551615", "1e30"] {
        assert!(serde_json::from_str::<Amount>(json).is_err(), "{json}");
    }
    assert_eq!(serde_json::to_string(&Amount::new(AMOUNT_MAX).unwrap()).unwrap(), "1000000000000");
}

proptest! {
    #[test]
    fn every_way_to_write_an_amount_is_read_back(amount in strategies::amount()) {
        let (whole, cents) = (amount.centavos() / 100, amount.centavos() % 100);
        let printed = amount.to_string();
        let mut ways = vec![printed.clone(), printed.replace("R$ ", ""), printed.replace('.', ""), format!("{whole},{cents:02}")];
        if cents % 10 == 0 {
            ways.push(format!("{whole},{}", cents / 10));
        }
        if cents == 0 {
            ways.push(whole.to_string());
            ways.push(printed.replace(",00", ""));
        }
        for way in ways {
            prop_assert_eq!(parse_reais(&way), Ok(amount), "{}", way);
        }
        let json = serde_json::to_string(&amount).unwrap();
        prop_assert_eq!(serde_json::from_str::<Amount>(&json).unwrap(), amount);
    }

    /// A lone point parts thousands or it is asked about; it is never taken for a comma.
    #[test]
    fn a_point_before_other_than_three_digits_is_never_guessed(whole in 0u32..1_000_000, rest in "[0-9]{1,2}|[0-9]{4,8}") {
        let typed = format!("{whole}.{rest}");
        prop_assert_eq!(parse_reais(&typed), Err(MoneyTextError::Ambiguous));
    }

    #[test]
    fn no_text_panics(typed in prop_oneof!["[R$0-9.,  -]{0,24}", ".*"]) {
        if let Ok(amount) = parse_reais(&typed) {
            prop_assert_eq!(parse_reais(&amount.to_string()), Ok(amount));
        }
    }
}
