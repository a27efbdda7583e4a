//! `bank-node health`: whether the bank of a configuration takes packages, for whoever watches a container.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use bank_node::config::{self, Overrides};
use clap::Args;

use super::{EXIT_CONFIGURATION, EXIT_SURROUNDINGS, fail, say};

/// A bank that is well answers sooner.
const DEADLINE: Duration = Duration::from_secs(3);

/// Which bank is looked at.
#[derive(Args)]
pub struct Health {
    /// The bank's bank.toml: says where its operators reach it.
    #[arg(long, env = "BANK_CONFIG")]
    config: PathBuf,
    /// Where operators reach it.
    #[arg(long, env = "BANK_ADMIN_LISTEN")]
    admin_listen: Option<String>,
}

impl Health {
    /// Asks its `/readyz`, and says what it answers. Ends with 0 only where it takes packages.
    pub fn run(self) -> ExitCode {
        let overrides = Overrides { admin_listen: self.admin_listen, ..Overrides::default() };
        let listen = match config::load_admin_listen(&self.config, overrides) {
            Ok(listen) => listen.authority(),
            Err(error) => return fail(error, EXIT_CONFIGURATION),
        };
        // A wildcard is where it listens, not where it is.
        let at = match listen.rsplit_once(':') {
            Some(("0.0.0.0", port)) => format!("127.0.0.1:{port}"),
            Some(("[::]", port)) => format!("[::1]:{port}"),
            Some(_) | None => listen,
        };
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => return fail(error, EXIT_SURROUNDINGS),
        };
        let asked = runtime.block_on(async {
            // The library makes its TLS ready for any URL; here it never comes to that.
            let _installed_before = rustls::crypto::ring::default_provider().install_default();
            let http = reqwest::Client::builder().timeout(DEADLINE).no_proxy().build()?;
            let answer = http.get(format!("http://{at}/readyz")).send().await?;
            let well = answer.status().is_success();
            Ok::<_, reqwest::Error>((well, answer.text().await?))
        });
        match asked {
            Ok((well, text)) => {
                say(text.trim());
                if well { ExitCode::SUCCESS } else { ExitCode::from(EXIT_SURROUNDINGS) }
            }
            Err(error) => fail(format!("the bank does not answer at {at}: {error}"), EXIT_SURROUNDINGS),
        }
    }
}
