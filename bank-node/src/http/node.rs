//! What every handler has at hand: the deciding thread's near end, reading connections, the other banks, and who may
//! try how often.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use shared::account::{AccountNumber, AccountRef};
use shared::cpf::Cpf;
use shared::ids::{BankId, CustomerId};
use shared::limits::PAYEE_LOOKUPS_PER_MINUTE_MAX;
use shared::package::Legs;
use tokio::sync::{Semaphore, watch};

use super::events::seats::Streams;
use super::fresh::{FRESH_DEADLINE, Look, look_fresh};
use super::problems::{Answer, Failure, overloaded};
use crate::access::passwords::Passwords;
use crate::access::throttle::{Lately, Rate, SlowDown, TooEarly};
use crate::access::tokens::Sessions;
use crate::clock::Clock;
use crate::config::Config;
use crate::desk::{DeskAnswer, DeskRequest};
use crate::engine::handle::Engine;
use crate::engine::notices::Notices;
use crate::engine::thread::Watchers;
use crate::ledger::LedgerFault;
use crate::ledger::reader::{Moment, Reader};
use crate::membership::{Current, Membership};
use crate::metrics::Metrics;
use crate::peers::Peers;
use crate::protocol::output::Mono;

/// Wrong passwords for one CPF before it is slowed down.
const WRONG_PER_CPF: u32 = 5;
/// Wrong passwords from one address before it is slowed down: many people may share one.
const WRONG_PER_ADDRESS: u32 = 50;
/// Passwords from one address that may be under way besides: nobody knows yet that they are wrong.
const TRIES_PER_ADDRESS: u32 = 500;
/// Sign-ups from one address, at once and per minute. Each costs a password hash.
const SIGN_UPS: (u32, u32) = (300, 300);
/// Openings of one customer that name others, at once and per minute: each tells whether a CPF is signed up here.
const HOLDERS_NAMED: (u32, u32) = (60, 30);

/// Fresh looks that may be under way for customers; each may ask several banks several times.
const FRESH_AT_ONCE_MAX: usize = 32;

/// One bank, as its handlers see it. Cheap to clone.
#[derive(Clone)]
pub struct Node(Arc<Inner>);

struct Inner {
    config: Arc<Config>,
    current: Current,
    engine: Engine,
    watchers: Watchers,
    streams: Streams,
    reader: Reader,
    peers: Peers,
    clock: Clock,
    passwords: Passwords,
    sessions: Sessions,
    tries: Tries,
    fresh: Semaphore,
}

/// Who may try how often.
pub struct Tries {
    /// Wrong passwords, by CPF.
    pub by_cpf: Mutex<SlowDown<Cpf>>,
    /// Wrong passwords, by address.
    pub by_address: Mutex<SlowDown<IpAddr>>,
    /// Sign-ups, by address.
    pub sign_ups: Mutex<Rate<IpAddr>>,
    /// Look-ups of payees, by customer.
    pub payees: Mutex<Rate<CustomerId>>,
    /// Accounts credited by packages that were refused, by customer: what was refused says which accounts there are.
    pub refused: Mutex<Rate<CustomerId>>,
    /// Whom customers have looked up lately: the same again says nothing new, and costs nothing.
    pub looked_up: Mutex<Lately<(CustomerId, AccountRef)>>,
    /// Holders named at openings, by customer.
    pub holders: Mutex<Rate<CustomerId>>,
}

