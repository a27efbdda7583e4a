//! Invitations by keys, and how they look.

use crossterm::event::KeyCode;
use insta::assert_snapshot;
use shared::api::problem::{Problem, ProblemCode};
use shared::api::replies::InvitationsReply;

use crate::app::wire::{Answer, Call, Reply, Trouble};
use crate::rooms::looks::{State, looks};
use crate::testing::{Client, account_ref, invitation};
use crate::texts::Language;

const ASKS: fn(&Call) -> bool = |c| *c == Call::Invitations;
const ANSWERS: fn(&Call) -> bool = |c| matches!(c, Call::AnswerInvitation { .. });

fn two() -> Answer {
    let mut business = invitation("aurora", 2107, "Carla Dias");
    business.kind = shared::account::AccountKind::Business;
    business.company = Some("Padaria Sol Ltda".to_owned());
    let invitations = vec![invitation("aurora", 2099, "Bruno Lima"), business];
    Ok(Reply::Invitations(InvitationsReply { invitations }))
}

fn none() -> Answer {
    Ok(Reply::Invitations(InvitationsReply { invitations: Vec::new() }))
}

fn problem(code: ProblemCode) -> Answer {
    Err(Trouble::Problem(Box::new(Problem::new(code))))
}

fn invited(language: Language) -> Client {
    let mut client = Client::at_home(language);
    client.keys("i");
    client.answer(ASKS, two());
    client
}

#[test]
fn home_says_how_many_wait() {
    let mut client = Client::at_home(Language::PtBr);
    assert!(!client.shows("convite"));
    client.pass(1_000);
    client.answer(ASKS, two());
    assert!(client.shows("! 2 convites esperam resposta · i"));
    client.pass(1_000);
    assert!(!client.asks(ASKS), "nobody waits for them: they are asked for now and then");
    client.pass(30_000);
    assert!(client.asks(ASKS));
}

#[test]
fn accepting_brings_the_account_and_stands_on_the_screen() {
    let mut client = invited(Language::PtBr);
    assert!(client.shows("aurora/2099-") && client.shows("convite de Bruno Lima"));
    client.press(KeyCode::Enter);
    assert!(client.shows("Aceitar este convite?"));
    // The first answer decides nothing.
    client.press(KeyCode::Enter);
    assert!(!client.asks(ANSWERS));
    client.press(KeyCode::Enter);
    client.keys("2");
    let account = account_ref("aurora", 2099);
    let accept = Call::AnswerInvitation { account, accept: true };
    client.answer(|c| *c == accept, Ok(Reply::Done));
    assert!(client.shows("aceito; a conta é sua também."));
    assert!(client.asks(|c| *c == Call::Accounts), "the new account comes into sight");
    assert_eq!(client.app.world.invitations_waiting(), 1);
}

#[test]
fn declining_asks_first() {
    let mut client = invited(Language::PtBr);
    client.press(KeyCode::Down);
    client.keys("x");
    assert!(client.shows("Recusar este convite?"));
    client.press(KeyCode::Enter);
    assert!(!client.asks(ANSWERS));
    client.keys("x2");
    let decline = Call::AnswerInvitation { account: account_ref("aurora", 2107), accept: false };
    client.answer(|c| *c == decline, Ok(Reply::Done));
    assert!(client.shows("recusado; você não tem parte nesta conta."));
}

#[test]
fn an_invitation_that_was_answered_or_whose_account_is_closed_says_so_and_goes() {
    for (code, words) in [
        (ProblemCode::AlreadyAnswered, "este convite já tinha resposta."),
        (ProblemCode::NotFound, "o convite não vale mais"),
    ] {
        let mut client = invited(Language::PtBr);
        client.keys("a");
        client.answer(ANSWERS, problem(code));
        assert!(client.shows(words), "{}", client.screen(120, 40));
        assert_eq!(client.app.world.invitations_waiting(), 1);
    }
}

#[test]
fn an_answer_that_is_lost_leaves_the_invitation_and_asks_the_bank() {
    let mut client = invited(Language::PtBr);
    client.keys("a");
    client.answer(ANSWERS, Err(Trouble::OutcomeUnknown));
    assert!(client.shows("ainda não se sabe se o pedido chegou") && client.asks(ASKS));
    client.answer(ASKS, none());
    assert!(client.shows("Nenhum convite espera por você."));
    client.keys("a");
    assert!(!client.asks(ANSWERS));
}

/// The room in each of its states.
pub fn shown(state: State, language: Language) -> Option<Client> {
    Some(match state {
        State::Empty => {
            let mut client = Client::at_home(language);
            client.keys("i");
            client.answer(ASKS, none());
            client
        }
        State::Loading => {
            let mut client = Client::at_home(language);
            client.keys("i");
            client
        }
        State::Full => {
            let mut client = invited(language);
            client.keys("a");
            client.answer(ANSWERS, Ok(Reply::Done));
            client
        }
        State::Error => {
            let mut client = invited(language);
            client.keys("a");
            client.answer(ANSWERS, problem(ProblemCode::AlreadyAnswered));
            client.answer(ASKS, Err(Trouble::Unreachable));
            client
        }
        State::Popup => {
            let mut client = invited(language);
            client.press(KeyCode::Enter);
            client
        }
    })
}

#[test]
fn it_looks_like_this() {
    for look in looks(shown) {
        assert_snapshot!(look.name, look.screen);
    }
}
