//! This machine's clock is not the banks', and may be set back or forth at any moment: nothing that waits for a pause to end
//! waits longer for it, and what a bank has said is shown by the bank's time.

use crossterm::event::KeyCode;
use shared::api::problem::{Problem, ProblemCode};
use shared::api::replies::PackageStatus;

use crate::app::wire::{Answer, Call, Kept, Reply, Trouble};
use crate::app::{Effect, Event};
use crate::testing::{Client, full_package};
use crate::texts::Language;

const HOUR: i64 = 3_600_000;

/// Ana's order of one leg, sent.
fn ordered() -> Client {
    let mut client = Client::at_home(Language::PtBr);
    client.keys("3");
    client.type_text("aurora/1042-8");
    client.press(KeyCode::Tab);
    client.type_text("1,00");
    client.ctrl('s');
    client.answer_all_payees();
    client.press(KeyCode::Tab);
    client.press(KeyCode::Enter);
    let kept = client.wishes.iter().rev().find_map(|wish| match wish {
        Effect::KeepOrder(file) => Some(file.id),
        _ => None,
    });
    client.event(Event::OrderKept(kept.expect("an order goes to disk"), Kept::Yes));
    client
}

fn sends(call: &Call) -> bool {
    matches!(call, Call::OrderPackage { .. })
}

fn asks_how(call: &Call) -> bool {
    matches!(call, Call::Package(_))
}

#[test]
fn an_order_without_an_answer_is_asked_about_though_the_clock_was_set_back() {
    let mut client = ordered();
    client.answer(sends, Err(Trouble::OutcomeUnknown));
    client.pass(-HOUR);
    client.pass(500);
    assert!(client.asks(asks_how), "half a second has passed, whatever the clock shows");
    // The half minute at the bank's door is over after half a minute too, and not after an hour.
    let unknown: Answer = Err(Trouble::Problem(Box::new(Problem::new(ProblemCode::PackageAborted))));
    client.answer(asks_how, unknown.clone());
    assert!(client.shows("Ainda não se sabe"));
    client.pass(31_000);
    client.answer(asks_how, unknown);
    assert!(client.shows("Parou antes de acontecer"), "{}", client.screen(120, 40));
}

#[test]
fn a_bank_that_was_away_is_asked_again_though_the_clock_was_set_back() {
    let mut client = Client::at_home(Language::PtBr);
    client.keys("r");
    client.answer(|c| *c == Call::Accounts, Err(Trouble::Unreachable));
    client.pass(-HOUR);
    client.pass(4_000);
    assert!(client.asks(|c| *c == Call::Accounts));
}

#[test]
fn an_hour_forth_locks_nobody_out_of_anything_but_the_screen() {
    let mut client = ordered();
    client.pass(HOUR);
    assert!(client.shows("Tela travada"), "as after an hour away");
    // What was sent goes on, and its answer is heard.
    assert!(client.asks(sends));
}

#[test]
fn an_hour_back_keeps_the_idle_lock_and_what_is_said_in_passing_to_their_time() {
    let mut client = Client::at_home(Language::PtBr);
    client.press(KeyCode::F(6));
    assert!(client.shows("R$ •••••"));
    let said = client.screen(120, 40);
    client.pass(-HOUR);
    client.pass(7_000);
    let notice = said.lines().rev().nth(1).expect("a line above the keys").trim().to_owned();
    assert!(!notice.is_empty() && !client.shows(&notice), "{notice}");
    client.pass(5 * 60_000);
    assert!(client.shows("Tela travada"));
}

#[test]
fn a_receipt_tells_the_banks_times() {
    let mut client = ordered();
    // By the bank's clock it was ordered and decided at 14:32; by this one's, an hour later.
    let package = full_package(PackageStatus::Committed, true);
    let id = client.app.world.orders.iter().next().expect("the order").file.id;
    let told = shared::api::replies::PackageReply { id, ..package };
    client.answer(sends, Ok(Reply::Package(told)));
    client.app.world.settings.lock_after_minutes = 0;
    client.pass(HOUR);
    client.keys("v");
    assert!(client.shows("20/11/2026 14:32"), "{}", client.screen(120, 40));
    assert!(!client.shows("15:32:"), "{}", client.screen(120, 40));
}
