//! `oomspec check MODULE.tla`: a specification by itself, as its .cfg says.

use std::path::Path;

use oomspec::check::Verdict;
use oomspec::check::module::{self, Checked};
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
    let mut text = format!(
        "{name}: {} states generated, {} distinct, depth {}\n",
        counts.generated, counts.distinct, counts.depth
    );
    for (property, verdict, trace) in &checked.findings {
        let words = match verdict {
            Verdict::Holds => "holds",
            Verdict::Violated => "is violated",
            Verdict::Vacuous => "holds, but what it speaks of never happens",
            Verdict::Incomplete | Verdict::NotApplicable => "is not decided: the graph is not complete",
        };
        text += &format!("  {property} {words}\n");
        for line in trace {
            text += &format!("    {line}\n");
        }
    }
    text
}

fn code(checked: &Checked) -> u8 {
    let any = |wanted| checked.findings.iter().any(|(_, verdict, _)| *verdict == wanted);
    if any(Verdict::Violated) {
        if checked.safety { exit::SAFETY } else { exit::LIVENESS }
    } else if any(Verdict::Incomplete) {
        exit::INCOMPLETE
    } else {
        exit::FINE
    }
}
