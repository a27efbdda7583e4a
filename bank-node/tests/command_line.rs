//! The command line of a bank: its exit codes, and what it says in one line.

use std::path::Path;
use std::process::{Command, Output};

fn bank_node(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bank-node"));
    command.args(arguments).env_remove("BANK_CONFIG");
    command.envs(variables.iter().copied()).output().expect("bank-node runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Ends with this code and says why, in one line.
fn check_fails(output: &Output, code: i32, says: &str) {
    let why = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{why}");
    assert_eq!(why.trim_end().lines().count(), 1, "{why}");
    assert!(why.starts_with("bank-node: ") && why.contains(says), "{why}");
}

fn path(directory: &Path, file: &str) -> String {
    directory.join(file).display().to_string()
}

#[test]
fn a_key_is_made_once_and_its_public_half_printed() {
    let directory = tempfile::tempdir().expect("a directory");
    let key = path(directory.path(), "aurora.key");
    let made = bank_node(&["keygen", &key], &[]);
    assert!(made.status.success());
    let public = text(&made.stdout);
    let mut lines = public.lines();
    assert!(lines.next().is_some_and(|line| line.starts_with("ed25519:") && line.len() == 52), "{public}");
    let pin = lines.next().expect("a second line");
    assert!(pin.starts_with("tls_key = \"sha256:") && pin.ends_with("=\"") && pin.len() == 63, "{public}");
    assert_eq!(lines.next(), None, "{public}");
    for file in ["aurora.key", "aurora.tls.key", "aurora.tls.crt"] {
        use std::os::unix::fs::PermissionsExt as _;
        let made = std::fs::metadata(directory.path().join(file)).expect("it was made");
        assert_eq!(made.permissions().mode() & 0o777, 0o600, "{file}");
    }
    let before = std::fs::read(&key).expect("the key");
    check_fails(&bank_node(&["keygen", &key], &[]), 2, "never written over");
    assert_eq!(std::fs::read(&key).expect("the key"), before);
}

#[test]
fn a_wrong_configuration_ends_with_2_and_the_line_to_mend() {
    let directory = tempfile::tempdir().expect("a directory");
    let config = path(directory.path(), "bank.toml");
    check_fails(&bank_node(&["serve", "--config", &config], &[]), 2, "bank.toml");
    std::fs::write(&config, "id = \"aurora\"\nlisten = \"x:y\"\n").expect("a file");
    check_fails(&bank_node(&["serve", "--config", &config], &[]), 2, "bank.toml line 2, listen: a port is");
    // The environment goes before the file, a flag before both; what is wrong there is named by its own name.
    let variables = [("BANK_LISTEN", "127.0.0.1:7001"), ("BANK_ADMIN_LISTEN", "nowhere:0x")];
    check_fails(
        &bank_node(&["serve", "--config", &config], &variables),
        2,
        "BANK_ADMIN_LISTEN or --admin-listen",
    );
    let flag = ["serve", "--config", &config, "--admin-listen", "127.0.0.1:0"];
    check_fails(&bank_node(&flag, &variables), 2, "bank.toml: data_dir is missing");
    let unknown = bank_node(&["serve", "--confg", &config], &[]);
    assert_eq!(unknown.status.code(), Some(2));
}

#[test]
fn a_consortium_of_no_banks_is_refused() {
    check_fails(&bank_node(&["local", "--banks", "0"], &[]), 2, "1 to 16 banks");
}
