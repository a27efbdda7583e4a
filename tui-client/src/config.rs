//! The configuration file, and how flags, environment, file and memory come together: flag, then environment variable,
//! then file, then what was chosen last, then the system's locale.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::app::settings::{Hint, NamedBank, Remembered, Settings};
use crate::texts::Language;
use crate::theme::ThemeName;

/// `config.toml`. A key that is not one of these is an error that names its line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// `language = "pt-BR"`.
    pub language: Option<Language>,
    /// `theme = "dark"`.
    pub theme: Option<ThemeName>,
    /// `[[banks]]` with `name` and `address`.
    #[serde(default)]
    pub banks: Vec<NamedBank>,
}

/// What was chosen for this run, by whatever way.
#[derive(Clone, Debug, Default)]
pub struct Choices {
    /// By flag or `TUI_LANG`.
    pub language: Option<Language>,
    /// By flag or `TUI_THEME`.
    pub theme: Option<ThemeName>,
    /// By flag or `NO_COLOR`.
    pub no_color: bool,
    /// By flag or `TUI_BANK`.
    pub bank: Option<String>,
    /// The system's.
    pub locale: Option<Language>,
    /// The configuration file.
    pub file: File,
}

/// Where the configuration file is: as given, else in the platform's directory for it.
#[must_use]
pub fn path(given: Option<PathBuf>) -> Option<PathBuf> {
    given.or_else(|| crate::node::directories().map(|d| d.config_dir().join("config.toml")))
}

/// Reads the configuration file. One that is not there is an empty one, unless it was asked for by name.
///
/// # Errors
/// A sentence for people that names the file, and the line where there is one.
pub fn read(path: &Path, named: bool) -> Result<File, String> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !named => return Ok(File::default()),
        Err(error) => return Err(format!("{}: {error}", path.display())),
    };
    parse(&text).map_err(|message| format!("{}: {message}", path.display()))
}

fn parse(text: &str) -> Result<File, String> {
    // The error's own text draws the line and its number.
    toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned())
}

/// The language of the system's locale: the first of `LC_ALL`, `LC_MESSAGES`, `LANG` that is set.
#[must_use]
pub fn locale(variable: impl Fn(&str) -> Option<String>) -> Option<Language> {
    let set = |name: &&str| variable(name).filter(|v| !v.is_empty());
    let first = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(set)?;
    Language::of_locale(&first)
}

/// Brings all choices together.
#[must_use]
pub fn settle(choices: Choices, remembered: Remembered, hints: Vec<Hint>) -> Settings {
    let defaults = Settings::default();
    let language = choices.language.or(choices.file.language).or(remembered.language).or(choices.locale);
    let theme = choices.theme.or(choices.file.theme).or(remembered.theme);
    let given = choices.bank.map(|address| NamedBank { name: address.clone(), address });
    Settings {
        language: language.unwrap_or(defaults.language),
        theme: theme.unwrap_or(defaults.theme),
        colour: !choices.no_color,
        banks: given.into_iter().chain(choices.file.banks).collect(),
        remembered,
        hints,
        breaks_banks: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[test]
    fn the_file_is_read_and_an_unknown_key_names_its_line() {
        let file = parse(
            "language = \"en\"\ntheme = \"light\"\n[[banks]]\nname = \"Aurora\"\naddress = \"127.0.0.1:7001\"\n",
        );
        let file = file.expect("well formed");
        assert_eq!((file.language, file.theme), (Some(Language::En), Some(ThemeName::Light)));
        assert_eq!(file.banks[0].address, "127.0.0.1:7001");
        let error = parse("language = \"en\"\ncolour = \"red\"\n").expect_err("unknown key");
        assert!(error.contains("line 2") && error.contains("colour"), "{error}");
        let error = parse("theme = \"pink\"").expect_err("unknown theme");
        assert!(error.contains("line 1") && error.contains("pink"), "{error}");
    }

    #[rstest]
    #[case(&[("LC_ALL", "en_US.UTF-8"), ("LANG", "pt_BR.UTF-8")], Some(Language::En))]
    #[case(&[("LC_ALL", ""), ("LANG", "pt_BR.UTF-8")], Some(Language::PtBr))]
    #[case(&[("LC_MESSAGES", "pt_PT"), ("LANG", "en_US")], Some(Language::PtBr))]
    #[case(&[("LANG", "C.UTF-8")], None)]
    #[case(&[], None)]
    fn the_locale_is_read_in_the_systems_order(
        #[case] set: &[(&str, &str)],
        #[case] expect: Option<Language>,
    ) {
        let variable = |name: &str| set.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned());
        assert_eq!(locale(variable), expect);
    }

    #[test]
    fn a_flag_beats_the_file_the_file_what_was_chosen_and_that_the_locale() {
        let remembered =
            Remembered { language: Some(Language::En), theme: Some(ThemeName::Mono), banks: Vec::new() };
        let locale = Some(Language::PtBr);
        let chosen = settle(Choices { locale, ..Choices::default() }, remembered.clone(), Vec::new());
        assert_eq!((chosen.language, chosen.theme), (Language::En, ThemeName::Mono));
        let file = File { language: Some(Language::PtBr), ..File::default() };
        let by_file =
            settle(Choices { file: file.clone(), ..Choices::default() }, remembered.clone(), Vec::new());
        assert_eq!(by_file.language, Language::PtBr);
        let flag = Choices { file, language: Some(Language::En), ..Choices::default() };
        assert_eq!(settle(flag, Remembered::default(), Vec::new()).language, Language::En);
        let nothing = settle(Choices { locale, ..Choices::default() }, Remembered::default(), Vec::new());
        assert_eq!(nothing.language, Language::PtBr);
    }

    #[test]
    fn a_file_asked_for_by_name_must_be_there() {
        let missing = Path::new("no/such/config.toml");
        assert_eq!(read(missing, false), Ok(File::default()));
        assert!(read(missing, true).is_err());
    }
}
