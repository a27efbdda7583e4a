//! The review by keys, and how it looks.

use crossterm::event::KeyCode;
use insta::assert_snapshot;
use shared::api::problem::{Problem, ProblemCode, RefusalReply};
use shared::api::replies::{PreviewAccount, PreviewLeg, PreviewReply};
use shared::refusal::RefusalCode;

use crate::app::wire::{Call, Reply, Trouble};
use crate::app::{Effect, Event};
use crate::rooms::looks::{State, looks, looks_of};
use crate::testing::{Client, account_ref};
use crate::texts::Language;

/// Three legs from two banks and the counter, reviewed; one payee is a stranger.
fn reviewed(language: Language) -> Client {
    let mut client = Client::at_home(language);
    client.keys("2");
    client.event(Event::Paste(crate::testing::three_lines()));
    client.ctrl('s');
    client
}

/// No look-up is answered: neither the builder's nor the review's own.
fn lose_payees(client: &mut Client) {
    while client.asks(|c| matches!(c, Call::Payee(_))) {
        client.answer(|c| matches!(c, Call::Payee(_)), Err(Trouble::Unreachable));
    }
}

fn ordered(client: &Client) -> bool {
    client.wishes.iter().any(|w| matches!(w, Effect::KeepOrder(_)))
}

#[test]
fn the_focus_is_on_the_way_back_and_only_send_sends() {
    let mut client = reviewed(Language::PtBr);
    client.answer_all_payees();
    assert!(client.shows("▸ Voltar ◂"), "{}", client.screen(120, 40));
    client.ctrl('s');
    client.keys(" ey");
    assert!(!ordered(&client));
    client.press(KeyCode::Tab);
    assert!(client.shows("▸ Enviar ◂"));
    client.press(KeyCode::Enter);
    assert!(ordered(&client));
    // A second Enter is pressed in another room, and orders nothing more.
    client.press(KeyCode::Enter);
    assert_eq!(client.wishes.iter().filter(|w| matches!(w, Effect::KeepOrder(_))).count(), 1);
    client.press(KeyCode::Esc);
    assert!(client.shows("Suas contas"), "the form that led here is gone: {}", client.screen(120, 40));
}

#[test]
fn names_payers_and_what_is_left_are_shown() {
    let mut client = reviewed(Language::PtBr);
    client.answer_all_payees();
    for words in
        ["B**** L***", "disponível R$ 1.234,56 → R$ 1.034,56", "Total R$ 250,00", "As 3 transferências"]
    {
        assert!(client.shows(words), "{words}\n{}", client.screen(120, 40));
    }
}

#[test]
fn sending_waits_for_the_names() {
    let mut client = reviewed(Language::PtBr);
    client.press(KeyCode::Tab);
    client.press(KeyCode::Enter);
    assert!(!ordered(&client) && client.shows("Ainda procurando os nomes"));
    lose_payees(&mut client);
    assert!(client.shows("? nome não veio agora"));
    client.press(KeyCode::Enter);
    assert!(ordered(&client), "a name that cannot be had is said, and the customer decides");
}

#[test]
fn with_the_bank_away_sending_is_off_and_says_why() {
    let mut client = reviewed(Language::PtBr);
    client.answer_all_payees();
    client.app.world.look();
    client.event(Event::Redraw);
    client.answer(|c| *c == Call::Accounts, Err(Trouble::Unreachable));
    assert!(client.shows("( Enviar )") && client.shows("mover dinheiro fica desligado"));
    client.press(KeyCode::Tab);
    client.press(KeyCode::Enter);
    assert!(!ordered(&client));
}

/// What the banks say: of each leg whether it would pass, and what is left.
fn told(refused: &[(u16, RefusalCode, Option<i64>)], after: &[(&str, u64, i64)]) -> PreviewReply {
    let leg =
        |n: u16| {
            let refusal = refused.iter().find(|(leg, ..)| *leg == n).map(|(leg, code, missing)| {
                RefusalReply { leg: *leg, code: *code, detail: String::new(), missing: *missing }
            });
            PreviewLeg { leg: n, ok: refusal.is_none(), refusal }
        };
    let account = |(bank, base, after): &(&str, u64, i64)| PreviewAccount {
        account: account_ref(bank, *base),
        available_after: *after,
    };
    PreviewReply { legs: (0..3).map(leg).collect(), accounts: after.iter().map(account).collect() }
}

