//! What the client holds a bank to: its key, from the first contact on. The real binary against a real bank that speaks
//! TLS, in this process.

#![cfg(all(unix, feature = "demo"))]
#![allow(clippy::disallowed_methods, reason = "a test with real banks has a real deadline")]

use std::io::Write as _;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::time::Duration;

use bank_node::config::{self, Overrides};
use bank_node::founding::{self, Founding};
use bank_node::run::run_watched;
use tempfile::TempDir;

const CPF: &str = "529.982.247-25";
const PASSWORD: &str = "uma senha boa";
const PATIENCE: Duration = Duration::from_secs(30);

/// A bank that speaks TLS, running until it is dropped.
struct Bank {
    address: String,
    key: String,
    runtime: Option<tokio::runtime::Runtime>,
    _folder: TempDir,
}

impl Bank {
    /// A new bank on this port of loopback: new keys, new books.
    fn open(port: u16) -> Self {
        let folder = tempfile::tempdir().expect("a directory");
        let dir = folder.path().join("made");
        let founding = Founding {
            dir,
            banks: vec![format!("aurora=127.0.0.1:{port}")],
            names: Vec::new(),
            listen: "127.0.0.1".to_owned(),
            admin_listen: Some("127.0.0.1:0".to_owned()),
            data_dir: "data".into(),
            owner: None,
        };
        let made = founding::found(&founding).expect("a bank").remove(0);
        let config = config::load(&made.config, Overrides::default()).expect("its files");
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let (say, started) = channel();
        runtime.spawn(async move {
            let on_start = move |bank| say.send(bank).unwrap_or_default();
            if let Err(fault) = run_watched(config, on_start, std::future::pending()).await {
                eprintln!("the bank ended: {fault}");
            }
        });
        let bank = started.recv_timeout(PATIENCE).expect("the bank starts");
        while !bank.readiness.is_ready() {
            std::thread::yield_now();
        }
        let address = format!("127.0.0.1:{port}");
        Self { address, key: made.tls_key.to_string(), runtime: Some(runtime), _folder: folder }
    }
}

impl Drop for Bank {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(PATIENCE);
        }
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port()
}

/// Runs the client on this state directory, and gives its exit code, its output and what it said beside.
fn run(state: &Path, args: &[&str], input: &str) -> (i32, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tui-client"))
        .args(args)
        .args(["--lang", "en", "--state-dir"])
        .arg(state)
        .env_clear()
        .env("HOME", state)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let said = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
    let _ended_before = said;
    let output = child.wait_with_output().expect("it ends");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (output.status.code().expect("an exit code"), text(output.stdout), text(output.stderr))
}

#[test]
fn a_key_is_pinned_at_first_contact_and_a_changed_one_refused_until_it_is_forgotten() {
    let state = tempfile::tempdir().expect("a directory");
    let state = state.path();
    let port = free_port();
    let bank = Bank::open(port);
    let password = format!("{PASSWORD}\n");
    let log_in = |address: &str| {
        run(state, &["login", "--bank", address, "--cpf", CPF, "--password-stdin"], &password)
    };

    // Without a scheme: https is tried first. The key is told of once.
    let sign_up =
        ["signup", "--bank", &bank.address, "--name", "Ana Souza", "--cpf", CPF, "--password-stdin"];
    let (code, _, err) = run(state, &sign_up, &password);
    assert_eq!(code, 0, "{err}");
    assert!(err.contains("seen for the first time") && err.contains(&bank.key), "{err}");
    let (code, _, err) = log_in(&bank.address);
    assert_eq!((code, err.contains("seen for the first time")), (0, false), "{err}");
    let (code, out, _) = run(state, &["whoami", "--output", "json"], "");
    assert!(code == 0 && out.contains(&format!("https://{}", bank.address)), "{out}");
    let (code, out, err) = run(state, &["keys", "list"], "");
    assert!(code == 0 && out.contains(&bank.key) && out.contains("aurora"), "{out}{err}");
    let first = bank.key.clone();
    drop(bank);

    // Another bank at the same address: its key is refused, by whichever way, and nothing is sent.
    let bank = Bank::open(port);
    let plain = format!("http://{}", bank.address);
    for address in [&bank.address, &format!("https://{}", bank.address)] {
        let (code, _, err) = log_in(address);
        assert_eq!(code, 5, "{err}");
        for said in ["This bank's key has changed", &first, &bank.key, "keys forget"] {
            assert!(err.contains(said), "no {said:?} in {err}");
        }
    }
    assert_eq!(log_in(&plain).0, 5, "it speaks nothing but TLS");
    let (code, _, err) = run(state, &["accounts"], "");
    assert!(code == 5 && err.contains("This bank's key has changed"), "{err}");
    let (code, out, _) = run(state, &["doctor"], "");
    assert!(code == 1 && out.contains("This bank's key has changed"), "{out}");

    // Forgotten, the next key is taken as at first contact; this bank has other books, and knows nobody.
    let (code, _, err) = run(state, &["keys", "forget", &bank.address], "");
    assert_eq!(code, 0, "{err}");
    assert_eq!(run(state, &["keys", "forget", &bank.address], "").0, 2, "it is forgotten already");
    let (code, _, err) = log_in(&bank.address);
    assert_eq!(code, 3, "{err}");
    assert!(err.contains("seen for the first time") && err.contains(&bank.key), "{err}");
}

#[test]
fn a_password_goes_over_plain_http_to_another_machine_only_when_told_to() {
    let state = tempfile::tempdir().expect("a directory");
    let password = format!("{PASSWORD}\n");
    // Nobody is at this address, by RFC 5737: whoever is refused first never gets as far as to notice.
    let log_in = ["login", "--bank", "http://192.0.2.1:7001", "--cpf", CPF, "--password-stdin"];
    let (code, _, err) = run(state.path(), &log_in, &password);
    assert_eq!(code, 2, "{err}");
    assert!(err.contains("--passwords-in-clear"), "{err}");
    let allowed = [&log_in[..], &["--passwords-in-clear"]].concat();
    let (code, _, err) = run(state.path(), &allowed, &password);
    assert_eq!(code, 5, "{err}");
    assert!(!err.contains("--passwords-in-clear"), "{err}");
}
