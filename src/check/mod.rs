//! One technique a file: what an explored graph says about each property. Prints nothing.

pub mod cycles;
pub mod deadlock;
mod invariant;
pub mod property;

use std::time::{Duration, Instant};

use serde::Serialize;

use crate::explore::{Graph, Limits, Progress, StateId, explore};
use crate::machine::Label;
use crate::spec::Instance;
use property::{DEADLOCK, Kind, Property};

/// The answer for one property of one protocol in one scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// In every behaviour.
    Holds,
    /// There is a counterexample.
    Violated,
    /// Not decided: the graph is not complete.
    Incomplete,
    /// Holds, but what it speaks of never happens.
    Vacuous,
    /// Not asked here.
    #[serde(rename = "n/a")]
    NotApplicable,
}

/// A path from the initial state, and where its loop starts if it goes on for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counterexample {
    /// The steps.
    pub steps: Vec<Label>,
    /// Index of the state (0 is the initial one) to which the last step returns.
    pub loop_start: Option<usize>,
}

/// A property with its verdict.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The property.
    pub property: Property,
    /// The answer.
    pub verdict: Verdict,
    /// Why, if it was violated.
    pub counterexample: Option<Counterexample>,
    /// Why the listing says that it is broken here.
    pub known: Option<String>,
}

impl Finding {
    /// True if the verdict is the one the listing announces.
    pub fn expected(&self) -> bool {
        (self.verdict == Verdict::Violated) == self.known.is_some()
    }
}

/// The size of a graph, in TLC's words.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Counts {
    /// States generated.
    pub generated: usize,
    /// Distinct states.
    pub distinct: usize,
    /// Depth of the graph, the initial state counted as 1.
    pub depth: usize,
}

/// Everything found out about one protocol in one scenario.
#[derive(Debug, Clone)]
pub struct Checked {
    /// What was checked.
    pub instance: Instance,
    /// One for each property, in the order of the matrix.
    pub findings: Vec<Finding>,
    /// The size of the graph.
    pub counts: Counts,
    /// Why the graph is only a part, if it is.
    pub incomplete: Option<String>,
    /// Wall-clock time of exploring and checking.
    pub time: Duration,
}

/// Explores an instance and decides its properties; `wanted` are their names, all if empty.
pub fn check(instance: Instance, limits: Limits, wanted: &[String], progress: Progress) -> Checked {
    let start = Instant::now();
    let graph = explore(&instance.machine, limits, progress);
    let findings = findings(&instance, &graph, wanted);
    Checked {
        counts: Counts {
            generated: graph.generated(),
            distinct: graph.distinct(),
            depth: graph.depth(),
        },
        incomplete: graph.incomplete.clone(),
        findings,
        time: start.elapsed(),
        instance,
    }
}

/// What a graph says about the properties.
pub fn findings(instance: &Instance, graph: &Graph, wanted: &[String]) -> Vec<Finding> {
    let machine = &instance.machine;
    let broken = invariant::violations(machine, graph);
    let properties = property::safety(machine).into_iter();
    let asked = properties.filter(|property| wanted.is_empty() || wanted.contains(&property.name));
    asked
        .map(|property| {
            let state = match property.kind {
                Kind::Deadlock if graph.incomplete.is_some() => None,
                Kind::Deadlock => deadlock::violation(machine, graph),
                _ => broken.get(&property.name).copied(),
            };
            let verdict = match state {
                Some(_) => Verdict::Violated,
                None if graph.incomplete.is_some() => Verdict::Incomplete,
                None => Verdict::Holds,
            };
            let known = known(instance, &property);
            Finding {
                property,
                verdict,
                counterexample: state.map(|state| to_state(graph, state)),
                known,
            }
        })
        .collect()
}

fn known(instance: &Instance, property: &Property) -> Option<String> {
    let breaks = instance.tags.breaks.iter();
    let mut here = breaks.filter(|breaks| breaks.scenario.name == instance.scenario);
    here.find(|breaks| breaks.property.name == property.name)
        .map(|breaks| breaks.reason.clone())
}

fn to_state(graph: &Graph, state: StateId) -> Counterexample {
    let steps = graph.path(state).into_iter().map(|edge| edge.label).collect();
    Counterexample {
        steps,
        loop_start: None,
    }
}

/// True for the property whose graph must be complete before it says anything.
pub fn is_deadlock(property: &Property) -> bool {
    property.name == DEADLOCK
}
