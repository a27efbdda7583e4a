//! The command line of a bank: run it, make its key, or run a whole consortium for scripts.
//!
//! Exit codes: 0 all is well; 1 the surroundings failed; 2 the configuration or the command line is wrong; 3 the books
//! or this program failed, and the next start reads the truth from disk; 4 an audit found what must not be.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use bank_node::audit::{self, Subject};
use bank_node::backup::{self, BackupFault};
use bank_node::config::{self, Config, Overrides};
use bank_node::local::{LocalBank, LocalConsortium, LocalFault, LocalOptions};
use bank_node::run;
use bank_node::telemetry::{self, LogFormat};
use clap::{Args, Parser, Subcommand};
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::filter::LevelFilter;

const EXIT_SURROUNDINGS: u8 = 1;
const EXIT_CONFIGURATION: u8 = 2;
const EXIT_AUDIT: u8 = 4;

/// A bank of the consortium.
#[derive(Parser)]
#[command(version, about)]
struct CommandLine {
    /// How log lines look: text or json.
    #[arg(long, env = "BANK_LOG_FORMAT", default_value = "text", global = true)]
    log_format: LogFormat,
    /// How much is logged: error, warn, info, debug or trace.
    #[arg(long, env = "BANK_LOG_LEVEL", default_value = "info", global = true)]
    log_level: LevelFilter,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the bank.
    Serve(Serve),
    /// Hold every invariant against the books, whether the bank runs or not, and print what was found as JSON.
    Audit(Audit),
    /// Copy the books of this moment into one new file, whether the bank runs or not, and prove the copy.
    Backup(Backup),
    /// Make a new private key, readable by its owner alone, and print the public one.
    Keygen {
        /// The file to make; it must not be there yet.
        file: PathBuf,
    },
    /// Run a whole consortium in this process, for scripts.
    Local {
        /// How many banks.
        #[arg(long, default_value_t = 3)]
        banks: usize,
        /// Where keys, configurations and ledgers are kept; a temporary directory unless given.
        #[arg(long)]
        dir: Option<PathBuf>,
        /// The first bank's port, the others' after it; a taken one is replaced. 0: any ports.
        #[arg(long, default_value_t = shared::limits::BANK_PORT_DEFAULT)]
        port: u16,
    },
}

/// Which bank runs.
#[derive(Args)]
struct Serve {
    /// The bank's bank.toml.
    #[arg(long, env = "BANK_CONFIG")]
    config: PathBuf,
    /// Go on with new books though other banks know this one from before: the old ledger is lost for good. For one
    /// start; docs/operating.md says what it means.
    #[arg(long)]
    accept_lost_books: bool,
    #[command(flatten)]
    replaced: Replaced,
}

/// Which books are audited.
#[derive(Args)]
struct Audit {
    /// A bank's bank.toml. Given several times, the banks are held against each other too.
    #[arg(long = "config", env = "BANK_CONFIG", required = true)]
    configs: Vec<PathBuf>,
    #[command(flatten)]
    replaced: Replaced,
}

/// Which books are copied, and where to.
#[derive(Args)]
struct Backup {
    /// The bank's bank.toml.
    #[arg(long, env = "BANK_CONFIG")]
    config: PathBuf,
    /// The file to make; it must not be there yet.
    destination: PathBuf,
    #[command(flatten)]
    replaced: Replaced,
}

