//! `oomspec drift`: whether the functions that a listing was written after have changed in a kernel's tree.

use std::path::PathBuf;

use oomspec::source::Diagnostic;
use oomspec::spec::{Now, Spec};

use super::{Failure, exit};

/// Tell which functions have changed in a kernel's tree since a listing was written
///
/// A listing says `@body FUNCTION in FILE: DIGEST` for each function that it was written after. The digest leaves out comments and
/// layout. What is printed for one that has changed can be put in its place, once the listing says what the function does now.
#[derive(Debug, clap::Args)]
#[command(after_help = CODES)]
pub struct Args {
    /// The tree of a kernel's source
    #[arg(value_name = "PATH/TO/linux")]
    tree: PathBuf,

    /// A protocol (see `oomspec list`), or a listing of yours
    #[arg(value_name = "PROTOCOL|FILE.c")]
    protocol: String,
}

const CODES: &str = "\
Exit codes:
  0    every function is what it was
  25   some function has changed, or is not where it was";

/// Compares the digests.
pub fn run(spec: &Spec, args: &Args) -> Result<u8, Failure> {
    if !args.tree.is_dir() {
        let message = format!("{} is no folder", args.tree.display());
        return Err(Diagnostic::general(message)
            .help("give the root of a kernel's source")
            .into());
    }
    let listing = super::inputs::listing(spec, &args.protocol)?;
    let bodies = spec.drift(&listing, &args.tree)?;
    if bodies.is_empty() {
        let message = format!("{} does not say which functions it was written after", args.protocol);
        let help = "write `@body FUNCTION in FILE` for each in the comment at its top";
        return Err(Diagnostic::general(message).help(help).into());
    }
    let mut code = exit::FINE;
    for (body, now) in bodies {
        let (function, file) = (&body.function, &body.file);
        let line = match now {
            Now::Same => format!("{function}: the same"),
            Now::Other(digest) => {
                code = exit::DRIFTED;
                let what = if body.digest.is_empty() {
                    "not noted yet"
                } else {
                    "changed"
                };
                format!("{function}: {what}: @body {function} in {file}: {digest}")
            }
            Now::Gone => {
                code = exit::DRIFTED;
                format!("{function}: not in {file}")
            }
        };
        super::print(&format!("{line}\n"))?;
    }
    Ok(code)
}
