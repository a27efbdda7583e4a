//! `bank-node admin drain` and `undrain`.

use std::process::ExitCode;
use std::time::Duration;

use bank_node::http::back_office::api;
use clap::Args;

use super::client::Bank;
use super::{Done, EXIT_SURROUNDINGS, fail, show};

/// How often the bank is asked how far it is.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Takes no new packages from now on.
#[derive(Args)]
pub struct Drain {
    /// End only when it is safe to stop the bank.
    #[arg(long)]
    wait: bool,
    /// With --wait: give up after so many seconds (exit code 1); the bank stays drained.
    #[arg(long, default_value_t = 300, requires = "wait")]
    within: u64,
}

impl Drain {
    pub async fn run(self, bank: &Bank, json: bool) -> Done {
        let mut standing: api::Drain = bank.post(api::DRAIN).await?;
        let waited = async {
            while self.wait && !standing.safe_to_stop {
                tokio::time::sleep(LOOK_EVERY).await;
                standing = bank.get(api::DRAIN).await?;
                if !standing.draining {
                    // Somebody ended it, or the bank has begun anew.
                    break;
                }
            }
            Ok(())
        };
        let in_time = tokio::time::timeout(Duration::from_secs(self.within), waited).await;
        if let Ok(Err(fault)) = in_time {
            return Err(fault);
        }
        let shown = show(json, &standing, said)?;
        if self.wait && !standing.safe_to_stop {
            return Ok(fail("it is not safe to stop the bank yet", EXIT_SURROUNDINGS));
        }
        Ok(shown)
    }
}

/// Takes packages again.
pub async fn undrain(bank: &Bank, json: bool) -> Result<ExitCode, super::client::Fault> {
    let standing: api::Drain = bank.delete(api::DRAIN).await?;
    show(json, &standing, said)
}

fn said(standing: &api::Drain) -> String {
    if !standing.draining {
        return "the bank takes packages".to_owned();
    }
    let under_way = format!(
        "{} orders wait for an answer, {} attempts are being decided, {} decisions are not confirmed by every bank, {} \
         promises to other banks are open, {} attempts wait for money",
        standing.orders, standing.deciding, standing.telling, standing.promised, standing.waiting
    );
    if standing.safe_to_stop {
        "the bank takes no new packages; nothing is under way: it is safe to stop it".to_owned()
    } else {
        format!("the bank takes no new packages; {under_way}: not safe to stop yet")
    }
}
