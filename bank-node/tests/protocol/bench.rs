//! One real bank on a workbench; the banks around it are paper, and say what the test makes them say.
//!
//! The bank has three accounts of customer 1 with 1,000 centavos each, and one of a stranger. Customer 1 here has given
//! every other bank a consent for customer 1 there: 5,000 a package, 8,000 a day.

use std::collections::BTreeSet;

use bank_node::desk::{DeskRequest, OperatorAct};
use bank_node::engine::turn::Turn;
use bank_node::ledger::Ledger as _;
use bank_node::ledger::memory::MemoryLedger;
use bank_node::protocol::attempt::{Age, AttemptId, EpochNonce, Mark};
use bank_node::protocol::bank::UnderWay;
use bank_node::protocol::message::{
    AboutAttempt, Ack, BatchHeader, Decide, Decision, HelloAnswer, Message, No, Outcome, PeerStatus,
    PeerStatusMessage, Prepare, SeenEpoch, Standing, Status, StatusMessage, Vote, VoteMessage,
};
use bank_node::protocol::output::{Input, Mono, Now, Output, Submit, Ticket};
use bank_node::protocol::portion::split;
use bank_node::protocol::records::{
    Account, Balance, Consent, Holder, LedgerAccount, Order, OrderState, Write,
};
use bank_node::protocol::settings::Settings;
use bank_node::protocol::snapshot::Snapshot;
use shared::account::{AccountKind, AccountStatus};
use shared::api::replies::{HolderStatus, Permission};
use shared::ids::{BankId, ConsentId, PackageId};
use shared::package::PackageDigest;
use shared::refusal::{Refusal, RefusalCode};
use uuid::Uuid;

use super::brief::{self, brief};
use super::names::{account, attempt, bank, customer, legs, package};

/// The wall clock when a bench begins: some day in 2026.
pub const WALL_MS: i64 = 1_780_000_000_000;
/// That day.
pub const DAY: i32 = 20_601;

/// One bank under test.
pub struct Bench {
    me: &'static str,
    turn: Turn<MemoryLedger>,
    settings: Settings,
    mono: u64,
    lives: u64,
    tickets: u64,
    /// Added to the wall clock.
    pub wall_skew_ms: i64,
    /// What the dice show: 0 makes the jitter the least, and no deadline shorter.
    pub dice: u64,
}

/// A bank's records before its first life.
pub fn furnished(me: &str, others: &[BankId]) -> MemoryLedger {
    let mut ledger = MemoryLedger::new(bank(me));
    let mut writes = Vec::new();
    for (digit, holder) in [("1", 1), ("2", 1), ("3", 1), ("9", 9)] {
        let number = account(&format!("{me}{digit}")).number;
        writes.push(Write::Account(Account {
            number,
            kind: AccountKind::Joint,
            status: AccountStatus::Open,
            opened_by: customer(holder),
            opened_ms: WALL_MS,
            company: None,
            holders: vec![Holder {
                customer: customer(holder),
                status: HolderStatus::Holder,
                named_ms: WALL_MS,
            }],
        }));
    }
    for (other, n) in others.iter().zip(1u128..) {
        writes.push(Write::Consent(consent(n, other)));
    }
    ledger.store(0, &writes).expect("a new ledger takes records");
    ledger
}

/// An operator's word that nothing new is taken, or that it is again.
pub fn drain(on: bool) -> Input {
    let request = DeskRequest::Operator { operator: "maria (1000)".into(), act: OperatorAct::Drain(on) };
    Input::Desk { ticket: Ticket(0), request }
}

/// The consent of customer 1 here to `bank`, for customer 1 there.
pub fn consent(n: u128, bank: &BankId) -> Consent {
    Consent {
        id: ConsentId(Uuid::from_u128(0xC0 + n)),
        giver: customer(1),
        bank: bank.clone(),
        customer: customer(1),
        permissions: BTreeSet::from([Permission::View, Permission::Pay]),
        limit_per_package: 5_000,
        limit_per_day: 8_000,
        expires_ms: WALL_MS + 86_400_000,
        created_ms: WALL_MS,
        used_day: DAY,
        used: 0,
        ended_ms: None,
    }
}

