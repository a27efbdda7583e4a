//! `bank-node restore`: a backup takes the ledger's place.

use std::path::PathBuf;
use std::process::ExitCode;

use bank_node::audit::Subject;
use bank_node::clock::Clock;
use bank_node::config;
use bank_node::restore::{self, RestoreFault};
use clap::Args;
use serde::Serialize;

use super::{EXIT_AUDIT, EXIT_CONFIGURATION, EXIT_SURROUNDINGS, Replaced, fail, say};

/// Which books are put back, and from where.
#[derive(Args)]
pub struct Restore {
    /// The bank's bank.toml.
    #[arg(long, env = "BANK_CONFIG")]
    config: PathBuf,
    /// The backup: a file that `bank-node backup` made.
    #[arg(required_unless_present = "report")]
    backup: Option<PathBuf>,
    /// Put nothing back: say what earlier restorations recovered from the other banks, and what they did not.
    #[arg(long, conflicts_with = "backup")]
    report: bool,
    #[command(flatten)]
    replaced: Replaced,
}

impl Restore {
    /// Puts the backup back, or says what came of it.
    pub fn run(self) -> ExitCode {
        let config = match config::load(&self.config, self.replaced.into()) {
            Ok(config) => config,
            Err(error) => return fail(error, EXIT_CONFIGURATION),
        };
        let subject = Subject { bank: config.id, data_dir: config.data_dir };
        let Some(backup) = self.backup else {
            return match restore::restorations(&subject) {
                Ok(restorations) => print(&restorations),
                Err(fault) => fail(fault, EXIT_SURROUNDINGS),
            };
        };
        match restore::restore(&subject, &backup, Clock::start().wall_ms()) {
            Ok(report) => print(&report),
            Err(fault @ RestoreFault::Unsound(_)) => fail(fault, EXIT_AUDIT),
            Err(fault) => fail(fault, EXIT_SURROUNDINGS),
        }
    }
}

fn print(report: &impl Serialize) -> ExitCode {
    match serde_json::to_string_pretty(report) {
        Ok(text) => {
            say(text);
            ExitCode::SUCCESS
        }
        Err(error) => fail(error, EXIT_SURROUNDINGS),
    }
}
