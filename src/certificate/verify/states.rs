//! Numbered states, and the steps between them.

use super::Refused;
use crate::machine::{Label, Machine, Scratch, Shape};

/// Packed states by number: those of a path, or a set in ascending order.
#[derive(Debug)]
pub(crate) struct States {
    words: usize,
    packed: Vec<u64>,
}

impl States {
    /// The states of a path.
    pub(crate) fn of_path(words: usize, path: &[Vec<u64>]) -> Self {
        States {
            words,
            packed: path.concat(),
        }
    }

    /// A set of states that somebody else wrote down: each must look like one, and stand behind those before it.
    pub(crate) fn of_set(machine: &Machine, packed: Vec<u64>) -> Result<Self, Refused> {
        let states = States {
            words: machine.words(),
            packed,
        };
        let shape = Shape::new(machine);
        for number in 0..states.len() {
            let state = states.state(number);
            if let Some(mistake) = shape.mistake(state) {
                return Err(Refused::at(format!("state {number}"), format!("is none: {mistake}")));
            }
            if number > 0 && states.state(number - 1) >= state {
                return Err(Refused::at(
                    format!("state {number}"),
                    "is not behind the one before it",
                ));
            }
        }
        Ok(states)
    }

    /// Number of states.
    pub(crate) fn len(&self) -> usize {
        self.packed.len() / self.words
    }

    /// The words of a state.
    pub(crate) fn state(&self, number: usize) -> &[u64] {
        &self.packed[number * self.words..(number + 1) * self.words]
    }

    /// The number of a state of a set.
    pub(crate) fn find(&self, state: &[u64]) -> Option<usize> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low.midpoint(high);
            match self.state(middle).cmp(state) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// The states in order.
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &[u64]> {
        self.packed.chunks_exact(self.words)
    }
}

/// A set of states that no step leaves, with the steps.
#[derive(Debug)]
pub(crate) struct Closed {
    /// The states.
    pub states: States,
    /// The number of the initial one.
    pub initial: usize,
    /// By state, the number of its first step; and one more.
    offsets: Vec<usize>,
    steps: Vec<Transition>,
}

/// A step between two states of a set.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Transition {
    /// Who, and which outcome.
    pub label: Label,
    /// Where to.
    pub to: u32,
}

impl Closed {
    /// Makes every step of every state, and refuses the set if one leads out of it.
    pub(crate) fn new(machine: &Machine, states: States) -> Result<Self, Refused> {
        let initial = states
            .find(&machine.initial())
            .ok_or_else(|| Refused::at("the set of states", "lacks the initial state"))?;
        let mut scratch = Scratch::new(machine);
        let mut next = vec![0; machine.words()];
        let (mut offsets, mut steps) = (vec![0], Vec::new());
        for number in 0..states.len() {
            let mut lost = None;
            machine.successors(states.state(number), &mut next, &mut scratch, |thread, outcome, to| {
                let label = Label {
                    thread: thread as u16,
                    outcome: outcome as u16,
                };
                match states.find(to) {
                    Some(to) => steps.push(Transition { label, to: to as u32 }),
                    None => lost = Some(label),
                }
            });
            if let Some(label) = lost {
                let thread = &machine.program.threads[usize::from(label.thread)].name;
                let why = format!("a step of {thread} leads to a state that is not in the set");
                return Err(Refused::at(format!("state {number}"), why));
            }
            offsets.push(steps.len());
        }
        Ok(Closed {
            states,
            initial,
            offsets,
            steps,
        })
    }

    /// The steps that leave a state, each with its number.
    pub(crate) fn steps(&self, state: usize) -> impl Iterator<Item = (usize, Transition)> + '_ {
        let range = self.offsets[state]..self.offsets[state + 1];
        range.map(|number| (number, self.steps[number]))
    }

    /// Number of steps.
    pub(crate) fn count_steps(&self) -> usize {
        self.steps.len()
    }
}

/// The state after a step, if the thread has it.
pub(crate) fn after(machine: &Machine, state: &[u64], thread: usize, outcome: u32) -> Option<Vec<u64>> {
    let mut next = state.to_vec();
    let mut scratch = Scratch::new(machine);
    machine
        .take(state, thread, outcome, &mut next, &mut scratch)
        .then_some(next)
}
