//! Real banks in this process, and people who are their customers already: over HTTP, where the screens are not what is
//! tested.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use bank_node::local::{LocalConsortium, LocalOptions};
use shared::account::AccountRef;
use shared::api::replies::AccountReply;
use shared::api::requests::{LogIn, OpenAccount, OrderPackage, SignUp};
use shared::client::{BankClient, LoggedIn, OrderOutcome};
use shared::cpf::Cpf;
use shared::ids::PackageId;
use shared::package::Legs;
use shared::text::{Name, Password};
use tempfile::TempDir;
use tokio::runtime::Runtime;

pub const PASSWORD: &str = "uma senha boa";
pub const ANA: &str = "52998224725";
pub const BRUNO: &str = "11144477735";

/// The banks, in order of their ids.
pub const AURORA: usize = 0;
pub const BOREAL: usize = 1;
pub const CERRADO: usize = 2;

/// How long a bank may take to have booked something.
const DEADLINE: Duration = Duration::from_secs(60);

/// A consortium, and a directory for what its customers keep.
pub struct Town {
    pub banks: LocalConsortium,
    runtime: Runtime,
    /// Orders made over HTTP, for ids of their own.
    orders: u128,
    own: TempDir,
    _books: TempDir,
}

/// Somebody with a session at a bank.
pub struct Customer {
    bank: BankClient,
    pub session: LoggedIn,
}

impl Town {
    /// So many banks.
    pub fn open(banks: usize) -> Self {
        let books = tempfile::tempdir().expect("a directory");
        let options = LocalOptions { banks, dir: books.path().to_path_buf(), port: None };
        let banks = LocalConsortium::start(&options).expect("the banks start");
        let runtime = Runtime::new().expect("a runtime");
        Self { banks, runtime, orders: 0, own: tempfile::tempdir().expect("a directory"), _books: books }
    }

    /// Where a bank is, as people type it.
    pub fn address(&self, bank: usize) -> String {
        self.banks.banks()[bank].address.to_string().replace("http://", "")
    }

    /// A path of this test alone.
    pub fn path(&self, name: &str) -> PathBuf {
        self.own.path().join(name)
    }

    /// Signs somebody up, and logs them in.
    pub fn sign_up(&self, bank: usize, cpf: &str, name: &str) -> Customer {
        let who = SignUp { cpf: cpf_of(cpf), name: Name::new(name).expect("a name"), password: password() };
        let client = self.client(bank);
        self.runtime.block_on(client.sign_up(&who)).expect("signed up");
        self.log_in(bank, cpf)
    }

    /// Logs somebody in.
    pub fn log_in(&self, bank: usize, cpf: &str) -> Customer {
        let client = self.client(bank);
        let body = LogIn { cpf: cpf_of(cpf), password: password() };
        let session = self.runtime.block_on(client.log_in(&body)).expect("logged in");
        Customer { bank: client, session }
    }

    /// Opens a personal account, with cash in it where any is wanted.
    pub fn account(&mut self, customer: &Customer, reais: &str) -> AccountRef {
        let opening = customer.bank.open_account(&customer.session.token, &OpenAccount::Personal);
        let account = self.runtime.block_on(opening).expect("opened").account;
        if !reais.is_empty() {
            self.order(customer, &[&format!("cash={account}:{reais}")]);
        }
        account
    }

    /// Orders a package that is done at once.
    pub fn order(&mut self, customer: &Customer, legs: &[&str]) {
        let read = |line: &&str| tui_client::widgets::leg_line::leg(line).expect("a leg");
        let order = OrderPackage { legs: Legs::new(legs.iter().map(read).collect()).expect("legs") };
        self.orders += 1;
        let id = PackageId(uuid::Uuid::from_u128(self.orders));
        let ordering = customer.bank.order_package(&customer.session.token, id, &order);
        let outcome = self.runtime.block_on(ordering).expect("an answer");
        assert!(matches!(outcome, OrderOutcome::Committed(_)), "{outcome:?}");
    }

    /// What somebody holds at their bank, as the bank says.
    pub fn accounts(&self, customer: &Customer) -> Vec<AccountReply> {
        let asking = customer.bank.accounts(&customer.session.token);
        self.runtime.block_on(asking).expect("the accounts").accounts
    }

    /// The balance of somebody's only account, in centavos, nothing of it on its way.
    pub fn balance(&self, customer: &Customer) -> i64 {
        let accounts = self.accounts(customer);
        let [account] = accounts.as_slice() else { panic!("not one account: {accounts:?}") };
        assert_eq!((account.held, account.incoming), (0, 0), "money is on its way: {account:?}");
        account.balance
    }

    /// Waits until somebody's only account has this balance, and nothing of it on its way.
    pub fn wait_for_balance(&self, customer: &Customer, centavos: i64) {
        let deadline = Instant::now() + DEADLINE;
        let there = || {
            let accounts = self.accounts(customer);
            accounts.iter().all(|a| (a.balance, a.held, a.incoming) == (centavos, 0, 0))
        };
        while !there() {
            assert!(Instant::now() < deadline, "{centavos} did not come: {:?}", self.accounts(customer));
        }
    }

    /// How many packages somebody has ordered at their bank.
    pub fn ordered(&self, customer: &Customer) -> usize {
        let page = shared::client::Page { limit: None, before: None };
        let asking = customer.bank.packages(&customer.session.token, page);
        self.runtime.block_on(asking).expect("the packages").packages.len()
    }

    /// Ends every other session that somebody has at their bank.
    pub fn end_sessions(&self, customer: &Customer) {
        let token = &customer.session.token;
        self.runtime.block_on(async {
            let sessions = customer.bank.sessions(token).await.expect("the sessions").sessions;
            for session in sessions.iter().filter(|s| !s.current) {
                customer.bank.end_session(token, session.id).await.expect("ended");
            }
        });
    }

    fn client(&self, bank: usize) -> BankClient {
        BankClient::new(self.banks.banks()[bank].address.clone()).expect("a client")
    }
}

fn cpf_of(text: &str) -> Cpf {
    text.parse().expect("a CPF")
}

fn password() -> Password {
    Password::new(PASSWORD.to_owned())
}
