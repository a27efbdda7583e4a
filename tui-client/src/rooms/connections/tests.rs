//! The consents by keys, and how they look.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use insta::assert_snapshot;
use shared::api::replies::{ConsentsReply, Permission, ScopeStatus};

use crate::app::Event;
use crate::app::wire::{Call, Reply, Trouble};
use crate::rooms::looks::{State, looks, looks_of};
use crate::testing::{Client, connected_client, consent};
use crate::texts::Language;

/// Sessions at Aurora and Boreal; Boreal authorises Aurora, Cerrado is not connected.
fn full(language: Language) -> Client {
    let mut client = connected_client(language);
    client.keys("7");
    let none = ConsentsReply { consents: Vec::new() };
    client.answer(|c| *c == Call::Consents, Ok(Reply::Consents(none)));
    let given = ConsentsReply { consents: vec![consent("aurora", 11)] };
    client.answer(|c| *c == Call::Consents, Ok(Reply::Consents(given)));
    client
}

#[test]
fn each_bank_says_whether_it_is_connected_and_on_which_terms() {
    let client = full(Language::PtBr);
    for words in [
        "● Banco Aurora   aqui",
        "● Banco Boreal   ligado · sessão aberta",
        "autoriza Banco Aurora (ver, pagar) R$ 5.000,00/pacote, R$ 20.000,00/dia · hoje R$ 150,00",
        "○ Banco Cerrado  não ligado · sem sessão aqui · Enter liga este banco",
    ] {
        assert!(client.shows(words), "{words}\n{}", client.screen(120, 40));
    }
}

#[test]
fn rows_that_come_above_the_chosen_one_do_not_take_its_place() {
    let mut client = connected_client(Language::PtBr);
    client.keys("7");
    // To Boreal, before Aurora has told of an authorisation that stands above it.
    client.press(KeyCode::Down);
    let given = ConsentsReply { consents: vec![consent("boreal", 11)] };
    client.answer(|c| *c == Call::Consents, Ok(Reply::Consents(given)));
    assert!(client.shows("▸ ? Banco Boreal"), "{}", client.screen(120, 40));
}

#[test]
fn a_bank_that_does_not_answer_is_not_called_disconnected() {
    let mut client = Client::logged_in(Language::PtBr);
    client.tell_accounts(ScopeStatus::Unreachable);
    client.keys("7");
    client.answer(|c| *c == Call::Consents, Err(Trouble::Unreachable));
    assert!(client.shows("× Banco Cerrado  não responde"), "{}", client.screen(120, 40));
}

#[test]
fn a_consent_is_revoked_after_a_question() {
    let mut client = full(Language::PtBr);
    client.keys("x");
    assert!(client.shows("Escolha uma autorização para revogar."));
    client.press(KeyCode::Down);
    // On its bank's row as on its own.
    client.keys("x1");
    client.press(KeyCode::Down);
    client.keys("x");
    assert!(
        client.shows("Revogar esta autorização?") && !client.asks(|c| matches!(c, Call::RevokeConsent(_)))
    );
    client.keys("2");
    let revoke =
        client.open.iter().find(|(_, _, c)| matches!(c, Call::RevokeConsent(_))).expect("a revocation");
    assert_eq!(revoke.1.address.to_string(), "http://127.0.0.1:7002");
    client.answer(|c| matches!(c, Call::RevokeConsent(_)), Ok(Reply::Done));
    assert!(client.asks(|c| *c == Call::Consents));
}

#[test]
fn the_chosen_authorisation_stands_with_all_its_terms() {
    let mut client = full(Language::PtBr);
    client.press(KeyCode::Down);
    client.press(KeyCode::Down);
    for words in [
        "No Banco Boreal, o Banco Aurora pode: ver, pagar",
        "até R$ 5.000,00 por pacote e R$ 20.000,00 por dia",
        "usado hoje: R$ 150,00 de R$ 20.000,00",
        "dada em 20/11/2026, vale até 20/11/2027",
    ] {
        assert!(client.screen(80, 24).contains(words), "{words}\n{}", client.screen(80, 24));
    }
}

