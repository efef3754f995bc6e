//! `oomspec explore`: one protocol in one scenario, in the browser.

use std::path::PathBuf;

use oomspec::actors::System;
use oomspec::actors::compare;
use oomspec::check::{Checked, Verdict, check};
use oomspec::counterexample::history::History;
use oomspec::explore::{Budget, Limits};
use oomspec::model::properties::PropertyModule;
use oomspec::source::{Diagnostic, Diagnostics};
use oomspec::spec::Spec;
use oomspec::web::Page;

/// Browse a protocol in a scenario: its counterexamples and all other paths, state by state
///
/// Serves a page on the loopback address until Ctrl-C, and prints one link for each violation, which opens at its last state,
/// or where its loop starts. stateright's own Explorer is beside it, at /stateright/.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    pair: super::inputs::Pair,

    /// A TLA+ module with properties of your own; it may extend Properties or Refinement
    #[arg(long, value_name = "FILE.tla")]
    properties: Option<PathBuf>,

    /// The port; 0 is any
    #[arg(long, default_value_t = 3000)]
    port: u16,

    /// Write the page with its counterexamples into one file that needs no server and nothing from elsewhere, and serve nothing
    #[arg(long, value_name = "FILE.html", conflicts_with = "port")]
    html: Option<PathBuf>,

    /// Give up looking for violations in a graph with more distinct states
    #[arg(long, value_name = "N", default_value_t = 10_000_000)]
    max_states: usize,
}

/// Serves until the process ends.
pub fn run(spec: &Spec, args: &Args, budget: Budget) -> Result<u8, super::Failure> {
    let instance = args.pair.instance(spec)?;
    let modules = super::inputs::modules_of(spec, args.properties.as_deref(), &instance)?;
    spec.refuse_unknown_names(&modules, std::slice::from_ref(&instance), &[])?;
    let threads = super::check::available_threads();
    let limits = Limits {
        threads,
        max_states: args.max_states,
        budget,
    };
    let checked = check(instance, &modules, limits, &[], &|states, _| {
        super::budget::explored(states)
    })?;
    if let Some(path) = &args.html {
        let system = system(&checked, &modules).map_err(Diagnostics::from)?;
        super::output::save(
            path,
            oomspec::web::file(&History::of(spec), &checked, &system).as_bytes(),
        )?;
        return Ok(super::exit::FINE);
    }
    let page = page(&History::of(spec), &checked, &modules, args.port, threads).map_err(Diagnostics::from)?;
    super::print(&links(&checked, &page))?;
    page.serve()
}

fn page(
    history: &History,
    checked: &Checked,
    modules: &[PropertyModule],
    port: u16,
    threads: usize,
) -> Result<Page, Diagnostic> {
    let system = system(checked, modules)?;
    Page::new(history, checked, system, port, threads).map_err(|error| Diagnostic::general(error.to_string()))
}

fn system(checked: &Checked, modules: &[PropertyModule]) -> Result<System, Diagnostic> {
    System::new(checked.instance.machine.clone(), compare::properties(checked, modules))
        .map_err(|error| Diagnostic::general(error.to_string()))
}

fn links(checked: &Checked, page: &Page) -> String {
    let mut text = format!(
        "{} in {}: http://{}/ (Ctrl-C ends it)\n",
        checked.instance.protocol,
        checked.instance.scenario,
        page.address()
    );
    for (property, link) in page.links() {
        text += &format!("\n{property} is violated:\n  {link}\n");
    }
    let none = |verdict| checked.findings.iter().all(|finding| finding.verdict != verdict);
    if none(Verdict::Violated) {
        let so_far = if checked.incomplete.is_some() {
            " in what was explored"
        } else {
            ""
        };
        text += &format!("no property is violated{so_far}\n");
    }
    if let Some(why) = &checked.incomplete {
        text += &format!("incomplete: {why}; what is not violated is not decided\n");
    }
    text
}
