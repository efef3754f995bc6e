//! One JSON object a line for each protocol, scenario and property.

use serde::Serialize;

use crate::check::{Checked, Counterexample, Finding, Symmetry, Verdict};
use crate::machine::{Machine, Reached};
use crate::model::property::PropertyKind;

/// The version of this form; it changes when a field changes its meaning.
pub(crate) const SCHEMA: u32 = 1;

/// A line.
#[derive(Debug, Serialize)]
struct Line<'a> {
    schema: u32,
    protocol: &'a str,
    scenario: &'a str,
    property: &'a str,
    kind: PropertyKind,
    verdict: Verdict,
    expected: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    length: Option<usize>,
    generated: usize,
    distinct: usize,
    depth: usize,
    /// The threads that are alike, by family, if each state stands for all that differ only in which of them is which.
    #[serde(skip_serializing_if = "Option::is_none")]
    alike: Option<&'a [Vec<String>]>,
    seconds: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    loop_start: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace: Option<Vec<TraceStep<'a>>>,
}

/// A step of a trace.
#[derive(Debug, Serialize)]
struct TraceStep<'a> {
    thread: &'a str,
    function: &'a str,
    file: &'a str,
    line: u32,
    text: &'a str,
}

/// The lines of one protocol in one scenario.
pub fn lines(checked: &Checked) -> Vec<String> {
    checked.findings.iter().map(|finding| line(checked, finding)).collect()
}

fn line(checked: &Checked, finding: &Finding) -> String {
    let machine = &checked.instance.machine;
    let counterexample = finding.counterexample.as_ref();
    let line = Line {
        schema: SCHEMA,
        protocol: &checked.instance.protocol,
        scenario: &checked.instance.scenario,
        property: &finding.property.name,
        kind: finding.property.kind,
        verdict: finding.verdict,
        expected: finding.expected(),
        reason: match finding.verdict {
            Verdict::Incomplete => checked.incomplete.as_deref(),
            _ => finding.known.as_ref().map(|reason| reason.words.as_str()),
        },
        error: counterexample.and_then(|counterexample| error(machine, counterexample)),
        length: counterexample.map(|counterexample| counterexample.steps.len()),
        generated: checked.counts.generated,
        distinct: checked.counts.distinct,
        depth: checked.counts.depth,
        alike: match &checked.symmetry {
            Symmetry::Alike(threads) => Some(threads),
            Symmetry::NotAsked | Symmetry::ToldApart(_) => None,
        },
        seconds: checked.time.as_secs_f64(),
        loop_start: counterexample.and_then(|counterexample| counterexample.loop_start),
        trace: counterexample.map(|counterexample| trace(machine, counterexample)),
    };
    // A struct of strings and numbers always has a JSON form.
    serde_json::to_string(&line).unwrap_or_default()
}

fn error(machine: &Machine, counterexample: &Counterexample) -> Option<String> {
    match machine.reached(&machine.replay(&counterexample.steps).pop()?) {
        Reached::Error(error) => {
            let function = &machine.program.functions[error.function].name;
            Some(format!("{} in {function}()", error.kind.words()))
        }
        Reached::Panic => Some("panic()".to_string()),
        Reached::Nothing => None,
    }
}

fn trace<'a>(machine: &'a Machine, counterexample: &Counterexample) -> Vec<TraceStep<'a>> {
    let states = machine.replay(&counterexample.steps);
    let steps = counterexample.steps.iter().zip(&states);
    steps
        .filter_map(|(label, state)| {
            let thread = label.thread as usize;
            let site = machine.site(thread, machine.point(state, thread)?);
            Some(TraceStep {
                thread: &machine.program.threads[thread].name,
                function: &machine.program.functions[site.function].name,
                file: &machine.program.sources.file(site.span.file).name,
                line: site.line,
                text: machine.program.sources.text(site.span),
            })
        })
        .collect()
}
