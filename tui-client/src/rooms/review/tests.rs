//! The review by keys, and how it looks.

use crossterm::event::KeyCode;
use insta::assert_snapshot;

use crate::app::wire::{Call, Trouble};
use crate::app::{Effect, Event};
use crate::testing::Client;
use crate::texts::Language;

/// Three legs from two banks and the counter, reviewed; one payee is a stranger.
fn reviewed(language: Language) -> Client {
    let mut client = Client::at_home(language);
    client.keys("2");
    client.event(Event::Paste(crate::testing::three_lines()));
    client.ctrl('s');
    client
}

/// No look-up is answered: neither the builder's nor the review's own.
fn lose_payees(client: &mut Client) {
    while client.asks(|c| matches!(c, Call::Payee(_))) {
        client.answer(|c| matches!(c, Call::Payee(_)), Err(Trouble::Unreachable));
    }
}

fn ordered(client: &Client) -> bool {
    client.wishes.iter().any(|w| matches!(w, Effect::KeepOrder(_)))
}

#[test]
fn the_focus_is_on_the_way_back_and_only_send_sends() {
    let mut client = reviewed(Language::PtBr);
    client.answer_all_payees();
    assert!(client.shows("▸ Voltar ◂"), "{}", client.screen(120, 40));
    client.ctrl('s');
    client.keys(" ey");
    assert!(!ordered(&client));
    client.press(KeyCode::Tab);
    assert!(client.shows("▸ Enviar ◂"));
    client.press(KeyCode::Enter);
    assert!(ordered(&client));
    // A second Enter is pressed in another room, and orders nothing more.
    client.press(KeyCode::Enter);
    assert_eq!(client.wishes.iter().filter(|w| matches!(w, Effect::KeepOrder(_))).count(), 1);
    client.press(KeyCode::Esc);
    assert!(client.shows("Suas contas"), "the form that led here is gone: {}", client.screen(120, 40));
}

#[test]
fn names_payers_and_what_is_left_are_shown() {
    let mut client = reviewed(Language::PtBr);
    client.answer_all_payees();
    for words in
        ["B**** L***", "disponível R$ 1.234,56 → R$ 1.034,56", "Total R$ 250,00", "As 3 transferências"]
    {
        assert!(client.shows(words), "{words}\n{}", client.screen(120, 40));
    }
}

#[test]
fn sending_waits_for_the_names() {
    let mut client = reviewed(Language::PtBr);
    client.press(KeyCode::Tab);
    client.press(KeyCode::Enter);
    assert!(!ordered(&client) && client.shows("Ainda procurando os nomes"));
    lose_payees(&mut client);
    assert!(client.shows("não foi possível saber o nome agora"));
    client.press(KeyCode::Enter);
    assert!(ordered(&client), "a name that cannot be had is said, and the customer decides");
}

#[test]
fn with_the_bank_away_sending_is_off_and_says_why() {
    let mut client = reviewed(Language::PtBr);
    client.answer_all_payees();
    client.app.world.look();
    client.event(Event::Redraw);
    client.answer(|c| *c == Call::Accounts, Err(Trouble::Unreachable));
    assert!(client.shows("( Enviar )") && client.shows("mover dinheiro fica desligado"));
    client.press(KeyCode::Tab);
    client.press(KeyCode::Enter);
    assert!(!ordered(&client));
}

#[test]
fn it_looks_like_this() {
    for (language, name) in [(Language::PtBr, "pt"), (Language::En, "en")] {
        assert_snapshot!(format!("loading_{name}_80x24"), reviewed(language).screen(80, 24));
        let mut full = reviewed(language);
        full.answer_all_payees();
        assert_snapshot!(format!("full_{name}_80x24"), full.screen(80, 24));
        full.press(KeyCode::Tab);
        assert_snapshot!(format!("full_{name}_120x40"), full.screen(120, 40));
        let mut error = reviewed(language);
        lose_payees(&mut error);
        assert_snapshot!(format!("error_{name}_80x24"), error.screen(80, 24));
    }
}
