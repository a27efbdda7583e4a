//! The last movements over one's own accounts: asked for when a balance has changed, so that it takes no polling.

use std::collections::BTreeMap;

use shared::account::AccountRef;
use shared::api::replies::{AccountReply, PostingReply};

/// Postings asked for at a time, of each account.
pub const RECENT_POSTINGS: usize = 8;

/// Accounts followed this way; who has more sees their movements in the accounts themselves.
const ACCOUNTS_FOLLOWED_MAX: usize = 24;

/// The last movements.
#[derive(Debug, Default)]
pub struct Recent {
    /// The balance of each account when its postings were asked for.
    asked_at: BTreeMap<AccountRef, i64>,
    postings: BTreeMap<AccountRef, Vec<PostingReply>>,
}

impl Recent {
    /// The accounts whose balance is not what it was when they were asked about; they count as asked from now on.
    #[must_use]
    pub fn wanted<'a>(&mut self, accounts: impl Iterator<Item = &'a AccountReply>) -> Vec<AccountRef> {
        let mut wanted = Vec::new();
        for account in accounts.take(ACCOUNTS_FOLLOWED_MAX) {
            let before = self.asked_at.insert(account.account.clone(), account.balance);
            // An account that was never touched has nothing to tell.
            if before != Some(account.balance) && (before.is_some() || account.balance != 0) {
                wanted.push(account.account.clone());
            }
        }
        wanted
    }

    /// An account told its last postings.
    pub fn told(&mut self, account: AccountRef, postings: Vec<PostingReply>) {
        self.postings.insert(account, postings);
    }

    /// The newest movements over all accounts, at most `count`.
    #[must_use]
    pub fn newest(&self, count: usize) -> Vec<(&AccountRef, &PostingReply)> {
        let mut all: Vec<(&AccountRef, &PostingReply)> = self
            .postings
            .iter()
            .flat_map(|(account, postings)| postings.iter().map(move |posting| (account, posting)))
            .collect();
        all.sort_by_key(|(account, posting)| std::cmp::Reverse((posting.at, posting.number, *account)));
        all.truncate(count);
        all
    }

    /// Whether anything is known.
    #[must_use]
    pub fn any(&self) -> bool {
        self.postings.values().any(|postings| !postings.is_empty())
    }

    /// The customer logged out.
    pub fn forget(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{account, account_ref};

    #[test]
    fn an_account_is_asked_about_when_its_balance_changes_and_not_before() {
        let mut recent = Recent::default();
        let accounts = |first, second| [account("aurora", 1042, first), account("boreal", 2001, second)];
        let wanted = |recent: &mut Recent, first, second| recent.wanted(accounts(first, second).iter());
        assert_eq!(wanted(&mut recent, 100, 0), [account_ref("aurora", 1042)]);
        assert!(wanted(&mut recent, 100, 0).is_empty());
        assert_eq!(wanted(&mut recent, 100, 5), [account_ref("boreal", 2001)]);
        assert_eq!(wanted(&mut recent, 0, 5), [account_ref("aurora", 1042)]);
    }
}
