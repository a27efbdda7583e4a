//! The example scripts, run as a script author runs them: `bank-node local` in one process, curl in another.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// `bank-node local` with three banks, ended with the test.
struct Local {
    process: Child,
    addresses: Vec<String>,
}

impl Local {
    fn start() -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_bank-node"))
            .args(["local", "--banks", "3", "--port", "0"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("bank-node runs");
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("a pipe")).read_line(&mut line).expect("its one line");
        let said: serde_json::Value = serde_json::from_str(&line).expect("one line of JSON");
        let banks = said["banks"].as_array().expect("banks").iter();
        let addresses = banks.map(|bank| bank["address"].as_str().expect("an address").to_owned()).collect();
        Self { process, addresses }
    }

    fn run(&self, script: &str, banks: usize) {
        let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples").join(script);
        let output =
            Command::new("bash").arg(path).args(&self.addresses[..banks]).output().expect("bash runs");
        let (said, complaints) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{script} failed:\n{said}\n{complaints}");
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        let _already_gone = self.process.kill();
        let _reaped = self.process.wait();
    }
}

#[test]
fn the_scripts_do_what_they_say_and_can_be_run_twice() {
    let local = Local::start();
    for _ in 0..2 {
        local.run("first-package.sh", 3);
        local.run("retry.sh", 2);
        local.run("refusal.sh", 2);
    }
}
