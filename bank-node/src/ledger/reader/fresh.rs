//! What a look at an account may lack: promises to other banks' packages whose outcome is not booked.

use std::collections::BTreeSet;

use shared::account::AccountNumber;
use shared::ids::BankId;

use super::Moment;
use crate::ledger::LedgerFault;
use crate::ledger::sqlite::tables::{balance, portion};
use crate::protocol::attempt::AttemptId;
use crate::protocol::fresh;
use crate::protocol::records::LedgerAccount;

impl Moment<'_> {
    /// The attempts of other banks that would change `account` of `own`, whose books these are, and have not ended here.
    ///
    /// # Errors
    /// As [`LedgerFault`] says.
    pub fn undecided(
        &self,
        own: &BankId,
        account: AccountNumber,
    ) -> Result<BTreeSet<AttemptId>, LedgerFault> {
        let money = balance::find(self.0, &LedgerAccount::Customer(account))?.unwrap_or_default();
        // Most of the time nothing is set aside, and no promise has to be read.
        if money.held == 0 && money.incoming == 0 {
            return Ok(BTreeSet::new());
        }
        Ok(fresh::undecided(own, account, &portion::prepared(self.0)?))
    }
}
