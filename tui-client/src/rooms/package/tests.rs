//! Orders on their way and at their end, by keys and answers, and how they look.

use crossterm::event::KeyCode;
use insta::assert_snapshot;
use shared::api::problem::{FieldCode, FieldError, Problem, ProblemCode, RefusalReply};
use shared::api::replies::{LegReply, PackageBank, PackageBankState as Bank, PackageReply, PackageStatus};
use shared::ids::PackageId;
use shared::refusal::{Refusal, RefusalCode};
use uuid::Uuid;

use crate::app::orders::OrderFile;
use crate::app::wire::{Call, Kept, Reply, Trouble};
use crate::app::{Effect, Event};
use crate::rooms::looks::{State, looks, looks_of};
use crate::testing::{
    Client, bank, connected_client, full_package, logged_in, order_file, start_time, three_lines,
};
use crate::texts::Language;

/// Three legs were sent; no answer yet.
fn sent(language: Language) -> Client {
    let mut client = Client::at_home(language);
    client.keys("2");
    client.event(Event::Paste(three_lines()));
    client.ctrl('s');
    client.answer_all_payees();
    client.press(KeyCode::Tab);
    client.press(KeyCode::Enter);
    client.event(Event::OrderKept(id(), Kept::Yes));
    client
}

/// The first package of a run.
fn id() -> PackageId {
    PackageId(Uuid::from_u128(1))
}

fn package(status: PackageStatus, settled: bool, states: [Bank; 3]) -> PackageReply {
    let banks = ["aurora", "boreal", "cerrado"].into_iter().zip(states);
    PackageReply {
        id: id(),
        status,
        settled,
        legs: Vec::new(),
        refusals: Vec::new(),
        created_at: start_time(),
        decided_at: None,
        banks: banks.map(|(id, state)| PackageBank { bank: bank(id), state }).collect(),
    }
}

fn is_order(call: &Call) -> bool {
    matches!(call, Call::OrderPackage { .. })
}

fn refusal(leg: u16, code: RefusalCode, missing: Option<i64>) -> RefusalReply {
    RefusalReply::from(&Refusal { missing, ..Refusal::new(leg, code) })
}

fn refused(language: Language) -> Client {
    let mut client = sent(language);
    let mut problem = Problem::new(ProblemCode::PackageRefused);
    problem.package =
        Some(Box::new(package(PackageStatus::Refused, true, [Bank::Refused, Bank::Aborted, Bank::Refused])));
    problem.refusals = vec![
        refusal(0, RefusalCode::InsufficientFunds, Some(76_544)),
        refusal(1, RefusalCode::AccountClosed, None),
    ];
    client.answer(is_order, Err(Trouble::Problem(Box::new(problem))));
    client
}

fn aborted(language: Language) -> Client {
    let mut client = sent(language);
    let mut problem = Problem::new(ProblemCode::PackageAborted);
    let mut given_up = package(PackageStatus::Aborted, true, [Bank::Aborted, Bank::Aborted, Bank::Waiting]);
    given_up.refusals = vec![refusal(1, RefusalCode::BankUnavailable, None)];
    problem.package = Some(Box::new(given_up));
    client.answer(is_order, Err(Trouble::Problem(Box::new(problem))));
    client
}

/// Told with a status, by the answer to the order.
fn told(language: Language, reply: PackageReply) -> Client {
    let mut client = sent(language);
    client.answer(is_order, Ok(Reply::Package(reply)));
    client
}

