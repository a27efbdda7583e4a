//! The consortium file: the same at every bank, it says who the banks are, where they are, and by which keys they sign.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use shared::address::{BankAddress, Scheme};
use shared::ids::BankId;
use shared::key_pin::KeyPin;
use shared::text::Name;
use toml::Spanned;

use super::ConfigError;
use super::lines::Source;
use crate::peers::keys::PublicKey;

/// Every bank of the consortium.
#[derive(Clone, Debug)]
pub struct Consortium {
    /// Where this was read.
    pub file: PathBuf,
    /// One higher at each change of the file.
    pub version: u64,
    /// In order of the file.
    pub banks: Vec<ConsortiumBank>,
}

/// A bank, as all others know it.
#[derive(Clone, Debug)]
pub struct ConsortiumBank {
    /// Its id.
    pub id: BankId,
    /// Its name for people.
    pub name: Name,
    /// Where customers reach it.
    pub address: BankAddress,
    /// Where banks reach it.
    pub interbank_address: BankAddress,
    /// What it signs with.
    pub public_key: PublicKey,
    /// The TLS keys that it may show to banks, by their fingerprints; at least one where banks reach it by https.
    pub tls_keys: BTreeSet<KeyPin>,
}

impl Consortium {
    /// A bank by its id.
    #[must_use]
    pub fn bank(&self, id: &BankId) -> Option<&ConsortiumBank> {
        self.banks.iter().find(|bank| bank.id == *id)
    }

    /// Every bank but `own`.
    pub fn others<'a>(&'a self, own: &'a BankId) -> impl Iterator<Item = &'a ConsortiumBank> {
        self.banks.iter().filter(move |bank| bank.id != *own)
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ConsortiumFile {
    version: Spanned<i64>,
    #[serde(default)]
    bank: Vec<BankTable>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct BankTable {
    id: Spanned<String>,
    name: Spanned<String>,
    address: Spanned<String>,
    interbank_address: Option<Spanned<String>>,
    public_key: Spanned<String>,
    tls_key: Option<Spanned<String>>,
}

/// Reads and proves the consortium in `file`.
///
/// # Errors
/// The first mistake found.
pub fn load(file: &Path) -> Result<Consortium, ConfigError> {
    let source = Source::read(file, "name the consortium's file as `consortium` in bank.toml")?;
    let written: ConsortiumFile = source.parse()?;
    let version = u64::try_from(*written.version.as_ref()).ok().filter(|version| *version >= 1);
    let version = version.ok_or_else(|| wrong(&source, &written.version, "a version is 1 or more"))?;
    if written.bank.is_empty() {
        return Err(ConfigError::new(format!("{}: no [[bank]] in it: add each bank", source.name())));
    }
    let mut banks: Vec<ConsortiumBank> = Vec::new();
    for table in written.bank {
        banks.push(read_bank(&source, &table, &banks)?);
    }
    Ok(Consortium { file: file.to_owned(), version, banks })
}

/// One bank; no id, address or key stands twice.
fn read_bank(
    source: &Source,
    table: &BankTable,
    before: &[ConsortiumBank],
) -> Result<ConsortiumBank, ConfigError> {
    let id: BankId = read(source, &table.id)?;
    if before.iter().any(|bank| bank.id == id) {
        return Err(wrong(
            source,
            &table.id,
            format!("{id} stands here twice: each bank has an id of its own"),
        ));
    }
    let name = Name::new(table.name.as_ref()).map_err(|error| wrong(source, &table.name, error))?;
    let address = read_address(source, &table.address)?;
    if let Some(other) = before.iter().find(|bank| bank.address == address) {
        return Err(wrong(source, &table.address, format!("{} has this address too", other.id)));
    }
    let written = table.interbank_address.as_ref().unwrap_or(&table.address);
    let interbank_address = read_address(source, written)?;
    let tls_keys = read_tls_keys(source, table, before)?;
    if interbank_address.scheme() == Scheme::Https && tls_keys.is_empty() {
        let why = "banks reach it by https, so its tls_key has to be here, as `bank-node keygen` printed it";
        return Err(wrong(source, written, why));
    }
    if let Some(other) = before.iter().find(|bank| bank.interbank_address == interbank_address) {
        return Err(wrong(source, written, format!("{} has this address too", other.id)));
    }
    let public_key: PublicKey = read(source, &table.public_key)?;
    // Two banks with one key could speak for each other.
    if let Some(other) = before.iter().find(|bank| bank.public_key == public_key) {
        return Err(wrong(source, &table.public_key, format!("{} has this key too", other.id)));
    }
    Ok(ConsortiumBank { id, name, address, interbank_address, public_key, tls_keys })
}

/// The TLS keys of one bank, none of them another's: that one could stand in for it.
fn read_tls_keys(
    source: &Source,
    table: &BankTable,
    before: &[ConsortiumBank],
) -> Result<BTreeSet<KeyPin>, ConfigError> {
    let mut keys = BTreeSet::new();
    if let Some(written) = &table.tls_key {
        let key: KeyPin = read(source, written)?;
        if let Some(other) = before.iter().find(|bank| bank.tls_keys.contains(&key)) {
            return Err(wrong(source, written, format!("{} has this TLS key too", other.id)));
        }
        keys.insert(key);
    }
    Ok(keys)
}

/// An address as everybody is told it: without a scheme it is plain http.
fn read_address(source: &Source, value: &Spanned<String>) -> Result<BankAddress, ConfigError> {
    let address: BankAddress = read(source, value)?;
    Ok(address.with_scheme(address.scheme()))
}

fn read<T: std::str::FromStr>(source: &Source, value: &Spanned<String>) -> Result<T, ConfigError>
where
    T::Err: std::fmt::Display,
{
    value.as_ref().parse().map_err(|error| wrong(source, value, error))
}

fn wrong<T>(source: &Source, value: &Spanned<T>, why: impl std::fmt::Display) -> ConfigError {
    ConfigError::new(format!("{}: {why}", source.line_of(&value.span())))
}
