//! Two banks: aurora on the ledger on disk, boreal on one in memory that nothing happens to. They say to each other what the
//! core says; what was on its way when aurora's process ended may arrive or not.
//!
//! Never here: a fault, and what follows one.

use std::collections::{BTreeSet, VecDeque};

use bank_node::engine::turn::Turn;
use bank_node::ledger::memory::MemoryLedger;
use bank_node::ledger::{Ledger, LedgerFault};
use bank_node::protocol::attempt::EpochNonce;
use bank_node::protocol::bank::UnderWay;
use bank_node::protocol::invariants::Fact;
use bank_node::protocol::message::{BatchHeader, Message};
use bank_node::protocol::output::{Input, Mono, Now, OrderAnswer, Output, Reply};
use bank_node::protocol::records::{Account, Consent, Holder, OrderState, Write};
use bank_node::protocol::settings::Settings;
use bank_node::protocol::snapshot::Snapshot;
use bank_node::simulation::chance::Chance;
use shared::account::{AccountKind, AccountStatus};
use shared::api::replies::{HolderStatus, Permission};
use shared::ids::{BankId, ConsentId, PackageId};
use shared::package::PackageDigest;
use uuid::Uuid;

use crate::names::{account, bank, customer};
use crate::witness::Witness;

/// The wall clock of both banks, all the time: some day in 2026.
pub const WALL_MS: i64 = 1_780_000_000_000;
/// That day.
pub const DAY: i32 = 20_601;

/// A bank's process with its clock.
struct Process<L> {
    turn: Turn<L>,
    mono: u64,
    life: u64,
}

/// What was said and has not arrived.
struct Letter {
    header: BatchHeader,
    message: Message,
    /// An answer reaches only the life that asked.
    asker: Option<u64>,
}

/// What a customer was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    pub bank: BankId,
    pub package: PackageId,
    pub digest: PackageDigest,
    pub fact: Fact,
}

/// The banks, and what is between them.
pub struct Town {
    aurora: Option<Process<Witness>>,
    boreal: Process<MemoryLedger>,
    letters: VecDeque<Letter>,
    lives: u64,
    pub heard: Vec<Heard>,
}

impl<L: Ledger> Process<L> {
    fn now(&self) -> Now {
        Now { mono: Mono(self.mono), wall_ms: WALL_MS, day: DAY, dice: 0 }
    }

    /// Steps and stores: what comes back may be told.
    fn step(&mut self, input: Input) -> Result<Output, LedgerFault> {
        let output = self.turn.step(self.now(), input)?;
        self.turn.store()?;
        let (_, _) = (self.turn.take_touched(), self.turn.take_happened());
        Ok(output)
    }

    fn rests_ms(&self) -> Option<u64> {
        self.turn.bank().wake_at().map(|Mono(at)| at.saturating_sub(self.mono))
    }

    fn is_at_rest(&self) -> bool {
        self.turn.bank().under_way() == UnderWay::default()
    }
}

impl Town {
    /// Before aurora was founded; boreal has its customer, the account B1 and a consent for aurora's customer.
    pub fn founded() -> Self {
        let me = bank("B");
        let mut ledger = MemoryLedger::new(me.clone());
        let holder = Holder { customer: customer(1), status: HolderStatus::Holder, named_ms: WALL_MS };
        let account = Account {
            number: account("B1").number,
            kind: AccountKind::Joint,
            status: AccountStatus::Open,
            opened_by: customer(1),
            opened_ms: WALL_MS,
            company: None,
            holders: vec![holder],
        };
        let consent = Consent {
            id: ConsentId(Uuid::from_u128(0xC0)),
            giver: customer(1),
            bank: bank("A"),
            customer: customer(1),
            permissions: BTreeSet::from([Permission::View, Permission::Pay]),
            limit_per_package: 1_500,
            limit_per_day: 150_000,
            expires_ms: WALL_MS + 86_400_000,
            created_ms: WALL_MS,
            used_day: DAY,
            used: 0,
            ended_ms: None,
        };
        ledger.store(0, &[Write::Account(account), Write::Consent(consent)]).expect("memory takes records");
        let settings = Settings::new(me, 1, [bank("A")]);
        let turn = Turn::recover(settings, ledger, EpochNonce("B-1".to_owned())).expect("memory can be read");
        let mut boreal = Process { turn, mono: 0, life: 1 };
        let _nobody_listens_yet = boreal.step(Input::Start).expect("memory takes records");
        Self { aurora: None, boreal, letters: VecDeque::new(), lives: 0, heard: Vec::new() }
    }

    pub const fn is_open(&self) -> bool {
        self.aurora.is_some()
    }

