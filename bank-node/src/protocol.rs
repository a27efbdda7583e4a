//! The commit protocol, pure: what a bank does about each event, as data. `docs/protocol.md` is the specification.
//!
//! Architecture invariant: nothing here knows tokio, SQL, a clock or chance. Time, ids and dice are arguments; what is
//! read from disk was loaded before the step; what is to be written, sent and answered comes out as [`output::Output`].

#![warn(clippy::wildcard_enum_match_arm)]

pub mod attempt;

pub mod message;

pub mod operators_log;

pub mod records;

pub mod snapshot;

pub mod books;

pub mod output;

pub mod happened;

pub mod touched;

pub mod settings;

pub mod timers;

pub mod bank;

pub mod coordinator;

pub mod telling;

pub mod orders;

pub mod participant;

pub mod doubt;

pub mod fresh;

pub mod portion;

pub mod funds;

pub mod claims;

pub mod waiting;

pub mod posting;

pub mod lives;

pub mod missed;

pub mod membership;

pub mod reconciliation;

pub mod restoration;

pub mod invariants;
