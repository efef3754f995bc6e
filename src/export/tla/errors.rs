//! Errors that bear the name of a property which does not speak of them.

use std::cell::Cell;

use crate::machine::{Error, Machine, Reached};
use crate::model::properties::{Meaning, PropertyModule};
use crate::model::property::DEADLOCK;
use crate::model::variables::{Variable, ended};
use crate::tla::{Expr, Specification, State, Temporal, Value, eval_predicate};

/// The properties of the modules, and deadlock, that an error of their name breaks though their formula may be true.
pub(crate) fn unspoken(machine: &Machine, modules: &[PropertyModule]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for module in modules {
        for (property, meaning) in &module.formulas {
            if borne(machine, &property.name).any(|error| !is_false(machine, &module.spec, meaning, error)) {
                found.push(property.name.clone());
            }
        }
    }
    let defined = |name: &str| {
        modules
            .iter()
            .flat_map(PropertyModule::properties)
            .any(|property| property.name == name)
    };
    if !defined(DEADLOCK) && borne(machine, DEADLOCK).next().is_some() {
        found.push(DEADLOCK.to_string());
    }
    found
}

/// The errors of this name.
fn borne<'a>(machine: &'a Machine, name: &'a str) -> impl Iterator<Item = &'a Error> {
    machine.errors().iter().filter(move |error| error.property == name)
}

/// Whether a formula is false of every run that ends in an error.
fn is_false(machine: &Machine, spec: &Specification, meaning: &Meaning, error: &Error) -> bool {
    let Meaning::Formula(formula) = meaning else {
        return false;
    };
    excludes(formula, &|predicate| {
        let state = Ended {
            value: ended(machine, Reached::Error(error)),
            error: spec
                .variables()
                .iter()
                .position(|name| Variable::named(machine, name) == Some(Variable::Error)),
            others: Cell::new(false),
        };
        matches!(eval_predicate(predicate, &state), Ok(false)) && !state.others.get()
    })
}

fn excludes(formula: &Temporal, is_false: &dyn Fn(&Expr) -> bool) -> bool {
    match formula {
        Temporal::And(parts) => parts.iter().any(|part| excludes(part, is_false)),
        Temporal::Always(inner) => matches!(&**inner, Temporal::State(predicate) if is_false(predicate)),
        _ => false,
    }
}

/// A state of which nothing is known but the error; it notes whether anything else is looked at.
struct Ended {
    value: Value,
    error: Option<usize>,
    others: Cell<bool>,
}

impl State for Ended {
    fn variable(&self, index: usize) -> Value {
        if self.error == Some(index) {
            return self.value.clone();
        }
        self.others.set(true);
        Value::Bool(false)
    }
}