    /// Aurora's process begins on `ledger`.
    pub fn begin(&mut self, ledger: Witness) -> Result<(), LedgerFault> {
        self.lives += 1;
        let settings = Settings::new(bank("A"), 1, [bank("B")]);
        let nonce = EpochNonce(format!("A-{}", self.lives));
        let turn = Turn::recover(settings, ledger, nonce)?;
        self.aurora = Some(Process { turn, mono: 0, life: self.lives });
        self.give(true, Input::Start)
    }

    /// Aurora's process ends, however. Of what was on its way, some arrives.
    pub fn end(&mut self, chance: &mut Chance) {
        let life = self.lives;
        self.aurora = None;
        self.letters.retain(|letter| letter.asker != Some(life) && chance.permille(500));
    }

    /// Gives one of the banks something to do; whatever follows of it happens too.
    pub fn give(&mut self, to_aurora: bool, input: Input) -> Result<(), LedgerFault> {
        self.step(to_aurora, input, None)?;
        self.deliver()
    }

    /// Everything that was said arrives.
    fn deliver(&mut self) -> Result<(), LedgerFault> {
        while let Some(letter) = self.letters.pop_front() {
            let to_aurora = letter.header.to == bank("A");
            let life = if to_aurora { self.aurora.as_ref().map(|process| process.life) } else { Some(1) };
            // Whoever is down, or asked in another life, does not hear it.
            if life.is_none() || letter.asker.is_some_and(|asker| Some(asker) != life) {
                continue;
            }
            let asker = if to_aurora { 1 } else { self.lives };
            let input = Input::Received { header: letter.header, message: letter.message };
            self.step(to_aurora, input, Some(asker))?;
        }
        Ok(())
    }

    fn step(&mut self, at_aurora: bool, input: Input, asker: Option<u64>) -> Result<(), LedgerFault> {
        let (output, here, there, header) = if at_aurora {
            let Some(process) = &mut self.aurora else { return Ok(()) };
            let (here, there) = (bank("A"), bank("B"));
            (process.step(input)?, here, there.clone(), process.turn.bank().header(&there, process.now()))
        } else {
            let process = &mut self.boreal;
            let (here, there) = (bank("B"), bank("A"));
            (process.step(input)?, here, there.clone(), process.turn.bank().header(&there, process.now()))
        };
        for send in output.early.into_iter().chain(output.sends) {
            if send.to == there {
                self.letters.push_back(Letter { header: header.clone(), message: send.message, asker: None });
            }
        }
        for reply in output.replies {
            match reply {
                Reply::Peer(message) => {
                    self.letters.push_back(Letter { header: header.clone(), message, asker });
                }
                Reply::Order(_, answer) => self.hear(&here, &answer),
                Reply::Desk(..) | Reply::Standing(..) | Reply::Decided(..) | Reply::Members(..) => {}
            }
        }
        Ok(())
    }

    fn hear(&mut self, bank: &BankId, answer: &OrderAnswer) {
        let OrderAnswer::Standing(view) = answer else { return };
        let fact = match &view.order.state {
            OrderState::Committed { attempt, .. } => Fact::Committed(attempt.clone()),
            OrderState::Refused { .. } => Fact::Refused,
            OrderState::Aborted { attempt: Some(attempt), .. } => Fact::Aborted(attempt.clone()),
            OrderState::Aborted { attempt: None, .. }
            | OrderState::InProgress { .. }
            | OrderState::Elsewhere { .. } => return,
        };
        let (package, digest) = (view.order.package, view.order.digest);
        let heard = Heard { bank: bank.clone(), package, digest, fact };
        if !self.heard.contains(&heard) {
            self.heard.push(heard);
        }
    }

    /// Time goes on to the next timer of either bank, which falls; none when all is done or nothing ever will be.
    ///
    /// # Errors
    /// Aurora's ledger's.
    pub fn pass_time(&mut self) -> Result<bool, LedgerFault> {
        let Some(aurora) = &mut self.aurora else { return Ok(false) };
        if aurora.is_at_rest() && self.boreal.is_at_rest() {
            return Ok(false);
        }
        let (first, second) = (aurora.rests_ms(), self.boreal.rests_ms());
        let Some(wait_ms) = first.into_iter().chain(second).min() else { return Ok(false) };
        aurora.mono += wait_ms;
        self.boreal.mono += wait_ms;
        let is_auroras = first == Some(wait_ms);
        self.give(is_auroras, Input::Tick)?;
        Ok(true)
    }

    /// Aurora's ledger, of a process that is up.
    pub fn ledger(&self) -> Option<&Witness> {
        self.aurora.as_ref().map(|process| process.turn.ledger())
    }

    pub fn boreals_disk(&self) -> &Snapshot {
        self.boreal.turn.ledger().snapshot()
    }
}
