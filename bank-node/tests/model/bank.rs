//! One bank of the model: the core on its ledger in memory, with a clock of its own.
//!
//! Never here: what becomes of what it says.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use bank_node::engine::turn::Turn;
use bank_node::ledger::memory::MemoryLedger;
use bank_node::ledger::{Ledger as _, LedgerFault};
use bank_node::protocol::attempt::EpochNonce;
use bank_node::protocol::bank::{Bank, UnderWay};
use bank_node::protocol::books::Books;
use bank_node::protocol::claims::Claims;
use bank_node::protocol::message::{BatchHeader, Message};
use bank_node::protocol::output::{Input, Mono, Now, Output};
use bank_node::protocol::records::{Account, Consent, Holder, Recovered, Write};
use bank_node::protocol::settings::{Guard, Settings};
use bank_node::protocol::snapshot::Snapshot;
use shared::account::{AccountKind, AccountStatus};
use shared::api::replies::{HolderStatus, Permission};
use shared::ids::{BankId, ConsentId};
use uuid::Uuid;

use crate::names::{account, bank, customer};

/// The wall clock of every bank, all the time: some day in 2026.
const WALL_MS: i64 = 1_780_000_000_000;
const DAY: i32 = 20_601;

/// A bank's process on its disk.
#[derive(Clone)]
pub struct Node {
    settings: Settings,
    turn: Turn<MemoryLedger>,
    mono: u64,
    lives: u64,
    mark: u64,
}

impl Node {
    /// `me` among `banks`, before its first start: two accounts of customer 1, and the consent of that customer for customer 1
    /// of every other bank.
    pub fn new(me: &str, banks: &[&str], configure: impl FnOnce(&mut Settings)) -> Self {
        let others: Vec<BankId> = banks.iter().filter(|b| **b != me).map(|b| bank(b)).collect();
        let mut settings = Settings::new(bank(me), 1, others.clone());
        configure(&mut settings);
        let mut ledger = MemoryLedger::new(bank(me));
        let mut writes = Vec::new();
        for digit in ["1", "2"] {
            let number = account(&format!("{me}{digit}")).number;
            let holder = Holder { customer: customer(1), status: HolderStatus::Holder, named_ms: WALL_MS };
            writes.push(Write::Account(Account {
                number,
                kind: AccountKind::Joint,
                status: AccountStatus::Open,
                opened_by: customer(1),
                opened_ms: WALL_MS,
                company: None,
                holders: vec![holder],
            }));
        }
        for (other, n) in others.iter().zip(1u128..) {
            writes.push(Write::Consent(Consent {
                id: ConsentId(Uuid::from_u128(0xC0 + n)),
                giver: customer(1),
                bank: other.clone(),
                customer: customer(1),
                permissions: BTreeSet::from([Permission::View, Permission::Pay]),
                limit_per_package: 1_500,
                limit_per_day: 1_500,
                expires_ms: WALL_MS + 86_400_000,
                created_ms: WALL_MS,
                used_day: DAY,
                used: 0,
                ended_ms: None,
            }));
        }
        ledger.store(0, &writes).expect("a new ledger takes records");
        let turn = Turn::recover(settings.clone(), ledger, nonce(me, 1)).expect("memory can be read");
        Self { settings, turn, mono: 0, lives: 1, mark: 0 }
    }

    /// Steps `input`, and stores it if it is to be stored.
    ///
    /// # Errors
    /// When the ledger refuses what the core decided: its process would end, and end again (R2).
    pub fn step(&mut self, input: Input, stored: bool) -> Result<Output, LedgerFault> {
        let output = self.turn.step(self.now(), input)?;
        if stored {
            self.store()?;
        }
        Ok(output)
    }

    fn store(&mut self) -> Result<(), LedgerFault> {
        self.turn.store()?;
        let (_, _) = (self.turn.take_touched(), self.turn.take_happened());
        let mut hasher = DefaultHasher::new();
        // What stays in memory beside the core is what the ledger says, so it adds nothing.
        format!("{:?}{:?}", self.turn.bank(), self.turn.ledger().snapshot()).hash(&mut hasher);
        self.mono.hash(&mut hasher);
        self.mark = hasher.finish();
        Ok(())
    }

    /// The process ends and starts again on what is on disk.
    ///
    /// # Errors
    /// As [`Node::step`].
    pub fn start_again(&mut self) -> Result<Output, LedgerFault> {
        self.lives += 1;
        let ledger = self.turn.ledger().clone();
        let guards = self.settings.guards;
        let nonce = nonce(self.settings.me.as_str(), self.lives);
        if guards.hold(Guard::AttemptIdsNeverReused) && guards.hold(Guard::RecoveryBeforeListening) {
            self.turn = Turn::recover(self.settings.clone(), ledger, nonce).expect("memory can be read");
            return self.step(Input::Start, true);
        }
        // In the life that it was in: the last one on its disk is not noted as ended.
        let mut recovered = ledger.clone().recover().expect("memory can be read");
        let books = Books::new(recovered.head, recovered.last_account);
        let life = recovered.epochs.pop().expect("it has lived");
        let listens_first = !guards.hold(Guard::RecoveryBeforeListening);
        if listens_first {
            recovered =
                Recovered { epochs: recovered.epochs, peers: recovered.peers, ..Recovered::default() };
        }
        let bank = Bank::in_life(self.settings.clone(), recovered, life);
        self.turn = Turn::around(bank, ledger, books);
        if listens_first {
            self.store()?;
            return Ok(Output::default());
        }
        self.step(Input::Start, true)
    }

    /// Its clock goes on to its next timer, which falls.
    pub fn tick(&mut self, stored: bool) -> Option<Result<Output, LedgerFault>> {
        let Mono(at) = self.turn.bank().wake_at()?;
        self.mono = self.mono.max(at);
        Some(self.step(Input::Tick, stored))
    }

    /// Its clock goes on.
    pub fn pass(&mut self, milliseconds: u64) {
        self.mono += milliseconds;
    }

    /// How long until its next timer.
    pub fn rests_ms(&self) -> Option<u64> {
        self.turn.bank().wake_at().map(|Mono(at)| at.saturating_sub(self.mono))
    }

    pub fn now(&self) -> Now {
        Now { mono: Mono(self.mono), wall_ms: WALL_MS, day: DAY, dice: 0 }
    }

    pub fn id(&self) -> &BankId {
        &self.settings.me
    }

    pub fn header(&self, to: &BankId) -> BatchHeader {
        self.turn.bank().header(to, self.now())
    }

    pub fn disk(&self) -> &Snapshot {
        self.turn.ledger().snapshot()
    }

    pub fn claims(&self) -> &Claims {
        self.turn.bank().claims()
    }

    pub fn under_way(&self) -> UnderWay {
        self.turn.bank().under_way()
    }

    /// Which life it is in.
    pub const fn life(&self) -> u64 {
        self.lives
    }

    /// Tells states apart: alike in all that decides what it does next.
    pub const fn mark(&self) -> u64 {
        self.mark
    }
}

/// A message as one that came from `header`'s sender.
pub fn received(header: &BatchHeader, message: &Message) -> Input {
    Input::Received { header: header.clone(), message: message.clone() }
}

fn nonce(me: &str, life: u64) -> EpochNonce {
    EpochNonce(format!("{me}-{life}"))
}
