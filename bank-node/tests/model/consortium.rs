//! The state of a whole consortium, and everything that can happen next: what stateright explores.
//!
//! What was ever said stays on the wire and may arrive at any time, again, or never: so loss, repetition and any order need
//! no bounds. Bounded are how often banks die and how often their timers fall.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use bank_node::ledger::LedgerFault;
use bank_node::protocol::attempt::AttemptId;
use bank_node::protocol::claims::wants;
use bank_node::protocol::invariants::{self, Fact, Told, Violation};
use bank_node::protocol::message::{BatchHeader, Message, PeerStatus, Vote, VoteMessage};
use bank_node::protocol::output::{Input, OrderAnswer, Output, Reply, Submit, Ticket};
use bank_node::protocol::records::{Attempt, AttemptState, LedgerAccount, OrderState, PortionState};
use bank_node::protocol::settings::{Guard, Guards, Settings, Waits};
use bank_node::protocol::snapshot::Snapshot;
use shared::ids::{BankId, PackageId};
use shared::package::{Legs, PackageDigest};
use shared::refusal::RefusalCode;
use stateright::{Model, Property};

use super::bank::{Node, received};
use super::rest::comes_to_rest;
use crate::names::{customer, legs, letter, package};

/// What each account has at the beginning, in centavos.
const FUNDS: i64 = 1_000;

/// A customer's order, given once.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    /// At which bank.
    pub at: &'static str,
    /// Of which package: 1 is older than 2.
    pub package: u128,
    /// As [`legs`] reads it.
    pub legs: &'static str,
}

/// What is explored.
#[derive(Clone, Debug)]
pub struct Plan {
    pub banks: &'static [&'static str],
    pub orders: Vec<Order>,
    /// How often banks die, all together.
    pub deaths: u8,
    /// How often timers fall, at each bank.
    pub ticks: u8,
    pub guards: Guards,
    /// Whether every state is played on without faults, to see that it comes to rest.
    pub rests: bool,
    /// Whether it has to come to rest before anybody's time for votes is over, when nothing is lost on its way; and whether the
    /// claims on money are watched.
    pub in_time: bool,
}

/// What was said, and may arrive.
#[derive(Clone, Debug)]
pub struct Letter {
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

/// The whole consortium.
#[derive(Clone)]
pub struct Consortium {
    pub nodes: Vec<Arc<Node>>,
    wire: Arc<BTreeMap<u64, Arc<Letter>>>,
    pub heard: Vec<Heard>,
    ordered: u32,
    deaths: u8,
    ticked: Vec<u8>,
    /// Guard 1.
    tells_after_sync: bool,
    /// The first invariant that does not hold.
    pub wrong: Option<String>,
}

/// How far a bank comes with a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// It is stored and told.
    Whole,
    /// The process dies before it is stored: only first PREPAREs are out.
    LostInSteps,
    /// It is stored, and the process dies before anything is told.
    LostInTelling,
}

/// What happens next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// A customer gives the order of this number.
    Order(usize, Course),
    /// A letter arrives.
    Deliver(u64, Course),
    /// A bank's next timer falls.
    Tick(usize, Course),
}

impl Plan {
    /// Two banks, and these orders; nothing dies and no timer falls.
    pub fn of(orders: &[Order]) -> Self {
        let orders = orders.to_vec();
        Self {
            banks: &["A", "B"],
            orders,
            deaths: 0,
            ticks: 0,
            guards: Guards::all(),
            rests: false,
            in_time: false,
        }
    }

    fn begin(&self) -> Consortium {
        let configure = |settings: &mut Settings| {
            settings.guards = self.guards;
            // Repetition is the wire's; here it would only make more of the same letters.
            settings.timers = Waits { resend_ms: 10_000, retry_spread_ms: 0, ..Waits::default() };
        };
        let nodes = self.banks.iter().map(|me| Arc::new(Node::new(me, self.banks, configure))).collect();
        let mut state = Consortium {
            nodes,
            wire: Arc::default(),
            heard: Vec::new(),
            ordered: 0,
            deaths: 0,
            ticked: vec![0; self.banks.len()],
            tells_after_sync: self.guards.hold(Guard::TellAfterSync),
            wrong: None,
        };
        for place in 0..self.banks.len() {
            let mut node = (*state.nodes[place]).clone();
            let output = node.step(Input::Start, true).expect("a first start");
            state.takes(place, node, output, None);
        }
        // The banks have met: of what was said at their start nothing is on its way any more.
        while let Some((mark, letter)) = state.wire.iter().next().map(|(m, l)| (*m, l.clone())) {
            Arc::make_mut(&mut state.wire).remove(&mark);
            state.arrives(&letter, Course::Whole);
        }
        for (place, me) in self.banks.iter().enumerate() {
            let legs = legs(&format!("cash>{me}1 {FUNDS}, cash>{me}2 {FUNDS}"));
            let package = package(1_000 + place as u128);
            let pays_in = Submit { ticket: Ticket(0), package, customer: customer(1), legs };
            state.steps(place, Course::Whole, None, &|node, stored| {
                Some(node.step(Input::Submit(pays_in.clone()), stored))
            });
        }
        state.heard.clear();
        state
    }

