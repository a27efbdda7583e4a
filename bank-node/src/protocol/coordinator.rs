//! The bank that took the package: it begins attempts, collects votes, and decides once (`telling` does the rest).
//!
//! Invariant: a decision leaves only with, or after, the transaction that holds it; an attempt id is never used twice.

use std::collections::{BTreeMap, BTreeSet};

use shared::ids::{BankId, PackageId};
use shared::package::PackageDigest;
use shared::refusal::{Refusal, RefusalCode, one_per_leg};

use super::attempt::{Age, AttemptId};
use super::bank::{Bank, send};
use super::books::{Books, Key};
use super::message::{Message, No, Prepare, Standing, Vote, VoteMessage};
use super::orders::current_attempt;
use super::output::{Mono, NotTaken, Now, OrderAnswer, Output, Reply, Submit, Ticket};
use super::participant::{Asked, for_now};
use super::portion::{self, legs_at, split};
use super::records::{Attempt, AttemptState, Order, OrderState, PortionState};
use super::settings::{COLLECTING_MAX, Guard};
use super::timers::{Timer, jittered, jittered_down};

/// An attempt whose votes are collected.
#[derive(Clone, Debug)]
pub struct Collecting {
    package: PackageId,
    digest: PackageDigest,
    pub(super) participants: BTreeSet<BankId>,
    /// What each other participant was asked.
    prepares: BTreeMap<BankId, Prepare>,
    pub(super) votes: BTreeMap<BankId, Vote>,
    /// No vote counts after this.
    until: Mono,
    /// How long until PREPARE is said again, in milliseconds.
    again_ms: u64,
}

impl Collecting {
    /// The PREPARE that `bank` has not voted on, with the time that is left now.
    pub(super) fn prepare_for(&self, bank: &BankId, now: Now) -> Option<Prepare> {
        let prepare = self.prepares.get(bank).filter(|_| !self.votes.contains_key(bank))?;
        Some(Prepare { time_left_ms: self.until.0.saturating_sub(now.mono.0), ..prepare.clone() })
    }

    fn is_complete(&self) -> bool {
        self.votes.len() == self.participants.len()
    }

    fn no_voters(&self) -> BTreeSet<BankId> {
        let no = |(_, vote): &(&BankId, &Vote)| !matches!(vote, Vote::Yes { .. });
        self.votes.iter().filter(no).map(|(bank, _)| bank.clone()).collect()
    }
}

/// A customer who waits, or an order between two attempts.
#[derive(Clone, Debug)]
pub struct Submission {
    /// Whom to answer; none once they were told what is known.
    pub(super) ticket: Option<Ticket>,
    /// No further attempt begins after this.
    until: Mono,
    /// Whether the order is between two attempts.
    pub(super) between: bool,
}

/// What is recorded of an abort.
#[derive(Default)]
struct Verdict {
    refusals: Vec<Refusal>,
    closes: bool,
    no_voters: BTreeSet<BankId>,
}

/// Why an attempt ends without a commit.
enum Ending {
    /// Refusals, of which a definite one closes the package.
    Refused(Vec<No>),
    /// Another attempt has the package, or had it under another body.
    Elsewhere(Standing, PackageDigest),
    /// Votes are missing, or this bank gives up.
    GivenUp(Vec<Refusal>),
}

impl Bank {
    // What must be loaded.

    pub(super) fn submit_keys(&self, books: &Books, submit: &Submit) -> Vec<Key> {
        let mut keys = self.look_keys(books, submit.package);
        keys.push(Key::Package(submit.package));
        if let Some(own) = split(&submit.legs, &self.settings.me, submit.customer).get(&self.settings.me) {
            keys.extend(portion::keys(own, &self.settings.me, &self.settings.me));
        }
        keys
    }

    pub(super) fn retry_keys(&self, books: &Books, package: PackageId) -> Vec<Key> {
        let mut keys = vec![Key::Order(package), Key::Package(package)];
        let order = books.has(&Key::Order(package)).then(|| books.order(package)).flatten();
        if let Some(order) = order
            && let Some(own) = split(&order.legs, &self.settings.me, order.customer).get(&self.settings.me)
        {
            keys.extend(portion::keys(own, &self.settings.me, &self.settings.me));
        }
        keys
    }

