//! A node's configuration: bank.toml, what the environment and the command line put in its place, the consortium file
//! and the bank's key, read and proved before anything runs.
//!
//! Never here: a listener opened, a directory made. Every mistake is one line that names the file, the line where it is
//! known, and what to do.

pub mod address;

pub mod backups;

pub mod certificates;

pub mod consortium;

mod lines;

pub mod pace;

use std::path::{Path, PathBuf};

use serde::Deserialize;
use shared::ids::BankId;
use shared::limits::{BALANCE_MAX, EXPOSURE_CAP_DEFAULT};
use toml::Spanned;

use address::ListenAddress;
use backups::BackupPlan;
use consortium::{Consortium, ConsortiumBank};
use lines::Source;
use pace::Pace;

use crate::ids;
use crate::peers::keys::{KeyError, PrivateKey, PublicKey};
use crate::tls::TlsIdentity;

/// Where operators reach a bank whose file does not say.
const ADMIN_LISTEN_DEFAULT: &str = "127.0.0.1:7101";
/// The operators' socket, in the data directory of a bank whose file does not say.
const ADMIN_SOCKET_DEFAULT: &str = "admin.sock";
/// What fits into `sockaddr_un`, the zero at its end aside.
const SOCKET_PATH_BYTES_MAX: usize = 107;
/// What a bank keeps free for decisions: many times what all that it may have prepared takes.
const DISK_RESERVE_MIB_DEFAULT: i64 = 256;
const DISK_RESERVE_MIB_MAX: i64 = 1 << 40;
/// Connections that the customers' address takes at a time, in all and from one address.
const CONNECTIONS_MAX_DEFAULT: usize = 1_024;
const CONNECTIONS_PER_ADDRESS_MAX_DEFAULT: usize = 256;
const CONNECTIONS_MAX: i64 = 1_000_000;
const MIB: u64 = 1 << 20;

/// What is wrong with the configuration, in one line for the person who wrote it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(String);

impl ConfigError {
    /// An error about no file in particular.
    #[must_use]
    pub fn new(sentence: impl Into<String>) -> Self {
        // One line, whatever a library had to say.
        Self(sentence.into().split_whitespace().collect::<Vec<_>>().join(" "))
    }
}

/// Everything that a node must know before it runs.
#[derive(Clone, Debug)]
pub struct Config {
    /// The bank's id.
    pub id: BankId,
    /// For customers, and for banks unless `interbank_listen` is set.
    pub listen: ListenAddress,
    /// For banks alone.
    pub interbank_listen: Option<ListenAddress>,
    /// For operators.
    pub admin_listen: ListenAddress,
    /// The socket by which operators administer the bank.
    pub admin_socket: PathBuf,
    /// Where the ledger is.
    pub data_dir: PathBuf,
    /// Where that was named, for what is wrong with what is there.
    pub data_dir_place: String,
    /// What the bank signs with.
    pub key: PrivateKey,
    /// Every bank.
    pub consortium: Consortium,
    /// What the customers' address proves itself with; without, it speaks plain http.
    pub tls: Option<TlsIdentity>,
    /// The same for the banks' address, where they have one of their own.
    pub interbank_tls: Option<TlsIdentity>,
    /// What each other bank may owe this one, prepared credits included, in centavos.
    pub exposure_cap: i64,
    /// Free bytes on the ledger's disk below which no new packages are taken.
    pub disk_reserve_bytes: u64,
    /// Connections that the customers' address takes at a time; fewer where the process may not open so many files.
    pub connections_max: usize,
    /// Those of them from one address.
    pub connections_per_address_max: usize,
    /// The backups that it makes by itself while it runs.
    pub backups: Option<BackupPlan>,
    /// An operator's word that the bank may go on with new books though it has lost its old ones.
    pub accept_lost_books: bool,
    /// How slow others may be.
    pub pace: Pace,
    /// Where all this was read.
    pub origin: Origin,
}

/// Where a configuration was read, to be read again while the bank runs.
#[derive(Clone, Debug)]
pub struct Origin {
    /// bank.toml.
    pub file: PathBuf,
    /// What stood in place of its values.
    pub overrides: Overrides,
}

impl Config {
    /// The bank itself, as the consortium knows it.
    #[must_use]
    pub fn own(&self) -> &ConsortiumBank {
        self.consortium.bank(&self.id).expect("bug: a configuration whose bank is not in its consortium")
    }

