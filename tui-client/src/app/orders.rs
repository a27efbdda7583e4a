//! Every order of this client, from the customer's yes until its end is known.
//!
//! Invariants: an order is on disk before it is sent, and stays there until its end is known; it is never cancelled; it
//! is sent again only under its own id, with its own legs. An unknown outcome is a state of its own, asked about until
//! it is known, and never guessed.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::api::problem::{Problem, ProblemCode};
use shared::api::replies::{LegReply, PackageReply, PackageStatus};
use shared::ids::{BankId, CustomerId, PackageId};
use shared::package::{End, Leg, Legs};

use super::wire::{Answer, Kept, Reply, Trouble, milliseconds_between, set_back};

/// Milliseconds between two questions how a package stands, at first; later the pause doubles.
const ASK_AGAIN_MS: i64 = 500;
/// The longest pause between two questions.
const ASK_AGAIN_MAX_MS: i64 = 10_000;

/// A bank reads a request that has reached it, or drops it, well within this. Until then a copy of an order that was sent
/// and not answered may still begin: "no such order" and "stopped" are not the last word before.
const AT_THE_DOOR_MS: i64 = 30_000;

/// An order as it is kept on disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderFile {
    /// Its id, for ever.
    pub id: PackageId,
    /// The bank that was asked.
    pub bank: BankId,
    /// As whom there.
    pub customer: CustomerId,
    /// What was ordered.
    pub legs: Legs,
    /// When the customer said yes.
    pub made_at: Timestamp,
    /// When it was sent again last, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_again_at: Option<Timestamp>,
}

/// Where an order stands, as far as this client knows.
#[derive(Clone, Debug, PartialEq)]
pub enum OrderState {
    /// Being written to disk; nothing was sent yet.
    Keeping,
    /// It could not be written to disk, so it was not sent. The system's words.
    NotKept(String),
    /// Sent; no answer yet.
    Sending,
    /// It never reached the bank. Nothing moved; it may be sent.
    NotSent(Trouble),
    /// It may have reached the bank. Asked about until known.
    Unknown(Trouble),
    /// From an earlier run, and the bank knows nothing of it: it never arrived. Nothing moved.
    NeverArrived,
    /// The bank has it: in progress, committed, refused or aborted, bank by bank.
    Told(PackageReply),
    /// The bank did not take it: the request itself was wrong, or not allowed. Nothing was recorded.
    NotTaken(Box<Problem>),
}

impl OrderState {
    /// Whether nothing more can come of it unless the customer acts.
    #[must_use]
    pub fn is_over(&self) -> bool {
        match self {
            Self::NotKept(_) | Self::NotSent(_) | Self::NeverArrived | Self::NotTaken(_) => true,
            Self::Told(package) => match package.status {
                PackageStatus::InProgress => false,
                PackageStatus::Committed => package.settled,
                PackageStatus::Refused | PackageStatus::Aborted => true,
            },
            Self::Keeping | Self::Sending | Self::Unknown(_) => false,
        }
    }

    /// Whether the customer may have it sent again, under the same id.
    #[must_use]
    pub fn may_send_again(&self) -> bool {
        match self {
            Self::NotKept(_) | Self::NotSent(_) | Self::NeverArrived => true,
            Self::Told(package) => package.status == PackageStatus::Aborted,
            // What passes by itself, or with a new log-in. A wrong request stays wrong.
            Self::NotTaken(problem) => matches!(problem.status, 401 | 408 | 429 | 503),
            Self::Keeping | Self::Sending | Self::Unknown(_) => false,
        }
    }

    /// Whether what is known is further than `package`: what is decided for good does not come undone.
    fn is_later_than(&self, package: &PackageReply) -> bool {
        match self {
            Self::Told(known) => match known.status {
                PackageStatus::Committed => {
                    package.status != PackageStatus::Committed || (known.settled && !package.settled)
                }
                PackageStatus::Refused => package.status != PackageStatus::Refused,
                PackageStatus::InProgress | PackageStatus::Aborted => false,
            },
            Self::Keeping
            | Self::NotKept(_)
            | Self::Sending
            | Self::NotSent(_)
            | Self::Unknown(_)
            | Self::NeverArrived
            | Self::NotTaken(_) => false,
        }
    }

    /// Whether the end is known, so that the file may go. A package that is decided but not yet told everywhere has its
    /// end.
    fn end_is_known(&self) -> bool {
        match self {
            Self::Told(package) => package.status != PackageStatus::InProgress,
            Self::NotKept(_) | Self::NotSent(_) | Self::NeverArrived | Self::NotTaken(_) => true,
            Self::Keeping | Self::Sending | Self::Unknown(_) => false,
        }
    }
}

