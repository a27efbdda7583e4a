//! Text that people type: what is removed from it, its bounds, its masks.

use proptest::prelude::*;
use rstest::rstest;
use shared::limits::{DESCRIPTION_CHARS_MAX, NAME_CHARS_MAX};
use shared::text::{Description, Name, Password, TextError, clean};

use crate::strategies;

/// What must never survive: controls, every bidirectional control of Unicode, what has no width, tags, line separators.
pub const DECEIVING: &[char] = &[
    '\0',
    '\t',
    '\n',
    '\r',
    '\u{1b}',
    '\u{7f}',
    '\u{85}',
    '\u{9b}',
    '\u{ad}',
    '\u{34f}',
    '\u{61c}',
    '\u{115f}',
    '\u{180e}',
    '\u{200b}',
    '\u{200c}',
    '\u{200d}',
    '\u{200e}',
    '\u{200f}',
    '\u{2028}',
    '\u{2029}',
    '\u{202a}',
    '\u{202b}',
    '\u{202c}',
    '\u{202d}',
    '\u{202e}',
    '\u{2060}',
    '\u{2061}',
    '\u{2064}',
    '\u{2065}',
    '\u{2066}',
    '\u{2067}',
    '\u{2068}',
    '\u{2069}',
    '\u{206a}',
    '\u{206f}',
    '\u{3164}',
    '\u{fe0f}',
    '\u{feff}',
    '\u{ffa0}',
    '\u{fff9}',
    '\u{fffb}',
    '\u{1bca0}',
    '\u{1d173}',
    '\u{e0001}',
    '\u{e0041}',
    '\u{e007f}',
    '\u{e0100}',
];

#[rstest]
#[case("  Maria \t da\u{a0}Silva\r\n", "Maria da Silva")]
#[case("Ma\u{200b}ria\u{202e}", "Maria")]
#[case("a\u{2028}b", "a b")]
#[case("a\u{85}b", "a b")]
#[case("\u{1b}[31mred", "[31mred")]
#[case("José 👍🏽", "José 👍🏽")]
#[case("\u{200d}\u{feff} \u{ad}", "")]
#[case("\u{200b} a \u{200b} b \u{200b}", "a b")]
fn is_cleaned(#[case] typed: &str, #[case] left: &str) {
    assert_eq!(clean(typed), left);
}

#[rstest]
#[case("", Err(TextError::Empty))]
#[case(" \u{200b} ", Err(TextError::Empty))]
#[case("123 !", Err(TextError::BadCharacters))]
#[case("É", Ok("É"))]
#[case("  Padaria  3 Irmãos ", Ok("Padaria 3 Irmãos"))]
fn a_name_has_a_letter(#[case] typed: &str, #[case] name: Result<&str, TextError>) {
    assert_eq!(Name::new(typed).as_ref().map(Name::as_str).map_err(|error| *error), name);
    assert_eq!(serde_json::from_value::<Name>(typed.into()).is_ok(), name.is_ok());
}

#[test]
fn bounds_count_characters_after_cleaning() {
    let name = |count: usize| Name::new(&"é".repeat(count));
    assert!(name(NAME_CHARS_MAX).is_ok());
    assert_eq!(name(NAME_CHARS_MAX + 1), Err(TextError::TooLong));
    assert!(Name::new(&format!("{}\u{200b} ", "é".repeat(NAME_CHARS_MAX))).is_ok());

    let description = |count: usize| Description::new(&"é".repeat(count));
    assert!(description(DESCRIPTION_CHARS_MAX).is_ok_and(|text| text.is_some()));
    assert_eq!(description(DESCRIPTION_CHARS_MAX + 1), Err(TextError::TooLong));
    assert_eq!(Description::new("\u{200b}  "), Ok(None), "nothing visible is nothing");
    for json in ["\"\"", "\" \"", "null", "5"] {
        assert!(serde_json::from_str::<Description>(json).is_err(), "{json}");
    }
}

#[rstest]
#[case("Maria Souza", "M**** S****")]
#[case("É", "É")]
#[case("Jose\u{301} de Sá", "J*** d* S*")]
fn a_stranger_sees_initials(#[case] name: &str, #[case] masked: &str) {
    let name = Name::new(name).unwrap();
    assert_eq!(name.masked(), masked);
    assert_eq!(format!("{name:?}"), format!("Name({masked})"), "a log gives nobody away");
}

#[test]
fn a_password_is_never_printed_and_is_left_as_it_was_typed() {
    let password = Password::new(" \u{200b}segredo ".to_owned());
    assert_eq!(format!("{password:?}"), "Password(…)");
    assert_eq!(password.reveal(), " \u{200b}segredo ");
}

proptest! {
    #[test]
    fn cleaning_twice_is_cleaning_once_and_nothing_deceiving_survives(typed in strategies::text()) {
        let once = clean(&typed);
        prop_assert_eq!(clean(&once), once.clone());
        prop_assert!(!once.contains(DECEIVING), "{:?}", once);
        prop_assert!(!once.chars().any(char::is_control));
        prop_assert!(!once.chars().any(|c| c.is_whitespace() && c != ' '));
        prop_assert!(!once.contains("  ") && once.trim() == once);
        let visible = |text: &str| text.chars().filter(|c| !c.is_whitespace() && !c.is_control()).count();
        prop_assert!(visible(&once) <= visible(&typed), "nothing is added");
    }

    #[test]
    fn what_is_safe_is_kept(words in prop::collection::vec("[a-zA-Zà-ü0-9.,]{1,8}", 1..6)) {
        prop_assert_eq!(clean(&words.join("  ")), words.join(" "));
    }

    #[test]
    fn names_and_descriptions_are_read_back(typed in strategies::text()) {
        if let Ok(name) = Name::new(&typed) {
            let json = serde_json::to_string(&name).unwrap();
            prop_assert_eq!(serde_json::from_str::<Name>(&json).unwrap(), name.clone());
            prop_assert_eq!(serde_json::from_value::<Name>(typed.clone().into()).unwrap(), name);
        }
        if let Ok(Some(description)) = Description::new(&typed) {
            let json = serde_json::to_string(&description).unwrap();
            prop_assert_eq!(serde_json::from_str::<Description>(&json).unwrap(), description.clone());
            prop_assert_eq!(serde_json::from_value::<Description>(typed.into()).unwrap(), description);
        }
    }

    /// A mask keeps the number of words, and of each word no more than what stands at its beginning.
    #[test]
    fn a_mask_hides_all_but_initials(words in prop::collection::vec("[A-Za-z]{1,12}", 1..6)) {
        let name = Name::new(&words.join(" ")).unwrap();
        let masked = name.masked();
        for (word, mask) in words.iter().zip(masked.split(' ')) {
            prop_assert_eq!(mask, &format!("{}{}", &word[..1], "*".repeat(word.len() - 1)));
        }
        prop_assert_eq!(masked.split(' ').count(), words.len());
    }

    #[test]
    fn masking_never_panics(typed in strategies::text()) {
        if let Ok(name) = Name::new(&typed) {
            prop_assert_eq!(name.masked().split(' ').count(), name.as_str().split(' ').count());
        }
    }
}
