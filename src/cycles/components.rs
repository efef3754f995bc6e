//! The strongly connected parts of a graph in which a run can stay for ever and be fair.

use super::clauses::Clause;
use super::demands::Demand;
use super::graph::Step;
use super::prop::Prop;
use super::reach::Reach;
use super::tarjan::{Components, Tarjan};
use super::{Bits, Problem};

/// Where the cycle of a violating run may go: what the clause allows for ever, from the states that its stem can reach.
pub(super) struct Arena<'c> {
    states: Vec<u32>,
    edges: Bits,
    stutters: Bits,
    /// What the cycle has to do there.
    pub demands: Vec<Demand<'c>>,
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
    pub(crate) fn new(problem: &Problem<'c>, clause: &'c Clause, reach: &Reach) -> Self {
        let all = *reach.event_sets().end();
        let reached = |state: &u32| reach.distance(*state, all).is_some();
        let states = candidates(problem).into_iter().filter(reached).collect();
        Arena::of(problem, clause, &reach.keep, states)
    }

    /// The same for all states: if nothing in it is fair, no finite part has to be looked for.
    pub(crate) fn everywhere(problem: &Problem<'c>, clause: &'c Clause, keep: &Prop) -> Self {
        Arena::of(problem, clause, keep, candidates(problem))
    }

    fn of(problem: &Problem<'c>, clause: &'c Clause, keep: &Prop, mut states: Vec<u32>) -> Self {
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
            demands: Demand::of(problem, clause),
        }
    }

    /// Forbids some of the steps from these states.
    fn forget(&mut self, problem: &Problem<'_>, states: &[u32], forbidden: impl Fn(Step) -> bool) {
        for &state in states {
            if forbidden(Step { state, edge: None }) {
                self.stutters.remove(state);
            }
            for edge in problem.graph.edges_of(state) {
                if forbidden(Step {
                    state,
                    edge: Some(edge),
                }) {
                    self.edges.remove(edge);
                }
            }
        }
    }

    /// The steps from `state` that stay in its region.
    pub(crate) fn steps<'a>(
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

/// The states that a fair cycle may visit.
fn candidates(problem: &Problem<'_>) -> Vec<u32> {
    match problem.lasting {
        Some(states) => states.to_vec(),
        None => (0..problem.graph.states()).collect(),
    }
}

/// The maximal fair components. A component that cannot do what is demanded of every cycle is given up, as no part of it can; one
/// that cannot do what some of its steps demand is searched again without those steps, which the arena forgets.
pub(super) fn fair_components(problem: &Problem<'_>, arena: &mut Arena<'_>) -> FairComponents {
    let mut search = Regions::new(problem);
    let mut fair = vec![];
    let mut open = vec![arena.states.clone()];
    while let Some(states) = open.pop() {
        for component in search.split(arena, &states).iter() {
            match examine(problem, arena, &search.region, component) {
                Outcome::Fair => fair.push(component.to_vec()),
                Outcome::Hopeless => search.leave(component),
                Outcome::Without(demands) => {
                    let raised = |step: Step| demands.iter().any(|d| d.raised_by(problem.predicates, step));
                    arena.forget(problem, component, raised);
                    search.leave(component);
                    open.push(component.to_vec());
                }
            }
        }
    }
    FairComponents {
        components: fair,
        region: search.region,
    }
}

enum Outcome<'c> {
    Fair,
    Hopeless,
    /// Some steps demand this, and none does it.
    Without(Vec<Demand<'c>>),
}

fn examine<'c>(problem: &Problem<'_>, arena: &Arena<'c>, region: &[u32], component: &[u32]) -> Outcome<'c> {
    let steps = || component.iter().flat_map(|&s| arena.steps(problem, region, s));
    if steps().next().is_none() {
        return Outcome::Hopeless;
    }
    let mut without = vec![];
    for &demand in &arena.demands {
        if steps().any(|s| demand.met_by(problem.predicates, s)) {
            continue;
        }
        if !demand.is_conditional() {
            return Outcome::Hopeless;
        }
        if steps().any(|s| demand.raised_by(problem.predicates, s)) {
            without.push(demand);
        }
    }
    if without.is_empty() {
        Outcome::Fair
    } else {
        Outcome::Without(without)
    }
}

/// Ever smaller parts of the same graph, and their components.
struct Regions<'a> {
    problem: &'a Problem<'a>,
    /// Each part that is searched, and each component found, has a number of its own.
    region: Vec<u32>,
    regions: u32,
    tarjan: Tarjan,
}

impl<'a> Regions<'a> {
    fn new(problem: &'a Problem<'a>) -> Self {
        let states = problem.graph.states() as usize;
        Regions {
            problem,
            region: vec![NOWHERE; states],
            regions: 0,
            tarjan: Tarjan::new(states),
        }
    }

    /// The components of the arena restricted to `states`, each a region of its own.
    fn split(&mut self, arena: &Arena<'_>, states: &[u32]) -> Components {
        let here = self.enter(states);
        let (graph, region) = (self.problem.graph, &self.region);
        let found = self.tarjan.components(states, |state| {
            let edges = graph.edges_of(state).filter(|&edge| arena.edges.contains(edge));
            let targets = edges.map(move |edge| graph.target(edge));
            targets.filter(|&target| region[target as usize] == here)
        });
        for component in found.iter() {
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
