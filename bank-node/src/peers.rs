//! Bank to bank, outbound and the proof of who speaks: one link per bank for messages that bind, signed reads that bind
//! nobody, and what is known of each bank's health.
//!
//! Architecture invariant: nothing here decides about a package, and nothing is kept that a power cut may not take; what
//! matters is said again by the core's timers.

pub mod keys;

pub mod signature;

pub mod replay;

pub mod reads;

pub mod testimony;

pub mod health;

pub mod batch;

pub mod pins;

mod transport;

pub mod outbox;

mod link;

mod change;

pub use self::change::Change;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use axum::http::{HeaderMap, Uri};
use shared::address::BankAddress;
use shared::api::paths::INTERBANK_READS;
use shared::ids::BankId;
use shared::key_pin::KeyPin;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock::Clock;
use crate::engine::handle::{Engine, Links};
use crate::ids;
use crate::protocol::message::{BatchHeader, Message};
use crate::trace::{self, Traces};

use self::health::{HealthBoard, PeerHealth};
use self::keys::{BankKeys, PrivateKey};
use self::link::{Far, Link};
use self::reads::{ReadAnswer, ReadRequest};
use self::replay::ReplayMemory;
use self::signature::{Kind, Nonce, Proven, SignedHeaders, Stamp, Unauthenticated};
use self::transport::{Label, Transport};

/// How long a read may take until its last byte is here.
pub const READ_DEADLINE: Duration = Duration::from_secs(1);

/// Another bank, from the consortium file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerBank {
    /// Its id.
    pub id: BankId,
    /// Where banks reach it.
    pub address: BankAddress,
    /// What its signatures are checked with.
    pub keys: BankKeys,
    /// The TLS keys that it may show, where its address is https.
    pub tls_keys: BTreeSet<KeyPin>,
}

/// A bank that could not be asked, or gave no answer that may be believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the bank {bank} does not answer")]
pub struct PeerUnavailable {
    /// Which.
    pub bank: BankId,
}

/// The bank's side of HTTP could not be set up.
#[derive(Debug, thiserror::Error)]
#[error("the connection to {bank} cannot be set up: {cause}")]
pub struct PeersSetupError {
    /// To which bank.
    pub bank: BankId,
    /// The library's own words.
    pub cause: String,
}

/// All other banks, as this one speaks with them. Cheap to clone.
#[derive(Clone)]
pub struct Peers(Arc<Inner>);

struct Inner {
    own: BankId,
    key: RwLock<PrivateKey>,
    clock: Clock,
    engine: OnceLock<Engine>,
    /// Locked for a look or a change, never over an await.
    peers: RwLock<BTreeMap<BankId, Peer>>,
    replay: ReplayMemory,
    health: Arc<HealthBoard>,
    traces: Traces,
    links: TaskTracker,
    /// Ends the links' tasks when the last holder is gone, or by [`Peers::stop`].
    end: CancellationToken,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.end.cancel();
    }
}

/// One bank: the way to it, which may change, and the link with what waits for it, which stays.
#[derive(Clone)]
struct Peer {
    way: Arc<Way>,
    link: Arc<Link>,
}

/// Where a bank is reached, and by which keys it proves itself.
struct Way(RwLock<(PeerBank, Arc<Transport>)>);

impl Way {
    fn new(bank: PeerBank, transport: Arc<Transport>) -> Self {
        Self(RwLock::new((bank, transport)))
    }

    fn bank(&self) -> PeerBank {
        self.0.read().unwrap_or_else(PoisonError::into_inner).0.clone()
    }

    /// For the next thing said; what is under way goes on by the one that it has.
    fn transport(&self) -> Arc<Transport> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner).1)
    }

    fn replace(&self, bank: PeerBank, transport: Arc<Transport>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = (bank, transport);
    }
}

