//! Puts a node's parts together, in the order of `docs/protocol.md` section 6, and takes them apart again.
//!
//! Architecture invariant: this is the only place where parts are put together. The listeners open only once the books
//! are recovered and the new life is on disk.

mod hangup;

mod opening;

use std::future::Future;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use shared::ids::BankId;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::config::{Config, ConfigError};
use crate::engine::handle::Engine;
use crate::engine::notices::Notices;
use crate::engine::thread::{Ended, EngineThread, Pulse, Watchers, spawn};
use crate::http::admin::{self, Books, Operators, Readiness};
use crate::http::back_office::{self, BackOffice};
use crate::http::doors::Doors;
use crate::http::interbank::{self, Interbank};
use crate::http::node::Node;
use crate::http::server::{ListenFault, Server, listen};
use crate::http::socket::{self, SocketFault, SocketServer};
use crate::ledger::reader::Reader;
use crate::ledger::sqlite::open::is_free;
use crate::ledger::sqlite::{OpenFault, SqliteLedger};
use crate::ledger::{Ledger as _, LedgerFault};
use crate::membership::{Current, Membership, Reloader, peer_banks};
use crate::peers::{Peers, PeersSetupError};
use crate::protocol::membership::{MembersRefused, open_at_start, unasked_at_start};
use crate::protocol::output::Now;
use crate::protocol::records::LedgerAccount;
use crate::reconciliation::{Digests, Reconciler};
use crate::tls::{Audience, TlsFault};
use crate::{backups, http, ids, recovery, room};

/// Connections that read the books beside the deciding thread.
const READING_CONNECTIONS: usize = 8;
/// Connections of operators, and of banks that have an address of their own: a bank keeps few to each other.
const OPERATORS_MAX: usize = 64;
const BANKS_CONNECTIONS_MAX: usize = 512;
/// How long what customers and banks have under way may still take once the end has begun: longer than an order.
const DRAIN_REQUESTS: Duration = Duration::from_secs(4);
/// How long what was decided may take to be told to the other banks.
const DRAIN_LINKS: Duration = Duration::from_secs(2);

