//! What the name of a property means.

use super::view::{Concrete, View, truth};
use crate::machine::Machine;
use crate::model::property::DEADLOCK;
use crate::model::theory::{Meaning, Theory, of_machine};
use crate::source::Diagnostic;
use crate::tla::{Excused, Refinement, Temporal};

/// What is claimed to hold or to be violated, beside that no error bears the property's name.
#[derive(Debug, Clone, Copy)]
pub enum Statement<'a> {
    /// Nothing else.
    NoError,
    /// While a task has not finished, some thread can step.
    NoDeadlock,
    /// A formula of a module.
    Formula(&'a Theory, &'a Temporal),
    /// The states, seen through an instance of a module, behave as its specification says.
    Refinement(&'a Theory, &'a Refinement),
}

/// What a property claims: its statement, and that no error bears its name.
#[derive(Debug, Clone, Copy)]
pub struct Meant<'a> {
    /// Its name.
    pub name: &'a str,
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
                    name,
                    statement,
                    needs_no_error: meaning.promises_progress(),
                });
            }
        }
        let known = of_machine(machine, theories)
            .iter()
            .any(|property| property.name == name);
        known.then_some(Meant {
            name,
            statement: if name == DEADLOCK {
                Statement::NoDeadlock
            } else {
                Statement::NoError
            },
            needs_no_error: false,
        })
    }

    /// The module that defines it, unless the language does.
    pub fn theory(&self) -> Option<&'a Theory> {
        match self.statement {
            Statement::NoError | Statement::NoDeadlock => None,
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