#[test]
fn the_result_is_followed_bank_by_bank_until_it_is_settled() {
    let mut client = sent(Language::PtBr);
    assert!(client.shows("Enviando…") && client.shows("○ Banco Cerrado"), "{}", client.screen(120, 40));
    let preparing =
        package(PackageStatus::InProgress, false, [Bank::Prepared, Bank::Waiting, Bank::Prepared]);
    client.answer(is_order, Ok(Reply::Package(preparing)));
    assert!(client.shows("Em andamento") && client.shows("◐ Banco Aurora   valor prometido"));
    assert!(client.shows("○ Banco Boreal   esperando") && !client.shows("Realizado"));
    client.pass(600);
    let decided =
        package(PackageStatus::Committed, false, [Bank::Committed, Bank::Committed, Bank::Prepared]);
    client.answer(|c| matches!(c, Call::Package(_)), Ok(Reply::Package(decided)));
    assert!(client.shows("Decidido: vai acontecer por inteiro"));
    assert!(client.shows("Falta a confirmação do Banco Cerrado."));
    client.pass(600);
    let settled = package(PackageStatus::Committed, true, [Bank::Committed; 3]);
    client.answer(|c| matches!(c, Call::Package(_)), Ok(Reply::Package(settled)));
    assert!(client.shows("✓ Realizado") && client.shows("✓ Banco Cerrado  lançado"));
    assert!(client.asks(|c| *c == Call::Accounts), "the balances are looked at");
    client.pass(60_000);
    assert!(!client.asks(|c| matches!(c, Call::Package(_))));
}

#[test]
fn each_failing_leg_says_why_and_that_nothing_was_debited() {
    let mut client = refused(Language::PtBr);
    for words in [
        "× Recusado",
        "Nada foi debitado, e nada será.",
        "× Transferência 1: saldo insuficiente na conta (faltam R$ 765,44). Nada foi debitado.",
        "× Transferência 2: a conta está encerrada. Nada foi debitado.",
        "× Banco Aurora",
        "– Banco Boreal",
    ] {
        assert!(client.shows(words), "{words}\n{}", client.screen(120, 40));
    }
    client.keys("e");
    assert!(client.shows("Esta ordem não pode ser enviada de novo.") && !client.asks(is_order));
}

#[test]
fn what_stopped_before_it_happened_is_sent_again_under_the_same_id() {
    let mut client = aborted(Language::PtBr);
    assert!(client.shows("Parou antes de acontecer") && client.shows("não está respondendo agora"));
    client.keys("e");
    client.event(Event::OrderKept(id(), Kept::Yes));
    let again = client.open.iter().find(|(_, _, c)| is_order(c)).expect("it is sent");
    assert!(matches!(&again.2, Call::OrderPackage { id: same, .. } if *same == id()));
}

#[test]
fn an_unknown_outcome_is_a_state_of_its_own_and_is_asked_about_until_known() {
    let mut client = sent(Language::PtBr);
    client.answer(is_order, Err(Trouble::OutcomeUnknown));
    assert!(client.shows("? Ainda não se sabe") && client.shows("Os bancos ainda estão decidindo."));
    client.keys("e");
    assert!(!client.asks(is_order), "what may have happened is not sent anew");
    client.pass(600);
    client.answer(|c| *c == Call::Package(id()), Err(Trouble::Unreachable));
    assert!(client.shows("? Ainda não se sabe"));
    client.pass(20_000);
    // The bank that was asked never saw it: the same order goes out, under the same id.
    let problem = Problem::new(ProblemCode::NotFound);
    client.answer(|c| *c == Call::Package(id()), Err(Trouble::Problem(Box::new(problem))));
    assert!(!client.asks(is_order), "not before the disk has it");
    client.event(Event::OrderKept(id(), Kept::Yes));
    let done = package(PackageStatus::Committed, true, [Bank::Committed; 3]);
    client.answer(is_order, Ok(Reply::Package(done)));
    assert!(client.shows("✓ Realizado"));
}

#[test]
fn leaving_the_room_cancels_nothing() {
    let mut client = sent(Language::PtBr);
    client.press(KeyCode::Esc);
    assert!(client.asks(is_order));
    client.keys("6");
    assert!(client.shows("Enviando…"));
    client.press(KeyCode::Enter);
    assert!(client.shows("Enviando…") && client.shows("Código"));
}

