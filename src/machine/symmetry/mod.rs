//! Threads that a machine does not tell apart, with the objects that are theirs: states that differ only in which of them is which
//! are explored once (Clarke, Enders, Filkorn, Jha: Exploiting Symmetry in Temporal Logic Model Checking, 1996; Ip and Dill: Better
//! Verification Through Symmetry, 1996).
//!
//! Nobody promises that they are alike. The texts of the threads and the first state are compared before a search, and during it the
//! steps of each situation that is met for the first time are made in all images of its state: what tells them apart, such as the
//! order of a list, is found when it is first looked at.

mod alike;
mod permutation;
mod signature;

pub use alike::Unlike;
pub use signature::CanonicalScratch;

use std::collections::HashMap;

use super::footprint::{Footprint, of_steps};
use super::program::ThreadId;
use super::{Flip, Machine, Scratch};
use alike::Family;
use permutation::{Choice, Permutation};
use signature::{Signatures, places};

/// More arrangements than this are not looked at.
const MOST: usize = 720;

/// The ways in which alike things may change places.
#[derive(Debug, Clone)]
pub struct Symmetry {
    families: Vec<Family>,
    /// The first one changes nothing.
    permutations: Vec<Permutation>,
    choices: Vec<Choice>,
    /// By the places that it gives, as [`signature::places`] writes them.
    by_places: HashMap<u64, usize>,
    /// What writes that nothing changes its place.
    stay: u64,
    /// Those that change two neighbours, by family and the first of them.
    neighbours: Vec<Vec<usize>>,
    signatures: Signatures,
    /// By word: the bits that can change places, or mean something that can; without the registers of threads that cannot.
    movable: Vec<u64>,
}

impl Symmetry {
    /// What is alike in a machine; an error says what tells apart the threads that might be.
    pub fn of(machine: &Machine) -> Result<Self, Unlike> {
        let unlike = |why: &str| Unlike {
            why: why.to_string(),
            span: None,
        };
        let families = alike::families(&machine.program)?;
        let choices = choices(&families).ok_or_else(|| unlike("too many threads run one function"))?;
        let permutations: Option<Vec<Permutation>> = choices
            .iter()
            .map(|choice| Permutation::new(machine, &families, choice))
            .collect();
        let permutations = permutations.ok_or_else(|| unlike("something of one has no counterpart of another"))?;
        let by_places: HashMap<u64, usize> = choices.iter().map(places).zip(0..).collect();
        let stay = choices[0].clone();
        let neighbours = (0..families.len()).map(|family| {
            let pairs = 1..families[family].size();
            pairs
                .map(|at| {
                    let mut choice = stay.clone();
                    choice[family].swap(at - 1, at);
                    by_places[&places(&choice)]
                })
                .collect()
        });
        let symmetry = Symmetry {
            neighbours: neighbours.collect(),
            signatures: Signatures::new(machine, &families),
            stay: places(&stay),
            movable: Vec::new(),
            families: families.clone(),
            choices,
            by_places,
            permutations,
        };
        symmetry.compare_footprints(machine)?;
        let initial = machine.initial();
        let mut image = initial.clone();
        for &number in symmetry.neighbours.iter().flatten() {
            symmetry.permutations[number].apply(machine, &initial, &mut image);
            if image != initial {
                return Err(unlike("their first state tells them apart"));
            }
        }
        let permutations = symmetry.permutations.into_iter();
        let permutations: Vec<_> = permutations.map(Permutation::without_what_stays).collect();
        let mut movable = vec![0; machine.words()];
        for permutation in &permutations {
            permutation.mark(machine, &mut movable);
        }
        Ok(Symmetry {
            permutations,
            movable,
            ..symmetry
        })
    }

    /// What a step looks at is of one kind in all images: so what is found out of a situation in one state is true of all states
    /// that have it.
    fn compare_footprints(&self, machine: &Machine) -> Result<(), Unlike> {
        let footprints: Vec<Vec<Footprint>> = (0..machine.program.threads.len())
            .map(|thread| of_steps(machine, thread))
            .collect();
        for permutation in self.neighbours.iter().flatten().map(|&at| &self.permutations[at]) {
            for (thread, points) in footprints.iter().enumerate() {
                let images = points.iter().zip(&footprints[permutation.threads[thread]]);
                for (point, (bits, image)) in images.enumerate() {
                    if !permutation.covers(machine, image, bits) {
                        let point = &machine.program.threads[thread].points[point];
                        return Err(Unlike {
                            why: "a step looks at one of them alone".to_string(),
                            span: Some(machine.site(thread, point).span),
                        });
                    }
                }
            }
        }
        Ok(())
    }

    /// The names of the threads that are alike, by family.
    pub fn threads(&self, machine: &Machine) -> Vec<Vec<String>> {
        let name = |&thread: &ThreadId| machine.program.threads[thread].name.clone();
        let rows = self.families.iter().flat_map(|family| &family.threads);
        rows.map(|row| row.iter().map(name).collect()).collect()
    }

    /// True if what comes to stand on these bits of an image, given by word, comes from those bits of a state.
    pub(crate) fn covers(&self, machine: &Machine, permutation: usize, image: &[u64], bits: &[u64]) -> bool {
        let footprint = |bits: &[u64]| -> Footprint { bits.iter().copied().enumerate().collect() };
        self.permutations[permutation].covers(machine, &footprint(image), &footprint(bits))
    }

