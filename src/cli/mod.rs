//! The command line: one command a file, each thin.

mod certify;
mod check;
mod completions;
mod exit;
mod explore;
mod export;
mod inputs;
mod list;
mod module;
mod prove;
mod show;
mod suite;
mod tlc;
mod verify;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use oomspec::source::{Diagnostic, Diagnostics};
use oomspec::spec::Spec;

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
    Export(export::Args),
    Prove(prove::Args),
    Tlc(tlc::Args),
    Show(show::Args),
    Certify(certify::Args),
    Verify(verify::Args),
    List(list::Args),
    Completions(completions::Args),
}

/// Runs the command line.
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(message) => {
            // `--help` is such a message too. Nobody is left to tell if the stream is closed.
            let _ = message.print();
            return ExitCode::from(if message.use_stderr() { exit::USAGE } else { exit::FINE });
        }
    };
    let spec = match &cli.spec {
        None => Ok(Spec::builtin()),
        Some(folder) => Spec::folder(folder).map_err(Diagnostics::from),
    };
    let result = spec.and_then(|spec| match cli.command {
        Command::Check(args) => check::run(&spec, &args),
        Command::Explore(args) => explore::run(&spec, &args),
        Command::Export(args) => export::run(&spec, &args),
        Command::Prove(args) => prove::run(&spec, &args),
        Command::Tlc(args) => tlc::run(&spec, &args),
        Command::Show(args) => show::run(&spec, &args),
        Command::Certify(args) => certify::run(&spec, &args),
        Command::Verify(args) => verify::run(&spec, &args),
        Command::List(args) => Ok(list::run(&spec, &args)),
        Command::Completions(args) => Ok(completions::run(&args)),
    });
    ExitCode::from(result.unwrap_or_else(|errors| complain(&errors)))
}

/// Prints what is wrong with the user's text.
fn complain(errors: &Diagnostics) -> u8 {
    use std::io::Write;
    let mut stderr = anstream::stderr();
    // Nobody is left to tell if stderr is closed.
    let _ = writeln!(stderr, "{}", errors.render(true));
    exit::INPUT
}

/// Tells something that changes nothing.
fn note(message: &str) {
    use std::io::Write;
    // Nobody is left to tell if stderr is closed.
    let _ = writeln!(anstream::stderr(), "note: {message}");
}

/// Writes to stdout; a closed pipe ends the program quietly.
fn print(text: &str) {
    use std::io::Write;
    if anstream::stdout().write_all(text.as_bytes()).is_err() {
        std::process::exit(i32::from(exit::FINE));
    }
}

/// Writes a file where the user wants it.
fn save(path: &Path, bytes: &[u8]) -> Result<(), Diagnostics> {
    std::fs::write(path, bytes).map_err(|error| unwritten(path, &error))
}

/// Makes a folder for files, if it is not there.
fn folder(path: &Path) -> Result<(), Diagnostics> {
    std::fs::create_dir_all(path).map_err(|error| unwritten(path, &error))
}

fn unwritten(path: &Path, error: &std::io::Error) -> Diagnostics {
    Diagnostics::from(Diagnostic::general(format!("cannot write {}: {error}", path.display())))
}
