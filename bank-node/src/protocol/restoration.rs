//! A ledger put back from a backup: closed until every other bank has said what it knows of the packages between them, then
//! all of that is booked in one step, and a life begins above all that were seen.
//!
//! Invariant: until that step nothing is said to anybody, nothing voted and nothing presumed. After it, whatever another
//! bank has committed with this one is committed here; what this bank alone knew is lost, and the report says so.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use shared::account::{AccountNumber, AccountStatus};
use shared::api::replies::Permission;
use shared::ids::{BankId, PackageId};
use shared::limits::BALANCE_MAX;
use shared::money::Amount;
use shared::package::PackageDigest;

use super::attempt::{Age, AttemptId, Epoch};
use super::bank::Bank;
use super::books::{Books, Key};
use super::message::{Line, Portion, Side};
use super::missed::{Finding, Missed, OwnAttempt, Proof};
use super::output::{Now, Output};
use super::portion::{self, flows};
use super::posting::book;
use super::records::{
    Account, Attempt, AttemptState, Evidence, LedgerAccount, Order, OrderState, PackageRecord, PackageState,
    PortionRecord, PortionState, Promise, Write,
};

/// A backup that took the ledger's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restoration {
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// The last life in the copy: its end, and all later lives until the report, may be lost.
    pub epoch: Epoch,
    /// The last attempt of that life that is in the copy; 0 for none.
    pub last_sequence: u64,
    /// The last posting in the copy.
    pub last_posting: u64,
}

/// What a restored bank got back from the others, and what it did not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryReport {
    /// When the copy was put back, in milliseconds since 1970.
    pub restored_ms: i64,
    /// When the others had said all that they know, in milliseconds since 1970.
    pub recovered_ms: i64,
    /// The last posting in the copy. What was booked after it by packages within this bank alone is lost.
    pub last_posting: u64,
    /// Packages booked anew on other banks' word.
    pub recovered: Vec<RecoveredPackage>,
    /// Packages noted as refused for good.
    pub closed: u64,
    /// Attempts of this bank that are known to have come to nothing.
    pub given_up: Vec<AttemptId>,
    /// Attempts of this bank that every other participant has promised and of which none was told the decision: it was in
    /// the lost books alone. An operator decides them.
    pub undecided: Vec<AttemptId>,
    /// Attempts of this bank that no other bank has heard of: each was a package within this bank, or came to nothing.
    pub unheard: Vec<AttemptRange>,
    /// After these, the last that anybody has heard of in their lives, there may have been more.
    pub last_heard: Vec<AttemptId>,
    /// What another bank said and these books contradict: left as it is, with an alarm.
    pub contradicted: Vec<AttemptId>,
}

/// A package that was booked anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveredPackage {
    /// The package.
    pub package: PackageId,
    /// The attempt that committed.
    pub attempt: AttemptId,
    /// Whether all of it is known. Otherwise it had legs within this bank too, and those are lost.
    pub whole: bool,
    /// What stands in suspense for it.
    pub suspense: Vec<Suspended>,
}

/// A line that could not be booked where it belongs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspended {
    /// The leg.
    pub leg: u16,
    /// The account that it names.
    pub account: AccountNumber,
    /// Whether the account should have paid or been paid.
    pub side: Side,
    /// How much, in centavos.
    pub amount: i64,
    /// Why.
    pub why: SuspenseReason,
}

/// Why a line stands in suspense.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SuspenseReason {
    /// The account was opened after the backup.
    AccountUnknown,
    /// The account is closed.
    AccountClosed,
    /// The money came to the account by packages that are lost.
    NotCovered,
    /// No consent in these books lets the other bank's customer debit the account: it may have been given after the backup.
    ConsentUnknown,
    /// The account would pass the largest balance.
    BalanceLimit,
}

/// Attempts of one life, from one number to another, both among them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptRange {
    /// The life.
    pub epoch: Epoch,
    /// The first number.
    pub first: u64,
    /// The last.
    pub last: u64,
}

/// What an operator is told whose decision was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DecideAnswer {
    /// It is decided, and told to the other banks; what was booked here for it.
    Decided(Option<RecoveredPackage>),
    /// It is unknown here, or decided, or not lost.
    NotUndecided,
    /// The other banks' books prove the opposite.
    Proven(Proof),
}

