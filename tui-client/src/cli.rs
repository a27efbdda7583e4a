//! The command line: flags, subcommands, exit codes. Nothing is decided here but which part runs.

use std::ffi::OsString;
use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue};
use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory as _, FromArgMatches as _, Parser};

use crate::app::settings::{Hint, LOCK_AFTER_MINUTES_MAX, Origin, Settings};
use crate::config::{self, Choices, Given};
use crate::node::{Places, Switch};
use crate::scripts::args::{Format, Script};
use crate::scripts::{self, Configuration, Setting};
use crate::terminal;
use crate::texts::Language;
use crate::theme::ThemeName;

/// Exit code for wrong usage: flags, configuration, no terminal.
const USAGE: u8 = 2;

/// Every account of yours in the consortium, in one terminal.
#[derive(Clone, Debug, Parser)]
#[command(name = "tui-client", version, about, long_about = None)]
pub struct Cli {
    /// The language: pt-BR or en.
    #[arg(long, env = "TUI_LANG", global = true)]
    pub lang: Option<Language>,
    /// The colours.
    #[arg(long, env = "TUI_THEME", global = true)]
    pub theme: Option<ThemeName>,
    /// No colours at all; so does a non-empty `NO_COLOR`.
    #[arg(long, global = true)]
    pub no_color: bool,
    /// The configuration file, in place of the platform's own.
    #[arg(long, env = "TUI_CONFIG", value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
    /// Where orders under way and what is remembered are kept, in place of the platform's own.
    #[arg(long, env = "TUI_STATE_DIR", value_name = "DIR", global = true)]
    pub state_dir: Option<PathBuf>,
    /// Where statements and receipts are saved, in place of your documents.
    #[arg(long, env = "TUI_SAVE_DIR", value_name = "DIR", global = true)]
    pub save_dir: Option<PathBuf>,
    /// A bank's address to offer first.
    #[arg(long, env = "TUI_BANK", value_name = "ADDRESS", global = true)]
    pub bank: Option<String>,
    /// Numbered questions in place of drawn screens.
    #[arg(long, env = "TUI_PLAIN", value_name = "yes|no", global = true)]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = "yes", value_parser = yes_or_no)]
    pub plain: Option<bool>,
    /// Whether the mouse is listened to.
    #[arg(long, env = "TUI_MOUSE", value_name = "yes|no", global = true)]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = "yes", value_parser = yes_or_no)]
    pub mouse: Option<bool>,
    /// Idle minutes until the screen locks; 0 is never.
    #[arg(long, env = "TUI_LOCK_AFTER", value_name = "MINUTES", global = true)]
    #[arg(value_parser = clap::value_parser!(u16).range(0..=i64::from(LOCK_AFTER_MINUTES_MAX)))]
    pub lock_after: Option<u16>,
    /// Covers the amounts of balances.
    #[arg(long, env = "TUI_HIDE_BALANCES", value_name = "yes|no", global = true)]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = "yes", value_parser = yes_or_no)]
    pub hide_balances: Option<bool>,
    /// Whether passwords may go over plain http to other machines, where whoever listens reads them.
    #[arg(long, env = "TUI_PASSWORDS_IN_CLEAR", value_name = "yes|no", global = true)]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = "yes", value_parser = yes_or_no)]
    pub passwords_in_clear: Option<bool>,
    /// Which of these the environment gave and no flag; found out when the command line is read.
    #[arg(skip)]
    pub by_environment: Vec<&'static str>,
    /// In which form commands print their results.
    #[arg(long, env = "TUI_OUTPUT", value_enum, default_value_t, global = true)]
    pub output: Format,
    /// What to run instead of the client.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What to run instead of the client.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum Command {
    /// Starts three banks in this process, with customers, accounts and money, and opens the client on them.
    #[cfg(feature = "demo")]
    Demo(DemoArgs),
    /// One thing at a time, for scripts.
    #[command(flatten)]
    Script(Script),
}

/// How the demo runs.
#[cfg(feature = "demo")]
#[derive(Clone, Debug, Default, clap::Args)]
pub struct DemoArgs {
    /// Where the banks keep their books.
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// Begin anew: the books of an earlier demo are removed.
    #[arg(long)]
    pub fresh: bool,
    /// Play a narrated tour and end, without the client.
    #[arg(long)]
    pub tour: bool,
}