    /// What other banks hold this one to when they connect; none where they come over plain http.
    #[must_use]
    pub const fn tls_for_banks(&self) -> Option<&TlsIdentity> {
        match &self.interbank_listen {
            Some(_) => self.interbank_tls.as_ref(),
            None => self.tls.as_ref(),
        }
    }
}

/// What stands in place of the file's values: from the environment or the command line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// `BANK_ID`.
    pub id: Option<String>,
    /// `BANK_LISTEN`.
    pub listen: Option<String>,
    /// `BANK_INTERBANK_LISTEN`.
    pub interbank_listen: Option<String>,
    /// `BANK_ADMIN_LISTEN`.
    pub admin_listen: Option<String>,
    /// `BANK_ADMIN_SOCKET`, relative to the current directory.
    pub admin_socket: Option<PathBuf>,
    /// `BANK_DATA_DIR`, relative to the current directory.
    pub data_dir: Option<PathBuf>,
    /// `BANK_KEY_FILE`, relative to the current directory.
    pub key_file: Option<PathBuf>,
    /// `BANK_CONSORTIUM`, relative to the current directory.
    pub consortium: Option<PathBuf>,
    /// `BANK_TLS_CERT`, relative to the current directory.
    pub tls_cert: Option<PathBuf>,
    /// `BANK_TLS_KEY`, relative to the current directory.
    pub tls_key: Option<PathBuf>,
    /// `BANK_INTERBANK_TLS_CERT`, relative to the current directory.
    pub interbank_tls_cert: Option<PathBuf>,
    /// `BANK_INTERBANK_TLS_KEY`, relative to the current directory.
    pub interbank_tls_key: Option<PathBuf>,
    /// `BANK_EXPOSURE_CAP`, centavos.
    pub exposure_cap: Option<String>,
    /// `BANK_DISK_RESERVE_MIB`.
    pub disk_reserve_mib: Option<String>,
    /// `BANK_CONNECTIONS_MAX`.
    pub connections_max: Option<String>,
    /// `BANK_CONNECTIONS_PER_ADDRESS_MAX`.
    pub connections_per_address_max: Option<String>,
    /// `BANK_BACKUP_DIR`, relative to the current directory.
    pub backup_dir: Option<PathBuf>,
    /// `BANK_BACKUP_EVERY_MINUTES`.
    pub backup_every_minutes: Option<String>,
    /// `BANK_BACKUP_KEEP`.
    pub backup_keep: Option<String>,
    /// `--accept-lost-books`: for one start, so neither file nor environment has it.
    pub accept_lost_books: bool,
}

/// bank.toml as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct BankFile {
    id: Option<Spanned<String>>,
    listen: Option<Spanned<String>>,
    interbank_listen: Option<Spanned<String>>,
    admin_listen: Option<Spanned<String>>,
    admin_socket: Option<Spanned<PathBuf>>,
    data_dir: Option<Spanned<PathBuf>>,
    key_file: Option<Spanned<PathBuf>>,
    consortium: Option<Spanned<PathBuf>>,
    tls_cert: Option<Spanned<PathBuf>>,
    tls_key: Option<Spanned<PathBuf>>,
    interbank_tls_cert: Option<Spanned<PathBuf>>,
    interbank_tls_key: Option<Spanned<PathBuf>>,
    exposure_cap: Option<Spanned<i64>>,
    disk_reserve_mib: Option<Spanned<i64>>,
    connections_max: Option<Spanned<i64>>,
    connections_per_address_max: Option<Spanned<i64>>,
    backup_dir: Option<Spanned<PathBuf>>,
    backup_every_minutes: Option<Spanned<i64>>,
    backup_keep: Option<Spanned<i64>>,
}

