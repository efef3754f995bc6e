//! A second implementation, for graphs of a few states: every set of steps that a run may repeat for ever is tried, and the truth of
//! the formula is carried backwards from there. No components, no negation, no clauses.

use std::collections::HashSet;

use oomspec::cycles::{Formula, Problem, Step, Strength};

/// Whether some fair run violates the formula.
pub fn violated(problem: &Problem<'_>, formula: &Formula) -> bool {
    let graph = &problem.graph;
    let steps: Vec<Step> = (0..graph.states())
        .flat_map(|state| {
            let edges = graph.edges_of(state).map(Some).chain([None]);
            edges.map(move |edge| Step { state, edge })
        })
        .collect();
    assert!(steps.len() <= 16, "too many steps to enumerate all sets of them");
    let formula = spelled_out(formula);
    let parts = subformulas(&formula);

    // Pairs of a step and the truth, from that step on, of each subformula.
    let mut known: HashSet<(usize, u128)> = HashSet::new();
    let mut open = vec![];
    for set in 1u32..1 << steps.len() {
        let inside = |i: &usize| set >> i & 1 == 1;
        let chosen: Vec<usize> = (0..steps.len()).filter(inside).collect();
        if !fair(problem, &steps, &chosen) || !closed_walk(problem, &steps, &chosen) {
            continue;
        }
        for (i, truth) in truth_in_loop(problem, &parts, &steps, &chosen) {
            if known.insert((i, truth)) {
                open.push((i, truth));
            }
        }
    }
    while let Some((after, truth)) = open.pop() {
        for (i, &step) in steps.iter().enumerate() {
            if graph.after(step) == steps[after].state {
                let truth = truth_before(problem, &parts, step, truth);
                if known.insert((i, truth)) {
                    open.push((i, truth));
                }
            }
        }
    }
    let whole = 1 << (parts.len() - 1);
    known
        .iter()
        .any(|&(i, truth)| graph.initial().contains(&steps[i].state) && truth & whole == 0)
}

/// Whether a run that repeats exactly these steps is fair.
fn fair(problem: &Problem<'_>, steps: &[Step], chosen: &[usize]) -> bool {
    problem.fairness.iter().all(|c| {
        let enabled = |i: &usize| c.enabled(steps[*i].state);
        let excused = match c.kind {
            Strength::Weak => !chosen.iter().all(enabled),
            Strength::Strong => !chosen.iter().any(enabled),
        };
        excused || chosen.iter().any(|&i| c.taken(steps[i]))
    })
}

/// Whether some closed walk takes exactly these steps: from each of them, each of them can be reached.
fn closed_walk(problem: &Problem<'_>, steps: &[Step], chosen: &[usize]) -> bool {
    let all = chosen.iter().fold(0u32, |set, &i| set | 1 << steps[i].state);
    let source = |i: usize| 1u32 << steps[i].state;
    let target = |i: usize| 1u32 << problem.graph.after(steps[i]);
    let closure = |from: &dyn Fn(usize) -> u32, to: &dyn Fn(usize) -> u32| {
        let mut reached = source(chosen[0]);
        loop {
            let more = chosen
                .iter()
                .filter(|&&i| reached & from(i) != 0)
                .fold(reached, |set, &i| set | to(i));
            if more == reached {
                return reached;
            }
            reached = more;
        }
    };
    closure(&source, &target) == all && closure(&target, &source) == all
}

/// The formula with `F ~> G` as `[](F => <>G)`.
fn spelled_out(formula: &Formula) -> Formula {
    use Formula::*;
    let each = |fs: &[Formula]| fs.iter().map(spelled_out).collect();
    match formula {
        Const(_) | Pred(_) => formula.clone(),
        Not(f) => !spelled_out(f),
        And(fs) => And(each(fs)),
        Or(fs) => Or(each(fs)),
        Implies(f, g) => Formula::implies(spelled_out(f), spelled_out(g)),
        Always(f) => Formula::always(spelled_out(f)),
        Eventually(f) => Formula::eventually(spelled_out(f)),
        LeadsTo(f, g) => {
            let answer = Formula::eventually(spelled_out(g));
            Formula::always(Formula::implies(spelled_out(f), answer))
        }
    }
}

/// Every subformula, parts before wholes.
fn subformulas(formula: &Formula) -> Vec<&Formula> {
    use Formula::*;
    let mut found = vec![];
    match formula {
        Const(_) | Pred(_) => {}
        Not(f) | Always(f) | Eventually(f) => found.extend(subformulas(f)),
        And(fs) | Or(fs) => found.extend(fs.iter().flat_map(subformulas)),
        Implies(f, g) => {
            found.extend(subformulas(f));
            found.extend(subformulas(g));
        }
        LeadsTo(..) => unreachable!("spelled out"),
    }
    found.push(formula);
    assert!(found.len() < 128);
    found
}

/// The truth of each subformula at each of these steps, when they are repeated for ever: what is temporal is as true at one of them as
/// at another.
fn truth_in_loop(problem: &Problem<'_>, parts: &[&Formula], steps: &[Step], chosen: &[usize]) -> Vec<(usize, u128)> {
    let mut truth: Vec<(usize, u128)> = chosen.iter().map(|&i| (i, 0)).collect();
    for (n, part) in parts.iter().enumerate() {
        let at = |f: &Formula, t: u128| holds(parts, f, t);
        let values: Vec<bool> = match part {
            Formula::Always(f) => vec![truth.iter().all(|t| at(f, t.1)); truth.len()],
            Formula::Eventually(f) => vec![truth.iter().any(|t| at(f, t.1)); truth.len()],
            plain => truth
                .iter()
                .map(|&(i, t)| plain_truth(problem, parts, plain, steps[i], t))
                .collect(),
        };
        for (t, value) in truth.iter_mut().zip(values) {
            t.1 |= u128::from(value) << n;
        }
    }
    truth
}

/// The truth of each subformula at a step, from their truth at the next.
fn truth_before(problem: &Problem<'_>, parts: &[&Formula], step: Step, after: u128) -> u128 {
    let mut truth = 0;
    for (n, part) in parts.iter().enumerate() {
        let later = after >> n & 1 == 1;
        let value = match part {
            Formula::Always(f) => holds(parts, f, truth) && later,
            Formula::Eventually(f) => holds(parts, f, truth) || later,
            plain => plain_truth(problem, parts, plain, step, truth),
        };
        truth |= u128::from(value) << n;
    }
    truth
}

fn plain_truth(problem: &Problem<'_>, parts: &[&Formula], formula: &Formula, step: Step, truth: u128) -> bool {
    let at = |f: &Formula| holds(parts, f, truth);
    match formula {
        Formula::Const(b) => *b,
        Formula::Pred(id) => problem.predicates[*id as usize].holds(step),
        Formula::Not(f) => !at(f),
        Formula::And(fs) => fs.iter().all(at),
        Formula::Or(fs) => fs.iter().any(at),
        Formula::Implies(f, g) => !at(f) || at(g),
        _ => unreachable!("temporal"),
    }
}

/// The truth of a subformula that has been judged.
fn holds(parts: &[&Formula], formula: &Formula, truth: u128) -> bool {
    let n = parts.iter().position(|f| std::ptr::eq(*f, formula));
    truth >> n.expect("a subformula") & 1 == 1
}
