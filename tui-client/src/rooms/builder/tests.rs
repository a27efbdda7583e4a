//! The package builder by keys, and how it looks.

mod files;

use crossterm::event::KeyCode;
use insta::assert_snapshot;

use crate::app::wire::Call;
use crate::app::{Effect, Event};
use crate::rooms::looks::{State, looks, looks_of};
use crate::testing::{Client, account_ref, three_lines};
use crate::texts::Language;

fn building(language: Language) -> Client {
    let mut client = Client::at_home(language);
    client.keys("2");
    client
}

fn filled(language: Language) -> Client {
    let mut client = building(language);
    client.event(Event::Paste(three_lines()));
    client.answer_all_payees();
    client
}

/// The amounts of the list, in order.
fn amounts(client: &Client) -> Vec<String> {
    let screen = client.screen(160, 60);
    let row = |line: &str| {
        let line = line.trim_start_matches(['│', ' ', '▸']);
        let is_leg = line.chars().next().is_some_and(|c| c.is_ascii_digit()) && line.contains('/');
        is_leg.then(|| line.split("R$ ").nth(1)?.split_whitespace().next().map(str::to_owned)).flatten()
    };
    screen.lines().filter_map(row).collect()
}

#[test]
fn a_leg_is_written_changed_duplicated_moved_and_removed() {
    let mut client = building(Language::PtBr);
    client.keys("n");
    assert!(client.shows("Nova transferência"));
    client.press(KeyCode::Enter);
    client.press(KeyCode::Enter);
    client.type_text("boreal/2001-0");
    client.press(KeyCode::Tab);
    client.type_text("10");
    client.ctrl('s');
    assert!(client.shows("Transferências: 1 de 64"), "{}", client.screen(120, 40));
    client.keys("d");
    client.press(KeyCode::Enter);
    assert!(client.shows("Transferência 2"));
    client.press(KeyCode::Tab);
    client.press(KeyCode::Tab);
    client.ctrl('u');
    for _ in 0.."10,00 R$".len() {
        client.press(KeyCode::Backspace);
    }
    client.type_text("20");
    client.ctrl('s');
    assert_eq!(amounts(&client), ["10,00", "20,00"], "{}", client.screen(160, 60));
    client.keys("K");
    assert_eq!(amounts(&client), ["20,00", "10,00"]);
    client.keys("jx");
    assert_eq!(amounts(&client), ["20,00"]);
    client.keys("J");
    assert_eq!(amounts(&client), ["20,00"]);
}

#[test]
fn pasted_lines_become_legs_and_nothing_is_sent() {
    let mut client = building(Language::PtBr);
    let lines = format!("{}aurora/1042-9=boreal/2001-0:1\nnada\n\n", three_lines());
    client.event(Event::Paste(lines));
    assert!(client.shows("✓ Entendidas: 3") && client.shows("× Não entendidas: 2. Nada foi incluído ainda."));
    assert!(client.shows("Linha 4  aurora/1042-9") && client.shows("O dígito não confere"));
    assert!(client.shows("Linha 5  nada"), "{}", client.screen(120, 40));
    client.press(KeyCode::Enter);
    assert!(client.shows("Transferências: 0 de 64"), "going back adds nothing");
    client.event(Event::Paste(format!("{}nada\n", three_lines())));
    client.press(KeyCode::Tab);
    client.press(KeyCode::Enter);
    assert!(client.shows("Transferências: 3 de 64"), "{}", client.screen(120, 40));
    assert!(client.asks(|c| *c == Call::Payee(account_ref("cerrado", 3003))));
    assert!(!client.wishes.iter().any(|w| matches!(w, Effect::KeepOrder(_))));
    assert!(!client.asks(|c| matches!(c, Call::OrderPackage { .. })));
}

#[test]
fn lines_may_end_as_terminals_end_them() {
    let mut client = building(Language::PtBr);
    client.event(Event::Paste(three_lines().replace('\n', "\r")));
    assert!(client.shows("Transferências: 3 de 64"), "{}", client.screen(120, 40));
}

