//! What formulas see of numbered states: the variables of the listing, or an abstract module's behind a mapping.
//!
//! Each state is seen by itself, as a whole, and a formula is evaluated in each: nothing here knows what a formula looks at.

use std::cell::OnceCell;
use std::collections::HashMap;

use super::states::States;
use crate::machine::Machine;
use crate::model::variables::Variable;
use crate::source::Diagnostic;
use crate::tla::{Abstraction, EvalError, Expr, Specification, State, Value, eval_predicate, eval_state};

/// A way to see states.
pub(crate) trait View {
    /// How many states there are.
    fn states(&self) -> usize;
    /// How many variables there are.
    fn variables(&self) -> usize;
    /// The value of a variable in a state.
    fn value(&self, variable: usize, state: usize) -> Value;
}

/// One state as a formula sees it; each variable is made once.
pub(crate) struct Seen<'a> {
    view: &'a dyn View,
    state: usize,
    values: Vec<OnceCell<Value>>,
}

impl<'a> Seen<'a> {
    /// The state of this number.
    pub(crate) fn new(view: &'a dyn View, state: usize) -> Self {
        let values = vec![OnceCell::new(); view.variables()];
        Seen { view, state, values }
    }
}

impl State for Seen<'_> {
    fn variable(&self, index: usize) -> Value {
        let value = self.values[index].get_or_init(|| self.view.value(index, self.state));
        value.clone()
    }
}

/// By state: whether a predicate is true in it.
pub(crate) fn truth(view: &dyn View, predicate: &Expr) -> Result<Vec<bool>, Box<EvalError>> {
    let states = 0..view.states();
    states
        .map(|state| eval_predicate(predicate, &Seen::new(view, state)))
        .collect()
}

/// The variables of the listing.
pub(crate) struct Concrete<'a> {
    machine: &'a Machine,
    states: &'a States,
    variables: Vec<Variable>,
}

impl<'a> Concrete<'a> {
    /// The states as a module sees them that declares variables of the listing.
    pub(crate) fn new(machine: &'a Machine, states: &'a States, spec: &Specification) -> Result<Self, Diagnostic> {
        let variable = |name: &std::sync::Arc<str>| {
            let unknown = || Diagnostic::general(format!("the listing does not have the variable `{name}`"));
            Variable::named(machine, name).ok_or_else(unknown)
        };
        Ok(Concrete {
            variables: spec.variables().iter().map(variable).collect::<Result<_, _>>()?,
            machine,
            states,
        })
    }
}

impl View for Concrete<'_> {
    fn states(&self) -> usize {
        self.states.len()
    }

    fn variables(&self) -> usize {
        self.variables.len()
    }

    fn value(&self, variable: usize, state: usize) -> Value {
        self.variables[variable].value(self.machine, self.states.state(state))
    }
}

/// The variables of an abstract module, as the mapping makes them of the listing's.
pub(crate) struct Abstract {
    /// The abstract states that there are.
    distinct: Vec<Vec<Value>>,
    /// By state: the number of its abstract state.
    of: Vec<usize>,
    variables: usize,
}

impl Abstract {
    /// Maps every state.
    pub(crate) fn new(concrete: &Concrete, abstraction: &Abstraction) -> Result<Self, Box<EvalError>> {
        let mut numbers = HashMap::new();
        let mut of = Vec::with_capacity(concrete.states());
        for state in 0..concrete.states() {
            let seen = Seen::new(concrete, state);
            let values = abstraction.mapping.iter().map(|expr| eval_state(expr, &seen));
            let values: Vec<Value> = values.collect::<Result<_, _>>()?;
            let number = numbers.len();
            of.push(*numbers.entry(values).or_insert(number));
        }
        let mut distinct = vec![Vec::new(); numbers.len()];
        for (values, number) in numbers {
            distinct[number] = values;
        }
        Ok(Abstract {
            distinct,
            of,
            variables: abstraction.mapping.len(),
        })
    }

    /// Whether two states are the same to the abstract module.
    pub(crate) fn same(&self, one: usize, other: usize) -> bool {
        self.of[one] == self.of[other]
    }
}

impl View for Abstract {
    fn states(&self) -> usize {
        self.of.len()
    }

    fn variables(&self) -> usize {
        self.variables
    }

    fn value(&self, variable: usize, state: usize) -> Value {
        self.distinct[self.of[state]][variable].clone()
    }
}
