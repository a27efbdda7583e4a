//! What is wrong with a bank's files or its surroundings ends `serve` at once, with the code that docs/operating.md gives it
//! and one line on standard error: the file, the line where it has lines, and what to do. Real processes.
//!
//! Never here: each sentence of the configuration (`bank-node/src/config/tests.rs`), contradictions about TLS
//! (`bank-node/tests/tls.rs`), and what a running bank says of a wrong file (`bank-node/tests/membership.rs`).

#![allow(clippy::disallowed_methods, reason = "tests of real processes measure real time")]

mod real;

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use real::{Consortium, PATIENCE, program};
use rstest::rstest;

/// Two banks made by `init`, whose first is spoilt; none of them runs.
struct Spoilt {
    _consortium: Consortium,
    folder: PathBuf,
}

impl Spoilt {
    fn new() -> Self {
        let consortium = Consortium::init();
        let folder = consortium.banks[0].config.parent().expect("a folder").to_owned();
        Self { _consortium: consortium, folder }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Puts `to` in place of the first `from` of a file.
    fn replace(&self, file: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.file(file)).expect("its file");
        assert!(text.contains(from), "{from} in {text}");
        fs::write(self.file(file), text.replacen(from, to, 1)).expect("written");
    }

    /// What `serve` complains of, in one line; it ends with `code`.
    fn complaint(&self, code: i32, variables: &[(&str, &str)]) -> String {
        let mut serve = program();
        serve.args(["serve", "--config"]).arg(self.file("bank.toml")).envs(variables.iter().copied());
        let output = ended(serve.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert_eq!(said.lines().count(), 1, "one line: {said}");
        said.replace(&format!("{}/", self.folder.display()), "")
    }
}

/// What a process printed that ends by itself; one that goes on is ended and fails the test.
fn ended(command: &mut std::process::Command) -> Output {
    let mut child = command.spawn().expect("it runs");
    let began = Instant::now();
    while child.try_wait().expect("a process").is_none() {
        if began.elapsed() > PATIENCE {
            child.kill().expect("it is killed");
            let output = child.wait_with_output().expect("its output");
            panic!("it does not end: {}", String::from_utf8_lossy(&output.stderr));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    child.wait_with_output().expect("its output")
}

/// In bank.toml: the file, the line, the setting, and what it takes.
#[rstest]
#[case::syntax("id = \"aurora\"", "id = aurora\"", "bank.toml line 1: ")]
#[case::unknown(
    "data_dir",
    "datadir",
    "bank.toml line 4: unknown field `datadir`, expected one of `id`, `listen`"
)]
#[case::twice("data_dir", "id = \"aurora\"\ndata_dir", "bank.toml line 4: duplicate key")]
#[case::no_number(
    "data_dir",
    "connections_max = \"many\"\ndata_dir",
    "bank.toml line 4: invalid type: string"
)]
#[case::negative(
    "data_dir",
    "disk_reserve_mib = -1\ndata_dir",
    "bank.toml line 4, disk_reserve_mib: a whole number of MiB from 0 to "
)]
#[case::nothing_at_all(
    "data_dir",
    "connections_max = 0\ndata_dir",
    "bank.toml line 4, connections_max: a whole number of connections from 1 to "
)]
#[case::too_much(
    "data_dir",
    "exposure_cap = 9223372036854775807\ndata_dir",
    "bank.toml line 4, exposure_cap: a whole number of centavos from 0 to "
)]
#[case::missing(
    "data_dir = \"data\"\n",
    "",
    "bank.toml: data_dir is missing: write it there, or set BANK_DATA_DIR or --data-dir"
)]
#[case::address(
    "listen = \"127.0.0.1",
    "listen = \"127.0.0.1.5/x",
    "bank.toml line 2, listen: only a host and a port"
)]
#[case::port(
    "listen = \"127.0.0.1:",
    "listen = \"127.0.0.1:9",
    "bank.toml line 2, listen: a port is a number from 1 to 65535"
)]
#[case::stranger(
    "id = \"aurora\"",
    "id = \"alvorada\"",
    "bank.toml line 1, id: alvorada is not among the banks of consortium.toml: add a [[bank]] with this id there, or correct the id"
)]
#[case::no_key(
    "\"bank.key\"",
    "\"none.key\"",
    "bank.toml line 5, key_file: the key file none.key cannot be read: No such file or directory (os error 2): make a key with \
     `bank-node keygen"
)]
#[case::no_consortium(
    "\"consortium.toml\"",
    "\"none.toml\"",
    "bank.toml line 6, consortium: none.toml: No such file or directory (os error 2): name the consortium's file there"
)]
#[case::certificate_alone(
    "tls_key = \"bank.tls.key\"\n",
    "",
    "bank.toml line 7, tls_cert is given without tls_key: give both, or neither"
)]
#[case::no_certificate(
    "bank.tls.crt",
    "none.crt",
    "bank.toml line 7, tls_cert: none.crt: the certificate cannot be read (No such file or directory (os error 2)): name a file \
     with certificates in PEM"
)]
#[case::no_directory_for_backups(
    "data_dir",
    "backup_dir = \"gone\"\ndata_dir",
    "bank.toml line 4, backup_dir: gone: No such file or directory (os error 2): make the directory, or mount the disk"
)]
#[case::a_file_for_backups(
    "data_dir",
    "backup_dir = \"bank.toml\"\ndata_dir",
    "bank.toml line 4, backup_dir: bank.toml is not a directory: name one"
)]
#[case::nowhere_to_write_backups(
    "data_dir",
    "backup_dir = \"/proc\"\ndata_dir",
    "bank.toml line 4, backup_dir: /proc cannot be written: "
)]
#[case::no_time_between_backups(
    "data_dir",
    "backup_every_minutes = 0\ndata_dir",
    "bank.toml line 4, backup_every_minutes: a whole number of minutes from 1 to "
)]
fn wrong_in_bank_toml(#[case] from: &str, #[case] to: &str, #[case] expect: &str) {
    let spoilt = Spoilt::new();
    spoilt.replace("bank.toml", from, to);
    let said = spoilt.complaint(2, &[]);
    assert!(said.starts_with(&format!("bank-node: {expect}")), "{said}");
}

