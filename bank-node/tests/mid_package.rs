//! A bank that is told to crash in the middle of a package does so with its promise on disk, and finds the end when it is
//! back: what the demonstration shows.

#![allow(clippy::disallowed_methods, reason = "tests of real banks measure real time")]

use std::time::{Duration, Instant};

use bank_node::audit::{self, Subject};
use bank_node::ledger::sqlite::snapshot::read_directory;
use bank_node::local::{LocalConsortium, LocalOptions};
use bank_node::protocol::records::PortionState;
use shared::account::AccountRef;
use shared::api::requests::{LogIn, OpenAccount, OrderPackage, SignUp};
use shared::client::{BankClient, LoggedIn, OrderOutcome};
use shared::cpf::Cpf;
use shared::ids::{BankId, PackageId};
use shared::money::Amount;
use shared::package::{End, Leg, Legs};
use shared::text::{Name, Password};
use uuid::Uuid;

const PATIENCE: Duration = Duration::from_secs(30);

async fn join(bank: &BankClient) -> (LoggedIn, AccountRef) {
    let cpf = Cpf::from_base(710_000_000).expect("a CPF");
    let password = || Password::new("correct horse".to_owned());
    let name = Name::new("Ana Souza").expect("a name");
    bank.sign_up(&SignUp { cpf, name, password: password() }).await.expect("signed up");
    let session = bank.log_in(&LogIn { cpf, password: password() }).await.expect("logged in");
    let account = bank.open_account(&session.token, &OpenAccount::Personal).await.expect("opened").account;
    (session, account)
}

fn order(from: End, to: &AccountRef) -> OrderPackage {
    let leg =
        Leg::new(from, End::Account(to.clone()), Amount::new(100).expect("an amount"), None).expect("a leg");
    OrderPackage { legs: Legs::new(vec![leg]).expect("legs") }
}

fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < PATIENCE, "{what} did not come");
        std::thread::yield_now();
    }
}

#[test]
fn a_bank_crashes_with_its_promise_on_disk_and_finds_the_end_when_it_is_back() {
    let directory = tempfile::tempdir().expect("a directory");
    let options = LocalOptions { banks: 2, dir: directory.path().to_owned(), port: None };
    let mut consortium = LocalConsortium::start(&options).expect("two banks");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let banks: Vec<BankClient> = consortium
        .banks()
        .iter()
        .map(|bank| BankClient::new(bank.address.clone()).expect("a client"))
        .collect();
    let ids: Vec<BankId> = consortium.banks().iter().map(|bank| bank.id.clone()).collect();
    let (payer, from) = runtime.block_on(join(&banks[0]));
    let (_, to) = runtime.block_on(join(&banks[1]));
    let send = |id: u128, order: &OrderPackage| {
        runtime.block_on(banks[0].order_package(&payer.token, PackageId(Uuid::from_u128(id)), order))
    };
    let paid = send(1, &order(End::Cash, &from)).expect("an answer");
    assert!(matches!(paid, OrderOutcome::Committed(_)), "{paid:?}");

    let pays = order(End::Account(from.clone()), &to);
    consortium.crash_mid_package(1);
    assert!(!consortium.has_crashed(1), "nothing is under way");
    let outcome = send(2, &pays).expect("an answer");
    wait_until("the crash", || consortium.has_crashed(1));
    consortium.stop_as_crash(1);
    let promised = read_directory(&directory.path().join(ids[1].as_str())).expect("its books");
    let in_doubt = |state: &PortionState| matches!(state, PortionState::Prepared(_));
    assert_eq!(
        promised.portions.values().filter(|portion| in_doubt(&portion.state)).count(),
        1,
        "{outcome:?}"
    );

    consortium.start_bank(1).expect("it starts");
    // Where the vote was lost with the bank the package was given up, and is ordered again under its id.
    wait_until(
        "the payment",
        || matches!(send(2, &pays), Ok(OrderOutcome::Committed(package)) if package.settled),
    );
    let subjects: Vec<Subject> = ids
        .iter()
        .map(|bank| Subject { bank: bank.clone(), data_dir: directory.path().join(bank.as_str()) })
        .collect();
    let report = audit::run(&subjects, &ids);
    assert!(report.holds, "{report:#?}");
    let account = runtime.block_on(banks[0].account(&payer.token, &from)).expect("the account");
    assert_eq!((account.balance, account.held), (0, 0));
}
