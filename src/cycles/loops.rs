//! A short lasso through one of the fair components.
//!
//! Every state of a fair component can anchor a loop. A greedy walk gives the first, and then a search over pairs of a state and
//! the demands met so far looks for shorter ones, nearest anchor first, within a fixed budget: the answer never depends on time.

use std::collections::{HashMap, VecDeque};

use super::components::{Arena, FairComponents};
use super::demands::Demand;
use super::graph::Step;
use super::prop::Prop;
use super::reach::Reach;
use super::{Lasso, Problem};

/// How many steps the search may look at: in all, and from one anchor.
const BUDGET: usize = 2_000_000;
const BUDGET_PER_ANCHOR: usize = 200_000;
/// The longest loop that is worth the quadratic search for detours.
const MAX_SHRINK: usize = 300;

/// A short lasso, if there is any fair component.
pub(super) fn shortest(
    problem: &Problem<'_>,
    reach: &Reach,
    arena: &Arena<'_>,
    fair: &FairComponents,
) -> Option<Lasso> {
    // An event may happen on the way to the anchor, or in the loop.
    let mut anchors: Vec<(u32, u32, u32, usize)> = vec![];
    for (i, component) in fair.components.iter().enumerate() {
        for events in reach.event_sets().rev() {
            anchors.extend(component.iter().filter_map(|&state| {
                let distance = reach.distance(state, events)?;
                Some((distance, state, events, i))
            }));
        }
    }
    anchors.sort_unstable();

    let mut searches = HashMap::new();
    let mut best: Option<Lasso> = None;
    let mut budget = BUDGET;
    for (distance, anchor, events, i) in anchors {
        let room = best.as_ref().map_or(usize::MAX, |b| b.cost().0 - 1);
        let mut room = room.saturating_sub(distance as usize);
        if room == 0 || (budget == 0 && best.is_some()) {
            break;
        }
        let mut cycle = None;
        let search = searches.entry((i, events)).or_insert_with(|| {
            let missing = reach.starts.iter().enumerate();
            let missing = missing.filter(|(e, _)| events >> e & 1 == 0);
            let search = LoopSearch::new(
                problem,
                arena,
                fair,
                &fair.components[i],
                missing.map(|(_, start)| start),
            )?;
            let greedy = search.shrunk(search.greedy(anchor, &mut budget));
            if greedy.len() <= room {
                room = greedy.len() - 1;
                cycle = Some(greedy);
            }
            Some(search)
        });
        let shorter = search
            .as_ref()
            .and_then(|search| search.exact(anchor, room, &mut budget));
        if let Some(cycle) = shorter.or(cycle) {
            let stem = reach.path(anchor, events);
            best = Some(Lasso { stem, cycle }.rolled_up());
        }
    }
    best
}

struct LoopSearch<'a> {
    problem: &'a Problem<'a>,
    arena: &'a Arena<'a>,
    region: &'a [u32],
    demands: Vec<Demand<'a>>,
}

