//! Starts the client. Everything else is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    tui_client::cli::main()
}
