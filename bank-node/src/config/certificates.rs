//! The settings that name certificates, held against each other and against what the consortium file says of the bank: a
//! listener that speaks otherwise than others are told would be reached by nobody.

use std::path::PathBuf;

use toml::Spanned;

use super::consortium::ConsortiumBank;
use super::lines::Source;
use super::{ConfigError, place_of};
use crate::clock::Clock;
use crate::tls::{TlsFiles, TlsIdentity};
use shared::address::Scheme;

/// A certificate's setting and its key's, as they are written and what stands in their place.
pub(super) struct Pair {
    pub(super) keys: [&'static str; 2],
    pub(super) written: [Option<Spanned<PathBuf>>; 2],
    pub(super) instead: [Option<PathBuf>; 2],
}

/// Both files, and where the certificate was named.
#[derive(Clone)]
pub(super) struct Named {
    files: TlsFiles,
    place: String,
}

impl Pair {
    /// The files; both or neither.
    pub(super) fn read(self, source: &Source) -> Result<Option<Named>, ConfigError> {
        let [certificate_key, key_key] = self.keys;
        let mut found = Vec::new();
        for ((written, instead), key) in self.written.into_iter().zip(self.instead).zip(self.keys) {
            let place = place_of(source, key, written.as_ref(), instead.as_ref());
            let instead = instead.filter(|path| !path.as_os_str().is_empty());
            let path = instead.or_else(|| written.map(|written| source.beside(written.as_ref())));
            found.push(path.map(|path| (path, place)));
        }
        let lone = |place: String, lacks: &str| {
            ConfigError::new(format!("{place} is given without {lacks}: give both, or neither"))
        };
        let (certificate, key) = (found.swap_remove(0), found.pop().flatten());
        match (certificate, key) {
            (Some((certificate, place)), Some((key, _))) => {
                Ok(Some(Named { files: TlsFiles { certificate, key }, place }))
            }
            (Some((_, place)), None) => Err(lone(place, key_key)),
            (None, Some((_, place))) => Err(lone(place, certificate_key)),
            (None, None) => Ok(None),
        }
    }
}

/// Both listeners' certificates.
pub(super) struct Identities {
    /// For `listen`.
    pub(super) customers: Option<TlsIdentity>,
    /// For `interbank_listen`, where it is set.
    pub(super) banks: Option<TlsIdentity>,
}

/// Reads the certificates that the listeners need, and holds them against what the consortium says of the bank.
pub(super) fn read(
    source: &Source,
    own: &ConsortiumBank,
    has_interbank_listen: bool,
    customers: Option<Named>,
    banks: Option<Named>,
) -> Result<Identities, ConfigError> {
    let wrong = |place: &str, why: String| ConfigError::new(format!("{place}: {why}"));
    let load = |named: Named| {
        TlsIdentity::load(named.files, Clock::start().wall_ms())
            .map_err(|fault| wrong(&named.place, fault.to_string()))
    };
    let id = &own.id;
    // Whatever proves the bank to others was named there; without a name it is the whole file that lacks one.
    let file = source.name();
    let place_for_banks = banks.as_ref().or(customers.as_ref()).map_or(&file, |named| &named.place).clone();
    if let Some(customers) = &customers
        && own.address.scheme() == Scheme::Http
    {
        return Err(wrong(
            &customers.place,
            format!(
                "the consortium file says that {id} is at {}: write https:// there, or take tls_cert \
             and tls_key out",
                own.address
            ),
        ));
    }
    let among_banks = own.interbank_address.scheme();
    let banks = match (has_interbank_listen, banks, among_banks) {
        (false, Some(banks), _) => {
            return Err(wrong(
                &banks.place,
                "it is given without interbank_listen: give both, or let banks come to listen and its tls_cert".to_owned(),
            ));
        }
        (true, Some(banks), Scheme::Http) => {
            return Err(wrong(
                &banks.place,
                format!(
                    "the consortium file says that banks reach {id} at {}: write https:// \
                 there, with its tls_key, or take interbank_tls_cert and interbank_tls_key out",
                    own.interbank_address
                ),
            ));
        }
        (true, files, Scheme::Https) => files.or_else(|| customers.clone()).map(load).transpose()?,
        (true, None, Scheme::Http) | (false, None, _) => None,
    };
    let customers = customers.map(load).transpose()?;
    let for_banks = if has_interbank_listen { &banks } else { &customers };
    match (for_banks, among_banks) {
        (None, Scheme::Http) => {}
        (None, Scheme::Https) => {
            return Err(wrong(
                &file,
                format!(
                    "the consortium file says that banks reach {id} at {}: give tls_cert and tls_key, as `bank-node keygen` \
                 makes them",
                    own.interbank_address
                ),
            ));
        }
        (Some(identity), Scheme::Http) => {
            return Err(wrong(
                &place_for_banks,
                format!(
                    "banks come to listen, which speaks TLS, and the consortium file says that they reach {id} at {}: write \
                 https:// there with tls_key = \"{}\", or give interbank_listen",
                    own.interbank_address,
                    identity.pin()
                ),
            ));
        }
        (Some(identity), Scheme::Https) => {
            check_pin(own, identity.pin(), identity.files()).map_err(|why| wrong(&place_for_banks, why))?;
        }
    }
    Ok(Identities { customers, banks })
}

/// What other banks would refuse is refused here: a key that the consortium file does not name.
///
/// # Errors
/// The sentence that says so.
pub fn check_pin(own: &ConsortiumBank, pin: shared::key_pin::KeyPin, files: &TlsFiles) -> Result<(), String> {
    if own.tls_keys.contains(&pin) {
        return Ok(());
    }
    Err(format!(
        "{}: the consortium file names another tls_key for {}: this certificate's is \"{pin}\"; put that one there, at \
         every bank, or name the right certificate",
        files.certificate.display(),
        own.id
    ))
}
