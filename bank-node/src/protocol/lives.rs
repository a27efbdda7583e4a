//! Lives and peers: epochs, HELLO, the breaker, and what a bank does that finds out it has forgotten something.
//!
//! Invariant: while recovering, nothing is voted and nothing presumed.

use std::collections::BTreeSet;

use shared::ids::BankId;

use super::attempt::{AttemptId, Epoch, EpochNonce, EpochRecord};
use super::bank::{Bank, send};
use super::books::{Books, Key};
use super::message::{AboutAttempt, BatchHeader, HelloAnswer, Message, SeenEpoch};
use super::missed::Missed;
use super::output::{Now, Output, Reply};
use super::records::{AttemptState, OrderState, PeerRecord, PortionRecord, PortionState, Write};
use super::restoration::Restoration;
use super::settings::{BREAKER_FAILURES, Guard, LIVES_FORGOTTEN_MAX, LIVES_MAX};
use super::timers::{Timer, jittered};

/// Another bank, as this life knows it.
#[derive(Clone, Debug)]
pub struct Peer {
    /// What is on disk of it.
    pub record: PeerRecord,
    /// Unanswered batches in a row; [`BREAKER_FAILURES`] open the breaker.
    pub failures: u32,
    /// Tombstones that its questions about unheard-of attempts have left since its low-water mark last moved.
    pub tombstones: u64,
    /// Evidence kept about it in this life.
    pub evidence: u32,
    /// How long until HELLO is said again, in milliseconds; none once it was answered.
    pub hello_wait_ms: Option<u64>,
}

impl Peer {
    /// A bank never heard of.
    #[must_use]
    pub const fn unmet(bank: BankId) -> Self {
        Self { record: PeerRecord::unmet(bank), failures: 0, tombstones: 0, evidence: 0, hello_wait_ms: None }
    }

    const fn is_up(&self) -> bool {
        self.failures < BREAKER_FAILURES
    }
}

/// A bank that has found out that its books are old.
#[derive(Clone, Debug)]
pub struct Recovering {
    /// Banks that have not said yet what they have seen of this one.
    pub waiting: BTreeSet<BankId>,
    /// The highest life of this bank that anyone has seen.
    pub highest: Epoch,
    /// These books were begun anew although this bank had lived before: only an operator may say that it goes on with
    /// them.
    pub lost: bool,
}

/// Account numbers of each range that a loss begins, and the part of it in which a range may begin.
const ACCOUNTS_PER_LOSS: u64 = 10_000_000_000;
const RANGES_BEGIN_IN: u64 = ACCOUNTS_PER_LOSS / 10 * 9;
const RANGES_MAX: u64 = 90;

/// The number after which a bank with these lives gives out account numbers: 0 unless some life is not whole. What was
/// given out in lost books nobody knows any more, so after a loss the numbers go on at a place that the new life's nonce
/// names, in a range above those of the losses that are known: a number given out twice is then improbable.
#[must_use]
pub fn account_floor(lives: &[EpochRecord]) -> u64 {
    let Some(lost) = lives.iter().rposition(|life| !life.whole) else { return 0 };
    let Some(next) = lives.get(lost + 1) else { return 0 };
    let losses = lives.iter().filter(|life| !life.whole).count();
    let range = u64::try_from(losses).unwrap_or(RANGES_MAX).min(RANGES_MAX);
    // FNV-1a: any spread will do, the nonce is chance already.
    let place = next.nonce.0.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    range * ACCOUNTS_PER_LOSS + place % RANGES_BEGIN_IN
}

/// What a bank hears that has lost its books altogether, and what its operator has to do.
const BEGUN_ANEW: &str = "knows this bank from before, and these books were begun anew: the ledger was lost, or data_dir is \
    the wrong one. Closed until the ledger is put back, or the bank is started once with --accept-lost-books";

