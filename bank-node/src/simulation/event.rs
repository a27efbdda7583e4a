//! What can happen in a schedule, and a batch on its way.
//!
//! Never here: what follows from it.

use std::collections::{BTreeMap, BTreeSet};

use super::node::Asker;
use crate::protocol::attempt::{AttemptId, Epoch};
use crate::protocol::message::{Batch, Status};
use crate::protocol::missed::Told;

/// Something that happens at a moment.
#[derive(Clone, Debug)]
pub(super) enum Event {
    /// A batch reaches its bank.
    Arrive(Box<Packet>),
    /// A bank begins a turn.
    Step { bank: usize, life: u32 },
    /// A turn's transaction is on disk.
    Sync { bank: usize, life: u32 },
    /// A bank's next timer is due.
    Wake { bank: usize, life: u32 },
    /// A batch was not answered in time.
    Silent { bank: usize, life: u32, request: u64 },
    /// A bank probes those that it takes to be away.
    Probe { bank: usize, life: u32 },
    /// A bank starts.
    Start { bank: usize },
    /// A bank that listened early recovers after all (guard 18 off).
    Recover { bank: usize, life: u32 },
    /// A bank's process ends between turns; `back` says whether it comes back before the end.
    Crash { bank: usize, back: bool },
    /// A bank is asked to end, and comes back later.
    Shutdown { bank: usize },
    /// A bank's disk is copied.
    Backup { bank: usize },
    /// A bank crashes and is started on the copy.
    PutBack { bank: usize },
    /// A bank's operator replaces its ledger by the copy, as the command does that marks it as restored.
    Restore { bank: usize },
    /// A bank that recovers asks another one.
    AskMissed { bank: usize, life: u32, of: usize },
    /// Its question is there.
    MissedAsked { bank: usize, life: u32, of: usize, round: u32, fence: Epoch },
    /// Its answer is back.
    MissedTold { bank: usize, life: u32, of: usize, round: u32, page: Box<Told> },
    /// It was not answered in time.
    MissedOver { bank: usize, life: u32, of: usize, round: u32 },
    /// Somebody looks at an account.
    BeginLook,
    /// The account is looked at once more.
    LookAgain { look: usize },
    /// A look takes too long.
    LookOver { look: usize },
    /// A coordinator is asked how attempts stand that a look may lack.
    StandingAsked { look: usize, round: u64, of: usize, attempts: BTreeSet<AttemptId> },
    /// Its answer is back.
    StandingTold { look: usize, round: u64, of: usize, statuses: BTreeMap<AttemptId, Status> },
    /// A restored bank's operator decides what nobody else can.
    Operator { bank: usize },
    /// A bank stops for a while.
    Pause { bank: usize, ms: u64 },
    /// A bank's wall clock jumps.
    Jump { bank: usize, ms: i64 },
    /// A line is cut one way, or mended.
    Line { from: usize, to: usize, cut: bool },
    /// The next version of the consortium file is written.
    NextVersion,
    /// A bank's operator brings it the newest version.
    Version { bank: usize },
    /// A bank that has joined takes its first money.
    FirstMoney { bank: usize },
    /// What a bank that leaves is owed and owes is settled.
    Settle,
    /// A customer does something.
    Act,
    /// A customer asks again.
    Again { asked: usize },
    /// Faults end.
    Calm,
    /// Has everything come to rest?
    Watch,
}

/// A batch on its way.
#[derive(Clone, Debug)]
pub(super) struct Packet {
    pub from: usize,
    pub to: usize,
    pub from_life: u32,
    pub request: u64,
    /// Whose request it answers.
    pub answers: Option<Asker>,
    pub batch: Batch,
}
