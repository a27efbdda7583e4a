//! Each mistake in a configuration is one line that names file, line and remedy.

use std::time::Duration;

use rstest::rstest;

use super::*;

/// A directory with two sound banks in it, to be spoilt.
struct Files {
    directory: tempfile::TempDir,
    bank: String,
    consortium: String,
}

impl Files {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let key = make_key(&directory.path().join("aurora.key")).unwrap();
        let other = PrivateKey::from_seed(&[7; 32]).unwrap().public_key();
        let bank = "id = \"aurora\"\nlisten = \"127.0.0.1:7001\"\nadmin_listen = \"127.0.0.1:7101\"\n\
                    data_dir = \"data\"\nkey_file = \"aurora.key\"\nconsortium = \"consortium.toml\"\n";
        let table = |id: &str, port: u16, key: &PublicKey| {
            format!(
                "[[bank]]\nid = \"{id}\"\nname = \"Banco {id}\"\naddress = \"127.0.0.1:{port}\"\npublic_key = \"{}\"\n",
                key
            )
        };
        let consortium =
            format!("version = 1\n{}{}", table("aurora", 7001, &key), table("boreal", 7002, &other));
        Self { directory, bank: bank.to_owned(), consortium }
    }

    fn load(&self, overrides: Overrides) -> Result<Config, ConfigError> {
        let path = self.directory.path();
        std::fs::write(path.join("consortium.toml"), &self.consortium).unwrap();
        std::fs::write(path.join("bank.toml"), &self.bank).unwrap();
        load(&path.join("bank.toml"), overrides)
    }

    fn error(&self) -> String {
        let error = self.load(Overrides::default()).expect_err("a mistake").to_string();
        assert!(!error.contains('\n'), "one line: {error}");
        error.replace(&format!("{}/", self.directory.path().display()), "")
    }
}

#[test]
fn a_sound_configuration_is_read() {
    let files = Files::new();
    let config = files.load(Overrides::default()).unwrap();
    assert_eq!(config.id.as_str(), "aurora");
    assert_eq!(config.listen.to_string(), "127.0.0.1:7001");
    assert_eq!(config.data_dir, files.directory.path().join("data"));
    assert_eq!(config.exposure_cap, EXPOSURE_CAP_DEFAULT);
    assert_eq!((config.connections_max, config.connections_per_address_max), (1_024, 256));
    assert_eq!(config.own().address.to_string(), "http://127.0.0.1:7001");
    assert_eq!(config.own().interbank_address, config.own().address);
    let others: Vec<_> = config.consortium.others(&config.id).map(|bank| bank.id.to_string()).collect();
    assert_eq!(others, ["boreal"]);
}

#[test]
fn what_stands_outside_the_file_goes_before_it() {
    let overrides = Overrides {
        listen: Some("[::1]".into()),
        exposure_cap: Some("500".into()),
        admin_listen: Some(String::new()),
        ..Overrides::default()
    };
    let config = Files::new().load(overrides).unwrap();
    assert_eq!(config.listen.to_string(), "[::1]:7001");
    assert_eq!(config.exposure_cap, 500);
    assert_eq!(config.admin_listen.to_string(), "127.0.0.1:7101", "an empty variable says nothing");
    let overrides = Overrides { disk_reserve_mib: Some("much".into()), ..Overrides::default() };
    let error = Files::new().load(overrides).unwrap_err().to_string();
    assert!(
        error.starts_with("BANK_DISK_RESERVE_MIB or --disk-reserve-mib: a whole number of MiB"),
        "{error}"
    );
    let overrides = Overrides { exposure_cap: Some("-1".into()), ..Overrides::default() };
    let error = Files::new().load(overrides).unwrap_err().to_string();
    assert!(error.starts_with("BANK_EXPOSURE_CAP or --exposure-cap: "), "{error}");
}

