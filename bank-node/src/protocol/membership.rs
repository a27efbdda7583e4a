//! Who is in the consortium, changed while the bank runs: banks join, leave and are gone, all of a file's version at once.
//!
//! Invariant: a bank is let go of only when nothing is open with it; what is on disk of it stays.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use shared::ids::BankId;

use super::attempt::AttemptId;
use super::bank::Bank;
use super::books::{Books, Key};
use super::lives::Peer;
use super::output::{Now, Output};
use super::records::{Attempt, Balance, LedgerAccount, PortionRecord, PortionState, Recovered, Write};
use super::timers::Timer;

/// A version of the consortium file, as far as the core has to know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Members {
    /// The file's version.
    pub version: u64,
    /// Every other bank, with what it may owe this one, prepared credits included, in centavos.
    pub others: BTreeMap<BankId, i64>,
    /// The banks that leave, each with the version in which it began to.
    pub leaving: BTreeMap<BankId, u64>,
}

/// What is open with one bank. While there is any of it, the bank is not let go of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenBusiness {
    /// With whom.
    pub bank: BankId,
    /// Attempts of this bank with it that are undecided.
    pub undecided: usize,
    /// Decisions of this bank that it has not confirmed.
    pub unconfirmed: usize,
    /// Portions promised here, in attempts that it coordinates or takes part in, whose outcome is not known here.
    pub in_doubt: usize,
    /// What is set aside of what the two owe each other, in centavos.
    pub held: i64,
    /// What this bank owes it, less what it owes this bank, in centavos.
    pub position: i64,
}

impl OpenBusiness {
    const fn is_none(&self) -> bool {
        self.undecided == 0
            && self.unconfirmed == 0
            && self.in_doubt == 0
            && self.held == 0
            && self.position == 0
    }
}

impl fmt::Display for OpenBusiness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { bank, undecided, unconfirmed, in_doubt, held, position } = self;
        write!(
            f,
            "{bank} ({undecided} undecided, {unconfirmed} unconfirmed, {in_doubt} in doubt, {held} centavos held, position \
             {position} centavos)"
        )
    }
}

/// Why a version of the consortium file is not taken. The bank goes on with the one that it has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MembersRefused {
    /// Below the version that this bank has.
    #[error("version {version} is older than version {have}, which this bank has: bring a version above it")]
    Older {
        /// The file's.
        version: u64,
        /// This bank's.
        have: u64,
    },
    /// A bank is gone from it, and this one is still finding out what it may have forgotten with whom.
    #[error("{bank} is gone from it while this bank recovers: bring it again once the bank is ready")]
    Recovering {
        /// The bank that is gone.
        bank: BankId,
    },
    /// A backup has taken the ledger's place, and the banks of the version that this one has are being asked what it lacks.
    #[error(
        "this bank recovers after a backup was put back: bring version {version} again once the bank is ready"
    )]
    Restoring {
        /// The file's.
        version: u64,
    },
    /// The ledger is a backup from before banks left that are not in the file.
    #[error(
        "a backup was put back that was made before {} left: what was done with it since only it can tell. Name it again, its \
         node running, until this bank is ready; or start once with --accept-lost-books: then that is lost",
        .0.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    )]
    Unasked(Vec<BankId>),
    /// Banks are gone from it with whom something is open.
    #[error(
        "it lets go of banks with which something is open: {}: keep each in the file with leaving_since until all of it is 0",
        .0.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    )]
    Open(Vec<OpenBusiness>),
}

impl Bank {
    /// Every bank of the consortium but this one.
    pub fn others(&self) -> impl Iterator<Item = &BankId> {
        self.settings.others.keys()
    }

    /// The version of the consortium file that this bank has.
    #[must_use]
    pub const fn consortium(&self) -> u64 {
        self.settings.consortium
    }

