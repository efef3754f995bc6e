//! What formulas see of numbered states: the variables of the listing, or an abstract module's behind a mapping.
//!
//! A formula is evaluated once for each distinct value of what it looks at.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::hash::Hash;

use super::states::States;
use crate::machine::Machine;
use crate::model::variables::Variable;
use crate::source::Diagnostic;
use crate::tla::{Abstraction, EvalError, Expr, Footprints, Spec, State, Step, Value, eval_predicate, eval_state};

/// The states in groups: those of a group look the same to a formula.
pub struct Groups {
    /// By state: its group.
    of: Vec<u32>,
    /// By group: its first state.
    first: Vec<usize>,
}

impl Groups {
    fn by<K: Eq + Hash>(states: usize, key: impl Fn(usize) -> K) -> Self {
        let mut known = HashMap::new();
        let mut groups = Groups {
            of: Vec::with_capacity(states),
            first: Vec::new(),
        };
        for state in 0..states {
            let group = *known.entry(key(state)).or_insert_with(|| {
                groups.first.push(state);
                groups.first.len() as u32 - 1
            });
            groups.of.push(group);
        }
        groups
    }
}

/// A way to see states.
pub trait View {
    /// How many states there are.
    fn states(&self) -> usize;
    /// How many variables there are.
    fn variables(&self) -> usize;
    /// The groups of states that agree on this.
    fn groups(&self, reads: &Footprints) -> Groups;
    /// The value of a variable in a state.
    fn value(&self, variable: usize, state: usize) -> Value;
}

/// One state as a formula sees it; each variable is made once.
struct Seen<'a> {
    view: &'a dyn View,
    state: usize,
    values: Vec<OnceCell<Value>>,
}

impl<'a> Seen<'a> {
    fn new(view: &'a dyn View, state: usize) -> Self {
        let values = vec![OnceCell::new(); view.variables()];
        Seen { view, state, values }
    }
}

impl State for Seen<'_> {
    fn variable(&self, index: usize) -> Value {
        self.values[index]
            .get_or_init(|| self.view.value(index, self.state))
            .clone()
    }
}

/// By state: whether a predicate is true in it.
pub fn truth(view: &dyn View, predicate: &Expr) -> Result<Vec<bool>, Box<EvalError>> {
    let groups = view.groups(&predicate.footprints());
    let values = groups
        .first
        .iter()
        .map(|&state| eval_predicate(predicate, &Seen::new(view, state)));
    let values: Vec<bool> = values.collect::<Result<_, _>>()?;
    Ok(groups.of.iter().map(|&group| values[group as usize]).collect())
}

/// `[A]_v` or `<<A>>_v` of pairs of states.
pub struct Pairs<'a> {
    view: &'a dyn View,
    step: &'a Step,
    /// `<<A>>_v`
    takes: bool,
    groups: Groups,
    known: HashMap<(u32, u32), bool>,
}

impl<'a> Pairs<'a> {
    /// Asks whether a pair is a step of the action or leaves its subscript alone.
    pub fn allowed(view: &'a dyn View, step: &'a Step) -> Self {
        Pairs::new(view, step, false)
    }

    /// Asks whether a pair is a step of the action and changes its subscript.
    pub fn taken(view: &'a dyn View, step: &'a Step) -> Self {
        Pairs::new(view, step, true)
    }

    fn new(view: &'a dyn View, step: &'a Step, takes: bool) -> Self {
        let groups = view.groups(&step.footprints());
        let known = HashMap::new();
        Pairs {
            view,
            step,
            takes,
            groups,
            known,
        }
    }

    /// The answer for a pair.
    pub fn ask(&mut self, from: usize, to: usize) -> Result<bool, Box<EvalError>> {
        let pair = (self.groups.of[from], self.groups.of[to]);
        if let Some(&answer) = self.known.get(&pair) {
            return Ok(answer);
        }
        let (before, after) = (Seen::new(self.view, from), Seen::new(self.view, to));
        let answer = if self.takes {
            self.step.takes(&before, &after)?
        } else {
            self.step.allows(&before, &after)?
        };
        self.known.insert(pair, answer);
        Ok(answer)
    }
}

/// The variables of the listing.
pub struct Concrete<'a> {
    machine: &'a Machine,
    states: &'a States,
    variables: Vec<Variable>,
}

impl<'a> Concrete<'a> {
    /// The states as a module sees them that declares variables of the listing.
    pub fn new(machine: &'a Machine, states: &'a States, spec: &Spec) -> Result<Self, Diagnostic> {
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

    fn groups(&self, reads: &Footprints) -> Groups {
        let mut bits = vec![0; self.machine.words()];
        for (&variable, part) in reads {
            self.variables[variable].bits(self.machine, part, &mut bits);
        }
        let words: Vec<usize> = (0..bits.len()).filter(|&word| bits[word] != 0).collect();
        let key = |state: usize| -> Vec<u64> {
            let state = self.states.state(state);
            words.iter().map(|&word| state[word] & bits[word]).collect()
        };
        Groups::by(self.states.len(), key)
    }

    fn value(&self, variable: usize, state: usize) -> Value {
        self.variables[variable].value(self.machine, self.states.state(state))
    }
}

/// The variables of an abstract module, as the mapping makes them of the listing's.
pub struct Abstract {
    states: usize,
    variables: Vec<Mapped>,
}

/// An abstract variable: its distinct values, and by state which it has.
struct Mapped {
    values: Vec<Value>,
    of: Vec<u32>,
}

impl Abstract {
    /// Maps every state.
    pub fn new(concrete: &Concrete, abstraction: &Abstraction) -> Result<Self, Box<EvalError>> {
        let mut variables = Vec::new();
        for expr in &abstraction.mapping {
            let groups = concrete.groups(&expr.footprints());
            let values = groups
                .first
                .iter()
                .map(|&state| eval_state(expr, &Seen::new(concrete, state)));
            let values: Vec<Value> = values.collect::<Result<_, _>>()?;
            let distinct = Groups::by(values.len(), |group| &values[group]);
            variables.push(Mapped {
                of: groups.of.iter().map(|&group| distinct.of[group as usize]).collect(),
                values: distinct.first.iter().map(|&group| values[group].clone()).collect(),
            });
        }
        Ok(Abstract {
            states: concrete.states(),
            variables,
        })
    }

    /// Whether two states are the same to the abstract module.
    pub fn same(&self, one: usize, other: usize) -> bool {
        self.variables.iter().all(|mapped| mapped.of[one] == mapped.of[other])
    }
}

impl View for Abstract {
    fn states(&self) -> usize {
        self.states
    }

    fn variables(&self) -> usize {
        self.variables.len()
    }

    fn groups(&self, reads: &Footprints) -> Groups {
        let key = |state: usize| -> Vec<u32> {
            let read = reads.keys().map(|&variable| &self.variables[variable]);
            read.map(|mapped| mapped.of[state]).collect()
        };
        Groups::by(self.states, key)
    }

    fn value(&self, variable: usize, state: usize) -> Value {
        let mapped = &self.variables[variable];
        mapped.values[mapped.of[state] as usize].clone()
    }
}
