//! The answers about a module. An invariant speaks of the states that can be reached, a property of the behaviours of the
//! specification: what happens only on the way to nothing that the specification allows does not count against it.

use super::world::World;
use crate::check::Verdict;
use crate::check::labelling::{Question, Steps, states};
use crate::check::liveness::{self, Found, Translation};
use crate::cycles::{self, Formula, Problem};
use crate::explore::StateId;
use crate::model::properties::{action, invariant as invariant_of};
use crate::model::property::PropertyKind;
use crate::source::Diagnostic;
use crate::tla::{Behaviour, Expr, SubscriptedAction, Temporal};

/// A verdict with what shows it.
pub(super) struct Answer {
    /// What it takes to refute what was asked.
    pub kind: PropertyKind,
    /// The answer.
    pub verdict: Verdict,
    /// The states that show a violation, one a line.
    pub trace: Vec<String>,
}

impl Answer {
    /// What a search has not refuted is open as long as there are states that it has not seen.
    fn unrefuted(world: &World, kind: PropertyKind, verdict: Verdict) -> Self {
        let verdict = match world.graph.incomplete {
            Some(_) => Verdict::Incomplete,
            None => verdict,
        };
        let trace = Vec::new();
        Answer { kind, verdict, trace }
    }

    fn violated(world: &World, kind: PropertyKind, path: &[StateId], mark: StateId) -> Self {
        Answer {
            kind,
            verdict: Verdict::Violated,
            trace: world.trace(path, mark),
        }
    }
}

/// Whether a predicate is true of all states that can be reached.
pub(crate) fn invariant(world: &World, predicate: &Expr) -> Result<Answer, Diagnostic> {
    Ok(match bad_state(world, predicate)? {
        Some(path) => Answer::violated(world, PropertyKind::Safety, &path, path[path.len() - 1]),
        None if world.initial.is_empty() => Answer::unrefuted(world, PropertyKind::Safety, Verdict::Vacuous),
        None => Answer::unrefuted(world, PropertyKind::Safety, Verdict::Holds),
    })
}

/// Whether every state that can be reached has a step; one that changes nothing is one too.
pub(crate) fn deadlock(world: &World) -> Answer {
    let moves = |state: StateId| world.graph.edges(state).len() > 0 || world.loops[state as usize];
    match (0..world.graph.expanded() as StateId).find(|&state| !moves(state)) {
        Some(state) => Answer::violated(world, PropertyKind::Deadlock, &world.path(state), state),
        None => Answer::unrefuted(world, PropertyKind::Deadlock, Verdict::Holds),
    }
}

/// The path to the first state that is not as a predicate says.
fn bad_state(world: &World, predicate: &Expr) -> Result<Option<Vec<StateId>>, Diagnostic> {
    let holds = states(world, predicate)?;
    let bad = (0..world.graph.distinct() as StateId).find(|&state| !holds.contains(state));
    Ok(bad.map(|state| world.path(state)))
}

/// An initial state that is not as a predicate says.
fn bad_start(world: &World, predicate: &Expr) -> Result<Option<Vec<StateId>>, Diagnostic> {
    let holds = states(world, predicate)?;
    let bad = world.initial.iter().find(|&&state| !holds.contains(state));
    Ok(bad.map(|&state| vec![state]))
}

/// The path to the first step that is not allowed, that step included.
fn bad_step(world: &World, step: &SubscriptedAction) -> Result<Option<Vec<StateId>>, Diagnostic> {
    let mut steps = Steps::new(world, step, Question::Allowed);
    for state in 0..world.graph.distinct() as StateId {
        for edge in world.graph.edges(state) {
            if !steps.ask(state, edge.to)? {
                let mut path = world.path(state);
                path.push(edge.to);
                return Ok(Some(path));
            }
        }
    }
    Ok(None)
}

/// Decides properties of the behaviours of a specification.
pub(crate) struct Decider<'a> {
    world: &'a World,
    labels: Vec<u16>,
    translation: Translation,
    /// What the specification says of runs that do not end.
    assumed: Vec<Formula>,
    /// Every finite run goes on to a behaviour.
    closed: bool,
    /// There is a behaviour.
    some: bool,
}

