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

/// The order's file once it is sent again.
fn sent_again(now: Timestamp) -> OrderFile {
    OrderFile { sent_again_at: Some(now), ..order_file(1) }
}

#[test]
fn nothing_is_sent_before_it_is_on_disk() {
    let mut orders = Orders::default();
    let file = order_file(1);
    assert_eq!(orders.begin(file.clone()), [Step::Keep(file.clone())]);
    assert_eq!(orders.due(at(60_000), |_| false), []);
    assert_eq!(orders.kept(file.id, Kept::No("disk full".to_owned())), []);
    assert_eq!(state(&orders), OrderState::NotKept("disk full".to_owned()));
    // The customer may try again, and again it is written first.
    let again = sent_again(at(70_000));
    assert_eq!(orders.send_again(file.id, at(70_000)), [Step::Keep(again.clone())]);
    assert_eq!(orders.kept(file.id, Kept::Yes), [Step::Send(again)]);
}

#[test]
fn a_committed_order_drops_its_file_and_is_followed_until_it_is_settled() {
    let id = order_file(1).id;
    let mut orders = sending();
    let steps = orders.answered(id, true, told(PackageStatus::Committed, false), at(0));
    assert_eq!(steps, [Step::Drop(id)]);
    assert!(!state(&orders).is_over());
    assert_eq!(orders.due(at(400), |_| false), []);
    assert_eq!(orders.due(at(500), |_| false), [Step::Ask(order_file(1))]);
    let _dropped = orders.answered(id, false, told(PackageStatus::Committed, true), at(600));
    assert!(state(&orders).is_over());
    assert_eq!(orders.due(at(99_000), |_| false), []);
}

#[test]
fn an_unknown_outcome_is_asked_about_and_sent_again_only_under_its_id() {
    let id = order_file(1).id;
    let mut orders = sending();
    assert_eq!(orders.answered(id, true, Err(Trouble::OutcomeUnknown), at(0)), []);
    assert_eq!(state(&orders), OrderState::Unknown(Trouble::OutcomeUnknown));
    assert!(!state(&orders).may_send_again(), "a person never sends what may have happened");
    assert_eq!(orders.due(at(500), |_| false), [Step::Ask(order_file(1))]);
    // The bank never saw it: the same order goes out again, on disk with its time first.
    let again = sent_again(at(600));
    let steps = orders.answered(id, false, problem(ProblemCode::NotFound), at(600));
    assert_eq!(steps, [Step::Keep(again.clone())]);
    assert_eq!(orders.kept(id, Kept::Yes), [Step::Send(again)]);
    // It may have arrived the first time, on its way still: "unreachable" proves nothing now.
    assert_eq!(orders.answered(id, true, Err(Trouble::Unreachable), at(700)), []);
    assert_eq!(state(&orders), OrderState::Unknown(Trouble::Unreachable));
    assert!(!orders.due(at(60_000), |_| false).is_empty());
    let steps = orders.answered(id, false, told(PackageStatus::Committed, true), at(61_000));
    assert_eq!(steps, [Step::Drop(id)]);
}

#[test]
fn an_order_that_could_not_be_sent_has_moved_nothing_and_may_be_sent() {
    let id = order_file(1).id;
    let mut orders = sending();
    assert_eq!(orders.answered(id, true, Err(Trouble::Unreachable), at(0)), [Step::Drop(id)]);
    assert_eq!(state(&orders), OrderState::NotSent(Trouble::Unreachable));
    assert_eq!(orders.due(at(60_000), |_| false), []);
    assert_eq!(orders.send_again(id, at(61_000)), [Step::Keep(sent_again(at(61_000)))]);
}

