//! A bank's key pair: how it is written, kept and used. Ed25519 (RFC 8032).
//!
//! Never here: chance. A new key's seed is an argument.

use std::fmt;
use std::fs::OpenOptions;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// What stands before a public key in base64.
const PUBLIC_PREFIX: &str = "ed25519:";
/// What stands before a private key in base64.
const PRIVATE_PREFIX: &str = "ed25519-private:";
/// The largest key file that is read, in bytes.
const KEY_FILE_BYTES_MAX: u64 = 4096;

/// A text or a file that holds no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Not `ed25519:` and 32 bytes in base64.
    #[error("a public key is written ed25519: and 32 bytes in base64")]
    Public,
    /// Neither of the two forms of a private key.
    #[error("a private key is written ed25519-private: and 32 bytes in base64, or as PKCS#8 in PEM")]
    Private,
    /// The file cannot be read.
    #[error("the key file {path} cannot be read: {cause}")]
    Read {
        /// Which.
        path: String,
        /// The system's own words.
        cause: std::io::Error,
    },
    /// The file cannot be made. A file that is there is never written over.
    #[error("the key file {path} cannot be made: {cause}")]
    Make {
        /// Which.
        path: String,
        /// The system's own words.
        cause: std::io::Error,
    },
}

/// What a bank's signatures are checked with; stands in the consortium file as `ed25519:BASE64`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicKey([u8; 32]);

impl PublicKey {
    /// The key with these bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Whether `signature` over `text` was made with the private half.
    #[must_use]
    pub fn has_signed(&self, text: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, self.0).verify(text, signature).is_ok()
    }
}

/// The keys that a bank may sign with: two while it changes from the one to the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BankKeys {
    /// Always there.
    pub first: PublicKey,
    /// While it changes.
    pub second: Option<PublicKey>,
}

impl BankKeys {
    /// The one or two.
    pub fn iter(&self) -> impl Iterator<Item = PublicKey> + use<> {
        [Some(self.first), self.second].into_iter().flatten()
    }

    /// Whether `key` is one of them.
    #[must_use]
    pub fn has(&self, key: PublicKey) -> bool {
        self.iter().any(|own| own == key)
    }

    /// Whether `signature` over `text` was made with the private half of one of them.
    #[must_use]
    pub fn have_signed(&self, text: &[u8], signature: &[u8]) -> bool {
        self.iter().any(|key| key.has_signed(text, signature))
    }
}

impl From<PublicKey> for BankKeys {
    fn from(first: PublicKey) -> Self {
        Self { first, second: None }
    }
}

impl FromStr for PublicKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let base64 = text.strip_prefix(PUBLIC_PREFIX).ok_or(KeyError::Public)?;
        let bytes = STANDARD.decode(base64).map_err(|_| KeyError::Public)?;
        Ok(Self(bytes.try_into().map_err(|_| KeyError::Public)?))
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PUBLIC_PREFIX}{}", STANDARD.encode(self.0))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for PublicKey {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PublicKey {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// What a bank signs with. Cheap to clone; never printed.
#[derive(Clone)]
pub struct PrivateKey(Arc<Ed25519KeyPair>);

impl PrivateKey {
    /// The key that grows from these random bytes.
    ///
    /// # Errors
    /// [`KeyError::Private`]; no 32 bytes are known that give it.
    pub fn from_seed(seed: &[u8; 32]) -> Result<Self, KeyError> {
        Ed25519KeyPair::from_seed_unchecked(seed)
            .map(|pair| Self(Arc::new(pair)))
            .map_err(|_| KeyError::Private)
    }

    /// Reads a key file: `ed25519-private:BASE64` as [`Self::make_file`] writes it, or PKCS#8 in PEM as
    /// `openssl genpkey -algorithm ed25519` does.
    ///
    /// # Errors
    /// As [`KeyError`] says.
    pub fn read_file(path: &Path) -> Result<Self, KeyError> {
        let fail = |cause| KeyError::Read { path: path.display().to_string(), cause };
        let mut text = Zeroizing::new(String::new());
        let file = std::fs::File::open(path).map_err(fail)?;
        file.take(KEY_FILE_BYTES_MAX).read_to_string(&mut text).map_err(fail)?;
        text.parse()
    }

