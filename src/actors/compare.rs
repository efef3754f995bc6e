//! The second opinion: the same questions, asked of stateright's breadth-first search over the actors.

use std::cell::OnceCell;

use super::{Failure, Safety, check};
use crate::check::{Checked, Finding, Verdict};
use crate::explore::Limits;
use crate::machine::Machine;
use crate::model::properties::{self, Meaning, PropertyModule};
use crate::model::property::PropertyKind;
use crate::model::variables::Variable;
use crate::tla::{Expr, State, Temporal, Value, eval_predicate};

/// What stateright says to our answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opinion {
    /// The same graph, the same violations, shortest paths of the same length.
    Agrees,
    /// Not asked: our own graph is not complete.
    Incomplete,
    /// It disagrees, or it failed.
    Differs(String),
}

/// Asks stateright about the whole of what was checked.
pub fn opinion(checked: &Checked, modules: &[PropertyModule], limits: Limits) -> Opinion {
    // Two parts of a graph are not the same part.
    if checked.incomplete.is_some() {
        return Opinion::Incomplete;
    }
    let machine = &checked.instance.machine;
    let findings = || {
        checked
            .findings
            .iter()
            .filter(|finding| finding.verdict != Verdict::Incomplete)
    };
    let asked: Vec<(Safety, Option<usize>)> = findings()
        .filter_map(|finding| Some((safety(machine, modules, finding)?, length(finding))))
        .collect();
    let expected: Vec<(&str, Option<usize>)> = asked.iter().map(|(safety, length)| (safety.name(), *length)).collect();
    let lassos: Vec<Safety> = findings().filter_map(|finding| lasso(machine, finding)).collect();
    let lasso_names: Vec<&str> = lassos.iter().map(Safety::name).collect();
    let asked = asked.into_iter().map(|(safety, _)| safety).chain(lassos).collect();
    let summary = match check(machine, asked, limits) {
        Ok(summary) => summary,
        Err(Failure::Spent(_)) => return Opinion::Incomplete,
        Err(failure) => return Opinion::Differs(failure.to_string()),
    };
    let counts = &checked.counts;
    let ours = [counts.distinct, counts.generated, counts.depth];
    let theirs = [summary.distinct, summary.transitions + 1, summary.depth];
    if ours != theirs {
        let what = "distinct states, states generated and depth";
        return Opinion::Differs(format!(
            "{what} are {ours:?} in our graph and {theirs:?} in stateright's"
        ));
    }
    let found = |name: &str| summary.violated.iter().find(|(violated, _)| violated == name);
    for (name, ours) in expected {
        let theirs = found(name).map(|(_, length)| *length);
        if ours != theirs {
            let steps =
                |length: Option<usize>| length.map_or("holds".into(), |length| format!("fails after {length} steps"));
            return Opinion::Differs(format!(
                "{name} {} in our graph and {} in stateright's",
                steps(ours),
                steps(theirs)
            ));
        }
    }
    match lasso_names.into_iter().find(|name| found(name).is_none()) {
        Some(name) => Opinion::Differs(format!("stateright finds every state {name}")),
        None => Opinion::Agrees,
    }
}

/// Everything that stateright can check: predicates of states, and once a lasso is known, that no state is on it.
pub fn properties(checked: &Checked, modules: &[PropertyModule]) -> Vec<Safety> {
    let machine = &checked.instance.machine;
    let findings = || checked.findings.iter();
    let states = findings().filter_map(|finding| safety(machine, modules, finding));
    states
        .chain(findings().filter_map(|finding| lasso(machine, finding)))
        .collect()
}

/// True if stateright can decide the property of this finding.
pub(crate) fn decides(machine: &Machine, modules: &[PropertyModule], finding: &Finding) -> bool {
    safety(machine, modules, finding).is_some()
}

/// The property as a predicate of states, if it is one.
fn safety(machine: &Machine, modules: &[PropertyModule], finding: &Finding) -> Option<Safety> {
    let name = &finding.property.name;
    let formulas = modules
        .iter()
        .flat_map(|module| module.formulas.iter().map(move |formula| (module, formula)));
    let defined = formulas.into_iter().find(|(_, (property, _))| property.name == *name);
    let safety = match (finding.property.kind, defined) {
        (PropertyKind::Deadlock, _) => Safety::no_deadlock(),
        (PropertyKind::Safety, None) => return Some(Safety::no_error(name)),
        (PropertyKind::Safety, Some((module, (_, Meaning::Formula(formula))))) => {
            invariant(machine, module, name, predicates(formula)?)
        }
        _ => return None,
    };
    Some(safety.and(Safety::no_error(name)))
}

/// The predicates that an invariant says of every state.
fn predicates(formula: &Temporal) -> Option<Vec<Expr>> {
    match formula {
        Temporal::And(parts) => {
            let parts: Option<Vec<Vec<Expr>>> = parts.iter().map(predicates).collect();
            Some(parts?.concat())
        }
        formula => Some(vec![properties::invariant(formula)?.clone()]),
    }
}

fn invariant(machine: &Machine, module: &PropertyModule, name: &str, predicates: Vec<Expr>) -> Safety {
    let names = module.spec.variables().iter();
    let variables: Vec<Option<Variable>> = names.map(|name| Variable::named(machine, name)).collect();
    // Without an answer it does not hold: an error of evaluation is no pass.
    Safety::new(name, move |machine, words| {
        let seen = Seen {
            machine,
            words,
            variables: &variables,
            values: vec![OnceCell::new(); variables.len()],
        };
        let mut predicates = predicates.iter();
        predicates.all(|predicate| eval_predicate(predicate, &seen).unwrap_or(false))
    })
}

/// A state as the formulas see it, computed anew for each property: slower than the labelling, and nothing shared with it.
struct Seen<'a> {
    machine: &'a Machine,
    words: &'a [u64],
    variables: &'a [Option<Variable>],
    values: Vec<OnceCell<Value>>,
}

impl State for Seen<'_> {
    fn variable(&self, index: usize) -> Value {
        let value = || match self.variables[index] {
            Some(variable) => variable.value(self.machine, self.words),
            // Our own graph reports a variable that the listing does not have.
            None => Value::Bool(false),
        };
        self.values[index].get_or_init(value).clone()
    }
}

fn lasso(machine: &Machine, finding: &Finding) -> Option<Safety> {
    let counterexample = finding.counterexample.as_ref()?;
    let start = counterexample.loop_start?;
    let states = machine.replay(&counterexample.steps);
    Some(Safety::not_on_lasso(
        &finding.property.name,
        states.into_iter().skip(start),
    ))
}

/// The steps to a bad state.
fn length(finding: &Finding) -> Option<usize> {
    finding
        .counterexample
        .as_ref()
        .map(|counterexample| counterexample.steps.len())
}
