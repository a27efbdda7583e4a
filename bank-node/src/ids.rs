//! The one place where chance is drawn: ids, tokens, nonces, salts, dice, keys.

#![expect(clippy::disallowed_methods, reason = "chance enters the program here")]

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom as _, SystemRandom};
use shared::ids::{ConsentId, CustomerId, PackageId, SessionId};
use uuid::Uuid;

use crate::protocol::attempt::EpochNonce;

static CHANCE: LazyLock<SystemRandom> = LazyLock::new(SystemRandom::new);

/// `N` random bytes. A machine that has none to give cannot run a bank: the process ends.
#[must_use]
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    CHANCE.fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// Sixty-four random bits, for jitter.
#[must_use]
pub fn dice() -> u64 {
    u64::from_le_bytes(bytes())
}

/// A UUID without order or time in it, for ids that must tell nothing.
fn opaque() -> Uuid {
    uuid::Builder::from_random_bytes(bytes()).into_uuid()
}

/// A new customer's id.
#[must_use]
pub fn customer() -> CustomerId {
    CustomerId(opaque())
}

/// A new consent's id.
#[must_use]
pub fn consent() -> ConsentId {
    ConsentId(opaque())
}

/// A new session's id.
#[must_use]
pub fn session() -> SessionId {
    SessionId(opaque())
}

/// A package's id, as clients make them; for demonstrations and benches.
#[must_use]
pub fn package() -> PackageId {
    PackageId(Uuid::now_v7())
}

/// A session's token: 256 bits, as text for a header.
#[must_use]
pub fn token() -> String {
    URL_SAFE_NO_PAD.encode(bytes::<32>())
}

/// A password that somebody reads once and types once: 80 bits, in four groups, without letters that look alike.
#[must_use]
pub fn one_time_password() -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let letters: Vec<char> =
        bytes::<16>().iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect();
    letters.chunks(4).map(String::from_iter).collect::<Vec<_>>().join("-")
}

/// What tells one life of a node from another under the same epoch: 32 hexadecimal digits.
#[must_use]
pub fn epoch_nonce() -> EpochNonce {
    EpochNonce(hexadecimal(&bytes::<16>()))
}

/// What tells the events of one life of a node from those of another: 16 hexadecimal digits.
#[must_use]
pub fn life() -> String {
    hexadecimal(&bytes::<8>())
}

/// What makes a signed request unlike any other: 32 hexadecimal digits.
#[must_use]
pub fn nonce() -> String {
    hexadecimal(&bytes::<16>())
}

/// A request's id in the logs: 16 hexadecimal digits.
#[must_use]
pub fn request() -> String {
    hexadecimal(&bytes::<8>())
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