    fn order(&self, order: usize) -> (usize, Input) {
        let Order { at, package: n, legs: text } = self.orders[order];
        let place = self.banks.iter().position(|bank| *bank == at).expect("ordered at a bank of the plan");
        let ticket = Ticket(1 + order as u64);
        let (package, customer, legs) = (package(n), customer(1), legs(text));
        (place, Input::Submit(Submit { ticket, package, customer, legs }))
    }
}

impl Consortium {
    pub fn disks(&self) -> Vec<&Snapshot> {
        self.nodes.iter().map(|node| node.disk()).collect()
    }

    /// All letters on their way, those to a dead life left out.
    pub fn wire(&self) -> impl Iterator<Item = &Letter> {
        self.wire.values().map(|letter| &**letter)
    }

    fn place_of(&self, bank: &BankId) -> usize {
        self.nodes.iter().position(|node| node.id() == bank).expect("a bank of the consortium")
    }

    /// `place` has stepped something: what it says is on the wire.
    fn takes(
        &mut self,
        place: usize,
        node: Node,
        output: Output,
        asker: Option<(&BankId, u64)>,
    ) -> Vec<Letter> {
        let mut letters = Vec::new();
        let mut post = |to: &BankId, message: Message, asker: Option<u64>| {
            letters.push(Letter { header: node.header(to), message, asker });
        };
        for send in output.early.into_iter().chain(output.sends) {
            post(&send.to, send.message, None);
        }
        for reply in output.replies {
            match (reply, asker) {
                (Reply::Peer(message), Some((to, life))) => post(to, message, Some(life)),
                (Reply::Order(_, answer), _) => self.hears(node.id(), &answer),
                (
                    Reply::Peer(_)
                    | Reply::Desk(..)
                    | Reply::Standing(..)
                    | Reply::Decided(..)
                    | Reply::Members(..),
                    _,
                ) => {}
            }
        }
        self.nodes[place] = Arc::new(node);
        for letter in &letters {
            let mark = mark(letter);
            if !self.wire.contains_key(&mark) {
                self.takes_back(letter);
                Arc::make_mut(&mut self.wire).insert(mark, Arc::new(letter.clone()));
            }
        }
        letters
    }

    /// I13: nobody says yes on an attempt after a no or a refusal of it. The wire forgets nothing that was said before.
    fn takes_back(&mut self, letter: &Letter) {
        let Message::Vote(VoteMessage { attempt, vote: Vote::Yes { .. } }) = &letter.message else { return };
        let refused =
            self.wire().filter(|said| said.header.from == letter.header.from).any(|said| {
                match &said.message {
                    Message::Vote(before) => {
                        before.attempt == *attempt && !matches!(before.vote, Vote::Yes { .. })
                    }
                    Message::PeerStatus(before) => {
                        before.attempt == *attempt && before.status == PeerStatus::Refused
                    }
                    _ => false,
                }
            });
        if refused {
            let what = format!("I13: {} says yes on {attempt} after a no", letter.header.from);
            self.wrong.get_or_insert(what);
        }
    }

    fn hears(&mut self, bank: &BankId, answer: &OrderAnswer) {
        let OrderAnswer::Standing(view) = answer else { return };
        let fact = match &view.order.state {
            OrderState::Committed { attempt, .. } => Fact::Committed(attempt.clone()),
            OrderState::Refused { .. } => Fact::Refused,
            OrderState::Aborted { attempt: Some(attempt), .. } => Fact::Aborted(attempt.clone()),
            OrderState::Aborted { attempt: None, .. }
            | OrderState::InProgress { .. }
            | OrderState::Elsewhere { .. } => return,
        };
        let heard =
            Heard { bank: bank.clone(), package: view.order.package, digest: view.order.digest, fact };
        if !self.heard.contains(&heard) {
            self.heard.push(heard);
        }
    }

