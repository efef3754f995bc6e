//! The keys that a worker made last. Steps that commute lead to one state soon after each other, so most keys are among them, and
//! nobody has to look for those in the table.

/// Places for keys: small enough to stay near the processor.
const PLACES: usize = 1 << 14;
/// Nothing is there.
const NONE: u32 = u32::MAX;

/// Keys, each with what is known of its state. A later key takes the place of an earlier one.
#[derive(Debug)]
pub(crate) struct Recent {
    words: usize,
    keys: Vec<u64>,
    known: Vec<u32>,
}

impl Recent {
    /// None yet; they will have so many words.
    pub(crate) fn new(words: usize) -> Self {
        Recent {
            words,
            keys: vec![0; PLACES * words],
            known: vec![NONE; PLACES],
        }
    }

    /// What was noted of a key, if it is still there.
    #[inline]
    pub(crate) fn find(&self, hash: u64, key: &[u64]) -> Option<u32> {
        let place = place(hash);
        let there = &self.keys[place * self.words..][..self.words];
        let known = self.known[place];
        let same = known != NONE && there.iter().zip(key).all(|(there, word)| there == word);
        same.then_some(known)
    }

    /// Notes something of a key.
    #[inline]
    pub(crate) fn note(&mut self, hash: u64, key: &[u64], known: u32) {
        let place = place(hash);
        self.known[place] = known;
        let there = &mut self.keys[place * self.words..][..self.words];
        there.iter_mut().zip(key).for_each(|(there, word)| *there = *word);
    }
}

/// The bits belong neither to the number of a table nor to the tag in it.
fn place(hash: u64) -> usize {
    (hash >> 24) as usize % PLACES
}
