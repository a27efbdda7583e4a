//! The locked screen by keys, by time, and how it looks.

use crossterm::event::KeyCode;
use insta::assert_snapshot;
use shared::api::problem::{Problem, ProblemCode};

use crate::app::wire::{Answer, Call, Kept, Reply, Trouble};
use crate::app::{Effect, Event};
use crate::testing::{Client, address, connected_client, logged_in, logged_in_as, order_file};
use crate::texts::Language;

const LOG_IN: fn(&Call) -> bool = |c| matches!(c, Call::LogIn(_));

fn problem(code: ProblemCode) -> Answer {
    Err(Trouble::Problem(Box::new(Problem::new(code))))
}

fn proved() -> Answer {
    Ok(Reply::LoggedIn(logged_in("aurora", "Banco Aurora")))
}

fn locked(mut client: Client) -> Client {
    client.ctrl('o');
    client
}

fn unlocking(mut client: Client, password: &str) -> Client {
    client.type_text(password);
    client.press(KeyCode::Enter);
    client
}

#[test]
fn five_idle_minutes_lock_and_a_key_in_between_begins_them_anew() {
    let mut client = Client::at_home(Language::PtBr);
    client.pass(4 * 60_000);
    client.press(KeyCode::Down);
    client.pass(4 * 60_000);
    assert!(!client.shows("Tela travada"));
    client.pass(60_000);
    assert!(client.shows("Tela travada"));
}

#[test]
fn nought_is_never_and_nobody_is_locked_out_before_they_are_in() {
    let mut client = Client::at_home(Language::PtBr);
    client.app.world.settings.lock_after_minutes = 0;
    client.pass(24 * 3_600_000);
    assert!(!client.shows("Tela travada"));
    let mut stranger = Client::start(crate::testing::settings(Language::PtBr));
    stranger.pass(3_600_000);
    stranger.ctrl('o');
    assert!(!stranger.shows("Tela travada") && stranger.shows("Entre primeiro."));
}

#[test]
fn nothing_of_the_customers_is_seen_and_who_they_are_is_masked() {
    let client = locked(Client::at_home(Language::PtBr));
    assert!(client.shows("CPF ***.982.247-**"));
    for hidden in ["1042-8", "1.234,56", "Souza", "529.982", "Suas contas", "Ana S"] {
        assert!(!client.shows(hidden), "{hidden}\n{}", client.screen(120, 40));
    }
}

#[test]
fn the_right_password_opens_it_where_it_was_and_the_session_of_the_proof_is_closed() {
    let mut client = Client::at_home(Language::PtBr);
    client.keys("1");
    client.press(KeyCode::Tab);
    client.type_text("boreal/2001-0");
    let client = locked(client);
    assert!(!client.shows("boreal/2001-0"));
    let mut client = unlocking(client, "uma senha boa");
    let mut opened = logged_in("aurora", "Banco Aurora");
    opened.token = crate::app::wire::Token::new("proof".to_owned()).expect("a token");
    client.answer(LOG_IN, Ok(Reply::LoggedIn(opened)));
    assert!(client.shows("boreal/2001-0") && !client.shows("Tela travada"));
    let (_, seat, _) = client.open.iter().find(|(_, _, c)| *c == Call::LogOut).expect("it is closed");
    assert_eq!(seat.token.as_ref().map(|t| t.reveal().to_owned()), Some("proof".to_owned()));
    assert!(client.app.world.banks.main().is_some_and(|(_, s)| s.alive));
}

#[test]
fn a_wrong_password_says_so_and_is_not_kept() {
    let mut client = unlocking(locked(Client::at_home(Language::PtBr)), "outra");
    client.answer(LOG_IN, problem(ProblemCode::InvalidCredentials));
    assert!(client.shows("× A senha não confere.") && !client.shows("•••••"));
    let mut client = unlocking(client, "uma senha boa");
    client.answer(LOG_IN, proved());
    assert!(client.shows("Suas contas"));
}

