//! One simulated bank: a process that steps, stores and tells, and the disk that outlives it.
//!
//! Never here: when it crashes, and what becomes of what it says.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use shared::ids::BankId;

use super::ending::Standing;
use super::restores::Asking;
use super::told::Told;
use crate::desk::DeskRequest;
use crate::engine::turn::Turn;
use crate::ledger::memory::MemoryLedger;
use crate::ledger::{Ledger, LedgerFault};
use crate::protocol::attempt::{AttemptId, Epoch};
use crate::protocol::membership::Members;
use crate::protocol::message::Batch;
use crate::protocol::missed::Missed;
use crate::protocol::output::{Mono, Now, Submit, Ticket};
use crate::protocol::records::{Recovered, Write};
use crate::protocol::settings::Settings;
use crate::protocol::snapshot::Snapshot;

/// 2026-01-01 in milliseconds since 1970: when every schedule begins.
pub(super) const DAWN_MS: i64 = 1_767_225_600_000;
const DAY_MS: i64 = 86_400_000;
const SAO_PAULO_MS: i64 = -3 * 3_600_000;

/// What waits for the deciding thread.
#[derive(Clone, Debug)]
pub(super) enum Call {
    Submit(Submit),
    Desk {
        ticket: Ticket,
        request: DeskRequest,
    },
    Receive {
        batch: Batch,
        answer: Option<Asker>,
    },
    /// A bank asks how attempts of this one stand, for somebody who looks at an account there.
    Standing {
        ticket: Ticket,
        from: BankId,
        attempts: BTreeSet<AttemptId>,
    },
    /// Somebody waits for the outcome of attempts of others.
    AskNow(BTreeSet<AttemptId>),
    Silent(BankId),
    Answered(BankId),
    /// A bank that was restored asks what it lacks.
    Restored {
        bank: BankId,
        fence: Epoch,
    },
    /// What every other bank has said of what a restored ledger lacks.
    Missed(Missed),
    /// A version of the consortium file.
    Members(Members),
    /// An operator's decision on an attempt whose own was lost.
    Decide {
        ticket: Ticket,
        attempt: AttemptId,
        commit: bool,
        missed: Missed,
    },
    Shutdown,
}

/// Who waits for the answer to a batch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asker {
    pub life: u32,
    pub request: u64,
}

/// Where a turn that is under way will be cut short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// Before the input of this number is stepped.
    InSteps(usize),
    /// All stepped, nothing stored.
    BeforeStore,
    /// Stored, nothing told.
    BeforeTelling,
    /// So much told.
    InTelling(usize),
    /// All told: the process was asked to end.
    AfterTelling,
}

/// A bank's process, or what is left of it.
pub(super) enum Process {
    /// Only the disk.
    Down(MemoryLedger),
    /// Its first step is being stored; it does not listen yet.
    Starting(Turn<MemoryLedger>),
    /// It listens.
    Up(Turn<MemoryLedger>),
}

/// One bank.
pub(super) struct Node {
    pub id: BankId,
    pub settings: Settings,
    process: Option<Process>,
    /// Counts starts and crashes: what was meant for another life is dropped.
    pub life: u32,
    /// When this life began.
    pub began_at: u64,
    /// How far its wall clock is off, in milliseconds.
    pub skew_ms: i64,
    pub paused_until: u64,
    pub inbox: VecDeque<Call>,
    /// A step is scheduled.
    pub due: bool,
    /// A turn is being stored.
    pub busy: bool,
    pub cut: Option<Cut>,
    pub told: Told,
    pub wake_at: Option<u64>,
    pub probing: bool,
    /// Batches sent and not answered: to whom.
    pub requests: BTreeMap<u64, usize>,
    /// How much of the chain of postings was checked.
    pub checked_postings: usize,
    /// How its records stood when the banks were last held against each other.
    pub standing: Standing,
    /// The highest life it was in.
    pub highest_epoch: u64,
    /// It listens without having recovered (guard 18 off).
    pub early_bird: bool,
    /// What this life, begun on a backup, asks of the other banks.
    pub asking: Option<Asking>,
    /// The version of the consortium file that it is taking.
    pub taking: Option<Members>,
}

impl Node {
    pub fn new(id: BankId, settings: Settings) -> Self {
        let disk = MemoryLedger::new(id.clone());
        Self {
            id,
            settings,
            process: Some(Process::Down(disk)),
            life: 0,
            began_at: 0,
            skew_ms: 0,
            paused_until: 0,
            inbox: VecDeque::new(),
            due: false,
            busy: false,
            cut: None,
            told: Told::default(),
            wake_at: None,
            probing: false,
            requests: BTreeMap::new(),
            checked_postings: 0,
            standing: Standing::default(),
            highest_epoch: 0,
            early_bird: false,
            asking: None,
            taking: None,
        }
    }

    /// Puts `writes` on the disk of a bank that has not begun yet.
    pub fn load(&mut self, writes: &[Write]) -> Result<(), LedgerFault> {
        match &mut self.process {
            Some(Process::Down(disk)) => disk.store(0, writes),
            Some(Process::Starting(_) | Process::Up(_)) | None => Ok(()),
        }
    }