    pub(super) fn look_keys(&self, books: &Books, package: PackageId) -> Vec<Key> {
        let mut keys = vec![Key::Order(package)];
        let order = books.has(&Key::Order(package)).then(|| books.order(package)).flatten();
        keys.extend(order.and_then(|order| current_attempt(&order.state)).cloned().map(Key::Attempt));
        keys
    }

    pub(super) fn attempt_keys(&self, books: &Books, attempt: &AttemptId) -> Vec<Key> {
        let Some(collecting) = self.collecting.get(attempt) else { return Vec::new() };
        let mut keys = self.promise_keys(books, attempt);
        keys.push(Key::Attempt(attempt.clone()));
        keys.push(Key::Order(collecting.package));
        keys.push(Key::Package(collecting.package));
        keys.extend(collecting.votes.values().filter_map(|vote| self.own_elsewhere(vote)));
        keys
    }

    /// An attempt of this very bank that a vote names: the answer to the customer may have to show it.
    pub(super) fn own_elsewhere(&self, vote: &Vote) -> Option<Key> {
        match vote {
            Vote::Elsewhere {
                standing: Standing::Live { attempt } | Standing::Spent { attempt }, ..
            } => (attempt.coordinator == self.settings.me).then(|| Key::Attempt(attempt.clone())),
            Vote::Elsewhere { standing: Standing::Closed, .. } | Vote::Yes { .. } | Vote::No { .. } => None,
        }
    }

    // A customer orders.

    /// A package is ordered: told what became of it before, or begun.
    pub(super) fn submit(&mut self, books: &mut Books, now: Now, submit: Submit, out: &mut Output) {
        let Submit { ticket, package, customer, legs } = submit;
        let digest = legs.digest();
        let refuse = |why| Reply::Order(ticket, OrderAnswer::NotTaken(why));
        let known = books.order(package).cloned();
        if let Some(order) = &known {
            if order.customer != customer || order.digest != digest {
                out.replies.push(Reply::Order(ticket, OrderAnswer::IdReused));
                return;
            }
            match order.state {
                OrderState::Committed { .. } | OrderState::Refused { .. } | OrderState::InProgress { .. } => {
                    let view = self.view(books, order, false);
                    out.replies.push(Reply::Order(ticket, OrderAnswer::Standing(Box::new(view))));
                    return;
                }
                OrderState::Elsewhere { .. } | OrderState::Aborted { .. } => {}
            }
        }
        let participants = legs.participants(&self.settings.me);
        let not_taken = if self.shutting_down {
            Some(NotTaken::ShuttingDown)
        } else if self.recovering.is_some() {
            Some(NotTaken::Recovering)
        } else if self.draining {
            Some(NotTaken::Draining)
        } else if self.disk_full {
            Some(NotTaken::DiskFull)
        } else if self.collecting.len() >= COLLECTING_MAX {
            Some(NotTaken::Overloaded)
        } else if participants.len() > shared::limits::PACKAGE_BANKS_MAX {
            Some(NotTaken::TooManyBanks)
        } else {
            None
        };
        if let Some(why) = not_taken {
            out.replies.push(refuse(why));
            return;
        }
        let order = known.unwrap_or(Order {
            package,
            customer,
            digest,
            age: Age { first_ms: now.wall_ms, package },
            created_ms: now.wall_ms,
            state: OrderState::InProgress { attempt: None },
            legs,
        });
        let until = now.mono.after(self.settings.timers.submit_ms);
        self.submissions.insert(package, Submission { ticket: Some(ticket), until, between: false });
        self.timers.set(Timer::Submit(package), until);
        self.begin(books, now, order, out);
    }

