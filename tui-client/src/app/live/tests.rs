//! Streams by hand: what they change, what is asked without them, and that nothing is asked while they tell.

use shared::account::AccountStatus;
use shared::api::events::{AccountEvent, BankEvent};
use shared::api::problem::{Problem, ProblemCode};
use shared::api::replies::{
    AccountsReply, BankStatus, ConsentsReply, HolderReply, HolderStatus, InvitationsReply, PackageReply,
    PackageStatus, PackagesReply, PreviewReply, ScopeBank, ScopeStatus, SessionsReply, StatementReply,
};

use crossterm::event::KeyCode;

use crate::app::effect::Effect;
use crate::app::orders::OrderState;
use crate::app::streams::{Hearing, StreamId, StreamNews};
use crate::app::wire::{Call, Reply, Trouble};
use crate::app::{Event, orders};
use crate::testing::{
    Client, ROOMS_BY_KEYS, account, account_ref, bank, consortium, full_package, logged_in, payee,
    three_lines,
};
use crate::texts::Language;

/// At home at Aurora, whose stream tells; the other banks are not connected.
fn live() -> (Client, StreamId) {
    let mut client = Client::logged_in(Language::PtBr);
    let own = || vec![account("aurora", 1042, 123_456)];
    let scope = |id: &str, status| ScopeBank { bank: bank(id), status };
    let banks = vec![
        scope("aurora", ScopeStatus::Ok),
        scope("boreal", ScopeStatus::NoConsent),
        scope("cerrado", ScopeStatus::NoConsent),
    ];
    client.answer(|c| *c == Call::Consortium, Ok(Reply::Consortium(consortium(true))));
    let seen = AccountsReply { accounts: own(), banks: Some(banks) };
    client.answer(|c| *c == Call::AccountsInConsortium, Ok(Reply::Accounts(seen)));
    let told = AccountsReply { accounts: own(), banks: None };
    client.answer(|c| *c == Call::Accounts, Ok(Reply::Accounts(told)));
    let id = client.stream_opens();
    // What home asks once beside the accounts.
    client.pass(1_000);
    let nothing = StatementReply { postings: Vec::new(), next: None };
    client.answer(|c| matches!(c, Call::RecentPostings(_)), Ok(Reply::Statement(nothing)));
    client.open.clear();
    (client, id)
}

fn money(balance: i64) -> BankEvent {
    BankEvent::Account(AccountEvent {
        account: account_ref("aurora", 1042),
        status: None,
        balance,
        held: 0,
        available: balance,
        incoming: 0,
        holders: Vec::new(),
    })
}

fn unauthenticated() -> Trouble {
    Trouble::Problem(Box::new(Problem::new(ProblemCode::Unauthenticated)))
}

/// What a bank would say to what the client asks, over and over until it asks nothing.
fn answer_everything(client: &mut Client) {
    while let Some((_, _, call)) = client.open.first().cloned() {
        let answer = match &call {
            Call::Accounts => Reply::Accounts(AccountsReply {
                accounts: vec![account("aurora", 1042, 123_456)],
                banks: None,
            }),
            Call::AccountsInConsortium => {
                let scope = |id: &str, status| ScopeBank { bank: bank(id), status };
                let banks = vec![
                    scope("aurora", ScopeStatus::Ok),
                    scope("boreal", ScopeStatus::NoConsent),
                    scope("cerrado", ScopeStatus::NoConsent),
                ];
                let accounts = vec![account("aurora", 1042, 123_456)];
                Reply::Accounts(AccountsReply { accounts, banks: Some(banks) })
            }
            Call::Consortium => Reply::Consortium(consortium(true)),
            Call::Statement { .. } | Call::RecentPostings(_) => {
                Reply::Statement(StatementReply { postings: Vec::new(), next: None })
            }
            Call::Packages { .. } => Reply::Packages(PackagesReply { packages: Vec::new(), next: None }),
            // Its end is not known: what would be asked for again and again.
            Call::Package(id) => {
                Reply::Package(PackageReply { id: *id, ..full_package(PackageStatus::InProgress, false) })
            }
            // While an order of this run is under way it is asked about now and then, whatever is told.
            Call::OrderPackage { id, .. } => {
                Reply::Package(PackageReply { id: *id, ..full_package(PackageStatus::Committed, true) })
            }
            Call::Preview(_) => Reply::Preview(PreviewReply { legs: Vec::new(), accounts: Vec::new() }),
            Call::Payee(_) => Reply::Payee(payee("boreal", 2001, "B**** L***")),
            Call::Me => Reply::Customer(logged_in("aurora", "Banco Aurora").customer),
            Call::Sessions => Reply::Sessions(SessionsReply { sessions: Vec::new() }),
            Call::Invitations => Reply::Invitations(InvitationsReply { invitations: Vec::new() }),
            Call::Consents => Reply::Consents(ConsentsReply { consents: Vec::new() }),
            other => panic!("nothing is known of {other:?}"),
        };
        client.answer(|open| *open == call, Ok(answer));
    }
}

