//! What one schedule is like: how many banks and customers, and which faults can happen, drawn from its seed.
//!
//! Each seed has a random subset of the faults: one that has all of them at once seldom gets far enough for the rare
//! orders of events. Never here: when a fault happens.

use super::chance::Chance;
use crate::protocol::settings::Guard;

/// The shape of one schedule. Shares are in thousandths, times in milliseconds.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Banks.
    pub banks: usize,
    /// People, each a customer of every bank.
    pub people: usize,
    /// Things that customers do.
    pub acts: usize,
    /// Between two of them, at most.
    pub spacing_ms: u64,
    /// Acts of which several come at one moment.
    pub bursts: u64,
    /// What is paid in to an account at the beginning, at most, in centavos.
    pub funds: u64,
    /// What each bank lets another owe it, if not the default.
    pub exposure_cap: Option<i64>,
    /// Whether one account stands just below the largest balance.
    pub near_max: bool,
    /// Of an account owner's other banks, how many get a consent.
    pub consents: u64,
    /// Answers that make a customer ask again.
    pub again: u64,
    /// Acts that use an id again: the same body elsewhere, by another, or another body.
    pub reuse: u64,
    /// Acts at the counter: accounts closed, consents given and taken back.
    pub desk: u64,
    /// Packages that pass money through a bank, so that debits and credits cancel out there.
    pub passing: u64,
    /// Of legs, how many end in cash.
    pub cash: u64,
    /// Whether everybody wants the same few accounts' money at once, held or not.
    pub crowded: bool,

    /// One way, at most.
    pub delay_ms: u64,
    /// Batches lost.
    pub loss: u64,
    /// Batches that arrive twice.
    pub duplicates: u64,
    /// Batches of which a copy arrives much later, lives later perhaps.
    pub late: u64,
    /// One-way cuts of a line between two banks.
    pub cuts: usize,
    /// A write takes up to this long.
    pub sync_ms: u64,
    /// Inputs of one turn, at most.
    pub group: usize,
    /// Turns that end in a crash, at any of their boundaries.
    pub crash_turns: u64,
    /// Crashes between turns.
    pub crashes: usize,
    /// Times that a bank is asked to end.
    pub shutdowns: usize,
    /// How long a bank stays down, at most.
    pub down_ms: u64,
    /// Times that a bank stops for a while.
    pub pauses: usize,
    /// Times that a wall clock jumps.
    pub jumps: usize,
    /// Answers that a customer never sees.
    pub deaf: u64,
    /// A bank that goes down for good.
    pub gone: Option<usize>,
    /// A bank whose books are put back from a backup by hand, so that it does not know it.
    pub restored: Option<usize>,
    /// Whether that bank then hears nothing of one of the others, and what it had decided last has not reached a third.
    pub apart: bool,
    /// A bank whose ledger is replaced by a backup, and which recovers.
    pub restore: Option<Restore>,
    /// A bank that lies.
    pub liar: Option<usize>,
    /// Fresh looks at accounts.
    pub looks: usize,
    /// What changes in the consortium.
    pub change: Option<Membership>,
}

/// A change of the consortium.
#[derive(Clone, Copy, Debug)]
pub struct Membership {
    /// What it is.
    pub what: Change,
    /// From when a version is written until the last bank has heard of it, at most.
    pub spread_ms: u64,
}

/// What can change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The last bank joins.
    Joins,
    /// This bank settles and leaves.
    Leaves(usize),
    /// Addresses and keys change, so often: the core sees the version alone.
    Moves(u64),
}

/// How a bank's ledger is replaced by a backup.
#[derive(Clone, Copy, Debug)]
pub struct Restore {
    /// Which bank's.
    pub bank: usize,
    /// How often.
    pub times: usize,
    /// Whether its operator decides what nobody else can.
    pub operator: bool,
}