fn preview(client: &mut Client, answer: Result<PreviewReply, Trouble>) {
    client.answer(|c| matches!(c, Call::Preview(_)), answer.map(Reply::Preview));
}

/// Two of three legs would fail.
fn failing() -> PreviewReply {
    let short = (0, RefusalCode::InsufficientFunds, Some(5_001));
    let unknown = (1, RefusalCode::AccountUnknown, None);
    told(&[short, unknown], &[("aurora", 1042, -5_001)])
}

#[test]
fn the_banks_say_before_anything_is_sent_what_would_fail() {
    let mut client = reviewed(Language::PtBr);
    client.answer_all_payees();
    assert!(client.shows("Perguntando aos bancos"), "{}", client.screen(120, 40));
    preview(&mut client, Ok(failing()));
    for words in ["1 ×", "2 ×", "3 ✓", "(faltam R$ 50,01)", "2 de 3 não passariam. Nada foi enviado."] {
        assert!(client.shows(words), "{words}\n{}", client.screen(120, 40));
    }
    assert!(client.shows("▸ Voltar ◂") && !ordered(&client), "the focus stays on the way back");
    // The customer decides: the banks may say something else in a moment.
    client.press(KeyCode::Tab);
    assert!(client.shows("não passariam"), "the warning stays in sight");
    client.press(KeyCode::Enter);
    assert!(ordered(&client));
}

#[test]
fn what_each_account_would_have_is_the_banks_word() {
    let mut client = reviewed(Language::PtBr);
    client.answer_all_payees();
    preview(&mut client, Ok(told(&[], &[("aurora", 1042, 100_000), ("boreal", 2001, 1_220_000)])));
    for words in [
        "disponível R$ 1.234,56 → R$ 1.000,00",
        "entra R$ 200,00 · disponível depois R$ 12.200,00",
        "✓ Agora os bancos diriam sim a tudo.",
    ] {
        assert!(client.shows(words), "{words}\n{}", client.screen(120, 40));
    }
}

#[test]
fn a_limit_of_an_authorisation_is_told_before_anything_is_sent() {
    for (language, words) in [
        (Language::PtBr, "passa do limite que você autorizou no banco desta conta"),
        (Language::En, "it exceeds the limit you authorised"),
    ] {
        let mut client = reviewed(language);
        client.answer_all_payees();
        preview(&mut client, Ok(told(&[(0, RefusalCode::ConsentLimit, None)], &[])));
        assert!(client.shows(words), "{}", client.screen(120, 40));
        assert!(!ordered(&client));
    }
}

#[test]
fn without_the_banks_word_the_review_says_so_and_sends_all_the_same() {
    let old = Trouble::Problem(Box::new(Problem::new(ProblemCode::NotFound)));
    for (trouble, words) in
        [(Trouble::Unreachable, "Não deu para consultar os bancos"), (old, "Este banco não diz antes")]
    {
        let mut client = reviewed(Language::PtBr);
        client.answer_all_payees();
        preview(&mut client, Err(trouble));
        assert!(client.shows(words) && client.shows("Você ainda pode enviar."), "{}", client.screen(120, 40));
        client.press(KeyCode::Tab);
        client.press(KeyCode::Enter);
        assert!(ordered(&client));
    }
}

fn passing(language: Language) -> Client {
    let mut client = reviewed(language);
    client.answer_all_payees();
    preview(&mut client, Ok(told(&[], &[("aurora", 1042, 103_456), ("boreal", 2001, 1_220_000)])));
    client
}

fn refused(language: Language) -> Client {
    let mut client = reviewed(language);
    client.answer_all_payees();
    preview(&mut client, Ok(failing()));
    client
}

/// The focus on the button that sends.
fn sends(language: Language) -> Client {
    let mut client = passing(language);
    client.press(KeyCode::Tab);
    client
}

/// The room in each of its states.
pub fn shown(state: State, language: Language) -> Option<Client> {
    Some(match state {
        State::Empty => return None,
        State::Loading => reviewed(language),
        State::Full => passing(language),
        State::Error => {
            let mut client = reviewed(language);
            lose_payees(&mut client);
            preview(&mut client, Err(Trouble::OutcomeUnknown));
            client
        }
        State::Popup => {
            let mut client = passing(language);
            client.keys("?");
            client
        }
    })
}

#[test]
fn it_looks_like_this() {
    for look in looks(shown).into_iter().chain(looks_of("refused", refused)).chain(looks_of("sends", sends)) {
        assert_snapshot!(look.name, look.screen);
    }
}
