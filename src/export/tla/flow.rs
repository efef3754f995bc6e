//! The instructions of one step as a graph without cycles: where its paths part, and where they join.

use std::collections::{BTreeMap, BTreeSet};

use crate::machine::live_registers::successors;
use crate::machine::program::Instr;

/// The instructions that a step may run.
pub(crate) struct Flow<'a> {
    code: &'a [Instr],
    /// By instruction: what runs next, within the step.
    next: BTreeMap<usize, Vec<usize>>,
    /// Where paths meet, by the branch at which they part, the last first.
    joins: BTreeMap<usize, Vec<usize>>,
    /// A number for each instruction, larger than those of all that can run before it.
    ranks: BTreeMap<usize, usize>,
}

impl<'a> Flow<'a> {
    /// The step that starts with this instruction.
    pub(crate) fn new(code: &'a [Instr], start: usize) -> Self {
        let mut next = BTreeMap::new();
        let mut open = vec![start];
        while let Some(at) = open.pop() {
            if next.contains_key(&at) {
                continue;
            }
            let after = match code[at] {
                Instr::Point(_) => Vec::new(),
                _ => successors(code, at),
            };
            open.extend(&after);
            next.insert(at, after);
        }
        let mut flow = Flow {
            code,
            next,
            joins: BTreeMap::new(),
            ranks: BTreeMap::new(),
        };
        flow.find_joins(start);
        flow
    }

    /// Whether some path runs or ends with this instruction.
    pub(crate) fn contains(&self, at: usize) -> bool {
        self.next.contains_key(&at)
    }

    /// The number of instructions.
    pub(crate) fn len(&self) -> usize {
        self.next.len()
    }

    /// Where the paths that part at a branch meet, the last place first; without the ends of the step.
    pub(crate) fn joins(&self, branch: usize) -> &[usize] {
        self.joins.get(&branch).map_or(&[], Vec::as_slice)
    }

    /// A number that is larger than those of all instructions that can run before.
    pub(crate) fn rank(&self, at: usize) -> usize {
        self.ranks[&at]
    }

    /// The instructions on the paths from a branch to a place, neither included.
    pub(crate) fn between(&self, branch: usize, place: usize) -> BTreeSet<usize> {
        let mut ahead = BTreeSet::new();
        let mut open: Vec<usize> = self.next[&branch].clone();
        while let Some(at) = open.pop() {
            if at != place && ahead.insert(at) {
                open.extend(&self.next[&at]);
            }
        }
        let order = self.order_of(&ahead);
        let mut leads = BTreeSet::new();
        for at in order.into_iter().rev() {
            if self.next[&at].iter().any(|next| *next == place || leads.contains(next)) {
                leads.insert(at);
            }
        }
        leads
    }

    /// These instructions, each before what runs after it.
    fn order_of(&self, of: &BTreeSet<usize>) -> Vec<usize> {
        let (mut order, mut seen) = (Vec::new(), BTreeSet::new());
        for &start in of {
            let mut stack = vec![(start, false)];
            while let Some((at, done)) = stack.pop() {
                if done {
                    order.push(at);
                } else if of.contains(&at) && seen.insert(at) {
                    stack.push((at, true));
                    stack.extend(self.next[&at].iter().map(|&next| (next, false)));
                }
            }
        }
        order.reverse();
        order
    }

    /// A place is a join of the last branch that every path to it passes (its immediate dominator).
    fn find_joins(&mut self, start: usize) {
        let order = self.order_of(&self.next.keys().copied().collect());
        self.ranks = order.iter().enumerate().map(|(rank, &at)| (at, rank)).collect();
        let mut before: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (&at, after) in &self.next {
            for &next in after {
                before.entry(next).or_default().push(at);
            }
        }
        let mut dominator: BTreeMap<usize, (usize, usize)> = BTreeMap::from([(start, (start, 0))]);
        for at in order.into_iter().filter(|&at| at != start) {
            let ways = &before[&at];
            let mut common = ways[0];
            for &way in &ways[1..] {
                let mut other = way;
                while common != other {
                    if dominator[&common].1 >= dominator[&other].1 {
                        common = dominator[&common].0;
                    } else {
                        other = dominator[&other].0;
                    }
                }
            }
            dominator.insert(at, (common, dominator[&common].1 + 1));
            let end = matches!(self.code[at], Instr::Point(_) | Instr::Fail | Instr::Panic | Instr::End);
            let mut distinct = ways.clone();
            distinct.dedup();
            if distinct.len() > 1 && !end {
                self.joins.entry(common).or_default().push(at);
            }
        }
        self.joins.values_mut().for_each(|places| places.reverse());
    }
}
