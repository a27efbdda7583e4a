//! The protocol's tables, row by row, and its scenario files, on the engine's own step with books in memory.
//!
//! Never here: sleeps, threads, sockets. Time is virtual, and every message is carried by the test.

mod protocol {
    mod bench;
    mod brief;
    mod names;
    mod scenario;
    mod world;

    mod coordinator;
    mod participant;

    mod forged;
    mod fresh;
    mod funds;
    mod lives;
    mod members;
    mod orders;
    mod portions;
    mod restored;
    mod scenarios;
    mod timers;
    mod waiting;
}
