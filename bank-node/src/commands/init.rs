//! `bank-node init`: a whole consortium's keys, certificates and files.

use std::path::PathBuf;
use std::process::ExitCode;

use bank_node::founding::{self, Founding};
use clap::Args;

use super::{EXIT_CONFIGURATION, fail, say};

/// Which consortium is founded.
#[derive(Args)]
pub struct Init {
    /// The directory to make, with a folder for each bank in it; nothing may be in it yet.
    dir: PathBuf,
    /// A bank and where customers and banks will reach it: `aurora=bank.example:7001`, `boreal=10.0.0.2`.
    #[arg(required = true, value_name = "ID=ADDRESS")]
    banks: Vec<String>,
    /// A bank's name for people: `aurora=Banco Aurora`. Unless given, made of its id.
    #[arg(long = "name", value_name = "ID=NAME")]
    names: Vec<String>,
    /// The address of the machine that each bank listens on, at the port of its address.
    #[arg(long, default_value = "0.0.0.0", value_name = "HOST")]
    listen: String,
    /// Where each bank is reached by its operators; unless given, 127.0.0.1 at 100 above the port of its address.
    #[arg(long, value_name = "ADDRESS")]
    admin_listen: Option<String>,
    /// Where each bank keeps its ledger: relative to its folder, or a whole path. `{id}` in it is the bank's id.
    #[arg(long, default_value = "data", value_name = "PATH")]
    data_dir: PathBuf,
    /// Fill the folders DIR/ID, which are there and empty, as new volumes are; and do nothing if they are filled already.
    #[arg(long)]
    fill: bool,
    /// The number of the user whose the files will be; only root may give them away. The highest number is no user's.
    #[arg(long, value_name = "UID", value_parser = clap::value_parser!(u32).range(..4_294_967_295))]
    owner: Option<u32>,
}

impl Init {
    /// Makes the folders and says what is in them.
    pub fn run(self) -> ExitCode {
        let Self { dir, banks, names, listen, admin_listen, data_dir, fill, owner } = self;
        let founding = Founding { dir, banks, names, listen, admin_listen, data_dir, owner };
        let founded = if fill { founding::fill(&founding) } else { founding::found(&founding).map(Some) };
        match founded {
            Ok(None) => {
                say(format!("{} holds the consortium already", founding.dir.display()));
                ExitCode::SUCCESS
            }
            Ok(Some(founded)) => {
                for bank in founded {
                    say(format!(
                        "{}  {}  {}  {}",
                        bank.id,
                        bank.address,
                        bank.tls_key,
                        bank.config.display()
                    ));
                }
                ExitCode::SUCCESS
            }
            Err(error) => fail(error, EXIT_CONFIGURATION),
        }
    }
}
