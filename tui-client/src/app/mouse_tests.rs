//! Clicks: found by the words on the screen, they do what keys do.

use ratatui::Terminal;
use ratatui::backend::TestBackend;

use crate::app::orders::OrderState;
use crate::app::wire::Call;
use crate::app::{Effect, Event};
use crate::testing::{Client, settings, three_lines};
use crate::texts::Language;
use crate::widgets::hits::pressed_at;

const SIZE: (u16, u16) = (100, 30);

/// Clicks on the first place that shows these words; gives whether anything is there to be clicked.
fn click(client: &mut Client, words: &str) -> bool {
    let screen = client.screen(SIZE.0, SIZE.1);
    let found = screen.lines().enumerate().find_map(|(row, line)| {
        let before = line.split_once(words)?.0;
        Some((crate::widgets::text::width(before), u16::try_from(row).ok()?))
    });
    let (column, row) = found.unwrap_or_else(|| panic!("{words} is not shown:\n{screen}"));
    let mut terminal = Terminal::new(TestBackend::new(SIZE.0, SIZE.1)).expect("a test terminal");
    let mut targets = Vec::new();
    terminal.draw(|frame| targets = client.app.view_with_targets(frame)).expect("drawn");
    let press = pressed_at(&targets, column, row);
    if let Some(press) = press {
        client.event(Event::Click(press));
    }
    press.is_some()
}

fn shows(client: &Client, words: &str) -> bool {
    client.screen(SIZE.0, SIZE.1).contains(words)
}

#[test]
fn menu_footer_rows_and_popups_are_clicked() {
    let mut client = Client::at_home(Language::PtBr);
    assert!(click(&mut client, "Montar pacote"));
    assert!(shows(&client, "Nenhuma transferência ainda."));
    client.event(Event::Paste(three_lines()));
    client.answer_all_payees();
    assert!(click(&mut client, "3  dinheiro"));
    assert!(shows(&client, "▸ 3  dinheiro"), "{}", client.screen(SIZE.0, SIZE.1));
    assert!(click(&mut client, "3  dinheiro"), "the chosen row is taken");
    assert!(shows(&client, "Transferência 3"));
    assert!(click(&mut client, "Esc Voltar"));
    assert!(click(&mut client, "Ctrl-S Revisar"));
    assert!(shows(&client, "Montar pacote › Revisar"));
    client.event(Event::Wheel { down: true });
    assert!(click(&mut client, "Esc Voltar"));
    client.keys(":");
    assert!(!click(&mut client, "Início ›"), "the bar above is no button");
    client.type_text("retirar todas");
    assert!(click(&mut client, "Retirar todas  "));
    assert!(shows(&client, "Retirar todas?"));
    assert!(click(&mut client, "2 Retirar todas"));
    assert!(shows(&client, "Transferências: 0 de 64"));
}

#[test]
fn fields_and_the_button_of_a_form_are_clicked() {
    let mut client = Client::start(settings(Language::PtBr));
    client.keys("1");
    assert!(click(&mut client, "Senha"), "{}", client.screen(SIZE.0, SIZE.1));
    client.type_text("uma senha boa");
    assert!(click(&mut client, "CPF"));
    client.type_text("52998224725");
    assert!(click(&mut client, "[ Entrar ]"), "{}", client.screen(SIZE.0, SIZE.1));
    assert!(client.asks(|call| matches!(call, crate::app::wire::Call::LogIn(_))));
}

#[test]
fn money_moves_only_by_a_second_click_on_the_button_in_focus() {
    let mut client = Client::at_home(Language::PtBr);
    client.keys("2");
    client.event(Event::Paste(three_lines()));
    client.answer_all_payees();
    client.ctrl('s');
    let ordered = |client: &Client| client.wishes.iter().any(|w| matches!(w, Effect::KeepOrder(_)));
    client.press(crossterm::event::KeyCode::Tab);
    for row in ["2  aurora/1042-8", "2  aurora/1042-8", "1  aurora/1042-8"] {
        click(&mut client, row);
        assert!(!ordered(&client), "a click on a row sends nothing, whatever has the focus");
    }
    client.press(crossterm::event::KeyCode::Tab);
    assert!(click(&mut client, "[ Enviar ]"));
    assert!(!ordered(&client) && shows(&client, "▸ Enviar ◂"));
    assert!(click(&mut client, "▸ Enviar ◂"));
    assert!(ordered(&client));
    assert!(client.app.world.orders.iter().all(|o| o.state == OrderState::Keeping));
}

#[test]
fn a_locked_screen_gives_nothing_to_click_but_its_own() {
    let mut client = Client::at_home(Language::PtBr);
    client.ctrl('o');
    assert!(!shows(&client, "Montar pacote"), "{}", client.screen(SIZE.0, SIZE.1));
    client.event(Event::Wheel { down: true });
    let menu = (2..SIZE.1).flat_map(|row| (0..SIZE.0).map(move |column| (column, row)));
    let mut terminal = Terminal::new(TestBackend::new(SIZE.0, SIZE.1)).expect("a test terminal");
    let mut targets = Vec::new();
    terminal.draw(|frame| targets = client.app.view_with_targets(frame)).expect("drawn");
    for (column, row) in menu {
        if let Some(press) = pressed_at(&targets, column, row) {
            assert_ne!(press.key.code, crossterm::event::KeyCode::Char('2'), "home's menu lies below");
        }
    }
}

#[test]
fn no_click_reaches_the_room_beneath_a_locked_screen() {
    let mut client = Client::at_home(Language::PtBr);
    let unlocked = client.screen(SIZE.0, SIZE.1);
    let mut terminal = Terminal::new(TestBackend::new(SIZE.0, SIZE.1)).expect("a test terminal");
    let mut targets = Vec::new();
    terminal.draw(|frame| targets = client.app.view_with_targets(frame)).expect("drawn");
    // What could be clicked a moment before, as if the click came in between; the language may be switched when locked.
    let places = (0..SIZE.1).flat_map(|row| (0..SIZE.0).map(move |column| (column, row)));
    let presses: Vec<_> = places
        .filter_map(|(column, row)| pressed_at(&targets, column, row))
        .filter(|press| press.key.code != crossterm::event::KeyCode::F(2))
        .collect();
    assert!(
        presses.iter().any(|press| press.key.code == crossterm::event::KeyCode::Char('2')),
        "home's menu"
    );
    client.ctrl('o');
    client.open.clear();
    for press in presses {
        client.event(Event::Click(press));
        assert!(shows(&client, "Tela travada"), "{press:?}:\n{}", client.screen(SIZE.0, SIZE.1));
    }
    let asked: Vec<_> = client.open.iter().filter(|(_, _, call)| !matches!(call, Call::LogIn(_))).collect();
    assert!(asked.is_empty(), "{asked:?}");
    assert!(client.wishes.iter().all(|wish| !matches!(wish, Effect::KeepOrder(_) | Effect::Quit)));
    client.app.lock = None;
    assert_eq!(client.screen(SIZE.0, SIZE.1), unlocked);
}
