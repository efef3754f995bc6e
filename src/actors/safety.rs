//! Safety properties of packed states, as stateright checks them: each an `always` of its name.

use std::collections::{BTreeSet, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::machine::program::Role;
use crate::machine::{Machine, Reached, Scratch};

/// Decides a state.
type Holds = Box<dyn Fn(&Machine, &[u64]) -> bool + Send + Sync>;

/// A named predicate that should hold in every reachable state.
pub struct Safety {
    /// Its name; stateright wants it to live for ever.
    pub(super) name: &'static str,
    pub(super) holds: Holds,
}

impl Safety {
    /// The name of the property that no state is a deadlock.
    pub(crate) const NO_DEADLOCK: &'static str = "NoDeadlock";

    /// A predicate of states.
    pub(crate) fn new(name: &str, holds: impl Fn(&Machine, &[u64]) -> bool + Send + Sync + 'static) -> Self {
        Safety {
            name: forever(name),
            holds: Box::new(holds),
        }
    }

    /// No step raises an error that breaks the property of this name.
    pub(crate) fn no_error(name: &str) -> Self {
        let property = name.to_string();
        Self::new(name, move |machine, state| match machine.reached(state) {
            Reached::Error(error) => error.property != property,
            Reached::Nothing | Reached::Panic => true,
        })
    }

    /// The same, and another one: under the name of this.
    #[must_use]
    pub(crate) fn and(self, other: Safety) -> Self {
        Safety {
            name: self.name,
            holds: Box::new(move |machine, state| (self.holds)(machine, state) && (other.holds)(machine, state)),
        }
    }

    /// Some thread has a step, unless there was an error or a quiet end, or every task has ended.
    pub(crate) fn no_deadlock() -> Self {
        Self::new(Self::NO_DEADLOCK, |machine, state| !is_deadlock(machine, state))
    }

    /// No state is one of the given: the lasso found for the temporal property of this name.
    pub(crate) fn not_on_lasso(property: &str, lasso: impl IntoIterator<Item = Vec<u64>>) -> Self {
        let lasso: HashSet<Vec<u64>> = lasso.into_iter().collect();
        Self::new(&format!("not on the lasso of {property}"), move |_, state| {
            !lasso.contains(state)
        })
    }

    /// Its name.
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    /// The same property, violated only the first time: stateright overwrites a discovery with each later one, and of those
    /// that a breadth-first search makes, the first has the shortest path.
    #[must_use]
    pub(super) fn once(self) -> Self {
        let found = AtomicBool::new(false);
        Safety {
            name: self.name,
            holds: Box::new(move |machine, state| (self.holds)(machine, state) || found.swap(true, Ordering::Relaxed)),
        }
    }
}

impl std::fmt::Debug for Safety {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Safety").field(&self.name).finish()
    }
}

fn is_deadlock(machine: &Machine, state: &[u64]) -> bool {
    let unfinished = |(thread, code): (usize, &crate::machine::program::Thread)| {
        code.role == Role::Task && machine.point(state, thread).is_some()
    };
    if machine.reached(state) != Reached::Nothing || !machine.program.threads.iter().enumerate().any(unfinished) {
        return false;
    }
    let mut next = vec![0; machine.words()];
    let mut stuck = true;
    machine.successors(state, &mut next, &mut Scratch::new(machine), |_, _, _| stuck = false);
    stuck
}

/// A copy that lives as long as the process, one for each distinct text.
fn forever(name: &str) -> &'static str {
    static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    // The set is sound whatever happened to the thread that held it.
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    match names.get(name) {
        Some(name) => name,
        None => {
            let name: &'static str = Box::leak(name.to_string().into_boxed_str());
            names.insert(name);
            name
        }
    }
}