/// One order.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// What is on disk.
    pub file: OrderFile,
    /// Where it stands.
    pub state: OrderState,
    /// Whether it may have reached the bank at any time. From then on "could not be reached" says nothing about it.
    maybe_arrived: bool,
    /// Whether it comes from an earlier run: then only the customer sends it again.
    resumed: bool,
    /// Until when a copy that was sent and not answered may still reach the bank.
    at_the_door_until: Option<Timestamp>,
    /// When to ask next.
    ask_at: Option<Timestamp>,
    pause_ms: i64,
}

/// What is to be done about an order next.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Write it to disk.
    Keep(OrderFile),
    /// Send it, under its own id.
    Send(OrderFile),
    /// Ask how it stands.
    Ask(OrderFile),
    /// Its end is known: drop the file.
    Drop(PackageId),
}

/// The orders of this run and those found from earlier ones.
#[derive(Debug, Default)]
pub struct Orders {
    orders: BTreeMap<PackageId, Order>,
    /// Found on disk, waiting for their customer to log in.
    found: Vec<OrderFile>,
}

impl Orders {
    /// The order with this id.
    #[must_use]
    pub fn order(&self, id: PackageId) -> Option<&Order> {
        self.orders.get(&id)
    }

    /// All orders of the customers logged in, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Order> {
        self.orders.values()
    }

    /// Whether any is not over: then balances may still move.
    #[must_use]
    pub fn any_under_way(&self) -> bool {
        self.orders.values().any(|o| !o.state.is_over())
    }

    /// Orders of earlier runs that wait for a log-in at their bank.
    #[must_use]
    pub fn found(&self) -> &[OrderFile] {
        &self.found
    }

    /// The customer said yes.
    #[must_use]
    pub fn begin(&mut self, file: OrderFile) -> Vec<Step> {
        self.begin_with(file, false)
    }

    /// The customer said yes to an order that an earlier run may have sent already, under the same id. It goes out again;
    /// that it cannot be sent now says nothing about the earlier time.
    #[must_use]
    pub fn begin_again(&mut self, file: OrderFile) -> Vec<Step> {
        self.begin_with(file, true)
    }

    fn begin_with(&mut self, file: OrderFile, maybe_arrived: bool) -> Vec<Step> {
        let order = Order {
            file: file.clone(),
            state: OrderState::Keeping,
            maybe_arrived,
            resumed: false,
            at_the_door_until: None,
            ask_at: None,
            pause_ms: ASK_AGAIN_MS,
        };
        self.orders.insert(file.id, order);
        vec![Step::Keep(file)]
    }

    /// The customer wants it sent again, under its own id.
    #[must_use]
    pub fn send_again(&mut self, id: PackageId, now: Timestamp) -> Vec<Step> {
        let Some(order) = self.orders.get_mut(&id) else { return Vec::new() };
        if !order.state.may_send_again() {
            return Vec::new();
        }
        order.resumed = false;
        order.pause_ms = ASK_AGAIN_MS;
        vec![order.keep_again(now)]
    }

    /// The customer does not want an order that never arrived.
    #[must_use]
    pub fn give_up(&mut self, id: PackageId) -> Vec<Step> {
        let gone = self.orders.get(&id).is_some_and(|o| o.state == OrderState::NeverArrived);
        if !gone {
            return Vec::new();
        }
        self.orders.remove(&id);
        vec![Step::Drop(id)]
    }

    /// The file was written, or could not be.
    #[must_use]
    pub fn kept(&mut self, id: PackageId, kept: Kept) -> Vec<Step> {
        let Some(order) = self.orders.get_mut(&id) else { return Vec::new() };
        if order.state != OrderState::Keeping {
            return Vec::new();
        }
        match kept {
            Kept::Yes => {
                order.state = OrderState::Sending;
                vec![Step::Send(order.file.clone())]
            }
            Kept::No(reason) => {
                order.state = OrderState::NotKept(reason);
                Vec::new()
            }
        }
    }

    /// Found on disk at start.
    pub fn found_on_disk(&mut self, files: Vec<OrderFile>) {
        self.found = files;
    }

    /// The customer logged in at a bank: what they ordered there in an earlier run is asked about.
    #[must_use]
    pub fn logged_in(&mut self, bank: &BankId, customer: CustomerId, now: Timestamp) -> Vec<PackageId> {
        let (theirs, others): (Vec<_>, Vec<_>) =
            self.found.drain(..).partition(|f| f.bank == *bank && f.customer == customer);
        self.found = others;
        let mut resumed = Vec::new();
        for file in theirs {
            resumed.push(file.id);
            // By a clock that was set back since, it was sent in the future; it was not.
            let sent_at = file.sent_again_at.unwrap_or(file.made_at).min(now);
            let order = Order {
                file: file.clone(),
                state: OrderState::Unknown(Trouble::OutcomeUnknown),
                maybe_arrived: true,
                resumed: true,
                at_the_door_until: Some(later(sent_at, AT_THE_DOOR_MS)),
                ask_at: Some(now),
                pause_ms: ASK_AGAIN_MS,
            };
            self.orders.insert(file.id, order);
        }
        // Orders of this run whose session had ended are asked about at once.
        for order in self.orders.values_mut() {
            if order.file.bank == *bank && order.file.customer == customer && !order.state.is_over() {
                order.ask_at = Some(now);
            }
        }
        resumed
    }

    /// The customer logged out: their orders go out of sight; those whose end is not known stay on disk and are found
    /// again at the next log-in.
    pub fn log_out(&mut self) {
        let orders = std::mem::take(&mut self.orders);
        self.found.extend(
            orders
                .into_values()
                .filter(|o| o.state == OrderState::NeverArrived || !o.state.end_is_known())
                .map(|o| o.file),
        );
    }

    /// The orders at this bank that are not over are asked about at the next look: its stream no longer tells of them.
    pub fn ask_soon(&mut self, bank: &BankId, now: Timestamp) {
        for order in self.orders.values_mut() {
            if order.file.bank == *bank && order.ask_at.is_some() {
                order.ask_at = Some(now);
                order.pause_ms = ASK_AGAIN_MS;
            }
        }
    }

    /// The clock was set back: what was to come after so long still comes after so long.
    pub fn clock_set_back(&mut self, by_ms: i64) {
        for order in self.orders.values_mut() {
            for at in [&mut order.ask_at, &mut order.at_the_door_until].into_iter().flatten() {
                *at = set_back(*at, by_ms);
            }
        }
    }

    /// Questions that are due. Where the bank `tells` by itself, one that has told of the order is asked rarely.
    #[must_use]
    pub fn due(&mut self, now: Timestamp, tells: impl Fn(&BankId) -> bool) -> Vec<Step> {
        let mut steps = Vec::new();
        for order in self.orders.values_mut() {
            if order.ask_at.is_some_and(|at| milliseconds_between(at, now) >= 0) {
                let told = matches!(order.state, OrderState::Told(_));
                if told && order.pause_ms < ASK_AGAIN_MAX_MS && tells(&order.file.bank) {
                    order.pause_ms = ASK_AGAIN_MAX_MS;
                    order.ask_at = Some(later(now, ASK_AGAIN_MAX_MS));
                    continue;
                }
                order.ask_at = None;
                steps.push(Step::Ask(order.file.clone()));
            }
        }
        steps
    }

    /// The bank answered the order itself (`sends`) or the question how it stands, or did not.
    #[must_use]
    pub fn answered(&mut self, id: PackageId, sends: bool, answer: Answer, now: Timestamp) -> Vec<Step> {
        let Some(order) = self.orders.get_mut(&id) else { return Vec::new() };
        let mut steps = Vec::new();
        if sends && is_unanswered(&answer) {
            order.at_the_door_until = Some(later(now, AT_THE_DOOR_MS));
        }
        match answer {
            // An answer that was on its way while the bank told more by itself.
            Ok(Reply::Package(package)) if order.state.is_later_than(&package) => {}
            Ok(Reply::Package(package)) => order.told(package, now),
            Ok(_) => order.uncertain(Trouble::Garbage),
            Err(trouble) => order.troubled(trouble, sends, now, &mut steps),
        }
        if order.state.end_is_known() && order.state != OrderState::NeverArrived {
            steps.push(Step::Drop(id));
        }
        // A question that led to sending again waits for that answer.
        let sending = order.state == OrderState::Keeping;
        if !order.state.is_over() && !sending {
            order.ask_at = Some(later(now, order.pause_ms));
            order.pause_ms = (order.pause_ms * 2).min(ASK_AGAIN_MAX_MS);
        }
        steps
    }
}

