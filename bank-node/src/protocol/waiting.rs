//! Waiting for money (wait-die): an attempt that lacks only what younger packages hold waits for them, and is looked at
//! again, oldest first, whenever an account that it waits at changes.
//!
//! Never here: who may wait for whom (`funds` judges that by `claims`), and anything on disk. A waiter has said neither
//! yes nor no; whoever asks about it meanwhile makes it a no.

use std::collections::BTreeSet;

use shared::account::AccountNumber;
use shared::ids::BankId;

use super::attempt::AttemptId;
use super::bank::{Bank, send};
use super::books::{Books, Key};
use super::claims::{Waiter, wants};
use super::message::{Message, Portion, Prepare, VoteMessage};
use super::output::{Mono, Now, Output};
use super::participant::Asked;
use super::portion;
use super::settings::{WAITERS_MAX, WAITERS_PER_ACCOUNT_MAX};
use super::timers::Timer;

impl Bank {
    /// Until when an attempt whose coordinator waits `time_left_ms` for votes may wait here; none when that is too short.
    ///
    /// It ends T_gather before the coordinator's time does: then its no is heard as a no, with its reason, and not as
    /// silence.
    pub(super) fn wait_until(&self, now: Now, time_left_ms: u64) -> Option<Mono> {
        let waits = &self.settings.timers;
        let wait_ms = time_left_ms.min(waits.vote_ms).saturating_sub(waits.gather_ms);
        (wait_ms > 0).then(|| now.mono.after(wait_ms))
    }

    /// Lets an attempt wait, if its time allows it and there is room. An older one takes the youngest one's place.
    pub(super) fn wait(&mut self, now: Now, asked: &Asked<'_>) -> bool {
        let Some(until) = asked.wait_until.filter(|until| now.mono < *until) else { return false };
        if self.claims.waiting() >= WAITERS_MAX {
            return false;
        }
        for (account, _) in wants(asked.portion) {
            if self.claims.waiting_at(account).count() < WAITERS_PER_ACCOUNT_MAX {
                continue;
            }
            let youngest = self.claims.waiting_at(account).next_back().cloned();
            match youngest {
                Some((age, attempt)) if age > asked.age => self.timers.set(Timer::Wait(attempt), now.mono),
                Some(_) | None => return false,
            }
        }
        self.timers.set(Timer::Wait(asked.attempt.clone()), until);
        let prepare = Prepare {
            attempt: asked.attempt.clone(),
            package: asked.package,
            digest: asked.digest,
            age: asked.age,
            participants: asked.participants.iter().cloned().collect(),
            consortium: asked.version,
            portion: asked.portion.clone(),
            time_left_ms: 0,
        };
        self.claims.wait(Waiter { prepare, until });
        true
    }

    /// `attempt` waits no longer, whatever ended it. Whether it did wait.
    pub(super) fn stop_waiting(&mut self, attempt: &AttemptId) -> bool {
        self.timers.cancel(&Timer::Wait(attempt.clone()));
        let Some(waiter) = self.claims.stop(attempt) else { return false };
        self.freed(&waiter.prepare.portion);
        true
    }

    /// Something ended that had a claim on the accounts of `portion`: those who wait there are looked at again, at once,
    /// in a step of its own that has their records at hand.
    pub(super) fn freed(&mut self, portion: &Portion) {
        let accounts: BTreeSet<AccountNumber> =
            portion.lines.iter().filter_map(|line| line.account).collect();
        for account in accounts {
            if self.claims.waiting_at(account).next().is_some() {
                self.timers.set(Timer::Freed(account), Mono::default());
            }
        }
    }

    /// What must be loaded to look again at everyone who waits at `account`.
    pub(super) fn freed_keys(&self, books: &Books, account: AccountNumber) -> Vec<Key> {
        let waiting = self.claims.waiting_at(account);
        waiting.flat_map(|(_, attempt)| self.waiter_keys(books, attempt)).collect()
    }

    /// What must be loaded to look again at one of them.
    pub(super) fn waiter_keys(&self, books: &Books, attempt: &AttemptId) -> Vec<Key> {
        let Some(waiter) = self.claims.waiter(attempt) else { return Vec::new() };
        let prepare = &waiter.prepare;
        let mut keys = self.attempt_keys(books, attempt);
        keys.extend(portion::keys(&prepare.portion, &attempt.coordinator, &self.settings.me));
        keys.push(Key::Portion(attempt.clone()));
        keys.push(Key::Package(prepare.package));
        keys
    }

    /// Those who wait at `account` are looked at again, oldest first.
    pub(super) fn look_again_at(
        &mut self,
        books: &mut Books,
        now: Now,
        account: AccountNumber,
        out: &mut Output,
    ) {
        let waiting: Vec<AttemptId> =
            self.claims.waiting_at(account).map(|(_, attempt)| attempt.clone()).collect();
        for attempt in waiting {
            self.look_again(books, now, &attempt, out);
        }
    }

    /// One that waits is judged anew: it is promised the money, goes on waiting, or is refused now.
    pub(super) fn look_again(&mut self, books: &mut Books, now: Now, attempt: &AttemptId, out: &mut Output) {
        let Some(waiter) = self.claims.stop(attempt) else { return };
        let Waiter { prepare, until } = waiter;
        let vote = if attempt.coordinator == self.settings.me {
            let asked = Asked {
                attempt,
                package: prepare.package,
                digest: prepare.digest,
                age: prepare.age,
                version: prepare.consortium,
                participants: prepare.participants.iter().cloned().collect(),
                portion: &prepare.portion,
                wait_until: Some(until),
            };
            self.prepare(books, now, &asked)
        } else if self.recovering.is_some() {
            None
        } else {
            self.first_vote(books, now, &attempt.coordinator, &prepare, Some(until), out)
        };
        if self.claims.waiter(attempt).is_some() {
            return;
        }
        self.timers.cancel(&Timer::Wait(attempt.clone()));
        self.freed(&prepare.portion);
        let Some(vote) = vote else { return };
        if attempt.coordinator == self.settings.me {
            self.own_vote(books, now, attempt, vote, out);
        } else {
            let to: &BankId = &attempt.coordinator;
            let vote = VoteMessage { attempt: attempt.clone(), vote };
            out.sends.push(send(to, Message::Vote(vote)));
        }
    }
}
