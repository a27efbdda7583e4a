//! Who may come in: passwords, sessions, and how often somebody may try.
//!
//! Never here: HTTP, and any right over an account; that is the books'.

pub mod passwords;

pub mod throttle;

pub mod tokens;
