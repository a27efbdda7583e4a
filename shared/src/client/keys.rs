//! The TLS keys that banks are known by: asked at each handshake, told at the first.
//!
//! Never here: where they are kept.

use std::fmt;
use std::sync::Arc;

use rustls::client::danger::ServerCertVerifier as _;
use rustls::crypto::CryptoProvider;

use crate::address::BankAddress;
use crate::ids::BankId;
use crate::key_pin::KeyPin;
use crate::tls::{KeyRefused, KeyRule, Shown};

/// The memory of a client for banks' keys.
pub trait KnownKeys: fmt::Debug + Send + Sync {
    /// The key that the bank at `address` is known by.
    ///
    /// # Errors
    /// [`KeyNotTaken::NotKept`] where the memory cannot be read: then no key is right.
    fn known(&self, address: &BankAddress) -> Result<Option<KeyPin>, KeyNotTaken>;

    /// Keeps the key that a bank showed at first use; `vouched`: one of the system's authorities vouches for it, and for
    /// the address. To be on disk when this returns: what the customer says to the bank is sent next. Another key that was
    /// kept meanwhile stays.
    ///
    /// # Errors
    /// [`KeyNotTaken`]: then nothing is sent.
    fn keep(&self, address: &BankAddress, key: KeyPin, vouched: bool) -> Result<(), KeyNotTaken>;

    /// Which bank is at `address`, by its own word.
    fn bank(&self, address: &BankAddress) -> Option<BankId>;

    /// Keeps the word of the bank at `address`, whose key is kept, that it is `bank`.
    ///
    /// # Errors
    /// [`KeyNotTaken::Known`] where that bank is known by another key elsewhere: one of them is not that bank.
    fn introduce(&self, address: &BankAddress, bank: &BankId) -> Result<(), KeyNotTaken>;
}

/// Why a key that was shown for the first time is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyNotTaken {
    /// Another was kept meanwhile.
    #[error("another key was kept meanwhile")]
    Known(KeyPin),
    /// It cannot be kept, or what was kept cannot be read.
    #[error("the bank's key cannot be kept or looked up: {0}")]
    NotKept(String),
}

/// One bank's key, as its client holds it to it.
#[derive(Debug)]
pub(super) struct BankKey {
    bank: BankAddress,
    keys: Arc<dyn KnownKeys>,
    provider: Arc<CryptoProvider>,
}

impl BankKey {
    pub(super) const fn new(
        bank: BankAddress,
        keys: Arc<dyn KnownKeys>,
        provider: Arc<CryptoProvider>,
    ) -> Self {
        Self { bank, keys, provider }
    }

    /// Whether the system's authorities vouch for what the bank showed. A system that has none vouches for nobody.
    fn is_vouched(&self, shown: &Shown<'_>) -> bool {
        let system = rustls_platform_verifier::Verifier::new(Arc::clone(&self.provider));
        let Shown { end_entity, intermediates, server_name, ocsp_response, now } = shown;
        system.is_ok_and(|system| {
            system.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, *now).is_ok()
        })
    }
}

impl KeyRule for BankKey {
    fn judge(&self, key: KeyPin, shown: &Shown<'_>) -> Result<(), KeyRefused> {
        let refuse = |why: KeyNotTaken| KeyRefused { shown: key, known: None, why: why.to_string() };
        let known = match self.keys.known(&self.bank).map_err(refuse)? {
            Some(known) => known,
            None => match self.keys.keep(&self.bank, key, self.is_vouched(shown)) {
                Ok(()) => key,
                Err(KeyNotTaken::Known(known)) => known,
                Err(why @ KeyNotTaken::NotKept(_)) => return Err(refuse(why)),
            },
        };
        if known == key {
            return Ok(());
        }
        let why = format!("the bank shows the TLS key {key}, and is known by {known}");
        Err(KeyRefused { shown: key, known: Some(known), why })
    }
}
