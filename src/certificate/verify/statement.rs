//! What the name of a property means.

use super::view::{Concrete, View, truth};
use crate::machine::Machine;
use crate::model::properties::{Meaning, PropertyModule, of_machine};
use crate::model::property::DEADLOCK;
use crate::source::Diagnostic;
use crate::tla::{Excused, Refinement, Temporal};

/// What is claimed to hold or to be violated, beside that no error bears the property's name.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Statement<'a> {
    /// Nothing else.
    NoError,
    /// While a task has not finished, some thread can step.
    NoDeadlock,
    /// A formula of a module.
    Formula(&'a PropertyModule, &'a Temporal),
    /// The states, seen through an instance of a module, behave as its specification says.
    Refinement(&'a PropertyModule, &'a Refinement),
}

/// What a property claims: its statement, and that no error bears its name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Meant<'a> {
    /// Its name.
    pub name: &'a str,
    /// The statement.
    pub statement: Statement<'a>,
    /// It speaks of what happens in the end: after an error that says nothing.
    pub needs_no_error: bool,
}

impl<'a> Meant<'a> {
    /// Looks a property up, first in the modules.
    pub(crate) fn find(machine: &Machine, modules: &'a [PropertyModule], name: &'a str) -> Option<Self> {
        let formulas = modules
            .iter()
            .flat_map(|module| module.formulas.iter().map(move |formula| (module, formula)));
        for (module, (property, meaning)) in formulas {
            if property.name == name {
                let statement = match meaning {
                    Meaning::Formula(formula) => Statement::Formula(module, formula),
                    Meaning::Refinement(refinement) => Statement::Refinement(module, refinement),
                };
                return Some(Meant {
                    name,
                    statement,
                    needs_no_error: meaning.promises_progress(),
                });
            }
        }
        let known = of_machine(machine, modules)
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
    pub(crate) fn module(&self) -> Option<&'a PropertyModule> {
        match self.statement {
            Statement::NoError | Statement::NoDeadlock => None,
            Statement::Formula(module, _) | Statement::Refinement(module, ..) => Some(module),
        }
    }
}

/// The states that excuse a run from a promise.
pub(crate) fn exempt(promise: &Excused, concrete: &Concrete) -> Result<Vec<bool>, Diagnostic> {
    match &promise.unless {
        Some(excuse) => Ok(truth(concrete, excuse)?),
        None => Ok(vec![false; concrete.states()]),
    }
}
