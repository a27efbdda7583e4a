//! What becomes of orders: on disk first, never cancelled, sent again only under their own id.

use shared::api::problem::{Problem, ProblemCode};
use shared::api::replies::{PackageReply, PackageStatus};
use shared::ids::CustomerId;
use uuid::Uuid;

use super::*;
use crate::testing::{bank, order_file, start_time};

fn package(status: PackageStatus, settled: bool) -> PackageReply {
    let order = order_file(1);
    PackageReply {
        id: order.id,
        status,
        settled,
        legs: Vec::new(),
        refusals: Vec::new(),
        created_at: start_time(),
        decided_at: None,
        banks: Vec::new(),
    }
}

fn problem(code: ProblemCode) -> Answer {
    Err(Trouble::Problem(Box::new(Problem::new(code))))
}

fn told(status: PackageStatus, settled: bool) -> Answer {
    Ok(Reply::Package(package(status, settled)))
}

/// An order that is on the wire.
fn sending() -> Orders {
    let mut orders = Orders::default();
    let file = order_file(1);
    assert_eq!(orders.begin(file.clone()), [Step::Keep(file.clone())]);
    assert_eq!(orders.kept(file.id, Kept::Yes), [Step::Send(file)]);
    orders
}

fn state(orders: &Orders) -> OrderState {
    orders.order(order_file(1).id).expect("the order").state.clone()
}

fn at(milliseconds: i64) -> Timestamp {
    later(start_time(), milliseconds)
}

#[test]
fn nothing_is_sent_before_it_is_on_disk() {
    let mut orders = Orders::default();
    let file = order_file(1);
    assert_eq!(orders.begin(file.clone()), [Step::Keep(file.clone())]);
    assert_eq!(orders.due(at(60_000)), []);
    assert_eq!(orders.kept(file.id, Kept::No("disk full".to_owned())), []);
    assert_eq!(state(&orders), OrderState::NotKept("disk full".to_owned()));
    // The customer may try again, and again it is written first.
    assert_eq!(orders.send_again(file.id), [Step::Keep(file.clone())]);
    assert_eq!(orders.kept(file.id, Kept::Yes), [Step::Send(file)]);
}

#[test]
fn a_committed_order_drops_its_file_and_is_followed_until_it_is_settled() {
    let id = order_file(1).id;
    let mut orders = sending();
    let steps = orders.answered(id, true, told(PackageStatus::Committed, false), at(0));
    assert_eq!(steps, [Step::Drop(id)]);
    assert!(!state(&orders).is_over());
    assert_eq!(orders.due(at(400)), []);
    assert_eq!(orders.due(at(500)), [Step::Ask(order_file(1))]);
    let _dropped = orders.answered(id, false, told(PackageStatus::Committed, true), at(600));
    assert!(state(&orders).is_over());
    assert_eq!(orders.due(at(99_000)), []);
}

#[test]
fn an_unknown_outcome_is_asked_about_and_sent_again_only_under_its_id() {
    let id = order_file(1).id;
    let mut orders = sending();
    assert_eq!(orders.answered(id, true, Err(Trouble::OutcomeUnknown), at(0)), []);
    assert_eq!(state(&orders), OrderState::Unknown(Trouble::OutcomeUnknown));
    assert!(!state(&orders).may_send_again(), "a person never sends what may have happened");
    assert_eq!(orders.due(at(500)), [Step::Ask(order_file(1))]);
    // The bank never saw it: the same order goes out again.
    assert_eq!(
        orders.answered(id, false, problem(ProblemCode::NotFound), at(600)),
        [Step::Send(order_file(1))]
    );
    // It may have arrived the first time, on its way still: "unreachable" proves nothing now.
    assert_eq!(orders.answered(id, true, Err(Trouble::Unreachable), at(700)), []);
    assert_eq!(state(&orders), OrderState::Unknown(Trouble::Unreachable));
    assert!(!orders.due(at(60_000)).is_empty());
    let steps = orders.answered(id, false, told(PackageStatus::Committed, true), at(61_000));
    assert_eq!(steps, [Step::Drop(id)]);
}

#[test]
fn an_order_that_could_not_be_sent_has_moved_nothing_and_may_be_sent() {
    let id = order_file(1).id;
    let mut orders = sending();
    assert_eq!(orders.answered(id, true, Err(Trouble::Unreachable), at(0)), [Step::Drop(id)]);
    assert_eq!(state(&orders), OrderState::NotSent(Trouble::Unreachable));
    assert_eq!(orders.due(at(60_000)), []);
    assert_eq!(orders.send_again(id), [Step::Keep(order_file(1))]);
}

#[test]
fn pauses_between_questions_grow_and_are_bounded() {
    let id = order_file(1).id;
    let mut orders = sending();
    let mut now = 0;
    let _unknown = orders.answered(id, true, Err(Trouble::OutcomeUnknown), at(now));
    let mut pauses = Vec::new();
    for _ in 0..8 {
        let asked = (0..).step_by(100).find(|ms| !orders.due(at(now + ms)).is_empty()).unwrap();
        pauses.push(asked);
        now += asked;
        let _unknown = orders.answered(id, false, Err(Trouble::OutcomeUnknown), at(now));
    }
    assert_eq!(pauses, [500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000, 10_000]);
}

