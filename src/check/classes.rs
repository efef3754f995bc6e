//! States that agree on some variables: what a formula over those variables has to be evaluated for, once each.

use crate::explore::{Graph, StateId, Visited, hash_words};

/// The states of a graph, grouped by some of their bits.
pub struct Classes {
    /// By state: its class.
    pub of: Vec<u32>,
    /// By class: its first state.
    pub representatives: Vec<StateId>,
}

impl Classes {
    /// Groups the states that agree on these bits, given by word.
    pub fn new(graph: &Graph, bits: &[u64]) -> Self {
        let words: Vec<usize> = (0..bits.len()).filter(|&word| bits[word] != 0).collect();
        let mut known = Visited::new(words.len().max(1));
        let mut key = vec![0; words.len().max(1)];
        let (mut of, mut representatives) = (Vec::with_capacity(graph.distinct()), Vec::new());
        for id in 0..graph.distinct() as StateId {
            let state = graph.state(id);
            for (part, &word) in key.iter_mut().zip(&words) {
                *part = state[word] & bits[word];
            }
            let (class, new) = known.insert(hash_words(&key), &key);
            if new {
                representatives.push(id);
            }
            of.push(class);
        }
        Classes { of, representatives }
    }

    /// Number of classes.
    pub fn len(&self) -> usize {
        self.representatives.len()
    }
}
