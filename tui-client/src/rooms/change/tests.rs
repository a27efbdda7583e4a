//! Changing name and password by keys, and how it looks.

use crossterm::event::KeyCode;
use insta::assert_snapshot;
use shared::api::problem::{FieldCode, FieldError, Problem, ProblemCode};
use shared::api::replies::CustomerReply;
use shared::api::requests::ChangeCustomer;

use crate::app::wire::{Call, Reply, Trouble};
use crate::rooms::looks::{State, looks, looks_of};
use crate::testing::{Client, connected_client, logged_in};
use crate::texts::Language;

fn renamed() -> CustomerReply {
    CustomerReply { name: "Ana Lima".to_owned(), ..logged_in("aurora", "Banco Aurora").customer }
}

fn changes(client: &Client) -> Vec<ChangeCustomer> {
    let change = |(_, _, call): &(_, _, Call)| match call {
        Call::ChangeCustomer(change) => Some(change.clone()),
        _ => None,
    };
    client.open.iter().filter_map(change).collect()
}

fn password_form(mut client: Client) -> Client {
    client.keys("92");
    client.type_text("uma senha boa");
    client.press(KeyCode::Tab);
    client.type_text("outra senha boa");
    client.press(KeyCode::Tab);
    client.type_text("outra senha boa");
    client
}

fn wrong() -> Trouble {
    Trouble::Problem(Box::new(Problem::new(ProblemCode::InvalidCredentials)))
}

const CHANGE: fn(&Call) -> bool = |c| matches!(c, Call::ChangeCustomer(_));

#[test]
fn a_new_name_is_in_the_bar_once_the_bank_has_it() {
    let mut client = Client::at_home(Language::PtBr);
    client.keys("91");
    for _ in 0.."Souza".len() {
        client.press(KeyCode::Backspace);
    }
    client.type_text("Lima");
    client.press(KeyCode::Enter);
    let change = changes(&client).remove(0);
    assert_eq!(change.name.map(|n| n.as_str().to_owned()), Some("Ana Lima".to_owned()));
    assert_eq!(change.password, None);
    assert!(!client.shows("Ana L."));
    client.answer(CHANGE, Ok(Reply::Customer(renamed())));
    assert!(client.shows("✓ Banco Aurora: o nome foi mudado.") && client.shows("Ana L."));
    client.press(KeyCode::Enter);
    assert!(client.shows("Quem é você"));
}

#[test]
fn the_new_password_is_typed_twice_and_the_current_one_proved() {
    let mut client = password_form(Client::at_home(Language::PtBr));
    client.type_text("?");
    client.press(KeyCode::Enter);
    assert!(client.shows("As duas senhas não são iguais.") && changes(&client).is_empty());
    client.press(KeyCode::Backspace);
    client.press(KeyCode::Enter);
    let password = changes(&client).remove(0).password.expect("a password");
    assert_eq!((password.current.reveal(), password.new.reveal()), ("uma senha boa", "outra senha boa"));
    client.answer(CHANGE, Err(wrong()));
    assert!(client.shows("! Não é a senha atual.") && !client.shows("sessão encerrada"));
    // What was typed stays; the current one is typed anew.
    client.type_text("!");
    client.ctrl('s');
    client.answer(CHANGE, Ok(Reply::Customer(renamed())));
    assert!(client.shows("a senha foi mudada, e as outras sessões terminaram"));
}

#[test]
fn at_several_banks_each_says_how_it_went_and_only_those_that_said_no_are_asked_again() {
    let mut client = password_form(connected_client(Language::PtBr));
    client.press(KeyCode::Tab);
    client.keys("2");
    client.ctrl('s');
    assert_eq!(changes(&client).len(), 2);
    client.answer(CHANGE, Ok(Reply::Customer(renamed())));
    client.answer(CHANGE, Err(wrong()));
    assert!(client.shows("✓ Banco Aurora: a senha foi mudada"));
    assert!(client.shows("× Banco Boreal: Não é a senha atual."));
    client.ctrl('s');
    assert_eq!(changes(&client).len(), 1);
    client.answer(CHANGE, Ok(Reply::Customer(renamed())));
    assert!(client.shows("✓ Banco Boreal: a senha foi mudada"));
}

#[test]
fn an_answer_that_is_lost_is_said_to_be_unknown() {
    let mut client = password_form(Client::at_home(Language::PtBr));
    client.ctrl('s');
    client.answer(CHANGE, Err(Trouble::OutcomeUnknown));
    assert!(client.shows("? Banco Aurora não respondeu: pode ter sido mudado."));
}

#[test]
fn what_the_bank_finds_wrong_stands_under_its_field() {
    let mut client = password_form(Client::at_home(Language::PtBr));
    client.ctrl('s');
    let mut problem = Problem::new(ProblemCode::InvalidFields);
    problem.errors.push(FieldError::new("password.new", FieldCode::TooShort));
    client.answer(CHANGE, Err(Trouble::Problem(Box::new(problem))));
    assert!(client.shows("! Curto demais."));
}

fn naming(language: Language) -> Client {
    let mut client = Client::at_home(language);
    client.keys("91");
    client
}

/// The room in each of its states.
pub fn shown(state: State, language: Language) -> Option<Client> {
    let submitted = || {
        let mut client = password_form(Client::at_home(language));
        client.ctrl('s');
        client
    };
    Some(match state {
        State::Empty => {
            let mut client = connected_client(language);
            client.keys("92");
            client
        }
        State::Loading => submitted(),
        State::Full => {
            let mut client = submitted();
            client.answer(CHANGE, Ok(Reply::Customer(renamed())));
            client
        }
        State::Error => {
            let mut client = submitted();
            client.answer(CHANGE, Err(wrong()));
            client
        }
        State::Popup => {
            let mut client = password_form(Client::at_home(language));
            client.press(KeyCode::Esc);
            client
        }
    })
}

#[test]
fn it_looks_like_this() {
    for look in looks(shown).into_iter().chain(looks_of("name", naming)) {
        assert_snapshot!(look.name, look.screen);
    }
}
