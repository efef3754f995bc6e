//! An independent check of a lasso: it is a path, it loops, it is fair, it violates.
//!
//! This file reads definitions word for word and shares nothing with the search but the types.

use super::graph::Step;
use super::{Formula, Lasso, Problem, Strength};

/// How deep a formula may nest.
const MAX_DEPTH: usize = 64;

/// Says what is wrong with a lasso, if anything: it must be a walk of the graph from an initial state into a loop that is fair
/// to every condition, and the run it stands for must violate the formula.
pub fn verify_lasso(problem: &Problem<'_>, formula: &Formula, lasso: &Lasso) -> Result<(), String> {
    walks(problem, lasso)?;
    fair(problem, &lasso.cycle)?;
    if formula.deeper_than(MAX_DEPTH) {
        return Err("the formula nests too deep".into());
    }
    let run = Run {
        problem,
        steps: lasso.stem.iter().chain(&lasso.cycle).copied().collect(),
        loops_to: lasso.stem.len(),
    };
    match run.truth(formula)?.first() {
        Some(false) => Ok(()),
        _ => Err("the run satisfies the formula".into()),
    }
}

fn walks(problem: &Problem<'_>, lasso: &Lasso) -> Result<(), String> {
    let graph = &problem.graph;
    let Some(anchor) = lasso.cycle.first().map(|s| s.state) else {
        return Err("the cycle is empty".into());
    };
    let steps: Vec<Step> = lasso.stem.iter().chain(&lasso.cycle).copied().collect();
    if !graph.initial().contains(&steps[0].state) {
        return Err(format!("state {} is not initial", steps[0].state));
    }
    for (i, step) in steps.iter().enumerate() {
        if step.state >= graph.states() {
            return Err(format!("step {i} leaves a state that does not exist"));
        }
        if let Some(edge) = step.edge
            && !graph.edges_of(step.state).contains(&edge)
        {
            return Err(format!("step {i} takes an edge of another state"));
        }
        let next = steps.get(i + 1).map_or(anchor, |s| s.state);
        let target = step.edge.map_or(step.state, |e| graph.target(e));
        if target != next {
            return Err(format!("step {i} leads to state {target}, not to {next}"));
        }
    }
    Ok(())
}

fn fair(problem: &Problem<'_>, cycle: &[Step]) -> Result<(), String> {
    for condition in problem.fairness {
        let taken = cycle.iter().filter(|&&s| condition.taken(s)).count();
        let enabled = cycle.iter().filter(|s| condition.enabled(s.state)).count();
        let must_be_taken = match condition.kind {
            Strength::Weak => enabled == cycle.len(),
            Strength::Strong => enabled > 0,
        };
        if must_be_taken && taken == 0 {
            return Err(format!("the cycle is not fair to {}", condition.name));
        }
    }
    Ok(())
}

/// An infinite run: its steps, and the position that follows the last one.
struct Run<'a> {
    problem: &'a Problem<'a>,
    steps: Vec<Step>,
    loops_to: usize,
}

impl Run<'_> {
    /// The truth of a formula at each position.
    fn truth(&self, formula: &Formula) -> Result<Vec<bool>, String> {
        let everywhere = 0..self.steps.len();
        Ok(match formula {
            Formula::Const(b) => vec![*b; self.steps.len()],
            Formula::Pred(id) => {
                let predicate = self.problem.predicates.get(*id as usize);
                let predicate = predicate.ok_or_else(|| format!("there is no predicate {id}"))?;
                self.steps.iter().map(|&s| predicate.holds(s)).collect()
            }
            Formula::Not(f) => self.truth(f)?.into_iter().map(|b| !b).collect(),
            Formula::And(fs) => {
                let parts: Vec<_> = fs.iter().map(|f| self.truth(f)).collect::<Result<_, _>>()?;
                everywhere.map(|i| parts.iter().all(|p| p[i])).collect()
            }
            Formula::Or(fs) => {
                let parts: Vec<_> = fs.iter().map(|f| self.truth(f)).collect::<Result<_, _>>()?;
                everywhere.map(|i| parts.iter().any(|p| p[i])).collect()
            }
            Formula::Implies(f, g) => {
                let (f, g) = (self.truth(f)?, self.truth(g)?);
                everywhere.map(|i| !f[i] || g[i]).collect()
            }
            Formula::Always(f) => {
                let f = self.truth(f)?;
                everywhere.map(|i| self.from(i).all(|j| f[j])).collect()
            }
            Formula::Eventually(f) => {
                let f = self.truth(f)?;
                everywhere.map(|i| self.from(i).any(|j| f[j])).collect()
            }
            Formula::LeadsTo(f, g) => {
                let (f, g) = (self.truth(f)?, self.truth(g)?);
                let kept: Vec<bool> = everywhere
                    .clone()
                    .map(|i| !f[i] || self.from(i).any(|j| g[j]))
                    .collect();
                everywhere.map(|i| self.from(i).all(|j| kept[j])).collect()
            }
        })
    }

    /// The positions that lie at `i` or after it; in the cycle that is all of the cycle.
    fn from(&self, i: usize) -> std::ops::Range<usize> {
        i.min(self.loops_to)..self.steps.len()
    }
}
