//! Refinement: every step of the graph, seen through the mapping, is a step of the abstract specification or changes nothing
//! there; and on every fair run the abstract fairness holds.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use super::labelling::{Concrete, Question, Seen, Steps, View};
use super::liveness::{self, Found, Translation};
use super::mapped::{Mapped, group};
use super::partition::Partition;
use super::{Counterexample, Explanation};
use crate::cycles::{Formula, Problem};
use crate::explore::{Graph, StateId};
use crate::source::Diagnostic;
use crate::tla::{
    Abstraction, Footprints, Refinement, Specification, Temporal, Value, eval_predicate, explain, falsehood,
};

/// What came of a refinement check.
#[derive(Debug)]
pub(crate) enum Refined {
    /// It refines.
    Yes,
    /// It does, but no step of it is one of the abstract specification.
    Vacuously,
    /// It does not.
    No(Counterexample, Explanation),
}

/// Checks that the graph refines an abstract specification; of a graph that is only a part, no more than its steps.
pub(crate) fn check(
    concrete: &Concrete,
    spec: &Specification,
    refinement: &Refinement,
    problem: &Problem<'_>,
) -> Result<Refined, Diagnostic> {
    let graph = concrete.graph();
    let view = Abstract::new(concrete, &refinement.abstraction(spec)?)?;
    for init in &refinement.init {
        if !eval_predicate(init, &Seen(&view, 0))? {
            let explanation = Explanation {
                before: view.describe(0),
                // The verdict stands without it.
                initial: falsehood(spec, init, None, &Seen(&view, 0)).unwrap_or_default(),
                ..Explanation::default()
            };
            return Ok(Refined::No(
                Counterexample {
                    steps: Vec::new(),
                    loop_start: None,
                },
                explanation,
            ));
        }
    }
    let mut moved = false;
    for next in &refinement.next {
        let mut steps = Steps::new(&view, next, Question::Allowed);
        for state in 0..graph.distinct() as StateId {
            for (number, edge) in graph.edges(state).enumerate() {
                let same = view.same(state, edge.to);
                moved |= !same;
                if same || steps.ask(state, edge.to)? {
                    continue;
                }
                let blames = explain(spec, &next.action, &Seen(&view, state), &Seen(&view, edge.to))?;
                let explanation = Explanation {
                    before: view.describe(state),
                    after: view.describe(edge.to),
                    initial: Vec::new(),
                    blames,
                };
                return Ok(Refined::No(
                    liveness::to_edge(concrete.machine(), graph, state, number),
                    explanation,
                ));
            }
        }
    }
    if graph.incomplete.is_some() {
        // What a fair run does in the end is not to be seen in a part; who asked knows that it is one.
        return Ok(Refined::Yes);
    }
    for excused in &refinement.progress {
        let mut translation = Translation::default();
        let mut formula = translation.formula(&view, &excused.promise)?;
        if let Some(excuse) = &excused.unless {
            let excuse = Temporal::Eventually(Box::new(Temporal::State(excuse.clone())));
            formula = Formula::Or(vec![formula, translation.formula(concrete, &excuse)?]);
        }
        let problem = Problem {
            predicates: &translation.predicates,
            ..*problem
        };
        if let Found::Lasso(lasso) = liveness::search(&problem, &formula)? {
            let state = lasso.cycle.first().map_or(0, |step| step.state);
            let explanation = Explanation {
                before: view.describe(state),
                ..Explanation::default()
            };
            return Ok(Refined::No(liveness::counterexample(graph, &lasso), explanation));
        }
    }
    Ok(if moved { Refined::Yes } else { Refined::Vacuously })
}

/// The view of an abstract module's variables: what the mapping makes of each state.
struct Abstract<'a> {
    graph: &'a Graph,
    names: Vec<String>,
    values: Vec<Mapped>,
    all: Rc<Partition>,
    some: RefCell<HashMap<BTreeSet<usize>, Rc<Partition>>>,
}

impl<'a> Abstract<'a> {
    fn new(concrete: &'a Concrete, abstraction: &Abstraction) -> Result<Self, Diagnostic> {
        let mapping = abstraction.mapping.iter();
        let values = mapping.map(|expr| Mapped::new(concrete, expr));
        let values: Vec<Mapped> = values.collect::<Result<_, _>>()?;
        let graph = concrete.graph();
        let classes = Rc::new(group(graph, values.iter()));
        let names = abstraction.variables.iter().map(ToString::to_string).collect();
        Ok(Abstract {
            graph,
            names,
            values,
            all: classes,
            some: Default::default(),
        })
    }

    fn same(&self, from: StateId, to: StateId) -> bool {
        self.all.of[from as usize] == self.all.of[to as usize]
    }

    fn describe(&self, state: StateId) -> Vec<(String, Value)> {
        let names = self.names.iter().cloned().enumerate();
        names
            .map(|(variable, name)| (name, self.value(variable, state)))
            .collect()
    }
}

impl View for Abstract<'_> {
    fn graph(&self) -> &Graph {
        self.graph
    }

    fn partition(&self, reads: &Footprints) -> Rc<Partition> {
        let variables: BTreeSet<usize> = reads.keys().copied().collect();
        let known = self.some.borrow().get(&variables).cloned();
        known.unwrap_or_else(|| {
            let chosen = variables.iter().map(|&variable| &self.values[variable]);
            let classes = Rc::new(group(self.graph, chosen));
            self.some.borrow_mut().insert(variables, classes.clone());
            classes
        })
    }

    fn value(&self, variable: usize, state: StateId) -> Value {
        self.values[variable].value(state).clone()
    }
}
