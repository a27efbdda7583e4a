//! The whole core of one bank: what is live in memory, and the one step that everything goes through.
//!
//! Invariant: a step reads the loaded [`Books`] and its arguments, nothing else; it never waits and never fails.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use shared::ids::{BankId, PackageId};

use super::attempt::{AttemptId, Epoch, EpochNonce, EpochRecord, Mark};
use super::books::{Books, Key};
use super::claims::Claims;
use super::coordinator::{Collecting, Submission};
use super::doubt::{Doubt, EndedByFellows};
use super::lives::{Peer, Recovering};
use super::message::{BatchHeader, Message};
use super::output::{Alarm, Input, Mono, Now, Output, Reply, Send};
use super::portion;
use super::records::{Evidence, PeerRecord, PortionState, Recovered};
use super::restoration::{LeftToOperator, Restoration};
use super::settings::{EVIDENCE_PER_BANK_MAX, Guard, Settings};
use super::telling::Telling;
use super::timers::{Timer, Timers};
use crate::desk::{self, DeskAnswer, DeskRequest, OperatorAct};

/// How much is under way at a bank.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UnderWay {
    /// Orders whose customers wait, or which are between two attempts.
    pub orders: usize,
    /// Attempts of this bank whose votes are collected.
    pub deciding: usize,
    /// Decisions of this bank that not every participant has confirmed.
    pub telling: usize,
    /// Portions promised to other banks whose outcome is not known here.
    pub promised: usize,
    /// Attempts, of this bank and of others, that wait for money which younger packages hold here.
    pub waiting: usize,
}

/// One bank's side of the protocol.
#[derive(Clone, Debug)]
pub struct Bank {
    pub(super) settings: Settings,
    /// Every life of this node, this one last.
    pub(super) epochs: Vec<EpochRecord>,
    /// The next attempt's place in this life.
    pub(super) next_sequence: u64,
    /// Attempts of this life whose votes are collected.
    pub(super) collecting: BTreeMap<AttemptId, Collecting>,
    /// Decisions of this bank that not every participant has confirmed.
    pub(super) telling: BTreeMap<AttemptId, Telling>,
    /// Orders whose customers wait, or which are between two attempts.
    pub(super) submissions: BTreeMap<PackageId, Submission>,
    /// What is promised of customers' accounts, and who waits for it.
    pub(super) claims: Claims,
    /// Portions promised to other banks' attempts.
    pub(super) doubts: BTreeMap<AttemptId, Doubt>,
    /// On whose word some of them ended.
    pub(super) ended_by_fellows: EndedByFellows,
    pub(super) peers: BTreeMap<BankId, Peer>,
    /// What is on disk of banks that are not in the consortium: they may come back.
    pub(super) left: BTreeMap<BankId, PeerRecord>,
    pub(super) timers: Timers,
    pub(super) recovering: Option<Recovering>,
    /// In books that had no record of any other bank when this life began: those that have not said yet whether they
    /// know this one.
    pub(super) strangers: BTreeSet<BankId>,
    pub(super) shutting_down: bool,
    /// An operator's word: what is under way is finished, nothing new is taken. No life but this one knows of it.
    pub(super) draining: bool,
    /// The disk has no room for new packages.
    pub(super) disk_full: bool,
    /// What the last life left: ended, or gone on with, by [`Input::Start`].
    pub(super) left_over: Recovered,
    /// A backup has taken the ledger's place, and what it lacks is not known yet: nothing is said to anybody.
    pub(super) restoration: Option<Restoration>,
    /// Attempts of such lives whose decision nothing proves.
    pub(super) left_to_operator: LeftToOperator,
    /// Lives that backups may have lost the end of, and about which every other bank has been asked since: an attempt of
    /// theirs that could have committed is on record.
    pub(super) asked_lives: Vec<Range<Epoch>>,
}

impl Bank {
    /// A bank in a new life, with what the last one left. [`Input::Start`] must be its first step.
    #[must_use]
    pub fn new(settings: Settings, recovered: Recovered, nonce: EpochNonce) -> Self {
        let epoch = recovered.epochs.last().map_or(0, |life| life.epoch) + 1;
        Self::in_life(settings, recovered, EpochRecord { epoch, nonce, whole: true })
    }

