//! What was found out: the list that the page begins with.

use serde::Serialize;

use crate::actors::System;
use crate::check::{Checked, Counterexample, Finding, Verdict};
use crate::counterexample::history::History;
use crate::counterexample::{events, wrong};
use crate::machine::{Label, Machine};
use crate::model::property::PropertyKind;
use crate::report::race;
use crate::report::violation::violation;
use crate::source::without_folders;

/// A protocol in a scenario.
#[derive(Debug, Serialize)]
pub(super) struct Summary {
    protocol: String,
    /// Where it was read, without folders.
    file: String,
    scenario: String,
    /// Something else may be shown later.
    pub watched: bool,
    /// Distinct states.
    distinct: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    incomplete: Option<String>,
    pub counterexamples: Vec<Shown>,
    /// The other properties.
    others: Vec<Other>,
}

/// A counterexample.
#[derive(Debug, Serialize)]
pub(super) struct Shown {
    pub property: String,
    /// The property in plain words.
    words: String,
    kind: &'static str,
    /// What went wrong.
    wrong: String,
    /// Why it is violated, in lines.
    why: String,
    /// The printed diagram.
    pub text: String,
    /// Steps, its loop included.
    length: usize,
    /// stateright's name for the whole path.
    pub path: Vec<usize>,
    pub loop_start: Option<usize>,
    expected: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// The kernel that holds what this change of it breaks.
    #[serde(skip_serializing_if = "Option::is_none")]
    new_against: Option<String>,
    #[serde(skip)]
    pub steps: Vec<Label>,
}

/// A property without a counterexample.
#[derive(Debug, Serialize)]
struct Other {
    property: String,
    words: String,
    verdict: Verdict,
}

impl Summary {
    pub(crate) fn new(history: &History, checked: &Checked, system: &System) -> Self {
        let machine = &checked.instance.machine;
        let mut summary = Summary {
            protocol: checked.instance.protocol.clone(),
            file: without_folders(&checked.instance.protocol_source).to_string(),
            scenario: checked.instance.scenario.clone(),
            watched: false,
            distinct: checked.counts.distinct,
            incomplete: checked.incomplete.clone(),
            counterexamples: Vec::new(),
            others: Vec::new(),
        };
        for finding in &checked.findings {
            let path = finding.counterexample.as_ref().and_then(|counterexample| {
                let path = system.indices(&counterexample.steps)?;
                let text = violation(history, &checked.instance, finding, false);
                Some(Shown {
                    text,
                    why: race::in_words(&checked.instance, finding),
                    ..Shown::new(machine, finding, counterexample, path)
                })
            });
            match path {
                Some(shown) => summary.counterexamples.push(shown),
                None => summary.others.push(Other {
                    property: finding.property.name.clone(),
                    words: finding.property.description.clone(),
                    verdict: finding.verdict,
                }),
            }
        }
        summary
    }
}

impl Shown {
    fn new(machine: &Machine, finding: &Finding, counterexample: &Counterexample, path: Vec<usize>) -> Self {
        let made = events::events(machine, counterexample);
        Shown {
            property: finding.property.name.clone(),
            words: finding.property.description.clone(),
            kind: match (finding.property.kind, counterexample.loop_start) {
                (PropertyKind::Deadlock, _) => "deadlock",
                (_, Some(_)) => "liveness",
                (_, None) => "safety",
            },
            wrong: wrong::wrong(machine, finding, &made),
            why: String::new(),
            text: String::new(),
            length: counterexample.steps.len(),
            path,
            loop_start: counterexample.loop_start,
            expected: finding.expected(),
            reason: finding.known.as_ref().map(|reason| reason.words.clone()),
            new_against: finding.new_against.clone(),
            steps: counterexample.steps.clone(),
        }
    }

    /// The path to the state at which it opens: the last one, or the one at which its loop starts.
    pub(crate) fn opens(&self) -> &[usize] {
        let steps = self.loop_start.unwrap_or(self.length);
        self.path.get(..=steps).unwrap_or(&self.path)
    }
}
