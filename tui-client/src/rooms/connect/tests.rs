//! Connecting a bank by keys, and how it looks.

use crossterm::event::KeyCode;
use insta::assert_snapshot;
use shared::api::problem::{Problem, ProblemCode};
use shared::api::replies::{CustomerReply, Permission};
use shared::api::requests::GiveConsent;

use crate::app::wire::{Call, Reply, Trouble};
use crate::rooms::looks::{State, looks, looks_of};
use crate::testing::{Client, address, ana, bank, consent, logged_in, logged_in_as, order_file};
use crate::texts::Language;

/// At the form for Boreal, which holds no consent for Aurora.
fn connecting(language: Language) -> Client {
    let mut client = Client::at_home(language);
    client.keys("7");
    client.press(KeyCode::Down);
    client.press(KeyCode::Enter);
    client
}

fn consents(client: &Client) -> Vec<(String, GiveConsent)> {
    let given = |(_, seat, call): &(_, crate::app::wire::Seat, Call)| match call {
        Call::GiveConsent(body) => Some((seat.address.to_string(), body.clone())),
        _ => None,
    };
    client.open.iter().filter_map(given).collect()
}

fn logging_in(language: Language) -> Client {
    let mut client = connecting(language);
    client.type_text("senha de boreal");
    for _ in 0..3 {
        client.press(KeyCode::Tab);
    }
    client.keys("1");
    client.ctrl('s');
    client
}

fn done(language: Language) -> Client {
    let mut client = logging_in(language);
    let there = logged_in_as("boreal", "Banco Boreal", 902);
    client.answer(|c| matches!(c, Call::LogIn(_)), Ok(Reply::LoggedIn(there)));
    client.answer(|c| matches!(c, Call::GiveConsent(_)), Ok(Reply::Consented(consent("aurora", 11))));
    client.answer(|c| matches!(c, Call::GiveConsent(_)), Ok(Reply::Consented(consent("boreal", 12))));
    client
}

#[test]
fn one_pass_logs_in_there_and_authorises_both_ways_with_sensible_limits() {
    let mut client = logging_in(Language::PtBr);
    let (_, seat, call) = client.open.iter().find(|(_, _, c)| matches!(c, Call::LogIn(_))).unwrap().clone();
    assert_eq!(seat.address, address(7002));
    assert!(matches!(call, Call::LogIn(body) if body.cpf == ana()));
    let there = logged_in_as("boreal", "Banco Boreal", 902);
    client.answer(|c| matches!(c, Call::LogIn(_)), Ok(Reply::LoggedIn(there)));
    let (at, given) = consents(&client).remove(0);
    // At Boreal, for Aurora, for the customer's own id at Aurora.
    assert_eq!((at.as_str(), given.bank), ("http://127.0.0.1:7002", bank("aurora")));
    assert_eq!(given.customer, order_file(1).customer);
    assert_eq!(given.permissions, [Permission::View, Permission::Pay]);
    assert_eq!((given.limit_per_package, given.limit_per_day), (Some(500_000), Some(2_000_000)));
    client.answer(|c| matches!(c, Call::GiveConsent(_)), Ok(Reply::Consented(consent("aurora", 11))));
    let (at, given) = consents(&client).remove(0);
    assert_eq!((at.as_str(), given.bank), ("http://127.0.0.1:7001", bank("boreal")));
    assert_eq!(given.customer.0.as_u128(), 902);
    client.answer(|c| matches!(c, Call::GiveConsent(_)), Ok(Reply::Consented(consent("boreal", 12))));
    assert!(client.shows("✓ Banco Boreal está ligado.") && client.shows("Até R$ 5.000,00 por pacote"));
    assert!(client.shows("Banco Aurora › Início › Ligar bancos"), "the session stays the bank's it was");
    // Enter goes on with the next bank.
    assert!(client.shows("Enter liga o próximo: Banco Cerrado."));
    client.press(KeyCode::Enter);
    assert!(client.shows("Ligar Banco Cerrado"), "{}", client.screen(120, 40));
}

