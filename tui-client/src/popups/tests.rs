//! The palette and the help, by keys.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use insta::assert_snapshot;

use crate::app::Event;
use crate::app::wire::Trouble;
use crate::testing::{Client, settings, three_lines};
use crate::texts::Language;

fn alt(client: &mut Client, c: char) {
    client.event(Event::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::ALT)));
}

#[test]
fn whatever_can_be_done_is_found_by_a_part_of_its_name() {
    let mut client = Client::at_home(Language::PtBr);
    client.keys(":");
    assert!(client.shows("O que você quer fazer?"));
    client.type_text("montar");
    client.press(KeyCode::Enter);
    assert!(client.shows("Nenhuma transferência ainda."), "{}", client.screen(120, 40));

    // Accents do not count, and what is chosen is done as by its key.
    client.event(Event::Paste(three_lines()));
    client.answer_all_payees();
    client.ctrl('s');
    client.press(KeyCode::Tab);
    client.press(KeyCode::Enter);
    client.ctrl('p');
    client.type_text("codigo");
    client.press(KeyCode::Enter);
    assert!(client.shows("Copiado:"), "{}", client.screen(120, 40));
}

#[test]
fn it_opens_where_letters_are_text_by_ctrl_p_only() {
    let mut client = Client::at_home(Language::PtBr);
    client.keys("1");
    client.press(KeyCode::Tab);
    client.keys(":");
    assert!(!client.shows("O que você quer fazer?"));
    client.ctrl('p');
    assert!(client.shows("O que você quer fazer?"));
    client.ctrl('p');
    assert!(!client.shows("O que você quer fazer?"), "the same key closes it");
}

#[test]
fn the_help_says_whole_why_something_cannot_be_done_now() {
    let mut client = Client::at_home(Language::PtBr);
    client.keys("8?");
    let screen = client.screen(80, 24);
    assert!(screen.contains("Parar e religar bancos só existe na demonstração."), "{screen}");
    client.press(KeyCode::Esc);
    client.press(KeyCode::Esc);
    client.keys("?");
    client.press(KeyCode::PageDown);
    let screen = client.screen(80, 24);
    assert!(
        screen.contains("Você só entrou em um banco: entre em outro") && screen.contains("para trocar."),
        "{screen}"
    );
}

#[test]
fn the_palette_and_the_help_know_how_a_refused_order_is_corrected() {
    let mut client = Client::at_home(Language::En);
    client.keys("6o");
    client.event(Event::Paste(uuid::Uuid::from_u128(7).to_string()));
    client.press(KeyCode::Enter);
    client.keys("?/correct");
    assert!(client.shows("Correct in a new order"), "{}", client.screen(120, 40));
    client.press(KeyCode::Esc);
    client.press(KeyCode::Esc);
    client.keys(":correct");
    client.press(KeyCode::Enter);
    assert!(client.shows("Only an order that was refused is corrected in a new order."));
}

#[test]
fn a_room_is_reached_from_anywhere_and_nothing_half_filled_is_lost() {
    let mut client = Client::at_home(Language::PtBr);
    client.keys("2");
    client.event(Event::Paste(three_lines()));
    client.keys(":");
    client.type_text("consor");
    client.press(KeyCode::Enter);
    assert!(client.shows("Montar pacote › Consórcio"), "{}", client.screen(120, 40));
    client.press(KeyCode::Esc);
    assert!(client.shows("Transferências: 3 de 64"));
    alt(&mut client, 'h');
    assert!(client.shows("Antes, termine ou deixe"), "{}", client.screen(120, 40));
    client.keys("X2:");
    client.type_text("consor");
    client.press(KeyCode::Enter);
    assert!(client.shows("Início › Consórcio"), "{}", client.screen(120, 40));
    alt(&mut client, 'h');
    assert!(client.shows("Suas contas"));
}

#[test]
fn what_cannot_be_done_says_why_and_is_not_done() {
    let mut client = Client::at_home(Language::PtBr);
    client.press(KeyCode::Char('r'));
    while client.asks(|_| true) {
        client.answer(|_| true, Err(Trouble::Unreachable));
    }
    client.keys(":");
    client.type_text("pagar");
    assert!(
        client.shows("agora não") && client.shows("O banco não responde agora"),
        "{}",
        client.screen(120, 40)
    );
    assert_snapshot!("palette_off_pt_80x24", client.screen(80, 24));
    client.press(KeyCode::Enter);
    assert!(client.shows("Suas contas") && client.shows("mover dinheiro fica desligado"));
    let mut welcome = Client::start(settings(Language::PtBr));
    welcome.keys(":");
    assert!(!welcome.shows("sala"), "no room of home's is offered before a log-in");
}

#[test]
fn help_is_grouped_filtered_and_scrolled() {
    let mut client = Client::at_home(Language::PtBr);
    client.keys("2?");
    assert!(client.shows("Montar pacote") && client.shows("Nas listas") && client.shows("Em qualquer lugar"));
    assert_snapshot!("help_pt_80x24", client.screen(80, 24));
    client.press(KeyCode::End);
    assert!(client.screen(80, 24).contains("Fechar já"), "{}", client.screen(80, 24));
    client.keys("/");
    client.type_text("desfazer");
    assert!(client.shows("Desfazer a retirada") && !client.shows("Duplicar"));
    client.press(KeyCode::Esc);
    assert!(client.shows("Duplicar"), "Esc leaves the filter first");
    client.press(KeyCode::Esc);
    assert!(!client.shows("Teclas desta tela"));
}

#[test]
fn it_looks_like_this() {
    for (language, name) in [(Language::PtBr, "pt"), (Language::En, "en")] {
        let mut client = Client::at_home(language);
        client.keys("2");
        client.keys(":");
        assert_snapshot!(format!("palette_{name}_80x24"), client.screen(80, 24));
        assert_snapshot!(format!("palette_{name}_120x40"), client.screen(120, 40));
        client.type_text("xyz");
        assert_snapshot!(format!("palette_empty_{name}_80x24"), client.screen(80, 24));
    }
}