impl Bank {
    pub(super) fn start_keys(&self, books: &Books) -> Vec<Key> {
        let left = &self.left_over;
        let mut keys: Vec<Key> = left.orders.iter().map(|order| Key::Order(order.package)).collect();
        for attempt in &left.attempts {
            keys.push(Key::Attempt(attempt.id.clone()));
            keys.push(Key::Order(attempt.package));
            keys.push(Key::Package(attempt.package));
            keys.extend(self.promise_keys(books, &attempt.id));
        }
        keys
    }

    /// The first step of a life: the epoch, then what the last life left undecided is aborted, what it left untold is
    /// told, what it left in doubt is asked, and every bank is greeted.
    pub(super) fn start(&mut self, books: &mut Books, now: Now, out: &mut Output) {
        books.put(Write::Epoch(self.life().clone()));
        if self.restoration.is_none() {
            self.go_on(books, now, out);
        }
    }

    /// What the last life left is ended, told or asked about, and every bank is greeted.
    pub(super) fn go_on(&mut self, books: &mut Books, now: Now, out: &mut Output) {
        self.note_the_named(books);
        self.note_who_left(books);
        let left = std::mem::take(&mut self.left_over);
        let mut undecided = BTreeSet::new();
        for attempt in left.attempts {
            match attempt.state {
                // Of a life that is not whole, whose decision the other banks' books do not prove either: an operator's.
                AttemptState::Begun if self.is_not_whole(attempt.id.epoch) => {
                    self.left_to_operator.wait(&attempt);
                    undecided.insert(attempt.id);
                }
                AttemptState::Begun => self.end_left_over(books, now, &attempt, out),
                AttemptState::Committed { .. } | AttemptState::Aborted { .. } => {
                    self.tell(now, &attempt, out)
                }
            }
        }
        for order in left.orders {
            // One whose attempt was just aborted has been ended with it; this one was between two attempts.
            let current = books.order(order.package).cloned();
            if let Some(mut order) = current
                && let OrderState::InProgress { attempt } = &order.state
                && !attempt.as_ref().is_some_and(|attempt| undecided.contains(attempt))
            {
                let decided_ms = now.wall_ms;
                order.state = OrderState::Aborted { attempt: None, refusals: Vec::new(), decided_ms };
                books.put_order(order);
            }
        }
        for portion in left.portions {
            let Some(participants) = promised_to(&portion, &self.settings.me) else { continue };
            self.begin_doubt(now, &portion.attempt, &participants);
            // Not after T_doubt but at once: this life has nothing better to do.
            self.ask_about(now, &portion.attempt, out);
        }
        let others: Vec<BankId> = self.settings.others.keys().cloned().collect();
        for bank in others {
            self.greet(now, &bank, out);
        }
        self.end_recovering_once_heard(books, now, out);
    }

    /// Says HELLO, and again until it is answered.
    pub(super) fn greet(&mut self, now: Now, bank: &BankId, out: &mut Output) {
        let Some(peer) = self.peers.get_mut(bank) else { return };
        let wait_ms = peer
            .hello_wait_ms
            .map_or(self.settings.timers.doubt_ms, |wait| (wait * 2).min(self.settings.timers.longest_ms));
        peer.hello_wait_ms = Some(wait_ms);
        out.sends.push(send(bank, Message::Hello));
        self.timers.set(Timer::Hello(bank.clone()), now.mono.after(jittered(wait_ms, now.dice)));
    }

    pub(super) fn hello_again(&mut self, now: Now, bank: &BankId, out: &mut Output) {
        if self.peers.get(bank).is_some_and(|peer| peer.hello_wait_ms.is_some()) {
            self.greet(now, bank, out);
        }
    }

