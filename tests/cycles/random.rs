//! Ten thousand random graphs, fairness conditions and formulas: the verdicts of the search and of the enumeration are the same.

use oomspec::cycles::{
    Fairness, Formula, Lasso, Predicate, Problem, Step, Strength, Unsupported, find_violation, lasting, verify_lasso,
};

use super::model::{Model, always, eventually, leads_to, p};
use super::naive;

/// A small generator of our own (SplitMix64), so that a seed means the same everywhere and for ever.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u32) -> u32 {
        (self.next() % u64::from(n)) as u32
    }

    fn chance(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }
}

/// A graph of at most six states, up to three conditions of all sorts, and four predicates: two on states, two on steps.
fn model(random: &mut Random) -> Model {
    let states = 1 + random.below(6);
    let most = if random.chance(10) { 14 } else { 11 };
    let edges: Vec<(u32, u16, u32)> = (0..random.below(most + 1 - states))
        .map(|_| (random.below(states), random.below(3) as u16, random.below(states)))
        .collect();
    let mut model = Model::new(states, &edges);
    if random.chance(20) {
        model = model.starting_in(&[0, random.below(states)]);
    }
    for _ in 0..random.below(4) {
        let kind = if random.chance(50) {
            Strength::Weak
        } else {
            Strength::Strong
        };
        if random.chance(70) {
            model = model.fair(kind, random.below(3) as u16);
        } else {
            let (enabled, taken) = (random.next(), random.next());
            let condition = Fairness::new(
                &model.graph(),
                "random",
                kind,
                |s| enabled >> s & 1 == 1,
                |_, e| taken >> e & 1 == 1,
            );
            model.fairness.push(condition);
        }
    }
    for on_steps in [false, false, true, true] {
        let mut bits = random.next();
        if random.chance(50) {
            bits &= random.next();
        }
        let predicate = if on_steps {
            Predicate::of_steps(&model.graph(), |s| bits >> s.edge.map_or(s.state, |e| 6 + e) & 1 == 1)
        } else {
            Predicate::of_states(&model.graph(), |s| bits >> s & 1 == 1)
        };
        model.predicates.push(predicate);
    }
    model
}

/// A proposition; on states only if it stands outside every temporal operator.
fn proposition(random: &mut Random, on_steps: bool) -> Formula {
    let predicate = p(random.below(if on_steps { 4 } else { 2 }));
    match random.below(8) {
        0 => Formula::And(vec![predicate, proposition(random, on_steps)]),
        1 => Formula::Or(vec![predicate, proposition(random, on_steps)]),
        2 => !predicate,
        3 if random.chance(20) => Formula::Const(random.chance(50)),
        _ => predicate,
    }
}

/// Boolean combinations of the forms that people write.
fn usual(random: &mut Random, depth: u32) -> Formula {
    if depth > 0 && random.chance(60) {
        return join(random, depth, usual);
    }
    let f = proposition(random, true);
    match random.below(8) {
        0 => always(f),
        1 => eventually(f),
        2 => always(eventually(f)),
        3 => eventually(always(f)),
        4 | 5 => leads_to(f, proposition(random, true)),
        6 => always(Formula::implies(f, eventually(proposition(random, true)))),
        _ => proposition(random, false),
    }
}

/// A formula under as many fairness conditions as specifications have, each with predicates of its own: of states and of the steps that
/// take it, or now and then of any steps at all.
fn assuming(random: &mut Random, model: &mut Model) -> Formula {
    let goal = usual(random, 1);
    let conditions = (0..2 + random.below(7)).map(|_| {
        let (bits, more) = (random.next() & random.next(), random.next() & random.next());
        let at = |s: Step| s.edge.map_or(s.state, |e| 6 + e);
        let graph = model.graph();
        let (enabled, taken) = match random.chance(80) {
            true => (
                Predicate::of_states(&graph, |s| bits >> s & 1 == 1),
                Predicate::of_steps(&graph, |s| s.edge.is_some() && more >> at(s) & 1 == 1),
            ),
            false => (
                Predicate::of_steps(&graph, |s| bits >> at(s) & 1 == 1),
                Predicate::of_steps(&graph, |s| more >> at(s) & 1 == 1),
            ),
        };
        let id = model.predicates.len() as u32;
        model.predicates.extend([enabled, taken]);
        match random.below(3) {
            0 => Formula::weakly_fair(id, id + 1),
            _ => Formula::strongly_fair(id, id + 1),
        }
    });
    let conditions = Formula::And(conditions.collect());
    match random.below(4) {
        0 => Formula::implies(goal, conditions),
        _ => Formula::implies(conditions, goal),
    }
}