#[test]
fn while_the_bank_is_away_it_stays_locked_with_the_reason_and_one_can_log_out() {
    let mut client = unlocking(locked(Client::at_home(Language::PtBr)), "uma senha boa");
    client.answer(LOG_IN, Err(Trouble::Unreachable));
    assert!(client.shows("só ele confere a senha") && client.shows("Tela travada"));
    client.ctrl('q');
    assert!(client.shows("Sair desta conta?"));
    client.press(KeyCode::Esc);
    assert!(client.shows("Tela travada"));
    client.ctrl('q');
    client.keys("2");
    assert!(client.shows("O que você quer fazer?") && client.asks(|c| *c == Call::LogOut));
}

#[test]
fn another_bank_of_ones_sessions_can_prove_the_password() {
    let mut client = locked(connected_client(Language::PtBr));
    client.type_text("uma senha boa");
    client.press(KeyCode::Tab);
    client.keys("2");
    client.ctrl('s');
    let (_, seat, _) = client.open.iter().find(|(_, _, c)| LOG_IN(c)).expect("a proof");
    assert_eq!(seat.address, address(7002));
    client.answer(LOG_IN, Ok(Reply::LoggedIn(logged_in("boreal", "Banco Boreal"))));
    assert!(!client.shows("Tela travada"));
}

#[test]
fn no_key_and_no_paste_reaches_the_room_beneath() {
    let mut client = Client::at_home(Language::PtBr);
    client.keys("q");
    let mut client = locked(client);
    client.event(Event::Paste("2".to_owned()));
    for key in [KeyCode::Esc, KeyCode::F(1), KeyCode::F(6), KeyCode::Up, KeyCode::Tab, KeyCode::Char('2')] {
        client.press(key);
    }
    client.press(KeyCode::Esc);
    assert!(!client.app.is_over() && client.shows("Tela travada"));
    assert!(!client.app.world.settings.hide_balances);
}

#[test]
fn money_under_way_goes_on_and_ctrl_c_ends_the_program() {
    let mut client = Client::at_home(Language::PtBr);
    let id = client.app.world.order(order_file(1).legs).expect("a session");
    let mut client = locked(client);
    assert!(client.shows("segue enquanto isso"));
    client.event(Event::OrderKept(id, Kept::Yes));
    assert!(client.asks(|c| matches!(c, Call::OrderPackage { .. })));
    client.answer(|c| matches!(c, Call::OrderPackage { .. }), Err(Trouble::OutcomeUnknown));
    client.pass(600);
    assert!(client.asks(|c| *c == Call::Package(id)));
    client.ctrl('c');
    assert!(client.app.is_over() && client.wishes.contains(&Effect::Quit));
}

#[test]
fn a_session_that_ended_meanwhile_is_opened_anew_by_the_proof() {
    let mut client = Client::at_home(Language::PtBr);
    client.keys("r");
    let mut client = locked(client);
    client.answer(|c| *c == Call::Accounts, problem(ProblemCode::Unauthenticated));
    let mut client = unlocking(client, "uma senha boa");
    client.answer(LOG_IN, Ok(Reply::LoggedIn(logged_in_as("aurora", "Banco Aurora", 900))));
    assert!(client.app.world.banks.main().is_some_and(|(_, s)| s.alive));
    assert!(!client.asks(|c| *c == Call::LogOut));
}

#[test]
fn it_looks_like_this() {
    for (language, name) in [(Language::PtBr, "pt"), (Language::En, "en")] {
        let full = locked(connected_client(language));
        let loading = unlocking(locked(Client::at_home(language)), "uma senha boa");
        let mut wrong = unlocking(locked(Client::at_home(language)), "outra");
        wrong.answer(LOG_IN, problem(ProblemCode::InvalidCredentials));
        let mut away = unlocking(locked(Client::at_home(language)), "uma senha boa");
        away.answer(LOG_IN, Err(Trouble::Unreachable));
        let mut popup = locked(Client::at_home(language));
        popup.ctrl('q');
        for (width, height) in [(80, 24), (120, 40)] {
            for (state, client) in [
                ("full", &full),
                ("loading", &loading),
                ("wrong", &wrong),
                ("away", &away),
                ("popup", &popup),
            ] {
                let screen = client.screen(width, height);
                assert_snapshot!(format!("{state}_{name}_{width}x{height}"), screen);
            }
        }
    }
}
