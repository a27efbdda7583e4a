//! One turn of the deciding thread without the thread: load → step, as often as there is input, then store. What may be
//! told comes out; the caller tells it, after [`Turn::store`]. The simulator runs on this too.

use crate::ledger::{Ledger, LedgerFault};
use crate::protocol::attempt::EpochNonce;
use crate::protocol::bank::Bank;
use crate::protocol::books::{Books, Key};
use crate::protocol::happened::Happened;
use crate::protocol::lives::account_floor;
use crate::protocol::message::Message;
use crate::protocol::output::{Input, Now, Output};
use crate::protocol::records::Write;
use crate::protocol::settings::Settings;
use crate::protocol::touched::Touched;

/// A bank's core on its ledger.
#[derive(Clone)]
pub struct Turn<L> {
    bank: Bank,
    ledger: L,
    books: Books,
    /// Stepped and not stored.
    writes: Vec<Write>,
    /// Whether anything of it has to be on disk before what was said with it is told.
    urgent: bool,
    /// Whom it concerns.
    touched: Touched,
    /// What ended in it.
    happened: Happened,
}

impl<L: Ledger> Turn<L> {
    /// Recovers what the last life left. [`Input::Start`] must be stepped and stored before anything is taken.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn recover(settings: Settings, mut ledger: L, nonce: EpochNonce) -> Result<Self, LedgerFault> {
        let recovered = ledger.recover()?;
        let books = Books::new(recovered.head, recovered.last_account.max(account_floor(&recovered.epochs)));
        Ok(Self {
            bank: Bank::new(settings, recovered, nonce),
            ledger,
            books,
            writes: Vec::new(),
            urgent: false,
            touched: Touched::default(),
            happened: Happened::default(),
        })
    }

    /// The same around a bank that was made by hand. For tests.
    #[must_use]
    pub fn around(bank: Bank, ledger: L, books: Books) -> Self {
        Self {
            bank,
            ledger,
            books,
            writes: Vec::new(),
            urgent: false,
            touched: Touched::default(),
            happened: Happened::default(),
        }
    }

    /// The core.
    #[must_use]
    pub const fn bank(&self) -> &Bank {
        &self.bank
    }

    /// The ledger: what is on disk.
    #[must_use]
    pub const fn ledger(&self) -> &L {
        &self.ledger
    }

    /// The ledger alone, as a crash leaves it: what was not stored is lost.
    #[must_use]
    pub fn into_ledger(self) -> L {
        self.ledger
    }

    /// Loads what `input` touches, and steps it. Only `early` may leave before [`Turn::store`] has returned `Ok`.
    ///
    /// # Errors
    /// When the ledger cannot be read: the process must end.
    pub fn step(&mut self, now: Now, input: Input) -> Result<Output, LedgerFault> {
        loop {
            let keys = self.bank.keys(&self.books, now, &input);
            let missing: Vec<Key> = keys.into_iter().filter(|key| !self.books.has(key)).collect();
            if missing.is_empty() {
                break;
            }
            self.ledger.load(&missing, &mut self.books)?;
        }
        let is_ack = matches!(&input, Input::Received { message: Message::Ack(_), .. });
        let about = Touched::package_of(&self.books, &input);
        let mut output = self.bank.step(&mut self.books, now, input);
        self.touched.note(&self.books, about, &output.writes);
        self.happened.note(now.wall_ms, &output.writes);
        let only_noted = is_ack && output.writes.iter().all(notes_an_ack);
        self.urgent |= !output.writes.is_empty() && !only_noted;
        self.writes.append(&mut output.writes);
        Ok(output)
    }

    /// Whom what was stepped concerns. To be told of after [`Turn::store`]; acks alone, that are not stored yet, may be
    /// told of before, since what they say is on disk at those who say it.
    #[must_use]
    pub fn take_touched(&mut self) -> Touched {
        std::mem::take(&mut self.touched)
    }

    /// What has ended. To be counted after [`Turn::store`].
    #[must_use]
    pub fn take_happened(&mut self) -> Happened {
        std::mem::take(&mut self.happened)
    }

    /// Whether what was stepped must be stored before it is told. Not so when all of it is acks: what they say is on
    /// disk at those who say it, and one that is lost is asked for again. They ride the next transaction.
    #[must_use]
    pub const fn must_store(&self) -> bool {
        self.urgent
    }

    /// Whether anything was stepped that is not on disk.
    #[must_use]
    pub const fn has_writes(&self) -> bool {
        !self.writes.is_empty()
    }

    /// What stays in memory and is not what the ledger says, though all is stored. It reads all of it again: for tests.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn misremembered(&mut self) -> Result<Option<Key>, LedgerFault> {
        let mut fresh = Books::new(self.books.head(), 0);
        self.ledger.load(&self.books.keys(), &mut fresh)?;
        Ok(self.books.differs_from(&fresh))
    }

    /// Forces everything stepped since the last call to disk, in one transaction.
    ///
    /// # Errors
    /// When that failed, or nobody knows whether it did (rule R2): nothing may be told, and the process must end.
    pub fn store(&mut self) -> Result<(), LedgerFault> {
        if !self.writes.is_empty() {
            self.ledger.store(self.bank.epoch(), &self.writes)?;
            self.writes.clear();
        }
        self.urgent = false;
        self.books.forget_ended();
        Ok(())
    }
}

/// Whether a write only notes who has confirmed an outcome.
const fn notes_an_ack(write: &Write) -> bool {
    matches!(write, Write::Attempt(_) | Write::ForgetAttempt(_))
}
