//! States as small keys. A word of a state takes few of its 2^64 values: each has a number, and the numbers of all words stand
//! side by side, in one `u64` as a rule. Nothing is lost: a key says its state.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::dictionary::Dictionary;
use super::keys::Keys;
use super::places::{Place, Places};
use crate::machine::Flip;

/// A part of a word that takes more values than this is divided: its dictionary would be slower than two small ones.
const MOST_VALUES: usize = 1 << 10;

/// How states become keys and keys states; it grows with the values that are met.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Packing {
    /// In the order of the words.
    parts: Vec<Part>,
    /// By word of a state: its parts.
    of_word: Vec<Range<usize>>,
    /// Where a key holds the number of each part.
    places: Places,
    most_values: usize,
}

/// Some bits of a word, and the values that they take.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Part {
    word: usize,
    mask: u64,
    values: Dictionary,
}

/// How keys have changed: each number stands elsewhere, and one may have become two.
pub(crate) struct Move {
    from: Places,
    /// The part that was divided, and the numbers of its halves by its own.
    divided: Option<(usize, Vec<[u32; 2]>)>,
}

impl Packing {
    /// For states like the first one.
    pub(crate) fn new(first: &[u64]) -> Self {
        Packing::dividing(first, MOST_VALUES)
    }

    fn dividing(first: &[u64], most_values: usize) -> Self {
        let part = |(word, &value)| {
            let mut values = Dictionary::default();
            values.learn(value);
            Part {
                word,
                mask: u64::MAX,
                values,
            }
        };
        let mut packing = Packing {
            parts: first.iter().enumerate().map(part).collect(),
            of_word: (0..first.len()).map(|word| word..word + 1).collect(),
            places: Places::of_widths([]),
            most_values,
        };
        packing.places = packing.roomy();
        packing
    }

    /// True if these keys are of states of so many words, and each of their numbers is a value's.
    pub(crate) fn is_sound(&self, state_words: usize, keys: &Keys) -> bool {
        let ends = self.of_word.iter().map(|parts| parts.end);
        let starts = std::iter::once(0).chain(ends).zip(&self.of_word);
        let ordered = starts
            .into_iter()
            .all(|(start, parts)| parts.start == start && parts.end >= start);
        let whole = self.of_word.last().map_or(0, |last| last.end) == self.parts.len();
        let inside = |part: &Part| part.word < state_words && !part.values.values().is_empty();
        let numbers = |key: &[u64]| {
            let mut parts = self.parts.iter().enumerate();
            parts.all(|(at, part)| self.places.number(key, at) < part.values.values().len())
        };
        self.of_word.len() == state_words
            && ordered
            && whole
            && self.parts.iter().all(inside)
            && self.places.len() == self.parts.len()
            && self.places.is_sound()
            && keys.are_whole(self.places.words())
            && (0..keys.len()).all(|state| numbers(keys.key(state)))
    }

    /// Words of a key.
    pub(crate) fn words(&self) -> usize {
        self.places.words()
    }

    /// Words of a state.
    pub(crate) fn state_words(&self) -> usize {
        self.of_word.len()
    }

    /// The values that a part takes.
    pub(crate) fn values(&self, part: usize) -> &[u64] {
        self.parts[part].values.values()
    }

    /// Which of its values a part has in the state of a key.
    #[inline]
    pub(crate) fn number(&self, key: &[u64], part: usize) -> usize {
        self.places.number(key, part)
    }

    /// The state of a key.
    pub(crate) fn unpack(&self, key: &[u64], state: &mut [u64]) {
        state.fill(0);
        for (number, part) in self.parts.iter().enumerate() {
            state[part.word] |= part.values.values()[self.places.number(key, number)];
        }
    }

    /// Makes the key of a state whose values all have numbers.
    pub(crate) fn pack(&self, state: &[u64], key: &mut [u64]) {
        key.fill(0);
        for (number, part) in self.parts.iter().enumerate() {
            let value = part.values.find(state[part.word] & part.mask);
            self.places.store(key, number, value.unwrap_or_default());
        }
    }

    /// Makes the key of a state into that of another; false if a value that it takes has no number yet.
    pub(crate) fn change(&self, state: &[u64], other: &[u64], key: &mut [u64]) -> bool {
        let words = state.iter().zip(other).enumerate();
        let flips = words.map(|(word, (state, other))| (word, state ^ other));
        let mut flips = flips.filter(|(_, bits)| *bits != 0);
        flips.all(|(word, bits)| {
            let flip = Flip { word, bits, number: 0 };
            self.flip(state, &flip, key)
        })
    }

    /// Makes the key of a state into that of the state with a flip; false if a value that it takes has no number yet.
    pub(crate) fn flip(&self, state: &[u64], flip: &Flip, key: &mut [u64]) -> bool {
        let word = state[flip.word] ^ flip.bits;
        self.touched(flip.word, flip.bits).all(|number| {
            let part = &self.parts[number];
            let value = part.values.find(word & part.mask);
            value.inspect(|&value| self.places.store(key, number, value)).is_some()
        })
    }

    /// The parts that have some of these bits of a word.
    pub(crate) fn touched(&self, word: usize, bits: u64) -> impl Iterator<Item = usize> {
        let parts = self.of_word[word].clone();
        parts.filter(move |&part| self.parts[part].mask & bits != 0)
    }

    /// What a flip makes of a part's value with this number; none if that value has no number yet.
    pub(crate) fn flipped(&self, part: usize, number: usize, flip: &Flip) -> Option<u32> {
        let Part { values, mask, .. } = &self.parts[part];
        values.find(values.values()[number] ^ flip.bits & mask)
    }

