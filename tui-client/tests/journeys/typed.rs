//! What people type and paste, and the terminal's size meanwhile: ten thousand characters, letters that hide or turn others,
//! a window made as small as it goes. What was typed is kept, and nothing harmful is drawn.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use crate::pseudo_terminal::Session;
use crate::steps::{DONE, ESC};
use crate::town::{ANA, AURORA, BOREAL, BRUNO, PASSWORD, Town};

const MANY: usize = 10_000;

#[test]
fn ten_thousand_characters_are_taken_up_to_what_fits() {
    let mut town = Town::open(1);
    let ana = town.sign_up(AURORA, ANA, "Ana Souza");
    let ours = town.account(&ana, "100");
    let mut session = Session::open(&town.path("state"), &town.address(AURORA));
    session.press("2");
    session.wait_for(&["Nome completo"]);
    session.paste(&"a".repeat(MANY));
    session.press("\t");
    session.wait_for(&["No máximo 80 caracteres."]);
    // Typed as fast as a terminal takes it, into the next field.
    session.press(&"5".repeat(MANY));
    session.press("\t");
    session.wait_for(&["Um CPF tem 11 dígitos."]);
    session.press(ESC);
    session.wait_for(&["Sair desta tela?"]);
    session.press("2");
    session.wait_for(&["O que você quer fazer?"]);

    session.log_in(ANA, "R$ 100,00");
    session.press("2");
    session.wait_for(&["Nenhuma transferência ainda."]);
    session.paste(&"x".repeat(MANY));
    session.wait_for(&["Texto colado", "× Não entendidas: 1.", "Escreva a linha assim"]);
    session.press(ESC);
    session.wait_for(&["Nenhuma transferência ainda."]);
    // More lines than a package takes: the first of them, and a word about the rest.
    let line = format!("{ours}=dinheiro:0,01\n");
    session.paste(&line.repeat(MANY / line.len()));
    session.wait_for(&["✓ Entendidas: 64", "Um pacote tem no máximo 64 transferências."]);
    session.quit();
}

#[test]
fn names_that_hide_or_turn_letters_are_drawn_without_them() {
    let mut town = Town::open(2);
    let ana = town.sign_up(AURORA, ANA, "Ana Souza");
    let ours = town.account(&ana, "100");
    // As no client of ours would send it.
    let name = r"Bru\u202eno\u200b \u2066Li\u0007ma\u001b[31m";
    let body = format!(r#"{{"cpf":"{BRUNO}","name":"{name}","password":"{PASSWORD}"}}"#);
    let mut stream = TcpStream::connect(town.address(BOREAL)).expect("a bank");
    write!(
        stream,
        "POST /v1/customers HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n{body}",
        body.len()
    )
    .expect("sent");
    let mut said = String::new();
    stream.read_to_string(&mut said).expect("an answer");
    assert!(said.starts_with("HTTP/1.1 201"), "{said}");
    let bruno = town.log_in(BOREAL, BRUNO);
    let theirs = town.account(&bruno, "");

    let mut session = Session::open(&town.path("bruno"), &town.address(BOREAL));
    session.log_in(BRUNO, "R$ 0,00");
    session.wait_for(&["Bruno L."]);
    // To whoever pays, the same letters masked.
    let mut payer = Session::open(&town.path("ana"), &town.address(AURORA));
    payer.log_in(ANA, "R$ 100,00");
    payer.review(&format!("{ours}={theirs}:1,00 pres\u{202e}ente\u{200b}\n"));
    payer.wait_for(&["B**** L"]);
    payer.send();
    payer.wait_for(&[DONE, "presente"]);
    session.wait_for(&["R$ 1,00", "presente"]);
    for client in [session, payer] {
        let written = String::from_utf8_lossy(&client.written).into_owned();
        for harm in ["\u{202e}", "\u{200b}", "\u{2066}", "\x07"] {
            assert!(!written.contains(harm), "{harm:?} was written");
        }
        client.quit();
    }
}

#[test]
fn a_form_outlives_every_size() {
    let state = tempfile::tempdir().expect("a directory");
    let mut session = Session::open(state.path(), "127.0.0.1:9");
    session.press("2");
    session.wait_for(&["Nome completo"]);
    session.press("Ana");
    session.wait_for(&["Ana"]);
    for (columns, rows, letter) in [(1, 1, " "), (20, 5, "S"), (59, 17, "o"), (60, 18, "u"), (1, 1, "z")] {
        session.resize(columns, rows);
        let drawn = session.drawn;
        session.press(letter);
        session.wait_until("a drawing", |s| s.drawn > drawn);
        if (columns, rows) == (59, 17) {
            session.wait_for(&["60×18"]);
        }
    }
    session.resize(100, 30);
    session.press("a");
    session.wait_for(&["Nome completo", "Ana Souza"]);
    session.quit();
}
