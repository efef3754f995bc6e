//! The reachable states of a machine in which threads are alike, one for all that differ only in which of them is which. Enough for
//! what is asked of single states.

use super::bfs::search;
use super::exceeded::exceeded;
use super::{Graph, Limits, Progress, StateId};
use crate::machine::{CanonicalScratch, Label, Machine, Scratch, Symmetry, Unlike};

/// What was explored.
#[derive(Debug)]
pub struct Orbits<'m> {
    machine: &'m Machine,
    symmetry: Symmetry,
    /// Of the states that stand for others; its steps lead to what stands for where they lead.
    pub graph: Graph,
}

/// Explores; an error says what tells the threads apart that might be alike.
pub fn orbits<'m>(machine: &'m Machine, limits: Limits, progress: Progress) -> Result<Orbits<'m>, Unlike> {
    let symmetry = Symmetry::of(machine)?;
    let limits = Limits {
        checkpoints: None,
        ..limits
    };
    let (graph, apart) = search(machine, limits, progress, None, Some(&symmetry));
    if let Some(apart) = apart {
        let point = machine.point(&graph.state(apart.state), apart.thread);
        return Err(Unlike {
            why: "a step tells them apart".to_string(),
            span: point.map(|point| machine.site(apart.thread, point).span),
        });
    }
    let mut orbits = Orbits {
        machine,
        symmetry,
        graph,
    };
    if orbits.graph.incomplete.is_none() {
        let states = |state| Some(orbits.run(state)?.1);
        orbits.graph.incomplete = exceeded(machine, &orbits.graph, states);
    }
    Ok(orbits)
}

impl Orbits<'_> {
    /// What is alike.
    pub fn symmetry(&self) -> &Symmetry {
        &self.symmetry
    }

    /// A shortest run of the machine to a state that this one stands for: the steps, and the states, the first one included. None if
    /// there is no such run, which would be a mistake of this module.
    pub fn run(&self, to: StateId) -> Option<(Vec<Label>, Vec<Vec<u64>>)> {
        let (mut labels, mut states) = (Vec::new(), vec![self.machine.initial()]);
        let (mut scratch, mut sorting) = (Scratch::new(self.machine), CanonicalScratch::new(self.machine));
        for &id in &self.graph.way(to)[1..] {
            let wanted = self.graph.state(id);
            let from = states[states.len() - 1].clone();
            let (mut next, mut stands) = (from.clone(), from.clone());
            let mut found = None;
            self.machine
                .successors(&from, &mut next, &mut scratch, |thread, outcome, next| {
                    stands.copy_from_slice(next);
                    self.symmetry.canonical(self.machine, &mut stands, &mut sorting);
                    if found.is_none() && stands == wanted {
                        let label = Label {
                            thread: thread as u16,
                            outcome: outcome as u16,
                        };
                        found = Some((label, next.to_vec()));
                    }
                });
            let (label, state) = found?;
            labels.push(label);
            states.push(state);
        }
        Some((labels, states))
    }
}
