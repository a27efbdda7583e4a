//! What the bank proves itself with over TLS: a certificate and its key, read from files, proved, and replaced while
//! connections are open.
//!
//! Never here: a listener, and whom another bank may be (`bank-node/src/peers/pins.rs`).

pub mod make;

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, SupportedProtocolVersion, version};
use shared::key_pin::KeyPin;
use shared::tls::key_of;

/// What is wrong with a certificate or its key: one line that names the file and the remedy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct TlsFault(String);

/// Where a certificate and its key are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate, then those that vouch for it, in PEM.
    pub certificate: PathBuf,
    /// Its private key, in PEM.
    pub key: PathBuf,
}

/// A certificate with its key, as they stand in the files now. Cheap to clone; clones see what a reload brings.
#[derive(Clone, Debug)]
pub struct TlsIdentity(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    files: TlsFiles,
    current: RwLock<Current>,
}

#[derive(Clone, Debug)]
struct Current {
    certified: Arc<CertifiedKey>,
    pin: KeyPin,
}

/// Who is spoken with over TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Customers, and banks where they share the address: TLS 1.2 and 1.3. Banks' routes take 1.3 alone.
    Customers,
    /// Banks alone: TLS 1.3.
    Banks,
}

impl TlsIdentity {
    /// Reads and proves both files. `wall_ms` is the time, in milliseconds since 1970.
    ///
    /// # Errors
    /// The first mistake found.
    pub fn load(files: TlsFiles, wall_ms: i64) -> Result<Self, TlsFault> {
        let current = RwLock::new(read(&files, wall_ms)?);
        Ok(Self(Arc::new(Inner { files, current })))
    }

    /// Reads both files again; what they hold serves every connection from now on, if `takes` takes its key.
    ///
    /// # Errors
    /// The first mistake found. What was there stays.
    pub fn reload(
        &self,
        wall_ms: i64,
        takes: impl FnOnce(KeyPin) -> Result<(), TlsFault>,
    ) -> Result<KeyPin, TlsFault> {
        let read = read(&self.0.files, wall_ms)?;
        takes(read.pin)?;
        let pin = read.pin;
        *self.0.current.write().unwrap_or_else(PoisonError::into_inner) = read;
        Ok(pin)
    }

    /// The fingerprint of the key.
    #[must_use]
    pub fn pin(&self) -> KeyPin {
        self.current().pin
    }

    /// Where it is read from.
    #[must_use]
    pub fn files(&self) -> &TlsFiles {
        &self.0.files
    }

    /// What a listener for `audience` needs.
    ///
    /// # Errors
    /// When the TLS library does not take it.
    pub fn server(&self, audience: Audience) -> Result<Arc<ServerConfig>, TlsFault> {
        let both: &[&SupportedProtocolVersion] = &[&version::TLS13, &version::TLS12];
        let versions = match audience {
            Audience::Customers => both,
            Audience::Banks => &both[..1],
        };
        let mut config = ServerConfig::builder_with_provider(provider())
            .with_protocol_versions(versions)
            .map_err(|error| TlsFault(format!("TLS cannot be set up: {error}")))?
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(self.clone()));
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }

    fn current(&self) -> Current {
        self.0.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl ResolvesServerCert for TlsIdentity {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current().certified)
    }
}

impl TlsFault {
    /// A fault in these words.
    #[must_use]
    pub fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }
}

/// The cryptography of this program.
#[must_use]
pub fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

fn read(files: &TlsFiles, wall_ms: i64) -> Result<Current, TlsFault> {
    let chain = read_certificates(&files.certificate)?;
    check_dates(&files.certificate, &chain, wall_ms)?;
    let key = read_key(&files.key)?;
    let (certificate, key_file) = (files.certificate.display(), files.key.display());
    let pin = match chain.first().map(key_of) {
        Some(Ok(pin)) => pin,
        Some(Err(error)) => return Err(unreadable(&files.certificate, &error)),
        None => return Err(unreadable(&files.certificate, &"no certificate in it")),
    };
    let certified = CertifiedKey::from_der(chain, key, &provider()).map_err(|error| match error {
        rustls::Error::InconsistentKeys(_) => TlsFault(format!(
            "{key_file}: this key is not that of the certificate {certificate}: name a pair that was made together"
        )),
        other => TlsFault(format!(
            "{key_file}: this key cannot be used for TLS ({other}): make one with `bank-node keygen`"
        )),
    })?;
    Ok(Current { certified: Arc::new(certified), pin })
}

fn read_certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsFault> {
    let bytes = std::fs::read(file).map_err(|error| unreadable(file, &error))?;
    CertificateDer::pem_slice_iter(&bytes).collect::<Result<_, _>>().map_err(|error| unreadable(file, &error))
}

fn unreadable(file: &Path, why: &dyn std::fmt::Display) -> TlsFault {
    let file = file.display();
    TlsFault(format!("{file}: the certificate cannot be read ({why}): name a file with certificates in PEM"))
}

/// The certificate must be good now; those behind it are for whoever checks them.
fn check_dates(file: &Path, chain: &[CertificateDer<'_>], wall_ms: i64) -> Result<(), TlsFault> {
    let Some(first) = chain.first() else { return Err(unreadable(file, &"no certificate in it")) };
    let (_, parsed) = x509_parser::parse_x509_certificate(first).map_err(|error| unreadable(file, &error))?;
    let (validity, now_s) = (parsed.validity(), wall_ms.div_euclid(1000));
    if now_s > validity.not_after.timestamp() {
        let (file, when) = (file.display(), validity.not_after);
        return Err(TlsFault(format!(
            "{file}: the certificate has expired ({when}): renew it, with the same key"
        )));
    }
    if now_s < validity.not_before.timestamp() {
        let (file, when) = (file.display(), validity.not_before);
        return Err(TlsFault(format!(
            "{file}: the certificate is not good before {when}: set this machine's clock, or make another"
        )));
    }
    Ok(())
}

fn read_key(file: &Path) -> Result<PrivateKeyDer<'static>, TlsFault> {
    let name = file.display();
    #[cfg(unix)]
    if let Ok(metadata) = std::fs::metadata(file) {
        use std::os::unix::fs::PermissionsExt as _;
        if metadata.permissions().mode() & 0o007 != 0 {
            return Err(TlsFault(format!(
                "{name}: everyone on this machine may read or change this key: run `chmod 600 {name}`"
            )));
        }
    }
    let unreadable = |why: &dyn std::fmt::Display| {
        TlsFault(format!("{name}: the key cannot be read ({why}): name a file with a private key in PEM"))
    };
    let bytes = zeroize::Zeroizing::new(std::fs::read(file).map_err(|error| unreadable(&error))?);
    PrivateKeyDer::from_pem_slice(&bytes).map_err(|error| unreadable(&error))
}

#[cfg(test)]
mod tests;
