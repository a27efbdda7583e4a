//! Receipts by keys and answers, and how they look.

use crossterm::event::KeyCode;
use insta::assert_snapshot;
use shared::api::problem::{Problem, ProblemCode, RefusalReply};
use shared::api::replies::{PackageReply, PackageStatus, StatementReply};
use shared::refusal::{Refusal, RefusalCode};

use crate::app::requests::RoomSerial;
use crate::app::saving::{NewFile, NotSaved, SavedAt, WhyNotSaved};
use crate::app::wire::{Answer, Call, Reply, Trouble};
use crate::app::{Effect, Event};
use crate::rooms::looks::{State, looks, looks_of};
use crate::testing::{Client, account_ref, full_package, posting};
use crate::texts::Language;

fn is_package(call: &Call) -> bool {
    matches!(call, Call::Package(_))
}

fn not_found() -> Answer {
    Err(Trouble::Problem(Box::new(Problem::new(ProblemCode::NotFound))))
}

/// From the list of packages into the live room of this one, and on to its receipt with `key`.
fn from_package(language: Language, package: &PackageReply, key: KeyCode) -> Client {
    let mut client = Client::at_home(language);
    client.keys("6o");
    client.event(Event::Paste(package.id.to_string()));
    client.press(KeyCode::Enter);
    client.answer(is_package, Ok(Reply::Package(package.clone())));
    client.press(key);
    client
}

fn receipt_of(language: Language, package: &PackageReply) -> Client {
    let mut client = from_package(language, package, KeyCode::Char('v'));
    client.answer(is_package, Ok(Reply::Package(package.clone())));
    client.answer_all_payees();
    client
}

/// From a line of the statement; the bank is still to be asked for the package.
fn from_posting(language: Language) -> Client {
    let mut client = Client::at_home(language);
    client.press(KeyCode::Tab);
    client.press(KeyCode::Enter);
    let wanted = Call::Statement { account: account_ref("aurora", 1042), before: None };
    let postings = vec![posting(7, -15_000, 108_456)];
    client.answer(|c| *c == wanted, Ok(Reply::Statement(StatementReply { postings, next: None })));
    client.press(KeyCode::Enter);
    client
}

fn saved(client: &Client) -> (RoomSerial, NewFile) {
    let saved = client.wishes.iter().rev().find_map(|w| match w {
        Effect::SaveFile { room, file } => Some((*room, file.clone())),
        _ => None,
    });
    saved.expect("a file is being saved")
}

fn refused() -> PackageReply {
    let mut package = full_package(PackageStatus::Refused, true);
    package.refusals = vec![RefusalReply::from(&Refusal::new(0, RefusalCode::AccountClosed))];
    package
}

#[test]
fn a_committed_package_has_a_receipt_with_masked_parties_and_their_names() {
    let client = receipt_of(Language::PtBr, &full_package(PackageStatus::Committed, true));
    for words in [
        "COMPROVANTE DE PACOTE",
        "aurora/***2-8 · A** S****",
        "cerrado/***3-1 · B**** L***",
        "R$ 150,00",
        "aluguel de novembro",
        "Total          R$ 200,00",
        "20/11/2026 14:32:05",
        "█▀▀▀▀▀█",
    ] {
        assert!(client.shows(words), "{words}\n{}", client.screen(120, 40));
    }
    assert!(!client.shows("1042"), "{}", client.screen(120, 40));
}

#[test]
fn what_is_not_committed_has_no_receipt_no_code_and_another_head() {
    for (package, words) in [
        (full_package(PackageStatus::InProgress, false), "os bancos ainda não decidiram"),
        (refused(), "× Recusado: nada foi debitado"),
        (full_package(PackageStatus::Aborted, true), "! Parou antes de acontecer"),
    ] {
        let mut client = receipt_of(Language::PtBr, &package);
        assert!(
            client.shows("ISTO NÃO É UM COMPROVANTE") && client.shows(words),
            "{}",
            client.screen(120, 40)
        );
        assert!(client.shows("› Folha") && !client.shows("› Comprovante"));
        assert!(!client.shows("═══") && !client.shows("█▀▀▀▀▀█") && !client.shows("COMPROVANTE DE"));
        client.keys("g");
        assert!(client.shows("Só o que foi realizado tem QR"));
        client.keys("s");
        let (_, file) = saved(&client);
        assert!(file.stem.starts_with("nao-e-comprovante-") && !file.text.contains('█'), "{}", file.stem);
        // Enter opens receipts of transfers, and there is none.
        let client = from_package(Language::PtBr, &package, KeyCode::Enter);
        assert!(!client.shows("› Folha"), "{}", client.screen(120, 40));
    }
}

#[test]
fn what_is_decided_and_not_settled_says_so() {
    let client = receipt_of(Language::PtBr, &full_package(PackageStatus::Committed, false));
    assert!(client.shows("FALTA CONFIRMAÇÃO DE UM BANCO") && client.shows("confirmação do Banco Cerrado"));
    assert!(client.shows("◐ Banco Cerrado: valor prometido"), "{}", client.screen(120, 40));
}

#[test]
fn it_is_followed_until_it_is_settled() {
    let package = full_package(PackageStatus::InProgress, false);
    let mut client = receipt_of(Language::PtBr, &package);
    client.pass(2_100);
    client.answer(is_package, Ok(Reply::Package(full_package(PackageStatus::Committed, true))));
    assert!(client.shows("COMPROVANTE DE PACOTE"));
    client.pass(60_000);
    assert!(!client.asks(is_package));
}

