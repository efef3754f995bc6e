//! States that agree on some variables: what a formula over those variables has to be evaluated for, once each.

use hashbrown::HashMap;

use crate::cycles::Bits;
use crate::explore::{Graph, StateId};
use crate::machine::Slot;

/// The states of a graph, grouped.
#[derive(Debug)]
pub(crate) struct Partition {
    /// By state: its class.
    pub of: Vec<u32>,
    /// By class: its first state.
    pub representatives: Vec<StateId>,
}

impl Partition {
    /// All states in one group.
    pub(crate) fn whole(graph: &Graph) -> Self {
        Partition {
            of: vec![0; graph.distinct()],
            representatives: vec![0],
        }
    }

    /// Groups the states that agree on these bits, given by word.
    pub(crate) fn of_bits(graph: &Graph, bits: &[u64]) -> Self {
        let mut classes = Partition::whole(graph);
        for (word, &mask) in bits.iter().enumerate() {
            for part in graph.parts(word, mask) {
                // It takes few values, and fewer if some of its bits alone count.
                let mut numbers = HashMap::new();
                let values = graph.values(part).iter();
                let number: Vec<u32> = values
                    .map(|value| {
                        let next = numbers.len() as u32;
                        *numbers.entry(value & mask).or_insert(next)
                    })
                    .collect();
                classes.split(numbers.len(), |state| number[graph.value(state, part)]);
            }
        }
        classes
    }

    /// Groups the states that agree on one field.
    pub(crate) fn of_slot(graph: &Graph, slot: Slot) -> Self {
        let (word, mask) = slot.bits();
        let mut bits = vec![0; word + 1];
        bits[word] = mask;
        Partition::of_bits(graph, &bits)
    }

    /// Splits the classes by a number below `parts`.
    pub(crate) fn split(&mut self, parts: usize, part: impl Fn(StateId) -> u32) {
        if parts <= 1 {
            return;
        }
        let mut numbers = Numbers::below(self.count() * parts);
        self.representatives.clear();
        for (state, class) in self.of.iter_mut().enumerate() {
            let pair = *class as usize * parts + part(state as StateId) as usize;
            let next = self.representatives.len() as u32;
            *class = numbers.get(pair, next);
            if *class == next {
                self.representatives.push(state as StateId);
            }
        }
    }

    /// The states of these classes.
    pub(crate) fn states(&self, classes: &[bool]) -> Bits {
        Bits::from_fn(self.of.len(), |state| classes[self.of[state as usize] as usize])
    }

    /// Bytes in use.
    pub(crate) fn bytes(&self) -> usize {
        size_of_val(&*self.of) + size_of_val(&*self.representatives)
    }

    /// Number of classes.
    pub(crate) fn count(&self) -> usize {
        self.representatives.len()
    }
}

/// New numbers for old ones, in order of appearance.
enum Numbers {
    /// By old number; `u32::MAX` for those that have none.
    Few(Vec<u32>),
    Many(HashMap<usize, u32>),
}

impl Numbers {
    fn below(limit: usize) -> Self {
        if limit <= 1 << 20 {
            Numbers::Few(vec![u32::MAX; limit])
        } else {
            Numbers::Many(HashMap::new())
        }
    }

    /// The new number of an old one; `next` if it has none yet.
    #[inline]
    fn get(&mut self, old: usize, next: u32) -> u32 {
        match self {
            Numbers::Many(known) => *known.entry(old).or_insert(next),
            Numbers::Few(known) => {
                let number = &mut known[old];
                *number = next.min(*number);
                *number
            }
        }
    }
}
