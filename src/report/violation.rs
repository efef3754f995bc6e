//! All that is said about a violation: the diagram, where it came in and was mended, and why a refinement fails.

use super::{race, refinement};
use crate::check::Finding;
use crate::counterexample::history::History;
use crate::model::Instance;

/// The text that `check` prints; with every step instead of those that matter, if asked for.
pub fn violation(history: &History, instance: &Instance, finding: &Finding, all_steps: bool) -> String {
    let options = race::Options {
        all_steps,
        new_against: finding.new_against.as_deref(),
        introduced_by: history.introduced_by(instance, finding),
        fixed_by: history.fixed_by(finding),
    };
    let mut text = race::race(instance, finding, options);
    if let Some(explanation) = &finding.explanation {
        text += "\n";
        text += &refinement::explanation(explanation);
    }
    text
}