#[test]
fn enter_on_a_leg_shows_the_receipt_of_that_leg() {
    let package = full_package(PackageStatus::Committed, true);
    let mut client = from_package(Language::PtBr, &package, KeyCode::Down);
    client.press(KeyCode::Enter);
    client.answer(is_package, Ok(Reply::Package(package)));
    assert!(client.shows("COMPROVANTE DE TRANSFERÊNCIA") && client.shows("Transferência 2 de 2"));
    assert!(!client.shows("R$ 150,00"), "{}", client.screen(120, 40));
}

#[test]
fn a_line_of_a_statement_has_a_receipt_even_where_no_bank_shows_the_package() {
    let mut client = from_posting(Language::PtBr);
    assert!(client.shows("Buscando o pacote…"), "{}", client.screen(120, 40));
    client.answer(is_package, not_found());
    for words in ["COMPROVANTE DE TRANSFERÊNCIA", "✓ Lançado nesta conta.", "boreal/***1-0", "R$ 150,00"]
    {
        assert!(client.shows(words), "{words}\n{}", client.screen(120, 40));
    }
}

#[test]
fn it_is_saved_and_copied() {
    let package = full_package(PackageStatus::Committed, true);
    let mut client = receipt_of(Language::PtBr, &package);
    client.keys("c");
    let copied =
        client.wishes.iter().any(|w| matches!(w, Effect::Copy(t) if t.contains("COMPROVANTE DE PACOTE")));
    assert!(copied && client.shows("Copiado: comprovante"));
    client.keys("s");
    let (room, file) = saved(&client);
    assert_eq!((file.stem, file.ending), (format!("comprovante-{}", package.id), "txt"));
    assert!(file.text.contains("█▀▀▀▀▀█") && file.text.contains("R$ 200,00"));
    client.event(Event::FileSaved(room, Ok(SavedAt("/home/ana/c.txt".to_owned()))));
    client.pass(10_000);
    assert!(client.shows("✓ Salvo em /home/ana/c.txt"));
    let why = WhyNotSaved::NoRoom;
    client.event(Event::FileSaved(room, Err(NotSaved { directory: "/cheio".to_owned(), why })));
    assert!(client.shows("× O disco está cheio: nada foi salvo em /cheio."));
}

#[test]
fn the_code_is_shown_whole_or_not_at_all() {
    let mut client = receipt_of(Language::PtBr, &full_package(PackageStatus::Committed, true));
    client.keys("g");
    let screen = client.screen(80, 24);
    assert_eq!(screen.lines().filter(|l| l.contains(['█', '▀', '▄'])).count(), 19, "{screen}");
    assert!(client.screen(60, 18).contains("O QR precisa de 41×24"), "{}", client.screen(60, 18));
    client.press(KeyCode::Esc);
    assert!(client.shows("COMPROVANTE DE PACOTE"), "Esc leads back to the text first");
}

#[test]
fn a_bank_that_is_away_says_so_and_is_asked_again() {
    let mut client =
        from_package(Language::PtBr, &full_package(PackageStatus::Committed, true), KeyCode::Char('v'));
    client.answer(is_package, Err(Trouble::Unreachable));
    assert!(client.shows("O banco não está respondendo"), "{}", client.screen(120, 40));
    client.keys("s");
    client.pass(2_100);
    assert!(client.asks(is_package));
    client.press(KeyCode::Esc);
    assert!(client.shows("✓ Realizado"));
}

fn code(language: Language) -> Client {
    let mut client = receipt_of(language, &full_package(PackageStatus::Committed, true));
    client.keys("g");
    client
}

/// In a file, and read to its end.
fn end(language: Language) -> Client {
    let mut client = receipt_of(language, &full_package(PackageStatus::Committed, true));
    client.keys("s");
    let (room, file) = saved(&client);
    let at = format!("/home/ana/Documentos/{}.txt", file.stem);
    client.event(Event::FileSaved(room, Ok(SavedAt(at))));
    client.press(KeyCode::End);
    client
}

/// The room in each of its states.
pub fn shown(state: State, language: Language) -> Option<Client> {
    let done = full_package(PackageStatus::Committed, true);
    let mut waiting = from_package(language, &done, KeyCode::Char('v'));
    Some(match state {
        State::Empty => {
            waiting.answer(is_package, not_found());
            waiting
        }
        State::Loading => waiting,
        State::Full => receipt_of(language, &done),
        State::Error => {
            waiting.answer(is_package, Err(Trouble::Unreachable));
            waiting
        }
        State::Popup => {
            let mut client = receipt_of(language, &done);
            client.keys("?");
            client
        }
    })
}

#[test]
fn it_looks_like_this() {
    for look in looks(shown)
        .into_iter()
        .chain(looks_of("code", code))
        .chain(looks_of("saved", end))
        .chain(looks_of("unsettled", |l| receipt_of(l, &full_package(PackageStatus::Committed, false))))
        .chain(looks_of("in_progress", |l| receipt_of(l, &full_package(PackageStatus::InProgress, false))))
        .chain(looks_of("refused", |l| receipt_of(l, &refused())))
    {
        assert_snapshot!(look.name, look.screen);
    }
}
