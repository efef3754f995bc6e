//! States that agree on some variables: what a formula over those variables has to be evaluated for, once each.

use crate::explore::{Graph, StateId, Visited, hash_words};

/// The states of a graph, grouped.
#[derive(Debug)]
pub(crate) struct Partition {
    /// By state: its class.
    pub of: Vec<u32>,
    /// By class: its first state.
    pub representatives: Vec<StateId>,
}

impl Partition {
    /// Groups the states that agree on these bits, given by word.
    pub(crate) fn of_bits(graph: &Graph, bits: &[u64]) -> Self {
        let words: Vec<usize> = (0..bits.len()).filter(|&word| bits[word] != 0).collect();
        Partition::of_keys(graph, words.len(), |id, key| {
            let state = graph.state(id);
            for (part, &word) in key.iter_mut().zip(&words) {
                *part = state[word] & bits[word];
            }
        })
    }

    /// Groups the states that have the same key of this many words.
    pub(crate) fn of_keys(graph: &Graph, words: usize, fill: impl Fn(StateId, &mut [u64])) -> Self {
        let mut known = Visited::new(words.max(1));
        let mut key = vec![0; words.max(1)];
        let (mut of, mut representatives) = (Vec::with_capacity(graph.distinct()), Vec::new());
        for id in 0..graph.distinct() as StateId {
            fill(id, &mut key);
            let (class, new) = known.insert(hash_words(&key), &key);
            if new {
                representatives.push(id);
            }
            of.push(class);
        }
        Partition { of, representatives }
    }

    /// Number of classes.
    pub(crate) fn count(&self) -> usize {
        self.representatives.len()
    }
}
