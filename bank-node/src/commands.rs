//! What the program can be asked to do, one file for each command; what they share is here.
//!
//! Exit codes: 0 all is well; 1 the surroundings failed; 2 the configuration or the command line is wrong; 3 the books
//! or this program failed, and the next start reads the truth from disk; 4 an audit found what must not be.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use bank_node::config::Overrides;
use bank_node::telemetry::{LogFilter, LogFormat};
use clap::{Args, Parser, Subcommand};

mod admin;

mod audit;

mod backup;

mod health;

mod init;

mod keygen;

mod local;

mod openapi;

mod reconcile;

mod restore;

mod serve;

const EXIT_SURROUNDINGS: u8 = 1;
const EXIT_CONFIGURATION: u8 = 2;
const EXIT_AUDIT: u8 = 4;

/// A bank of the consortium.
#[derive(Parser)]
#[command(version, about)]
pub struct CommandLine {
    /// How log lines look: text or json.
    #[arg(long, env = "BANK_LOG_FORMAT", default_value = "text", global = true)]
    pub log_format: LogFormat,
    /// How much is logged: off, error, warn, info, debug or trace; others for named parts after a comma.
    #[arg(long, env = "BANK_LOG_LEVEL", default_value = "info", global = true)]
    pub log_level: LogFilter,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Run the bank.
    Serve(serve::Serve),
    /// Administer a bank that runs, by its operators' socket.
    Admin(admin::Admin),
    /// Hold every invariant against the books, whether the bank runs or not, and print what was found as JSON.
    Audit(audit::Audit),
    /// Hold the books of a bank that runs against the other banks', and name what differs.
    Reconcile(reconcile::Reconcile),
    /// Copy the books of this moment into one new file, whether the bank runs or not, and prove the copy.
    Backup(backup::Backup),
    /// Put a backup in the ledger's place, or say what came of it.
    Restore(restore::Restore),
    /// Say whether the bank takes packages; ends with 0 only if so. For whoever watches a container.
    Health(health::Health),
    /// Make the keys, certificates and files of a whole consortium, a folder for each bank's machine.
    Init(init::Init),
    /// Make a bank's new private keys, readable by their owner alone, and print the public halves.
    Keygen(keygen::Keygen),
    /// Print the customers' interface as an OpenAPI document, as a bank serves it at /openapi.json.
    Openapi,
    /// Run a whole consortium in this process, for scripts.
    Local(local::Local),
}

impl Command {
    /// Does it; the process ends with what comes back.
    pub fn run(self) -> ExitCode {
        match self {
            Self::Serve(serve) => serve.run(),
            Self::Admin(admin) => admin.run(),
            Self::Audit(audit) => audit.run(),
            Self::Reconcile(reconcile) => reconcile.run(),
            Self::Backup(backup) => backup.run(),
            Self::Restore(restore) => restore.run(),
            Self::Health(health) => health.run(),
            Self::Init(init) => init.run(),
            Self::Keygen(keygen) => keygen.run(),
            Self::Openapi => openapi::run(),
            Self::Local(local) => local.run(),
        }
    }
}

/// What stands in place of the file's values; each has an environment variable.
#[derive(Args)]
pub struct Replaced {
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
    /// The socket by which operators administer it.
    #[arg(long, env = "BANK_ADMIN_SOCKET")]
    admin_socket: Option<PathBuf>,
    /// Where the ledger is.
    #[arg(long, env = "BANK_DATA_DIR")]
    data_dir: Option<PathBuf>,
    /// The bank's private key.
    #[arg(long, env = "BANK_KEY_FILE")]
    key_file: Option<PathBuf>,
    /// The consortium's file.
    #[arg(long, env = "BANK_CONSORTIUM")]
    consortium: Option<PathBuf>,
    /// The certificate that customers are shown (and banks, unless they have their own).
    #[arg(long, env = "BANK_TLS_CERT")]
    tls_cert: Option<PathBuf>,
    /// Its private key.
    #[arg(long, env = "BANK_TLS_KEY")]
    tls_key: Option<PathBuf>,
    /// The certificate that banks are shown where they have an address of their own.
    #[arg(long, env = "BANK_INTERBANK_TLS_CERT")]
    interbank_tls_cert: Option<PathBuf>,
    /// Its private key.
    #[arg(long, env = "BANK_INTERBANK_TLS_KEY")]
    interbank_tls_key: Option<PathBuf>,
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
    /// The directory of the backups that it makes by itself.
    #[arg(long, env = "BANK_BACKUP_DIR")]
    backup_dir: Option<PathBuf>,
    /// Minutes from one of them to the next.
    #[arg(long, env = "BANK_BACKUP_EVERY_MINUTES")]
    backup_every_minutes: Option<String>,
    /// How many of the newest stay.
    #[arg(long, env = "BANK_BACKUP_KEEP")]
    backup_keep: Option<String>,
}

impl From<Replaced> for Overrides {
    fn from(replaced: Replaced) -> Self {
        Self {
            id: replaced.id,
            listen: replaced.listen,
            interbank_listen: replaced.interbank_listen,
            admin_listen: replaced.admin_listen,
            admin_socket: replaced.admin_socket,
            data_dir: replaced.data_dir,
            key_file: replaced.key_file,
            consortium: replaced.consortium,
            tls_cert: replaced.tls_cert,
            tls_key: replaced.tls_key,
            interbank_tls_cert: replaced.interbank_tls_cert,
            interbank_tls_key: replaced.interbank_tls_key,
            exposure_cap: replaced.exposure_cap,
            disk_reserve_mib: replaced.disk_reserve_mib,
            connections_max: replaced.connections_max,
            connections_per_address_max: replaced.connections_per_address_max,
            backup_dir: replaced.backup_dir,
            backup_every_minutes: replaced.backup_every_minutes,
            backup_keep: replaced.backup_keep,
            accept_lost_books: false,
        }
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
