//! `bank-node openapi`: the customers' interface as a document for programs.

use std::process::ExitCode;

use bank_node::http::openapi;

use super::{EXIT_SURROUNDINGS, fail, say};

/// Prints the document, as a bank serves it at `/openapi.json`.
pub fn run() -> ExitCode {
    match serde_json::to_string_pretty(&openapi::document()) {
        Ok(text) => {
            say(text);
            ExitCode::SUCCESS
        }
        Err(error) => fail(error, EXIT_SURROUNDINGS),
    }
}