#[test]
fn an_order_of_an_earlier_run_is_followed_after_a_crash() {
    let mut client = Client::start(crate::testing::settings(Language::PtBr));
    client.event(Event::OrdersFound(vec![order_file(7)]));
    client.keys("1");
    client.type_text("52998224725");
    client.press(KeyCode::Tab);
    client.type_text("uma senha boa");
    client.press(KeyCode::Enter);
    let answer = Ok(Reply::LoggedIn(logged_in("aurora", "Banco Aurora")));
    client.answer(|c| matches!(c, Call::LogIn(_)), answer);
    client.keys("6");
    client.press(KeyCode::Enter);
    assert!(client.shows("? Ainda não se sabe") && client.shows("Código"), "{}", client.screen(120, 40));
    let problem = || Err(Trouble::Problem(Box::new(Problem::new(ProblemCode::NotFound))));
    // Right after it was sent it may still wait at the bank's door; later, what the bank does not know never came.
    client.answer(|c| matches!(c, Call::Package(_)), problem());
    assert!(client.shows("? Ainda não se sabe") && !client.asks(is_order));
    client.pass(31_000);
    client.answer(|c| matches!(c, Call::Package(_)), problem());
    assert!(client.shows("Nunca chegou ao banco") && !client.asks(is_order));
    client.keys("x");
    assert!(client.shows("Buscando o que você enviou…"));
    assert!(client.wishes.iter().any(|w| matches!(w, Effect::DropOrder(_))));
}

#[test]
fn what_never_left_says_so_and_may_be_sent() {
    let mut client = sent(Language::PtBr);
    client.answer(is_order, Err(Trouble::Unreachable));
    assert!(client.shows("× Não foi enviado") && client.shows("Nada foi debitado."));
    client.keys("e");
    client.event(Event::OrderKept(id(), Kept::No("disco cheio".to_owned())));
    assert!(client.shows("disco cheio") && !client.asks(is_order));
}

#[test]
fn an_order_that_the_bank_does_not_take_names_the_leg() {
    let mut client = sent(Language::PtBr);
    let error = FieldError::new("legs[1].to", FieldCode::UnknownBank);
    client.answer(is_order, Err(Trouble::Problem(Box::new(Problem::invalid_fields(vec![error])))));
    assert!(client.shows("× O banco não aceitou a ordem"));
    assert!(client.shows("× Transferência 2: Este banco não faz parte do consórcio."));
}

#[test]
fn several_orders_are_listed_and_opened() {
    let mut client = refused(Language::PtBr);
    client.press(KeyCode::Esc);
    client.keys("3");
    client.press(KeyCode::Enter);
    client.press(KeyCode::Enter);
    client.type_text("7");
    client.ctrl('s');
    client.press(KeyCode::Tab);
    client.press(KeyCode::Enter);
    assert!(client.shows("Guardando a ordem…"), "{}", client.screen(120, 40));
    client.press(KeyCode::Esc);
    client.keys("6");
    assert!(client.shows("Guardando a ordem…") && client.shows("× Recusado"), "{}", client.screen(120, 40));
    client.press(KeyCode::Down);
    client.press(KeyCode::Enter);
    assert!(client.shows("Nada foi debitado, e nada será."));
    client.keys("c");
    assert!(client.wishes.contains(&Effect::Copy(id().to_string())) && client.shows("Copiado"));
}

/// 64 legs, the last of which fails.
fn long_refused(language: Language) -> Client {
    let mut client = Client::at_home(language);
    client.keys("2");
    let lines: String = (0..64).map(|n| format!("aurora/1042-8=boreal/2001-0:{},00\n", n + 1)).collect();
    client.event(Event::Paste(lines));
    client.ctrl('s');
    client.answer_all_payees();
    client.press(KeyCode::Tab);
    client.press(KeyCode::Enter);
    client.event(Event::OrderKept(id(), Kept::Yes));
    let mut problem = Problem::new(ProblemCode::PackageRefused);
    problem.refusals = vec![refusal(63, RefusalCode::AccountClosed, None)];
    client.answer(is_order, Err(Trouble::Problem(Box::new(problem))));
    client
}

#[test]
fn a_long_package_scrolls_to_its_last_leg_and_failing_legs_stand_first() {
    let mut client = long_refused(Language::PtBr);
    let screen = client.screen(80, 24);
    assert!(
        screen.contains("64 aurora/1042-8") && screen.contains("Transferência 64: a conta está encerrada")
    );
    assert!(!screen.contains("R$ 63,00"), "{screen}");
    client.press(KeyCode::End);
    assert!(client.screen(80, 24).contains("▸ 63 aurora/1042-8 → boreal/2001-0  R$ 63,00"));
    client.press(KeyCode::Home);
    client.press(KeyCode::PageDown);
    // The first leg has two rows, its own and its reason's.
    assert!(client.screen(80, 24).contains("▸  9 aurora"), "{}", client.screen(80, 24));
    for _ in 0..80 {
        client.press(KeyCode::Down);
    }
    assert!(client.screen(60, 18).contains("R$ 63,00"));
}

