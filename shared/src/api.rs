//! The HTTP interface of a bank, version 1: paths, requests, replies, and the one problem body.
//!
//! Invariant: names of fields and codes are fixed; they are added to, never renamed. Optional fields are left out, never
//! null.

pub mod fields;

pub mod requests;

pub mod replies;

pub mod problem;

pub mod events;

pub mod paths;

#[cfg(feature = "openapi")]
mod schemas;
