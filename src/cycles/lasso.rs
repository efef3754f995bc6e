//! A run that goes on for ever, in finite words.

use super::graph::Step;

/// A run: the stem once, and then the cycle for ever. The cycle is never empty; it may be a single stuttering step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lasso {
    /// From an initial state to the cycle; empty if the cycle starts in an initial state.
    pub stem: Vec<Step>,
    /// From a state back to that state.
    pub cycle: Vec<Step>,
}

impl Lasso {
    /// What makes one lasso better than another: fewer steps in all, and among equals a shorter cycle.
    pub(super) fn cost(&self) -> (usize, usize) {
        (self.stem.len() + self.cycle.len(), self.cycle.len())
    }

    /// The same run with the shortest stem: while the stem ends as the cycle does, the cycle starts a step earlier.
    pub(super) fn rolled_up(mut self) -> Self {
        while self.stem.last().is_some_and(|s| self.cycle.last() == Some(s)) {
            self.stem.pop();
            self.cycle.rotate_right(1);
        }
        self
    }
}
