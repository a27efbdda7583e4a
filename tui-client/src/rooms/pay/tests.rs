//! Paying by keys, and how it looks.

use crossterm::event::KeyCode;
use insta::assert_snapshot;
use shared::account::AccountKind;
use shared::api::problem::{Problem, ProblemCode};
use shared::api::replies::{AccountsReply, PayeeReply};

use crate::app::wire::{Call, Reply, Trouble};
use crate::app::{Effect, Event};
use crate::rooms::looks::{State, looks, looks_of};
use crate::testing::{Client, account, account_ref, payee};
use crate::texts::Language;

fn paying(language: Language) -> Client {
    let mut client = Client::at_home(language);
    client.keys("1");
    client
}

/// From Aurora's account, picked, to an account typed.
fn filled(language: Language) -> Client {
    let mut client = paying(language);
    client.press(KeyCode::Enter);
    client.press(KeyCode::Enter);
    client.type_text(&account_ref("cerrado", 3003).to_string());
    client.press(KeyCode::Tab);
    client.type_text("150,00");
    client
}

/// The bank tells of one account, and time passes.
fn told_of_one(client: &mut Client) {
    let own = AccountsReply { accounts: vec![account("aurora", 1042, 123_456)], banks: None };
    client.answer(|c| matches!(c, Call::Accounts), Ok(Reply::Accounts(own)));
    client.pass(200);
}

#[test]
fn a_form_opened_before_the_accounts_came_takes_the_only_one_when_it_comes() {
    let mut client = Client::logged_in(Language::PtBr);
    // Whether there is any is not known yet: nobody is told that there is none.
    client.keys("1");
    assert!(client.shows("Conta que paga") && !client.shows("aurora/1042-8"));
    told_of_one(&mut client);
    assert!(client.shows("aurora/1042-8"), "{}", client.screen(120, 40));
    // And the focus stands where it would have stood.
    client.type_text("cerrado/3003-1");
    client.press(KeyCode::Tab);
    assert!(client.asks(|c| *c == Call::Payee(account_ref("cerrado", 3003))));
}

#[test]
fn what_was_typed_before_the_accounts_came_is_left_alone() {
    let mut client = Client::logged_in(Language::PtBr);
    client.keys("1");
    client.type_text("boreal/2001-0");
    told_of_one(&mut client);
    assert!(client.shows("boreal/2001-0") && !client.shows("aurora/1042-8"), "{}", client.screen(120, 40));
}

#[test]
fn without_any_account_there_is_nothing_to_pay_from_once_that_is_known() {
    let mut client = Client::logged_in(Language::PtBr);
    let none = AccountsReply { accounts: Vec::new(), banks: None };
    client.answer(|c| matches!(c, Call::Accounts), Ok(Reply::Accounts(none)));
    client.keys("1");
    assert!(client.shows("Você ainda não tem conta: abra uma."));
}

#[test]
fn the_payer_is_picked_from_ones_own_accounts_of_all_banks() {
    let mut client = paying(Language::PtBr);
    client.press(KeyCode::Enter);
    assert!(
        client.shows("De qual conta?") && client.shows("boreal/2001-0 · pessoal · disponível R$ 12.000,00")
    );
    client.type_text("boreal");
    client.press(KeyCode::Enter);
    assert!(client.shows("boreal/2001-0") && !client.shows("De qual conta?"), "{}", client.screen(120, 40));
    assert!(client.shows("disponível R$ 12.000,00"));
}

#[test]
fn the_payee_is_looked_up_when_the_field_is_left_and_named_masked() {
    let mut client = filled(Language::PtBr);
    assert!(client.asks(|c| *c == Call::Payee(account_ref("cerrado", 3003))));
    assert!(client.shows("procurando quem recebe…"));
    client.answer(|c| matches!(c, Call::Payee(_)), Ok(Reply::Payee(payee("cerrado", 3003, "B**** L***"))));
    assert!(client.shows("B**** L***"), "{}", client.screen(120, 40));
}

#[test]
fn a_mistyped_digit_an_unknown_bank_and_an_unknown_account_are_said_under_the_field() {
    let mut client = paying(Language::PtBr);
    client.press(KeyCode::Tab);
    client.type_text("boreal/2001-1");
    client.press(KeyCode::Tab);
    assert!(client.shows("O dígito não confere"), "{}", client.screen(120, 40));
    let mut client = paying(Language::PtBr);
    client.press(KeyCode::Tab);
    client.type_text(&account_ref("lua", 1000).to_string());
    client.press(KeyCode::Tab);
    assert!(client.shows("Nenhum banco do consórcio tem este nome"));
    let mut client = filled(Language::PtBr);
    let problem = Problem::new(ProblemCode::NotFound);
    client.answer(|c| matches!(c, Call::Payee(_)), Err(Trouble::Problem(Box::new(problem))));
    client.ctrl('s');
    assert!(client.shows("Não existe conta com este número") && !client.shows("Contas envolvidas"));
}

#[test]
fn a_number_alone_and_a_banks_name_become_an_account() {
    let mut client = paying(Language::PtBr);
    client.type_text("2001-0");
    client.press(KeyCode::Tab);
    assert!(client.shows("boreal/2001-0") && client.shows("disponível R$ 12.000,00"));
    client.type_text("CERRADO/3003-");
    let digit = account_ref("cerrado", 3003).to_string();
    client.type_text(&digit[digit.len() - 1..]);
    client.press(KeyCode::Tab);
    assert!(client.asks(|c| *c == Call::Payee(account_ref("cerrado", 3003))), "{}", client.screen(120, 40));
}

