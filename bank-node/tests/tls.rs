//! Real processes that speak TLS: a consortium as `init` makes it, pinned keys, versions, certificates read again.

#![allow(clippy::disallowed_methods, reason = "tests of real processes measure real time")]

mod real;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use real::{BankProcess, Consortium, PATIENCE, Person, fresh_package, order, program};
use rustls::client::danger::ServerCertVerifier;
use rustls::{ClientConfig, SupportedProtocolVersion, version};
use shared::address::BankAddress;
use shared::api::paths::{BANK, INTERBANK_READS};
use shared::client::{BankClient, ClientError, Deadlines, KeyNotTaken, KnownKeys, OrderOutcome, Trust};
use shared::ids::BankId;
use shared::key_pin::KeyPin;
use shared::tls::{KeyRefused, KeyRule, KeyVerifier, Shown};

/// What banks are known by, in memory.
#[derive(Debug, Default)]
struct Memory(Mutex<BTreeMap<BankAddress, KeyPin>>);

impl KnownKeys for Memory {
    fn known(&self, address: &BankAddress) -> Result<Option<KeyPin>, KeyNotTaken> {
        Ok(self.0.lock().unwrap().get(address).copied())
    }

    fn bank(&self, _address: &BankAddress) -> Option<BankId> {
        None
    }

    fn introduce(&self, _address: &BankAddress, _bank: &BankId) -> Result<(), KeyNotTaken> {
        Ok(())
    }

    fn keep(&self, address: &BankAddress, key: KeyPin, _vouched: bool) -> Result<(), KeyNotTaken> {
        self.0.lock().unwrap().insert(address.clone(), key);
        Ok(())
    }
}

fn client(bank: &BankProcess, memory: &Arc<Memory>) -> BankClient {
    let keys: Arc<dyn KnownKeys> = memory.clone();
    let trust = Trust { keys: Some(keys), passwords_in_clear: false };
    BankClient::with_trust(bank.address.parse().unwrap(), Deadlines::default(), trust).unwrap()
}

/// Takes any key: these clients look at something else.
#[derive(Debug)]
struct Anyone;

impl KeyRule for Anyone {
    fn judge(&self, _key: KeyPin, _shown: &Shown<'_>) -> Result<(), KeyRefused> {
        Ok(())
    }
}

/// A client that speaks this version of TLS alone.
fn speaking(version: &'static SupportedProtocolVersion) -> reqwest::Client {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let anyone: Arc<dyn ServerCertVerifier> = Arc::new(KeyVerifier::new(Anyone, provider.clone()));
    let config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[version])
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(anyone)
        .with_no_client_auth();
    reqwest::Client::builder().tls_backend_preconfigured(config).build().unwrap()
}

/// The `tls_key` of each bank in the consortium file, in order.
fn tls_keys(consortium: &Consortium) -> Vec<String> {
    let text = fs::read_to_string(consortium.directory().join("made/aurora/consortium.toml")).unwrap();
    let keys = text.lines().filter_map(|line| line.strip_prefix("tls_key = \"")?.strip_suffix('"'));
    keys.map(str::to_owned).collect()
}

