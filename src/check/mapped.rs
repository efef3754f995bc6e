//! An expression's value in every state of a graph, computed once for each class of states that it cannot tell apart.

use std::collections::HashMap;
use std::rc::Rc;

use super::labelling::{Concrete, Seen, View};
use super::partition::Partition;
use crate::explore::{Graph, StateId};
use crate::tla::{EvalError, Expr, Value, eval_state};

/// The values of an expression.
pub(crate) struct Mapped {
    classes: Rc<Partition>,
    /// By class of the concrete variables: the number of the value.
    number: Vec<u32>,
    /// In order of appearance.
    values: Vec<Value>,
}

impl Mapped {
    /// Evaluates an expression in all states.
    pub(crate) fn new(concrete: &Concrete, expr: &Expr) -> Result<Self, Box<EvalError>> {
        let classes = concrete.partition(&expr.footprints());
        let mut numbers = HashMap::new();
        let (mut number, mut values) = (Vec::with_capacity(classes.count()), Vec::new());
        for &state in &classes.representatives {
            let value = eval_state(expr, &Seen(concrete, state))?;
            number.push(*numbers.entry(value.clone()).or_insert_with(|| {
                values.push(value);
                values.len() as u32 - 1
            }));
        }
        Ok(Mapped {
            classes,
            number,
            values,
        })
    }

    /// Number of different values.
    pub(crate) fn count(&self) -> usize {
        self.values.len()
    }

    /// Which of them a state has.
    pub(crate) fn number(&self, state: StateId) -> u32 {
        self.number[self.classes.of[state as usize] as usize]
    }

    /// The value in a state.
    pub(crate) fn value(&self, state: StateId) -> &Value {
        &self.values[self.number(state) as usize]
    }
}

/// Groups the states that agree on some expressions.
pub(crate) fn group<'m>(graph: &Graph, all: impl Iterator<Item = &'m Mapped>) -> Partition {
    let mut groups = Partition::whole(graph);
    for mapped in all {
        groups.split(mapped.count(), |state| mapped.number(state));
    }
    groups
}
