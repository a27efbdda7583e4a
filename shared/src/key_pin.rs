//! The fingerprint of a TLS key: what stands in a consortium file, and what a client remembers a bank by.
//!
//! It is the SHA-256 of the key as certificates carry it (SubjectPublicKeyInfo, DER), so that a certificate that is renewed
//! with its key keeps its pin. Never here: a certificate read, or a connection.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// What stands before the digest in base64.
const PREFIX: &str = "sha256:";

/// A TLS key's fingerprint, written `sha256:BASE64`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyPin([u8; 32]);

/// A text that is no fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the fingerprint of a TLS key is written sha256: and 32 bytes in base64")]
pub struct InvalidKeyPin;

impl KeyPin {
    /// The fingerprint of a key, given as SubjectPublicKeyInfo in DER.
    #[must_use]
    pub fn of_public_key_info(der: &[u8]) -> Self {
        let digest = ring::digest::digest(&ring::digest::SHA256, der);
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest.as_ref());
        Self(bytes)
    }
}

impl FromStr for KeyPin {
    type Err = InvalidKeyPin;

    fn from_str(text: &str) -> Result<Self, InvalidKeyPin> {
        let base64 = text.trim().strip_prefix(PREFIX).ok_or(InvalidKeyPin)?;
        let bytes = STANDARD.decode(base64).map_err(|_| InvalidKeyPin)?;
        Ok(Self(bytes.try_into().map_err(|_| InvalidKeyPin)?))
    }
}

impl fmt::Display for KeyPin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{PREFIX}{}", STANDARD.encode(self.0)))
    }
}

impl fmt::Debug for KeyPin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for KeyPin {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for KeyPin {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_has_one_spelling() {
        // The digest of nothing, as every SHA-256 gives it.
        let empty = "sha256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
        let pin = KeyPin::of_public_key_info(b"");
        assert_eq!(pin.to_string(), empty);
        assert_eq!(empty.parse(), Ok(pin));
        assert_ne!(KeyPin::of_public_key_info(b"x"), pin);
        for text in ["", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "sha256:AAAA", "sha1:AAAA"] {
            assert_eq!(text.parse::<KeyPin>(), Err(InvalidKeyPin), "{text}");
        }
    }
}
