//! The form of a certificate: one JSON object.

use serde::{Deserialize, Serialize};

use super::texts::Texts;

/// The version of this form; it changes when a field changes its meaning.
pub const SCHEMA: u32 = 1;

/// How many states are embedded; a larger set is walked again by whoever verifies.
pub(crate) const MAX_EMBEDDED: usize = 100_000;

/// A claim and the evidence for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// [`SCHEMA`]
    pub schema: u32,
    /// The protocol.
    pub protocol: String,
    /// The scenario.
    pub scenario: String,
    /// The property.
    pub property: String,
    /// What is claimed of it.
    pub verdict: Claim,
    /// The texts it speaks of.
    pub texts: Texts,
    /// Why that is so.
    pub evidence: Evidence,
}

/// What is claimed of a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Claim {
    /// It holds in every behaviour.
    Holds,
    /// Some behaviour violates it.
    Violated,
}

/// Why a claim is true.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Evidence {
    /// Violated: these steps lead from the initial state to a bad state, or the last one is a bad step.
    Trace(Vec<StepLabel>),
    /// Violated: a path, and a fair loop.
    Lasso {
        /// The steps.
        steps: Vec<StepLabel>,
        /// How many of them lead to the loop. If that is all of them, the loop is stuttering.
        loop_start: usize,
    },
    /// Holds: all that can be reached.
    States {
        /// The states.
        set: States,
        /// For each promise of progress, in the order of the formula, why it is kept.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        progress: Vec<Ranking>,
    },
}

/// A step: the thread's name, and after a space the outcome of `choose` unless it is 0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepLabel(pub String);

impl StepLabel {
    /// A step of a thread.
    pub fn new(thread: &str, outcome: u32) -> Self {
        match outcome {
            0 => StepLabel(thread.to_string()),
            _ => StepLabel(format!("{thread} {outcome}")),
        }
    }

    /// Its thread and outcome; none if the outcome is no number.
    pub fn parts(&self) -> Option<(&str, u32)> {
        match self.0.rsplit_once(' ') {
            None => Some((&self.0, 0)),
            Some((thread, outcome)) => Some((thread, outcome.parse().ok()?)),
        }
    }
}

/// A set of states.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum States {
    /// It is here.
    Embedded {
        /// How many.
        count: usize,
        /// Their packed words in ascending order, compressed.
        packed: String,
    },
    /// It is too large to be here: whoever verifies walks it.
    Regenerated {
        /// How many.
        count: usize,
    },
}

/// Why no fair run stays for ever where a promise is unkept: its states in classes, numbered so that no step leads to a class of
/// a higher number. A run that stays must stay in one class in the end, and there it breaks what the class names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ranking {
    /// By state, in the order of the set: the number of its class, from 1; 0 if it is not among those. Compressed.
    pub ranks: String,
    /// By class: what staying in it breaks.
    pub classes: Vec<Broken>,
}

/// What a run that stays in a class does not do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Broken {
    /// This thread could always step, and no step of it stays in the class.
    Weak(String),
    /// No strongly fair step of this thread stays in the class; a run that avoids the states in which it has one breaks the rest.
    Strong {
        /// The thread.
        thread: String,
        /// The ranking of the other states of the class, in the same order.
        rest: Ranking,
    },
    /// What would violate the formula again and again, by its number, never happens in the class.
    Never(usize),
}

impl Certificate {
    /// Its text.
    pub fn to_json(&self) -> String {
        // A struct of strings and numbers always has a JSON form.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_a_thread_and_an_outcome() {
        for (thread, outcome) in [("a", 0), ("task[1]", 7)] {
            assert_eq!(StepLabel::new(thread, outcome).parts(), Some((thread, outcome)));
        }
        assert_eq!(StepLabel("a b".into()).parts(), None);
    }
}
