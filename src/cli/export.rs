//! `oomspec export`: what was explored and found, for other tools.

use std::path::{Path, PathBuf};

use oomspec::export::tla;
use oomspec::source::{Diagnostic, Diagnostics};
use oomspec::spec::Spec;

/// Write a counterexample or a state graph in the format of another tool
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    format: Format,
}

#[derive(Debug, clap::Subcommand)]
enum Format {
    /// A protocol in a scenario as a TLA+ module, with all that TLC needs to check it
    Tla(TlaArgs),
}

#[derive(Debug, clap::Args)]
struct TlaArgs {
    /// A protocol (see `oomspec list`), or a listing of yours
    #[arg(value_name = "PROTOCOL|FILE.c")]
    protocol: String,

    /// The scenario
    #[arg(short, long, value_name = "SCENARIO|FILE.c")]
    scenario: String,

    /// The folder for the modules and .cfg files; made if it is not there
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
}

/// Runs the command.
pub fn run(spec: &Spec, args: &Args) -> Result<u8, Diagnostics> {
    match &args.format {
        Format::Tla(args) => {
            let protocol = super::check::listing(spec, &args.protocol)?;
            let scenario = super::check::scenario(spec, &args.scenario)?;
            let instance = spec.instance(&protocol, &scenario)?;
            let export = tla::export(&instance, &[spec.theory()?]).map_err(super::one)?;
            folder(&export.files(), &args.output)?;
            super::print(&format!(
                "wrote {name}.tla to {folder}; to check it with TLC, there:\n  java -cp tla2tools.jar tlc2.TLC {name}\n",
                name = export.name,
                folder = args.output.display()
            ));
            Ok(super::exit::FINE)
        }
    }
}

fn folder(files: &[(String, String)], folder: &Path) -> Result<(), Diagnostics> {
    let fail = |path: &Path, error: std::io::Error| {
        super::one(Diagnostic::general(format!("cannot write {}: {error}", path.display())))
    };
    std::fs::create_dir_all(folder).map_err(|error| fail(folder, error))?;
    for (name, text) in files {
        let path = folder.join(name);
        std::fs::write(&path, text).map_err(|error| fail(&path, error))?;
    }
    Ok(())
}