#[test]
fn the_terms_are_changed_by_a_consent_in_the_old_ones_place() {
    let mut client = full(Language::PtBr);
    client.press(KeyCode::Down);
    client.press(KeyCode::Enter);
    assert!(
        client.shows("Mudar a autorização")
            && client.shows("(•) como está   ( ) 1 mês   ( ) 6 meses   ( ) 1 ano")
    );
    for _ in 0.."R$ 5.000,00".chars().count() {
        client.press(KeyCode::Backspace);
    }
    client.type_text("100,00");
    for _ in 0..2 {
        client.press(KeyCode::Tab);
    }
    client.keys("2");
    client.press(KeyCode::Tab);
    client.keys("2");
    client.ctrl('s');
    let (_, seat, call) = client.open.iter().find(|(_, _, c)| matches!(c, Call::GiveConsent(_))).unwrap();
    assert_eq!(seat.address.to_string(), "http://127.0.0.1:7002");
    let Call::GiveConsent(body) = call.clone() else { panic!("a consent") };
    assert_eq!((body.bank.as_str(), body.customer), ("aurora", consent("aurora", 11).customer));
    assert_eq!((body.limit_per_package, body.limit_per_day), (Some(10_000), Some(2_000_000)));
    assert_eq!(body.permissions, [Permission::View]);
    assert_eq!(body.expires_at.map(|at| at.to_string()), Some("2026-12-20T17:32:05Z".to_owned()));
    let mut changed = consent("aurora", 12);
    changed.permissions = body.permissions;
    changed.expires_at = body.expires_at.expect("a day");
    client.answer(|c| matches!(c, Call::GiveConsent(_)), Ok(Reply::Consented(changed)));
    assert!(client.shows("✓ A autorização no Banco Boreal foi mudada."));
    assert!(client.shows("não pode pagar com elas.") && client.shows("Vale até 20/12/2026."));
    client.press(KeyCode::Enter);
    assert!(client.asks(|c| *c == Call::Consents));
}

#[test]
fn untouched_terms_stay_as_they_were() {
    let mut client = full(Language::PtBr);
    client.press(KeyCode::Down);
    client.press(KeyCode::Enter);
    client.ctrl('s');
    let (_, _, call) = client.open.iter().find(|(_, _, c)| matches!(c, Call::GiveConsent(_))).unwrap();
    let Call::GiveConsent(body) = call.clone() else { panic!("a consent") };
    let old = consent("aurora", 11);
    assert_eq!(body.permissions, old.permissions);
    assert_eq!(
        (body.limit_per_package, body.expires_at),
        (Some(old.limit_per_package), Some(old.expires_at))
    );
}

#[test]
fn one_pass_goes_through_every_bank_that_is_not_connected() {
    let mut client = Client::at_home(Language::PtBr);
    client.keys("7");
    client.answer(|c| *c == Call::Consents, Ok(Reply::Consents(ConsentsReply { consents: Vec::new() })));
    assert!(client.shows("a liga todos, um depois do outro."));
    client.keys("a");
    assert!(client.shows("Ligar Banco Cerrado"), "{}", client.screen(120, 40));
    client.press(KeyCode::Esc);
    // A bank that is left out is not come back to.
    let mut client = full(Language::PtBr);
    client.keys("a");
    assert!(client.shows("Ligar Banco Cerrado"));
    client.event(Event::Key(KeyEvent::new(KeyCode::Char('n'), KeyModifiers::CONTROL)));
    assert!(client.shows("Ligar bancos ─") && !client.shows("Ligar Banco Cerrado"));
}

fn chosen(language: Language) -> Client {
    let mut client = full(language);
    client.press(KeyCode::Down);
    client.press(KeyCode::Down);
    client
}

fn changing(language: Language) -> Client {
    let mut client = full(language);
    client.press(KeyCode::Down);
    client.press(KeyCode::Enter);
    client
}

/// The room in each of its states.
pub fn shown(state: State, language: Language) -> Option<Client> {
    Some(match state {
        State::Empty => {
            let mut client = Client::logged_in(language);
            client.tell_accounts(ScopeStatus::NoConsent);
            client.keys("7");
            let none = ConsentsReply { consents: Vec::new() };
            client.answer(|c| *c == Call::Consents, Ok(Reply::Consents(none)));
            client
        }
        State::Loading => {
            let mut client = Client::at_home(language);
            client.keys("7");
            client
        }
        State::Full => full(language),
        State::Error => {
            let mut client = Client::logged_in(language);
            client.tell_accounts(ScopeStatus::Unreachable);
            client.keys("7");
            client.answer(|c| *c == Call::Consents, Err(Trouble::Unreachable));
            client
        }
        State::Popup => {
            let mut client = full(language);
            client.press(KeyCode::Down);
            client.keys("x");
            client
        }
    })
}

#[test]
fn it_looks_like_this() {
    for look in
        looks(shown).into_iter().chain(looks_of("chosen", chosen)).chain(looks_of("changing", changing))
    {
        assert_snapshot!(look.name, look.screen);
    }
}
