//! A bank of the consortium: its books, its customers' HTTP interface, and its side of the commit protocol.

pub mod protocol;

pub mod desk;

pub mod ledger;

pub mod engine;

pub mod peers;

pub mod config;

pub mod tls;

pub mod clock;

pub mod ids;

pub mod access;

pub mod http;

pub mod membership;

pub mod metrics;

pub mod room;

pub mod run;

pub mod local;

pub mod founding;

pub mod audit;

pub mod backup;

pub mod backups;

pub mod reconciliation;

pub mod recovery;

pub mod restore;

pub mod telemetry;

pub mod trace;

pub mod simulation;

pub use run::run;
