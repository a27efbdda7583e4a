//! The sign-up room by keys, and how it looks.

use crossterm::event::KeyCode;
use insta::assert_snapshot;
use shared::api::problem::{FieldCode, FieldError, Problem, ProblemCode};

use crate::app::wire::{Call, Reply, Trouble};
use crate::rooms::looks::{State, looks};
use crate::testing::{Client, logged_in, settings};
use crate::texts::Language;

fn filled(language: Language) -> Client {
    let mut client = Client::start(settings(language));
    client.keys("2");
    for text in ["Ana Souza", "52998224725", "uma senha boa", "uma senha boa"] {
        client.type_text(text);
        client.press(KeyCode::Tab);
    }
    client
}

#[test]
fn a_sign_up_leads_home_through_a_log_in() {
    let mut client = filled(Language::PtBr);
    client.press(KeyCode::Enter);
    assert!(client.shows("Fazendo o cadastro"));
    let customer = logged_in("aurora", "Banco Aurora").customer;
    client.answer(|c| matches!(c, Call::SignUp(_)), Ok(Reply::SignedUp(customer)));
    client.answer(|c| matches!(c, Call::LogIn(_)), Ok(Reply::LoggedIn(logged_in("aurora", "Banco Aurora"))));
    assert!(client.shows("Suas contas"));
}

#[test]
fn keys_before_the_answer_change_nothing_of_the_log_in_that_follows() {
    let mut client = filled(Language::PtBr);
    client.press(KeyCode::Enter);
    client.press(KeyCode::BackTab);
    client.type_text("xyz");
    client.press(KeyCode::Enter);
    let customer = logged_in("aurora", "Banco Aurora").customer;
    client.answer(|c| matches!(c, Call::SignUp(_)), Ok(Reply::SignedUp(customer)));
    client.type_text("xyz");
    assert!(!client.asks(|c| matches!(c, Call::SignUp(_))), "signed up once");
    assert!(client.asks(|c| matches!(c, Call::LogIn(body) if body.password.reveal() == "uma senha boa")));
}

#[test]
fn fields_are_checked_when_they_are_left_and_all_at_the_end() {
    let mut client = Client::start(settings(Language::PtBr));
    client.keys("2");
    client.ctrl('s');
    assert!(client.shows("! Preencha este campo."));
    assert!(!client.asks(|c| matches!(c, Call::SignUp(_))));
    client.type_text("Ana");
    client.press(KeyCode::Tab);
    client.type_text("52998224724");
    client.press(KeyCode::Tab);
    assert!(client.shows("CPF inválido: confira os dígitos.") && client.shows("529.982.247-24"));
    client.type_text("curta");
    client.press(KeyCode::Tab);
    assert!(client.shows("No mínimo 8 caracteres."));
}

#[test]
fn two_passwords_that_differ_are_not_sent() {
    let mut client = Client::start(settings(Language::PtBr));
    client.keys("2");
    for text in ["Ana Souza", "52998224725", "uma senha boa", "outra senha boa"] {
        client.type_text(text);
        client.press(KeyCode::Tab);
    }
    client.press(KeyCode::Enter);
    assert!(client.shows("As duas senhas não são iguais."));
    assert!(!client.asks(|c| matches!(c, Call::SignUp(_))));
}

#[test]
fn what_the_bank_finds_wrong_stands_under_its_field() {
    let mut client = filled(Language::PtBr);
    client.press(KeyCode::Enter);
    let problem = Problem::invalid_fields(vec![FieldError::new("name", FieldCode::BadCharacters)]);
    client.answer(|c| matches!(c, Call::SignUp(_)), Err(Trouble::Problem(Box::new(problem))));
    assert!(client.shows("! Há caracteres que não podem estar aqui."));
    assert!(client.shows("Ana Souza"));
}

#[test]
fn an_unknown_outcome_is_called_unknown() {
    let mut client = filled(Language::PtBr);
    client.press(KeyCode::Enter);
    client.answer(|c| matches!(c, Call::SignUp(_)), Err(Trouble::OutcomeUnknown));
    assert!(client.shows("o cadastro pode ter sido feito"));
}

/// The room in each of its states.
pub fn shown(state: State, language: Language) -> Option<Client> {
    let submitted = || {
        let mut client = filled(language);
        client.press(KeyCode::Enter);
        client
    };
    Some(match state {
        State::Empty => {
            let mut client = Client::start(settings(language));
            client.keys("2");
            client
        }
        State::Loading => submitted(),
        State::Full => filled(language),
        State::Error => {
            let mut client = submitted();
            let problem = Problem::new(ProblemCode::CustomerExists);
            client.answer(|c| matches!(c, Call::SignUp(_)), Err(Trouble::Problem(Box::new(problem))));
            client
        }
        State::Popup => {
            let mut client = filled(language);
            client.press(KeyCode::Esc);
            client
        }
    })
}

#[test]
fn it_looks_like_this() {
    for look in looks(shown) {
        assert_snapshot!(look.name, look.screen);
    }
    for (language, name) in [(Language::PtBr, "pt"), (Language::En, "en")] {
        let client = shown(State::Error, language).expect("a state");
        assert_snapshot!(format!("error_{name}_60x18"), client.screen(60, 18));
    }
}