/// The arguments that are settings too, by their ids here.
const SETTINGS: [&str; 7] = ["lang", "theme", "plain", "mouse", "lock_after", "hide_balances", "save_dir"];

/// Reads a yes or a no, as people write them. An empty variable is a no.
fn yes_or_no(text: &str) -> Result<bool, String> {
    match text.trim().to_lowercase().as_str() {
        "yes" | "y" | "true" | "on" | "1" | "sim" | "s" => Ok(true),
        "" | "no" | "n" | "false" | "off" | "0" | "não" | "nao" => Ok(false),
        _ => Err("yes or no".to_owned()),
    }
}

impl Cli {
    /// Reads a command line, and which settings the environment gave.
    ///
    /// # Errors
    /// Those of clap, for people; help and version among them.
    pub fn read(args: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let matches = Self::command().try_get_matches_from(args)?;
        let mut cli = Self::from_arg_matches(&matches)?;
        cli.by_environment = SETTINGS.into_iter().filter(|id| by_environment(&matches, id)).collect();
        Ok(cli)
    }

    fn given<T>(&self, id: &'static str, value: Option<T>) -> Option<Given<T>> {
        let environment = self.by_environment.contains(&id);
        let origin = if environment { Origin::Environment } else { Origin::Flag };
        value.map(|value| Given { value, origin })
    }
}

fn by_environment(matches: &ArgMatches, id: &str) -> bool {
    matches.value_source(id) == Some(ValueSource::EnvVariable)
}

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    outlive_file_limits();
    run(std::env::args_os())
}

/// A write beyond a limit on the size of files (`ulimit -f`) then fails as one on a full disk does. Without this the system
/// ends the process on the spot, the terminal still in its hands.
fn outlive_file_limits() {
    #[cfg(unix)]
    {
        let noted = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
        // Where it cannot be had, such limits end the program as they end others.
        let _registered = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, noted);
    }
}

fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::read(args) {
        Ok(cli) => cli,
        Err(error) if asks_for_missing_demo(&error) => {
            let locale = config::locale(|name| std::env::var(name).ok());
            let language = locale.unwrap_or_else(|| Settings::default().language);
            eprintln!("{}", no_demo(language));
            return ExitCode::from(USAGE);
        }
        Err(error) => {
            // A closed pipe is no reason to fail over a help text.
            let _printed = error.print();
            return ExitCode::from(if error.use_stderr() { USAGE } else { 0 });
        }
    };
    match &cli.command {
        #[cfg(feature = "demo")]
        Some(Command::Demo(args)) => crate::demo::run(&cli, args),
        Some(Command::Script(command)) => script(&cli, command.clone()),
        None => client(&cli, Vec::new(), None),
    }
}

/// Whether somebody wants the demo of a program that was built without it: the documentation names it, so it is no
/// misspelt command.
fn asks_for_missing_demo(error: &clap::Error) -> bool {
    let named = error.get(ContextKind::InvalidSubcommand);
    !cfg!(feature = "demo") && matches!(named, Some(ContextValue::String(name)) if name == "demo")
}

const fn no_demo(language: Language) -> &'static str {
    language.pick(
        "Este programa foi compilado sem a demonstração: ela vem na compilação padrão, com os bancos junto.",
        "This program was built without the demo: the default build has it, with the banks inside.",
    )
}

/// Runs one command of a script.
fn script(cli: &Cli, command: Script) -> ExitCode {
    let path = config::path(cli.config.clone());
    let (prepared, wrong) = match (prepare(cli), &command) {
        (Ok(prepared), _) => (prepared, None),
        // `doctor` says what is wrong with the configuration, and goes on without it.
        (Err(message), Script::Doctor) => {
            let file = config::File::default();
            let places = places(cli, &file);
            ((choices(cli, file), places), Some(message))
        }
        (Err(message), _) => {
            eprintln!("{message}");
            return ExitCode::from(USAGE);
        }
    };
    let (choices, places) = prepared;
    let settings = config::settle(choices, places.remembered(), Vec::new());
    let setting = Setting {
        settings,
        places,
        bank: cli.bank.clone(),
        format: cli.output,
        command: Cli::command(),
        configuration: Configuration { path, wrong },
    };
    scripts::run(command, setting)
}

fn places(cli: &Cli, file: &config::File) -> Places {
    let save_dir = config::save_dir(cli.given("save_dir", cli.save_dir.clone()), &file.save_dir);
    Places::find(cli.state_dir.clone())
        .saving_in(save_dir.map(|given| given.value))
        .saying_passwords_in_clear(cli.passwords_in_clear.unwrap_or(false))
}

