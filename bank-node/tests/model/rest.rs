//! Liveness as something that a single state shows: from here on no fault happens, every letter arrives once in the order of
//! sending, timers fall in the order of time; and within a bounded time nothing is in doubt any more (L1), and what every
//! customer was told is true everywhere (I9). What was on its way before is lost, or arrives, as the caller has it.

use std::collections::VecDeque;

use bank_node::protocol::bank::UnderWay;
use bank_node::protocol::invariants;

use super::consortium::{Consortium, Course, Letter, Plan, is_true};

/// Twice the largest timer, in milliseconds (L1).
const REST_MS: u64 = 60_000;

/// Plays `state` on until it rests; how long that took, in milliseconds.
///
/// # Errors
/// What is still under way then, or what is wrong at rest.
pub fn comes_to_rest(plan: &Plan, state: &Consortium, kept: bool) -> Result<u64, String> {
    let mut state = state.clone();
    let on_its_way = state.wire().filter(|_| kept).cloned();
    let mut wire: VecDeque<Letter> = on_its_way.collect();
    let mut passed = 0;
    while passed < REST_MS {
        while let Some(letter) = wire.pop_front() {
            wire.extend(state.arrives(&letter, Course::Whole));
        }
        if let Some(wrong) = state.wrong {
            return Err(wrong);
        }
        if state.nodes.iter().all(|node| node.under_way() == UnderWay::default()) {
            return at_rest(plan, &state).map(|()| passed);
        }
        let next =
            (0..state.nodes.len()).filter_map(|place| Some((state.nodes[place].rests_ms()?, place))).min();
        let Some((wait_ms, place)) = next else { return Err("nobody will ever do anything".into()) };
        passed += wait_ms;
        for node in &mut state.nodes {
            std::sync::Arc::make_mut(node).pass(wait_ms);
        }
        wire.extend(state.steps(place, Course::Whole, None, &|node, stored| node.tick(stored)));
    }
    let left: Vec<UnderWay> = state.nodes.iter().map(|node| node.under_way()).collect();
    Err(format!("after {REST_MS} ms there is still under way: {left:?}"))
}

fn at_rest(plan: &Plan, state: &Consortium) -> Result<(), String> {
    let disks = state.disks();
    let found = disks.iter().flat_map(|disk| invariants::of_bank(disk)).chain(invariants::across(&disks));
    let untrue = state.heard.iter().filter_map(|heard| is_true(&disks, heard, plan));
    if let Some(violation) = found.chain(untrue).next() {
        return Err(violation.to_string());
    }
    let adrift = invariants::adrift(&disks);
    if adrift.is_empty() { Ok(()) } else { Err(format!("money is adrift: {adrift:?}")) }
}
