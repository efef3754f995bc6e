//! `oomspec diff`: what changed between two protocols, in their listings, their verdicts and what can be seen of them.

use oomspec::check::Verdict;
use oomspec::difference::listings::listings;
use oomspec::difference::{Behaviours, Difference, Direction, difference};
use oomspec::explore::{Budget, Limits};
use oomspec::model::Instance;
use oomspec::report::difference as report;
use oomspec::source::{Diagnostic, Diagnostics};
use oomspec::spec::{Spec, stem};

use super::check::available_threads;
use super::inputs::{Format, Modules, Sizes, listing, modules, refuse_uncalled, scenario};
use super::output::misuse;
use super::{Failure, exit, suite};

/// Compare two protocols: their listings, their verdicts, and what can be seen of them
///
/// Says whether a clean-up is a refactoring: what one of the two can show and the other cannot, as a shortest run, or that there is
/// nothing of the kind. What can be seen is what Visible.tla in the spec defines. Compared are finite traces of that, stuttering
/// removed, and where the runs stop; fairness is not.
#[derive(Debug, clap::Args)]
#[command(after_help = CODES)]
pub struct Args {
    /// A protocol (see `oomspec list`), or a listing of yours
    #[arg(value_name = "PROTOCOL|FILE.c")]
    first: String,

    /// What it became
    #[arg(value_name = "PROTOCOL|FILE.c")]
    second: String,

    /// Only in this scenario, or in one of yours; then every run that tells them apart is shown
    #[arg(short, long, value_name = "SCENARIO|FILE.c")]
    scenario: Vec<String>,

    #[command(flatten)]
    sizes: Sizes,

    /// Show every step of a run, not only the ones of which something is seen
    #[arg(long)]
    steps: bool,

    /// Worker threads; the answer does not depend on it
    #[arg(long, value_name = "N")]
    threads: Option<std::num::NonZeroUsize>,

    /// Give up on a graph with more distinct states
    #[arg(long, value_name = "N", default_value_t = 10_000_000)]
    max_states: usize,

    /// For people, or for another program
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

const CODES: &str = "\
Exit codes, the first that applies:
  26   they differ in a verdict, or in what can be seen
  20   some scenario was not decided, or none could be compared
  0    the same verdicts and the same behaviours, whatever the listings say
  150  an error in a listing or module
  2    wrong use of the command line";

/// Compares two protocols.
pub fn run(spec: &Spec, args: &Args, budget: Budget) -> Result<u8, Failure> {
    if args.steps && args.format != Format::Human {
        misuse("--steps is for people: JSON always has every step");
    }
    let budget = super::budget::until_interrupted(budget);
    let pairs = pairs(spec, args)?;
    let Some((first, second)) = pairs.first() else {
        let message = format!("no scenario has both {} and {}", args.first, args.second);
        return Err(Failure::undecided(message));
    };
    let instances: Vec<Instance> = pairs
        .iter()
        .flat_map(|(one, other)| [one.clone(), other.clone()])
        .collect();
    let Modules { modules, left_out } = modules(spec, None, &instances)?;
    let visible = spec.visible()?;
    let limits = Limits {
        threads: args.threads.map_or_else(available_threads, usize::from),
        max_states: args.max_states,
        budget,
        ..Limits::default()
    };
    let name = |pair: &(Instance, Instance)| pair.0.scenario.clone();
    let differences = suite::side_by_side(&pairs, limits, &name, &|(first, second), limits, progress| {
        difference(first, second, &modules, visible.as_ref(), limits, progress)
    })?;
    match args.format {
        Format::Json => {
            for difference in &differences {
                super::print(&(report::json(difference) + "\n"))?;
            }
        }
        Format::Human => {
            super::print(&format!("{} -> {}\n\n", first.protocol, second.protocol))?;
            let texts = listings(
                &spec.flatten(&listing(spec, &args.first)?)?,
                &spec.flatten(&listing(spec, &args.second)?)?,
            );
            super::print(if texts.is_empty() {
                "The listings say the same.\n"
            } else {
                &texts
            })?;
            super::print(&format!("\n{}\n", report::verdicts(&differences)))?;
            let all = !args.scenario.is_empty();
            super::print(&report::behaviours(&differences, all, args.steps))?;
        }
    }
    if let Some(left_out) = left_out {
        super::note(&left_out);
    }
    Ok(code(&differences))
}

/// Both protocols in each scenario that has both.
fn pairs(spec: &Spec, args: &Args) -> Result<Vec<(Instance, Instance)>, Diagnostics> {
    let (first, second) = (listing(spec, &args.first)?, listing(spec, &args.second)?);
    let names = if args.scenario.is_empty() {
        spec.scenarios()
    } else {
        args.scenario.clone()
    };
    let scenarios = names.iter().map(|name| args.sizes.of(scenario(spec, name)?));
    let scenarios: Vec<_> = scenarios.collect::<Result<_, Diagnostics>>()?;
    for listing in [&first, &second] {
        refuse_uncalled(spec, listing, &scenarios)?;
    }
    let mut pairs = Vec::new();
    for scenario in &scenarios {
        let both = spec
            .instance(&first, scenario)
            .and_then(|one| Ok((one, spec.instance(&second, scenario)?)));
        match both {
            Ok(pair) => pairs.push(pair),
            // One of the two may lack what the scenario is about. Who asked for it is told why.
            Err(errors) if scenarios.len() == 1 => return Err(errors),
            Err(errors) => {
                let why = errors
                    .errors
                    .first()
                    .map_or("", |error: &Diagnostic| error.message.as_str());
                super::note(&format!("not comparable in {}: {why}", stem(&scenario.name)));
            }
        }
    }
    Ok(pairs)
}

fn code(differences: &[Difference]) -> u8 {
    let undecided = |verdict: &Verdict| *verdict == Verdict::Incomplete;
    let changed = |difference: &Difference| {
        let mut changed = difference.verdicts.iter();
        changed.any(|changed| !undecided(&changed.first) && !undecided(&changed.second))
    };
    let directions = |difference: &Difference| match &difference.behaviours {
        Behaviours::NotCompared(why) => vec![Direction::Undecided(why.clone())],
        Behaviours::Compared { first, second, stops } => {
            let stops = stops.iter().flat_map(|(first, second)| [first.clone(), second.clone()]);
            [first.clone(), second.clone()].into_iter().chain(stops).collect()
        }
    };
    let all: Vec<Direction> = differences.iter().flat_map(directions).collect();
    let any = |is: &dyn Fn(&Direction) -> bool| all.iter().any(is);
    if differences.iter().any(changed) || any(&|direction| matches!(direction, Direction::Shows(_))) {
        exit::DIFFERS
    } else if any(&|direction| matches!(direction, Direction::Undecided(_))) {
        exit::INCOMPLETE
    } else {
        exit::FINE
    }
}