    /// Where a key holds the number of a part.
    pub(crate) fn place(&self, part: usize) -> Place {
        self.places.place(part)
    }

    /// Gives numbers to all values of a state. Where keys are too small for that they change, and `moved` is told how, so that
    /// those that there are change too.
    pub(crate) fn learn(&mut self, state: &[u64], mut moved: impl FnMut(&Packing, &Move)) {
        let mut fits = true;
        for (number, part) in self.parts.iter_mut().enumerate() {
            fits &= self
                .places
                .fits(number, part.values.learn(state[part.word] & part.mask));
        }
        let large = self
            .parts
            .iter()
            .position(|part| part.values.values().len() > self.most_values);
        if fits && large.is_none() {
            return;
        }
        let divided = large.map(|part| (part, self.divide(part)));
        let roomy = self.roomy();
        let from = std::mem::replace(&mut self.places, roomy);
        moved(self, &Move { from, divided });
    }

    /// Makes a part into two, with half of the bits each that are not the same in all its values.
    fn divide(&mut self, part: usize) -> Vec<[u32; 2]> {
        let old = self.parts[part].clone();
        let values = old.values.values();
        let varying = values.iter().fold(0, |bits, value| bits | value ^ values[0]);
        let mut low = varying;
        while low.count_ones() > varying.count_ones() / 2 {
            low &= !(1 << low.ilog2());
        }
        let half = |mask| Part {
            word: old.word,
            mask,
            values: Dictionary::default(),
        };
        let mut halves = [half(low), half(old.mask & !low)];
        let numbers = values.iter();
        let numbers = numbers.map(|value| halves.each_mut().map(|half| half.values.learn(value & half.mask)));
        let numbers = numbers.collect();
        self.parts.splice(part..=part, halves);
        self.of_word[old.word].end += 1;
        for later in &mut self.of_word[old.word + 1..] {
            *later = later.start + 1..later.end + 1;
        }
        numbers
    }

    /// Places for all numbers. Where keys have bits to spare, parts of many values get room for twice as many, so that keys do not
    /// change too often.
    fn roomy(&self) -> Places {
        let mut widths: Vec<u32> = self.parts.iter().map(|part| part.values.width()).collect();
        let words = |widths: &[u32]| Places::of_widths(widths.iter().copied()).words();
        let least = words(&widths);
        let mut parts: Vec<usize> = (0..widths.len()).collect();
        parts.sort_by_key(|&part| std::cmp::Reverse(self.parts[part].values.values().len()));
        for part in parts {
            widths[part] += 1;
            if words(&widths) > least {
                widths[part] -= 1;
            }
        }
        Places::of_widths(widths)
    }

    /// Bytes in use.
    pub(crate) fn bytes(&self) -> usize {
        self.parts.iter().map(|part| part.values.bytes()).sum()
    }
}

impl Move {
    /// The key that another has become.
    pub(crate) fn apply(&self, packing: &Packing, key: &[u64], to: &mut [u64]) {
        to.fill(0);
        let mut new = 0..;
        for part in 0..self.from.len() {
            let number = self.from.number(key, part);
            let halves = self.divided.as_ref().filter(|(divided, _)| *divided == part);
            match halves {
                None => new
                    .by_ref()
                    .take(1)
                    .for_each(|part| packing.places.store(to, part, number as u32)),
                Some((_, numbers)) => {
                    for half in numbers[number] {
                        new.by_ref()
                            .take(1)
                            .for_each(|part| packing.places.store(to, part, half));
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_says_its_state_however_often_keys_have_changed() {
        let mut random = 7u64;
        let mut next = |below: u64| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (random >> 33) % below
        };
        let first = [5, 0, u64::MAX];
        let mut packing = Packing::dividing(&first, 50);
        let mut keys = Keys::new(packing.words());
        let mut states: Vec<[u64; 3]> = Vec::new();
        let mut changes = 0;
        for round in 0..3_000 {
            let state = [next(1 + round / 3), next(4) << 40 | next(300), u64::MAX];
            packing.learn(&state, |packing, how| {
                keys.change(packing.words(), |key, to| how.apply(packing, key, to));
                changes += 1;
            });
            let mut key = vec![0; packing.words()];
            packing.pack(&state, &mut key);
            keys.push(&key);
            states.push(state);
        }
        assert!(changes > 5, "{changes}");
        assert!(packing.parts.len() > 4, "parts were divided");
        assert!(packing.parts.iter().all(|part| part.values.values().len() <= 50));
        let mut unpacked = vec![0; 3];
        for (number, state) in states.iter().enumerate() {
            packing.unpack(keys.key(number), &mut unpacked);
            assert_eq!(unpacked, state, "state {number}");
        }
    }

    #[test]
    fn a_flipped_key_is_the_key_of_the_flipped_state() {
        let mut packing = Packing::dividing(&[0, 0], 8);
        for value in 0..64 {
            packing.learn(&[value, value / 3], |_, _| {});
        }
        let (mut key, mut other) = (vec![0; packing.words()], vec![0; packing.words()]);
        packing.pack(&[17, 5], &mut key);
        let flip = |word, bits| Flip { word, bits, number: 0 };
        for flip in [flip(0, 17 ^ 42), flip(1, 5 ^ 14)] {
            assert!(packing.flip(&[17, 5], &flip, &mut key));
        }
        packing.pack(&[42, 14], &mut other);
        assert_eq!(key, other);
        assert!(!packing.flip(&[42, 14], &flip(1, 1 << 50), &mut key));
    }
}
