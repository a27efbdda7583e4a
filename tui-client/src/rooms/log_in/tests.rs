//! The log-in room by keys, and how it looks.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use insta::assert_snapshot;
use shared::api::problem::{Problem, ProblemCode};

use crate::app::Event;
use crate::app::wire::{Call, LoggedIn, Reply, Trouble};
use crate::rooms::looks::{State, looks};
use crate::testing::{Client, ana, logged_in, settings};
use crate::texts::Language;

fn at_log_in(language: Language) -> Client {
    let mut client = Client::start(settings(language));
    client.keys("1");
    client
}

fn submitted(language: Language) -> Client {
    let mut client = at_log_in(language);
    client.event(crate::app::Event::Paste("529.982.247-25\n".to_owned()));
    client.press(KeyCode::Tab);
    client.type_text("uma senha boa");
    client.press(KeyCode::Enter);
    client
}

#[test]
fn a_pasted_cpf_is_understood_and_pasting_submits_nothing() {
    let mut client = at_log_in(Language::PtBr);
    client.event(crate::app::Event::Paste("529.982.247-25\r\n".to_owned()));
    assert!(client.shows("529.982.247-25"));
    assert!(!client.asks(|c| matches!(c, Call::LogIn(_))));
}

#[test]
fn the_log_in_goes_to_the_bank_typed_and_ends_at_home() {
    let mut client = submitted(Language::PtBr);
    let (_, seat, call) =
        client.open.iter().find(|(_, _, c)| matches!(c, Call::LogIn(_))).expect("a log-in").clone();
    assert_eq!(seat.address.to_string(), "127.0.0.1:7001");
    assert!(
        matches!(call, Call::LogIn(body) if body.cpf == ana() && body.password.reveal() == "uma senha boa")
    );
    client.answer(|c| matches!(c, Call::LogIn(_)), Ok(Reply::LoggedIn(logged_in("aurora", "Banco Aurora"))));
    assert!(client.shows("Olá, Ana Souza") && client.shows("Suas contas"));
    assert!(client.shows("Banco Aurora › Início") && client.shows("Ana S. · ● ligado · 14:32"));
}

#[test]
fn what_was_sent_stays_as_it_was_sent_until_the_bank_has_answered() {
    let mut client = submitted(Language::PtBr);
    // Another bank taken, another CPF begun, by somebody who does not wait.
    client.event(Event::Key(KeyEvent::new(KeyCode::Char('2'), KeyModifiers::ALT)));
    client.type_text("x");
    client.press(KeyCode::BackTab);
    client.press(KeyCode::Backspace);
    client.event(Event::Paste("127.0.0.1:7009".to_owned()));
    client.answer(|c| matches!(c, Call::LogIn(_)), Ok(Reply::LoggedIn(logged_in("aurora", "Banco Aurora"))));
    let (_, seat, _) = client.open.iter().find(|(_, _, c)| *c == Call::Accounts).expect("home asks");
    assert_eq!(seat.address.to_string(), "http://127.0.0.1:7001", "the session is shown to no other bank");
}

#[test]
fn a_company_is_told_to_use_a_partners_cpf() {
    let mut client = at_log_in(Language::PtBr);
    client.type_text("12.abc.345/01de-35");
    client.press(KeyCode::Tab);
    assert!(client.shows("Isto é um CNPJ."), "{}", client.screen(120, 40));
    assert!(client.shows("12.ABC.345/01DE-35"));
}

#[test]
fn what_goes_wrong_is_said_and_nothing_typed_is_lost() {
    for (trouble, words) in [
        (Trouble::Unreachable, "não está respondendo neste endereço"),
        (Trouble::Garbage, "não é um banco do consórcio"),
        (
            Trouble::Problem(Box::new(Problem::new(ProblemCode::InvalidCredentials))),
            "CPF ou senha não conferem",
        ),
        (Trouble::Problem(Box::new(Problem::new(ProblemCode::TooManyRequests).retry_after(4_200))), "(5 s)"),
    ] {
        let mut client = submitted(Language::PtBr);
        client.answer(|c| matches!(c, Call::LogIn(_)), Err(trouble));
        assert!(client.shows(words), "{words}\n{}", client.screen(120, 40));
        assert!(client.shows("529.982.247-25") && client.shows("•••••••••••••"));
    }
}

