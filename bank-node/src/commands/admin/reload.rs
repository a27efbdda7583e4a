//! `bank-node admin reload`.

use bank_node::http::back_office::api::{self, Reloaded};

use super::client::Bank;
use super::{Done, show};

/// Has the bank read its configuration again, and says what has changed.
pub async fn run(bank: &Bank, json: bool) -> Done {
    let reloaded: Reloaded = bank.post(api::RELOAD).await?;
    show(json, &reloaded, |reloaded| {
        if reloaded.changes.is_empty() {
            "nothing has changed".to_owned()
        } else {
            reloaded.changes.join("\n")
        }
    })
}
