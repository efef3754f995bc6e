//! The reachable states of a machine, level by level: the graph from which every answer is read. Knows no property.

mod bfs;
mod budget;
mod checkpoint;
mod dictionary;
mod exceeded;
mod flipped;
mod keys;
mod orbits;
mod packing;
mod parents;
mod places;
mod recent;
mod table;
mod worker;

pub use bfs::{Limits, Progress, explore, reach};
pub use budget::Budget;
pub use checkpoint::{CheckpointError, Checkpoints};
pub use orbits::{Orbits, orbits};
pub(crate) use parents::Parents;

use serde::{Deserialize, Serialize};

use crate::machine::Label;
use keys::Keys;
use packing::Packing;

/// Index of a state; 0 is the initial one.
pub type StateId = u32;

/// A state graph; states are numbered in the order in which a breadth-first search meets them.
#[derive(Debug, Clone)]
pub struct Graph {
    packing: Packing,
    keys: Keys,
    /// None where nobody asked for them.
    edges: Option<Edges>,
    transitions: usize,
    /// First state of each level, and one more.
    levels: Vec<StateId>,
    parents: Parents,
    /// The expanded states that have no step.
    ends: Vec<StateId>,
    /// Why the graph is only a part, if it is.
    pub incomplete: Option<String>,
    expanded: usize,
    /// Bytes of the visited set at its largest: keys and index.
    pub visited_bytes: usize,
}

/// The steps of all states, those of one behind those of the state before.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Edges {
    /// First edge of each state, and one more.
    offsets: Vec<u32>,
    targets: Vec<StateId>,
    labels: Vec<Label>,
}

impl Default for Edges {
    fn default() -> Self {
        Edges {
            offsets: vec![0],
            targets: Vec::new(),
            labels: Vec::new(),
        }
    }
}

impl Edges {
    /// Adds the steps of more states: how many each has, and of each step where it leads and its label.
    fn add(&mut self, counts: &[u32], targets: impl Iterator<Item = StateId>, labels: &[Label]) {
        let mut end = self.targets.len() as u32;
        self.offsets.extend(counts.iter().map(|count| {
            end += count;
            end
        }));
        self.targets.extend(targets);
        self.labels.extend_from_slice(labels);
    }

    /// Gives the states that were not expanded no steps.
    fn close(&mut self, states: usize) {
        self.offsets.resize(states + 1, self.targets.len() as u32);
    }
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
        parents: Parents,
        incomplete: Option<String>,
    ) -> Self {
        let expanded = offsets.len() - 1;
        let ends = (0..expanded).filter(|&state| offsets[state] == offsets[state + 1]);
        let ends = ends.map(|state| state as StateId).collect();
        let transitions = targets.len();
        let mut edges = Edges {
            offsets,
            targets,
            labels,
        };
        edges.close(parents.states());
        Graph {
            packing: Packing::new(&[]),
            keys: Keys::new(1),
            edges: Some(edges),
            transitions,
            levels,
            parents,
            ends,
            incomplete,
            expanded,
            visited_bytes: 0,
        }
    }

    /// Number of distinct states.
    pub fn distinct(&self) -> usize {
        self.parents.states()
    }

    /// True if some state that was met was not expanded: a limit ended the search. A graph that is not cut may be incomplete, too,
    /// where a bound of the model was exceeded.
    pub fn is_cut(&self) -> bool {
        self.expanded < self.distinct()
    }

    /// Number of states, the first ones, whose steps are all known: every state, unless the graph is only a part.
    pub(crate) fn expanded(&self) -> usize {
        self.expanded
    }

    /// Number of transitions: the steps of all states, two outcomes of `choose` counted apart.
    pub fn transitions(&self) -> usize {
        self.transitions
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
    pub fn state(&self, id: StateId) -> Vec<u64> {
        let mut state = vec![0; self.packing.state_words()];
        self.packing.unpack(self.keys.key(id as usize), &mut state);
        state
    }

    /// The parts that these bits of a word of the states are kept in: each has some bits, and none of the others.
    pub(crate) fn parts(&self, word: usize, bits: u64) -> impl Iterator<Item = usize> {
        self.packing.touched(word, bits)
    }

    /// The different values that a part of a word takes.
    pub(crate) fn values(&self, part: usize) -> &[u64] {
        self.packing.values(part)
    }

    /// Which of [`Graph::values`] a part has in a state.
    #[inline]
    pub(crate) fn value(&self, id: StateId, part: usize) -> usize {
        self.packing.number(self.keys.key(id as usize), part)
    }

    /// The states whose steps are known, and that have none.
    pub(crate) fn ends(&self) -> &[StateId] {
        &self.ends
    }

    fn kept(&self) -> &Edges {
        let edges = self.edges.as_ref();
        edges.expect("whoever reads the steps of a graph has it explored with them")
    }

    /// The steps that leave a state. This and all that follow need a graph that was explored with its steps.
    pub fn edges(&self, id: StateId) -> impl ExactSizeIterator<Item = Edge> + '_ {
        let edges = self.kept();
        let range = edges.offsets[id as usize] as usize..edges.offsets[id as usize + 1] as usize;
        range.map(move |edge| Edge {
            from: id,
            label: edges.labels[edge],
            to: edges.targets[edge],
        })
    }

    /// The offsets of the edges by state, one more than there are states.
    pub(crate) fn offsets(&self) -> &[u32] {
        &self.kept().offsets
    }

    /// The targets of all edges.
    pub(crate) fn targets(&self) -> &[StateId] {
        &self.kept().targets
    }

    /// The labels of all edges.
    pub(crate) fn labels(&self) -> &[Label] {
        &self.kept().labels
    }

    /// The level of a state: the number of steps of a shortest path to it.
    pub fn level(&self, id: StateId) -> usize {
        self.levels.partition_point(|&first| first <= id) - 1
    }

    /// The states of a shortest path, both ends included; of those paths, the first in the order of threads.
    pub fn way(&self, to: StateId) -> Vec<StateId> {
        let mut way: Vec<_> = std::iter::successors(Some(to), |&at| self.parents.of(at)).collect();
        way.reverse();
        way
    }

    /// The steps of [`Graph::way`].
    pub fn path(&self, to: StateId) -> Vec<Edge> {
        let way = self.way(to);
        let pairs = way.windows(2);
        pairs
            .filter_map(|pair| self.edges(pair[0]).find(|edge| edge.to == pair[1]))
            .collect()
    }
}