/// In the consortium file, which has its own lines.
#[rstest]
#[case::syntax("version = 1", "version 1", "consortium.toml line 2: ")]
#[case::version(
    "version = 1",
    "version = 0",
    "consortium.toml line 2: a version is a whole number from 1 to 1000000"
)]
#[case::version_too_high(
    "version = 1",
    "version = 9223372036854775807",
    "consortium.toml line 2: a version is a whole number from 1 to 1000000"
)]
#[case::twice(
    "id = \"boreal\"",
    "id = \"aurora\"",
    "consortium.toml line 12: aurora stands here twice: each bank has an id of its own"
)]
#[case::without_the_bank(
    "id = \"aurora\"",
    "id = \"alvorada\"",
    "bank.toml line 1, id: aurora is not among the banks of consortium.toml: add a [[bank]]"
)]
#[case::no_key(
    "public_key = \"ed25519:",
    "public_key = \"ed25519:AAAA",
    "consortium.toml line 8: a public key is written ed25519:"
)]
#[case::address("address = \"https://", "address = \"ftp://", "consortium.toml line 7: ")]
#[case::nobody(
    "[[bank]]",
    "[[banks]]",
    "consortium.toml line 4: unknown field `banks`, expected `version` or `bank`"
)]
fn wrong_in_the_consortium_file(#[case] from: &str, #[case] to: &str, #[case] expect: &str) {
    let spoilt = Spoilt::new();
    spoilt.replace("consortium.toml", from, to);
    let said = spoilt.complaint(2, &[]);
    assert!(said.starts_with(&format!("bank-node: {expect}")), "{said}");
}

/// The values of a key in the consortium file, in its order.
fn values(spoilt: &Spoilt, key: &str) -> Vec<String> {
    let text = fs::read_to_string(spoilt.file("consortium.toml")).expect("its file");
    text.lines().filter_map(|line| line.strip_prefix(key)?.strip_prefix(" = ").map(str::to_owned)).collect()
}

#[rstest]
#[case::address(
    "address",
    "consortium.toml line 14: aurora has this address too: each bank has one of its own"
)]
#[case::key("public_key", "consortium.toml line 15: aurora has this key too: each bank has one of its own")]
#[case::tls_key(
    "tls_key",
    "consortium.toml line 16: aurora has this TLS key too: each bank has one of its own"
)]
fn what_two_banks_may_not_share(#[case] key: &str, #[case] expect: &str) {
    let spoilt = Spoilt::new();
    let values = values(&spoilt, key);
    spoilt.replace("consortium.toml", &format!("{key} = {}", values[1]), &format!("{key} = {}", values[0]));
    let said = spoilt.complaint(2, &[]);
    assert!(said.starts_with(&format!("bank-node: {expect}")), "{said}");
}

#[test]
fn no_bank_at_all_is_no_consortium() {
    let spoilt = Spoilt::new();
    fs::write(spoilt.file("consortium.toml"), "version = 1\n").expect("written");
    let said = spoilt.complaint(2, &[]);
    assert!(said.starts_with("bank-node: consortium.toml: no [[bank]] in it: add each bank"), "{said}");
}