    /// A bank in a given life. Only tests give one that is not the next.
    #[must_use]
    pub fn in_life(settings: Settings, recovered: Recovered, mut life: EpochRecord) -> Self {
        let mut epochs = recovered.epochs.clone();
        // Only books that were found lost have no life that is whole: every other recovering ends in one.
        let lost = !epochs.is_empty() && epochs.iter().all(|life| !life.whole);
        life.whole &= !lost;
        let recovering = (lost || recovered.restoration.is_some()).then(|| Recovering {
            waiting: settings.others.keys().cloned().collect(),
            highest: life.epoch,
            lost,
        });
        epochs.push(life);
        let met_nobody = recovered.peers.iter().all(|record| record.epoch == 0);
        let strangers = settings.others.keys().filter(|_| met_nobody).cloned().collect();
        let peers = settings.others.keys().map(|bank| (bank.clone(), Peer::unmet(bank.clone()))).collect();
        let mut bank = Self {
            settings,
            epochs,
            next_sequence: 1,
            collecting: BTreeMap::new(),
            telling: BTreeMap::new(),
            submissions: BTreeMap::new(),
            claims: Claims::default(),
            doubts: BTreeMap::new(),
            ended_by_fellows: EndedByFellows::default(),
            peers,
            left: BTreeMap::new(),
            timers: Timers::default(),
            recovering,
            strangers,
            shutting_down: false,
            draining: false,
            disk_full: false,
            left_over: Recovered::default(),
            restoration: recovered.restoration.clone(),
            left_to_operator: LeftToOperator::default(),
            asked_lives: recovered.asked_lives.clone(),
        };
        for record in &recovered.portions {
            if let (PortionState::Prepared(promise), Some(package)) = (&record.state, record.package) {
                bank.claims.promise(&record.attempt, promise.age(package), &promise.portion);
            }
        }
        for record in &recovered.peers {
            match bank.peers.get_mut(&record.bank) {
                Some(peer) => peer.record = record.clone(),
                None => drop(bank.left.insert(record.bank.clone(), record.clone())),
            }
        }
        bank.left_over = recovered;
        bank
    }

    /// This life's number.
    #[must_use]
    pub fn epoch(&self) -> Epoch {
        self.life().epoch
    }

    /// This life.
    #[must_use]
    pub fn life(&self) -> &EpochRecord {
        self.epochs.last().unwrap_or_else(|| unreachable!("a bank is always in a life"))
    }

    /// What stands above everything this bank says to `to`.
    #[must_use]
    pub fn header(&self, to: &BankId, now: Now) -> BatchHeader {
        let life = self.life();
        BatchHeader {
            from: self.settings.me.clone(),
            to: to.clone(),
            epoch: life.epoch,
            nonce: life.nonce.clone(),
            consortium: self.settings.consortium,
            clock_ms: now.wall_ms,
            low_water: self.low_water(),
        }
    }

    /// All attempts of this bank below this have ended everywhere.
    #[must_use]
    pub fn low_water(&self) -> Mark {
        let next = Mark { epoch: self.epoch(), sequence: self.next_sequence };
        let collecting = self.collecting.keys().map(AttemptId::mark);
        collecting.chain(self.telling.keys().map(AttemptId::mark)).min().unwrap_or(next).min(next)
    }

    /// Whether the bank takes packages, but for the room on its disk: it has recovered and is not about to end.
    #[must_use]
    pub const fn is_ready(&self) -> bool {
        self.recovering.is_none() && !self.shutting_down
    }

    /// Whether the books may lack what this bank had said or heard, until the other banks have told of it.
    #[must_use]
    pub const fn is_recovering(&self) -> bool {
        self.recovering.is_some()
    }

    /// Whether a backup has taken the ledger's place and the other banks have not said yet what it lacks.
    #[must_use]
    pub const fn is_restoring(&self) -> bool {
        self.restoration.is_some()
    }

    /// Whether new packages are turned away for want of room on the disk.
    #[must_use]
    pub const fn is_disk_full(&self) -> bool {
        self.disk_full
    }

    /// Whether new packages are turned away, and nothing is promised, for an operator's word.
    #[must_use]
    pub const fn is_draining(&self) -> bool {
        self.draining
    }

