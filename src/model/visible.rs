//! What is seen of a protocol from outside, as a TLA+ module says it: a state function that the module itself defines is a
//! variable that is seen, an action is a step that is seen although nothing that is seen changes.

use super::variables::Variable;
use crate::machine::Machine;
use crate::source::{Diagnostic, Diagnostics};
use crate::tla::{Expr, Level, Library, Specification};

/// Most actions of a module.
const MOST_ACTIONS: usize = 32;

/// The module of an expression, and the name that the expression has there.
const EXPRESSION: &str = "Expression";
const VALUE: &str = "ValueOfTheExpression";

/// A library, and one module more.
struct Beside<'a> {
    library: &'a dyn Library,
    module: &'a str,
}

impl Library for Beside<'_> {
    fn read(&self, module: &str) -> Option<Result<String, Diagnostic>> {
        match module {
            EXPRESSION => Some(Ok(self.module.to_string())),
            other => self.library.read(other),
        }
    }
}

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

    /// An expression over one state, as the one variable of a module of its own: over the definitions of another module, or, without
    /// one, over the variables of a machine.
    ///
    /// # Errors
    ///
    /// It is no expression, speaks of what there is not, or of the next state.
    pub fn expression(
        library: &dyn Library,
        text: &str,
        over: Option<&str>,
        machine: &Machine,
    ) -> Result<Self, Diagnostics> {
        let head = match over {
            Some(module) => format!("EXTENDS {module}"),
            None => format!(
                "EXTENDS Integers, FiniteSets, Sequences\nVARIABLES {}",
                Variable::names(machine).join(", ")
            ),
        };
        let head = format!("---- MODULE {EXPRESSION} ----\n{head}\n{VALUE} ==\n  ");
        let module = format!("{head}{text}\n====\n");
        let more = Diagnostic::general("this is more than an expression");
        if text.contains("====") || text.contains("----") {
            return Err(more.help("give one TLA+ expression").into());
        }
        let beside = Beside {
            library,
            module: &module,
        };
        let spec = Specification::load(&beside, EXPRESSION).map_err(|mut errors| {
            let elsewhere = |error: &Diagnostic| error.span.is_none_or(|span| (span.start as usize) < head.len());
            if errors.errors.iter().all(elsewhere) {
                // The grammar gave up on the module as a whole.
                errors = Diagnostic::general(format!("`{text}` is no TLA+ expression")).into();
            }
            errors
        })?;
        if spec.definitions().count() != 1 {
            return Err(more.help("definitions go into a module: --properties FILE.tla").into());
        }
        let expr = spec.operator(VALUE).map_err(|error| error.within(spec.sources()))?;
        if expr.level() > Level::State {
            let span = spec.definition(VALUE).map(|definition| definition.name.span);
            let mut error = Diagnostic::general("this does not speak of one state alone");
            error.span = span;
            let help = "leave primes and temporal operators out: it is evaluated in each state by itself";
            return Err(error.help(help).within(spec.sources()));
        }
        Ok(Visible {
            spec,
            variables: vec![(VALUE.to_string(), expr)],
            actions: Vec::new(),
        })
    }

    /// A variable that it speaks of and a program does not have, if there is one.
    pub fn missing(&self, machine: &Machine) -> Option<&str> {
        let mut variables = self.spec.variables().iter();
        let missing = variables.find(|name| Variable::named(machine, name).is_none());
        missing.map(|name| &**name)
    }
}
