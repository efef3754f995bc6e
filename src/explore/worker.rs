//! What one worker of a search does: it makes the keys of all that slices of the frontier lead to, and hands on those that it does
//! not know.

use std::ops::Range;

use super::StateId;
use super::flipped::Flipped;
use super::keys::{Keys, hash};
use super::packing::Packing;
use super::recent::Recent;
use crate::machine::program::ThreadId;
use crate::machine::{CanonicalScratch, Flip, Label, Machine, Remembered, Symmetry};

/// A target from here on is no state's number: without this, it is that of a key that was handed on.
pub(crate) const ASKED: u32 = 1 << 31;

/// Keys and steps that are met again are known to it, and to nobody else.
pub(crate) struct Worker<'m> {
    /// Where one state stands for others.
    canonical: Option<Canonical<'m>>,
    /// The first state in which a step told it apart.
    apart: Option<Apart>,
    remembered: Remembered<'m>,
    flipped: Flipped,
    recent: Recent,
    /// What it found before, with the states of the keys that it handed on.
    answered: Vec<(Found, Vec<StateId>)>,
    /// Keys that it has handed on, and has no answer to.
    asked: u32,
}

/// Where a step tells apart what was taken to be alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Apart {
    /// In which state.
    pub(crate) state: StateId,
    /// Whose step.
    pub(crate) thread: ThreadId,
}

/// What a worker found from one slice of the frontier.
#[derive(Debug)]
pub(crate) struct Found {
    /// Steps of each state of the slice.
    pub(crate) counts: Vec<u32>,
    /// Keys handed on at each state of the slice.
    pub(crate) asked: Vec<u32>,
    /// Of each step, where steps are kept.
    pub(crate) labels: Vec<Label>,
    /// Where each step leads, where steps are kept: a state, or [`ASKED`] and the number of one of the keys.
    pub(crate) targets: Vec<u32>,
    /// The keys that the worker does not know, in the order of the first step to each.
    pub(crate) keys: Keys,
    /// Of each key.
    pub(crate) hashes: Vec<u64>,
    /// Those that are no keys yet, because a word of the state has no number.
    pub(crate) unknown: Vec<(usize, Vec<u64>)>,
    /// How many keys the worker had handed on before these.
    before: u32,
}

impl<'m> Worker<'m> {
    /// It has done nothing yet; keys are of so many words.
    pub(crate) fn new(machine: &'m Machine, words: usize, symmetry: Option<&'m Symmetry>) -> Self {
        Worker {
            canonical: symmetry.map(|symmetry| Canonical {
                machine,
                symmetry,
                sorting: CanonicalScratch::new(machine),
                next: vec![0; machine.words()],
            }),
            apart: None,
            remembered: Remembered::new(machine).with(symmetry),
            flipped: Flipped::default(),
            recent: Recent::new(words),
            answered: Vec::new(),
            asked: 0,
        }
    }

    /// Keys have changed.
    pub(crate) fn forget(&mut self, words: usize) {
        self.flipped = Flipped::default();
        self.recent = Recent::new(words);
    }

    /// The first state that it expanded in which a step told alike things apart.
    pub(crate) fn apart(&self) -> Option<Apart> {
        self.apart
    }

    /// The states of the keys that it handed on.
    pub(crate) fn answer(&mut self, found: Found, states: Vec<StateId>) {
        self.answered.push((found, states));
    }

    /// A part of the frontier begins: all that it handed on was answered.
    pub(crate) fn begin(&mut self) {
        for (found, states) in self.answered.drain(..) {
            for (at, (&hash, &state)) in found.hashes.iter().zip(&states).enumerate() {
                let (key, asked) = (found.keys.key(at), ASKED + found.before + at as u32);
                if self.recent.find(hash, key) == Some(asked) {
                    self.recent.note(hash, key, state);
                }
            }
        }
        self.asked = 0;
    }

