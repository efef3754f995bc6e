//! What the cycle of a violating run has to do: be fair, and keep what a clause says of the end of a run.

use super::clauses::Clause;
use super::graph::Step;
use super::prop::{Prop, Streett};
use super::{Fairness, Predicate, Problem, Strength};

/// What some step of the cycle has to do.
#[derive(Clone, Copy)]
pub(super) enum Demand<'a> {
    /// Take the condition, or leave a state where it is disabled.
    Weak(&'a Fairness),
    /// Take the condition, if some state of the cycle enables it.
    Strong(&'a Fairness),
    /// Satisfy the proposition.
    Satisfy(&'a Prop),
    /// Satisfy the response, if some step of the cycle satisfies the request.
    Respond(&'a Streett),
}

impl<'a> Demand<'a> {
    /// All that a cycle has to do: for fairness first, then for the clause.
    pub(crate) fn of(problem: &Problem<'a>, clause: &'a Clause) -> Vec<Demand<'a>> {
        let fair = problem.fairness.iter().map(|c| match c.kind {
            Strength::Weak => Demand::Weak(c),
            Strength::Strong => Demand::Strong(c),
        });
        let recurs = clause.recurs.iter().map(Demand::Satisfy);
        fair.chain(recurs)
            .chain(clause.responds.iter().map(Demand::Respond))
            .collect()
    }

    /// Whether the step does what is demanded.
    pub(crate) fn met_by(self, predicates: &[Predicate], step: Step) -> bool {
        match self {
            Demand::Weak(c) => !c.enabled(step.state) || c.taken(step),
            Demand::Strong(c) => c.taken(step),
            Demand::Satisfy(p) => p.holds(predicates, step),
            Demand::Respond(s) => s.response.holds(predicates, step),
        }
    }

    /// Whether the step is a reason for the demand: a cycle without such a step has nothing to do.
    pub(crate) fn raised_by(self, predicates: &[Predicate], step: Step) -> bool {
        match self {
            Demand::Weak(c) | Demand::Strong(c) => c.enabled(step.state),
            Demand::Satisfy(_) => true,
            Demand::Respond(s) => s.request.holds(predicates, step),
        }
    }

    /// Whether leaving out the steps that raise it can leave anything of a component in which no step meets it.
    pub(crate) fn is_conditional(self) -> bool {
        matches!(self, Demand::Strong(_) | Demand::Respond(_))
    }
}
