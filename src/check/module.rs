//! A TLA+ specification by itself: its states, explored breadth first, and the properties that its .cfg asks for.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use super::labelling::{Question, Steps, View, states};
use super::liveness::{self, Found, Translation};
use super::partition::Partition;
use super::{Counts, Verdict};
use crate::cycles::{self, Fairness, Problem};
use crate::explore::{Graph, StateId};
use crate::machine::Label;
use crate::model::theory::{action, invariant};
use crate::source::{Diagnostic, Diagnostics, Sources};
use crate::tla::{self, Behaviour, Config, Footprints, Spec, Temporal, Value, init_states, successors};

/// What came of a module.
#[derive(Debug)]
pub struct Checked {
    /// The size of the graph.
    pub counts: Counts,
    /// Each property with its verdict and, if it is violated, the states that show it.
    pub findings: Vec<(String, Verdict, Vec<String>)>,
    /// The first violation is one of safety.
    pub safety: bool,
}

/// Explores the module `name` as the text of its .cfg says.
pub fn check(library: &dyn tla::Library, name: &str, config: &str, max_states: usize) -> Result<Checked, Diagnostics> {
    let mut sources = Sources::default();
    let file = sources.add(format!("{name}.cfg"), config);
    let config = Config::parse(config, file).map_err(|errors| Diagnostics {
        sources: sources.clone(),
        errors: vec![errors],
    })?;
    let mut spec = Spec::load(library, name)?;
    config.bind(&mut spec).map_err(|error| Diagnostics {
        sources,
        errors: vec![error],
    })?;
    decide(&spec, &config, max_states).map_err(|error| Diagnostics {
        sources: spec.sources().clone(),
        errors: vec![error],
    })
}

fn decide(spec: &Spec, config: &Config, max_states: usize) -> Result<Checked, Diagnostic> {
    let behaviour = behaviour(spec, config)?;
    let world = World::explore(spec, &behaviour, max_states)?;
    let whole = world.graph.incomplete.is_none();
    let mut findings = Vec::new();
    let mut safety = false;
    let wanted = config.invariants.iter().chain(&config.properties);
    for name in wanted {
        let mut formula = spec.temporal(&name.text)?;
        if config.invariants.contains(name) {
            formula = Temporal::Always(Box::new(formula));
        }
        let (verdict, trace, unsafe_) = world.judge(&behaviour, &formula)?;
        let verdict = if verdict == Verdict::Holds && !whole {
            Verdict::Incomplete
        } else {
            verdict
        };
        safety |= unsafe_;
        findings.push((name.text.clone(), verdict, trace));
    }
    if config.check_deadlock != Some(false) && whole {
        let moves = |state: StateId| world.graph.edges(state).len() > 0 || world.loops[state as usize];
        let stuck = (0..world.graph.distinct() as StateId).find(|&state| !moves(state));
        if let Some(state) = stuck {
            findings.push((
                "no deadlock".to_string(),
                Verdict::Violated,
                world.trace(&world.path(state), state),
            ));
        }
    }
    let graph = &world.graph;
    let counts = Counts {
        generated: world.generated,
        distinct: graph.distinct(),
        depth: graph.depth(),
    };
    Ok(Checked {
        counts,
        findings,
        safety,
    })
}

fn behaviour(spec: &Spec, config: &Config) -> Result<Behaviour, Diagnostic> {
    match (&config.specification, &config.init, &config.next) {
        (Some(name), None, None) => spec.behaviour(&name.text),
        (None, Some(init), Some(next)) => {
            let mut behaviour = Behaviour::default();
            behaviour.init.push(spec.operator(&init.text)?);
            behaviour.next.push(spec.unsubscripted(&next.text)?);
            Ok(behaviour)
        }
        _ => Err(
            Diagnostic::general("the .cfg names neither a SPECIFICATION nor INIT and NEXT")
                .help("write `SPECIFICATION Spec`"),
        ),
    }
}

/// The reachable states of a module, as values.
struct World {
    states: Vec<Vec<Value>>,
    graph: Graph,
    initial: Vec<u32>,
    /// By state: some step leaves it where it is.
    loops: Vec<bool>,
    generated: usize,
    classes: RefCell<HashMap<BTreeSet<usize>, Rc<Partition>>>,
}

