//! A bank's key: Ed25519. The private half lives in one file that nobody else may read; the public half stands in the
//! consortium file of every bank.

use std::fmt;
use std::io::Write as _;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use zeroize::Zeroizing;

use super::ConfigError;
use crate::ids;

const PUBLIC_PREFIX: &str = "ed25519:";
const SECRET_PREFIX: &str = "ed25519-secret:";

/// A bank's public key, written `ed25519:` and 32 bytes in base64.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicKey([u8; 32]);

/// A text that is no public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a public key is written ed25519: and 32 bytes in base64, as `bank-node keygen` prints it")]
pub struct InvalidPublicKey;

impl PublicKey {
    /// Whether `signature` is this key's over `message`.
    #[must_use]
    pub fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, self.0).verify(message, signature).is_ok()
    }
}

impl FromStr for PublicKey {
    type Err = InvalidPublicKey;

    fn from_str(text: &str) -> Result<Self, InvalidPublicKey> {
        let encoded = text.trim().strip_prefix(PUBLIC_PREFIX).ok_or(InvalidPublicKey)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| InvalidPublicKey)?;
        bytes.try_into().map(Self).map_err(|_| InvalidPublicKey)
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

/// A bank's private key. Never printed.
#[derive(Clone)]
pub struct SigningKey {
    pair: Arc<Ed25519KeyPair>,
    public: PublicKey,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.public)
    }
}

impl SigningKey {
    /// The key grown from 32 secret bytes.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).expect("32 bytes are a seed");
        let mut public = [0; 32];
        public.copy_from_slice(pair.public_key().as_ref());
        Self { pair: Arc::new(pair), public: PublicKey(public) }
    }

    /// The public half.
    #[must_use]
    pub const fn public(&self) -> &PublicKey {
        &self.public
    }

    /// The 64 bytes of this key's signature over `message`.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        let mut bytes = [0; 64];
        bytes.copy_from_slice(self.pair.sign(message).as_ref());
        bytes
    }

    /// Reads the key in `file`.
    ///
    /// # Errors
    /// When it cannot be read, others may read or change it, or it holds no key.
    pub fn read(file: &Path) -> Result<Self, ConfigError> {
        let name = file.display();
        let text = std::fs::read_to_string(file).map(Zeroizing::new).map_err(|error| {
            ConfigError::new(format!("{name}: {error}: make a key with `bank-node keygen {name}`"))
        })?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let metadata =
                std::fs::metadata(file).map_err(|error| ConfigError::new(format!("{name}: {error}")))?;
            if metadata.permissions().mode() & 0o007 != 0 {
                return Err(ConfigError::new(format!(
                    "{name}: everyone on this machine may read or change this key: run `chmod 600 {name}`"
                )));
            }
        }
        let seed = text
            .trim()
            .strip_prefix(SECRET_PREFIX)
            .and_then(|encoded| STANDARD.decode(encoded).ok())
            .map(Zeroizing::new)
            .and_then(|bytes| <[u8; 32]>::try_from(bytes.as_slice()).ok())
            .map(Zeroizing::new);
        let seed = seed.ok_or_else(|| {
            ConfigError::new(format!("{name}: no key in it: name the file that `bank-node keygen` wrote"))
        })?;
        Ok(Self::from_seed(&seed))
    }

    /// Writes a new key to `file`, which must not be there yet, readable by its owner alone.
    ///
    /// # Errors
    /// When the file is there, or cannot be written.
    pub fn generate(file: &Path) -> Result<Self, ConfigError> {
        let name = file.display();
        let seed = Zeroizing::new(ids::bytes::<32>());
        let text = Zeroizing::new(format!("{SECRET_PREFIX}{}\n", STANDARD.encode(seed.as_slice())));
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        let written = options.open(file).and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.sync_all()
        });
        written.map_err(|error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => ConfigError::new(format!(
                "{name}: a file is there, and a key is never written over: choose another name"
            )),
            _ => ConfigError::new(format!("{name}: {error}")),
        })?;
        Ok(Self::from_seed(&seed))
    }
}
