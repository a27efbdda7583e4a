//! What is made before a bank first runs: its keys, and a whole consortium's folders, each to be carried to its machine.
//!
//! Nothing that is there is written over, and where one file cannot be made none stays. Never here: a running bank.

mod files;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use shared::address::{BankAddress, Scheme};
use shared::ids::BankId;
use shared::key_pin::KeyPin;
use shared::text::Name;

use self::files::NewFiles;
use crate::config::address::ListenAddress;
use crate::config::{self, ConfigError, Overrides};
use crate::ids;
use crate::peers::keys::PublicKey;
use crate::tls::make::make_pair;

/// Between the customers' port of a bank and its operators'.
const ADMIN_PORT_OFFSET: u16 = 100;
/// What a bank's files are called in its folder.
const CONFIG_FILE: &str = "bank.toml";
const CONSORTIUM_FILE: &str = "consortium.toml";
const KEY_FILE: &str = "bank.key";

/// What each bank.toml says of backups: only its operator knows a disk that outlives the ledger's.
const BACKUPS_HINT: &str = "\
# The bank makes backups by itself once it knows where: a directory that is there, best on another machine's disk. In the
# directory of the ledger, or on its disk alone, they would be lost with it.
# backup_dir = \"/var/backups/bank\"
# backup_every_minutes = 60
# backup_keep = 24
";

/// The public halves of new keys: what the consortium file says of a bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicKeys {
    /// What its signatures are checked with.
    pub public_key: PublicKey,
    /// The fingerprint of its TLS key.
    pub tls_key: KeyPin,
}

/// A consortium to be founded, as its founder typed it.
#[derive(Clone, Debug)]
pub struct Founding {
    /// Where; not there yet, or empty.
    pub dir: PathBuf,
    /// `id=address` of each bank.
    pub banks: Vec<String>,
    /// `id=name` of those whose name is not made of their id.
    pub names: Vec<String>,
    /// The host that each listens on, at its address' port.
    pub listen: String,
    /// Where each listens for its operators; 127.0.0.1 and a port near its address' unless given.
    pub admin_listen: Option<String>,
    /// Where each keeps its ledger, from its folder; `{id}` in it is the bank's id.
    pub data_dir: PathBuf,
    /// The number of the user whose all of it will be; the founder's own unless given.
    pub owner: Option<u32>,
}

/// A bank whose folder was made.
#[derive(Clone, Debug)]
pub struct FoundedBank {
    /// Its id.
    pub id: BankId,
    /// Where it will be reached.
    pub address: BankAddress,
    /// The fingerprint of its TLS key.
    pub tls_key: KeyPin,
    /// Its bank.toml.
    pub config: PathBuf,
}

/// A bank to be founded.
struct Planned {
    id: BankId,
    name: Name,
    address: BankAddress,
    listen: ListenAddress,
    admin_listen: ListenAddress,
}

/// Makes a bank's signing key in `file`, its TLS key and a certificate for `hosts` beside it; each forced to disk and kept
/// from others.
///
/// # Errors
/// When one of the three is there already or cannot be written; then none of them was made.
pub fn make_keys(file: &Path, hosts: &[String]) -> Result<PublicKeys, ConfigError> {
    let mut made = NewFiles::default();
    let keys = make_keys_in(&mut made, file, hosts)?;
    made.keep();
    Ok(keys)
}

/// Where the TLS key and the certificate beside the signing key `file` are.
#[must_use]
pub fn tls_files_beside(file: &Path) -> (PathBuf, PathBuf) {
    (file.with_extension("tls.key"), file.with_extension("tls.crt"))
}

fn make_keys_in(made: &mut NewFiles, file: &Path, hosts: &[String]) -> Result<PublicKeys, ConfigError> {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let pair = make_pair(&stem, hosts).map_err(|fault| ConfigError::new(fault.to_string()))?;
    let (key, certificate) = tls_files_beside(file);
    // Asked first, so that nothing needs to be taken back in the likely case.
    for path in [file, &key, &certificate] {
        if path.symlink_metadata().is_ok() {
            return Err(taken(path));
        }
    }
    let public_key = config::make_key(file)?;
    made.note(file)?;
    made.write(&key, pair.key.as_bytes())?;
    made.write(&certificate, pair.certificate.as_bytes())?;
    Ok(PublicKeys { public_key, tls_key: pair.pin })
}

fn taken(path: &Path) -> ConfigError {
    let path = path.display();
    ConfigError::new(format!("{path} is there already: a key is never written over; choose another name"))
}

