//! Opening accounts by keys, and how it looks.

use crossterm::event::KeyCode;
use insta::assert_snapshot;
use shared::account::AccountKind;
use shared::api::problem::{FieldCode, FieldError, Problem, ProblemCode};
use shared::api::replies::{AccountReply, PackageReply, PackageStatus};
use shared::api::requests::OpenAccount;
use shared::ids::PackageId;
use uuid::Uuid;

use crate::app::wire::{Call, Kept, Reply, Trouble};
use crate::app::{Effect, Event};
use crate::rooms::looks::{State, looks, looks_of};
use crate::testing::{Client, account, start_time};
use crate::texts::Language;

const BRUNO: &str = "11144477735";

fn opening(language: Language) -> Client {
    let mut client = Client::at_home(language);
    client.keys("5");
    client
}

fn body(client: &Client) -> OpenAccount {
    let found = client.open.iter().find_map(|(_, _, call)| match call {
        Call::OpenAccount(body) => Some(body.clone()),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("nothing is asked:\n{}", client.screen(120, 40)))
}

fn is_open(call: &Call) -> bool {
    matches!(call, Call::OpenAccount(_))
}

/// A personal account with a first pay-in, open.
fn opened(language: Language) -> Client {
    let mut client = opening(language);
    client.press(KeyCode::Tab);
    client.type_text("250,00");
    client.press(KeyCode::Enter);
    client.answer(is_open, Ok(Reply::Opened(account("aurora", 1050, 0))));
    client.event(Event::OrderKept(PackageId(Uuid::from_u128(1)), Kept::Yes));
    client
}

fn paid_in(language: Language) -> Client {
    let mut client = opened(language);
    let done = PackageReply {
        id: PackageId(Uuid::from_u128(1)),
        status: PackageStatus::Committed,
        settled: true,
        legs: Vec::new(),
        refusals: Vec::new(),
        created_at: start_time(),
        decided_at: None,
        banks: Vec::new(),
    };
    client.answer(|c| matches!(c, Call::OrderPackage { .. }), Ok(Reply::Package(done)));
    client
}

fn joint(language: Language) -> Client {
    let mut client = opening(language);
    client.keys("2");
    client.press(KeyCode::Tab);
    client
}

/// The way that fingers go: past joint, whose first partner must be named, to business, where none need be.
#[test]
fn a_business_account_needs_no_partner_whichever_way_it_was_chosen() {
    for steps in [&[KeyCode::Right, KeyCode::Right][..], &[KeyCode::Left]] {
        let mut client = opening(Language::En);
        for step in steps {
            client.press(*step);
        }
        client.press(KeyCode::Tab);
        client.type_text("12ABC34501DE35");
        client.press(KeyCode::Tab);
        client.type_text("Padaria Souza");
        client.ctrl('s');
        assert!(matches!(body(&client), OpenAccount::Business { ref holders, .. } if holders.is_empty()));
    }
}

#[test]
fn a_personal_account_is_opened_with_two_enters() {
    let mut client = opening(Language::PtBr);
    client.press(KeyCode::Enter);
    client.press(KeyCode::Enter);
    assert_eq!(body(&client), OpenAccount::Personal);
    client.press(KeyCode::Enter);
    assert_eq!(client.open.iter().filter(|(_, _, c)| is_open(c)).count(), 1);
    let personal: AccountReply = account("aurora", 1050, 0);
    let number = personal.account.to_string();
    client.answer(is_open, Ok(Reply::Opened(personal)));
    assert!(client.shows("Conta aberta") && client.shows(&number) && client.shows("Sem primeiro depósito"));
    assert!(client.asks(|c| *c == Call::Accounts));
    client.keys("c");
    assert!(client.wishes.contains(&Effect::Copy(number.clone())) && client.shows("Copiado"));
    client.press(KeyCode::Enter);
    assert!(client.shows("Suas contas"));
}

#[test]
fn the_first_pay_in_is_a_package_of_its_own_and_both_results_are_shown() {
    let mut client = opened(Language::PtBr);
    assert!(client.shows("Conta aberta") && client.shows("Enviando…"), "{}", client.screen(120, 40));
    let sent = client.open.iter().find_map(|(_, _, c)| match c {
        Call::OrderPackage { legs, .. } => Some(legs.clone()),
        _ => None,
    });
    let legs = sent.expect("the pay-in is sent");
    assert!(legs.as_slice()[0].from().account().is_none());
    assert_eq!(legs.as_slice()[0].amount().centavos(), 25_000);
    client.answer(|c| matches!(c, Call::OrderPackage { .. }), Err(Trouble::Unreachable));
    assert!(client.shows("Conta aberta") && client.shows("× Não foi enviado"));
    client.keys("e");
    client.event(Event::OrderKept(PackageId(Uuid::from_u128(1)), Kept::Yes));
    assert!(client.asks(|c| matches!(c, Call::OrderPackage { .. })));
}

#[test]
fn a_joint_account_has_its_cpfs_checked_as_they_are_typed() {
    let mut client = joint(Language::PtBr);
    client.type_text("529.982.247-25");
    client.press(KeyCode::Tab);
    assert!(client.shows("Este é o seu CPF: você já está incluído."), "{}", client.screen(120, 40));
    client.press(KeyCode::BackTab);
    for _ in 0..11 {
        client.press(KeyCode::Backspace);
    }
    client.type_text("11144477736");
    client.press(KeyCode::Tab);
    assert!(client.shows("CPF inválido"));
    client.press(KeyCode::BackTab);
    client.press(KeyCode::Backspace);
    client.type_text("5");
    client.press(KeyCode::Tab);
    client.type_text(BRUNO);
    client.press(KeyCode::Tab);
    assert!(client.shows("Este CPF está repetido."), "{}", client.screen(120, 40));
    client.ctrl('s');
    assert!(!client.asks(is_open));
    for _ in 0..11 {
        client.press(KeyCode::Backspace);
    }
    client.ctrl('s');
    assert_eq!(body(&client), OpenAccount::Joint { holders: vec![BRUNO.parse().unwrap()] });
}

#[test]
fn a_joint_account_needs_another_holder() {
    let mut client = joint(Language::PtBr);
    client.ctrl('s');
    assert!(client.shows("Preencha este campo.") && !client.asks(is_open));
}

#[test]
fn a_company_has_its_cnpj_letters_too_and_its_partners() {
    let mut client = opening(Language::PtBr);
    client.keys("3");
    client.press(KeyCode::Tab);
    client.type_text("12.abc.345/01de-35");
    client.press(KeyCode::Tab);
    client.type_text("Padaria do Sol");
    client.press(KeyCode::Tab);
    client.type_text(BRUNO);
    client.ctrl('s');
    let OpenAccount::Business { cnpj, company, holders } = body(&client) else { panic!("not a business") };
    assert_eq!(cnpj.formatted(), "12.ABC.345/01DE-35");
    assert_eq!((company.as_str(), holders.len()), ("Padaria do Sol", 1));
    let errors = vec![FieldError::new("holders[0]", FieldCode::HolderNotCustomer)];
    client.answer(is_open, Err(Trouble::Problem(Box::new(Problem::invalid_fields(errors)))));
    assert!(client.shows("Esta pessoa ainda não é cliente deste banco"), "{}", client.screen(120, 40));
    assert!(client.shows("111.444.777-35") && client.shows("Padaria do Sol"));
}

#[test]
fn what_the_bank_says_no_to_is_said_and_silence_is_not_taken_for_a_no() {
    let mut client = opening(Language::PtBr);
    client.ctrl('s');
    let problem = Problem::new(ProblemCode::PersonalAccountExists);
    client.answer(is_open, Err(Trouble::Problem(Box::new(problem))));
    assert!(client.shows("Você já tem uma conta pessoal neste banco"));
    client.ctrl('s');
    client.answer(is_open, Err(Trouble::OutcomeUnknown));
    assert!(client.shows("a conta pode ter sido aberta"));
}

#[test]
fn ambiguous_money_is_asked_about_before_anything_is_opened() {
    let mut client = opening(Language::PtBr);
    client.press(KeyCode::Tab);
    client.type_text("1.5");
    client.press(KeyCode::Enter);
    assert!(client.shows("pode querer dizer duas coisas") && !client.asks(is_open));
    client.keys("2");
    assert!(client.shows("= R$ 15,00"), "{}", client.screen(120, 40));
}

fn business(language: Language) -> Client {
    let mut client = opening(language);
    client.keys("3");
    client
}

/// A company's account, open, without a first pay-in.
fn company(language: Language) -> Client {
    let mut client = opening(language);
    client.ctrl('s');
    let kind = AccountKind::Business;
    let reply =
        AccountReply { kind, company: Some("Padaria do Sol".to_owned()), ..account("aurora", 1051, 0) };
    client.answer(is_open, Ok(Reply::Opened(reply)));
    client
}

/// The room in each of its states.
pub fn shown(state: State, language: Language) -> Option<Client> {
    Some(match state {
        State::Empty => opening(language),
        State::Loading => {
            let mut client = opening(language);
            client.ctrl('s');
            client
        }
        State::Full => paid_in(language),
        State::Error => {
            let mut client = joint(language);
            client.type_text("52998224725");
            client.ctrl('s');
            client
        }
        State::Popup => {
            let mut client = joint(language);
            client.type_text(BRUNO);
            client.press(KeyCode::Esc);
            client
        }
    })
}

#[test]
fn it_looks_like_this() {
    for look in looks(shown)
        .into_iter()
        .chain(looks_of("joint", joint))
        .chain(looks_of("business", business))
        .chain(looks_of("company", company))
    {
        assert_snapshot!(look.name, look.screen);
    }
}