impl Order {
    /// Written to disk once more, with the time, before it is sent once more.
    fn keep_again(&mut self, now: Timestamp) -> Step {
        self.state = OrderState::Keeping;
        self.file.sent_again_at = Some(now);
        Step::Keep(self.file.clone())
    }

    fn may_be_at_the_door(&self, now: Timestamp) -> bool {
        self.at_the_door_until.is_some_and(|until| milliseconds_between(now, until) > 0)
    }

    /// The bank says how it stands. That an attempt was stopped says nothing about a copy that has not begun yet: a
    /// customer who was told "stopped" and ordered anew would pay twice.
    fn told(&mut self, package: PackageReply, now: Timestamp) {
        self.maybe_arrived = true;
        if package.status == PackageStatus::Aborted && self.may_be_at_the_door(now) {
            self.state = OrderState::Unknown(Trouble::OutcomeUnknown);
            return;
        }
        let changed = !matches!(&self.state, OrderState::Told(before) if *before == package);
        self.state = OrderState::Told(package);
        if changed {
            self.pause_ms = ASK_AGAIN_MS;
        }
    }

    /// The outcome is not known; what is known already stays.
    fn uncertain(&mut self, trouble: Trouble) {
        self.maybe_arrived = true;
        match &self.state {
            // What the bank has told stays told: a lost question changes nothing about it.
            OrderState::Told(_) => {}
            OrderState::Keeping
            | OrderState::NotKept(_)
            | OrderState::Sending
            | OrderState::NotSent(_)
            | OrderState::Unknown(_)
            | OrderState::NeverArrived
            | OrderState::NotTaken(_) => self.state = OrderState::Unknown(trouble),
        }
    }

