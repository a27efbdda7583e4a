//! `bank-node admin customer`.

use bank_node::http::back_office::api;
use clap::{Args, Subcommand};

use super::client::{Bank, in_path};
use super::table::table;
use super::{Done, show};

/// What becomes of a customer's log-ins.
#[derive(Args)]
pub struct Customer {
    #[command(subcommand)]
    act: Act,
}

#[derive(Subcommand)]
enum Act {
    /// Set a password that opens nothing but its own change, and log the customer out everywhere. It is printed once and
    /// kept nowhere: tell it to nobody but them.
    ResetPassword {
        /// CPF, or this bank's id of them.
        customer: String,
    },
    /// Show where the customer is logged in.
    Sessions {
        /// CPF, or this bank's id of them.
        customer: String,
        /// Log them out everywhere.
        #[arg(long)]
        end: bool,
    },
}

impl Customer {
    pub async fn run(self, bank: &Bank, json: bool) -> Done {
        match self.act {
            Act::ResetPassword { customer } => {
                let path = in_path(api::CUSTOMER_RESET, "{customer}", &customer);
                let reset: api::PasswordReset = bank.post(&path).await?;
                show(json, &reset, |reset| {
                    format!(
                        "{}\nThis is the password of customer {} (CPF {}) until they log in and change it. They are logged \
                         out everywhere.",
                        reset.password, reset.customer, reset.cpf
                    )
                })
            }
            Act::Sessions { customer, end } => {
                let path = in_path(api::CUSTOMER_SESSIONS, "{customer}", &customer);
                let sessions: api::Sessions =
                    if end { bank.delete(&path).await? } else { bank.get(&path).await? };
                show(json, &sessions, |found| {
                    let rows = found.sessions.iter().map(|session| {
                        [
                            session.id.to_string(),
                            session.created_at.to_string(),
                            session.last_used_at.to_string(),
                            session.expires_at.to_string(),
                        ]
                    });
                    let none = "the customer is logged in nowhere";
                    let head = ["session", "since", "last used", "until"];
                    let rows = table(head, rows.collect(), none);
                    if end { format!("{rows}\nended, every one") } else { rows }
                })
            }
        }
    }
}
