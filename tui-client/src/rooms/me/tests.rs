//! Oneself by keys, and how it looks.

use crossterm::event::KeyCode;
use insta::assert_snapshot;
use jiff::Timestamp;
use shared::api::problem::{Problem, ProblemCode};
use shared::api::replies::{SessionReply, SessionsReply};
use shared::ids::SessionId;
use uuid::Uuid;

use crate::app::wire::{Call, Reply, Trouble};
use crate::rooms::looks::{State, looks};
use crate::testing::{Client, bank, connected_client, logged_in};
use crate::texts::Language;

fn session(n: u128, at: &str, current: bool) -> SessionReply {
    let at: Timestamp = at.parse().expect("a time");
    SessionReply {
        id: SessionId(Uuid::from_u128(n)),
        created_at: at,
        last_used_at: at,
        expires_at: at,
        current,
    }
}

fn sessions() -> SessionsReply {
    SessionsReply {
        sessions: vec![session(1, "2026-11-20T17:30:00Z", true), session(2, "2026-11-18T11:05:00Z", false)],
    }
}

fn told(mut client: Client) -> Client {
    client.keys("9");
    while client.asks(|c| *c == Call::Sessions) {
        client.answer(|c| *c == Call::Sessions, Ok(Reply::Sessions(sessions())));
        let mut who = logged_in("aurora", "Banco Aurora").customer;
        who.created_at = Some("2026-03-02T12:00:00Z".parse().expect("a time"));
        client.answer(|c| *c == Call::Me, Ok(Reply::Customer(who)));
    }
    client
}

fn at_me(language: Language) -> Client {
    told(Client::at_home(language))
}

#[test]
fn the_cpf_is_masked_and_every_session_stands_with_its_times() {
    let client = at_me(Language::PtBr);
    for words in [
        "Ana Souza",
        "CPF ***.982.247-**",
        "Banco Aurora: cliente desde 02/03/2026",
        "desde 20/11/2026 14:30",
        "● esta · desde",
        "desde 18/11/2026 08:05",
    ] {
        assert!(client.shows(words), "{words}\n{}", client.screen(120, 40));
    }
    assert!(!client.shows("529.982.247-25"));
}

#[test]
fn another_session_is_ended_after_asking() {
    let mut client = at_me(Language::PtBr);
    client.keys("x");
    assert!(client.shows("Escolha com ↑ ↓ a sessão a encerrar."));
    for _ in 0..8 {
        client.press(KeyCode::Down);
    }
    client.keys("x");
    assert!(client.shows("Encerrar esta sessão?"));
    // The harmless answer has the focus.
    client.press(KeyCode::Enter);
    assert!(!client.asks(|c| matches!(c, Call::EndSession(_))));
    client.keys("x2");
    let ended = SessionId(Uuid::from_u128(2));
    client.answer(|c| *c == Call::EndSession(ended), Ok(Reply::Done));
    assert!(client.asks(|c| *c == Call::Sessions), "the list is asked for again");
}

#[test]
fn one_that_is_gone_already_counts_as_ended_and_any_other_no_is_said() {
    let mut client = at_me(Language::PtBr);
    for _ in 0..8 {
        client.press(KeyCode::Down);
    }
    client.keys("x2");
    let ends = |c: &Call| matches!(c, Call::EndSession(_));
    client.answer(ends, Err(Trouble::Problem(Box::new(Problem::new(ProblemCode::NotFound)))));
    assert!(!client.shows("Não existe, ou não é seu"));
    client.keys("x2");
    client.answer(ends, Err(Trouble::Unreachable));
    assert!(client.shows("× O banco não está respondendo"));
}

#[test]
fn the_session_of_this_screen_is_left_by_logging_out_of_its_bank() {
    let mut client = at_me(Language::PtBr);
    for _ in 0..7 {
        client.press(KeyCode::Down);
    }
    client.keys("x");
    assert!(client.shows("Sair deste banco?"));
    client.keys("2");
    assert!(client.asks(|c| *c == Call::LogOut));
    assert!(client.shows("O que você quer fazer?"));
}

#[test]
fn leaving_one_bank_of_two_keeps_the_other() {
    let mut client = told(connected_client(Language::PtBr));
    client.keys("62");
    let out = client.open.iter().filter(|(_, _, c)| *c == Call::LogOut).count();
    assert_eq!(out, 1);
    assert_eq!(client.app.world.banks.main().map(|(id, _)| id.clone()), Some(bank("boreal")));
    assert!(client.shows("Banco Boreal › Início › Eu"));
    client.press(KeyCode::Esc);
    assert!(!client.shows("aurora/1042-8"));
}

#[test]
fn another_cpf_ends_all_sessions_and_comes_to_an_empty_log_in() {
    let mut client = told(connected_client(Language::PtBr));
    client.keys("5");
    assert!(client.shows("Entrar com outro CPF?"));
    client.keys("2");
    assert_eq!(client.open.iter().filter(|(_, _, c)| *c == Call::LogOut).count(), 2);
    assert!(client.shows("Boas-vindas › Entrar") && !client.shows("529.982.247-25"));
}

/// The room in each of its states.
pub fn shown(state: State, language: Language) -> Option<Client> {
    Some(match state {
        State::Empty => return None,
        State::Loading => {
            let mut client = Client::at_home(language);
            client.keys("9");
            client
        }
        State::Full => told(connected_client(language)),
        State::Error => {
            let mut client = Client::at_home(language);
            client.keys("9");
            client.answer(|c| *c == Call::Sessions, Err(Trouble::Unreachable));
            client.answer(|c| *c == Call::Me, Err(Trouble::Unreachable));
            client
        }
        State::Popup => {
            let mut client = at_me(language);
            client.keys("6");
            client
        }
    })
}

#[test]
fn it_looks_like_this() {
    for look in looks(shown) {
        assert_snapshot!(look.name, look.screen);
    }
}