impl Peers {
    /// The links of `own` to `banks` (`own` is left out should it be among them). They say nothing until
    /// [`Self::start`]; what is posted before waits.
    ///
    /// # Errors
    /// When the HTTP library does not take an address.
    pub fn new(
        own: BankId,
        key: PrivateKey,
        banks: Vec<PeerBank>,
        clock: Clock,
    ) -> Result<Self, PeersSetupError> {
        let banks: Vec<PeerBank> = banks.into_iter().filter(|bank| bank.id != own).collect();
        let health = Arc::new(HealthBoard::new(banks.iter().map(|bank| bank.id.clone())));
        let mut peers = BTreeMap::new();
        for bank in banks {
            let transport = Arc::new(Transport::new(own.clone(), key.clone(), clock.clone(), &bank)?);
            peers.insert(bank.id.clone(), Peer::new(bank, transport));
        }
        Ok(Self(Arc::new(Inner {
            own,
            key: RwLock::new(key),
            clock,
            engine: OnceLock::new(),
            peers: RwLock::new(peers),
            replay: ReplayMemory::default(),
            health,
            traces: Traces::default(),
            links: TaskTracker::new(),
            end: CancellationToken::new(),
        })))
    }

    /// Begins to speak, and tells `engine` what is answered. Each link is a task of its own on the runtime that this is
    /// called in, until [`Self::drain`], [`Self::stop`] or the last clone's end. A second call does nothing.
    pub fn start(&self, engine: Engine) {
        let inner = &self.0;
        if inner.engine.set(engine.clone()).is_err() {
            return;
        }
        for (bank, peer) in self.all() {
            self.run_link(&bank, &peer, engine.clone());
        }
    }

    fn run_link(&self, bank: &BankId, peer: &Peer, engine: Engine) {
        let inner = &self.0;
        let far = Far {
            own: inner.own.clone(),
            bank: bank.clone(),
            way: peer.way.clone(),
            engine,
            health: inner.health.clone(),
            traces: inner.traces.clone(),
        };
        let end = inner.end.clone();
        inner.links.spawn(end.run_until_cancelled_owned(peer.link.clone().run(far)));
    }

    fn peer(&self, bank: &BankId) -> Option<Peer> {
        self.0.peers.read().unwrap_or_else(PoisonError::into_inner).get(bank).cloned()
    }

