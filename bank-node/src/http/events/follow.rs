//! One event stream: follows the notices that concern its customer, and tells how what they name stands.
//!
//! Invariant: what it holds is bounded. It looks at one thing at a time and only when the reader has taken the last; a
//! reader that falls behind the log of notices is cut, and hears the present state when it comes back.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use shared::account::AccountNumber;
use shared::api::events::{AccountEvent, BankEvent};
use shared::api::problem::ProblemCode;
use shared::api::replies::BankHealth;
use shared::ids::{BankId, PackageId};
use shared::limits::PAGE_ROWS_MAX;
use tokio::sync::watch;
use tokio::time::{Interval, MissedTickBehavior, interval, sleep};

use super::seats::Seat;
use crate::access::tokens::Caller;
use crate::engine::notices::Place;
use crate::http::node::Node;
use crate::http::problems::Answer;
use crate::http::{bank, packages, shapes};
use crate::membership::Membership;
use crate::protocol::touched::Concern;

/// How long changes are gathered before they are looked at: those of one package come in quick succession.
const GATHER: Duration = Duration::from_millis(20);
/// When a reader whose stream broke should come back, in milliseconds.
const RECONNECT_MS: u64 = 1_000;

/// What is to be looked at.
enum Item {
    Bank(BankHealth),
    Account(AccountNumber),
    Invitations,
    Package(PackageId),
}

/// One stream.
pub struct Follower {
    node: Node,
    caller: Caller,
    notices: watch::Receiver<u64>,
    health: watch::Receiver<u64>,
    members: watch::Receiver<Arc<Membership>>,
    endings: watch::Receiver<()>,
    heartbeat: Interval,
    /// Told next, in this order.
    pending: VecDeque<Item>,
    /// Up to where it is told once nothing is pending.
    place: Place,
    /// Up to where it has been told; none before the first state is told whole.
    told: Option<Place>,
    /// What the reader was told of each bank, how fast it answers aside.
    banks: BTreeMap<BankId, BankHealth>,
    greeted: bool,
    _seat: Seat,
}

impl Follower {
    /// A stream that goes on after `place`; without one that is still known it begins with the present state.
    pub async fn begin(node: Node, caller: Caller, seat: Seat, place: Option<Place>) -> Answer<Self> {
        let mut heartbeat = interval(node.config().pace.heartbeat);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        heartbeat.reset();
        // Watched before anything is read: what changes from here on is noticed.
        let mut follower = Self {
            notices: node.notices().changes(),
            health: node.peers().health_changes(),
            members: node.membership_changes(),
            endings: node.sessions().endings(),
            heartbeat,
            pending: VecDeque::new(),
            place: node.notices().newest(),
            told: None,
            banks: BTreeMap::new(),
            greeted: false,
            _seat: seat,
            node,
            caller,
        };
        follower.queue_banks();
        let missed = place.and_then(|place| {
            let (concern, newest) = follower.node.notices().since(place, caller.customer)?;
            Some((place, concern, newest))
        });
        match missed {
            Some((place, concern, newest)) => {
                follower.told = Some(place);
                follower.place = newest;
                follower.queue(concern);
            }
            None => follower.queue_present_state().await?,
        }
        Ok(follower)
    }

    /// The next piece of the stream; `None` at its end.
    pub async fn next(&mut self) -> Option<String> {
        let closing = self.node.streams().closing();
        closing.run_until_cancelled(self.next_piece()).await.flatten()
    }