#[test]
fn while_the_bank_tells_an_idle_client_asks_nothing_in_any_room() {
    let paste = |client: &mut Client, text: &str| client.event(Event::Paste(text.to_owned()));
    let id = full_package(PackageStatus::InProgress, false).id.to_string();
    let mut rooms: Vec<(&str, Client)> = Vec::new();
    for (name, keys) in ROOMS_BY_KEYS.into_iter().chain([("home", "")]) {
        let mut client = live().0;
        client.press_all(keys);
        rooms.push((name, client));
    }
    for (name, keys) in [("package by id", ""), ("receipt of it", "v")] {
        let mut client = live().0;
        client.press_all("6o");
        paste(&mut client, &id);
        client.press_all("\r");
        answer_everything(&mut client);
        client.press_all(keys);
        rooms.push((name, client));
    }
    for (name, keys) in [("review", ""), ("order", "\t\r"), ("receipt of an order", "\t\rv")] {
        let mut client = live().0;
        client.press_all("2");
        paste(&mut client, &three_lines());
        client.ctrl('s');
        answer_everything(&mut client);
        client.press_all(keys);
        let kept = client.wishes.iter().find_map(|wish| match wish {
            Effect::KeepOrder(file) => Some(file.id),
            _ => None,
        });
        if let Some(id) = kept {
            client.event(Event::OrderKept(id, crate::app::wire::Kept::Yes));
        }
        rooms.push((name, client));
    }
    for (name, mut client) in rooms {
        client.app.world.settings.lock_after_minutes = 0;
        answer_everything(&mut client);
        // What is due once after a change is asked for within a moment.
        for _ in 0..20 {
            client.pass(100);
            answer_everything(&mut client);
        }
        for second in 0..300 {
            client.pass(1_000);
            assert_eq!(client.open, [], "{name}, after {second} s");
        }
    }
}

#[test]
fn accounts_seen_by_a_consent_are_asked_for_while_somebody_is_at_the_keys() {
    let (mut client, _) = live();
    let by_consent = |client: &mut Client| {
        let scope = |id: &str, status| ScopeBank { bank: bank(id), status };
        let banks = vec![
            scope("aurora", ScopeStatus::Ok),
            scope("boreal", ScopeStatus::Ok),
            scope("cerrado", ScopeStatus::NoConsent),
        ];
        let accounts = vec![account("aurora", 1042, 123_456), account("boreal", 2001, 5_000)];
        let seen = AccountsReply { accounts, banks: Some(banks) };
        client.answer(|c| *c == Call::AccountsInConsortium, Ok(Reply::Accounts(seen)));
    };
    client.app.world.settings.lock_after_minutes = 0;
    client.keys("r");
    by_consent(&mut client);
    answer_everything(&mut client);
    client.pass(1_000);
    answer_everything(&mut client);
    let asked = |client: &Client| client.asks(|c| *c == Call::AccountsInConsortium);
    for second in 0..300 {
        client.pass(1_000);
        assert_eq!(client.open, [], "after {second} s");
    }
    // Whoever comes back to the keys sees what has come in meanwhile; then it is quiet again.
    client.press(KeyCode::Down);
    client.pass(100);
    assert!(asked(&client), "{:?}", client.open);
    by_consent(&mut client);
    client.pass(20_000);
    assert!(!asked(&client), "{:?}", client.open);
    // Somebody who goes on pressing keys is not a reason to ask at each.
    client.press(KeyCode::Up);
    client.pass(100);
    by_consent(&mut client);
    client.pass(1_000);
    client.press(KeyCode::Down);
    client.pass(5_000);
    assert!(!asked(&client), "{:?}", client.open);
    client.pass(6_000);
    assert!(asked(&client), "{:?}", client.open);
}

