//! Deadlock: no thread has a step, there is no error and no panic, and some task has not finished.

use crate::explore::{Graph, StateId};
use crate::machine::program::{Role, ThreadId};
use crate::machine::{Machine, Reached};

/// The first deadlock in breadth-first order, among the states whose steps are known.
pub(crate) fn violation(machine: &Machine, graph: &Graph) -> Option<StateId> {
    let mut ends = graph.ends().iter().copied();
    ends.find(|&id| is_stuck(machine, &graph.state(id)))
}

/// True if a task has not finished and the run has not ended in another way.
fn is_stuck(machine: &Machine, state: &[u64]) -> bool {
    machine.reached(state) == Reached::Nothing && unfinished(machine, state).next().is_some()
}

/// The tasks that have not finished.
pub(crate) fn unfinished<'a>(machine: &'a Machine, state: &'a [u64]) -> impl Iterator<Item = ThreadId> + 'a {
    let threads = machine.program.threads.iter().enumerate();
    threads
        .filter(|(id, thread)| thread.role == Role::Task && machine.point(state, *id).is_some())
        .map(|(id, _)| id)
}
