//! A whole consortium in one process, each bank on a runtime and a ledger of its own: for scripts (`bank-node local`),
//! the demo, tests and benches.
//!
//! Nothing here needs an async caller, and nothing but [`LocalConsortium::start`] and its kin blocks for long.

use std::fmt::Write as _;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use shared::address::BankAddress;
use shared::ids::BankId;
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::config::{self, ConfigError, Overrides};
use crate::ids;
use crate::peers::keys::{KeyError, PrivateKey};
use crate::run::{CrashSwitch, RunFault, Started, run_watched};

/// Banks that a consortium in one process has at most.
pub const BANKS_MAX: usize = 16;
/// How often a start is tried.
const START_TRIES_MAX: u32 = 3;
/// How long a bank may take to start, its recovery included.
const START_DEADLINE: Duration = Duration::from_secs(30);
/// How long a bank that listens is waited for to take packages.
const READY_DEADLINE: Duration = Duration::from_secs(2);
/// How long what a crashed bank was doing may take to be dropped.
const CRASH_DEADLINE: Duration = Duration::from_secs(5);
/// How long a bank may take to end when it is asked to.
const END_DEADLINE: Duration = Duration::from_secs(12);
/// Between the customers' port of a bank and its operators'.
const ADMIN_PORT_OFFSET: u16 = 100;
/// Ports that are tried where any will do: below those that systems give to connections going out, which would
/// otherwise take a stopped bank's.
const PORTS: std::ops::Range<u16> = 10_000..30_000;

const NAMES: [&str; BANKS_MAX] = [
    "Aurora",
    "Boreal",
    "Cerrado",
    "Dunas",
    "Estrela",
    "Farol",
    "Garoa",
    "Horizonte",
    "Ipê",
    "Jangada",
    "Lagoa",
    "Mirante",
    "Nascente",
    "Oceano",
    "Planalto",
    "Restinga",
];
const IDS: [&str; BANKS_MAX] = [
    "aurora",
    "boreal",
    "cerrado",
    "dunas",
    "estrela",
    "farol",
    "garoa",
    "horizonte",
    "ipe",
    "jangada",
    "lagoa",
    "mirante",
    "nascente",
    "oceano",
    "planalto",
    "restinga",
];

/// Why a consortium did not start.
#[derive(Debug, thiserror::Error)]
pub enum LocalFault {
    /// More or fewer banks than can be.
    #[error("a local consortium has 1 to {BANKS_MAX} banks")]
    Banks,
    /// The directory cannot be used.
    #[error("{path}: {cause}")]
    Directory {
        /// Which file or directory.
        path: String,
        /// The system's own words.
        cause: std::io::Error,
    },
    /// A key cannot be made.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// What was written is not read back: a mistake in this program, or somebody else's file.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A bank did not start.
    #[error("{bank} did not start: {cause}")]
    Start {
        /// Which.
        bank: BankId,
        /// Why.
        cause: String,
    },
    /// No port is free.
    #[error("no port is free")]
    Ports,
}

/// How a consortium in one process is set up.
#[derive(Clone, Debug)]
pub struct LocalOptions {
    /// How many banks.
    pub banks: usize,
    /// Where keys, configurations and ledgers are. What is there is gone on with.
    pub dir: PathBuf,
    /// The first bank's port, the others' after it; a taken one is replaced by another. `None`: any that is free.
    pub port: Option<u16>,
}

/// A bank of the consortium, running or not.
pub struct LocalBank {
    /// Its id.
    pub id: BankId,
    /// Its name.
    pub name: String,
    /// Where customers and banks reach it.
    pub address: BankAddress,
    /// Where operators do.
    pub admin_address: BankAddress,
    /// Its bank.toml.
    pub config: PathBuf,
    running: Option<Running>,
}

struct Running {
    runtime: tokio::runtime::Runtime,
    stop: Option<oneshot::Sender<()>>,
    ended: Receiver<Result<(), RunFault>>,
    crash: CrashSwitch,
}

/// A whole consortium in one process. Dropped, its banks crash.
pub struct LocalConsortium {
    banks: Vec<LocalBank>,
}

impl LocalConsortium {
    /// Writes what is missing in the directory, and starts every bank.
    ///
    /// # Errors
    /// As [`LocalFault`] says.
    pub fn start(options: &LocalOptions) -> Result<Self, LocalFault> {
        if !(1..=BANKS_MAX).contains(&options.banks) {
            return Err(LocalFault::Banks);
        }
        let mut tries = 1;
        loop {
            match Self::set_up_and_start(options) {
                // Between the choosing of a port and its use another process may have taken it.
                Err(LocalFault::Start { .. }) if tries < START_TRIES_MAX => tries += 1,
                done => return done,
            }
        }
    }