/// A portion that is booked on another bank's word.
struct Recovered {
    attempt: AttemptId,
    package: PackageId,
    digest: PackageDigest,
    participants: BTreeSet<BankId>,
    /// None where this bank, as coordinator, books nothing.
    portion: Option<Portion>,
    prepared_ms: i64,
    whole: bool,
}

impl Bank {
    /// What must be loaded to book what the others have said.
    pub(super) fn missed_keys(&self, books: &Books, missed: &Missed) -> Vec<Key> {
        let mut keys = self.start_keys(books);
        let me = &self.settings.me;
        for (id, own) in missed.own_attempts(self.begun_before()) {
            keys.push(Key::Attempt(id.clone()));
            keys.push(Key::Order(own.package));
            keys.push(Key::Package(own.package));
            keys.extend(own.customer().map(Key::Customer));
            keys.extend(own.portion(me).iter().flat_map(|portion| portion::keys(portion, me, me)));
            keys.extend(self.promise_keys(books, &id));
        }
        for (bank, attempt) in missed.coordinated(me) {
            keys.push(Key::Package(attempt.package));
            keys.extend(portion::keys(&attempt.portion, bank, me));
            keys.extend(self.promise_keys(books, &attempt.attempt));
        }
        keys.extend(missed.closed().map(|(package, ..)| Key::Package(package)));
        keys.push(Key::Balance(LedgerAccount::Suspense));
        keys
    }

    /// Every bank has said what it knows: it is booked, and the bank opens in a new life.
    pub(super) fn told_missed(&mut self, books: &mut Books, now: Now, missed: &Missed, out: &mut Output) {
        let Some(restoration) = self.restoration.take() else { return };
        let mut report = RecoveryReport {
            restored_ms: restoration.at_ms,
            recovered_ms: now.wall_ms,
            last_posting: restoration.last_posting,
            ..RecoveryReport::default()
        };
        let mut wanted = self.told_of_own(books, now, missed, &mut report, out);
        wanted.extend(self.told_of_others(books, now, missed, &mut report, out));
        book_all(books, now, wanted, self, &mut report);
        for (package, digest, refusals) in missed.closed() {
            let open = books.package(package).is_none_or(|record| record.state == PackageState::Open);
            if open {
                let state = PackageState::Closed(refusals.clone());
                books.put_package(PackageRecord { id: package, digest, state });
                report.closed += 1;
            }
        }
        self.name_unheard(missed, &restoration, &mut report);
        books.put(Write::Recovered(report));
        self.begin_after_restoration(books, now, missed, &restoration);
        self.go_on(books, now, out);
    }

    /// An operator's decision on an attempt of this bank whose own was lost with the books. What the other participants'
    /// books prove binds the operator too.
    pub(super) fn decide_lost(
        &mut self,
        books: &mut Books,
        now: Now,
        attempt: &AttemptId,
        commit: bool,
        missed: &Missed,
        out: &mut Output,
    ) -> DecideAnswer {
        let Some(record) = books.attempt(attempt).filter(|_| self.is_lost(books, attempt)) else {
            return DecideAnswer::NotUndecided;
        };
        let begun = (attempt.clone(), own_of(record));
        let Some(own) = missed.own_attempts([begun]).remove(attempt) else {
            return DecideAnswer::NotUndecided;
        };
        let proof = own.proof(&missed.told.keys().collect());
        if (proof == Proof::Committed && !commit) || (proof == Proof::Aborted && commit) {
            return DecideAnswer::Proven(proof);
        }
        let mut report = RecoveryReport::default();
        let record = if commit {
            let record = self.record_commit(books, now, attempt, &own);
            let wanted = self.commit_promised(books, now, attempt.clone(), &own, &mut report);
            book_all(books, now, wanted.into_iter().collect(), self, &mut report);
            record
        } else {
            self.abort_own(books, now, attempt, &own)
        };
        let outcome = if commit { "commit" } else { "abort" };
        books.put_evidence(Evidence {
            at_ms: now.wall_ms,
            bank: self.settings.me.clone(),
            attempt: Some(attempt.clone()),
            what: format!("an operator decided {outcome}: the decision was lost with the books"),
        });
        self.tell(now, &record, out);
        DecideAnswer::Decided(report.recovered.into_iter().next())
    }

