//! `bank-node admin`: administers a bank that runs, by its operators' socket. What people read is said here; what is
//! asked and answered stands in the library, `http::back_office::api`.
//!
//! Never here: the ledger. A bank that does not run is not administered.

use std::path::PathBuf;
use std::process::ExitCode;

use bank_node::config::{self, ConfigError, Overrides};
use clap::{Args, Subcommand};
use serde::Serialize;
use shared::account::AccountNumber;

use self::client::{Bank, Fault, in_path};
use super::{EXIT_CONFIGURATION, EXIT_SURROUNDINGS, fail, say};

mod account;

mod accounts;

pub mod client;

mod customer;

mod decide;

mod customers;

mod drain;

mod log;

mod log_level;

mod packages;

mod peers;

mod reload;

pub mod table;

/// Which bank is administered, and how.
#[derive(Args)]
pub struct Admin {
    #[command(flatten)]
    whom: Whom,
    /// Print JSON, for scripts.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    action: Action,
}

/// Which bank is asked.
#[derive(Args)]
pub struct Whom {
    /// The bank's bank.toml: says where its socket is.
    #[arg(long, env = "BANK_CONFIG", required_unless_present = "admin_socket")]
    config: Option<PathBuf>,
    /// The bank's socket itself.
    #[arg(long, env = "BANK_ADMIN_SOCKET")]
    admin_socket: Option<PathBuf>,
    /// Where the ledger is, with the socket beside it.
    #[arg(long, env = "BANK_DATA_DIR")]
    data_dir: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Action {
    /// Show packages, and what is in doubt with what every bank says of it.
    Packages(packages::Packages),
    /// Show accounts.
    Accounts(accounts::Accounts),
    /// Show customers.
    Customers(customers::Customers),
    /// Show the other banks: whether they answer, and what stands between them and this one.
    Peers,
    /// Freeze, unfreeze or close an account.
    Account(account::Account),
    /// Set a customer's password anew, show or end their log-ins.
    Customer(customer::Customer),
    /// Take no new packages, finish what is under way, and say when it is safe to stop. Ends with the process.
    Drain(drain::Drain),
    /// Take packages again.
    Undrain,
    /// Show what operators did, newest first.
    Log(log::Log),
    /// Show or change how much is logged, while the bank runs.
    LogLevel(log_level::LogLevel),
    /// Decide an attempt of this bank whose decision was lost with its books.
    Decide(decide::Decide),
    /// Read bank.toml, the key and the consortium file again, and take what has changed.
    Reload,
}

impl Admin {
    /// Asks the bank, and prints what it says.
    pub fn run(self) -> ExitCode {
        let Self { whom, json, action } = self;
        whom.ask(async |bank| match action {
            Action::Packages(action) => action.run(bank, json).await,
            Action::Accounts(action) => action.run(bank, json).await,
            Action::Customers(action) => action.run(bank, json).await,
            Action::Peers => peers::peers(bank, json).await,
            Action::Account(action) => action.run(bank, json).await,
            Action::Customer(action) => action.run(bank, json).await,
            Action::Drain(action) => action.run(bank, json).await,
            Action::Undrain => drain::undrain(bank, json).await,
            Action::Log(action) => action.run(bank, json).await,
            Action::LogLevel(action) => action.run(bank, json).await,
            Action::Decide(action) => action.run(bank, json).await,
            Action::Reload => reload::run(bank, json).await,
        })
    }
}

impl Whom {
    /// Asks the bank by its socket; the process ends with what comes back.
    pub fn ask(self, ask: impl AsyncFnOnce(&Bank) -> Done) -> ExitCode {
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
            ask(&bank).await
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

/// What asks for people in full.
const REVEAL: &str = "?reveal=true";

/// Which page of a listing.
#[derive(Args)]
struct Paged {
    /// Rows of the page, 1 to 100.
    #[arg(long, default_value_t = 50)]
    limit: u8,
    /// The `next` of the page before.
    #[arg(long)]
    before: Option<String>,
}

impl Paged {
    /// The path of the page of what stands at `path`.
    fn of(&self, path: &str) -> String {
        let before = self.before.as_ref().map(|before| in_path("&before={}", "{}", before));
        format!("{path}?limit={}{}", self.limit, before.unwrap_or_default())
    }

    /// `text`, and how to ask for what comes after it.
    fn with_next(&self, text: String, next: Option<impl std::fmt::Display>) -> String {
        match next {
            Some(next) => format!("{text}\nmore: --before {next}"),
            None => text,
        }
    }
}

/// How a command that asks a bank ends.
pub type Done = Result<ExitCode, Fault>;

/// An account of the bank that is asked: `1042-8`, or `aurora/1042-8` as customers write it.
fn account_number(text: &str) -> Result<AccountNumber, String> {
    let number = text.rsplit_once('/').map_or(text, |(_bank, number)| number);
    number
        .parse()
        .map_err(|_| "an account of this bank is a number with its check digit, as 1042-8".to_owned())
}

/// Prints an answer: as JSON, or as `text` puts it for people.
pub fn show<T: Serialize>(json: bool, answer: &T, text: impl FnOnce(&T) -> String) -> Done {
    if json {
        say(serde_json::to_string_pretty(answer)?);
    } else {
        say(text(answer));
    }
    Ok(ExitCode::SUCCESS)
}
