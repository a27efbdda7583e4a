//! The command line: flags, subcommands, exit codes. Nothing is decided here but which part runs.

use std::ffi::OsString;
use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

use crate::app::settings::Hint;
use crate::config::{self, Choices};
use crate::node::{Places, Switch};
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
    /// A bank's address to offer first.
    #[arg(long, env = "TUI_BANK", value_name = "ADDRESS", global = true)]
    pub bank: Option<String>,
    /// What to run instead of the client.
    #[cfg(feature = "demo")]
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What to run instead of the client.
#[cfg(feature = "demo")]
#[derive(Clone, Debug, clap::Subcommand)]
pub enum Command {
    /// Starts three banks in this process, with customers, accounts and money, and opens the client on them.
    Demo(DemoArgs),
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

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    run(std::env::args_os())
}

fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            // A closed pipe is no reason to fail over a help text.
            let _printed = error.print();
            return ExitCode::from(if error.use_stderr() { USAGE } else { 0 });
        }
    };
    #[cfg(feature = "demo")]
    if let Some(Command::Demo(args)) = &cli.command {
        return crate::demo::run(&cli, args);
    }
    client(&cli, Vec::new(), None)
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
    if !std::io::stdout().is_terminal() {
        eprintln!(
            "{}",
            settings.language.pick(
                "A saída não é um terminal: este programa desenha telas. Rode-o em um terminal.",
                "The output is not a terminal: this program draws screens. Run it in a terminal.",
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
    let places = Places::find(cli.state_dir.clone());
    let file = match config::path(cli.config.clone()) {
        Some(path) => config::read(&path, cli.config.is_some())?,
        None => config::File::default(),
    };
    let choices = Choices {
        language: cli.lang,
        theme: cli.theme,
        no_color: cli.no_color || std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty()),
        bank: cli.bank.clone(),
        locale: config::locale(|name| std::env::var(name).ok()),
        file,
    };
    Ok((choices, places))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
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
}
