//! A payroll in the real binary, against three real banks: a table of sixty rows opened from a file, kept as a template,
//! reviewed, sent, committed at all three banks; in the next run template and payees are there, for this customer only.

#![cfg(all(unix, feature = "demo"))]
#![expect(clippy::disallowed_methods, reason = "a test's deadline reads the clock")]

#[expect(dead_code, reason = "another test uses the rest")]
mod pseudo_terminal;

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use bank_node::local::{LocalConsortium, LocalOptions};
use shared::account::AccountRef;
use shared::api::requests::{LogIn, OpenAccount, OrderPackage, SignUp};
use shared::client::{BankClient, OrderOutcome};
use shared::cpf::Cpf;
use shared::ids::PackageId;
use shared::money::Amount;
use shared::package::{End, Leg, Legs};
use shared::text::{Name, Password};

use self::pseudo_terminal::Session;

const PASSWORD: &str = "uma senha boa";
const ROWS: usize = 60;
const CTRL_S: &str = "\x13";
const END: &str = "\x1b[F";

const F5: &str = "\x1b[15~";

/// Somebody who is a customer of a bank, with an account there, and money in it where it is wanted.
async fn settle(address: &str, cpf: &str, name: &str, centavos: i64) -> AccountRef {
    let bank = BankClient::new(address.parse().expect("an address")).expect("a client");
    let password = || Password::new(PASSWORD.to_owned());
    let cpf: Cpf = cpf.parse().expect("a CPF");
    let who = SignUp { cpf, name: Name::new(name).expect("a name"), password: password() };
    bank.sign_up(&who).await.expect("signed up");
    let session = bank.log_in(&LogIn { cpf, password: password() }).await.expect("logged in");
    let opened = bank.open_account(&session.token, &OpenAccount::Personal).await.expect("opened");
    if centavos > 0 {
        let amount = Amount::new(centavos).expect("an amount");
        let leg = Leg::new(End::Cash, End::Account(opened.account.clone()), amount, None).expect("a leg");
        let order = OrderPackage { legs: Legs::new(vec![leg]).expect("legs") };
        let id = PackageId(uuid::Uuid::from_u128(7));
        let paid = bank.order_package(&session.token, id, &order).await.expect("an answer");
        assert!(matches!(paid, OrderOutcome::Committed(_)), "{paid:?}");
    }
    opened.account
}

fn start(state: &Path, address: &str, cpf: &str) -> Session {
    let mut session = Session::start(state, &["--bank", address], &[]);
    session.wait_for(&["O que você quer fazer?"]);
    session.press("1");
    session.wait_for(&["Senha"]);
    session.press(&format!("{cpf}\t{PASSWORD}\r"));
    session.wait_for(&["Início", "Suas contas"]);
    session
}

/// Every file below, whatever its depth.
fn files(directory: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(directory).expect("a directory").flatten() {
        if entry.path().is_dir() {
            files(&entry.path(), found);
        } else {
            found.push(entry.path());
        }
    }
}

#[test]
fn a_payroll_of_sixty_is_one_file_and_stays_a_template() {
    let dirs = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let options = LocalOptions { banks: 3, dir: dirs[0].path().to_path_buf(), port: None };
    let banks = LocalConsortium::start(&options).expect("three banks");
    let addresses: Vec<String> = banks.banks().iter().map(|b| b.address.to_string()).collect();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let (payer, payees) = runtime.block_on(async {
        let payer = settle(&addresses[0], "52998224725", "Ana Souza", 1_000_000).await;
        let mut payees = Vec::new();
        for address in &addresses {
            payees.push(settle(address, "11144477735", "Bruno Lima", 0).await);
        }
        (payer, payees)
    });

    let mut table = String::from("\u{FEFF}de;para;valor;descricao\r\n");
    for n in 0..ROWS {
        table.push_str(&format!("{payer};{};10,50;\"Salário; {}\"\r\n", payees[n % payees.len()], n + 1));
    }
    let path = dirs[1].path().join("folha.csv");
    std::fs::write(&path, &table).unwrap();
    let state = dirs[1].path().join("state");

    let mut session = start(&state, &addresses[0], "52998224725");
    session.wait_for(&["R$ 10.000,00"]);
    session.press("2");
    session.wait_for(&["Nenhuma transferência ainda."]);
    session.press("o");
    session.wait_for(&["Abrir pacote de um arquivo"]);
    session.press(&format!("{}\r", path.display()));
    session.wait_for(&["Transferências: 60 de 64", "Total R$ 630,00"]);
    session.press("T");
    session.wait_for(&["Guardar como modelo"]);
    session.press("Folha de novembro\r");
    session.wait_for(&["Modelo guardado: Folha de novembro"]);
    session.press(CTRL_S);
    session.wait_until("the names", |s| s.text().contains("[ Enviar ]"));
    session.press(END);
    session.wait_for(&["60 ✓  aurora/"]);
    session.press("\t");
    session.wait_for(&["▸ Enviar ◂"]);
    session.press("\r");
    session.wait_for(&["✓ Realizado", "✓ Banco Aurora   lançado", "✓ Banco Boreal   lançado"]);
    session.wait_for(&["✓ Banco Cerrado  lançado"]);
    session.press("\x1b");
    session.wait_for(&["Suas contas", "R$ 9.370,00"]);

    // What is kept tells no CPF by its name, and nobody else's user can read it.
    let mut kept = Vec::new();
    files(&state.join("people"), &mut kept);
    assert!(kept.iter().any(|f| f.ends_with("templates/Folha de novembro.txt")), "{kept:?}");
    for file in &kept {
        assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600, "{file:?}");
        assert!(!file.display().to_string().contains("52998224725"));
    }
    drop(session);

    // The next run knows the template and who was paid; another customer on this machine sees neither.
    let mut session = start(&state, &addresses[0], "52998224725");
    // The form takes the one account for the payer only when it knows it.
    session.wait_for(&["R$ 9.370,00"]);
    session.press("2");
    session.wait_for(&["Nenhuma transferência ainda."]);
    session.press("t");
    session.wait_for(&["Folha de novembro · transferências: 60"]);
    session.press("\r");
    session.wait_for(&["Transferências: 60 de 64"]);
    session.press("n");
    session.wait_for(&["Nova transferência"]);
    session.press(F5);
    session.wait_for(&["B**** L***", "(20×)"]);
    drop(session);
    let mut session = start(&state, &addresses[0], "11144477735");
    session.press("2");
    session.wait_for(&["Nenhuma transferência ainda."]);
    session.press("t");
    session.wait_for(&["Nenhum modelo guardado ainda"]);
}