    /// Begins an attempt of `order`, unless a bank that it needs is known to be away.
    fn begin(&mut self, books: &mut Books, now: Now, order: Order, out: &mut Output) {
        let me = self.settings.me.clone();
        let participants = order.legs.participants(&me);
        let away: Vec<&BankId> = participants.iter().filter(|bank| !self.is_reachable(bank)).collect();
        if !away.is_empty() {
            let legs = away.iter().flat_map(|bank| legs_at(&order.legs, &me, bank));
            let refusals = legs.map(|leg| Refusal::new(leg, RefusalCode::BankUnavailable)).collect();
            let refusals = one_per_leg(refusals);
            let state = OrderState::Aborted { attempt: None, refusals, decided_ms: now.wall_ms };
            self.end_order(books, Order { state, ..order }, out);
            return;
        }
        let id = AttemptId { coordinator: me.clone(), epoch: self.epoch(), sequence: self.next_sequence };
        self.next_sequence += 1;
        let mut portions = split(&order.legs, &me, order.customer);
        let own = portions.remove(&me);
        let unacked = portions.keys().cloned().collect();
        books.put_attempt(Attempt {
            id: id.clone(),
            package: order.package,
            digest: order.digest,
            participants: participants.clone(),
            state: AttemptState::Begun,
            unacked,
        });
        let until = now.mono.after(jittered_down(self.settings.timers.vote_ms, now.dice));
        let prepares: BTreeMap<BankId, Prepare> = portions
            .into_iter()
            .map(|(bank, portion)| {
                let prepare = Prepare {
                    attempt: id.clone(),
                    package: order.package,
                    digest: order.digest,
                    age: order.age,
                    participants: participants.iter().cloned().collect(),
                    consortium: self.settings.consortium,
                    portion,
                    time_left_ms: until.0 - now.mono.0,
                };
                (bank, prepare)
            })
            .collect();
        let mut votes = BTreeMap::new();
        // The id is new: nothing is on disk under it.
        books.know_portion(id.clone(), None);
        if let Some(portion) = &own {
            let asked = Asked {
                attempt: &id,
                package: order.package,
                digest: order.digest,
                age: order.age,
                version: self.settings.consortium,
                participants: participants.clone(),
                portion,
                wait_until: self.own_wait_until(now, order.package, until),
            };
            // A no of its own does not stop the PREPAREs: the customer is told every failing leg.
            votes.extend(self.prepare(books, now, &asked).map(|vote| (me, vote)));
        }
        for (bank, prepare) in &prepares {
            out.early.push(send(bank, Message::Prepare(prepare.clone())));
        }
        let (package, digest) = (order.package, order.digest);
        books.put_order(Order { state: OrderState::InProgress { attempt: Some(id.clone()) }, ..order });
        let again_ms = self.settings.timers.resend_ms;
        if votes.len() < participants.len() {
            self.timers.set(Timer::Vote(id.clone()), until);
        }
        if !prepares.is_empty() {
            self.timers.set(Timer::PrepareAgain(id.clone()), now.mono.after(jittered(again_ms, now.dice)));
        }
        let collecting = Collecting { package, digest, participants, prepares, votes, until, again_ms };
        self.collecting.insert(id.clone(), collecting);
        self.count_votes(books, now, &id, out);
    }

    /// Until when this bank's own portion may wait for money: its customer is to be told how it ended, not that it goes on.
    fn own_wait_until(&self, now: Now, package: PackageId, until: Mono) -> Option<Mono> {
        let told_at = self.submissions.get(&package).map_or(until, |submission| submission.until);
        self.wait_until(now, until.min(told_at).0.saturating_sub(now.mono.0))
    }

    pub(super) fn prepare_again(&mut self, now: Now, attempt: &AttemptId, out: &mut Output) {
        let longest = self.settings.timers.longest_ms;
        let Some(collecting) = self.collecting.get_mut(attempt) else { return };
        for bank in collecting.prepares.keys() {
            if let Some(prepare) = collecting.prepare_for(bank, now) {
                out.sends.push(send(bank, Message::Prepare(prepare)));
            }
        }
        collecting.again_ms = (collecting.again_ms * 2).min(longest);
        let at = now.mono.after(jittered(collecting.again_ms, now.dice));
        self.timers.set(Timer::PrepareAgain(attempt.clone()), at);
    }

    // Votes come in.

