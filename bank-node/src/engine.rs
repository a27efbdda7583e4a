//! The one deciding thread: load → step → store → tell, a batch at a time.
//!
//! Architecture invariant: this thread owns the writing ledger; nothing is awaited inside it, and nothing is told before
//! the transaction that holds what it reveals is on disk (rule R1), `early` PREPAREs aside.

pub mod handle;

pub mod notices;

pub mod turn;

pub mod thread;

pub mod vitals;
