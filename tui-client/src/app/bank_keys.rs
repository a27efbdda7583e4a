//! The TLS keys by which this machine knows banks, as the screens show them.
//!
//! Never here: where they are kept, and whether a key is taken (`tui-client/src/node/bank_keys.rs`).

use shared::address::BankAddress;
use shared::ids::BankId;
use shared::key_pin::KeyPin;

/// A bank's key, pinned at first use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankKey {
    /// Where the bank is reached: host and port.
    pub address: String,
    /// The fingerprint.
    pub key: KeyPin,
    /// Whether one of the system's authorities vouched for it at first use.
    pub vouched: bool,
    /// Which bank it is, once it has said so.
    pub bank: Option<BankId>,
}

/// The key among `keys` of the bank at this address, as typed or as told.
#[must_use]
pub fn key_at<'keys>(keys: &'keys [BankKey], address: &str) -> Option<&'keys BankKey> {
    let authority = address.parse::<BankAddress>().ok()?.authority();
    keys.iter().find(|key| key.address == authority)
}
