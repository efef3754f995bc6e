//! What a run breaks: the properties that can be seen on a run alone, evaluated in each of its states and at each of its steps.

use std::cell::OnceCell;

use crate::machine::Machine;
use crate::model::properties::{Meaning, PropertyModule, invariant};
use crate::model::variables::Variable;
use crate::tla::{EvalError, State, SubscriptedAction, Temporal, Value, eval_predicate};

/// A property, and the step of the run that breaks it first: 0 is the beginning.
pub(super) type Broken = (String, usize);

/// The properties that a run through these states breaks, in the order of the module: those of states and those of steps. What
/// speaks of other runs, or of what is to come, cannot be seen here; nor what has no value in this world.
pub(super) fn broken(machine: &Machine, module: &PropertyModule, states: &[Vec<u64>]) -> Vec<Broken> {
    let names = module.spec.variables().iter();
    let variables: Option<Vec<Variable>> = names.map(|name| Variable::named(machine, name)).collect();
    let Some(variables) = variables else {
        return Vec::new();
    };
    let seen: Vec<Seen> = states
        .iter()
        .map(|words| Seen::new(machine, words, &variables))
        .collect();
    let formulas = module.formulas.iter();
    formulas
        .filter_map(|(property, meaning)| match meaning {
            Meaning::Formula(formula) => Some((property.name.clone(), first(formula, &seen).ok()??)),
            Meaning::Refinement(_) => None,
        })
        .collect()
}

/// The first step that breaks a formula, if one does.
fn first(formula: &Temporal, seen: &[Seen]) -> Result<Option<usize>, Box<EvalError>> {
    if let Temporal::And(parts) = formula {
        let firsts: Result<Vec<Option<usize>>, _> = parts.iter().map(|part| first(part, seen)).collect();
        return Ok(firsts?.into_iter().flatten().min());
    }
    if let Some(predicate) = invariant(formula) {
        for (step, state) in seen.iter().enumerate() {
            if !eval_predicate(predicate, state)? {
                return Ok(Some(step));
            }
        }
    }
    if let Some(action) = action(formula) {
        for (step, pair) in (1..).zip(seen.windows(2)) {
            if !action.allows(&pair[0], &pair[1])? {
                return Ok(Some(step));
            }
        }
    }
    Ok(None)
}

/// `[A]_v`, if the formula is `[][A]_v`.
fn action(formula: &Temporal) -> Option<&SubscriptedAction> {
    match formula {
        Temporal::Always(inner) => match &**inner {
            Temporal::Action(action) => Some(action),
            _ => None,
        },
        _ => None,
    }
}

/// A state of the run as formulas see it.
struct Seen<'a> {
    machine: &'a Machine,
    words: &'a [u64],
    variables: &'a [Variable],
    values: Vec<OnceCell<Value>>,
}

impl<'a> Seen<'a> {
    fn new(machine: &'a Machine, words: &'a [u64], variables: &'a [Variable]) -> Self {
        Seen {
            machine,
            words,
            variables,
            values: vec![OnceCell::new(); variables.len()],
        }
    }
}

impl State for Seen<'_> {
    fn variable(&self, index: usize) -> Value {
        let value = || self.variables[index].value(self.machine, self.words);
        self.values[index].get_or_init(value).clone()
    }
}