    /// VOTE from a participant.
    pub(super) fn voted(
        &mut self,
        books: &mut Books,
        now: Now,
        from: &BankId,
        message: VoteMessage,
        out: &mut Output,
    ) {
        let VoteMessage { attempt, vote } = message;
        let Some(collecting) = self.collecting.get_mut(&attempt) else { return };
        if !collecting.prepares.contains_key(from) || collecting.votes.contains_key(from) {
            return;
        }
        if matches!(&vote, Vote::Yes { digest } if *digest != collecting.digest) {
            self.alarm(books, now, from, Some(&attempt), "votes on another digest", out);
            return;
        }
        let legs = books.order(collecting.package).map_or(0, |order| order.legs.as_slice().len());
        if names_foreign_legs(&vote, legs) {
            self.alarm(books, now, from, Some(&attempt), "refuses legs that the package does not have", out);
            return;
        }
        let package = collecting.package;
        let vote = if self.is_disproved(books, &attempt, &vote) {
            let what = format!("says of package {package} that it is paid, which these books disprove");
            self.alarm(books, now, from, Some(&attempt), what, out);
            let asked = self.collecting.get(&attempt).and_then(|collecting| collecting.prepares.get(from));
            let Some(asked) = asked else { return };
            for_now(&asked.portion)
        } else {
            vote
        };
        let own = own_commit(&vote, &self.settings.me).cloned();
        let Some(collecting) = self.collecting.get_mut(&attempt) else { return };
        collecting.votes.insert(from.clone(), vote);
        self.count_votes(books, now, &attempt, out);
        if self.recovering.is_none() && own.is_some_and(|own| self.has_forgotten(books, &own)) {
            self.begin_recovering(books, now, from, None, out);
        }
    }

    /// Whether `vote` says that the package is paid by an attempt that cannot have paid it: one of this life that has
    /// not, or another bank's of which a portion with accounts here would be spent, and is held by this attempt instead.
    ///
    /// A customer would be told for good that it is done, on one bank's word, with nothing debited.
    fn is_disproved(&self, books: &Books, attempt: &AttemptId, vote: &Vote) -> bool {
        let Some(collecting) = self.collecting.get(attempt) else { return false };
        let Vote::Elsewhere { standing: Standing::Spent { attempt: spent }, digest } = vote else {
            return false;
        };
        if *digest != collecting.digest {
            return false;
        }
        if spent.coordinator == self.settings.me {
            // Of this life memory and disk know everything.
            let committed = books.attempt(spent).is_some_and(|record| {
                matches!(record.state, AttemptState::Committed { .. })
                    && (record.package, record.digest) == (collecting.package, collecting.digest)
            });
            return spent.epoch == self.epoch() && !committed;
        }
        let own_yes = matches!(collecting.votes.get(&self.settings.me), Some(Vote::Yes { .. }));
        own_yes
            && books.portion(attempt).is_some_and(|record| match &record.state {
                PortionState::Prepared(promise) => {
                    self.keeps_record(&promise.portion, collecting.participants.len())
                }
                PortionState::Committed(_) | PortionState::Aborted { .. } => false,
            })
    }

    /// This bank's vote on an attempt of its own that waited for money.
    pub(super) fn own_vote(
        &mut self,
        books: &mut Books,
        now: Now,
        attempt: &AttemptId,
        vote: Vote,
        out: &mut Output,
    ) {
        let Some(collecting) = self.collecting.get_mut(attempt) else { return };
        collecting.votes.insert(self.settings.me.clone(), vote);
        self.count_votes(books, now, attempt, out);
    }

    /// What must be loaded to take a vote.
    pub(super) fn vote_keys(&self, books: &Books, message: &VoteMessage) -> Vec<Key> {
        let mut keys = self.attempt_keys(books, &message.attempt);
        keys.extend(self.own_elsewhere(&message.vote));
        if own_commit(&message.vote, &self.settings.me).is_some() {
            // It may show that these books are old; then what is undecided is given up.
            keys.extend(self.collecting.keys().flat_map(|id| self.attempt_keys(books, id)));
        }
        keys
    }