    fn set_up_and_start(options: &LocalOptions) -> Result<Self, LocalFault> {
        let banks = set_up(options)?;
        let mut consortium = Self { banks };
        for index in 0..consortium.banks.len() {
            consortium.start_bank(index)?;
        }
        Ok(consortium)
    }

    /// Every bank, in order.
    #[must_use]
    pub fn banks(&self) -> &[LocalBank] {
        &self.banks
    }

    /// Starts a bank that is stopped, on its own address; waits until it takes packages. A running one is left alone.
    ///
    /// # Errors
    /// As [`LocalFault`] says.
    pub fn start_bank(&mut self, index: usize) -> Result<(), LocalFault> {
        let bank = &mut self.banks[index];
        if bank.running.is_none() {
            bank.running = Some(start(&bank.id, &bank.config)?);
        }
        Ok(())
    }

    /// Whether a bank runs.
    #[must_use]
    pub fn is_running(&self, index: usize) -> bool {
        self.banks[index].running.is_some()
    }

    /// Stops a bank as a crash does: nothing drained, nothing said, every connection cut.
    pub fn stop_as_crash(&mut self, index: usize) {
        if let Some(running) = self.banks[index].running.take() {
            crash(running);
        }
    }

    /// Makes a bank crash in the middle of the next package that reaches it, or of one that is under way: once it has
    /// stored and told something, and before it knows the end. [`LocalConsortium::has_crashed`] tells when.
    pub fn crash_mid_package(&self, index: usize) {
        if let Some(running) = &self.banks[index].running {
            running.crash.crash_mid_package();
        }
    }

    /// Whether a bank decides nothing any more, though nobody has stopped it; [`LocalConsortium::stop_as_crash`] then cuts
    /// its connections too.
    #[must_use]
    pub fn has_crashed(&self, index: usize) -> bool {
        self.banks[index].running.as_ref().is_none_or(|running| running.crash.has_crashed())
    }

    /// Stops a bank as SIGTERM does: what is under way is ended, what was decided is told.
    ///
    /// # Errors
    /// Why it ended otherwise.
    pub fn stop(&mut self, index: usize) -> Result<(), LocalFault> {
        let bank = &mut self.banks[index];
        match bank.running.take() {
            Some(running) => end(&bank.id, running),
            None => Ok(()),
        }
    }

    /// Stops every bank as SIGTERM does, all at once.
    ///
    /// # Errors
    /// Why the first of them ended otherwise.
    pub fn stop_all(mut self) -> Result<(), LocalFault> {
        let running = self.banks.iter_mut().filter_map(|bank| Some((bank.id.clone(), bank.running.take()?)));
        let ends: Vec<JoinHandle<Result<(), LocalFault>>> =
            running.map(|(id, running)| std::thread::spawn(move || end(&id, running))).collect();
        let mut all = Ok(());
        for ended in ends {
            let one = ended.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            all = all.and(one);
        }
        all
    }
}

impl Drop for LocalConsortium {
    fn drop(&mut self) {
        for bank in &mut self.banks {
            if let Some(running) = bank.running.take() {
                crash(running);
            }
        }
    }
}