impl Plan {
    /// The plan of a seed; with `focus`, one in which that guard has something to do.
    #[must_use]
    pub fn draw(chance: &mut Chance, focus: Option<Guard>) -> Self {
        let banks = *chance.pick(&[2, 2, 3, 3, 3, 4, 5]);
        let on = |chance: &mut Chance, share: u64, high: u64| {
            if chance.permille(share) { chance.between(1, high) } else { 0 }
        };
        let count = |chance: &mut Chance, share: u64, high: usize| {
            if chance.permille(share) { 1 + chance.place(high) } else { 0 }
        };
        let mut plan = Self {
            banks,
            people: 2 + chance.place(2),
            acts: 4 + chance.place(9),
            spacing_ms: *chance.pick(&[5, 40, 300, 1500]),
            bursts: *chance.pick(&[0, 200, 500]),
            funds: *chance.pick(&[50, 300, 1000]),
            exposure_cap: chance.permille(150).then(|| i64::try_from(chance.between(50, 600)).unwrap_or(50)),
            near_max: chance.permille(60),
            consents: *chance.pick(&[300, 700, 1000]),
            again: *chance.pick(&[0, 400, 900]),
            reuse: *chance.pick(&[0, 250, 500]),
            desk: *chance.pick(&[0, 120, 300]),
            passing: *chance.pick(&[0, 150, 400]),
            cash: *chance.pick(&[0, 200, 500]),
            crowded: false,
            delay_ms: *chance.pick(&[2, 20, 80, 400, 1200]),
            loss: on(chance, 500, 200),
            duplicates: on(chance, 500, 200),
            late: on(chance, 500, 150),
            cuts: count(chance, 350, 3),
            sync_ms: *chance.pick(&[0, 2, 10, 60]),
            group: *chance.pick(&[1, 3, 8, 64]),
            crash_turns: on(chance, 500, 60),
            crashes: count(chance, 400, 3),
            shutdowns: count(chance, 200, 2),
            down_ms: *chance.pick(&[30, 400, 3000, 12_000]),
            pauses: count(chance, 300, 3),
            jumps: count(chance, 250, 3),
            deaf: on(chance, 400, 300),
            gone: chance.permille(60).then(|| chance.place(banks)),
            restored: None,
            apart: false,
            restore: None,
            liar: None,
            looks: 0,
            change: None,
        };
        if let Some(guard) = focus {
            plan.lean_towards(guard);
        }
        plan
    }

    /// A plan in which one bank's books are put back, and little else goes wrong but lines that are cut.
    pub fn put_back(&mut self, chance: &mut Chance) {
        self.banks = self.banks.max(3);
        self.restored = Some(chance.place(self.banks));
        self.delay_ms = self.delay_ms.min(80);
        self.cuts = 2 + chance.place(6);
        self.spacing_ms = 300;
        (self.loss, self.duplicates, self.late) = (0, 0, 0);
        (self.crash_turns, self.crashes, self.pauses, self.jumps, self.shutdowns) = (0, 0, 0, 0, 0);
        self.gone = None;
        self.apart = chance.permille(500);
        if self.apart {
            // Only the lines that matter here, so that whoever asks is answered.
            self.cuts = 0;
            self.delay_ms = self.delay_ms.min(20);
            self.spacing_ms = 40;
            self.acts += 6;
        }
    }

    /// Adds a restore and the recovery from the other banks, from a row of chance of its own: schedules without one stay
    /// as they are.
    pub fn restore(&mut self, chance: &mut Chance, share: u64) {
        if !chance.permille(share) {
            return;
        }
        let bank = chance.place(self.banks);
        let times = if chance.permille(250) { 2 } else { 1 };
        self.restore = Some(Restore { bank, times, operator: chance.permille(750) });
        // One bank that never answers keeps a restored one closed, and an opening that no backup explains passes limits.
        self.gone = None;
        self.near_max = false;
    }

    /// Makes customers want the same money at once, from a row of chance of its own too.
    pub fn crowd(&mut self, chance: &mut Chance, share: u64) {
        if !chance.permille(share) {
            return;
        }
        self.crowded = true;
        self.acts += 6;
        self.consents = 1000;
        self.spacing_ms = *chance.pick(&[5, 40]);
        self.delay_ms = *chance.pick(&[20, 80, 400]);
    }

