//! Which life may write: only the newest, so that two processes never decide on one ledger.
//!
//! Never here: where lives are kept.

use super::LedgerFault;
use crate::protocol::attempt::{Epoch, EpochNonce};
use crate::protocol::records::Write;

/// Checks that `life` is the newest one that `writes` leave in a ledger whose newest is `newest` (0 for none), and that
/// no life is written over one that another process began under its number. `nonce_of` reads a life's nonce there.
///
/// # Errors
/// [`LedgerFault::TakenOver`], and whatever `nonce_of` meets.
pub(super) fn check(
    newest: Epoch,
    life: Epoch,
    writes: &[Write],
    nonce_of: impl Fn(Epoch) -> Result<Option<EpochNonce>, LedgerFault>,
) -> Result<(), LedgerFault> {
    let mut after = newest;
    for write in writes {
        let Write::Epoch(record) = write else { continue };
        if record.epoch <= newest && nonce_of(record.epoch)?.is_some_and(|nonce| nonce != record.nonce) {
            return Err(LedgerFault::TakenOver { theirs: newest, ours: life });
        }
        after = after.max(record.epoch);
    }
    if after == life { Ok(()) } else { Err(LedgerFault::TakenOver { theirs: after, ours: life }) }
}