    /// Decides, if the votes that are in allow it.
    fn count_votes(&mut self, books: &mut Books, now: Now, attempt: &AttemptId, out: &mut Output) {
        let Some(collecting) = self.collecting.get(attempt) else { return };
        let no = collecting.votes.values().any(|vote| !matches!(vote, Vote::Yes { .. }));
        if collecting.is_complete() {
            if no {
                self.end_with_nos(books, now, attempt, out)
            } else {
                self.commit(books, now, attempt, out)
            }
        } else if no && !self.timers.runs(&Timer::Gather(attempt.clone())) {
            let at = now.mono.after(self.settings.timers.gather_ms);
            self.timers.set(Timer::Gather(attempt.clone()), at);
        }
    }

    /// T_gather: the legs that fail are named by whoever has answered.
    pub(super) fn gathered(&mut self, books: &mut Books, now: Now, attempt: &AttemptId, out: &mut Output) {
        self.end_with_nos(books, now, attempt, out);
    }

    /// T_vote: whoever has not voted makes its legs fail.
    pub(super) fn votes_overdue(
        &mut self,
        books: &mut Books,
        now: Now,
        attempt: &AttemptId,
        out: &mut Output,
    ) {
        let Some(collecting) = self.collecting.get(attempt) else { return };
        if collecting.votes.values().any(|vote| !matches!(vote, Vote::Yes { .. })) {
            self.end_with_nos(books, now, attempt, out);
            return;
        }
        let me = &self.settings.me;
        let silent = collecting.participants.iter().filter(|bank| !collecting.votes.contains_key(bank));
        let refusals = books.order(collecting.package).map_or_else(Vec::new, |order| {
            let legs = silent.flat_map(|bank| legs_at(&order.legs, me, bank));
            one_per_leg(legs.map(|leg| Refusal::new(leg, RefusalCode::BankUnavailable)).collect())
        });
        self.abort(books, now, attempt, Ending::GivenUp(refusals), out);
    }

    /// This bank ends what it has not decided.
    pub(super) fn give_up(&mut self, books: &mut Books, now: Now, attempt: &AttemptId, out: &mut Output) {
        self.abort(books, now, attempt, Ending::GivenUp(Vec::new()), out);
    }

    /// Ends an attempt that has a no: *elsewhere* ranks before refusals, and spent before another body before live.
    fn end_with_nos(&mut self, books: &mut Books, now: Now, attempt: &AttemptId, out: &mut Output) {
        let Some(collecting) = self.collecting.get(attempt) else { return };
        let digest = collecting.digest;
        let rank = |standing: &Standing, at: PackageDigest| match standing {
            Standing::Spent { .. } if at == digest => 0,
            Standing::Spent { .. } | Standing::Live { .. } | Standing::Closed if at != digest => 1,
            Standing::Live { .. } | Standing::Spent { .. } | Standing::Closed => 2,
        };
        let elsewhere = collecting.votes.values().filter_map(|vote| match vote {
            Vote::Elsewhere { standing, digest } => Some((standing, *digest)),
            Vote::Yes { .. } | Vote::No { .. } => None,
        });
        let ending = match elsewhere.min_by_key(|(standing, at)| rank(standing, *at)) {
            Some((standing, at)) => Ending::Elsewhere(standing.clone(), at),
            None => {
                let nos = collecting.votes.values().filter_map(|vote| match vote {
                    Vote::No { refusals } => Some(refusals.clone()),
                    Vote::Yes { .. } | Vote::Elsewhere { .. } => None,
                });
                Ending::Refused(nos.flatten().collect())
            }
        };
        self.abort(books, now, attempt, ending, out);
    }

    // The decision.

