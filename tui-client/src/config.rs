//! The configuration file, and how flags, environment, file and memory come together: flag, then environment variable,
//! then file, then what was chosen last, then the system's locale.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::app::settings::{Hint, LOCK_AFTER_MINUTES_MAX, NamedBank, Origin, Origins, Remembered, Settings};
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
    /// `plain = true`: numbered questions in place of drawn screens.
    pub plain: Option<bool>,
    /// `mouse = false`: the terminal's own selection stays as it is.
    pub mouse: Option<bool>,
    /// `lock_after = 5`: idle minutes until the screen locks; 0 is never.
    #[serde(default, deserialize_with = "lock_after")]
    pub lock_after: Option<u16>,
    /// `hide_balances = true`.
    pub hide_balances: Option<bool>,
    /// `save_dir = "~/extratos"`: where statements and receipts are saved; `~` is the home directory.
    pub save_dir: Option<String>,
    /// `[[banks]]` with `name` and `address`.
    #[serde(default)]
    pub banks: Vec<NamedBank>,
}

/// Reads `lock_after`, so that a number out of bounds is an error at its line.
fn lock_after<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<u16>, D::Error> {
    let minutes = u16::deserialize(from)?;
    if minutes > LOCK_AFTER_MINUTES_MAX {
        let message = format!("minutes from 0 (never) to {LOCK_AFTER_MINUTES_MAX}");
        return Err(serde::de::Error::custom(message));
    }
    Ok(Some(minutes))
}

/// What was said at the start of this run, and by which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Given<T> {
    /// What.
    pub value: T,
    /// By flag or by environment.
    pub origin: Origin,
}

/// What was chosen for this run, by whatever way.
#[derive(Clone, Debug, Default)]
pub struct Choices {
    /// By flag or `TUI_LANG`.
    pub language: Option<Given<Language>>,
    /// By flag or `TUI_THEME`.
    pub theme: Option<Given<ThemeName>>,
    /// By flag or `TUI_PLAIN`.
    pub plain: Option<Given<bool>>,
    /// By flag or `TUI_MOUSE`.
    pub mouse: Option<Given<bool>>,
    /// By flag or `TUI_LOCK_AFTER`, in minutes.
    pub lock_after: Option<Given<u16>>,
    /// By flag or `TUI_HIDE_BALANCES`.
    pub hide_balances: Option<Given<bool>>,
    /// By flag or `TUI_SAVE_DIR`.
    pub save_dir: Option<Given<PathBuf>>,
    /// By flag or `NO_COLOR`.
    pub no_color: bool,
    /// By flag or `TUI_BANK`.
    pub bank: Option<String>,
    /// The system's.
    pub locale: Option<Language>,
    /// The configuration file.
    pub file: File,
    /// Where it is.
    pub config_file: Option<String>,
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
    let file = choices.file;
    let chosen_language = remembered.language.or(choices.locale);
    let (language, of_language) = first(choices.language, file.language, chosen_language, defaults.language);
    let (theme, of_theme) = first(choices.theme, file.theme, remembered.theme, defaults.theme);
    let (plain, of_plain) = first(choices.plain, file.plain, remembered.plain, defaults.plain);
    let (mouse, of_mouse) = first(choices.mouse, file.mouse, remembered.mouse, defaults.mouse);
    let (lock_after_minutes, of_lock) = first(
        choices.lock_after,
        file.lock_after,
        remembered.lock_after_minutes,
        defaults.lock_after_minutes,
    );
    let (hide_balances, of_hidden) =
        first(choices.hide_balances, file.hide_balances, remembered.hide_balances, defaults.hide_balances);
    let save_dir = save_dir(choices.save_dir, &file.save_dir);
    let given = choices.bank.map(|address| NamedBank { name: address.clone(), address });
    Settings {
        language,
        theme,
        colour: !choices.no_color,
        plain,
        mouse,
        lock_after_minutes,
        hide_balances,
        origins: Origins {
            language: of_language,
            theme: of_theme,
            plain: of_plain,
            mouse: of_mouse,
            lock_after: of_lock,
            hide_balances: of_hidden,
        },
        save_dir: save_dir.map(|given| (given.value.display().to_string(), given.origin)),
        config_file: choices.config_file,
        banks: given.into_iter().chain(file.banks).collect(),
        remembered,
        hints,
        breaks_banks: false,
    }
}

