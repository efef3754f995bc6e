//! stateright's breadth-first search over the actors: the second opinion on a graph.

use std::any::Any;
use std::collections::BTreeSet;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use stateright::{Checker, HasDiscoveries, Model};

use super::{Safety, System, TooManyProperties};
use crate::explore::Limits;
use crate::machine::Machine;

/// What stateright found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Summary {
    /// Distinct states.
    pub distinct: usize,
    /// Transitions, two outcomes of `choose` counted apart.
    pub transitions: usize,
    /// Levels, 1 for the initial state alone.
    pub depth: usize,
    /// The properties that fail, in the order given, with the number of steps of a shortest path to a violation.
    pub violated: Vec<(String, usize)>,
}

/// Why there is no summary; never a pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    /// There are more distinct states than allowed.
    Exhausted(usize),
    /// The budget of the process is spent.
    Spent(String),
    /// The search panicked.
    Panicked(String),
    /// A thread actor was not where the memory actor says: an error of this crate.
    OutOfStep,
    /// stateright takes no more properties.
    TooManyProperties(TooManyProperties),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Exhausted(max_states) => write!(f, "more than {max_states} distinct states"),
            Failure::Spent(why) => f.write_str(why),
            Failure::Panicked(message) => write!(f, "stateright's search panicked: {message}"),
            Failure::OutOfStep => write!(f, "the actors do not follow the machine"),
            Failure::TooManyProperties(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Failure {}

/// The property that fails when the search has to stop; as long as it holds, nothing else ends the search.
const BUDGET: &str = "within the number of states allowed";

/// So many states are expanded between two looks at the budget.
const LOOKS: usize = 256;

/// Searches the whole graph of the actors.
///
/// On one thread, because stateright's levels and shortest paths depend on timing with several; check several programs at
/// once instead.
pub(crate) fn check(machine: &Machine, safety: Vec<Safety>, limits: Limits) -> Result<Summary, Failure> {
    let expanded = AtomicUsize::new(0);
    let spent = Arc::new(OnceLock::new());
    let why = Arc::clone(&spent);
    let budget = Safety::new(BUDGET, move |_, _| {
        let number = expanded.fetch_add(1, Ordering::Relaxed);
        if number.is_multiple_of(LOOKS)
            && let Some(why) = limits.budget.ends_search()
        {
            // Nobody else sets it.
            let _ = spent.set(why);
            return false;
        }
        number < limits.max_states
    });
    let names: Vec<&str> = safety.iter().map(Safety::name).collect();
    let safety = safety.into_iter().map(Safety::once).chain([budget]).collect();
    let system = System::new(machine.clone(), safety).map_err(Failure::TooManyProperties)?;
    let builder = system
        .checker()
        .finish_when(HasDiscoveries::AllOf(BTreeSet::from([BUDGET])));
    // The initial state is computed here, the others by a worker.
    let spawn = AssertUnwindSafe(|| builder.spawn_bfs());
    let mut checker = catch_unwind(spawn).map_err(|panic| Failure::Panicked(message(&*panic)))?;
    for worker in checker.handles() {
        worker.join().map_err(|panic| Failure::Panicked(message(&*panic)))?;
    }
    let found = checker.discoveries();
    if found.contains_key(BUDGET) {
        let spent = why.get().cloned().map(Failure::Spent);
        return Err(spent.unwrap_or(Failure::Exhausted(limits.max_states)));
    }
    if found.contains_key(System::IN_STEP) {
        return Err(Failure::OutOfStep);
    }
    let length = |name: &&str| Some((name.to_string(), found.get(*name)?.clone().into_actions().len()));
    Ok(Summary {
        distinct: checker.unique_state_count(),
        transitions: checker.state_count() - 1,
        depth: checker.max_depth(),
        violated: names.iter().filter_map(length).collect(),
    })
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::explore;
    use crate::machine::samples::{self, Op};

    fn check_all(machine: &Machine) -> Result<Summary, Failure> {
        let safety = vec![
            Safety::no_error("NoBug"),
            Safety::no_error("LocksBalanced"),
            Safety::no_deadlock(),
        ];
        check(machine, safety, Limits::default())
    }

    #[test]
    fn counts_are_the_graphs() {
        use Op::*;
        let programs: [&[&[Op]]; 6] = [
            &[&[]],
            &[&[Increment, Increment, BugOn(3)], &[Increment, Increment]],
            &[&[Lock(0), Lock(1)], &[Lock(1), Lock(0)]],
            &[&[Choose(3), Again(1)], &[Choose(2), Set(1)]],
            &[&[Retry(3), Set(1)], &[Retry(2), Await(1)]],
            &[&[Panic], &[Increment, Increment, Increment]],
        ];
        for program in programs {
            let machine = samples::machine(program);
            let graph = explore(&machine, Limits::default(), &|_, _| {});
            let summary = check_all(&machine).unwrap();
            assert_eq!(
                (summary.distinct, summary.transitions, summary.depth),
                (graph.distinct(), graph.transitions(), graph.depth())
            );
        }
    }

    #[test]
    fn all_violations_are_found_each_with_a_shortest_path() {
        use Op::*;
        let machine = samples::machine(&[&[Lock(0), Lock(1), Unlock(1), Unlock(0)], &[Lock(1), Lock(0), BugOn(0)]]);
        let violated = check_all(&machine).unwrap().violated;
        assert_eq!(violated, [("NoBug".to_string(), 3), ("NoDeadlock".to_string(), 2)]);
    }

    #[test]
    fn a_violation_of_everything_does_not_end_the_search() {
        let machine = samples::machine(&[&[Op::Set(1), Op::Increment], &[Op::Set(2), Op::Increment]]);
        let never = vec![Safety::new("Never", |_, _| false)];
        let summary = check(&machine, never, Limits::default()).unwrap();
        assert_eq!(summary.violated, [("Never".to_string(), 0)]);
        assert_eq!(summary.distinct, check_all(&machine).unwrap().distinct);
    }

    #[test]
    fn a_lasso_is_a_property() {
        let machine = samples::machine(&[&[Op::Set(1), Op::Again(1)]]);
        let graph = explore(&machine, Limits::default(), &|_, _| {});
        let lasso = vec![graph.state(graph.distinct() as u32 - 1)];
        let summary = check(&machine, vec![Safety::not_on_lasso("Ends", lasso)], Limits::default()).unwrap();
        assert_eq!(summary.violated[0].0, "not on the lasso of Ends");
    }

    #[test]
    fn no_properties_is_no_early_end() {
        let machine = samples::machine(&[&[Op::Increment], &[Op::Increment]]);
        assert_eq!(
            check(&machine, Vec::new(), Limits::default()).unwrap().distinct,
            check_all(&machine).unwrap().distinct
        );
    }

    #[test]
    fn a_panic_in_a_worker_is_an_error() {
        let machine = samples::machine(&[&[Op::Increment, Op::Poison]]);
        assert!(matches!(check_all(&machine), Err(Failure::Panicked(_))));
    }

    #[test]
    fn an_exhausted_budget_is_an_error_and_an_exact_one_is_not() {
        let machine = samples::machine(&[&[Op::Increment], &[Op::Increment], &[Op::Increment]]);
        let all = check_all(&machine).unwrap().distinct;
        let up_to = |max_states| {
            let limits = Limits {
                max_states,
                ..Limits::default()
            };
            check(&machine, Vec::new(), limits)
        };
        assert_eq!(up_to(all - 1), Err(Failure::Exhausted(all - 1)));
        assert!(up_to(all).is_ok());
        assert_eq!(up_to(0), Err(Failure::Exhausted(0)));
    }

    #[test]
    fn more_properties_than_functions_is_an_error() {
        let machine = samples::machine(&[&[]]);
        let safety = |count: usize| (0..count).map(|i| Safety::no_error(&format!("P{i}"))).collect();
        assert!(check(&machine, safety(63), Limits::default()).is_ok());
        assert!(matches!(
            check(&machine, safety(64), Limits::default()),
            Err(Failure::TooManyProperties(_))
        ));
    }
}
