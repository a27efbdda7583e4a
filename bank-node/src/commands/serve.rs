//! `bank-node serve`: one bank, until SIGTERM or SIGINT.

use std::path::PathBuf;
use std::process::ExitCode;

use bank_node::config::{self, Config, Overrides};
use bank_node::run;
use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

use super::{EXIT_CONFIGURATION, EXIT_SURROUNDINGS, Replaced, fail};

/// Which bank runs.
#[derive(Args)]
pub struct Serve {
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

impl Serve {
    /// Runs the bank until it is asked to end.
    pub fn run(self) -> ExitCode {
        let overrides =
            Overrides { accept_lost_books: self.accept_lost_books, ..Overrides::from(self.replaced) };
        let config: Config = match config::load(&self.config, overrides) {
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
}

/// Waits for SIGTERM or SIGINT, which are heard from the call on and not only once it is awaited: whoever reads that the bank
/// is ready may ask it to end at once. A process that cannot be asked to end is better ended at once.
fn asked_to_end() -> impl Future<Output = ()> {
    let signals = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()));
    async {
        match signals {
            (Ok(mut terminate), Ok(mut interrupt)) => {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                }
            }
            (Err(error), _) | (_, Err(error)) => tracing::error!(%error, "signals cannot be waited for"),
        }
    }
}
