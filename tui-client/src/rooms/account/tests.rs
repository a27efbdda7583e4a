//! An account by keys and answers, and how it looks.

use crossterm::event::KeyCode;
use insta::assert_snapshot;
use shared::account::{AccountKind, AccountStatus};
use shared::api::problem::{Problem, ProblemCode};
use shared::api::replies::{
    AccountReply, AccountsReply, HolderReply, HolderStatus, PostingReply, StatementReply,
};

use crate::app::requests::RoomSerial;
use crate::app::saving::{NewFile, NotSaved, SavedAt, WhyNotSaved};
use crate::app::wire::{Call, Reply, Trouble};
use crate::app::{Effect, Event};
use crate::rooms::looks::{State, looks, looks_of};
use crate::testing::{Client, account, account_ref, posting, start_time};
use crate::texts::Language;

fn is_newest(call: &Call) -> bool {
    matches!(call, Call::Statement { before: None, .. })
}

fn is_older(call: &Call) -> bool {
    matches!(call, Call::Statement { before: Some(_), .. })
}

/// In Ana's account at Aurora, by the keys that lead there; nothing told yet.
fn entered(language: Language) -> Client {
    let mut client = Client::at_home(language);
    client.press(KeyCode::Tab);
    client.press(KeyCode::Enter);
    client
}

/// Postings `from` down to `to`.
fn page(from: u64, to: u64, next: Option<u64>) -> StatementReply {
    let postings = (to..=from).rev().map(line).collect();
    StatementReply { postings, next }
}

/// What posting `n` moved: every third came in.
fn moved(n: u64) -> i64 {
    let step = i64::try_from(n % 7).expect("few") * 1_250 + 1_000;
    if n.is_multiple_of(3) { 2 * step } else { -step }
}

/// Posting `n`, an hour after the one before it; after the hundredth the balance is what home shows.
fn line(n: u64) -> PostingReply {
    let hours = i64::try_from(n).expect("few") - 100;
    let balance = if n > 100 {
        123_456 + (101..=n).map(moved).sum::<i64>()
    } else {
        123_456 - (n + 1..=100).map(moved).sum::<i64>()
    };
    let mut posting = posting(n, moved(n), balance);
    posting.at = start_time() + jiff::SignedDuration::from_hours(hours);
    posting.description = match n % 4 {
        0 => Some("aluguel de novembro".to_owned()),
        1 => Some("mercado".to_owned()),
        _ => None,
    };
    if n.is_multiple_of(5) {
        posting.counterparty = "cash".to_owned();
    }
    posting
}

fn told(language: Language) -> Client {
    let mut client = entered(language);
    client.answer(is_newest, Ok(Reply::Statement(page(100, 51, Some(51)))));
    client
}

fn room_call(before: Option<u64>) -> Call {
    Call::Statement { account: account_ref("aurora", 1042), before }
}

#[test]
fn enter_on_an_account_shows_its_statement_newest_first() {
    let client = told(Language::PtBr);
    for words in [
        "Início › 1042-8",
        "Extrato de aurora/1042-8",
        "20/11/2026 14:32",
        "-R$ 35,00",
        "↑ saiu",
        "+R$ 45,00",
        "↓ entrou",
        "50 lançamentos · há mais antigos",
        "do que se vê",
        "a 20/11/2026: saldo de R$ ",
        "para R$ 1.234,56; menor R$ ",
    ] {
        assert!(client.shows(words), "{words}\n{}", client.screen(120, 40));
    }
}

#[test]
fn older_pages_come_as_one_scrolls_and_none_twice() {
    let mut client = told(Language::PtBr);
    assert!(!client.asks(is_older), "nothing older is asked for while it is far away");
    for _ in 0..25 {
        client.press(KeyCode::Down);
    }
    assert!(client.asks(|c| *c == room_call(Some(51))) && client.shows("buscando mais antigos…"));
    client.press(KeyCode::End);
    assert_eq!(client.open.iter().filter(|(_, _, c)| is_older(c)).count(), 1);
    client.answer(is_older, Ok(Reply::Statement(page(50, 41, None))));
    assert!(client.shows("60 lançamentos") && !client.shows("há mais antigos"));
    client.press(KeyCode::End);
    assert!(!client.asks(is_older), "the statement is whole");
    // What comes in meanwhile moves nothing under the cursor.
    let before = client.screen(120, 40).lines().find(|l| l.contains('▸')).map(str::to_owned);
    client.keys("r");
    client.answer(is_newest, Ok(Reply::Statement(page(102, 90, Some(90)))));
    let after = client.screen(120, 40).lines().find(|l| l.contains('▸')).map(str::to_owned);
    assert!(client.shows("62 lançamentos") && before == after, "{}", client.screen(120, 40));
}

