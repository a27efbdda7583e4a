//! `bank-node keygen`: a bank's new key.

use std::path::PathBuf;
use std::process::ExitCode;

use bank_node::config;
use clap::Args;

use super::{EXIT_CONFIGURATION, fail, say};

/// Which key is made.
#[derive(Args)]
pub struct Keygen {
    /// The file to make; it must not be there yet.
    file: PathBuf,
}

impl Keygen {
    /// Makes the key and prints its public half.
    pub fn run(self) -> ExitCode {
        match config::make_key(&self.file) {
            Ok(public) => {
                say(public);
                ExitCode::SUCCESS
            }
            Err(error) => fail(error, EXIT_CONFIGURATION),
        }
    }
}