/// Files that are there, and not what the settings say they are.
#[test]
fn keys_and_certificates_that_do_not_fit() {
    let spoilt = Spoilt::new();
    let mode = |name: &str, bits| fs::set_permissions(spoilt.file(name), fs::Permissions::from_mode(bits));
    mode("bank.key", 0o644).expect("changed");
    let said = spoilt.complaint(2, &[]);
    let expect = "bank.toml line 5, key_file: bank.key: everyone on this machine may read or change this key: run `chmod 600";
    assert!(said.starts_with(&format!("bank-node: {expect}")), "{said}");
    mode("bank.key", 0o600).expect("changed");
    mode("bank.tls.key", 0o644).expect("changed");
    let said = spoilt.complaint(2, &[]);
    let expect = "bank.toml line 7, tls_cert: bank.tls.key: everyone on this machine may read or change this key: run `chmod 600";
    assert!(said.starts_with(&format!("bank-node: {expect}")), "{said}");
    mode("bank.tls.key", 0o600).expect("changed");

    let made = program().arg("keygen").arg(spoilt.file("other.key")).output().expect("it runs");
    assert!(made.status.success(), "{made:?}");
    spoilt.replace("bank.toml", "\"bank.key\"", "\"other.key\"");
    let said = spoilt.complaint(2, &[]);
    assert!(
        said.starts_with(
            "bank-node: consortium.toml line 5: the public key of aurora is not that of other.key"
        ),
        "{said}"
    );
    assert!(
        said.contains("put that one there, or name the right key_file (bank.toml line 5, key_file)"),
        "{said}"
    );
    spoilt.replace("bank.toml", "\"other.key\"", "\"bank.key\"");

    spoilt.replace("bank.toml", "\"bank.tls.key\"", "\"other.tls.key\"");
    let said = spoilt.complaint(2, &[]);
    let expect = "bank.toml line 7, tls_cert: other.tls.key: this key is not that of the certificate bank.tls.crt: name a pair";
    assert!(said.starts_with(&format!("bank-node: {expect}")), "{said}");
    spoilt.replace("bank.toml", "\"bank.tls.crt\"", "\"other.tls.crt\"");
    let said = spoilt.complaint(2, &[]);
    let expect =
        "bank.toml line 7, tls_cert: other.tls.crt: the consortium file names another tls_key for aurora";
    assert!(said.starts_with(&format!("bank-node: {expect}")), "{said}");
    let pair = rcgen::KeyPair::generate().expect("a key");
    let mut expired = rcgen::CertificateParams::new(["localhost".to_owned()]).expect("a name");
    let year = |year| rcgen::date_time_ymd(year, 1, 1);
    (expired.not_before, expired.not_after) = (year(2019), year(2020));
    let expired = expired.self_signed(&pair).expect("signed");
    fs::write(spoilt.file("other.tls.crt"), expired.pem()).expect("written");
    let said = spoilt.complaint(2, &[]);
    let expect = "bank.toml line 7, tls_cert: other.tls.crt: the certificate has expired (";
    assert!(
        said.starts_with(&format!("bank-node: {expect}")) && said.contains("renew it, with the same key"),
        "{said}"
    );
    fs::write(spoilt.file("other.tls.crt"), "nothing").expect("written");
    let said = spoilt.complaint(2, &[]);
    let expect = "bank.toml line 7, tls_cert: other.tls.crt: the certificate cannot be read";
    assert!(said.starts_with(&format!("bank-node: {expect}")), "{said}");
}

/// What stands in place of the file is named by its own name.
#[test]
fn what_stands_outside_the_file_is_named_too() {
    let spoilt = Spoilt::new();
    for (variable, value, expect) in [
        ("BANK_LISTEN", "x:y", "BANK_LISTEN or --listen: a port is a number"),
        (
            "BANK_CONNECTIONS_MAX",
            "0",
            "BANK_CONNECTIONS_MAX or --connections-max: a whole number of connections from 1",
        ),
        (
            "BANK_KEY_FILE",
            "/nowhere.key",
            "BANK_KEY_FILE or --key-file: the key file /nowhere.key cannot be read",
        ),
        ("BANK_CONSORTIUM", "/nowhere.toml", "BANK_CONSORTIUM or --consortium: /nowhere.toml: No such file"),
        (
            "BANK_TLS_CERT",
            "/nowhere.crt",
            "BANK_TLS_CERT or --tls-cert: /nowhere.crt: the certificate cannot be read",
        ),
        (
            "BANK_BACKUP_DIR",
            "/nowhere",
            "BANK_BACKUP_DIR or --backup-dir: /nowhere: No such file or directory",
        ),
        ("BANK_BACKUP_KEEP", "some", "BANK_BACKUP_KEEP or --backup-keep: a whole number of backups from 1"),
    ] {
        let said = spoilt.complaint(2, &[(variable, value)]);
        assert!(said.starts_with(&format!("bank-node: {expect}")), "{said}");
    }
}

