//! `bank-node local`: a whole consortium in one process, for scripts.

use std::path::PathBuf;
use std::process::ExitCode;

use bank_node::local::{LocalBank, LocalConsortium, LocalFault, LocalOptions};
use clap::Args;
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};

use super::{EXIT_CONFIGURATION, EXIT_SURROUNDINGS, fail, say};

/// How a whole consortium for scripts is laid out.
#[derive(Args)]
pub struct Local {
    /// How many banks.
    #[arg(long, default_value_t = 3)]
    banks: usize,
    /// Where keys, configurations and ledgers are kept; a temporary directory unless given.
    #[arg(long)]
    dir: Option<PathBuf>,
    /// The first bank's port, the others' after it; a taken one is replaced. 0: any ports.
    #[arg(long, default_value_t = shared::limits::BANK_PORT_DEFAULT)]
    port: u16,
}

impl Local {
    /// Runs all of them until SIGTERM or SIGINT.
    pub fn run(self) -> ExitCode {
        let Self { banks, dir, port } = self;
        let own_dir = dir.is_none();
        let dir = dir.unwrap_or_else(|| {
            std::env::temp_dir().join(format!("bank-node-local-{}", bank_node::ids::nonce()))
        });
        let code = run_local_in(&LocalOptions { banks, dir: dir.clone(), port: (port != 0).then_some(port) });
        if own_dir
            && dir.exists()
            && let Err(error) = std::fs::remove_dir_all(&dir)
        {
            tracing::warn!(%error, "the temporary directory stays");
        }
        code
    }
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