    fn all(&self) -> BTreeMap<BankId, Peer> {
        self.0.peers.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Ends the links once what waits has been tried, or `within` is over. To be called when the engine has ended.
    pub async fn drain(&self, within: Duration) {
        for peer in self.all().values() {
            peer.link.drain();
        }
        self.0.links.close();
        if tokio::time::timeout(within, self.0.links.wait()).await.is_err() {
            tracing::warn!("not everything could be told to the other banks before the end");
        }
        self.stop();
    }

    /// Ends the links at once, as a crash does: nothing drained, nothing said.
    pub fn stop(&self) {
        self.0.end.cancel();
    }

    /// Asks `bank` something that binds nobody. Answers within [`READ_DEADLINE`], and at once while the bank is known
    /// to be away.
    ///
    /// # Errors
    /// [`PeerUnavailable`], also for a bank that is not in the consortium.
    pub async fn read(&self, bank: &BankId, request: ReadRequest) -> Result<ReadAnswer, PeerUnavailable> {
        let unavailable = || PeerUnavailable { bank: bank.clone() };
        let peer = self.peer(bank).ok_or_else(unavailable)?;
        if self.0.health.is_down(bank) {
            return Err(unavailable());
        }
        let body = serde_json::to_vec(&request).map_err(|_| unavailable())?;
        let begun = Instant::now();
        let label = trace::current().map(Label::Trace);
        match peer.way.transport().exchange(INTERBANK_READS, body, label, READ_DEADLINE).await {
            Ok(answer) => {
                if self.0.health.answered(bank, begun.elapsed())
                    && let Some(engine) = self.0.engine.get()
                {
                    engine.peer_answered(bank.clone());
                }
                let answer = serde_json::from_slice(&answer.body).ok();
                let fitting = answer.filter(|answer| request.is_answered_by(bank, answer));
                if fitting.is_none() {
                    tracing::warn!(%bank, "a bank answered a read with something else");
                }
                fitting.ok_or_else(unavailable)
            }
            Err(fault) => {
                tracing::info!(%bank, %fault, "a bank did not answer a read");
                self.0.health.failed(bank, &fault.to_string());
                peer.link.probe_now();
                Err(unavailable())
            }
        }
    }

    /// To which trace each package of late belongs.
    #[must_use]
    pub fn traces(&self) -> &Traces {
        &self.0.traces
    }

    /// What is known of each other bank, in order of ids.
    #[must_use]
    pub fn health(&self) -> Vec<PeerHealth> {
        self.0.health.all()
    }

    /// `bank` has said which version of the consortium it has.
    pub fn heard_version(&self, bank: &BankId, version: u64) {
        self.0.health.heard_version(bank, version);
    }

    /// Marks each change of a bank's status.
    #[must_use]
    pub fn health_changes(&self) -> tokio::sync::watch::Receiver<u64> {
        self.0.health.changes()
    }

    /// Proves that a bank of the consortium signed this request for this bank, lately and for the first time. The body
    /// is still to be held against the proof ([`Proven::check_body`]).
    ///
    /// # Errors
    /// As [`Unauthenticated`] says.
    pub fn prove(&self, method: &str, uri: &Uri, headers: &HeaderMap) -> Result<Proven, Unauthenticated> {
        if uri.query().is_some() {
            return Err(Unauthenticated::Query);
        }
        let kind = Kind::Request { method, path: uri.path() };
        let keys_of = |bank: &BankId| self.peer(bank).map(|peer| peer.way.bank().keys);
        let proven = signature::verify(headers, kind, &self.0.own, keys_of)?;
        let now_s = self.0.clock.wall_ms().div_euclid(1000);
        let ahead_s = proven.stamp().created_s.saturating_sub(now_s);
        if let Err(stale) = proven.check_age(now_s) {
            self.0.health.heard_clock(proven.from(), ahead_s);
            return Err(stale);
        }
        if self.0.replay.is_new(proven.from(), proven.stamp().nonce) {
            self.0.health.heard_clock(proven.from(), ahead_s);
            self.heard_from(proven.from());
            Ok(proven)
        } else {
            Err(Unauthenticated::Replayed)
        }
    }

    /// Signs the answer to a proven request.
    #[must_use]
    pub fn sign_answer(&self, request: &Proven, status: u16, body: &[u8]) -> SignedHeaders {
        let kind = Kind::Response { status, request_signature: request.signature_header() };
        let stamp = stamp_now(&self.0.clock);
        let key = self.0.key.read().unwrap_or_else(PoisonError::into_inner);
        signature::sign(&key, kind, &self.0.own, request.from(), body, &stamp)
    }

    /// A bank that speaks can probably be spoken to: one that had failed is probed now, not in a second.
    fn heard_from(&self, bank: &BankId) {
        if self.0.health.is_failing(bank)
            && let Some(peer) = self.peer(bank)
        {
            peer.link.probe_now();
        }
    }
}

impl Peer {
    fn new(bank: PeerBank, transport: Arc<Transport>) -> Self {
        Self { way: Arc::new(Way::new(bank, transport)), link: Arc::new(Link::default()) }
    }
}

impl Links for Peers {
    fn post(&self, to: &BankId, header: BatchHeader, messages: Vec<Message>) {
        match self.peer(to) {
            Some(peer) => peer.link.post(header, messages),
            None => {
                tracing::error!(bank = %to, "a message for a bank that is not in the consortium is dropped")
            }
        }
    }
}

/// The stamp of a message signed now.
fn stamp_now(clock: &Clock) -> Stamp {
    let created_s = clock.wall_ms().div_euclid(1000).max(0);
    Stamp { created_s, nonce: Nonce::new(ids::bytes()) }
}

#[cfg(test)]
mod tests;
