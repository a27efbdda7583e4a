//! The audit against a real consortium in this process: it holds while banks run, and finds whatever is tampered with.

mod tampered;

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use bank_node::audit::report::AuditReport;
use bank_node::audit::{Subject, run};
use bank_node::local::{LocalConsortium, LocalOptions};
use serde_json::Value;
use shared::account::AccountRef;
use shared::api::requests::{LogIn, OpenAccount, OrderPackage, SignUp};
use shared::client::{BankClient, OrderOutcome, Token};
use shared::cpf::Cpf;
use shared::ids::{BankId, PackageId};
use shared::money::Amount;
use shared::package::{End, Leg, Legs};
use shared::text::{Name, Password};
use tampered::tamper;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use uuid::Uuid;

/// A customer with an account at one bank.
struct Person {
    client: BankClient,
    token: Token,
    account: AccountRef,
}

struct Town {
    directory: TempDir,
    consortium: Option<LocalConsortium>,
    runtime: Runtime,
    people: Vec<Person>,
    ordered: u128,
}

impl Town {
    /// Three banks, one customer each with R$ 1.000,00, and some packages between them, one of them refused.
    fn found() -> Self {
        let directory = TempDir::new().expect("a directory");
        let options = LocalOptions { banks: 3, dir: directory.path().to_owned(), port: None };
        let consortium = LocalConsortium::start(&options).expect("the consortium starts");
        let runtime = Runtime::new().expect("a runtime");
        let people = consortium
            .banks()
            .iter()
            .map(|bank| {
                let client = BankClient::new(bank.address.clone()).expect("a client");
                runtime.block_on(sign_up(client))
            })
            .collect();
        let mut town = Self { directory, consortium: Some(consortium), runtime, people, ordered: 0 };
        for person in 0..3 {
            let paid = town.order(person, vec![(End::Cash, town.account(person), 100_000)]);
            assert!(matches!(paid, OrderOutcome::Committed(_)), "{paid:?}");
        }
        town.pay_around(4);
        let broke = town.order(1, vec![(town.account(1), town.account(2), 99_999_999)]);
        assert!(matches!(broke, OrderOutcome::Refused(_)), "{broke:?}");
        town
    }

    fn account(&self, person: usize) -> End {
        End::Account(self.people[person].account.clone())
    }

    fn order(&mut self, person: usize, legs: Vec<(End, End, i64)>) -> OrderOutcome {
        let legs = legs.into_iter().map(|(from, to, centavos)| {
            Leg::new(from, to, Amount::new(centavos).expect("an amount"), None).expect("a leg")
        });
        let order = OrderPackage { legs: Legs::new(legs.collect()).expect("a package") };
        self.ordered += 1;
        let id = PackageId(Uuid::from_u128((1 << 120) + self.ordered));
        let Person { client, token, .. } = &self.people[person];
        self.runtime.block_on(client.order_package(token, id, &order)).expect("an answer")
    }

    /// Each customer sends each of the others something, in one package, `rounds` times.
    fn pay_around(&mut self, rounds: usize) {
        for round in 0..rounds * 3 {
            let (from, left, right) = (round % 3, (round + 1) % 3, (round + 2) % 3);
            let legs = vec![
                (self.account(from), self.account(left), 70),
                (self.account(from), self.account(right), 30),
            ];
            let sent = self.order(from, legs);
            assert!(matches!(sent, OrderOutcome::Committed(_)), "{sent:?}");
        }
    }

    fn banks(&self) -> Vec<BankId> {
        self.people.iter().map(|person| person.account.bank.clone()).collect()
    }

    fn data_dir(&self, bank: usize) -> PathBuf {
        self.directory.path().join(self.banks()[bank].as_str())
    }

    fn config(&self, bank: usize) -> PathBuf {
        self.directory.path().join(format!("{}.toml", self.banks()[bank]))
    }

    fn subjects(&self) -> Vec<Subject> {
        let subject = |(index, bank)| Subject { bank, data_dir: self.data_dir(index) };
        self.banks().into_iter().enumerate().map(subject).collect()
    }

    fn audit(&self) -> AuditReport {
        run(&self.subjects(), &self.banks())
    }

    fn stop(&mut self) {
        if let Some(consortium) = self.consortium.take() {
            consortium.stop_all().expect("it ends");
        }
    }
}

async fn sign_up(client: BankClient) -> Person {
    let cpf = Cpf::from_base(529_982_247).expect("a CPF");
    let password = || Password::new("correct horse".to_owned());
    let name = Name::new("Maria da Silva").expect("a name");
    client.sign_up(&SignUp { cpf, name, password: password() }).await.expect("signed up");
    let token = client.log_in(&LogIn { cpf, password: password() }).await.expect("logged in").token;
    let account = client.open_account(&token, &OpenAccount::Personal).await.expect("opened").account;
    Person { client, token, account }
}

