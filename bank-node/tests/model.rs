//! Every course of small consortia, not a sample of them: the project's own core on its ledger in memory, explored by
//! [stateright](https://docs.rs/stateright). Messages come in any order, any number of times or never; a bank dies before its
//! store or after it; timers of different banks fall in any order. `docs/testing.md` has the figures.
//!
//! `MODEL=whole` explores further than two cores can in a test run.

#[expect(dead_code, reason = "the model never names an attempt")]
#[path = "protocol/names.rs"]
mod names;

mod model {
    pub mod bank;
    pub mod consortium;
    pub mod rest;

    mod courses;
    mod guards;
    mod waiting;
}