    /// Writes the key of `seed` to a new file that only its owner may read, forces it to disk, and returns the key.
    ///
    /// # Errors
    /// As [`KeyError`] says; a file that is there stays as it is.
    pub fn make_file(path: &Path, seed: &[u8; 32]) -> Result<Self, KeyError> {
        let fail = |cause| KeyError::Make { path: path.display().to_string(), cause };
        let key = Self::from_seed(seed)?;
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path).map_err(fail)?;
        let text = Zeroizing::new(format!("{PRIVATE_PREFIX}{}\n", STANDARD.encode(seed)));
        file.write_all(text.as_bytes()).map_err(fail)?;
        file.sync_all().map_err(fail)?;
        Ok(key)
    }

    /// The public half.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(self.0.public_key().as_ref());
        PublicKey(bytes)
    }

    /// Signs `text`. The same text gives the same signature.
    #[must_use]
    pub fn sign(&self, text: &[u8]) -> [u8; 64] {
        let mut bytes = [0; 64];
        bytes.copy_from_slice(self.0.sign(text).as_ref());
        bytes
    }
}

impl FromStr for PrivateKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let text = text.trim();
        if let Some(base64) = text.strip_prefix(PRIVATE_PREFIX) {
            let seed = Zeroizing::new(STANDARD.decode(base64).map_err(|_| KeyError::Private)?);
            return Self::from_seed(seed.as_slice().try_into().map_err(|_| KeyError::Private)?);
        }
        let body = text
            .strip_prefix("-----BEGIN PRIVATE KEY-----")
            .and_then(|rest| rest.strip_suffix("-----END PRIVATE KEY-----"))
            .ok_or(KeyError::Private)?;
        let base64 = Zeroizing::new(body.split_ascii_whitespace().collect::<String>());
        let der = Zeroizing::new(STANDARD.decode(base64.as_bytes()).map_err(|_| KeyError::Private)?);
        // OpenSSL writes version 1, without the public half, which leaves nothing to check the private one against.
        Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der)
            .map(|pair| Self(Arc::new(pair)))
            .map_err(|_| KeyError::Private)
    }
}

/// The public half only.
impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey({})", self.public_key())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_made_file_is_read_back_and_never_written_over() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("aurora.key");
        let made = PrivateKey::make_file(&path, &[7; 32]).unwrap();
        let read = PrivateKey::read_file(&path).unwrap();
        assert_eq!(read.public_key(), made.public_key());

        let again = PrivateKey::make_file(&path, &[8; 32]);
        assert!(matches!(again, Err(KeyError::Make { .. })));
        assert_eq!(PrivateKey::read_file(&path).unwrap().public_key(), made.public_key());
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_may_read_a_made_file() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("aurora.key");
        PrivateKey::make_file(&path, &[7; 32]).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    /// The test key of RFC 9421, B.1.4: as OpenSSL writes it, and as this program does.
    #[test]
    fn both_forms_of_a_private_key_are_one_key() {
        let pem = "-----BEGIN PRIVATE KEY-----\n\
            MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF\n\
            -----END PRIVATE KEY-----\n";
        let own = "ed25519-private:n4Ni+HpISpVObnQMW0wOhCKROaIKqKtW/2ZYb2p9KcU=";
        let pem: PrivateKey = pem.parse().unwrap();
        let own: PrivateKey = own.parse().unwrap();
        let public = "ed25519:JrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=";
        assert_eq!(pem.public_key().to_string(), public);
        assert_eq!(own.public_key().to_string(), public);
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for text in ["", "ed25519:", "ed25519:AAAA", "JrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs="] {
            assert!(text.parse::<PublicKey>().is_err(), "{text}");
            assert!(text.parse::<PrivateKey>().is_err(), "{text}");
        }
        let pem = "-----BEGIN PRIVATE KEY-----\nMC4CAQ==\n-----END PRIVATE KEY-----";
        assert!(pem.parse::<PrivateKey>().is_err());
    }

    #[test]
    fn a_private_key_is_never_printed() {
        let key = PrivateKey::from_seed(&[7; 32]).unwrap();
        assert_eq!(format!("{key:?}"), format!("PrivateKey({})", key.public_key()));
    }
}
