//! Every reader of bytes from outside, fed with what has been changed: no panic, no end that never comes, no memory without
//! bound; what is taken is printed and read back the same, and of a signed envelope nothing is taken but what was signed.
//!
//! `FUZZ_INPUTS` inputs for each reader, `FUZZ_SEED` to repeat a run. What was found once stays in `found/` beside the driver.

mod fuzz {
    pub mod between_banks;
    pub mod driver;
    pub mod files;
    pub mod readers;
    pub mod stream;
    pub mod values;
}

use std::alloc::System;
use std::path::{Path, PathBuf};

use bank_node::audit::Subject;
use bank_node::backup::back_up;
use bank_node::local::{LocalConsortium, LocalOptions};
use cap::Cap;
use fuzz::driver::{Reader, Run};
use fuzz::{between_banks, files, stream, values};

/// All readers at once need a tenth of it; one that lets its input say how much memory it takes ends the process.
#[global_allocator]
static MEMORY: Cap<System> = Cap::new(System, 2 << 30);

/// Inputs of each reader that nobody asked for more of.
const INPUTS: u64 = 2_000;

fn found() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/found")
}

fn feed(readers: Vec<Reader>) {
    let run = Run::of_environment(INPUTS, bank_node::ids::dice());
    for reader in readers {
        run.feed(reader, &found());
    }
}

#[test]
fn values_of_the_interface() {
    feed(values::texts());
}

#[test]
fn bodies_of_the_interface() {
    feed(values::bodies());
}

#[test]
fn messages_between_banks() {
    feed(between_banks::messages());
}

#[test]
fn signed_envelopes() {
    feed(between_banks::envelopes());
}

#[test]
fn files_of_a_bank() {
    let directory = tempfile::tempdir().expect("a directory");
    let backup = backup(directory.path());
    feed(files::files(directory.path(), backup));
}

#[test]
fn event_streams_of_a_bank() {
    feed(vec![stream::events()]);
}

/// A backup of a bank that has begun.
fn backup(directory: &Path) -> Vec<u8> {
    let options = LocalOptions { banks: 1, dir: directory.join("consortium"), port: None };
    let consortium = LocalConsortium::start(&options).expect("a consortium");
    consortium.stop_all().expect("stopped");
    let subject = Subject { bank: "aurora".parse().expect("a bank"), data_dir: options.dir.join("aurora") };
    let file = directory.join("backup.db");
    back_up(&subject, &file).expect("a backup");
    std::fs::read(file).expect("a file")
}
