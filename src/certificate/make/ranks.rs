//! Rankings: the components of a region, joined to as few classes as a greedy choice makes of them.

use std::collections::HashMap;

use super::components::components;
use crate::certificate::format::{Broken, Ranking};
use crate::certificate::packed::pack;
use crate::certificate::verify::fairness::Condition;
use crate::certificate::verify::region::Region;
use crate::machine::Machine;
use crate::source::Diagnostic;

/// A ranking of all that a run can come to while the promise is unkept.
pub(crate) fn ranking(machine: &Machine, region: &Region<'_>) -> Result<Ranking, Diagnostic> {
    let mut inside = region.entry.clone();
    let mut open: Vec<usize> = (0..inside.len()).filter(|&state| inside[state]).collect();
    while let Some(state) = open.pop() {
        for (_, to) in region
            .steps(state)
            .filter(|&(_, to)| !std::mem::replace(&mut inside[to], true))
        {
            open.push(to);
        }
    }
    let members: Vec<u32> = (0..inside.len() as u32)
        .filter(|&state| inside[state as usize])
        .collect();
    let ranker = Ranker {
        machine,
        region,
        conditions: Condition::all(machine),
    };
    let (ranks, classes) = ranker.rank(&members).ok_or_else(|| {
        Diagnostic::general("no ranking shows this: a fair run may break the promise").help("this is a bug of oomspec")
    })?;
    let mut all = vec![0; inside.len()];
    members
        .iter()
        .zip(&ranks)
        .for_each(|(&state, &rank)| all[state as usize] = rank);
    Ok(Ranking {
        ranks: packed(&all),
        classes,
    })
}

fn packed(ranks: &[u64]) -> String {
    pack(ranks.chunks_exact(1), 1)
}

struct Ranker<'a> {
    machine: &'a Machine,
    region: &'a Region<'a>,
    conditions: Vec<Condition>,
}

/// What may be wrong with staying in states, whatever the steps between them.
#[derive(Clone, Copy)]
enum Reason {
    /// A weakly fair thread could step.
    Weak(Condition),
    /// A recurrence does not happen.
    Never(usize),
}

/// Components, how they hang together, and which have their class.
struct Parts {
    components: Vec<Vec<u32>>,
    /// By component: the components with a step to it, once for each step.
    before: Vec<Vec<u32>>,
    /// By component: steps to other components that have no class yet.
    open: Vec<u32>,
    /// Components that have no class and no such step.
    ready: Vec<u32>,
}

