//! The first room by keys, and how it looks.

use crossterm::event::KeyCode;
use insta::assert_snapshot;
use shared::api::replies::BankReply;

use crate::app::settings::Settings;
use crate::app::wire::{Call, Reply, Trouble};
use crate::testing::{Client, bank, hints, settings};
use crate::texts::Language;

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
    assert!(client.shows("What would you like to do?"), "{}", client.screen(120, 40));
    assert!(client.shows("Banco Aurora  3 ms  127.0.0.1:7001"), "{}", client.screen(120, 40));
    assert_eq!(client.app.world.settings.remembered.banks[0].name, "Banco Aurora");
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

#[test]
fn it_looks_like_this() {
    let first = Client::start(Settings::default());
    assert_snapshot!("first_run_80x24", first.screen(80, 24));
    for (key, name) in [("1", "pt"), ("2", "en")] {
        let mut bank = Client::start(Settings::default());
        bank.keys(key);
        bank.type_text("127.0.0.1:7009");
        bank.press(KeyCode::Enter);
        assert_snapshot!(format!("bank_waiting_{name}_80x24"), bank.screen(80, 24));
        bank.answer(|c| *c == Call::Bank, Err(Trouble::Garbage));
        assert_snapshot!(format!("bank_failed_{name}_120x40"), bank.screen(120, 40));
    }
    let pt = demo(Language::PtBr);
    assert_snapshot!("demo_pt_80x24", pt.screen(80, 24));
    assert_snapshot!("demo_pt_120x40", pt.screen(120, 40));
    let en = demo(Language::En);
    assert_snapshot!("demo_en_80x24", en.screen(80, 24));
    assert_snapshot!("demo_en_120x40", en.screen(120, 40));
}