    /// The money between this bank and those that `members` lets go of.
    pub(super) fn members_keys(&self, members: &Members) -> Vec<Key> {
        self.gone_from(members).iter().flat_map(|bank| between(bank).map(Key::Balance)).collect()
    }

    fn gone_from(&self, members: &Members) -> BTreeSet<BankId> {
        let gone = self.settings.others.keys().filter(|bank| !members.others.contains_key(bank));
        gone.cloned().collect()
    }

    /// Takes a version of the consortium file, whole or not at all.
    ///
    /// # Errors
    /// As [`MembersRefused`] says; then nothing has changed.
    pub(super) fn take_members(
        &mut self,
        books: &mut Books,
        now: Now,
        members: Members,
        out: &mut Output,
    ) -> Result<(), MembersRefused> {
        if members.version < self.settings.consortium {
            let have = self.settings.consortium;
            return Err(MembersRefused::Older { version: members.version, have });
        }
        if self.is_restoring() {
            return Err(MembersRefused::Restoring { version: members.version });
        }
        let gone = self.gone_from(&members);
        if self.recovering.is_some()
            && let Some(bank) = gone.first()
        {
            return Err(MembersRefused::Recovering { bank: bank.clone() });
        }
        let open: Vec<OpenBusiness> =
            gone.iter().map(|bank| self.business_with(books, bank)).filter(|open| !open.is_none()).collect();
        if !open.is_empty() {
            return Err(MembersRefused::Open(open));
        }
        for bank in &gone {
            self.let_go(books, bank);
        }
        let Members { version, others, leaving } = members;
        let joined: Vec<BankId> =
            others.keys().filter(|bank| !self.settings.others.contains_key(bank)).cloned().collect();
        self.settings.consortium = version;
        self.settings.others = others;
        self.settings.leaving = leaving;
        // Asked before any of them is met: books that have met nobody are new, or were begun anew.
        let met_nobody = self.left.is_empty() && self.peers.values().all(|peer| peer.record.epoch == 0);
        for bank in joined {
            self.welcome(books, now, bank, met_nobody, out);
        }
        Ok(())
    }

    /// What is open with `bank`, its money loaded.
    fn business_with(&self, books: &Books, bank: &BankId) -> OpenBusiness {
        let undecided = self.collecting.values().filter(|attempt| attempt.participants.contains(bank));
        let unconfirmed = self.telling.values().filter(|telling| telling.unacked.contains(bank));
        let in_doubt = self
            .doubts
            .iter()
            .filter(|(attempt, doubt)| attempt.coordinator == *bank || doubt.fellows.contains(bank));
        let money = between(bank).map(|account| books.balance(&account));
        OpenBusiness {
            bank: bank.clone(),
            undecided: undecided.count(),
            unconfirmed: unconfirmed.count(),
            in_doubt: in_doubt.count(),
            held: set_aside(&money),
            position: position(&money),
        }
    }

    fn let_go(&mut self, books: &mut Books, bank: &BankId) {
        self.timers.cancel(&Timer::Hello(bank.clone()));
        self.strangers.remove(bank);
        if let Some(peer) = self.peers.remove(bank) {
            // Its lives and its low-water mark count again should it come back.
            self.left.insert(bank.clone(), peer.record);
            self.note_who_left(books);
        }
    }

    /// The books know every bank of the file, heard or not: a backup of them names all that have to be asked.
    pub(super) fn note_the_named(&mut self, books: &mut Books) {
        let known: BTreeSet<&BankId> = self.left_over.peers.iter().map(|record| &record.bank).collect();
        for (bank, peer) in &self.peers {
            if !known.contains(bank) {
                books.put(Write::Peer(peer.record.clone()));
            }
        }
    }

    /// The books know who has left and who is back: also where the file was changed while the bank was stopped.
    pub(super) fn note_who_left(&mut self, books: &mut Books) {
        let met = self.peers.values_mut().map(|peer| (&mut peer.record, false));
        for (record, left) in met.chain(self.left.values_mut().map(|record| (record, true))) {
            if record.left != left {
                record.left = left;
                books.put(Write::Peer(record.clone()));
            }
        }
    }

