//! What a clause asks of the finite part of a run: how far each state is, and by which path, with the clause's events behind it.

use std::ops::RangeInclusive;

use super::clauses::Clause;
use super::graph::Step;
use super::prop::{Event, Prop};
use super::{Predicate, Problem, Unsupported};

/// How many events a clause may follow at once.
const MAX_EVENTS: usize = 12;

const UNREACHED: u32 = u32::MAX;
/// How a node was entered, other than by an edge.
const STUTTER: u32 = u32::MAX;
const SAME_STATE: u32 = u32::MAX - 1;
const START: u32 = u32::MAX - 2;

/// Breadth-first distances over pairs of a state and the set of events that have happened.
pub(super) struct Reach {
    states: u32,
    /// By set of events, then by state.
    nodes: Vec<Node>,
    /// What each event starts with.
    pub starts: Vec<Prop>,
    /// What the events that have all happened demand of every later step.
    pub keep: Prop,
}

#[derive(Clone, Copy)]
struct Node {
    distance: u32,
    parent: u32,
    via: u32,
}

/// An event, and the one that it has to wait for.
struct Monitor<'c> {
    start: &'c Prop,
    keep: &'c Prop,
    after: Option<usize>,
    starts_in_states: bool,
}

/// Explores the runs' finite parts that the clause allows.
pub(super) fn explore(problem: &Problem<'_>, clause: &Clause) -> Result<Reach, Unsupported> {
    let mut monitors = vec![];
    for event in &clause.happens {
        add_monitors(event, None, problem.predicates, &mut monitors);
    }
    let states = problem.graph.states();
    let size = u64::from(states) << monitors.len().min(31);
    // At twelve bytes a node, that is 6 GB.
    if monitors.len() > MAX_EVENTS || size >= 1 << 29 {
        return Err(Unsupported::TooLarge);
    }
    let unreached = Node {
        distance: UNREACHED,
        parent: 0,
        via: START,
    };
    let mut search = Search {
        problem,
        always: &clause.always,
        monitors: &monitors,
        queue: vec![],
        reach: Reach {
            states,
            nodes: vec![unreached; size as usize],
            starts: monitors.iter().map(|m| m.start.clone()).collect(),
            keep: Prop::all(monitors.iter().map(|m| m.keep.clone())),
        },
    };
    search.run(&clause.now);
    Ok(search.reach)
}

/// What every step of a cycle must satisfy once all of a clause's events are behind it.
pub(super) fn kept(problem: &Problem<'_>, clause: &Clause) -> Prop {
    let mut monitors = vec![];
    for event in &clause.happens {
        add_monitors(event, None, problem.predicates, &mut monitors);
    }
    Prop::all(monitors.iter().map(|m| m.keep.clone()))
}

impl Reach {
    /// The sets of events that can be told apart: all numbers up to the set of all events, each a bit.
    pub(crate) fn event_sets(&self) -> RangeInclusive<u32> {
        0..=(1 << self.starts.len()) - 1
    }

    /// How many steps lead to `state` with exactly these events behind; none if nothing does.
    pub(crate) fn distance(&self, state: u32, events: u32) -> Option<u32> {
        let node = self.nodes[self.index(state, events)];
        (node.distance != UNREACHED).then_some(node.distance)
    }

    /// A shortest path to `state` with exactly these events behind.
    pub(crate) fn path(&self, state: u32, events: u32) -> Vec<Step> {
        let mut steps = vec![];
        let mut at = self.index(state, events);
        loop {
            let node = self.nodes[at];
            if node.distance == UNREACHED || node.via == START {
                break;
            }
            at = node.parent as usize;
            let state = at as u32 % self.states;
            match node.via {
                SAME_STATE => {}
                STUTTER => steps.push(Step { state, edge: None }),
                edge => steps.push(Step {
                    state,
                    edge: Some(edge),
                }),
            }
        }
        steps.reverse();
        steps
    }

    fn index(&self, state: u32, events: u32) -> usize {
        events as usize * self.states as usize + state as usize
    }
}

