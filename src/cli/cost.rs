//! `oomspec cost`: what a protocol costs, as figures of its graph.

use oomspec::c::library::Listing;
use oomspec::cost::{Cost, Outcome, Terms, measure};
use oomspec::explore::{Budget, Limits};
use oomspec::model::Instance;
use oomspec::report::cost as report;
use oomspec::source::Diagnostic;
use oomspec::spec::Spec;

use super::check::available_threads;
use super::inputs::{Format, listing, scenario};
use super::{Failure, exit, suite};

/// Say what protocols cost: an ordinary exit, and the way to a page when memory has run out
///
/// For an exit that is no victim's: locks taken, waits behind others, and atomic read-modify-writes, with nobody about and beside an
/// OOM. For an allocation: how many are killed before it succeeds, tries of the reaper, locks and waits of all, what is free and
/// what is owed when another victim is taken, and how it may end. What counts as what is said in the headers (`__counts`), until
/// when in Cost.tla; the scenarios are those of the spec's folder cost/.
#[derive(Debug, clap::Args)]
#[command(after_help = CODES)]
pub struct Args {
    /// Protocols (see `oomspec list`), or listings of yours; all protocols if none is named
    #[arg(value_name = "PROTOCOL|FILE.c")]
    protocols: Vec<String>,

    /// Only in this scenario of the folder cost/, or in another of the spec or of yours
    #[arg(short, long, value_name = "SCENARIO|FILE.c")]
    scenario: Vec<String>,

    /// Give up on a graph with more distinct states
    #[arg(long, value_name = "N", default_value_t = 10_000_000)]
    max_states: usize,

    /// For people, or for another program
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

const CODES: &str = "\
Exit codes:
  0    all was measured
  20   some graph is not complete
  150  an error in a listing or module
  2    wrong use of the command line";

/// Measures.
pub fn run(spec: &Spec, args: &Args, budget: Budget) -> Result<u8, Failure> {
    let names = if args.protocols.is_empty() {
        spec.protocols()
    } else {
        args.protocols.clone()
    };
    let protocols: Vec<Listing> = names.iter().map(|name| listing(spec, name)).collect::<Result<_, _>>()?;
    let of_cost = spec.cost_scenarios()?;
    if of_cost.is_empty() {
        let message = "this spec does not say what costs are";
        let help = "a spec that does has Cost.tla, and scenarios in cost/";
        return Err(Diagnostic::general(message).help(help).into());
    }
    let named = |name: &String| match of_cost.iter().find(|known| oomspec::spec::stem(&known.name) == *name) {
        Some(known) => Ok(known.clone()),
        None => scenario(spec, name),
    };
    let scenarios: Vec<Listing> = match args.scenario.is_empty() {
        true => of_cost.clone(),
        false => args.scenario.iter().map(named).collect::<Result<_, _>>()?,
    };
    let terms = Terms::load(&spec.modules(None), Terms::MODULE)?;
    let mut instances: Vec<Instance> = Vec::new();
    for protocol in &protocols {
        for scenario in &scenarios {
            instances.push(super::inputs::instance(spec, protocol, scenario)?);
        }
    }
    let limits = Limits {
        threads: available_threads(),
        max_states: args.max_states,
        budget: super::budget::until_interrupted(budget),
        ..Limits::default()
    };
    let name = |instance: &Instance| format!("{} in {}", instance.protocol, instance.scenario);
    let costs: Vec<Cost> = suite::side_by_side(&instances, limits, &name, &|instance, limits, progress| {
        measure(instance, &terms, limits, progress)
    })?;
    match args.format {
        Format::Json => {
            for cost in &costs {
                super::print(&(report::json(cost) + "\n"))?;
            }
        }
        Format::Human => {
            super::print(&report::tables(&costs))?;
        }
    }
    let undecided = costs.iter().any(|cost| matches!(cost.outcome, Outcome::Undecided(_)));
    Ok(if undecided { exit::INCOMPLETE } else { exit::FINE })
}