#[test]
fn a_package_limit_above_the_days_is_complained_about_under_its_field() {
    for (language, words) in [
        (Language::PtBr, "! Mais do que o limite por dia: nenhum pacote chegaria a tanto."),
        (Language::En, "! More than the limit per day: no package could reach it."),
    ] {
        let mut client = connecting(language);
        client.type_text("senha de boreal");
        client.press(KeyCode::Tab);
        client.press(KeyCode::Tab);
        client.ctrl('u');
        client.type_text("4.999,99");
        assert!(!client.shows(words));
        client.press(KeyCode::Tab);
        assert!(client.shows(words), "{}", client.screen(120, 40));
        client.ctrl('s');
        assert!(!client.asks(|c| matches!(c, Call::LogIn(_))), "nothing is asked of the bank");
        // Either of the two mends it.
        client.press(KeyCode::Tab);
        client.ctrl('u');
        client.type_text("5.000,00");
        client.press(KeyCode::Tab);
        assert!(!client.shows(words), "{}", client.screen(120, 40));
        client.ctrl('s');
        assert!(client.asks(|c| matches!(c, Call::LogIn(_))));
    }
}

#[test]
fn the_other_way_is_only_offered() {
    let mut client = connecting(Language::PtBr);
    client.type_text("senha de boreal");
    for _ in 0..4 {
        client.press(KeyCode::Enter);
    }
    let there = logged_in("boreal", "Banco Boreal");
    client.answer(|c| matches!(c, Call::LogIn(_)), Ok(Reply::LoggedIn(there)));
    client.answer(|c| matches!(c, Call::GiveConsent(_)), Ok(Reply::Consented(consent("aurora", 11))));
    assert!(client.shows("✓ Banco Boreal está ligado.") && consents(&client).is_empty());
}

#[test]
fn who_is_no_customer_there_signs_up_on_the_way() {
    let mut client = connecting(Language::PtBr);
    client.press(KeyCode::BackTab);
    client.keys("2");
    assert!(client.shows("Nome completo") && client.shows("Ana Souza"), "{}", client.screen(120, 40));
    client.press(KeyCode::Tab);
    client.press(KeyCode::Tab);
    client.type_text("senha nova dela");
    client.press(KeyCode::Tab);
    client.type_text("senha nova");
    client.ctrl('s');
    assert!(client.shows("As duas senhas não são iguais."));
    client.type_text(" dela");
    client.ctrl('s');
    let reply = CustomerReply { ..logged_in("boreal", "Banco Boreal").customer };
    client.answer(|c| matches!(c, Call::SignUp(_)), Ok(Reply::SignedUp(reply)));
    assert!(client.asks(|c| matches!(c, Call::LogIn(_))));
}

#[test]
fn a_step_that_fails_is_said_and_goes_on_from_there() {
    let mut client = logging_in(Language::PtBr);
    let problem = Problem::new(ProblemCode::InvalidCredentials);
    client.answer(|c| matches!(c, Call::LogIn(_)), Err(Trouble::Problem(Box::new(problem))));
    assert!(client.shows("CPF ou senha não conferem"));
    client.ctrl('s');
    let there = logged_in_as("boreal", "Banco Boreal", 902);
    client.answer(|c| matches!(c, Call::LogIn(_)), Ok(Reply::LoggedIn(there)));
    client.answer(|c| matches!(c, Call::GiveConsent(_)), Err(Trouble::OutcomeUnknown));
    assert!(client.shows("não faz mal repetir"));
    client.ctrl('s');
    assert_eq!(consents(&client).len(), 1, "only the consent is asked for again");
    assert!(!client.asks(|c| matches!(c, Call::LogIn(_))));
    client.answer(|c| matches!(c, Call::GiveConsent(_)), Ok(Reply::Consented(consent("aurora", 11))));
    client.answer(|c| matches!(c, Call::GiveConsent(_)), Err(Trouble::Unreachable));
    assert!(client.shows("✓ Banco Boreal está ligado.") && client.shows("O contrário não foi autorizado:"));
}

fn signing_up(language: Language) -> Client {
    let mut client = connecting(language);
    client.press(KeyCode::BackTab);
    client.keys("2");
    client
}

/// The room in each of its states.
pub fn shown(state: State, language: Language) -> Option<Client> {
    Some(match state {
        State::Empty => connecting(language),
        State::Loading => logging_in(language),
        State::Full => done(language),
        State::Error => {
            let mut client = logging_in(language);
            let problem = Problem::new(ProblemCode::InvalidCredentials);
            client.answer(|c| matches!(c, Call::LogIn(_)), Err(Trouble::Problem(Box::new(problem))));
            client
        }
        State::Popup => {
            let mut client = connecting(language);
            client.type_text("senha de boreal");
            client.press(KeyCode::Esc);
            client
        }
    })
}

#[test]
fn it_looks_like_this() {
    for look in looks(shown).into_iter().chain(looks_of("sign_up", signing_up)) {
        assert_snapshot!(look.name, look.screen);
    }
}