    /// All have promised: the decision, this bank's own postings and the client's result, in one transaction.
    fn commit(&mut self, books: &mut Books, now: Now, attempt: &AttemptId, out: &mut Output) {
        let Some(collecting) = self.stop_collecting(attempt) else { return };
        let Some(mut record) = books.attempt(attempt).cloned() else { return };
        assert_eq!(record.state, AttemptState::Begun, "R4: {attempt} is decided once");
        record.state = AttemptState::Committed { decided_ms: now.wall_ms };
        books.put_attempt(record.clone());
        if collecting.participants.contains(&self.settings.me) {
            self.commit_portion(books, now, attempt);
        }
        if let Some(order) = books.order(collecting.package).cloned() {
            let state = OrderState::Committed { attempt: attempt.clone(), decided_ms: now.wall_ms };
            books.put_order(Order { state, ..order });
        }
        self.tell(now, &record, out);
        if record.unacked.is_empty() {
            self.reply_now(books, collecting.package, out);
        } else {
            let at = now.mono.after(self.settings.timers.reply_ms);
            self.timers.set(Timer::Reply(collecting.package), at);
        }
    }

    /// Ends an attempt, and says what becomes of its order.
    fn abort(&mut self, books: &mut Books, now: Now, attempt: &AttemptId, ending: Ending, out: &mut Output) {
        let Some(collecting) = self.stop_collecting(attempt) else { return };
        let (nos, given_up) = match &ending {
            Ending::Refused(nos) => (nos.clone(), Vec::new()),
            Ending::Elsewhere(..) => (Vec::new(), Vec::new()),
            Ending::GivenUp(refusals) => (Vec::new(), refusals.clone()),
        };
        let closes = nos.iter().any(|no| no.definite);
        // Of a closed package only what closed it is final; what was in the way for the moment is told as well.
        let refusals = one_per_leg(nos.iter().map(|no| no.refusal.clone()).chain(given_up).collect());
        let verdict = Verdict { refusals: refusals.clone(), closes, no_voters: collecting.no_voters() };
        self.record_abort(books, now, attempt, verdict, out);
        let Some(order) = books.order(collecting.package).cloned() else { return };
        let decided_ms = now.wall_ms;
        let attempt = Some(attempt.clone());
        match ending {
            Ending::Refused(_) if closes => {
                let state = OrderState::Refused { attempt, refusals, decided_ms };
                self.end_order(books, Order { state, ..order }, out);
            }
            Ending::Refused(_) => {
                // A bank here for cash alone has a till, or a cap, that is full: it does not try that again by itself.
                let cash_alone = !order.legs.account_banks().contains(&self.settings.me);
                let repeats = !(cash_alone && collecting.no_voters().contains(&self.settings.me));
                self.retry_or(books, now, order, repeats, out, |order| {
                    let state = OrderState::Aborted { attempt, refusals, decided_ms };
                    Order { state, ..order }
                });
            }
            Ending::GivenUp(_) => {
                let state = OrderState::Aborted { attempt, refusals, decided_ms };
                self.end_order(books, Order { state, ..order }, out);
            }
            Ending::Elsewhere(_, digest) if digest != order.digest => {
                books.forget_order(order.package);
                self.answer(order.package, OrderAnswer::IdReused, out);
            }
            Ending::Elsewhere(Standing::Spent { attempt: spent }, _) => {
                let state = if self.settings.guards.hold(Guard::SpentElsewhereCommitted) {
                    OrderState::Committed { attempt: spent, decided_ms }
                } else {
                    OrderState::Refused { attempt, refusals, decided_ms }
                };
                self.end_order(books, Order { state, ..order }, out);
            }
            Ending::Elsewhere(Standing::Live { attempt: live }, _) => {
                let own = live.coordinator == self.settings.me;
                self.retry_or(books, now, order, true, out, |order| {
                    // An earlier attempt of this very bank has ended here: only a slow participant has it still.
                    let state = if own {
                        OrderState::Aborted { attempt, refusals, decided_ms }
                    } else {
                        OrderState::Elsewhere { attempt: live }
                    };
                    Order { state, ..order }
                });
            }
            // Closed under this very digest is told as a no, so this bank heard it under another name of the same body.
            Ending::Elsewhere(Standing::Closed, _) => {
                let state = OrderState::Aborted { attempt, refusals, decided_ms };
                self.end_order(books, Order { state, ..order }, out);
            }
        }
    }

