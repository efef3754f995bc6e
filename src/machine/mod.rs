//! The machine: a program's packed states and their steps. Pure; does no I/O and knows neither C text nor any engine.

mod errors;
pub mod footprint;
pub(crate) mod layout;
pub mod live_registers;
pub(crate) mod names;
pub mod program;
mod remembered;
#[cfg(test)]
pub(crate) mod samples;
mod shape;
mod step;
pub(crate) mod symmetry;
mod view;

pub use errors::{Error, ErrorKind};
pub use layout::{Layout, Slot};
pub use names::Names;
pub use program::Program;
pub use remembered::{Flip, Remembered};
pub use shape::Shape;
pub use step::{Nobody, Observer, Outcome, Scratch};
pub use symmetry::{CanonicalScratch, Symmetry, Unlike};
pub use view::Reached;
pub(crate) use view::{Change, StepView};

use serde::{Deserialize, Serialize};

use errors::Errors;
use program::ThreadId;

/// What tells one step from another in a state: the thread, and which outcome of `choose`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Label {
    /// The thread.
    pub thread: u16,
    /// The outcome.
    pub outcome: u16,
}

/// A program with the layout of its states: everything that is needed to make steps.
#[derive(Debug, Clone)]
pub struct Machine {
    /// What it runs.
    pub program: Program,
    /// Where the bits lie.
    pub layout: Layout,
    /// By thread: the names of its positions and local variables.
    pub names: Vec<Names>,
    errors: Errors,
    /// By type and object: who may hold a lock that lies in it.
    locks_inside: Vec<Vec<Vec<Slot>>>,
}

impl Machine {
    /// The number of the quiet end.
    pub(crate) const PANIC: usize = 1;

    /// Prepares a program for running.
    pub fn new(program: Program) -> Self {
        let errors = Errors::new(&program);
        let layout = Layout::new(&program, errors.largest());
        let locks_inside = locks_inside(&program, &layout);
        let names = program
            .threads
            .iter()
            .map(|thread| Names::new(&program, thread))
            .collect();
        Machine {
            program,
            layout,
            names,
            errors,
            locks_inside,
        }
    }

    /// Words per state.
    pub fn words(&self) -> usize {
        self.layout.words
    }

    /// The initial state: declared values, every thread at its first scheduling point.
    pub fn initial(&self) -> Vec<u64> {
        let mut state = vec![0; self.layout.words];
        for (field, slots) in self.program.fields.iter().zip(&self.layout.fields) {
            for (slot, &value) in slots.iter().zip(&field.initial) {
                if !slot.is_constant() {
                    slot.store(&mut state, value);
                }
            }
        }
        for slot in self.layout.alive.iter().flatten().filter(|slot| !slot.is_constant()) {
            slot.store(&mut state, 1);
        }
        let mut scratch = Scratch::new(self);
        for thread in 0..self.program.threads.len() {
            let before = state.clone();
            self.run(thread, 0, 0, &before, &mut state, &mut scratch, &mut Nobody);
            if self.layout.error.load(&state) != 0 {
                break;
            }
        }
        state
    }

    /// True if the thread has a step: some outcome of its next one changes something. Overwrites `next`.
    pub(crate) fn enabled(&self, state: &[u64], thread: ThreadId, next: &mut [u64], scratch: &mut Scratch) -> bool {
        let mut outcomes = 0..self.outcomes(state, thread);
        outcomes.any(|outcome| self.step(state, thread, outcome, next, scratch, &mut Nobody) == Outcome::Stepped)
    }

    /// Takes the step of the thread with this outcome into `next`; false if it does not have that step. An outcome that changes
    /// nothing is a step where another changes something.
    pub fn take(&self, state: &[u64], thread: ThreadId, outcome: u32, next: &mut [u64], scratch: &mut Scratch) -> bool {
        match self.step(state, thread, outcome, next, scratch, &mut Nobody) {
            Outcome::Stepped => true,
            Outcome::Stuttered if self.enabled(state, thread, next, scratch) => {
                next.copy_from_slice(state);
                true
            }
            _ => false,
        }
    }

    /// Calls `visit` with the thread, the outcome and the successor of every step that is enabled; a thread's steps that change
    /// nothing come after its others.
    #[inline]
    pub fn successors(
        &self,
        state: &[u64],
        next: &mut [u64],
        scratch: &mut Scratch,
        mut visit: impl FnMut(ThreadId, u32, &[u64]),
    ) {
        for thread in 0..self.program.threads.len() {
            self.steps_of(thread, state, next, scratch, &mut visit);
        }
    }

    /// The same for the steps of one thread.
    #[inline]
    fn steps_of(
        &self,
        thread: ThreadId,
        state: &[u64],
        next: &mut [u64],
        scratch: &mut Scratch,
        visit: &mut impl FnMut(ThreadId, u32, &[u64]),
    ) {
        let outcomes = 0..self.outcomes(state, thread);
        let (mut changes, mut stutters) = (false, false);
        for outcome in outcomes.clone() {
            match self.step(state, thread, outcome, next, scratch, &mut Nobody) {
                Outcome::Stepped => {
                    changes = true;
                    visit(thread, outcome, next);
                }
                Outcome::Stuttered => stutters = true,
                Outcome::Disabled | Outcome::NoSuchOutcome => {}
            }
        }
        // Fairness forces no outcome of `choose`: the thread may take these again and again.
        for outcome in outcomes.filter(|_| changes && stutters) {
            if self.step(state, thread, outcome, next, scratch, &mut Nobody) == Outcome::Stuttered {
                visit(thread, outcome, next);
            }
        }
    }

    /// Upper bound of the outcomes of a thread's next step.
    #[inline]
    pub fn outcomes(&self, state: &[u64], thread: ThreadId) -> u32 {
        match self.layout.position[thread].load(state) {
            0 => 0,
            position => self.program.threads[thread].points[position as usize - 1].outcomes,
        }
    }

    /// Every error that some step could raise.
    pub(crate) fn errors(&self) -> &[Error] {
        &self.errors.list
    }

    fn error_at(&self, thread: ThreadId, at: usize, kind: ErrorKind) -> usize {
        self.errors.number(thread, at, kind)
    }
}

fn locks_inside(program: &Program, layout: &Layout) -> Vec<Vec<Vec<Slot>>> {
    let mut inside: Vec<Vec<Vec<Slot>>> = program
        .types
        .iter()
        .map(|ty| vec![Vec::new(); ty.objects.len()])
        .collect();
    for held in &layout.held {
        for (ty, objects) in held.iter().enumerate() {
            for (number, slot) in objects.iter().enumerate() {
                if let Some(slot) = slot {
                    let root = program.types[ty].objects[number].root;
                    inside[root.0][root.1].push(*slot);
                }
            }
        }
    }
    inside
}
