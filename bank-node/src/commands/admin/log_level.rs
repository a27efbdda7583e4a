//! `bank-node admin log-level`.

use bank_node::http::back_office::api::{self, LogLevel as Level};
use bank_node::telemetry::LogFilter;
use clap::Args;

use super::client::Bank;
use super::{Done, show};

/// What to change it to.
#[derive(Args)]
pub struct LogLevel {
    /// off, error, warn, info, debug or trace; others for named parts after a comma: info,bank_node::peers=debug. Left
    /// out: what it is now.
    level: Option<LogFilter>,
}

impl LogLevel {
    pub async fn run(self, bank: &Bank, json: bool) -> Done {
        match self.level {
            None => show(json, &bank.get::<Level>(api::LOG_LEVEL).await?, |now| now.filter.clone()),
            Some(level) => {
                let wanted = Level { filter: level.to_string() };
                let now: Level = bank.put(api::LOG_LEVEL, &wanted).await?;
                show(json, &now, |now| format!("the log level is {} until the bank ends", now.filter))
            }
        }
    }
}
