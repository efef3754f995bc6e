//! The second opinion: stateright's breadth-first search on the actors of the same machine.

use super::concrete::Variable;
use super::property::{DEADLOCK, Kind};
use super::theory::{Meaning, Theory, invariant};
use super::{Checked, Verdict};
use crate::actors::{self, Safety, Summary};
use crate::machine::Machine;
use crate::tla::{Expr, State, Value, eval_predicate};

/// What stateright says of the same model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Second {
    /// The same counts and the same violations, as long.
    Agrees(Summary),
    /// Something else: a bug of ours until shown otherwise.
    Disagrees(String),
    /// It did not finish.
    Incomplete(String),
}

/// Asks stateright, and compares.
pub fn second_opinion(checked: &Checked, theories: &[Theory], max_states: usize) -> Second {
    let machine = &checked.instance.machine;
    let findings = || checked.findings.iter().filter(|f| matches!(f.property.kind, Kind::Safety | Kind::Deadlock));
    let safety = findings().map(|finding| safety(machine, theories, &finding.property.name)).collect();
    let summary = match actors::check(machine, safety, max_states) {
        Ok(summary) => summary,
        Err(failure) => return Second::Incomplete(failure.to_string()),
    };
    if checked.incomplete.is_some() {
        return Second::Incomplete("our own graph is not complete".to_string());
    }
    let counts = (summary.distinct, summary.transitions + 1, summary.depth);
    let ours = (checked.counts.distinct, checked.counts.generated, checked.counts.depth);
    if counts != ours {
        return Second::Disagrees(format!("(distinct, generated, depth) is {counts:?} there and {ours:?} here"));
    }
    let violated = findings().filter(|finding| finding.verdict == Verdict::Violated);
    let length = |finding: &super::Finding| finding.counterexample.as_ref().map_or(0, |found| found.steps.len());
    let mut ours: Vec<_> = violated.map(|finding| (finding.property.name.clone(), length(finding))).collect();
    let mut theirs = summary.violated.clone();
    ours.sort();
    theirs.sort();
    if ours == theirs {
        Second::Agrees(summary)
    } else {
        Second::Disagrees(format!("it finds {theirs:?} violated, and we {ours:?}"))
    }
}

/// A safety property as stateright checks it.
pub fn safety(machine: &Machine, theories: &[Theory], name: &str) -> Safety {
    if name == DEADLOCK {
        return Safety::no_deadlock();
    }
    for theory in theories {
        for (property, meaning) in &theory.formulas {
            let Meaning::Formula(formula) = meaning else { continue };
            if let (true, Some(predicate)) = (property.name == name, invariant(formula)) {
                let variables = theory.spec.variables().iter().map(|name| Variable::named(machine, name)).collect();
                return by_values(name, predicate.clone(), variables);
            }
        }
    }
    Safety::no_error(name)
}

/// Evaluates a predicate anew in every state: no classes, no cache.
fn by_values(name: &str, predicate: Expr, variables: Vec<Option<Variable>>) -> Safety {
    Safety::new(name, move |machine, state| {
        let seen = Packed { machine, state, variables: &variables };
        // A predicate that cannot be evaluated was refused when our own graph was looked at.
        eval_predicate(&predicate, &seen).unwrap_or(false)
    })
}

struct Packed<'a> {
    machine: &'a Machine,
    state: &'a [u64],
    variables: &'a [Option<Variable>],
}

impl State for Packed<'_> {
    fn variable(&self, index: usize) -> Value {
        let variable = self.variables[index];
        variable.map_or(Value::Bool(false), |variable| variable.value(self.machine, self.state))
    }
}