impl World {
    fn explore(spec: &Spec, behaviour: &Behaviour, max_states: usize) -> Result<Self, Diagnostic> {
        let mut numbers: HashMap<Vec<Value>, StateId> = HashMap::new();
        let mut states: Vec<Vec<Value>> = Vec::new();
        let (mut parents, mut loops) = (Vec::new(), Vec::new());
        let [init] = behaviour.init.as_slice() else {
            return Err(Diagnostic::general("the specification has no single initial predicate"));
        };
        let [next] = behaviour.next.as_slice() else {
            return Err(Diagnostic::general("the specification has no single next-state action"));
        };
        let mut generated = 0;
        for state in init_states(spec, init).map_err(Box::new)? {
            generated += 1;
            if !numbers.contains_key(&state) {
                numbers.insert(state.clone(), states.len() as StateId);
                states.push(state);
                parents.push(u32::MAX);
                loops.push(false);
            }
        }
        let initial: Vec<u32> = (0..states.len() as u32).collect();
        let (mut offsets, mut targets, mut labels) = (vec![0u32], Vec::new(), Vec::new());
        let mut levels = vec![0];
        let mut incomplete = None;
        let mut at = 0;
        while at < states.len() {
            let end = states.len();
            levels.push(end as StateId);
            while at < end {
                for (state, _) in successors(spec, &next.action, &states[at]).map_err(Box::new)? {
                    generated += 1;
                    let id = *numbers.entry(state).or_insert_with_key(|state| {
                        states.push(state.clone());
                        parents.push(targets.len() as u32);
                        loops.push(false);
                        states.len() as StateId - 1
                    });
                    if id as usize == at {
                        loops[at] = true;
                        continue;
                    }
                    // Two ways to the same state are one step.
                    let first = offsets[at] as usize;
                    if !targets[first..].contains(&id) {
                        targets.push(id);
                        labels.push(Label { thread: 0, outcome: 0 });
                    }
                }
                offsets.push(targets.len() as u32);
                at += 1;
            }
            if states.len() > max_states && at < states.len() {
                incomplete = Some(format!("more than {max_states} distinct states"));
                offsets.resize(states.len() + 1, targets.len() as u32);
                levels.push(states.len() as StateId);
                break;
            }
        }
        let graph = Graph::of_parts(offsets, targets, labels, levels, parents, incomplete);
        Ok(World {
            states,
            graph,
            initial,
            loops,
            generated,
            classes: RefCell::default(),
        })
    }

    /// The verdict, the states that show a violation, and whether it is one of safety.
    fn judge(&self, behaviour: &Behaviour, formula: &Temporal) -> Result<(Verdict, Vec<String>, bool), Diagnostic> {
        if let Some(predicate) = invariant(formula) {
            let holds = states(self, predicate)?;
            let bad = (0..self.graph.distinct() as StateId).find(|&state| !holds.contains(state));
            return Ok(bad.map_or((Verdict::Holds, Vec::new(), false), |state| {
                (Verdict::Violated, self.trace(&self.path(state), state), true)
            }));
        }
        if let Some(step) = action(formula) {
            let mut steps = Steps::new(self, step, Question::Allowed);
            for state in 0..self.graph.distinct() as StateId {
                for edge in self.graph.edges(state) {
                    if !steps.ask(state, edge.to)? {
                        let mut path = self.path(state);
                        path.push(edge.to);
                        return Ok((Verdict::Violated, self.trace(&path, state), true));
                    }
                }
            }
            return Ok((Verdict::Holds, Vec::new(), false));
        }
        let labels = liveness::labels(&self.graph);
        let edges = cycles::Graph::new(self.graph.offsets(), self.graph.targets(), &labels, &self.initial)
            .map_err(|error| Diagnostic::general(error.to_string()))?;
        let mut translation = Translation::default();
        let goal = translation.formula(self, formula)?;
        // What the specification assumes of its runs stands before what is asked of them.
        let mut assumed = Vec::new();
        let fair = behaviour
            .fairness
            .iter()
            .cloned()
            .map(Temporal::Fair)
            .collect::<Vec<_>>();
        for condition in fair.iter().chain(&behaviour.liveness) {
            assumed.push(translation.formula(self, condition)?);
        }
        let whole = cycles::Formula::implies(cycles::Formula::And(assumed), goal.clone());
        let fairness: Vec<Fairness> = Vec::new();
        let problem = Problem {
            graph: edges,
            fairness: &fairness,
            predicates: &translation.predicates,
        };
        Ok(match liveness::search(&problem, &whole)? {
            Found::Lasso(lasso) => {
                let path: Vec<StateId> = lasso.stem.iter().chain(&lasso.cycle).map(|step| step.state).collect();
                let start = lasso.cycle.first().map_or(0, |step| step.state);
                (Verdict::Violated, self.trace(&path, start), false)
            }
            Found::Nothing | Found::Vacuous if cycles::vacuous(&problem, &goal).is_empty() => {
                (Verdict::Holds, Vec::new(), false)
            }
            Found::Nothing | Found::Vacuous => (Verdict::Vacuous, Vec::new(), false),
        })
    }

    fn path(&self, to: StateId) -> Vec<StateId> {
        let path = self.graph.path(to);
        let first = path.first().map_or(to, |edge| edge.from);
        std::iter::once(first).chain(path.iter().map(|edge| edge.to)).collect()
    }

    /// The states of a path, each with what changed; `mark` is where it goes wrong or loops.
    fn trace(&self, path: &[StateId], mark: StateId) -> Vec<String> {
        path.iter()
            .enumerate()
            .map(|(number, &state)| {
                let values: Vec<String> = self.states[state as usize].iter().map(ToString::to_string).collect();
                let here = if state == mark { " <--" } else { "" };
                format!("{}: {}{here}", number + 1, values.join(", "))
            })
            .collect()
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
