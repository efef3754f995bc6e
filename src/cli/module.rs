//! `oomspec check MODULE.tla`: a specification by itself, as its .cfg says.

use std::path::Path;

use oomspec::check::Verdict;
use oomspec::check::module::{self, Checked};
use oomspec::model::property::Kind;
use oomspec::source::{Diagnostic, Diagnostics};
use oomspec::spec::Spec;

use super::exit;

/// Explores the module and prints what came of each property.
pub fn run(spec: &Spec, path: &Path, max_states: usize) -> Result<u8, Diagnostics> {
    let text = |path: &Path| {
        std::fs::read_to_string(path)
            .map_err(|error| Diagnostics::from(Diagnostic::general(format!("cannot read {}: {error}", path.display()))))
    };
    let name = path
        .file_stem()
        .map(|stem| stem.to_string_lossy().into_owned())
        .unwrap_or_default();
    let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
    text(path)?;
    let config = text(&path.with_extension("cfg"))?;
    let read = |module: &str| {
        let file = folder.join(format!("{module}.tla"));
        std::fs::read_to_string(file).ok().or_else(|| spec.module(module))
    };
    let checked = module::check(&read, &name, &config, max_states)?;
    super::print(&report(&name, &checked));
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
    let violated = |kinds: &[Kind]| {
        let mut findings = checked.findings.iter();
        findings.any(|finding| finding.verdict == Verdict::Violated && kinds.contains(&finding.kind))
    };
    if violated(&[Kind::Safety, Kind::Action, Kind::Refinement]) {
        exit::SAFETY
    } else if violated(&[Kind::Deadlock]) {
        exit::DEADLOCK
    } else if violated(&[Kind::Liveness]) {
        exit::LIVENESS
    } else if checked.incomplete.is_some() {
        exit::INCOMPLETE
    } else {
        exit::FINE
    }
}