/// Reads and proves the configuration in `file`.
///
/// # Errors
/// The first mistake found.
pub fn load(file: &Path, overrides: Overrides) -> Result<Config, ConfigError> {
    let origin = Origin { file: file.to_owned(), overrides: overrides.clone() };
    let source = Source::read(file, "give the path of your bank.toml with --config")?;
    let written: BankFile = source.parse()?;

    let id = Value::pick(&source, "id", written.id, overrides.id)?;
    let own: BankId = id.text.parse().map_err(|error| id.wrong(error))?;
    let customers = Value::pick(&source, "listen", written.listen, overrides.listen)?;
    let listen = customers.listen()?;
    let banks =
        Value::find(&source, "interbank_listen", written.interbank_listen, overrides.interbank_listen);
    let interbank_listen = banks.as_ref().map(Value::listen).transpose()?;
    let operators = admin_value(&source, written.admin_listen, overrides.admin_listen);
    let admin_listen = operators.listen()?;
    own_addresses(&[Some(&customers), banks.as_ref(), Some(&operators)])?;
    let data_dir_place =
        place_of(&source, "data_dir", written.data_dir.as_ref(), overrides.data_dir.as_ref());
    let data_dir = path(&source, "data_dir", written.data_dir, overrides.data_dir)?;
    let admin_socket = socket_path(&source, written.admin_socket, overrides.admin_socket, &data_dir)?;
    let exposure_cap = WholeNumber::new("exposure_cap", "centavos", 0, BALANCE_MAX)
        .read(&source, written.exposure_cap, overrides.exposure_cap)?
        .unwrap_or(EXPOSURE_CAP_DEFAULT);
    let reserve = WholeNumber::new("disk_reserve_mib", "MiB", 0, DISK_RESERVE_MIB_MAX)
        .read(&source, written.disk_reserve_mib, overrides.disk_reserve_mib)?
        .unwrap_or(DISK_RESERVE_MIB_DEFAULT);
    let connections = |key, written, instead, fallback| {
        let number = WholeNumber::new(key, "connections", 1, CONNECTIONS_MAX);
        let count = number.read(&source, written, instead)?;
        Ok::<_, ConfigError>(count.and_then(|count| usize::try_from(count).ok()).unwrap_or(fallback))
    };
    let connections_max = connections(
        "connections_max",
        written.connections_max,
        overrides.connections_max,
        CONNECTIONS_MAX_DEFAULT,
    )?;
    let connections_per_address_max = connections(
        "connections_per_address_max",
        written.connections_per_address_max,
        overrides.connections_per_address_max,
        CONNECTIONS_PER_ADDRESS_MAX_DEFAULT,
    )?;
    let disk_reserve_bytes = reserve.unsigned_abs() * MIB;
    let backups = backups::Settings {
        dir: (written.backup_dir, overrides.backup_dir),
        every_minutes: (written.backup_every_minutes, overrides.backup_every_minutes),
        keep: (written.backup_keep, overrides.backup_keep),
    };
    let backups = backups.read(&source)?;

    let customers_tls = certificates::Pair {
        keys: ["tls_cert", "tls_key"],
        written: [written.tls_cert, written.tls_key],
        instead: [overrides.tls_cert, overrides.tls_key],
    };
    let banks_tls = certificates::Pair {
        keys: ["interbank_tls_cert", "interbank_tls_key"],
        written: [written.interbank_tls_cert, written.interbank_tls_key],
        instead: [overrides.interbank_tls_cert, overrides.interbank_tls_key],
    };
    let (customers_tls, banks_tls) = (customers_tls.read(&source)?, banks_tls.read(&source)?);

    let key_place = place_of(&source, "key_file", written.key_file.as_ref(), overrides.key_file.as_ref());
    let key_file = path(&source, "key_file", written.key_file, overrides.key_file)?;
    let key = read_key(&key_file).map_err(|error| ConfigError::new(format!("{key_place}: {error}")))?;
    let named = place_of(&source, "consortium", written.consortium.as_ref(), overrides.consortium.as_ref());
    let consortium =
        consortium::load(&path(&source, "consortium", written.consortium, overrides.consortium)?, &named)?;
    let Some(bank) = consortium.bank(&own) else {
        return Err(id.wrong(format!(
            "{own} is not among the banks of {}: add a [[bank]] with this id there, or correct the id",
            consortium.file.display()
        )));
    };
    if !bank.keys.has(key.public_key()) {
        return Err(ConfigError::new(format!(
            "{} line {}: the public key of {own} is not that of {}, which is {}: put that one there, or name the right \
             key_file ({key_place})",
            consortium.file.display(),
            bank.line,
            key_file.display(),
            key.public_key()
        )));
    }
    let tls = certificates::read(&source, bank, interbank_listen.is_some(), customers_tls, banks_tls)?;
    Ok(Config {
        id: own,
        listen,
        interbank_listen,
        admin_listen,
        admin_socket,
        data_dir,
        data_dir_place,
        key,
        consortium,
        tls: tls.customers,
        interbank_tls: tls.banks,
        exposure_cap,
        disk_reserve_bytes,
        connections_max,
        connections_per_address_max,
        backups,
        accept_lost_books: overrides.accept_lost_books,
        pace: Pace::default(),
        origin,
    })
}