/// Makes the folders of a whole consortium, and proves each by reading it as `serve` will.
///
/// # Errors
/// The first mistake found; then nothing was made.
pub fn found(founding: &Founding) -> Result<Vec<FoundedBank>, ConfigError> {
    let planned = plan(founding)?;
    let dir = &founding.dir;
    let mut made = NewFiles::owned_by(founding.owner);
    made.directory_or_empty(dir)?;
    // Nobody sees a folder that is not whole.
    let workshop = dir.join(format!(".being-made-{}", ids::nonce()));
    made.directory(&workshop)?;
    for bank in &planned {
        made.directory(&workshop.join(bank.id.as_str()))?;
    }
    let pins = furnish(&mut made, &workshop, &planned, &founding.data_dir)?;
    for bank in &planned {
        made.rename(&workshop.join(bank.id.as_str()), &dir.join(bank.id.as_str()))?;
    }
    made.remove_directory(&workshop)?;
    made.keep();
    Ok(founded(dir, planned, pins))
}

/// Fills the folders of a whole consortium, which are there and empty, as new volumes are. None where all of them hold the
/// files of their banks: a consortium is founded once.
///
/// # Errors
/// The first mistake found, a folder that is half filled among them; then nothing was made.
pub fn fill(founding: &Founding) -> Result<Option<Vec<FoundedBank>>, ConfigError> {
    let planned = plan(founding)?;
    let dir = &founding.dir;
    let is_founded = |bank: &Planned| dir.join(bank.id.as_str()).join(CONFIG_FILE).exists();
    if planned.iter().all(is_founded) {
        for bank in &planned {
            let file = dir.join(bank.id.as_str()).join(CONFIG_FILE);
            let there = config::load(&file, Overrides::default())?.id;
            if there != bank.id {
                return Err(ConfigError::new(format!("{}: the bank {there} is there", file.display())));
            }
        }
        return Ok(None);
    }
    for bank in &planned {
        let folder = dir.join(bank.id.as_str());
        let is_empty = std::fs::read_dir(&folder).map(|mut entries| entries.next().is_none());
        if !is_empty.map_err(|error| ConfigError::new(format!("{}: {error}", folder.display())))? {
            return Err(ConfigError::new(format!(
                "{} is neither empty nor, with the others, a consortium: empty all of them, or none",
                folder.display()
            )));
        }
    }
    let mut made = NewFiles::owned_by(founding.owner);
    let pins = furnish(&mut made, dir, &planned, &founding.data_dir)?;
    made.keep();
    Ok(Some(founded(dir, planned, pins)))
}

fn founded(dir: &Path, planned: Vec<Planned>, pins: Vec<KeyPin>) -> Vec<FoundedBank> {
    let with_pins = planned.into_iter().zip(pins);
    let founded = with_pins.map(|(bank, tls_key)| {
        let config = dir.join(bank.id.as_str()).join(CONFIG_FILE);
        FoundedBank { id: bank.id, address: bank.address, tls_key, config }
    });
    founded.collect()
}

/// Writes all that each bank's folder in `dir` has to hold. The fingerprints of their TLS keys come back.
fn furnish(
    made: &mut NewFiles,
    dir: &Path,
    planned: &[Planned],
    data_dir: &Path,
) -> Result<Vec<KeyPin>, ConfigError> {
    let mut consortium = String::from(
        "# The consortium: the same file at every bank. Raise the version at each change.\nversion = 1\n",
    );
    let mut pins = Vec::new();
    for bank in planned {
        let host = host_of(&bank.address);
        let keys = make_keys_in(made, &dir.join(bank.id.as_str()).join(KEY_FILE), &[host])?;
        pins.push(keys.tls_key);
        let _infallible = write!(
            consortium,
            "\n[[bank]]\nid = \"{}\"\nname = {}\naddress = \"{}\"\npublic_key = \"{}\"\ntls_key = \"{}\"\n",
            bank.id,
            toml_text(bank.name.as_str()),
            bank.address,
            keys.public_key,
            keys.tls_key
        );
    }
    for bank in planned {
        let folder = dir.join(bank.id.as_str());
        made.write(&folder.join(CONSORTIUM_FILE), consortium.as_bytes())?;
        // Last: it is the sign that all of it is there.
        made.write(&folder.join(CONFIG_FILE), bank.config(data_dir).as_bytes())?;
        config::load(&folder.join(CONFIG_FILE), Overrides::default())?;
    }
    Ok(pins)
}

