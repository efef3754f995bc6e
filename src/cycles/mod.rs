//! Fair liveness on an explicit finite graph: does every fair run satisfy a temporal formula?
//!
//! A *run* is an infinite walk from an initial state. Each of its steps is an edge of the graph or the stuttering loop that
//! every state has. A violation is a [`Lasso`]: a stem, and a cycle that is fair to every [`Fairness`] condition.
//!
//! The search negates the formula and splits it into clauses (`clauses`, by way of `normal`), follows each clause's finite part from the initial
//! states (`reach`), finds the strongly connected components that are fair inside what the clause allows for ever
//! (`components`), and builds a short loop in one of them (`loops`). [`verify_lasso`] shares no code with any of that.

mod bits;
mod clauses;
mod components;
mod demands;
mod fairness;
mod formula;
mod graph;
mod lasso;
mod loops;
mod normal;
mod prop;
mod reach;
mod tarjan;
mod vacuity;
mod walker;

pub use bits::Bits;
pub use fairness::{Fairness, Reason, Strength, explain};
pub use formula::{Formula, Predicate, Unsupported};
pub use graph::{Graph, InvalidGraph, Step};
pub use lasso::Lasso;
pub(crate) use tarjan::Tarjan;
pub use vacuity::vacuous;
pub use walker::verify_lasso;

/// What a formula is decided on: a graph, what is fair in it, and what its predicates mean.
#[derive(Clone, Copy, Debug)]
pub struct Problem<'a> {
    /// The reachable state graph.
    pub graph: Graph<'a>,
    /// Every condition that a run must be fair to.
    pub fairness: &'a [Fairness],
    /// The meaning of [`Formula::Pred`], by number.
    pub predicates: &'a [Predicate],
    /// What [`lasting`] says of this graph and what is fair in it, if many formulas are decided on them: no other state is looked
    /// at for a cycle.
    pub lasting: Option<&'a [u32]>,
}

/// The states, in order, in which a fair run can stay for ever: every fair cycle lies in them, whatever formula it violates.
pub fn lasting(graph: &Graph<'_>, fairness: &[Fairness]) -> Vec<u32> {
    let problem = Problem {
        graph: *graph,
        fairness,
        predicates: &[],
        lasting: None,
    };
    let anything = clauses::Clause::anything();
    let mut everywhere = components::Arena::everywhere(&problem, &anything, &prop::Prop::Const(true));
    let fair = components::fair_components(&problem, &mut everywhere);
    let mut states = fair.components.concat();
    states.sort_unstable();
    states
}

/// A fair run that violates `formula`, as short as the search could make it; none if every fair run satisfies it.
pub fn find_violation(problem: &Problem<'_>, formula: &Formula) -> Result<Option<Lasso>, Unsupported> {
    let mut best: Option<Lasso> = None;
    for clause in clauses::of_negation(formula, problem.predicates)? {
        let mut everywhere = components::Arena::everywhere(problem, &clause, &reach::kept(problem, &clause));
        if components::fair_components(problem, &mut everywhere)
            .components
            .is_empty()
        {
            continue;
        }
        let reach = reach::explore(problem, &clause)?;
        let mut arena = components::Arena::new(problem, &clause, &reach);
        let fair = components::fair_components(problem, &mut arena);
        if let Some(lasso) = loops::shortest(problem, &reach, &arena, &fair)
            && best.as_ref().is_none_or(|b| lasso.cost() < b.cost())
        {
            best = Some(lasso);
        }
    }
    Ok(best)
}