#[test]
fn totals_run_by_bank_and_by_account() {
    let client = filled(Language::PtBr);
    for words in
        ["Total R$ 250,00", "Banco Aurora  sai R$ 200,00", "aurora/1042-8  sai R$ 200,00", "fica R$ 1.034,56"]
    {
        assert!(client.shows(words), "{words}\n{}", client.screen(120, 40));
    }
}

#[test]
fn whose_counter_takes_the_cash_is_said_here_and_in_the_review() {
    for (language, counter, words) in [
        (Language::PtBr, "No caixa do Banco Aurora", "você entrega R$ 50,00"),
        (Language::En, "At Banco Aurora's counter", "you hand in R$ 50,00"),
    ] {
        // The account paid into is at Boreal; the money is handed in where the session is.
        let mut client = filled(language);
        assert!(client.shows(counter) && client.shows(words), "{}", client.screen(120, 40));
        assert!(client.shows(language.pick("3  dinheiro  ", "3  cash  ")), "{}", client.screen(120, 40));
        client.event(Event::Paste("boreal/2001-0=dinheiro:20,00\n".to_owned()));
        client.ctrl('s');
        let out = language.pick(", você retira R$ 20,00", ", you take out R$ 20,00");
        assert!(client.shows(&format!("{counter}  {words}{out}")), "{}", client.screen(120, 40));
    }
}

#[test]
fn a_description_is_seen_in_the_list_and_in_the_review_and_whole_for_the_chosen_leg() {
    let long = "aluguel de novembro e o condomínio de outubro que ficou";
    let lines = format!("aurora/1042-8=boreal/2001-0:150,00 {long}\naurora/1042-8=boreal/2001-0:1,00 taxa\n");
    let mut client = building(Language::PtBr);
    client.event(Event::Paste(lines));
    client.keys("k");
    for _ in 0..2 {
        let screen = client.screen(80, 24);
        assert!(screen.contains("Descrição") && screen.contains("taxa"), "{screen}");
        assert!(screen.contains("aluguel d…") || screen.contains("aluguel de…"), "{screen}");
        assert!(screen.contains(&format!("▸ {long}")), "{screen}");
        client.ctrl('s');
    }
    assert!(client.shows("Nada se move antes de Enviar."), "the second look was the review");
}

#[test]
fn several_lines_pasted_into_one_form_are_asked_about() {
    let writing = || {
        let mut client = building(Language::PtBr);
        client.keys("n");
        // As terminals send them.
        client.event(Event::Paste(three_lines().replace('\n', "\r")));
        client
    };
    let mut client = writing();
    assert!(client.shows("O texto colado tem 3 linhas") && client.shows("uma transferência só"));
    client.press(KeyCode::Enter);
    assert!(client.shows("Das 3 linhas coladas entrou só a primeira."), "{}", client.screen(120, 40));
    assert!(client.shows("= R$ 150,00") && client.shows("Nova transferência"));
    let mut client = writing();
    client.keys("2");
    assert!(client.shows("Transferências: 3 de 64"), "{}", client.screen(120, 40));
    let mut client = writing();
    client.press(KeyCode::Esc);
    assert!(client.shows("Nova transferência") && !client.shows("R$ 150,00"));
}

#[test]
fn cash_may_be_an_end_and_is_picked_from_the_list() {
    let mut client = building(Language::PtBr);
    client.keys("n");
    client.press(KeyCode::F(5));
    client.type_text("dinheiro");
    client.press(KeyCode::Enter);
    client.type_text("aurora/1042-8");
    client.press(KeyCode::Tab);
    client.type_text("5");
    client.ctrl('s');
    assert!(
        client.shows("Transferências: 1 de 64") && client.shows("dinheiro"),
        "{}",
        client.screen(120, 40)
    );
    client.keys("n");
    client.type_text("dinheiro");
    client.press(KeyCode::Tab);
    client.type_text("caixa");
    client.press(KeyCode::Tab);
    client.type_text("5");
    client.ctrl('s');
    assert!(client.shows("Diga de onde o dinheiro sai"), "{}", client.screen(120, 40));
}

