//! One machine's graph, looked at by the formulas of a module.

use super::labelling::{Concrete, Question, Seen, Steps, states};
use super::liveness::{self, Found, Translation};
use super::partition::Partition;
use super::refinement::{Refined, check};
use super::{Answer, Verdict, to_state};
use crate::cycles::{self, Fairness, Problem};
use crate::explore::{Graph, StateId};
use crate::machine::{Machine, Reached};
use crate::model::properties::{Meaning, PropertyModule};
use crate::source::Diagnostic;
use crate::tla::{Expr, Refinement, State, SubscriptedAction, Temporal, falsehood};

/// What is computed once for all formulas.
pub(crate) struct Decider<'a> {
    machine: &'a Machine,
    graph: &'a Graph,
    module: &'a PropertyModule,
    view: Concrete<'a>,
    labels: std::cell::OnceCell<Vec<u16>>,
    /// What is fair, and where a fair run can stay for ever.
    fair: std::cell::OnceCell<(Vec<Fairness>, Vec<StateId>)>,
    /// Some run ends in an error.
    errs: bool,
}

impl<'a> Decider<'a> {
    /// Looks at the graph of a machine.
    pub(crate) fn new(machine: &'a Machine, graph: &'a Graph, module: &'a PropertyModule) -> Result<Self, Diagnostic> {
        let ends = Partition::of_slot(graph, machine.layout.error).representatives;
        Ok(Decider {
            view: Concrete::new(machine, graph, &module.spec)?,
            labels: std::cell::OnceCell::new(),
            fair: std::cell::OnceCell::new(),
            errs: ends
                .into_iter()
                .any(|state| matches!(machine.reached(&graph.state(state)), Reached::Error(_))),
            machine,
            graph,
            module,
        })
    }

    /// The answer for one formula.
    pub(crate) fn formula(&self, meaning: &Meaning) -> Result<Answer, Diagnostic> {
        let answer = match meaning {
            Meaning::Formula(formula) => self.parts(formula)?,
            Meaning::Refinement(refinement) => self.refinement(refinement)?,
        };
        Ok(match answer.verdict {
            Verdict::Holds | Verdict::Vacuous if !self.whole() => Answer::of(Verdict::Incomplete),
            // A run that ends in an error satisfies every eventuality; that says nothing about the protocol.
            Verdict::Holds | Verdict::Vacuous if self.errs && meaning.promises_progress() => {
                Answer::of(Verdict::NotApplicable).because("n/a after error")
            }
            _ => answer,
        })
    }

    fn whole(&self) -> bool {
        self.graph.incomplete.is_none()
    }

    /// A conjunction is broken where a part of it is: so a path that breaks one is found whatever stands beside it.
    fn parts(&self, formula: &Temporal) -> Result<Answer, Diagnostic> {
        match formula {
            Temporal::And(parts) => parts.iter().try_fold(Answer::of(Verdict::Holds), |answer, part| {
                Ok(answer.and(self.parts(part)?))
            }),
            Temporal::State(predicate) => self.invariant(predicate, 1),
            Temporal::Always(inner) => match &**inner {
                Temporal::State(predicate) => self.invariant(predicate, self.graph.distinct() as StateId),
                Temporal::Action(step) => self.steps(step),
                _ => self.temporal(formula),
            },
            _ => self.temporal(formula),
        }
    }

    /// A predicate of the first states, by number.
    fn invariant(&self, predicate: &Expr, first: StateId) -> Result<Answer, Diagnostic> {
        let holds = states(&self.view, predicate)?;
        match (0..first).find(|&state| !holds.contains(state)) {
            Some(state) => {
                let way = self.graph.way(state);
                let before = way.len().checked_sub(2).map(|at| Seen(&self.view, way[at]));
                let before = before.as_ref().map(|before| before as &dyn State);
                // An error says more than that it is one.
                let why = match self.machine.reached(&self.graph.state(state)) {
                    Reached::Error(_) => Vec::new(),
                    // It may take more steps than an evaluation may; the verdict stands.
                    _ => falsehood(&self.module.spec, predicate, before, &Seen(&self.view, state)).unwrap_or_default(),
                };
                Ok(Answer {
                    why,
                    ..Answer::violated(to_state(self.machine, self.graph, state))
                })
            }
            None => self.unless_vacuous(predicate.without_consequents(), |weaker| {
                let holds = states(&self.view, weaker)?;
                Ok((0..first).all(|state| holds.contains(state)))
            }),
        }
    }

