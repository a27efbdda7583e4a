//! `bank-node admin accounts`.

use bank_node::http::back_office::api;
use clap::{Args, Subcommand};
use shared::account::{AccountKind, AccountNumber};
use shared::api::replies::HolderStatus;
use shared::money::Reais;

use super::account::status_word;
use super::client::Bank;
use super::table::table;
use super::{Done, Paged, REVEAL, account_number, show};

/// What is shown of accounts.
#[derive(Args)]
pub struct Accounts {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// A page of all accounts, newest first.
    List {
        #[command(flatten)]
        page: Paged,
        /// Show CPFs and names in full; written down in the operators' log.
        #[arg(long)]
        reveal: bool,
    },
    /// One account.
    Show {
        /// Its number.
        #[arg(value_parser = account_number)]
        number: AccountNumber,
        /// Show CPFs and names in full; written down in the operators' log.
        #[arg(long)]
        reveal: bool,
    },
}

impl Accounts {
    pub async fn run(self, bank: &Bank, json: bool) -> Done {
        match self.what {
            What::List { page, reveal } => {
                let path = format!("{}{}", page.of(api::ACCOUNTS), if reveal { "&reveal=true" } else { "" });
                let found: api::Accounts = bank.get(&path).await?;
                show(json, &found, |found| page.with_next(rows(&found.accounts), found.next))
            }
            What::Show { number, reveal } => {
                let path = api::ACCOUNT.replace("{number}", &number.to_string());
                let path = format!("{path}{}", if reveal { REVEAL } else { "" });
                let found: api::Account = bank.get(&path).await?;
                show(json, &found, |found| rows(std::slice::from_ref(found)))
            }
        }
    }
}

/// Accounts for people, one a row.
pub fn rows(accounts: &[api::Account]) -> String {
    let rows = accounts.iter().map(|account| {
        let holders = account.holders.iter().map(|holder| {
            let invited = if holder.status == HolderStatus::Invited { " (invited)" } else { "" };
            format!("{} {}{invited}", holder.cpf, holder.name)
        });
        [
            account.account.to_string(),
            kind_word(account.kind).to_owned(),
            status_word(account.status).to_owned(),
            Reais(account.balance).to_string(),
            Reais(account.held).to_string(),
            Reais(account.incoming).to_string(),
            account.company.iter().cloned().chain(holders).collect::<Vec<_>>().join(", "),
        ]
    });
    let head = ["account", "kind", "status", "balance", "held", "incoming", "whose"];
    table(head, rows.collect(), "no account")
}

const fn kind_word(kind: AccountKind) -> &'static str {
    match kind {
        AccountKind::Personal => "personal",
        AccountKind::Joint => "joint",
        AccountKind::Business => "business",
    }
}
