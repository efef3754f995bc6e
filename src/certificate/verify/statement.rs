//! What the name of a property means.

use super::view::{Concrete, View, truth};
use crate::check::property::{DEADLOCK, of_machine};
use crate::check::theory::{Meaning, Theory};
use crate::machine::Machine;
use crate::source::Diagnostic;
use crate::tla::{Excused, Refinement, Temporal};

/// What is claimed to hold or to be violated.
#[derive(Debug, Clone, Copy)]
pub enum Statement<'a> {
    /// No step raises an error that breaks the property of this name.
    NoError(&'a str),
    /// While a task has not finished, some thread can step.
    NoDeadlock,
    /// A formula of a module.
    Formula(&'a Theory, &'a Temporal),
    /// The states, seen through an instance of a module, behave as its specification says.
    Refinement(&'a Theory, &'a Refinement),
}

/// A statement, and whether a run that ends in an error leaves it without an answer.
#[derive(Debug, Clone, Copy)]
pub struct Meant<'a> {
    /// The statement.
    pub statement: Statement<'a>,
    /// It speaks of what happens in the end: after an error that says nothing.
    pub needs_no_error: bool,
}

impl<'a> Meant<'a> {
    /// Looks a property up, first in the modules.
    pub fn find(machine: &Machine, theories: &'a [Theory], name: &'a str) -> Option<Self> {
        let formulas = theories
            .iter()
            .flat_map(|theory| theory.formulas.iter().map(move |formula| (theory, formula)));
        for (theory, (property, meaning)) in formulas {
            if property.name == name {
                let statement = match meaning {
                    Meaning::Formula(formula) => Statement::Formula(theory, formula),
                    Meaning::Refinement(refinement) => Statement::Refinement(theory, refinement),
                };
                return Some(Meant {
                    statement,
                    needs_no_error: meaning.promises_progress(),
                });
            }
        }
        let known = of_machine(machine, theories)
            .iter()
            .any(|property| property.name == name);
        known.then_some(Meant {
            statement: if name == DEADLOCK {
                Statement::NoDeadlock
            } else {
                Statement::NoError(name)
            },
            needs_no_error: false,
        })
    }

    /// The module that defines it, unless the language does.
    pub fn theory(&self) -> Option<&'a Theory> {
        match self.statement {
            Statement::NoError(_) | Statement::NoDeadlock => None,
            Statement::Formula(theory, _) | Statement::Refinement(theory, ..) => Some(theory),
        }
    }
}

/// The states that excuse a run from a promise.
pub fn exempt(promise: &Excused, concrete: &Concrete) -> Result<Vec<bool>, Diagnostic> {
    match &promise.unless {
        Some(excuse) => Ok(truth(concrete, excuse)?),
        None => Ok(vec![false; concrete.states()]),
    }
}