    /// What must be loaded for an operator's decision.
    pub(super) fn decide_keys(&self, books: &Books, attempt: &AttemptId, missed: &Missed) -> Vec<Key> {
        let me = &self.settings.me;
        let mut keys = vec![Key::Attempt(attempt.clone()), Key::Balance(LedgerAccount::Suspense)];
        keys.extend(self.promise_keys(books, attempt));
        if let Some(own) = missed.own_attempts([]).remove(attempt) {
            keys.push(Key::Order(own.package));
            keys.push(Key::Package(own.package));
            keys.extend(own.customer().map(Key::Customer));
            keys.extend(own.portion(me).iter().flat_map(|portion| portion::keys(portion, me, me)));
        }
        if let Some(record) = books.has(&keys[0]).then(|| books.attempt(attempt)).flatten() {
            keys.push(Key::Order(record.package));
            keys.push(Key::Package(record.package));
        }
        keys
    }

    /// Whether `attempt` is begun in a life that is not whole: its decision, if there was one, is lost.
    fn is_lost(&self, books: &Books, attempt: &AttemptId) -> bool {
        let begun = books.attempt(attempt).is_some_and(|record| record.state == AttemptState::Begun);
        begun && !self.is_restoring() && self.is_not_whole(attempt.epoch)
    }

    /// What was begun in the copy and not decided there.
    fn begun_before(&self) -> Vec<(AttemptId, OwnAttempt)> {
        let begun = self.left_over.attempts.iter().filter(|attempt| attempt.state == AttemptState::Begun);
        begun.map(|attempt| (attempt.id.clone(), own_of(attempt))).collect()
    }

    /// Ends this bank's own attempts as the others' books prove. What is to be booked comes back.
    fn told_of_own(
        &mut self,
        books: &mut Books,
        now: Now,
        missed: &Missed,
        report: &mut RecoveryReport,
        out: &mut Output,
    ) -> Vec<Recovered> {
        let mut wanted = Vec::new();
        let asked: BTreeSet<&BankId> = missed.told.keys().collect();
        for (id, own) in missed.own_attempts(self.begun_before()) {
            let proof = own.proof(&asked);
            let known = books.attempt(&id).map(|record| record.state.clone());
            match (known, proof) {
                (Some(AttemptState::Committed { .. }), _)
                | (Some(AttemptState::Aborted { .. }), Proof::Aborted | Proof::Nothing) => {}
                (Some(AttemptState::Aborted { .. }), Proof::Committed) => {
                    self.contradicted_by(books, now, &own, &id, report, out);
                }
                (Some(AttemptState::Begun) | None, Proof::Committed) => {
                    let record = self.record_commit(books, now, &id, &own);
                    self.leave_to_tell(record);
                    wanted.extend(self.commit_promised(books, now, id, &own, report));
                }
                (Some(AttemptState::Begun) | None, Proof::Aborted) => {
                    let record = self.abort_own(books, now, &id, &own);
                    self.leave_to_tell(record);
                    report.given_up.push(id);
                }
                (Some(AttemptState::Begun) | None, Proof::Nothing) => {
                    // Kept as begun in a life that is not whole: nothing is presumed of it.
                    books.put_attempt(self.record_of(&id, &own, AttemptState::Begun, |_| true));
                    report.undecided.push(id);
                }
            }
        }
        wanted
    }

    /// The record of an attempt of this bank; `waits` are the participants that have still to hear of its outcome.
    fn record_of(
        &self,
        id: &AttemptId,
        own: &OwnAttempt,
        state: AttemptState,
        waits: impl Fn(&BankId) -> bool,
    ) -> Attempt {
        let others = own.participants.iter().filter(|bank| **bank != self.settings.me);
        Attempt {
            id: id.clone(),
            package: own.package,
            digest: own.digest,
            participants: own.participants.clone(),
            state,
            unacked: others.filter(|bank| waits(bank)).cloned().collect(),
        }
    }