/// What was typed, proved.
fn plan(founding: &Founding) -> Result<Vec<Planned>, ConfigError> {
    let mut names = founding.names.iter().map(|text| named(text)).collect::<Result<Vec<_>, _>>()?;
    let mut planned: Vec<Planned> = Vec::new();
    for text in &founding.banks {
        let wrong = |why: String| ConfigError::new(format!("{text}: {why}"));
        let (id, address) =
            text.split_once('=').ok_or_else(|| wrong("a bank is given as ID=ADDRESS".to_owned()))?;
        let id: BankId = id.parse().map_err(|error| wrong(format!("{error}")))?;
        if planned.iter().any(|bank| bank.id == id) {
            return Err(wrong(format!("{id} is given twice: each bank has an id of its own")));
        }
        let address = read_address(address).map_err(wrong)?;
        if let Some(other) = planned.iter().find(|bank| bank.address == address) {
            return Err(wrong(format!("{} has this address too: each bank has one of its own", other.id)));
        }
        let name = match names.iter().position(|(named, _)| *named == id) {
            Some(place) => names.swap_remove(place).1,
            None => name_of(&id)?,
        };
        let (host, port) = (&founding.listen, address.port());
        let listen = format!("{host}:{port}").parse();
        let listen = listen.map_err(|error| {
            ConfigError::new(format!(
                "--listen {host}: {error}: give an address of the machine, without a port"
            ))
        })?;
        let admin = founding.admin_listen.clone().unwrap_or_else(|| admin_beside(port));
        let admin_listen =
            admin.parse().map_err(|error| ConfigError::new(format!("--admin-listen {admin}: {error}")))?;
        planned.push(Planned { id, name, address, listen, admin_listen });
    }
    if let Some((id, _)) = names.first() {
        return Err(ConfigError::new(format!(
            "--name {id}: given twice, or no bank of this consortium: name banks that are given as ID=ADDRESS, once"
        )));
    }
    Ok(planned)
}

/// `aurora=Banco Aurora`.
fn named(text: &str) -> Result<(BankId, Name), ConfigError> {
    let wrong = |why: String| ConfigError::new(format!("--name {text}: {why}"));
    let (id, name) = text.split_once('=').ok_or_else(|| wrong("a name is given as ID=NAME".to_owned()))?;
    let id = id.parse().map_err(|error| wrong(format!("{error}")))?;
    Ok((id, Name::new(name).map_err(|error| wrong(format!("{error}")))?))
}

/// `banco-sul` is Banco Sul.
fn name_of(id: &BankId) -> Result<Name, ConfigError> {
    let words: Vec<String> = id.as_str().split('-').map(capitalised).collect();
    let words = words.join(" ");
    let name = if words.starts_with("Banco") { words } else { format!("Banco {words}") };
    Name::new(&name).map_err(|error| ConfigError::new(format!("{id}: {error}: give it a --name")))
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

/// Where a bank will be reached, over TLS.
fn read_address(text: &str) -> Result<BankAddress, String> {
    let has_scheme = text.contains("://");
    let whole = if has_scheme { text.trim().to_owned() } else { format!("https://{}", text.trim()) };
    let address: BankAddress = whole.parse().map_err(|error| format!("{error}"))?;
    if address.scheme() == Scheme::Http {
        return Err("these banks speak TLS: write https://, or no scheme".to_owned());
    }
    let host = host_of(&address);
    if host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_unspecified() || ip.is_multicast()) {
        return Err(format!("nobody can reach a bank at {host}: give the address that others will use"));
    }
    Ok(address)
}

/// The name or the IP address, without brackets.
fn host_of(address: &BankAddress) -> String {
    let authority = address.authority();
    let host = authority.rsplit_once(':').map_or(authority.as_str(), |(host, _)| host);
    host.trim_start_matches('[').trim_end_matches(']').to_owned()
}

fn admin_beside(port: u16) -> String {
    let admin = port.checked_add(ADMIN_PORT_OFFSET).unwrap_or_else(|| port - ADMIN_PORT_OFFSET);
    format!("127.0.0.1:{admin}")
}

impl Planned {
    fn config(&self, data_dir: &Path) -> String {
        let Self { id, listen, admin_listen, .. } = self;
        let data_dir = toml_text(&data_dir.to_string_lossy().replace("{id}", id.as_str()));
        let (tls_key, tls_cert) = tls_files_beside(Path::new(KEY_FILE));
        format!(
            "id = \"{id}\"\nlisten = \"{listen}\"\nadmin_listen = \"{admin_listen}\"\ndata_dir = {data_dir}\n\
             key_file = \"{KEY_FILE}\"\nconsortium = \"{CONSORTIUM_FILE}\"\n\
             tls_cert = \"{}\"\ntls_key = \"{}\"\n\n{BACKUPS_HINT}",
            tls_cert.display(),
            tls_key.display()
        )
    }
}

/// A text as TOML writes it.
fn toml_text(text: &str) -> String {
    // JSON's escapes are TOML's, but for one character that TOML wants escaped and JSON does not.
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

#[cfg(test)]
mod tests;
