//! Key scripts against the core, and the drawing of every room at every size.

use crossterm::event::KeyCode;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::effect::Effect;
use super::wire::{Call, Reply, Trouble};
use crate::testing::{Client, every_room, settings};
use crate::texts::Language;

#[test]
fn every_room_draws_at_every_size() {
    for (name, mut client) in every_room() {
        for width in (1..=120).filter(|w| *w < 8 || w % 7 == 4 || *w > 117 || (58..=62).contains(w)) {
            for height in 1..=40 {
                let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
                terminal
                    .draw(|frame| client.app.view(frame))
                    .unwrap_or_else(|e| panic!("{name} at {width}×{height}: {e}"));
            }
        }
        // The other language too, at the sizes that matter.
        client.press(KeyCode::F(2));
        let _drawn = (client.screen(60, 18), client.screen(80, 24), client.screen(120, 40));
    }
}

#[test]
fn a_small_terminal_names_the_size_needed_and_keeps_what_was_typed() {
    let mut client = Client::start(settings(Language::PtBr));
    client.keys("1");
    client.type_text("5299822");
    assert!(client.screen(59, 17).contains("60×18"));
    client.type_text("4725");
    assert!(client.screen(80, 24).contains("529.982.247-25"));
}

#[test]
fn esc_leaves_an_untouched_form_and_asks_about_a_touched_one() {
    let mut client = Client::start(settings(Language::PtBr));
    client.keys("2");
    client.press(KeyCode::Esc);
    assert!(client.shows("O que você quer fazer?"));
    client.keys("2");
    client.type_text("Ana");
    client.press(KeyCode::Esc);
    assert!(client.shows("Sair desta tela?"));
    // The harmless answer has the focus.
    client.press(KeyCode::Enter);
    assert!(client.shows("Ana"));
    client.press(KeyCode::Esc);
    client.keys("2");
    assert!(client.shows("O que você quer fazer?"));
}

#[test]
fn letters_are_text_while_a_field_has_focus() {
    let mut client = Client::start(settings(Language::PtBr));
    client.keys("2");
    client.type_text("q?1");
    assert!(client.shows("q?1"));
    assert!(!client.app.is_over());
    client.press(KeyCode::F(1));
    assert!(client.shows("Teclas desta tela"));
}

#[test]
fn f2_switches_the_language_at_once_and_it_is_remembered() {
    let mut client = Client::start(settings(Language::PtBr));
    client.press(KeyCode::F(2));
    assert!(client.shows("What would you like to do?"));
    let kept = client.wishes.iter().any(
        |w| matches!(w, Effect::KeepRemembered(r) if r.language == Some(Language::En) && r.banks.len() == 1),
    );
    assert!(kept);
}

#[test]
fn ctrl_c_always_ends_and_q_asks_first() {
    let mut client = Client::at_home(Language::PtBr);
    client.keys("q");
    assert!(client.shows("Fechar o programa?") && !client.app.is_over());
    client.press(KeyCode::Esc);
    client.ctrl('c');
    assert!(client.app.is_over() && client.wishes.contains(&Effect::Quit));
}

#[test]
fn ctrl_z_gives_the_terminal_back() {
    let mut client = Client::at_home(Language::PtBr);
    client.ctrl('z');
    assert!(client.wishes.contains(&Effect::Suspend));
}

#[test]
fn answers_for_a_room_that_was_left_change_nothing() {
    let mut client = Client::start(settings(Language::PtBr));
    client.keys("1");
    client.type_text("52998224725");
    client.press(KeyCode::Tab);
    client.type_text("uma senha boa");
    client.press(KeyCode::Enter);
    let at = client.open.iter().position(|(_, _, c)| matches!(c, Call::LogIn(_))).unwrap();
    let (id, ..) = client.open.remove(at);
    client.press(KeyCode::Esc);
    client.keys("2");
    let opened = crate::testing::logged_in("aurora", "Banco Aurora");
    client.event(super::Event::Answered(id, Ok(Reply::LoggedIn(opened))));
    assert!(client.app.world.banks.main().is_none());
    assert!(client.shows("O que você quer fazer?"));
}

#[test]
fn a_read_that_is_asked_again_forgets_the_older_one() {
    let mut client = Client::logged_in(Language::PtBr);
    let reads = |c: &Client| c.open.iter().filter(|(_, _, call)| *call == Call::Consortium).count();
    assert_eq!(reads(&client), 1);
    client.keys("r");
    assert_eq!(reads(&client), 1);
}

#[test]
fn nothing_is_asked_while_nothing_changes_and_quickly_while_money_moves() {
    let mut client = Client::at_home(Language::PtBr);
    assert!(client.open.is_empty(), "{:?}", client.open);
    // Boreal's account has money held: something is on its way.
    client.pass(1_000);
    assert!(client.open.is_empty());
    client.pass(1_100);
    assert!(client.asks(|c| *c == Call::AccountsInConsortium));
}

#[test]
fn when_the_bank_goes_away_the_last_data_stay_with_their_time() {
    let mut client = Client::at_home(Language::PtBr);
    client.keys("r");
    client.answer(|c| *c == Call::Accounts, Err(Trouble::Unreachable));
    client.answer(|c| *c == Call::AccountsInConsortium, Err(Trouble::Unreachable));
    client.answer(|c| *c == Call::Consortium, Err(Trouble::Unreachable));
    assert!(client.shows("R$ 1.234,56") && client.shows("dados de 14:32:05"));
    assert!(client.shows("× sem resposta"));
    // It is asked again, later each time.
    client.pass(2_100);
    assert!(client.asks(|c| *c == Call::Accounts));
    client.answer(|c| *c == Call::Accounts, Err(Trouble::Unreachable));
    client.answer(|c| *c == Call::AccountsInConsortium, Err(Trouble::Unreachable));
    client.pass(2_000);
    assert!(!client.asks(|c| *c == Call::Accounts));
    client.tell_back();
    assert!(client.shows("● ligado"));
}

impl Client {
    fn tell_back(&mut self) {
        for _ in 0..20 {
            self.pass(2_500);
            if self.asks(|c| *c == Call::Accounts) {
                break;
            }
            for (id, ..) in std::mem::take(&mut self.open) {
                self.event(super::Event::Answered(id, Err(Trouble::Unreachable)));
            }
        }
        let accounts = shared::api::replies::AccountsReply {
            accounts: vec![crate::testing::account("aurora", 1042, 1)],
            banks: None,
        };
        self.answer(|c| *c == Call::Accounts, Ok(Reply::Accounts(accounts)));
    }
}
