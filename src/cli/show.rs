//! `oomspec show`: a protocol as one listing, to read or to start a patch from.

use oomspec::spec::Spec;

/// Print a protocol as one self-contained listing
///
/// Every function stands with the file it comes from. Save it, change it as your patch does, and give it to `oomspec check`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A protocol (see `oomspec list`), or a listing of yours
    protocol: String,

    /// List the calls that mean nothing here instead, because a header or the listing declares them so
    #[arg(long)]
    ignored: bool,
}

/// Prints the listing.
pub fn run(spec: &Spec, args: &Args) -> Result<u8, super::Failure> {
    let listing = super::inputs::listing(spec, &args.protocol)?;
    if args.ignored {
        let left_out = spec.left_out(&listing)?;
        let lines = left_out.iter().map(|(place, text)| format!("{place}: {text}\n"));
        super::print(&lines.collect::<String>())?;
        return Ok(super::exit::FINE);
    }
    super::print(&spec.flatten(&listing)?)?;
    Ok(super::exit::FINE)
}
