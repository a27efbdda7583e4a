//! Stopping a bank as a crash does, and starting it again: the demo's two keys, as plain values.
//!
//! Invariant: the core wishes for it only where the demo runs; what a bank is, only the demo knows.

use shared::ids::BankId;

/// What the demo is asked to do to a bank of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BankSwitch {
    /// Stop it: nothing drained, nothing said.
    Stop(BankId),
    /// The same in the middle of the package that is about to leave: once the bank has stored and told something of it,
    /// and before it knows the end.
    StopMidPackage(BankId),
    /// Start it again, on the books that it left.
    Start(BankId),
}

impl BankSwitch {
    /// The bank.
    #[must_use]
    pub const fn bank(&self) -> &BankId {
        match self {
            Self::Stop(bank) | Self::StopMidPackage(bank) | Self::Start(bank) => bank,
        }
    }
}
