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
use crate::peers::keys::{BankKeys, PublicKey};

/// A version goes up by one at each change: one above this is a slip of the hand, and no bank could ever go beyond it.
const VERSION_MAX: u64 = 1_000_000;

/// Every bank of the consortium.
#[derive(Clone, Debug)]
pub struct Consortium {
    /// Where this was read.
    pub file: PathBuf,
    /// One higher at each change of the file.
    pub version: u64,
    /// In order of the file.
    pub banks: Vec<ConsortiumBank>,
    /// Where the version stands in the file.
    version_line: usize,
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
    /// What it signs with; two while it changes its key.
    pub keys: BankKeys,
    /// The TLS keys that it may show to banks, by their fingerprints; at least one where banks reach it by https.
    pub tls_keys: BTreeSet<KeyPin>,
    /// The version of the file in which it began to leave, if it does.
    pub leaving_since: Option<u64>,
    /// Where it stands in the file.
    pub(super) line: usize,
}

impl ConsortiumBank {
    /// Whether both say the same of the bank.
    fn is_like(&self, other: &Self) -> bool {
        let Self { id, name, address, interbank_address, keys, tls_keys, leaving_since, line: _ } = self;
        *id == other.id
            && *name == other.name
            && *address == other.address
            && *interbank_address == other.interbank_address
            && *keys == other.keys
            && *tls_keys == other.tls_keys
            && *leaving_since == other.leaving_since
    }
}

impl Consortium {
    /// Whether both say the same of the same banks.
    fn is_like(&self, other: &Self) -> bool {
        self.banks.len() == other.banks.len()
            && self.banks.iter().all(|bank| other.bank(&bank.id).is_some_and(|known| known.is_like(bank)))
    }

    /// Whether this follows upon `before`, which a running bank has: the very same, or a later version that contradicts
    /// nothing in it.
    ///
    /// # Errors
    /// The first contradiction, with its line.
    pub fn follows(&self, before: &Self) -> Result<(), ConfigError> {
        let at = |line: usize, why: String| {
            Err(ConfigError::new(format!("{} line {line}: {why}", self.file.display())))
        };
        let (version, have) = (self.version, before.version);
        if version < have {
            let why = format!(
                "version {version} is older than version {have}, which this bank has: write a version above it"
            );
            return at(self.version_line, why);
        }
        if version == have {
            if self.is_like(before) {
                return Ok(());
            }
            let next = have + 1;
            let why = format!(
                "this bank has another file of version {version}: a changed file is version {next} or later"
            );
            return at(self.version_line, why);
        }
        for bank in &self.banks {
            let id = &bank.id;
            let Some(known) = before.bank(id) else { continue };
            if !bank.keys.iter().any(|key| known.keys.has(key)) {
                let why = format!(
                    "{id} has neither of the keys that it had, {}: keep that one and add the new one as second_public_key, or restart this bank to take it at once",
                    known.keys.first
                );
                return at(bank.line, why);
            }
            match (known.leaving_since, bank.leaving_since) {
                (None, Some(since)) if since <= have => {
                    let why =
                        format!("{id} was not leaving in version {have}: write leaving_since = {version}");
                    return at(bank.line, why);
                }
                (Some(was), Some(since)) if was != since => {
                    let why =
                        format!("{id} has been leaving since version {was}: write leaving_since = {was}");
                    return at(bank.line, why);
                }
                (None | Some(_), None | Some(_)) => {}
            }
        }
        Ok(())
    }

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
    second_public_key: Option<Spanned<String>>,
    tls_key: Option<Spanned<String>>,
    second_tls_key: Option<Spanned<String>>,
    leaving_since: Option<Spanned<i64>>,
}

/// Reads and proves the consortium in `file`, which was named at `place`.
///
/// # Errors
/// The first mistake found.
pub fn load(file: &Path, place: &str) -> Result<Consortium, ConfigError> {
    let source = Source::read(file, "name the consortium's file there")
        .map_err(|error| ConfigError::new(format!("{place}: {error}")))?;
    let written: ConsortiumFile = source.parse()?;
    let version = u64::try_from(*written.version.as_ref()).ok();
    let version = version.filter(|version| (1..=VERSION_MAX).contains(version)).ok_or_else(|| {
        wrong(&source, &written.version, format!("a version is a whole number from 1 to {VERSION_MAX}"))
    })?;
    if written.bank.is_empty() {
        return Err(ConfigError::new(format!("{}: no [[bank]] in it: add each bank", source.name())));
    }
    let mut banks: Vec<ConsortiumBank> = Vec::new();
    for table in written.bank {
        banks.push(read_bank(&source, version, &table, &banks)?);
    }
    let version_line = source.line(&written.version.span());
    Ok(Consortium { file: file.to_owned(), version, banks, version_line })
}

/// One bank; no id, address or key stands twice.
fn read_bank(
    source: &Source,
    version: u64,
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
        return Err(wrong(source, &table.address, shared_with(other, "address")));
    }
    let written = table.interbank_address.as_ref().unwrap_or(&table.address);
    let interbank_address = read_address(source, written)?;
    let tls_keys = read_tls_keys(source, table, before)?;
    if interbank_address.scheme() == Scheme::Https && tls_keys.is_empty() {
        let why = "banks reach it by https, so its tls_key has to be here, as `bank-node keygen` printed it";
        return Err(wrong(source, written, why));
    }
    if let Some(other) = before.iter().find(|bank| bank.interbank_address == interbank_address) {
        return Err(wrong(source, written, shared_with(other, "address")));
    }
    let mut keys = BankKeys::from(read_key(source, &table.public_key, before)?);
    if let Some(written) = &table.second_public_key {
        let second = read_key(source, written, before)?;
        if second == keys.first {
            let why = format!("{id} has this key already: leave second_public_key out, or write the new key");
            return Err(wrong(source, written, why));
        }
        keys.second = Some(second);
    }
    let leaving_since = match &table.leaving_since {
        None => None,
        Some(written) => {
            let since = u64::try_from(*written.as_ref()).ok().filter(|since| (1..=version).contains(since));
            let why = format!("the version in which {id} began to leave: from 1 to {version}, this file's");
            Some(since.ok_or_else(|| wrong(source, written, why))?)
        }
    };
    let line = source.line(&table.id.span());
    Ok(ConsortiumBank { id, name, address, interbank_address, keys, tls_keys, leaving_since, line })
}

/// A key that no bank before has: two banks with one key could speak for each other.
fn read_key(
    source: &Source,
    written: &Spanned<String>,
    before: &[ConsortiumBank],
) -> Result<PublicKey, ConfigError> {
    let key: PublicKey = read(source, written)?;
    match before.iter().find(|bank| bank.keys.has(key)) {
        Some(other) => Err(wrong(source, written, shared_with(other, "key"))),
        None => Ok(key),
    }
}

/// The TLS keys of one bank, none of them another's: that one could stand in for it.
fn read_tls_keys(
    source: &Source,
    table: &BankTable,
    before: &[ConsortiumBank],
) -> Result<BTreeSet<KeyPin>, ConfigError> {
    let mut keys = BTreeSet::new();
    for written in [&table.tls_key, &table.second_tls_key].into_iter().flatten() {
        let key: KeyPin = read(source, written)?;
        if let Some(other) = before.iter().find(|bank| bank.tls_keys.contains(&key)) {
            return Err(wrong(source, written, shared_with(other, "TLS key")));
        }
        keys.insert(key);
    }
    Ok(keys)
}

fn shared_with(other: &ConsortiumBank, what: &str) -> String {
    format!("{} has this {what} too: each bank has one of its own", other.id)
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