#[test]
fn a_bank_is_taken_by_number_name_or_address() {
    for typed in ["1", "aurora", "Banco Aurora", "127.0.0.1:7001"] {
        let mut client = at_log_in(Language::PtBr);
        client.press(KeyCode::BackTab);
        client.ctrl('u');
        client.type_text(typed);
        client.press(KeyCode::Tab);
        assert!(client.shows("banco  127.0.0.1:7001"), "{typed}\n{}", client.screen(120, 40));
    }
}

#[test]
fn enter_twice_logs_in_once() {
    let mut client = submitted(Language::PtBr);
    client.press(KeyCode::Enter);
    client.ctrl('s');
    assert_eq!(client.open.iter().filter(|(_, _, c)| matches!(c, Call::LogIn(_))).count(), 1);
}

/// The room in each of its states.
pub fn shown(state: State, language: Language) -> Option<Client> {
    let typed = || {
        let mut client = at_log_in(language);
        client.event(crate::app::Event::Paste("529.982.247-25\n".to_owned()));
        client.press(KeyCode::Tab);
        client.type_text("uma senha boa");
        client
    };
    Some(match state {
        State::Empty => at_log_in(language),
        State::Loading => submitted(language),
        State::Full => typed(),
        State::Error => {
            let mut client = submitted(language);
            let problem = Problem::new(ProblemCode::InvalidCredentials);
            client.answer(|c| matches!(c, Call::LogIn(_)), Err(Trouble::Problem(Box::new(problem))));
            client
        }
        State::Popup => {
            let mut client = typed();
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
}

#[test]
fn a_password_that_the_bank_has_set_is_changed_before_anything_else() {
    let mut client = submitted(Language::PtBr);
    let opened = LoggedIn { must_change_password: true, ..logged_in("aurora", "Banco Aurora") };
    client.answer(|c| matches!(c, Call::LogIn(_)), Ok(Reply::LoggedIn(opened)));
    assert!(client.shows("O banco definiu esta senha") && !client.shows("Suas contas"));
    assert!(client.open.iter().all(|(_, _, call)| *call != Call::Accounts), "nothing else is asked");

    let changes = |client: &Client| {
        let calls = client.open.iter().map(|(_, seat, call)| (seat, call));
        calls
            .filter_map(|(seat, call)| match call {
                Call::ChangeCustomer(change) => Some((seat.clone(), change.clone())),
                _ => None,
            })
            .next()
    };
    client.type_text("uma senha boa");
    client.press(KeyCode::Tab);
    client.type_text("uma senha boa");
    client.press(KeyCode::Enter);
    assert!(client.shows("Escolha uma senha diferente"), "{}", client.screen(120, 40));
    client.type_text(" minha");
    client.press(KeyCode::Tab);
    client.press(KeyCode::Enter);
    assert!(client.shows("não são iguais"), "{}", client.screen(120, 40));
    assert!(changes(&client).is_none());
    client.type_text(" minha");
    client.press(KeyCode::Enter);
    let (seat, change) = changes(&client).expect("the change");
    assert_eq!(seat.token.expect("the session").reveal(), "token-aurora");
    let password = change.password.expect("a password");
    assert_eq!((password.current.reveal(), password.new.reveal()), ("uma senha boa", "uma senha boa minha"));
    client.answer(|c| matches!(c, Call::ChangeCustomer(_)), Err(Trouble::Unreachable));
    assert!(client.shows("não está respondendo"), "{}", client.screen(120, 40));
    client.press(KeyCode::Enter);
    let customer = logged_in("aurora", "Banco Aurora").customer;
    client.answer(|c| matches!(c, Call::ChangeCustomer(_)), Ok(Reply::Customer(customer)));
    assert!(client.shows("Olá, Ana Souza") && client.shows("Suas contas"));
}
