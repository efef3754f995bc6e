//! The graph that is searched, borrowed from whoever explored it.

use std::fmt;
use std::ops::Range;

/// A finite graph in compressed rows: the edges of state `s` are `offsets[s]..offsets[s + 1]`.
///
/// An edge from a state to itself is a step like any other: whoever explored the graph has decided that something happens there
/// though nothing changes. Stuttering is nobody's step and needs no edge, since every state can stutter.
#[derive(Clone, Copy, Debug)]
pub struct Graph<'a> {
    offsets: &'a [u32],
    targets: &'a [u32],
    labels: &'a [u16],
    initial: &'a [u32],
}

/// Why arrays are no graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidGraph(&'static str);

/// One step of a run: the state it leaves, and the edge it takes, or none if it stutters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Step {
    /// The state that the step starts in.
    pub state: u32,
    /// The edge taken; a stuttering step takes none.
    pub edge: Option<u32>,
}

impl<'a> Graph<'a> {
    /// Checks that the arrays fit together: `offsets` has an entry more than there are states, `labels` says whose step each
    /// edge is, and `initial` lists the states that runs start in.
    pub fn new(
        offsets: &'a [u32],
        targets: &'a [u32],
        labels: &'a [u16],
        initial: &'a [u32],
    ) -> Result<Self, InvalidGraph> {
        let fail = |why| Err(InvalidGraph(why));
        let (Some(&first), Some(&last)) = (offsets.first(), offsets.last()) else {
            return fail("there are no offsets");
        };
        if first != 0 || !offsets.is_sorted() || last as usize != targets.len() {
            return fail("the offsets do not divide the edges among the states");
        }
        // Two numbers of each kind stay free for the search's own marks.
        if offsets.len() >= u32::MAX as usize - 2 || targets.len() >= u32::MAX as usize - 2 {
            return fail("there are more states or edges than 32 bits can number");
        }
        if labels.len() != targets.len() {
            return fail("there are not as many labels as edges");
        }
        let states = offsets.len() as u32 - 1;
        if targets.iter().chain(initial).any(|&s| s >= states) {
            return fail("an edge or a run goes to a state that does not exist");
        }
        Ok(Graph {
            offsets,
            targets,
            labels,
            initial,
        })
    }

    /// How many states there are.
    pub fn states(&self) -> u32 {
        self.offsets.len() as u32 - 1
    }

    /// How many edges there are.
    pub(crate) fn edges(&self) -> u32 {
        self.targets.len() as u32
    }

    /// The states that runs start in.
    pub fn initial(&self) -> &'a [u32] {
        self.initial
    }

    /// The edges that leave `state`.
    pub fn edges_of(&self, state: u32) -> Range<u32> {
        self.offsets[state as usize]..self.offsets[state as usize + 1]
    }

    /// Where an edge leads.
    pub(crate) fn target(&self, edge: u32) -> u32 {
        self.targets[edge as usize]
    }

    /// Whose step an edge is.
    pub(crate) fn label(&self, edge: u32) -> u16 {
        self.labels[edge as usize]
    }

    /// The state after a step.
    pub fn after(&self, step: Step) -> u32 {
        step.edge.map_or(step.state, |e| self.target(e))
    }
}

impl fmt::Display for InvalidGraph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for InvalidGraph {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_that_do_not_fit_are_refused() {
        assert!(Graph::new(&[0, 1, 1], &[1], &[0], &[0]).is_ok());
        assert!(Graph::new(&[], &[], &[], &[]).is_err());
        assert!(Graph::new(&[0, 2, 1], &[1], &[0], &[0]).is_err());
        assert!(Graph::new(&[0, 1, 1], &[2], &[0], &[0]).is_err());
        assert!(Graph::new(&[0, 1, 1], &[1], &[], &[0]).is_err());
        assert!(Graph::new(&[0, 1, 1], &[1], &[0], &[2]).is_err());
    }
}
