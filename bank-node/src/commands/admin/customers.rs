//! `bank-node admin customers`.

use bank_node::http::back_office::api;
use clap::{Args, Subcommand};

use super::client::{Bank, in_path};
use super::table::table;
use super::{Done, Paged, REVEAL, accounts, show};

/// What is shown of customers.
#[derive(Args)]
pub struct Customers {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// A page of all customers.
    List {
        #[command(flatten)]
        page: Paged,
        /// Show CPFs and names in full; written down in the operators' log.
        #[arg(long)]
        reveal: bool,
    },
    /// One customer with the accounts that they hold.
    Show {
        /// CPF, or this bank's id of them.
        customer: String,
        /// Show CPF and name in full; written down in the operators' log.
        #[arg(long)]
        reveal: bool,
    },
}

impl Customers {
    pub async fn run(self, bank: &Bank, json: bool) -> Done {
        match self.what {
            What::List { page, reveal } => {
                let path = format!("{}{}", page.of(api::CUSTOMERS), if reveal { "&reveal=true" } else { "" });
                let found: api::Customers = bank.get(&path).await?;
                show(json, &found, |found| page.with_next(rows(&found.customers), found.next))
            }
            What::Show { customer, reveal } => {
                let path = in_path(api::CUSTOMER, "{customer}", &customer);
                let path = format!("{path}{}", if reveal { REVEAL } else { "" });
                let found: api::CustomerShown = bank.get(&path).await?;
                show(json, &found, |found| {
                    format!(
                        "{}\n\nlogged in {} times\n\n{}",
                        rows(std::slice::from_ref(&found.customer)),
                        found.sessions,
                        accounts::rows(&found.accounts)
                    )
                })
            }
        }
    }
}

fn rows(customers: &[api::Customer]) -> String {
    let rows = customers.iter().map(|customer| {
        let password = if customer.must_change_password { "has to be changed" } else { "their own" };
        [
            customer.id.to_string(),
            customer.cpf.clone(),
            customer.name.clone(),
            customer.created_at.to_string(),
            password.to_owned(),
        ]
    });
    table(["customer", "cpf", "name", "since", "password"], rows.collect(), "no customer")
}
