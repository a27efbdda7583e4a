//! What answers is no bank, or does not answer; before the log-in, and between an order and its answer. The customer is told,
//! nothing panics, nothing reaches the terminal that it would obey, and once the bank is back its word is the outcome.

use std::path::Path;

use crate::pseudo_terminal::Session;
use crate::steps::{DONE, ESC, UNKNOWN};
use crate::straw::{Does, Line, answer, rubbish, straw};
use crate::town::{ANA, AURORA, BOREAL, BRUNO, PASSWORD, Town};

/// Tries to log in at something, and gives the session where the client says `words` about it.
fn turned_away(state: &Path, address: &str, words: &str) -> Session {
    let mut session = Session::open(state, address);
    session.press("1");
    session.wait_for(&["Senha"]);
    session.press(&format!("{ANA}\t{PASSWORD}\r"));
    session.wait_for(&[words]);
    // What was typed is still there.
    session.wait_for(&["529.982.247-25"]);
    session
}

fn written(session: &Session) -> String {
    String::from_utf8_lossy(&session.written).into_owned()
}

#[test]
fn before_the_log_in_rubbish_and_silence_are_told_apart() {
    let state = tempfile::tempdir().expect("a directory");
    let said = "Quem respondeu neste endereço não é um banco do";
    let mut session = turned_away(state.path(), &straw(Some(rubbish())), said);
    assert!(!written(&session).contains("lixo"));
    // Signing up there fails as well, and keeps the form.
    session.press(ESC);
    session.wait_for(&["Sair desta tela?"]);
    session.press("2");
    session.wait_for(&["O que você quer fazer?"]);
    session.press("2");
    session.wait_for(&["Nome completo"]);
    session.press(&format!("Ana Souza\t{ANA}\t{PASSWORD}\t{PASSWORD}\r"));
    session.wait_for(&[said, "Ana Souza"]);
    session.quit();

    // Whether it speaks TLS is asked first: nothing of the log-in was sent.
    let said = "O banco não está respondendo neste";
    turned_away(state.path(), &straw(None), said).quit();
}

#[test]
fn a_bank_with_a_harmful_name_is_shown_without_the_harm() {
    let state = tempfile::tempdir().expect("a directory");
    let bank = answer(
        r#"{"id":"malvado","name":"Ban\u202eco\u200b \u001b]0;tomado\u0007Mal\u009bvado","version":"1","public_key":"ed25519:AAAA"}"#,
    );
    let mut session = Session::open(state.path(), &straw(Some(bank)));
    session.wait_for(&["● Banco ]0;tomadoMalvado", " ms"]);
    let written = written(&session);
    for harm in ["\u{202e}", "\u{200b}", "\u{9b}", "\x1b]0;", "\x07"] {
        assert!(!written.contains(harm), "{harm:?} was written");
    }
    session.quit();
}

#[test]
fn an_order_answered_with_rubbish_or_not_at_all_is_known_once_the_bank_is_back() {
    let mut town = Town::open(2);
    let ana = town.sign_up(AURORA, ANA, "Ana Souza");
    let ours = town.account(&ana, "100");
    let bruno = town.sign_up(BOREAL, BRUNO, "Bruno Lima");
    let theirs = town.account(&bruno, "");
    let line = Line::to(&town.address(AURORA));
    let mut session = Session::open(&town.path("state"), &line.address);
    session.log_in(ANA, "R$ 100,00");
    for (does, left) in [
        (Does::GarbleAnswers, "R$ 90,00"),
        (Does::LoseAnswers, "R$ 80,00"),
        // It never got there: the client finds out, and sends it again under its id.
        (Does::LoseRequests, "R$ 70,00"),
    ] {
        line.at_the_next_order(does);
        session.order(&format!("{ours}={theirs}:10,00\n"));
        session.wait_for(&[UNKNOWN, "Não envie outra vez"]);
        line.carry();
        session.wait_for(&[DONE]);
        session.home();
        session.wait_for(&[left, "● ligado"]);
    }
    assert!(!written(&session).contains("lixo"));
    session.quit();
    assert_eq!((town.balance(&ana), town.balance(&bruno)), (7_000, 3_000));
    assert_eq!(town.ordered(&ana), 4, "the pay-in, and three orders once each");
}
