//! `oomspec explore`: one protocol in one scenario, in the browser.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use oomspec::actors::System;
use oomspec::actors::compare;
use oomspec::check::{Checked, Verdict, baseline, check};
use oomspec::counterexample::history::History;
use oomspec::difference::listings::listings as diff;
use oomspec::explore::{Budget, Limits};
use oomspec::model::properties::PropertyModule;
use oomspec::report::changed::changed;
use oomspec::source::{Diagnostic, Diagnostics};
use oomspec::spec::Spec;
use oomspec::web::{Expressions, Live, Page};

use super::check::{available_threads, base};
use super::output::misuse;
use super::watch::Watched;

/// Browse a protocol in a scenario: its counterexamples and all other paths, state by state
///
/// Serves a page on the loopback address until Ctrl-C, and prints one link for each violation, which opens at its last state,
/// or where its loop starts. Its box shows the values of any TLA+ expression along a run. stateright's own Explorer is beside it, at /stateright/.
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
    #[arg(long, value_name = "FILE.html", conflicts_with_all = ["port", "watch"])]
    html: Option<PathBuf>,

    /// Check again whenever a file of yours is saved; the page shows what that changed
    #[arg(long)]
    watch: bool,

    /// Give up looking for violations in a graph with more distinct states
    #[arg(long, value_name = "N", default_value_t = 10_000_000)]
    max_states: usize,
}

/// A protocol in a scenario, checked.
struct Looked {
    checked: Checked,
    modules: Vec<PropertyModule>,
    /// The protocol as one listing.
    listing: String,
}

/// Serves until the process ends.
pub fn run(spec: &Spec, folder: Option<&Path>, args: &Args, budget: Budget) -> Result<u8, super::Failure> {
    let files: Vec<&Path> = args.pair.files().chain(args.properties.as_deref()).collect();
    if args.watch && files.is_empty() && folder.is_none() {
        misuse("--watch waits for a file of yours to be saved: name one");
    }
    // What is saved from now on is news.
    let watched = args.watch.then(|| Watched::new(&files, folder));
    let looked = look(spec, args, budget)?;
    let (history, threads) = (History::of(spec), available_threads());
    let system = system(&looked)?;
    if let Some(path) = &args.html {
        let file = oomspec::web::file(&history, &looked.checked, &system);
        super::output::save(path, file.as_bytes())?;
        return Ok(super::exit::FINE);
    }
    let expressions = expressions(folder, args.properties.as_deref());
    let page = Page::new(
        &history,
        &looked.checked,
        system,
        args.port,
        threads,
        args.watch,
        expressions,
    )
    .map_err(|error| Diagnostics::from(Diagnostic::general(error.to_string())))?;
    super::print(&links(&looked.checked, &page))?;
    let Some(watched) = watched else { page.serve() };
    let live = page.live();
    std::thread::scope(|scope| {
        scope.spawn(|| page.serve());
        watch(watched, spec, folder, args, budget, looked, &live)
    })
}

/// Looks again whenever a file is saved.
fn watch(
    mut watched: Watched,
    spec: &Spec,
    folder: Option<&Path>,
    args: &Args,
    budget: Budget,
    mut last: Looked,
    live: &Live,
) -> ! {
    loop {
        let Some(what) = watched.wait(budget) else { continue };
        let again = || {
            let read = folder.map(|folder| super::spec(Some(folder))).transpose()?;
            let spec = read.as_ref().unwrap_or(spec);
            let now = look(spec, args, budget)?;
            Ok((History::of(spec), system(&now)?, now))
        };
        match again() {
            Ok((history, system, now)) => {
                let verdicts = changed(std::slice::from_ref(&last.checked), std::slice::from_ref(&now.checked));
                let news = format!("{what}\n\n{verdicts}\n{}", diff(&last.listing, &now.listing));
                live.replace(&history, &now.checked, system, available_threads(), news);
                last = now;
            }
            Err(errors) => {
                let errors: Diagnostics = errors;
                live.complain(format!("{what}\n\n{}", errors.render(false)));
            }
        }
    }
}

fn look(spec: &Spec, args: &Args, budget: Budget) -> Result<Looked, Diagnostics> {
    let listing = args.pair.listing(spec)?;
    let instance = args.pair.instance(spec)?;
    let modules = super::inputs::modules_of(spec, args.properties.as_deref(), &instance)?;
    spec.refuse_unknown_names(&modules, std::slice::from_ref(&instance), &[])?;
    let limits = Limits {
        threads: available_threads(),
        max_states: args.max_states,
        budget,
        ..Limits::default()
    };
    let progress = |states: usize, _: usize| super::budget::explored(states);
    let mut checked = check(instance, &modules, limits, &[], &progress)?;
    // A kernel that has not what the scenario is about is nothing to compare with.
    let base = base(spec, &listing)?.and_then(|base| args.pair.instance_in(spec, &base).ok());
    if let Some(base) = base {
        baseline::against(&mut checked, &check(base, &modules, limits, &[], &progress)?);
    }
    Ok(Looked {
        checked,
        modules,
        listing: spec.flatten(&listing)?,
    })
}

/// Reads what is typed into the page's box, as the files are by then.
fn expressions(folder: Option<&Path>, properties: Option<&Path>) -> Expressions {
    let (folder, properties) = (folder.map(Path::to_path_buf), properties.map(Path::to_path_buf));
    Arc::new(move |text, machine| {
        let spec = super::spec(folder.as_deref())?;
        spec.expression(text, properties.as_deref(), machine)
    })
}

fn system(looked: &Looked) -> Result<System, Diagnostics> {
    let properties = compare::properties(&looked.checked, &looked.modules);
    System::new(looked.checked.instance.machine.clone(), properties)
        .map_err(|error| Diagnostic::general(error.to_string()).into())
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
