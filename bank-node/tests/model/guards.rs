//! Rules of `docs/protocol.md`, section 9, switched off alone: some course shows it.
//!
//! Not here: 16, which shows when a bank is gone for good; 19 and 22 to 25, which show when a ledger is put back; 21, which takes
//! balances near the largest. The simulator and the stories have them. 26 and 27 stand in `waiting`.

use bank_node::protocol::settings::{Guard, Guards};
use rstest::rstest;
use stateright::{Checker as _, HasDiscoveries, Model as _};

use super::consortium::{Order, Plan};
use super::rest::comes_to_rest;

/// What goes wrong without `guard`, and after how many steps.
fn counterexample(plan: &Plan, guard: Guard) -> Option<(&'static str, usize, String)> {
    let plan = Plan { guards: Guards::without(guard), ..plan.clone() };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let found = HasDiscoveries::AnyFailures;
    let checker = plan.clone().checker().threads(threads).finish_when(found).spawn_bfs().join();
    let mut failures: Vec<_> = checker
        .discoveries()
        .into_iter()
        .filter(|(name, _)| *name != "somebody is told how it ended")
        .collect();
    failures.sort_by_key(|(name, _)| *name);
    let (name, path) = failures.pop()?;
    let last = path.last_state();
    let wrong = last.wrong.clone().or_else(|| comes_to_rest(&plan, last, false).err());
    let wrong = wrong.unwrap_or_else(|| name.to_owned());
    Some((name, path.into_actions().len(), wrong))
}

const PAID: Order = Order { at: "A", package: 1, legs: "A1>B1 60" };
const CANCELLING: Order = Order { at: "A", package: 1, legs: "A1>B1 60, B1>A1 60" };
const WITHIN: Order = Order { at: "A", package: 1, legs: "A1>A2 60" };
const ALL_OF_IT: Order = Order { at: "A", package: 1, legs: "A1>B1 1000" };
const TOO_MUCH: Order = Order { at: "A", package: 1, legs: "B1>A1 1200" };

const fn from_b(order: Order) -> Order {
    Order { at: "B", ..order }
}

/// The older one holds B1 and fails at A; the younger is refused for the moment, and would not be a moment later.
const HELD_FOR_A_MOMENT: &[Order] = &[
    Order { at: "B", package: 1, legs: "B1>A1 800, A2>B2 1200" },
    Order { at: "A", package: 2, legs: "B1>A1 800" },
];

/// Refused for good; then there is money, and it is ordered at the other bank.
const REFUSED_THEN_RICH: &[Order] =
    &[TOO_MUCH, Order { at: "B", package: 2, legs: "cash>B1 500" }, from_b(TOO_MUCH)];

/// Together more than A's customer may take from B in a day.
const OVER_THE_DAY: &[Order] =
    &[Order { at: "A", package: 1, legs: "B1>A1 800" }, Order { at: "A", package: 2, legs: "B2>A1 800" }];

#[rstest]
#[case(Guard::TellAfterSync, &[PAID], 1, 0)]
#[case(Guard::AttemptIdsNeverReused, &[PAID, Order { at: "A", package: 2, legs: "A1>B1 50" }], 1, 0)]
#[case(Guard::QuerySeesMemoryAndDisk, &[PAID], 0, 2)]
#[case(Guard::RefusalsDurable, HELD_FOR_A_MOMENT, 0, 0)]
#[case(Guard::HoldsNeverExpire, &[PAID], 0, 2)]
#[case(Guard::PackageRecordKept, &[PAID, from_b(PAID)], 0, 0)]
#[case(Guard::KeptAtCreditedBanks, &[PAID, from_b(PAID)], 0, 0)]
#[case(Guard::KeptThoughCancelling, &[CANCELLING, from_b(CANCELLING)], 0, 0)]
#[case(Guard::RecordBeforeRights, &[ALL_OF_IT, from_b(ALL_OF_IT)], 0, 0)]
#[case(Guard::OneBankPassesRecord, &[WITHIN, from_b(WITHIN)], 0, 0)]
#[case(Guard::DefiniteNoCloses, REFUSED_THEN_RICH, 0, 0)]
#[case(Guard::SpentElsewhereCommitted, &[PAID, from_b(PAID)], 0, 0)]
#[case(Guard::SecondCommitBooksNothing, &[PAID], 0, 0)]
#[case(Guard::TombstoneRemembersNo, HELD_FOR_A_MOMENT, 0, 0)]
#[case(Guard::NoCreditBeforeCommit, &[PAID, Order { at: "B", package: 2, legs: "B1>A1 1050" }], 0, 0)]
#[case(Guard::RecoveryBeforeListening, &[PAID], 1, 1)]
#[case(Guard::ConsentCountsPrepared, OVER_THE_DAY, 0, 0)]
fn a_missing_guard_has_a_counterexample(
    #[case] guard: Guard,
    #[case] orders: &[Order],
    #[case] deaths: u8,
    #[case] ticks: u8,
) {
    shown(guard, &Plan { deaths, ticks, rests: true, ..Plan::of(orders) });
}

/// It takes a third bank, that has not confirmed when another one has.
#[test]
fn a_record_let_go_of_at_the_first_ack_has_a_counterexample() {
    let orders = [Order { at: "A", package: 1, legs: "A1>B1 60, A1>C1 60" }];
    let plan = Plan { banks: &["A", "B", "C"], ticks: 1, rests: true, ..Plan::of(&orders) };
    shown(Guard::AckKeepsRecord, &plan);
}

#[track_caller]
fn shown(guard: Guard, plan: &Plan) {
    let found = counterexample(plan, guard);
    let (property, steps, wrong) = found.unwrap_or_else(|| panic!("without {guard:?} nothing goes wrong"));
    println!("{guard:?}: {property}, after {steps} steps: {wrong}");
}