    /// An attempt of this bank's that another bank has committed: the attempt's record, and the customer's order.
    fn record_commit(&self, books: &mut Books, now: Now, id: &AttemptId, own: &OwnAttempt) -> Attempt {
        let decided_ms = now.wall_ms;
        let untold = |bank: &BankId| own.promised.get(bank).is_none_or(|promised| !promised.committed);
        let record = self.record_of(id, own, AttemptState::Committed { decided_ms }, untold);
        books.put_attempt(record.clone());
        let state = OrderState::Committed { attempt: id.clone(), decided_ms };
        match (books.order(own.package).cloned(), own.whole(), own.customer()) {
            (Some(order), _, _) => books.put_order(Order { state, ..order }),
            // A customer who signed up after the backup is none of this bank's any more, and has no orders here.
            (None, Some(legs), Some(customer)) if books.customer(customer).is_some() => {
                let created_ms = own.prepared_ms().unwrap_or(decided_ms);
                let age = Age { first_ms: created_ms, package: own.package };
                let (package, digest) = (own.package, own.digest);
                books.put_order(Order { package, customer, legs, digest, age, created_ms, state });
            }
            (None, _, _) => {}
        }
        record
    }

    /// Books this bank's own part of `id` where the copy holds its promise; else what is to be booked comes back.
    fn commit_promised(
        &mut self,
        books: &mut Books,
        now: Now,
        id: AttemptId,
        own: &OwnAttempt,
        report: &mut RecoveryReport,
    ) -> Option<Recovered> {
        if books.portion(&id).is_none() {
            return Some(self.recovered_own(now, id, own));
        }
        self.commit_portion(books, now, &id);
        report.recovered.push(RecoveredPackage {
            package: own.package,
            attempt: id,
            whole: true,
            suspense: Vec::new(),
        });
        None
    }

    /// What the others' portions of it show of this bank's own; without lines when it took no part itself.
    fn recovered_own(&self, now: Now, attempt: AttemptId, own: &OwnAttempt) -> Recovered {
        Recovered {
            attempt,
            package: own.package,
            digest: own.digest,
            participants: own.participants.clone(),
            portion: own.portion(&self.settings.me),
            prepared_ms: own.prepared_ms().unwrap_or(now.wall_ms),
            whole: own.whole().is_some(),
        }
    }

    /// An attempt of this bank's that never committed.
    fn abort_own(&mut self, books: &mut Books, now: Now, id: &AttemptId, own: &OwnAttempt) -> Attempt {
        let state = AttemptState::Aborted {
            decided_ms: now.wall_ms,
            refusals: Vec::new(),
            closes: false,
            no_voters: BTreeSet::new(),
        };
        let record = self.record_of(id, own, state, |bank| own.promised.contains_key(bank));
        books.put_attempt(record.clone());
        self.abort_portion(books, id, None);
        if let Some(order) = books.order(own.package).cloned()
            && let OrderState::InProgress { .. } = order.state
        {
            let state = OrderState::Aborted {
                attempt: Some(id.clone()),
                refusals: Vec::new(),
                decided_ms: now.wall_ms,
            };
            books.put_order(Order { state, ..order });
        }
        record
    }

    /// What is left over of this attempt is to be told.
    fn leave_to_tell(&mut self, record: Attempt) {
        self.left_over.attempts.retain(|attempt| attempt.id != record.id);
        self.left_over.attempts.push(record);
    }

    /// Ends what was promised to others' attempts that have committed. What is to be booked comes back.
    fn told_of_others(
        &mut self,
        books: &mut Books,
        now: Now,
        missed: &Missed,
        report: &mut RecoveryReport,
        out: &mut Output,
    ) -> Vec<Recovered> {
        let mut wanted = Vec::new();
        let me = self.settings.me.clone();
        for (bank, told) in missed.coordinated(&me) {
            match books.portion(&told.attempt).map(|record| record.state.clone()) {
                Some(PortionState::Committed(_)) => {}
                Some(PortionState::Prepared(_)) => {
                    self.commit_portion(books, now, &told.attempt);
                    report.recovered.push(RecoveredPackage {
                        package: told.package,
                        attempt: told.attempt.clone(),
                        whole: true,
                        suspense: Vec::new(),
                    });
                }
                Some(PortionState::Aborted { .. }) => {
                    let what = "has committed an attempt that these restored books had refused or let go";
                    self.alarm(books, now, bank, Some(&told.attempt), what, out);
                    report.contradicted.push(told.attempt.clone());
                }
                None => match portion::check(&told.portion, bank, &me, &told.participants) {
                    Ok(()) => wanted.push(Recovered {
                        attempt: told.attempt.clone(),
                        package: told.package,
                        digest: told.digest,
                        participants: told.participants.clone(),
                        portion: Some(told.portion.clone()),
                        prepared_ms: told.committed_ms.unwrap_or(now.wall_ms),
                        whole: true,
                    }),
                    Err(malformed) => {
                        let what = format!("tells of a portion that makes no sense: {malformed}");
                        self.alarm(books, now, bank, Some(&told.attempt), what, out);
                        report.contradicted.push(told.attempt.clone());
                    }
                },
            }
        }
        wanted
    }

