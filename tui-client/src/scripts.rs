//! Scripts: each command does one thing, prints its result on the standard output and the rest on the standard error,
//! and ends with a code that says what became of it. See docs/scripting.md.

pub mod args;

pub mod exit;

pub mod output;

mod desk;

mod access;

mod accounts;

mod consents;

mod keys;

mod packages;

mod ordering;

mod doctor;

mod shell;

use std::process::ExitCode;

use clap::Command;
use serde::Serialize;

use self::args::{Format, Script};
use self::desk::Desk;
use self::exit::{Exit, Stop};
use crate::app::settings::Settings;
use crate::node::Places;

/// What a command is run with.
pub struct Setting {
    /// Language and known banks.
    pub settings: Settings,
    /// Files.
    pub places: Places,
    /// Which bank, as typed.
    pub bank: Option<String>,
    /// The form of results.
    pub format: Format,
    /// The command line, for completions and the manual.
    pub command: Command,
    /// What `doctor` says of the configuration file: what was read, or what is wrong with it.
    pub configuration: doctor::Configuration,
}

pub use self::doctor::Configuration;

/// Runs one command.
#[must_use]
pub fn run(script: Script, setting: Setting) -> ExitCode {
    let format = setting.format;
    let ended = match script {
        // Neither needs a bank.
        Script::Completions { shell } => shell::completions(shell, setting.command),
        Script::Man { dir } => shell::manual(setting.command, dir.as_deref()),
        script => on_runtime(script, setting),
    };
    let exit = match ended {
        Ok(exit) => exit,
        Err(stop) => tell(&stop, format),
    };
    ExitCode::from(exit.code())
}

fn tell(stop: &Stop, format: Format) -> Exit {
    for line in &stop.said {
        eprint!("{}", output::one_line(line));
    }
    // Who reads JSON gets the bank's own words, as from the bank itself.
    if let Some(problem) = stop.problem.as_ref().filter(|_| format == Format::Json) {
        let _reader_gone = json(problem);
    }
    stop.exit
}

fn json<T: Serialize>(value: &T) -> std::io::Result<()> {
    let mut text = serde_json::to_string_pretty(value)?;
    text.push('\n');
    output::write(&text)
}

fn on_runtime(script: Script, setting: Setting) -> Result<Exit, Stop> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Stop::new(Exit::Failed, error.to_string()))?;
    let ended = runtime.block_on(async {
        let configuration = setting.configuration;
        let mut desk = Desk::new(setting.settings, setting.places, setting.bank, setting.format);
        let ended = match script {
            Script::Doctor => desk.doctor(configuration).await,
            script => perform(&mut desk, script).await,
        };
        for met in std::mem::take(&mut desk.teller.met) {
            desk.warn(&desk.texts.codes.key_met(&met));
        }
        ended
    });
    // A request that is still out must not keep the shell waiting; orders under way are on disk.
    runtime.shutdown_background();
    ended
}

async fn perform(desk: &mut Desk, script: Script) -> Result<Exit, Stop> {
    match script {
        Script::Login(args) => desk.log_in(&args).await,
        Script::Logout => desk.log_out().await,
        Script::Signup(args) => desk.sign_up(&args).await,
        Script::Whoami => desk.who_am_i(),
        Script::Accounts(args) => desk.accounts(&args).await,
        Script::Open(args) => desk.open(&args).await,
        Script::Pay(args) => desk.pay(&args).await,
        Script::Deposit(args) => desk.deposit(&args).await,
        Script::Withdraw(args) => desk.withdraw(&args).await,
        Script::Package(args) => desk.package(&args).await,
        Script::Statement(args) => desk.statement(&args).await,
        Script::Receipt(args) => desk.receipt(&args).await,
        Script::Payee { account } => desk.payee(&account).await,
        Script::Consents(args) => desk.consents(&args).await,
        Script::Invitations(args) => desk.invitations(&args).await,
        Script::Keys(args) => desk.keys(&args),
        Script::Consortium => desk.consortium().await,
        // Done before a bank is thought of.
        Script::Doctor | Script::Completions { .. } | Script::Man { .. } => Ok(Exit::Done),
    }
}