/// Where the socket is by which operators administer the bank of `file`. Nothing else of the file is proved: whoever
/// administers a bank need not be able to read its key.
///
/// # Errors
/// When the file cannot be read, or does not say where the socket is.
pub fn load_admin_socket(file: &Path, overrides: Overrides) -> Result<PathBuf, ConfigError> {
    let source = Source::read(file, "give the path of your bank.toml with --config")?;
    let written: BankFile = source.parse()?;
    // Where the socket is named, it does not matter where the ledger is.
    let named = written.admin_socket.is_some() || overrides.admin_socket.is_some();
    let data_dir = path(&source, "data_dir", written.data_dir, overrides.data_dir);
    let data_dir = if named { data_dir.unwrap_or_default() } else { data_dir? };
    socket_path(&source, written.admin_socket, overrides.admin_socket, &data_dir)
}

/// Where operators reach the bank of `file`. Nothing else of the file is proved: whoever looks whether a bank is well need
/// not be able to read its key.
///
/// # Errors
/// When the file cannot be read, or its `admin_listen` is no address.
pub fn load_admin_listen(file: &Path, overrides: Overrides) -> Result<ListenAddress, ConfigError> {
    let source = Source::read(file, "give the path of your bank.toml with --config")?;
    let written: BankFile = source.parse()?;
    admin_value(&source, written.admin_listen, overrides.admin_listen).listen()
}

fn admin_value(source: &Source, written: Option<Spanned<String>>, instead: Option<String>) -> Value {
    Value::find(source, "admin_listen", written, instead)
        .unwrap_or_else(|| Value::fallback("admin_listen", ADMIN_LISTEN_DEFAULT))
}

/// No two of the addresses to listen on are the same, unless the system chooses their ports.
fn own_addresses(values: &[Option<&Value>]) -> Result<(), ConfigError> {
    let mut known: Vec<(String, &Value)> = Vec::new();
    for value in values.iter().flatten() {
        let address = value.listen()?.authority();
        if let Some((_, other)) =
            known.iter().find(|(known, _)| *known == address && !address.ends_with(":0"))
        {
            return Err(value.wrong(format!("{address} stands at {} too: choose another port", other.place)));
        }
        known.push((address, value));
    }
    Ok(())
}

/// The operators' socket: named, or in the data directory.
fn socket_path(
    source: &Source,
    written: Option<Spanned<PathBuf>>,
    instead: Option<PathBuf>,
    data_dir: &Path,
) -> Result<PathBuf, ConfigError> {
    let named = written.is_some() || instead.is_some();
    let found = if named {
        path(source, "admin_socket", written, instead)?
    } else {
        data_dir.join(ADMIN_SOCKET_DEFAULT)
    };
    let bytes = found.as_os_str().len();
    if bytes > SOCKET_PATH_BYTES_MAX {
        return Err(ConfigError::new(format!(
            "{}: the operators' socket would be {}, {bytes} bytes long, and the system takes {SOCKET_PATH_BYTES_MAX}: \
             name a shorter path with admin_socket or {}",
            source.name(),
            found.display(),
            override_place("admin_socket")
        )));
    }
    Ok(found)
}

/// A setting as text, with where it came from.
struct Value {
    text: String,
    place: String,
}

impl Value {
    /// A setting that must be there.
    fn pick(
        source: &Source,
        key: &str,
        written: Option<Spanned<String>>,
        instead: Option<String>,
    ) -> Result<Self, ConfigError> {
        Self::find(source, key, written, instead).ok_or_else(|| missing(source, key))
    }

    /// A setting that may be there.
    fn find(
        source: &Source,
        key: &str,
        written: Option<Spanned<String>>,
        instead: Option<String>,
    ) -> Option<Self> {
        if let Some(text) = instead.filter(|text| !text.is_empty()) {
            return Some(Self { text, place: override_place(key) });
        }
        let written = written?;
        let place = format!("{}, {key}", source.line_of(&written.span()));
        Some(Self { text: written.into_inner(), place })
    }

    fn fallback(key: &str, text: &str) -> Self {
        Self { text: text.to_owned(), place: key.to_owned() }
    }

    fn wrong(&self, why: impl std::fmt::Display) -> ConfigError {
        ConfigError::new(format!("{}: {why}", self.place))
    }