    async fn next_piece(&mut self) -> Option<String> {
        if !self.greeted {
            self.greeted = true;
            return Some(format!("retry: {RECONNECT_MS}\n\n"));
        }
        loop {
            if self.node.sessions().is_ended(self.caller.session) {
                return None;
            }
            if let Some(item) = self.pending.pop_front() {
                // What cannot be looked at now must not be passed over: the reader comes back for it.
                let event = self.look(item).await.ok()?;
                if self.pending.is_empty() {
                    self.told = Some(self.place);
                }
                // The session may have ended while the books were read.
                match event {
                    _ if self.node.sessions().is_ended(self.caller.session) => return None,
                    Some(event) => return Some(self.written(&event)),
                    None => continue,
                }
            }
            if self.place < self.node.notices().newest() {
                // Behind the log: cut.
                let (concern, reached) = self.node.notices().since(self.place, self.caller.customer)?;
                self.place = reached;
                if concern.is_empty() {
                    self.told = Some(reached);
                } else {
                    self.queue(concern);
                }
                continue;
            }
            tokio::select! {
                changed = self.notices.changed() => {
                    changed.ok()?;
                    sleep(GATHER).await;
                }
                changed = self.health.changed() => {
                    changed.ok()?;
                    self.queue_banks();
                }
                changed = self.members.changed() => {
                    changed.ok()?;
                    self.queue_banks();
                }
                // Looked at above.
                changed = self.endings.changed() => changed.ok()?,
                _ = self.heartbeat.tick() => {
                    if !self.session_stands().await {
                        return None;
                    }
                    return Some(format!(": here\n{}\n", self.id_line()));
                }
            }
        }
    }

    /// Whether the session is in the books and has not expired: another request may have used it since.
    async fn session_stands(&self) -> bool {
        let Caller { customer, session } = self.caller;
        let wall_ms = self.node.clock().wall_ms();
        match self.node.read(move |reader| reader.sessions_of(customer)).await {
            Ok(sessions) => sessions.iter().any(|found| found.id == session && wall_ms < found.expires_ms),
            Err(_) => false,
        }
    }

    fn queue(&mut self, concern: Concern) {
        // Money first: who hears that a package is done finds it moved.
        self.pending.extend(concern.accounts.into_iter().map(Item::Account));
        if concern.invitations {
            self.pending.push_back(Item::Invitations);
        }
        self.pending.extend(concern.packages.into_iter().map(Item::Package));
    }

    /// Banks that are not what the reader was told.
    fn queue_banks(&mut self) {
        for bank in bank::banks(&self.node) {
            let known = BankHealth { latency_ms: None, ..bank.clone() };
            if self.banks.insert(bank.id.clone(), known.clone()) != Some(known) {
                self.pending.push_back(Item::Bank(bank));
            }
        }
    }

    /// All that a reader has to know who knows nothing.
    async fn queue_present_state(&mut self) -> Answer<()> {
        let customer = self.caller.customer;
        let concern = self.node.read(move |reader| {
            let mut concern = Concern { invitations: true, ..Concern::default() };
            concern.accounts.extend(reader.accounts_of(customer)?.iter().map(|view| view.account.number));
            let recent = reader.orders_of(customer, None, PAGE_ROWS_MAX)?.rows;
            let in_progress = reader.orders_in_progress_of(customer)?;
            concern.packages.extend(recent.iter().chain(&in_progress).map(|order| order.package));
            Ok(concern)
        });
        let concern = concern.await?;
        self.queue(concern);
        Ok(())
    }

    /// How something stands, if it is the reader's to know.
    async fn look(&self, item: Item) -> Answer<Option<BankEvent>> {
        let customer = self.caller.customer;
        Ok(match item {
            Item::Bank(bank) => Some(BankEvent::Bank(bank)),
            Item::Account(number) => {
                let found = self.node.read(move |reader| reader.account(number)).await?;
                let held = found.filter(|view| view.account.is_held_by(customer));
                held.map(|view| {
                    let reply = shapes::account_view(self.node.id(), &view);
                    BankEvent::Account(AccountEvent::from(&reply))
                })
            }
            Item::Invitations => {
                let found = self.node.read(move |reader| reader.invitations_of(customer)).await?;
                Some(BankEvent::Invitations(shapes::invitations(self.node.id(), found)))
            }
            Item::Package(id) => match packages::seen(&self.node, self.caller, id).await {
                Ok(package) => Some(BankEvent::Package(Box::new(package))),
                Err(failure) if failure.code() == ProblemCode::NotFound => None,
                Err(failure) => return Err(failure),
            },
        })
    }

    fn written(&self, event: &BankEvent) -> String {
        let data = event.to_json().unwrap_or_default();
        format!("event: {}\ndata: {data}\n{}\n", event.name(), self.id_line())
    }

    /// The id that a reader may resume by: everything up to it has been told. None before that.
    fn id_line(&self) -> String {
        self.told.map_or_else(String::new, |place| format!("id: {}\n", self.node.notices().id(place)))
    }
}
