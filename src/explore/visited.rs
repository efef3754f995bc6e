//! The set of states met so far: packed words side by side, and an index over them. Exact: words are compared, not fingerprints.

use hashbrown::HashTable;

use super::StateId;

/// States by number, and numbers by state.
pub(crate) struct Visited {
    words: usize,
    states: Vec<u64>,
    index: HashTable<StateId>,
}

impl Visited {
    /// An empty set of states of this many words.
    pub(crate) fn new(words: usize) -> Self {
        Visited {
            words,
            states: Vec::new(),
            index: HashTable::new(),
        }
    }

    /// Number of states.
    pub(crate) fn len(&self) -> usize {
        self.states.len() / self.words
    }

    /// The words of a state.
    pub(crate) fn state(&self, id: StateId) -> &[u64] {
        &self.states[id as usize * self.words..(id as usize + 1) * self.words]
    }

    /// The number of a state, if it was met.
    pub(crate) fn find(&self, hash: u64, state: &[u64]) -> Option<StateId> {
        self.index.find(hash, |&id| self.state(id) == state).copied()
    }

    /// The number of a state, and whether it is new.
    pub(crate) fn insert(&mut self, hash: u64, state: &[u64]) -> (StateId, bool) {
        if let Some(id) = self.find(hash, state) {
            return (id, false);
        }
        let id = self.len() as StateId;
        self.states.extend_from_slice(state);
        let (words, states) = (self.words, &self.states);
        let rehash = |&id: &StateId| hash_words(&states[id as usize * words..(id as usize + 1) * words]);
        self.index.insert_unique(hash, id, rehash);
        (id, true)
    }

    /// Bytes in use by states and index.
    pub(crate) fn bytes(&self) -> usize {
        self.states.len() * 8 + self.index.allocation_size()
    }

    /// The packed states.
    pub(crate) fn into_states(self) -> Vec<u64> {
        self.states
    }
}

/// The hash of a packed state; the same on every machine.
pub(crate) fn hash_words(state: &[u64]) -> u64 {
    const SEED: u64 = 0x9e37_79b9_7f4a_7c15;
    state.iter().fold(SEED, |hash, &word| {
        let wide = u128::from(hash ^ word) * u128::from(SEED.rotate_left(21) | 1);
        (wide as u64) ^ (wide >> 64) as u64 ^ word.rotate_left(32)
    })
}
