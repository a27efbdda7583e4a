//! The command line of a bank: see `commands`.

use std::process::ExitCode;

use bank_node::telemetry;
use clap::Parser as _;

mod commands;

/// A write beyond a limit on the size of files (`ulimit -f`) then fails as one on a full disk does, and is told and tidied
/// up after. Without this the system ends the process on the spot.
fn outlive_file_limits() {
    let noted = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    // Where it cannot be had, such limits end the program as they end others.
    let _registered = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, noted);
}

fn main() -> ExitCode {
    outlive_file_limits();
    let line = commands::CommandLine::parse();
    telemetry::start(line.log_format, line.log_level);
    line.command.run()
}
