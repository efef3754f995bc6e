//! Two protocols compared: their listings, what is found out about them, and what can be seen of their behaviours.

mod behaviours;
pub mod listings;

pub use behaviours::{Behaviours, Change, Direction, Look, Run, behaviours};

use serde::Serialize;

use crate::check::{Finding, Verdict, findings};
use crate::explore::{Limits, Progress, explore};
use crate::model::Instance;
use crate::model::properties::PropertyModule;
use crate::model::visible::Visible;
use crate::source::Diagnostics;

/// A property with two answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// Its name.
    pub property: String,
    /// The answer for the first protocol.
    pub first: Verdict,
    /// And for the second.
    pub second: Verdict,
}

/// Two protocols in one scenario.
#[derive(Debug, Clone)]
pub struct Difference {
    /// The first, in the scenario.
    pub first: Instance,
    /// The second.
    pub second: Instance,
    /// The properties with two answers, in the order of the matrix.
    pub verdicts: Vec<Changed>,
    /// What can be seen.
    pub behaviours: Behaviours,
}

/// Compares two protocols in a scenario; the limits are each one's.
///
/// # Errors
///
/// A formula has no value in some state.
pub fn difference(
    first: &Instance,
    second: &Instance,
    modules: &[PropertyModule],
    visible: Option<&Visible>,
    limits: Limits,
    progress: Progress,
) -> Result<Difference, Diagnostics> {
    let graphs = [first, second].map(|instance| explore(&instance.machine, limits, progress));
    let [mine, theirs] = &graphs;
    let answers = (
        findings(first, mine, modules, &[])?,
        findings(second, theirs, modules, &[])?,
    );
    Ok(Difference {
        verdicts: changed(&answers.0, &answers.1),
        behaviours: match visible {
            Some(visible) => behaviours((first, mine), (second, theirs), visible, limits.budget)?,
            None => Behaviours::NotCompared("no Visible.tla says what can be seen".to_string()),
        },
        first: first.clone(),
        second: second.clone(),
    })
}

/// The properties with two answers. One that only one of them has is not asked of the other.
pub fn changed(first: &[Finding], second: &[Finding]) -> Vec<Changed> {
    let answer = |findings: &[Finding], name: &str| {
        let mut findings = findings.iter();
        let found = findings.find(|finding| finding.property.name == name);
        found.map_or(Verdict::NotApplicable, |finding| finding.verdict)
    };
    let mut names: Vec<&str> = Vec::new();
    for finding in first.iter().chain(second) {
        if !names.contains(&finding.property.name.as_str()) {
            names.push(&finding.property.name);
        }
    }
    let both = names.into_iter().map(|name| Changed {
        property: name.to_string(),
        first: answer(first, name),
        second: answer(second, name),
    });
    both.filter(|changed| changed.first != changed.second).collect()
}
