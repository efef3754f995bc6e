//! Where a world is too small for what happens in it: nothing is known of what would come next.

use super::{Graph, StateId};
use crate::machine::{ErrorKind, Machine, Reached};

/// The bound of the model that some step exceeds, and what to raise: the first one that a search met. Told the states of a run to a
/// state.
pub(super) fn exceeded(
    machine: &Machine,
    graph: &Graph,
    run: impl Fn(StateId) -> Option<Vec<Vec<u64>>>,
) -> Option<String> {
    let overflows = |&&state: &&StateId| match machine.reached(&graph.state(state)) {
        Reached::Error(error) => error.kind == ErrorKind::Overflow,
        _ => false,
    };
    graph.ends.iter().filter(overflows).find_map(|&state| {
        let run = run(state)?;
        let [.., before, last] = run.as_slice() else {
            return None;
        };
        // Two outcomes of a step may fail on one line, and only one of them on a bound.
        let labels = machine.labels_between(before, last);
        labels.into_iter().find_map(|label| {
            let (_, _, step) = machine.observe(before, label.thread as usize, u32::from(label.outcome));
            machine.exceeded(label.thread as usize, step.failed?)
        })
    })
}
