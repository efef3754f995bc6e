//! A run that shows a given trace.

use std::collections::{HashMap, VecDeque};

use super::labelled::{Labelled, Letter, SILENT};

/// The steps of a shortest run that shows these letters, each with where it leads; none if there is no such run.
pub fn run(graph: &Labelled, letters: &[Letter]) -> Option<Vec<(Letter, u32)>> {
    // A state, and how much of the trace has been seen; each with the one before, and the step from there.
    let start = (0, 0);
    let mut before = HashMap::from([(start, None)]);
    let mut open = VecDeque::from([start]);
    while let Some(at) = open.pop_front() {
        let (state, seen) = at;
        if seen == letters.len() {
            let back = std::iter::successors(before[&at], |(at, _)| before[at]);
            let mut steps: Vec<(Letter, u32)> = back.map(|(_, step)| step).collect();
            steps.reverse();
            return Some(steps);
        }
        for &(letter, to) in graph.steps(state) {
            let next = match letter {
                SILENT => (to, seen),
                letter if letter == letters[seen] => (to, seen + 1),
                _ => continue,
            };
            before.entry(next).or_insert_with(|| {
                open.push_back(next);
                Some((at, (letter, to)))
            });
        }
    }
    None
}
