//! Home by keys, and how it looks.

use crossterm::event::KeyCode;
use insta::assert_snapshot;
use shared::api::problem::{Problem, ProblemCode};
use shared::api::replies::{AccountsReply, PackageReply, PackageStatus, ScopeStatus};

use crate::app::Event;
use crate::app::orders::OrderFile;
use crate::app::wire::{Call, Kept, Reply, Trouble};
use crate::rooms::looks::{State, looks, looks_of};
use crate::testing::{Client, bank, order_file, settings, start_time};
use crate::texts::Language;

#[test]
fn accounts_of_all_banks_with_what_is_held_and_coming_in() {
    let client = Client::at_home(Language::PtBr);
    for words in [
        "aurora/1042-8",
        "R$ 1.234,56",
        "R$ 12.500,00",
        "R$ 500,00",
        "R$ 150,00",
        "R$ 12.000,00",
        "R$ 13.734,56",
        "Banco Cerrado não está ligado a esta tela",
    ] {
        assert!(client.shows(words), "{words}\n{}", client.screen(120, 40));
    }
}

#[test]
fn a_bank_that_is_away_is_named_and_what_it_told_before_stays() {
    let mut client = Client::at_home(Language::PtBr);
    client.keys("r");
    let mut away = crate::testing::seen_from_aurora(ScopeStatus::NoConsent);
    away.accounts.retain(|a| a.account.bank.as_str() == "aurora");
    for scope in away.banks.iter_mut().flatten() {
        if scope.bank.as_str() == "boreal" {
            scope.status = ScopeStatus::Unreachable;
        }
    }
    client.answer(|c| *c == Call::AccountsInConsortium, Ok(Reply::Accounts(away)));
    assert!(client.shows("R$ 12.500,00") && client.shows("Banco Boreal não responde · dados de 14:32:05"));
}

#[test]
fn logging_out_asks_first_and_ends_the_session_at_the_bank() {
    let mut client = Client::at_home(Language::PtBr);
    client.keys("97");
    assert!(client.shows("Sair desta conta?"));
    client.keys("2");
    assert!(client.asks(|c| *c == Call::LogOut));
    assert!(client.shows("O que você quer fazer?") && !client.shows("1042-8"));
}

#[test]
fn a_digit_goes_there_and_esc_comes_back() {
    let mut client = Client::at_home(Language::PtBr);
    client.keys("94");
    assert!(client.shows("Início › Eu › Entrar") && client.shows("529.982.247-25"));
    client.press(KeyCode::Esc);
    client.press(KeyCode::Esc);
    assert!(client.shows("Suas contas"));
}

fn with_orders(language: Language) -> Client {
    let mut client = Client::at_home(language);
    for _ in 0..2 {
        let id = client.app.world.order(order_file(1).legs).expect("a session");
        client.event(Event::OrderKept(id, Kept::Yes));
        let sends = |c: &Call| matches!(c, Call::OrderPackage { .. });
        if client.app.world.orders.iter().count() == 1 {
            let refused = Problem::new(ProblemCode::PackageRefused);
            client.answer(sends, Err(Trouble::Problem(Box::new(refused))));
        } else {
            client.answer(sends, Err(Trouble::OutcomeUnknown));
        }
    }
    client
}

#[test]
fn an_order_without_an_answer_is_seen_until_its_end_is_known() {
    let mut client = with_orders(Language::PtBr);
    assert!(client.shows("? sem resposta ainda; perguntando"));
    assert!(client.shows("× recusada: nada foi debitado"));
    client.pass(600);
    let id = client.app.world.orders.iter().last().expect("an order").file.id;
    let package = PackageReply {
        id,
        status: PackageStatus::Committed,
        settled: true,
        legs: Vec::new(),
        refusals: Vec::new(),
        created_at: start_time(),
        decided_at: Some(start_time()),
        banks: Vec::new(),
    };
    client.answer(|c| *c == Call::Package(id), Ok(Reply::Package(package)));
    assert!(client.shows("✓ concluída") && !client.shows("sem resposta ainda"));
    // What moved is looked at at once.
    assert!(client.asks(|c| *c == Call::Accounts));
}

#[test]
fn an_order_of_an_earlier_run_names_the_bank_to_log_in_at() {
    let mut client = Client::start(settings(Language::PtBr));
    client.event(Event::OrdersFound(vec![order_file(1)]));
    assert!(client.shows("entre em aurora para saber"));
    let mut client = Client::at_home(Language::PtBr);
    let elsewhere = OrderFile { bank: bank("boreal"), ..order_file(1) };
    client.event(Event::OrdersFound(vec![elsewhere]));
    assert!(client.shows("Uma ordem de antes ainda sem resposta: entre em boreal"));
}

fn among_accounts(language: Language) -> Client {
    let mut client = Client::at_home(language);
    client.press(KeyCode::Tab);
    client.press(KeyCode::Down);
    client
}

fn helped(language: Language) -> Client {
    let mut client = Client::at_home(language);
    client.keys("?");
    client
}

/// The room in each of its states.
pub fn shown(state: State, language: Language) -> Option<Client> {
    Some(match state {
        State::Empty => {
            let mut client = Client::logged_in(language);
            let none = || Ok(Reply::Accounts(AccountsReply { accounts: Vec::new(), banks: None }));
            client.answer(|c| *c == Call::Accounts, none());
            client.answer(|c| *c == Call::AccountsInConsortium, none());
            client
        }
        State::Loading => Client::logged_in(language),
        State::Full => Client::at_home(language),
        State::Error => {
            let mut client = Client::at_home(language);
            client.keys("r");
            client.answer(|c| *c == Call::Accounts, Err(Trouble::Unreachable));
            client
        }
        State::Popup => {
            let mut client = Client::at_home(language);
            client.keys("q");
            client
        }
    })
}

#[test]
fn it_looks_like_this() {
    for look in looks(shown)
        .into_iter()
        .chain(looks_of("orders", with_orders))
        .chain(looks_of("accounts", among_accounts))
        .chain(looks_of("help", helped))
    {
        assert_snapshot!(look.name, look.screen);
    }
    for (language, name) in [(Language::PtBr, "pt"), (Language::En, "en")] {
        assert_snapshot!(format!("full_{name}_60x18"), Client::at_home(language).screen(60, 18));
    }
}
