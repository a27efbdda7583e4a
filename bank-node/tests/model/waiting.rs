//! Wait-die, in every order in which letters can arrive while nothing is lost and no time passes: nobody waits for each other,
//! nobody overtakes, and the oldest is never refused for what others hold.

use bank_node::protocol::settings::{Guard, Guards};
use rstest::rstest;
use stateright::{Checker as _, HasDiscoveries, Model as _};

use super::consortium::{Order, Plan};

/// Each wants most of A1 and most of B1, and meets the other at both.
const CROSSWISE: &[Order] = &[
    Order { at: "A", package: 1, legs: "A1>B2 800, B1>A2 800" },
    Order { at: "B", package: 2, legs: "B1>A2 800, A1>B2 800" },
];

/// Three that want B1. The youngest fails at A: it gives back what it held.
const IN_A_ROW: &[Order] = &[
    Order { at: "A", package: 1, legs: "B1>A1 700" },
    Order { at: "B", package: 2, legs: "B1>B2 300" },
    Order { at: "A", package: 3, legs: "B1>A1 600, A2>B2 3000" },
];

fn explored(orders: &[Order], guards: Guards) -> (usize, Option<(&'static str, Vec<String>)>) {
    let plan = Plan { guards, in_time: true, ..Plan::of(orders) };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let checker = plan.checker().threads(threads).finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join();
    let failure =
        checker.discoveries().into_iter().find(|(name, _)| *name != "somebody is told how it ended");
    let failure = failure
        .map(|(name, path)| (name, path.into_actions().iter().map(|action| format!("{action:?}")).collect()));
    (checker.unique_state_count(), failure)
}

#[rstest]
#[case::crosswise("crosswise", CROSSWISE)]
#[case::in_a_row("in a row", IN_A_ROW)]
fn nobody_waits_in_vain(#[case] name: &str, #[case] orders: &[Order]) {
    let (states, failure) = explored(orders, Guards::all());
    println!("{name}: {states} states");
    assert_eq!(failure, None);
}

#[rstest]
#[case(Guard::WaitsForYounger, CROSSWISE)]
#[case(Guard::OlderGoesFirst, IN_A_ROW)]
fn a_missing_guard_has_a_counterexample(#[case] guard: Guard, #[case] orders: &[Order]) {
    let (_, failure) = explored(orders, Guards::without(guard));
    let (property, actions) = failure.unwrap_or_else(|| panic!("without {guard:?} nothing goes wrong"));
    println!("{guard:?}: {property}, after {} steps", actions.len());
}
