//! Small consortia, explored whole within their bounds: every invariant in every state, and every state comes to rest.

use rstest::rstest;
use stateright::{Checker as _, Model as _};

use super::consortium::{Order, Plan};

/// Whether to go to bounds that take minutes of all cores.
pub fn whole() -> bool {
    std::env::var_os("MODEL").is_some_and(|bounds| bounds == "whole")
}

/// Explores all of it, and says how much that was.
#[track_caller]
fn explored(name: &str, plan: Plan) {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let (deaths, ticks) = (plan.deaths, plan.ticks);
    let checker = plan.checker().threads(threads).spawn_bfs().join();
    println!(
        "{name}, {deaths} deaths, {ticks} timers at each: {} states, {} of them different, depth {}",
        checker.state_count(),
        checker.unique_state_count(),
        checker.max_depth()
    );
    for (property, path) in checker.discoveries() {
        if property != "somebody is told how it ended" {
            let wrong = path.last_state().wrong.clone();
            panic!("{name}: not so: {property}: {wrong:?} after {:#?}", path.into_actions());
        }
    }
    checker.assert_properties();
}

const PAID: Order = Order { at: "A", package: 1, legs: "A1>B1 60" };
const PAID_FROM_B: Order = Order { at: "B", package: 1, legs: "A1>B1 60" };
const TAKEN: Order = Order { at: "A", package: 1, legs: "B1>A1 60" };
const TOO_MUCH: Order = Order { at: "A", package: 1, legs: "B1>A1 5000" };
const WITHIN: Order = Order { at: "A", package: 1, legs: "A1>A2 60" };
const OTHER: Order = Order { at: "B", package: 2, legs: "B1>A1 60" };

/// A bank dies once, and no timer falls; or timers fall twice at each, and no bank dies. `MODEL=whole` has both at once, and more.
#[rstest]
#[case::paid("a payment from A to B", &[PAID])]
#[case::taken("a payment that A takes from B", &[TAKEN])]
#[case::refused("a payment that B refuses", &[TOO_MUCH])]
fn one_package_at_two_banks(#[case] name: &str, #[case] orders: &[Order]) {
    let bounds: &[(u8, u8)] = if whole() { &[(1, 1), (2, 0), (0, 3)] } else { &[(1, 0), (0, 2)] };
    explored_within(name, orders, bounds);
}

/// Nothing dies, and timers fall once at each bank. `MODEL=whole`: a bank dies; or timers fall twice.
#[rstest]
#[case::twice("the same package at both banks", &[PAID, PAID_FROM_B])]
#[case::again("the same package twice at one bank", &[PAID, PAID])]
#[case::within("a package within one bank, at both", &[WITHIN, Order { at: "B", ..WITHIN }])]
#[case::crossing("two packages that cross", &[PAID, OTHER])]
fn two_orders_at_two_banks(#[case] name: &str, #[case] orders: &[Order]) {
    let bounds: &[(u8, u8)] = if whole() { &[(0, 1)] } else { &[(0, 0)] };
    explored_within(name, orders, bounds);
}

fn explored_within(name: &str, orders: &[Order], bounds: &[(u8, u8)]) {
    for (deaths, ticks) in bounds {
        explored(name, Plan { deaths: *deaths, ticks: *ticks, rests: true, ..Plan::of(orders) });
    }
}

#[rstest]
#[case::pays("A has B pay C", &[Order { at: "A", package: 1, legs: "B1>C1 60" }])]
#[case::round("around three banks", &[Order { at: "A", package: 1, legs: "A1>B1 60, B1>C1 60" }])]
fn every_course_of_three_banks(#[case] name: &str, #[case] orders: &[Order]) {
    let bounds: &[(u8, u8)] = if whole() { &[(1, 0), (0, 2)] } else { &[(0, 1)] };
    for (deaths, ticks) in bounds {
        let plan = Plan { banks: &["A", "B", "C"], ..Plan::of(orders) };
        explored(name, Plan { deaths: *deaths, ticks: *ticks, rests: true, ..plan });
    }
}
