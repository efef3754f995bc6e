//! What flips make of the numbers in a key, as far as somebody asked: a look at an array instead of one into a dictionary.

use std::ops::Range;

use super::packing::Packing;
use super::places::Place;
use crate::machine::Flip;

/// So much is noted at most, in numbers: a program whose variables take many values has as many flips as steps.
const MOST: usize = 1 << 22;
/// Nobody asked yet.
const UNKNOWN: u32 = u32::MAX;

/// The parts of a key that each flip changes, and what becomes of their numbers.
#[derive(Debug, Default)]
pub(crate) struct Flipped {
    /// By number of a flip; empty where nobody asked.
    of_flip: Vec<Range<usize>>,
    parts: Vec<Part>,
    /// By part and number: the bits in which the next number is another.
    changes: Vec<u32>,
    /// There is no room for more.
    full: bool,
}

#[derive(Debug)]
struct Part {
    part: usize,
    place: Place,
    /// Where its changes begin.
    first: usize,
}

impl Flipped {
    /// Makes the key of a state into that of the state after a step; false if a value that it takes has no number yet.
    #[inline]
    pub(crate) fn apply(&mut self, packing: &Packing, state: &[u64], flips: &[Flip], key: &mut [u64]) -> bool {
        flips.iter().all(|flip| {
            let parts = self.of_flip.get(flip.number).cloned().unwrap_or_default();
            if parts.is_empty() && !self.note(packing, flip) {
                return packing.flip(state, flip, key);
            }
            let parts = self.of_flip[flip.number].clone();
            self.parts[parts].iter().all(|part| {
                let number = part.place.number(key);
                let change = &mut self.changes[part.first + number];
                if *change == UNKNOWN {
                    let Some(next) = packing.flipped(part.part, number, flip) else {
                        return false;
                    };
                    *change = next ^ number as u32;
                }
                part.place.change(key, *change);
                true
            })
        })
    }

    /// Makes room for what a flip does, unless that is too much.
    fn note(&mut self, packing: &Packing, flip: &Flip) -> bool {
        if self.full {
            return false;
        }
        let parts: Vec<usize> = packing.touched(flip.word, flip.bits).collect();
        let numbers: usize = parts.iter().map(|&part| packing.place(part).numbers()).sum();
        if self.changes.len() + numbers > MOST {
            self.full = true;
            return false;
        }
        let first = self.parts.len();
        for part in parts {
            let (place, first) = (packing.place(part), self.changes.len());
            self.changes.resize(first + place.numbers(), UNKNOWN);
            self.parts.push(Part { part, place, first });
        }
        if self.of_flip.len() <= flip.number {
            self.of_flip.resize(flip.number + 1, 0..0);
        }
        self.of_flip[flip.number] = first..self.parts.len();
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_noted_is_what_the_dictionaries_say() {
        let mut random = 5u64;
        let mut next = |below: u64| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (random >> 33) % below
        };
        let mut packing = Packing::new(&[0, 0]);
        // Enough values that parts are divided.
        for value in 0..4_000 {
            packing.learn(&[value, value % 7], |_, _| {});
        }
        let mut flipped = Flipped::default();
        let (mut key, mut expected) = (vec![0; packing.words()], vec![0; packing.words()]);
        for _ in 0..20_000 {
            let (from, to) = ([next(4_000), next(7)], [next(4_000), next(7)]);
            let flip = |word: usize| Flip {
                word,
                bits: from[word] ^ to[word],
                number: word * 4096 + (from[word] ^ to[word]) as usize,
            };
            packing.pack(&from, &mut key);
            packing.pack(&to, &mut expected);
            assert!(flipped.apply(&packing, &from, &[flip(0), flip(1)], &mut key));
            assert_eq!(key, expected);
        }
        assert!(flipped.parts.len() > 100, "it was noted");
        packing.pack(&[0, 0], &mut key);
        let unseen = Flip {
            word: 1,
            bits: 1 << 40,
            number: 9_000,
        };
        assert!(!flipped.apply(&packing, &[0, 0], &[unseen], &mut key));
    }
}