#[test]
fn money_that_can_mean_two_things_is_asked_about() {
    let mut client = filled(Language::PtBr);
    for _ in 0.."150,00".len() {
        client.press(KeyCode::Backspace);
    }
    client.type_text("1.23");
    client.press(KeyCode::Enter);
    assert!(client.shows("“1.23” pode querer dizer duas coisas."));
    client.keys("1");
    assert!(client.shows("= R$ 1,23"), "{}", client.screen(120, 40));
}

#[test]
fn a_pasted_line_fills_the_form_and_submits_nothing() {
    let mut client = paying(Language::PtBr);
    client.event(Event::Paste("aurora/1042-8=boreal/2001-0:150,00\n".to_owned()));
    for words in ["aurora/1042-8", "boreal/2001-0", "= R$ 150,00", "sua conta pessoal"] {
        assert!(client.shows(words), "{words}\n{}", client.screen(120, 40));
    }
    assert!(!client.shows("Contas envolvidas"));
    client.press(KeyCode::Esc);
    assert!(client.shows("Sair desta tela?"));
}

#[test]
fn of_several_lines_pasted_the_first_is_taken_and_that_is_said() {
    for (language, words) in [
        (Language::PtBr, "Das 3 linhas coladas entrou só a primeira. Várias vão em Montar pacote."),
        (Language::En, "Of the 3 lines pasted only the first was taken. Build a package takes several."),
    ] {
        let mut client = paying(language);
        client.event(Event::Paste(crate::testing::three_lines()));
        assert!(client.shows(words) && client.shows("= R$ 150,00"), "{}", client.screen(120, 40));
    }
}

#[test]
fn nothing_is_ordered_by_the_form() {
    let mut client = filled(Language::PtBr);
    client.ctrl('s');
    assert!(client.shows("Contas envolvidas") && client.shows("▸ Voltar ◂"));
    assert!(!client.wishes.iter().any(|w| matches!(w, Effect::KeepOrder(_))));
    client.press(KeyCode::Enter);
    assert!(client.shows("= R$ 150,00"), "back in the form, nothing lost");
}

#[test]
fn the_same_account_twice_is_refused() {
    let mut client = paying(Language::PtBr);
    client.type_text("aurora/1042-8");
    client.press(KeyCode::Tab);
    client.type_text("aurora/1042-8");
    client.press(KeyCode::Tab);
    client.type_text("1");
    client.ctrl('s');
    assert!(client.shows("A conta que paga e a que recebe são a mesma."));
}

#[test]
fn cash_goes_in_and_out_at_the_bank_of_the_session() {
    let mut client = Client::at_home(Language::PtBr);
    client.keys("3");
    assert!(
        client.shows("no caixa do Banco Aurora, para qualquer conta.") && !client.shows("Conta que paga")
    );
    client.press(KeyCode::Enter);
    client.press(KeyCode::Enter);
    client.type_text("100");
    client.ctrl('s');
    assert!(
        client.shows("No caixa do Banco Aurora  você entrega R$ 100,00") && client.shows("Total R$ 100,00"),
        "{}",
        client.screen(120, 40)
    );
    let mut client = Client::at_home(Language::PtBr);
    client.keys("4");
    assert!(client.shows("Dinheiro retirado") && !client.shows("Conta que recebe"));
    client.press(KeyCode::Enter);
    client.press(KeyCode::Enter);
    client.type_text("2000");
    client.press(KeyCode::Tab);
    assert!(client.shows("a conta tem R$ 1.234,56 disponível agora"), "{}", client.screen(120, 40));
    client.ctrl('s');
    assert!(client.shows("! faltam R$ 765,44"), "{}", client.screen(120, 40));
}

#[test]
fn with_the_bank_away_money_is_off_and_says_why() {
    let mut client = Client::at_home(Language::PtBr);
    client.keys("r");
    client.answer(|c| *c == Call::Accounts, Err(Trouble::Unreachable));
    client.keys("1");
    assert!(client.shows("mover dinheiro fica desligado até ele voltar") && client.shows("Suas contas"));
}

fn pay_in(language: Language) -> Client {
    let mut client = Client::at_home(language);
    client.keys("3");
    client
}

fn pay_out(language: Language) -> Client {
    let mut client = Client::at_home(language);
    client.keys("4");
    client
}

/// The room in each of its states.
pub fn shown(state: State, language: Language) -> Option<Client> {
    Some(match state {
        State::Empty => paying(language),
        State::Loading => filled(language),
        State::Full => {
            let mut client = filled(language);
            let company =
                PayeeReply { kind: AccountKind::Business, ..payee("cerrado", 3003, "Padaria do Sol Ltda.") };
            client.answer(|c| matches!(c, Call::Payee(_)), Ok(Reply::Payee(company)));
            client
        }
        State::Error => {
            let mut client = filled(language);
            let problem = Problem::new(ProblemCode::NotFound);
            client.answer(|c| matches!(c, Call::Payee(_)), Err(Trouble::Problem(Box::new(problem))));
            client.ctrl('s');
            client
        }
        State::Popup => {
            let mut client = paying(language);
            client.press(KeyCode::Enter);
            client
        }
    })
}

#[test]
fn it_looks_like_this() {
    for look in looks(shown).into_iter().chain(looks_of("in", pay_in)).chain(looks_of("out", pay_out)) {
        assert_snapshot!(look.name, look.screen);
    }
}