    /// A bank steps something, as far as `course` lets it. What it says goes on the wire, and comes back.
    pub fn steps(
        &mut self,
        place: usize,
        course: Course,
        asker: Option<(&BankId, u64)>,
        step: Step<'_>,
    ) -> Vec<Letter> {
        let mut node = (*self.nodes[place]).clone();
        let mut output = match step(&mut node, course != Course::LostInSteps) {
            Some(Ok(output)) => output,
            Some(Err(fault)) => return self.refused(place, &fault),
            None => return Vec::new(),
        };
        if course == Course::Whole {
            return self.takes(place, node, output, asker);
        }
        if course == Course::LostInSteps && !self.tells_after_sync {
            let letters = self.takes(place, node, output, asker);
            return self.dies(place, letters);
        }
        output.sends.clear();
        output.replies.clear();
        if course == Course::LostInTelling {
            output.early.clear();
        }
        let letters = self.takes(place, node, output, None);
        self.dies(place, letters)
    }

    /// R2: the ledger takes what the core decides.
    fn refused(&mut self, place: usize, fault: &LedgerFault) -> Vec<Letter> {
        self.wrong.get_or_insert(format!("R2 at {}: {fault}", self.nodes[place].id()));
        Vec::new()
    }

    /// A bank's process ends, and begins again; what it says then comes back, after `letters`.
    fn dies(&mut self, place: usize, mut letters: Vec<Letter>) -> Vec<Letter> {
        let mut node = (*self.nodes[place]).clone();
        self.deaths += 1;
        let output = match node.start_again() {
            Ok(output) => output,
            Err(fault) => return self.refused(place, &fault),
        };
        letters.extend(self.takes(place, node, output, None));
        letters
    }

    /// A letter arrives. What that makes its receiver say comes back.
    pub fn arrives(&mut self, letter: &Letter, course: Course) -> Vec<Letter> {
        let place = self.place_of(&letter.header.to);
        if letter.asker.is_some_and(|life| life != self.nodes[place].life()) {
            return Vec::new();
        }
        let from = self.place_of(&letter.header.from);
        let asker = (&letter.header.from, self.nodes[from].life());
        self.steps(place, course, Some(asker), &|node, stored| {
            Some(node.step(received(&letter.header, &letter.message), stored))
        })
    }

    /// Whether an attempt of the oldest package ended for what others hold.
    fn refused_the_oldest(&self) -> bool {
        let held = |attempt: &Attempt| match &attempt.state {
            AttemptState::Aborted { refusals, .. } => {
                refusals.iter().any(|refusal| refusal.code == RefusalCode::FundsHeld)
            }
            AttemptState::Begun | AttemptState::Committed { .. } => false,
        };
        let attempts = self.nodes.iter().flat_map(|node| node.disk().attempts.values());
        attempts.into_iter().any(|attempt| attempt.package == package(1) && held(attempt))
    }

    /// A promise made since `last` to a package that is younger than one that waits, of money which that one waits for.
    fn overtaken(&self, last: &Self) -> Option<String> {
        self.nodes.iter().zip(&last.nodes).find_map(|(node, before)| {
            let was = |id: &AttemptId| before.disk().portions.contains_key(id);
            let made = node.disk().portions.iter().filter(|(id, _)| !was(id));
            let promises = made.filter_map(|(id, record)| match &record.state {
                PortionState::Prepared(promise) | PortionState::Committed(promise) => {
                    Some((id, promise.age(record.package?), &promise.portion))
                }
                PortionState::Aborted { .. } => None,
            });
            promises.into_iter().find_map(|(id, age, portion)| {
                wants(portion).find_map(|(number, _)| {
                    let older = node.claims().waiters().filter(|waiter| waiter.prepare.age < age);
                    let kept: i64 = older
                        .flat_map(|waiter| wants(&waiter.prepare.portion))
                        .filter_map(|(account, takes)| (account == number).then_some(takes))
                        .sum();
                    let left = node.disk().balance(&LedgerAccount::Customer(number)).available();
                    (left < kept).then(|| format!("{id} overtook who waits for {kept} at {number}"))
                })
            })
        })
    }

    /// Whatever the disks and what customers were told show to be wrong already.
    fn look(&mut self, plan: &Plan) {
        let disks = self.disks();
        let mut found: Vec<Violation> = disks.iter().flat_map(|disk| invariants::of_bank(disk)).collect();
        found.extend(invariants::across(&disks));
        for heard in &self.heard {
            // "committed" is only true everywhere in the end.
            if !matches!(heard.fact, Fact::Committed(_)) {
                found.extend(is_true(&disks, heard, plan));
            }
        }
        self.wrong = self.wrong.take().or_else(|| found.first().map(ToString::to_string));
    }
}

/// Less than the time of any wait, and enough for a few retries.
const IN_TIME_MS: u64 = 800;

/// What a bank does in a step; none when there is nothing to do.
pub type Step<'a> = &'a dyn Fn(&mut Node, bool) -> Option<Result<Output, LedgerFault>>;

