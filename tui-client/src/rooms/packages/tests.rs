//! The list of packages by keys and answers, and how it looks.

use crossterm::event::KeyCode;
use insta::assert_snapshot;
use shared::api::replies::{PackageReply, PackageStatus, PackagesReply};
use shared::ids::PackageId;
use uuid::Uuid;

use crate::app::orders::OrderFile;
use crate::app::wire::{Call, Kept, Reply, Trouble};
use crate::app::{Effect, Event};
use crate::rooms::looks::{State, looks, looks_of};
use crate::testing::{Client, bank, connected_client, full_package, order_file};
use crate::texts::Language;

fn is_newest(call: &Call) -> bool {
    *call == Call::Packages { before: None }
}

fn is_older(call: &Call) -> bool {
    matches!(call, Call::Packages { before: Some(_) })
}

/// Package `n`, ordered `n` hours before now.
fn package(n: i64, status: PackageStatus) -> PackageReply {
    let mut package = full_package(status, true);
    package.id = PackageId(Uuid::from_u128(0x7000 + u128::try_from(n).expect("not negative")));
    package.created_at -= jiff::SignedDuration::from_hours(n);
    package.legs[0].amount += n * 100;
    package
}

fn page(from: i64, to: i64, next: Option<u64>) -> PackagesReply {
    let status = |n: i64| match n % 4 {
        0 => PackageStatus::Refused,
        1 | 2 => PackageStatus::Committed,
        _ => PackageStatus::Aborted,
    };
    PackagesReply { packages: (from..=to).map(|n| package(n, status(n))).collect(), next }
}

fn entered(language: Language) -> Client {
    let mut client = Client::at_home(language);
    client.keys("6");
    client
}

fn told(language: Language) -> Client {
    let mut client = entered(language);
    client.answer(is_newest, Ok(Reply::Packages(page(1, 30, Some(30)))));
    client
}

#[test]
fn what_was_ordered_before_is_listed_newest_first_and_read_on_as_one_scrolls() {
    let mut client = told(Language::PtBr);
    assert!(
        client.shows("30 ordens · há mais antigas") && client.shows("✓ Realizado"),
        "{}",
        client.screen(120, 40)
    );
    assert!(!client.asks(is_older));
    for _ in 0..15 {
        client.press(KeyCode::Down);
    }
    client.answer(is_older, Ok(Reply::Packages(page(30, 40, None))));
    assert!(client.shows("40 ordens") && !client.shows("há mais antigas"));
    client.press(KeyCode::End);
    assert!(client.shows("▸ 18/11/2026 22:32") && !client.asks(is_older), "{}", client.screen(120, 40));
}

#[test]
fn orders_whose_end_is_not_known_come_first_and_none_twice() {
    let mut client = Client::at_home(Language::PtBr);
    let id = client.app.world.order(order_file(1).legs).expect("a session");
    client.event(Event::OrderKept(id, Kept::Yes));
    client.answer(|c| matches!(c, Call::OrderPackage { .. }), Err(Trouble::OutcomeUnknown));
    client.event(Event::OrdersFound(vec![OrderFile { bank: bank("boreal"), ..order_file(9) }]));
    client.keys("6");
    // The bank may know of it already: it is one order all the same.
    let mut reply = page(1, 3, None);
    reply.packages.push(PackageReply { id, ..package(0, PackageStatus::InProgress) });
    client.answer(is_newest, Ok(Reply::Packages(reply)));
    let screen = client.screen(120, 40);
    let rows: Vec<&str> = screen.lines().skip(3).take(6).collect();
    assert!(screen.contains("5 ordens"), "{screen}");
    assert!(rows[1].contains("? ") && rows[0].contains("Situação"), "{screen}");
    assert!(
        screen.contains("? sem resposta: entre em boreal para saber")
            || screen.contains("entre no Banco Boreal")
    );
    assert!(screen.contains("? Ainda não se sabe"), "{screen}");
}

