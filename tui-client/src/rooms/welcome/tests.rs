//! The first room by keys, and how it looks.

use crossterm::event::KeyCode;
use insta::assert_snapshot;
use shared::api::replies::BankReply;

use crate::app::settings::{Origin, Settings};
use crate::app::wire::{Call, Reply, Trouble};
use crate::rooms::looks::{State, looks, looks_of};
use crate::testing::{Client, bank, hints, settings};
use crate::texts::Language;
use crate::theme::ThemeName;

fn aurora() -> Reply {
    let reply = BankReply {
        id: bank("aurora"),
        name: "Banco Aurora".to_owned(),
        version: "0.1.0".to_owned(),
        public_key: "ed25519:AA==".to_owned(),
    };
    Reply::Bank(reply, 3)
}

fn demo(language: Language) -> Client {
    let mut client = Client::start(Settings { hints: hints(), ..settings(language) });
    client.answer(|c| *c == Call::Bank, Ok(aurora()));
    client.answer(|c| *c == Call::Bank, Err(Trouble::Unreachable));
    client
}

#[test]
fn the_first_run_asks_for_language_and_bank_and_tests_the_address() {
    let mut client = Client::start(Settings::default());
    assert!(client.shows("Idioma · Language"));
    client.keys("2");
    assert!(client.shows("Your bank's address"));
    client.type_text("127.0.0.1:7009");
    client.press(KeyCode::Enter);
    assert!(client.shows("Looking for 127.0.0.1:7009"));
    client.answer(|c| *c == Call::Bank, Err(Trouble::Unreachable));
    assert!(client.shows("does not answer at this address"));
    for _ in 0..4 {
        client.press(KeyCode::Backspace);
    }
    client.type_text("7001");
    client.press(KeyCode::Enter);
    client.answer(|c| *c == Call::Bank, Ok(aurora()));
    assert!(client.shows("Colours of the screen · step 3 of 3"), "{}", client.screen(120, 40));
    client.press(KeyCode::Down);
    assert_eq!(client.app.world.settings.theme, ThemeName::Light, "shown at once");
    client.press(KeyCode::Enter);
    assert_eq!(client.app.world.settings.remembered.theme, Some(ThemeName::Light));
    assert!(client.shows("What would you like to do?"), "{}", client.screen(120, 40));
    assert!(client.shows("Banco Aurora  3 ms  127.0.0.1:7001"), "{}", client.screen(120, 40));
    assert_eq!(client.app.world.settings.remembered.banks[0].name, "Banco Aurora");
}

#[test]
fn each_step_of_the_first_run_leads_back_and_the_bank_may_wait() {
    let mut client = Client::start(Settings::default());
    client.keys("1");
    assert!(client.shows("Endereço do seu banco · passo 2 de 3"));
    client.press(KeyCode::Esc);
    assert!(client.shows("Idioma · Language · passo 1 de 3"));
    client.press(KeyCode::Enter);
    client.press(KeyCode::Enter);
    assert!(client.shows("Cores da tela · passo 3 de 3") && client.open.is_empty());
    client.press(KeyCode::Esc);
    assert!(client.shows("passo 2 de 3"));
    client.press(KeyCode::Enter);
    client.press(KeyCode::Enter);
    assert!(client.shows("O que você quer fazer?"));
    // Later, another address is one question alone.
    client.keys("3");
    assert!(client.shows("Endereço do seu banco") && !client.shows("passo"));
    client.press(KeyCode::Esc);
    assert!(client.shows("O que você quer fazer?"));
}

#[test]
fn what_is_settled_outside_is_not_asked() {
    let mut settings = Settings::default();
    settings.origins.language = Origin::Flag;
    settings.origins.theme = Origin::File;
    let mut client = Client::start(settings);
    assert!(client.shows("Endereço do seu banco · passo 1 de 1"));
    client.press(KeyCode::Enter);
    assert!(client.shows("O que você quer fazer?"));
}

#[test]
fn a_digit_goes_there_and_a_hint_fills_the_log_in() {
    let mut client = demo(Language::PtBr);
    client.press(KeyCode::Enter);
    assert!(client.shows("529.982.247-25") && client.shows("•••••••••••"));
    client.press(KeyCode::Enter);
    assert!(client.asks(|c| matches!(c, Call::LogIn(_))));
    let mut client = demo(Language::PtBr);
    client.keys("2");
    assert!(client.shows("Nome completo"));
}

/// The last step of the first run.
fn theme(language: Language) -> Client {
    let mut client = shown(State::Loading, language).expect("a state");
    client.answer(|c| *c == Call::Bank, Ok(aurora()));
    client
}

/// Outside the demo, with a bank that is known.
fn menu(language: Language) -> Client {
    let mut client = Client::start(settings(language));
    client.answer(|c| *c == Call::Bank, Ok(aurora()));
    client
}

/// The room in each of its states.
pub fn shown(state: State, language: Language) -> Option<Client> {
    let testing = || {
        let mut client = Client::start(Settings { language, ..Settings::default() });
        client.press(KeyCode::Enter);
        client.type_text("127.0.0.1:7009");
        client.press(KeyCode::Enter);
        client
    };
    Some(match state {
        State::Empty => Client::start(Settings { language, ..Settings::default() }),
        State::Loading => testing(),
        State::Full => demo(language),
        State::Error => {
            let mut client = testing();
            client.answer(|c| *c == Call::Bank, Err(Trouble::Garbage));
            client
        }
        State::Popup => {
            let mut client = demo(language);
            client.keys("q");
            client
        }
    })
}

#[test]
fn it_looks_like_this() {
    for look in looks(shown).into_iter().chain(looks_of("theme", theme)).chain(looks_of("menu", menu)) {
        assert_snapshot!(look.name, look.screen);
    }
}

#[test]
fn addresses_are_whole_at_a_hundred_columns() {
    let client = demo(Language::PtBr);
    let screen = client.screen(100, 30);
    for hint in hints() {
        let address = hint.address.trim_start_matches("http://");
        assert!(screen.contains(address), "{address}: {screen}");
    }
}
