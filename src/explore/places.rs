//! Numbers side by side in a few words.

use serde::{Deserialize, Serialize};

/// Where each number stands; none reaches over the end of a word.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Places {
    all: Vec<Place>,
    words: usize,
}

/// Where one number stands.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Place {
    word: usize,
    shift: u32,
    mask: u64,
}

impl Place {
    /// How many numbers there is room for.
    pub(crate) fn numbers(&self) -> usize {
        self.mask as usize + 1
    }

    /// The number that stands here.
    #[inline]
    pub(crate) fn number(&self, words: &[u64]) -> usize {
        (words[self.word] >> self.shift & self.mask) as usize
    }

    /// Changes these bits of it.
    #[inline]
    pub(crate) fn change(&self, words: &mut [u64], bits: u32) {
        words[self.word] ^= u64::from(bits) << self.shift;
    }
}

impl Places {
    /// Room for numbers of so many bits each, fewer than 64.
    pub(crate) fn of_widths(widths: impl IntoIterator<Item = u32>) -> Self {
        let (mut word, mut used) = (0, 0);
        let place = |width: u32| {
            if used + width > u64::BITS {
                (word, used) = (word + 1, 0);
            }
            // A number of no bits is 0 wherever it stands.
            let shift = if width == 0 { 0 } else { used };
            used += width;
            Place {
                word,
                shift,
                mask: (1 << width) - 1,
            }
        };
        let all = widths.into_iter().map(place).collect();
        Places { all, words: word + 1 }
    }

    /// The words that hold them.
    pub(crate) fn words(&self) -> usize {
        self.words
    }

    /// How many numbers there are.
    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    /// True if each number stands inside the words.
    pub(crate) fn is_sound(&self) -> bool {
        let inside = |place: &Place| place.word < self.words && place.shift < u64::BITS;
        self.all.iter().all(inside)
    }

    /// True if there is room for this value of the `at`-th number.
    pub(crate) fn fits(&self, at: usize, number: u32) -> bool {
        u64::from(number) <= self.all[at].mask
    }

    /// Where the `at`-th number stands.
    pub(crate) fn place(&self, at: usize) -> Place {
        self.all[at]
    }

    /// The `at`-th number.
    #[inline]
    pub(crate) fn number(&self, words: &[u64], at: usize) -> usize {
        self.all[at].number(words)
    }

    /// Writes the `at`-th number, for which there is room.
    #[inline]
    pub(crate) fn store(&self, words: &mut [u64], at: usize, number: u32) {
        let Place { word, shift, mask } = self.all[at];
        words[word] = words[word] & !(mask << shift) | u64::from(number) << shift;
    }
}