#[test]
fn every_bank_with_a_session_is_asked_and_one_that_is_away_is_named() {
    let mut client = connected_client(Language::PtBr);
    client.keys("6");
    assert_eq!(client.open.iter().filter(|(_, _, c)| is_newest(c)).count(), 2);
    client.answer(is_newest, Ok(Reply::Packages(page(1, 2, None))));
    client.answer(is_newest, Err(Trouble::Unreachable));
    assert!(
        client.shows("2 ordens") && client.shows("× Banco Boreal não responde"),
        "{}",
        client.screen(120, 40)
    );
    client.press(KeyCode::Esc);
    assert!(!client.asks(is_newest));
}

#[test]
fn a_filter_finds_by_account_amount_day_standing_and_id() {
    let mut client = entered(Language::PtBr);
    client.answer(is_newest, Ok(Reply::Packages(page(1, 8, None))));
    for (typed, shown) in [
        ("cerrado", 8),
        ("156,00", 1),
        ("recusada", 2),
        ("concluída", 4),
        ("20/11/2026", 8),
        ("aluguel", 8),
        ("000000007003", 1),
        ("nada disso", 0),
    ] {
        client.keys(&format!("/{typed}"));
        let words = format!("{shown} de 8 ordens");
        assert!(client.shows(&words), "{typed}: {words}\n{}", client.screen(120, 40));
        client.press(KeyCode::Esc);
    }
    assert!(client.shows("8 ordens"));
}

#[test]
fn enter_opens_the_live_room_and_c_copies_the_id() {
    let mut client = told(Language::PtBr);
    client.press(KeyCode::Down);
    client.keys("c");
    let second = package(2, PackageStatus::Committed);
    assert!(client.wishes.contains(&Effect::Copy(second.id.to_string())));
    client.press(KeyCode::Enter);
    assert!(client.asks(|c| *c == Call::Package(second.id)));
    let id = second.id;
    client.answer(|c| *c == Call::Package(id), Ok(Reply::Package(second)));
    assert!(client.shows("✓ Realizado") && client.shows("aluguel de novembro"), "{}", client.screen(120, 40));
}

#[test]
fn an_id_is_typed_or_pasted_and_a_paste_submits_nothing() {
    let mut client = told(Language::PtBr);
    client.keys("o");
    client.type_text("123");
    client.press(KeyCode::Enter);
    assert!(client.shows("× Isto não é um código de ordem"), "{}", client.screen(120, 40));
    client.press(KeyCode::Esc);
    assert!(!client.shows("Isto não é um código"));
    // What a receipt's QR code says holds an id as well.
    let id = Uuid::from_u128(0xABCD);
    client.event(Event::Paste(format!("CONSORTIUM:1:{}:{}", id.to_string().to_uppercase(), "F".repeat(64))));
    assert!(client.shows("Código:") && !client.asks(|c| matches!(c, Call::Package(_))));
    client.press(KeyCode::Enter);
    assert!(client.asks(|c| *c == Call::Package(PackageId(id))));
}

fn filtered(language: Language) -> Client {
    let mut client = told(language);
    client.keys("/150");
    client
}

/// The room in each of its states.
pub fn shown(state: State, language: Language) -> Option<Client> {
    Some(match state {
        State::Empty => {
            let mut client = entered(language);
            client.answer(is_newest, Ok(Reply::Packages(PackagesReply { packages: vec![], next: None })));
            client
        }
        State::Loading => entered(language),
        State::Full => told(language),
        State::Error => {
            let mut client = connected_client(language);
            client.keys("6");
            client.answer(is_newest, Ok(Reply::Packages(page(1, 3, None))));
            client.answer(is_newest, Err(Trouble::Unreachable));
            client.keys("o");
            client.type_text("x");
            client.press(KeyCode::Enter);
            client
        }
        State::Popup => {
            let mut client = told(language);
            client.keys("?");
            client
        }
    })
}

#[test]
fn it_looks_like_this() {
    for look in looks(shown).into_iter().chain(looks_of("filter", filtered)) {
        assert_snapshot!(look.name, look.screen);
    }
}
