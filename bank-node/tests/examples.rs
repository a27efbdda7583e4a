//! The example scripts, run as a script author runs them: `bank-node local` in one process, curl in another.

mod local;

use std::path::{Path, PathBuf};
use std::process::Command;

use local::Local;

fn run(local: &Local, script: &str, banks: usize) {
    let addresses = local.said["banks"].as_array().expect("banks").iter().take(banks);
    let addresses = addresses.map(|bank| bank["address"].as_str().expect("an address"));
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples").join(script);
    let output = Command::new("bash").arg(path).args(addresses).output().expect("bash runs");
    let (said, complaints) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{script} failed:\n{said}\n{complaints}");
}

#[test]
fn the_scripts_do_what_they_say_and_can_be_run_twice() {
    let local = Local::start();
    for _ in 0..2 {
        run(&local, "first-package.sh", 3);
        run(&local, "retry.sh", 2);
        run(&local, "refusal.sh", 2);
    }
}
