//! How a run of a machine ends: with an error, or where nothing moves.

use crate::machine::program::Role;
use crate::machine::{Label, Machine, Reached, Scratch};

/// True of a state in which some error ended the run.
pub(crate) fn is_error(machine: &Machine, state: &[u64]) -> bool {
    matches!(machine.reached(state), Reached::Error(_))
}

/// The bound of the model that a step exceeds: what would come next is in no set of states.
pub(crate) fn exceeded(machine: &Machine, from: &[u64], step: Label) -> Option<String> {
    let thread = usize::from(step.thread);
    let (_, _, seen) = machine.observe(from, thread, u32::from(step.outcome));
    machine.exceeded(thread, seen.failed?)
}

/// True of a state in which an error broke this property.
pub(crate) fn breaks(machine: &Machine, state: &[u64], property: &str) -> bool {
    matches!(machine.reached(state), Reached::Error(error) if error.property == property)
}

/// True of a state in which nothing moves though the run has not ended and a task is not finished.
pub(crate) fn is_deadlock(machine: &Machine, state: &[u64]) -> bool {
    let threads = || 0..machine.program.threads.len();
    let moves = |thread| enabled(machine, state, thread);
    let unfinished = |thread| {
        let thread: usize = thread;
        machine.program.threads[thread].role == Role::Task && machine.point(state, thread).is_some()
    };
    machine.reached(state) == Reached::Nothing && threads().any(unfinished) && !threads().any(moves)
}

/// True if a thread has a step.
pub(crate) fn enabled(machine: &Machine, state: &[u64], thread: usize) -> bool {
    let (mut next, mut scratch) = (state.to_vec(), Scratch::new(machine));
    machine.enabled(state, thread, &mut next, &mut scratch)
}
