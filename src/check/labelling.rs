//! How formulas look at the states of a graph: once for each distinct value of the variables they read.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use super::partition::Partition;
use crate::cycles::{Bits, Predicate};
use crate::explore::{Graph, StateId};
use crate::machine::Machine;
use crate::model::variables::Variable;
use crate::source::Diagnostic;
use crate::tla::{
    EvalError, Expr, Footprint, Footprints, Junction, Quantifier, Specification, State, SubscriptedAction, Value,
    eval_predicate, eval_state,
};

/// A quantifier over more elements is not taken apart.
const MAX_ELEMENTS: usize = 64;

/// A way to see states as values of TLA+ variables.
pub(crate) trait View {
    /// The graph whose states are seen.
    fn graph(&self) -> &Graph;
    /// The states grouped so that these parts of variables are equal within a group.
    fn partition(&self, reads: &Footprints) -> Rc<Partition>;
    /// The value of a variable in a state.
    fn value(&self, variable: usize, state: StateId) -> Value;
}

/// A state seen through a view.
pub(crate) struct Seen<'a>(pub &'a dyn View, pub StateId);

impl State for Seen<'_> {
    fn variable(&self, index: usize) -> Value {
        self.0.value(index, self.1)
    }
}

/// The states in which a predicate is true. Its parts are looked at from left to right, as in an evaluation, and each only in the
/// states that those before it leave open: what is dear to look at is seldom needed.
pub(crate) fn states(view: &dyn View, predicate: &Expr) -> Result<Bits, Box<EvalError>> {
    let all = Bits::from_fn(view.graph().distinct(), |_| true);
    true_among(view, predicate, &all).map_err(|(state, error)| {
        // The whole predicate says better where a part of it stands.
        eval_predicate(predicate, &Seen(view, state)).err().unwrap_or(error)
    })
}

/// A state in which a predicate has no value, and why.
type Undefined = (StateId, Box<EvalError>);

pub(crate) fn true_among(view: &dyn View, predicate: &Expr, open: &Bits) -> Result<Bits, Undefined> {
    match predicate.junction() {
        Some(Junction::And(parts)) => all_true_among(view, parts, open),
        Some(Junction::Or(parts)) => one_true_among(view, parts, open),
        Some(Junction::Quantified(quantifier)) => match elements(view, &quantifier) {
            Some(elements) => {
                let parts: Vec<Expr> = elements.iter().map(|element| quantifier.of(element.clone())).collect();
                match quantifier.forall {
                    true => all_true_among(view, &parts, open),
                    false => one_true_among(view, &parts, open),
                }
            }
            None => evaluated(view, predicate, open),
        },
        Some(Junction::Implies(occasion, promise)) => {
            let occasions = true_among(view, occasion, open)?;
            Ok(true_among(view, promise, &occasions)?.with(&open.without(&occasions)))
        }
        Some(Junction::Not(inner)) => Ok(open.without(&true_among(view, inner, open)?)),
        None => evaluated(view, predicate, open),
    }
}

fn all_true_among(view: &dyn View, parts: &[Expr], open: &Bits) -> Result<Bits, Undefined> {
    let mut parts = parts.iter();
    parts.try_fold(open.clone(), |open, part| true_among(view, part, &open))
}

fn one_true_among(view: &dyn View, parts: &[Expr], open: &Bits) -> Result<Bits, Undefined> {
    parts.iter().try_fold(Bits::default(), |found, part| {
        Ok(true_among(view, part, &open.without(&found))?.with(&found))
    })
}

/// The elements that a quantifier goes through, if they are the same few in all states: what is said of one element looks at less
/// than what is said of all.
pub(crate) fn elements(view: &dyn View, quantifier: &Quantifier<'_>) -> Option<Arc<[Value]>> {
    let classes = view.partition(&quantifier.set.footprints());
    if classes.of.is_empty() || classes.count() != 1 {
        return None;
    }
    // What has no value is left to the evaluation of the whole.
    match eval_state(quantifier.set, &Seen(view, 0)).ok()? {
        Value::Set(elements) if elements.len() <= MAX_ELEMENTS => Some(elements),
        _ => None,
    }
}

/// Evaluates once for each distinct value of what the predicate looks at.
fn evaluated(view: &dyn View, predicate: &Expr, open: &Bits) -> Result<Bits, Undefined> {
    let classes = view.partition(&predicate.footprints());
    let mut known = vec![None; classes.count()];
    let mut found = Bits::new(classes.of.len());
    for (state, &class) in (0..).zip(&classes.of).filter(|(state, _)| open.contains(*state)) {
        let truth = match known[class as usize] {
            Some(truth) => truth,
            None => {
                let truth = eval_predicate(predicate, &Seen(view, state)).map_err(|error| (state, error))?;
                *known[class as usize].insert(truth)
            }
        };
        if truth {
            found.insert(state);
        }
    }
    Ok(found)
}

/// What a step is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Question {
    /// `[A]_v`
    Allowed,
    /// `<<A>>_v`
    Taken,
}

/// Answers a question about pairs of states, once for each distinct pair of values.
pub(crate) struct Steps<'a> {
    view: &'a dyn View,
    step: &'a SubscriptedAction,
    question: Question,
    classes: Rc<Partition>,
    known: hashbrown::HashMap<(u32, u32), bool>,
    /// The same for the steps within a class, which most of them are.
    within: Vec<Option<bool>>,
}

impl<'a> Steps<'a> {
    /// A question about the steps of a graph.
    pub(crate) fn new(view: &'a dyn View, step: &'a SubscriptedAction, question: Question) -> Self {
        let classes = view.partition(&step.footprints());
        Steps {
            view,
            step,
            question,
            known: hashbrown::HashMap::new(),
            within: vec![None; classes.count()],
            classes,
        }
    }

