//! What an explored graph says about each property: whether it holds, or how it is violated. One technique a file.

pub mod baseline;
pub(crate) mod deadlock;
mod decide;
mod indifferent;
mod invariant;
mod labelling;
pub(crate) mod liveness;
mod mapped;
pub mod module;
pub mod observed;
mod orbits;
mod partition;
mod refinement;
mod request;

pub use orbits::{check_orbits, is_of_single_states};
pub use request::Check;

use std::time::{Duration, Instant};

use serde::Serialize;

use crate::c::ast::{Breaks, Reason};
use crate::explore::{Graph, Limits, Progress, StateId, explore, reach};
use crate::machine::{Label, Machine};
use crate::model::Instance;
use crate::model::properties::{self, PropertyModule};
use crate::model::property::{Property, PropertyKind};
use crate::source::{Diagnostic, Diagnostics};
use crate::tla::{Blame, Part, Value};

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
    /// More about a refinement that fails.
    pub explanation: Option<Explanation>,
    /// The parts of an invariant that is false in the last state, or of what a lasso never comes to.
    pub why: Vec<Part>,
    /// Why it was not decided, or is vacuous.
    pub reason: Option<String>,
    /// Why the listing says that it is broken here.
    pub known: Option<Reason>,
    /// The listing says that it has nothing to say here.
    pub said_vacuous: bool,
    /// The protocol that holds what this listing, a change of it, breaks.
    pub new_against: Option<String>,
}

impl Finding {
    /// True if the verdict is the one the listing announces; what is not decided never is.
    pub fn expected(&self) -> bool {
        let violated = self.verdict == Verdict::Violated;
        self.verdict != Verdict::Incomplete && violated == self.known.is_some() && !self.speaks_after_all()
    }

    /// True if the listing says that the property has nothing to say, and it has.
    pub(crate) fn speaks_after_all(&self) -> bool {
        self.said_vacuous && matches!(self.verdict, Verdict::Holds | Verdict::Violated)
    }

    /// Why the listing says that it is broken here, in its words; empty if it does not.
    pub(crate) fn known_words(&self) -> &str {
        self.known.as_ref().map_or("", |reason| &reason.words)
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
    /// Whether what is alike was explored once.
    pub symmetry: Symmetry,
    /// Wall-clock time of exploring and checking.
    pub time: Duration,
}

/// Whether what is alike was explored once: then a state stands for all that differ only in which of the alike threads is which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Symmetry {
    /// Nobody asked for that.
    NotAsked,
    /// These threads are alike, by family.
    Alike(Vec<Vec<String>>),
    /// Nothing is alike, or something tells it apart: every state was explored.
    ToldApart(String),
}

impl Checked {
    /// What was found out about a property, by its name.
    pub fn finding(&self, property: &str) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.property.name == property)
    }
}

/// What a refinement check shows beside the path: abstract states, and what is false in each abstract action.
#[derive(Debug, Clone, Default)]
pub struct Explanation {
    /// The abstract variables before the step.
    pub before: Vec<(String, Value)>,
    /// After it; empty if it is not about a step.
    pub after: Vec<(String, Value)>,
    /// The parts of `Init`, if it is about the first state.
    pub initial: Vec<Part>,
    /// For each abstract action, its first conjunct that is false.
    pub blames: Vec<Blame>,
}

/// Explores an instance and decides its properties; `wanted` are their names, all if empty.
pub fn check(
    instance: Instance,
    modules: &[PropertyModule],
    limits: Limits,
    wanted: &[String],
    progress: Progress,
) -> Result<Checked, Diagnostics> {
    let start = Instant::now();
    let search = if needs_steps(modules, wanted) { explore } else { reach };
    let graph = search(&instance.machine, limits, progress);
    let findings = findings(&instance, &graph, modules, wanted)?;
    Ok(Checked {
        counts: Counts {
            generated: graph.generated(),
            distinct: graph.distinct(),
            depth: graph.depth(),
        },
        incomplete: graph.incomplete.clone(),
        findings,
        symmetry: Symmetry::NotAsked,
        time: start.elapsed(),
        instance,
    })
}

/// Whether some property that is asked for speaks of more than single states, so that the graph has to keep its steps.
pub fn needs_steps(modules: &[PropertyModule], wanted: &[String]) -> bool {
    let mut properties = modules.iter().flat_map(PropertyModule::properties);
    properties
        .any(|property| !is_of_single_states(property.kind) && (wanted.is_empty() || wanted.contains(&property.name)))
}