#[test]
fn refused_is_final_and_aborted_may_be_sent_again() {
    let id = order_file(1).id;
    let mut orders = sending();
    let mut refused = Problem::new(ProblemCode::PackageRefused);
    refused.package = Some(Box::new(package(PackageStatus::Refused, true)));
    let steps = orders.answered(id, true, Err(Trouble::Problem(Box::new(refused))), at(0));
    assert_eq!(steps, [Step::Drop(id)]);
    assert!(state(&orders).is_over() && !state(&orders).may_send_again());
    assert_eq!(orders.send_again(id), []);

    let mut orders = sending();
    let steps = orders.answered(id, true, problem(ProblemCode::PackageAborted), at(0));
    assert_eq!(steps, [Step::Drop(id)]);
    assert!(matches!(state(&orders), OrderState::Told(p) if p.status == PackageStatus::Aborted));
    assert_eq!(orders.send_again(id), [Step::Keep(order_file(1))]);
}

#[test]
fn a_first_sending_that_the_bank_does_not_take_is_over_and_a_later_one_is_not() {
    let id = order_file(1).id;
    for code in [ProblemCode::Unauthenticated, ProblemCode::InvalidFields, ProblemCode::IdReused] {
        let mut orders = sending();
        let steps = orders.answered(id, true, problem(code), at(0));
        assert_eq!(steps, [Step::Drop(id)], "{code:?}");
        assert!(matches!(state(&orders), OrderState::NotTaken(_)));

        let mut orders = sending();
        let _unknown = orders.answered(id, true, Err(Trouble::OutcomeUnknown), at(0));
        assert_eq!(orders.answered(id, true, problem(code), at(0)), [], "{code:?}");
        assert!(!state(&orders).is_over(), "the first sending may have arrived: {code:?}");
    }
}

#[test]
fn a_bank_that_goes_down_with_the_order_in_its_hands_leaves_the_outcome_unknown() {
    let id = order_file(1).id;
    let mut orders = sending();
    assert_eq!(orders.answered(id, true, problem(ProblemCode::BankUnavailable), at(0)), [], "its file stays");
    assert!(matches!(state(&orders), OrderState::Unknown(_)));
    assert_eq!(orders.due(at(500)), [Step::Ask(order_file(1))]);
}

#[test]
fn what_the_bank_has_told_is_not_forgotten_over_a_lost_question() {
    let id = order_file(1).id;
    let mut orders = sending();
    let _in_progress = orders.answered(id, true, told(PackageStatus::InProgress, false), at(0));
    let _lost = orders.answered(id, false, Err(Trouble::Unreachable), at(500));
    assert_eq!(state(&orders), OrderState::Told(package(PackageStatus::InProgress, false)));
    assert!(!orders.due(at(60_000)).is_empty());
}

#[test]
fn an_order_of_an_earlier_run_is_asked_about_at_log_in_and_never_sent_by_itself() {
    let id = order_file(1).id;
    let customer = order_file(1).customer;
    let mut orders = Orders::default();
    orders.found_on_disk(vec![order_file(1)]);
    assert_eq!(orders.logged_in(&bank("boreal"), customer, at(0)), []);
    assert_eq!(orders.logged_in(&bank("aurora"), CustomerId(Uuid::from_u128(7)), at(0)), []);
    assert_eq!(orders.logged_in(&bank("aurora"), customer, at(0)), [id]);
    assert_eq!(orders.due(at(0)), [Step::Ask(order_file(1))]);
    // A moment after it was sent it may still wait at the bank's door: asked again before it is called lost.
    assert_eq!(orders.answered(id, false, problem(ProblemCode::NotFound), at(100)), []);
    assert_eq!(state(&orders), OrderState::Unknown(Trouble::OutcomeUnknown));
    assert_eq!(orders.due(at(31_000)), [Step::Ask(order_file(1))]);
    assert_eq!(orders.answered(id, false, problem(ProblemCode::NotFound), at(31_000)), []);
    assert_eq!(state(&orders), OrderState::NeverArrived);
    // Its file stays until the customer decides.
    let mut kept = sending();
    kept.log_out();
    assert_eq!(kept.found().len(), 1);
    assert_eq!(orders.give_up(id), [Step::Drop(id)]);
}

#[test]
fn logging_out_keeps_what_is_open_for_the_next_log_in() {
    let id = order_file(1).id;
    let mut orders = sending();
    let _unknown = orders.answered(id, true, Err(Trouble::OutcomeUnknown), at(0));
    orders.log_out();
    assert!(orders.order(id).is_none());
    assert_eq!(orders.logged_in(&bank("aurora"), order_file(1).customer, at(0)), [id]);
}
