//! `bank-node admin log`.

use bank_node::http::back_office::api;
use clap::Args;

use super::client::Bank;
use super::table::table;
use super::{Done, Paged, show};

/// Which lines.
#[derive(Args)]
pub struct Log {
    #[command(flatten)]
    page: Paged,
}

impl Log {
    pub async fn run(self, bank: &Bank, json: bool) -> Done {
        let log: api::OperatorsLog = bank.get(&self.page.of(api::LOG)).await?;
        show(json, &log, |log| {
            let rows = log.entries.iter().map(|entry| {
                [
                    entry.number.to_string(),
                    entry.at.to_string(),
                    entry.operator.clone(),
                    entry.action.clone(),
                    entry.subject.clone().unwrap_or_default(),
                    entry.outcome.clone(),
                ]
            });
            let head = ["line", "at", "operator", "action", "on", "outcome"];
            let text = table(head, rows.collect(), "no operator has done anything yet");
            self.page.with_next(text, log.next)
        })
    }
}