    /// All that a slice of the frontier leads to; the steps themselves, if they are to be kept.
    pub(crate) fn successors(&mut self, packing: &Packing, known: &Keys, slice: Range<usize>, keep: bool) -> Found {
        let mut found = Found {
            counts: Vec::with_capacity(slice.len()),
            asked: Vec::with_capacity(slice.len()),
            labels: Vec::new(),
            targets: Vec::new(),
            keys: Keys::new(known.words()),
            hashes: Vec::new(),
            unknown: Vec::new(),
            before: self.asked,
        };
        let (recent, flipped) = (&mut self.recent, &mut self.flipped);
        let mut canonical = self.canonical.as_mut();
        let mut state = vec![0; packing.state_words()];
        let mut key = vec![0; known.words()];
        for id in slice {
            packing.unpack(known.key(id), &mut state);
            let (mut steps, before) = (0, found.keys.len());
            self.remembered.successors(&state, |label, flips| {
                key.copy_from_slice(known.key(id));
                let is_known = match &mut canonical {
                    None => flipped.apply(packing, &state, flips, &mut key),
                    Some(canonical) => canonical.key(flipped, packing, (label, flips), &state, &mut key),
                };
                let target = if is_known {
                    let hash = hash(&key);
                    match recent.find(hash, &key) {
                        Some(known) if known < ASKED => known,
                        // What it handed on from another slice has other numbers there.
                        Some(asked) if asked - ASKED >= found.before => asked - found.before,
                        _ => {
                            let asked = found.ask(hash, &key);
                            recent.note(hash, &key, asked + found.before);
                            asked
                        }
                    }
                } else {
                    let next = match &canonical {
                        None => after(&state, flips),
                        Some(canonical) => canonical.next.clone(),
                    };
                    found.unknown.push((found.keys.len(), next));
                    found.ask(0, &key)
                };
                steps += 1;
                if keep {
                    found.labels.push(label);
                    found.targets.push(target);
                }
            });
            if let (None, Some(thread)) = (self.apart, self.remembered.told_apart()) {
                let state = id as StateId;
                self.apart = Some(Apart { state, thread });
            }
            found.counts.push(steps);
            found.asked.push((found.keys.len() - before) as u32);
        }
        self.asked += found.keys.len() as u32;
        found
    }
}

/// The state after a step.
fn after(state: &[u64], flips: &[Flip]) -> Vec<u64> {
    let mut next = state.to_vec();
    flips.iter().for_each(|flip| next[flip.word] ^= flip.bits);
    next
}

/// One state stands for all that differ only in which of the alike things is which.
struct Canonical<'m> {
    machine: &'m Machine,
    symmetry: &'m Symmetry,
    sorting: CanonicalScratch,
    /// What stands for the state that a step led to last.
    next: Vec<u64>,
}

impl Canonical<'_> {
    /// Makes the key of a state into that of what stands for the state after a step; false if some value has no number yet.
    #[inline(never)]
    fn key(
        &mut self,
        flipped: &mut Flipped,
        packing: &Packing,
        (label, flips): (Label, &[Flip]),
        state: &[u64],
        key: &mut [u64],
    ) -> bool {
        self.next.copy_from_slice(state);
        flips.iter().for_each(|flip| self.next[flip.word] ^= flip.bits);
        let thread = usize::from(label.thread);
        if self.symmetry.is_untouched_by(self.machine, thread, state, flips) {
            return flipped.apply(packing, state, flips, key);
        }
        self.symmetry.canonical(self.machine, &mut self.next, &mut self.sorting);
        packing.change(state, &self.next, key)
    }
}

impl Found {
    /// Hands a key on; as a target.
    fn ask(&mut self, hash: u64, key: &[u64]) -> u32 {
        let target = ASKED + self.keys.len() as u32;
        self.keys.push(key);
        self.hashes.push(hash);
        target
    }

    /// Makes the keys that were none, now that all words have numbers; all of them are others if keys have changed.
    pub(crate) fn complete(&mut self, packing: &Packing, changed: bool) {
        for (at, state) in &self.unknown {
            packing.pack(state, self.keys.key_mut(*at));
            self.hashes[*at] = self.keys.hash(*at);
        }
        if changed {
            self.hashes = (0..self.keys.len()).map(|at| self.keys.hash(at)).collect();
        }
    }
}