    /// Whether a message is of its sender's present life; what the header says is noted. The life that had been seen
    /// before is handed back for HELLO's answer.
    ///
    /// A message of an older life, or of a second process under the same life, is dropped and answered as HELLO is: one
    /// that was late on its way reaches nobody with that, and a bank whose name another process has used finds out. Only
    /// HELLO raises the alarm here, for late messages are nothing unusual.
    pub(super) fn admit(
        &mut self,
        books: &mut Books,
        now: Now,
        header: &BatchHeader,
        message: &Message,
        out: &mut Output,
    ) -> Option<SeenEpoch> {
        // A number that no life reaches by living would not fit in the books, here or at others.
        let absurd = header.epoch.max(header.low_water.epoch).max(header.low_water.sequence) > LIVES_MAX;
        if header.to != self.settings.me || absurd {
            return None;
        }
        let peer = self.peers.get_mut(&header.from)?;
        let seen = SeenEpoch { epoch: peer.record.epoch, nonce: peer.record.nonce.clone() };
        if header.epoch > seen.epoch {
            peer.record.epoch = header.epoch;
            peer.record.nonce = header.nonce.clone();
            books.put(Write::Peer(peer.record.clone()));
        } else if header.epoch < seen.epoch || header.nonce != seen.nonce {
            if !matches!(message, Message::HelloAnswer(_)) {
                let answer = self.hello_answer(&header.from, Some(seen));
                out.replies.push(Reply::Peer(answer));
            }
            if *message == Message::Hello {
                let what =
                    "says hello in a life that is not its newest: two nodes or an old ledger under one name";
                self.alarm(books, now, &header.from, None, what, out);
            }
            return None;
        }
        let peer = self.peers.get_mut(&header.from)?;
        if header.low_water > peer.record.low_water && header.low_water.epoch <= header.epoch {
            peer.record.low_water = header.low_water;
            peer.tombstones = 0;
            books.put(Write::Peer(peer.record.clone()));
            books.forget_tombstones(header.from.clone(), header.low_water);
        }
        Some(seen)
    }

    /// `bank` was restored, and asks: the life `fence` is noted as seen, which nobody lives. So what its lost lives have said
    /// and is still on its way is dropped, and cannot change what the answer says. Not when a life from there on has been
    /// seen: the question is late and the bank open again, or it does not know yet how far its lives had come, and asks again.
    pub(super) fn fence_lost_lives(&mut self, books: &mut Books, bank: &BankId, fence: Epoch) {
        let holds = self.settings.guards.hold(Guard::LostLivesFenced);
        let Some(peer) = self.peers.get_mut(bank).filter(|_| holds) else { return };
        if !peer.record.nonce.is_fence() && peer.record.epoch < fence && fence <= LIVES_MAX {
            peer.record.epoch = fence;
            peer.record.nonce = EpochNonce::fence();
            books.put(Write::Peer(peer.record.clone()));
        }
    }

    fn hello_answer(&self, bank: &BankId, seen: Option<SeenEpoch>) -> Message {
        let last_commit = self.peers.get(bank).and_then(|peer| peer.record.last_commit.clone());
        Message::HelloAnswer(HelloAnswer { highest: seen.filter(|seen| seen.epoch > 0), last_commit })
    }

    /// HELLO: the bank is back. All that waits for it is said at once.
    pub(super) fn greeted(&mut self, now: Now, from: &BankId, seen: SeenEpoch, out: &mut Output) {
        out.replies.push(Reply::Peer(self.hello_answer(from, Some(seen))));
        self.say_what_waits(now, from, out);
    }

