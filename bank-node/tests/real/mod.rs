//! Real processes on loopback: a consortium of `bank-node serve`, each with its own directory, that tests can kill.

#![allow(dead_code, reason = "each test binary uses the part of the harness that it needs")]
#![allow(clippy::disallowed_methods, reason = "tests of real processes measure real time")]

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use bank_node::simulation::chance::Chance;
use shared::account::AccountRef;
use shared::api::requests::{LogIn, OpenAccount, OrderPackage, SignUp};
use shared::client::{BankClient, LoggedIn, OrderOutcome};
use shared::cpf::Cpf;
use shared::ids::PackageId;
use shared::money::Amount;
use shared::package::{End, Leg, Legs};
use shared::text::{Name, Password};

/// How long a state may take to come before a test gives up.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// The banks of a test.
pub const NAMES: [&str; 4] = ["aurora", "boreal", "cerrado", "dourado"];

/// A consortium of real processes in a directory of its own.
pub struct Consortium {
    /// The banks, in order.
    pub banks: Vec<BankProcess>,
    directory: tempfile::TempDir,
}

/// One bank's process, running or not.
pub struct BankProcess {
    /// Its id.
    pub id: &'static str,
    /// Its configuration.
    pub config: PathBuf,
    /// Where its customers reach it.
    pub address: String,
    /// Where its operator reaches it.
    pub admin: String,
    child: Option<Child>,
}

/// The program under test.
pub fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_bank-node"))
}

/// Ports that were free a moment ago; held together, so that they differ. Below those that systems give to outgoing
/// connections: such a one would take the port of a bank that is dead for a moment.
pub fn free_ports<const N: usize>() -> [u16; N] {
    let mut chance = Chance::new(uuid::Uuid::now_v7().as_u64_pair().1);
    let mut held: Vec<TcpListener> = Vec::new();
    while held.len() < N {
        let port = u16::try_from(chance.between(10_000, 32_000)).unwrap();
        held.extend(TcpListener::bind(("127.0.0.1", port)));
    }
    let mut ports = [0; N];
    for (slot, listener) in ports.iter_mut().zip(&held) {
        *slot = listener.local_addr().unwrap().port();
    }
    ports
}

impl Consortium {
    /// Makes keys and files for the first `count` banks; none runs yet.
    pub fn prepare(count: usize) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let ports = free_ports::<8>();
        let mut consortium = String::from("version = 1\n");
        let mut banks = Vec::new();
        for (index, id) in NAMES.into_iter().enumerate().take(count) {
            let (port, admin) = (ports[index * 2], ports[index * 2 + 1]);
            let key = directory.path().join(format!("{id}.key"));
            let keygen = program().arg("keygen").arg(&key).output().unwrap();
            assert!(keygen.status.success(), "keygen: {keygen:?}");
            let public = String::from_utf8(keygen.stdout).unwrap();
            // The first line; what follows is for TLS.
            let public = public.lines().next().unwrap();
            consortium.push_str(&format!(
                "[[bank]]\nid = \"{id}\"\nname = \"Banco {id}\"\naddress = \"http://127.0.0.1:{port}\"\npublic_key = \"{public}\"\n"
            ));
            let config = directory.path().join(format!("{id}.toml"));
            fs::write(
                &config,
                format!(
                    "id = \"{id}\"\nlisten = \"127.0.0.1:{port}\"\nadmin_listen = \"127.0.0.1:{admin}\"\n\
                     data_dir = \"data/{id}\"\nkey_file = \"{id}.key\"\nconsortium = \"consortium.toml\"\n"
                ),
            )
            .unwrap();
            let address = format!("http://127.0.0.1:{port}");
            let admin = format!("http://127.0.0.1:{admin}");
            banks.push(BankProcess { id, config, address, admin, child: None });
        }
        fs::write(directory.path().join("consortium.toml"), consortium).unwrap();
        Self { banks, directory }
    }

    /// Three banks that speak TLS, as `bank-node init` makes them in `made`; none runs yet.
    pub fn init() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let made = directory.path().join("made");
        let ports = free_ports::<6>();
        let mut init = program();
        init.arg("init").arg(&made).args(["--listen", "127.0.0.1"]);
        let address = |index: usize| format!("127.0.0.1:{}", ports[index * 2]);
        init.args(NAMES[..3].iter().enumerate().map(|(index, id)| format!("{id}={}", address(index))));
        let output = init.output().unwrap();
        assert!(output.status.success(), "init: {output:?}");
        let banks = NAMES[..3].iter().enumerate().map(|(index, id)| {
            let config = made.join(id).join("bank.toml");
            // The ports beside the customers' may be taken on this machine.
            let text = fs::read_to_string(&config).unwrap();
            let line = text.lines().find(|line| line.starts_with("admin_listen")).unwrap();
            let admin = format!("127.0.0.1:{}", ports[index * 2 + 1]);
            fs::write(&config, text.replace(line, &format!("admin_listen = \"{admin}\""))).unwrap();
            let (address, admin) = (format!("https://{}", address(index)), format!("http://{admin}"));
            BankProcess { id, config, address, admin, child: None }
        });
        Self { banks: banks.collect(), directory }
    }

    /// The same, all running and ready.
    pub async fn start(count: usize) -> Self {
        let mut consortium = Self::prepare(count);
        for bank in &mut consortium.banks {
            bank.start();
        }
        consortium.ready().await;
        consortium
    }

    /// Waits until every bank is ready.
    pub async fn ready(&self) {
        for bank in &self.banks {
            bank.ready().await;
        }
    }

    /// Where everything of it is kept.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Audits all banks together.
    pub fn audit(&self) -> Output {
        let mut command = program();
        command.arg("audit");
        for bank in &self.banks {
            command.arg("--config").arg(&bank.config);
        }
        command.output().unwrap()
    }
}