struct Search<'a> {
    problem: &'a Problem<'a>,
    always: &'a Prop,
    monitors: &'a [Monitor<'a>],
    queue: Vec<u32>,
    reach: Reach,
}

impl Search<'_> {
    fn run(&mut self, now: &Prop) {
        let graph = self.problem.graph;
        let predicates = self.problem.predicates;
        // Only an event that starts in a step can make stuttering matter before the cycle.
        let stutters = self.monitors.iter().any(|m| !m.starts_in_states);
        for &state in graph.initial() {
            if now.holds(predicates, Step { state, edge: None }) {
                self.enter(state, 0, 0, 0, START);
            }
        }
        let mut sets = vec![];
        let mut next = 0;
        while let Some(&at) = self.queue.get(next) {
            next += 1;
            let (state, events) = (at % self.reach.states, at / self.reach.states);
            let distance = self.reach.nodes[at as usize].distance + 1;
            let edges = graph.edges_of(state).map(Some);
            for edge in edges.chain(stutters.then_some(None)) {
                let step = Step { state, edge };
                if !self.always.holds(predicates, step) || !self.keeps(events, step) {
                    continue;
                }
                let (target, via) = (graph.after(step), edge.unwrap_or(STUTTER));
                self.events_after(events, step, &mut sets);
                for &events in &sets {
                    self.enter(target, events, distance, at, via);
                }
            }
        }
    }

    /// Queues a node that is new, and the nodes of the same state in which further events have just happened.
    fn enter(&mut self, state: u32, events: u32, distance: u32, parent: u32, via: u32) {
        if self.is_reached(state, events) {
            return;
        }
        let mut open = vec![(events, parent, via)];
        while let Some((events, parent, via)) = open.pop() {
            if self.is_reached(state, events) {
                continue;
            }
            let index = self.reach.index(state, events);
            self.reach.nodes[index] = Node { distance, parent, via };
            self.queue.push(index as u32);
            let here = Step { state, edge: None };
            for (i, monitor) in self.monitors.iter().enumerate() {
                if monitor.starts_in_states
                    && may_happen(i, monitor, events)
                    && monitor.start.holds(self.problem.predicates, here)
                {
                    open.push((events | 1 << i, index as u32, SAME_STATE));
                }
            }
        }
    }

    fn is_reached(&self, state: u32, events: u32) -> bool {
        self.reach.nodes[self.reach.index(state, events)].distance != UNREACHED
    }

    /// Whether a step keeps what the events that have happened demand.
    fn keeps(&self, events: u32, step: Step) -> bool {
        let mut happened = self.monitors.iter().enumerate();
        happened.all(|(i, m)| events >> i & 1 == 0 || m.keep.holds(self.problem.predicates, step))
    }

    /// The sets of events that may have happened after a step.
    fn events_after(&self, events: u32, step: Step, sets: &mut Vec<u32>) {
        sets.clear();
        sets.push(events);
        let mut next = 0;
        while let Some(&events) = sets.get(next) {
            next += 1;
            for (i, m) in self.monitors.iter().enumerate() {
                let more = events | 1 << i;
                if may_happen(i, m, events)
                    && !sets.contains(&more)
                    && m.start.holds(self.problem.predicates, step)
                    && m.keep.holds(self.problem.predicates, step)
                {
                    sets.push(more);
                }
            }
        }
    }
}

fn may_happen(i: usize, monitor: &Monitor<'_>, events: u32) -> bool {
    events >> i & 1 == 0 && monitor.after.is_none_or(|a| events >> a & 1 == 1)
}

fn add_monitors<'c>(event: &'c Event, after: Option<usize>, predicates: &[Predicate], monitors: &mut Vec<Monitor<'c>>) {
    let index = monitors.len();
    monitors.push(Monitor {
        start: &event.start,
        keep: &event.keep,
        after,
        starts_in_states: !event.start.speaks_of_steps(predicates),
    });
    for event in &event.then {
        add_monitors(event, Some(index), predicates, monitors);
    }
}
