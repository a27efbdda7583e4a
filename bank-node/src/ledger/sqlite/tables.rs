//! The tables, one file per kind of record: its columns, how it is written to them, and how it is read back. Kept side by
//! side, since the two must agree.

pub(crate) mod epoch;

pub(crate) mod customer;

pub(crate) mod session;

pub(crate) mod account;

pub(crate) mod consent;

pub(crate) mod balance;

pub(crate) mod posting;

pub(crate) mod package;

pub(crate) mod order;

pub(crate) mod attempt;

pub(crate) mod portion;

pub(crate) mod peer;

pub(crate) mod evidence;

pub(crate) mod operator_entry;
pub(crate) mod restoration;