/// Opens the client; the demo gives log-ins to try on its first screen, and a switch for its banks.
#[must_use]
pub fn client(cli: &Cli, hints: Vec<Hint>, switch: Option<Switch>) -> ExitCode {
    let (choices, places) = match prepare(cli) {
        Ok(prepared) => prepared,
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::from(USAGE);
        }
    };
    let mut settings = config::settle(choices, places.remembered(), hints);
    settings.breaks_banks = switch.is_some();
    let dumb = std::env::var("TERM").is_ok_and(|term| term == "dumb");
    // Said to be dumb, a terminal is not drawn on; unless somebody says that it can be.
    if settings.plain || (dumb && cli.plain.is_none() && std::io::stdout().is_terminal()) {
        return crate::plain::run(settings, places, switch);
    }
    if !std::io::stdout().is_terminal() {
        eprintln!(
            "{}",
            settings.language.pick(
                "A saída não é um terminal: este programa desenha telas. Rode-o em um terminal, ou use --plain: \
                 perguntas numeradas, linha por linha.",
                "The output is not a terminal: this program draws screens. Run it in a terminal, or use --plain: \
                 numbered questions, line by line.",
            )
        );
        return ExitCode::from(USAGE);
    }
    match terminal::run(settings, places, switch) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn prepare(cli: &Cli) -> Result<(Choices, Places), String> {
    let path = config::path(cli.config.clone());
    let file = match &path {
        Some(path) => config::read(path, cli.config.is_some())?,
        None => config::File::default(),
    };
    let places = places(cli, &file);
    Ok((choices(cli, file), places))
}

fn choices(cli: &Cli, file: config::File) -> Choices {
    Choices {
        language: cli.given("lang", cli.lang),
        theme: cli.given("theme", cli.theme),
        plain: cli.given("plain", cli.plain),
        mouse: cli.given("mouse", cli.mouse),
        lock_after: cli.given("lock_after", cli.lock_after),
        hide_balances: cli.given("hide_balances", cli.hide_balances),
        save_dir: cli.given("save_dir", cli.save_dir.clone()),
        no_color: cli.no_color || std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty()),
        bank: cli.bank.clone(),
        locale: config::locale(|name| std::env::var(name).ok()),
        file,
        config_file: config::path(cli.config.clone()).map(|path| path.display().to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn only_a_build_without_the_demo_says_that_it_has_none() {
        let read = |word: &str| Cli::read(["tui-client", word].map(OsString::from));
        let asked = read("demo").err().is_some_and(|error| asks_for_missing_demo(&error));
        assert_eq!(asked, !cfg!(feature = "demo"));
        assert!(!asks_for_missing_demo(&read("demos").unwrap_err()));
    }

    #[test]
    fn flags_and_languages_are_read() {
        let cli = Cli::try_parse_from(["tui-client", "--lang", "en", "--theme", "high-contrast"]).unwrap();
        assert_eq!(cli.lang, Some(Language::En));
        assert_eq!(cli.theme, Some(ThemeName::HighContrast));
        assert!(Cli::try_parse_from(["tui-client", "--lang", "xx"]).is_err());
        let cli = Cli::try_parse_from(["tui-client", "--lang", "pt-BR"]).unwrap();
        assert_eq!(cli.lang, Some(Language::PtBr));
    }
    #[test]
    fn settings_are_flags_with_or_without_a_word() {
        let read = |args: &[&str]| {
            let args = std::iter::once("tui-client").chain(args.iter().copied());
            Cli::read(args.map(OsString::from))
        };
        let cli = read(&["--plain", "--mouse=no", "--hide-balances=sim", "--lock-after", "0"]).unwrap();
        assert_eq!((cli.plain, cli.mouse, cli.hide_balances), (Some(true), Some(false), Some(true)));
        assert_eq!(cli.lock_after, Some(0));
        assert_eq!(cli.given("plain", cli.plain).map(|g| g.origin), Some(Origin::Flag));
        assert!(read(&["--mouse=perhaps"]).is_err());
        assert!(read(&["--lock-after", "1441"]).is_err());
        let by_environment = Cli { by_environment: vec!["mouse"], ..cli };
        let given = by_environment.given("mouse", by_environment.mouse);
        assert_eq!(given.map(|g| g.origin), Some(Origin::Environment));
    }
}