/// Where files for the customer go, where somebody says so: at the start, else in the file.
#[must_use]
pub fn save_dir(given: Option<Given<PathBuf>>, file: &Option<String>) -> Option<Given<PathBuf>> {
    let named = || {
        let typed = file.as_deref()?;
        Some(Given { value: crate::node::place(typed), origin: Origin::File })
    };
    given.or_else(named)
}

/// The first of what was given at the start, what the file says and what was chosen last; with where it comes from.
fn first<T>(given: Option<Given<T>>, file: Option<T>, chosen: Option<T>, default: T) -> (T, Origin) {
    match (given, file) {
        (Some(given), _) => (given.value, given.origin),
        (None, Some(value)) => (value, Origin::File),
        (None, None) => (chosen.unwrap_or(default), Origin::Chosen),
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

    #[test]
    fn every_setting_of_the_file_holds_against_what_was_chosen_and_says_so() {
        let text = "plain = true\nmouse = false\nlock_after = 0\nhide_balances = true\n";
        let choices = Choices { file: parse(text).expect("well formed"), ..Choices::default() };
        let remembered = Remembered {
            plain: Some(false),
            mouse: Some(true),
            lock_after_minutes: Some(30),
            hide_balances: Some(false),
            ..Remembered::default()
        };
        let settings = settle(choices, remembered.clone(), Vec::new());
        assert!(settings.plain && !settings.mouse && settings.hide_balances);
        assert_eq!(settings.lock_after_minutes, 0);
        let Origins { language, theme, plain, mouse, lock_after, hide_balances } = settings.origins;
        assert_eq!([plain, mouse, lock_after, hide_balances], [Origin::File; 4]);
        assert_eq!([language, theme], [Origin::Chosen; 2]);
        let chosen = settle(Choices::default(), remembered, Vec::new());
        assert_eq!((chosen.lock_after_minutes, chosen.origins), (30, Origins::default()));
        let error = parse("mouse = true\nlock_after = 1441\n").expect_err("out of bounds");
        assert!(error.contains("line 2") && error.contains("1440"), "{error}");
    }

    #[test]
    fn files_go_where_a_flag_says_else_the_file_whose_tilde_is_the_home_directory() {
        let file = parse("save_dir = \"/var/extratos\"\n").expect("well formed");
        let by_file =
            settle(Choices { file: file.clone(), ..Choices::default() }, Remembered::default(), Vec::new());
        assert_eq!(by_file.save_dir, Some(("/var/extratos".to_owned(), Origin::File)));
        let given = Some(Given { value: PathBuf::from("/tmp/aqui"), origin: Origin::Flag });
        let flag = settle(
            Choices { file, save_dir: given, ..Choices::default() },
            Remembered::default(),
            Vec::new(),
        );
        assert_eq!(flag.save_dir, Some(("/tmp/aqui".to_owned(), Origin::Flag)));
        let home = save_dir(None, &Some("~/extratos".to_owned())).expect("a directory").value;
        assert!(home.ends_with("extratos") && !home.starts_with("~"), "{home:?}");
        assert_eq!(save_dir(None, &None), None);
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
        let remembered = Remembered {
            language: Some(Language::En),
            theme: Some(ThemeName::Mono),
            ..Remembered::default()
        };
        let locale = Some(Language::PtBr);
        let chosen = settle(Choices { locale, ..Choices::default() }, remembered.clone(), Vec::new());
        assert_eq!((chosen.language, chosen.theme), (Language::En, ThemeName::Mono));
        let file = File { language: Some(Language::PtBr), ..File::default() };
        let by_file =
            settle(Choices { file: file.clone(), ..Choices::default() }, remembered.clone(), Vec::new());
        assert_eq!(by_file.language, Language::PtBr);
        assert_eq!(by_file.origins.language, Origin::File);
        let english = Given { value: Language::En, origin: Origin::Flag };
        let flag = Choices { file, language: Some(english), ..Choices::default() };
        let by_flag = settle(flag, Remembered::default(), Vec::new());
        assert_eq!((by_flag.language, by_flag.origins.language), (Language::En, Origin::Flag));
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
