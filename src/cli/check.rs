//! `oomspec check`: verdicts, and a diagram for each violation.

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressStyle};
use oomspec::c::library::Listing;
use oomspec::check::property::Kind;
use oomspec::check::theory::Theory;
use oomspec::check::{Checked, Verdict, check};
use oomspec::explore::Limits;
use oomspec::report::{json, matrix};
use oomspec::source::Diagnostics;
use oomspec::spec::{Instance, Spec};

use super::exit;

/// Explore protocols in scenarios and say which properties hold
///
/// Without arguments: every built-in protocol in every scenario. A violation that the listing announces with `@breaks` is expected.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Protocols (see `oomspec list`) or listings of yours; all if none is named
    #[arg(value_name = "PROTOCOL|FILE.c")]
    protocols: Vec<String>,

    /// Only in this scenario, or in one of yours
    #[arg(short, long, value_name = "SCENARIO|FILE.c")]
    scenario: Vec<String>,

    /// Only this property
    #[arg(short, long)]
    property: Vec<String>,

    /// Who explores: our graph, stateright's breadth-first search, or both, compared
    #[arg(long, value_enum, default_value_t = Engine::Graph)]
    engine: Engine,

    /// Worker threads; the answer does not depend on it
    #[arg(long, value_name = "N")]
    threads: Option<std::num::NonZeroUsize>,

    /// Give up on a graph with more distinct states
    #[arg(long, value_name = "N", default_value_t = 10_000_000)]
    max_states: usize,

    /// For people, or one JSON object a line for each protocol, scenario and property
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,

    /// Show every step of a counterexample, not only the ones that matter
    #[arg(long)]
    steps: bool,
}

/// Who explores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Engine {
    /// Our own graph
    Graph,
    /// stateright's breadth-first search over the actors; safety only
    Stateright,
    /// Both, compared
    Both,
}

/// How the answer looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Matrix and diagrams
    Human,
    /// JSON lines
    Json,
}

/// Runs the command.
pub fn run(spec: &Spec, args: &Args) -> Result<u8, Diagnostics> {
    let theory = spec.theory()?;
    let instances = instances(spec, args)?;
    let threads = args.threads.map_or_else(available_threads, usize::from);
    let checked = check_all(instances, &theory, threads, args)?;
    match args.format {
        Format::Json => {
            for line in checked.iter().flat_map(json::lines) {
                super::print(&(line + "\n"));
            }
        }
        Format::Human => {
            super::print(&matrix::matrix(&checked, matrix::Rows::Protocols));
            for checked in &checked {
                for finding in &checked.findings {
                    if let Some(explanation) = &finding.explanation {
                        super::print(&format!(
                            "\n{} in {}: {} ({} steps)\n",
                            checked.instance.protocol,
                            checked.instance.scenario,
                            finding.property.name,
                            finding.counterexample.as_ref().map_or(0, |c| c.steps.len())
                        ));
                        super::print(&oomspec::report::refinement::explanation(explanation));
                    }
                }
            }
        }
    }
    Ok(verdict_code(&checked))
}

/// A protocol of the spec, or a file of the user.
pub fn listing(spec: &Spec, name: &str) -> Result<Listing, Diagnostics> {
    if Path::new(name).is_file() {
        return Listing::from_file(Path::new(name)).map_err(super::one);
    }
    spec.protocol(name).map_err(super::one)
}

/// A scenario of the spec, or a file of the user.
pub fn scenario(spec: &Spec, name: &str) -> Result<Listing, Diagnostics> {
    if Path::new(name).is_file() {
        return Listing::from_file(Path::new(name)).map_err(super::one);
    }
    spec.scenario(name).map_err(super::one)
}

fn instances(spec: &Spec, args: &Args) -> Result<Vec<Instance>, Diagnostics> {
    let protocols = if args.protocols.is_empty() {
        spec.protocols()
    } else {
        args.protocols.clone()
    };
    let scenarios = if args.scenario.is_empty() {
        spec.scenarios()
    } else {
        args.scenario.clone()
    };
    let mut instances = Vec::new();
    for protocol in &protocols {
        let protocol = listing(spec, protocol)?;
        for scenario in &scenarios {
            instances.push(spec.instance(&protocol, &self::scenario(spec, scenario)?)?);
        }
    }
    Ok(instances)
}

/// One for each processor.
pub fn available_threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Checks all instances: side by side if there are many, each on all threads if there are few.
fn check_all(
    instances: Vec<Instance>,
    theory: &Theory,
    threads: usize,
    args: &Args,
) -> Result<Vec<Checked>, Diagnostics> {
    let bar = bar(instances.len());
    let workers = threads.min(instances.len()).max(1);
    let limits = Limits {
        threads: (threads / workers).max(1),
        max_states: args.max_states,
    };
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, Result<Checked, Diagnostics>)>> = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some((number, instance)) = take(&next, &instances) {
                    bar.set_message(format!("{} in {}", instance.protocol, instance.scenario));
                    let states = |states: usize, _: usize| bar.set_prefix(states.to_string());
                    let checked = check(instance.clone(), theory, limits, &args.property, &states);
                    bar.inc(1);
                    if let Ok(mut done) = done.lock() {
                        done.push((number, checked));
                    }
                }
            });
        }
    });
    bar.finish_and_clear();
    let mut done = done.into_inner().unwrap_or_default();
    done.sort_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, checked)| checked).collect()
}

fn take<'a>(next: &AtomicUsize, instances: &'a [Instance]) -> Option<(usize, &'a Instance)> {
    let number = next.fetch_add(1, Ordering::Relaxed);
    instances.get(number).map(|instance| (number, instance))
}

/// Progress on stderr, on a terminal only.
fn bar(total: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg} ({prefix} states)");
    ProgressBar::new(total as u64).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// The exit code of a run: see [`exit`].
fn verdict_code(checked: &[Checked]) -> u8 {
    let findings = || checked.iter().flat_map(|checked| &checked.findings);
    let surprise = |kinds: &[Kind]| {
        findings().any(|finding| {
            finding.verdict == Verdict::Violated && !finding.expected() && kinds.contains(&finding.property.kind)
        })
    };
    if surprise(&[Kind::Safety, Kind::Action, Kind::Refinement]) {
        exit::SAFETY
    } else if surprise(&[Kind::Deadlock]) {
        exit::DEADLOCK
    } else if surprise(&[Kind::Liveness]) {
        exit::LIVENESS
    } else if findings().any(|finding| finding.verdict == Verdict::Incomplete) {
        exit::INCOMPLETE
    } else if findings().any(|finding| !finding.expected()) {
        exit::NOT_FOUND
    } else {
        exit::FINE
    }
}
