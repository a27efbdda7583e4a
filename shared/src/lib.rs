//! What both sides of the wire mean: values that prove themselves, the HTTP interface's bodies, and (with the
//! feature `client`) the HTTP client of a bank.
//!
//! Invariant: no IO and no clock outside `client` and `tls`; a value of one of these types is the proof that it is well formed.

pub mod limits;

pub mod money;

pub mod cpf;

pub mod cnpj;

pub mod ids;

pub mod account;

pub mod text;

pub mod address;

pub mod key_pin;

pub mod package;

pub mod refusal;

pub mod trace;

pub mod api;

#[cfg(feature = "tls")]
pub mod tls;

#[cfg(feature = "client")]
pub mod client;