    fn steps(&self, step: &SubscriptedAction) -> Result<Answer, Diagnostic> {
        if let Some((state, number)) = self.bad_step(step)? {
            return Ok(Answer::violated(liveness::to_edge(
                self.machine,
                self.graph,
                state,
                number,
            )));
        }
        self.unless_vacuous(step.action.without_consequents(), |weaker| {
            let weaker = SubscriptedAction {
                action: weaker.clone(),
                stutter: step.stutter.clone(),
            };
            Ok(self.bad_step(&weaker)?.is_none())
        })
    }

    /// The first edge, in breadth-first order, that the step formula does not allow.
    fn bad_step(&self, step: &SubscriptedAction) -> Result<Option<(StateId, usize)>, Diagnostic> {
        let mut steps = Steps::new(&self.view, step, Question::Allowed);
        for state in 0..self.graph.distinct() as StateId {
            for (number, edge) in self.graph.edges(state).enumerate() {
                if !steps.ask(state, edge.to)? {
                    return Ok(Some((state, number)));
                }
            }
        }
        Ok(None)
    }

    /// Holds; or vacuously so, if the formula holds even with `FALSE` for what its implications promise.
    fn unless_vacuous(
        &self,
        weaker: Option<Expr>,
        holds: impl FnOnce(&Expr) -> Result<bool, Diagnostic>,
    ) -> Result<Answer, Diagnostic> {
        match weaker {
            Some(weaker) if holds(&weaker)? => {
                Ok(Answer::of(Verdict::Vacuous).because("what it speaks of never happens"))
            }
            _ => Ok(Answer::of(Verdict::Holds)),
        }
    }

    fn temporal(&self, asked: &Temporal) -> Result<Answer, Diagnostic> {
        if !self.whole() {
            return Ok(Answer::of(Verdict::Incomplete));
        }
        let mut translation = Translation::default();
        let formula = translation.formula(&self.view, asked)?;
        let problem = Problem {
            predicates: &translation.predicates,
            ..self.problem()?
        };
        Ok(match liveness::search(&problem, &formula)? {
            Found::Nothing => Answer::of(Verdict::Holds),
            Found::Vacuous => Answer::of(Verdict::Vacuous).because("what it speaks of never happens"),
            Found::Lasso(lasso) => {
                let looping = lasso.cycle.first().map(|step| Seen(&self.view, step.state));
                let why = goal(asked)
                    .zip(looping)
                    .map(|(goal, looping)| falsehood(&self.module.spec, goal, None, &looping));
                Answer {
                    // The verdict stands without it.
                    why: why.and_then(Result::ok).unwrap_or_default(),
                    ..Answer::violated(liveness::counterexample(self.graph, &lasso))
                }
            }
        })
    }

    fn refinement(&self, refinement: &Refinement) -> Result<Answer, Diagnostic> {
        let spec = &self.module.spec;
        Ok(match check(&self.view, spec, refinement, &self.problem()?)? {
            Refined::Yes => Answer::of(Verdict::Holds),
            Refined::Vacuously => {
                Answer::of(Verdict::Vacuous).because("no step of it is a step of the abstract specification")
            }
            Refined::No(counterexample, explanation) => Answer {
                explanation: Some(explanation),
                ..Answer::violated(counterexample)
            },
        })
    }

    /// The graph and what is fair in it, for formulas of no predicates yet.
    fn problem(&self) -> Result<Problem<'_>, Diagnostic> {
        let labels = self.labels.get_or_init(|| liveness::labels(self.graph));
        let graph = cycles::Graph::new(self.graph.offsets(), self.graph.targets(), labels, &[0])
            .map_err(|error| Diagnostic::general(format!("the graph is too large for a liveness check: {error}")))?;
        let (fairness, lasting) = self.fair.get_or_init(|| {
            let fairness = liveness::fairness(self.machine, self.graph, &graph);
            let lasting = cycles::lasting(&graph, &fairness);
            (fairness, lasting)
        });
        Ok(Problem {
            graph,
            fairness,
            predicates: &[],
            lasting: Some(lasting),
        })
    }
}

/// What a formula promises to come, if that is a predicate of states: it is false all along a lasso that breaks the promise.
fn goal(formula: &Temporal) -> Option<&Expr> {
    match formula {
        Temporal::Eventually(promised) | Temporal::LeadsTo(_, promised) => match &**promised {
            Temporal::State(promised) => Some(promised),
            _ => None,
        },
        Temporal::Always(inner) | Temporal::Implies(_, inner) => goal(inner),
        _ => None,
    }
}
