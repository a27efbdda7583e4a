//! Two people at one bank, each in a client of their own: one opens a joint account, the other is invited, accepts and
//! pays from it; then changes the password, covers the balances, locks the screen and opens it again.

#![cfg(all(unix, feature = "demo"))]
#![expect(clippy::disallowed_methods, reason = "a test's deadline reads the clock")]

#[allow(dead_code, reason = "each test uses its part of it")]
mod pseudo_terminal;

use std::path::Path;

use bank_node::local::{LocalConsortium, LocalOptions};

use self::pseudo_terminal::Session;

const PASSWORD: &str = "uma senha boa";
const ANOTHER: &str = "outra senha boa";
const BRUNO: &str = "11144477735";

const CTRL_O: &str = "\x0f";
const CTRL_S: &str = "\x13";
const F6: &str = "\x1b[17~";

fn sign_up(state: &Path, address: &str, name: &str, cpf: &str) -> Session {
    let mut session = Session::start(state, &["--bank", address], &[]);
    session.wait_for(&["O que você quer fazer?"]);
    session.press("2");
    session.wait_for(&["Nome completo"]);
    session.press(&format!("{name}\t{cpf}\t{PASSWORD}\t{PASSWORD}\r"));
    session.wait_for(&["Início", "Nenhuma conta ainda."]);
    session
}

/// Opens an account by these keys in the form, and gives its number.
fn open_account(session: &mut Session, keys: &str) -> String {
    session.press("5");
    session.wait_for(&["Primeiro depósito"]);
    session.press(&format!("{keys}{CTRL_S}"));
    session.wait_for(&["✓ Conta aberta", "Número da conta"]);
    let text = session.text();
    let number = text.split("Número da conta").nth(1).and_then(|rest| rest.split_whitespace().next());
    let number = number.unwrap_or_else(|| panic!("no number:\n{text}")).to_owned();
    session.press("\r");
    session.wait_for(&["Suas contas", &number]);
    number
}

/// Pays by pasting one line into the builder.
fn pay(session: &mut Session, line: &str) {
    session.press("2");
    session.wait_for(&["Nenhuma transferência ainda."]);
    session.press(&format!("\x1b[200~{line}\x1b[201~"));
    session.wait_for(&["Transferências: 1 de 64"]);
    session.press(CTRL_S);
    session.wait_until("the name", |s| s.text().contains("[ Enviar ]"));
    session.press("\t");
    session.wait_for(&["▸ Enviar ◂"]);
    session.press("\r");
    session.wait_for(&["✓ Realizado"]);
    session.press("\x1b");
    session.wait_for(&["Suas contas"]);
}

#[test]
fn an_invited_person_accepts_pays_and_keeps_strangers_out() {
    let dirs = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let options = LocalOptions { banks: 1, dir: dirs[0].path().to_path_buf(), port: None };
    let banks = LocalConsortium::start(&options).expect("a bank");
    let address = banks.banks()[0].address.to_string();
    let mut bruno = sign_up(dirs[1].path(), &address, "Bruno Lima", BRUNO);
    let mut ana = sign_up(dirs[2].path(), &address, "Ana Souza", "52998224725");
    let own = open_account(&mut ana, "\t");
    let joint = open_account(&mut ana, &format!("2\t{BRUNO}\t\t\t500,00"));
    ana.wait_for(&["R$ 500,00"]);

    // Bruno sees the invitation at home, and accepts it.
    bruno.press("r");
    bruno.wait_for(&["1 convite espera resposta"]);
    bruno.press("i");
    bruno.wait_for(&[&joint, "convite de Ana Souza"]);
    bruno.press("\r");
    bruno.wait_for(&["Aceitar este convite?"]);
    bruno.press("2");
    bruno.wait_for(&["aceito; a conta é sua também.", "Nenhum convite espera por você."]);
    bruno.press("\x1b");
    bruno.wait_for(&["Suas contas", &joint, "R$ 500,00"]);

    // And pays from it; both see what is left, and the movement.
    pay(&mut bruno, &format!("{joint}={own}:125,50"));
    bruno.wait_for(&["R$ 374,50", "-R$ 125,50"]);
    ana.press("r");
    ana.wait_for(&["R$ 374,50", "R$ 125,50"]);

    // Another password: the client that is open goes on.
    bruno.press("9");
    bruno.wait_for(&["Quem é você", "CPF ***.444.777-**", "● esta"]);
    bruno.press("2");
    bruno.wait_for(&["Senha atual"]);
    bruno.press(&format!("{PASSWORD}\t{ANOTHER}\t{ANOTHER}{CTRL_S}"));
    bruno.wait_for(&["a senha foi mudada, e as outras sessões terminaram."]);
    bruno.press("\r");
    bruno.wait_for(&["Quem é você"]);
    bruno.press("\x1b");
    bruno.wait_for(&["Suas contas"]);

    // Covered balances, and a locked screen that only the new password opens.
    bruno.press(F6);
    bruno
        .wait_until("covered balances", |s| s.text().contains("R$ •••••") && !s.text().contains("R$ 374,50"));
    bruno.press(CTRL_O);
    bruno.wait_until("nothing but the locked screen", |s| {
        s.text().contains("Tela travada") && !s.text().contains(&joint)
    });
    bruno.press(&format!("{PASSWORD}\r"));
    bruno.wait_for(&["× A senha não confere."]);
    bruno.press(&format!("{ANOTHER}\r"));
    bruno.wait_for(&["Suas contas", &joint, "R$ •••••"]);
    bruno.press("\x03");
    assert_eq!(bruno.wait_for_end(), 0);
}