#[test]
fn news_of_an_account_or_a_package_reach_the_room_that_shows_it() {
    // Money that came and went again between two events: only the statement shows it.
    let (mut client, id) = live();
    client.press_all("\t\r");
    answer_everything(&mut client);
    client.told(id, money(123_456), "a-1");
    assert!(client.asks(|c| matches!(c, Call::Statement { .. })), "{:?}", client.open);
    // Another account's news are not this one's.
    answer_everything(&mut client);
    let BankEvent::Account(mut other) = money(0) else { unreachable!("money is an account's") };
    other.account = account_ref("aurora", 1043);
    client.told(id, BankEvent::Account(other), "a-2");
    assert!(!client.asks(|c| matches!(c, Call::Statement { .. })));
    // A package that this run did not order.
    let (mut client, id) = live();
    client.press_all("6o");
    let package = full_package(PackageStatus::InProgress, false);
    client.event(Event::Paste(package.id.to_string()));
    client.press_all("\r");
    answer_everything(&mut client);
    assert!(client.shows("Em andamento"), "{}", client.screen(120, 40));
    let done = full_package(PackageStatus::Committed, true);
    client.told(id, BankEvent::Package(Box::new(done)), "a-1");
    assert!(client.shows("Realizado"), "{}", client.screen(120, 40));
    assert_eq!(client.open, []);
}

#[test]
fn orders_of_another_run_move_in_the_list_and_other_peoples_do_not_come_into_it() {
    let (mut client, id) = live();
    client.press_all("6");
    answer_everything(&mut client);
    let mut theirs = full_package(PackageStatus::Committed, true);
    theirs.legs.truncate(1);
    theirs.legs[0].leg = Some(0);
    client.told(id, BankEvent::Package(Box::new(theirs)), "a-1");
    assert!(client.shows("Nenhuma ordem ainda."), "{}", client.screen(120, 40));
    client.told(id, BankEvent::Package(Box::new(full_package(PackageStatus::InProgress, false))), "a-2");
    assert!(client.shows("R$ 200,00") && !client.shows("Realizado"), "{}", client.screen(120, 40));
    client.told(id, BankEvent::Package(Box::new(full_package(PackageStatus::Committed, true))), "a-3");
    assert!(client.shows("Realizado"), "{}", client.screen(120, 40));
    assert_eq!(client.open, []);
}

#[test]
fn an_account_that_was_closed_or_joined_is_seen_without_asking() {
    let (mut client, id) = live();
    let told = |status, joined: bool| {
        let BankEvent::Account(mut told) = money(123_456) else { unreachable!("money is an account's") };
        told.status = Some(status);
        let holder =
            |name: &str, status| HolderReply { cpf: "52998224725".to_owned(), name: name.to_owned(), status };
        let second = if joined { HolderStatus::Holder } else { HolderStatus::Invited };
        told.holders = vec![holder("Ana Souza", HolderStatus::Holder), holder("Bruno Lima", second)];
        BankEvent::Account(told)
    };
    client.told(id, told(AccountStatus::Open, true), "a-1");
    let own = |client: &Client| client.app.world.banks.account(&account_ref("aurora", 1042)).cloned();
    assert_eq!(own(&client).expect("in sight").holders[1].name, "Bruno Lima");
    client.told(id, told(AccountStatus::Closed, true), "a-2");
    // A bank that says less takes nothing back.
    client.told(id, money(123_456), "a-3");
    let account = own(&client).expect("in sight");
    assert_eq!((account.status, account.holders.len()), (AccountStatus::Closed, 2));
    assert_eq!(client.open, []);
}

#[test]
fn money_that_moves_is_seen_at_once_and_marked_for_a_moment() {
    let (mut client, id) = live();
    client.told(id, money(138_456), "a-1");
    assert!(client.shows("R$ 1.384,56") && client.shows("▲ entrou R$ 150,00"), "{}", client.screen(120, 40));
    client.told(id, money(137_456), "a-2");
    assert!(client.shows("▲ entrou R$ 140,00"), "{}", client.screen(120, 40));
    client.pass(6_000);
    assert!(!client.shows("entrou") && client.shows("R$ 1.374,56"));
    client.told(id, money(137_455), "a-3");
    assert!(client.shows("▼ saiu R$ 0,01"));
    // There and back again.
    client.told(id, money(137_456), "a-4");
    assert!(!client.shows("saiu") && !client.shows("entrou"));
}

