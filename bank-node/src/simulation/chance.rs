//! The one source of chance of a simulated schedule: SplitMix64 from a seed, so that a seed is a schedule.
//!
//! Never here: the operating system's randomness.

/// A row of numbers that its seed determines.
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    /// The row of `seed`.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Sixty-four bits.
    pub const fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From `low` to `high`, both included.
    pub const fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.bits() % (high - low + 1)
    }

    /// A place in a list of `len`, which must not be empty.
    #[expect(clippy::cast_possible_truncation, reason = "the remainder is below a length")]
    pub const fn place(&mut self, len: usize) -> usize {
        (self.bits() % len as u64) as usize
    }

    /// True `parts` times in a thousand.
    pub const fn permille(&mut self, parts: u64) -> bool {
        // No draw for what is switched off: a plan without a fault costs nothing.
        parts > 0 && self.bits() % 1000 < parts
    }

    /// One of a list that is not empty.
    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.place(list.len())]
    }
}
