//! `bank-node backup`: the books of this moment in one proved file.

use std::path::PathBuf;
use std::process::ExitCode;

use bank_node::audit::Subject;
use bank_node::backup::{self, BackupFault};
use bank_node::config;
use clap::Args;

use super::{EXIT_AUDIT, EXIT_CONFIGURATION, EXIT_SURROUNDINGS, Replaced, fail, say};

/// Which books are copied, and where to.
#[derive(Args)]
pub struct Backup {
    /// The bank's bank.toml.
    #[arg(long, env = "BANK_CONFIG")]
    config: PathBuf,
    /// The file to make; it must not be there yet.
    destination: PathBuf,
    #[command(flatten)]
    replaced: Replaced,
}

impl Backup {
    /// Copies the books and proves the copy.
    pub fn run(self) -> ExitCode {
        let config = match config::load(&self.config, self.replaced.into()) {
            Ok(config) => config,
            Err(error) => return fail(error, EXIT_CONFIGURATION),
        };
        let subject = Subject { bank: config.id, data_dir: config.data_dir };
        match backup::back_up(&subject, &self.destination).map(|report| serde_json::to_string_pretty(&report))
        {
            Ok(Ok(text)) => {
                say(text);
                ExitCode::SUCCESS
            }
            Ok(Err(error)) => fail(error, EXIT_SURROUNDINGS),
            Err(fault @ BackupFault::Unsound(_)) => fail(fault, EXIT_AUDIT),
            Err(fault) => fail(fault, EXIT_SURROUNDINGS),
        }
    }
}
