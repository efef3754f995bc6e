//! The reachable states of a machine, level by level: the graph from which every answer is read. Knows no property.

mod bfs;
mod budget;
mod visited;

pub use bfs::{Limits, Progress, explore};
pub use budget::Budget;
pub(crate) use visited::{Visited, hash_words};

use crate::machine::Label;

/// Index of a state; 0 is the initial one.
pub type StateId = u32;

/// A state graph; states are numbered in the order in which a breadth-first search meets them.
#[derive(Debug, Clone)]
pub struct Graph {
    words: usize,
    states: Vec<u64>,
    /// First edge of each state, and one more.
    offsets: Vec<u32>,
    targets: Vec<StateId>,
    labels: Vec<Label>,
    /// First state of each level, and one more.
    levels: Vec<StateId>,
    /// By state: the edge through which it was met first; the initial state has none.
    parents: Vec<u32>,
    /// Why the graph is only a part, if it is.
    pub incomplete: Option<String>,
    expanded: usize,
    /// Bytes of the visited set: states and index.
    pub visited_bytes: usize,
}

/// One step of a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// Where from.
    pub from: StateId,
    /// Who.
    pub label: Label,
    /// Where to.
    pub to: StateId,
}

impl Graph {
    /// A graph explored elsewhere, whose states are known by their number alone; those behind the last offset were not expanded.
    pub(crate) fn of_parts(
        offsets: Vec<u32>,
        targets: Vec<StateId>,
        labels: Vec<Label>,
        levels: Vec<StateId>,
        parents: Vec<u32>,
        incomplete: Option<String>,
    ) -> Self {
        let mut graph = Graph {
            words: 0,
            states: Vec::new(),
            offsets,
            targets,
            labels,
            levels,
            parents,
            incomplete,
            expanded: 0,
            visited_bytes: 0,
        };
        graph.close();
        graph
    }

    /// Gives the states that were not expanded no steps, and remembers which they are.
    fn close(&mut self) {
        self.expanded = self.offsets.len() - 1;
        self.offsets.resize(self.distinct() + 1, self.targets.len() as u32);
    }

    /// Number of distinct states.
    pub fn distinct(&self) -> usize {
        self.parents.len()
    }

    /// Number of states, the first ones, whose steps are all known: every state, unless the graph is only a part.
    pub(crate) fn expanded(&self) -> usize {
        self.expanded
    }

    /// Number of transitions: the steps of all states, two outcomes of `choose` counted apart.
    pub fn transitions(&self) -> usize {
        self.targets.len()
    }

    /// States generated, as TLC counts: the initial state and every successor.
    pub fn generated(&self) -> usize {
        self.transitions() + 1
    }

    /// Number of levels, as TLC counts its depth: 1 for the initial state alone.
    pub fn depth(&self) -> usize {
        self.levels.len() - 1
    }

    /// The packed words of a state.
    pub fn state(&self, id: StateId) -> &[u64] {
        &self.states[id as usize * self.words..(id as usize + 1) * self.words]
    }

    /// The steps that leave a state.
    pub fn edges(&self, id: StateId) -> impl ExactSizeIterator<Item = Edge> + '_ {
        let range = self.offsets[id as usize] as usize..self.offsets[id as usize + 1] as usize;
        range.map(move |edge| Edge {
            from: id,
            label: self.labels[edge],
            to: self.targets[edge],
        })
    }

    /// The offsets of the edges by state, one more than there are states.
    pub(crate) fn offsets(&self) -> &[u32] {
        &self.offsets
    }

    /// The targets of all edges.
    pub(crate) fn targets(&self) -> &[StateId] {
        &self.targets
    }

    /// The labels of all edges.
    pub(crate) fn labels(&self) -> &[Label] {
        &self.labels
    }

    /// The level of a state: the number of steps of a shortest path to it.
    pub fn level(&self, id: StateId) -> usize {
        self.levels.partition_point(|&first| first <= id) - 1
    }

    /// A shortest path from the initial state; of those, the first in the order of threads.
    pub fn path(&self, to: StateId) -> Vec<Edge> {
        let mut path = Vec::new();
        let mut at = to;
        while self.parents[at as usize] != u32::MAX {
            let edge = self.parents[at as usize];
            let from = (self.offsets.partition_point(|&first| first <= edge) - 1) as StateId;
            path.push(Edge {
                from,
                label: self.labels[edge as usize],
                to: at,
            });
            at = from;
        }
        path.reverse();
        path
    }
}
