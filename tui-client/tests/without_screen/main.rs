//! The faces without a screen, as black boxes: the real binary against real banks, by commands and line by line.

#![cfg(all(unix, feature = "demo"))]

mod plain;

mod scripts;

mod unanswered;

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use bank_node::local::{LocalConsortium, LocalOptions};
use serde_json::Value;
use tempfile::TempDir;

pub const ANA: &str = "529.982.247-25";
pub const BRUNO: &str = "111.444.777-35";
pub const PASSWORD: &str = "uma senha boa";

/// Two banks, and the state directory of one customer's machine.
pub struct Town {
    pub consortium: LocalConsortium,
    pub state: TempDir,
    _books: TempDir,
}

/// What a command did.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// It ended with this code.
    #[track_caller]
    pub fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:#?}");
        self
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }

    /// Each of these is said, on the standard output.
    #[track_caller]
    pub fn says(&self, words: &[&str]) {
        for word in words {
            assert!(self.out.contains(word), "{word:?} is not said:\n{}\n{}", self.out, self.err);
        }
    }
}

impl Town {
    pub fn open() -> Self {
        let books = tempfile::tempdir().expect("a directory");
        let options = LocalOptions { banks: 2, dir: books.path().to_path_buf(), port: None };
        let consortium = LocalConsortium::start(&options).expect("two banks");
        Self { consortium, state: tempfile::tempdir().expect("a directory"), _books: books }
    }

    pub fn address(&self, bank: usize) -> String {
        self.consortium.banks()[bank].address.to_string().replace("http://", "")
    }

    /// The first bank's operator sets a customer's password, by the socket beside its ledger; what it is.
    pub fn reset_password(&self, cpf: &str) -> String {
        let bank = &self.consortium.banks()[0];
        let socket = bank.config.with_file_name(bank.id.as_str()).join("admin.sock");
        let mut socket = UnixStream::connect(socket).expect("the operators' socket");
        let digits: String = cpf.chars().filter(char::is_ascii_digit).collect();
        let path = format!("/admin/v1/customers/{digits}/reset-password");
        let request =
            format!("POST {path} HTTP/1.1\r\nhost: bank\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
        socket.write_all(request.as_bytes()).expect("asked");
        let mut answer = String::new();
        socket.read_to_string(&mut answer).expect("answered");
        let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
        let body: Value = serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {answer}"));
        body["password"].as_str().expect("a password").to_owned()
    }

    pub fn command(&self, args: &[&str]) -> Command {
        command(self.state.path(), args)
    }

    /// Runs a command to its end.
    pub fn run(&self, args: &[&str]) -> Ran {
        self.run_with(args, "")
    }

    /// The same, with something on the standard input.
    pub fn run_with(&self, args: &[&str], input: &str) -> Ran {
        finish(self.command(args).spawn().expect("it starts"), input)
    }

    /// The same in JSON, ended well.
    #[track_caller]
    pub fn json(&self, args: &[&str]) -> Value {
        let args: Vec<&str> = args.iter().copied().chain(["--output", "json"]).collect();
        self.run(&args).ends(0).json()
    }

    /// Signs up and logs in at a bank.
    #[track_caller]
    pub fn sign_up(&self, bank: usize, cpf: &str, name: &str) {
        let address = self.address(bank);
        let args = ["signup", "--bank", &address, "--cpf", cpf, "--name", name, "--password-stdin"];
        self.run_with(&args, &format!("{PASSWORD}\n")).ends(0);
    }

    /// Opens a personal account at a bank one is logged in to, and pays in.
    #[track_caller]
    pub fn account(&self, bank: &str, amount: &str) -> String {
        let account =
            self.json(&["open", "personal", "--bank", bank])["account"].as_str().unwrap().to_owned();
        self.run(&["deposit", &account, amount]).ends(0);
        account
    }

    /// The files of a part of the state.
    pub fn files(&self, part: &str) -> Vec<PathBuf> {
        let read = std::fs::read_dir(self.state.path().join(part));
        read.map(|entries| entries.map(|e| e.unwrap().path()).collect()).unwrap_or_default()
    }
}

pub fn command(state: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tui-client"));
    command.args(args).env_clear().env("LC_ALL", "pt_BR.UTF-8");
    command.env("TUI_STATE_DIR", state).env("XDG_CONFIG_HOME", state).env("HOME", state);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

pub fn finish(mut child: Child, input: &str) -> Ran {
    // A command that reads nothing may be over before it is written to.
    let _unread = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
    let output = child.wait_with_output().expect("it ends");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    Ran { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
}
