//! The TLS keys by which this machine knows banks: one file per bank, 0600, written once. Each handshake reads its file, so
//! that whatever else runs on the same state directory is heard.
//!
//! A file that cannot be read, or says something else, lets no key in: a bank that is known must not become a stranger.

use std::path::PathBuf;
use std::sync::Mutex;
use std::{fs, io};

use serde::{Deserialize, Serialize};
use shared::address::BankAddress;
use shared::client::{KeyNotTaken, KnownKeys};
use shared::ids::BankId;
use shared::key_pin::KeyPin;
use tokio::sync::mpsc::UnboundedSender;

use super::places::{Places, read_all, write_first, write_whole};
use crate::app::bank_keys::BankKey;
use crate::app::event::Event;

pub(super) const BANK_KEYS: &str = "bank-keys";

/// A key as it is kept on disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyFile {
    /// Host and port.
    address: String,
    key: KeyPin,
    vouched: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bank: Option<BankId>,
}

impl From<KeyFile> for BankKey {
    fn from(file: KeyFile) -> Self {
        let KeyFile { address, key, vouched, bank } = file;
        Self { address, key, vouched, bank }
    }
}

/// The keys on disk, and whoever is told of new ones.
#[derive(Debug)]
pub(super) struct KeptKeys {
    places: Places,
    events: UnboundedSender<Event>,
    /// Two handshakes of this process at once meet a bank once.
    meeting: Mutex<()>,
}

impl KeptKeys {
    pub(super) fn new(places: Places, events: UnboundedSender<Event>) -> Self {
        Self { places, events, meeting: Mutex::default() }
    }

    fn directory(&self) -> io::Result<PathBuf> {
        Ok(self.places.state()?.join(BANK_KEYS))
    }

    fn read(&self, address: &BankAddress) -> io::Result<Option<KeyFile>> {
        let path = self.directory()?.join(file_name(address));
        let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
        match fs::read_to_string(&path) {
            Ok(text) => serde_json::from_str::<KeyFile>(&text).map(Some).map_err(|error| named(error.into())),
            // Where there can be no state directory, no key was ever kept.
            Err(error) if [io::ErrorKind::NotFound, io::ErrorKind::NotADirectory].contains(&error.kind()) => {
                Ok(None)
            }
            Err(error) => Err(named(error)),
        }
    }
}

impl KnownKeys for KeptKeys {
    fn known(&self, address: &BankAddress) -> Result<Option<KeyPin>, KeyNotTaken> {
        self.read(address).map(|file| file.map(|file| file.key)).map_err(not_kept)
    }

    fn keep(&self, address: &BankAddress, key: KeyPin, vouched: bool) -> Result<(), KeyNotTaken> {
        let _one_at_a_time = self.meeting.lock();
        let file = KeyFile { address: address.authority(), key, vouched, bank: None };
        let was_there = self.read(address).map_err(not_kept)?.is_some();
        if !was_there {
            let text = serde_json::to_vec_pretty(&file).map_err(|error| not_kept(error.into()))?;
            let written = self.directory().and_then(|d| write_first(&d, &file_name(address), &text));
            written.map_err(not_kept)?;
        }
        match self.read(address).map_err(not_kept)? {
            Some(kept) if kept.key == key => {}
            Some(kept) => return Err(KeyNotTaken::Known(kept.key)),
            None => return Err(KeyNotTaken::NotKept("it was forgotten at once".to_owned())),
        }
        if !was_there {
            // The receiver is gone only when the program ends.
            let _ended = self.events.send(Event::BankKeyMet(file.into()));
        }
        Ok(())
    }

    fn bank(&self, address: &BankAddress) -> Option<BankId> {
        self.read(address).ok().flatten()?.bank
    }

    fn introduce(&self, address: &BankAddress, bank: &BankId) -> Result<(), KeyNotTaken> {
        let _one_at_a_time = self.meeting.lock();
        let Some(own) = self.read(address).map_err(not_kept)? else { return Ok(()) };
        let (all, unread) = self.places.bank_keys();
        if let Some(reason) = unread {
            return Err(KeyNotTaken::NotKept(reason));
        }
        // One bank at two addresses is one bank only by one key.
        if let Some(other) =
            all.iter().find(|other| other.bank.as_ref() == Some(bank) && other.key != own.key)
        {
            return Err(KeyNotTaken::Known(other.key));
        }
        let file = KeyFile { bank: Some(bank.clone()), ..own };
        let text = serde_json::to_vec_pretty(&file).map_err(|error| not_kept(error.into()))?;
        self.directory().and_then(|d| write_whole(&d, &file_name(address), &text)).map_err(not_kept)
    }
}