    /// Makes one bank lie, from a row of chance of its own too: where ledgers and members stay as they are, since what a restored
    /// bank believes is another matter.
    pub fn let_one_lie(&mut self, chance: &mut Chance, share: u64) {
        if chance.permille(share) && self.restore.is_none() && self.change.is_none() {
            self.banks = self.banks.max(3);
            self.liar = Some(chance.place(self.banks));
            self.gone = None;
            self.near_max = false;
        }
    }

    /// Makes customers look at accounts, from a row of chance of its own too. Not where a ledger is replaced by a backup: what
    /// was decided and lost with it is not seen, however one asks.
    pub fn look(&mut self, chance: &mut Chance, share: u64) {
        if chance.permille(share) && self.restore.is_none() && self.liar.is_none() {
            self.looks = 2 + chance.place(self.acts);
        }
    }

    /// Adds a change of the consortium, from a row of chance of its own too.
    pub fn change(&mut self, chance: &mut Chance, share: u64) {
        if !chance.permille(share) {
            return;
        }
        let what = match chance.place(3) {
            0 if self.banks > 2 => Change::Joins,
            1 => Change::Leaves(chance.place(self.banks)),
            _ => Change::Moves(1 + chance.bits() % 3),
        };
        let spread_ms = *chance.pick(&[50, 500, 3_000]);
        self.change = Some(Membership { what, spread_ms });
        // The next version waits for every bank, and what a leaving one is owed has to find room.
        self.gone = None;
        self.near_max = false;
    }

    /// Makes what `guard` guards against likelier.
    const fn lean_towards(&mut self, guard: Guard) {
        match guard {
            Guard::KeptThoughCancelling => {
                self.passing = 700;
                self.reuse = 600;
                self.consents = 1000;
            }
            Guard::ConsentCountsPrepared => {
                self.consents = 1000;
                self.bursts = 700;
            }
            Guard::BalanceMaxAtVote => self.near_max = true,
            Guard::RecordBeforeRights | Guard::OneBankPassesRecord => {
                self.reuse = 600;
                self.again = 900;
            }
            Guard::TellAfterSync
            | Guard::AttemptIdsNeverReused
            | Guard::QuerySeesMemoryAndDisk
            | Guard::RefusalsDurable
            | Guard::HoldsNeverExpire
            | Guard::PackageRecordKept
            | Guard::KeptAtCreditedBanks
            | Guard::DefiniteNoCloses
            | Guard::SpentElsewhereCommitted
            | Guard::AckKeepsRecord
            | Guard::SecondCommitBooksNothing
            | Guard::TombstoneRemembersNo
            | Guard::CooperativeTermination
            | Guard::NoCreditBeforeCommit
            | Guard::RecoveryBeforeListening
            | Guard::PresumedAbortChecked
            | Guard::WaitsForYounger
            | Guard::OlderGoesFirst
            | Guard::FreshLooksAsk => {}
            // Much is under way when the ledger is replaced, and little of it is told.
            Guard::AskedBeforeOpening | Guard::LostDecisionNotPresumed => {
                self.spacing_ms = 40;
                self.delay_ms = 400;
            }
            // What the lost life said comes after its successor has been answered.
            Guard::LostLivesFenced => {
                self.spacing_ms = 40;
                self.delay_ms = 400;
                self.down_ms = 30;
                self.loss = 200;
                self.late = 400;
                self.pauses = 6;
            }
            // The restored bank is back, and asks, while another still waits for a third one's vote.
            Guard::AnswersOnceDecided => {
                if self.banks < 3 {
                    self.banks = 3;
                }
                self.spacing_ms = 40;
                self.delay_ms = 20;
                self.down_ms = 30;
                self.pauses = 6;
                self.loss = 0;
            }
        }
    }
}
