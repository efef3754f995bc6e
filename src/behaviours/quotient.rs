//! States that nobody can tell apart become one: branching bisimulation (van Glabbeek and Weijland 1996), by refining a partition
//! until the states of each block agree on what they can do next (signatures: Blom and Orzan 2003). It keeps all visible traces.

use std::collections::HashMap;

use super::labelled::{Labelled, Letter, SILENT};
use crate::cycles::Tarjan;

/// The block of each state, and the graph of the blocks; its state 0 is no initial one.
pub(super) fn quotient(graph: &Labelled) -> (Vec<u32>, Labelled) {
    let (of, small) = without_silent_circles(graph);
    let (block, blocks) = refine(&small);
    (of.into_iter().map(|state| block[state as usize]).collect(), blocks)
}

/// Whoever can go round in silence can do all that any state on the way can do. The states are numbered so that silent steps lead
/// to smaller numbers.
fn without_silent_circles(graph: &Labelled) -> (Vec<u32>, Labelled) {
    let states: Vec<u32> = (0..graph.states() as u32).collect();
    let silent = |state: u32| {
        let steps = graph.steps(state).iter();
        steps.filter(|(letter, _)| *letter == SILENT).map(|&(_, to)| to)
    };
    let components = Tarjan::new(states.len()).components(&states, silent);
    let mut of = vec![0; states.len()];
    for (number, component) in (0..).zip(components.iter()) {
        component.iter().for_each(|&state| of[state as usize] = number);
    }
    let merged = (0..).zip(components.iter()).map(|(number, component)| {
        let steps = component.iter().flat_map(|&state| graph.steps(state));
        let steps = steps.map(|&(letter, to)| (letter, of[to as usize]));
        let mut steps: Vec<(Letter, u32)> = steps.filter(|step| *step != (SILENT, number)).collect();
        steps.sort_unstable();
        steps.dedup();
        steps
    });
    let merged = Labelled::new(merged);
    (of, merged)
}

/// What a state can do: a letter, and the block that it leads to. A silent step within a block does what its target does.
type Signature = Vec<(Letter, u32)>;

fn refine(graph: &Labelled) -> (Vec<u32>, Labelled) {
    let states = graph.states();
    let mut block = vec![0; states];
    let mut count = 1;
    loop {
        let signatures = Signatures::of(graph, &block);
        let mut numbers = HashMap::new();
        let finer: Vec<u32> = (0..states)
            .map(|state| {
                let next = numbers.len() as u32;
                *numbers.entry((block[state], signatures.number[state])).or_insert(next)
            })
            .collect();
        // Blocks are only ever divided: as many as before are the same.
        if numbers.len() == count {
            let mut steps = vec![Signature::new(); count];
            for state in 0..states {
                // All states of a block have the same one.
                steps[finer[state] as usize].clone_from(signatures.all(state));
            }
            let renamed: HashMap<u32, u32> = block.iter().copied().zip(finer.iter().copied()).collect();
            let steps = steps.into_iter().map(|steps| {
                let steps = steps.into_iter();
                steps.map(|(letter, to)| (letter, renamed[&to])).collect::<Vec<_>>()
            });
            let blocks = Labelled::new(steps);
            return (finer, blocks);
        }
        count = numbers.len();
        block = finer;
    }
}

/// The signatures of all states, each kept once.
#[derive(Default)]
struct Signatures {
    distinct: Vec<Signature>,
    number: Vec<u32>,
}

impl Signatures {
    fn of(graph: &Labelled, block: &[u32]) -> Self {
        let mut numbers: HashMap<Signature, u32> = HashMap::new();
        let mut found = Signatures::default();
        for state in 0..graph.states() as u32 {
            let mine = block[state as usize];
            let mut signature = Signature::new();
            for &(letter, to) in graph.steps(state) {
                match block[to as usize] {
                    // It has a smaller number: its signature is known.
                    same if letter == SILENT && same == mine => signature.extend(found.all(to as usize)),
                    other => signature.push((letter, other)),
                }
            }
            signature.sort_unstable();
            signature.dedup();
            let number = match numbers.get(&signature) {
                Some(&number) => number,
                None => {
                    let number = found.distinct.len() as u32;
                    found.distinct.push(signature.clone());
                    numbers.insert(signature, number);
                    number
                }
            };
            found.number.push(number);
        }
        found
    }

    fn all(&self, state: usize) -> &Signature {
        &self.distinct[self.number[state] as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silent_step_that_loses_nothing_is_no_difference_and_one_that_decides_is() {
        // 0 -silent-> 1 -a-> 2 is 1; 3 can still do b, and 4, where it may go in silence, cannot.
        let graph = Labelled::new([
            vec![(SILENT, 1)],
            vec![(1, 2)],
            vec![],
            vec![(SILENT, 4), (2, 2)],
            vec![(1, 2)],
        ]);
        let (block, blocks) = quotient(&graph);
        assert_eq!(block[0], block[1]);
        assert_eq!(block[1], block[4]);
        assert_ne!(block[3], block[4]);
        assert_eq!(blocks.states(), 3);
    }

    #[test]
    fn a_silent_circle_is_one_state() {
        let graph = Labelled::new([vec![(SILENT, 1)], vec![(SILENT, 0), (1, 2)], vec![]]);
        let (block, blocks) = quotient(&graph);
        assert_eq!(block[0], block[1]);
        assert_eq!(blocks.states(), 2);
    }
}
