//! One protocol in one scenario, measured.

use std::ops::RangeInclusive;

use super::extremes::{Extremes, Most, extremes};
use super::terms::Terms;
use crate::check::liveness::{fairness, labels};
use crate::check::observed::{Observed, observe};
use crate::cycles::{self, Bits, Formula, Predicate, Problem};
use crate::explore::{Graph, Limits, Progress, StateId, explore};
use crate::machine::program::{PointKind, ThreadId};
use crate::machine::{Machine, Reached};
use crate::model::Instance;
use crate::source::{Diagnostic, Diagnostics};
use crate::tla::Value;

/// What is counted beside the names of `__counts`: a thread begins to wait before a step that counts as something.
const WAITS: &str = "wait";

/// A protocol in a scenario with its figures.
#[derive(Debug, Clone)]
pub struct Cost {
    /// Its name.
    pub protocol: String,
    /// The scenario's.
    pub scenario: String,
    /// What the scenario is about.
    pub story: String,
    /// What came of it.
    pub outcome: Outcome,
}

/// Figures, or why there are none.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// They were measured.
    Measured(Measured),
    /// They were not, for this reason.
    Undecided(String),
}

/// All figures of a graph.
#[derive(Debug, Clone, Default)]
pub struct Measured {
    /// What an exit takes that is no victim's, by what is counted; none if there is no such exit.
    pub exit: Option<Vec<Figure>>,
    /// What happens until an allocation has succeeded; none if nobody asks for memory.
    pub allocation: Option<Asked>,
}

/// What is counted on the way to an end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// What.
    pub name: String,
    /// How often.
    pub times: Extremes,
    /// Some fair run counts it again and again and never comes to the end.
    pub for_ever: bool,
}

/// What happens until an allocation has succeeded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// By what is counted; none if no run comes to that end.
    pub figures: Option<Vec<Figure>>,
    /// By number of Cost.tla.
    pub at_next: Vec<AtNext>,
    /// Some fair run never comes to the end, and panics not.
    pub never: bool,
    /// Some run panics before.
    pub panics: bool,
    /// Some run ends in an error before.
    pub errors: bool,
}

/// A number of Cost.tla, just before another victim is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AtNext {
    /// Its name.
    pub name: String,
    /// From its least to its greatest value; none if no other victim ever is.
    pub range: Option<RangeInclusive<i64>>,
}

/// Explores and measures.
///
/// # Errors
///
/// Something of Cost.tla has no value in some state, or not one of its sort.
pub fn measure(instance: &Instance, terms: &Terms, limits: Limits, progress: Progress) -> Result<Cost, Diagnostics> {
    let outcome = match terms.module.missing(&instance.machine) {
        Some(missing) => Outcome::Undecided(format!(
            "{}.tla speaks of `{missing}`, and there is none here",
            terms.module.spec.name()
        )),
        None => {
            let graph = explore(&instance.machine, limits, progress);
            match &graph.incomplete {
                Some(why) => Outcome::Undecided(why.clone()),
                None => Outcome::Measured(Measuring::new(&instance.machine, &graph, terms)?.all()?),
            }
        }
    };
    Ok(Cost {
        protocol: instance.protocol.clone(),
        scenario: instance.scenario.clone(),
        story: instance
            .tags
            .scenario
            .as_ref()
            .map_or_else(String::new, |(_, story)| story.clone()),
        outcome,
    })
}

struct Measuring<'a> {
    machine: &'a Machine,
    graph: &'a Graph,
    terms: &'a Terms,
    observed: Observed,
    /// What is counted.
    names: Vec<String>,
    /// What of that is counted of exits alone.
    of_exits: Vec<String>,
}

