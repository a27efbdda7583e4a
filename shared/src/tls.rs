//! TLS to a peer that is known by its key (feature `tls`): the handshake proves that the peer holds the key of its
//! certificate, and whoever made the verifier judges that key by its fingerprint.
//!
//! Never here: names, authorities and dates, which say nothing about a pinned key; which keys are right.

use std::fmt;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, OtherError, SignatureScheme};

use crate::key_pin::KeyPin;

/// Says which key a peer may show.
pub trait KeyRule: fmt::Debug + Send + Sync {
    /// Whether the key of this certificate is taken.
    ///
    /// # Errors
    /// Why not, for people: it becomes the connection's error.
    fn judge(&self, key: KeyPin, shown: &Shown<'_>) -> Result<(), KeyRefused>;
}

/// What a peer showed, for a rule that asks others about it.
#[derive(Debug)]
pub struct Shown<'handshake> {
    /// The certificate whose key it holds.
    pub end_entity: &'handshake CertificateDer<'handshake>,
    /// What it sent along.
    pub intermediates: &'handshake [CertificateDer<'handshake>],
    /// Whom this side asked for.
    pub server_name: &'handshake ServerName<'handshake>,
    /// A revocation answer, where one was stapled.
    pub ocsp_response: &'handshake [u8],
    /// The time of the handshake.
    pub now: UnixTime,
}

/// A key that was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct KeyRefused {
    /// The peer's.
    pub shown: KeyPin,
    /// The one that was expected, where it was one.
    pub known: Option<KeyPin>,
    /// For people.
    pub why: String,
}

impl KeyRefused {
    /// The refusal that `error` comes from, however it was wrapped on its way up.
    #[must_use]
    pub fn behind<'error>(error: &'error (dyn std::error::Error + 'static)) -> Option<&'error Self> {
        let mut next = Some(error);
        while let Some(error) = next {
            if let Some(rustls::Error::InvalidCertificate(CertificateError::Other(OtherError(inner)))) =
                error.downcast_ref()
            {
                return inner.downcast_ref();
            }
            // An io::Error hides what it was made of: its source is that one's source.
            let hidden = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
            next = hidden.map(|inner| inner as &dyn std::error::Error).or_else(|| error.source());
        }
        None
    }
}

/// Takes a certificate whose key the rule takes, and has the handshake's signature by that key proved.
#[derive(Debug)]
pub struct KeyVerifier<R> {
    rule: R,
    provider: Arc<CryptoProvider>,
}

impl<R: KeyRule> KeyVerifier<R> {
    /// Judges by `rule`, proves with `provider`.
    #[must_use]
    pub const fn new(rule: R, provider: Arc<CryptoProvider>) -> Self {
        Self { rule, provider }
    }
}

/// The fingerprint of a certificate's key.
///
/// # Errors
/// When it is no X.509 certificate.
pub fn key_of(certificate: &CertificateDer<'_>) -> Result<KeyPin, rustls::Error> {
    let parsed = ParsedCertificate::try_from(certificate)?;
    Ok(KeyPin::of_public_key_info(parsed.subject_public_key_info().as_ref()))
}

impl<R: KeyRule> ServerCertVerifier for KeyVerifier<R> {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let shown = Shown { end_entity, intermediates, server_name, ocsp_response, now };
        match self.rule.judge(key_of(end_entity)?, &shown) {
            Ok(()) => Ok(ServerCertVerified::assertion()),
            Err(refused) => Err(CertificateError::Other(OtherError(Arc::new(refused))).into()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
