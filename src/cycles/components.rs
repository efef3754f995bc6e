//! The strongly connected parts of a graph in which a run can stay for ever and be fair.

use super::clauses::{Clause, Prop};
use super::graph::Step;
use super::reach::Reach;
use super::tarjan::Tarjan;
use super::{Bits, Kind, Problem};

/// Where the cycle of a violating run may go: what the clause allows for ever, from the states that its stem can reach.
pub(super) struct Arena<'c> {
    states: Vec<u32>,
    edges: Bits,
    stutters: Bits,
    /// Each has to be true of some step of the cycle.
    pub recurs: &'c [Prop],
}

/// Strongly connected states that contain a fair cycle. The region says which component, if any, a state belongs to.
pub(super) struct FairComponents {
    pub components: Vec<Vec<u32>>,
    pub region: Vec<u32>,
}

/// The region of the states in no component.
pub(super) const NOWHERE: u32 = u32::MAX;

impl<'c> Arena<'c> {
    /// Where a violation can go round for ever: the states that the clause's finite part leads to.
    pub fn new(problem: &Problem<'_>, clause: &'c Clause, reach: &Reach) -> Self {
        let all = *reach.event_sets().end();
        let reached = |state: &u32| reach.distance(*state, all).is_some();
        let states = (0..problem.graph.states()).filter(reached).collect();
        Arena::of(problem, clause, &reach.keep, states)
    }

    /// The same for all states: if nothing in it is fair, no finite part has to be looked for.
    pub fn everywhere(problem: &Problem<'_>, clause: &'c Clause, keep: &Prop) -> Self {
        Arena::of(problem, clause, keep, (0..problem.graph.states()).collect())
    }

    fn of(problem: &Problem<'_>, clause: &'c Clause, keep: &Prop, mut states: Vec<u32>) -> Self {
        let (graph, predicates) = (&problem.graph, problem.predicates);
        let allowed = Prop::all([clause.always.clone(), clause.settles.clone(), keep.clone()]);
        let mut edges = Bits::new(graph.edges() as usize);
        let mut stutters = Bits::new(graph.states() as usize);
        if !allowed.speaks_of_steps(predicates) {
            states.retain(|&state| allowed.holds(predicates, Step { state, edge: None }));
            for &state in &states {
                stutters.insert(state);
                graph.edges_of(state).for_each(|edge| edges.insert(edge));
            }
        } else {
            for &state in &states {
                if allowed.holds(predicates, Step { state, edge: None }) {
                    stutters.insert(state);
                }
                for e in graph.edges_of(state) {
                    let edge = Some(e);
                    if allowed.holds(predicates, Step { state, edge }) {
                        edges.insert(e);
                    }
                }
            }
        }
        Arena {
            states,
            edges,
            stutters,
            recurs: &clause.recurs,
        }
    }

    /// The steps from `state` that stay in its region.
    pub fn steps<'a>(
        &'a self,
        problem: &'a Problem<'_>,
        region: &'a [u32],
        state: u32,
    ) -> impl Iterator<Item = Step> + 'a {
        let graph = problem.graph;
        let stutter = self.stutters.contains(state).then_some(None);
        let edges = graph
            .edges_of(state)
            .filter(move |&e| self.edges.contains(e) && region[graph.target(e) as usize] == region[state as usize]);
        // Stuttering last: a loop that can do without it should.
        let ways = edges.map(Some).chain(stutter);
        ways.map(move |edge| Step { state, edge })
    }
}

/// The maximal fair components. A component that lacks what weak fairness or the clause needs is given up, as no part of it can have
/// it; one that lacks a strongly fair step is searched again without the states that enable it.
pub(super) fn fair_components(problem: &Problem<'_>, arena: &Arena<'_>) -> FairComponents {
    let mut search = Regions::new(problem, arena);
    let mut fair = vec![];
    let mut open = vec![arena.states.clone()];
    while let Some(states) = open.pop() {
        for component in search.split(&states) {
            let judged = judge(problem, arena, &search.region, &component);
            match judged {
                Judgement::Fair => fair.push(component),
                Judgement::Hopeless => search.leave(&component),
                Judgement::Without(conditions) => {
                    search.leave(&component);
                    let strong = |s: u32| conditions.iter().any(|&c| problem.fairness[c].enabled(s));
                    open.push(component.into_iter().filter(|&s| !strong(s)).collect());
                }
            }
        }
    }
    FairComponents {
        components: fair,
        region: search.region,
    }
}

enum Judgement {
    Fair,
    Hopeless,
    /// These strong conditions are enabled but never taken.
    Without(Vec<usize>),
}

fn judge(problem: &Problem<'_>, arena: &Arena<'_>, region: &[u32], component: &[u32]) -> Judgement {
    let steps = || component.iter().flat_map(|&s| arena.steps(problem, region, s));
    if steps().next().is_none() {
        return Judgement::Hopeless;
    }
    let recurs = |p: &Prop| steps().any(|s| p.holds(problem.predicates, s));
    if !arena.recurs.iter().all(recurs) {
        return Judgement::Hopeless;
    }
    let mut without = vec![];
    for (i, condition) in problem.fairness.iter().enumerate() {
        let enabled = |s: &u32| condition.enabled(*s);
        let excused = match condition.kind {
            Kind::Weak => !component.iter().all(enabled),
            Kind::Strong => !component.iter().any(enabled),
        };
        if excused || steps().any(|s| condition.taken(s)) {
            continue;
        }
        match condition.kind {
            Kind::Weak => return Judgement::Hopeless,
            Kind::Strong => without.push(i),
        }
    }
    if without.is_empty() {
        Judgement::Fair
    } else {
        Judgement::Without(without)
    }
}

/// Ever smaller parts of the same graph, and their components.
struct Regions<'a> {
    problem: &'a Problem<'a>,
    arena: &'a Arena<'a>,
    /// Each part that is searched, and each component found, has a number of its own.
    region: Vec<u32>,
    regions: u32,
    tarjan: Tarjan,
}

impl<'a> Regions<'a> {
    fn new(problem: &'a Problem<'a>, arena: &'a Arena<'a>) -> Self {
        let states = problem.graph.states() as usize;
        Regions {
            problem,
            arena,
            region: vec![NOWHERE; states],
            regions: 0,
            tarjan: Tarjan::new(states),
        }
    }

    /// The components of the graph restricted to `states`, each a region of its own.
    fn split(&mut self, states: &[u32]) -> Vec<Vec<u32>> {
        let here = self.enter(states);
        let (graph, arena, region) = (self.problem.graph, self.arena, &self.region);
        let found = self.tarjan.components(states, |state| {
            let edges = graph.edges_of(state).filter(|&edge| arena.edges.contains(edge));
            let targets = edges.map(move |edge| graph.target(edge));
            targets.filter(|&target| region[target as usize] == here)
        });
        for component in &found {
            self.enter(component);
        }
        found
    }

    /// Makes states a region.
    fn enter(&mut self, states: &[u32]) -> u32 {
        let region = self.regions;
        self.regions += 1;
        for &state in states {
            self.region[state as usize] = region;
        }
        region
    }

    /// Takes states out of every region.
    fn leave(&mut self, states: &[u32]) {
        for &s in states {
            self.region[s as usize] = NOWHERE;
        }
    }
}