    fn troubled(&mut self, trouble: Trouble, sends: bool, now: Timestamp, steps: &mut Vec<Step>) {
        match trouble {
            Trouble::Unreachable | Trouble::Distrusted(_) if sends && !self.maybe_arrived => {
                self.state = OrderState::NotSent(trouble);
            }
            Trouble::Problem(problem) => self.refused_to_take(problem, sends, now, steps),
            Trouble::Unreachable | Trouble::OutcomeUnknown | Trouble::Garbage | Trouble::Distrusted(_) => {
                self.uncertain(trouble);
            }
        }
    }

    fn refused_to_take(&mut self, problem: Box<Problem>, sends: bool, now: Timestamp, steps: &mut Vec<Step>) {
        if let Some(package) = &problem.package {
            let mut package = (**package).clone();
            // The reasons stand in the problem; a package that leaves them out is not without them.
            if package.refusals.is_empty() {
                package.refusals.clone_from(&problem.refusals);
            }
            return self.told(package, now);
        }
        let ended = match problem.code {
            ProblemCode::PackageRefused => Some(PackageStatus::Refused),
            ProblemCode::PackageAborted => Some(PackageStatus::Aborted),
            _ => None,
        };
        if let Some(status) = ended {
            return self.told(self.ended_without_package(status, &problem), now);
        }
        match (sends, problem.code) {
            // Sent a moment ago by a client that is gone, it may still wait at the bank's door.
            (false, ProblemCode::NotFound) if self.resumed && self.may_be_at_the_door(now) => {
                self.uncertain(Trouble::OutcomeUnknown);
            }
            // The bank that was asked does not know it: it did not arrive.
            (false, ProblemCode::NotFound) if self.resumed => self.state = OrderState::NeverArrived,
            (false, ProblemCode::NotFound) => {
                steps.push(self.keep_again(now));
            }
            // A bank that goes down with the order in its hands says so; whether it has stored it, nobody knows yet.
            (true, ProblemCode::BankUnavailable) => self.uncertain(Trouble::Problem(problem)),
            (true, _) if !self.maybe_arrived => self.state = OrderState::NotTaken(problem),
            (true | false, _) => self.uncertain(Trouble::Problem(problem)),
        }
    }
}

impl OrderFile {
    /// Its legs, as a bank tells them to who ordered them.
    #[must_use]
    pub fn told_legs(&self) -> Vec<LegReply> {
        let end = |end: &End| end.account().map(ToString::to_string);
        let leg = |leg: &Leg| LegReply {
            leg: None,
            from: end(leg.from()),
            to: end(leg.to()),
            amount: leg.amount().centavos(),
            description: leg.description().map(|d| d.as_str().to_owned()),
        };
        self.legs.as_slice().iter().map(leg).collect()
    }
}

impl Order {
    /// The package as this client ordered it, for a bank that says how it ended and leaves the package out.
    fn ended_without_package(&self, status: PackageStatus, problem: &Problem) -> PackageReply {
        PackageReply {
            id: self.file.id,
            status,
            settled: true,
            legs: self.file.told_legs(),
            refusals: problem.refusals.clone(),
            created_at: self.file.made_at,
            decided_at: None,
            banks: Vec::new(),
        }
    }
}

/// Whether a request that was sent may still be on its way to the bank, or wait there.
fn is_unanswered(answer: &Answer) -> bool {
    match answer {
        Err(Trouble::OutcomeUnknown | Trouble::Garbage) => true,
        Ok(_) | Err(Trouble::Unreachable | Trouble::Distrusted(_) | Trouble::Problem(_)) => false,
    }
}

fn later(now: Timestamp, milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(now.as_millisecond().saturating_add(milliseconds)).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests;
