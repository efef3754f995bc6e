//! What is seen of a protocol from outside, as a TLA+ module says it: a state function that the module itself defines is a
//! variable that is seen, an action is a step that is seen although nothing that is seen changes.

use super::variables::Variable;
use crate::machine::Machine;
use crate::source::{Diagnostic, Diagnostics};
use crate::tla::{Expr, Level, Library, Specification};

/// Most actions of a module.
const MOST_ACTIONS: usize = 32;

/// A module that says what is seen.
#[derive(Debug)]
pub struct Visible {
    /// The module and all it extends.
    pub spec: Specification,
    /// What is seen of a state, by name, in the order of the text.
    pub variables: Vec<(String, Expr)>,
    /// What is seen of a step.
    pub actions: Vec<(String, Expr)>,
}

impl Visible {
    /// Reads a module. Definitions that are `LOCAL` or take arguments are for the others to use.
    ///
    /// # Errors
    ///
    /// The module cannot be read, defines a temporal formula, or says nothing.
    pub fn load(library: &dyn Library, module: &str) -> Result<Self, Diagnostics> {
        let spec = Specification::load(library, module)?;
        let (mut variables, mut actions) = (Vec::new(), Vec::new());
        for definition in spec.definitions() {
            if definition.local || !definition.parameters.is_empty() {
                continue;
            }
            let name = definition.name.text.to_string();
            let expr = spec.operator(&name).map_err(|error| error.within(spec.sources()))?;
            match expr.level() {
                Level::Constant | Level::State => variables.push((name, expr)),
                Level::Action if actions.len() < MOST_ACTIONS => actions.push((name, expr)),
                level => {
                    let what = match level {
                        Level::Action => format!("more than {MOST_ACTIONS} actions are too many to be seen"),
                        _ => format!("`{name}` is a temporal formula, and what is seen is a state or a step"),
                    };
                    let error = Diagnostic::at(definition.name.span, what);
                    return Err(error
                        .help("properties have a module of their own")
                        .within(spec.sources()));
                }
            }
        }
        if variables.is_empty() && actions.is_empty() {
            let error = Diagnostic::general(format!("{module}.tla does not say what is seen"));
            let help = "define a state function for each thing that is seen";
            return Err(error.help(help).within(spec.sources()));
        }
        Ok(Visible {
            spec,
            variables,
            actions,
        })
    }

    /// A variable that it speaks of and a program does not have, if there is one.
    pub fn missing(&self, machine: &Machine) -> Option<&str> {
        let mut variables = self.spec.variables().iter();
        let missing = variables.find(|name| Variable::named(machine, name).is_none());
        missing.map(|name| &**name)
    }
}