/// Takes one of `tries`. A panic elsewhere leaves a table whole: each change is one call.
pub fn lock<T>(tries: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    tries.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Tries {
    /// Counts each account that `legs` credit against the rate of look-ups: a preview says whether it is there.
    ///
    /// # Errors
    /// [`TooEarly`] when there are more than may be looked up now; those that were counted are not counted again.
    pub fn look_up(&self, now: Mono, customer: CustomerId, legs: &Legs) -> Result<(), TooEarly> {
        self.count(now, customer, legs, &self.payees)
    }

    /// Counts them after a refusal, which said as much; what is too many makes the next order wait.
    pub fn refused(&self, now: Mono, customer: CustomerId, legs: &Legs) {
        let _the_next_order_waits = self.count(now, customer, legs, &self.refused);
    }

    fn count(
        &self,
        now: Mono,
        customer: CustomerId,
        legs: &Legs,
        rate: &Mutex<Rate<CustomerId>>,
    ) -> Result<(), TooEarly> {
        let credited = legs.as_slice().iter().filter_map(|leg| leg.to().account());
        for account in credited {
            let key = (customer, account.clone());
            if lock(&self.looked_up).has(now, &key) {
                continue;
            }
            lock(rate).take(now, customer)?;
            lock(&self.looked_up).keep(now, key);
        }
        Ok(())
    }
}

impl Node {
    /// Puts a node's parts together.
    #[must_use]
    pub fn new(
        config: Arc<Config>,
        current: Current,
        engine: Engine,
        watchers: Watchers,
        reader: Reader,
        peers: Peers,
        clock: Clock,
    ) -> Self {
        let tries = Tries {
            by_cpf: Mutex::new(SlowDown::new(WRONG_PER_CPF, 0)),
            by_address: Mutex::new(SlowDown::new(WRONG_PER_ADDRESS, TRIES_PER_ADDRESS)),
            sign_ups: Mutex::new(Rate::new(SIGN_UPS.0, SIGN_UPS.1)),
            payees: Mutex::new(Rate::new(PAYEE_LOOKUPS_PER_MINUTE_MAX, PAYEE_LOOKUPS_PER_MINUTE_MAX)),
            refused: Mutex::new(Rate::new(PAYEE_LOOKUPS_PER_MINUTE_MAX, PAYEE_LOOKUPS_PER_MINUTE_MAX)),
            looked_up: Mutex::new(Lately::default()),
            holders: Mutex::new(Rate::new(HOLDERS_NAMED.0, HOLDERS_NAMED.1)),
        };
        Self(Arc::new(Inner {
            config,
            current,
            engine,
            watchers,
            streams: Streams::default(),
            reader,
            peers,
            clock,
            passwords: Passwords::default(),
            sessions: Sessions::default(),
            tries,
            fresh: Semaphore::new(FRESH_AT_ONCE_MAX),
        }))
    }

    /// This bank's id.
    #[must_use]
    pub fn id(&self) -> &BankId {
        &self.0.config.id
    }

    /// The configuration that the bank was started with; the consortium is [`Node::membership`]'s.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// The consortium as it stands now.
    #[must_use]
    pub fn membership(&self) -> Arc<Membership> {
        self.0.current.now()
    }

    /// Marks each change of the consortium.
    #[must_use]
    pub fn membership_changes(&self) -> watch::Receiver<Arc<Membership>> {
        self.0.current.changes()
    }

    /// The deciding thread.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.0.engine
    }

    /// Who is concerned by what was stored.
    #[must_use]
    pub fn notices(&self) -> &Notices {
        &self.0.watchers.notices
    }

    /// The event streams that are open.
    #[must_use]
    pub fn streams(&self) -> Streams {
        self.0.streams.clone()
    }

    /// The other banks.
    #[must_use]
    pub fn peers(&self) -> &Peers {
        &self.0.peers
    }

    /// The clock.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// The pool for passwords.
    #[must_use]
    pub fn passwords(&self) -> &Passwords {
        &self.0.passwords
    }

    /// The sessions in use.
    #[must_use]
    pub fn sessions(&self) -> &Sessions {
        &self.0.sessions
    }

    /// Who may try how often.
    #[must_use]
    pub fn tries(&self) -> &Tries {
        &self.0.tries
    }

    /// What is counted.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.0.watchers.metrics
    }

    /// Whether `account` is kept by this bank.
    #[must_use]
    pub fn keeps(&self, account: &AccountRef) -> bool {
        account.bank == *self.id()
    }

    /// Asks the counter.
    ///
    /// # Errors
    /// When the bank has too much under way, or is ending.
    pub async fn desk(&self, request: DeskRequest) -> Result<DeskAnswer, Failure> {
        self.engine().desk(request).await?.ok_or_else(overloaded)
    }

    /// Reads the books, on a thread that may block.
    ///
    /// # Errors
    /// When they cannot be read now.
    pub async fn read<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Reader) -> Result<T, LedgerFault> + Send + 'static,
    ) -> Result<T, Failure> {
        self.blocking(move |reader| Ok(look(reader)?)).await
    }

    /// Looks at `account` at one moment; a fresh look at one whose moment holds all that had been told committed before.
    ///
    /// # Errors
    /// As `look` says, when the books cannot be read now, and when the look cannot be made fresh in time.
    pub async fn look<T: Send + 'static>(
        &self,
        account: AccountNumber,
        fresh: bool,
        look: impl Fn(&Moment<'_>) -> Answer<T> + Clone + Send + 'static,
    ) -> Answer<T> {
        if !fresh {
            return self.blocking(move |reader| reader.at_one_moment(look)).await;
        }
        let _seat = self.0.fresh.try_acquire().map_err(|_| overloaded())?;
        let once = || {
            let (node, own, look) = (self.clone(), self.id().clone(), look.clone());
            async move {
                let once = move |reader: &Reader| {
                    reader.at_one_moment(|moment| {
                        Ok(Look { seen: look(moment)?, undecided: moment.undecided(&own, account)? })
                    })
                };
                node.blocking(once).await
            }
        };
        look_fresh(self.engine(), self.peers(), FRESH_DEADLINE, once).await?.map_err(Failure::from)
    }

    async fn blocking<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Reader) -> Answer<T> + Send + 'static,
    ) -> Answer<T> {
        let reader = self.0.reader.clone();
        tokio::task::spawn_blocking(move || look(&reader)).await.unwrap_or_else(|panic| {
            tracing::error!(%panic, "a reading of the books ended by a bug");
            Err(overloaded())
        })
    }
}
