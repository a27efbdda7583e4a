//! Journeys: the real binary in a pseudo-terminal, against real banks in this process. One binary for all of them, so that
//! they are linked once and run side by side.
//!
//! A key is pressed only when what it depends on is on the screen: the screen itself, and the bank's answer where the key
//! needs one.

#![cfg(all(unix, feature = "demo"))]
#![expect(clippy::disallowed_methods, reason = "a test's deadline reads the clock")]

#[allow(dead_code, reason = "other tests use the rest")]
#[path = "../pseudo_terminal/mod.rs"]
mod pseudo_terminal;

#[allow(dead_code, reason = "each journey uses its part of it")]
mod steps;

#[allow(dead_code, reason = "each journey uses its part of it")]
mod town;

#[allow(dead_code, reason = "each journey uses its part of it")]
mod straw;

mod main_road;

mod bank_away;

mod household;

mod payroll;

mod statement;

mod receipt;

mod refused;

mod connected;

mod session_ended;

mod two_clients;

mod killed;

mod strange_banks;

mod disk;

mod typed;

mod dumb;

/// What it provokes exists in such builds only.
#[cfg(debug_assertions)]
mod panic;
