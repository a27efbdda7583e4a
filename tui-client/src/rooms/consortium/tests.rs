//! The consortium by keys, and how it looks.

use crossterm::event::KeyCode;
use insta::assert_snapshot;

use crate::app::settings::Settings;
use crate::app::switch::BankSwitch;
use crate::app::wire::{Call, Reply};
use crate::app::{Effect, Event};
use crate::testing::{Client, bank, consortium};
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
        client.wishes.contains(&Effect::Switch(stop.clone())) && client.shows("Derrubando Banco Boreal…")
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

#[test]
fn it_looks_like_this() {
    for (language, name) in [(Language::PtBr, "pt"), (Language::En, "en")] {
        let mut full = at_consortium(language);
        full.answer(|c| *c == Call::Consortium, Ok(Reply::Consortium(consortium(false))));
        assert_snapshot!(format!("full_{name}_80x24"), full.screen(80, 24));
        assert_snapshot!(format!("full_{name}_120x40"), full.screen(120, 40));
        let mut loading = Client::logged_in(language);
        loading.keys("8");
        assert_snapshot!(format!("loading_{name}_80x24"), loading.screen(80, 24));
        let mut demo = in_demo(language);
        demo.event(Event::Switched(BankSwitch::Stop(bank("aurora")), Ok(())));
        assert_snapshot!(format!("demo_{name}_80x24"), demo.screen(80, 24));
    }
}