    /// The answer for a pair of states.
    pub(crate) fn ask(&mut self, from: StateId, to: StateId) -> Result<bool, Box<EvalError>> {
        let of = |state: StateId| self.classes.of[state as usize];
        let pair = (of(from), of(to));
        let known = if pair.0 == pair.1 {
            self.within[pair.0 as usize]
        } else {
            self.known.get(&pair).copied()
        };
        if let Some(answer) = known {
            return Ok(answer);
        }
        let (before, after) = (Seen(self.view, from), Seen(self.view, to));
        let answer = match self.question {
            Question::Allowed => self.step.allows(&before, &after)?,
            Question::Taken => self.step.takes(&before, &after)?,
        };
        if pair.0 == pair.1 {
            self.within[pair.0 as usize] = Some(answer);
        } else {
            self.known.insert(pair, answer);
        }
        Ok(answer)
    }

    /// The answers for all edges and for stuttering in every state.
    pub(crate) fn predicate(mut self) -> Result<Predicate, Box<EvalError>> {
        let graph = self.view.graph();
        let mut edges = Bits::new(graph.transitions());
        let mut stutters = Bits::new(graph.distinct());
        for state in 0..graph.distinct() as StateId {
            let first = graph.offsets()[state as usize];
            for (number, edge) in graph.edges(state).enumerate() {
                if self.ask(state, edge.to)? {
                    edges.insert(first + number as u32);
                }
            }
            if self.ask(state, state)? {
                stutters.insert(state);
            }
        }
        Ok(Predicate::Step { edges, stutters })
    }
}

/// The view of a machine's own variables.
pub(crate) struct Concrete<'a> {
    machine: &'a Machine,
    graph: &'a Graph,
    variables: Vec<Variable>,
    values: Vec<RefCell<Values>>,
    classes: RefCell<Classes>,
}

/// The values of one variable that somebody has asked for.
struct Values {
    /// The parts of a state that it depends on.
    parts: Vec<usize>,
    /// By the numbers of what these parts hold.
    known: hashbrown::HashMap<Box<[u32]>, Value>,
}

/// Partitions by what they look at: formulas look at the same again and again. Each of a large graph takes much memory, so few of
/// those are kept.
#[derive(Default)]
struct Classes {
    known: HashMap<Footprints, Rc<Partition>>,
    bytes: usize,
}

/// Bytes of partitions that are kept, beside a share of what the graph itself has.
const KEPT: usize = 64 << 20;
/// Values of a variable that are kept: where there are more, few are asked for again.
const MOST_VALUES: usize = 1 << 14;

impl<'a> Concrete<'a> {
    /// A view for the variables that a module declares.
    pub(crate) fn new(machine: &'a Machine, graph: &'a Graph, spec: &Specification) -> Result<Self, Diagnostic> {
        let variables = Variable::all_of(machine, spec)?;
        let mut concrete = Concrete {
            values: Vec::new(),
            classes: RefCell::default(),
            machine,
            graph,
            variables,
        };
        let values = |variable| {
            let bits = concrete.bits(&Footprints::from([(variable, Footprint::whole())]));
            RefCell::new(Values {
                parts: (0..)
                    .zip(bits)
                    .flat_map(|(word, bits)| graph.parts(word, bits))
                    .collect(),
                known: hashbrown::HashMap::new(),
            })
        };
        concrete.values = (0..concrete.variables.len()).map(values).collect();
        Ok(concrete)
    }
}

impl Concrete<'_> {
    /// Whose states are seen.
    pub(crate) fn machine(&self) -> &Machine {
        self.machine
    }

    /// A state that need not be one of the graph.
    pub(crate) fn seen<'s>(&'s self, state: &'s [u64]) -> Alone<'s> {
        Alone {
            machine: self.machine,
            variables: &self.variables,
            state,
        }
    }

    /// The bits of a state that these parts of variables depend on, by word.
    pub(crate) fn bits(&self, reads: &Footprints) -> Vec<u64> {
        let mut bits = vec![0; self.machine.words()];
        for (&variable, part) in reads {
            self.variables[variable].bits(self.machine, part, &mut bits);
        }
        bits
    }
}

/// A state that need not be one of a graph.
pub(crate) struct Alone<'a> {
    machine: &'a Machine,
    variables: &'a [Variable],
    state: &'a [u64],
}

impl State for Alone<'_> {
    fn variable(&self, index: usize) -> Value {
        self.variables[index].value(self.machine, self.state)
    }
}

impl View for Concrete<'_> {
    fn graph(&self) -> &Graph {
        self.graph
    }

    fn partition(&self, reads: &Footprints) -> Rc<Partition> {
        if let Some(known) = self.classes.borrow().known.get(reads) {
            return known.clone();
        }
        let classes = Rc::new(Partition::of_bits(self.graph, &self.bits(reads)));
        let mut kept = self.classes.borrow_mut();
        kept.bytes += classes.bytes();
        if kept.bytes > KEPT + self.graph.visited_bytes / 4 {
            *kept = Classes {
                known: HashMap::new(),
                bytes: classes.bytes(),
            };
        }
        kept.known.insert(reads.clone(), classes.clone());
        classes
    }

    fn value(&self, variable: usize, state: StateId) -> Value {
        let mut values = self.values[variable].borrow_mut();
        let parts = values.parts.iter();
        let numbers: Vec<u32> = parts.map(|&part| self.graph.value(state, part) as u32).collect();
        if let Some(known) = values.known.get(&*numbers) {
            return known.clone();
        }
        let value = self.variables[variable].value(self.machine, &self.graph.state(state));
        if values.known.len() == MOST_VALUES {
            values.known.clear();
        }
        values.known.insert(numbers.into(), value.clone());
        value
    }
}