/// A package that was not ordered in this run, by its id; the answers are still to come.
fn by_id(language: Language) -> Client {
    let mut client = connected_client(language);
    client.keys("6o");
    client.event(Event::Paste(id().to_string()));
    client.press(KeyCode::Enter);
    client
}

fn not_found() -> Result<Reply, Trouble> {
    Err(Trouble::Problem(Box::new(Problem::new(ProblemCode::NotFound))))
}

/// What was ordered so far, oldest first.
fn ordered(client: &Client) -> Vec<OrderFile> {
    let kept = |wish: &Effect| match wish {
        Effect::KeepOrder(file) => Some(file.as_ref().clone()),
        _ => None,
    };
    client.wishes.iter().filter_map(kept).collect()
}

#[test]
fn a_refused_package_is_corrected_in_a_new_order_with_a_new_id() {
    for (language, key, head) in [
        (
            Language::PtBr,
            "m corrige estas transferências em uma ordem nova, com código novo",
            "Transferências de uma ordem recusada.",
        ),
        (
            Language::En,
            "m corrects these transfers in a new order, with a new id",
            "Transfers of an order that was refused.",
        ),
    ] {
        let mut client = refused(language);
        assert!(client.shows(key), "{}", client.screen(120, 40));
        client.keys("m");
        assert!(client.shows(head) && client.shows("R$ 150,00"), "{}", client.screen(120, 40));
        // The second is removed, the rest is sent.
        client.keys("jx");
        client.ctrl('s');
        client.answer_all_payees();
        client.press(KeyCode::Tab);
        client.press(KeyCode::Enter);
        let files = ordered(&client);
        let [first, second] = files.as_slice() else { panic!("{files:?}") };
        assert!(first.id == id() && second.id != id());
        let left = [&first.legs.as_slice()[0], &first.legs.as_slice()[2]];
        assert_eq!(second.legs.as_slice().iter().collect::<Vec<_>>(), left);
    }
}

#[test]
fn the_leg_that_failed_first_is_the_one_to_look_at() {
    let mut client = long_refused(Language::PtBr);
    client.keys("m");
    assert!(client.screen(80, 24).contains("▸ 64  aurora/1042-8"), "{}", client.screen(80, 24));
}

#[test]
fn a_package_of_another_run_is_corrected_where_all_of_it_is_seen() {
    let mut client = by_id(Language::PtBr);
    client.answer(|c| *c == Call::Package(id()), Ok(Reply::Package(full(PackageStatus::Refused))));
    client.answer(|c| *c == Call::Package(id()), not_found());
    client.keys("m");
    assert!(
        client.shows("Transferências: 2 de 64") && client.shows("aluguel de novembro"),
        "{}",
        client.screen(120, 40)
    );
    let mut client = by_id(Language::PtBr);
    let masked = PackageReply { status: PackageStatus::Refused, settled: true, ..partly_seen() };
    client.answer(|c| *c == Call::Package(id()), Ok(Reply::Package(masked)));
    client.answer(|c| *c == Call::Package(id()), not_found());
    client.keys("m");
    assert!(client.shows("Só uma ordem recusada se corrige em uma ordem nova."));
}

#[test]
fn what_may_still_happen_or_did_is_not_corrected() {
    let language = Language::PtBr;
    let committed = told(language, package(PackageStatus::Committed, true, [Bank::Committed; 3]));
    for mut client in [sent(language), in_progress(language), unknown(language), aborted(language), committed]
    {
        assert!(!client.shows("em uma ordem nova"));
        client.keys("m");
        assert!(client.shows("Só uma ordem recusada se corrige em uma ordem nova."));
        assert!(client.shows("Código"), "{}", client.screen(120, 40));
    }
}