impl<'a> Measuring<'a> {
    fn new(machine: &'a Machine, graph: &'a Graph, terms: &'a Terms) -> Result<Self, Diagnostics> {
        let mut names: Vec<String> = Vec::new();
        for name in machine.program.functions.iter().flat_map(|function| &function.counts) {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        names.sort();
        let observed = observe(machine, graph, &terms.module)?;
        let of_exits = match &observed.looks[observed.of[0] as usize][terms.of_exits] {
            Value::Set(names) => names.iter().filter_map(|name| match name {
                Value::Str(name) => Some(name.to_string()),
                _ => None,
            }),
            other => {
                let error = format!("`OfExits` is {other}, and should be a set of names");
                return Err(Diagnostic::general(error).into());
            }
        };
        Ok(Measuring {
            of_exits: of_exits.collect(),
            observed,
            machine,
            graph,
            terms,
            names,
        })
    }

    fn all(&self) -> Result<Measured, Diagnostics> {
        let states = self.graph.distinct();
        let asked = self.truth(self.terms.asked)?;
        let exit = match (0..states).any(|state| !self.measured(state as StateId).is_empty()) {
            false => None,
            true => {
                let exited = self.truth(self.terms.exited)?;
                self.figures(&exited, &|thread, state| self.measured(state).contains(&thread))
            }
        };
        let allocation = match asked.contains(0) {
            false => None,
            true => Some(self.allocation()?),
        };
        Ok(Measured { exit, allocation })
    }

    /// What a variable of Cost.tla is in a state.
    fn value(&self, variable: usize, state: StateId) -> &Value {
        &self.observed.looks[self.observed.of[state as usize] as usize][variable]
    }

    fn truth(&self, variable: usize) -> Result<Bits, Diagnostics> {
        let states = self.graph.distinct();
        if let Some(other) = (0..states)
            .map(|state| self.value(variable, state as StateId))
            .find(|value| !matches!(value, Value::Bool(_)))
        {
            let name = &self.terms.module.variables[variable].0;
            return Err(Diagnostic::general(format!("`{name}` is {other}, and should be TRUE or FALSE")).into());
        }
        Ok(Bits::from_fn(states, |state| {
            *self.value(variable, state as StateId) == Value::Bool(true)
        }))
    }

    /// The threads whose steps are counted in a state.
    fn measured(&self, state: StateId) -> Vec<ThreadId> {
        let Value::Set(names) = self.value(self.terms.measured, state) else {
            return Vec::new();
        };
        let named = |name: &str| {
            names
                .iter()
                .any(|known| matches!(known, Value::Str(known) if &**known == name))
        };
        let threads = self.machine.program.threads.iter().enumerate();
        threads
            .filter(|(_, thread)| named(&thread.name))
            .map(|(id, _)| id)
            .collect()
    }

    /// What the step of a thread counts as.
    fn counts(&self, thread: ThreadId, state: &[u64]) -> &[String] {
        let program = &self.machine.program;
        let point = self.machine.point(state, thread).map(|point| point.kind);
        match point {
            Some(PointKind::Call(call)) => &program.functions[program.threads[thread].calls[call].callee].counts,
            _ => &[],
        }
    }

    /// Each thing that is counted, until a state of the goal; nothing if no run comes there.
    fn figures(&self, goal: &Bits, whose: &dyn Fn(ThreadId, StateId) -> bool) -> Option<Vec<Figure>> {
        let steps = self.graph.transitions();
        let mut weights: Vec<Vec<u32>> = vec![vec![0; steps]; self.names.len() + 1];
        let (Some(waits), threads) = (weights.pop(), self.machine.program.threads.len()) else {
            return None;
        };
        let mut waits = waits;
        // By state: the threads that stand before something that counts, and cannot step.
        let blocked: Vec<u64> = (0..self.graph.distinct() as StateId)
            .map(|id| {
                let state = self.graph.state(id);
                let able = self
                    .graph
                    .edges(id)
                    .fold(0, |able: u64, edge| able | 1 << edge.label.thread);
                let stuck = (0..threads.min(64)).filter(|&thread| {
                    able >> thread & 1 == 0 && whose(thread, id) && !self.counts(thread, &state).is_empty()
                });
                stuck.fold(0, |stuck: u64, thread| stuck | 1 << thread)
            })
            .collect();
        let mut number = 0;
        for id in 0..self.graph.distinct() as StateId {
            let state = self.graph.state(id);
            for edge in self.graph.edges(id) {
                let thread = ThreadId::from(edge.label.thread);
                if whose(thread, id) {
                    for name in self.counts(thread, &state) {
                        let of = self.names.iter().position(|known| known == name);
                        of.into_iter().for_each(|of| weights[of][number] += 1);
                    }
                }
                let begin = blocked[edge.to as usize] & !blocked[id as usize];
                waits[number] = begin.count_ones();
                number += 1;
            }
        }
        let all = self.names.iter().map(String::as_str).zip(&weights);
        let all = all.chain([(WAITS, &waits)]);
        all.map(|(name, weights)| {
            let is_goal = |state: u32| goal.contains(state);
            let times = extremes(self.graph.offsets(), self.graph.targets(), weights, &is_goal)?;
            // Where it is bounded, nothing of it can be on a circle that leads to the goal; it may be on another.
            let for_ever = weights.iter().any(|&weight| weight > 0) && self.for_ever(goal, Some(weights));
            Some(Figure {
                name: name.to_string(),
                times,
                for_ever,
            })
        })
        .collect()
    }

    fn allocation(&self) -> Result<Asked, Diagnostics> {
        let served = self.truth(self.terms.served)?;
        let ended = |what: &dyn Fn(Reached<'_>) -> bool| {
            let ends = self.graph.ends().iter();
            ends.filter(|&&state| !served.contains(state))
                .any(|&state| what(self.machine.reached(&self.graph.state(state))))
        };
        let panics = ended(&|reached| reached == Reached::Panic);
        let errors = ended(&|reached| matches!(reached, Reached::Error(_)));
        Ok(Asked {
            figures: self.figures(&served, &|_, _| true).map(|mut figures| {
                figures.retain(|figure| !self.of_exits.contains(&figure.name));
                figures
            }),
            at_next: self.at_next()?,
            never: self.for_ever(&self.or_ended(&served), None),
            panics,
            errors,
        })
    }

    /// These states, and those in which a run has ended.
    fn or_ended(&self, states: &Bits) -> Bits {
        let mut all = states.clone();
        let ends = self.graph.ends().iter();
        let ended = ends.filter(|&&state| self.machine.reached(&self.graph.state(state)) != Reached::Nothing);
        ended.for_each(|&state| all.insert(state));
        all
    }

    /// The least and the greatest value of each number before a step that takes another victim.
    fn at_next(&self) -> Result<Vec<AtNext>, Diagnostics> {
        let numbers = self.terms.numbers();
        let none = |(at, name): (usize, &str)| {
            let name = name.to_string();
            (at, AtNext { name, range: None })
        };
        let mut found: Vec<(usize, AtNext)> = numbers.map(none).collect();
        let edges = (0..self.graph.distinct() as StateId).flat_map(|state| self.graph.edges(state));
        let taken = edges
            .zip(&self.observed.actions)
            .filter(|(_, actions)| **actions >> self.terms.next & 1 == 1);
        for (edge, _) in taken {
            for (at, AtNext { name, range }) in &mut found {
                let Value::Int(value) = *self.value(*at, edge.from) else {
                    return Err(Diagnostic::general(format!("`{name}` is no number")).into());
                };
                *range = Some(match range {
                    None => value..=value,
                    Some(range) => *range.start().min(&value)..=*range.end().max(&value),
                });
            }
        }
        Ok(found.into_iter().map(|(_, found)| found).collect())
    }

    /// Whether a fair run stays away from these states for ever, and, if something is counted, counts it again and again.
    fn for_ever(&self, goal: &Bits, counted: Option<&[u32]>) -> bool {
        let labels = labels(self.graph);
        let Ok(edges) = cycles::Graph::new(self.graph.offsets(), self.graph.targets(), &labels, &[0]) else {
            return false; // not reached: an explored graph is one
        };
        let fair = fairness(self.machine, self.graph, &edges);
        let mut predicates = vec![Predicate::State(goal.clone())];
        let mut kept = vec![Formula::eventually(Formula::Pred(0))];
        if let Some(weights) = counted {
            predicates.push(Predicate::Step {
                edges: Bits::from_fn(weights.len(), |edge| weights[edge as usize] > 0),
                stutters: Bits::new(self.graph.distinct()),
            });
            kept.push(!Formula::always(Formula::eventually(Formula::Pred(1))));
        }
        let problem = Problem {
            graph: edges,
            fairness: &fair,
            predicates: &predicates,
            lasting: None,
        };
        matches!(cycles::find_violation(&problem, &Formula::Or(kept)), Ok(Some(_)))
    }
}

impl Most {
    /// The figure, if there is one.
    pub fn bounded(self) -> Option<u64> {
        match self {
            Most::Bounded(most) => Some(most),
            Most::Unbounded => None,
        }
    }
}
