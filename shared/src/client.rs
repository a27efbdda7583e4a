//! The HTTP client of a bank.
