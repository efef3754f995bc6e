//! Temporal formulas over a graph: state and step formulas become sets of states and edges, the rest is a search for a fair lasso.

use super::labelling::{Question, Steps, View, states};
use super::partition::Partition;
use super::{Counterexample, to_state};
use crate::cycles::{self, Fairness, Formula, Lasso, Predicate, Problem};
use crate::explore::{Graph, StateId};
use crate::machine::Machine;
use crate::machine::program::ThreadId;
use crate::source::Diagnostic;
use crate::tla::{self, Temporal};

/// What is fair in the runs of a machine: each fair thread weakly, and strongly where it waits for a strongly fair function.
pub(crate) fn fairness(machine: &Machine, graph: &Graph, edges: &cycles::Graph<'_>) -> Vec<Fairness> {
    let mut conditions = Vec::new();
    for (id, thread) in machine
        .program
        .threads
        .iter()
        .enumerate()
        .filter(|(_, thread)| thread.fair)
    {
        let label = id as u16;
        conditions.push(Fairness::of_label(edges, &thread.name, cycles::Strength::Weak, label));
        if thread.points.iter().any(|point| point.strongly_fair) {
            let waits = strongly_fair(machine, graph, id);
            let steps = |state: u32| edges.edges_of(state).any(|edge| edges.label(edge) == label);
            conditions.push(Fairness::new(
                edges,
                &thread.name,
                cycles::Strength::Strong,
                |state| waits.contains(state) && steps(state),
                |state, edge| waits.contains(state) && edges.label(edge) == label,
            ));
        }
    }
    conditions
}

/// The states in which a thread stands at a strongly fair point.
fn strongly_fair(machine: &Machine, graph: &Graph, thread: ThreadId) -> cycles::Bits {
    let positions = Partition::of_slot(graph, machine.layout.position[thread]);
    let fair = |&state: &StateId| {
        let point = machine
            .point(&graph.state(state), thread)
            .map(|point| point.strongly_fair);
        point.unwrap_or(false)
    };
    let fair: Vec<bool> = positions.representatives.iter().map(fair).collect();
    positions.states(&fair)
}

/// The threads of a graph's edges.
pub(crate) fn labels(graph: &Graph) -> Vec<u16> {
    graph.labels().iter().map(|label| label.thread).collect()
}

/// A formula with the meanings of its predicates.
#[derive(Debug, Default)]
pub(crate) struct Translation {
    /// By number.
    pub predicates: Vec<Predicate>,
}

impl Translation {
    /// The formula of the search.
    pub(crate) fn formula(&mut self, view: &dyn View, temporal: &Temporal) -> Result<Formula, Diagnostic> {
        self.under(view, temporal, Question::Allowed)
    }

    fn under(&mut self, view: &dyn View, temporal: &Temporal, question: Question) -> Result<Formula, Diagnostic> {
        let mut part = |part: &Temporal, question| self.under(view, part, question).map(Box::new);
        Ok(match temporal {
            Temporal::State(expr) => {
                let states = states(view, expr)?;
                self.predicate(Predicate::State(states))
            }
            Temporal::Action(step) => {
                let predicate = Steps::new(view, step, question).predicate()?;
                self.predicate(predicate)
            }
            Temporal::Always(inner) => Formula::Always(part(inner, Question::Allowed)?),
            Temporal::Eventually(inner) => Formula::Eventually(part(inner, Question::Taken)?),
            Temporal::LeadsTo(from, to) => Formula::LeadsTo(part(from, question)?, part(to, question)?),
            Temporal::Not(inner) => Formula::Not(part(inner, question)?),
            Temporal::Implies(from, to) => Formula::Implies(part(from, question)?, part(to, question)?),
            Temporal::And(parts) => Formula::And(
                parts
                    .iter()
                    .map(|part| self.under(view, part, question))
                    .collect::<Result<_, _>>()?,
            ),
            Temporal::Or(parts) => Formula::Or(
                parts
                    .iter()
                    .map(|part| self.under(view, part, question))
                    .collect::<Result<_, _>>()?,
            ),
            Temporal::Fair(fair) => {
                let (enabled, taken) = self.fair(view, fair)?;
                if fair.strong {
                    Formula::strongly_fair(enabled, taken)
                } else {
                    Formula::weakly_fair(enabled, taken)
                }
            }
        })
    }

    /// The predicates of a fairness condition: where its action is enabled, and which steps take it.
    pub(crate) fn fair(&mut self, view: &dyn View, fair: &tla::Fairness) -> Result<(u32, u32), Diagnostic> {
        let enabled = states(view, &fair.enabled)?;
        let taken = Steps::new(view, &fair.step, Question::Taken).predicate()?;
        Ok((self.number(Predicate::State(enabled)), self.number(taken)))
    }

    fn predicate(&mut self, predicate: Predicate) -> Formula {
        Formula::Pred(self.number(predicate))
    }

    fn number(&mut self, predicate: Predicate) -> u32 {
        self.predicates.push(predicate);
        self.predicates.len() as u32 - 1
    }
}

/// What a search for a lasso found.
#[derive(Debug)]
pub(crate) enum Found {
    /// Every fair run satisfies the formula.
    Nothing,
    /// Every run does, because what the formula speaks of never happens.
    Vacuous,
    /// A fair run that does not, checked by the independent walker.
    Lasso(Lasso),
}

/// Searches for a fair run that violates a formula.
pub(crate) fn search(problem: &Problem<'_>, formula: &Formula) -> Result<Found, Diagnostic> {
    let lasso = cycles::find_violation(problem, formula).map_err(|unsupported| {
        Diagnostic::general(format!("this temporal formula cannot be decided: {unsupported}"))
    })?;
    match lasso {
        Some(lasso) => match cycles::verify_lasso(problem, formula, &lasso) {
            Ok(()) => Ok(Found::Lasso(lasso)),
            Err(why) => Err(Diagnostic::general(format!(
                "the lasso that was found is none: {why}; this is a bug of oomspec"
            ))),
        },
        None if cycles::vacuous(problem, formula).is_empty() => Ok(Found::Nothing),
        None => Ok(Found::Vacuous),
    }
}

/// A lasso as a counterexample. A loop that only stutters adds no step.
pub(crate) fn counterexample(graph: &Graph, lasso: &Lasso) -> Counterexample {
    let label = |step: &cycles::Step| step.edge.map(|edge| graph.labels()[edge as usize]);
    let stem: Vec<_> = lasso.stem.iter().filter_map(label).collect();
    let cycle = lasso.cycle.iter().filter_map(label);
    let loop_start = Some(stem.len());
    Counterexample {
        steps: stem.iter().copied().chain(cycle).collect(),
        loop_start,
    }
}

/// The path to an edge, the edge included.
pub(crate) fn to_edge(machine: &Machine, graph: &Graph, from: StateId, number: usize) -> Counterexample {
    let mut path = to_state(machine, graph, from);
    path.steps.extend(graph.edges(from).nth(number).map(|edge| edge.label));
    path
}
