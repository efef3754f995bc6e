//! `oomspec verify`: certificates, checked without searching.

use std::path::{Path, PathBuf};

use oomspec::certificate::verify::{MAX_BYTES, Refused, Verifier};
use oomspec::input;
use oomspec::source::{Diagnostic, Diagnostics};
use oomspec::spec::Spec;

use super::{Failure, exit, inputs};

/// Check certificates, without the search that found them
///
/// Steps are run again and formulas evaluated again; nothing that a file says is believed.
#[derive(Debug, clap::Args)]
#[command(after_help = CODES)]
pub struct Args {
    /// Certificates that `oomspec certify` wrote
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,

    /// The listing they speak of, if it is not a protocol of the spec
    #[arg(long, value_name = "PROTOCOL|FILE.c")]
    listing: Option<String>,

    /// The scenario they speak of, if it is not one of the spec
    #[arg(long, value_name = "SCENARIO|FILE.c")]
    scenario: Option<String>,

    /// The TLA+ module that defines the property, if the spec does not
    #[arg(long, value_name = "FILE.tla")]
    properties: Option<PathBuf>,
}

const CODES: &str = "\
Exit codes, the first that applies:
  150  a file is no certificate, or a text that it speaks of cannot be read
  24   a certificate is refused
  0    every certificate proves what it claims";

/// Checks each file.
pub fn run(spec: &Spec, args: &Args) -> Result<u8, Failure> {
    let mut verifier = Verifier::new(spec)?;
    verifier.modules = inputs::modules(spec, args.properties.as_deref(), &[])?.modules;
    if let Some(name) = &args.listing {
        verifier.listing = Some(inputs::listing(spec, name)?);
    }
    if let Some(name) = &args.scenario {
        verifier.scenario = Some(inputs::scenario(spec, name)?);
    }
    let mut code = exit::FINE;
    for path in &args.files {
        let name = path.display();
        match read(path).and_then(|text| verifier.verify(&text)) {
            Ok(verified) => super::print(&format!("{name}: {verified}\n"))?,
            Err(refused) => {
                code = code.max(refusal(&refused));
                let message = format!("{name} is refused: {refused}");
                super::complain(&Diagnostics::from(Diagnostic::general(message)));
            }
        }
    }
    Ok(code)
}

/// Reads a file that may be a certificate.
fn read(path: &Path) -> Result<String, Refused> {
    input::text(path, MAX_BYTES as u64).map_err(|error| Refused::Unreadable(error.message))
}

fn refusal(refused: &Refused) -> u8 {
    match refused {
        Refused::Wrong { .. } => exit::REFUSED,
        Refused::Unreadable(_) | Refused::Texts(_) => exit::INPUT,
    }
}
