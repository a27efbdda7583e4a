//! Three banks in this process, and the client opened on them.

use std::process::ExitCode;

use crate::cli::{Cli, DemoArgs};

/// Runs the demo.
#[must_use]
pub fn run(cli: &Cli, _args: &DemoArgs) -> ExitCode {
    let language = cli.lang.unwrap_or(crate::texts::Language::PtBr);
    eprintln!(
        "{}",
        language.pick(
            "A demonstração ainda não faz parte desta versão.",
            "The demo is not part of this version yet.",
        )
    );
    ExitCode::FAILURE
}
