//! What a protocol costs, as figures of its graph: what an exit takes, how many are killed before an allocation succeeds, how long
//! that can take, and what is free or owed by then.
//!
//! What is counted, and until when, the spec says: `__counts` in the headers, and Cost.tla ([`Terms`]).

mod extremes;
mod measure;
mod terms;

pub use extremes::{Extremes, Most, extremes};
pub use measure::{Asked, AtNext, Cost, Figure, Measured, Outcome, measure};
pub use terms::Terms;

use crate::explore::{Limits, Progress};
use crate::source::Diagnostics;
use crate::spec::Spec;

/// Measures all protocols of a spec in all its scenarios for that; nothing if it has none.
///
/// # Errors
///
/// A text of the spec is wrong, or something of Cost.tla has no value.
pub fn all(spec: &Spec, limits: Limits, progress: Progress) -> Result<Vec<Cost>, Diagnostics> {
    let scenarios = spec.cost_scenarios()?;
    if scenarios.is_empty() {
        return Ok(Vec::new());
    }
    let terms = Terms::load(&spec.modules(None), Terms::MODULE)?;
    let mut costs = Vec::new();
    for protocol in spec.protocols() {
        let protocol = spec.protocol(&protocol)?;
        for scenario in &scenarios {
            costs.push(measure(&spec.instance(&protocol, scenario)?, &terms, limits, progress)?);
        }
    }
    Ok(costs)
}
