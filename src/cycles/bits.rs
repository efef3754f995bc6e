//! A fixed set of small numbers.

/// A set of states or of edges, one bit each. What lies past its end is not in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bits {
    words: Vec<u64>,
}

impl Bits {
    /// The empty set, with room for `0..len`.
    pub(crate) fn new(len: usize) -> Self {
        Bits {
            words: vec![0; len.div_ceil(64)],
        }
    }

    /// The numbers of `0..len` that satisfy `holds`.
    pub fn from_fn(len: usize, mut holds: impl FnMut(u32) -> bool) -> Self {
        let mut bits = Bits::new(len);
        for i in (0..len as u32).filter(|&i| holds(i)) {
            bits.insert(i);
        }
        bits
    }

    /// Adds `i`, growing if it must.
    pub(crate) fn insert(&mut self, i: u32) {
        let word = i as usize / 64;
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        self.words[word] |= 1 << (i % 64);
    }

    /// Takes `i` out, if it is in the set.
    pub(crate) fn remove(&mut self, i: u32) {
        if let Some(word) = self.words.get_mut(i as usize / 64) {
            *word &= !(1 << (i % 64));
        }
    }

    /// What is in this set or in the other.
    pub(crate) fn with(mut self, other: &Bits) -> Bits {
        self.words.resize(self.words.len().max(other.words.len()), 0);
        for (word, more) in self.words.iter_mut().zip(&other.words) {
            *word |= more;
        }
        self
    }

    /// What is in this set and not in the other.
    pub(crate) fn without(&self, other: &Bits) -> Bits {
        let mut rest = self.clone();
        for (word, less) in rest.words.iter_mut().zip(&other.words) {
            *word &= !less;
        }
        rest
    }

    /// Whether `i` is in the set.
    pub(crate) fn contains(&self, i: u32) -> bool {
        self.words.get(i as usize / 64).is_some_and(|w| w >> (i % 64) & 1 == 1)
    }
}