    fn listen(&self) -> Result<ListenAddress, ConfigError> {
        self.text.parse().map_err(|error| self.wrong(error))
    }
}

fn override_place(key: &str) -> String {
    format!("BANK_{} or --{}", key.to_uppercase(), key.replace('_', "-"))
}

fn missing(source: &Source, key: &str) -> ConfigError {
    ConfigError::new(format!(
        "{}: {key} is missing: write it there, or set {}",
        source.name(),
        override_place(key)
    ))
}

/// Where a path was named, for what is wrong with the file that it leads to.
fn place_of(
    source: &Source,
    key: &str,
    written: Option<&Spanned<PathBuf>>,
    instead: Option<&PathBuf>,
) -> String {
    match (instead.filter(|path| !path.as_os_str().is_empty()), written) {
        (None, Some(written)) => format!("{}, {key}", source.line_of(&written.span())),
        (Some(_), _) | (None, None) => override_place(key),
    }
}

/// A path; relative to the file when the file says it.
fn path(
    source: &Source,
    key: &str,
    written: Option<Spanned<PathBuf>>,
    instead: Option<PathBuf>,
) -> Result<PathBuf, ConfigError> {
    if let Some(path) = instead.filter(|path| !path.as_os_str().is_empty()) {
        return Ok(path);
    }
    let written = written.ok_or_else(|| missing(source, key))?;
    Ok(source.beside(written.as_ref()))
}

/// A setting that is a number from `min` to `max`.
struct WholeNumber {
    key: &'static str,
    unit: &'static str,
    min: i64,
    max: i64,
}

impl WholeNumber {
    const fn new(key: &'static str, unit: &'static str, min: i64, max: i64) -> Self {
        Self { key, unit, min, max }
    }

    fn read(
        &self,
        source: &Source,
        written: Option<Spanned<i64>>,
        instead: Option<String>,
    ) -> Result<Option<i64>, ConfigError> {
        let (number, place) = match (instead.filter(|text| !text.is_empty()), written) {
            (Some(text), _) => (text.parse().ok(), override_place(self.key)),
            (None, Some(number)) => {
                let place = format!("{}, {}", source.line_of(&number.span()), self.key);
                (Some(number.into_inner()), place)
            }
            (None, None) => return Ok(None),
        };
        let in_range = number.filter(|number| (self.min..=self.max).contains(number));
        in_range.map(Some).ok_or_else(|| {
            let Self { unit, min, max, .. } = self;
            ConfigError::new(format!("{place}: a whole number of {unit} from {min} to {max}"))
        })
    }
}

/// Reads the bank's key, which nobody but its owner (and their group) may read or change.
fn read_key(file: &Path) -> Result<PrivateKey, ConfigError> {
    let name = file.display();
    #[cfg(unix)]
    if let Ok(metadata) = std::fs::metadata(file) {
        use std::os::unix::fs::PermissionsExt as _;
        if metadata.permissions().mode() & 0o007 != 0 {
            return Err(ConfigError::new(format!(
                "{name}: everyone on this machine may read or change this key: run `chmod 600 {name}`"
            )));
        }
    }
    PrivateKey::read_file(file).map_err(|error| {
        let remedy = match &error {
            KeyError::Read { cause, .. } if cause.kind() == std::io::ErrorKind::NotFound => {
                format!(": make a key with `bank-node keygen {name}`")
            }
            KeyError::Public | KeyError::Private => format!(", and {name} holds neither"),
            KeyError::Read { .. } | KeyError::Make { .. } => String::new(),
        };
        ConfigError::new(format!("{error}{remedy}"))
    })
}

/// Writes a new key to `file`, which must not be there yet, and gives its public half.
///
/// # Errors
/// When the file is there, or cannot be written.
pub fn make_key(file: &Path) -> Result<PublicKey, ConfigError> {
    let seed = zeroize::Zeroizing::new(ids::bytes::<32>());
    let made = PrivateKey::make_file(file, &seed);
    made.map(|key| key.public_key()).map_err(|error| {
        let remedy = match &error {
            KeyError::Make { cause, .. } if cause.kind() == std::io::ErrorKind::AlreadyExists => {
                ": a key is never written over; choose another name"
            }
            KeyError::Make { .. } | KeyError::Read { .. } | KeyError::Public | KeyError::Private => "",
        };
        ConfigError::new(format!("{error}{remedy}"))
    })
}

#[cfg(test)]
mod tests;