/// Any nesting at all.
fn nested(random: &mut Random, depth: u32, inside: bool) -> Formula {
    if depth == 0 {
        return proposition(random, inside);
    }
    match random.below(6) {
        0 => always(nested(random, depth - 1, true)),
        1 => eventually(nested(random, depth - 1, true)),
        2 => leads_to(nested(random, depth - 1, true), nested(random, depth - 1, true)),
        _ => join(random, depth, |r, d| nested(r, d, inside)),
    }
}

fn join(random: &mut Random, depth: u32, part: impl Fn(&mut Random, u32) -> Formula) -> Formula {
    let (f, g) = (part(random, depth - 1), part(random, depth - 1));
    match random.below(4) {
        0 => Formula::And(vec![f, g]),
        1 => Formula::Or(vec![f, g]),
        2 => Formula::implies(f, g),
        _ => !f,
    }
}

/// Compares the verdicts, and has every lasso walked.
fn agree(problem: &Problem<'_>, formula: &Formula) -> Result<Option<Lasso>, Unsupported> {
    let found = find_violation(problem, formula)?;
    let expected = naive::violated(problem, formula);
    assert_eq!(found.is_some(), expected, "{formula:?}\n{problem:?}");
    // Where a fair run can stay for ever does not depend on the formula, and to know it changes nothing.
    let problem = &Problem {
        lasting: Some(&lasting(&problem.graph, problem.fairness)),
        ..*problem
    };
    assert_eq!(find_violation(problem, formula)?, found, "{formula:?}\n{problem:?}");
    if let Some(lasso) = &found {
        let walked = verify_lasso(problem, formula, lasso);
        assert_eq!(walked, Ok(()), "{lasso:?}\n{formula:?}\n{problem:?}");
    }
    Ok(found)
}

#[test]
fn usual_formulas_agree_with_the_enumeration() {
    let mut violations = 0;
    for seed in 0..10_000 {
        let mut random = Random(seed);
        let model = model(&mut random);
        let formula = usual(&mut random, 2);
        let found = agree(&model.problem(), &formula).expect("every usual formula is supported");
        violations += u32::from(found.is_some());
    }
    // Neither answer is rare, or the comparison would mean little.
    assert!((2_000..8_000).contains(&violations), "{violations}");
}

#[test]
fn formulas_that_assume_much_fairness_agree_with_the_enumeration() {
    let mut violations = 0;
    for seed in 0..1_500 {
        let mut random = Random(1 << 42 | seed);
        let mut model = model(&mut random);
        let formula = assuming(&mut random, &mut model);
        let found = agree(&model.problem(), &formula).expect("fairness never splits a formula into cases");
        violations += u32::from(found.is_some());
    }
    assert!((300..1_200).contains(&violations), "{violations}");
}

#[test]
fn nested_formulas_agree_or_are_refused() {
    let mut supported = 0;
    for seed in 0..4_000 {
        let mut random = Random(1 << 40 | seed);
        let model = model(&mut random);
        let formula = nested(&mut random, 4, false);
        supported += u32::from(agree(&model.problem(), &formula).is_ok());
    }
    assert!(supported > 3_000, "{supported}");
}

/// Whether some lasso of `length` steps in all violates the formula, by trying every walk of that length.
fn violated_in(problem: &Problem<'_>, formula: &Formula, length: usize) -> bool {
    let graph = &problem.graph;
    let start = |&state: &u32| (vec![], state);
    let mut open: Vec<(Vec<Step>, u32)> = graph.initial().iter().map(start).collect();
    while let Some((walk, state)) = open.pop() {
        if walk.len() == length {
            let splits = (0..length).filter(|&i| walk[i].state == state);
            let mut lassos = splits.map(|i| Lasso {
                stem: walk[..i].to_vec(),
                cycle: walk[i..].to_vec(),
            });
            if lassos.any(|l| verify_lasso(problem, formula, &l).is_ok()) {
                return true;
            }
            continue;
        }
        for edge in graph.edges_of(state).map(Some).chain([None]) {
            let step = Step { state, edge };
            open.push(([&walk[..], &[step]].concat(), graph.after(step)));
        }
    }
    false
}

#[test]
fn lassos_are_as_short_as_any() {
    let mut compared = 0;
    for seed in 0..2_000 {
        let mut random = Random(1 << 41 | seed);
        let model = model(&mut random);
        let formula = usual(&mut random, 1);
        let problem = model.problem();
        let Ok(Some(lasso)) = find_violation(&problem, &formula) else {
            continue;
        };
        let length = lasso.stem.len() + lasso.cycle.len();
        if length <= 7 {
            compared += 1;
            let shorter = (1..length).find(|&l| violated_in(&problem, &formula, l));
            assert_eq!(shorter, None, "{lasso:?}\n{formula:?}\n{problem:?}");
        }
    }
    assert!(compared > 500, "{compared}");
}