impl Ranker<'_> {
    /// The rank of each member, from 1, and what each class breaks; none if a fair run can stay.
    fn rank(&self, members: &[u32]) -> Option<(Vec<u64>, Vec<Broken>)> {
        let (components, of) = components(self.region, members);
        let mut parts = self.parts(components, &of);
        let mut rank_of = vec![0; parts.components.len()];
        let mut classes = Vec::new();
        let weak = self.conditions.iter().filter(|condition| !condition.strong).copied();
        let never = (0..self.region.recurs.len()).map(Reason::Never);
        let reasons: Vec<Reason> = weak.map(Reason::Weak).chain(never).collect();
        while !parts.ready.is_empty() {
            let grown = reasons.iter().map(|&reason| (self.grow(&parts, &of, reason), reason));
            // Of the largest, the first.
            let best = grown.rev().max_by_key(|(class, _)| class.len());
            let (class, broken) = match best {
                Some((class, reason)) if !class.is_empty() => (class, self.named(reason)),
                _ => parts.ready.iter().find_map(|&part| {
                    let broken = self.strong(&parts.components[part as usize], &of)?;
                    Some((vec![part], broken))
                })?,
            };
            classes.push(broken);
            class
                .iter()
                .for_each(|&part| rank_of[part as usize] = classes.len() as u64);
            parts.take(&class);
        }
        let ranks = members.iter().map(|&state| rank_of[of[state as usize] as usize]);
        Some((ranks.collect(), classes))
    }

    fn parts(&self, components: Vec<Vec<u32>>, of: &[u32]) -> Parts {
        let mut before = vec![Vec::new(); components.len()];
        let mut open = vec![0; components.len()];
        for (part, states) in components.iter().enumerate() {
            for to in states.iter().flat_map(|&state| self.region.steps(state as usize)) {
                let target = of[to.1] as usize;
                if target != part && target < before.len() {
                    before[target].push(part as u32);
                    open[part] += 1;
                }
            }
        }
        let ready = (0..components.len() as u32).filter(|&part| open[part as usize] == 0);
        Parts {
            ready: ready.collect(),
            components,
            before,
            open,
        }
    }

    /// The components that can be one class for this reason, beginning with those that are ready.
    fn grow(&self, parts: &Parts, of: &[u32], reason: Reason) -> Vec<u32> {
        let mut class = Vec::new();
        let mut inside = std::collections::HashSet::new();
        let mut open: HashMap<u32, u32> = HashMap::new();
        let mut ready: std::collections::VecDeque<u32> = parts.ready.iter().copied().collect();
        while let Some(part) = ready.pop_front() {
            inside.insert(part);
            let fits = |&state: &u32| self.fits(state, reason, |to| inside.contains(&of[to]));
            if !parts.components[part as usize].iter().all(fits) {
                inside.remove(&part);
                continue;
            }
            class.push(part);
            for &before in &parts.before[part as usize] {
                let left = open.entry(before).or_insert(parts.open[before as usize]);
                *left -= 1;
                if *left == 0 {
                    ready.push_back(before);
                }
            }
        }
        class
    }

    /// Whether a state can be in a class of this sort; `inside` says what else is.
    fn fits(&self, state: u32, reason: Reason, inside: impl Fn(usize) -> bool) -> bool {
        match reason {
            Reason::Never(number) => !self.region.recurs[number][state as usize],
            Reason::Weak(condition) => self.enabled(condition, state) && !self.taken(condition, state, inside),
        }
    }

    fn named(&self, reason: Reason) -> Broken {
        match reason {
            Reason::Never(number) => Broken::Never(number),
            Reason::Weak(condition) => Broken::Weak(self.name(condition)),
        }
    }

    /// The first strong condition that a component breaks, with a ranking of what does not enable it.
    fn strong(&self, component: &[u32], of: &[u32]) -> Option<Broken> {
        let part = of[component[0] as usize];
        let strong = self.conditions.iter().filter(|condition| condition.strong);
        strong.copied().find_map(|condition| {
            let taken = |&state: &u32| self.taken(condition, state, |to| of[to] == part);
            let members: Vec<u32> = component
                .iter()
                .copied()
                .filter(|&state| !self.enabled(condition, state))
                .collect();
            if members.len() == component.len() || component.iter().any(taken) {
                return None;
            }
            let (ranks, classes) = self.rank(&members)?;
            let ranks = packed(&ranks);
            Some(Broken::Strong {
                thread: self.name(condition),
                rest: Ranking { ranks, classes },
            })
        })
    }

    fn name(&self, condition: Condition) -> String {
        self.machine.program.threads[condition.thread].name.clone()
    }

    fn counts(&self, condition: Condition, state: u32) -> bool {
        condition.counts(self.machine, self.region.closed.states.state(state as usize))
    }

    fn enabled(&self, condition: Condition, state: u32) -> bool {
        let mut steps = self.region.closed.steps(state as usize);
        steps.any(|(_, step)| usize::from(step.label.thread) == condition.thread) && self.counts(condition, state)
    }

    /// Whether a step of the condition leads from a state to one of those inside.
    fn taken(&self, condition: Condition, state: u32, inside: impl Fn(usize) -> bool) -> bool {
        let mut steps = self.region.steps(state as usize);
        steps.any(|(thread, to)| thread == condition.thread && inside(to)) && self.counts(condition, state)
    }
}

impl Parts {
    /// Gives components their class: what leads to them has fewer open steps.
    fn take(&mut self, class: &[u32]) {
        let taken: std::collections::HashSet<u32> = class.iter().copied().collect();
        self.ready.retain(|part| !taken.contains(part));
        for &part in class {
            for &before in &self.before[part as usize] {
                let open = &mut self.open[before as usize];
                *open -= 1;
                if *open == 0 && !taken.contains(&before) {
                    self.ready.push(before);
                }
            }
        }
        self.ready.sort_unstable();
    }
}