impl Bench {
    /// Bank `me` among `A`, `B`, `C`, `D`, in its first life, its start already told.
    pub fn new(me: &'static str) -> Self {
        Self::with(me, |_| {})
    }

    /// The same, with more on disk (or other) than usual.
    pub fn with(me: &'static str, furnish: impl FnOnce(&mut MemoryLedger)) -> Self {
        Self::with_settings(me, furnish, |_| {})
    }

    /// The same, configured otherwise too.
    pub fn with_settings(
        me: &'static str,
        furnish: impl FnOnce(&mut MemoryLedger),
        configure: impl FnOnce(&mut Settings),
    ) -> Self {
        let mut bench = Self::alone(me, furnish, configure);
        for other in bench.settings.others.keys().cloned().collect::<Vec<_>>() {
            let _ = bench
                .hears_from(&other, Message::HelloAnswer(HelloAnswer { highest: None, last_commit: None }));
        }
        bench
    }

    /// The same, with no other bank having answered its first HELLO.
    pub fn alone(
        me: &'static str,
        furnish: impl FnOnce(&mut MemoryLedger),
        configure: impl FnOnce(&mut Settings),
    ) -> Self {
        let others: Vec<BankId> =
            ["A", "B", "C", "D"].iter().filter(|b| **b != me).map(|b| bank(b)).collect();
        let mut settings = Settings::new(bank(me), 1, others.clone());
        configure(&mut settings);
        let mut ledger = furnished(me, &others);
        let money = Balance { balance: 1_000, held: 0, incoming: 0 };
        for digit in ["1", "2", "3", "9"] {
            let number = account(&format!("{me}{digit}")).number;
            ledger.store(0, &[Write::Balance(LedgerAccount::Customer(number), money)]).expect("stored");
        }
        furnish(&mut ledger);
        let turn = Turn::recover(settings.clone(), ledger, EpochNonce("1".repeat(32))).expect("recovered");
        let mut bench = Self { me, turn, settings, mono: 0, lives: 1, tickets: 0, wall_skew_ms: 0, dice: 0 };
        let _ = bench.step(Input::Start);
        bench
    }

    /// Configures its next life otherwise.
    pub fn configure(&mut self, configure: impl FnOnce(&mut Settings)) {
        configure(&mut self.settings);
    }

    pub fn now(&self) -> Now {
        let elapsed = i64::try_from(self.mono).expect("virtual time stays small");
        let wall_ms = WALL_MS + elapsed + self.wall_skew_ms;
        let days = i32::try_from((wall_ms - WALL_MS).div_euclid(86_400_000)).expect("few days");
        Now { mono: Mono(self.mono), wall_ms, day: DAY + days, dice: self.dice }
    }

    /// Steps and stores one input.
    pub fn step(&mut self, input: Input) -> Output {
        let output = self.turn.step(self.now(), input).expect("memory does not fail");
        self.turn.store().expect("memory does not fail");
        output
    }

    /// Steps one input that is lost with the process before it is stored.
    pub fn step_lost(&mut self, input: Input) -> Output {
        self.turn.step(self.now(), input).expect("memory does not fail")
    }

    /// The header of a batch from `from` in its first life.
    pub fn header(&self, from: &BankId) -> BatchHeader {
        BatchHeader {
            from: from.clone(),
            to: bank(self.me),
            epoch: 1,
            nonce: EpochNonce(format!("{from}-1")),
            consortium: 1,
            clock_ms: WALL_MS,
            low_water: Mark { epoch: 1, sequence: 1 },
        }
    }

    fn hears_from(&mut self, from: &BankId, message: Message) -> Output {
        let header = self.header(from);
        self.step(Input::Received { header, message })
    }

    /// `from` says `message`.
    pub fn hears(&mut self, from: &str, message: Message) -> Output {
        self.hears_from(&bank(from), message)
    }