/// I9 for one thing that a customer was told.
pub fn is_true(disks: &[&Snapshot], heard: &Heard, plan: &Plan) -> Option<Violation> {
    let Heard { bank, package: id, digest, fact } = heard;
    let other_body = |order: &Order| {
        let body: Legs = legs(order.legs);
        self::package(order.package) == *id && body.digest() != *digest
    };
    let ordered_otherwise = plan.orders.iter().any(other_body);
    let told = Told { bank, package: *id, digest: *digest, fact, ordered_otherwise };
    invariants::answered_truly(disks, told, None)
}

fn mark(letter: &Letter) -> u64 {
    let mut hasher = DefaultHasher::new();
    format!("{letter:?}").hash(&mut hasher);
    hasher.finish()
}

impl Hash for Consortium {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for node in &self.nodes {
            node.mark().hash(state);
        }
        self.wire.keys().collect::<BTreeSet<_>>().hash(state);
        self.heard.iter().map(|heard| format!("{heard:?}")).collect::<BTreeSet<_>>().hash(state);
        (self.ordered, self.deaths, &self.ticked, &self.wrong).hash(state);
    }
}

impl PartialEq for Consortium {
    fn eq(&self, other: &Self) -> bool {
        let hash = |state: &Self| {
            let mut hasher = DefaultHasher::new();
            state.hash(&mut hasher);
            hasher.finish()
        };
        hash(self) == hash(other)
    }
}

impl fmt::Debug for Consortium {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for letter in self.wire() {
            let (from, to) = (short(&letter.header.from), short(&letter.header.to));
            writeln!(f, "{} {from}>{to}", letter.message.kind())?;
        }
        writeln!(f, "{:?} {:?}", self.heard, self.wrong)
    }
}

fn short(bank: &BankId) -> &'static str {
    letter(bank)
}

impl Model for Plan {
    type State = Consortium;
    type Action = Action;

    fn init_states(&self) -> Vec<Consortium> {
        vec![self.begin()]
    }

    fn actions(&self, state: &Consortium, actions: &mut Vec<Action>) {
        if state.wrong.is_some() {
            return;
        }
        let mut courses = vec![Course::Whole];
        if state.deaths < self.deaths {
            courses.extend([Course::LostInSteps, Course::LostInTelling]);
        }
        for course in courses {
            let open = (0..self.orders.len()).filter(|order| state.ordered & (1 << order) == 0);
            actions.extend(open.map(|order| Action::Order(order, course)));
            actions.extend(state.wire.keys().map(|letter| Action::Deliver(*letter, course)));
            let may_tick = (0..self.banks.len()).filter(|place| state.ticked[*place] < self.ticks);
            actions.extend(may_tick.map(|place| Action::Tick(place, course)));
        }
    }

    fn next_state(&self, last: &Consortium, action: Action) -> Option<Consortium> {
        let mut next = last.clone();
        match action {
            Action::Order(order, course) => {
                let (place, input) = self.order(order);
                next.ordered |= 1 << order;
                next.steps(place, course, None, &|node, stored| Some(node.step(input.clone(), stored)));
            }
            Action::Deliver(mark, course) => {
                let letter = last.wire.get(&mark)?.clone();
                next.arrives(&letter, course);
            }
            Action::Tick(place, course) => {
                next.ticked[place] += 1;
                next.steps(place, course, None, &|node, stored| node.tick(stored));
            }
        }
        // What was freed is looked at again in the same turn, as the deciding thread does.
        for place in 0..next.nodes.len() {
            while next.wrong.is_none() && next.nodes[place].rests_ms() == Some(0) {
                next.steps(place, Course::Whole, None, &|node, stored| node.tick(stored));
            }
        }
        if next == *last {
            return None;
        }
        next.look(self);
        if self.in_time && next.wrong.is_none() {
            next.wrong = next.overtaken(last);
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("every invariant", |_, state: &Consortium| state.wrong.is_none()),
            Property::always("comes to rest", |plan: &Self, state: &Consortium| {
                !plan.rests || comes_to_rest(plan, state, false).is_ok()
            }),
            Property::always("nobody waits for each other", |plan: &Self, state: &Consortium| {
                !plan.in_time || comes_to_rest(plan, state, true).is_ok_and(|ms| ms < IN_TIME_MS)
            }),
            Property::always("the oldest is not refused for holds", |plan: &Self, state: &Consortium| {
                !plan.in_time || !state.refused_the_oldest()
            }),
            Property::sometimes("somebody is told how it ended", |_, state: &Consortium| {
                !state.heard.is_empty()
            }),
        ]
    }
}