/// Starts the bank configured in `config` and waits until it takes packages.
fn start(id: &BankId, config: &Path) -> Result<Running, LocalFault> {
    let fault = |cause: String| LocalFault::Start { bank: id.clone(), cause };
    let config = config::load(config, Overrides::default())?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name(format!("bank-{id}"))
        .enable_all()
        .build()
        .map_err(|error| fault(error.to_string()))?;
    let (say_started, has_started) = channel::<Started>();
    let (say_ended, ended) = channel();
    let (stop, stopped) = oneshot::channel::<()>();
    runtime.spawn(async move {
        let on_start = move |started| {
            let _nobody_waits = say_started.send(started);
        };
        let shutdown = async {
            // A sender dropped without a word is no order to stop: the runtime is about to go.
            if stopped.await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        let _nobody_waits = say_ended.send(run_watched(config, on_start, shutdown).await);
    });
    let started = match has_started.recv_timeout(START_DEADLINE) {
        Ok(started) => started,
        Err(why) => {
            let cause = match (why, ended.try_recv()) {
                (_, Ok(Err(run_fault))) => run_fault.to_string(),
                (RecvTimeoutError::Timeout, _) => format!("not within {} s", START_DEADLINE.as_secs()),
                (RecvTimeoutError::Disconnected, _) => "it ended at once".to_owned(),
            };
            runtime.shutdown_background();
            return Err(fault(cause));
        }
    };
    // It listens; a moment later it also takes packages, unless its books prove older than what others have seen.
    let deadline = Instant::now() + READY_DEADLINE;
    while !started.readiness.is_ready() && Instant::now() < deadline {
        std::thread::yield_now();
    }
    Ok(Running { runtime, stop: Some(stop), ended, crash: started.crash })
}

fn crash(running: Running) {
    // First nothing more may be stored; then every connection and every sender goes, which the thread notices.
    let Running { runtime, crash, .. } = running;
    crash.crash();
    // Waited for on a thread of its own, since whoever crashes a bank may itself be within a runtime. Until its tasks are
    // gone the listener still has the port, which the bank wants again at its next start.
    let gone = std::thread::spawn(move || runtime.shutdown_timeout(CRASH_DEADLINE));
    crash.wait();
    let _however_it_ended = gone.join();
}

fn end(id: &BankId, mut running: Running) -> Result<(), LocalFault> {
    let fault = |cause: String| LocalFault::Start { bank: id.clone(), cause };
    if let Some(stop) = running.stop.take() {
        let _has_ended = stop.send(());
    }
    let ended = running.ended.recv_timeout(END_DEADLINE);
    running.runtime.shutdown_background();
    match ended {
        Ok(ended) => ended.map_err(|error| fault(error.to_string())),
        Err(_) => Err(fault(format!("it did not end within {} s", END_DEADLINE.as_secs()))),
    }
}

/// Writes keys where there are none, and the configurations anew: ports may have changed.
fn set_up(options: &LocalOptions) -> Result<Vec<LocalBank>, LocalFault> {
    let dir = &options.dir;
    let at = |path: &Path| {
        let path = path.display().to_string();
        move |cause| LocalFault::Directory { path, cause }
    };
    std::fs::create_dir_all(dir).map_err(at(dir))?;
    let ports = choose_ports(options)?;
    let mut consortium = String::from("version = 1\n");
    let mut banks = Vec::new();
    for (index, (port, admin_port)) in ports.into_iter().enumerate() {
        let (id, name) = (IDS[index], format!("Banco {}", NAMES[index]));
        let key_file = dir.join(format!("{id}.key"));
        let key = if key_file.exists() {
            PrivateKey::read_file(&key_file)?
        } else {
            PrivateKey::make_file(&key_file, &ids::bytes())?
        };
        let _infallible = write!(
            consortium,
            "\n[[bank]]\nid = \"{id}\"\nname = \"{name}\"\naddress = \"http://127.0.0.1:{port}\"\npublic_key = \"{}\"\n",
            key.public_key()
        );
        let config = dir.join(format!("{id}.toml"));
        let text = format!(
            "id = \"{id}\"\nlisten = \"127.0.0.1:{port}\"\nadmin_listen = \"127.0.0.1:{admin_port}\"\n\
             data_dir = \"{id}\"\nkey_file = \"{id}.key\"\nconsortium = \"consortium.toml\"\n"
        );
        std::fs::write(&config, text).map_err(at(&config))?;
        banks.push(LocalBank {
            id: id.parse().map_err(|_| LocalFault::Banks)?,
            name,
            address: loopback(port),
            admin_address: loopback(admin_port),
            config,
            running: None,
        });
    }
    let file = dir.join("consortium.toml");
    std::fs::write(&file, consortium).map_err(at(&file))?;
    Ok(banks)
}

fn loopback(port: u16) -> BankAddress {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port)).into()
}

/// Two ports for each bank: those wished for where they are free, others where not.
fn choose_ports(options: &LocalOptions) -> Result<Vec<(u16, u16)>, LocalFault> {
    // Each is held until all are chosen, or one could be chosen twice.
    let mut held: Vec<TcpListener> = Vec::new();
    let mut chosen = Vec::new();
    for index in 0..options.banks {
        let wish = options.port.and_then(|first| first.checked_add(u16::try_from(index).ok()?));
        let port = hold(wish, &mut held)?;
        let admin_port = hold(wish.and_then(|wish| wish.checked_add(ADMIN_PORT_OFFSET)), &mut held)?;
        chosen.push((port, admin_port));
    }
    Ok(chosen)
}

fn hold(wish: Option<u16>, held: &mut Vec<TcpListener>) -> Result<u16, LocalFault> {
    let span = u64::from(PORTS.end - PORTS.start);
    let any = || PORTS.start + u16::try_from(ids::dice() % span).unwrap_or_default();
    let tries = wish.into_iter().chain(std::iter::repeat_with(any).take(1_000));
    for port in tries {
        if let Ok(listener) = TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            held.push(listener);
            return Ok(port);
        }
    }
    Err(LocalFault::Ports)
}
