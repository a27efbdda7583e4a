//! `bank-node admin`: administers a bank that runs, by its operators' socket. What people read is said here; what is
//! asked and answered stands in the library, `http::back_office::api`.
//!
//! Never here: the ledger. A bank that does not run is not administered.

use std::path::PathBuf;
use std::process::ExitCode;

use bank_node::config::{self, ConfigError, Overrides};
use clap::{Args, Subcommand};
use serde::Serialize;

use self::client::{Bank, Fault};
use super::{EXIT_CONFIGURATION, EXIT_SURROUNDINGS, fail, say};

mod client;

mod decide;

mod log_level;

/// Which bank is administered, and how.
#[derive(Args)]
pub struct Admin {
    /// The bank's bank.toml: says where its socket is.
    #[arg(long, env = "BANK_CONFIG", required_unless_present = "admin_socket")]
    config: Option<PathBuf>,
    /// The bank's socket itself.
    #[arg(long, env = "BANK_ADMIN_SOCKET")]
    admin_socket: Option<PathBuf>,
    /// Where the ledger is, with the socket beside it.
    #[arg(long, env = "BANK_DATA_DIR")]
    data_dir: Option<PathBuf>,
    /// Print JSON, for scripts.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Show or change how much is logged, while the bank runs.
    LogLevel(log_level::LogLevel),
    /// Decide an attempt of this bank whose decision was lost with its books.
    Decide(decide::Decide),
}

impl Admin {
    /// Asks the bank, and prints what it says.
    pub fn run(self) -> ExitCode {
        let socket = match self.socket() {
            Ok(socket) => socket,
            Err(error) => return fail(error, EXIT_CONFIGURATION),
        };
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => return fail(error, EXIT_SURROUNDINGS),
        };
        let done = runtime.block_on(async {
            let bank = Bank::at(&socket)?;
            match self.action {
                Action::LogLevel(action) => action.run(&bank, self.json).await,
                Action::Decide(action) => action.run(&bank, self.json).await,
            }
        });
        match done {
            Ok(code) => code,
            Err(fault) => fail(fault, EXIT_SURROUNDINGS),
        }
    }

    fn socket(&self) -> Result<PathBuf, ConfigError> {
        let overrides = Overrides {
            admin_socket: self.admin_socket.clone(),
            data_dir: self.data_dir.clone(),
            ..Overrides::default()
        };
        match (&self.config, &self.admin_socket) {
            (_, Some(socket)) => Ok(socket.clone()),
            (Some(config), None) => config::load_admin_socket(config, overrides),
            (None, None) => Err(ConfigError::new("give the bank's bank.toml with --config")),
        }
    }
}

/// How a command of `admin` ends.
type Done = Result<ExitCode, Fault>;

/// Prints an answer: as JSON, or as `text` puts it for people.
fn show<T: Serialize>(json: bool, answer: &T, text: impl FnOnce(&T) -> String) -> Done {
    if json {
        say(serde_json::to_string_pretty(answer)?);
    } else {
        say(text(answer));
    }
    Ok(ExitCode::SUCCESS)
}