    /// `from` says `message` in a batch with another header than usual.
    pub fn hears_under(
        &mut self,
        from: &str,
        change: impl FnOnce(&mut BatchHeader),
        message: Message,
    ) -> Output {
        let mut header = self.header(&bank(from));
        change(&mut header);
        self.step(Input::Received { header, message })
    }

    /// Customer `by` orders package `n`.
    pub fn submits_by(&mut self, by: u128, n: u128, text: &str) -> Output {
        self.tickets += 1;
        let ticket = Ticket(self.tickets);
        self.step(Input::Submit(Submit {
            ticket,
            package: package(n),
            customer: customer(by),
            legs: legs(text),
        }))
    }

    /// Customer 1 orders package `n`.
    pub fn submits(&mut self, n: u128, text: &str) -> Output {
        self.submits_by(1, n, text)
    }

    /// Customer `by` asks for package `n`.
    pub fn looks(&mut self, by: u128, n: u128) -> String {
        self.tickets += 1;
        let ticket = Ticket(self.tickets);
        brief(&self.step(Input::Look { ticket, customer: customer(by), package: package(n) }))
    }

    /// Lets time pass, timer by timer; all that they want done, each with the time since now.
    pub fn after(&mut self, milliseconds: u64) -> String {
        let (begin, end) = (self.mono, self.mono + milliseconds);
        let mut told = Vec::new();
        while let Some(Mono(due)) = self.turn.bank().wake_at().filter(|due| due.0 <= end) {
            self.mono = due.max(self.mono);
            let output = self.step(Input::Tick);
            if !brief(&output).is_empty() {
                told.push(format!("{}: {}", self.mono - begin, brief(&output)));
            }
        }
        self.mono = end;
        told.join("; ")
    }

    /// Kills the process and starts it again on what is on disk.
    pub fn restarts(&mut self) -> Output {
        let ledger = self.turn.ledger().clone();
        self.restarts_on(ledger)
    }

    /// Starts again on another disk.
    pub fn restarts_on(&mut self, ledger: MemoryLedger) -> Output {
        self.lives += 1;
        let nonce = EpochNonce(format!("{:032}", self.lives));
        self.turn = Turn::recover(self.settings.clone(), ledger, nonce).expect("recovered");
        self.step(Input::Start)
    }

    /// Orders that wait, attempts undecided, decisions unconfirmed, promises open.
    pub fn under_way(&self) -> (usize, usize, usize, usize) {
        let UnderWay { orders, deciding, telling, promised, waiting: _ } = self.turn.bank().under_way();
        (orders, deciding, telling, promised)
    }

    pub fn turn(&self) -> &Turn<MemoryLedger> {
        &self.turn
    }

    pub fn disk(&self) -> &Snapshot {
        self.turn.ledger().snapshot()
    }

    /// `balance/held/incoming` of an account here.
    pub fn money(&self, name: &str) -> String {
        self.ledger_money(&LedgerAccount::Customer(account(name).number))
    }

    pub fn ledger_money(&self, account: &LedgerAccount) -> String {
        let money = self.disk().balance(account);
        format!("{}/{}/{}", money.balance, money.held, money.incoming)
    }

    /// How package `n` stands here.
    pub fn record(&self, n: u128) -> String {
        self.disk()
            .packages
            .get(&package(n))
            .map_or("none".to_owned(), |record| brief::package(&record.state))
    }

    /// How the order of package `n` stands here.
    pub fn order(&self, n: u128) -> Option<&Order> {
        self.disk().orders.get(&package(n))
    }

    pub fn order_state(&self, n: u128) -> String {
        self.order(n).map_or("none".to_owned(), |order: &Order| {
            let state: &OrderState = &order.state;
            brief::order(state)
        })
    }

