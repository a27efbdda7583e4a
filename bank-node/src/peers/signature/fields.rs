//! The values of the signing headers: written in one spelling, and no other spelling is read.
//!
//! Never here: keys, and what a signature covers.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use shared::ids::BankId;

/// By which `signature-input` and `signature` belong together.
pub(super) const LABEL: &str = "bank";
/// Which profile, so that a signature made for another purpose proves nothing here.
const TAG: &str = "consortium-interbank-1";

/// Sixteen random bytes, as 32 hexadecimal digits: no bank uses one twice.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nonce(u128);

impl Nonce {
    /// The nonce with these bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 16]) -> Self {
        Self(u128::from_be_bytes(bytes))
    }
}

/// A text that is no nonce.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a nonce is 32 hexadecimal digits in lower case")]
pub struct InvalidNonce;

impl FromStr for Nonce {
    type Err = InvalidNonce;

    fn from_str(text: &str) -> Result<Self, InvalidNonce> {
        let hexadecimal = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        if text.len() != 32 || !text.bytes().all(hexadecimal) {
            return Err(InvalidNonce);
        }
        u128::from_str_radix(text, 16).map(Self).map_err(|_| InvalidNonce)
    }
}

impl fmt::Display for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// When a message was signed, and which one it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Seconds since 1970, by the sender's clock; not before 1970.
    pub created_s: i64,
    /// Of this message only.
    pub nonce: Nonce,
}

/// `;created=1767225600;nonce="…";keyid="aurora";alg="ed25519";tag="consortium-interbank-1"`.
pub(super) fn write_parameters(from: &BankId, stamp: &Stamp) -> String {
    let Stamp { created_s, nonce } = stamp;
    format!(r#";created={created_s};nonce="{nonce}";keyid="{from}";alg="ed25519";tag="{TAG}""#)
}

/// Reads `signature-input`: the parameters (components first) as they were signed, and the stamp in them.
pub(super) fn read_input<'a>(text: &'a str, components: &str, from: &BankId) -> Option<(&'a str, Stamp)> {
    let parameters = text.strip_prefix(LABEL)?.strip_prefix('=')?;
    let rest = parameters.strip_prefix(components)?.strip_prefix(";created=")?;
    let (created, rest) = rest.split_once(';')?;
    let (nonce, rest) = rest.strip_prefix("nonce=\"")?.split_once('"')?;
    let rest = rest.strip_prefix(";keyid=\"")?.strip_prefix(from.as_str())?;
    let rest = rest.strip_prefix("\";alg=\"ed25519\";tag=\"")?.strip_prefix(TAG)?;
    let digits = created.bytes().all(|b| b.is_ascii_digit());
    // Fifteen digits is what a structured field holds (RFC 9651).
    if rest != "\"" || !digits || created.len() > 15 || (created.len() > 1 && created.starts_with('0')) {
        return None;
    }
    Some((parameters, Stamp { created_s: created.parse().ok()?, nonce: nonce.parse().ok()? }))
}

/// `sha-256=:BASE64:`.
pub(super) fn write_digest(sha256: &[u8; 32]) -> String {
    format!("sha-256=:{}:", STANDARD.encode(sha256))
}

/// Reads `content-digest`.
pub(super) fn read_digest(text: &str) -> Option<[u8; 32]> {
    read_bytes(text.strip_prefix("sha-256=")?)?.try_into().ok()
}

/// Reads `signature`.
pub(super) fn read_signature(text: &str) -> Option<[u8; 64]> {
    read_bytes(text.strip_prefix(LABEL)?.strip_prefix('=')?)?.try_into().ok()
}

/// Reads `:BASE64:`, which the engine takes in its one canonical spelling only.
fn read_bytes(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text.strip_prefix(':')?.strip_suffix(':')?).ok()
}
