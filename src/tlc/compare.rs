//! A protocol in a scenario, here and in TLC: states and depth, each verdict, and the length of each shortest counterexample.

use std::path::Path;
use std::time::Duration;

use super::run::{Job, Options, Report, RunError, ViolationKind, run};
use crate::check::{Checked, Finding, Verdict};
use crate::export::tla::Export;
use crate::model::property::{DEADLOCK, PropertyKind};

/// How much is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Everything.
    All,
    /// Nothing that takes TLC's search for fair cycles, which costs the most on large graphs.
    Safety,
}

/// What TLC is asked about one protocol in one scenario.
pub struct Asked<'a> {
    /// Our answer.
    pub checked: &'a Checked,
    /// What TLC reads.
    pub export: &'a Export,
    /// How much of it.
    pub scope: Scope,
}

/// Both answers.
#[derive(Debug, Clone)]
pub struct Agreement {
    /// Distinct states here and in TLC.
    pub distinct: (usize, usize),
    /// Depth here and in TLC.
    pub depth: (usize, usize),
    /// Whether properties were asked that take a search for fair cycles.
    pub lassos: bool,
    /// The properties that were asked.
    pub rows: Vec<Row>,
    /// Time here and in TLC, all its runs.
    pub time: (Duration, Duration),
    /// The longest of TLC's runs.
    pub longest: Duration,
    /// What differs, in words; a bug of ours until shown otherwise.
    pub disagreements: Vec<String>,
}

/// A property, here and in TLC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its name.
    pub property: String,
    /// The answer here.
    pub here: Answer,
    /// TLC's.
    pub there: Answer,
}

/// A verdict that can be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// No behaviour violates it.
    Holds,
    /// A path of so many transitions does, and none shorter.
    Violated(usize),
    /// A fair lasso does.
    Lasso,
}

/// A larger graph takes TLC half a minute and more: then it pays to let Java optimise.
const SMALL: usize = 6_000;

/// Asks TLC: one run for the states and deadlock, one for all properties that hold, one for each that is violated.
pub fn compare(options: &Options, folder: &Path, asked: &Asked) -> Result<Agreement, RunError> {
    let Asked { checked, export, scope } = asked;
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).map_err(RunError::Folder);
    for (name, text) in export.files() {
        write(&name, &text)?;
    }
    let mut time = Duration::ZERO;
    let mut longest = Duration::ZERO;
    let mut ask = |config: &str, properties: &[&str], deadlock: bool| -> Result<Report, RunError> {
        let file = format!("{}.{config}.asked.cfg", export.name);
        write(&file, &export.configuration(properties))?;
        let job = Job {
            module: &export.name,
            config: &file,
            deadlock,
            optimise: checked.counts.distinct > SMALL,
        };
        let report = run(options, folder, job)?;
        time += report.time;
        longest = longest.max(report.time);
        Ok(report)
    };
    let mut rows = Vec::new();
    let mut disagreements = Vec::new();
    let states = ask("states", &[DEADLOCK], true)?;
    let deadlock = checked
        .findings
        .iter()
        .find(|finding| finding.property.name == DEADLOCK);
    rows.extend(deadlock.map(|finding| row(finding, &states)));
    let whole = match deadlock.is_some_and(|finding| finding.verdict == Verdict::Violated) {
        true => ask("whole", &[], false)?,
        false => states,
    };
    let in_scope = |finding: &&Finding| {
        let known = export
            .properties
            .iter()
            .any(|property| property.name == finding.property.name);
        known && (*scope == Scope::All || is_safety(finding))
    };
    let findings: Vec<&Finding> = checked.findings.iter().filter(in_scope).collect();
    let holds: Vec<&Finding> = findings
        .iter()
        .copied()
        .filter(|finding| finding.verdict != Verdict::Violated)
        .collect();
    let names: Vec<&str> = holds.iter().map(|finding| finding.property.name.as_str()).collect();
    let together = ask("holds", &names, false)?;
    if together.violation.is_none() {
        rows.extend(holds.iter().map(|finding| row(finding, &together)));
    }
    // What TLC finds violated among them has to be found by name.
    let alone = findings
        .iter()
        .filter(|finding| finding.verdict == Verdict::Violated || together.violation.is_some());
    for finding in alone {
        let name = finding.property.name.as_str();
        rows.push(row(finding, &ask(name, &[name], false)?));
    }
    let counts = (whole.distinct, whole.depth);
    if counts != (checked.counts.distinct, checked.counts.depth) {
        disagreements.push(format!(
            "{} distinct states and depth {} here, {} and {} in TLC",
            checked.counts.distinct, checked.counts.depth, counts.0, counts.1
        ));
    }
    for row in rows.iter().filter(|row| row.here != row.there) {
        disagreements.push(format!("{}: {:?} here, {:?} in TLC", row.property, row.here, row.there));
    }
    Ok(Agreement {
        lassos: *scope == Scope::All,
        distinct: (checked.counts.distinct, whole.distinct),
        depth: (checked.counts.depth, whole.depth),
        rows,
        time: (checked.time, time),
        longest,
        disagreements,
    })
}

/// Whether TLC decides a finding while it explores: paths, but no lassos.
fn is_safety(finding: &Finding) -> bool {
    match finding.property.kind {
        PropertyKind::Safety | PropertyKind::Deadlock | PropertyKind::Action => true,
        PropertyKind::Liveness => false,
        PropertyKind::Refinement => finding
            .counterexample
            .as_ref()
            .is_some_and(|found| found.loop_start.is_none()),
    }
}

fn row(finding: &Finding, report: &Report) -> Row {
    let here = match &finding.counterexample {
        Some(found) if found.loop_start.is_some() => Answer::Lasso,
        Some(found) => Answer::Violated(found.steps.len()),
        None => Answer::Holds,
    };
    let there = match &report.violation {
        None => Answer::Holds,
        Some(violation) if violation.kind == ViolationKind::Temporal => Answer::Lasso,
        Some(violation) => Answer::Violated(violation.length),
    };
    Row {
        property: finding.property.name.clone(),
        here,
        there,
    }
}