/// Waits until the bank's log has this.
async fn logs(bank: &BankProcess, what: &str) {
    let began = Instant::now();
    while !bank.log().contains(what) {
        assert!(began.elapsed() < PATIENCE, "no {what:?} in the log:\n{}", bank.log());
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}

async fn people(consortium: &Consortium, memory: &Arc<Memory>) -> Vec<Person> {
    let mut people = Vec::new();
    for (index, bank) in (0u32..).zip(&consortium.banks) {
        let person = Person::join(client(bank, memory), 420_000_000 + index * 7_919, "Ana Souza").await;
        person.pay_in(100_000).await;
        people.push(person);
    }
    people
}

/// From one bank to both others, all or nothing.
async fn order_over_three(people: &[Person]) -> Result<OrderOutcome, ClientError> {
    let leg = |to: usize| (Some(&people[0].account), Some(&people[to].account), 1_000);
    let legs = order(vec![leg(1), leg(2)]);
    people[0].bank.order_package(&people[0].session.token, fresh_package(), &legs).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_init_made_serves_and_a_package_runs_over_three_banks() {
    let mut consortium = Consortium::init();
    for bank in &mut consortium.banks {
        bank.start();
    }
    consortium.ready().await;
    let memory = Arc::new(Memory::default());
    let people = people(&consortium, &memory).await;
    let outcome = order_over_three(&people).await.unwrap();
    assert!(matches!(outcome, OrderOutcome::Committed(_)), "{outcome:?}");
    // Each bank proved itself by the key that stands in the file.
    let keys = tls_keys(&consortium);
    let seen: Vec<String> = memory.0.lock().unwrap().values().map(ToString::to_string).collect();
    assert_eq!(seen.len(), 3);
    assert!(seen.iter().all(|key| keys.contains(key)), "{seen:?} {keys:?}");
    for (bank, key) in consortium.banks.iter().zip(&keys) {
        logs(bank, "INFO every other bank answers").await;
        let log = bank.log();
        let opened = log.lines().find(|line| line.contains("the bank is open")).unwrap();
        for said in [bank.id, &bank.address, &bank.admin, key, "consortium_version=1"] {
            assert!(opened.contains(said), "no {said} in {opened}");
        }
    }
    let audit = consortium.audit();
    assert!(audit.status.success(), "{}", String::from_utf8_lossy(&audit.stdout));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bank_with_another_key_than_its_pin_is_refused_and_named() {
    let mut consortium = Consortium::init();
    let keys = tls_keys(&consortium);
    // Aurora's file names another key for boreal; boreal itself has its own.
    let file = consortium.directory().join("made/aurora/consortium.toml");
    let wrong = KeyPin::of_public_key_info(b"another").to_string();
    fs::write(&file, fs::read_to_string(&file).unwrap().replace(&keys[1], &wrong)).unwrap();
    for bank in &mut consortium.banks {
        bank.start();
    }
    consortium.ready().await;
    let [aurora, boreal, _] = &consortium.banks[..] else { panic!("three banks") };
    logs(aurora, "a bank shows another TLS key than the consortium file says").await;
    let log = aurora.log();
    let told = log.lines().find(|line| line.contains("another TLS key")).unwrap();
    for said in ["WARN", "bank=boreal", &boreal.address, &keys[1], "correct its tls_key"] {
        assert!(told.contains(said), "no {said} in {told}");
    }
    logs(aurora, "not every other bank answers").await;
    let log = aurora.log();
    let round = log.lines().find(|line| line.contains("not every other bank")).unwrap();
    assert!(round.contains("answer=\"cerrado\"") && round.contains("silent=\"boreal\""), "{round}");
    let memory = Arc::new(Memory::default());
    let people = people(&consortium, &memory).await;
    let outcome = order_over_three(&people).await;
    assert!(!matches!(outcome, Ok(OrderOutcome::Committed(_))), "{outcome:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_of_1_2_is_for_customers_alone() {
    let mut consortium = Consortium::init();
    let bank = &mut consortium.banks[0];
    bank.start();
    bank.ready().await;
    let ask = |client: reqwest::Client| {
        let (customers, banks) =
            (format!("{}{BANK}", bank.address), format!("{}{INTERBANK_READS}", bank.address));
        async move {
            let customers = client.get(customers).send().await.unwrap().status().as_u16();
            let banks = client.post(banks).body("{}").send().await.unwrap();
            (customers, banks.status().as_u16(), banks.text().await.unwrap())
        }
    };
    let (customers, banks, why) = ask(speaking(&version::TLS12)).await;
    assert_eq!((customers, banks), (200, 401));
    assert!(why.contains("banks speak TLS 1.3"), "{why}");
    let (customers, banks, why) = ask(speaking(&version::TLS13)).await;
    assert_eq!((customers, banks), (200, 401));
    assert!(!why.contains("TLS"), "it gets as far as the signature: {why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_for_banks_alone_speaks_1_3_alone() {
    let mut consortium = Consortium::init();
    let port = real::free_ports::<1>()[0];
    let bank = &mut consortium.banks[0];
    let keys_before = fs::read_to_string(bank.config.with_file_name("consortium.toml")).unwrap();
    let own = format!("address = \"{}\"\n", bank.address);
    let both = format!("{own}interbank_address = \"https://127.0.0.1:{port}\"\n");
    fs::write(bank.config.with_file_name("consortium.toml"), keys_before.replace(&own, &both)).unwrap();
    bank.start_with(&["--interbank-listen", &format!("127.0.0.1:{port}")]);
    bank.ready().await;
    let banks = format!("https://127.0.0.1:{port}{INTERBANK_READS}");
    let answer = speaking(&version::TLS13).post(&banks).body("{}").send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 401, "nothing proves who asks");
    let error = speaking(&version::TLS12).post(&banks).body("{}").send().await.unwrap_err();
    assert!(error.is_connect(), "{error:?}");
}

/// Writes a new pair into the bank's folder, under the names that its bank.toml has, and gives its pin.
fn replace_pair(bank: &BankProcess, name: &str) -> String {
    let folder = bank.config.parent().unwrap();
    let made = program().arg("keygen").arg(folder.join(format!("{name}.key"))).output().unwrap();
    assert!(made.status.success(), "{made:?}");
    for ending in ["tls.key", "tls.crt"] {
        fs::rename(folder.join(format!("{name}.{ending}")), folder.join(format!("bank.{ending}"))).unwrap();
    }
    let said = String::from_utf8(made.stdout).unwrap();
    let pin = said.lines().find_map(|line| line.strip_prefix("tls_key = \"")?.strip_suffix('"'));
    pin.unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_are_read_again_on_sighup_while_connections_stay_open() {
    let mut consortium = Consortium::init();
    let port = real::free_ports::<1>()[0];
    let bank = &mut consortium.banks[0];
    // Banks have an address of their own, so that the customers' key is free to change.
    let file = bank.config.with_file_name("consortium.toml");
    let own = format!("address = \"{}\"\n", bank.address);
    let both = format!("{own}interbank_address = \"http://127.0.0.1:{port}\"\n");
    fs::write(&file, fs::read_to_string(&file).unwrap().replace(&own, &both)).unwrap();
    bank.start_with(&["--interbank-listen", &format!("127.0.0.1:{port}")]);
    bank.ready().await;
    let bank = &consortium.banks[0];

    let memory = Arc::new(Memory::default());
    let open = client(bank, &memory);
    open.bank().await.unwrap();
    let address: BankAddress = bank.address.parse().unwrap();
    let first = memory.known(&address).unwrap().unwrap();

    // A bad one is refused, and the old one goes on.
    let certificate = bank.config.with_file_name("bank.tls.crt");
    let good = fs::read(&certificate).unwrap();
    fs::write(&certificate, "nothing").unwrap();
    bank.signal("HUP");
    logs(bank, "is not taken: the old one stays").await;
    client(bank, &memory).bank().await.unwrap();
    fs::write(&certificate, good).unwrap();

    let second = replace_pair(bank, "second");
    bank.signal("HUP");
    logs(bank, &format!("tls_key={second}")).await;
    // The connection that was open goes on; a new one is shown the new key.
    open.bank().await.unwrap();
    let error = client(bank, &memory).bank().await.unwrap_err();
    assert!(
        matches!(&error, ClientError::KeyChanged { known, shown } if *known == first && shown.to_string() == second),
        "{error:?}"
    );
    assert!(!error.leaves_outcome_open(), "nothing was sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_other_banks_would_refuse_is_not_taken() {
    let mut consortium = Consortium::init();
    let bank = &mut consortium.banks[0];
    bank.start();
    bank.ready().await;
    let first = tls_keys(&consortium)[0].clone();
    let bank = &mut consortium.banks[0];
    let second = replace_pair(bank, "second");
    bank.signal("HUP");
    logs(bank, "is not taken: the old one stays").await;
    assert!(bank.log().contains(&format!("this certificate's is \"{second}\"")), "{}", bank.log());
    let memory = Arc::new(Memory::default());
    client(bank, &memory).bank().await.unwrap();
    assert_eq!(memory.known(&bank.address.parse().unwrap()).unwrap().unwrap().to_string(), first);
    // Nor does it start with it.
    bank.signal("TERM");
    assert_eq!(bank.wait(), Some(0));
    let refused = program().args(["serve", "--config"]).arg(&bank.config).output().unwrap();
    let why = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(2), "{why}");
    assert!(why.contains("bank.tls.crt: the consortium file names another tls_key for aurora"), "{why}");
}

fn refused(directory: &Path, config: &Path) -> String {
    let output =
        Command::new(env!("CARGO_BIN_EXE_bank-node")).args(["serve", "--config"]).arg(config).output();
    let output = output.unwrap();
    let why = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{why}");
    assert_eq!(why.lines().count(), 1, "{why}");
    why.replace(&format!("{}/", directory.display()), "")
}

#[test]
fn settings_that_contradict_each_other_end_with_2_and_the_line_to_mend() {
    let consortium = Consortium::init();
    let config = &consortium.banks[0].config;
    let folder = config.parent().unwrap();
    let sound = fs::read_to_string(config).unwrap();
    let banks = folder.join("consortium.toml");
    let sound_banks = fs::read_to_string(&banks).unwrap();
    let with = |from: &str, to: &str| {
        assert!(sound.contains(from), "{from} in {sound}");
        fs::write(config, sound.replace(from, to)).unwrap();
        let why = refused(folder, config);
        fs::write(config, &sound).unwrap();
        why
    };
    let why = with("tls_key = \"bank.tls.key\"\n", "");
    assert!(why.contains("bank.toml line 7, tls_cert is given without tls_key: give both"), "{why}");
    let why = with("bank.tls.key", "none.key");
    assert!(why.contains("none.key: the key cannot be read"), "{why}");
    let why = with("tls_cert = \"bank.tls.crt\"\ntls_key = \"bank.tls.key\"\n", "");
    assert!(why.contains("bank.toml: the consortium file says that banks reach aurora at https://"), "{why}");

    let with_banks = |from: &str, to: &str| {
        assert!(sound_banks.contains(from), "{from} in {sound_banks}");
        fs::write(&banks, sound_banks.replacen(from, to, 1)).unwrap();
        refused(folder, config)
    };
    let why = with_banks("https://", "http://");
    assert!(
        why.contains("bank.toml line 7, tls_cert: the consortium file says that aurora is at http://"),
        "{why}"
    );
    let why = with_banks("tls_key = \"sha256:", "# tls_key = \"sha256:");
    assert!(
        why.contains("consortium.toml line 7: banks reach it by https, so its tls_key has to be here"),
        "{why}"
    );
    let why = with_banks("tls_key = \"sha256:", "tls_key = \"sha:");
    assert!(why.contains("consortium.toml line 9: the fingerprint of a TLS key is written sha256:"), "{why}");
}

/// Gives every bank this file, and waits until it lives by it.
async fn take_everywhere(consortium: &Consortium, file: &str, version: u64) {
    for bank in &consortium.banks {
        fs::write(bank.config.with_file_name("consortium.toml"), file).unwrap();
        bank.signal("HUP");
        logs(bank, &format!("the consortium file is version {version}")).await;
    }
}

/// The three steps of docs/operating.md, while the banks run: no bank that still has the old key in mind is cut off, nor one
/// that connects anew, and in the end the old key is worth nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_tls_key_changes_by_way_of_two_that_are_good() {
    let mut consortium = Consortium::init();
    for bank in &mut consortium.banks {
        bank.start();
    }
    consortium.ready().await;
    let memory = Arc::new(Memory::default());
    let people = people(&consortium, &memory).await;
    // Its customers know cerrado, whose key stays; aurora's and boreal's banks take part.
    let commits = async |when: &str| {
        let leg = |to: usize| (Some(&people[2].account), Some(&people[to].account), 1_000);
        let (payer, legs) = (&people[2], order(vec![leg(0), leg(1)]));
        let outcome = payer.bank.order_package(&payer.session.token, fresh_package(), &legs).await;
        assert!(matches!(outcome, Ok(OrderOutcome::Committed(_))), "{when}: {outcome:?}");
    };
    commits("before").await;
    let folder = consortium.banks[0].config.parent().unwrap().to_owned();
    let first = tls_keys(&consortium)[0].clone();
    let sound = fs::read_to_string(folder.join("consortium.toml")).unwrap();
    for ending in ["tls.key", "tls.crt"] {
        fs::copy(folder.join(format!("bank.{ending}")), folder.join(format!("old.{ending}"))).unwrap();
    }
    let second = replace_pair(&consortium.banks[0], "second");

    let line = format!("tls_key = \"{first}\"\n");
    assert!(sound.contains(&line) && sound.contains("version = 1"));
    let both = sound
        .replace("version = 1", "version = 2")
        .replace(&line, &format!("{line}second_tls_key = \"{second}\"\n"));
    take_everywhere(&consortium, &both, 2).await;
    // The same SIGHUP has the new pair read, since the file names it now.
    logs(&consortium.banks[0], &format!("tls_key={second}")).await;
    commits("with both keys").await;
    // One that begins now meets the new key, and knows it.
    consortium.banks[1].signal("TERM");
    assert_eq!(consortium.banks[1].wait(), Some(0));
    consortium.banks[1].start();
    consortium.ready().await;
    commits("after a start").await;

    let alone = both
        .replace("version = 2", "version = 3")
        .replace(&format!("{line}second_tls_key = \"{second}\"\n"), &format!("tls_key = \"{second}\"\n"));
    take_everywhere(&consortium, &alone, 3).await;
    commits("with the new key alone").await;
    // The old one is no key of this bank any more.
    for ending in ["tls.key", "tls.crt"] {
        fs::copy(folder.join(format!("old.{ending}")), folder.join(format!("bank.{ending}"))).unwrap();
    }
    let aurora = &consortium.banks[0];
    aurora.signal("HUP");
    logs(aurora, "is not taken: the old one stays").await;
    commits("after the old key was put back").await;
    for bank in &consortium.banks {
        assert!(!bank.log().contains("a bank shows another TLS key"), "{}", bank.log());
    }
}
