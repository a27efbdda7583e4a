//! `bank-node keygen`: a bank's new keys.

use std::path::PathBuf;
use std::process::ExitCode;

use bank_node::founding;
use clap::Args;

use super::{EXIT_CONFIGURATION, fail, say};

/// Which keys are made.
#[derive(Args)]
pub struct Keygen {
    /// The file of the signing key. The TLS key and its certificate come beside it: of `aurora.key`, `aurora.tls.key` and
    /// `aurora.tls.crt`. None of the three may be there yet.
    file: PathBuf,
    /// A name or an IP address that the bank is reached by, for the certificate; may be given several times.
    #[arg(long = "host", default_value = "localhost")]
    hosts: Vec<String>,
}

impl Keygen {
    /// Makes the keys and prints what goes into the consortium file.
    pub fn run(self) -> ExitCode {
        match founding::make_keys(&self.file, &self.hosts) {
            Ok(made) => {
                say(made.public_key);
                say(format!("tls_key = \"{}\"", made.tls_key));
                ExitCode::SUCCESS
            }
            Err(error) => fail(error, EXIT_CONFIGURATION),
        }
    }
}
