//! The consortium by keys, and how it looks.

use crossterm::event::KeyCode;
use insta::assert_snapshot;

use crate::app::settings::Settings;
use crate::app::switch::BankSwitch;
use crate::app::wire::{Call, Kept, Reply, Trouble};
use crate::app::{Effect, Event};
use crate::rooms::looks::{State, looks, looks_of};
use crate::testing::{Client, bank, consortium, three_lines};
use crate::texts::Language;

fn at_consortium(language: Language) -> Client {
    let mut client = Client::at_home(language);
    client.keys("8");
    client
}

fn in_demo(language: Language) -> Client {
    let mut client = Client::at_home(language);
    client.app.world.settings = Settings { breaks_banks: true, ..client.app.world.settings.clone() };
    client.keys("8");
    client
}

#[test]
fn each_bank_has_its_address_a_sign_a_word_and_a_latency() {
    let mut client = at_consortium(Language::PtBr);
    client.answer(|c| *c == Call::Consortium, Ok(Reply::Consortium(consortium(false))));
    for words in ["Banco Boreal", "● responde", "3 ms", "127.0.0.1:7002", "× fora do ar", "127.0.0.1:7003"]
    {
        assert!(client.shows(words), "{words}\n{}", client.screen(120, 40));
    }
}

#[test]
fn outside_the_demo_no_bank_is_stopped() {
    let mut client = at_consortium(Language::PtBr);
    client.keys("si");
    assert!(client.shows("só existe na demonstração") && !client.shows("derruba o banco"));
    assert!(!client.wishes.iter().any(|w| matches!(w, Effect::Switch(_))));
}

#[test]
fn in_the_demo_a_bank_is_stopped_and_started_again() {
    let mut client = in_demo(Language::PtBr);
    client.press(KeyCode::Down);
    client.keys("s");
    let stop = BankSwitch::Stop(bank("boreal"));
    assert!(
        client.wishes.contains(&Effect::Switch(stop.clone())) && client.shows("Derrubando o Banco Boreal…")
    );
    client.event(Event::Switched(stop, Ok(())));
    assert!(client.shows("Banco Boreal foi derrubado") && client.shows("derrubado aqui"));
    client.keys("i");
    let start = BankSwitch::Start(bank("boreal"));
    client.event(Event::Switched(start.clone(), Err("a porta está tomada".to_owned())));
    assert!(client.shows("a porta está tomada") && client.shows("derrubado aqui"));
    client.keys("i");
    client.event(Event::Switched(start, Ok(())));
    assert!(client.shows("Banco Boreal voltou") && !client.shows("derrubado aqui"));
    assert!(client.asks(|c| *c == Call::Consortium));
}

fn demo(language: Language) -> Client {
    let mut client = in_demo(language);
    client.event(Event::Switched(BankSwitch::Stop(bank("aurora")), Ok(())));
    client
}

#[test]
fn a_bank_is_armed_to_go_down_in_the_middle_of_the_next_package() {
    for (language, words) in
        [(Language::PtBr, "cai no próximo pacote"), (Language::En, "goes down in mid-package")]
    {
        let mut client = in_demo(language);
        client.keys("jj");
        let switched = |client: &Client| client.wishes.iter().any(|w| matches!(w, Effect::Switch(_)));
        client.keys("mm");
        assert!(!client.shows(words), "the same key takes it back");
        client.keys("m");
        assert!(client.shows(words) && !switched(&client), "{}", client.screen(120, 40));
        client.press(KeyCode::Esc);
        client.keys("2");
        client.event(Event::Paste(three_lines()));
        client.ctrl('s');
        client.answer_all_payees();
        client.press(KeyCode::Tab);
        client.press(KeyCode::Enter);
        assert!(!switched(&client), "the order is still on its way to the disk");
        let id = client.app.world.orders.iter().next().expect("an order").file.id;
        client.event(Event::OrderKept(id, Kept::Yes));
        assert!(client.asks(|c| matches!(c, Call::OrderPackage { .. })));
        let stop = BankSwitch::StopMidPackage(bank("cerrado"));
        assert!(client.wishes.contains(&Effect::Switch(stop.clone())));
        client.event(Event::Switched(stop, Ok(())));
        assert!(client.app.world.armed.is_none() && client.app.world.stopped.contains(&bank("cerrado")));
    }
}

#[test]
fn outside_the_demo_no_bank_is_armed() {
    let mut client = at_consortium(Language::PtBr);
    client.keys("m");
    assert!(client.shows("só existe na demonstração") && client.app.world.armed.is_none());
}

/// The room in each of its states.
pub fn shown(state: State, language: Language) -> Option<Client> {
    Some(match state {
        State::Empty => return None,
        State::Loading => {
            let mut client = Client::logged_in(language);
            client.keys("8");
            client
        }
        State::Full => {
            let mut client = at_consortium(language);
            client.answer(|c| *c == Call::Consortium, Ok(Reply::Consortium(consortium(false))));
            client
        }
        State::Error => {
            let mut client = at_consortium(language);
            client.answer(|c| *c == Call::Consortium, Err(Trouble::Unreachable));
            client
        }
        State::Popup => {
            let mut client = at_consortium(language);
            client.keys("?");
            client
        }
    })
}

#[test]
fn it_looks_like_this() {
    for look in looks(shown).into_iter().chain(looks_of("demo", demo)) {
        assert_snapshot!(look.name, look.screen);
    }
}

#[test]
fn the_bar_offers_the_demos_keys_and_no_enter_that_does_nothing() {
    let screen = in_demo(Language::PtBr).screen(100, 30);
    assert!(screen.contains("m Cair no meio do pacote") && !screen.contains("Enter Escolher"), "{screen}");
}
