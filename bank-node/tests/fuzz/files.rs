//! What operators write, and what stands in the files of a bank.

use std::cell::Cell;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use bank_node::audit::Subject;
use bank_node::backups::schedule::{moment_of, name_of};
use bank_node::config::address::ListenAddress;
use bank_node::config::{self, Overrides, consortium};
use bank_node::http::back_office::api::{Decide, LogLevel};
use bank_node::peers::keys::PrivateKey;
use bank_node::restore::restore;
use bank_node::telemetry::LogFilter;
use bank_node::tls::{TlsFiles, TlsIdentity};
use shared::ids::BankId;

use super::driver::Reader;
use super::readers::{body, by, text};

/// Readers of files in `directory`, each of a folder of its own.
pub fn files(directory: &Path, backup: Vec<u8>) -> Vec<Reader> {
    let made = |name: &str| {
        let folder = directory.join(name);
        fs::create_dir_all(&folder).expect("a folder");
        folder
    };
    let key = PrivateKey::from_seed(&[3; 32]).expect("a key").public_key();
    let banks = format!(
        "version = 1\n\n[[bank]]\nid = \"aurora\"\nname = \"Banco Aurora\"\naddress = \"http://127.0.0.1:7000\"\n\
         public_key = \"{key}\"\n\n[[bank]]\nid = \"boreal\"\nname = \"Banco Boreal\"\n\
         address = \"https://boreal.example\"\ninterbank_address = \"https://boreal.example:9000\"\n\
         public_key = \"{}\"\ntls_key = \"sha256:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\"\n",
        PrivateKey::from_seed(&[4; 32]).expect("a key").public_key()
    );
    let own = "id = \"aurora\"\nlisten = \"127.0.0.1:7000\"\nadmin_listen = \"127.0.0.1:7100\"\ndata_dir = \"data\"\n\
               key_file = \"key\"\nconsortium = \"consortium.toml\"\nexposure_cap = 1000\ndisk_reserve_mib = 64\n\
               connections_max = 100\n";

    let folder = made("bank");
    PrivateKey::make_file(&folder.join("key"), &[3; 32]).expect("a key");
    fs::write(folder.join("consortium.toml"), &banks).expect("a file");
    let bank_file = folder.join("bank.toml");
    let bank_toml = Reader {
        share: 200,
        ..by("bank.toml", &[own], move |bytes| {
            fs::write(&bank_file, bytes).map_err(|error| error.to_string())?;
            match config::load(&bank_file, Overrides::default()) {
                Ok(config) if config.id.as_str() != "aurora" => Err("whose bank?".to_owned()),
                Ok(_) => Ok(true),
                Err(fault) if fault.to_string().is_empty() => Err("refused without a word".to_owned()),
                Err(_) => Ok(false),
            }
        })
    };
    let file = made("consortium").join("consortium.toml");
    let consortium_toml = Reader {
        share: 200,
        ..by("consortium.toml", &[&banks], move |bytes| {
            fs::write(&file, bytes).map_err(|error| error.to_string())?;
            match consortium::load(&file, "consortium") {
                Ok(read) if read.banks.is_empty() => Err("a consortium of nobody".to_owned()),
                Ok(read) => read.follows(&read).map(|()| true).map_err(|fault| fault.to_string()),
                Err(fault) if fault.to_string().is_empty() => Err("refused without a word".to_owned()),
                Err(_) => Ok(false),
            }
        })
    };
    let folder = made("tls");
    let pair = bank_node::tls::make::make_pair("aurora", &["127.0.0.1".to_owned()]).expect("a certificate");
    let (certificate, private) = (folder.join("cert.pem"), folder.join("key.pem"));
    fs::write(&private, pair.key.as_bytes()).expect("a file");
    fs::set_permissions(&private, fs::Permissions::from_mode(0o600)).expect("a mode");
    let now_ms = bank_node::clock::Clock::start().wall_ms();
    let certificates = Reader {
        share: 100,
        ..by("certificate", &[&pair.certificate], move |bytes| {
            fs::write(&certificate, bytes).map_err(|error| error.to_string())?;
            let files = TlsFiles { certificate: certificate.clone(), key: private.clone() };
            Ok(TlsIdentity::load(files, now_ms).is_ok())
        })
    };
    let bank: BankId = "aurora".parse().expect("a bank");
    vec![
        bank_toml,
        consortium_toml,
        certificates,
        backup_file(made("restore"), bank.clone(), backup),
        by("name of a backup", &["aurora-20261120T120000Z.db", &name_of(&bank, now_ms)], move |bytes| {
            let Some(moment) = std::str::from_utf8(bytes).ok().and_then(|name| moment_of(&bank, name)) else {
                return Ok(false);
            };
            if name_of(&bank, moment).as_bytes() == bytes { Ok(true) } else { Err("two names".to_owned()) }
        }),
        text::<ListenAddress>("address to listen on", &["127.0.0.1:7000", "[::1]:0", "bank:80"]),
        by("log level", &["info", "warn,bank_node::peers=info"], |bytes| {
            Ok(std::str::from_utf8(bytes).is_ok_and(|text| text.parse::<LogFilter>().is_ok()))
        }),
        body::<Decide>("operator's decision", &[r#"{"attempt":"aurora.1.2","decision":"commit"}"#]),
        body::<LogLevel>("operator's log level", &[r#"{"filter":"info"}"#]),
    ]
}

/// A backup that is no backup leaves the place of the ledger empty; one that is taken has proved to be sound.
fn backup_file(folder: PathBuf, bank: BankId, backup: Vec<u8>) -> Reader {
    let count = Cell::new(0_u64);
    let read = move |bytes: &[u8]| {
        let place = folder.join(count.get().to_string());
        count.set(count.get() + 1);
        fs::create_dir_all(&place).map_err(|error| error.to_string())?;
        let file = place.join("backup.db");
        fs::write(&file, bytes).map_err(|error| error.to_string())?;
        let subject = Subject { bank: bank.clone(), data_dir: place.join("data") };
        let taken = restore(&subject, &file, now_of_tests()).is_ok();
        let there = subject.data_dir.join("ledger.db").exists();
        fs::remove_dir_all(&place).map_err(|error| error.to_string())?;
        match (taken, there) {
            (true, true) | (false, false) => Ok(taken),
            (true, false) => Err("taken, and there is no ledger".to_owned()),
            (false, true) => Err("refused, and there is a ledger".to_owned()),
        }
    };
    Reader { name: "backup", samples: vec![backup], read: Box::new(read), share: 20 }
}

fn now_of_tests() -> i64 {
    bank_node::clock::Clock::start().wall_ms()
}
