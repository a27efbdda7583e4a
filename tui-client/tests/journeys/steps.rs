//! What every customer does: sign up, log in, open an account, send a package. Each step ends on the screen that the next
//! one needs.

use std::path::Path;

use crate::pseudo_terminal::Session;
use crate::town::PASSWORD;

pub const SHIFT_TAB: &str = "\x1b[Z";
pub const DOWN: &str = "\x1b[B";
pub const ESC: &str = "\x1b";
pub const CTRL_C: &str = "\x03";
pub const CTRL_S: &str = "\x13";

/// How an order ends: done, stopped before it happened, never sent; the last two may be sent again.
pub const DONE: &str = "✓ Realizado";
pub const STOPPED: &str = "Parou antes de acontecer";
pub const NOT_SENT: &str = "Não foi enviado";
pub const UNKNOWN: &str = "Ainda não se sabe";

/// More than a bank that is only just back stops an order.
const TRIES: usize = 200;

impl Session {
    /// Starts the client with a bank to offer, up to the menu of its first screen.
    pub fn open(state: &Path, address: &str) -> Self {
        let mut session = Self::start(state, &["--bank", address], &[]);
        session.wait_for(&["O que você quer fazer?"]);
        session
    }

    /// Becomes a customer of the bank on offer.
    pub fn sign_up(&mut self, name: &str, cpf: &str) {
        self.press("2");
        self.wait_for(&["Nome completo"]);
        self.press(&format!("{name}\t{cpf}\t{PASSWORD}\t{PASSWORD}\r"));
        self.wait_for(&["Início", "Nenhuma conta ainda."]);
    }

    /// Logs in at the bank on offer; home shows `known` once the bank has told of the accounts.
    pub fn log_in(&mut self, cpf: &str, known: &str) {
        self.press("1");
        self.wait_for(&["Senha"]);
        self.press(&format!("{cpf}\t{PASSWORD}\r"));
        self.wait_for(&["Início", "Suas contas", known]);
    }

    /// Opens an account by these keys in the form, and gives its number, back at home.
    pub fn open_account(&mut self, keys: &str) -> String {
        self.press("5");
        self.wait_for(&["Primeiro depósito"]);
        self.press(&format!("{keys}{CTRL_S}"));
        self.wait_for(&["✓ Conta aberta", "Número da conta"]);
        let text = self.text();
        let number = text.split("Número da conta").nth(1).and_then(|rest| rest.split_whitespace().next());
        number.unwrap_or_else(|| panic!("no number:\n{text}")).to_owned()
    }

    /// From the screen of an account just opened.
    pub fn account_opened(&mut self, number: &str) {
        self.press("\r");
        self.wait_for(&["Suas contas", number]);
    }

    /// Opens a personal account at the bank of the session, with a first pay-in, and gives its number.
    pub fn open_with(&mut self, pay_in: &str) -> String {
        let number = self.open_account(&format!("\t{pay_in}"));
        if !pay_in.is_empty() {
            self.wait_for(&[DONE]);
        }
        self.account_opened(&number);
        number
    }

    /// Pastes the legs into the builder, from home, and goes to the review with everything looked up.
    pub fn review(&mut self, lines: &str) {
        self.press("2");
        self.wait_for(&["Nenhuma transferência ainda."]);
        self.paste(lines);
        self.wait_for(&[&format!("Transferências: {} de 64", lines.lines().count())]);
        self.press(CTRL_S);
        // It is only then a button when every payee was looked up.
        self.wait_for(&["[ Enviar ]"]);
    }

    /// From the review: the focus on the button, then sends.
    pub fn send(&mut self) {
        self.press("\t");
        self.wait_for(&["▸ Enviar ◂"]);
        self.press("\r");
    }

    /// Orders these legs, up to the screen of the order.
    pub fn order(&mut self, lines: &str) {
        self.review(lines);
        self.send();
        self.wait_for(&["Código"]);
    }

    /// From the form of a bank to connect: becomes a customer there, and connects it.
    pub fn become_customer_and_connect(&mut self, bank: &str) {
        self.wait_for(&[&format!("Ligar {bank}"), "Já é cliente de lá?"]);
        self.press(&format!("{SHIFT_TAB}2"));
        self.wait_for(&["Nome completo"]);
        self.press(&format!("\t\t{PASSWORD}\t{PASSWORD}{CTRL_S}"));
        self.wait_for(&[&format!("✓ {bank} está ligado.")]);
    }

    /// Waits until the order on the screen is done; one that has stopped, as a bank that is only just back may make it, is
    /// sent again. The key does nothing while it is on its way.
    pub fn sent_until_done(&mut self) {
        for _ in 0..TRIES {
            if self.wait_for_any(&[DONE, STOPPED, NOT_SENT]) == DONE {
                return;
            }
            let drawn = self.drawn;
            self.press("e");
            self.wait_until("what the key did", |s| s.drawn > drawn);
        }
        self.wait_for(&[DONE]);
    }

    /// One step back, to home.
    pub fn home(&mut self) {
        self.press(ESC);
        self.wait_for(&["Suas contas"]);
    }

    /// The id of the order on the screen.
    pub fn order_id(&self) -> String {
        let text = self.text();
        let id = text.split("Código ").nth(1).and_then(|rest| rest.split_whitespace().next());
        id.unwrap_or_else(|| panic!("no id:\n{text}")).to_owned()
    }

    /// Ctrl-C ends it well, from anywhere, and the shell has its terminal back.
    pub fn quit(mut self) {
        self.press(CTRL_C);
        assert_eq!(self.wait_for_end(), 0);
        assert!(self.gave_terminal_back());
    }
}
