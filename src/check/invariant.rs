//! Safety: the first state, in breadth-first order, in which an error broke a property.

use std::collections::HashMap;

use super::partition::Partition;
use crate::explore::{Graph, StateId};
use crate::machine::{Machine, Reached};

/// The first bad state for each property that has one.
pub(crate) fn violations(machine: &Machine, graph: &Graph) -> HashMap<String, StateId> {
    let mut first = HashMap::new();
    for id in Partition::of_slot(graph, machine.layout.error).representatives {
        if let Reached::Error(error) = machine.reached(&graph.state(id)) {
            first.entry(error.property.clone()).or_insert(id);
        }
    }
    first
}
