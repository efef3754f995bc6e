//! What is seen of the states and steps of a graph.

use std::collections::HashMap;

use super::labelling::{Concrete, Seen, View};
use super::mapped::{Mapped, group};
use crate::explore::{Graph, StateId};
use crate::machine::Machine;
use crate::model::variables::Variable;
use crate::model::visible::Visible;
use crate::source::{Diagnostic, Diagnostics};
use crate::tla::{Expr, State, Value, eval_action, eval_state};

/// What is seen of a graph.
#[derive(Debug)]
pub struct Observed {
    /// By state: which of the looks it has.
    pub of: Vec<u32>,
    /// The values of what is seen, in the order of the module.
    pub looks: Vec<Vec<Value>>,
    /// By step of the graph, in its order: the actions that are seen, a bit each.
    pub actions: Vec<u32>,
}

/// Looks at a graph that was explored with its steps.
///
/// # Errors
///
/// Something of the module has no value in some state.
pub fn observe(machine: &Machine, graph: &Graph, visible: &Visible) -> Result<Observed, Diagnostics> {
    let looked = looks(machine, graph, visible);
    looked.map_err(|error| error.within(visible.spec.sources()))
}

/// What is seen of one state.
///
/// # Errors
///
/// Something of the module has no value there.
pub fn look(machine: &Machine, state: &[u64], visible: &Visible) -> Result<Vec<Value>, Diagnostics> {
    let names = visible.spec.variables().iter();
    let variables: Option<Vec<Variable>> = names.map(|name| Variable::named(machine, name)).collect();
    let state = Packed {
        machine,
        variables: variables.unwrap_or_default(),
        state,
    };
    let values = visible.variables.iter().map(|(_, expr)| eval_state(expr, &state));
    let values: Result<Vec<Value>, _> = values.collect();
    values.map_err(|error| Diagnostic::from(error).within(visible.spec.sources()))
}

/// A packed state; each variable is made when it is asked for.
struct Packed<'a> {
    machine: &'a Machine,
    variables: Vec<Variable>,
    state: &'a [u64],
}

impl State for Packed<'_> {
    fn variable(&self, index: usize) -> Value {
        self.variables[index].value(self.machine, self.state)
    }
}

fn looks(machine: &Machine, graph: &Graph, visible: &Visible) -> Result<Observed, Diagnostic> {
    let concrete = Concrete::new(machine, graph, &visible.spec)?;
    let variables = visible.variables.iter();
    let variables = variables.map(|(_, expr)| Mapped::new(&concrete, expr));
    let variables: Vec<Mapped> = variables.collect::<Result<_, _>>()?;
    let classes = group(graph, variables.iter());
    let look = |&state: &StateId| variables.iter().map(|mapped| mapped.value(state).clone()).collect();
    let mut actions = vec![0; graph.transitions()];
    for (bit, (_, action)) in visible.actions.iter().enumerate() {
        let taken = taken(&concrete, action)?;
        let of_action = actions.iter_mut().zip(taken);
        of_action.for_each(|(bits, taken)| *bits |= u32::from(taken) << bit);
    }
    Ok(Observed {
        looks: classes.representatives.iter().map(look).collect(),
        of: classes.of,
        actions,
    })
}

/// By step: whether it is one of the action, evaluated once for each pair of classes.
fn taken(view: &Concrete, action: &Expr) -> Result<Vec<bool>, Diagnostic> {
    let graph = view.graph();
    let classes = view.partition(&action.footprints());
    let mut known = HashMap::new();
    let mut taken = Vec::with_capacity(graph.transitions());
    for state in 0..graph.distinct() as StateId {
        for edge in graph.edges(state) {
            let pair = (classes.of[state as usize], classes.of[edge.to as usize]);
            let answer = match known.get(&pair) {
                Some(&answer) => answer,
                None => {
                    let answer = eval_action(action, &Seen(view, state), &Seen(view, edge.to))?;
                    known.insert(pair, answer);
                    answer
                }
            };
            taken.push(answer);
        }
    }
    Ok(taken)
}
