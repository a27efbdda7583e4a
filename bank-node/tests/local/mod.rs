//! `bank-node local` in a process of its own, for tests that drive it as script authors do. Checks nothing.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// `bank-node local` with three banks, ended with the test.
pub struct Local {
    process: Child,
    /// The line that it prints.
    pub said: Value,
}

impl Local {
    pub fn start() -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_bank-node"))
            .args(["local", "--banks", "3", "--port", "0"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("bank-node runs");
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("a pipe")).read_line(&mut line).expect("its one line");
        Self { process, said: serde_json::from_str(&line).expect("one line of JSON") }
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        let _already_gone = self.process.kill();
        let _reaped = self.process.wait();
    }
}
