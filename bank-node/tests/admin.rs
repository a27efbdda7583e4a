//! A running bank, administered by its operators' socket with `bank-node admin`.

#![allow(clippy::disallowed_methods, reason = "tests of real processes measure real time")]

#[path = "admin/drain.rs"]
mod drain;
#[path = "admin/operator.rs"]
mod operator;
#[path = "admin/people.rs"]
mod people;
mod real;

#[path = "admin/shown.rs"]
mod shown;

#[path = "admin/silent.rs"]
mod silent;

#[path = "admin/socket.rs"]
mod socket;