#[test]
fn a_filter_says_how_many_of_how_many_and_letters_are_text_in_it() {
    let mut client = told(Language::PtBr);
    client.keys("/mercado");
    assert!(client.shows("/ mercado") && client.shows("12 de 50 lançamentos"), "{}", client.screen(120, 40));
    // What it shows is few, so older ones are read on.
    client.answer(is_older, Ok(Reply::Statement(page(50, 41, None))));
    assert!(client.shows("de 60 lançamentos"));
    client.press(KeyCode::Enter);
    client.keys("s");
    let saved = saved(&client).expect("a file");
    assert!(saved.text.lines().skip(1).all(|l| l.contains(";mercado;")), "{}", saved.text);
    // Esc takes the filter away first, then leaves.
    client.press(KeyCode::Esc);
    assert!(client.shows("60 lançamentos") && client.shows("Extrato"));
    client.press(KeyCode::Esc);
    assert!(client.shows("Menu"));
}

#[test]
fn a_filter_that_nothing_fits_says_so() {
    let mut client = told(Language::PtBr);
    client.keys("/xyzzy");
    client.answer(is_older, Ok(Reply::Statement(page(50, 50, None))));
    assert!(client.shows("Nenhum lançamento cabe no filtro.") && client.shows("0 de 51"));
    client.press(KeyCode::Enter);
    client.keys("s");
    assert!(client.shows("Não há lançamento para salvar.") && saved(&client).is_none());
}

fn saved(client: &Client) -> Option<&NewFile> {
    client.wishes.iter().rev().find_map(|w| match w {
        Effect::SaveFile { file, .. } => Some(file),
        _ => None,
    })
}

fn serial(client: &Client) -> RoomSerial {
    let serial = client.wishes.iter().rev().find_map(|w| match w {
        Effect::SaveFile { room, .. } => Some(*room),
        _ => None,
    });
    serial.expect("a file is being saved")
}

#[test]
fn the_whole_statement_is_fetched_before_it_is_saved_and_the_place_is_said() {
    let mut client = told(Language::PtBr);
    client.keys("s");
    assert!(
        client.shows("Buscando o resto do extrato para salvar: 50 até agora…") && saved(&client).is_none()
    );
    client.answer(is_older, Ok(Reply::Statement(page(50, 11, Some(11)))));
    client.answer(is_older, Ok(Reply::Statement(page(10, 1, None))));
    let file = saved(&client).expect("a file").clone();
    assert_eq!((file.stem.as_str(), file.ending), ("extrato-aurora-1042-8-2026-11-20", "csv"));
    assert_eq!(file.text.lines().count(), 101);
    let at = SavedAt("/home/ana/Documentos/extrato.csv".to_owned());
    client.event(Event::FileSaved(serial(&client), Ok(at)));
    client.pass(10_000);
    assert!(client.shows("✓ Salvo em /home/ana/Documentos/extrato.csv"), "it stays on the screen");
}

#[test]
fn what_cannot_be_saved_says_why() {
    for (why, words) in [
        (WhyNotSaved::NoRoom, "O disco está cheio: nada foi salvo em /cheio."),
        (WhyNotSaved::NotAllowed, "Sem permissão para gravar em /cheio"),
        (WhyNotSaved::NoDirectory, "Não há onde salvar neste sistema"),
        (WhyNotSaved::Other("EIO".to_owned()), "Não foi possível salvar em /cheio: EIO"),
    ] {
        let mut client = entered(Language::PtBr);
        client.answer(is_newest, Ok(Reply::Statement(page(9, 1, None))));
        client.keys("s");
        let no = NotSaved { directory: "/cheio".to_owned(), why };
        client.event(Event::FileSaved(serial(&client), Err(no)));
        assert!(client.shows(words), "{words}\n{}", client.screen(120, 40));
    }
    let mut client = told(Language::PtBr);
    client.keys("s");
    client.answer(is_older, Err(Trouble::Unreachable));
    assert!(client.shows("O resto do extrato não veio: nada foi salvo.") && saved(&client).is_none());
}

#[test]
fn a_file_for_a_room_that_was_left_is_told_of_in_passing() {
    let mut client = entered(Language::PtBr);
    client.answer(is_newest, Ok(Reply::Statement(page(9, 1, None))));
    client.keys("s");
    let serial = serial(&client);
    client.press(KeyCode::Esc);
    client.event(Event::FileSaved(serial, Ok(SavedAt("/a.csv".to_owned()))));
    assert!(client.shows("✓ Salvo em /a.csv"));
}