/// What a co-holder is told: one leg, the other side masked.
fn partly_seen() -> PackageReply {
    let mut seen = package(PackageStatus::InProgress, false, [Bank::Waiting, Bank::Prepared, Bank::Waiting]);
    seen.banks.retain(|b| b.bank.as_str() == "boreal");
    seen.legs = vec![LegReply {
        leg: Some(4),
        from: Some("aurora/***2-8".to_owned()),
        to: Some("boreal/2001-0".to_owned()),
        amount: 15_000,
        description: Some("mesada".to_owned()),
    }];
    seen
}

#[test]
fn a_package_of_another_run_is_asked_for_by_its_id_at_every_bank_of_ones_sessions() {
    let mut client = by_id(Language::PtBr);
    assert!(client.shows("Perguntando aos bancos por este código…"), "{}", client.screen(120, 40));
    let is_read = |c: &Call| *c == Call::Package(id());
    assert_eq!(client.open.iter().filter(|(_, _, c)| is_read(c)).count(), 2);
    client.answer(is_read, not_found());
    assert!(client.shows("Perguntando"));
    client.answer(is_read, not_found());
    assert!(client.shows("○ Nenhum banco em que você entrou conhece este código"));
    client.keys("e");
    assert!(client.shows("Esta ordem não pode ser enviada de novo."));
    client.keys("r");
    client.answer(is_read, Err(Trouble::Unreachable));
    client.answer(is_read, Ok(Reply::Package(partly_seen())));
    for words in ["Em andamento", " 5 aurora/***2-8 → boreal/2001-0  R$ 150,00  mesada", "que você pode ver"]
    {
        assert!(client.shows(words), "{words}\n{}", client.screen(120, 40));
    }
    // It is asked about until its end is known; who ordered it sees more, and that is what stands.
    client.pass(2_100);
    client.answer(is_read, Ok(Reply::Package(full(PackageStatus::Committed))));
    client.answer(is_read, not_found());
    assert!(client.shows("✓ Realizado") && client.shows(" 2 aurora/1042-8 → cerrado/3003-1"));
    client.pass(60_000);
    assert!(!client.asks(is_read), "its end is known");
    client.keys("r");
    client.press(KeyCode::Esc);
    assert!(!client.asks(is_read), "leaving forgets the question");
}

fn full(status: PackageStatus) -> PackageReply {
    PackageReply { id: id(), ..full_package(status, true) }
}

fn partly(language: Language) -> Client {
    let mut client = by_id(language);
    client.answer(|c| *c == Call::Package(id()), not_found());
    client.answer(|c| *c == Call::Package(id()), Ok(Reply::Package(partly_seen())));
    client
}

fn long(language: Language) -> Client {
    let mut client = long_refused(language);
    client.press(KeyCode::End);
    client
}

fn in_progress(language: Language) -> Client {
    let states = [Bank::Prepared, Bank::Waiting, Bank::Prepared];
    told(language, package(PackageStatus::InProgress, false, states))
}

fn decided(language: Language) -> Client {
    let states = [Bank::Committed, Bank::Committed, Bank::Prepared];
    told(language, package(PackageStatus::Committed, false, states))
}

fn unknown(language: Language) -> Client {
    let mut client = sent(language);
    client.answer(is_order, Err(Trouble::OutcomeUnknown));
    client
}

/// The room in each of its states.
pub fn shown(state: State, language: Language) -> Option<Client> {
    Some(match state {
        State::Empty => {
            let mut client = by_id(language);
            client.answer(|c| *c == Call::Package(id()), not_found());
            client.answer(|c| *c == Call::Package(id()), not_found());
            client
        }
        State::Loading => sent(language),
        State::Full => told(language, package(PackageStatus::Committed, true, [Bank::Committed; 3])),
        State::Error => refused(language),
        State::Popup => {
            let mut client = sent(language);
            client.keys("?");
            client
        }
    })
}

#[test]
fn it_looks_like_this() {
    for look in looks(shown)
        .into_iter()
        .chain(looks_of("asking", by_id))
        .chain(looks_of("partly", partly))
        .chain(looks_of("long", long))
        .chain(looks_of("in_progress", in_progress))
        .chain(looks_of("decided", decided))
        .chain(looks_of("aborted", aborted))
        .chain(looks_of("unknown", unknown))
    {
        assert_snapshot!(look.name, look.screen);
    }
}