#[test]
fn an_answer_that_was_on_its_way_does_not_undo_what_was_told() {
    let (mut client, id) = live();
    client.keys("r");
    client.told(id, money(200_000), "a-1");
    let older = AccountsReply { accounts: vec![account("aurora", 1042, 123_456)], banks: None };
    client.answer(|c| *c == Call::Accounts, Ok(Reply::Accounts(older)));
    assert!(client.shows("R$ 2.000,00"), "{}", client.screen(120, 40));
    // The next answer is newer than what was told before it was asked for.
    client.keys("r");
    let newer = AccountsReply { accounts: vec![account("aurora", 1042, 300_000)], banks: None };
    client.answer(|c| *c == Call::Accounts, Ok(Reply::Accounts(newer)));
    assert!(client.shows("R$ 3.000,00"));
}

#[test]
fn an_account_opened_elsewhere_is_asked_for() {
    let (mut client, id) = live();
    let BankEvent::Account(mut other) = money(0) else { unreachable!("money is an account's") };
    other.account = account_ref("aurora", 1043);
    client.told(id, BankEvent::Account(other), "a-1");
    let asked = |client: &Client| client.open.iter().filter(|(_, _, c)| *c == Call::Accounts).count();
    assert_eq!(asked(&client), 1);
    // One more is told of while the answer is on its way: that question goes on, and is asked again if it lacks it.
    let first = client.open[0].0;
    let BankEvent::Account(mut third) = money(0) else { unreachable!("money is an account's") };
    third.account = account_ref("aurora", 1044);
    client.told(id, BankEvent::Account(third), "a-2");
    assert_eq!((asked(&client), client.open[0].0), (1, first));
    let told = |last| AccountsReply {
        accounts: (1042..=last).map(|base| account("aurora", base, 0)).collect(),
        banks: None,
    };
    client.answer(|c| *c == Call::Accounts, Ok(Reply::Accounts(told(1043))));
    assert_eq!(asked(&client), 1, "the third is lacking");
    client.answer(|c| *c == Call::Accounts, Ok(Reply::Accounts(told(1044))));
    assert_eq!(asked(&client), 0);
}

#[test]
fn a_bank_that_goes_down_is_seen_without_asking() {
    let (mut client, id) = live();
    let mut cerrado = consortium(false).banks.remove(2);
    client.told(id, BankEvent::Bank(cerrado.clone()), "a-1");
    assert!(client.shows("fora do ar"), "{}", client.screen(120, 40));
    cerrado.status = BankStatus::Up;
    client.told(id, BankEvent::Bank(cerrado), "a-2");
    assert!(!client.shows("fora do ar"));
    assert_eq!(client.open, []);
}

/// At home with an order on its way to the bank: its file, and how its bank would tell of it.
fn sent() -> (Client, StreamId, orders::OrderFile) {
    let (mut client, id) = live();
    client.keys("2");
    client.event(Event::Paste(three_lines()));
    client.ctrl('s');
    client.answer_all_payees();
    client.press(crossterm::event::KeyCode::Tab);
    client.press(crossterm::event::KeyCode::Enter);
    let file = client.wishes.iter().find_map(|w| match w {
        Effect::KeepOrder(file) => Some((**file).clone()),
        _ => None,
    });
    let file: orders::OrderFile = file.expect("an order");
    client.event(Event::OrderKept(file.id, crate::app::wire::Kept::Yes));
    (client, id, file)
}

#[test]
fn a_stopped_attempt_is_believed_from_the_answer_alone_while_a_copy_is_under_way() {
    let (mut client, id, file) = sent();
    let mut package = full_package(PackageStatus::InProgress, false);
    package.id = file.id;
    let state = |client: &Client| client.app.world.orders.order(file.id).map(|order| order.state.clone());
    client.told(id, BankEvent::Package(Box::new(package.clone())), "a-1");
    assert_eq!(state(&client), Some(OrderState::Told(package.clone())), "live before the answer");
    // It may be that of an earlier copy.
    let stopped = PackageReply { status: PackageStatus::Aborted, settled: true, ..package.clone() };
    client.told(id, BankEvent::Package(Box::new(stopped)), "a-2");
    assert_eq!(state(&client), Some(OrderState::Told(package)));
}