impl<'a> LoopSearch<'a> {
    /// The search for a loop in which, besides, each of the events starts; none if no loop of the component has them all.
    fn new(
        problem: &'a Problem<'a>,
        arena: &'a Arena<'a>,
        fair: &'a FairComponents,
        component: &[u32],
        events: impl Iterator<Item = &'a Prop>,
    ) -> Option<Self> {
        let mut search = LoopSearch {
            problem,
            arena,
            region: &fair.region,
            demands: vec![],
        };
        let comes_up = |d: &Demand<'_>| {
            component
                .iter()
                .any(|&s| search.steps(s).any(|step| search.raises(*d, step)))
        };
        search.demands = arena.demands.iter().copied().filter(comes_up).collect();
        for event in events.map(Demand::Satisfy) {
            let meets = |&s: &u32| search.steps(s).any(|step| search.meets(event, step));
            if !component.iter().any(meets) {
                return None;
            }
            search.demands.push(event);
        }
        Some(search)
    }

    fn steps(&self, state: u32) -> impl Iterator<Item = Step> {
        self.arena.steps(self.problem, self.region, state)
    }

    fn meets(&self, demand: Demand<'_>, step: Step) -> bool {
        demand.met_by(self.problem.predicates, step)
    }

    fn raises(&self, demand: Demand<'_>, step: Step) -> bool {
        demand.raised_by(self.problem.predicates, step)
    }

    /// Whether going round these steps for ever meets every demand.
    fn satisfied_by(&self, cycle: &[Step]) -> bool {
        self.demands.iter().all(|&d| {
            let never_raised = !cycle.iter().any(|&s| self.raises(d, s));
            never_raised || cycle.iter().any(|&s| self.meets(d, s))
        })
    }

    /// A loop that goes to the nearest step that meets a demand, until all are met, and then home.
    fn greedy(&self, anchor: u32, budget: &mut usize) -> Vec<Step> {
        let mut walk: Vec<Step> = vec![];
        let mut open = self.demands.clone();
        while !open.is_empty() {
            let at = walk.last().map_or(anchor, |&s| self.problem.graph.after(s));
            let useful = |s: Step| open.iter().any(|&d| self.meets(d, s));
            let leg = self.walk_to(at, useful, budget);
            if leg.is_empty() {
                break; // Cannot be: the component is fair.
            }
            open.retain(|&d| !leg.iter().any(|&s| self.meets(d, s)));
            walk.extend(leg);
        }
        let at = walk.last().map_or(anchor, |&s| self.problem.graph.after(s));
        if at != anchor || walk.is_empty() {
            let home = |s: Step| self.problem.graph.after(s) == anchor;
            walk.extend(self.walk_to(at, home, budget));
        }
        walk
    }

    /// A shortest walk from `from` that ends with a step of the wanted sort.
    fn walk_to(&self, from: u32, wanted: impl Fn(Step) -> bool, budget: &mut usize) -> Vec<Step> {
        let mut entered_by: HashMap<u32, Option<Step>> = HashMap::from([(from, None)]);
        let mut queue = VecDeque::from([from]);
        while let Some(state) = queue.pop_front() {
            for step in self.steps(state) {
                *budget = budget.saturating_sub(1);
                if wanted(step) {
                    let mut walk = vec![step];
                    let mut at = state;
                    while let Some(Some(step)) = entered_by.get(&at) {
                        walk.push(*step);
                        at = step.state;
                    }
                    walk.reverse();
                    return walk;
                }
                let target = self.problem.graph.after(step);
                entered_by.entry(target).or_insert_with(|| {
                    queue.push_back(target);
                    Some(step)
                });
            }
        }
        vec![]
    }

    /// The loop without the detours that no demand needs. A detour lies between two visits of a state.
    fn shrunk(&self, mut cycle: Vec<Step>) -> Vec<Step> {
        if cycle.len() > MAX_SHRINK {
            return cycle;
        }
        let mut i = 0;
        while i < cycle.len() {
            let ends = (i + 1..=cycle.len()).rev();
            let cut = ends
                .filter(|&j| cycle[i].state == cycle[j % cycle.len()].state)
                .map(|j| [&cycle[..i], &cycle[j..]].concat())
                .find(|rest| !rest.is_empty() && self.satisfied_by(rest));
            match cut {
                Some(rest) => cycle = rest,
                None => i += 1,
            }
        }
        cycle
    }

    /// The shortest loop from `anchor` of at most `room` steps; none too if the search runs out of budget.
    fn exact(&self, anchor: u32, room: usize, budget: &mut usize) -> Option<Vec<Step>> {
        // For each demand a bit that says it is met, and for conditional ones another that says it has come up.
        if self.demands.len() > 32 {
            return None;
        }
        let mut own_budget = BUDGET_PER_ANCHOR.min(*budget);
        let start = (anchor, 0u64);
        let mut entered_by: HashMap<(u32, u64), (Step, u64)> = HashMap::new();
        let mut level = vec![start];
        for _ in 0..room {
            let mut next = vec![];
            for (state, met) in std::mem::take(&mut level) {
                for step in self.steps(state) {
                    if own_budget == 0 {
                        return None;
                    }
                    own_budget -= 1;
                    *budget -= 1;
                    let node = (self.problem.graph.after(step), self.met_by(met, step));
                    if node.0 == anchor && self.all_met(node.1) {
                        let mut walk = vec![step];
                        let mut at = (state, met);
                        while at != start {
                            let (step, met) = entered_by[&at];
                            walk.push(step);
                            at = (step.state, met);
                        }
                        walk.reverse();
                        return Some(walk);
                    }
                    if node != start && !entered_by.contains_key(&node) {
                        entered_by.insert(node, (step, met));
                        next.push(node);
                    }
                }
            }
            level = next;
        }
        None
    }

    fn met_by(&self, met: u64, step: Step) -> u64 {
        let mut met = met;
        for (i, &demand) in self.demands.iter().enumerate() {
            if self.meets(demand, step) {
                met |= 1 << (2 * i);
            }
            if demand.is_conditional() && self.raises(demand, step) {
                met |= 2 << (2 * i);
            }
        }
        met
    }

    fn all_met(&self, met: u64) -> bool {
        self.demands.iter().enumerate().all(|(i, d)| {
            let (done, came_up) = (met >> (2 * i) & 1 == 1, met >> (2 * i) & 2 == 2);
            done || (d.is_conditional() && !came_up)
        })
    }
}
