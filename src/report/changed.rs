//! What a change of a listing changed: verdicts, and what became of the old counterexamples.

use super::history::retraced;
use super::lines::wrapped;
use crate::check::{Checked, Finding, Verdict};
use crate::counterexample::retraced::retrace;

/// Each verdict that is another one now, of runs about the same protocols and scenarios. Of what was violated and is not any more, how far the old run can be made; what is
/// violated and was not has its diagram elsewhere.
pub fn changed(before: &[Checked], now: &[Checked]) -> String {
    let mut text = String::new();
    let pairs = before.iter().zip(now);
    for (before, now) in pairs.filter(|(before, now)| before.instance.scenario == now.instance.scenario) {
        for finding in &now.findings {
            let mut olds = before.findings.iter();
            let Some(old) = olds.find(|old| old.property.name == finding.property.name) else {
                continue;
            };
            if old.verdict != finding.verdict {
                text += &told(before, old, now, finding);
            }
        }
    }
    match text.is_empty() {
        true => "No verdict has changed.\n".to_string(),
        false => text,
    }
}

fn told(before: &Checked, old: &Finding, now: &Checked, finding: &Finding) -> String {
    let (property, scenario) = (&finding.property.name, &now.instance.scenario);
    let (then, is) = (words(old.verdict), words(finding.verdict));
    let mut text = wrapped("", &format!("{property} in {scenario}: {then} before, {is} now."));
    if let (Some(shown), Verdict::Violated) = (&old.counterexample, old.verdict) {
        let again = retrace(&before.instance.machine, &shown.steps, &now.instance.machine);
        text += &retraced(&again, &now.instance.protocol);
    }
    text
}

fn words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Holds => "true",
        Verdict::Vacuous => "nothing to say",
        Verdict::Violated => "violated",
        Verdict::Incomplete => "not decided",
        Verdict::NotApplicable => "n/a after an error",
    }
}