#[rstest]
#[case::unknown_key("listen", "lisen", "bank.toml line 2: unknown field `lisen`")]
#[case::wrong_type("\"data\"", "5", "bank.toml line 4: ")]
#[case::no_toml("id = ", "id ", "bank.toml line 1: ")]
#[case::missing("id = \"aurora\"\n", "", "bank.toml: id is missing: write it there, or set BANK_ID or --id")]
#[case::bad_id("\"aurora\"", "\"Aurora\"", "bank.toml line 1, id: a bank's id is 1 to 32 characters")]
#[case::stranger("\"aurora\"", "\"cerrado\"", "bank.toml line 1, id: cerrado is not among the banks of")]
#[case::bad_listen(":7001\"", ":70010\"", "bank.toml line 2, listen: a port is a number")]
#[case::one_address_twice(
    "127.0.0.1:7101",
    "127.0.0.1:7001",
    "bank.toml line 3, admin_listen: 127.0.0.1:7001 stands at"
)]
#[case::no_key(
    "\"aurora.key\"",
    "\"none.key\"",
    "bank.toml line 5, key_file: the key file none.key cannot be read: No such file"
)]
#[case::not_a_key(
    "\"aurora.key\"",
    "\"consortium.toml\"",
    "bank.toml line 5, key_file: consortium.toml: everyone on this machine may"
)]
#[case::no_consortium(
    "\"consortium.toml\"",
    "\"none.toml\"",
    "bank.toml line 6, consortium: none.toml: No such file or directory"
)]
#[case::cap("id =", "exposure_cap = -1\nid =", "bank.toml line 1, exposure_cap: a whole number of centavos")]
#[case::reserve(
    "id =",
    "disk_reserve_mib = -1\nid =",
    "bank.toml line 1, disk_reserve_mib: a whole number of MiB from 0"
)]
#[case::connections(
    "id =",
    "connections_max = 0\nid =",
    "bank.toml line 1, connections_max: a whole number of connections from 1"
)]
#[case::backups_too_often(
    "id =",
    "backup_every_minutes = 0\nid =",
    "bank.toml line 1, backup_every_minutes: a whole number of minutes from 1 to 525600"
)]
#[case::backups_for_nothing(
    "id =",
    "backup_keep = 0\nid =",
    "bank.toml line 1, backup_keep: a whole number of backups from 1 to 100000"
)]
fn mistakes_in_bank_toml(#[case] from: &str, #[case] to: &str, #[case] expect: &str) {
    let mut files = Files::new();
    assert!(files.bank.contains(from));
    files.bank = files.bank.replacen(from, to, 1);
    let error = files.error();
    assert!(error.starts_with(expect), "{error}");
}

#[test]
fn backups_are_made_where_a_directory_says_so() {
    let mut files = Files::new();
    files.bank.push_str("backup_every_minutes = 15\n");
    assert_eq!(files.load(Overrides::default()).unwrap().backups, None);
    files.bank.push_str("backup_dir = \"backups\"\n");
    let plan = files.load(Overrides::default()).unwrap().backups.unwrap();
    assert_eq!(plan.dir, files.directory.path().join("backups"));
    assert_eq!((plan.every, plan.keep), (Duration::from_secs(15 * 60), 24));
    let overrides = Overrides {
        backup_dir: Some("elsewhere".into()),
        backup_every_minutes: Some("1".into()),
        backup_keep: Some("7".into()),
        ..Overrides::default()
    };
    let plan = files.load(overrides).unwrap().backups.unwrap();
    assert_eq!(
        (plan.dir.as_path(), plan.every, plan.keep),
        (Path::new("elsewhere"), Duration::from_secs(60), 7)
    );
    let overrides = Overrides { backup_keep: Some("none".into()), ..Overrides::default() };
    let error = files.load(overrides).unwrap_err().to_string();
    assert!(
        error.starts_with("BANK_BACKUP_KEEP or --backup-keep: a whole number of backups from 1"),
        "{error}"
    );
}

/// Its settings can be read though it is gone; what starts the bank says so.
#[rstest]
#[case::missing("gone", "gone: No such file or directory (os error 2): make the directory")]
#[case::a_file("bank.toml", "bank.toml is not a directory: name one")]
#[case::inside("data/kept", "data/kept is inside data_dir, ")]
#[case::read_only("/proc", "/proc cannot be written: ")]
fn a_directory_that_takes_no_backups(#[case] named: &str, #[case] expect: &str) {
    let mut files = Files::new();
    std::fs::create_dir_all(files.directory.path().join("data/kept")).unwrap();
    files.bank.push_str(&format!("backup_dir = \"{named}\"\n"));
    let config = files.load(Overrides::default()).unwrap();
    let error = config.backups.unwrap().check(&config.id, &config.data_dir).unwrap_err().to_string();
    let error = error.replace(&format!("{}/", files.directory.path().display()), "");
    assert!(error.starts_with(&format!("bank.toml line 7, backup_dir: {expect}")), "{error}");
}

#[test]
fn a_directory_that_takes_backups_is_left_as_it_was() {
    let mut files = Files::new();
    let backups = files.directory.path().join("backups");
    std::fs::create_dir(&backups).unwrap();
    files.bank.push_str("backup_dir = \"backups\"\n");
    let config = files.load(Overrides::default()).unwrap();
    for _ in 0..2 {
        config.backups.as_ref().unwrap().check(&config.id, &config.data_dir).unwrap();
        assert_eq!(std::fs::read_dir(&backups).unwrap().count(), 0);
        // What a start that was killed in between leaves.
        std::fs::write(backups.join(".bank-node-backup-aurora.try"), b"").unwrap();
    }
}