impl<'a> Decider<'a> {
    /// Looks at what the specification says of runs that do not end.
    pub(crate) fn new(world: &'a World, behaviour: &Behaviour) -> Result<Self, Diagnostic> {
        let mut decider = Decider {
            world,
            labels: liveness::labels(&world.graph),
            translation: Translation::default(),
            assumed: Vec::new(),
            closed: behaviour.liveness.is_empty(),
            some: !world.initial.is_empty(),
        };
        for fair in &behaviour.fairness {
            let (enabled, taken) = decider.translation.fair(world, fair)?;
            decider.closed &= decider.can_take(enabled, taken)?;
            decider.assumed.push(match fair.strong {
                true => Formula::strongly_fair(enabled, taken),
                false => Formula::weakly_fair(enabled, taken),
            });
        }
        for formula in &behaviour.liveness {
            let formula = decider.translation.formula(world, formula)?;
            decider.assumed.push(formula);
        }
        if !decider.closed {
            decider.some = matches!(decider.search(Formula::Const(false))?, Found::Lasso(_));
        }
        Ok(decider)
    }

    /// Whether every behaviour satisfies a formula; the parts of a conjunction are decided one by one.
    pub(crate) fn property(&mut self, formula: &Temporal) -> Result<Answer, Diagnostic> {
        let mut kind = PropertyKind::Safety;
        let mut verdict = Verdict::Holds;
        for part in formula.conjuncts() {
            let answer = self.part(part)?;
            if answer.verdict == Verdict::Violated {
                return Ok(answer);
            }
            kind = kind.max(answer.kind);
            if verdict == Verdict::Holds {
                verdict = answer.verdict;
            }
        }
        Ok(Answer::unrefuted(self.world, kind, verdict))
    }

    fn part(&mut self, formula: &Temporal) -> Result<Answer, Diagnostic> {
        let world = self.world;
        let (kind, bad) = if let Temporal::State(predicate) = formula {
            (PropertyKind::Safety, bad_start(world, predicate)?)
        } else if let Some(predicate) = invariant_of(formula) {
            (PropertyKind::Safety, bad_state(world, predicate)?)
        } else if let Some(step) = action(formula) {
            (PropertyKind::Action, bad_step(world, step)?)
        } else {
            return self.temporal(PropertyKind::Liveness, formula);
        };
        match bad {
            Some(path) if self.closed => Ok(Answer::violated(world, kind, &path, path[path.len() - 1])),
            // What is bad may lie on the way to no behaviour at all.
            Some(_) => self.temporal(kind, formula),
            None => Ok(Answer::unrefuted(world, kind, self.holds())),
        }
    }

    fn temporal(&mut self, kind: PropertyKind, formula: &Temporal) -> Result<Answer, Diagnostic> {
        let goal = self.translation.formula(self.world, formula)?;
        Ok(match self.search(goal)? {
            Found::Lasso(lasso) => {
                let path: Vec<StateId> = lasso.stem.iter().chain(&lasso.cycle).map(|step| step.state).collect();
                Answer::violated(self.world, kind, &path, lasso.cycle[0].state)
            }
            Found::Vacuous => Answer::unrefuted(self.world, kind, Verdict::Vacuous),
            Found::Nothing => Answer::unrefuted(self.world, kind, self.holds()),
        })
    }

    /// What can be said of a formula that every behaviour satisfies.
    fn holds(&self) -> Verdict {
        if self.some { Verdict::Holds } else { Verdict::Vacuous }
    }

    /// A behaviour that does not satisfy `goal`. All that a run does up to a loop that was explored is known, and so is what is
    /// enabled in its states, so a lasso is one in the whole graph too.
    fn search(&self, goal: Formula) -> Result<Found, Diagnostic> {
        let problem = Problem {
            graph: self.edges()?,
            fairness: &[],
            predicates: &self.translation.predicates,
            lasting: None,
        };
        let whole = Formula::implies(Formula::And(self.assumed.clone()), goal.clone());
        Ok(match liveness::search(&problem, &whole)? {
            Found::Lasso(lasso) => Found::Lasso(lasso),
            _ if cycles::vacuous(&problem, &goal).is_empty() => Found::Nothing,
            _ => Found::Vacuous,
        })
    }

    /// Whether every state that enables an action has a step that takes it.
    fn can_take(&self, enabled: u32, taken: u32) -> Result<bool, Diagnostic> {
        let edges = self.edges()?;
        let holds = |predicate: u32, step| self.translation.predicates[predicate as usize].holds(step);
        Ok((0..edges.states()).all(|state| {
            let step = |edge| cycles::Step { state, edge };
            let mut taking = edges.edges_of(state).map(Some);
            !holds(enabled, step(None)) || taking.any(|edge| holds(taken, step(edge)))
        }))
    }

    fn edges(&self) -> Result<cycles::Graph<'_>, Diagnostic> {
        let graph = &self.world.graph;
        cycles::Graph::new(graph.offsets(), graph.targets(), &self.labels, &self.world.initial)
            .map_err(|error| Diagnostic::general(error.to_string()))
    }
}
