//! Key scripts against the core.

use crossterm::event::KeyCode;
use shared::api::problem::{Problem, ProblemCode};

use super::effect::Effect;
use super::why_not::WhyNot;
use super::wire::{Call, Reply, Seat, Trouble};
use crate::testing::{Client, address, logged_in, settings};
use crate::texts::Language;

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
    // The session that nobody wants any more is closed at the bank.
    let (_, seat, _) = client.open.iter().find(|(_, _, c)| *c == Call::LogOut).expect("a log-out");
    assert_eq!(seat.token.as_ref().map(|t| t.reveal().to_owned()), Some("token-aurora".to_owned()));
}

#[test]
fn a_session_that_the_bank_has_ended_says_so_and_turns_money_off() {
    let mut client = Client::at_home(Language::PtBr);
    client.keys("r");
    let problem = Problem::new(ProblemCode::Unauthenticated);
    client.answer(|c| *c == Call::Accounts, Err(Trouble::Problem(Box::new(problem))));
    assert!(client.shows("× sessão encerrada") && client.shows("R$ 1.234,56"));
    assert_eq!(client.app.world.why_no_money_moves(), Some(WhyNot::SessionEnded));
    assert!(client.shows("A sua sessão terminou"));
    client.keys("2");
    assert!(!client.shows("A sua sessão terminou") && client.shows("Suas contas"));
}

#[test]
fn logging_in_again_comes_back_to_what_was_being_typed() {
    let mut client = Client::at_home(Language::PtBr);
    client.keys("r1");
    client.press(KeyCode::Tab);
    client.type_text("boreal/2001-0");
    let ended = || Err(Trouble::Problem(Box::new(Problem::new(ProblemCode::Unauthenticated))));
    client.answer(|c| *c == Call::Accounts, ended());
    client.answer(|c| *c == Call::AccountsInConsortium, ended());
    client.press(KeyCode::Enter);
    // The address and the CPF are there; the password alone is asked for. The other no is not a second question.
    assert!(client.shows("529.982.247-25") && client.shows("127.0.0.1:7001"));
    assert!(!client.shows("A sua sessão terminou"));
    client.type_text("uma senha boa");
    client.press(KeyCode::Enter);
    let opened = logged_in("aurora", "Banco Aurora");
    client.answer(|c| matches!(c, Call::LogIn(_)), Ok(Reply::LoggedIn(opened)));
    assert!(client.shows("boreal/2001-0") && client.shows("● ligado"));
    // Esc leads on down to home, as before.
    client.press(KeyCode::Esc);
    assert!(client.shows("Sair desta tela?"));
}

#[test]
fn with_two_sessions_the_customer_says_which_bank_runs_what_is_ordered() {
    let mut client = Client::at_home(Language::PtBr);
    client.keys("b");
    assert!(client.shows("Você só entrou em um banco"));
    client.keys("94");
    client.type_text("uma senha boa");
    client.press(KeyCode::Enter);
    let boreal = logged_in("boreal", "Banco Boreal");
    client.answer(|c| matches!(c, Call::LogIn(_)), Ok(Reply::LoggedIn(boreal)));
    assert!(client.shows("Banco Aurora › Início"));
    client.keys("b");
    assert!(client.shows("Banco Boreal › Início") && client.shows("passam agora pelo Banco Boreal"));
    // While the bank of the session is away, the other one tells of the consortium.
    client.keys("r");
    let accounts = |seat: &Seat| seat.address == address(7002);
    let at = client.open.iter().position(|(_, s, c)| accounts(s) && *c == Call::Accounts).unwrap();
    let (id, ..) = client.open.remove(at);
    client.event(super::Event::Answered(id, Err(Trouble::Unreachable)));
    assert_eq!(client.app.world.why_no_money_moves(), Some(WhyNot::BankAway));
    client.keys("r");
    let seers: Vec<_> = client.open.iter().filter(|(_, _, c)| *c == Call::Consortium).collect();
    assert!(seers.iter().all(|(_, seat, _)| seat.address == address(7001)) && !seers.is_empty());
}

#[test]
fn a_bank_that_hangs_is_not_asked_anew_before_its_time_is_up() {
    let mut client = Client::at_home(Language::PtBr);
    let accounts = |c: &Client| -> Vec<_> {
        c.open.iter().filter(|(_, _, call)| *call == Call::Accounts).map(|(id, ..)| *id).collect()
    };
    client.pass(2_100);
    let asked = accounts(&client);
    assert_eq!(asked.len(), 1);
    for _ in 0..3 {
        let seen = crate::testing::seen_from_aurora(shared::api::replies::ScopeStatus::NoConsent);
        client.answer(|c| *c == Call::AccountsInConsortium, Ok(Reply::Accounts(seen)));
        client.pass(2_100);
    }
    assert_eq!(accounts(&client), asked);
}

#[test]
fn another_person_logging_in_takes_the_first_ones_accounts_off_the_screen() {
    let mut client = Client::at_home(Language::PtBr);
    client.keys("94");
    client.type_text("uma senha boa");
    client.press(KeyCode::Enter);
    let mut other = logged_in("boreal", "Banco Boreal");
    other.customer.cpf = "111.444.777-35".parse().unwrap();
    client.answer(|c| matches!(c, Call::LogIn(_)), Ok(Reply::LoggedIn(other)));
    assert!(client.asks(|c| *c == Call::LogOut) && !client.shows("1042-8"));
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
    // Boreal's account has money held: something is on its way. What stands beside the accounts is asked for once.
    client.pass(1_000);
    assert!(!client.asks(|c| *c == Call::Accounts || *c == Call::AccountsInConsortium));
    for call in [Call::Invitations, recent("aurora", 1042), recent("boreal", 2001)] {
        client.answer(|c| *c == call, Err(Trouble::Unreachable));
    }
    assert!(client.open.is_empty(), "{:?}", client.open);
    client.pass(1_100);
    assert!(client.asks(|c| *c == Call::AccountsInConsortium));
}

fn recent(bank: &str, base: u64) -> Call {
    Call::RecentPostings(crate::testing::account_ref(bank, base))
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