#[rstest]
#[case::version(
    "version = 1",
    "version = 0",
    "consortium.toml line 1: a version is a whole number from 1 to 1000000"
)]
#[case::version_too_high(
    "version = 1",
    "version = 9223372036854775807",
    "consortium.toml line 1: a version is a whole number from 1 to 1000000"
)]
#[case::unknown_key("name =", "nome =", "consortium.toml line 4: unknown field `nome`")]
#[case::twice("boreal", "aurora", "consortium.toml line 8: aurora stands here twice")]
#[case::one_address(":7002", ":7001", "consortium.toml line 10: aurora has this address too")]
#[case::bad_key("ed25519:", "rsa:", "consortium.toml line 6: a public key is written ed25519:")]
#[case::https(
    "127.0.0.1:7002",
    "https://x",
    "consortium.toml line 10: banks reach it by https, so its tls_key"
)]
#[case::no_name("Banco boreal", " ", "consortium.toml line 9: empty")]
fn mistakes_in_the_consortium(#[case] from: &str, #[case] to: &str, #[case] expect: &str) {
    let mut files = Files::new();
    assert!(files.consortium.contains(from));
    files.consortium = files.consortium.replacen(from, to, 1);
    let error = files.error();
    assert!(error.starts_with(expect), "{error}");
}

#[rstest]
#[case::second("version = 1", "version = 2\nsecond = 1", "consortium.toml line 2: unknown field `second`")]
#[case::second_is_first(
    "id = \"boreal\"",
    "id = \"boreal\"\nsecond_public_key = \"BOREAL\"",
    "consortium.toml line 9: boreal has this key already"
)]
#[case::anothers(
    "id = \"boreal\"",
    "id = \"boreal\"\nsecond_public_key = \"AURORA\"",
    "consortium.toml line 9: aurora has this key too"
)]
#[case::never(
    "id = \"boreal\"",
    "id = \"boreal\"\nleaving_since = 0",
    "consortium.toml line 9: the version in which boreal began to leave: from 1 to 1"
)]
#[case::to_come(
    "id = \"boreal\"",
    "id = \"boreal\"\nleaving_since = 2",
    "consortium.toml line 9: the version in which boreal began to leave"
)]
fn mistakes_in_what_changes(#[case] from: &str, #[case] to: &str, #[case] expect: &str) {
    let mut files = Files::new();
    let keys: Vec<String> = files
        .consortium
        .lines()
        .filter_map(|line| line.strip_prefix("public_key = \""))
        .map(|key| key.trim_end_matches('"').to_owned())
        .collect();
    let to = to.replace("AURORA", &keys[0]).replace("BOREAL", &keys[1]);
    assert!(files.consortium.contains(from));
    files.consortium = files.consortium.replacen(from, &to, 1);
    let error = files.error();
    assert!(error.starts_with(expect), "{error}");
}

/// What a running bank of version 3, in which boreal leaves since version 2, says to another file.
#[rstest]
#[case::as_before("", "", "")]
#[case::next("version = 3", "version = 4", "")]
#[case::skipped("version = 3", "version = 9", "")]
#[case::older("version = 3", "version = 2", "consortium.toml line 1: version 2 is older than version 3")]
#[case::changed_under_one_version(
    ":7002",
    ":7009",
    "consortium.toml line 1: this bank has another file of version 3: a changed file is version 4 or later"
)]
#[case::moved("version = 3;:7002", "version = 4;:7009", "")]
#[case::stays_after_all("version = 3;leaving_since = 2\n", "version = 4;", "")]
#[case::left_otherwise(
    "version = 3;leaving_since = 2",
    "version = 4;leaving_since = 4",
    "consortium.toml line 8: boreal has been leaving since version 2: write leaving_since = 2"
)]
#[case::leaves_in_the_past(
    "version = 3;id = \"aurora\"",
    "version = 4;id = \"aurora\"\nleaving_since = 3",
    "consortium.toml line 3: aurora was not leaving in version 3: write leaving_since = 4"
)]
#[case::leaves("version = 3;id = \"aurora\"", "version = 4;id = \"aurora\"\nleaving_since = 4", "")]
#[case::second_key("version = 3;OLD\"", "version = 4;OLD\"\nsecond_public_key = \"NEW\"", "")]
#[case::other_key(
    "version = 3;OLD",
    "version = 4;NEW",
    "consortium.toml line 8: boreal has neither of the keys that it had, ed25519:"
)]
fn versions_follow_each_other(#[case] from: &str, #[case] to: &str, #[case] expect: &str) {
    let mut files = Files::new();
    files.consortium = files.consortium.replacen("version = 1", "version = 3", 1).replacen(
        "id = \"boreal\"\n",
        "id = \"boreal\"\nleaving_since = 2\n",
        1,
    );
    let before = files.load(Overrides::default()).unwrap();
    let old = before.consortium.banks[1].keys.first.to_string();
    let new = PrivateKey::from_seed(&[8; 32]).unwrap().public_key().to_string();
    for (from, to) in from.split(';').zip(to.split(';')) {
        let [from, to] = [from, to].map(|text| text.replace("OLD", &old).replace("NEW", &new));
        assert!(files.consortium.contains(&from), "{from}");
        files.consortium = files.consortium.replacen(&from, &to, 1);
    }
    let after = files.load(Overrides::default()).unwrap();
    let said = after.consortium.follows(&before.consortium).err().map(|error| error.to_string());
    let said = said.unwrap_or_default().replace(&format!("{}/", files.directory.path().display()), "");
    assert!(
        said.starts_with(expect) && said.is_empty() == expect.is_empty() && !said.contains('\n'),
        "{said}"
    );
}

