//! Certificates and keys that are taken, and each way in which they are not.

use std::os::unix::fs::PermissionsExt as _;

use rcgen::{CertificateParams, KeyPair, date_time_ymd};

use super::*;

/// 2026-01-01, in milliseconds since 1970.
const NOW_MS: i64 = 1_767_225_600_000;

struct Pair {
    directory: tempfile::TempDir,
}

impl Pair {
    fn new() -> (Self, KeyPin) {
        let pair = Self { directory: tempfile::tempdir().unwrap() };
        let pin = pair.write_another();
        (pair, pin)
    }

    fn write_another(&self) -> KeyPin {
        let made = make::make_pair("aurora", &["127.0.0.1".to_owned()]).unwrap();
        self.write("a.crt", &made.certificate);
        self.write("a.key", &made.key);
        made.pin
    }

    fn write(&self, name: &str, text: &str) {
        let file = self.directory.path().join(name);
        std::fs::write(&file, text).unwrap();
        std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).unwrap();
    }

    fn load(&self) -> Result<TlsIdentity, TlsFault> {
        let path = self.directory.path();
        TlsIdentity::load(TlsFiles { certificate: path.join("a.crt"), key: path.join("a.key") }, NOW_MS)
    }

    /// The one line that it is refused with, without the directory.
    fn error(&self) -> String {
        let error = self.load().expect_err("a mistake").to_string();
        assert!(!error.contains('\n'), "{error}");
        error.replace(&format!("{}/", self.directory.path().display()), "")
    }

    fn write_dated(&self, from: i32, until: i32) {
        let pair = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
        (params.not_before, params.not_after) = (date_time_ymd(from, 1, 1), date_time_ymd(until, 1, 1));
        self.write("a.crt", &params.self_signed(&pair).unwrap().pem());
        self.write("a.key", &pair.serialize_pem());
    }
}

#[test]
fn what_was_made_is_taken_and_has_the_pin_that_was_printed() {
    let (pair, pin) = Pair::new();
    assert_eq!(pair.load().unwrap().pin(), pin);
}

#[test]
fn a_certificate_outside_its_dates_is_refused() {
    let (pair, _) = Pair::new();
    pair.write_dated(2020, 2025);
    assert!(pair.error().starts_with("a.crt: the certificate has expired ("), "{}", pair.error());
    pair.write_dated(2030, 2035);
    assert!(pair.error().starts_with("a.crt: the certificate is not good before "), "{}", pair.error());
}

#[test]
fn a_key_of_another_certificate_one_that_all_may_read_and_what_is_no_pem_are_refused() {
    let (pair, _) = Pair::new();
    let other = make::make_pair("boreal", &["localhost".to_owned()]).unwrap();
    pair.write("a.key", &other.key);
    assert!(
        pair.error().starts_with("a.key: this key is not that of the certificate a.crt"),
        "{}",
        pair.error()
    );
    let key = pair.directory.path().join("a.key");
    std::fs::set_permissions(key, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(pair.error().contains("chmod 600"), "{}", pair.error());
    pair.write("a.key", "nothing");
    assert!(pair.error().starts_with("a.key: the key cannot be read"), "{}", pair.error());
    pair.write("a.crt", "nothing");
    assert!(pair.error().starts_with("a.crt: the certificate cannot be read"), "{}", pair.error());
    std::fs::remove_file(pair.directory.path().join("a.crt")).unwrap();
    assert!(pair.error().contains("No such file"), "{}", pair.error());
}

#[test]
fn a_reload_takes_what_is_good_and_keeps_what_was_where_it_is_not() {
    let (pair, first) = Pair::new();
    let identity = pair.load().unwrap();
    let second = pair.write_another();
    assert_ne!(first, second);
    assert_eq!(identity.pin(), first, "nothing changes by itself");
    let refused = identity.reload(NOW_MS, |_| Err(TlsFault::new("not this one")));
    assert_eq!((refused.unwrap_err().to_string().as_str(), identity.pin()), ("not this one", first));
    assert_eq!(identity.clone().reload(NOW_MS, |_| Ok(())), Ok(second));
    assert_eq!(identity.pin(), second, "a clone's reload is everyone's");
    pair.write("a.crt", "nothing");
    assert!(identity.reload(NOW_MS, |_| Ok(())).is_err());
    assert_eq!(identity.pin(), second);
}