#[test]
fn leaving_forgets_what_was_asked_and_a_newer_question_replaces_the_older() {
    let mut client = entered(Language::PtBr);
    client.keys("rr");
    assert_eq!(client.open.iter().filter(|(_, _, c)| is_newest(c)).count(), 1);
    client.press(KeyCode::Esc);
    assert!(!client.asks(is_newest));
}

#[test]
fn a_bank_that_is_gone_leaves_the_last_data_with_their_time() {
    let mut client = told(Language::PtBr);
    client.pass(60_000);
    client.keys("r");
    client.answer(is_newest, Err(Trouble::Unreachable));
    assert!(client.shows("× Banco Aurora não responde · dados de 14:32:05"), "{}", client.screen(120, 40));
    assert!(client.shows("-R$ 35,00"));
}

#[test]
fn an_account_at_another_bank_is_read_by_the_bank_of_the_session() {
    let mut client = Client::at_home(Language::PtBr);
    client.press(KeyCode::Tab);
    client.press(KeyCode::Down);
    client.press(KeyCode::Enter);
    let wanted = Call::Statement { account: account_ref("boreal", 2001), before: None };
    let (_, seat, _) = client.open.iter().find(|(_, _, c)| *c == wanted).expect("asked");
    assert_eq!(seat.address.to_string(), "http://127.0.0.1:7001", "Boreal has let Aurora look");
    // Closing needs a session there.
    client.keys("x");
    assert!(client.shows("Só com sessão aberta no próprio banco da conta"));
}

#[test]
fn a_balance_that_moves_brings_the_newest_page() {
    let mut client = told(Language::PtBr);
    client.pass(1_000);
    assert!(!client.asks(is_newest));
    client.keys("r");
    client.answer(is_newest, Ok(Reply::Statement(page(100, 51, Some(51)))));
    let own = AccountsReply { accounts: vec![account("aurora", 1042, 130_000)], banks: None };
    client.answer(|c| *c == Call::Accounts, Ok(Reply::Accounts(own)));
    client.pass(1_000);
    assert!(client.asks(is_newest));
}

/// The account as it is when `with` has changed it.
fn changed(language: Language, with: impl Fn(&mut AccountReply)) -> Client {
    let mut client = told(language);
    client.keys("r");
    client.answer(is_newest, Ok(Reply::Statement(page(100, 51, Some(51)))));
    let mut own = account("aurora", 1042, 0);
    with(&mut own);
    client.answer(
        |c| *c == Call::Accounts,
        Ok(Reply::Accounts(AccountsReply { accounts: vec![own], banks: None })),
    );
    client
}

#[test]
fn closing_asks_first_says_why_not_and_shows_its_result() {
    let mut client = told(Language::PtBr);
    client.keys("x");
    assert!(client.shows("Uma conta só se encerra vazia") && !client.shows("Encerrar esta conta?"));

    let is_close = |c: &Call| *c == Call::CloseAccount(account_ref("aurora", 1042));
    let mut client = changed(Language::PtBr, |_| {});
    client.keys("x");
    assert!(client.shows("Encerrar esta conta?"));
    client.press(KeyCode::Enter);
    assert!(!client.asks(is_close), "the harmless answer has the focus");
    client.keys("x2");
    assert!(client.asks(is_close) && client.shows("Encerrando…"));
    client.keys("x");
    assert!(client.shows("Já está a caminho."));
    let mut closed = account("aurora", 1042, 0);
    closed.status = AccountStatus::Closed;
    client.answer(is_close, Ok(Reply::Account(closed.clone())));
    assert!(client.shows("✓ Conta encerrada."), "{}", client.screen(120, 40));

    for (trouble, words) in [
        (
            Trouble::Problem(Box::new(Problem::new(ProblemCode::AccountNotEmpty))),
            "× A conta não foi encerrada:",
        ),
        (Trouble::Unreachable, "× A conta não foi encerrada: O banco não está respondendo"),
        (
            Trouble::OutcomeUnknown,
            "? O banco não respondeu a tempo: ainda não se sabe se a conta foi encerrada.",
        ),
    ] {
        let mut client = changed(Language::PtBr, |_| {});
        client.keys("x2");
        client.answer(is_close, Err(trouble));
        assert!(client.shows(words), "{words}\n{}", client.screen(120, 40));
    }
    let mut client = changed(Language::PtBr, |a| a.status = AccountStatus::Closed);
    client.keys("x");
    assert!(client.shows("Esta conta já está encerrada."));
}

#[test]
fn the_number_is_copied_and_one_pays_from_here() {
    let mut client = told(Language::PtBr);
    client.keys("c");
    assert!(client.wishes.contains(&Effect::Copy("aurora/1042-8".to_owned())));
    client.keys("p");
    assert!(client.shows("› Pagar") && client.shows("aurora/1042-8"), "{}", client.screen(120, 40));
}

