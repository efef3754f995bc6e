//! Keys of states side by side, by number.

use serde::{Deserialize, Serialize};

use super::StateId;

/// Keys of so many words each.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Keys {
    words: usize,
    all: Vec<u64>,
}

impl Keys {
    /// No keys yet.
    pub(crate) fn new(words: usize) -> Self {
        Keys { words, all: Vec::new() }
    }

    /// Words of a key.
    pub(crate) fn words(&self) -> usize {
        self.words
    }

    /// How many there are.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        if self.words == 1 {
            self.all.len()
        } else {
            self.all.len() / self.words
        }
    }

    /// The key of this number.
    #[inline]
    pub(crate) fn key(&self, number: usize) -> &[u64] {
        &self.all[number * self.words..][..self.words]
    }

    /// The same, to be written.
    pub(crate) fn key_mut(&mut self, number: usize) -> &mut [u64] {
        &mut self.all[number * self.words..][..self.words]
    }

    /// A word of a key that will be looked at soon; 0 if it is not here.
    #[inline]
    pub(crate) fn touch(&self, state: StateId) -> u64 {
        self.all.get(state as usize * self.words).copied().unwrap_or(0)
    }

    /// Adds a key.
    pub(crate) fn push(&mut self, key: &[u64]) {
        self.all.extend_from_slice(key);
    }

    /// Makes all keys anew, of so many words; `change` reads one and writes what it becomes.
    pub(crate) fn change(&mut self, words: usize, change: impl Fn(&[u64], &mut [u64])) {
        if self.words == words {
            let mut changed = vec![0; words];
            for key in self.all.chunks_exact_mut(words) {
                change(key, &mut changed);
                key.copy_from_slice(&changed);
            }
        } else {
            let mut all = vec![0; self.len() * words];
            let pairs = self.all.chunks_exact(self.words).zip(all.chunks_exact_mut(words));
            pairs.for_each(|(key, changed)| change(key, changed));
            (self.words, self.all) = (words, all);
        }
    }

    /// The hash of the key of this number.
    #[inline]
    pub(crate) fn hash(&self, number: usize) -> u64 {
        hash(self.key(number))
    }

    /// True if there are whole keys of so many words.
    pub(crate) fn are_whole(&self, words: usize) -> bool {
        self.words == words && words > 0 && self.all.len().is_multiple_of(words)
    }

    /// Bytes in use.
    pub(crate) fn bytes(&self) -> usize {
        self.all.len() * 8
    }
}

/// The hash of a key; the same on every machine.
#[inline]
pub(crate) fn hash(key: &[u64]) -> u64 {
    const SEED: u64 = 0x9e37_79b9_7f4a_7c15;
    key.iter().fold(SEED, |hash, &word| {
        let wide = u128::from(hash ^ word) * 0xd6e8_feb8_6659_fd93;
        (wide as u64) ^ (wide >> 64) as u64
    })
}
