//! `oomspec eval`: the values of a TLA+ expression, along a counterexample or in all states.

use std::path::PathBuf;

use oomspec::check::observed::{look, observe};
use oomspec::explore::Budget;
use oomspec::report::evaluated::{self, Seen};
use oomspec::source::Diagnostics;
use oomspec::spec::Spec;

use super::export::violated;
use super::inputs::Format;
use super::output::misuse;
use super::{Failure, exit, inputs};

/// Show the values of a TLA+ expression: at every step of a counterexample, or in all states
///
/// The expression speaks of the listing's variables and of all that Properties.tla and Refinement.tla define:
/// `oomspec eval 'mm_struct.hog_mm.flags' v4.14 -s foreign-mmput -p NoUseAfterFree`. With a property, the steps of its counterexample at
/// which the value changes are shown; without one, each value with the number of states that have it.
#[derive(Debug, clap::Args)]
#[command(after_help = CODES)]
pub struct Args {
    /// A TLA+ expression over one state
    #[arg(value_name = "EXPR")]
    expression: String,

    #[command(flatten)]
    pair: inputs::Pair,

    #[command(flatten)]
    sizes: inputs::Sizes,

    /// A violated property: follow its counterexample
    #[arg(short, long)]
    property: Option<String>,

    /// A TLA+ module whose definitions the expression may use; it may extend Properties or Refinement
    #[arg(long, value_name = "FILE.tla")]
    properties: Option<PathBuf>,

    /// Show every step of the counterexample, not only those that change the value
    #[arg(long, requires = "property")]
    steps: bool,

    /// Give up on a graph with more distinct states
    #[arg(long, value_name = "N", default_value_t = 10_000_000)]
    max_states: usize,

    /// For people, or for another program
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

const CODES: &str = "\
Exit codes:
  0    the values are shown
  20   not all states were explored: there may be other values
  150  the expression cannot be read or has no value somewhere, there is no counterexample, or a listing is wrong
  2    wrong use of the command line";

/// Evaluates the expression.
pub fn run(spec: &Spec, args: &Args, budget: Budget) -> Result<u8, Failure> {
    if args.steps && args.format != Format::Human {
        misuse("--steps is for people: JSON always has every step");
    }
    let instance = args.pair.instance_of(spec, &args.sizes)?;
    let machine = &instance.machine;
    let expression = spec.expression(&args.expression, args.properties.as_deref(), machine)?;
    // What cannot be evaluated at all is said before anything is explored.
    look(machine, &machine.initial(), &expression)?;
    let graph = super::budget::explore(&instance, args.max_states, budget);
    let (protocol, scenario) = (&instance.protocol, &instance.scenario);
    if let Some(property) = &args.property {
        let finding = violated(spec, &instance, &graph, property, args.properties.as_deref())?;
        // What is violated has a counterexample.
        let Some(shown) = &finding.counterexample else {
            return Ok(exit::FINE);
        };
        let states = machine.replay(&shown.steps);
        let values = states.iter().map(|state| look(machine, state, &expression));
        let values: Vec<_> = values
            .map(|values| values.map(|mut values| values.swap_remove(0)))
            .collect::<Result<_, Diagnostics>>()?;
        super::print(&match args.format {
            Format::Json => evaluated::json_along(machine, shown, &values),
            Format::Human => {
                let steps = shown.steps.len();
                let head = format!("{protocol} in {scenario}: {property} is violated ({steps} steps)\n");
                let of = format!("  {}\n", args.expression.trim());
                head + &of + &evaluated::along(machine, shown, &values, args.steps)
            }
        })?;
        return Ok(exit::FINE);
    }
    let observed = observe(machine, &graph, &expression)?;
    let mut seen: Vec<Seen> = Vec::new();
    for mut values in observed.looks {
        seen.push(Seen {
            value: values.swap_remove(0),
            states: 0,
            first: 0,
        });
    }
    for (state, &class) in observed.of.iter().enumerate() {
        let seen = &mut seen[class as usize];
        if seen.states == 0 {
            seen.first = graph.level(state as u32);
        }
        seen.states += 1;
    }
    super::print(&match args.format {
        Format::Json => evaluated::json_everywhere(&seen),
        Format::Human => {
            let (states, values) = (graph.distinct(), seen.len());
            let plural = if values == 1 { "" } else { "s" };
            let head = format!("{protocol} in {scenario}: {values} value{plural} in {states} states\n");
            let of = format!("  {}\n", args.expression.trim());
            head + &of + &evaluated::everywhere(&seen)
        }
    })?;
    match &graph.incomplete {
        None => Ok(exit::FINE),
        Some(why) => {
            super::note(&format!("there may be other values: {why}"));
            Ok(exit::INCOMPLETE)
        }
    }
}