/// What stands in place of the file's values; each has an environment variable.
#[derive(Args)]
struct Replaced {
    /// The bank's id.
    #[arg(long, env = "BANK_ID")]
    id: Option<String>,
    /// Where customers (and banks, unless they have their own) reach it.
    #[arg(long, env = "BANK_LISTEN")]
    listen: Option<String>,
    /// Where banks reach it.
    #[arg(long, env = "BANK_INTERBANK_LISTEN")]
    interbank_listen: Option<String>,
    /// Where operators reach it.
    #[arg(long, env = "BANK_ADMIN_LISTEN")]
    admin_listen: Option<String>,
    /// Where the ledger is.
    #[arg(long, env = "BANK_DATA_DIR")]
    data_dir: Option<PathBuf>,
    /// The bank's private key.
    #[arg(long, env = "BANK_KEY_FILE")]
    key_file: Option<PathBuf>,
    /// The consortium's file.
    #[arg(long, env = "BANK_CONSORTIUM")]
    consortium: Option<PathBuf>,
    /// What each other bank may owe this one, in centavos.
    #[arg(long, env = "BANK_EXPOSURE_CAP")]
    exposure_cap: Option<String>,
    /// Free disk below which no new packages are taken, in MiB.
    #[arg(long, env = "BANK_DISK_RESERVE_MIB")]
    disk_reserve_mib: Option<String>,
    /// Connections that the customers' address takes at a time.
    #[arg(long, env = "BANK_CONNECTIONS_MAX")]
    connections_max: Option<String>,
    /// Those of them from one address.
    #[arg(long, env = "BANK_CONNECTIONS_PER_ADDRESS_MAX")]
    connections_per_address_max: Option<String>,
}

/// A write beyond a limit on the size of files (`ulimit -f`) then fails as one on a full disk does, and is told and tidied
/// up after. Without this the system ends the process on the spot.
fn outlive_file_limits() {
    let noted = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    // Where it cannot be had, such limits end the program as they end others.
    let _registered = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, noted);
}

fn main() -> ExitCode {
    outlive_file_limits();
    let line = CommandLine::parse();
    telemetry::start(line.log_format, line.log_level);
    match line.command {
        Command::Serve(serve) => run_bank(serve),
        Command::Audit(audit) => audit_books(audit),
        Command::Backup(backup) => back_up_books(backup),
        Command::Keygen { file } => make_key(&file),
        Command::Local { banks, dir, port } => run_local(banks, dir, port),
    }
}

/// Says why, and ends with `code`.
fn fail(why: impl std::fmt::Display, code: u8) -> ExitCode {
    let _nowhere_to_say_it = writeln!(std::io::stderr(), "bank-node: {why}");
    ExitCode::from(code)
}

/// Prints one line on standard output; whoever reads it may be gone.
fn say(line: impl std::fmt::Display) {
    let mut out = std::io::stdout();
    let _reader_gone = writeln!(out, "{line}").and_then(|()| out.flush());
}

impl From<Replaced> for Overrides {
    fn from(replaced: Replaced) -> Self {
        Self {
            id: replaced.id,
            listen: replaced.listen,
            interbank_listen: replaced.interbank_listen,
            admin_listen: replaced.admin_listen,
            data_dir: replaced.data_dir,
            key_file: replaced.key_file,
            consortium: replaced.consortium,
            exposure_cap: replaced.exposure_cap,
            disk_reserve_mib: replaced.disk_reserve_mib,
            connections_max: replaced.connections_max,
            connections_per_address_max: replaced.connections_per_address_max,
            accept_lost_books: false,
        }
    }
}

fn run_bank(serve: Serve) -> ExitCode {
    let overrides =
        Overrides { accept_lost_books: serve.accept_lost_books, ..Overrides::from(serve.replaced) };
    let config: Config = match config::load(&serve.config, overrides) {
        Ok(config) => config,
        Err(error) => return fail(error, EXIT_CONFIGURATION),
    };
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return fail(error, EXIT_SURROUNDINGS),
    };
    let ended = runtime.block_on(async { run(config, asked_to_end()).await });
    runtime.shutdown_background();
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => fail(&fault, fault.exit_code()),
    }
}

/// Waits for SIGTERM or SIGINT. A process that cannot be asked to end is better ended at once.
async fn asked_to_end() {
    match (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) {
        (Ok(mut terminate), Ok(mut interrupt)) => {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        }
        (Err(error), _) | (_, Err(error)) => tracing::error!(%error, "signals cannot be waited for"),
    }
}

