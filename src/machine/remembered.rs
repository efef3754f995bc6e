//! Steps that were done before: what a step does depends on the bits of its footprint alone, so it is done once for each of
//! their values and remembered. [`Machine::step`] stays the only semantics.

use hashbrown::HashTable;
use indexmap::IndexSet;

use super::footprint::{Footprint, of_steps};
use super::program::ThreadId;
use super::symmetry::Symmetry;
use super::{Label, Machine, Scratch};

/// So many values of a footprint's bits are remembered at each point, at most.
const MOST: usize = 1 << 12;

/// Bits of one word of a state that a step flips.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flip {
    /// The word.
    pub word: usize,
    /// The bits.
    pub bits: u64,
    /// Its number among all flips that the same [`Remembered`] has met.
    pub number: usize,
}

/// A machine, and what its steps did so far; each worker of a search has its own.
pub struct Remembered<'m> {
    machine: &'m Machine,
    scratch: Scratch,
    next: Vec<u64>,
    /// The bits of a footprint in the state that is asked about.
    seen: Vec<u64>,
    /// All flips: words and bits.
    flips: IndexSet<(usize, u64)>,
    /// By thread and point.
    points: Vec<Vec<Situations>>,
    /// What is taken to be alike.
    symmetry: Option<&'m Symmetry>,
    /// The first thread whose step told alike things apart.
    apart: Option<ThreadId>,
}

/// What the step from one point does, by the bits of its footprint.
struct Situations {
    footprint: Footprint,
    index: HashTable<u32>,
    /// By situation: the bits, a word for each of the footprint.
    seen: Vec<u64>,
    /// By situation: its steps end before this one.
    ends: Vec<usize>,
    /// The steps of all situations.
    steps: Vec<Remembrance>,
    flips: Vec<Flip>,
    /// The situation that was met last, which is often met again.
    last: usize,
}

/// A step: its outcome, and the end of the flips that it does, none if it changes nothing.
struct Remembrance {
    outcome: u16,
    flips_end: usize,
}

impl<'m> Remembered<'m> {
    /// Remembers nothing yet.
    pub fn new(machine: &'m Machine) -> Self {
        let points = |thread| of_steps(machine, thread).into_iter().map(Situations::new).collect();
        Remembered {
            machine,
            scratch: Scratch::new(machine),
            next: vec![0; machine.words()],
            seen: Vec::new(),
            flips: IndexSet::new(),
            points: (0..machine.program.threads.len()).map(points).collect(),
            symmetry: None,
            apart: None,
        }
    }

    /// Remembers nothing yet, and looks at each situation in all its images.
    pub(crate) fn with(self, symmetry: Option<&'m Symmetry>) -> Self {
        Remembered { symmetry, ..self }
    }

    /// The thread whose step told apart what was taken to be alike, if one did.
    pub(crate) fn told_apart(&self) -> Option<ThreadId> {
        self.apart
    }

    /// Calls `visit` with the label and the flips of every step that is enabled, in the order of [`Machine::successors`].
    pub fn successors(&mut self, state: &[u64], mut visit: impl FnMut(Label, &[Flip])) {
        let machine = self.machine;
        if machine.layout.error.load(state) != 0 {
            return;
        }
        for (thread, points) in self.points.iter_mut().enumerate() {
            let Some(point) = (machine.layout.position[thread].load(state) as usize).checked_sub(1) else {
                continue;
            };
            let situations = &mut points[point];
            self.seen.clear();
            let bits = situations.footprint.iter().map(|&(word, mask)| state[word] & mask);
            self.seen.extend(bits);
            if !situations.find(&self.seen) {
                situations.begin(&self.seen);
                machine.steps_of(
                    thread,
                    state,
                    &mut self.next,
                    &mut self.scratch,
                    &mut |_, outcome, next| {
                        situations.add(outcome, state, next, &mut self.flips);
                    },
                );
                if let Some(symmetry) = self.symmetry
                    && !symmetry.keeps(machine, thread, state, &mut self.scratch)
                {
                    self.apart.get_or_insert(thread);
                }
            }
            situations.steps(|outcome, flips| {
                let label = Label {
                    thread: thread as u16,
                    outcome,
                };
                visit(label, flips);
            });
        }
    }
}

impl Situations {
    fn new(footprint: Footprint) -> Self {
        Situations {
            footprint,
            index: HashTable::new(),
            seen: Vec::new(),
            ends: Vec::new(),
            steps: Vec::new(),
            flips: Vec::new(),
            last: 0,
        }
    }

    /// True if this situation was met before; then it is the last one.
    fn find(&mut self, seen: &[u64]) -> bool {
        let same = |number: usize| {
            let known = &self.seen[number * seen.len()..][..seen.len()];
            known.iter().zip(seen).all(|(known, seen)| known == seen)
        };
        if self.last < self.ends.len() && same(self.last) {
            return true;
        }
        let known = self.index.find(hash(seen), |&number| same(number as usize));
        known.inspect(|&&number| self.last = number as usize).is_some()
    }

    /// Makes a new situation the last one. Where there are too many, all are forgotten.
    fn begin(&mut self, seen: &[u64]) {
        if self.ends.len() == MOST {
            let footprint = std::mem::take(&mut self.footprint);
            *self = Situations::new(footprint);
        }
        self.last = self.ends.len();
        self.ends.push(self.steps.len());
        self.seen.extend_from_slice(seen);
        let (all, words) = (&self.seen, seen.len());
        let rehash = |&number: &u32| hash(&all[number as usize * words..][..words]);
        self.index.insert_unique(hash(seen), self.last as u32, rehash);
    }

    /// Adds a step to the last situation.
    fn add(&mut self, outcome: u32, before: &[u64], after: &[u64], all: &mut IndexSet<(usize, u64)>) {
        let words = before.iter().zip(after).enumerate();
        let flips = words.map(|(word, (before, after))| (word, before ^ after));
        let flips = flips.filter(|(_, bits)| *bits != 0).map(|(word, bits)| Flip {
            word,
            bits,
            number: all.insert_full((word, bits)).0,
        });
        self.flips.extend(flips);
        self.steps.push(Remembrance {
            outcome: outcome as u16,
            flips_end: self.flips.len(),
        });
        self.ends[self.last] = self.steps.len();
    }

    /// Calls `visit` with the outcome and the flips of each step of the last situation.
    fn steps(&self, mut visit: impl FnMut(u16, &[Flip])) {
        let first = self.last.checked_sub(1).map_or(0, |before| self.ends[before]);
        let mut flips = first.checked_sub(1).map_or(0, |before| self.steps[before].flips_end);
        for step in &self.steps[first..self.ends[self.last]] {
            visit(step.outcome, &self.flips[flips..step.flips_end]);
            flips = step.flips_end;
        }
    }
}

/// The words are multiplied side by side: a chain of products would be waited for.
fn hash(seen: &[u64]) -> u64 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let (mut sum, mut factor) = (0u64, FACTOR);
    for word in seen {
        sum = sum.wrapping_add((word ^ word >> 32).wrapping_mul(factor));
        factor = factor.wrapping_mul(FACTOR);
    }
    (sum ^ sum >> 32).wrapping_mul(FACTOR)
}
