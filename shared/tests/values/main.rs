//! What the values of `shared` promise: every reader refuses what it should, every printer is read back.

#[path = "../samples/mod.rs"]
mod samples;

mod strategies;

mod money;

mod documents;

mod accounts;

mod ids;

mod text;

mod packages;

mod refusals;

mod problems;

mod requests;

mod replies;
