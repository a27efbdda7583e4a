//! The settings by keys, and how they look.

use crossterm::event::KeyCode;
use insta::assert_snapshot;
use shared::key_pin::KeyPin;

use crate::app::bank_keys::BankKey;
use crate::app::settings::{NamedBank, Origin, Remembered, Settings};
use crate::app::{Effect, Event};
use crate::rooms::looks::{State, looks, looks_of};
use crate::testing::{Client, settings};
use crate::texts::Language;

use super::LINES;

fn at_settings(language: Language) -> Client {
    let mut client = Client::at_home(language);
    client.keys("0");
    client
}

fn given(language: Language) -> Settings {
    let mut given = settings(language);
    given.origins.theme = Origin::File;
    given.mouse = true;
    given.origins.mouse = Origin::Flag;
    given.origins.hide_balances = Origin::Environment;
    given.save_dir = Some(("/home/ana/extratos".to_owned(), Origin::File));
    given.config_file = Some("/home/ana/.config/consortium-tui/config.toml".to_owned());
    given.banks = vec![NamedBank { name: "Banco Boreal".to_owned(), address: "127.0.0.1:7002".to_owned() }];
    given
}

fn at_given(language: Language) -> Client {
    let mut client = at_settings(language);
    client.app.world.settings = given(language);
    client
}

fn key_of(address: &str) -> BankKey {
    let key = KeyPin::of_public_key_info(address.as_bytes());
    BankKey { address: address.to_owned(), key, vouched: false, bank: None }
}

#[test]
fn a_banks_key_is_shown_and_forgotten_when_that_is_said_twice() {
    let mut client = at_given(Language::En);
    let key = key_of("127.0.0.1:7002");
    client.event(Event::BankKeyMet(key.clone()));
    assert!(client.shows(&key.key.to_string()) && client.shows("seen for the first time"));
    client.event(Event::BankKeysKnown(vec![key.clone()]));
    let rows = LINES.len() + client.app.world.settings.known_banks().len();
    for _ in 0..rows {
        if client.shows("TLS key:") {
            break;
        }
        client.press(KeyCode::Down);
    }
    assert!(client.shows("TLS key:"), "{}", client.screen(120, 40));
    client.keys("f");
    assert!(client.shows("Forget this bank's key?"));
    client.press(KeyCode::Enter);
    let forgets = |wish: &Effect| matches!(wish, Effect::ForgetBankKey(_));
    assert!(!client.wishes.iter().any(forgets), "it is kept unless somebody says otherwise");
    client.keys("f");
    client.press(KeyCode::Right);
    client.press(KeyCode::Enter);
    assert!(client.wishes.iter().any(forgets), "{:?}", client.wishes);
    client.event(Event::BankKeysKnown(Vec::new()));
    client.keys("f");
    assert!(client.shows("No key is kept"), "{}", client.screen(120, 40));
}

fn kept(client: &Client) -> Remembered {
    let last = client.wishes.iter().rev().find_map(|w| match w {
        Effect::KeepRemembered(remembered) => Some(remembered.clone()),
        _ => None,
    });
    last.expect("something was kept")
}

#[test]
fn each_setting_is_changed_with_the_arrows_and_remembered() {
    let mut client = at_settings(Language::PtBr);
    client.press(KeyCode::Down);
    client.press(KeyCode::Right);
    assert!(client.shows("claro"));
    client.press(KeyCode::Left);
    client.press(KeyCode::Left);
    assert!(client.shows("sem cores"));
    client.press(KeyCode::Down);
    client.press(KeyCode::Right);
    assert!(client.shows("sim · na próxima vez") && !client.app.world.settings.plain);
    client.press(KeyCode::Down);
    client.press(KeyCode::Right);
    client.press(KeyCode::Down);
    client.press(KeyCode::Right);
    assert!(client.shows("10 minutos parado"));
    client.press(KeyCode::Down);
    client.press(KeyCode::Enter);
    let remembered = kept(&client);
    assert_eq!((remembered.plain, remembered.mouse), (Some(true), Some(true)));
    assert_eq!((remembered.lock_after_minutes, remembered.hide_balances), (Some(10), Some(true)));
    client.press(KeyCode::Esc);
    assert!(client.shows("R$ •••••") && !client.shows("R$ 1.234,56"));
}

#[test]
fn what_comes_from_outside_says_from_where_and_is_not_changed() {
    let mut client = at_given(Language::PtBr);
    for words in [
        "escuro · do arquivo",
        "sim · da linha de comando",
        "não · do ambiente (TUI_…)",
        "consortium-tui/config.toml",
        "Extratos e comprovantes vão para /home/ana/extratos · do arquivo",
    ] {
        assert!(client.shows(words), "{words}\n{}", client.screen(120, 40));
    }
    client.press(KeyCode::Down);
    let before = client.app.world.settings.clone();
    client.press(KeyCode::Right);
    assert!(client.shows("Vem de fora do programa"));
    assert_eq!(client.app.world.settings, before);
}

