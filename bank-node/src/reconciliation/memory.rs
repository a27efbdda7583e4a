//! What is remembered of the rounds with one bank, so that entries are listed only where something may be wrong: the digests
//! of two banks that work differ a little at any moment. Pure.

use std::collections::{BTreeMap, BTreeSet};

use crate::protocol::reconciliation::{Difference, Sum};

/// A bucket that has differed in so many rounds in a row is listed, whatever it differed by.
const ROUNDS_IN_A_ROW_MAX: u32 = 5;

/// How the last rounds went.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// The buckets that differed in the last round: by what, and in how many rounds in a row.
    last: BTreeMap<u8, (Sum, u32)>,
    /// Buckets in which all that differs is known: by what they differed then, and what it was.
    known: BTreeMap<u8, (Sum, Vec<Difference>)>,
}

impl Memory {
    /// Takes how the buckets differ now, and says which of them to list: those that differ by the same as in the last round,
    /// and those that never agree.
    pub fn suspects(&mut self, differing: &BTreeMap<u8, Sum>) -> BTreeSet<u8> {
        let mut suspects = BTreeSet::new();
        let mut now = BTreeMap::new();
        for (number, sum) in differing {
            let before = self.last.get(number);
            let rounds = before.map_or(0, |(_, rounds)| *rounds).saturating_add(1);
            let same = before.is_some_and(|(last, _)| last == sum);
            if same || rounds >= ROUNDS_IN_A_ROW_MAX {
                suspects.insert(*number);
            }
            now.insert(*number, (*sum, rounds));
        }
        self.last = now;
        self.known.retain(|number, (sum, _)| differing.get(number) == Some(sum));
        suspects.retain(|number| !self.known.contains_key(number));
        suspects
    }

    /// All that differs in these buckets, which were listed in this round, has been found to be wrong for certain.
    pub fn knows(&mut self, listed: &BTreeSet<u8>, found: &BTreeMap<u8, Vec<Difference>>) {
        for number in listed {
            if let Some(((sum, _), found)) = self.last.get(number).zip(found.get(number)) {
                self.known.insert(*number, (*sum, found.clone()));
            }
        }
    }

    /// What is wrong for certain in buckets that were listed in an earlier round and have not changed.
    pub fn known(&self) -> impl Iterator<Item = &Difference> {
        self.known.values().flat_map(|(_, found)| found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn differing(text: &str) -> BTreeMap<u8, Sum> {
        let one = |word: &str| {
            let (number, by) = word.split_once('=').unwrap();
            (number.parse().unwrap(), format!("{by:0>64}").parse().unwrap())
        };
        text.split_whitespace().map(one).collect()
    }

    fn difference() -> Difference {
        Difference {
            package: "0192e4a8-7c1b-7d30-9f55-3b6c1a2d4e5f".parse().unwrap(),
            attempt: "aurora.1.1".parse().unwrap(),
            at_ms: 1,
            here: Vec::new(),
            there: Vec::new(),
        }
    }

    #[test]
    fn what_moves_is_not_looked_at_and_what_stands_is() {
        let mut memory = Memory::default();
        let mut suspects = |text: &str| memory.suspects(&differing(text)).into_iter().collect::<Vec<_>>();
        assert_eq!(suspects("1=a 2=b"), [0; 0], "nobody knows yet");
        assert_eq!(suspects("1=c 2=b 3=d"), [2], "the same as before");
        assert_eq!(suspects("1=e 3=d"), [3]);
        assert_eq!(suspects(""), [0; 0]);
        assert_eq!(suspects("3=d"), [0; 0], "it has agreed in between");
        for by in ["a", "b", "c"] {
            assert_eq!(suspects(&format!("3={by}")), [0; 0], "{by}");
        }
        assert_eq!(suspects("3=e"), [3], "it never agrees");
    }

    #[test]
    fn what_is_known_is_not_listed_again_until_it_changes() {
        let mut memory = Memory::default();
        let _first = memory.suspects(&differing("1=a 2=b"));
        let listed = memory.suspects(&differing("1=a 2=b"));
        assert_eq!(listed, BTreeSet::from([1, 2]));
        memory.knows(&listed, &BTreeMap::from([(1, vec![difference()])]));
        assert_eq!(memory.suspects(&differing("1=a 2=b")), BTreeSet::from([2]), "2 was on its way");
        assert_eq!(memory.known().count(), 1);
        assert!(memory.suspects(&differing("1=c 2=d")).is_empty(), "both have moved");
        assert_eq!(memory.known().count(), 0);
        assert_eq!(memory.suspects(&differing("1=c")), BTreeSet::from([1]), "and are looked at again");
    }
}