    /// HELLO's answer: does the other bank know more of this one than this one does itself?
    pub(super) fn greeting_answered(
        &mut self,
        books: &mut Books,
        now: Now,
        from: &BankId,
        answer: &HelloAnswer,
        out: &mut Output,
    ) {
        if let Some(peer) = self.peers.get_mut(from) {
            peer.hello_wait_ms = None;
        }
        self.timers.cancel(&Timer::Hello(from.clone()));
        let life = self.life().clone();
        // Of other banks' attempts this one need not know anything.
        let last_commit = answer.last_commit.as_ref().filter(|last| last.coordinator == self.settings.me);
        let highest = answer.highest.as_ref();
        let claimed = highest.map_or(0, |seen| seen.epoch).max(last_commit.map_or(0, |last| last.epoch));
        if claimed > self.believable_life() {
            self.alarm(books, now, from, None, "claims to have seen a life that no bank can have lived", out);
            return;
        }
        let life_unknown = highest.is_some_and(|seen| {
            seen.epoch > life.epoch || (seen.epoch == life.epoch && seen.nonce != life.nonce)
        });
        let commit_unknown = last_commit.is_some_and(|attempt| self.has_forgotten(books, attempt));
        if (life_unknown || commit_unknown) && self.recovering.is_none() {
            self.begin_recovering(books, now, from, Some(from), out);
        }
        if self.tells_of_loss() {
            self.alarm(books, now, from, None, BEGUN_ANEW, out);
        }
        self.strangers.remove(from);
        let Some(recovering) = &mut self.recovering else { return };
        recovering.highest = recovering.highest.max(claimed);
        recovering.waiting.remove(from);
        self.end_recovering_once_heard(books, now, out);
    }

    /// The highest life that another bank may say to have seen of this one.
    pub(super) fn believable_life(&self) -> Epoch {
        self.epoch().saturating_add(LIVES_FORGOTTEN_MAX).min(LIVES_MAX - 1)
    }

    /// Whether `message` answers an attempt of this very life, which a bank that knows a newer one of this bank never does.
    pub(super) fn is_about_this_life(&self, message: &Message) -> bool {
        let attempt = match message {
            Message::Vote(said) => &said.attempt,
            Message::Ack(said) => &said.attempt,
            Message::Prepare(_)
            | Message::Decide(_)
            | Message::Query(_)
            | Message::Status(_)
            | Message::PeerQuery(_)
            | Message::PeerStatus(_)
            | Message::Hello
            | Message::HelloAnswer(_) => return false,
        };
        attempt.coordinator == self.settings.me && attempt.epoch == self.epoch()
    }

    /// Whether the first answer of a life has come that began with lost books, and nobody has said yet that it may go on.
    fn tells_of_loss(&self) -> bool {
        let unheard = |recovering: &Recovering| {
            recovering.lost && recovering.waiting.len() == self.settings.others.len()
        };
        self.strangers.is_empty()
            && !self.settings.accept_lost_books
            && self.recovering.as_ref().is_some_and(unheard)
    }

    /// Lost books end their recovering only by an operator's word: what they should hold nobody else can tell.
    fn end_recovering_once_heard(&mut self, books: &mut Books, now: Now, out: &mut Output) {
        let accepted = self.settings.accept_lost_books;
        let heard = |recovering: &Recovering| recovering.waiting.is_empty() && (accepted || !recovering.lost);
        if self.recovering.as_ref().is_some_and(heard) {
            self.end_recovering(books, now, out);
        }
    }

    /// Whether a commit of this bank that another has seen is news: not in these books, and of a life that they take for
    /// whole. What is missing of the others is known to be missing; to recover from it again and again would never end.
    pub(super) fn has_forgotten(&self, books: &Books, attempt: &AttemptId) -> bool {
        if self.has_not_begun(attempt) {
            return false;
        }
        let committed = books
            .attempt(attempt)
            .is_some_and(|record| matches!(record.state, AttemptState::Committed { .. }));
        let known_to_be_missing =
            attempt.epoch < self.epoch() && !self.epochs.iter().any(|l| l.epoch == attempt.epoch && l.whole);
        !committed && !known_to_be_missing
    }

    /// Whether `attempt` is of this very life and its number not given out yet. Whoever says that it has committed lies, or
    /// speaks of another process in the same life; that one would have answered HELLO with another nonce.
    pub(super) fn has_not_begun(&self, attempt: &AttemptId) -> bool {
        attempt.coordinator == self.settings.me
            && attempt.epoch == self.epoch()
            && attempt.sequence >= self.next_sequence
    }