    /// Replaces the disk of a bank that is down.
    pub fn put_back(&mut self, disk: Snapshot) {
        self.process = Some(Process::Down(MemoryLedger::holding(disk)));
        // What it did since then is as if it had never been.
        self.highest_epoch = 0;
        self.checked_postings = 0;
        self.standing = Standing::default();
    }

    /// What is on disk.
    pub fn disk(&self) -> &Snapshot {
        match &self.process {
            Some(Process::Down(disk)) => disk.snapshot(),
            Some(Process::Starting(turn) | Process::Up(turn)) => turn.ledger().snapshot(),
            None => unreachable!("a process is only taken out to be put back"),
        }
    }

    pub fn turn(&self) -> Option<&Turn<MemoryLedger>> {
        match &self.process {
            Some(Process::Starting(turn) | Process::Up(turn)) => Some(turn),
            Some(Process::Down(_)) | None => None,
        }
    }

    pub fn turn_mut(&mut self) -> Option<&mut Turn<MemoryLedger>> {
        match &mut self.process {
            Some(Process::Starting(turn) | Process::Up(turn)) => Some(turn),
            Some(Process::Down(_)) | None => None,
        }
    }

    pub const fn is_down(&self) -> bool {
        matches!(self.process, Some(Process::Down(_)))
    }

    pub const fn listens(&self) -> bool {
        matches!(self.process, Some(Process::Up(_)))
    }

    /// Ends the process, if there is one: the disk is left, and nothing else.
    pub fn crash(&mut self) {
        let disk = match self.process.take() {
            Some(Process::Down(disk)) => disk,
            Some(Process::Starting(turn) | Process::Up(turn)) => turn.into_ledger(),
            None => unreachable!("a process is only taken out to be put back"),
        };
        self.process = Some(Process::Down(disk));
        self.life += 1;
        self.paused_until = 0;
        self.inbox.clear();
        self.due = false;
        self.busy = false;
        self.cut = None;
        self.told = Told::default();
        self.wake_at = None;
        self.probing = false;
        self.requests.clear();
        self.early_bird = false;
        self.asking = None;
        self.taking = None;
    }

    /// Whether other banks reach it: it listens, and does not wait for what a backup lacks.
    pub fn is_open(&self) -> bool {
        self.listens() && self.turn().is_some_and(|turn| !turn.bank().is_restoring())
    }

    /// Whether its disk is a backup's, and what that lacks is not booked yet.
    pub fn lacks(&self) -> bool {
        self.disk().restorations.last().is_some_and(|(_, report)| report.is_none())
    }

    /// Whether a question of `peer`, restored, sets a fence here that is not on disk yet.
    pub fn has_to_fence(&self, peer: &BankId, fence: Epoch) -> bool {
        let stands = self
            .disk()
            .peers
            .get(peer)
            .is_some_and(|record| record.nonce.is_fence() || record.epoch >= fence);
        !stands && self.settings.others.contains_key(peer)
    }

    /// What a life would begin with, of a bank that is down.
    pub fn left_over(&self) -> Option<Recovered> {
        match &self.process {
            Some(Process::Down(disk)) => disk.clone().recover().ok(),
            Some(Process::Starting(_) | Process::Up(_)) | None => None,
        }
    }

    /// From now on its consortium file is this one.
    pub fn has_taken(&mut self, members: Members) {
        let Members { version, others, leaving } = members;
        self.settings.consortium = version;
        self.settings.others = others;
        self.settings.leaving = leaving;
    }

    /// Takes the disk of a bank that is down, to begin a life with it.
    pub fn take_disk(&mut self) -> Option<MemoryLedger> {
        match self.process.take() {
            Some(Process::Down(disk)) => Some(disk),
            other => {
                self.process = other;
                None
            }
        }
    }

    /// The process of a new life.
    pub fn begin(&mut self, turn: Turn<MemoryLedger>, at: u64) {
        self.process = Some(Process::Starting(turn));
        self.life += 1;
        self.began_at = at;
    }

    /// Opens the listeners.
    pub fn listen(&mut self) {
        if let Some(Process::Starting(turn)) = self.process.take_if(|p| matches!(p, Process::Starting(_))) {
            self.process = Some(Process::Up(turn));
        }
    }

    /// The bank's own time at the virtual time `at`.
    pub fn now(&self, at: u64, dice: u64) -> Now {
        let wall_ms = DAWN_MS + i64::try_from(at).unwrap_or(i64::MAX) + self.skew_ms;
        let day = i32::try_from((wall_ms + SAO_PAULO_MS).div_euclid(DAY_MS)).unwrap_or(i32::MAX);
        Now { mono: Mono(at - self.began_at), wall_ms, day, dice }
    }

    /// Whether the order between two attempts, or the votes on one, is all that keeps this bank busy.
    pub fn has_work(&self) -> bool {
        self.busy || self.due || !self.inbox.is_empty()
    }

    /// Whether `attempt` is one of this bank's.
    pub fn runs(&self, attempt: &AttemptId) -> bool {
        attempt.coordinator == self.id
    }
}