fn audit_books(audit: Audit) -> ExitCode {
    // What replaces a file's values is one bank's: of several, each file speaks for itself.
    let mut replaced = (audit.configs.len() == 1).then(|| audit.replaced.into());
    let mut subjects = Vec::new();
    let mut consortium = Vec::new();
    for file in &audit.configs {
        match config::load(file, replaced.take().unwrap_or_default()) {
            Ok(config) if subjects.iter().any(|known: &Subject| known.bank == config.id) => {
                let why =
                    format!("{} is the bank {} once more: name each bank once", file.display(), config.id);
                return fail(why, EXIT_CONFIGURATION);
            }
            Ok(config) => {
                consortium.extend(config.consortium.banks.into_iter().map(|bank| bank.id));
                subjects.push(Subject { bank: config.id, data_dir: config.data_dir });
            }
            Err(error) => return fail(error, EXIT_CONFIGURATION),
        }
    }
    let report = audit::run(&subjects, &consortium);
    match serde_json::to_string_pretty(&report) {
        Ok(text) => say(text),
        Err(error) => return fail(error, EXIT_SURROUNDINGS),
    }
    if report.holds {
        ExitCode::SUCCESS
    } else if report.is_incomplete() {
        ExitCode::from(EXIT_SURROUNDINGS)
    } else {
        ExitCode::from(EXIT_AUDIT)
    }
}

fn back_up_books(backup: Backup) -> ExitCode {
    let config = match config::load(&backup.config, backup.replaced.into()) {
        Ok(config) => config,
        Err(error) => return fail(error, EXIT_CONFIGURATION),
    };
    let subject = Subject { bank: config.id, data_dir: config.data_dir };
    match backup::back_up(&subject, &backup.destination).map(|report| serde_json::to_string_pretty(&report)) {
        Ok(Ok(text)) => {
            say(text);
            ExitCode::SUCCESS
        }
        Ok(Err(error)) => fail(error, EXIT_SURROUNDINGS),
        Err(fault @ BackupFault::Unsound(_)) => fail(fault, EXIT_AUDIT),
        Err(fault) => fail(fault, EXIT_SURROUNDINGS),
    }
}

fn make_key(file: &std::path::Path) -> ExitCode {
    match config::make_key(file) {
        Ok(public) => {
            say(public);
            ExitCode::SUCCESS
        }
        Err(error) => fail(error, EXIT_CONFIGURATION),
    }
}

fn run_local(banks: usize, dir: Option<PathBuf>, port: u16) -> ExitCode {
    let own_dir = dir.is_none();
    let dir = dir
        .unwrap_or_else(|| std::env::temp_dir().join(format!("bank-node-local-{}", bank_node::ids::nonce())));
    let code = run_local_in(&LocalOptions { banks, dir: dir.clone(), port: (port != 0).then_some(port) });
    if own_dir
        && dir.exists()
        && let Err(error) = std::fs::remove_dir_all(&dir)
    {
        tracing::warn!(%error, "the temporary directory stays");
    }
    code
}

fn run_local_in(options: &LocalOptions) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(error, EXIT_SURROUNDINGS),
    };
    // Signals are caught from the beginning: one that comes while banks start ends them in order too.
    let end = runtime.block_on(async { (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) });
    let consortium = match LocalConsortium::start(options) {
        Ok(consortium) => consortium,
        Err(fault @ LocalFault::Banks) => return fail(fault, EXIT_CONFIGURATION),
        Err(fault) => return fail(fault, EXIT_SURROUNDINGS),
    };
    let replaced = |(bank, wished): &(&LocalBank, u16)| bank.address.port() != *wished;
    if let Some(first) = options.port
        && let Some((bank, wished)) = consortium.banks().iter().zip(first..).find(replaced)
    {
        tracing::warn!(%wished, address = %bank.address, "a port is taken by another program: this bank has another");
    }
    let banks: Vec<_> = consortium
        .banks()
        .iter()
        .map(|bank| {
            json!({
                "id": bank.id,
                "name": bank.name,
                "address": bank.address,
                "admin_address": bank.admin_address,
                "config": bank.config,
            })
        })
        .collect();
    say(json!({ "banks": banks, "dir": options.dir }));
    match end {
        (Ok(mut terminate), Ok(mut interrupt)) => runtime.block_on(async {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        }),
        (Err(error), _) | (_, Err(error)) => tracing::error!(%error, "signals cannot be waited for"),
    }
    match consortium.stop_all() {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => fail(fault, EXIT_SURROUNDINGS),
    }
}