#[test]
fn what_was_removed_comes_back() {
    let mut client = filled(Language::PtBr);
    client.keys("u");
    assert!(client.shows("Nada foi retirado que possa voltar."));
    client.keys("jxx");
    assert_eq!(amounts(&client), ["150,00"]);
    client.keys("u");
    assert_eq!(amounts(&client), ["150,00", "50,00"]);
    client.keys("u");
    assert_eq!(amounts(&client).len(), 3);
    client.keys("X");
    assert!(client.shows("Retirar todas?"));
    client.press(KeyCode::Enter);
    assert_eq!(amounts(&client).len(), 3, "the harmless answer is in focus");
    client.keys("X2");
    assert_eq!(amounts(&client).len(), 0);
    client.keys("u");
    assert_eq!(amounts(&client).len(), 3);
}

#[test]
fn a_leg_is_found_by_a_part_of_it() {
    let mut client = filled(Language::PtBr);
    client.keys("/");
    client.type_text("dinheiro");
    client.press(KeyCode::Enter);
    client.press(KeyCode::Enter);
    assert!(client.shows("Transferência 3"), "{}", client.screen(120, 40));
}

#[test]
fn lines_may_name_banks_and_own_numbers() {
    let mut client = building(Language::PtBr);
    client.event(Event::Paste(
        "1042-8=Boreal/2001-0:1,00\nBanco Aurora/1042-8=boreal/2001-0:2,00\n".to_owned(),
    ));
    assert_eq!(amounts(&client), ["1,00", "2,00"], "{}", client.screen(120, 40));
}

#[test]
fn leaving_a_package_or_a_leg_asks_first() {
    let mut client = filled(Language::PtBr);
    client.press(KeyCode::Esc);
    assert!(client.shows("Sair desta tela?"));
    client.press(KeyCode::Esc);
    client.keys("n");
    client.press(KeyCode::Esc);
    assert!(client.shows("Transferências: 3 de 64"), "an empty leg is left at once");
    client.keys("n");
    client.type_text("aurora");
    client.press(KeyCode::Esc);
    assert!(client.shows("Descartar esta transferência?"));
    client.keys("1");
    assert!(client.shows("Nova transferência"));
    client.press(KeyCode::Esc);
    client.keys("2");
    assert!(client.shows("Transferências: 3 de 64"));
}

#[test]
fn a_package_has_at_most_64_legs_and_at_least_one() {
    let mut client = building(Language::PtBr);
    client.ctrl('s');
    assert!(client.shows("Escreva pelo menos uma transferência"));
    let line = "aurora/1042-8=boreal/2001-0:1,00\n";
    client.event(Event::Paste(line.repeat(70)));
    assert!(client.shows("× Não entendidas: 6.") && client.shows("Um pacote tem no máximo 64"));
    client.press(KeyCode::Tab);
    client.press(KeyCode::Enter);
    assert!(client.shows("Transferências: 64 de 64"), "{}", client.screen(120, 40));
    client.keys("n");
    assert!(client.shows("Um pacote tem no máximo 64"));
    client.keys("d");
    assert!(client.shows("Transferências: 64 de 64"));
    client.ctrl('s');
    assert!(client.shows("As 64 transferências"));
}

fn writing(language: Language) -> Client {
    let mut client = filled(language);
    client.press(KeyCode::Enter);
    client
}

/// The room in each of its states.
pub fn shown(state: State, language: Language) -> Option<Client> {
    Some(match state {
        State::Empty => building(language),
        State::Loading => {
            let mut client = building(language);
            client.event(Event::Paste(three_lines()));
            client
        }
        State::Full => filled(language),
        State::Error => {
            let mut client = building(language);
            client.event(Event::Paste(format!("{}aurora/1042-9=boreal/2001-0:1\n", three_lines())));
            client
        }
        State::Popup => {
            let mut client = filled(language);
            client.keys("X");
            client
        }
    })
}

#[test]
fn it_looks_like_this() {
    for look in looks(shown).into_iter().chain(looks_of("writing", writing)) {
        assert_snapshot!(look.name, look.screen);
    }
}
