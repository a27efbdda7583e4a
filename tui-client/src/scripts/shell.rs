//! What shells and manuals want to know of the command line, made from the command line itself.

use std::fs;
use std::io;
use std::path::Path;

use clap::Command;
use clap_complete::Shell;

use super::exit::{Exit, Stop};
use super::output;

pub(super) fn completions(shell: Shell, mut command: Command) -> Result<Exit, Stop> {
    let name = command.get_name().to_owned();
    let mut out = Vec::new();
    clap_complete::generate(shell, &mut command, name, &mut out);
    output::write(&String::from_utf8_lossy(&out)).map_err(|error| failed(&error))?;
    Ok(Exit::Done)
}

/// One page with everything on the standard output, or a page for each command in `dir`.
pub(super) fn manual(mut command: Command, dir: Option<&Path>) -> Result<Exit, Stop> {
    command.build();
    if let Some(dir) = dir {
        fs::create_dir_all(dir)
            .and_then(|()| clap_mangen::generate_to(command, dir))
            .map_err(|error| failed(&error))?;
        return Ok(Exit::Done);
    }
    let mut out = Vec::new();
    clap_mangen::Man::new(command).render(&mut out).map_err(|error| failed(&error))?;
    output::write(&String::from_utf8_lossy(&out)).map_err(|error| failed(&error))?;
    Ok(Exit::Done)
}

fn failed(error: &io::Error) -> Stop {
    Stop::new(Exit::Failed, error.to_string())
}