/// Why a node did not start, or had to end.
#[derive(Debug, thiserror::Error)]
pub enum RunFault {
    /// A directory that the configuration names cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The ledger cannot be opened.
    #[error("{place}: {fault}")]
    Open {
        /// Where its directory is named.
        place: String,
        /// Why not.
        fault: OpenFault,
    },
    /// An address cannot be listened on.
    #[error("{setting}: {fault}")]
    Listen {
        /// Which setting names it.
        setting: &'static str,
        /// Why not.
        fault: ListenFault,
    },
    /// The operators' socket cannot be served.
    #[error(transparent)]
    Socket(#[from] SocketFault),
    /// The consortium file lets go of a bank with which something is open.
    #[error("{file}: {why}")]
    Members {
        /// The file.
        file: String,
        /// With whom, and what.
        why: MembersRefused,
    },
    /// The links cannot be set up.
    #[error(transparent)]
    Peers(#[from] PeersSetupError),
    /// TLS cannot be set up.
    #[error(transparent)]
    Tls(#[from] TlsFault),
    /// The ledger failed; what is on disk is the truth, and the next start reads it.
    #[error("{0}; nothing that was not on disk has been told, start the bank again once the cause is gone")]
    Ledger(#[from] LedgerFault),
    /// An invariant did not hold.
    #[error("an invariant did not hold; the books are as they were before, please report the log above")]
    Bug,
}

impl RunFault {
    /// The process's exit code: 3 when the books or this program failed, 2 when the configuration is wrong, 1 when the
    /// surroundings failed.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Config(_) | Self::Members { .. } => 2,
            // What `data_dir` names is not this bank's sound ledger, and another start finds it the same.
            Self::Open {
                fault:
                    OpenFault::Unusable { .. }
                    | OpenFault::Foreign { .. }
                    | OpenFault::Newer { .. }
                    | OpenFault::Damaged { .. }
                    | OpenFault::Lost { .. },
                ..
            } => 2,
            Self::Open { fault: OpenFault::Locked { .. } | OpenFault::OldSqlite { .. }, .. }
            | Self::Listen { .. }
            | Self::Socket(_)
            | Self::Peers(_)
            | Self::Tls(_) => 1,
            Self::Ledger(_) | Self::Bug => 3,
        }
    }
}

/// A node that has started.
pub struct Started {
    /// Where customers reach it.
    pub address: SocketAddr,
    /// Where operators do.
    pub admin_address: SocketAddr,
    /// Ends it as a crash does.
    pub crash: CrashSwitch,
    /// Whether it takes packages.
    pub readiness: Readiness,
    /// Takes a changed configuration.
    pub reloader: Reloader,
}

/// Ends a node's deciding thread as a crash does: nothing drained, nothing said. For demonstrations and tests.
#[derive(Clone)]
pub struct CrashSwitch {
    thread: Arc<Mutex<Option<EngineThread>>>,
    engine: Engine,
    own: BankId,
}

impl CrashSwitch {
    /// From now on nothing more is stored or told.
    pub fn crash(&self) {
        if let Some(thread) = self.lock().as_ref() {
            thread.crash();
        }
        // The thread looks up at whatever comes; what it is given now it no longer acts upon.
        self.engine.peer_answered(self.own.clone());
    }

    /// Nothing more is stored or told once something of a package whose end is not known has been.
    pub fn crash_mid_package(&self) {
        if let Some(thread) = self.lock().as_ref() {
            thread.crash_mid_package();
        }
    }

    /// Whether the thread is gone.
    #[must_use]
    pub fn has_crashed(&self) -> bool {
        self.lock().as_ref().is_none_or(EngineThread::has_ended)
    }

    /// Waits until the thread is gone and the ledger let go of.
    pub fn wait(&self) {
        let thread = self.lock().take();
        if let Some(thread) = thread {
            let _however_it_ended = thread.join();
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<EngineThread>> {
        self.thread.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pulse for Clock {
    fn now(&mut self) -> Now {
        Self::now(self)
    }
}

/// Runs a bank until `shutdown`, then drains it: within 10 s, and all that was decided is told.
///
/// # Errors
/// As [`RunFault`] says.
pub async fn run(config: Config, shutdown: impl Future<Output = ()>) -> Result<(), RunFault> {
    // Ends with this function, and with it the reloader's hold on the deciding thread's queue.
    let hanging_up = CancellationToken::new();
    let _guard = hanging_up.clone().drop_guard();
    // Heard before anybody can read that the bank is ready, and act upon that.
    let hangups = hangup::heard();
    let on_start = |started: Started| {
        tokio::spawn(hanging_up.run_until_cancelled_owned(hangup::read_again(hangups, started.reloader)));
    };
    run_watched(config, on_start, shutdown).await
}

/// The same; `on_start` is called once the bank listens.
///
/// # Errors
/// As [`RunFault`] says.
pub async fn run_watched(
    config: Config,
    on_start: impl FnOnce(Started),
    shutdown: impl Future<Output = ()>,
) -> Result<(), RunFault> {
    let clock = Clock::start();
    let config = Arc::new(config);
    if let Some(plan) = &config.backups {
        plan.check(&config.id, &config.data_dir)?;
    }
    let watched = Operators::default();
    let readiness = watched.readiness.clone();
    // A bank that is started twice finds its own ports taken; that is not what is wrong.
    let free = {
        let config = Arc::clone(&config);
        blocking(move || is_free(&config.data_dir)).await?
    };
    free.map_err(in_data_dir(&config))?;
    // Operators see a bank that recovers as alive and not ready.
    let operators = listen(
        &config.admin_listen,
        Doors::new(OPERATORS_MAX, OPERATORS_MAX),
        config.pace.stall,
        None,
        admin::router(watched.clone()),
    )
    .await
    .map_err(in_setting("admin_listen"))?;
    let admin_address = operators.address;

    let mut ledger = {
        let config = Arc::clone(&config);
        blocking(move || SqliteLedger::open(&config.data_dir, &config.id)).await?
    }
    .map_err(in_data_dir(&config))?;
    let reader = ledger.reader(READING_CONNECTIONS).map_err(in_data_dir(&config))?;
    let current = Current::new(Membership::of(&config));
    refuse_to_forget(&current.now(), &mut ledger, &reader)?;
    let peers = Peers::new(config.id.clone(), config.key.clone(), peer_banks(&config), clock.clone())?;
    let (say_ended, mut has_ended) = oneshot::channel();
    let watchers = Watchers {
        notices: Notices::new(ids::life(), config.pace.notices_max),
        metrics: watched.metrics.clone(),
    };
    let (engine, thread) = {
        let (settings, links, pulse) = (current.now().settings.clone(), peers.clone(), clock.clone());
        let watchers = watchers.clone();
        let ended = move |ended: &Ended| {
            // A crash on purpose, or an end that was asked for, is no news.
            let fault = match ended {
                Ended::ShutDown | Ended::Crashed => return,
                Ended::Fault(fault) => {
                    RunFault::Ledger(LedgerFault::Storage { action: "go on", cause: fault.to_string() })
                }
                Ended::Panicked => RunFault::Bug,
            };
            let _run_has_ended_before = say_ended.send(fault);
        };
        blocking(move || spawn(settings, ledger, ids::epoch_nonce(), links, watchers, pulse, ended)).await??
    };
    let vitals = Arc::clone(&thread.vitals);
    let crash = CrashSwitch {
        thread: Arc::new(Mutex::new(Some(thread))),
        engine: engine.clone(),
        own: config.id.clone(),
    };

    watched.read_from(Books {
        own: config.id.clone(),
        reader: reader.clone(),
        peers: peers.clone(),
        clock: clock.clone(),
    });
    let lacking = reader.lacking(&config.id)?;
    let digests = Digests::new(config.id.clone(), reader.clone());
    let reconciler = Reconciler::new(
        digests.clone(),
        current.clone(),
        peers.clone(),
        engine.clone(),
        clock.clone(),
        watchers.metrics.clone(),
    );
    let (for_banks, for_customers) = (reader.clone(), reader);
    let interbank = Interbank::new(
        engine.clone(),
        interbank::Desk::new(for_banks, current.clone(), digests),
        peers.clone(),
        clock.clone(),
        watchers.metrics.clone(),
    );
    let node = Node::new(
        Arc::clone(&config),
        current.clone(),
        engine.clone(),
        watchers,
        for_customers,
        peers.clone(),
        clock.clone(),
    );
    let streams = node.streams();
    let reloader = Reloader::new((*config).clone(), current, peers.clone(), engine.clone());
    let office = BackOffice {
        node: node.clone(),
        readiness: readiness.clone(),
        reloader: reloader.clone(),
        reconciler: reconciler.clone(),
    };
    let (socket, customers, banks) = match open_listeners(&config, office, node, interbank).await {
        Ok(listeners) => listeners,
        Err(fault) => {
            end_engine(engine, crash).await;
            return Err(fault);
        }
    };
    // Only now may anybody be told that it takes packages: whoever waits for that connects at once.
    readiness.watch(Arc::clone(&vitals));
    peers.start(engine.clone());
    let recovery = lacking.map(|lacking| {
        let banks = config.consortium.others(&config.id).map(|bank| bank.id.clone()).collect();
        tokio::spawn(recovery::ask_all(config.id.clone(), banks, lacking, peers.clone(), engine.clone()))
    });
    let room = tokio::spawn(room::watch(config.data_dir.clone(), config.disk_reserve_bytes, engine.clone()));
    let reconciling = tokio::spawn(reconciler.run(config.pace.reconcile));
    let backups = config.backups.clone().map(|plan| {
        let (config, clock, metrics) = (Arc::clone(&config), clock.clone(), watched.metrics.clone());
        tokio::spawn(backups::keep(plan, config, vitals, clock, metrics))
    });
    let banks_address = banks.as_ref().map(|banks| banks.address);
    opening::say_open(&config, customers.address, banks_address, admin_address);
    let opening = tokio::spawn(opening::say_who_answers(config.id.clone(), peers.clone()));
    on_start(Started {
        address: customers.address,
        admin_address,
        crash: crash.clone(),
        readiness,
        reloader,
    });

    tokio::pin!(shutdown);
    tokio::select! {
        () = &mut shutdown => {}
        fault = &mut has_ended => {
            if let Ok(fault) = fault {
                // Nothing more can be told: what is open is let go at once.
                peers.stop();
                return Err(fault);
            }
            // The thread was crashed on purpose; whoever did so ends this task too.
            shutdown.await;
        }
    }
    // It holds the deciding thread's queue, whose last holder's end is the thread's end.
    room.abort();
    reconciling.abort();
    opening.abort();
    if let Some(recovery) = recovery {
        recovery.abort();
    }
    // One that is being made ends with the process, and bears no name that anybody would put back.
    if let Some(backups) = backups {
        backups.abort();
    }
    tracing::info!(bank = %config.id, "the bank is closing");
    // They would never end by themselves; their readers come back to the next life.
    streams.close();
    // New orders would be told that the bank is ending; those under way are waited for.
    let banks = async {
        if let Some(banks) = banks {
            banks.drain(DRAIN_REQUESTS).await;
        }
    };
    tokio::join!(customers.drain(DRAIN_REQUESTS), banks, socket.drain(DRAIN_REQUESTS));
    end_engine(engine, crash).await;
    peers.drain(DRAIN_LINKS).await;
    operators.drain(Duration::from_secs(1)).await;
    match has_ended.try_recv() {
        Ok(fault) => Err(fault),
        Err(_) => {
            tracing::info!(bank = %config.id, "the bank is closed");
            Ok(())
        }
    }
}

/// A file changed while the bank was stopped must not let go of a bank with which something is open either.
fn refuse_to_forget(
    membership: &Membership,
    ledger: &mut SqliteLedger,
    reader: &Reader,
) -> Result<(), RunFault> {
    let money = reader.totals()?.others;
    let of = |account: &LedgerAccount| {
        money.iter().find(|(other, _)| other == account).map(|(_, money)| *money).unwrap_or_default()
    };
    let settings = &membership.settings;
    let recovered = ledger.recover()?;
    let refused = |why| {
        let file = membership.consortium.file.display().to_string();
        Err(RunFault::Members { file, why })
    };
    let unasked = unasked_at_start(&recovered, &settings.others);
    if !unasked.is_empty() && !settings.accept_lost_books {
        return refused(MembersRefused::Unasked(unasked));
    }
    let open = open_at_start(&recovered, &settings.me, &settings.others, of);
    if open.is_empty() { Ok(()) } else { refused(MembersRefused::Open(open)) }
}

/// Opens the operators' socket, the customers' address, and the banks' where it is another.
async fn open_listeners(
    config: &Config,
    office: BackOffice,
    node: Node,
    banks: Interbank,
) -> Result<(SocketServer, Server, Option<Server>), RunFault> {
    let socket = socket::serve(&config.admin_socket, back_office::router(office)).await?;
    let for_customers = config.tls.as_ref().map(|tls| tls.server(Audience::Customers)).transpose()?;
    let for_banks = config.interbank_tls.as_ref().map(|tls| tls.server(Audience::Banks)).transpose()?;
    let customers = http::router(node);
    let doors = Doors::new(config.connections_max, config.connections_per_address_max);
    let stall = config.pace.stall;
    match &config.interbank_listen {
        None => {
            let both = customers.merge(interbank::routes(banks));
            let both = listen(&config.listen, doors, stall, for_customers, both).await;
            Ok((socket, both.map_err(in_setting("listen"))?, None))
        }
        Some(address) => {
            let theirs = Doors::new(BANKS_CONNECTIONS_MAX, BANKS_CONNECTIONS_MAX);
            let banks = listen(address, theirs, stall, for_banks, interbank::router(banks)).await;
            let banks = banks.map_err(in_setting("interbank_listen"))?;
            let customers = listen(&config.listen, doors, stall, for_customers, customers).await;
            Ok((socket, customers.map_err(in_setting("listen"))?, Some(banks)))
        }
    }
}

/// Names where the directory of a ledger that cannot be opened is named.
fn in_data_dir(config: &Config) -> impl FnOnce(OpenFault) -> RunFault {
    let place = config.data_dir_place.clone();
    move |fault| RunFault::Open { place, fault }
}

/// Names the setting of an address that cannot be listened on.
fn in_setting(setting: &'static str) -> impl FnOnce(ListenFault) -> RunFault {
    move |fault| RunFault::Listen { setting, fault }
}

/// Ends the deciding thread: what is undecided is given up and told, and the ledger is let go of.
async fn end_engine(engine: Engine, crash: CrashSwitch) {
    let ended = blocking(move || {
        engine.shut_down();
        drop(engine);
        crash.wait();
    });
    if let Err(fault) = ended.await {
        tracing::error!(%fault, "the deciding thread ended badly");
    }
}

/// Runs what blocks where it may.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, LedgerFault> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|panic| LedgerFault::Storage { action: "work", cause: panic.to_string() })
}