    fn contradicted_by(
        &mut self,
        books: &mut Books,
        now: Now,
        own: &OwnAttempt,
        id: &AttemptId,
        report: &mut RecoveryReport,
        out: &mut Output,
    ) {
        let committed: Vec<BankId> = own
            .promised
            .iter()
            .filter(|(_, promised)| promised.committed)
            .map(|(bank, _)| bank.clone())
            .collect();
        for bank in committed {
            let what = "has committed an attempt that these restored books had aborted";
            self.alarm(books, now, &bank, Some(id), what, out);
        }
        report.contradicted.push(id.clone());
    }

    /// Names the attempts of the lost time of which nobody has heard.
    fn name_unheard(&self, missed: &Missed, restoration: &Restoration, report: &mut RecoveryReport) {
        let me = &self.settings.me;
        let mut heard: BTreeMap<Epoch, BTreeSet<u64>> = BTreeMap::new();
        for attempt in missed.heard_of(me) {
            heard.entry(attempt.epoch).or_default().insert(attempt.sequence);
        }
        for (epoch, numbers) in heard.into_iter().filter(|(epoch, _)| *epoch >= restoration.epoch) {
            // Those of the copy's own last life that it holds itself are not lost.
            let known = if epoch == restoration.epoch { restoration.last_sequence } else { 0 };
            let mut next = known + 1;
            for number in numbers.iter().copied().filter(|number| *number > known) {
                if number > next {
                    report.unheard.push(AttemptRange { epoch, first: next, last: number - 1 });
                }
                next = number + 1;
            }
            if next > known + 1 {
                report.last_heard.push(AttemptId { coordinator: me.clone(), epoch, sequence: next - 1 });
            }
        }
    }
}

/// What this bank's own record says of an attempt.
fn own_of(record: &Attempt) -> OwnAttempt {
    OwnAttempt {
        package: record.package,
        digest: record.digest,
        participants: record.participants.clone(),
        promised: BTreeMap::new(),
    }
}

/// Books what needs no suspense first: what one package brings may cover what another takes. Then the rest.
fn book_all(
    books: &mut Books,
    now: Now,
    mut wanted: Vec<Recovered>,
    bank: &mut Bank,
    report: &mut RecoveryReport,
) {
    wanted.sort_by_key(|one| (one.prepared_ms, one.package));
    loop {
        let before = wanted.len();
        let mut waiting = Vec::new();
        for one in wanted {
            let covered = |portion: &Portion| placed(books, &bank.settings.me, &one, portion).1.is_empty();
            if one.portion.as_ref().is_none_or(covered) {
                book_one(books, now, one, bank, report);
            } else {
                waiting.push(one);
            }
        }
        wanted = waiting;
        if wanted.len() == before {
            break;
        }
    }
    for one in wanted {
        book_one(books, now, one, bank, report);
    }
}