#[test]
fn a_bank_is_added_renamed_and_removed() {
    let mut client = at_settings(Language::PtBr);
    client.keys("a");
    client.type_text("Meu banco");
    client.press(KeyCode::Tab);
    client.type_text("127.0.0.1:7001");
    client.press(KeyCode::Enter);
    assert!(client.shows("! Este endereço já está na lista."));
    client.press(KeyCode::Backspace);
    client.type_text("9");
    client.press(KeyCode::Enter);
    assert!(client.shows("Meu banco") && client.shows("127.0.0.1:7009"));
    for _ in 0..20 {
        client.press(KeyCode::Down);
    }
    client.keys("e");
    client.type_text(" novo");
    client.ctrl('s');
    assert!(kept(&client).banks.iter().any(|b| b.name == "Meu banco novo"));
    client.keys("x");
    assert!(client.shows("Retirar este banco da lista?"));
    client.keys("2");
    assert!(!client.shows("Meu banco novo"));
}

#[test]
fn a_bank_of_the_file_is_not_changed_here() {
    let mut client = at_given(Language::PtBr);
    client.keys("x");
    assert!(client.shows("Escolha com ↑ ↓ um banco da lista."));
    for _ in 0..6 {
        client.press(KeyCode::Down);
    }
    client.keys("x");
    assert!(client.shows("Vem de fora do programa") && !client.shows("Retirar este banco"));
    client.keys("e");
    assert!(!client.shows("Mudar o banco ─") && client.shows("Vem de fora do programa"));
}

#[test]
fn esc_leaves_the_form_of_a_bank_and_asks_about_what_was_typed() {
    let mut client = at_settings(Language::PtBr);
    client.keys("a");
    client.press(KeyCode::Esc);
    assert!(client.shows("Como esta tela se comporta"));
    client.keys("a");
    client.type_text("Meu");
    client.press(KeyCode::Esc);
    assert!(client.shows("Sair desta tela?"));
    client.keys("1");
    assert!(client.shows("Meu"));
    client.press(KeyCode::Esc);
    client.keys("2");
    assert!(client.shows("Como esta tela se comporta"));
}

#[test]
fn f6_covers_and_shows_balances_everywhere_and_is_remembered() {
    let mut client = Client::at_home(Language::PtBr);
    client.press(KeyCode::F(6));
    for amount in ["R$ 1.234,56", "R$ 12.500,00", "R$ 13.734,56", "R$ 500,00", "R$ 150,00"] {
        assert!(!client.shows(amount), "{amount}\n{}", client.screen(120, 40));
    }
    assert_eq!(kept(&client).hide_balances, Some(true));
    client.press(KeyCode::F(6));
    assert!(client.shows("R$ 13.734,56"));
    assert_eq!(kept(&client).hide_balances, Some(false));
}

#[test]
fn forms_sums_and_the_review_cover_balances_and_still_show_what_is_paid() {
    let mut client = Client::at_home(Language::PtBr);
    client.press(KeyCode::F(6));
    client.keys("1");
    client.press(KeyCode::F(5));
    assert!(client.shows("R$ •••••") && client.shows("aurora/1042-8"), "{}", client.screen(120, 40));
    assert!(!client.shows("R$ 1.234,56") && !client.shows("R$ 12.000,00"), "{}", client.screen(120, 40));
    client.press(KeyCode::Esc);
    client.press(KeyCode::Esc);
    client.keys("2");
    client.event(crate::app::Event::Paste(crate::testing::three_lines()));
    assert!(client.shows("R$ •••••") && client.shows("R$ 150,00") && !client.shows("1.034,56"));
    client.ctrl('s');
    client.answer_all_payees();
    assert!(client.shows("[ Enviar ]") && client.shows("R$ •••••") && client.shows("R$ 150,00"));
    assert!(!client.shows("R$ 1.234,56") && !client.shows("1.034,56"), "{}", client.screen(120, 40));
}

fn hidden_home(language: Language) -> Client {
    let mut client = Client::at_home(language);
    client.press(KeyCode::F(6));
    client
}

fn hidden_review(language: Language) -> Client {
    let mut client = hidden_home(language);
    client.keys("2");
    client.event(crate::app::Event::Paste(crate::testing::three_lines()));
    client.ctrl('s');
    client.answer_all_payees();
    client
}

/// The room in each of its states.
pub fn shown(state: State, language: Language) -> Option<Client> {
    Some(match state {
        State::Empty => {
            let mut client = at_settings(language);
            client.app.world.settings.remembered.banks.clear();
            client
        }
        State::Loading => return None,
        State::Full => at_settings(language),
        State::Error => {
            let mut client = at_settings(language);
            client.keys("a");
            client.type_text("Meu banco");
            client.press(KeyCode::Enter);
            client.type_text("x y");
            client.press(KeyCode::Enter);
            client
        }
        State::Popup => {
            let mut client = at_settings(language);
            for _ in 0..6 {
                client.press(KeyCode::Down);
            }
            client.keys("x");
            client
        }
    })
}

#[test]
fn it_looks_like_this() {
    for look in looks(shown)
        .into_iter()
        .chain(looks_of("given", at_given))
        .chain(looks_of("hidden_home", hidden_home))
        .chain(looks_of("hidden_review", hidden_review))
    {
        assert_snapshot!(look.name, look.screen);
    }
}