#[test]
fn another_banks_key_is_not_taken_for_ones_own() {
    let mut files = Files::new();
    files.bank = files.bank.replace("\"aurora.key\"", "\"other.key\"");
    let other = make_key(&files.directory.path().join("other.key")).unwrap();
    let error = files.error();
    assert!(
        error.starts_with("consortium.toml line 3: the public key of aurora is not that of other.key"),
        "{error}"
    );
    assert!(error.contains(&other.to_string()));
}

#[cfg(unix)]
#[test]
fn a_key_is_kept_from_others_and_never_written_over() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("a.key");
    let public = make_key(&file).unwrap();
    assert!(make_key(&file).unwrap_err().to_string().contains("never written over"));
    let mode = |bits| std::fs::set_permissions(&file, std::fs::Permissions::from_mode(bits)).unwrap();
    mode(0o644);
    assert!(read_key(&file).unwrap_err().to_string().contains("chmod 600"));
    mode(0o640);
    assert_eq!(read_key(&file).unwrap().public_key(), public);
}

#[rstest]
#[case("127.0.0.1:7001", Some("127.0.0.1:7001"))]
#[case("0.0.0.0", Some("0.0.0.0:7001"))]
#[case("[::]:80", Some("[::]:80"))]
#[case("localhost:0", Some("localhost:0"))]
#[case("127.0.0.1:1", Some("127.0.0.1:1"))]
#[case("http://127.0.0.1:7001", None)]
#[case(":0", None)]
#[case("", None)]
fn listen_addresses(#[case] text: &str, #[case] expect: Option<&str>) {
    let read = text.parse::<ListenAddress>().ok().map(|address| address.to_string());
    assert_eq!(read.as_deref(), expect);
}

#[test]
fn the_operators_socket_is_in_the_data_directory_unless_named() {
    let mut files = Files::new();
    let directory = files.directory.path().to_owned();
    assert_eq!(files.load(Overrides::default()).unwrap().admin_socket, directory.join("data/admin.sock"));
    let named = Overrides { admin_socket: Some("run/aurora.sock".into()), ..Overrides::default() };
    assert_eq!(files.load(named).unwrap().admin_socket, Path::new("run/aurora.sock"));
    files.bank.push_str("admin_socket = \"aurora.sock\"\n");
    assert_eq!(files.load(Overrides::default()).unwrap().admin_socket, directory.join("aurora.sock"));
    let file = directory.join("bank.toml");
    assert_eq!(load_admin_socket(&file, Overrides::default()).unwrap(), directory.join("aurora.sock"));
    // Only the socket is wanted: a key that this user may not read is no obstacle.
    std::fs::remove_file(directory.join("aurora.key")).unwrap();
    assert_eq!(load_admin_socket(&file, Overrides::default()).unwrap(), directory.join("aurora.sock"));
}

#[test]
fn a_path_too_long_for_a_socket_names_the_setting() {
    let mut files = Files::new();
    files.bank = files.bank.replace("data_dir = \"data\"", &format!("data_dir = \"{}\"", "d".repeat(107)));
    let error = files.error();
    assert!(error.contains("name a shorter path with admin_socket or BANK_ADMIN_SOCKET"), "{error}");
    let shorter = Overrides { admin_socket: Some("a.sock".into()), ..Overrides::default() };
    files.load(shorter).unwrap();
}
