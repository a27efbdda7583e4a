//! The main road in the real binary, against three real banks: sign up, open accounts, connect, send a package across all
//! three, break a bank and the session's own bank in the middle, and find every centavo.

#![cfg(all(unix, feature = "demo"))]
#![expect(clippy::disallowed_methods, reason = "a test's deadline reads the clock")]

#[expect(dead_code, reason = "another test uses the rest")]
mod pseudo_terminal;

use bank_node::local::{LocalConsortium, LocalOptions};

use self::pseudo_terminal::Session;

const PASSWORD: &str = "uma senha boa";

const SHIFT_TAB: &str = "\x1b[Z";
const DOWN: &str = "\x1b[B";
const CTRL_S: &str = "\x13";

/// How an order ends: done, stopped before it happened, never sent; the last two may be sent again.
const DONE: &str = "✓ Realizado";
const STOPPED: &str = "Parou antes de acontecer";
const NOT_SENT: &str = "Não foi enviado";
const AGAIN: &str = "e envia de novo";

/// The banks, in order of their ids.
const AURORA: usize = 0;
const CERRADO: usize = 2;

struct Journey {
    session: Session,
    banks: LocalConsortium,
    /// The state directory and the banks' books live as long as the journey.
    _dirs: [tempfile::TempDir; 2],
}

impl Journey {
    fn start() -> Self {
        let dirs = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let options = LocalOptions { banks: 3, dir: dirs[0].path().to_path_buf(), port: None };
        let banks = LocalConsortium::start(&options).expect("three banks");
        let address = banks.banks()[AURORA].address.to_string();
        let session = Session::start(dirs[1].path(), &["--bank", &address], &[]);
        Self { session, banks, _dirs: dirs }
    }

    fn sign_up(&mut self) {
        self.session.wait_for(&["O que você quer fazer?"]);
        self.session.press("2");
        self.session.wait_for(&["Nome completo"]);
        self.session.press(&format!("Ana Souza\t52998224725\t{PASSWORD}\t{PASSWORD}\r"));
        self.session.wait_for(&["Início", "Nenhuma conta ainda."]);
    }

    /// Opens a personal account at the nth bank of those with a session, and gives its number.
    fn open_account(&mut self, bank: Option<&str>, pay_in: &str) -> String {
        self.session.press("5");
        self.session.wait_for(&["Primeiro depósito"]);
        if let Some(place) = bank {
            self.session.press(&format!("{SHIFT_TAB}{place}\t"));
        }
        self.session.press(&format!("\t{pay_in}{CTRL_S}"));
        self.session.wait_for(&["✓ Conta aberta", "Número da conta"]);
        if !pay_in.is_empty() {
            self.session.wait_for(&["✓ Realizado"]);
        }
        let text = self.session.text();
        let number = text.split("Número da conta").nth(1).and_then(|rest| rest.split_whitespace().next());
        let number = number.unwrap_or_else(|| panic!("no number:\n{text}")).to_owned();
        self.session.press("\r");
        self.session.wait_for(&["Suas contas", &number]);
        number
    }

    /// Becomes a customer of the bank whose form is on the screen, and connects it.
    fn connect(&mut self, bank: &str) {
        self.session.wait_for(&[&format!("Ligar {bank}"), "Já é cliente de lá?"]);
        self.session.press(&format!("{SHIFT_TAB}2"));
        self.session.wait_for(&["Nome completo"]);
        self.session.press(&format!("\t\t{PASSWORD}\t{PASSWORD}{CTRL_S}"));
        self.session.wait_for(&[&format!("✓ {bank} está ligado.")]);
    }

    /// Pastes the legs into the builder, reviews them and sends.
    fn send(&mut self, lines: &str) {
        self.session.press("2");
        self.session.wait_for(&["Nenhuma transferência ainda."]);
        self.session.press(&format!("\x1b[200~{lines}\x1b[201~"));
        self.session.wait_for(&[&format!("Transferências: {} de 64", lines.lines().count())]);
        self.session.press(CTRL_S);
        self.session.wait_until("the names", |s| s.text().contains("[ Enviar ]"));
        self.session.press("\t");
        self.session.wait_for(&["▸ Enviar ◂"]);
        self.session.press("\r");
        self.session.wait_for(&["Código"]);
    }

    fn home(&mut self) {
        self.session.press("\x1b");
        self.session.wait_for(&["Suas contas"]);
    }
}

#[test]
fn money_crosses_three_banks_and_outlives_their_crashes() {
    let mut journey = Journey::start();
    journey.sign_up();
    let aurora = journey.open_account(None, "1000,00");

    journey.session.press("7");
    journey.session.wait_for(&["Banco Boreal", "Banco Cerrado"]);
    journey.session.press(&format!("{DOWN}\r"));
    journey.connect("Banco Boreal");
    journey.session.wait_for(&["Enter liga o próximo: Banco Cerrado."]);
    journey.session.press("\r");
    journey.connect("Banco Cerrado");
    journey.session.press("\r");
    journey.session.wait_for(&["● Banco Boreal   ligado", "● Banco Cerrado  ligado"]);
    journey.home();
    let boreal = journey.open_account(Some("2"), "");
    let cerrado = journey.open_account(Some("3"), "");

    // A package over three banks and the counter happens as a whole.
    journey.send(&format!("{aurora}={boreal}:300,00\n{aurora}={cerrado}:200,00\ndinheiro={cerrado}:50,00\n"));
    journey.session.wait_for(&["✓ Realizado", "✓ Banco Aurora   lançado", "✓ Banco Cerrado  lançado"]);
    journey.home();
    journey.session.wait_for(&["R$ 500,00", "R$ 300,00", "R$ 250,00", "R$ 1.050,00"]);

    // One payer has too little: nothing of it happens, and the leg says why.
    journey.send(&format!("{boreal}={cerrado}:300,01\n{aurora}={cerrado}:1,00\n"));
    journey.session.wait_for(&["× Recusado", "Transferência 1: saldo insuficiente", "faltam R$ 0,01"]);
    journey.home();

    // Cerrado is down when a package for it is sent; then the session's own bank crashes, before it has answered or
    // after. Both come back, and the outcome is known; sent again under the same id, it pays once.
    journey.banks.stop_as_crash(CERRADO);
    journey.send(&format!("{aurora}={boreal}:100,00\n{boreal}={cerrado}:250,00\n"));
    journey.banks.stop_as_crash(AURORA);
    let undone = ["Ainda não se sabe", "Em andamento", STOPPED, NOT_SENT];
    journey.session.wait_until("no success", |s| undone.iter().any(|w| s.text().contains(w)));
    journey.banks.start_bank(CERRADO).expect("Cerrado comes back");
    journey.banks.start_bank(AURORA).expect("Aurora comes back");
    let ended = |s: &Session| [DONE, STOPPED, NOT_SENT].iter().any(|w| s.text().contains(w));
    journey.session.wait_until("an end that is known", ended);
    // A bank that is only just back may be given up once more: it is sent again until it is through.
    for _ in 0..5 {
        if journey.session.text().contains(DONE) {
            break;
        }
        journey.session.press("e");
        journey.session.wait_until("another try", |s| !s.text().contains(AGAIN));
        journey.session.wait_until("its end", ended);
    }
    journey.session.wait_for(&["✓ Realizado"]);
    journey.home();
    journey.session.wait_for(&["R$ 400,00", "R$ 150,00", "R$ 500,00", "R$ 1.050,00"]);
}