#[test]
fn pauses_between_questions_grow_and_are_bounded() {
    let id = order_file(1).id;
    let mut orders = sending();
    let mut now = 0;
    let _unknown = orders.answered(id, true, Err(Trouble::OutcomeUnknown), at(now));
    let mut pauses = Vec::new();
    for _ in 0..8 {
        let asked = (0..).step_by(100).find(|ms| !orders.due(at(now + ms), |_| false).is_empty()).unwrap();
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
    assert_eq!(orders.send_again(id, at(0)), []);

    let mut orders = sending();
    let steps = orders.answered(id, true, problem(ProblemCode::PackageAborted), at(0));
    assert_eq!(steps, [Step::Drop(id)]);
    assert!(matches!(state(&orders), OrderState::Told(p) if p.status == PackageStatus::Aborted));
    assert_eq!(orders.send_again(id, at(9)), [Step::Keep(sent_again(at(9)))]);
}

/// A copy on its way may begin a new attempt after the bank has told of one that stopped: told "stopped", a customer would
/// order anew and pay twice.
#[test]
fn stopped_is_not_the_last_word_while_an_unanswered_copy_may_be_at_the_door() {
    let id = order_file(1).id;
    let mut orders = sending();
    let _unknown = orders.answered(id, true, Err(Trouble::OutcomeUnknown), at(0));
    let _kept_again = orders.answered(id, false, problem(ProblemCode::NotFound), at(600));
    let _sent_again = orders.kept(id, Kept::Yes);
    // The second copy is answered at once, the first is still somewhere.
    assert_eq!(
        orders.answered(id, true, problem(ProblemCode::PackageAborted), at(700)),
        [],
        "its file stays"
    );
    assert_eq!(state(&orders), OrderState::Unknown(Trouble::OutcomeUnknown));
    assert!(!state(&orders).may_send_again() && !state(&orders).is_over());
    assert_eq!(orders.answered(id, false, told(PackageStatus::Aborted, true), at(29_900)), []);
    let steps = orders.answered(id, false, told(PackageStatus::Committed, true), at(29_950));
    assert_eq!(steps, [Step::Drop(id)], "the first copy arrived after all");

    let mut orders = sending();
    let _unknown = orders.answered(id, true, Err(Trouble::OutcomeUnknown), at(0));
    let _open = orders.answered(id, false, told(PackageStatus::Aborted, true), at(10_000));
    assert!(!orders.due(at(20_000), |_| false).is_empty(), "asked until it is certain");
    let steps = orders.answered(id, false, told(PackageStatus::Aborted, true), at(30_000));
    assert_eq!(steps, [Step::Drop(id)], "no copy can be at the door any more");
    assert!(matches!(state(&orders), OrderState::Told(p) if p.status == PackageStatus::Aborted));

    // The same for a client that was killed a moment after it had sent an old order again.
    let mut orders = Orders::default();
    orders.found_on_disk(vec![sent_again(at(600_000))]);
    let _asked = orders.logged_in(&bank("aurora"), order_file(1).customer, at(601_000));
    for answer in [told(PackageStatus::Aborted, true), problem(ProblemCode::NotFound)] {
        assert_eq!(orders.answered(id, false, answer, at(602_000)), []);
        assert_eq!(state(&orders), OrderState::Unknown(Trouble::OutcomeUnknown));
    }
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
    assert_eq!(orders.due(at(500), |_| false), [Step::Ask(order_file(1))]);
}

#[test]
fn what_the_bank_has_told_is_not_forgotten_over_a_lost_question() {
    let id = order_file(1).id;
    let mut orders = sending();
    let _in_progress = orders.answered(id, true, told(PackageStatus::InProgress, false), at(0));
    let _lost = orders.answered(id, false, Err(Trouble::Unreachable), at(500));
    assert_eq!(state(&orders), OrderState::Told(package(PackageStatus::InProgress, false)));
    assert!(!orders.due(at(60_000), |_| false).is_empty());
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
    assert_eq!(orders.due(at(0), |_| false), [Step::Ask(order_file(1))]);
    // A moment after it was sent it may still wait at the bank's door: asked again before it is called lost.
    assert_eq!(orders.answered(id, false, problem(ProblemCode::NotFound), at(100)), []);
    assert_eq!(state(&orders), OrderState::Unknown(Trouble::OutcomeUnknown));
    assert_eq!(orders.due(at(31_000), |_| false), [Step::Ask(order_file(1))]);
    assert_eq!(orders.answered(id, false, problem(ProblemCode::NotFound), at(31_000)), []);
    assert_eq!(state(&orders), OrderState::NeverArrived);
    // Its file stays until the customer decides.
    let mut kept = sending();
    kept.log_out();
    assert_eq!(kept.found().len(), 1);
    assert_eq!(orders.give_up(id), [Step::Drop(id)]);
}

#[test]
fn a_clock_set_back_between_two_runs_makes_nobody_wait_for_the_old_time() {
    let id = order_file(1).id;
    let mut orders = Orders::default();
    // By its own word it was sent in an hour's time.
    orders.found_on_disk(vec![sent_again(at(3_600_000))]);
    let _asked = orders.logged_in(&bank("aurora"), order_file(1).customer, at(0));
    assert_eq!(orders.answered(id, false, problem(ProblemCode::NotFound), at(1_000)), []);
    assert_eq!(state(&orders), OrderState::Unknown(Trouble::OutcomeUnknown), "it may be at the door");
    assert_eq!(orders.answered(id, false, problem(ProblemCode::NotFound), at(31_000)), []);
    assert_eq!(state(&orders), OrderState::NeverArrived);
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
