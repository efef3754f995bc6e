//! The least and the greatest weight of a path to a goal.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::cycles::Tarjan;

/// How much a path can weigh at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Most {
    /// So much.
    Bounded(u64),
    /// There is a circle on the way that weighs something.
    Unbounded,
}

/// What the paths to a goal weigh.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extremes {
    /// The lightest.
    pub fewest: u64,
    /// The heaviest.
    pub most: Most,
}

/// The weights of the paths from state 0 that end at their first goal; none if there is no such path. The edges of a state are
/// `offsets[state]..offsets[state + 1]`.
pub fn extremes(offsets: &[u32], targets: &[u32], weights: &[u32], is_goal: &dyn Fn(u32) -> bool) -> Option<Extremes> {
    let states = offsets.len() - 1;
    let edges = |state: u32| {
        let range = if is_goal(state) {
            0..0
        } else {
            offsets[state as usize] as usize..offsets[state as usize + 1] as usize
        };
        range.map(|edge| (targets[edge], u64::from(weights[edge])))
    };
    let least = lightest(states, &edges);
    let fewest = (0..states as u32)
        .filter(|&state| is_goal(state))
        .filter_map(|state| least[state as usize])
        .min()?;
    let reached: Vec<u32> = (0..states as u32)
        .filter(|&state| least[state as usize].is_some())
        .collect();
    let to_goal = leading(&reached, states, &edges, is_goal);
    // What leads to no goal is no part of a path to one.
    let on_the_way = |state: u32| edges(state).filter(|&(to, _)| to_goal[to as usize]);
    let part: Vec<u32> = reached.into_iter().filter(|&state| to_goal[state as usize]).collect();
    let components = Tarjan::new(states).components(&part, |state| on_the_way(state).map(|(to, _)| to));
    let mut of = vec![0; states];
    for (number, component) in components.iter().enumerate() {
        component.iter().for_each(|&state| of[state as usize] = number);
    }
    // Each component stands behind those that it leads to.
    let mut heaviest = vec![0; components.len()];
    for (number, component) in components.iter().enumerate() {
        for &state in component {
            for (to, weight) in on_the_way(state) {
                match of[to as usize] {
                    same if same == number && weight > 0 => {
                        return Some(Extremes {
                            fewest,
                            most: Most::Unbounded,
                        });
                    }
                    same if same == number => {}
                    other => heaviest[number] = heaviest[number].max(weight + heaviest[other]),
                }
            }
        }
    }
    Some(Extremes {
        fewest,
        most: Most::Bounded(heaviest[of[0]]),
    })
}

/// By state: the least weight of a path to it.
fn lightest<I: Iterator<Item = (u32, u64)>>(states: usize, edges: &dyn Fn(u32) -> I) -> Vec<Option<u64>> {
    let mut least = vec![None; states];
    let mut open = BinaryHeap::from([Reverse((0, 0))]);
    while let Some(Reverse((weight, state))) = open.pop() {
        if least[state as usize].is_some() {
            continue;
        }
        least[state as usize] = Some(weight);
        for (to, more) in edges(state).filter(|&(to, _)| least[to as usize].is_none()) {
            open.push(Reverse((weight + more, to)));
        }
    }
    least
}

/// By state: whether a goal can be reached from it.
fn leading<I: Iterator<Item = (u32, u64)>>(
    reached: &[u32],
    states: usize,
    edges: &dyn Fn(u32) -> I,
    is_goal: &dyn Fn(u32) -> bool,
) -> Vec<bool> {
    let mut before: Vec<Vec<u32>> = vec![Vec::new(); states];
    for &state in reached {
        edges(state).for_each(|(to, _)| before[to as usize].push(state));
    }
    let mut leads = vec![false; states];
    let mut open: Vec<u32> = reached.iter().copied().filter(|&state| is_goal(state)).collect();
    while let Some(state) = open.pop() {
        if !std::mem::replace(&mut leads[state as usize], true) {
            open.extend(&before[state as usize]);
        }
    }
    leads
}
