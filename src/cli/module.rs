//! `oomspec check MODULE.tla`: a specification by itself, as its .cfg says.

use std::path::Path;

use oomspec::check::Verdict;
use oomspec::check::module::{self, Checked};
use oomspec::explore::Limits;
use oomspec::input::{self, MAX_MODULE};
use oomspec::model::property::PropertyKind;
use oomspec::source::Diagnostics;
use oomspec::spec::Spec;

use super::{Failure, exit};

/// Explores the module and prints what came of each property.
pub fn run(spec: &Spec, path: &Path, limits: Limits) -> Result<u8, Failure> {
    let text = |path: &Path| input::text(path, MAX_MODULE).map_err(Diagnostics::from);
    let name = path
        .file_stem()
        .map(|stem| stem.to_string_lossy().into_owned())
        .unwrap_or_default();
    text(path)?;
    let config = text(&path.with_extension("cfg"))?;
    let checked = module::check(&spec.modules(path.parent()), &name, &config, limits)?;
    super::print(&report(&name, &checked))?;
    Ok(code(&checked))
}

fn report(name: &str, checked: &Checked) -> String {
    let counts = checked.counts;
    let part = checked
        .incomplete
        .as_ref()
        .map_or(String::new(), |why| format!(", incomplete: {why}"));
    let mut text = format!(
        "{name}: {} states generated, {} distinct, depth {}{part}\n",
        counts.generated, counts.distinct, counts.depth
    );
    for finding in &checked.findings {
        let words = match finding.verdict {
            Verdict::Holds => "holds",
            Verdict::Violated => "is violated",
            Verdict::Vacuous => "holds, but what it speaks of never happens",
            Verdict::Incomplete | Verdict::NotApplicable => "is not decided: the graph is not complete",
        };
        text += &format!("  {} {words}\n", finding.name);
        for line in &finding.trace {
            text += &format!("    {line}\n");
        }
    }
    text
}

fn code(checked: &Checked) -> u8 {
    let violated = |kinds: &[PropertyKind]| {
        let mut findings = checked.findings.iter();
        findings.any(|finding| finding.verdict == Verdict::Violated && kinds.contains(&finding.kind))
    };
    if violated(&[PropertyKind::Safety, PropertyKind::Action, PropertyKind::Refinement]) {
        exit::SAFETY
    } else if violated(&[PropertyKind::Deadlock]) {
        exit::DEADLOCK
    } else if violated(&[PropertyKind::Liveness]) {
        exit::LIVENESS
    } else if checked.incomplete.is_some() {
        exit::INCOMPLETE
    } else {
        exit::FINE
    }
}