    /// What is under way: what has to end before stopping this bank keeps nobody waiting.
    #[must_use]
    pub fn under_way(&self) -> UnderWay {
        UnderWay {
            orders: self.submissions.len(),
            deciding: self.collecting.len(),
            telling: self.telling.len(),
            promised: self.doubts.len(),
            waiting: self.claims.waiting(),
        }
    }

    /// Who has a claim on which account's money.
    #[must_use]
    pub const fn claims(&self) -> &Claims {
        &self.claims
    }

    /// Portions promised to other banks whose outcome is not known here.
    #[must_use]
    pub fn in_doubt(&self) -> usize {
        self.doubts.len()
    }

    /// Whether every decision of this bank is confirmed, and nothing is being decided.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.collecting.is_empty() && self.telling.is_empty() && self.doubts.is_empty()
    }

    /// When the next timer is due.
    #[must_use]
    pub fn wake_at(&self) -> Option<Mono> {
        self.timers.next()
    }

    /// The records that [`Bank::step`] will want for `input`, as far as `books` allow to tell: to be asked again after
    /// loading, until nothing is missing.
    #[must_use]
    pub fn keys(&self, books: &Books, now: Now, input: &Input) -> Vec<Key> {
        match input {
            Input::Start => self.start_keys(books),
            Input::Submit(submit) => self.submit_keys(books, submit),
            Input::Look { package, .. } => self.look_keys(books, *package),
            Input::Desk { request, .. } => desk::keys(books, request),
            Input::Received { header, message } => self.message_keys(books, &header.from, message),
            Input::Missed(missed) => self.missed_keys(books, missed),
            Input::Decide { attempt, missed, .. } => self.decide_keys(books, attempt, missed),
            Input::Standing { attempts, .. } => attempts.iter().cloned().map(Key::Attempt).collect(),
            Input::AskNow { .. }
            | Input::PeerSilent(_)
            | Input::PeerAnswered(_)
            | Input::PeerRestored { .. }
            | Input::Differs { .. }
            | Input::Room { .. } => Vec::new(),
            Input::Members { members, .. } => self.members_keys(members),
            Input::Tick => {
                let due = self.timers.due(now.mono);
                due.flat_map(|timer| self.timer_keys(books, timer)).collect()
            }
            Input::Shutdown => {
                let undecided = self.collecting.keys().flat_map(|id| self.attempt_keys(books, id));
                let waiting = self.submissions.keys().flat_map(|package| self.look_keys(books, *package));
                undecided.chain(waiting).collect()
            }
        }
    }

    /// The one step: what this bank does about `input`. Nothing of it has happened until the writes are on disk.
    pub fn step(&mut self, books: &mut Books, now: Now, input: Input) -> Output {
        let mut out = Output::default();
        match input {
            Input::Start => self.start(books, now, &mut out),
            Input::Submit(submit) => self.submit(books, now, submit, &mut out),
            Input::Look { ticket, customer, package } => {
                let answer = self.look(books, customer, package);
                out.replies.push(Reply::Order(ticket, answer));
            }
            Input::Desk { ticket, request } => {
                if let DeskRequest::Operator { act: OperatorAct::Drain(on), .. } = request {
                    self.draining = on;
                }
                let answer = if self.recovering.is_some() && desk::waits_for_recovery(&request) {
                    DeskAnswer::Recovering
                } else {
                    desk::serve(books, now, request)
                };
                out.replies.push(Reply::Desk(ticket, answer));
            }
            // The engine turns banks away meanwhile; what slips through finds nobody.
            Input::Received { .. } | Input::PeerAnswered(_) if self.is_restoring() => {}
            Input::Received { header, message } => self.received(books, now, &header, message, &mut out),
            Input::Standing { ticket, from, attempts } => {
                out.replies.push(Reply::Standing(ticket, self.standing(books, &from, attempts)));
            }
            Input::AskNow { attempts } => self.ask_now(&attempts, &mut out),
            Input::PeerSilent(bank) => self.peer_silent(&bank),
            Input::PeerAnswered(bank) => self.peer_answered(now, &bank, &mut out),
            Input::PeerRestored { bank, fence } => self.fence_lost_lives(books, &bank, fence),
            Input::Missed(missed) => self.told_missed(books, now, &missed, &mut out),
            Input::Differs { bank, attempt, what } => {
                self.alarm(books, now, &bank, Some(&attempt), what, &mut out);
            }
            Input::Decide { ticket, attempt, commit, missed } => {
                let answer = self.decide_lost(books, now, &attempt, commit, &missed, &mut out);
                out.replies.push(Reply::Decided(ticket, answer));
            }
            Input::Tick => self.tick(books, now, &mut out),
            Input::Room { enough } => self.disk_full = !enough,
            Input::Members { ticket, members } => {
                let taken = self.take_members(books, now, members, &mut out);
                out.replies.push(Reply::Members(ticket, taken));
            }
            Input::Shutdown => self.shut_down(books, now, &mut out),
        }
        out.writes = books.take_writes();
        out.wake_at = self.wake_at();
        out
    }

    fn tick(&mut self, books: &mut Books, now: Now, out: &mut Output) {
        for timer in self.timers.take_due(now.mono) {
            match timer {
                Timer::Vote(attempt) => self.votes_overdue(books, now, &attempt, out),
                Timer::Gather(attempt) => self.gathered(books, now, &attempt, out),
                Timer::PrepareAgain(attempt) => self.prepare_again(now, &attempt, out),
                Timer::Reply(package) => self.reply_now(books, package, out),
                Timer::Submit(package) => self.reply_now(books, package, out),
                Timer::Retry(package) => self.retry(books, now, package, out),
                Timer::Resend(attempt) => self.resend(now, &attempt, out),
                Timer::Doubt(attempt) if !self.settings.guards.hold(Guard::HoldsNeverExpire) => {
                    self.abort_portion(books, &attempt, None);
                }
                Timer::Doubt(attempt) => self.ask_about(now, &attempt, out),
                Timer::Check(attempt) => self.check_over(books, now, &attempt, out),
                Timer::Hello(bank) => self.hello_again(now, &bank, out),
                Timer::Freed(account) => self.look_again_at(books, now, account, out),
                Timer::Wait(attempt) => self.look_again(books, now, &attempt, out),
            }
        }
    }

    fn received(
        &mut self,
        books: &mut Books,
        now: Now,
        header: &BatchHeader,
        message: Message,
        out: &mut Output,
    ) {
        let from = &header.from;
        let Some(seen_before) = self.admit(books, now, header, &message, out) else { return };
        self.peer_answered(now, from, out);
        if self.is_about_this_life(&message) {
            // It takes this life for the newest: whoever uses the name later, these books were not lost before.
            self.strangers.remove(from);
        }
        match message {
            Message::Prepare(prepare) => self.asked_to_prepare(books, now, header, prepare, out),
            Message::Vote(vote) => self.voted(books, now, from, vote, out),
            Message::Decide(decide) => self.told_decision(books, now, from, decide, out),
            Message::Ack(ack) => self.acked(books, from, &ack, out),
            Message::Query(about) => self.queried(books, now, from, about.attempt, out),
            Message::Status(status) => self.told_status(books, now, from, &status, out),
            Message::PeerQuery(about) => self.peer_queried(books, now, from, about.attempt, out),
            Message::PeerStatus(status) => self.told_peer_status(books, now, from, &status, out),
            Message::Hello => self.greeted(now, from, seen_before, out),
            Message::HelloAnswer(answer) => self.greeting_answered(books, now, from, &answer, out),
        }
    }

    fn message_keys(&self, books: &Books, from: &BankId, message: &Message) -> Vec<Key> {
        match message {
            Message::Prepare(prepare) => {
                let mut keys = portion::keys(&prepare.portion, from, &self.settings.me);
                keys.push(Key::Portion(prepare.attempt.clone()));
                keys.push(Key::Package(prepare.package));
                keys
            }
            Message::Vote(vote) => self.vote_keys(books, vote),
            Message::Decide(decide) => {
                let mut keys = self.promise_keys(books, &decide.attempt);
                keys.push(Key::Package(decide.package));
                keys
            }
            Message::Ack(ack) => {
                let package = self.telling.get(&ack.attempt).map(|telling| telling.package);
                let mut keys: Vec<Key> = package.map(Key::Order).into_iter().collect();
                keys.push(Key::Attempt(ack.attempt.clone()));
                keys
            }
            Message::Query(about) => vec![Key::Attempt(about.attempt.clone())],
            Message::Status(status) => self.promise_keys(books, &status.attempt),
            Message::PeerQuery(about) => self.promise_keys(books, &about.attempt),
            Message::PeerStatus(status) => self.promise_keys(books, &status.attempt),
            Message::Hello => Vec::new(),
            // An answer may show that these books are old; then what is undecided is given up.
            Message::HelloAnswer(answer) => {
                let undecided = self.collecting.keys().flat_map(|id| self.attempt_keys(books, id));
                undecided.chain(answer.last_commit.iter().cloned().map(Key::Attempt)).collect()
            }
        }
    }

    fn timer_keys(&self, books: &Books, timer: &Timer) -> Vec<Key> {
        match timer {
            Timer::Vote(attempt) | Timer::Gather(attempt) => self.attempt_keys(books, attempt),
            Timer::Reply(package) | Timer::Submit(package) => self.look_keys(books, *package),
            Timer::Retry(package) => self.retry_keys(books, *package),
            Timer::Doubt(attempt) | Timer::Check(attempt) => self.promise_keys(books, attempt),
            Timer::Freed(account) => self.freed_keys(books, *account),
            Timer::Wait(attempt) => self.waiter_keys(books, attempt),
            Timer::PrepareAgain(_) | Timer::Resend(_) | Timer::Hello(_) => Vec::new(),
        }
    }

    /// What must be loaded to book or release a promised portion.
    pub(super) fn promise_keys(&self, books: &Books, attempt: &AttemptId) -> Vec<Key> {
        let own = Key::Portion(attempt.clone());
        let mut keys = vec![own.clone()];
        let Some(record) = books.has(&own).then(|| books.portion(attempt)).flatten() else { return keys };
        keys.extend(record.package.map(Key::Package));
        let promise = match &record.state {
            PortionState::Prepared(promise) | PortionState::Committed(promise) => Some(promise),
            PortionState::Aborted { promise, .. } => promise.as_ref(),
        };
        if let Some(promise) = promise {
            keys.extend(portion::keys(&promise.portion, &self.settings.me, &self.settings.me));
            keys.extend(promise.consents.iter().map(|draw| Key::Consent(draw.consent)));
            if !promise.consents.is_empty() {
                // One of them may have been replaced since.
                keys.push(Key::ConsentsFor(attempt.coordinator.clone(), promise.portion.customer));
            }
        }
        keys
    }

    /// Tells people, and keeps the evidence; of one bank, in one life, only so much.
    pub(super) fn alarm(
        &mut self,
        books: &mut Books,
        now: Now,
        bank: &BankId,
        attempt: Option<&AttemptId>,
        what: impl Into<String>,
        out: &mut Output,
    ) {
        let what = what.into();
        if let Some(peer) = self.peers.get_mut(bank) {
            if peer.evidence >= EVIDENCE_PER_BANK_MAX {
                return;
            }
            peer.evidence += 1;
        }
        books.put_evidence(Evidence {
            at_ms: now.wall_ms,
            bank: bank.clone(),
            attempt: attempt.cloned(),
            what: what.clone(),
        });
        out.alarms.push(Alarm { bank: bank.clone(), what });
    }

    fn shut_down(&mut self, books: &mut Books, now: Now, out: &mut Output) {
        self.shutting_down = true;
        let undecided: Vec<AttemptId> = self.collecting.keys().cloned().collect();
        for attempt in undecided {
            self.give_up(books, now, &attempt, out);
        }
        // Whoever still waits is told what is known; what is between two attempts ends there.
        let waiting: Vec<PackageId> = self.submissions.keys().copied().collect();
        for package in waiting {
            self.timers.cancel(&Timer::Retry(package));
            self.retry(books, now, package, out);
            self.reply_now(books, package, out);
        }
    }
}

/// A message to `to`.
pub(super) fn send(to: &BankId, message: Message) -> Send {
    Send { to: to.clone(), message }
}