    /// A bank joins, or comes back: it is greeted as at a start.
    fn welcome(&mut self, books: &mut Books, now: Now, bank: BankId, met_nobody: bool, out: &mut Output) {
        let mut peer = Peer::unmet(bank.clone());
        if let Some(record) = self.left.remove(&bank) {
            peer.record = record;
        }
        books.put(Write::Peer(peer.record.clone()));
        self.peers.insert(bank.clone(), peer);
        if met_nobody {
            self.strangers.insert(bank.clone());
        }
        if let Some(recovering) = &mut self.recovering {
            recovering.waiting.insert(bank.clone());
        }
        self.note_who_left(books);
        self.greet(now, &bank, out);
    }
}

/// The two accounts that hold what this bank and `bank` owe each other.
#[must_use]
pub fn between(bank: &BankId) -> [LedgerAccount; 2] {
    [LedgerAccount::DueTo(bank.clone()), LedgerAccount::DueFrom(bank.clone())]
}

/// What this bank owes the other, less what the other owes it: what is due to a bank is credited here, what is due from
/// it debited.
fn position(money: &[Balance; 2]) -> i64 {
    money.iter().map(|money| money.balance).sum()
}

fn set_aside(money: &[Balance; 2]) -> i64 {
    money.iter().map(|money| money.held + money.incoming).sum()
}

/// Banks that a ledger put back from a backup does not know to have left, and that `others` does not name: nobody would ask
/// them what the backup lacks.
#[must_use]
pub fn unasked_at_start(recovered: &Recovered, others: &BTreeMap<BankId, i64>) -> Vec<BankId> {
    let restored = recovered.restoration.is_some();
    let unasked =
        recovered.peers.iter().filter(|peer| restored && !peer.left && !others.contains_key(&peer.bank));
    unasked.map(|peer| peer.bank.clone()).collect()
}

/// What is open with banks that the books know and `others` does not name: a life must not begin without them.
///
/// `money` gives what is on disk of one ledger account.
#[must_use]
pub fn open_at_start(
    recovered: &Recovered,
    me: &BankId,
    others: &BTreeMap<BankId, i64>,
    money: impl Fn(&LedgerAccount) -> Balance,
) -> Vec<OpenBusiness> {
    // In books from before every bank of the file was noted, who was sent a PREPARE and never heard is on no record of its own.
    let met = recovered.peers.iter().map(|record| &record.bank);
    let asked = recovered.attempts.iter().flat_map(|attempt| &attempt.unacked);
    let unnamed: BTreeSet<&BankId> =
        met.chain(asked).filter(|bank| !others.contains_key(bank) && *bank != me).collect();
    let open = unnamed.into_iter().map(|bank| {
        let attempts = recovered.attempts.iter();
        let money = between(bank).map(|account| money(&account));
        OpenBusiness {
            bank: bank.clone(),
            // A start decides what is undecided, and tells it.
            undecided: 0,
            unconfirmed: attempts.filter(|attempt: &&Attempt| attempt.unacked.contains(bank)).count(),
            in_doubt: recovered.portions.iter().filter(|portion| is_promised_with(portion, me, bank)).count(),
            held: set_aside(&money),
            position: position(&money),
        }
    });
    open.filter(|open| !open.is_none()).collect()
}

/// Whether the portion is promised to another bank's attempt that `bank` coordinates or takes part in.
fn is_promised_with(portion: &PortionRecord, me: &BankId, bank: &BankId) -> bool {
    let AttemptId { coordinator, .. } = &portion.attempt;
    match &portion.state {
        PortionState::Prepared(promise) => {
            coordinator != me && (coordinator == bank || promise.participants.contains(bank))
        }
        PortionState::Committed(_) | PortionState::Aborted { .. } => false,
    }
}
