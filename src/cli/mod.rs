//! The command line: one command a file, each thin.

mod alike;
mod budget;
mod certify;
mod check;
mod code;
mod color;
mod completions;
mod cost;
mod diff;
mod drift;
mod eval;
mod exit;
mod explore;
mod export;
mod history;
mod inputs;
mod keeping;
mod list;
mod module;
mod new;
mod output;
mod probes;
mod prove;
mod show;
mod suite;
mod sweep;
mod tlc;
mod told;
mod validate;
mod verify;
mod watch;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use bytesize::ByteSize;
use clap::{Parser, Subcommand};
use oomspec::source::Diagnostics;
use oomspec::spec::Spec;

use output::{Failure, complain, folder, note, print, remove, save};

/// Checks how Linux's OOM reaper and an exiting process keep out of each other's way.
///
/// A protocol is a C listing of what one kernel, or one mailed patch, does; a scenario says who runs on what memory.
/// `oomspec check` explores every interleaving of the one in the other and says which properties hold.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,

    /// Read the spec from this folder instead of the one built in
    #[arg(long, global = true, value_name = "DIR")]
    spec: Option<PathBuf>,

    /// Give up where more memory would be used, such as 500M or 4G; three quarters of what is free if it is not given
    #[arg(long, global = true, value_name = "SIZE")]
    max_memory: Option<ByteSize>,
}

const EXAMPLES: &str = "\
Examples:
  oomspec check                              judge every protocol in every scenario
  oomspec check v4.14 -s foreign-mmput       one race, as a diagram
  oomspec show v4.15 > mine.c                start a patch of your own ...
  oomspec check mine.c                       ... and see what it breaks";

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::Args),
    Explore(explore::Args),
    Eval(eval::Args),
    Export(export::Args),
    Prove(prove::Args),
    Tlc(tlc::Args),
    Show(show::Args),
    New(new::Args),
    Diff(diff::Args),
    History(history::Args),
    Cost(cost::Args),
    Sweep(sweep::Args),
    Drift(drift::Args),
    Certify(certify::Args),
    Verify(verify::Args),
    Validate(validate::Args),
    Probes(probes::Args),
    List(list::Args),
    Completions(completions::Args),
}

/// Runs the command line.
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(message) => return output::usage(&message),
    };
    let code = command(&cli).unwrap_or_else(|failure| failure.report());
    ExitCode::from(code)
}

/// The spec of `--spec`, or the one built into the binary.
fn spec(folder: Option<&Path>) -> Result<Spec, Diagnostics> {
    match folder {
        None => Ok(Spec::builtin()),
        Some(folder) => Ok(Spec::folder(folder)?),
    }
}

fn command(cli: &Cli) -> Result<u8, Failure> {
    if let (Command::Completions(_), Some(_)) = (&cli.command, &cli.spec) {
        output::misuse("completions are the same for every --spec");
    }
    let budget = budget::start(cli.max_memory);
    let spec = spec(cli.spec.as_deref())?;
    match &cli.command {
        Command::Check(args) => check::run(&spec, cli.spec.as_deref(), args, budget),
        Command::Explore(args) => explore::run(&spec, cli.spec.as_deref(), args, budget),
        Command::Eval(args) => eval::run(&spec, args, budget),
        Command::Export(args) => export::run(&spec, args, budget),
        Command::Prove(args) => prove::run(&spec, args, budget),
        Command::Tlc(args) => tlc::run(&spec, args, budget),
        Command::Show(args) => show::run(&spec, args),
        Command::New(args) => new::run(args),
        Command::Diff(args) => diff::run(&spec, args, budget),
        Command::Cost(args) => cost::run(&spec, args, budget),
        Command::History(args) => history::run(&spec, args, budget),
        Command::Sweep(args) => sweep::run(&spec, args, budget),
        Command::Drift(args) => drift::run(&spec, args),
        Command::Certify(args) => certify::run(&spec, args, budget),
        Command::Verify(args) => verify::run(&spec, args),
        Command::Probes(args) => probes::run(&spec, args),
        Command::Validate(args) => validate::run(&spec, args, budget),
        Command::List(args) => list::run(&spec, args),
        Command::Completions(args) => completions::run(args),
    }
}