    /// Where the portion of `attempt` stands here.
    pub fn portion(&self, attempt: &AttemptId) -> &'static str {
        self.disk().portions.get(attempt).map_or("unknown", |record| brief::portion(&record.state))
    }

    pub fn evidence(&self) -> usize {
        self.disk().evidence.len()
    }

    /// PREPARE for this bank: `coordinator` runs its attempt 1.`sequence` of package `n` for its customer 1.
    pub fn prepare(&self, coordinator: &str, sequence: u64, n: u128, text: &str) -> Prepare {
        let legs = legs(text);
        let coordinator_id = bank(coordinator);
        let mut portions = split(&legs, &coordinator_id, customer(1));
        Prepare {
            attempt: attempt(coordinator, 1, sequence),
            package: package(n),
            digest: legs.digest(),
            age: Age { first_ms: WALL_MS, package: package(n) },
            participants: legs.participants(&coordinator_id).into_iter().collect(),
            consortium: 1,
            portion: portions.remove(&bank(self.me)).expect("this bank takes part"),
            time_left_ms: 1_500,
        }
    }

    /// That PREPARE is heard; what is answered.
    pub fn asked(&mut self, coordinator: &str, sequence: u64, n: u128, text: &str) -> String {
        let prepare = self.prepare(coordinator, sequence, n, text);
        brief(&self.hears(coordinator, Message::Prepare(prepare)))
    }

    /// What the bank answers to `message` of `from`.
    pub fn answers(&mut self, from: &str, message: Message) -> String {
        brief(&self.hears(from, message))
    }
}

// What paper banks say.

pub fn digest(text: &str) -> PackageDigest {
    legs(text).digest()
}

pub fn vote(attempt: &AttemptId, vote: Vote) -> Message {
    Message::Vote(VoteMessage { attempt: attempt.clone(), vote })
}

pub fn yes(attempt: &AttemptId, text: &str) -> Message {
    vote(attempt, Vote::Yes { digest: digest(text) })
}

pub fn no(attempt: &AttemptId, leg: u16, code: RefusalCode, definite: bool) -> Message {
    vote(attempt, Vote::No { refusals: vec![No { refusal: Refusal::new(leg, code), definite }] })
}

pub fn elsewhere(attempt: &AttemptId, standing: Standing, text: &str) -> Message {
    vote(attempt, Vote::Elsewhere { standing, digest: digest(text) })
}

fn decide(attempt: &AttemptId, package: PackageId, text: &str, decision: Decision) -> Message {
    Message::Decide(Decide { attempt: attempt.clone(), package, digest: digest(text), decision })
}

pub fn commit(attempt: &AttemptId, n: u128, text: &str) -> Message {
    decide(attempt, package(n), text, Decision::Commit)
}

pub fn abort(attempt: &AttemptId, n: u128, text: &str, closes: bool) -> Message {
    let refusals = if closes { vec![Refusal::new(0, RefusalCode::InsufficientFunds)] } else { Vec::new() };
    decide(attempt, package(n), text, Decision::Abort { refusals, closes })
}

pub fn ack(attempt: &AttemptId, outcome: Outcome) -> Message {
    Message::Ack(Ack { attempt: attempt.clone(), outcome })
}

pub fn query(attempt: &AttemptId) -> Message {
    Message::Query(AboutAttempt { attempt: attempt.clone() })
}

pub fn status(attempt: &AttemptId, status: Status) -> Message {
    Message::Status(StatusMessage { attempt: attempt.clone(), status })
}

pub fn peer_query(attempt: &AttemptId) -> Message {
    Message::PeerQuery(AboutAttempt { attempt: attempt.clone() })
}

pub fn peer_status(attempt: &AttemptId, status: PeerStatus) -> Message {
    Message::PeerStatus(PeerStatusMessage { attempt: attempt.clone(), status })
}

/// HELLO's answer: the highest life seen, with its nonce, and the last commit.
pub fn hello_answer(highest: Option<(u64, &str)>, last_commit: Option<AttemptId>) -> Message {
    let highest = highest.map(|(epoch, nonce)| SeenEpoch { epoch, nonce: EpochNonce(nonce.to_owned()) });
    Message::HelloAnswer(HelloAnswer { highest, last_commit })
}
