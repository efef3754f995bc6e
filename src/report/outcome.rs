//! A verdict as the reports for other programs need it: as announced, or not, or not decided.

use super::violation::violation;
use crate::check::{Checked, Finding, Verdict};
use crate::counterexample::history::History;
use crate::counterexample::{events, wrong};

/// What a finding comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It holds.
    Passed,
    /// There was nothing to decide, and why.
    Skipped(&'static str),
    /// It is violated as the listing announces, and why.
    Expected(String),
    /// It is not as the listing announces: a line.
    Failed(String),
    /// It was not decided, and why.
    Undecided(String),
}

impl Outcome {
    /// The outcome of one property.
    pub(crate) fn of(checked: &Checked, finding: &Finding) -> Self {
        match finding.verdict {
            Verdict::Incomplete => {
                let why = finding.reason.as_ref().or(checked.incomplete.as_ref());
                Outcome::Undecided(why.map_or("the graph is not complete", |why| why).to_string())
            }
            _ if finding.speaks_after_all() => Outcome::Failed("not vacuous, though the listing says so".to_string()),
            Verdict::Violated => match &finding.known {
                Some(reason) => Outcome::Expected(reason.words.clone()),
                None => Outcome::Failed(headline(checked, finding)),
            },
            _ if finding.known.is_some() => Outcome::Failed("not violated, though the listing says so".to_string()),
            Verdict::Vacuous => Outcome::Skipped("holds, but what it speaks of never happens"),
            Verdict::NotApplicable => Outcome::Skipped("every run that would show it may end in an error first"),
            Verdict::Holds => Outcome::Passed,
        }
    }
}

/// What went wrong, and after how many steps.
fn headline(checked: &Checked, finding: &Finding) -> String {
    let Some(run) = &finding.counterexample else {
        return finding.property.description.clone();
    };
    let machine = &checked.instance.machine;
    let wrong = wrong::wrong(machine, finding, &events::events(machine, run));
    format!("{wrong}, after {} steps", run.steps.len())
}

/// The diagram of a violation; empty if there is none.
pub(crate) fn diagram(history: &History, checked: &Checked, finding: &Finding) -> String {
    match finding.counterexample {
        Some(_) => violation(history, &checked.instance, finding, false),
        None => String::new(),
    }
}

/// The file and the line of the last step of a counterexample: where it goes wrong, or where a loop begins anew.
pub(crate) fn place<'a>(checked: &'a Checked, finding: &Finding) -> Option<(&'a str, u32)> {
    let machine = &checked.instance.machine;
    let steps = &finding.counterexample.as_ref()?.steps;
    let states = machine.replay(steps);
    let thread = usize::from(steps.last()?.thread);
    let before = states.get(steps.len() - 1)?;
    let site = machine.site(thread, machine.point(before, thread)?);
    Some((&machine.program.sources.file(site.span.file).name, site.line))
}
