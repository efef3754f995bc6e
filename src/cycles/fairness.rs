//! What a run may not ignore for ever.

use super::graph::{Graph, Step};
use super::{Bits, Lasso};

/// How often a condition must be enabled before it has to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strength {
    /// Enabled from some point on: taken again and again.
    Weak,
    /// Enabled again and again: taken again and again.
    Strong,
}

/// A fairness condition: the states in which something is enabled, and the edges that take it. Stuttering takes nothing.
#[derive(Clone, Debug)]
pub struct Fairness {
    /// What a report calls it, such as a thread's name.
    pub name: String,
    /// Weak or strong.
    pub kind: Strength,
    enabled: Bits,
    taken: Bits,
}

/// Why a cycle is fair to a condition. Positions count the steps of the cycle from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The step at this position takes it.
    Taken(usize),
    /// It is disabled in the state before the step at this position (which is enough for weak fairness only).
    Disabled(usize),
    /// No state of the cycle enables it.
    NeverEnabled,
}

impl Fairness {
    /// The condition that is enabled in the states and taken by the edges for which the closures say so.
    pub fn new(
        graph: &Graph<'_>,
        name: impl Into<String>,
        kind: Strength,
        enabled: impl FnMut(u32) -> bool,
        mut taken: impl FnMut(u32, u32) -> bool,
    ) -> Self {
        let mut edges = Bits::new(graph.edges() as usize);
        for state in 0..graph.states() {
            for edge in graph.edges_of(state).filter(|&e| taken(state, e)) {
                edges.insert(edge);
            }
        }
        Fairness {
            name: name.into(),
            kind,
            enabled: Bits::from_fn(graph.states() as usize, enabled),
            taken: edges,
        }
    }

    /// Fairness to whoever `label` stands for: enabled where it has an edge, taken by its edges.
    pub fn of_label(graph: &Graph<'_>, name: impl Into<String>, kind: Strength, label: u16) -> Self {
        Fairness::new(
            graph,
            name,
            kind,
            |s| graph.edges_of(s).any(|e| graph.label(e) == label),
            |_, e| graph.label(e) == label,
        )
    }

    /// Whether a step from `state` can take the condition.
    pub fn enabled(&self, state: u32) -> bool {
        self.enabled.contains(state)
    }

    /// Whether the step takes the condition.
    pub fn taken(&self, step: Step) -> bool {
        step.edge.is_some_and(|e| self.taken.contains(e))
    }

    /// Why a cycle of these steps is fair to the condition; none if it is not.
    pub(crate) fn reason(&self, cycle: &[Step]) -> Option<Reason> {
        if let Some(i) = cycle.iter().position(|&s| self.taken(s)) {
            return Some(Reason::Taken(i));
        }
        if cycle.iter().all(|s| !self.enabled(s.state)) {
            return Some(Reason::NeverEnabled);
        }
        match self.kind {
            Strength::Weak => cycle.iter().position(|s| !self.enabled(s.state)).map(Reason::Disabled),
            Strength::Strong => None,
        }
    }
}

/// For each condition, in order, why the lasso is fair to it.
pub fn explain(fairness: &[Fairness], lasso: &Lasso) -> Vec<Option<Reason>> {
    fairness.iter().map(|c| c.reason(&lasso.cycle)).collect()
}