#[test]
fn an_order_is_followed_by_what_its_bank_tells() {
    let (mut client, id, file) = sent();
    let package = |status, settled| {
        let mut package = full_package(status, settled);
        package.id = file.id;
        package
    };
    let under_way = package(PackageStatus::InProgress, false);
    client.answer(|c| matches!(c, Call::OrderPackage { .. }), Ok(Reply::Package(under_way)));
    client.open.clear();
    // Another bank's view of it is not its state.
    client.told(id, BankEvent::Package(Box::new(package(PackageStatus::Committed, false))), "a-1");
    for _ in 0..9 {
        client.pass(1_000);
    }
    assert!(!client.asks(|c| matches!(c, Call::Package(_))), "the bank tells");
    client.told(id, BankEvent::Package(Box::new(package(PackageStatus::Committed, true))), "a-2");
    let state = client.app.world.orders.order(file.id).map(|order| order.state.clone());
    assert_eq!(state, Some(OrderState::Told(package(PackageStatus::Committed, true))));
    // What was on its way is late.
    client.told(id, BankEvent::Package(Box::new(package(PackageStatus::InProgress, false))), "a-3");
    let state = client.app.world.orders.order(file.id).map(|order| order.state.is_over());
    assert_eq!(state, Some(true));
}

#[test]
fn a_broken_stream_is_said_asked_around_and_resumed() {
    let (mut client, id) = live();
    client.told(id, money(123_456), "a-7");
    client.event(Event::Streamed(id, StreamNews::Ended));
    assert_eq!(client.app.world.hearing(), Some(Hearing::Asking));
    assert!(client.shows("◐ ligado, sem avisos"), "{}", client.screen(120, 40));
    assert!(client.asks(|c| *c == Call::Accounts), "at once");
    let before = client.wishes.len();
    client.pass(500);
    assert_eq!(client.wishes.len(), before, "not at once again");
    client.pass(1_000);
    let (again, seat, after) = client.streams().pop().expect("it listens again");
    assert_ne!(again, id);
    assert_eq!((after.as_deref(), seat.token.is_some()), (Some("a-7"), true));
    // News of the old one are nobody's.
    client.told(id, money(1), "a-8");
    assert!(client.shows("R$ 1.234,56"));
    // Each failure waits longer; a bank that answers is tried at once.
    client.event(Event::Streamed(again, StreamNews::Broken(Trouble::Unreachable)));
    client.pass(1_500);
    assert_eq!(client.streams().pop().map(|s| s.0), Some(again));
    let told = AccountsReply { accounts: vec![account("aurora", 1042, 123_456)], banks: None };
    client.answer(|c| *c == Call::Accounts, Ok(Reply::Accounts(told)));
    client.pass(100);
    client.stream_opens();
    assert_ne!(client.streams().pop().map(|s| s.0), Some(again));
    assert!(client.shows("● ligado"));
}

#[test]
fn a_stream_that_the_session_ended_is_not_opened_again() {
    let (mut client, id) = live();
    client.event(Event::Streamed(id, StreamNews::Broken(unauthenticated())));
    assert!(client.shows("× sessão encerrada"));
    for _ in 0..60 {
        client.pass(1_000);
    }
    assert_eq!(client.streams(), []);
}

#[test]
fn a_bank_older_than_its_streams_is_asked_as_ever() {
    let mut client = Client::at_home(Language::PtBr);
    let (id, ..) = client.streams().pop().expect("the client listens");
    let unknown = Trouble::Problem(Box::new(Problem::new(ProblemCode::NotFound)));
    client.event(Event::Streamed(id, StreamNews::Broken(unknown)));
    client.pass(10_000);
    assert!(client.asks(|c| *c == Call::Accounts));
    client.pass(100_000);
    assert_eq!(client.streams().len(), 1, "never asked for again");
}

#[test]
fn whoever_logs_out_is_listened_for_no_more() {
    let (mut client, id) = live();
    client.app.world.log_out();
    client.event(Event::Redraw);
    assert!(client.wishes.contains(&Effect::StopListening(id)));
    client.told(id, money(1), "a-1");
    assert!(client.app.world.banks.accounts().next().is_none());
}