    /// These books are old, by what `from` said: no votes and no presumptions until every bank has said what it has
    /// seen; `answered` has just done so.
    pub(super) fn begin_recovering(
        &mut self,
        books: &mut Books,
        now: Now,
        from: &BankId,
        answered: Option<&BankId>,
        out: &mut Output,
    ) {
        // Books that had met no other bank when this life began are not old but new, if this is the first that one says.
        let lost = self.strangers.contains(from);
        let what = if lost && !self.settings.accept_lost_books {
            BEGUN_ANEW
        } else {
            "has seen more of this bank than its own books hold: an old ledger was put back. Recovering"
        };
        self.alarm(books, now, from, None, what, out);
        if lost {
            // On disk, so that the next life knows it too.
            self.doubt_lives(books, 0);
        }
        let waiting: BTreeSet<BankId> = self.settings.others.keys().cloned().collect();
        let others = waiting.clone();
        self.recovering = Some(Recovering { waiting, highest: self.epoch(), lost });
        // No votes; what waits is asked for again, or its time runs out.
        self.claims.stop_all();
        // This life's number was used before, and with it the ids of its attempts.
        let undecided: Vec<AttemptId> = self.collecting.keys().cloned().collect();
        for attempt in undecided {
            self.give_up(books, now, &attempt, out);
        }
        for bank in others.iter().filter(|bank| Some(*bank) != answered) {
            if let Some(peer) = self.peers.get_mut(bank) {
                peer.hello_wait_ms = None;
            }
            self.greet(now, bank, out);
        }
    }

    /// Every bank has answered: a life above all that were seen. What the lost lives did is not presumed.
    fn end_recovering(&mut self, books: &mut Books, now: Now, out: &mut Output) {
        let Some(recovering) = self.recovering.take() else { return };
        // The end of the last life before the loss may be missing, and this life's number was used before.
        self.doubt_lives(books, self.epochs.len().saturating_sub(2));
        let epoch = recovering.highest.max(self.epoch()) + 1;
        self.begin_life(books, now, epoch);
        let others: Vec<BankId> = self.settings.others.keys().cloned().collect();
        for bank in others {
            self.greet(now, &bank, out);
        }
    }

    /// The others have said all that they know of what a restored ledger lacks: a life above all that were seen. The lives
    /// that the copy may not hold whole, and those that only others remember, are marked so.
    pub(super) fn begin_after_restoration(
        &mut self,
        books: &mut Books,
        now: Now,
        missed: &Missed,
        restoration: &Restoration,
    ) {
        self.recovering = None;
        self.strangers.clear();
        // Of a life in which nobody promised anything there is nothing to be remembered.
        let known: BTreeSet<Epoch> = self.epochs.iter().map(|life| life.epoch).collect();
        for epoch in missed.promised_lives(&self.settings.me).difference(&known) {
            let seen = missed.told.values().filter_map(|told| told.highest.as_ref());
            let mut nonce = seen.filter(|seen| seen.epoch == *epoch).map(|seen| seen.nonce.clone());
            let nonce = nonce.next().unwrap_or_else(|| EpochNonce("lost".to_owned()));
            self.epochs.push(EpochRecord { epoch: *epoch, nonce, whole: true });
        }
        self.epochs.sort_by_key(|life| life.epoch);
        let first = self.epochs.iter().position(|life| life.epoch >= restoration.epoch);
        self.doubt_lives(books, first.unwrap_or(0));
        let epoch = missed.highest(&self.settings.me).max(self.epoch()) + 1;
        self.begin_life(books, now, epoch);
    }

    /// A new life of the same process, numbered `epoch`.
    fn begin_life(&mut self, books: &mut Books, now: Now, epoch: Epoch) {
        let nonce = EpochNonce(format!("{:016x}{:016x}", now.dice, now.dice.rotate_left(29) ^ epoch));
        let life = EpochRecord { epoch, nonce, whole: true };
        books.put(Write::Epoch(life.clone()));
        self.epochs.push(life);
        self.next_sequence = 1;
        books.skip_accounts(account_floor(&self.epochs));
    }