    /// By permutation: the names of threads and objects that become others.
    pub(crate) fn renamings(&self, machine: &Machine) -> Vec<Vec<(String, String)>> {
        let renaming = |permutation: &Permutation| permutation.renaming(machine);
        self.permutations.iter().map(renaming).collect()
    }

    /// Visits all images of a state, itself first.
    pub fn images(&self, machine: &Machine, state: &[u64], mut visit: impl FnMut(&[u64])) {
        let mut image = state.to_vec();
        for permutation in &self.permutations {
            permutation.apply(machine, state, &mut image);
            visit(&image);
        }
    }

    /// True if a state that stands for others still does after a step of a thread: the step changes nothing that can change places.
    pub(crate) fn is_untouched_by(&self, machine: &Machine, thread: ThreadId, state: &[u64], flips: &[Flip]) -> bool {
        let position = machine.layout.position[thread];
        let (word, _) = position.bits();
        let flipped = flips.iter().filter(|flip| flip.word == word);
        let after = flipped.fold(state[word], |bits, flip| bits ^ flip.bits);
        let points = |at: i64| at > 0 && self.signatures.points_at_them(thread, at as usize - 1);
        flips.iter().all(|flip| flip.bits & self.movable[flip.word] == 0)
            && !points(position.load(state))
            && !points(position.load_word(after))
    }

    /// Makes a state into the one that stands for it and for all that differ only in which of the alike things is which.
    pub fn canonical(&self, machine: &Machine, state: &mut [u64], sorting: &mut CanonicalScratch) {
        let sorted = self.signatures.sort(machine, state, sorting);
        if self.arrange(machine, sorted, state, sorting) {
            return;
        }
        let sorted = self.signatures.sort_ties(machine, state, sorting);
        if !self.arrange(machine, sorted, state, sorting) {
            self.try_all(machine, state, sorting);
        }
    }

    /// Moves elements to their places; true if it makes no difference how those are arranged that are tied.
    fn arrange(&self, machine: &Machine, sorted: u64, state: &mut [u64], sorting: &mut CanonicalScratch) -> bool {
        if sorted != 0 {
            let permutation = &self.permutations[self.by_places[&(sorted ^ self.stay)]];
            permutation.apply(machine, state, &mut sorting.image);
            state.copy_from_slice(&sorting.image);
        }
        let mut ties = sorting.ties.iter();
        ties.all(|&(family, at)| self.permutations[self.neighbours[family][at - 1]].fixes(machine, state))
    }

    /// Where it makes a difference how tied elements are arranged, all arrangements are tried.
    fn try_all(&self, machine: &Machine, state: &mut [u64], sorting: &mut CanonicalScratch) {
        let tied = |choice: &Choice| {
            let mut moved = choice.iter().enumerate().flat_map(|(family, places)| {
                let elements = places.iter().enumerate();
                elements.map(move |(at, &to)| (family, at.min(to), at.max(to)))
            });
            moved.all(|(family, low, high)| (low + 1..=high).all(|at| sorting.ties.contains(&(family, at))))
        };
        let mut least = state.to_vec();
        for (choice, permutation) in self.choices.iter().zip(&self.permutations) {
            if tied(choice) {
                permutation.apply(machine, state, &mut sorting.image);
                if sorting.image < least {
                    least.copy_from_slice(&sorting.image);
                }
            }
        }
        state.copy_from_slice(&least);
    }

    /// True if the steps of a thread in a state are, in each image of that state, the images of these steps.
    pub(crate) fn keeps(&self, machine: &Machine, thread: ThreadId, state: &[u64], scratch: &mut Scratch) -> bool {
        let mut next = state.to_vec();
        let mut steps = |thread, state: &[u64]| {
            let mut steps: Vec<(u32, Vec<u64>)> = Vec::new();
            machine.steps_of(thread, state, &mut next, scratch, &mut |_, outcome, next| {
                steps.push((outcome, next.to_vec()));
            });
            steps
        };
        let here = steps(thread, state);
        let (mut image, mut moved) = (state.to_vec(), state.to_vec());
        self.permutations.iter().skip(1).all(|permutation| {
            permutation.apply(machine, state, &mut image);
            let there = steps(permutation.threads[thread], &image);
            there.len() == here.len()
                && here.iter().zip(&there).all(|((outcome, next), (same, image))| {
                    permutation.apply(machine, next, &mut moved);
                    outcome == same && moved == *image
                })
        })
    }
}

/// All choices, the one that changes nothing first; none if there are too many.
fn choices(families: &[Family]) -> Option<Vec<Choice>> {
    let mut all: Vec<Choice> = vec![Vec::new()];
    for family in families {
        let mut arrangements: Vec<Vec<usize>> = vec![Vec::new()];
        for _ in 0..family.size() {
            arrangements = arrangements
                .iter()
                .flat_map(|places| {
                    let free = (0..family.size()).filter(|place| !places.contains(place));
                    free.map(|place| [places.as_slice(), &[place]].concat())
                })
                .collect();
            if arrangements.len() * all.len() > MOST {
                return None;
            }
        }
        all = all
            .iter()
            .flat_map(|choice| {
                arrangements
                    .iter()
                    .map(|places| [choice.as_slice(), std::slice::from_ref(places)].concat())
            })
            .collect();
    }
    Some(all)
}
