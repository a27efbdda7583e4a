//! Three banks in this process, and the client opened on them; or, without a terminal, a narrated tour.
//!
//! The only part of the client that knows `bank-node`.

pub mod banks;

pub mod people;

pub mod sentences;

pub mod tour;

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use shared::client::BankClient;

use self::banks::DemoBanks;
use self::people::{PASSWORD, PEOPLE};
use self::sentences::Sentences;
use crate::app::settings::Hint;
use crate::cli::{self, Cli, DemoArgs};
use crate::config;
use crate::texts::Language;

/// Runs the demo.
#[must_use]
pub fn run(cli: &Cli, args: &DemoArgs) -> ExitCode {
    let locale = config::locale(|name| std::env::var(name).ok());
    let language = cli.lang.or(locale).unwrap_or(Language::PtBr);
    let plain = cli.plain == Some(true);
    let touring = args.tour || (!plain && !std::io::stdout().is_terminal());
    let ended = if touring { tour(args, language) } else { client(cli, args, language) };
    ended.unwrap_or_else(|error| {
        eprintln!("{error:#}");
        ExitCode::FAILURE
    })
}

/// The banks with their customers, and the client on them. The banks end as on SIGTERM when the client does.
fn client(cli: &Cli, args: &DemoArgs, language: Language) -> Result<ExitCode> {
    let dir = directory(args)?;
    if args.fresh {
        begin_anew(&dir)?;
    }
    let say = |pt: &'static str, en: &'static str| eprintln!("{}", language.pick(pt, en));
    say("Abrindo três bancos neste processo…", "Opening three banks in this process…");
    let banks = DemoBanks::start_all(dir.join("banks"), true)?;
    let runtime = runtime()?;
    let clients = banks.list().iter().map(banks::DemoBank::client).collect::<Result<Vec<BankClient>>>()?;
    runtime.block_on(people::settle_in(&clients)).context("giving the demo its customers")?;
    let hints = hints(&banks)?;
    // What the client remembers of this consortium is no use anywhere else, and stays with it.
    let state_dir = cli.state_dir.clone().unwrap_or_else(|| dir.join("client"));
    let cli = Cli { state_dir: Some(state_dir), ..cli.clone() };
    let code = cli::client(&cli, hints, Some(banks.switch()));
    banks.stop_all()?;
    Ok(code)
}

/// The tour, in a directory that goes with it unless one is named.
fn tour(args: &DemoArgs, language: Language) -> Result<ExitCode> {
    let passing = std::env::temp_dir().join(format!("consortium-tour-{}", std::process::id()));
    let dir = args.dir.clone().unwrap_or_else(|| passing.clone());
    if args.fresh {
        begin_anew(&dir)?;
    }
    let banks = DemoBanks::start_all(dir.join("banks"), args.dir.is_some())?;
    let played = runtime()?.block_on(tour::play(&banks, Sentences::of(language), &mut std::io::stdout()));
    banks.stop_all()?;
    if args.dir.is_none() {
        // It was this process's own; what cannot be removed is the system's to clean.
        let _left_to_the_system = std::fs::remove_dir_all(&passing);
    }
    played.map(|()| ExitCode::SUCCESS)
}

fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("starting the demo's own threads")
}

/// Where the demo keeps its books.
fn directory(args: &DemoArgs) -> Result<PathBuf> {
    let own = || directories::ProjectDirs::from("", "", "consortium").map(|d| d.data_dir().join("demo"));
    args.dir.clone().or_else(own).context("this system has no directory for data; name one with --dir")
}

/// Removes what an earlier demo left: its banks and what its client remembered, and nothing else that is there.
fn begin_anew(dir: &Path) -> Result<()> {
    for part in ["banks", "client"] {
        let path = dir.join(part);
        match std::fs::remove_dir_all(&path) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error).with_context(|| format!("removing {}", path.display())),
        }
    }
    Ok(())
}

/// Who can log in where.
fn hints(banks: &DemoBanks) -> Result<Vec<Hint>> {
    let mut hints = Vec::new();
    for person in &PEOPLE {
        for bank in person.banks.iter().filter_map(|place| banks.list().get(*place)) {
            hints.push(Hint {
                name: person.name.to_owned(),
                cpf: person.cpf()?.formatted(),
                password: PASSWORD.to_owned(),
                bank: bank.name.clone(),
                address: bank.address.to_string(),
            });
        }
    }
    Ok(hints)
}