    /// Whether the life `epoch` is known to have lost something.
    pub(super) fn is_not_whole(&self, epoch: Epoch) -> bool {
        self.epochs.iter().any(|life| life.epoch == epoch && !life.whole)
    }

    /// Lives from the one at `first` on may have lost something.
    fn doubt_lives(&mut self, books: &mut Books, first: usize) {
        for life in &mut self.epochs[first..] {
            life.whole = false;
            books.put(Write::Epoch(life.clone()));
        }
    }

    /// A batch to `bank` was not answered.
    pub(super) fn peer_silent(&mut self, bank: &BankId) {
        if let Some(peer) = self.peers.get_mut(bank) {
            peer.failures = peer.failures.saturating_add(1);
        }
    }

    /// `bank` is there. If its breaker was open, all that waits for it is said at once.
    pub(super) fn peer_answered(&mut self, now: Now, bank: &BankId, out: &mut Output) {
        let Some(peer) = self.peers.get_mut(bank) else { return };
        let was_down = !peer.is_up();
        peer.failures = 0;
        if was_down {
            if peer.hello_wait_ms.is_some() {
                peer.hello_wait_ms = None;
                self.greet(now, bank, out);
            }
            self.say_what_waits(now, bank, out);
        }
    }

    /// Decisions that `bank` has not confirmed, questions about what it coordinates, and prepares that it may have lost.
    fn say_what_waits(&mut self, now: Now, bank: &BankId, out: &mut Output) {
        for telling in self.telling.values().filter(|telling| telling.unacked.contains(bank)) {
            out.sends.push(send(bank, Message::Decide(telling.decide.clone())));
        }
        for attempt in self.doubts.keys().filter(|attempt| attempt.coordinator == *bank) {
            out.sends.push(send(bank, Message::Query(AboutAttempt { attempt: attempt.clone() })));
        }
        for collecting in self.collecting.values() {
            if let Some(prepare) = collecting.prepare_for(bank, now) {
                out.sends.push(send(bank, Message::Prepare(prepare)));
            }
        }
    }

    /// Whether the breaker for `bank` is closed.
    #[must_use]
    pub fn is_reachable(&self, bank: &BankId) -> bool {
        *bank == self.settings.me || self.peers.get(bank).is_some_and(Peer::is_up)
    }

    /// Whether this bank remembers all that it did in the life `epoch`.
    pub(super) fn remembers(&self, epoch: Epoch) -> bool {
        self.recovering.is_none() && self.lived_whole(epoch)
    }

    /// Whether there was a life `epoch`, of which these books have all.
    pub(super) fn lived_whole(&self, epoch: Epoch) -> bool {
        self.epochs.iter().any(|life| life.epoch == epoch && life.whole)
    }

    /// Whether every other bank has been asked about the life `epoch`, of which a backup may have lost the end: an attempt of
    /// it that could have committed is on record here.
    pub(super) fn has_asked_about(&self, epoch: Epoch) -> bool {
        self.recovering.is_none() && self.asked_lives.iter().any(|lives| lives.contains(&epoch))
    }

    /// No new business with a bank that broke its word.
    pub(super) fn bar(&mut self, books: &mut Books, bank: &BankId) {
        if let Some(peer) = self.peers.get_mut(bank)
            && !peer.record.barred
        {
            peer.record.barred = true;
            books.put(Write::Peer(peer.record.clone()));
        }
    }
}

/// The participants of a prepared portion that another bank coordinates.
fn promised_to(portion: &PortionRecord, me: &BankId) -> Option<BTreeSet<BankId>> {
    match &portion.state {
        PortionState::Prepared(promise) if portion.attempt.coordinator != *me => {
            Some(promise.participants.clone())
        }
        PortionState::Prepared(_) | PortionState::Committed(_) | PortionState::Aborted { .. } => None,
    }
}