#[test]
fn enter_on_a_posting_shows_its_receipt() {
    let mut client = told(Language::PtBr);
    client.press(KeyCode::Down);
    client.press(KeyCode::Enter);
    assert!(client.shows("› Folha") && client.asks(|c| *c == Call::Package(line(99).package)));
}

#[test]
fn hidden_balances_are_covered_and_what_moved_is_not() {
    let mut client = told(Language::PtBr);
    client.app.world.settings.hide_balances = true;
    let screen = client.screen(120, 40);
    assert!(screen.contains("R$ •••••") && screen.contains("-R$ 35,00"), "{screen}");
    assert!(!screen.contains("1.234,56") && !screen.contains("saldo de R$"), "{screen}");
    assert!(screen.contains("Entrou R$ ••••• · saiu R$ •••••"), "they add up to the balance: {screen}");
}

#[test]
fn what_others_wrote_is_drawn_harmlessly() {
    let mut client = entered(Language::PtBr);
    let mut odd = posting(1, 100, 100);
    odd.description = Some("\u{202E}oir\u{200B}av\u{1b}[31m".to_owned());
    odd.counterparty = "boreal\u{2066}/***1-0".to_owned();
    client.answer(is_newest, Ok(Reply::Statement(StatementReply { postings: vec![odd], next: None })));
    let screen = client.screen(120, 40);
    assert!(screen.contains("boreal/***1-0") && screen.contains("oirav\u{FFFD}[31m"), "{screen}");
    assert!(!screen.contains(|c: char| (c.is_control() && c != '\n') || shared::text::is_invisible(c)));
}

fn company(account: &mut AccountReply) {
    account.kind = AccountKind::Business;
    account.company = Some("Padaria São João Ltda".to_owned());
    account.cnpj = "11.222.333/0001-81".parse().ok();
    account.balance = 250_000;
    account.held = 30_000;
    account.available = 220_000;
    account.incoming = 12_345;
    account.holders.push(HolderReply {
        cpf: "111.444.777-35".to_owned(),
        name: "B**** L***".to_owned(),
        status: HolderStatus::Invited,
    });
}

#[test]
fn details_name_the_holders_the_company_and_what_is_set_aside() {
    let mut client = changed(Language::PtBr, company);
    client.keys("d");
    for words in [
        "Padaria São João Ltda",
        "11.222.333/0001-81",
        "Ana Souza · 529.982.247-25 · titular",
        "B**** L*** · 111.444.777-35 · convidado",
        "R$ 2.500,00",
        "R$ 300,00",
        "R$ 123,45",
        "R$ 2.200,00",
        "20/11/2026 14:32",
    ] {
        assert!(client.shows(words), "{words}\n{}", client.screen(120, 40));
    }
    client.press(KeyCode::Esc);
    assert!(client.shows("Extrato de aurora/1042-8"));
}

fn filtered(language: Language) -> Client {
    let mut client = told(language);
    client.keys("/saiu mercado");
    client
}

/// The statement in a file.
fn done(language: Language) -> Client {
    let mut client = entered(language);
    client.answer(is_newest, Ok(Reply::Statement(page(9, 1, None))));
    client.keys("s");
    let at = "/home/ana/Documentos/extrato-aurora-1042-8-2026-11-20.csv";
    client.event(Event::FileSaved(serial(&client), Ok(SavedAt(at.to_owned()))));
    client
}

fn details(language: Language) -> Client {
    let mut client = changed(language, company);
    client.keys("d");
    client
}

/// The room in each of its states.
pub fn shown(state: State, language: Language) -> Option<Client> {
    Some(match state {
        State::Empty => {
            let mut client = entered(language);
            client.answer(is_newest, Ok(Reply::Statement(StatementReply { postings: vec![], next: None })));
            client
        }
        State::Loading => entered(language),
        State::Full => told(language),
        State::Error => {
            let mut client = told(language);
            client.keys("sr");
            client.answer(is_older, Err(Trouble::Unreachable));
            client
        }
        State::Popup => {
            let mut client = changed(language, |_| {});
            client.keys("x");
            client
        }
    })
}

#[test]
fn it_looks_like_this() {
    for look in looks(shown)
        .into_iter()
        .chain(looks_of("filter", filtered))
        .chain(looks_of("saved", done))
        .chain(looks_of("details", details))
    {
        assert_snapshot!(look.name, look.screen);
    }
    for (language, name) in [(Language::PtBr, "pt"), (Language::En, "en")] {
        assert_snapshot!(format!("full_{name}_60x18"), told(language).screen(60, 18));
    }
}
