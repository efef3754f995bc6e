//! What a check tells people.

use std::path::Path;

use oomspec::c::ast::Cause;
use oomspec::check::{Checked, Finding, Symmetry, Verdict};
use oomspec::counterexample::history::History;
use oomspec::model::Instance;
use oomspec::report::matrix::{Rows, matrix};
use oomspec::report::summary;
use oomspec::report::violation::violation;
use oomspec::spec::Spec;

/// What was asked, as far as it decides what is told.
pub struct Asked<'a> {
    /// The folder of the spec, if it is not the built-in one.
    pub folder: Option<&'a Path>,
    /// As they were named.
    pub protocols: &'a [String],
    /// As they were named.
    pub scenarios: &'a [String],
    /// One protocol.
    pub alone: bool,
    /// Some properties, and not all.
    pub some: bool,
    /// Every step.
    pub steps: bool,
    /// What to look at next can be said in few words.
    pub next: bool,
}

/// The matrix; of one protocol, a diagram for each violation, what nobody expects first; and what to look at next.
pub fn human(spec: &Spec, checked: &[Checked], asked: &Asked) -> String {
    let alone = asked.alone;
    let history = History::of(spec);
    let commit = |name: &str| history.commit(name).cloned();
    let mut text = String::new();
    let one_cell = checked.len() == 1 && asked.some;
    if !one_cell {
        text += &matrix(checked, if alone { Rows::Scenarios } else { Rows::Protocols });
        text += "\n";
    }
    if !alone {
        let broken = summary::broken(checked, &commit);
        text += &broken;
        if !broken.is_empty() {
            text += "\n";
        }
        return text + &summary::total(checked) + &next(asked, checked, None);
    }
    let mut shown: Vec<(&Instance, &Finding)> = checked.iter().flat_map(violated).collect();
    shown.sort_by_key(|(_, finding)| rank(finding));
    for &(instance, finding) in &shown {
        text += &violation(&history, instance, finding, asked.steps);
        text += "\n";
    }
    for checked in checked
        .iter()
        .filter(|checked| one_cell || checked.incomplete.is_some())
    {
        let counts = checked.counts;
        let whole = checked
            .incomplete
            .as_ref()
            .map_or(String::new(), |why| format!(", incomplete: {why}"));
        let alike = match checked.symmetry {
            Symmetry::Alike(_) => " up to symmetry",
            Symmetry::NotAsked | Symmetry::ToldApart(_) => "",
        };
        text += &format!(
            "{} states generated, {} distinct{alike}, depth {}{whole}\n",
            counts.generated, counts.distinct, counts.depth
        );
    }
    text + &summary::total(checked) + &next(asked, checked, shown.first().copied())
}

/// What to look at after this: of several protocols one of them, of one every step, or the page.
fn next(asked: &Asked, checked: &[Checked], shown: Option<(&Instance, &Finding)>) -> String {
    if !asked.next {
        return String::new();
    }
    let spec = asked
        .folder
        .map_or(String::new(), |folder| format!(" --spec {}", folder.display()));
    let Some((instance, finding)) = shown else {
        let broken = checked.iter().find(|checked| violated(checked).next().is_some());
        return match broken.filter(|_| asked.protocols.len() != 1) {
            Some(broken) => format!("\nnext:  oomspec check{spec} {}\n", broken.instance.protocol),
            None => String::new(),
        };
    };
    let protocol = asked.protocols.first().unwrap_or(&instance.protocol);
    let scenario = match asked.scenarios {
        [only] => only,
        _ => &instance.scenario,
    };
    let property = &finding.property.name;
    format!(
        "\nnext:  oomspec check{spec} {protocol} -s {scenario} -p {property} --steps\n       oomspec explore{spec} {protocol} -s {scenario}\n"
    )
}

fn violated(checked: &Checked) -> impl Iterator<Item = (&Instance, &Finding)> {
    let broken = checked.findings.iter();
    let broken = broken.filter(|finding| finding.verdict == Verdict::Violated);
    broken.map(|finding| (&checked.instance, finding))
}

/// What nobody expects is read first, then mistakes, then what is by design.
fn rank(finding: &Finding) -> usize {
    match finding.known.as_ref().map(|reason| &reason.cause) {
        None => 0,
        Some(Cause::Mistake { .. } | Cause::Inherited) => 1,
        Some(Cause::Design) => 2,
    }
}