impl BankProcess {
    /// Starts the process; it is not ready yet.
    pub fn start(&mut self) {
        self.start_with(&[]);
    }

    /// The same, with more arguments.
    pub fn start_with(&mut self, arguments: &[&str]) {
        let log = self.config.with_extension("log");
        let log = fs::OpenOptions::new().create(true).append(true).open(log).unwrap();
        let child = program()
            .args(["serve", "--config"])
            .arg(&self.config)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        self.child = Some(child);
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.as_ref().expect("the bank runs").id()
    }

    /// Whether it was started and has not ended by itself.
    pub fn is_alive(&mut self) -> bool {
        self.child.as_mut().is_some_and(|child| child.try_wait().unwrap().is_none())
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.config.with_extension("log")).unwrap_or_default()
    }

    /// Waits until it says that it is ready.
    pub async fn ready(&self) {
        let began = Instant::now();
        let http = plain_http();
        loop {
            let answer = http.get(format!("{}/readyz", self.admin)).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            assert!(began.elapsed() < PATIENCE, "{} is not ready; its log:\n{}", self.id, self.log());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// SIGKILL: nothing drained, nothing said.
    pub fn kill(&mut self) {
        let mut child = self.child.take().expect("the bank runs");
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Sends a signal by name: `STOP`, `CONT`, `TERM`.
    pub fn signal(&self, name: &str) {
        let status =
            Command::new("kill").arg(format!("-{name}")).arg(self.pid().to_string()).status().unwrap();
        assert!(status.success());
    }

    /// Waits for it to end by itself, and hands its exit code over.
    pub fn wait(&mut self) -> Option<i32> {
        let mut child = self.child.take().expect("the bank runs");
        let began = Instant::now();
        loop {
            if let Some(status) = child.try_wait().unwrap() {
                return status.code();
            }
            if began.elapsed() > PATIENCE {
                child.kill().unwrap();
                panic!("{} does not end; its log:\n{}", self.id, self.log());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// A client of it.
    pub fn client(&self) -> BankClient {
        BankClient::new(self.address.parse().unwrap()).unwrap()
    }
}

impl Drop for BankProcess {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _already_gone = child.kill();
            let _reaped = child.wait();
        }
    }
}

/// Plain HTTP without the bank's client, for what only scripts do.
pub fn plain_http() -> reqwest::Client {
    // The provider may be installed already by another test of this binary.
    let _already = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().timeout(Duration::from_secs(10)).build().unwrap()
}

/// A customer at one bank, with one personal account.
#[derive(Clone)]
pub struct Person {
    /// A client of their bank.
    pub bank: BankClient,
    /// Their log-in.
    pub session: LoggedIn,
    /// Their account.
    pub account: AccountRef,
}

impl Person {
    /// Signs up, logs in and opens a personal account.
    pub async fn join(bank: BankClient, base: u32, name: &str) -> Self {
        let cpf = Cpf::from_base(base).unwrap();
        let password = || Password::new("correct horse".to_owned());
        bank.sign_up(&SignUp { cpf, name: Name::new(name).unwrap(), password: password() }).await.unwrap();
        let session = bank.log_in(&LogIn { cpf, password: password() }).await.unwrap();
        let account = bank.open_account(&session.token, &OpenAccount::Personal).await.unwrap().account;
        Self { bank, session, account }
    }

    /// Pays cash in, and it must be committed.
    pub async fn pay_in(&self, centavos: i64) {
        let order = order(vec![(None, Some(&self.account), centavos)]);
        let outcome = self.bank.order_package(&self.session.token, fresh_package(), &order).await.unwrap();
        assert!(matches!(outcome, OrderOutcome::Committed(_)), "{outcome:?}");
    }

    /// Balance, held and incoming of the account.
    pub async fn money(&self) -> (i64, i64, i64) {
        let account = self.bank.account(&self.session.token, &self.account).await.unwrap();
        (account.balance, account.held, account.incoming)
    }
}

/// An id as a customer's client makes one.
pub fn fresh_package() -> PackageId {
    PackageId(uuid::Uuid::now_v7())
}

/// A package of these legs.
pub fn order(legs: Vec<(Option<&AccountRef>, Option<&AccountRef>, i64)>) -> OrderPackage {
    let end =
        |account: Option<&AccountRef>| account.map_or(End::Cash, |account| End::Account(account.clone()));
    let leg = |(from, to, amount)| Leg::new(end(from), end(to), Amount::new(amount).unwrap(), None).unwrap();
    OrderPackage { legs: Legs::new(legs.into_iter().map(leg).collect()).unwrap() }
}
