//! `oomspec validate`: whether a listing can follow a trace of a real kernel.

use std::path::PathBuf;

use clap::ValueEnum;
use oomspec::explore::Budget;
use oomspec::report::followed;
use oomspec::source::Diagnostic;
use oomspec::spec::Spec;
use oomspec::trace;
use oomspec::validate::{Recorded, Verdict};

use super::{Failure, exit, inputs, save};

/// Say whether a listing can follow what a real kernel was seen to do
#[derive(Debug, clap::Args)]
#[command(after_help = CODES)]
pub struct Args {
    /// The text of /sys/kernel/tracing/trace, of `trace-cmd report` or of `perf script`, plain or gzip
    #[arg(value_name = "TRACE")]
    trace: PathBuf,

    /// Ask this listing, and not the one of the kernel that the trace is of
    #[arg(long, value_name = "PROTOCOL|FILE.c")]
    listing: Option<String>,

    /// The kernel's release, if the trace does not say it
    #[arg(long, value_name = "RELEASE")]
    kernel: Option<String>,

    /// Events may be missing: what is not in the trace says nothing
    #[arg(long)]
    lossy: bool,

    /// Write the world of the trace as a scenario, for `oomspec check`
    #[arg(long, value_name = "FILE.c")]
    emit_scenario: Option<PathBuf>,

    /// For people, or one JSON object
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

const CODES: &str = "\
Exit codes:
  0    the listing follows: some run of it has these events, in this order
  30   it does not: no run has them
  20   not decided: what is missing is said
  74   an output could not be written
  150  the trace or the listing cannot be read
  2    wrong use of the command line";

/// How the answer looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A verdict, and the run or the impossible event
    Human,
    /// One JSON object
    Json,
}

/// Runs the command.
pub fn run(spec: &Spec, args: &Args, budget: Budget) -> Result<u8, Failure> {
    let trace = trace::read(&args.trace)?;
    let recorded = Recorded::new(spec, trace)?;
    if let Some(path) = &args.emit_scenario {
        let scenario = recorded
            .scenario()
            .map_err(|why| Diagnostic::general(format!("the trace has no world: {why}")))?;
        save(path, scenario.as_bytes())?;
    }
    let release = args.kernel.as_deref().or_else(|| recorded.trace.release());
    let listing = match (&args.listing, release) {
        (Some(listing), _) => listing.clone(),
        (None, Some(release)) => match recorded.protocol(release) {
            Some(protocol) => protocol.to_string(),
            None => {
                return Err(Failure::Undecided(
                    Diagnostic::general(format!("there is no listing of Linux {release}, so nothing is decided"))
                        .help("name one that should do the same: --listing v6.12")
                        .into(),
                ));
            }
        },
        (None, None) => {
            return Err(Diagnostic::general("the trace does not say which kernel it is of")
                .help("name it: --kernel 6.1, or --listing v6.1")
                .into());
        }
    };
    let listing = inputs::listing(spec, &listing)?;
    let budget = super::budget::until_interrupted(budget);
    let answer = recorded.follow(spec, &listing, args.lossy, budget)?;
    super::print(&match args.format {
        Format::Human => followed::text(&answer),
        Format::Json => followed::json(&answer) + "\n",
    })?;
    Ok(match answer.verdict {
        Verdict::Follows => exit::FINE,
        Verdict::DoesNotFollow => exit::REFUSES,
        Verdict::NotDecided => exit::INCOMPLETE,
    })
}
