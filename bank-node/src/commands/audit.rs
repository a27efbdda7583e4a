//! `bank-node audit`: every invariant held against real books.

use std::path::PathBuf;
use std::process::ExitCode;

use bank_node::audit::{self, Subject};
use bank_node::config;
use clap::Args;

use super::{EXIT_AUDIT, EXIT_CONFIGURATION, EXIT_SURROUNDINGS, Replaced, fail, say};

/// Which books are audited.
#[derive(Args)]
pub struct Audit {
    /// A bank's bank.toml. Given several times, the banks are held against each other too.
    #[arg(long = "config", env = "BANK_CONFIG", required = true)]
    configs: Vec<PathBuf>,
    #[command(flatten)]
    replaced: Replaced,
}

impl Audit {
    /// Holds every invariant against the books.
    pub fn run(self) -> ExitCode {
        // What replaces a file's values is one bank's: of several, each file speaks for itself.
        let mut replaced = (self.configs.len() == 1).then(|| self.replaced.into());
        let mut subjects = Vec::new();
        let mut consortium = Vec::new();
        for file in &self.configs {
            match config::load(file, replaced.take().unwrap_or_default()) {
                Ok(config) if subjects.iter().any(|known: &Subject| known.bank == config.id) => {
                    let why = format!(
                        "{} is the bank {} once more: name each bank once",
                        file.display(),
                        config.id
                    );
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
}