/// What a graph says about the properties.
pub fn findings(
    instance: &Instance,
    graph: &Graph,
    modules: &[PropertyModule],
    wanted: &[String],
) -> Result<Vec<Finding>, Diagnostics> {
    properties::refuse_other_names(&instance.machine, modules)?;
    properties::refuse_two_meanings(modules)?;
    let asked = |property: &Property| wanted.is_empty() || wanted.contains(&property.name);
    // An error breaks the property whose name it bears, whoever defines that property.
    let broken = invariant::violations(&instance.machine, graph);
    let errors = |name: &str| Answer::at(&instance.machine, graph, broken.get(name).copied());
    let mut findings: Vec<Finding> = Vec::new();
    for module in modules {
        let fail = |error: Diagnostic| error.within(module.spec.sources());
        let decider = decide::Decider::new(&instance.machine, graph, module).map_err(fail)?;
        for (property, meaning) in module.formulas.iter().filter(|(property, _)| asked(property)) {
            // A module that extends another has its properties too.
            if findings.iter().all(|finding| finding.property.name != property.name) {
                let answer = decider.formula(meaning).map_err(fail)?.and(errors(&property.name));
                findings.push(finding(instance, property.clone(), answer));
            }
        }
    }
    for property in properties::of_machine(&instance.machine, modules)
        .into_iter()
        .filter(asked)
    {
        let answer = match property.kind {
            PropertyKind::Deadlock => {
                Answer::at(&instance.machine, graph, deadlock::violation(&instance.machine, graph))
            }
            _ => Answer::of(Verdict::Holds),
        };
        let unseen = Answer::of(match graph.incomplete {
            Some(_) => Verdict::Incomplete,
            None => Verdict::Holds,
        });
        let answer = answer.and(errors(&property.name)).and(unseen);
        findings.push(finding(instance, property, answer));
    }
    Ok(findings)
}

/// A verdict with its evidence, before it is compared with what the listing says.
#[derive(Debug, Clone)]
pub struct Answer {
    verdict: Verdict,
    counterexample: Option<Counterexample>,
    explanation: Option<Explanation>,
    why: Vec<Part>,
    reason: Option<String>,
}

impl Answer {
    fn of(verdict: Verdict) -> Self {
        Answer {
            verdict,
            counterexample: None,
            explanation: None,
            why: Vec::new(),
            reason: None,
        }
    }

    fn violated(counterexample: Counterexample) -> Self {
        Answer {
            counterexample: Some(counterexample),
            ..Answer::of(Verdict::Violated)
        }
    }

    /// Holds, unless there is a bad state.
    fn at(machine: &Machine, graph: &Graph, bad: Option<StateId>) -> Self {
        match bad {
            Some(state) => Answer::violated(to_state(machine, graph, state)),
            None => Answer::of(Verdict::Holds),
        }
    }

    /// The answer for the conjunction of what this and the other are about. Of two violations, a path is shown rather than a loop,
    /// and the shorter one.
    fn and(self, other: Answer) -> Self {
        let weight = |answer: &Answer| {
            let rank = match answer.verdict {
                Verdict::Violated => 0,
                Verdict::Incomplete => 1,
                Verdict::NotApplicable => 2,
                Verdict::Vacuous => 3,
                Verdict::Holds => 4,
            };
            let shown = answer.counterexample.as_ref();
            (rank, shown.map(|shown| (shown.loop_start.is_some(), shown.steps.len())))
        };
        if weight(&other) < weight(&self) { other } else { self }
    }

    fn because(self, reason: &str) -> Self {
        Answer {
            reason: Some(reason.to_string()),
            ..self
        }
    }
}

fn finding(instance: &Instance, property: Property, answer: Answer) -> Finding {
    let breaks = instance.tags.breaks.iter();
    let announced: Vec<&Breaks> = breaks.filter(|breaks| breaks.property.name == property.name).collect();
    let here = announced.iter().find(|breaks| breaks.names(&instance.scenario));
    // What is announced for any scenario is not missed where it does not happen.
    let violated = answer.verdict == Verdict::Violated;
    let anywhere = announced.iter().find(|breaks| breaks.scenario.is_none() && violated);
    let known = here.or(anywhere).map(|breaks| breaks.reason.clone());
    let mut silent = instance.tags.vacuous.iter();
    let said_vacuous = silent.any(|silent| silent.name == property.name);
    let Answer {
        verdict,
        counterexample,
        explanation,
        why,
        reason,
    } = answer;
    Finding {
        property,
        verdict,
        counterexample,
        explanation,
        why,
        reason,
        known,
        said_vacuous,
        new_against: None,
    }
}

/// The path to a state. Its steps are taken again: a graph may have been explored without them.
fn to_state(machine: &Machine, graph: &Graph, state: StateId) -> Counterexample {
    let way: Vec<_> = graph.way(state).into_iter().map(|id| graph.state(id)).collect();
    let pairs = way.windows(2);
    let steps = pairs
        .filter_map(|pair| machine.label_between(&pair[0], &pair[1]))
        .collect();
    Counterexample {
        steps,
        loop_start: None,
    }
}
