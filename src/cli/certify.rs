//! `oomspec certify`: a verdict with its evidence, for others to check.

use std::path::PathBuf;

use oomspec::certificate::{Maker, Verifier};
use oomspec::check::{Verdict, findings};
use oomspec::explore::Budget;
use oomspec::source::{Diagnostic, Diagnostics};
use oomspec::spec::Spec;

use super::{Failure, exit, inputs};

/// Write down a verdict with the evidence for it
///
/// A violation has its trace or lasso; what holds has all states that can be reached, and for progress a rank by state.
/// `oomspec verify` checks that again without searching. Exit code 24 if there is nothing to certify: no verdict, or a formula of a
/// form that certificates are not made for.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    pair: inputs::Pair,

    /// The property
    #[arg(short, long)]
    property: String,

    /// A TLA+ module with properties of your own
    #[arg(long, value_name = "FILE.tla")]
    properties: Option<PathBuf>,

    /// Where to write it; to the terminal if it is not given
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Give up on a graph with more distinct states
    #[arg(long, value_name = "N", default_value_t = 10_000_000)]
    max_states: usize,
}

/// Makes the certificate, and writes none that would not be accepted.
pub fn run(spec: &Spec, args: &Args, budget: Budget) -> Result<u8, Failure> {
    let instance = args.pair.instance(spec)?;
    let mut verifier = Verifier::new(spec)?;
    verifier.modules = inputs::modules_of(spec, args.properties.as_deref(), &instance)?;
    let modules = &verifier.modules;
    let property = std::slice::from_ref(&args.property);
    spec.refuse_unknown_names(modules, std::slice::from_ref(&instance), property)?;
    let graph = super::budget::explore(&instance, args.max_states, budget);
    let found = findings(&instance, &graph, modules, property)?;
    let maker = Maker::new(&instance, modules, &graph);
    for finding in &found {
        if let (Verdict::Incomplete, Some(why)) = (finding.verdict, &graph.incomplete) {
            return Err(Failure::undecided(format!("{} is not decided: {why}", args.property)));
        }
        let certificate = match maker.certificate(finding) {
            Ok(certificate) => certificate,
            Err(error) => return Ok(refuse(error)),
        };
        if let Err(refused) = verifier.about(&instance, &certificate) {
            let message = format!("the certificate would be refused: {refused}");
            return Ok(refuse(Diagnostic::general(message).help("this is a bug of oomspec")));
        }
        if finding.verdict == Verdict::Vacuous {
            super::note(&format!(
                "{} holds because what it speaks of never happens",
                args.property
            ));
        }
        let text = certificate.to_json();
        match &args.output {
            None => super::print(&text)?,
            Some(path) => super::save(path, text.as_bytes())?,
        }
    }
    Ok(exit::FINE)
}

fn refuse(error: Diagnostic) -> u8 {
    super::complain(&Diagnostics::from(error));
    exit::REFUSED
}