fn book_one(books: &mut Books, now: Now, one: Recovered, bank: &mut Bank, report: &mut RecoveryReport) {
    let (portion, suspense) = match &one.portion {
        Some(portion) => {
            let (portion, suspense) = placed(books, &bank.settings.me, &one, portion);
            (Some(portion), suspense)
        }
        None => (None, Vec::new()),
    };
    if let Some(portion) = portion {
        let passes = |(account, flow): (LedgerAccount, portion::Flow)| {
            let balance = books.balance(&account).balance;
            balance.saturating_add(flow.brings).saturating_sub(flow.takes).abs() > BALANCE_MAX
        };
        let ended_otherwise = books.package(one.package).is_some_and(|record| match &record.state {
            PackageState::Spent(attempt) => *attempt != one.attempt,
            PackageState::Closed(_) => record.digest == one.digest,
            PackageState::Open | PackageState::Live(_) => false,
        });
        if ended_otherwise || flows(&portion).into_iter().any(passes) {
            report.contradicted.push(one.attempt);
            return;
        }
        book(books, now.wall_ms, one.package, &one.attempt, &portion);
        if bank.keeps_record(&portion, one.participants.len()) {
            let state = PackageState::Spent(one.attempt.clone());
            books.put_package(PackageRecord { id: one.package, digest: one.digest, state });
        }
        let promise = Promise {
            digest: one.digest,
            participants: one.participants,
            portion,
            consents: Vec::new(),
            prepared_ms: one.prepared_ms,
        };
        books.put_portion(PortionRecord {
            attempt: one.attempt.clone(),
            package: Some(one.package),
            state: PortionState::Committed(promise),
        });
    }
    bank.note_last_commit(books, &one.attempt);
    report.recovered.push(RecoveredPackage {
        package: one.package,
        attempt: one.attempt,
        whole: one.whole,
        suspense,
    });
}

/// The portion as it can be booked now: each line on its account as far as that can bear it, the rest in suspense.
fn placed(books: &Books, me: &BankId, one: &Recovered, portion: &Portion) -> (Portion, Vec<Suspended>) {
    let mut lines = Vec::new();
    let mut suspense = Vec::new();
    let mut taken: BTreeMap<AccountNumber, i64> = BTreeMap::new();
    for line in &portion.lines {
        let Some(number) = line.account else {
            lines.push(line.clone());
            continue;
        };
        let amount = line.amount.centavos();
        let money = books.balance(&LedgerAccount::Customer(number));
        let already = taken.entry(number).or_default();
        let (fits, why) = match (books.account(number), line.side) {
            (None, _) => (0, SuspenseReason::AccountUnknown),
            (Some(account), _) if account.status == AccountStatus::Closed => {
                (0, SuspenseReason::AccountClosed)
            }
            (Some(account), Side::Debit) if !may_debit(books, me, one, portion, account) => {
                (0, SuspenseReason::ConsentUnknown)
            }
            (Some(_), Side::Debit) => {
                ((money.available() - *already).clamp(0, amount), SuspenseReason::NotCovered)
            }
            (Some(_), Side::Credit) => {
                let room = BALANCE_MAX - money.balance - money.incoming;
                (if room >= amount { amount } else { 0 }, SuspenseReason::BalanceLimit)
            }
        };
        if line.side == Side::Debit {
            *already += fits;
        }
        lines.extend(part_of(line, fits, false));
        lines.extend(part_of(line, amount - fits, true));
        if fits < amount {
            let (leg, side) = (line.leg, line.side);
            suspense.push(Suspended { leg, account: number, side, amount: amount - fits, why });
        }
    }
    (Portion { lines, ..portion.clone() }, suspense)
}

/// So much of a line; nothing when that is nothing.
fn part_of(line: &Line, amount: i64, suspense: bool) -> Option<Line> {
    let amount = Amount::new(amount).ok()?;
    Some(Line { amount, suspense, ..line.clone() })
}

/// Whether this bank's own customers ordered the package, or a consent in these books lets the other bank's customer pay
/// from the account. Whether its limits were kept the bank has judged before its promise.
fn may_debit(books: &Books, me: &BankId, one: &Recovered, portion: &Portion, account: &Account) -> bool {
    let coordinator = &one.attempt.coordinator;
    coordinator == me
        || books.consents_for(coordinator, portion.customer).any(|consent| {
            consent.permissions.contains(&Permission::Pay) && account.is_held_by(consent.giver)
        })
}

impl Missed {
    /// The highest life of the asking bank that any bank has seen; 0 for none.
    #[must_use]
    pub fn highest(&self) -> Epoch {
        let lives = self.told.values().filter_map(|told| told.highest.as_ref()).map(|seen| seen.epoch);
        let attempts =
            self.told.values().flat_map(|told| &told.findings).filter_map(|finding| match finding {
                Finding::Promised(promised) => Some(promised.attempt.epoch),
                Finding::Refused { attempt } => Some(attempt.epoch),
                Finding::Coordinated(_) | Finding::Closed { .. } => None,
            });
        lives.chain(attempts).max().unwrap_or(0)
    }
}
