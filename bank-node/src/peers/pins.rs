//! The TLS keys that another bank may show. Where they change, its way is set up anew.
//!
//! A bank is known by its key alone: no name, no authority and no date is looked at, and nothing but TLS 1.3 is spoken.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::Resumption;
use rustls::{ClientConfig, version};
use shared::address::Scheme;
use shared::ids::BankId;
use shared::key_pin::KeyPin;
use shared::tls::{KeyRefused, KeyRule, KeyVerifier, Shown};

/// One bank's TLS keys: several while it changes from one to another. Cheap to clone; clones see what was refused.
#[derive(Clone, Debug)]
pub struct Pins(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    bank: BankId,
    keys: BTreeSet<KeyPin>,
    /// A key that was refused and not yet told of.
    refused: Mutex<Option<KeyPin>>,
}

impl Pins {
    /// `keys` of `bank`.
    #[must_use]
    pub fn new(bank: BankId, keys: BTreeSet<KeyPin>) -> Self {
        Self(Arc::new(Inner { bank, keys, refused: Mutex::default() }))
    }

    /// The key that was refused since this was last asked.
    pub(super) fn take_refused(&self) -> Option<KeyPin> {
        self.0.refused.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// How to connect to the bank.
    pub(super) fn client_config(&self, scheme: Scheme) -> Result<ClientConfig, rustls::Error> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(&[&version::TLS13])?;
        let mut config = match scheme {
            Scheme::Https => builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(KeyVerifier::new(self.clone(), provider)))
                .with_no_client_auth(),
            // Never used, since nothing redirects.
            Scheme::Http => {
                builder.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth()
            }
        };
        // A resumed session shows no certificate, and so no key that could have been withdrawn meanwhile.
        config.resumption = Resumption::disabled();
        config.alpn_protocols = vec![b"h2".to_vec()];
        Ok(config)
    }
}

impl KeyRule for Pins {
    fn judge(&self, key: KeyPin, _shown: &Shown<'_>) -> Result<(), KeyRefused> {
        if self.0.keys.contains(&key) {
            return Ok(());
        }
        *self.0.refused.lock().unwrap_or_else(PoisonError::into_inner) = Some(key);
        let why =
            format!("it shows the TLS key {key}, which is not {}'s in the consortium file", self.0.bank);
        Err(KeyRefused { shown: key, known: None, why })
    }
}
