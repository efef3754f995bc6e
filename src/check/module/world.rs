//! The reachable states of a module, as values.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use indexmap::IndexSet;

use crate::check::Counts;
use crate::check::labelling::View;
use crate::check::partition::Partition;
use crate::explore::{Graph, Limits, Parents, StateId};
use crate::machine::Label;
use crate::source::Diagnostic;
use crate::tla::{Behaviour, Footprints, Specification, Value, init_states, successors};

/// So many states are expanded between two looks at the budget.
const LOOKS: usize = 16;

/// The states and steps of a specification.
pub(crate) struct World {
    /// By number: the values of the variables.
    states: IndexSet<Vec<Value>>,
    variables: Vec<String>,
    /// The steps from each state to another.
    pub graph: Graph,
    /// The states that runs start in.
    pub initial: Vec<u32>,
    /// By state: some step leaves it where it is.
    pub loops: Vec<bool>,
    generated: usize,
    classes: RefCell<HashMap<BTreeSet<usize>, Rc<Partition>>>,
}

impl World {
    /// Explores breadth first, until there is no new state or the limits are met.
    pub(super) fn explore(spec: &Specification, behaviour: &Behaviour, limits: Limits) -> Result<Self, Diagnostic> {
        let start = behaviour
            .start()
            .ok_or_else(|| Diagnostic::general("the specification has no initial predicate"))?;
        let mut search = Search::default();
        for state in init_states(spec, &start).map_err(Box::new)? {
            search.meet(state);
        }
        search.parents.next();
        let initial = (0..search.states.len() as u32).collect();
        let mut levels = vec![0];
        let mut at = 0;
        let mut cut = None;
        while at < search.states.len() && cut.is_none() {
            if levels.last() == Some(&(at as StateId)) {
                levels.push(search.states.len() as StateId);
            }
            search.expand(spec, behaviour, at)?;
            at += 1;
            cut = search.cut(limits, at);
        }
        let found = search.states.len();
        if levels.last() != Some(&(found as StateId)) {
            levels.push(found as StateId);
        }
        let incomplete = cut.filter(|_| at < found);
        let Search {
            states,
            targets,
            offsets,
            parents,
            mut loops,
            generated,
        } = search;
        loops.resize(found, false);
        let labels = vec![Label { thread: 0, outcome: 0 }; targets.len()];
        Ok(World {
            graph: Graph::of_parts(offsets, targets, labels, levels, parents, incomplete),
            variables: spec.variables().iter().map(ToString::to_string).collect(),
            states,
            initial,
            loops,
            generated,
            classes: RefCell::default(),
        })
    }

    /// The size of the graph, as TLC counts it.
    pub(crate) fn counts(&self) -> Counts {
        Counts {
            generated: self.generated,
            distinct: self.graph.distinct(),
            depth: self.graph.depth(),
        }
    }

    /// A shortest path to a state, both ends included.
    pub(crate) fn path(&self, to: StateId) -> Vec<StateId> {
        self.graph.way(to)
    }

    /// The states of a path in words; `mark` is where it goes wrong or loops.
    pub(crate) fn trace(&self, path: &[StateId], mark: StateId) -> Vec<String> {
        path.iter()
            .enumerate()
            .map(|(number, &state)| {
                let values = self.variables.iter().zip(&self.states[state as usize]);
                let values: Vec<String> = values.map(|(name, value)| format!("{name} = {value}")).collect();
                let here = if state == mark { " <--" } else { "" };
                format!("{}: {}{here}", number + 1, values.join(", "))
            })
            .collect()
    }
}

/// The graph while it grows.
struct Search {
    states: IndexSet<Vec<Value>>,
    targets: Vec<StateId>,
    /// First edge of each state that was expanded, and one more.
    offsets: Vec<u32>,
    parents: Parents,
    loops: Vec<bool>,
    generated: usize,
}

impl Default for Search {
    fn default() -> Self {
        Search {
            states: IndexSet::new(),
            targets: Vec::new(),
            offsets: vec![0],
            parents: Parents::default(),
            loops: Vec::new(),
            generated: 0,
        }
    }
}

impl Search {
    /// Why no more states are expanded than so many.
    fn cut(&self, limits: Limits, expanded: usize) -> Option<String> {
        if self.states.len() > limits.max_states {
            return Some(format!("more than {} distinct states", limits.max_states));
        }
        expanded.is_multiple_of(LOOKS).then(|| limits.budget.ends_search())?
    }

    /// The number of a state, which may be new.
    fn meet(&mut self, state: Vec<Value>) -> StateId {
        self.generated += 1;
        let (id, new) = self.states.insert_full(state);
        if new {
            self.parents.met();
        }
        id as StateId
    }

    /// Adds the steps of the next state that has none. Two ways to the same state are one step.
    fn expand(&mut self, spec: &Specification, behaviour: &Behaviour, at: usize) -> Result<(), Diagnostic> {
        let mut targets = IndexSet::new();
        let mut stays = false;
        for next in &behaviour.next {
            for (state, _) in successors(spec, &next.action, &self.states[at]).map_err(Box::new)? {
                let id = self.meet(state);
                if id as usize == at {
                    stays = true;
                } else {
                    targets.insert(id);
                }
            }
        }
        self.parents.next();
        self.loops.push(stays);
        self.targets.extend(targets);
        self.offsets.push(self.targets.len() as u32);
        Ok(())
    }
}

impl View for World {
    fn graph(&self) -> &Graph {
        &self.graph
    }

    fn partition(&self, reads: &Footprints) -> Rc<Partition> {
        let variables: BTreeSet<usize> = reads.keys().copied().collect();
        let known = self.classes.borrow().get(&variables).cloned();
        known.unwrap_or_else(|| {
            let mut numbers: HashMap<Vec<&Value>, u32> = HashMap::new();
            let mut representatives = Vec::new();
            let of = self.states.iter().enumerate().map(|(id, state)| {
                let key = variables.iter().map(|&variable| &state[variable]).collect();
                *numbers.entry(key).or_insert_with(|| {
                    representatives.push(id as StateId);
                    representatives.len() as u32 - 1
                })
            });
            let of = of.collect();
            let classes = Rc::new(Partition { of, representatives });
            self.classes.borrow_mut().insert(variables, classes.clone());
            classes
        })
    }

    fn value(&self, variable: usize, state: StateId) -> Value {
        self.states[state as usize][variable].clone()
    }
}
