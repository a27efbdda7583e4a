//! `bank-node admin account`.

use bank_node::http::back_office::api;
use clap::{Args, Subcommand};
use shared::account::{AccountNumber, AccountStatus};
use shared::money::Reais;

use super::client::Bank;
use super::{Done, account_number, show};

/// What becomes of an account.
#[derive(Args)]
pub struct Account {
    #[command(subcommand)]
    act: Act,
}

#[derive(Subcommand)]
enum Act {
    /// No money moves to or from it until it is unfrozen. What is promised already ends as it would have.
    Freeze {
        /// Its number.
        #[arg(value_parser = account_number)]
        number: AccountNumber,
    },
    /// Money may move again.
    Unfreeze {
        /// Its number.
        #[arg(value_parser = account_number)]
        number: AccountNumber,
    },
    /// Close it for good; nothing may be on it, held or on its way.
    Close {
        /// Its number.
        #[arg(value_parser = account_number)]
        number: AccountNumber,
    },
}

impl Account {
    pub async fn run(self, bank: &Bank, json: bool) -> Done {
        let (path, number) = match self.act {
            Act::Freeze { number } => (api::ACCOUNT_FREEZE, number),
            Act::Unfreeze { number } => (api::ACCOUNT_UNFREEZE, number),
            Act::Close { number } => (api::ACCOUNT_CLOSE, number),
        };
        let account: api::Account = bank.post(&path.replace("{number}", &number.to_string())).await?;
        show(json, &account, |account| {
            format!(
                "{} is {}; balance {}, held {}, incoming {}",
                account.account,
                status_word(account.status),
                Reais(account.balance),
                Reais(account.held),
                Reais(account.incoming)
            )
        })
    }
}

/// A status, for people.
pub const fn status_word(status: AccountStatus) -> &'static str {
    match status {
        AccountStatus::Open => "open",
        AccountStatus::Frozen => "frozen",
        AccountStatus::Closed => "closed",
    }
}