impl Places {
    /// Every bank's key that is kept, by address; and what could not be read.
    #[must_use]
    pub fn bank_keys(&self) -> (Vec<BankKey>, Option<String>) {
        let Ok(state) = self.state() else { return (Vec::new(), None) };
        let (files, unread) = read_all::<KeyFile>(&state.join(BANK_KEYS));
        let mut keys: Vec<BankKey> = files.into_iter().map(BankKey::from).collect();
        keys.sort_by(|one, other| one.address.cmp(&other.address));
        (keys, unread)
    }

    /// Forgets the key of the bank at `address`: the next one that it shows is taken as at first use. Says whether one was
    /// kept.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn forget_bank_key(&self, address: &BankAddress) -> io::Result<bool> {
        let directory = self.state()?.join(BANK_KEYS);
        match fs::remove_file(directory.join(file_name(address))) {
            Ok(()) => fs::File::open(&directory)?.sync_all().map(|()| true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// No two addresses share a file: a host has no plus in its name.
fn file_name(address: &BankAddress) -> String {
    format!("{}.json", address.authority().replace(':', "+"))
}

fn not_kept(error: io::Error) -> KeyNotTaken {
    KeyNotTaken::NotKept(error.to_string())
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc::unbounded_channel;

    use super::*;

    fn pin(text: &[u8]) -> KeyPin {
        KeyPin::of_public_key_info(text)
    }

    #[test]
    fn the_first_key_stays_until_it_is_forgotten() {
        let state = tempfile::tempdir().unwrap();
        let places = Places::find(Some(state.path().to_path_buf()));
        let (sender, mut told) = unbounded_channel();
        let keys = KeptKeys::new(places.clone(), sender.clone());
        let address: BankAddress = "https://[::1]:7001".parse().unwrap();
        assert_eq!(keys.known(&address), Ok(None));
        keys.keep(&address, pin(b"1"), true).unwrap();
        let met = BankKey { address: "[::1]:7001".to_owned(), key: pin(b"1"), vouched: true, bank: None };
        assert_eq!(told.try_recv(), Ok(Event::BankKeyMet(met)));
        keys.keep(&address, pin(b"1"), true).unwrap();
        assert!(told.try_recv().is_err(), "it was met before");
        assert_eq!(keys.keep(&address, pin(b"2"), false), Err(KeyNotTaken::Known(pin(b"1"))));

        // Another run on the same directory knows it, under whichever scheme, and forgetting is heard at once.
        let later = KeptKeys::new(places.clone(), sender);
        assert_eq!(later.known(&"[::1]:7001".parse().unwrap()), Ok(Some(pin(b"1"))));
        assert!(places.forget_bank_key(&address).unwrap() && !places.forget_bank_key(&address).unwrap());
        assert_eq!(keys.known(&address), Ok(None));

        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            keys.keep(&address, pin(b"2"), false).unwrap();
            let file = state.path().join(BANK_KEYS).join("[++1]+7001.json");
            assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn a_file_that_says_nothing_lets_no_key_in() {
        let state = tempfile::tempdir().unwrap();
        let places = Places::find(Some(state.path().to_path_buf()));
        let keys = KeptKeys::new(places, unbounded_channel().0);
        let address: BankAddress = "https://10.0.0.1".parse().unwrap();
        keys.keep(&address, pin(b"1"), false).unwrap();
        fs::write(state.path().join(BANK_KEYS).join("10.0.0.1+7001.json"), "{").unwrap();
        assert!(matches!(keys.known(&address), Err(KeyNotTaken::NotKept(_))));
        assert!(matches!(keys.keep(&address, pin(b"2"), false), Err(KeyNotTaken::NotKept(_))));
    }

    #[test]
    fn one_bank_has_one_key_wherever_it_is_reached() {
        let state = tempfile::tempdir().unwrap();
        let keys = KeptKeys::new(Places::find(Some(state.path().to_path_buf())), unbounded_channel().0);
        let [home, alias, other]: [BankAddress; 3] =
            ["https://10.0.0.1", "https://aurora.example", "https://10.0.0.9"].map(|a| a.parse().unwrap());
        let aurora: BankId = "aurora".parse().unwrap();
        for (address, key) in [(&home, b"1"), (&alias, b"1"), (&other, b"2")] {
            keys.keep(address, pin(key), false).unwrap();
        }
        keys.introduce(&home, &aurora).unwrap();
        keys.introduce(&alias, &aurora).unwrap();
        assert_eq!(keys.bank(&alias), Some(aurora.clone()));
        assert_eq!(keys.introduce(&other, &aurora), Err(KeyNotTaken::Known(pin(b"1"))));
        assert_eq!(keys.bank(&other), None);
    }
}