/// The surroundings: code 1, and the setting that leads there.
#[test]
fn surroundings_that_fail_are_named_with_their_setting() {
    let spoilt = Spoilt::new();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = format!("127.0.0.1:{}", taken.local_addr().expect("its address").port());
    for (variable, setting) in [("BANK_LISTEN", "listen"), ("BANK_ADMIN_LISTEN", "admin_listen")] {
        let said = spoilt.quiet_complaint(1, &[(variable, &port)]);
        let expect = format!(
            "bank-node: {setting}: cannot listen on {port}: Address already in use (os error 98): free it, or choose another"
        );
        assert!(said.starts_with(&expect), "{said}");
    }
}

/// A directory that cannot be the bank's is the wrong one: code 2, with the line that names it.
#[test]
fn a_data_directory_that_cannot_be_used_is_named_with_its_line() {
    let spoilt = Spoilt::new();
    let socket = spoilt.file("admin.sock");
    let socket = [("BANK_ADMIN_SOCKET", socket.to_str().expect("a name"))];
    for (directory, expect) in [
        ("/proc/bank", "/proc/bank cannot be used: "),
        ("/dev/null/bank", "/dev/null/bank cannot be used: Not a directory"),
    ] {
        let instead = [socket[0], ("BANK_DATA_DIR", directory)];
        let said = spoilt.quiet_complaint(2, &instead);
        assert!(said.starts_with(&format!("bank-node: BANK_DATA_DIR or --data-dir: {expect}")), "{said}");
        spoilt.replace("bank.toml", "data_dir = \"data\"", &format!("data_dir = \"{directory}\""));
        let said = spoilt.quiet_complaint(2, &socket);
        assert!(said.starts_with(&format!("bank-node: bank.toml line 4, data_dir: {expect}")), "{said}");
        assert!(said.contains("has to be one that this user may read and write"), "{said}");
        spoilt.replace("bank.toml", &format!("data_dir = \"{directory}\""), "data_dir = \"data\"");
    }
}

impl Spoilt {
    /// The same without what is logged before.
    fn quiet_complaint(&self, code: i32, variables: &[(&str, &str)]) -> String {
        let quiet = [("BANK_LOG_LEVEL", "off")];
        self.complaint(code, &[variables, &quiet].concat())
    }
}

fn ledger(folder: &Path) -> PathBuf {
    folder.join("data/ledger.db")
}

#[tokio::test]
async fn a_ledger_that_cannot_be_opened_is_named_and_left_as_it_is() {
    let mut consortium = Consortium::init();
    let aurora = &mut consortium.banks[0];
    aurora.start();
    aurora.ready().await;
    aurora.signal("TERM");
    assert_eq!(aurora.wait(), Some(0));
    let folder = aurora.config.parent().expect("a folder").to_owned();
    let spoilt = Spoilt { _consortium: consortium, folder };
    let file = ledger(&spoilt.folder);
    let sound = fs::read(&file).expect("the ledger");

    let mut newer = sound.clone();
    // `user_version`, in the header of an SQLite file.
    newer[60..64].copy_from_slice(&9_999_u32.to_be_bytes());
    let mut damaged = sound.clone();
    damaged[4_096..].fill(0xAB);
    for (bytes, expect) in [
        (newer, "data/ledger.db was written by a newer version of this program (its schema is 9999"),
        (damaged, "data/ledger.db is damaged, or no ledger: "),
        (
            b"no ledger at all, whatever its name says".repeat(100),
            "data/ledger.db is damaged, or no ledger: ",
        ),
        (
            Vec::new(),
            "data/ledger.db is missing or empty, and ledger.made beside it says that there was a ledger",
        ),
    ] {
        fs::write(&file, &bytes).expect("written");
        let said = spoilt.quiet_complaint(2, &[]);
        assert!(said.starts_with(&format!("bank-node: bank.toml line 4, data_dir: {expect}")), "{said}");
        let remedy = said.contains("from a backup") || said.contains("Run that version, or restore a backup");
        assert!(remedy, "{said}");
        assert_eq!(fs::read(&file).expect("the ledger"), bytes, "left as it is: {said}");
    }
    fs::write(&file, &sound).expect("written");
    // Whose it is.
    spoilt.replace("bank.toml", "id = \"aurora\"", "id = \"boreal\"");
    let theirs = spoilt.folder.with_file_name("boreal");
    for name in ["bank.key", "bank.tls.key", "bank.tls.crt"] {
        fs::copy(theirs.join(name), spoilt.file(name)).expect("copied");
    }
    let said = spoilt.quiet_complaint(2, &[]);
    assert!(said.starts_with("bank-node: bank.toml line 4, data_dir: data/ledger.db is the ledger of the bank aurora, and this is boreal. Correct the directory, or the bank's id"), "{said}");
}