    /// A new attempt after a moment, while the request leaves time for one; else what `ended` makes of the order.
    fn retry_or(
        &mut self,
        books: &mut Books,
        now: Now,
        order: Order,
        repeats: bool,
        out: &mut Output,
        ended: impl FnOnce(Order) -> Order,
    ) {
        let waits = &self.settings.timers;
        let at = now.mono.after(waits.retry_ms + now.dice % (waits.retry_spread_ms + 1));
        let in_time =
            self.submissions.get(&order.package).is_some_and(|s| s.ticket.is_some() && at < s.until);
        if !repeats || !in_time || !self.is_ready() {
            let order = ended(order);
            self.end_order(books, order, out);
            return;
        }
        if let Some(submission) = self.submissions.get_mut(&order.package) {
            submission.between = true;
        }
        self.timers.set(Timer::Retry(order.package), at);
        books.put_order(Order { state: OrderState::InProgress { attempt: None }, ..order });
    }

    /// The moment is over: the next attempt of an order, with its age.
    pub(super) fn retry(&mut self, books: &mut Books, now: Now, package: PackageId, out: &mut Output) {
        let Some(submission) = self.submissions.get_mut(&package) else { return };
        submission.between = false;
        let Some(order) = books.order(package).cloned() else { return };
        if matches!(order.state, OrderState::InProgress { attempt: None }) {
            if self.is_ready() {
                self.begin(books, now, order, out);
            } else {
                let state =
                    OrderState::Aborted { attempt: None, refusals: Vec::new(), decided_ms: now.wall_ms };
                self.end_order(books, Order { state, ..order }, out);
            }
        }
    }

    /// The abort on disk, this bank's own holds released, and everyone told: no-voters too, so that tombstones stand.
    fn record_abort(
        &mut self,
        books: &mut Books,
        now: Now,
        attempt: &AttemptId,
        verdict: Verdict,
        out: &mut Output,
    ) {
        let Some(mut record) = books.attempt(attempt).cloned() else { return };
        assert_eq!(record.state, AttemptState::Begun, "R4: {attempt} is decided once");
        let Verdict { refusals, closes, no_voters } = verdict;
        record.state =
            AttemptState::Aborted { decided_ms: now.wall_ms, refusals: refusals.clone(), closes, no_voters };
        books.put_attempt(record.clone());
        if record.participants.contains(&self.settings.me) {
            let closing = closes.then_some(refusals);
            self.abort_portion(books, attempt, closing);
        }
        self.tell(now, &record, out);
    }

    /// An attempt that the last life left undecided, at the start of this one.
    pub(super) fn end_left_over(&mut self, books: &mut Books, now: Now, attempt: &Attempt, out: &mut Output) {
        self.record_abort(books, now, &attempt.id, Verdict::default(), out);
        if let Some(order) = books.order(attempt.package).cloned()
            && order.state == (OrderState::InProgress { attempt: Some(attempt.id.clone()) })
        {
            let state = OrderState::Aborted {
                attempt: Some(attempt.id.clone()),
                refusals: Vec::new(),
                decided_ms: now.wall_ms,
            };
            books.put_order(Order { state, ..order });
        }
    }

    fn stop_collecting(&mut self, attempt: &AttemptId) -> Option<Collecting> {
        self.timers.cancel(&Timer::Vote(attempt.clone()));
        self.timers.cancel(&Timer::Gather(attempt.clone()));
        self.timers.cancel(&Timer::PrepareAgain(attempt.clone()));
        self.stop_waiting(attempt);
        self.collecting.remove(attempt)
    }
}

/// The attempt of `me` that a vote says has spent the package.
fn own_commit<'a>(vote: &'a Vote, me: &BankId) -> Option<&'a AttemptId> {
    match vote {
        Vote::Elsewhere { standing: Standing::Spent { attempt }, .. } if attempt.coordinator == *me => {
            Some(attempt)
        }
        Vote::Elsewhere { .. } | Vote::Yes { .. } | Vote::No { .. } => None,
    }
}

/// Whether a vote refuses a leg that a package of so many legs does not have.
fn names_foreign_legs(vote: &Vote, legs: usize) -> bool {
    match vote {
        Vote::No { refusals } => refusals.iter().any(|no| usize::from(no.refusal.leg) >= legs),
        Vote::Yes { .. } | Vote::Elsewhere { .. } => false,
    }
}
