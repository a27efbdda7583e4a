//! A running bank, administered by its operators' socket with `bank-node admin`.

#![allow(clippy::disallowed_methods, reason = "tests of real processes measure real time")]

#[path = "admin/operator.rs"]
mod operator;
mod real;

#[path = "admin/socket.rs"]
mod socket;
