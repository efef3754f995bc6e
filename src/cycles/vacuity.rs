//! Formulas that hold for want of an occasion.

use super::graph::Step;
use super::{Bits, Formula, Problem};

/// The parts `P ~> Q` and `[](P => Q)` of a formula whose `P` is true nowhere in a run: they say nothing about this graph. A `P`
/// that is temporal itself is not judged.
pub fn vacuous<'f>(problem: &Problem<'_>, formula: &'f Formula) -> Vec<&'f Formula> {
    let mut found = vec![];
    let mut open = vec![formula];
    while let Some(f) = open.pop() {
        let occasion = match f {
            Formula::LeadsTo(p, _) => Some(p),
            Formula::Always(inner) => match &**inner {
                Formula::Implies(p, _) => Some(p),
                _ => None,
            },
            _ => None,
        };
        if occasion.is_some_and(|p| holds_nowhere(problem, p)) {
            found.push(f);
        }
        open.extend(f.parts().into_iter().rev());
    }
    found
}

/// Whether no step of a run satisfies `p`, stuttering included.
fn holds_nowhere(problem: &Problem<'_>, p: &Formula) -> bool {
    if p.deeper_than(64) {
        return false;
    }
    let graph = &problem.graph;
    let mut reached = Bits::new(graph.states() as usize);
    let mut open = graph.initial().to_vec();
    while let Some(state) = open.pop() {
        if reached.contains(state) {
            continue;
        }
        reached.insert(state);
        let edges = graph.edges_of(state).map(Some).chain([None]);
        for step in edges.map(|edge| Step { state, edge }) {
            // A temporal part is not judged, and neither is a predicate that does not exist.
            if value(problem, p, step).unwrap_or(true) {
                return false;
            }
            open.extend(step.edge.map(|edge| graph.target(edge)));
        }
    }
    true
}

/// The truth of a formula without temporal operators.
fn value(problem: &Problem<'_>, f: &Formula, step: Step) -> Option<bool> {
    Some(match f {
        Formula::Const(b) => *b,
        Formula::Pred(id) => problem.predicates.get(*id as usize)?.holds(step),
        Formula::Not(f) => !value(problem, f, step)?,
        Formula::And(fs) => {
            let parts: Option<Vec<bool>> = fs.iter().map(|f| value(problem, f, step)).collect();
            parts?.into_iter().all(|b| b)
        }
        Formula::Or(fs) => {
            let parts: Option<Vec<bool>> = fs.iter().map(|f| value(problem, f, step)).collect();
            parts?.into_iter().any(|b| b)
        }
        Formula::Implies(f, g) => !value(problem, f, step)? || value(problem, g, step)?,
        Formula::Always(_) | Formula::Eventually(_) | Formula::LeadsTo(..) => return None,
    })
}
