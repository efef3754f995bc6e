//! Through which state each one was met first. A breadth-first search meets states in the order of those that lead to them, so two
//! bits for each state say it.

use serde::{Deserialize, Serialize};

use super::StateId;

/// A 1 for each state, in order, and a 0 after all that one state led to first; those before the first 0 are where runs start.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Parents {
    bits: Vec<u64>,
    len: usize,
    states: usize,
}

impl Parents {
    /// The next state was met.
    pub(crate) fn met(&mut self) {
        self.push(1);
        self.states += 1;
    }

    /// The next state, beginning with the first, has led to all that it leads to; or, at first, runs start in no other state.
    pub(crate) fn next(&mut self) {
        self.push(0);
    }

    fn push(&mut self, bit: u64) {
        if self.len.is_multiple_of(64) {
            self.bits.push(0);
        }
        self.bits[self.len / 64] |= bit << (self.len % 64);
        self.len += 1;
    }

    /// Number of states.
    pub(crate) fn states(&self) -> usize {
        self.states
    }

    /// The state through which this one was met first; none if runs start in it.
    pub(crate) fn of(&self, state: StateId) -> Option<StateId> {
        let (mut ones, mut zeros) = (0, 0);
        for &word in &self.bits {
            let here = word.count_ones();
            if ones + here > state {
                let before = position(word, state - ones);
                return (zeros + before - (state - ones)).checked_sub(1);
            }
            ones += here;
            zeros += 64 - here;
        }
        None
    }

    /// True if it says something of each state, and of no other.
    pub(crate) fn is_sound(&self) -> bool {
        let ones: u32 = self.bits.iter().map(|word| word.count_ones()).sum();
        self.bits.len() == self.len.div_ceil(64) && ones as usize == self.states
    }

    /// Bytes in use.
    pub(crate) fn bytes(&self) -> usize {
        self.bits.len() * 8
    }
}

/// Where the `nth` 1 of a word stands, counted from 0.
fn position(mut word: u64, nth: u32) -> u32 {
    for _ in 0..nth {
        word &= word - 1;
    }
    word.trailing_zeros()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parent_is_the_state_whose_turn_it_was() {
        let mut random = 1u64;
        let mut parents = Parents::default();
        let mut expected = Vec::new();
        let mut turn = None;
        for _ in 0..2_000 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            if random >> 33 & 1 == 1 {
                parents.met();
                expected.push(turn);
            } else {
                parents.next();
                turn = turn.map_or(Some(0), |turn| Some(turn + 1));
            }
        }
        assert_eq!(parents.states(), expected.len());
        for (state, parent) in expected.into_iter().enumerate() {
            assert_eq!(parents.of(state as StateId), parent, "state {state}");
        }
    }
}
