//! What is checked: a protocol in a scenario, the properties that it should have, and its states as TLA+ sees them.

pub mod properties;
pub mod property;
pub mod variables;
pub mod visible;

use crate::c::ast::Tags;
use crate::machine::Machine;

/// A protocol in a scenario, ready to run.
#[derive(Debug, Clone)]
pub struct Instance {
    /// The protocol's name.
    pub protocol: String,
    /// Where it was read: its name in the spec, or the user's path.
    pub protocol_source: String,
    /// The scenario's name.
    pub scenario: String,
    /// Where the scenario was read: its name in the spec, or the user's path.
    pub scenario_source: String,
    /// What listing and scenario say about themselves.
    pub tags: Tags,
    /// Their states and steps.
    pub machine: Machine,
}
