//! What a run may not ignore for ever, read off the program: every thread but an unfair one is weakly fair, and strongly fair
//! where it stands before a strongly fair step.

use crate::machine::Machine;
use crate::machine::program::ThreadId;

/// A fairness condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Condition {
    /// The thread.
    pub thread: ThreadId,
    /// Strong: only where the thread stands before a strongly fair step.
    pub strong: bool,
}

impl Condition {
    /// All conditions of a machine.
    pub(crate) fn all(machine: &Machine) -> Vec<Self> {
        let threads = machine.program.threads.iter().enumerate();
        let fair = threads.filter(|(_, thread)| thread.fair);
        fair.flat_map(|(id, thread)| {
            let strong = thread.points.iter().any(|point| point.strongly_fair);
            let condition = move |strong| Condition { thread: id, strong };
            [condition(false)].into_iter().chain(strong.then(|| condition(true)))
        })
        .collect()
    }

    /// The condition of this sort about the thread of this name.
    pub(crate) fn named(machine: &Machine, name: &str, strong: bool) -> Option<Self> {
        let named = |condition: &Condition| machine.program.threads[condition.thread].name == name;
        let mut all = Condition::all(machine).into_iter();
        all.find(|condition| condition.strong == strong && named(condition))
    }

    /// Whether a step of the thread counts in a state.
    pub(crate) fn counts(self, machine: &Machine, state: &[u64]) -> bool {
        let strongly = || {
            machine
                .point(state, self.thread)
                .is_some_and(|point| point.strongly_fair)
        };
        !self.strong || strongly()
    }
}
