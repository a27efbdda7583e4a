//! A new TLS key and a certificate that it signs itself: P-256, which every TLS library reads.
//!
//! The certificate names no end that anybody would live to see: what others hold to is the key, and a certificate that
//! ends by itself only ends the bank. Never here: a file.

use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, PKCS_ECDSA_P256_SHA256};
use shared::key_pin::KeyPin;
use zeroize::Zeroizing;

use super::TlsFault;

/// A key and its certificate, to be written to two files.
#[derive(Debug)]
pub struct TlsPair {
    /// The key's fingerprint, for the consortium file.
    pub pin: KeyPin,
    /// The certificate, in PEM.
    pub certificate: String,
    /// The private key, in PEM.
    pub key: Zeroizing<String>,
}

/// Makes a pair for a bank called `name` that is reached by `hosts`: names or IP addresses.
///
/// # Errors
/// When no certificate can bear such a name.
pub fn make_pair(name: &str, hosts: &[String]) -> Result<TlsPair, TlsFault> {
    let fault =
        |error: rcgen::Error| TlsFault::new(format!("no certificate can be made for {name}: {error}"));
    let mut params = CertificateParams::new(hosts).map_err(fault)?;
    let mut subject = DistinguishedName::new();
    subject.push(DnType::CommonName, name);
    params.distinguished_name = subject;
    let pair = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(fault)?;
    let certificate = params.self_signed(&pair).map_err(fault)?;
    let pin = shared::tls::key_of(certificate.der())
        .map_err(|error| TlsFault::new(format!("no certificate can be made for {name}: {error}")))?;
    Ok(TlsPair { pin, certificate: certificate.pem(), key: Zeroizing::new(pair.serialize_pem()) })
}