#[test]
fn the_books_of_banks_hold_while_they_run_and_after() {
    let mut town = Town::found();
    let report = town.audit();
    assert!(report.holds, "{report:#?}");
    let across = report.across.expect("three banks");
    let count = across.conservation.expect("all banks were read");
    assert_eq!((count.customers_money + count.in_transit, count.paid_in_less_out), (300_000, 300_000));

    // While packages go through, no two banks are ever seen at the same moment, and nothing is wrong all the same.
    let (subjects, banks) = (town.subjects(), town.banks());
    let auditor = std::thread::spawn(move || (0..6).map(|_| run(&subjects, &banks)).collect::<Vec<_>>());
    while !auditor.is_finished() {
        town.pay_around(1);
    }
    for report in auditor.join().expect("the auditor ends") {
        assert!(report.holds, "{report:#?}");
    }

    town.stop();
    let report = town.audit();
    assert!(report.holds, "{report:#?}");
    for bank in &report.banks {
        let books = bank.books.as_ref().expect("read");
        assert_eq!((books.customers, books.accounts), (1, 1));
        assert_eq!((books.held, books.undecided, books.prepared), (0, 0, 0), "{books:#?}");
    }
    // Fewer than all: compared, and not counted.
    let two = run(&town.subjects()[..2], &town.banks());
    assert!(two.holds && two.across.is_some_and(|across| across.conservation.is_none()));
    assert!(run(&town.subjects()[..1], &town.banks()).across.is_none());
}

#[test]
fn whatever_is_tampered_with_is_found() {
    let mut town = Town::found();
    town.stop();
    // What is done to the first bank's ledger, once its triggers are gone, and an invariant that names it.
    let acts = [
        ("UPDATE balance SET balance = balance + 1 WHERE account = 'till'", "I12"),
        ("UPDATE posting SET amount = amount + 1 WHERE number = 1", "I4"),
        ("UPDATE posting SET at_ms = at_ms + 1 WHERE number = 2", "I12"),
        ("DELETE FROM posting WHERE number = 3", "I12"),
        ("DELETE FROM posting WHERE number = (SELECT max(number) FROM posting)", "I8"),
        ("UPDATE balance SET held = 1 WHERE account LIKE '%-_'", "I7"),
        ("UPDATE package SET state = 'open', attempt = NULL WHERE state = 'spent'", "I8"),
        ("DELETE FROM package", "I8"),
        ("DELETE FROM epoch", "I10"),
        ("DELETE FROM customer", "ledger"),
    ];
    let pristine = town.data_dir(0);
    let tampered = town.directory.path().join("tampered");
    for (act, invariant) in acts {
        tamper(&pristine, &tampered, act);
        let bank = town.banks()[0].clone();
        let report = run(&[Subject { bank, data_dir: tampered.clone() }], &town.banks());
        let found: Vec<_> = report.banks[0].violations.iter().map(|violation| violation.invariant).collect();
        assert!(!report.holds && found.contains(&invariant), "{act}\nwas found as {report:#?}");
    }
    // What only the other banks' books can tell.
    let acts = [
        (
            "UPDATE attempt SET state = 'aborted', refusals = '[]', closes = 0, no_voters = '[]' WHERE state = 'committed'",
            "I1",
        ),
        ("DELETE FROM attempt", "I3"),
        ("DELETE FROM portion WHERE coordinator <> (SELECT bank FROM meta)", "I2"),
    ];
    for (act, invariant) in acts {
        tamper(&pristine, &tampered, act);
        let mut subjects = town.subjects();
        subjects[0].data_dir.clone_from(&tampered);
        let report = run(&subjects, &town.banks());
        let across = report.across.as_ref().expect("three banks");
        let found: Vec<_> = across.violations.iter().map(|violation| violation.invariant).collect();
        assert!(!report.holds && found.contains(&invariant), "{act}\nwas found as {report:#?}");
    }
    assert!(town.audit().holds, "the books themselves were left alone");
}

#[test]
fn the_command_prints_json_and_says_by_its_exit_code_whether_all_holds() {
    let mut town = Town::found();
    town.stop();
    let audit = |town: &Town| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bank-node"));
        command.arg("audit");
        for bank in 0..3 {
            command.arg("--config").arg(town.config(bank));
        }
        let output = command.output().expect("it runs");
        let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        (output.status.code(), report)
    };
    let (code, report) = audit(&town);
    assert_eq!((code, &report["holds"]), (Some(0), &Value::Bool(true)), "{report:#}");
    assert_eq!(report["across"]["conservation"]["lost"], 0);
    assert_eq!(report["banks"].as_array().map(Vec::len), Some(3));
    assert!(!report.to_string().contains("Maria"), "nothing personal is printed");

    let pristine = town.data_dir(1);
    let moved = town.directory.path().join("moved");
    fs::rename(&pristine, &moved).expect("moved");
    tamper(&moved, &pristine, "UPDATE balance SET balance = balance + 1 WHERE account = 'till'");
    let (code, report) = audit(&town);
    assert_eq!((code, &report["holds"]), (Some(4), &Value::Bool(false)), "{report:#}");

    fs::remove_dir_all(&pristine).expect("removed");
    let (code, report) = audit(&town);
    assert_eq!((code, &report["holds"]), (Some(1), &Value::Bool(false)), "{report:#}");
    assert!(report["banks"][1]["unreadable"].as_str().is_some_and(|why| why.contains("no ledger here")));
}
