//! The consents by keys, and how they look.

use crossterm::event::KeyCode;
use insta::assert_snapshot;
use shared::api::replies::{ConsentsReply, ScopeStatus};

use crate::app::wire::{Call, Reply, Trouble};
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
fn it_looks_like_this() {
    for (language, name) in [(Language::PtBr, "pt"), (Language::En, "en")] {
        let mut loading = Client::at_home(language);
        loading.keys("7");
        assert_snapshot!(format!("loading_{name}_80x24"), loading.screen(80, 24));
        let full = full(language);
        assert_snapshot!(format!("full_{name}_80x24"), full.screen(80, 24));
        assert_snapshot!(format!("full_{name}_120x40"), full.screen(120, 40));
        let mut away = Client::logged_in(language);
        away.tell_accounts(ScopeStatus::Unreachable);
        away.keys("7");
        assert_snapshot!(format!("error_{name}_80x24"), away.screen(80, 24));
    }
}
