//! Whether what customers saw fits one order of everything (strict serializability): packages and fresh looks, each at one
//! moment between its beginning and its end, every look seeing exactly the packages before it.
//!
//! Packages add and take away, and those that commit do so in any order alike; so an account is held as the set of
//! packages booked on it, and only a look tells two packages apart. Never here: how looks are made.

use std::collections::BTreeSet;

use crate::protocol::attempt::AttemptId;
use shared::account::AccountRef;

/// A package that committed. Two bodies under one id are two packages, so it goes by its attempt.
#[derive(Clone, Debug)]
pub(super) struct Happened {
    pub attempt: AttemptId,
    /// The accounts that it changed.
    pub accounts: BTreeSet<AccountRef>,
    /// When it was first ordered.
    pub begun: u64,
    /// When somebody was first told that it had committed; none when nobody was.
    pub told: Option<u64>,
}

/// A fresh look that was answered.
#[derive(Clone, Debug)]
pub(super) struct Looked {
    pub account: AccountRef,
    pub begun: u64,
    pub ended: u64,
    /// What had been booked on the account.
    pub seen: BTreeSet<AttemptId>,
}

/// What cannot be put into one order: names along a circle, each of which has to come before the next. None when all fits.
/// Moments only have to be in order.
pub(super) fn circle(happened: &[Happened], looked: &[Looked]) -> Option<Vec<String>> {
    let count = happened.len() + looked.len();
    let begun = |node: usize| match happened.get(node) {
        Some(package) => package.begun,
        None => looked[node - happened.len()].begun,
    };
    let ended = |node: usize| match happened.get(node) {
        Some(package) => package.told,
        None => Some(looked[node - happened.len()].ended),
    };
    let mut before: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); count];
    for (one, after) in before.iter_mut().enumerate() {
        after.extend((0..count).filter(|other| ended(one).is_some_and(|end| end < begun(*other))));
    }
    for (place, look) in looked.iter().enumerate() {
        let look_node = happened.len() + place;
        for (node, package) in happened.iter().enumerate() {
            if look.seen.contains(&package.attempt) {
                before[node].insert(look_node);
            } else if package.accounts.contains(&look.account) {
                before[look_node].insert(node);
            }
        }
    }
    let name = |node: usize| match happened.get(node) {
        Some(package) => format!("attempt {}", package.attempt),
        None => format!("look {} at {}", node - happened.len(), looked[node - happened.len()].account),
    };
    find_circle(&before).map(|nodes| nodes.into_iter().map(name).collect())
}

/// Goes on removing what nothing comes before; what is left, if anything, holds a circle.
fn find_circle(before: &[BTreeSet<usize>]) -> Option<Vec<usize>> {
    let mut left: BTreeSet<usize> = (0..before.len()).collect();
    loop {
        let behind: BTreeSet<usize> = left
            .iter()
            .flat_map(|node| before[*node].iter().copied())
            .filter(|node| left.contains(node))
            .collect();
        if behind.len() == left.len() {
            break;
        }
        left = behind;
    }
    // Everything left has something left before it: going back must come round.
    let mut way = vec![*left.first()?];
    loop {
        let here = *way.last()?;
        let earlier = left.iter().copied().find(|node| before[*node].contains(&here))?;
        if let Some(start) = way.iter().position(|node| *node == earlier) {
            let mut circle = way.split_off(start);
            circle.reverse();
            return Some(circle);
        }
        way.push(earlier);
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn id(text: &str) -> AttemptId {
        let sequence = text.bytes().fold(0, |sum, byte| sum * 256 + u64::from(byte));
        AttemptId { coordinator: "aurora".parse().expect("a bank"), epoch: 1, sequence }
    }

    fn account(text: &str) -> AccountRef {
        let number = text.bytes().fold(0, |sum, byte| sum * 256 + u64::from(byte));
        let number = shared::account::AccountNumber::new(number).expect("a number");
        AccountRef::new("aurora".parse().expect("a bank"), number)
    }

    /// `P 0-5 ab` a package named P, begun at 0 and told at 5 (`-` alone: never), that changes accounts a and b;
    /// `a 6-7 PQ` a look at account a from 6 to 7 that saw P and Q.
    fn history(text: &str) -> (Vec<Happened>, Vec<Looked>) {
        let (mut happened, mut looked) = (Vec::new(), Vec::new());
        for line in text.split(';').map(str::trim).filter(|line| !line.is_empty()) {
            let words: Vec<&str> = line.split_whitespace().collect();
            let (begun, ended) = words[1].split_once('-').expect("a span");
            let begun = begun.parse().expect("a moment");
            let letters = words.get(2).copied().unwrap_or_default().chars();
            if words[0].chars().all(char::is_uppercase) {
                let accounts = letters.map(|letter| account(&letter.to_string())).collect();
                happened.push(Happened { attempt: id(words[0]), accounts, begun, told: ended.parse().ok() });
            } else {
                let seen = letters.map(|letter| id(&letter.to_string())).collect();
                let ended = ended.parse().expect("a moment");
                looked.push(Looked { account: account(words[0]), begun, ended, seen });
            }
        }
        (happened, looked)
    }

    #[rstest]
    // What was told before is seen.
    #[case("P 0-5 ab; a 6-7 P; b 8-9 P", true)]
    // What was told before is not.
    #[case("P 0-5 ab; a 6-7 P; b 8-9", false)]
    // What was not told yet may be seen or not, at each end for itself,
    #[case("P 0-9 ab; a 1-2; b 3-4 P", true)]
    // but not again unseen by who looks later,
    #[case("P 0-9 ab; b 1-2 P; a 3-4", false)]
    #[case("P 0- ab; b 1-2 P; a 3-4", false)]
    // except at the same time.
    #[case("P 0-9 ab; b 1-4 P; a 3-5", true)]
    // A look must not lack what came before something that it has.
    #[case("P 0-3 a; Q 4- a; a 1-6 Q", false)]
    #[case("P 0-5 a; Q 4- a; a 1-6 Q", true)]
    // Two who look at two accounts must agree which of two packages came first.
    #[case("P 0-9 ab; Q 0-9 ab; a 1-2 P; b 1-2 Q", false)]
    #[case("P 0-9 ab; Q 0-9 ab; a 1-2 P; b 1-2 P", true)]
    // What never touched the account is nobody's to see.
    #[case("P 0-5 b; a 6-7", true)]
    // Three looks and three packages around.
    #[case("P 0-9 ab; Q 0-9 bc; R 0-9 ca; a 1-2 P; b 1-2 Q; c 1-2 R", false)]
    fn everything_fits_one_order_or_it_does_not(#[case] text: &str, #[case] fits: bool) {
        let (happened, looked) = history(text);
        let circle = circle(&happened, &looked);
        assert_eq!(circle.is_none(), fits, "{circle:?}");
    }
}
