//! Who has a claim on which account's money: what is promised away, and who waits for it (wait-die).
//!
//! Invariant: an attempt waits only for promises to younger packages, so no two ever wait for each other; and nobody
//! takes what an older one waits for. All of it is volatile: promises are noted anew from disk, waiters ask again.

use std::collections::BTreeMap;

use shared::account::AccountNumber;

use super::attempt::{Age, AttemptId};
use super::message::{Portion, Prepare};
use super::output::Mono;
use super::portion::{Flow, flows};
use super::records::LedgerAccount;
use super::snapshot::Snapshot;

/// Where an attempt stands in the row of those with a claim: the older package first. Two attempts of one package, at two
/// coordinators, are parted by their ids.
pub type Rank = (Age, AttemptId);

/// An attempt that waits for money here.
#[derive(Clone, Debug)]
pub struct Waiter {
    /// What it asks for; of an attempt of this bank's own, for its own portion.
    pub prepare: Prepare,
    /// It is refused then: early enough for its coordinator to hear of it.
    pub until: Mono,
}

impl Waiter {
    fn rank(&self) -> Rank {
        (self.prepare.age, self.prepare.attempt.clone())
    }
}

/// The claims on all accounts of a bank.
#[derive(Clone, Debug, Default)]
pub struct Claims {
    /// What prepared portions take from each account and bring to it.
    promised: BTreeMap<AccountNumber, BTreeMap<Rank, Flow>>,
    /// What each waiter wants to take, in centavos.
    wanted: BTreeMap<AccountNumber, BTreeMap<Rank, i64>>,
    waiters: BTreeMap<AttemptId, Waiter>,
}

impl Claims {
    /// Notes what a yes sets aside.
    pub fn promise(&mut self, attempt: &AttemptId, age: Age, portion: &Portion) {
        for (account, flow) in of_customers(portion) {
            self.promised.entry(account).or_default().insert((age, attempt.clone()), flow);
        }
    }

    /// A promise has ended.
    pub fn release(&mut self, attempt: &AttemptId, age: Age, portion: &Portion) {
        let rank = (age, attempt.clone());
        for (account, _) in of_customers(portion) {
            take_out(&mut self.promised, account, &rank);
        }
    }

    /// Notes who waits, in place of what it waited for before.
    pub fn wait(&mut self, waiter: Waiter) {
        self.stop(&waiter.prepare.attempt);
        for (account, takes) in wants(&waiter.prepare.portion) {
            self.wanted.entry(account).or_default().insert(waiter.rank(), takes);
        }
        self.waiters.insert(waiter.prepare.attempt.clone(), waiter);
    }

    /// `attempt` waits no longer. What it waited for, if it did.
    pub fn stop(&mut self, attempt: &AttemptId) -> Option<Waiter> {
        let waiter = self.waiters.remove(attempt)?;
        let rank = waiter.rank();
        for (account, _) in wants(&waiter.prepare.portion) {
            take_out(&mut self.wanted, account, &rank);
        }
        Some(waiter)
    }

    /// Nobody waits any longer.
    pub fn stop_all(&mut self) {
        self.wanted.clear();
        self.waiters.clear();
    }

    /// What `attempt` waits for, if it does.
    #[must_use]
    pub fn waiter(&self, attempt: &AttemptId) -> Option<&Waiter> {
        self.waiters.get(attempt)
    }

    /// Everyone who waits, in order of attempts.
    pub fn waiters(&self) -> impl Iterator<Item = &Waiter> {
        self.waiters.values()
    }

    /// How many wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.waiters.len()
    }

    /// Who waits for money of `account`, oldest first.
    pub fn waiting_at(&self, account: AccountNumber) -> impl DoubleEndedIterator<Item = &Rank> {
        self.wanted.get(&account).into_iter().flat_map(BTreeMap::keys)
    }

    /// What those older than `age` wait for at `account`, in centavos: not to be promised to anyone younger.
    #[must_use]
    pub fn reserved(&self, account: AccountNumber, age: Age) -> i64 {
        let wanted = self.wanted.get(&account).into_iter().flatten();
        wanted.take_while(|((other, _), _)| *other < age).map(|(_, takes)| takes).sum()
    }

    /// What promises to packages younger than `age` hold of `account` and bring to it, in centavos: what it may wait for.
    #[must_use]
    pub fn younger(&self, account: AccountNumber, age: Age) -> i64 {
        let promised = self.promised.get(&account).into_iter().flatten().rev();
        promised.take_while(|((other, _), _)| *other > age).map(|(_, flow)| flow.takes + flow.brings).sum()
    }

    /// What is promised away of `account` in all, and to it.
    #[must_use]
    pub fn promised(&self, account: AccountNumber) -> Flow {
        let all = self.promised.get(&account).into_iter().flat_map(BTreeMap::values);
        all.fold(Flow::default(), |sum, flow| Flow {
            takes: sum.takes + flow.takes,
            brings: sum.brings + flow.brings,
        })
    }

    /// The first account of which `disk` has other sums set aside than are noted here. For tests of what stays in memory.
    #[must_use]
    pub fn differ_from(&self, disk: &Snapshot) -> Option<String> {
        disk.balances.iter().find_map(|(account, money)| {
            let LedgerAccount::Customer(number) = account else { return None };
            let noted = self.promised(*number);
            let agrees = (noted.takes, noted.brings) == (money.held, money.incoming);
            (!agrees).then(|| format!("{account}: {money:?} on disk, {noted:?} among the claims"))
        })
    }
}

/// What a portion does to customers' accounts: only their money can be waited for.
fn of_customers(portion: &Portion) -> impl Iterator<Item = (AccountNumber, Flow)> {
    flows(portion).into_iter().filter_map(|(account, flow)| match account {
        LedgerAccount::Customer(number) => Some((number, flow)),
        LedgerAccount::Till
        | LedgerAccount::DueTo(_)
        | LedgerAccount::DueFrom(_)
        | LedgerAccount::Suspense => None,
    })
}

/// What a portion takes from each account that it debits, in centavos.
pub fn wants(portion: &Portion) -> impl Iterator<Item = (AccountNumber, i64)> {
    of_customers(portion).filter(|(_, flow)| flow.takes > 0).map(|(account, flow)| (account, flow.takes))
}

fn take_out<T>(claims: &mut BTreeMap<AccountNumber, BTreeMap<Rank, T>>, account: AccountNumber, rank: &Rank) {
    if let Some(of_account) = claims.get_mut(&account) {
        of_account.remove(rank);
        if of_account.is_empty() {
            claims.remove(&account);
        }
    }
}
